//! Rules that hold whatever is done.

use super::*;
use crate::sim::world::cloudwatch;
use crate::sim::world::ecs::service::Role;
use crate::sim::world::metrics::Key;
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

/// Dynamic scaling is off: what moves desired is what is asked for.
fn still() -> Stage {
    let mut stage = Stage::calm();
    let mut input = target();
    if let Value::Map(map) = &mut input {
        let off =
            map! { "DynamicScalingInSuspended" => true, "DynamicScalingOutSuspended" => true };
        map.set("SuspendedState", off);
    }
    let registered = stage.call(Service::Scaling, "RegisterScalableTarget", input);
    registered.expect("known");
    // A registration bends desired a second later.
    stage.pass(2);
    stage
}

/// An action that is to run a minute from now.
fn schedule(stage: &mut Stage, min: Option<i64>, max: Option<i64>) -> Answer {
    let at = stage.world.now + SignedDuration::from_secs(60);
    let at = at.to_string();
    let mut input = target();
    if let Value::Map(map) = &mut input {
        map.set("ScheduledActionName", "bounds");
        map.set("Schedule", format!("at({})", at.trim_end_matches('Z')));
        map.set(
            "ScalableTargetAction",
            map! { "MinCapacity" => min, "MaxCapacity" => max },
        );
    }
    stage.call(Service::Scaling, "PutScheduledAction", input)
}

fn bounds(stage: &Stage) -> (u32, u32) {
    let target = &stage.world.scaling.targets[0];
    (target.min, target.max)
}

fn within(n: u32, (min, max): (u32, u32)) -> u32 {
    n.max(min).min(max)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn registered_bounds_bend_desired_and_nothing_else_does(
        wishes in prop::collection::vec((0..15_i64, 0..15_i64, 0..15_i64), 1..6)
    ) {
        let mut stage = still();
        for (min, max, count) in wishes {
            let input = map! { "cluster" => "orchard", "service" => "api", "desiredCount" => count };
            stage.call(Service::Ecs, "UpdateService", input).expect("accepted");
            stage.pass(2);
            // ECS itself holds nobody to the bounds of Application Auto Scaling.
            prop_assert_eq!(i64::from(desired(&stage.world)), count);
            let before = bounds(&stage);
            let answer = stage.register(min, max);
            prop_assert_eq!(answer.is_ok(), min <= max);
            stage.pass(2);
            let wanted = if min <= max { (min as u32, max as u32) } else { before };
            prop_assert_eq!(bounds(&stage), wanted);
            let bent = if min <= max { within(count as u32, wanted) } else { count as u32 };
            prop_assert_eq!(desired(&stage.world), bent);
        }
    }

    #[test]
    fn a_scheduled_action_bends_as_a_registration_does_or_fails_whole(
        wishes in prop::collection::vec(
            (prop::option::of(0..15_i64), prop::option::of(0..15_i64)), 1..5)
    ) {
        let mut stage = still();
        for (min, max) in wishes {
            let (before, count) = (bounds(&stage), desired(&stage.world));
            let crossed = min.zip(max).is_some_and(|(min, max)| min > max);
            let neither = min.is_none() && max.is_none();
            let answer = schedule(&mut stage, min, max);
            prop_assert_eq!(answer.is_ok(), !crossed && !neither, "{:?}", answer);
            stage.pass(58);
            prop_assert_eq!((bounds(&stage), desired(&stage.world)), (before, count));
            stage.pass(5);
            let after = (min.map_or(before.0, |n| n as u32), max.map_or(before.1, |n| n as u32));
            let holds = answer.is_ok() && after.0 <= after.1;
            let wanted = if holds { after } else { before };
            prop_assert_eq!(bounds(&stage), wanted);
            prop_assert_eq!(desired(&stage.world), within(count, wanted));
        }
    }
}

/// All that is told of a region: what two of them must have in common.
fn history(world: &World) -> String {
    let World {
        scaling,
        group,
        cloudwatch,
        waf,
        rds,
        ssm,
        logs,
        ..
    } = world;
    let mut series: Vec<String> = world
        .metrics
        .keys()
        .map(|key| {
            let from = world.now - SignedDuration::from_hours(1);
            format!("{:?}", cloudwatch::points(world, key, from, world.now))
        })
        .collect();
    series.sort();
    format!(
        "{:?} {scaling:?} {group:?} {cloudwatch:?} {waf:?} {rds:?} {ssm:?} {logs:?} {series:?}",
        world.ecs.services
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn the_same_seed_and_the_same_deeds_are_the_same_history(
        seed in any::<u64>(),
        deeds in prop::collection::vec(deed(), 1..6),
    ) {
        let live = |seed| {
            let config = Config { seed, load: 2.0, ..Config::default() };
            let now = NOON.parse().expect("a time");
            let mut stage = Stage { world: World::new(&config, &config.region, now) };
            for deed in &deeds {
                act(&mut stage, deed);
                stage.pass(3);
            }
            history(&stage.world)
        };
        // Told without the texts: they are as long as the history.
        let (first, again, other) = (live(seed), live(seed), live(seed ^ 1));
        prop_assert!(first == again, "two histories of seed {}", seed);
        prop_assert!(first != other, "one history of two seeds");
    }
}

#[test]
fn an_action_in_the_past_is_refused() {
    let mut stage = Stage::calm();
    let mut input = target();
    if let Value::Map(map) = &mut input {
        map.set("ScheduledActionName", "late");
        map.set("Schedule", "at(2026-09-20T02:59:59)");
        map.set("ScalableTargetAction", map! { "MinCapacity" => 1 });
    }
    let refusal = stage
        .call(Service::Scaling, "PutScheduledAction", input)
        .expect_err("past");
    assert_eq!(refusal.code, "ValidationException");
    assert!(
        refusal.message.contains("in the past"),
        "{}",
        refusal.message
    );
}

#[test]
fn a_service_without_tasks_has_no_cpu() {
    let config = Config {
        services: 30,
        ..Config::default()
    };
    let mut stage = Stage::new(&config);
    stage.pass(300);
    let from = stage.world.now - SignedDuration::from_mins(5);
    let points = |tasks: usize| {
        let crowd = stage.world.ecs.services.iter();
        let mut crowd = crowd.filter(|s| s.role == Role::Crowd);
        let service = crowd
            .find(|s| s.tasks.len() == tasks)
            .expect("of that size");
        let of = [
            ("ClusterName", "orchard"),
            ("ServiceName", service.name.as_str()),
        ];
        let key = Key::new("AWS/ECS", "CPUUtilization", &of);
        cloudwatch::points(&stage.world, &key, from, stage.world.now).len()
    };
    assert_eq!((points(0), points(1)), (0, 5));
}
