//! SSM Parameter Store: the records of sessions that all operators see (aws-facts.md §1.11).

use super::Aws;
use super::convert::pages;
use crate::domain::fault::Fault;
use crate::session::shared::{Request, SharedRecord, Shelf};
use crate::session::survey::Record;

/// Largest page of `GetParametersByPath`.
const PAGE: i32 = 10;

/// A shelf with all that lies on it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShelfSeen {
    /// By number; one that cannot be read is a fault by itself.
    pub records: Vec<(u64, Result<SharedRecord, Fault>)>,
    /// What colleagues ask of a session, by the number of its record.
    pub requests: Vec<(u64, Request)>,
}

impl Aws {
    /// What a shelf holds: the open session with the highest number.
    pub async fn record(&self, at: Shelf, path: &str) -> Record {
        match self.shelf(at, path).await {
            Err(fault) => Record::Unreadable(fault),
            Ok(found) => newest(found.records),
        }
    }

    /// Everything below a path.
    pub async fn shelf(&self, at: Shelf, path: &str) -> Result<ShelfSeen, Fault> {
        let client = match at {
            Shelf::Region => &self.shared.ssm,
            Shelf::Cloudfront => &self.shared.ssm_global,
        };
        let request = client
            .get_parameters_by_path()
            .path(path)
            .recursive(true)
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
        let mut seen = ShelfSeen::default();
        for p in &found {
            let (name, value) = (p.name().unwrap_or_default(), p.value().unwrap_or_default());
            seen.take(name.strip_prefix(path).unwrap_or_default(), value);
        }
        seen.records.sort_by_key(|(number, _)| *number);
        Ok(seen)
    }
}

impl ShelfSeen {
    /// `/7` is a record, `/7/revert` a request to whoever carries it; anything else is not ours.
    fn take(&mut self, rest: &str, value: &str) {
        let mut parts = rest.trim_start_matches('/').split('/');
        let Some(number) = parts.next().and_then(|n| n.parse().ok()) else {
            return;
        };
        match (parts.next(), parts.next()) {
            (None, _) => self.records.push((number, SharedRecord::parse(value))),
            (Some("revert"), None) => {
                let request = serde_json::from_str(value).ok();
                self.requests
                    .extend(request.map(|request| (number, request)));
            }
            _ => {}
        }
    }
}

/// The newest decides; one that cannot be read may be alive. One that nobody carries any more is
/// no free place either: what it set still stands, and would be taken for the original.
fn newest(mut found: Vec<(u64, Result<SharedRecord, Fault>)>) -> Record {
    match found.pop() {
        None => Record::Free { next: 1 },
        Some((_, Ok(record))) => Record::Taken(Box::new(record)),
        Some((_, Err(fault))) => Record::Unreadable(fault),
    }
}
