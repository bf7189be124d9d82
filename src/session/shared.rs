//! The record of a session in the account: the lock that all operators see, and what a
//! colleague's tidegate needs to put everything back (product.md §4).

use super::step::Step;
use crate::domain::change::{FieldChange, Target};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::SessionId;
use jiff::Timestamp;

/// The version of the record's words.
pub const VERSION: u32 = 1;

/// What a standard parameter holds, in bytes (aws-facts.md §1.11).
pub const ROOM: usize = 4096;

/// Kept free for what changes while the session is open: heartbeat, end, a request to revert.
const SPARE: usize = 256;

/// The record as it stands in Parameter Store.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SharedRecord {
    pub v: u32,
    pub session: SessionId,
    pub plan: String,
    pub who: String,
    pub host: String,
    pub opened: Timestamp,
    /// Everything is put back at this time, whatever happens.
    pub until: Timestamp,
    /// The last sign of life of the one who carries it.
    pub heartbeat: Timestamp,
    /// The session that this one takes over.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub adopts: Option<SessionId>,
    /// What stands open, in the order in which it was applied.
    pub open: Vec<Restore>,
}

/// What a colleague leaves beside the record for whoever carries the session: put everything back.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Request {
    pub session: SessionId,
    pub by: String,
    pub at: Timestamp,
}

/// One setting to be put back.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Restore {
    pub target: Target,
    pub fields: Vec<FieldChange>,
}

impl SharedRecord {
    /// What of these steps can be put back.
    pub fn restores(steps: &[Step]) -> Vec<Restore> {
        let changes = steps.iter().filter_map(Step::change);
        changes
            .map(|change| Restore {
                target: change.target.clone(),
                fields: change.fields.clone(),
            })
            .collect()
    }

    /// The parameter's value.
    pub fn to_json(&self) -> String {
        // Plain data: nothing in it can fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads a parameter's value; one of another version is told from one that is broken.
    pub fn parse(json: &str) -> Result<Self, Fault> {
        #[derive(serde::Deserialize)]
        struct Head {
            v: u32,
        }
        let head: Head = serde_json::from_str(json).map_err(|e| unreadable(&e.to_string()))?;
        if head.v != VERSION {
            return Err(unreadable(&format!(
                "it is of version {}, this program knows {VERSION}",
                head.v
            )));
        }
        serde_json::from_str(json).map_err(|e| unreadable(&e.to_string()))
    }

    /// Bytes that are missing to fit into one parameter, where it does not.
    pub fn excess(&self) -> Option<usize> {
        (self.to_json().len() + SPARE)
            .checked_sub(ROOM)
            .filter(|excess| *excess > 0)
    }
}

/// A heartbeat older than this: nobody carries the session (product.md §4).
pub const SILENCE: jiff::SignedDuration = jiff::SignedDuration::from_secs(60);

pub use crate::domain::backstop::Shelf;

fn unreadable(why: &str) -> Fault {
    Fault::new(
        FaultKind::Garbled,
        format!("The session record in the account cannot be read ({why})"),
    )
    .means("a session of another version may be open")
    .next("look at it with `aws ssm get-parameters-by-path --path /tidegate --recursive`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::change::{Field, Hold, Value};
    use crate::domain::identity::Scope;
    use crate::domain::waf::AclScope;

    fn record() -> SharedRecord {
        let at = Timestamp::UNIX_EPOCH;
        SharedRecord {
            v: VERSION,
            session: "s-1".into(),
            plan: "spring-sale".into(),
            who: "alice".into(),
            host: "bastion-1".into(),
            opened: at,
            until: at,
            heartbeat: at,
            adopts: None,
            open: vec![Restore {
                target: Target::Group("nodes".into()),
                fields: vec![FieldChange {
                    field: Field::Min,
                    before: Value::Count(2),
                    after: Value::Count(4),
                    hold: Hold::Held,
                }],
            }],
        }
    }

    #[test]
    fn a_record_comes_back_as_it_was_put() {
        assert_eq!(SharedRecord::parse(&record().to_json()), Ok(record()));
    }

    #[test]
    fn a_record_of_a_newer_version_is_refused_by_its_number() {
        let json = record().to_json().replace("\"v\":1", "\"v\":7");
        let fault = SharedRecord::parse(&json).unwrap_err();
        assert!(fault.what.as_str().contains("version 7"), "{fault}");
    }

    #[test]
    fn a_record_that_does_not_fit_says_by_how_much() {
        assert_eq!(record().excess(), None);
        let many = SharedRecord {
            open: vec![record().open[0].clone(); 60],
            ..record()
        };
        assert_eq!(many.excess(), Some(many.to_json().len() + SPARE - ROOM));
    }

    #[test]
    fn a_cloudfront_rule_is_locked_apart_from_the_region() {
        let scope = Scope {
            account: "1".into(),
            region: "eu-west-1".into(),
        };
        assert_eq!(Shelf::Region.path(&scope), "/tidegate/eu-west-1/session");
        assert_eq!(
            Shelf::of(AclScope::Cloudfront).path(&scope),
            "/tidegate/cloudfront/session"
        );
    }
}
