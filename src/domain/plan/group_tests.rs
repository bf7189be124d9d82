use super::super::{Ceilings, scale as plan};
use super::*;
use crate::domain::autoscaling::{Instance, PolicyKind, Scaled};
use crate::domain::change::{FieldChange, Value};
use crate::domain::subject::Observation;

fn group() -> Group {
    Group {
        name: "orchard-nodes".into(),
        min: 2,
        max: 6,
        desired: 4,
        instances: Vec::new(),
        suspended: Vec::new(),
        managed_by_ecs: false,
        arn: None,
        warm_pool: false,
        status: None,
    }
}

fn managed() -> Group {
    Group {
        managed_by_ecs: true,
        ..group()
    }
}

fn policy() -> Policy {
    Policy {
        at: Scaled::Group("orchard-nodes".into()),
        name: "p".into(),
        kind: PolicyKind::Step {
            adds: true,
            removes: true,
        },
        scale_in_cooldown: None,
        scale_out_cooldown: None,
    }
}

fn observed(group: Group, policies: Vec<Policy>) -> Observation {
    Observation::Group { group, policies }
}

fn planned(group: Group, input: &str) -> Planned {
    plan(&observed(group, vec![]), input, &Ceilings::default()).unwrap()
}

fn fault(group: Group, input: &str) -> String {
    plan(&observed(group, vec![]), input, &Ceilings::default())
        .unwrap_err()
        .line()
        .to_string()
}

fn fields(planned: &Planned) -> Vec<(Field, u64, Hold)> {
    let row = |f: &FieldChange| (f.field, f.after.count().unwrap_or(u64::MAX), f.hold);
    planned
        .changes
        .iter()
        .flat_map(|c| c.fields.iter().map(row))
        .collect()
}

fn says(planned: &Planned, part: &str) -> bool {
    planned
        .warnings
        .iter()
        .any(|w| w.sentence.as_str().contains(part))
}

#[test]
fn only_the_sizes_that_change_are_touched() {
    assert_eq!(
        fields(&planned(group(), "4/4/8")),
        [(Field::Min, 4, Hold::Held), (Field::Max, 8, Hold::Held)]
    );
    assert_eq!(
        fields(&planned(group(), "2/5/6")),
        [(Field::Desired, 5, Hold::Held)]
    );
    assert!(planned(group(), &prefill(&group())).is_nothing());
    assert!(planned(managed(), &prefill(&managed())).is_nothing());
}

#[test]
fn under_ecs_managed_scaling_desired_is_neither_shown_nor_taken() {
    assert_eq!(prefill(&managed()), "2/6");
    let p = planned(managed(), "5/8");
    assert_eq!(
        fields(&p),
        [(Field::Min, 5, Hold::Held), (Field::Max, 8, Hold::Held)]
    );
    assert!(says(&p, "lifts desired: 4 → 5"));
    assert!(fault(managed(), "5/5/8").contains("ECS managed scaling owns"));
}

#[test]
fn with_a_policy_desired_floats_and_is_not_compared_before_the_write() {
    let p = plan(
        &observed(group(), vec![policy()]),
        "2/5/6",
        &Ceilings::default(),
    )
    .unwrap();
    assert_eq!(fields(&p), [(Field::Desired, 5, Hold::Floating)]);
    assert!(!p.seen[0].1.contains_key(&Field::Desired));
    assert!(says(&p, "may move desired again"));
    assert_eq!(
        planned(group(), "2/5/6").seen[0].1[&Field::Desired],
        Value::Count(4)
    );
}

#[test]
fn sizes_out_of_order_are_refused_with_both_numbers() {
    assert!(fault(group(), "7/7/6").contains("minimum 7 is above the maximum 6"));
    assert!(fault(group(), "4/3/6").contains("Desired 3 is below the minimum 4"));
    assert!(fault(group(), "2/9/6").contains("Desired 9 is above the maximum 6"));
    assert!(fault(managed(), "7/6").contains("minimum 7 is above the maximum 6"));
}

#[test]
fn what_is_not_three_sizes_is_said_with_an_example() {
    for input in ["", "4", "4/8", "1/2/3/4"] {
        assert!(
            fault(group(), input).contains("type min/desired/max, such as 2/4/6"),
            "{input}"
        );
    }
    assert!(fault(managed(), "4").contains("type min/max, such as 2/6"));
    assert!(fault(group(), "a/2/3").contains("not a whole number for min"));
    assert!(fault(group(), "-1/2/3").contains("min cannot be negative"));
    assert!(fault(group(), "1//3").contains("No number for desired"));
}

#[test]
fn the_ceiling_holds_what_grows_only() {
    let ceiling = Ceilings {
        max_instances: Some(8),
        ..Ceilings::default()
    };
    let slip = plan(&observed(group(), vec![]), "2/4/60", &ceiling).unwrap_err();
    assert!(slip.line().as_str().contains("max_instances is 8"));
    let large = Group { max: 40, ..group() };
    assert!(plan(&observed(large.clone(), vec![]), "2/4/20", &ceiling).is_ok());
    assert!(plan(&observed(large, vec![]), "2/9/40", &ceiling).is_err());
}

#[test]
fn a_number_that_nobody_means_is_refused_unless_the_config_allows_it() {
    let at = |sizes: &str, max_instances| {
        let ceiling = Ceilings {
            max_instances,
            ..Ceilings::default()
        };
        plan(&observed(group(), vec![]), sizes, &ceiling)
    };
    let slip = at("2/4/999999999", None).unwrap_err().line();
    assert!(slip.as_str().contains("set max_instances"), "{slip}");
    assert!(at("2/4/1000", None).is_ok() && at("2/4/1001", Some(2_000)).is_ok());
}

#[test]
fn instances_that_go_and_processes_that_sleep_are_said() {
    let p = planned(
        Group {
            suspended: vec!["Terminate".into(), "AZRebalance".into()],
            ..group()
        },
        "1/1/6",
    );
    assert!(says(&p, "3 instances are terminated at once"));
    assert!(says(&p, "Terminate suspended"));
    assert_eq!(p.warnings[0].level, Level::Bad);
    let protected = Instance {
        id: "i-1".into(),
        kind: "t3.large".into(),
        zone: "a".into(),
        lifecycle: "InService".into(),
        healthy: true,
        protected: true,
    };
    assert!(says(
        &planned(
            Group {
                instances: vec![protected; 3],
                ..group()
            },
            "1/1/6"
        ),
        "3 instances are protected"
    ));
}

#[test]
fn a_group_that_is_being_deleted_is_refused() {
    assert!(
        fault(
            Group {
                status: Some("Delete in progress".into()),
                ..group()
            },
            "2/4/6"
        )
        .contains("being deleted")
    );
}
