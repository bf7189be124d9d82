//! What log groups keep no more, and where their older lines were exported to.

use crate::aws::Aws;
use crate::domain::fault::Fault;
use crate::domain::ids::Region;
use crate::domain::log::{Expiry, Export, TailSource};
use futures_util::future::join_all;
use std::collections::BTreeMap;

const DAY: i64 = 86_400_000;
/// Of more groups nobody waits for the description.
const MOST: usize = 20;

/// The exports of each region, or why they are not known.
type Exports = BTreeMap<Option<Region>, Result<Vec<Export>, Fault>>;

/// Asks for the retention of the first groups (`logs:DescribeLogGroups`), and for the export tasks of their regions
/// (`logs:DescribeExportTasks`); `now`: milliseconds since 1970. A group that may not be described is passed over; an
/// error is what can be tried again.
pub async fn ask(aws: &Aws, sources: &[TailSource], now: i64) -> Result<Vec<Expiry>, Fault> {
    let sources = &sources[..sources.len().min(MOST)];
    let facts = join_all(sources.iter().map(|source| aws.log_group(source))).await;
    let mut kept = Vec::new();
    for (source, facts) in sources.iter().zip(facts) {
        let facts = match facts {
            Err(fault) if fault.passes() => return Err(fault),
            facts => facts.ok().flatten(),
        };
        kept.extend(facts.and_then(|facts| Some((source, facts.retention?))));
    }
    let exports = exports(aws, &kept).await?;
    let of = |(source, days): (&TailSource, u32)| Expiry {
        source: source.clone(),
        days,
        before: now - i64::from(days) * DAY,
        exports: of_group(&exports, source),
    };
    Ok(kept.into_iter().map(of).collect())
}

async fn exports(aws: &Aws, kept: &[(&TailSource, u32)]) -> Result<Exports, Fault> {
    let mut found = Exports::new();
    for (source, _) in kept {
        if found.contains_key(&source.region) {
            continue;
        }
        match aws.log_exports(source.region.as_ref()).await {
            Err(fault) if fault.passes() => return Err(fault),
            told => found.insert(source.region.clone(), told),
        };
    }
    Ok(found)
}

fn of_group(exports: &Exports, source: &TailSource) -> Result<Vec<Export>, Fault> {
    let all = exports
        .get(&source.region)
        .cloned()
        .unwrap_or(Ok(Vec::new()));
    all.map(|mut all| {
        all.retain(|export| export.group == source.group);
        all
    })
}
