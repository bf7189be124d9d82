//! Before anything is read: whether the groups are there, and whether they still
//! have what is asked for.

use super::{Job, Then};
use crate::aws::Aws;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::{AccountId, LogGroup};
use crate::domain::log::{Export, GroupFacts, TailSource};
use crate::model::log_request;
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
    match log_request::foreign(named, &ours) {
        None => Ok(()),
        Some(fault) => Err(fault.next("choose a profile of that account with --profile")),
    }
}

/// What is known before the first line.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) notes: Vec<Fault>,
    /// The groups that are not there; whoever follows waits for them.
    pub(super) absent: Vec<(TailSource, Fault)>,
}

/// What should be known of the groups. An unknown one is refused with the names that are near; whoever follows may
/// wait for it beside one that is there.
pub(super) async fn groups(aws: &Aws, job: &Job) -> Result<Found, Fault> {
    let sources = &job.tailing.sources;
    let mut found = Found::default();
    if sources.len() > MOST {
        return Ok(found);
    }
    let described = join_all(sources.iter().map(|source| aws.log_group(source))).await;
    for (source, facts) in sources.iter().zip(described) {
        match facts {
            Ok(Some(facts)) => {
                let note = kept(aws, source, &facts, job.tailing.start).await;
                found.notes.extend(note);
            }
            Ok(None) => found
                .absent
                .push((source.clone(), missing(aws, source).await)),
            Err(fault) if fault.kind == FaultKind::Credentials => return Err(fault),
            // The first page is asked for next; meanwhile somebody waits.
            Err(fault) if fault.passes() => found.notes.push(fault),
            // Who may not describe groups may read them all the same.
            Err(_) => {}
        }
    }
    let all = found.absent.len() == sources.len();
    match found.absent.first() {
        Some((_, fault)) if all || job.then == Then::End => Err(fault.clone()),
        _ => Ok(awaiting(found)),
    }
}

fn awaiting(mut found: Found) -> Found {
    for (_, fault) in &mut found.absent {
        fault.kind = FaultKind::Missing;
        *fault = fault.clone().means("it is followed once it is there");
    }
    found
}

async fn missing(aws: &Aws, source: &TailSource) -> Fault {
    let region = source.region.as_ref().unwrap_or(aws.region()).as_str();
    let what = format!(
        "There is no log group {} in {region}",
        source.group.as_str()
    );
    Fault::new(FaultKind::Usage, what).next(near(aws, source).await)
}

/// The names near one that is not there, or how to see all of them.
pub(super) async fn near(aws: &Aws, source: &TailSource) -> String {
    let name = source.group.as_str();
    let folder = name.rfind('/').map_or("", |slash| &name[..=slash]);
    let folder = folder.split('*').next().unwrap_or_default();
    let known = aws.log_groups(source.region.as_ref(), folder).await;
    let known = known.unwrap_or_default();
    let far = |facts: &GroupFacts| strsim::damerau_levenshtein(name, facts.name.as_str());
    let mut near: Vec<&GroupFacts> = known.iter().collect();
    near.sort_by_cached_key(|facts| far(facts));
    let near = near.iter().take(NEAR);
    let near: Vec<String> = near.map(|facts| written(source, &facts.name)).collect();
    if !near.is_empty() {
        return format!("Near it: {}", near.join(", "));
    }
    let elsewhere = source.region.as_ref();
    let elsewhere = elsewhere.map_or(String::new(), |region| {
        format!(" --region {}", region.as_str())
    });
    format!("tidegate logs --list{elsewhere} shows those that there are")
}

/// A group of the source's region, as it can be named.
fn written(source: &TailSource, group: &LogGroup) -> String {
    match &source.region {
        None => group.as_str().to_owned(),
        Some(region) => format!("{}:{}", region.as_str(), group.as_str()),
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
    let exports = aws.log_exports(source.region.as_ref()).await;
    let exports = exports.unwrap_or_default();
    let of_it = |export: &&Export| {
        export.group == facts.name
            && export.is_complete()
            && export.to > asked
            && export.from < first
    };
    Some(expired(facts, (days, first), exports.iter().find(of_it)))
}

fn expired(facts: &GroupFacts, (days, first): (u32, i64), export: Option<&Export>) -> Fault {
    let name = facts.name.text();
    let plural = if days == 1 { "" } else { "s" };
    let what = format!("{name} keeps its lines for {days} day{plural}");
    let gone = format!("what is older than {} is not here any more", day(first));
    let fault = Fault::new(FaultKind::Missing, what).means(gone);
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
        let said = expired(&facts, (1, DAY), Some(&export)).line();
        assert_eq!(
            said.as_str(),
            "/ecs/api keeps its lines for 1 day — what is older than 1970-01-02T00:00Z is not here any more — \
             1970-01-01T00:00Z to 1970-01-02T00:00Z was exported: look in s3://orchard-logs/api/ab-12/"
        );
    }
}
