//! Rules that hold whatever is done.

use super::*;
use proptest::prelude::*;

/// What an operator may do.
#[derive(Clone, Debug)]
enum Deed {
    Register(i64, i64),
    Desired(i64),
    Group(i64, i64),
    Load(f64),
    Deploy,
    StopTask(usize),
    Pass(i64),
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        (-1..15_i64, -1..15_i64).prop_map(|(a, b)| Deed::Register(a, b)),
        (-1..20_i64).prop_map(Deed::Desired),
        (0..7_i64, 0..9_i64).prop_map(|(a, b)| Deed::Group(a, b)),
        (0..8_i32).prop_map(|n| Deed::Load(f64::from(n))),
        Just(Deed::Deploy),
        (0..9_usize).prop_map(Deed::StopTask),
        (1..200_i64).prop_map(Deed::Pass),
    ]
}

fn act(stage: &mut Stage, deed: &Deed) {
    let service = |more: &'static str, value: Value| {
        map! { "cluster" => "orchard", "service" => "api", more => value }
    };
    // A refusal is an answer like another.
    let _ = match deed {
        Deed::Register(min, max) => stage.register(*min, *max),
        Deed::Desired(n) => stage.call(
            Service::Ecs,
            "UpdateService",
            service("desiredCount", (*n).into()),
        ),
        Deed::Deploy => stage.call(
            Service::Ecs,
            "UpdateService",
            service("forceNewDeployment", true.into()),
        ),
        Deed::Group(min, max) => {
            let input = map! { "AutoScalingGroupName" => "orchard-nodes", "MinSize" => *min, "MaxSize" => *max };
            stage.call(Service::AutoScaling, "UpdateAutoScalingGroup", input)
        }
        Deed::StopTask(n) => {
            let tasks = &stage.world.ecs.find("api").expect("there").tasks;
            let id = tasks.get(*n).map(|t| t.id.clone());
            stage.call(
                Service::Ecs,
                "StopTask",
                map! { "cluster" => "orchard", "task" => id },
            )
        }
        Deed::Load(times) => {
            stage.world.set_load(*times);
            Ok(Value::Null)
        }
        Deed::Pass(seconds) => {
            stage.pass(*seconds);
            Ok(Value::Null)
        }
    };
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_overcommitted_and_every_number_is_finite(deeds in prop::collection::vec(deed(), 1..25)) {
        let mut stage = Stage::calm();
        for deed in &deeds {
            act(&mut stage, deed);
            conserved(&stage.world);
        }
        stage.pass(60);
        conserved(&stage.world);
        sane(&stage.world);
    }

    #[test]
    fn time_never_goes_back(steps in prop::collection::vec(-500..500_i64, 1..20)) {
        let mut stage = Stage::calm();
        for step in steps {
            let before = stage.world.now;
            stage.pass(step);
            prop_assert!(stage.world.now >= before);
        }
    }

    #[test]
    fn policies_keep_their_cool_downs(loads in prop::collection::vec(0..7_i32, 3..8)) {
        let mut stage = Stage::calm();
        for load in loads {
            stage.world.set_load(f64::from(load));
            stage.pass(300);
        }
        let activities = stage.world.scaling.targets[0].activities.iter();
        let by_policy: Vec<Timestamp> = activities
            .filter(|a| a.cause.contains("triggered policy") && a.reason.is_none())
            .map(|a| a.start)
            .collect();
        for pair in by_policy.windows(2) {
            prop_assert!(pair[0].duration_since(pair[1]).as_secs() >= 60);
        }
        let bounds = &stage.world.scaling.targets[0];
        prop_assert!((bounds.min..=bounds.max).contains(&desired(&stage.world)));
    }
}

/// Series kept, and stopped tasks shown.
fn kept(world: &World) -> (usize, usize) {
    let tasks = world.ecs.services.iter().map(|s| s.tasks.len());
    (world.metrics.len(), tasks.sum())
}

#[test]
fn what_is_kept_stays_bounded_however_long_it_goes_on() {
    let mut stage = Stage::calm();
    for hour in 0..4 {
        stage.world.set_load(f64::from(hour % 2) * 5.0);
        stage.pass(3600);
    }
    let (series, tasks) = kept(&stage.world);
    assert!(
        series < 120 && tasks < 120,
        "{series} series, {tasks} tasks"
    );
}

#[test]
fn five_thousand_services_are_there_and_asleep() {
    let config = Config {
        services: 5000,
        ..Config::default()
    };
    let mut stage = Stage::new(&config);
    stage.pass(5);
    assert_eq!(stage.world.ecs.services.len(), 5000);
    assert!(
        stage.world.ecs.awake.len() <= 3,
        "{}",
        stage.world.ecs.awake.len()
    );
    stage.pass(100);
    let input = map! { "cluster" => "orchard", "maxResults" => 100 };
    let page = stage
        .call(Service::Ecs, "ListServices", input)
        .expect("answered");
    assert_eq!(page.get("serviceArns").map(|a| a.items().len()), Some(100));
}
