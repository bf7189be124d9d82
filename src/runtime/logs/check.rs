//! Before anything is read: whether the groups are there, and whether they still
//! have what is asked for.

use super::Job;
use crate::aws::Aws;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::AccountId;
use crate::domain::log::{Export, GroupFacts, TailSource};
use crate::model::tail::TailStart;
use crate::runtime::clock;
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};

/// Of more groups nobody waits for the description.
const MOST: usize = 20;
/// Names offered instead of one that is not there.
const NEAR: usize = 3;
const DAY: i64 = 86_400_000;

/// A group is looked for by its name: one of another account would be mistaken for ours.
pub(super) async fn accounts(aws: &Aws, named: &[AccountId]) -> Result<(), Fault> {
    if named.is_empty() {
        return Ok(());
    }
    let ours = aws.identity().await?.account;
    match named.iter().find(|account| **account != ours) {
        None => Ok(()),
        Some(other) => {
            let (other, ours) = (other.as_str(), ours.as_str());
            let what = format!("The ARN names account {other}, and the credentials are of {ours}");
            let fault = Fault::new(FaultKind::Usage, what).means("nothing was read");
            Err(fault.next("choose a profile of that account with --profile"))
        }
    }
}

/// What should be known of the groups; an unknown one is refused with the names that are near.
pub(super) async fn groups(aws: &Aws, job: &Job) -> Result<Vec<Fault>, Fault> {
    let sources = &job.tailing.sources;
    if sources.len() > MOST {
        return Ok(Vec::new());
    }
    let described = join_all(sources.iter().map(|source| aws.log_group(source))).await;
    let mut notes = Vec::new();
    for (source, facts) in sources.iter().zip(described) {
        match facts {
            Ok(Some(facts)) => notes.extend(kept(aws, source, &facts, job.tailing.start).await),
            Ok(None) => return Err(missing(aws, source).await),
            Err(fault) if fault.kind == FaultKind::Credentials => return Err(fault),
            // The first page is asked for next; meanwhile somebody waits.
            Err(fault) if fault.passes() => notes.push(fault),
            // Who may not describe groups may read them all the same.
            Err(_) => {}
        }
    }
    Ok(notes)
}

async fn missing(aws: &Aws, source: &TailSource) -> Fault {
    let name = source.group.as_str();
    let folder = name.rfind('/').map_or("", |slash| &name[..=slash]);
    let home = source.region.is_none();
    let known = if home {
        aws.log_groups(folder).await.unwrap_or_default()
    } else {
        Vec::new()
    };
    let far = |facts: &GroupFacts| strsim::damerau_levenshtein(name, facts.name.as_str());
    let mut near: Vec<&GroupFacts> = known.iter().collect();
    near.sort_by_cached_key(|facts| far(facts));
    let near: Vec<&str> = near
        .iter()
        .take(NEAR)
        .map(|facts| facts.name.as_str())
        .collect();
    let region = source.region.as_ref().unwrap_or(aws.region()).as_str();
    let what = format!("There is no log group {name} in {region}");
    let fault = Fault::new(FaultKind::Usage, what);
    if near.is_empty() {
        fault.next("tidegate logs --list shows those that there are")
    } else {
        fault.next(format!("Near it: {}", near.join(", ")))
    }
}

/// What the group does not keep any more of what is asked for, and where it may be.
async fn kept(
    aws: &Aws,
    source: &TailSource,
    facts: &GroupFacts,
    start: TailStart,
) -> Option<Fault> {
    let now = clock::wall().as_millisecond();
    let days = facts.retention?;
    let first = now - i64::from(days) * DAY;
    let asked = match start {
        TailStart::At(at) => at,
        TailStart::Ago(span) => now.saturating_sub(i64::try_from(span.as_millis()).ok()?),
    };
    if asked >= first {
        return None;
    }
    let exports = match &source.region {
        None => aws.log_exports(&source.group).await.unwrap_or_default(),
        Some(_) => Vec::new(),
    };
    Some(expired(facts, days, exports.iter().find(|e| e.to > asked)))
}

fn expired(facts: &GroupFacts, days: u32, export: Option<&Export>) -> Fault {
    let name = facts.name.text();
    let plural = if days == 1 { "" } else { "s" };
    let what = format!("{name} keeps its lines for {days} day{plural}");
    let fault = Fault::new(FaultKind::Missing, what).means("what is older is not here any more");
    match export {
        None => fault,
        Some(task) => fault.next(format!(
            "{} to {} was exported: look in s3://{}/{}/{}/",
            day(task.from),
            day(task.to),
            task.bucket,
            task.prefix,
            task.task
        )),
    }
}

fn day(at: i64) -> String {
    let epoch = Timestamp::UNIX_EPOCH;
    let at = epoch
        .saturating_add(SignedDuration::from_millis(at))
        .unwrap_or(epoch);
    at.strftime("%Y-%m-%dT%H:%MZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_expired_is_named_with_the_place_where_it_was_exported_to() {
        let facts = GroupFacts {
            name: "/ecs/api".into(),
            retention: Some(1),
            bytes: 0,
            infrequent: false,
            arn: None,
            created: None,
        };
        let export = Export {
            task: "ab-12".into(),
            group: "/ecs/api".into(),
            from: 0,
            to: DAY,
            bucket: "orchard-logs".into(),
            prefix: "api".into(),
            status: "COMPLETED".into(),
        };
        let said = expired(&facts, 1, Some(&export)).line();
        assert_eq!(
            said.as_str(),
            "/ecs/api keeps its lines for 1 day — what is older is not here any more — \
             1970-01-01T00:00Z to 1970-01-02T00:00Z was exported: look in s3://orchard-logs/api/ab-12/"
        );
    }
}
