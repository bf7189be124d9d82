//! SSM Parameter Store: the records of sessions that all operators see (aws-facts.md §1.11).

use super::Aws;
use super::convert::pages;
use crate::domain::fault::Fault;
use crate::session::shared::{SharedRecord, Shelf};
use crate::session::survey::Record;
use jiff::Timestamp;

/// Largest page of `GetParametersByPath`.
const PAGE: i32 = 10;

impl Aws {
    /// What a shelf holds: the open session with the highest number, if one is alive.
    pub async fn record(&self, at: Shelf, path: &str, now: Timestamp) -> Record {
        match self.records(at, path).await {
            Err(fault) => Record::Unreadable(fault),
            Ok(found) => alive(found, now),
        }
    }

    /// All records below a path, by number; one that cannot be read is a fault by itself.
    async fn records(
        &self,
        at: Shelf,
        path: &str,
    ) -> Result<Vec<(u64, Result<SharedRecord, Fault>)>, Fault> {
        let client = match at {
            Shelf::Region => &self.shared.ssm,
            Shelf::Cloudfront => &self.shared.ssm_global,
        };
        let request = client
            .get_parameters_by_path()
            .path(path)
            .with_decryption(true)
            .max_results(PAGE);
        let found = pages!(
            self,
            "ssm:GetParametersByPath",
            request.clone(),
            set_next_token,
            next_token,
            parameters
        );
        let mut records: Vec<_> = found
            .iter()
            .filter_map(|p| {
                let number = p.name()?.rsplit('/').next()?.parse().ok()?;
                Some((number, SharedRecord::parse(p.value().unwrap_or_default())))
            })
            .collect();
        records.sort_by_key(|(number, _)| *number);
        Ok(records)
    }
}

/// The newest decides; one that cannot be read may be alive.
fn alive(mut found: Vec<(u64, Result<SharedRecord, Fault>)>, now: Timestamp) -> Record {
    match found.pop() {
        None => Record::Free { next: 1 },
        Some((n, Ok(record))) if record.is_dead(now) => Record::Free { next: n + 1 },
        Some((_, Ok(record))) => Record::Taken(Box::new(record)),
        Some((_, Err(fault))) => Record::Unreadable(fault),
    }
}
