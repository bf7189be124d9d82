//! The record of a session in the account: the lock that all operators see, and what a
//! colleague's tidegate needs to put everything back (product.md §4).

use super::step::Step;
use crate::domain::change::{Field, FieldChange, Target};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::SessionId;
use crate::domain::plan::Ceilings;
use jiff::{SignedDuration, Timestamp};

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

impl Restore {
    /// What its sizes are held against; a rule's limit is no size.
    fn ceiling(&self, ceilings: &Ceilings) -> Option<u32> {
        match self.target {
            Target::Scalable(_) | Target::Service(_) => ceilings.max_tasks,
            Target::Group(_) => ceilings.max_instances,
            Target::Rule(_) | Target::Timer(_) | Target::Record(_) => None,
        }
    }
}

fn too_much(restore: &Restore, field: Field, before: u64, most: u64) -> Fault {
    let of = super::step::resource(&restore.target);
    Fault::new(
        FaultKind::Refused,
        format!(
            "The record asks for {field} {before} of {of}, above this profile's ceiling of {most}"
        ),
    )
    .means("it is not taken over: what lies in the account may be anybody's words")
    .next(
        "look at the record; where it is right, raise max_tasks or max_instances for this profile",
    )
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

    /// Why nothing of it can be changed from here, and what can be done; `silent`: since its last sign
    /// of life.
    pub fn not_ours(&self, silent: SignedDuration) -> Fault {
        let fault = Fault::new(
            FaultKind::Conflict,
            format!(
                "No load-test session is open on this machine; {} is carried by {} on {}, until {:.0}",
                self.plan, self.who, self.host, self.until
            ),
        );
        if silent > SILENCE {
            return fault
                .means(format!(
                    "its last sign of life was {} s ago: nobody carries it any more",
                    silent.as_secs()
                ))
                .next("take it over with R in the console or `tidegate session recover`: everything is put back");
        }
        fault
            .means("only on that machine it can be extended and takes notes")
            .next("ask there; or have it put back from here: R in the console, `tidegate session revert`")
    }

    /// What taking it over would raise above the profile's ceilings: whoever may write a parameter must
    /// not thereby set sizes.
    pub fn above(&self, ceilings: &Ceilings) -> Option<Fault> {
        let mut all = self.open.iter().flat_map(|r| {
            let most = r.ceiling(ceilings);
            r.fields.iter().map(move |f| (r, f, most))
        });
        all.find_map(|(restore, field, most)| {
            let (before, after) = (field.before.count()?, field.after.count()?);
            let most = u64::from(most?);
            (before > most && before > after).then(|| too_much(restore, field.field, before, most))
        })
    }

    /// Bytes that are missing to fit into one parameter, where it does not.
    pub fn excess(&self) -> Option<usize> {
        (self.to_json().len() + SPARE)
            .checked_sub(ROOM)
            .filter(|excess| *excess > 0)
    }
}

/// A heartbeat older than this: nobody carries the session (product.md §4).
pub const SILENCE: SignedDuration = SignedDuration::from_secs(60);

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
    use crate::domain::change::{Hold, Value};
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
    fn whose_it_is_and_what_can_be_done_is_said_of_one_that_lives_and_of_one_that_does_not() {
        for (silent, wanted) in [(10, "session revert"), (61, "session recover")] {
            let fault = record().not_ours(SignedDuration::from_secs(silent));
            let line = fault.line().to_string();
            for wanted in ["alice on bastion-1", "spring-sale", wanted] {
                assert!(line.contains(wanted), "“{wanted}” in {line}");
            }
        }
    }

    #[test]
    fn what_a_record_asks_for_above_the_ceiling_is_named_unless_it_makes_smaller() {
        let ceilings = |instances| Ceilings {
            max_tasks: Some(1),
            max_instances: instances,
        };
        let mut record = record();
        let field = &mut record.open[0].fields[0];
        (field.before, field.after) = (Value::Count(9), Value::Count(4));
        let fault = record.above(&ceilings(Some(8))).expect("a fault");
        let line = fault.line().to_string();
        assert!(
            line.contains("min 9 of group nodes") && line.contains("ceiling of 8"),
            "{line}"
        );
        assert_eq!(record.above(&ceilings(Some(9))), None);
        assert_eq!(record.above(&ceilings(None)), None);
        record.open[0].fields[0].after = Value::Count(12);
        assert_eq!(record.above(&ceilings(Some(8))), None);
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
