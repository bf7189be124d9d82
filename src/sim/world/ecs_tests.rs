//! How the world behaves, in sentences; and rules that hold whatever happens.

use super::super::cloudwatch::alarm::State as Alarmed;
use super::super::ecs::task::State;
use super::super::group::node::Lifecycle;
use super::super::{Config, World};
use crate::sim::call::{Answer, Call, Service};
use crate::sim::value::{Value, list, map};
use jiff::{SignedDuration, Timestamp};

/// Noon in Seoul.
const NOON: &str = "2026-09-20T03:00:00Z";

struct Stage {
    world: World,
}

impl Stage {
    fn new(config: &Config) -> Self {
        let now = NOON.parse().expect("a time");
        let mut world = World::new(config, &config.region, now);
        // The gate stands open, and nobody writes logs: both are told of elsewhere.
        world.waf = super::super::waf::Waf::default();
        world.logs = super::super::logs::Logs::default();
        Self { world }
    }

    fn calm() -> Self {
        Self::new(&Config::default())
    }

    fn pass(&mut self, seconds: i64) {
        let to = self.world.now + SignedDuration::from_secs(seconds);
        self.world.advance(to);
    }

    /// Passes time until something is so; false where it never is.
    fn until(&mut self, seconds: i64, so: impl Fn(&World) -> bool) -> bool {
        for _ in 0..seconds {
            if so(&self.world) {
                return true;
            }
            self.pass(1);
        }
        so(&self.world)
    }

    fn call(&mut self, service: Service, operation: &str, input: Value) -> Answer {
        let call = Call {
            service,
            operation: operation.to_owned(),
            region: self.world.region.clone(),
            input,
        };
        let now = self.world.now;
        self.world.handle(&call, now)
    }

    fn register(&mut self, min: i64, max: i64) -> Answer {
        let mut input = target();
        if let Value::Map(map) = &mut input {
            map.set("MinCapacity", min);
            map.set("MaxCapacity", max);
        }
        self.call(Service::Scaling, "RegisterScalableTarget", input)
    }

    fn causes(&self) -> Vec<String> {
        let activities = self.world.scaling.targets[0].activities.iter();
        activities.map(|a| a.cause.clone()).collect()
    }
}

fn target() -> Value {
    map! {
        "ServiceNamespace" => "ecs",
        "ResourceId" => "service/orchard/api",
        "ScalableDimension" => "ecs:service:DesiredCount",
    }
}

fn desired(world: &World) -> u32 {
    world.ecs.find("api").map_or(0, |s| s.desired)
}

fn running(world: &World) -> u32 {
    world.ecs.find("api").map_or(0, |s| s.counts().running)
}

fn said(world: &World, part: &str) -> bool {
    let service = world.ecs.find("api");
    service.is_some_and(|s| s.events.iter().any(|e| e.message.contains(part)))
}

/// Each instance holds no more than it has, and exactly what its tasks reserve.
fn conserved(world: &World) {
    for node in world.group.nodes() {
        let tasks = world.ecs.services.iter().flat_map(|s| &s.tasks);
        let here = tasks.filter(|t| {
            t.state != State::Stopped && t.place.is_some_and(|p| p.node == node.number)
        });
        let (mut cpu, mut memory) = (0, 0);
        for task in here {
            cpu += world.ecs.definitions[task.definition].cpu;
            memory += world.ecs.definitions[task.definition].memory;
        }
        assert!(
            cpu <= node.kind.cpu && memory <= node.kind.memory,
            "{node:?}"
        );
        assert_eq!(
            (
                node.kind.cpu - node.cpu_left(),
                node.kind.memory - node.memory_left()
            ),
            (cpu, memory)
        );
    }
}

/// Sizes are in order, and every number is finite.
fn sane(world: &World) {
    let group = world.group.managed().expect("furnished");
    assert!(
        group.min <= group.desired && group.desired <= group.max,
        "{group:?}"
    );
    for target in &world.scaling.targets {
        assert!(target.min <= target.max);
    }
    let from = world.now - SignedDuration::from_hours(3);
    let keys: Vec<_> = world.metrics.keys().cloned().collect();
    for key in keys {
        for point in super::super::cloudwatch::points(world, &key, from, world.now) {
            let numbers = [point.sum, point.min, point.max];
            assert!(
                numbers.iter().all(|n| n.is_finite()) && point.samples > 0,
                "{key:?} {point:?}"
            );
        }
    }
}

#[test]
fn a_calm_world_stays_calm() {
    let mut stage = Stage::calm();
    stage.pass(600);
    conserved(&stage.world);
    sane(&stage.world);
    assert!(running(&stage.world) >= 2);
    assert!(!said(&stage.world, "unable to place"));
}

#[test]
fn a_load_above_what_the_tasks_carry_raises_cpu_and_target_tracking_raises_desired() {
    let mut stage = Stage::calm();
    let before = desired(&stage.world);
    stage.world.set_load(4.0);
    assert!(
        stage.until(400, |w| desired(w) > before),
        "{:?}",
        stage.causes()
    );
    assert!(
        stage.causes()[0].contains("AlarmHigh"),
        "{:?}",
        stage.causes()
    );
    assert!(stage.until(900, |w| running(w) > before));
    conserved(&stage.world);
}

#[test]
fn without_room_the_event_says_so_until_the_group_grows() {
    let mut stage = Stage::calm();
    stage.register(12, 12).expect("accepted");
    assert!(stage.until(60, |w| said(
        w,
        "no container instance met all of its requirements"
    )));
    let nodes = stage.world.group.nodes().len();
    assert!(
        stage.until(600, |w| running(w) == 12),
        "{}",
        running(&stage.world)
    );
    assert!(stage.world.group.nodes().len() > nodes);
    assert!(stage.until(60, |w| said(w, "has reached a steady state")));
    conserved(&stage.world);
}

#[test]
fn scale_in_waits_for_fifteen_low_minutes_and_its_cool_down() {
    let mut stage = Stage::calm();
    stage.register(10, 12).expect("accepted");
    assert!(stage.until(600, |w| running(w) == 10));
    stage.register(2, 12).expect("accepted");
    stage.pass(600);
    assert_eq!(
        desired(&stage.world),
        10,
        "a lower minimum alone lowers nothing"
    );
    assert!(
        stage.until(1200, |w| desired(w) < 10),
        "{:?}",
        stage.causes()
    );
    assert!(stage.causes()[0].contains("AlarmLow"));
    let at = stage.world.now;
    let first = desired(&stage.world);
    stage.until(600, |w| desired(w) < first);
    assert!(stage.world.now.duration_since(at) >= SignedDuration::from_secs(60));
}

#[test]
fn the_group_shrinks_once_its_instances_are_empty_for_fifteen_minutes() {
    let mut stage = Stage::calm();
    stage.register(12, 12).expect("accepted");
    assert!(stage.until(900, |w| running(w) == 12));
    let grown = stage.world.group.nodes().len();
    assert!(grown > 2);
    stage.register(2, 3).expect("accepted");
    assert!(stage.until(120, |w| running(w) <= 3));
    let at = stage.world.now;
    assert!(stage.until(3600, |w| w.group.nodes().len() < grown));
    assert!(stage.world.now.duration_since(at) >= SignedDuration::from_mins(14));
    conserved(&stage.world);
}

#[test]
fn a_new_minimum_raises_desired_soon_and_not_within_the_call() {
    let mut stage = Stage::calm();
    stage.register(6, 12).expect("accepted");
    assert!(desired(&stage.world) < 6);
    stage.pass(2);
    assert_eq!(desired(&stage.world), 6);
    assert_eq!(stage.causes()[0], "minimum capacity was set to 6");
}

#[test]
fn a_maximum_below_desired_stops_tasks_at_once() {
    let mut stage = Stage::calm();
    stage.register(6, 12).expect("accepted");
    assert!(stage.until(300, |w| running(w) == 6));
    stage.register(2, 3).expect("accepted");
    stage.pass(3);
    assert_eq!((desired(&stage.world), running(&stage.world)), (3, 3));
    assert_eq!(stage.causes()[0], "maximum capacity was set to 3");
}

#[test]
fn bounds_that_cross_are_refused_and_change_nothing() {
    let mut stage = Stage::calm();
    let refusal = stage.register(9, 3).expect_err("refused");
    assert_eq!(refusal.code, "ValidationException");
    let target = &stage.world.scaling.targets[0];
    assert_eq!((target.min, target.max), (2, 12));
}

#[test]
fn a_scheduled_action_fires_once_and_clamps() {
    let mut stage = Stage::calm();
    let mut input = target();
    if let Value::Map(map) = &mut input {
        map.set("ScheduledActionName", "tidegate-restore");
        map.set("Schedule", "at(2026-09-20T03:10:00)");
        map.set(
            "ScalableTargetAction",
            map! { "MinCapacity" => 5, "MaxCapacity" => 7 },
        );
    }
    stage
        .call(Service::Scaling, "PutScheduledAction", input)
        .expect("accepted");
    stage.pass(599);
    assert!(desired(&stage.world) < 5);
    stage.pass(3);
    assert_eq!(desired(&stage.world), 5);
    let causes = stage.causes();
    assert_eq!(causes[0], "minimum capacity was set to 5");
    assert_eq!(
        causes[1],
        "scheduled action name tidegate-restore was triggered"
    );
    let text = stage.world.scaling.targets[0].activities[1]
        .description
        .clone();
    assert_eq!(text, "Setting min capacity to 5 and max capacity to 7");
    stage.register(2, 12).expect("accepted");
    stage.pass(600);
    let target = &stage.world.scaling.targets[0];
    assert_eq!((target.min, target.max), (2, 12), "it does not come again");
}

#[test]
fn a_suspended_schedule_is_not_made_up_for() {
    let mut stage = Stage::calm();
    let mut input = target();
    if let Value::Map(map) = &mut input {
        map.set("ScheduledActionName", "lost");
        map.set("Schedule", "at(2026-09-20T03:01:00)");
        map.set("ScalableTargetAction", map! { "MinCapacity" => 5 });
        map.set(
            "SuspendedState",
            map! { "ScheduledScalingSuspended" => true },
        );
    }
    stage
        .call(Service::Scaling, "PutScheduledAction", input.clone())
        .expect("accepted");
    stage
        .call(Service::Scaling, "RegisterScalableTarget", input)
        .expect("accepted");
    stage.pass(120);
    assert_eq!(stage.world.scaling.targets[0].min, 2);
}

#[test]
fn why_it_did_not_scale_is_told() {
    let mut stage = Stage::calm();
    stage.register(2, 2).expect("accepted");
    stage.world.set_load(4.0);
    assert!(stage.until(600, |w| {
        w.scaling.targets[0]
            .activities
            .iter()
            .any(|a| a.reason.is_some())
    }));
    let mut input = target();
    if let Value::Map(map) = &mut input {
        map.set("IncludeNotScaledActivities", true);
    }
    let answer = stage
        .call(Service::Scaling, "DescribeScalingActivities", input)
        .expect("answered");
    let first = &answer.get("ScalingActivities").expect("some").items()[0];
    let reason = &first.get("NotScaledReasons").expect("reasons").items()[0];
    assert_eq!(
        reason.get("Code").and_then(Value::as_text),
        Some("AlreadyAtMaxCapacity")
    );
    let plain = stage
        .call(Service::Scaling, "DescribeScalingActivities", target())
        .expect("answered");
    let plain = plain.get("ScalingActivities").expect("some").items();
    assert!(plain.iter().all(|a| a.get("NotScaledReasons").is_none()));
}

#[test]
fn too_few_tasks_fail_and_the_alarm_says_so_and_calms_down() {
    let mut stage = Stage::calm();
    stage.register(2, 2).expect("accepted");
    stage.world.set_load(6.0);
    let alarmed = |w: &World| w.cloudwatch.alarm("orchard-5xx").map(|a| a.status.state);
    assert!(stage.until(600, |w| alarmed(w) == Some(Alarmed::Alarm)));
    assert!(stage.world.cloudwatch.composites[0].status.state == Alarmed::Alarm);
    stage.world.set_load(0.0);
    stage.register(2, 12).expect("accepted");
    assert!(stage.until(900, |w| alarmed(w) == Some(Alarmed::Ok)));
}

#[test]
fn a_new_deployment_comes_up_before_the_old_one_goes() {
    let mut stage = Stage::calm();
    let tasks = desired(&stage.world);
    let input = map! { "cluster" => "orchard", "service" => "api", "forceNewDeployment" => true };
    stage
        .call(Service::Ecs, "UpdateService", input)
        .expect("accepted");
    let mut lowest = u32::MAX;
    for _ in 0..300 {
        stage.pass(1);
        let serving = stage
            .world
            .ecs
            .find("api")
            .map_or(0, |s| s.serving().count());
        lowest = lowest.min(serving as u32);
    }
    assert!(lowest >= tasks, "{lowest} of {tasks} were left");
    let service = stage.world.ecs.find("api").expect("there");
    assert_eq!(service.deployments.len(), 1);
    assert!(said(&stage.world, "deployment completed"));
}

#[test]
fn a_stopped_task_is_replaced_and_shown_for_an_hour() {
    let mut stage = Stage::calm();
    let tasks = desired(&stage.world);
    let id = stage.world.ecs.find("api").expect("there").tasks[0]
        .id
        .clone();
    let input = map! { "cluster" => "orchard", "task" => id.as_str(), "reason" => "try" };
    stage
        .call(Service::Ecs, "StopTask", input)
        .expect("accepted");
    assert!(stage.until(200, |w| running(w) >= tasks
        && w.ecs.find("api").is_some_and(|s| {
            s.tasks
                .iter()
                .any(|t| t.id == id && t.state == State::Stopped)
        })));
    let ask = || map! { "cluster" => "orchard", "tasks" => list([id.as_str()]) };
    let shown = stage
        .call(Service::Ecs, "DescribeTasks", ask())
        .expect("answered");
    let task = &shown.get("tasks").expect("one").items()[0];
    assert_eq!(
        task.get("stoppedReason").and_then(Value::as_text),
        Some("try")
    );
    stage.pass(3700);
    let gone = stage
        .call(Service::Ecs, "DescribeTasks", ask())
        .expect("answered");
    assert_eq!(gone.get("failures").map(|f| f.items().len()), Some(1));
}

#[test]
fn a_group_with_a_higher_minimum_starts_instances_and_keeps_those_with_tasks() {
    let mut stage = Stage::calm();
    let resize = |stage: &mut Stage, min: i64, max: i64| {
        let input =
            map! { "AutoScalingGroupName" => "orchard-nodes", "MinSize" => min, "MaxSize" => max };
        stage.call(Service::AutoScaling, "UpdateAutoScalingGroup", input)
    };
    resize(&mut stage, 4, 8).expect("accepted");
    let in_service = |w: &World| {
        let nodes = w.group.nodes().iter();
        nodes
            .filter(|n| n.lifecycle == Lifecycle::InService && n.registered.is_some())
            .count()
    };
    assert!(stage.until(120, |w| in_service(w) == 4));
    let refusal = resize(&mut stage, 9, 8).expect_err("refused");
    assert_eq!(refusal.code, "ValidationError");
    resize(&mut stage, 1, 1).expect("accepted");
    stage.pass(200);
    assert!(
        in_service(&stage.world) >= 2,
        "instances with tasks are protected"
    );
    conserved(&stage.world);
    let first = &stage.world.group.managed().expect("there").activities[0].description;
    assert!(
        first.starts_with("Could not scale to desired capacity"),
        "{first}"
    );
}

#[test]
fn a_groups_timer_fires_once_and_is_gone() {
    let mut stage = Stage::calm();
    let put = |at: &str| {
        let at: Timestamp = at.parse().expect("a time");
        map! {
            "AutoScalingGroupName" => "orchard-nodes",
            "ScheduledActionName" => "restore",
            "StartTime" => at,
            "MinSize" => 3,
            "MaxSize" => 5,
        }
    };
    let past = stage.call(
        Service::AutoScaling,
        "PutScheduledUpdateGroupAction",
        put("2026-09-20T02:00:00Z"),
    );
    assert_eq!(
        past.expect_err("refused").message,
        "Given start time is in the past"
    );
    stage
        .call(
            Service::AutoScaling,
            "PutScheduledUpdateGroupAction",
            put("2026-09-20T03:05:01Z"),
        )
        .expect("accepted");
    stage.pass(310);
    let group = stage.world.group.managed().expect("there");
    assert_eq!((group.min, group.max, group.desired), (3, 5, 3));
    assert!(group.scheduled.is_empty());
}

#[test]
fn credits_drain_under_work() {
    let mut stage = Stage::calm();
    let credits = |w: &World| {
        w.group
            .nodes()
            .iter()
            .find_map(|n| n.credits)
            .expect("a t3 node")
    };
    let before = credits(&stage.world);
    stage.world.set_load(3.0);
    stage.pass(1200);
    assert!(credits(&stage.world) < before);
}

#[test]
fn the_same_seed_tells_the_same_story() {
    let story = |seed| {
        let mut stage = Stage::new(&Config {
            seed,
            ..Config::default()
        });
        stage.world.set_load(3.0);
        stage.pass(900);
        format!("{:?} {:?}", stage.world.ecs.services, stage.causes())
    };
    assert_eq!(story(7), story(7));
    assert_ne!(story(7), story(8));
}

#[path = "ecs_rules_tests.rs"]
mod rules;
