//! A load test as its guard tells it: `spring-sale` of alice, at 14:22 UTC with 31 minutes left.

use super::console::{
    Console, api, identity, rule_ref, seen_database, seen_group, seen_rule, seen_service, start,
};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;
use tidegate::domain::autoscaling::ScalingDetail;
use tidegate::domain::change::{Field, FieldChange, Hold, Standing as Held, Target, Value};
use tidegate::domain::identity::Scope;
use tidegate::domain::plan::Ceilings;
use tidegate::domain::waf::{AclScope, RawJson};
use tidegate::model::effect::Effect;
use tidegate::model::message::{Message, TestNews};
use tidegate::session::draft::{Reason, draft};
use tidegate::session::load_test::{Accepted, Moved, Stage};
use tidegate::session::opening::Drafted;
use tidegate::session::plan::{GroupWish, Plan, RuleSet, RuleWish, ServiceWish};
use tidegate::session::record::{Place, Sign};
use tidegate::session::shared::{Restore, SharedRecord, Shelf};
use tidegate::session::snapshot::{
    AlarmNow, FieldSeen, Kind, Protection, Snapshot, Standing, StepSeen,
};
use tidegate::session::survey::{AlarmSeen, Found, Lifetime, Record, Survey, Wish};

/// So many minutes after the console's start.
pub fn minutes(n: i64) -> Timestamp {
    start() + SignedDuration::from_mins(n)
}

fn field(field: Field, before: u64, ours: u64) -> FieldSeen {
    FieldSeen {
        field,
        before: Value::Count(before),
        ours: Value::Count(ours),
        now: None,
    }
}

fn action() -> FieldSeen {
    let json = |text: &str| Value::Json(RawJson(text.into()));
    FieldSeen {
        field: Field::Action,
        before: json(r#"{"Block":{"CustomResponse":{"ResponseCode":429}}}"#),
        ours: json(r#"{"Count":{}}"#),
        now: None,
    }
}

fn step(kind: Kind, resource: &str, standing: Standing, fields: Vec<FieldSeen>) -> StepSeen {
    StepSeen {
        kind,
        resource: resource.to_owned(),
        standing,
        said: String::new(),
        percent: None,
        fields,
    }
}

fn steps() -> Vec<StepSeen> {
    let sizes = |min, max| {
        vec![
            field(Field::Min, min, min * 3),
            field(Field::Max, max, max * 2),
        ]
    };
    let applied = Standing::Applied;
    let record = "session record /tidegate/ap-northeast-2/session/3";
    vec![
        step(Kind::Lock, record, applied, vec![]),
        step(Kind::Backup, "database orchard-db", applied, vec![]),
        step(Kind::Timer, "timer of orchard/api", applied, vec![]),
        step(Kind::Group, "group orchard-nodes", applied, sizes(2, 6)),
        step(
            Kind::Service,
            "scalable target orchard/api",
            applied,
            sizes(2, 6),
        ),
        step(
            Kind::Rule,
            "rule per-ip-1000 of orchard-edge",
            applied,
            vec![action()],
        ),
    ]
}

fn sign(name: &str, of: &str, value: f64, unit: &str) -> Sign {
    Sign {
        name: name.to_owned(),
        of: of.to_owned(),
        unit: unit.to_owned(),
        value,
    }
}

/// It runs, and nothing is wrong but what was accepted.
pub fn running() -> Snapshot {
    Snapshot {
        protocol: 1,
        session: "20260920-141500-7f3a".into(),
        plan: "spring-sale".into(),
        place: Place {
            scope: Scope {
                account: identity().account,
                region: "ap-northeast-2".into(),
            },
            caller: identity().caller,
        },
        who: "alice".into(),
        host: "bastion-1".into(),
        pid: 4711,
        version: "0.1.0".into(),
        protection: Protection::Scope,
        opened: minutes(-7),
        now: minutes(0),
        stage: Stage::Running,
        said: None,
        why: None,
        closing: None,
        until: Some(minutes(31)),
        unattended_seconds: 600,
        alone_since: None,
        attached: 1,
        steps: steps(),
        accepted: vec![Accepted {
            reason: Reason::NoRateTimer,
            what: "Nothing in AWS puts the rate rule back".into(),
        }],
        drift: Vec::new(),
        conflicts: Vec::new(),
        alarms: vec![AlarmNow {
            name: "orchard-5xx".into(),
            state: "OK".into(),
        }],
        vitals: vec![
            sign("requests", "load balancer orchard", 1204.0, "/s"),
            sign("cpu", "service orchard/api", 81.4, "%"),
        ],
        notes: 2,
        shared: Some("/tidegate/ap-northeast-2/session/3".into()),
        troubles: Vec::new(),
    }
}

/// The group did not come up.
pub fn halted() -> Snapshot {
    let mut snapshot = Snapshot {
        stage: Stage::Halted,
        said: Some("group orchard-nodes: 3 of 6 instances are in service after 10 min".into()),
        ..running()
    };
    snapshot.steps[3].standing = Standing::Stalled;
    snapshot.steps[3].said = "until 6 instances are in service".into();
    snapshot.steps[3].percent = Some(50);
    snapshot.steps[4].standing = Standing::Waiting;
    snapshot.steps[5].standing = Standing::Waiting;
    snapshot
}

fn moved(target: Target, field: Field, now: u64) -> Moved {
    Moved {
        target,
        field,
        before: Value::Count(2),
        ours: Value::Count(6),
        now: Some(Value::Count(now)),
        standing: Held::Theirs,
        who: Some("pipeline".into()),
    }
}

/// It is put back, and somebody else has been at the service's bounds.
pub fn in_conflict() -> Snapshot {
    let mut snapshot = Snapshot {
        stage: Stage::Reverting,
        said: Some("alice on bastion-1 asked for it".into()),
        conflicts: vec![
            moved(Target::Scalable(api()), Field::Min, 5),
            moved(Target::Rule(rule_ref()), Field::Limit, 9),
        ],
        ..running()
    };
    snapshot.steps[4].standing = Standing::Conflict;
    snapshot.steps[4].fields[0].now = Some(Value::Count(5));
    snapshot.steps[5].standing = Standing::Reverted;
    snapshot
}

/// It is put back, and a maximum waits.
pub fn draining() -> Snapshot {
    let mut snapshot = Snapshot {
        stage: Stage::Reverting,
        said: Some("waiting for what drains".into()),
        ..running()
    };
    snapshot.steps[5].standing = Standing::Reverted;
    snapshot.steps[4].standing = Standing::Draining;
    snapshot.steps[4].said = "9 run, the maximum is 6".into();
    snapshot
}

/// Everything at once that a banner may have to say.
pub fn beset() -> Snapshot {
    Snapshot {
        protection: Protection::Detached,
        drift: vec![moved(Target::Scalable(api()), Field::Min, 5)],
        troubles: vec!["the account's record could not be renewed (AccessDenied)".into()],
        accepted: [Reason::NoRateTimer, Reason::NoSharedRecord, Reason::NoRoom]
            .map(|reason| Accepted {
                reason,
                what: "taken on".into(),
            })
            .to_vec(),
        ..running()
    }
}

/// The plan behind it.
pub fn plan() -> Plan {
    Plan {
        name: "spring-sale".into(),
        ttl: Duration::from_mins(45),
        unattended: Duration::from_mins(10),
        settle: Duration::from_mins(3),
        backup: vec!["orchard-db".into()],
        stop_on_alarm: vec!["orchard-5xx".into()],
        groups: vec![GroupWish {
            name: "orchard-nodes".into(),
            min: 4,
            max: 8,
        }],
        services: vec![ServiceWish {
            cluster: "orchard".into(),
            name: "api".into(),
            min: 6,
            max: 12,
        }],
        rules: vec![RuleWish {
            acl: "orchard-edge".into(),
            scope: AclScope::Regional,
            rule: "per-ip-1000".into(),
            set: RuleSet::Count,
        }],
    }
}

fn nothing_scheduled() -> ScalingDetail {
    ScalingDetail {
        policies: Vec::new(),
        scheduled: Vec::new(),
        activities: Vec::new(),
        refresh: None,
        gaps: Vec::new(),
    }
}

/// What the account shows of a plan.
fn survey(plan: &Plan) -> Survey {
    let found = |wish: Wish| {
        let observed = Ok(match &wish {
            Wish::Backup(_) => seen_database(),
            Wish::Group(_) => seen_group(),
            Wish::Service(_) => seen_service(4),
            Wish::Rule(_) => seen_rule(),
        });
        let sizes = matches!(wish, Wish::Group(_) | Wish::Service(_));
        Found {
            wish,
            observed,
            near: Vec::new(),
            scaling: sizes.then(|| Ok(nothing_scheduled())),
            expired: Vec::new(),
        }
    };
    Survey {
        place: running().place,
        at: start(),
        skew: Some(SignedDuration::ZERO),
        lifetime: Lifetime::Renewed,
        records: vec![(Shelf::Region, Record::Free { next: 3 })],
        found: plan.wishes().into_iter().map(found).collect(),
        alarms: vec![AlarmSeen {
            name: "orchard-5xx".into(),
            state: Ok(Some("OK".into())),
        }],
    }
}

/// What a plan comes down to, as it is looked at.
pub fn drafted(plan: &Plan) -> Drafted {
    drafted_in(plan, survey(plan))
}

/// The same while a colleague has a session open, and the alarm rings.
pub fn drafted_in_vain(plan: &Plan) -> Drafted {
    let mut survey = survey(plan);
    survey.records[0].1 = Record::Taken(Box::new(colleagues(5)));
    survey.alarms[0].state = Ok(Some("ALARM".into()));
    drafted_in(plan, survey)
}

fn drafted_in(plan: &Plan, survey: Survey) -> Drafted {
    let draft = draft(plan, &survey, &Ceilings::default(), &"s-1".into());
    Drafted {
        plan: plan.clone(),
        survey,
        draft,
    }
}

/// A colleague's, whose guard gave its last sign of life so many seconds ago.
pub fn colleagues(seconds: i64) -> SharedRecord {
    SharedRecord {
        adopts: None,
        v: 1,
        session: "20260920-140000-beef".into(),
        plan: "autumn-sale".into(),
        who: "arn:aws:sts::123456789012:assumed-role/ops/bob".into(),
        host: "bastion-2".into(),
        opened: minutes(-20),
        until: minutes(25),
        heartbeat: start() - SignedDuration::from_secs(seconds),
        open: vec![Restore {
            target: Target::Group("orchard-nodes".into()),
            fields: vec![count(Field::Min, 2, 4), count(Field::Max, 6, 8)],
        }],
    }
}

fn count(field: Field, before: u64, after: u64) -> FieldChange {
    FieldChange {
        field,
        before: Value::Count(before),
        after: Value::Count(after),
        hold: Hold::Held,
    }
}

impl Console {
    /// News of a load test.
    pub fn news(&mut self, news: TestNews) -> Vec<Effect> {
        self.send(Message::Test(news))
    }

    /// Our session stands so.
    pub fn told(&mut self, snapshot: Snapshot) -> Vec<Effect> {
        self.news(TestNews::Snapshot(Box::new(snapshot)))
    }

    /// A colleague has a session open.
    pub fn colleague(&mut self, record: SharedRecord) -> Vec<Effect> {
        self.news(TestNews::Foreign(Some(Box::new(record))))
    }

    /// Confirms the question on the screen.
    pub fn yes(&mut self) -> Vec<Effect> {
        self.read_it();
        self.type_in("y")
    }
}
