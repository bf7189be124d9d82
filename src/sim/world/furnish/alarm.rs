//! The alarms that the team has.

use super::super::World;
use super::super::cloudwatch::alarm::{Comparison, Composite, Missing, State, Status};
use super::super::cloudwatch::{Alarm, Stat};
use super::super::group::managed;
use super::super::metrics::Key;
use super::ago;

/// The alarm on failed requests: a load test stops on it.
const ERRORS: &str = "orchard-5xx";
const SLOW: &str = "orchard-slow";

pub fn furnish(world: &mut World) {
    let alarms = [
        errors(world),
        slow(world),
        credits(world),
        Some(database(world)),
    ];
    world.cloudwatch.alarms.extend(alarms.into_iter().flatten());
    let now = ago(world, 24 * 30);
    world.cloudwatch.composites.push(Composite {
        name: "orchard-unwell".to_owned(),
        description: "Customers notice".to_owned(),
        any: vec![ERRORS.to_owned(), SLOW.to_owned()],
        configured: now,
        status: Status::new(State::Ok, "No child alarm is in ALARM", now),
    });
}

fn calm(world: &World, name: &str, description: &str, key: Key, stat: Stat) -> Alarm {
    let since = ago(world, 24 * 30);
    let mut alarm = Alarm::new(name.to_owned(), key, stat, since);
    description.clone_into(&mut alarm.description);
    alarm.missing = Missing::NotBreaching;
    alarm.actions = vec![world.arn("sns", "orchard-alerts")];
    alarm.status = Status::new(
        State::Ok,
        "Threshold Crossed: no datapoint was over the threshold.",
        since,
    );
    alarm
}

fn balancer_key(world: &World, metric: &str) -> Option<Key> {
    let balancer = world.elb.balancer.as_ref()?.dimension();
    let of = [("LoadBalancer", balancer.as_str())];
    Some(Key::new("AWS/ApplicationELB", metric, &of))
}

fn errors(world: &World) -> Option<Alarm> {
    let key = balancer_key(world, "HTTPCode_Target_5XX_Count")?;
    let text = "More than one failed request a second for two minutes";
    let mut alarm = calm(world, ERRORS, text, key, Stat::Sum);
    (alarm.periods, alarm.datapoints, alarm.threshold) = (2, 2, 60.0);
    Some(alarm)
}

fn slow(world: &World) -> Option<Alarm> {
    let key = balancer_key(world, "TargetResponseTime")?;
    let text = "One request in twenty takes over a second";
    let mut alarm = calm(world, SLOW, text, key, Stat::Percentile(95.0));
    (alarm.periods, alarm.datapoints, alarm.threshold) = (5, 3, 1.0);
    Some(alarm)
}

fn credits(world: &World) -> Option<Alarm> {
    let node = world.group.nodes().iter().find(|n| n.credits.is_some())?;
    let [_, key] = managed::keys(&node.id);
    let text = "A t3 node has few CPU credits left";
    let mut alarm = calm(world, "orchard-node-credits", text, key, Stat::Minimum);
    (alarm.period, alarm.threshold) = (300, 10.0);
    alarm.comparison = Comparison::LessThanThreshold;
    Some(alarm)
}

fn database(world: &World) -> Alarm {
    let key = Key::new(
        "AWS/RDS",
        "CPUUtilization",
        &[("DBInstanceIdentifier", "orchard-db")],
    );
    let text = "The database is busy for five minutes";
    let mut alarm = calm(world, "orchard-db-cpu", text, key, Stat::Average);
    (alarm.periods, alarm.datapoints, alarm.threshold) = (5, 5, 80.0);
    alarm
}
