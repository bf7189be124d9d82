//! A console without a runtime: messages in, effects out, the screen as text. Its
//! account is a small orchard: two services, a target, a group, a rate rule, a database.

use super::screen::{roles_theme, text};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;
use std::time::Duration;
use tidegate::app::{State, draw, update};
use tidegate::domain::autoscaling::{Group, Policy, PolicyKind, ScalableTarget, Scaled, Suspended};
use tidegate::domain::change::{Field, Target, Value};
use tidegate::domain::ecs::{
    Cluster, Controller, Headroom, Launch, Rollout, Scheduling, Service, ServiceRef, ServiceStatus,
};
use tidegate::domain::identity::Identity;
use tidegate::domain::rds::{Database, DatabaseKind, DatabaseRef, Inventory, Quota};
use tidegate::domain::subject::{Observation, Subject};
use tidegate::domain::waf::{
    Acl, AclRef, AclScope, Aggregate, RateStatement, RawAcl, RawJson, Rule, RuleAction, RuleKind,
    RuleRef,
};
use tidegate::model::effect::Effect;
use tidegate::model::keymap::Keymap;
use tidegate::model::message::{Input, Message};
use tidegate::model::query::{Answer, Facts, Query, Reply};
use tidegate::model::settings::Settings;
use tidegate::model::time::Now;
use tidegate::session::order::{Order, Proposal, Report};

/// A console and its clock.
pub struct Console {
    pub state: State,
    pub mono: Duration,
}

/// 2026-09-20 14:22 UTC: the wall clock at the console's start.
pub fn start() -> Timestamp {
    "2026-09-20T14:22:00Z".parse().expect("a timestamp")
}

pub fn write_settings() -> Settings {
    Settings {
        region: Some("ap-northeast-2".into()),
        ..Settings::default()
    }
}

pub fn api() -> ServiceRef {
    ServiceRef {
        cluster: "orchard".into(),
        service: "api".into(),
    }
}

pub fn service(name: &str, desired: u32) -> Service {
    Service {
        at: ServiceRef {
            cluster: "orchard".into(),
            service: name.into(),
        },
        status: ServiceStatus::Active,
        desired,
        running: desired,
        pending: 0,
        launch: Launch::Ec2,
        controller: Controller::Ecs,
        arn: None,
        scheduling: Scheduling::Replica,
        rollout: Rollout::Completed,
        primary: (desired, desired),
        deployments: 1,
        deployed_at: Some("2026-09-18T14:22:00Z".parse().expect("a timestamp")),
        task_definition: "api:12".into(),
        target_groups: Vec::new(),
    }
}

fn target() -> ScalableTarget {
    ScalableTarget {
        at: api(),
        min: 2,
        max: 6,
        suspended: Suspended::default(),
    }
}

fn policy() -> Policy {
    Policy {
        at: Scaled::Service(api()),
        name: "cpu".into(),
        kind: PolicyKind::TargetTracking {
            metric: "ECSServiceAverageCPUUtilization".into(),
            target: 75.0,
            disable_scale_in: false,
        },
        scale_in_cooldown: Some(300),
        scale_out_cooldown: Some(60),
    }
}

pub fn group() -> Group {
    Group {
        name: "orchard-nodes".into(),
        min: 2,
        max: 6,
        desired: 4,
        instances: Vec::new(),
        suspended: Vec::new(),
        managed_by_ecs: false,
        arn: Some(
            "arn:aws:autoscaling:eu-west-1:1:autoScalingGroup:1:autoScalingGroupName/orchard-nodes"
                .into(),
        ),
        warm_pool: false,
        status: None,
    }
}

fn acl_ref() -> AclRef {
    let arn = "arn:aws:wafv2:ap-northeast-2:123456789012:regional/webacl/orchard-edge/1".into();
    AclRef {
        scope: AclScope::Regional,
        name: "orchard-edge".into(),
        id: "1".into(),
        arn,
    }
}

pub fn rule_ref() -> RuleRef {
    RuleRef {
        acl: acl_ref(),
        rule: "per-ip-1000".into(),
    }
}

pub fn acl() -> Acl {
    let rule = Rule {
        name: "per-ip-1000".into(),
        priority: 0,
        action: RuleAction::Block,
        raw_action: Some(RawJson(
            r#"{"Block":{"CustomResponse":{"ResponseCode":429}}}"#.into(),
        )),
        kind: RuleKind::Rate(RateStatement {
            limit: 1000,
            window: 60,
            aggregate: Aggregate::Ip,
            scoped_down: false,
        }),
        metric: "per-ip".into(),
        sampled: true,
    };
    Acl {
        at: acl_ref(),
        default_action: RuleAction::Allow,
        metric: "edge".into(),
        rules: vec![rule],
        capacity: 2,
        firewall_manager: false,
        unknown_members: Vec::new(),
        raw: RawAcl {
            at: acl_ref(),
            document: "{}".into(),
            lock_token: "t".into(),
        },
    }
}

pub fn database() -> Database {
    Database {
        at: DatabaseRef {
            kind: DatabaseKind::Instance,
            id: "orchard-db".into(),
        },
        engine: "postgres".into(),
        class: "db.t3.medium".into(),
        status: "available".into(),
        arn: None,
        multi_az: false,
        storage: 20,
        backup_window: Some("03:00-03:30".into()),
        retention: 7,
        members: Vec::new(),
        read_replica_of: None,
    }
}

/// What a fresh look at the service brings.
pub fn seen_service(desired: u32) -> Observation {
    Observation::Service {
        service: service("api", desired),
        target: Some(target()),
        policies: vec![policy()],
        headroom: Some(Headroom {
            tasks: Some(9),
            instances: Vec::new(),
        }),
    }
}

/// What a fresh look at the rule brings.
pub fn seen_rule() -> Observation {
    let arn = "arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:loadbalancer/app/orchard/1";
    Observation::Rule {
        acl: Box::new(acl()),
        resources: vec![arn.into()],
        gaps: Vec::new(),
    }
}

/// What a fresh look at the database brings.
pub fn seen_database() -> Observation {
    Observation::Database {
        database: database(),
        quota: Some(Quota { used: 3, max: 100 }),
        underway: None,
    }
}

/// What a fresh look at the group brings.
pub fn seen_group() -> Observation {
    Observation::Group {
        group: group(),
        policies: Vec::new(),
    }
}

/// The fresh look that belongs to a subject.
pub fn seen(subject: &Subject) -> Observation {
    match subject {
        Subject::Service(_) => seen_service(4),
        Subject::Group(_) => seen_group(),
        Subject::Rule(_) => seen_rule(),
        Subject::Database(_) => seen_database(),
    }
}

pub fn identity() -> Identity {
    Identity {
        account: "123456789012".into(),
        caller: "arn:aws:sts::123456789012:assumed-role/ops/alice".into(),
    }
}

impl Console {
    /// A console that has heard nothing but the time.
    pub fn new(settings: Settings, size: (u16, u16)) -> Self {
        let state = State::new(settings, Keymap::default(), vec![roles_theme()], size);
        let mut console = Self {
            state,
            mono: Duration::ZERO,
        };
        console.wait(0);
        console
    }

    /// A console whose account is known and whose lists are filled.
    pub fn filled(settings: Settings, size: (u16, u16)) -> Self {
        let mut console = Self::new(settings, size);
        console.fill();
        console
    }

    /// Every list is answered, with the same as before.
    pub fn fill(&mut self) {
        let cluster = Cluster {
            name: "orchard".into(),
            active_services: 2,
            running_tasks: 6,
            pending_tasks: 0,
            container_instances: 4,
        };
        self.fact(Query::Identity, Facts::Identity(identity()));
        self.fact(Query::Clusters, Facts::Clusters(vec![cluster]));
        let names: Vec<_> = ["api", "batch-worker"].map(Into::into).to_vec();
        self.fact(
            Query::ServiceNames("orchard".into()),
            Facts::ServiceNames(Arc::new(names)),
        );
        self.services();
        self.fact(
            Query::ScalableTargets,
            Facts::ScalableTargets(vec![target()]),
        );
        self.fact(
            Query::Policies(Arc::new([])),
            Facts::Policies(vec![policy()]),
        );
        self.fact(Query::Groups, Facts::Groups(vec![group()]));
        self.fact(Query::Acls(AclScope::Regional), Facts::Acls(vec![acl()]));
        self.fact(Query::Acls(AclScope::Cloudfront), Facts::Acls(Vec::new()));
        let inventory = Inventory {
            databases: vec![database()],
            ..Inventory::default()
        };
        self.fact(Query::Inventory, Facts::Inventory(Arc::new(inventory)));
    }

    fn services(&mut self) {
        let asked: Vec<Query> = tidegate::app::wants(&self.state)
            .into_iter()
            .map(|w| w.query)
            .collect();
        for query in asked
            .into_iter()
            .filter(|q| matches!(q, Query::Services { .. }))
        {
            let found = vec![
                Arc::new(service("api", 4)),
                Arc::new(service("batch-worker", 2)),
            ];
            self.fact(
                query,
                Facts::Services {
                    found,
                    missing: Vec::new(),
                },
            );
        }
    }

    /// The whole answer to a query.
    pub fn fact(&mut self, query: Query, facts: Facts) -> Vec<Effect> {
        self.reply(query, Answer::Whole(facts))
    }

    pub fn reply(&mut self, query: Query, answer: Answer) -> Vec<Effect> {
        let epoch = self.state.epoch();
        self.send(Message::Reply(Reply {
            epoch,
            query,
            answer,
        }))
    }

    pub fn send(&mut self, message: Message) -> Vec<Effect> {
        update(&mut self.state, message)
    }

    pub fn report(&mut self, report: Report) -> Vec<Effect> {
        self.send(Message::Carrier(report))
    }

    /// The clock moves by so many milliseconds.
    pub fn wait(&mut self, ms: u64) -> Vec<Effect> {
        self.mono += Duration::from_millis(ms);
        let wall = start() + jiff::SignedDuration::try_from(self.mono).expect("a short time");
        self.send(Message::Now(Now {
            wall,
            mono: self.mono,
        }))
    }

    /// The clock moves until a review that was opened is on the screen long enough to be answered.
    pub fn read_it(&mut self) {
        self.wait(1);
        self.wait(400);
    }

    pub fn key(&mut self, code: KeyCode) -> Vec<Effect> {
        self.send(Message::Input(Input::Key(KeyEvent::new(
            code,
            KeyModifiers::NONE,
        ))))
    }

    pub fn control(&mut self, c: char) -> Vec<Effect> {
        self.send(Message::Input(Input::Key(KeyEvent::new(
            KeyCode::Char(c),
            KeyModifiers::CONTROL,
        ))))
    }

    /// Types characters, one key each; answers all effects.
    pub fn type_in(&mut self, text: &str) -> Vec<Effect> {
        text.chars()
            .flat_map(|c| self.key(KeyCode::Char(c)))
            .collect()
    }

    pub fn enter(&mut self) -> Vec<Effect> {
        self.key(KeyCode::Enter)
    }

    pub fn esc(&mut self) -> Vec<Effect> {
        self.key(KeyCode::Esc)
    }

    pub fn paste(&mut self, text: &str) -> Vec<Effect> {
        self.send(Message::Input(Input::Paste(text.to_owned())))
    }

    /// Types a command of the palette.
    pub fn command(&mut self, text: &str) -> Vec<Effect> {
        self.type_in(":");
        self.type_in(text);
        self.enter()
    }

    /// Answers the fresh look that a dialog has asked for.
    pub fn observe(&mut self, subject: Subject, seen: Observation) -> Vec<Effect> {
        self.report(Report::Observed {
            subject,
            result: Box::new(Ok(seen)),
        })
    }

    pub fn buffer(&self) -> Buffer {
        let mut buf = Buffer::empty(Rect::new(0, 0, self.state.size.0, self.state.size.1));
        draw(&self.state, &mut buf);
        buf
    }

    /// The screen as text.
    pub fn screen(&self) -> String {
        text(&self.buffer())
    }

    /// The footer.
    pub fn footer(&self) -> String {
        self.screen().lines().last().unwrap_or_default().to_owned()
    }

    /// Opens the dialog of `s` on the service and goes to its review with this value.
    pub fn review_scale(&mut self, value: &str) {
        self.type_in("s");
        self.observe(Subject::Service(api()), seen_service(4));
        self.type_in(value);
        self.enter();
    }

    /// Scales the service and answers what was handed to the carrier.
    pub fn carried_scale(&mut self, value: &str) -> Proposal {
        self.review_scale(value);
        self.read_it();
        proposal(&self.type_in("y")).expect("an order to apply")
    }
}

/// The proposal that was handed to the carrier, if one was.
pub fn proposal(effects: &[Effect]) -> Option<Proposal> {
    effects.iter().find_map(|effect| match effect {
        Effect::Carry(Order::Apply(proposal)) => Some((**proposal).clone()),
        _ => None,
    })
}

/// Whether anything was handed to the carrier.
pub fn carries(effects: &[Effect]) -> bool {
    let carried = |e: &Effect| matches!(e, Effect::Carry(_) | Effect::Expire(_));
    effects.iter().any(carried)
}

/// The value a proposal gives to a field.
pub fn wished(proposal: &Proposal, field: Field) -> Option<(Target, Value)> {
    proposal.steps.iter().find_map(|step| match step {
        tidegate::session::order::Proposed::Set(change) => change
            .field(field)
            .map(|f| (change.target.clone(), f.after.clone())),
        tidegate::session::order::Proposed::Create(_) => None,
    })
}
