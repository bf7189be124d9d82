//! Scaling policies, and the two alarms of each that tracks a target.

use super::super::World;
use super::super::cloudwatch::alarm::{Comparison, Missing};
use super::super::cloudwatch::{Alarm, Stat};
use super::super::id;
use super::super::metrics::Key;
use super::input::bad;
use crate::sim::call::Refusal;
use crate::sim::value::{Value, map};
use jiff::Timestamp;

/// Cool-down where a policy has none: five minutes, for ECS.
const COOLDOWN: u32 = 300;
/// Minutes above the target until it scales out; below it until it scales in.
const HIGH: u32 = 3;
const LOW: u32 = 15;
/// The low alarm lies a tenth below the target.
const SLACK: f64 = 0.9;

/// One policy.
#[derive(Clone, Debug)]
pub struct Policy {
    pub name: String,
    pub id: String,
    pub created: Timestamp,
    /// `TargetTrackingScaling` or `StepScaling`.
    pub kind: String,
    /// As it was put.
    pub configuration: Value,
    pub tracking: Option<Tracking>,
}

/// What target tracking does.
#[derive(Clone, Debug)]
pub struct Tracking {
    pub key: Key,
    pub stat: Stat,
    pub target: f64,
    pub scale_out_cooldown: u32,
    pub scale_in_cooldown: u32,
    pub scales_in: bool,
    /// The names of its alarms.
    pub high: String,
    pub low: String,
}

impl Policy {
    /// The member of the request that holds its configuration.
    pub fn member(&self) -> &'static str {
        if self.tracking.is_some() {
            "TargetTrackingScalingPolicyConfiguration"
        } else {
            "StepScalingPolicyConfiguration"
        }
    }

    pub fn alarms(&self) -> impl Iterator<Item = &str> {
        let each = self.tracking.iter();
        each.flat_map(|t| [t.high.as_str(), t.low.as_str()])
    }
}

/// What a target-tracking configuration asks for.
pub fn tracking(
    world: &mut World,
    resource: &str,
    configuration: &Value,
) -> Result<Tracking, Refusal> {
    let target = configuration.get("TargetValue").and_then(Value::as_float);
    let target = target
        .filter(|t| t.is_finite() && *t > 0.0)
        .ok_or_else(|| bad("TargetValue must be a number above zero."))?;
    let (key, stat) = metric(world, resource, configuration)?;
    let cooldown = |member| configuration.get(member).and_then(Value::as_int);
    let seconds = |member| cooldown(member).map_or(COOLDOWN, |n| n.clamp(0, 86_400) as u32);
    let off = configuration.get("DisableScaleIn").and_then(Value::as_bool);
    let mut name = |end: &str| {
        format!(
            "TargetTracking-{resource}-Alarm{end}-{}",
            id::uuid(&mut world.rng)
        )
    };
    Ok(Tracking {
        key,
        stat,
        target,
        scale_out_cooldown: seconds("ScaleOutCooldown"),
        scale_in_cooldown: seconds("ScaleInCooldown"),
        scales_in: off != Some(true),
        high: name("High"),
        low: name("Low"),
    })
}

fn metric(world: &World, resource: &str, configuration: &Value) -> Result<(Key, Stat), Refusal> {
    if let Some(custom) = configuration.get("CustomizedMetricSpecification") {
        return customized(custom);
    }
    let predefined = configuration.get("PredefinedMetricSpecification");
    let kind = predefined.and_then(|p| p.get("PredefinedMetricType"));
    let kind = kind.and_then(Value::as_text).unwrap_or_default();
    let mut names = resource.split('/').skip(1);
    let (cluster, service) = (
        names.next().unwrap_or_default(),
        names.next().unwrap_or_default(),
    );
    let of = [("ClusterName", cluster), ("ServiceName", service)];
    match kind {
        "ECSServiceAverageCPUUtilization" => {
            Ok((Key::new("AWS/ECS", "CPUUtilization", &of), Stat::Average))
        }
        "ECSServiceAverageMemoryUtilization" => {
            Ok((Key::new("AWS/ECS", "MemoryUtilization", &of), Stat::Average))
        }
        "ALBRequestCountPerTarget" => requests(world, predefined),
        other => Err(bad(format!(
            "The predefined metric type {other} is not valid for the scalable dimension ecs:service:DesiredCount"
        ))),
    }
}

/// `ResourceLabel`: `app/<name>/<hex>/targetgroup/<name>/<hex>`.
fn requests(world: &World, predefined: Option<&Value>) -> Result<(Key, Stat), Refusal> {
    let label = predefined.and_then(|p| p.get("ResourceLabel"));
    let label = label.and_then(Value::as_text).unwrap_or_default();
    let parts = label.split_once("/targetgroup/");
    let known = world
        .elb
        .balancer
        .as_ref()
        .map(super::super::elb::Balancer::dimension);
    let (balancer, group) = parts
        .filter(|(balancer, _)| known.as_deref() == Some(balancer))
        .ok_or_else(|| bad("ResourceLabel does not name a load balancer and its target group."))?;
    let group = format!("targetgroup/{group}");
    let of = [("LoadBalancer", balancer), ("TargetGroup", &group)];
    let key = Key::new("AWS/ApplicationELB", "RequestCountPerTarget", &of);
    Ok((key, Stat::Sum))
}

fn customized(custom: &Value) -> Result<(Key, Stat), Refusal> {
    let text = |member| custom.get(member).and_then(Value::as_text);
    let (Some(namespace), Some(name)) = (text("Namespace"), text("MetricName")) else {
        return Err(bad(
            "CustomizedMetricSpecification needs Namespace and MetricName.",
        ));
    };
    let dimensions = custom.get("Dimensions").map_or(&[][..], Value::items);
    let pair = |d: &'_ Value| {
        let text = |member| {
            d.get(member)
                .and_then(Value::as_text)
                .unwrap_or_default()
                .to_owned()
        };
        (text("Name"), text("Value"))
    };
    let pairs: Vec<(String, String)> = dimensions.iter().map(pair).collect();
    let pairs: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    let stat = text("Statistic")
        .and_then(Stat::named)
        .unwrap_or(Stat::Average);
    Ok((Key::new(namespace, name, &pairs), stat))
}

/// The alarms of a policy; they start without data.
pub fn alarms(tracking: &Tracking, policy_arn: &str, now: Timestamp) -> [Alarm; 2] {
    let alarm = |name: &str| {
        let (key, stat) = (tracking.key.clone(), tracking.stat);
        let mut alarm = Alarm::new(name.to_owned(), key, stat, now);
        alarm.description =
            format!("DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {policy_arn}.");
        alarm.actions = vec![policy_arn.to_owned()];
        alarm.missing = Missing::Missing;
        alarm
    };
    let mut high = alarm(&tracking.high);
    (high.periods, high.datapoints, high.threshold) = (HIGH, HIGH, tracking.target);
    let mut low = alarm(&tracking.low);
    (low.periods, low.datapoints, low.threshold) = (LOW, LOW, tracking.target * SLACK);
    low.comparison = Comparison::LessThanThreshold;
    [high, low]
}

/// The ARN of a policy.
pub fn arn(world: &World, resource: &str, policy: &str, id: &str) -> String {
    let rest = format!("scalingPolicy:{id}:resource/ecs/{resource}:policyName/{policy}");
    world.arn("autoscaling", &rest)
}

/// The policy of the furnished target: CPU at 75 %, a minute's cool-down each way.
pub fn furnish(world: &mut World, place: usize, created: Timestamp) {
    let configuration = map! {
        "TargetValue" => 75.0,
        "PredefinedMetricSpecification" => map! {
            "PredefinedMetricType" => "ECSServiceAverageCPUUtilization",
        },
        "ScaleOutCooldown" => 60,
        "ScaleInCooldown" => 60,
        "DisableScaleIn" => false,
    };
    let resource = world.scaling.targets[place].resource.clone();
    let Ok(tracking) = tracking(world, &resource, &configuration) else {
        return;
    };
    let id = id::uuid(&mut world.rng);
    let name = "cpu-75".to_owned();
    let arn = arn(world, &resource, &name, &id);
    let alarms = alarms(&tracking, &arn, created);
    world.cloudwatch.alarms.extend(alarms);
    world.scaling.targets[place].policies.push(Policy {
        name,
        id,
        created,
        kind: "TargetTrackingScaling".to_owned(),
        configuration,
        tracking: Some(tracking),
    });
}
