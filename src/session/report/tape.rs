//! Records made by hand, for tests: a load test as it goes, event after event, ten seconds apart.

use crate::domain::backstop::{Bounds, RecordRef, Shelf, Timer};
use crate::domain::backup::Backup;
use crate::domain::change::{Change, Field, FieldChange, Hold, Reading, Standing, Target, Value};
use crate::domain::ecs::ServiceRef;
use crate::domain::identity::Scope;
use crate::domain::rds::{DatabaseKind, DatabaseRef};
use crate::domain::subject::Subject;
use crate::domain::waf::{AclRef, AclScope, RawJson, RuleRef};
use crate::session::draft::Reason;
use crate::session::load_test::{Accepted, Moved, Terms};
use crate::session::record::{Actor, Event, Place, Prepared, Record, Sign, Trouble, VERSION, Way};
use crate::session::state::fold;
use crate::session::step::Step;
use jiff::Timestamp;

/// A rule's action with a header value that nobody may see.
pub const BLOCK: &str = r#"{"Block":{"CustomResponse":{"ResponseCode":429,"ResponseHeaders":[{"Name":"x-key","Value":"open sesame"}]}}}"#;

/// The records of one load test.
pub struct Tape {
    pub records: Vec<Record>,
    seconds: i64,
}

pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).unwrap()
}

pub fn place() -> Place {
    Place {
        scope: Scope {
            account: "123456789012".into(),
            region: "ap-northeast-2".into(),
        },
        caller: "arn:aws:sts::123456789012:assumed-role/ops/alice".into(),
    }
}

fn terms() -> Terms {
    Terms {
        adopts: None,
        plan: "spring-sale".into(),
        ttl_seconds: 2700,
        unattended_seconds: 600,
        settle_seconds: 180,
        alarms: vec!["orchard-5xx".into()],
        accepted: vec![Accepted {
            reason: Reason::NoRateTimer,
            what: "No timer of AWS closes a rate rule".into(),
        }],
    }
}

pub fn service() -> ServiceRef {
    ServiceRef {
        cluster: "orchard".into(),
        service: "api".into(),
    }
}

pub fn field(field: Field, before: u64, after: u64, hold: Hold) -> FieldChange {
    FieldChange {
        field,
        before: Value::Count(before),
        after: Value::Count(after),
        hold,
    }
}

/// min 2 → 6, max 4 → 12, and a desired count that autoscaling moves.
pub fn scalable() -> Step {
    Step::Set(Change {
        target: Target::Scalable(service()),
        fields: vec![
            field(Field::Min, 2, 6, Hold::Held),
            field(Field::Max, 4, 12, Hold::Held),
            field(Field::Desired, 2, 6, Hold::Floating),
        ],
    })
}

pub fn group() -> Step {
    Step::Set(Change {
        target: Target::Group("orchard-nodes".into()),
        fields: vec![
            field(Field::Min, 2, 4, Hold::Held),
            field(Field::Max, 6, 8, Hold::Held),
        ],
    })
}

pub fn rule() -> Step {
    let acl = AclRef {
        scope: AclScope::Regional,
        name: "orchard-edge".into(),
        id: "1".into(),
        arn: "arn".into(),
    };
    let target = Target::Rule(RuleRef {
        acl,
        rule: "per-ip-1000".into(),
    });
    let json = |text: &str| Value::Json(RawJson(text.into()));
    Step::Set(Change {
        target,
        fields: vec![FieldChange {
            field: Field::Action,
            before: json(BLOCK),
            after: json(r#"{"Count":{}}"#),
            hold: Hold::Held,
        }],
    })
}

pub fn backup() -> Step {
    Step::Create(Backup {
        database: DatabaseRef {
            kind: DatabaseKind::Instance,
            id: "orchard-db".into(),
        },
        snapshot: "tidegate-orchard-db-20260921t141320z".into(),
    })
}

pub fn lock() -> Step {
    Step::Set(Change::put(Target::Record(RecordRef {
        shelf: Shelf::Region,
        name: "/tidegate/ap-northeast-2/session/7".into(),
        body: "{}".into(),
    })))
}

pub fn timer() -> Step {
    Step::Set(Change::put(Target::Timer(Timer {
        of: Bounds::Target(service()),
        name: "tidegate-s-1-restore".into(),
        at: at(3600),
        min: 2,
        max: 4,
    })))
}

/// Somebody else's value in a field of a step.
pub fn moved(step: &Step, field: Field, now: u64, who: Option<&str>) -> Moved {
    let change = step.change().unwrap();
    let of = change.field(field).unwrap();
    Moved {
        target: change.target.clone(),
        field,
        before: of.before.clone(),
        ours: of.after.clone(),
        now: Some(Value::Count(now)),
        standing: Standing::Theirs,
        who: who.map(str::to_owned),
    }
}

pub fn sign(name: &str, of: &str, unit: &str, value: f64) -> Sign {
    Sign {
        name: name.into(),
        of: of.into(),
        unit: unit.into(),
        value,
    }
}

impl Tape {
    /// A load test of these steps was opened.
    pub fn new(steps: &[Step]) -> Self {
        let mut tape = Self {
            records: Vec::new(),
            seconds: 0,
        };
        tape.say(Event::Opened {
            summary: "load test spring-sale".into(),
            subject: Subject::Service(service()),
            steps: steps.to_vec(),
        });
        tape.say(Event::Planned { terms: terms() });
        tape
    }

    pub fn say(&mut self, event: Event) {
        self.records.push(Record {
            v: VERSION,
            at: at(self.seconds),
            session: "s-1".into(),
            actor: Actor {
                host: "bastion-1".into(),
                user: "alice".into(),
                version: "0.9.0".into(),
                ..Actor::default()
            },
            place: place(),
            event,
        });
        self.seconds += 10;
    }

    /// Everything of these steps was sent and seen.
    pub fn applied(&mut self, steps: impl IntoIterator<Item = usize>) {
        for step in steps {
            self.sent(step, Way::Apply);
            let observed = self.change(step).map(|c| c.after());
            self.verified(step, Way::Apply, observed.unwrap_or_default(), "as wished");
        }
    }

    /// They were put back and read back.
    pub fn reverted(&mut self, steps: impl IntoIterator<Item = usize>) {
        for step in steps {
            self.sent(step, Way::Revert);
            let observed = self.change(step).map(|c| c.before());
            self.verified(step, Way::Revert, observed.unwrap_or_default(), "as before");
            self.say(Event::Reverted { step });
        }
    }

    /// A request left, and AWS took it.
    pub fn sent(&mut self, step: usize, way: Way) {
        self.left(step, way);
        self.done(step, way);
    }

    /// Only these fields of a step were put back, and AWS took it.
    pub fn sent_back(&mut self, step: usize, fields: &[Field]) {
        let change = self.change(step).unwrap();
        let change = change.invert().only(|f| fields.contains(&f.field));
        let revert = change.invert();
        self.leaves(step, Way::Revert, Prepared::Set { change, revert });
        self.done(step, Way::Revert);
    }

    /// A request left; nothing is known of an answer.
    pub fn left(&mut self, step: usize, way: Way) {
        let change = match (self.step(step), way) {
            (Step::Create(backup), _) => {
                return self.leaves(step, way, Prepared::Create(backup));
            }
            (Step::Set(change), Way::Apply) => change,
            (Step::Set(change), Way::Revert) => change.invert(),
        };
        let revert = change.invert();
        self.leaves(step, way, Prepared::Set { change, revert });
    }

    fn leaves(&mut self, step: usize, way: Way, what: Prepared) {
        self.say(Event::Prepared { step, way, what });
        self.say(Event::Sent {
            step,
            way,
            attempt: 1,
            action: "AnyAction".into(),
            resource: "any".into(),
        });
    }

    fn done(&mut self, step: usize, way: Way) {
        self.say(Event::Done {
            step,
            way,
            request: Some("req-1".into()),
            millis: 40,
        });
    }

    pub fn verified(&mut self, step: usize, way: Way, observed: Reading, said: &str) {
        self.say(Event::Verified {
            step,
            way,
            observed,
            said: said.into(),
        });
    }

    pub fn failed(&mut self, step: usize, way: Way, what: &str) {
        self.say(Event::Failed {
            step,
            way,
            trouble: Trouble {
                what: what.into(),
                code: Some("AccessDenied".into()),
                request: None,
            },
            millis: 12,
        });
    }

    pub fn step(&self, n: usize) -> Step {
        fold(&self.records).unwrap().steps[n].step.clone()
    }

    fn change(&self, n: usize) -> Option<Change> {
        self.step(n).change().cloned()
    }
}
