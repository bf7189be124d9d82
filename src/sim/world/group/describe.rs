//! The group and its instances as they are described.

use super::super::World;
use super::super::page::Page;
use super::Group;
use super::input::{bad, bad_token, seen, texts};
use super::node::{Lifecycle, Node};
use crate::sim::call::Answer;
use crate::sim::value::{Value, list, map};

/// `DescribeAutoScalingGroups`.
pub fn groups(world: &World, input: &Value) -> Answer {
    let names = texts(input, "AutoScalingGroupNames");
    let page = Page::read(input, "MaxRecords", "NextToken", 50, 100).map_err(bad_token)?;
    let bare = input.get("IncludeInstances").and_then(Value::as_bool) == Some(false);
    let found = world.group.group.iter();
    let found = found.filter(|g| names.is_empty() || names.contains(&g.name.as_str()));
    let (found, next) = page.of(found.map(|g| group(world, g, bare)));
    Ok(map! { "AutoScalingGroups" => list(found), "NextToken" => next })
}

fn group(world: &World, group: &Group, bare: bool) -> Value {
    let zones = ['a', 'b', 'c'].map(|letter| format!("{}{letter}", world.region));
    let nodes = if bare { &[][..] } else { &group.nodes };
    map! {
        "AutoScalingGroupName" => &group.name,
        "AutoScalingGroupARN" => group.arn(&world.region),
        "MixedInstancesPolicy" => mixed(),
        "MinSize" => group.min,
        "MaxSize" => group.max,
        "DesiredCapacity" => group.desired,
        "DefaultCooldown" => 300,
        "AvailabilityZones" => list(zones),
        "LoadBalancerNames" => list::<Value>([]),
        "TargetGroupARNs" => list::<Value>([]),
        "HealthCheckType" => "EC2",
        "HealthCheckGracePeriod" => 60,
        "Instances" => list(nodes.iter().map(instance)),
        "CreatedTime" => group.created,
        "SuspendedProcesses" => list(group.suspended.iter().map(suspended)),
        "VPCZoneIdentifier" => "subnet-0a1b2c3d4e5f6071a,subnet-0a1b2c3d4e5f6071b,subnet-0a1b2c3d4e5f6071c",
        "EnabledMetrics" => list(enabled()),
        "Tags" => list(group.tags.iter().map(|(key, value)| tag(group, key, value))),
        "TerminationPolicies" => list(["Default"]),
        "NewInstancesProtectedFromScaleIn" => true,
        "ServiceLinkedRoleARN" => world.arn("iam", "role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"),
        "CapacityRebalance" => false,
    }
}

fn tag(group: &Group, key: &str, value: &str) -> Value {
    map! {
        "ResourceId" => &group.name,
        "ResourceType" => "auto-scaling-group",
        "Key" => key,
        "Value" => value,
        "PropagateAtLaunch" => true,
    }
}

fn suspended((process, reason): (&String, &String)) -> Value {
    map! { "ProcessName" => process, "SuspensionReason" => reason }
}

fn enabled() -> impl Iterator<Item = Value> {
    let metrics = [
        "GroupMinSize",
        "GroupMaxSize",
        "GroupDesiredCapacity",
        "GroupInServiceInstances",
    ];
    metrics
        .into_iter()
        .map(|metric| map! { "Metric" => metric, "Granularity" => "1Minute" })
}

fn template() -> Value {
    map! {
        "LaunchTemplateId" => "lt-0a1b2c3d4e5f60718",
        "LaunchTemplateName" => "orchard-node",
        "Version" => "7",
    }
}

fn mixed() -> Value {
    let kinds = ["m6i.large", "t3.large"].map(|kind| map! { "InstanceType" => kind });
    map! {
        "LaunchTemplate" => map! {
            "LaunchTemplateSpecification" => template(),
            "Overrides" => list(kinds),
        },
    }
}

fn lifecycle(node: &Node) -> &'static str {
    node.lifecycle.name()
}

fn instance(node: &Node) -> Value {
    map! {
        "InstanceId" => &node.id,
        "InstanceType" => node.kind.name,
        "AvailabilityZone" => &node.zone,
        "LifecycleState" => lifecycle(node),
        "HealthStatus" => "Healthy",
        "LaunchTemplate" => template(),
        "ProtectedFromScaleIn" => protected(node),
    }
}

/// ECS managed termination protection: an instance with tasks is kept.
pub fn protected(node: &Node) -> bool {
    node.tasks() > 0 && node.lifecycle != Lifecycle::Terminating
}

/// `DescribeAutoScalingInstances`.
pub fn instances(world: &World, input: &Value) -> Answer {
    let ids = texts(input, "InstanceIds");
    if ids.len() > 50 {
        return Err(bad("The number of instance ids may not be greater than 50"));
    }
    let page = Page::read(input, "MaxRecords", "NextToken", 50, 50).map_err(bad_token)?;
    let all = world.group.group.iter();
    let all = all.flat_map(|g| g.nodes.iter().map(move |n| (g, n)));
    let found = all.filter(|(_, n)| ids.is_empty() || ids.contains(&n.id.as_str()));
    let (found, next) = page.of(found.map(|(group, node)| {
        map! {
            "InstanceId" => &node.id,
            "InstanceType" => node.kind.name,
            "AutoScalingGroupName" => &group.name,
            "AvailabilityZone" => &node.zone,
            "LifecycleState" => lifecycle(node),
            "HealthStatus" => "HEALTHY",
            "LaunchTemplate" => template(),
            "ProtectedFromScaleIn" => protected(node),
        }
    }));
    Ok(map! { "AutoScalingInstances" => list(found), "NextToken" => next })
}

/// `DescribePolicies`: the one that ECS keeps for the capacity provider.
pub fn policies(world: &World, input: &Value) -> Answer {
    let name = input.get("AutoScalingGroupName").and_then(Value::as_text);
    let group = world.group.group.as_ref();
    let group = match name {
        Some(_) => Some(seen(world, input)?),
        None => group,
    };
    let names = texts(input, "PolicyNames");
    let all = group.into_iter().map(|g| policy(world, g));
    let asked = |p: &Value| {
        let name = p
            .get("PolicyName")
            .and_then(Value::as_text)
            .unwrap_or_default();
        names.is_empty() || names.contains(&name)
    };
    Ok(map! { "ScalingPolicies" => list(all.filter(asked)) })
}

fn policy(world: &World, group: &Group) -> Value {
    let provider = world.ecs.cluster.as_ref().map_or("", |c| &c.provider);
    let cluster = world.ecs.cluster.as_ref().map_or("", |c| &c.name);
    let name = format!("ECSManagedAutoScalingPolicy-{}", group.uuid);
    let rest = format!(
        "scalingPolicy:{}:autoScalingGroupName/{}:policyName/{name}",
        group.uuid, group.name
    );
    let dimension = |name: &'static str, value: &str| map! { "Name" => name, "Value" => value };
    map! {
        "AutoScalingGroupName" => &group.name,
        "PolicyName" => name,
        "PolicyARN" => world.arn("autoscaling", &rest),
        "PolicyType" => "TargetTrackingScaling",
        "StepAdjustments" => list::<Value>([]),
        "EstimatedInstanceWarmup" => 60,
        "Alarms" => list::<Value>([]),
        "TargetTrackingConfiguration" => map! {
            "CustomizedMetricSpecification" => map! {
                "MetricName" => "CapacityProviderReservation",
                "Namespace" => "AWS/ECS/ManagedScaling",
                "Dimensions" => list([
                    dimension("CapacityProviderName", provider),
                    dimension("ClusterName", cluster),
                ]),
                "Statistic" => "Average",
            },
            "TargetValue" => f64::from(group.target_capacity),
            "DisableScaleIn" => false,
        },
        "Enabled" => true,
    }
}

/// `DescribeInstanceRefreshes`: there never was one.
pub fn refreshes(world: &World, input: &Value) -> Answer {
    seen(world, input)?;
    Ok(map! { "InstanceRefreshes" => list::<Value>([]) })
}

/// `DescribeWarmPool`: there is none.
pub fn warm_pool(world: &World, input: &Value) -> Answer {
    seen(world, input)?;
    Ok(map! { "Instances" => list::<Value>([]) })
}
