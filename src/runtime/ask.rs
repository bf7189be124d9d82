//! Queries to calls: one arm each.

pub mod expiry;
pub mod trace;

use super::series::SeriesBook;
use crate::aws::Aws;
use crate::domain::ecs::Service;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::{ClusterName, ServiceName};
use crate::domain::metrics::{Metric, Series};
use crate::domain::subject::{Observation, Subject};
use crate::domain::text::Text;
use crate::model::query::{Facts, Query, RawOf};
use crate::model::time::Now;
use std::sync::{Arc, Mutex, PoisonError};

/// What one question needs beside the query.
pub struct Asker<'a> {
    pub aws: &'a Aws,
    pub now: Now,
    /// Series that are still fresh; metric queries cost money.
    pub series: &'a Mutex<SeriesBook>,
    /// Takes the parts of an answer that comes in parts.
    pub part: &'a (dyn Fn(Facts) + Send + Sync),
}

impl Asker<'_> {
    /// Asks AWS; parts go out as they come, the last part or the whole is the answer.
    pub async fn ask(&self, query: &Query) -> Result<Facts, Fault> {
        let aws = self.aws;
        match query {
            Query::Identity => aws.identity().await.map(Facts::Identity),
            Query::Alias => Ok(Facts::Alias(aws.alias().await)),
            Query::Clusters => self.clusters().await,
            Query::ServiceNames(cluster) => self.service_names(cluster).await,
            Query::Services { cluster, names, .. } => self.services(cluster, names).await,
            Query::ServiceDetail(at) => Box::pin(aws.service_detail(at))
                .await
                .map(Arc::new)
                .map(Facts::ServiceDetail),
            Query::Raw(of) => self.raw(of).await.map(Facts::Raw),
            Query::LogTargets(definition) => {
                aws.log_targets(definition).await.map(Facts::LogTargets)
            }
            Query::ScalableTargets => aws.scalable_targets().await.map(Facts::ScalableTargets),
            Query::Policies(of) => aws.policies(of).await.map(Facts::Policies),
            Query::Groups => aws.groups().await.map(Facts::Groups),
            Query::TargetDetail(at) => aws
                .target_detail(at)
                .await
                .map(Arc::new)
                .map(Facts::ScalingDetail),
            Query::GroupDetail(name) => aws
                .group_detail(name)
                .await
                .map(Arc::new)
                .map(Facts::ScalingDetail),
            Query::Acls(scope) => {
                let acls = aws.acls(*scope).await?;
                aws.read_protected_ahead(&acls);
                Ok(Facts::Acls(acls))
            }
            Query::RuleDetail(of) => {
                let detail = aws
                    .rule_detail(&of.rule, &of.metric, of.lists_addresses, self.now.wall)
                    .await;
                detail.map(Arc::new).map(Facts::RuleDetail)
            }
            Query::Limited(rules) => aws.limited(rules).await.map(Facts::Limited),
            Query::Inventory => aws.inventory().await.map(Arc::new).map(Facts::Inventory),
            Query::LogGroups(region, substring) => aws
                .log_groups(region.as_ref(), substring.as_str())
                .await
                .map(Facts::LogGroups),
            Query::LogExpiry(sources) => {
                let now = self.now.wall.as_millisecond();
                expiry::ask(aws, sources, now).await.map(Facts::LogExpiry)
            }
            Query::Trace(question) => {
                let part = |found| (self.part)(Facts::Trace(found));
                Box::pin(trace::ask(aws, question, &part))
                    .await
                    .map(Facts::Trace)
            }
            Query::Metrics(metrics) => self.metrics(metrics).await.map(Facts::Metrics),
        }
    }

    async fn raw(&self, of: &RawOf) -> Result<Vec<Text>, Fault> {
        match of {
            RawOf::Service(at) => self.aws.service_raw(at).await,
            RawOf::Target(at) => self.aws.target_raw(at).await,
            RawOf::Group(name) => self.aws.group_raw(name).await,
            RawOf::Database(at) => self.aws.database_raw(at).await,
        }
    }

    async fn clusters(&self) -> Result<Facts, Fault> {
        let names = |names| (self.part)(Facts::ClusterNames(names));
        self.aws.clusters(names).await.map(Facts::Clusters)
    }

    async fn service_names(&self, cluster: &ClusterName) -> Result<Facts, Fault> {
        let part =
            |so_far: &[ServiceName]| (self.part)(Facts::ServiceNames(Arc::new(so_far.to_vec())));
        self.aws
            .service_names(cluster, part)
            .await
            .map(|all| Facts::ServiceNames(Arc::new(all)))
    }

    /// Parts go out when they are large enough; the last one ends the answer.
    async fn services(&self, cluster: &ClusterName, names: &[ServiceName]) -> Result<Facts, Fault> {
        let mut parts = Parts::default();
        let part = |found, missing| {
            if let Some(whole) = parts.add(found, missing, names.len()) {
                (self.part)(whole);
            }
        };
        self.aws.services(cluster, names, part).await?;
        Ok(parts.rest())
    }

    /// Asks only for series that were neither found nor refused in this minute; answers with all there are, and with
    /// the fault of those that are not.
    async fn metrics(&self, metrics: &[Metric]) -> Result<Vec<Series>, Fault> {
        let book = || self.series.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = book().missing(metrics, self.now.mono);
        if !missing.is_empty() {
            match self.aws.metrics(&missing, self.now.wall).await {
                Ok(found) => book().keep(found, self.now.mono),
                Err(fault) if fault.kind == FaultKind::Credentials => return Err(fault),
                Err(fault) => book().refuse(&missing, &fault, self.now.mono),
            }
        }
        let (found, fault) = {
            let book = book();
            (
                book.of(metrics),
                book.fault(metrics, self.now.mono).cloned(),
            )
        };
        match fault {
            Some(fault) => {
                (self.part)(Facts::Metrics(found));
                Err(fault)
            }
            None => Ok(found),
        }
    }
}

/// Services that have come and are not handed on yet: each handing on arranges all rows anew,
/// which 500 answers of ten need not do 500 times.
#[derive(Default)]
struct Parts {
    found: Vec<Arc<Service>>,
    missing: Vec<ServiceName>,
}

/// Where many are asked for, so many are handed on at once.
const PART: usize = 160;

impl Parts {
    /// Takes in one answer; hands on what came before it once that is enough, so that something is left to end with.
    fn add(
        &mut self,
        found: Vec<Arc<Service>>,
        missing: Vec<ServiceName>,
        asked: usize,
    ) -> Option<Facts> {
        let waiting = self.found.len() + self.missing.len();
        let enough = if asked > 2 * PART { PART } else { 1 };
        let whole = (waiting >= enough).then(|| self.rest());
        self.found.extend(found);
        self.missing.extend(missing);
        whole
    }

    fn rest(&mut self) -> Facts {
        Facts::Services {
            found: std::mem::take(&mut self.found),
            missing: std::mem::take(&mut self.missing),
        }
    }
}

/// Looks at a subject fresh, for a dialog.
pub async fn observe(aws: &Aws, subject: &Subject) -> Result<Observation, Fault> {
    aws.observe(subject).await
}
