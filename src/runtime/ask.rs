//! Queries to calls: one arm each.

use crate::aws::Aws;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::subject::{Observation, Subject};
use crate::model::query::{Facts, Query};
use jiff::Timestamp;
use std::sync::Arc;

/// Takes the parts of an answer that comes in parts.
pub type Parts<'p> = &'p (dyn Fn(Facts) + Send + Sync);

/// Asks AWS; parts go out as they come, the last part or the whole is the answer.
pub async fn ask(aws: &Aws, query: &Query, now: Timestamp, _part: Parts<'_>) -> Result<Facts, Fault> {
    match query {
        Query::Identity => aws.identity().await.map(Facts::Identity),
        Query::LogGroups(substring) => aws.log_groups(substring.as_str()).await.map(Facts::LogGroups),
        Query::ScalableTargets => aws.scalable_targets().await.map(Facts::ScalableTargets),
        Query::Policies(of) => aws.policies(of).await.map(Facts::Policies),
        Query::Groups => aws.groups().await.map(Facts::Groups),
        Query::TargetDetail(at) => aws.target_detail(at).await.map(Arc::new).map(Facts::ScalingDetail),
        Query::GroupDetail(name) => aws.group_detail(name).await.map(Arc::new).map(Facts::ScalingDetail),
        Query::Acls(scope) => aws.acls(*scope).await.map(Facts::Acls),
        Query::Limited(rules) => aws.limited(rules).await.map(Facts::Limited),
        Query::Inventory => aws.inventory().await.map(Arc::new).map(Facts::Inventory),
        Query::RuleDetail(of) => {
            let detail = aws.rule_detail(&of.rule, &of.metric, of.lists_addresses, now).await;
            detail.map(Arc::new).map(Facts::RuleDetail)
        }
        _ => Err(Fault::new(FaultKind::Internal, "Nobody reads this yet")),
    }
}

/// Looks at a subject fresh, for a dialog.
pub async fn observe(_aws: &Aws, _subject: &Subject) -> Result<Observation, Fault> {
    Err(Fault::new(FaultKind::Internal, "Nobody reads this yet"))
}
