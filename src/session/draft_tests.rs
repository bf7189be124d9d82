use super::*;
use crate::domain::autoscaling::{
    Group, ScalableTarget, ScalingDetail, ScheduledAction, Suspended,
};
use crate::domain::change::{Field, FieldChange};
use crate::domain::ecs::{
    Controller, Headroom, Launch, Rollout, Scheduling, Service, ServiceRef, ServiceStatus,
};
use crate::domain::identity::Scope;
use crate::domain::waf::{
    Acl, AclRef, AclScope, Aggregate, RateStatement, RawAcl, RawJson, Rule, RuleAction, RuleKind,
};
use crate::session::plan::{GroupWish, RuleWish, SETTLE, ServiceWish, TTL, UNATTENDED};
use crate::session::record::Place;
use crate::session::survey::{AlarmSeen, Lifetime, Record};
use jiff::{SignedDuration, Timestamp};

pub(in crate::session) fn now() -> Timestamp {
    "2026-01-15T10:00:00Z".parse().unwrap()
}

pub(in crate::session) fn later(minutes: i64) -> Timestamp {
    now() + SignedDuration::from_mins(minutes)
}

pub(in crate::session) fn api() -> ServiceRef {
    ServiceRef {
        cluster: "orchard".into(),
        service: "api".into(),
    }
}

pub(in crate::session) fn service() -> Service {
    Service {
        at: api(),
        status: ServiceStatus::Active,
        desired: 2,
        running: 2,
        pending: 0,
        launch: Launch::Ec2,
        controller: Controller::Ecs,
        scheduling: Scheduling::Replica,
        rollout: Rollout::Completed,
        primary: (2, 2),
        deployments: 1,
        deployed_at: None,
        task_definition: "api:7".into(),
        target_groups: Vec::new(),
        arn: None,
    }
}

pub(in crate::session) fn target() -> ScalableTarget {
    ScalableTarget {
        at: api(),
        min: 2,
        max: 12,
        suspended: Suspended::default(),
    }
}

pub(in crate::session) fn detail() -> ScalingDetail {
    ScalingDetail {
        policies: Vec::new(),
        scheduled: Vec::new(),
        activities: Vec::new(),
        refresh: None,
        gaps: Vec::new(),
    }
}

pub(in crate::session) fn of_service(
    service: Service,
    target: Option<ScalableTarget>,
    room: u32,
) -> Found {
    Found {
        wish: Wish::Service(ServiceWish {
            cluster: "orchard".into(),
            name: "api".into(),
            min: 6,
            max: 12,
        }),
        scaling: target.is_some().then(|| Ok(detail())),
        observed: Ok(Observation::Service {
            service,
            target,
            policies: Vec::new(),
            headroom: Some(Headroom {
                tasks: Some(room),
                instances: Vec::new(),
            }),
        }),
        near: Vec::new(),
        expired: Vec::new(),
    }
}

pub(in crate::session) fn of_group() -> Found {
    let group = Group {
        name: "nodes".into(),
        min: 2,
        max: 6,
        desired: 2,
        instances: Vec::new(),
        suspended: Vec::new(),
        managed_by_ecs: true,
        warm_pool: false,
        status: None,
        arn: None,
    };
    Found {
        wish: Wish::Group(GroupWish {
            name: "nodes".into(),
            min: 4,
            max: 8,
        }),
        observed: Ok(Observation::Group {
            group,
            policies: Vec::new(),
        }),
        near: Vec::new(),
        scaling: Some(Ok(detail())),
        expired: Vec::new(),
    }
}

pub(in crate::session) fn acl(action: &str) -> Acl {
    let at = AclRef {
        scope: AclScope::Regional,
        name: "edge".into(),
        id: "1".into(),
        arn: "arn".into(),
    };
    let rule = Rule {
        name: "per-ip".into(),
        priority: 0,
        action: RuleAction::Block,
        raw_action: Some(RawJson(action.into())),
        kind: RuleKind::Rate(RateStatement {
            limit: 1000,
            window: 60,
            aggregate: Aggregate::Ip,
            scoped_down: false,
        }),
        metric: "m".into(),
        sampled: true,
    };
    Acl {
        raw: RawAcl {
            at: at.clone(),
            document: "{}".into(),
            lock_token: "t".into(),
        },
        at,
        default_action: RuleAction::Allow,
        metric: "m".into(),
        rules: vec![rule],
        capacity: 2,
        firewall_manager: false,
        unknown_members: Vec::new(),
    }
}

pub(in crate::session) fn of_rule(acl: Acl) -> Found {
    Found {
        wish: Wish::Rule(RuleWish {
            acl: "edge".into(),
            scope: AclScope::Regional,
            rule: "per-ip".into(),
            set: RuleSet::Count,
        }),
        observed: Ok(Observation::Rule {
            acl: Box::new(acl),
            resources: Vec::new(),
            gaps: Vec::new(),
        }),
        near: Vec::new(),
        scaling: None,
        expired: Vec::new(),
    }
}

pub(in crate::session) fn plan() -> Plan {
    Plan {
        name: "sale".into(),
        ttl: TTL,
        unattended: UNATTENDED,
        settle: SETTLE,
        backup: Vec::new(),
        stop_on_alarm: Vec::new(),
        groups: Vec::new(),
        services: Vec::new(),
        rules: Vec::new(),
    }
}

pub(in crate::session) fn survey(found: Vec<Found>) -> Survey {
    Survey {
        place: Place {
            scope: Scope {
                account: "1".into(),
                region: "eu-west-1".into(),
            },
            caller: "arn:aws:iam::1:user/alice".into(),
        },
        at: now(),
        skew: Some(SignedDuration::from_secs(2)),
        lifetime: Lifetime::Renewed,
        records: vec![(Shelf::Region, Record::Free { next: 1 })],
        found,
        alarms: Vec::new(),
    }
}

fn drafted(survey: &Survey) -> Draft {
    draft(&plan(), survey, &Ceilings::default(), &"s-1".into())
}

fn reasons(survey: &Survey) -> Vec<Reason> {
    drafted(survey).refusals.iter().map(|r| r.reason).collect()
}

#[test]
fn a_timer_restores_both_bounds_even_where_only_one_is_touched() {
    let draft = drafted(&survey(vec![of_service(service(), Some(target()), 9)]));
    let timer = Timer {
        target: Target::Scalable(api()),
        after: TARGET_TIMER,
        min: 2,
        max: 12,
    };
    assert_eq!(draft.steps[1].work, Work::Arm(timer));
    assert_eq!(draft.refusals, []);
}

#[test]
fn what_is_as_wished_already_gets_no_step_no_timer_and_no_refusal() {
    let as_wished = ScalableTarget { min: 6, ..target() };
    let six = Service {
        desired: 6,
        running: 6,
        ..service()
    };
    let draft = drafted(&survey(vec![of_service(six, Some(as_wished), 0)]));
    assert_eq!(draft.steps.len(), 1, "the lock alone: {:?}", draft.steps);
    assert_eq!(draft.nothing, [Text::from("service orchard/api")]);
    assert_eq!(draft.refusals, []);
}

#[test]
fn a_deployment_under_way_and_a_foreign_timer_within_the_test_can_be_accepted() {
    let busy = Service {
        deployments: 2,
        ..service()
    };
    let mut found = of_service(busy, Some(target()), 9);
    let action = |name: &'static str, next| ScheduledAction {
        name: name.into(),
        schedule: "at(…)".into(),
        min: Some(1),
        max: None,
        desired: None,
        next,
    };
    found.scaling = Some(Ok(ScalingDetail {
        scheduled: vec![
            action("nightly", Some(later(60))),
            action("cron", None),
            action("ran-already", Some(later(-5))),
            action("tomorrow", Some(later(600))),
            action("tidegate-s-0-restore", Some(later(60))),
        ],
        ..detail()
    }));
    let draft = drafted(&survey(vec![found]));
    let whats: Vec<String> = draft
        .refusals
        .iter()
        .map(|r| format!("{}: {}", r.reason, r.fault.what))
        .collect();
    assert!(whats.iter().all(|w| !w.contains("tomorrow")), "{whats:?}");
    assert!(draft.refusals.iter().all(|r| r.reason.is_acceptable()));
    assert_eq!(
        draft.refusals.iter().map(|r| r.reason).collect::<Vec<_>>(),
        [
            Reason::DeploymentRunning,
            Reason::ForeignTimer,
            Reason::ForeignTimer,
            Reason::ForeignTimer
        ],
        "what a session left behind is nobody's either"
    );
}

#[test]
fn a_group_in_the_plan_brings_the_room_that_is_missing() {
    let short = of_service(service(), Some(target()), 1);
    assert_eq!(reasons(&survey(vec![short.clone()])), [Reason::NoRoom]);
    assert_eq!(reasons(&survey(vec![of_group(), short])), []);
}

#[test]
fn an_instance_refresh_and_suspended_schedules_are_never_accepted() {
    let mut found = of_group();
    found.scaling = Some(Ok(ScalingDetail {
        refresh: Some("InProgress".into()),
        ..detail()
    }));
    if let Ok(Observation::Group { group, .. }) = &mut found.observed {
        group.suspended = vec!["AZRebalance".into(), "ScheduledActions".into()];
    }
    let reasons = reasons(&survey(vec![found]));
    assert_eq!(reasons, [Reason::ScalingSuspended, Reason::InstanceRefresh]);
    assert!(!reasons.iter().any(|r| r.is_acceptable()));
}

#[test]
fn what_aws_would_refuse_of_a_web_acl_is_refused_by_name() {
    let block = r#"{"Block":{}}"#;
    let managed = Acl {
        firewall_manager: true,
        ..acl(block)
    };
    assert_eq!(
        reasons(&survey(vec![of_rule(managed)])),
        [Reason::FirewallManager]
    );
    let mut old = of_rule(acl(block));
    old.expired = vec!["AWSManagedRulesBotControlRuleSet (Version_1.0)".into()];
    assert_eq!(
        reasons(&survey(vec![old])),
        [Reason::ManagedVersionExpired, Reason::NoRateTimer]
    );
}

#[test]
fn an_original_that_does_not_fit_into_the_record_is_refused_with_the_bytes_missing() {
    let long = format!(
        r#"{{"Block":{{"CustomResponse":{{"ResponseCode":429,"X":"{}"}}}}}}"#,
        "x".repeat(5000)
    );
    let draft = drafted(&survey(vec![of_rule(acl(&long))]));
    let refusal = &draft.refusals[0];
    assert_eq!(refusal.reason, Reason::RecordTooLarge);
    assert!(refusal.fault.what.as_str().contains("bytes are missing"));
}

#[test]
fn a_clock_that_is_off_by_more_than_a_minute_is_refused_either_way() {
    let off = |seconds| Survey {
        skew: Some(SignedDuration::from_secs(seconds)),
        ..survey(vec![of_group()])
    };
    assert_eq!(reasons(&off(60)), []);
    let behind = drafted(&off(61));
    assert_eq!(behind.refusals[0].reason, Reason::ClockSkew);
    assert!(
        behind.refusals[0]
            .fault
            .what
            .as_str()
            .contains("61 s behind")
    );
    assert_eq!(reasons(&off(-90)), [Reason::ClockSkew]);
}

#[test]
fn credentials_must_outlive_the_test_and_its_revert() {
    let until = |minutes| Survey {
        lifetime: Lifetime::Until(later(minutes)),
        ..survey(vec![of_group()])
    };
    // 45 min, 3 min for the rules, 15 min to put back.
    assert_eq!(reasons(&until(63)), []);
    assert_eq!(reasons(&until(62)), [Reason::CredentialsExpire]);
}

#[test]
fn an_alarm_that_rings_or_is_not_there_cannot_stop_a_test() {
    let alarm = |state: Option<&'static str>| Survey {
        alarms: vec![AlarmSeen {
            name: "5xx".into(),
            state: Ok(state.map(Text::from)),
        }],
        ..survey(vec![of_group()])
    };
    assert_eq!(reasons(&alarm(Some("OK"))), []);
    assert_eq!(reasons(&alarm(Some("ALARM"))), [Reason::Impossible]);
    assert_eq!(reasons(&alarm(None)), [Reason::Mistake]);
}

#[test]
fn a_permission_that_is_missing_is_collected_by_its_action() {
    let denied = Fault {
        action: Some("autoscaling:DescribeAutoScalingGroups".into()),
        ..Fault::new(FaultKind::Denied, "not allowed")
    };
    let mut found = of_group();
    (found.observed, found.scaling) = (Err(denied), None);
    let draft = drafted(&survey(vec![found]));
    assert_eq!(draft.refusals[0].reason, Reason::Unseen);
    let missing: Vec<&str> = draft.missing.iter().map(Text::as_str).collect();
    assert_eq!(missing, ["autoscaling:DescribeAutoScalingGroups"]);
}

#[test]
fn bounds_are_set_exactly_and_desired_is_only_recorded() {
    let draft = drafted(&survey(vec![of_service(service(), Some(target()), 9)]));
    let Some(Work::Set(change)) = draft.steps.last().map(|s| &s.work) else {
        panic!("no change: {:?}", draft.steps);
    };
    let fields: Vec<(Field, Option<u64>, Option<u64>)> = change
        .fields
        .iter()
        .map(|f: &FieldChange| (f.field, f.before.count(), f.after.count()))
        .collect();
    assert_eq!(
        fields,
        [
            (Field::Min, Some(2), Some(6)),
            (Field::Desired, Some(2), Some(6))
        ]
    );
}
