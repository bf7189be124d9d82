use super::super::{Ceilings, scale as plan, scale_prefill};
use super::*;
use crate::domain::autoscaling::{PolicyKind, Scaled, Suspended};
use crate::domain::change::{FieldChange, Value};
use crate::domain::ecs::{Launch, ServiceRef};
use crate::domain::fault::FaultKind;
use crate::domain::subject::Observation;

fn at() -> ServiceRef {
    ServiceRef {
        cluster: "orchard".into(),
        service: "api".into(),
    }
}

fn service(desired: u32) -> Service {
    Service {
        at: at(),
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
        deployed_at: None,
        task_definition: "api:7".into(),
        target_groups: Vec::new(),
    }
}

fn target(min: u32, max: u32) -> ScalableTarget {
    ScalableTarget {
        at: at(),
        min,
        max,
        suspended: Suspended::default(),
    }
}

fn tracking(disable_scale_in: bool) -> Policy {
    let metric = "ECSServiceAverageCPUUtilization".into();
    Policy {
        at: Scaled::Service(at()),
        name: "cpu-75".into(),
        kind: PolicyKind::TargetTracking {
            metric,
            target: 75.0,
            disable_scale_in,
        },
        scale_in_cooldown: None,
        scale_out_cooldown: None,
    }
}

fn observed(
    service: Service,
    target: Option<ScalableTarget>,
    policies: Vec<Policy>,
) -> Observation {
    Observation::Service {
        service,
        target,
        policies,
        headroom: None,
    }
}

fn fields(change: &Change) -> Vec<(Field, u64, u64, Hold)> {
    let count = |v: &Value| v.count().unwrap_or(u64::MAX);
    let row = |f: &FieldChange| (f.field, count(&f.before), count(&f.after), f.hold);
    change.fields.iter().map(row).collect()
}

fn planned(observed: &Observation, input: &str) -> Planned {
    plan(observed, input, &Ceilings::default()).unwrap()
}

fn says(planned: &Planned, part: &str) -> bool {
    planned
        .warnings
        .iter()
        .any(|w| w.sentence.as_str().contains(part))
}

#[test]
fn with_a_target_the_minimum_is_raised_and_a_max_that_is_high_enough_stays_untouched() {
    let p = planned(
        &observed(service(4), Some(target(2, 12)), vec![tracking(false)]),
        "8",
    );
    assert_eq!(p.changes.len(), 1);
    assert_eq!(p.changes[0].target, Target::Scalable(at()));
    assert_eq!(
        fields(&p.changes[0]),
        [
            (Field::Min, 2, 8, Hold::Held),
            (Field::Desired, 4, 8, Hold::Floating)
        ]
    );
    assert_eq!(p.summary.as_str(), "scale api 4 → 8");
}

#[test]
fn above_the_maximum_both_bounds_go_up_in_one_change() {
    let p = planned(&observed(service(4), Some(target(2, 12)), vec![]), "20");
    assert_eq!(
        fields(&p.changes[0]),
        [
            (Field::Min, 2, 20, Hold::Held),
            (Field::Max, 12, 20, Hold::Held),
            (Field::Desired, 4, 20, Hold::Floating)
        ]
    );
    assert!(says(&p, "maximum is raised as well: 12 → 20"));
}

#[test]
fn going_down_leaves_the_maximum_and_lets_a_policy_scale_in() {
    let p = planned(
        &observed(service(8), Some(target(6, 12)), vec![tracking(false)]),
        "4",
    );
    assert_eq!(p.changes.len(), 1);
    assert_eq!(fields(&p.changes[0]), [(Field::Min, 6, 4, Hold::Held)]);
    assert!(says(&p, "4 tasks fewer once a scaling policy scales in"));
}

#[test]
fn going_down_where_nothing_scales_in_sets_desired_as_well_after_the_minimum() {
    for policies in [vec![], vec![tracking(true)]] {
        let p = planned(&observed(service(8), Some(target(6, 12)), policies), "4");
        assert_eq!(fields(&p.changes[0]), [(Field::Min, 6, 4, Hold::Held)]);
        assert_eq!(p.changes[1].target, Target::Service(at()));
        assert_eq!(
            fields(&p.changes[1]),
            [(Field::Desired, 8, 4, Hold::Floating)]
        );
        assert!(says(&p, "No policy can scale in"));
    }
}

#[test]
fn a_suspended_scale_in_counts_as_no_policy() {
    let mut held = target(6, 12);
    held.suspended.scale_in = true;
    let p = planned(
        &observed(service(8), Some(held), vec![tracking(false)]),
        "4",
    );
    assert_eq!(p.changes.len(), 2);
}

#[test]
fn another_services_policy_does_not_shrink_this_one() {
    let mut other = tracking(false);
    other.at = Scaled::Service(ServiceRef {
        cluster: "orchard".into(),
        service: "batch".into(),
    });
    let p = planned(&observed(service(8), Some(target(6, 12)), vec![other]), "4");
    assert_eq!(p.changes.len(), 2);
}

#[test]
fn without_a_target_only_desired_is_set() {
    let p = planned(&observed(service(4), None, vec![]), "6");
    assert_eq!(p.changes.len(), 1);
    assert_eq!(p.changes[0].target, Target::Service(at()));
    assert_eq!(fields(&p.changes[0]), [(Field::Desired, 4, 6, Hold::Held)]);
}

#[test]
fn the_live_number_changes_nothing() {
    let same = observed(service(4), None, vec![]);
    assert!(planned(&same, &scale_prefill(&same)).is_nothing());
    let floor = planned(
        &observed(service(8), Some(target(4, 12)), vec![tracking(false)]),
        "4",
    );
    assert!(floor.is_nothing());
    assert!(says(&floor, "The minimum is 4 already"));
}

#[test]
fn what_is_compared_before_the_write_leaves_out_what_autoscaling_moves() {
    let p = planned(&observed(service(4), Some(target(2, 12)), vec![]), "8");
    let bounds = counts(&[(Field::Min, 2), (Field::Max, 12)]);
    assert_eq!(p.seen, [(Target::Scalable(at()), bounds)]);
}

#[test]
fn daemons_and_task_sets_are_refused_with_a_way_out() {
    let refused = |change: fn(&mut Service)| {
        let mut s = service(4);
        change(&mut s);
        plan(&observed(s, None, vec![]), "6", &Ceilings::default()).unwrap_err()
    };
    let daemon = refused(|s| s.scheduling = Scheduling::Daemon);
    assert_eq!(daemon.kind, FaultKind::Refused);
    assert!(daemon.line().as_str().contains("no desired count"));
    assert!(
        refused(|s| s.controller = Controller::External)
            .line()
            .as_str()
            .contains("task sets")
    );
    assert!(
        refused(|s| s.status = ServiceStatus::Draining)
            .line()
            .as_str()
            .contains("not active")
    );
}

#[test]
fn code_deploy_without_a_target_gets_its_desired_count_and_a_word() {
    let mut s = service(4);
    s.controller = Controller::CodeDeploy;
    let p = planned(&observed(s, None, vec![]), "6");
    assert_eq!(p.changes[0].target, Target::Service(at()));
    assert!(says(&p, "CodeDeploy"));
}

#[test]
fn a_slip_above_the_ceiling_is_refused_but_going_down_to_above_it_is_not() {
    let ceiling = Ceilings {
        max_tasks: Some(20),
        ..Ceilings::default()
    };
    let slip = plan(&observed(service(6), None, vec![]), "66", &ceiling).unwrap_err();
    assert!(slip.line().as_str().contains("max_tasks is 20"));
    assert!(plan(&observed(service(60), None, vec![]), "30", &ceiling).is_ok());
}

#[test]
fn more_than_awss_quota_is_refused_unless_the_config_allows_it() {
    let at = |n: &str, max_tasks| {
        let ceiling = Ceilings {
            max_tasks,
            ..Ceilings::default()
        };
        plan(&observed(service(6), None, vec![]), n, &ceiling)
    };
    for n in ["5001", "999999999"] {
        let said = at(n, None).unwrap_err().line();
        assert!(
            said.as_str().contains("quota is 5000") && said.as_str().contains("set max_tasks"),
            "{said}"
        );
    }
    assert!(at("5000", None).is_ok() && at("5001", Some(6_000)).is_ok());
    assert!(at("6001", Some(6_000)).is_err());
}

#[test]
fn room_deployments_and_an_empty_service_are_said() {
    let mut s = service(4);
    s.rollout = Rollout::InProgress;
    let headroom = Some(Headroom {
        tasks: Some(1),
        instances: Vec::new(),
    });
    let p = planned(
        &Observation::Service {
            service: s,
            target: None,
            policies: vec![],
            headroom,
        },
        "8",
    );
    assert!(says(&p, "room for 1 more now: 3 tasks must wait"));
    assert!(says(&p, "deployment is under way"));
    // Without a scalable target there is nothing that could scale in.
    assert!(!says(&p, "scale in"));
    let none = planned(&observed(service(4), None, vec![]), "0");
    assert_eq!(none.warnings[0].level, Level::Bad);
    assert!(
        none.warnings[0]
            .sentence
            .as_str()
            .contains("answers nobody")
    );
}
