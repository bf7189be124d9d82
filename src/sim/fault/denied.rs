//! What a caller without a permission is told: who, what, and on which resource, where AWS says it.

use crate::sim::account::{ACCOUNT_ID, CALLER};
use crate::sim::call::{Call, Service};
use crate::sim::value::Value;

/// The message of a refusal.
pub fn message(call: &Call) -> String {
    let action = format!("{}:{}", call.service.iam(), call.operation);
    let on = resource(call).map_or_else(String::new, |arn| format!(" on resource: {arn}"));
    format!(
        "User: {CALLER} is not authorized to perform: {action}{on} because no identity-based policy allows the {action} action"
    )
}

/// The resource of a call. None where the action is not granted by resource and AWS names none.
fn resource(call: &Call) -> Option<String> {
    let text = |name: &str| call.input.get(name).and_then(Value::as_text);
    let arn = |service: &str, rest: String| {
        format!("arn:aws:{service}:{}:{ACCOUNT_ID}:{rest}", call.region)
    };
    let given = [
        "WebACLArn",
        "ResourceArn",
        "ResourceARN",
        "resourceArn",
        "ResourceName",
        "RoleArn",
    ];
    if let Some(given) = given.iter().find_map(|name| text(name)) {
        return Some(given.to_owned());
    }
    match call.service {
        Service::Ecs => Some(ecs(call).map_or_else(|| "*".to_owned(), |rest| arn("ecs", rest))),
        Service::Waf => Some(match (text("Name"), text("Id")) {
            (Some(name), Some(id)) => {
                let scope = if text("Scope") == Some("CLOUDFRONT") {
                    "global"
                } else {
                    "regional"
                };
                arn("wafv2", format!("{scope}/webacl/{name}/{id}"))
            }
            _ => "*".to_owned(),
        }),
        Service::Rds => Some(arn("rds", rds(call))),
        Service::Logs => {
            let named = call
                .input
                .get("logGroupIdentifiers")
                .and_then(|groups| groups.items().first());
            if let Some(first) = named.and_then(Value::as_text) {
                return Some(first.to_owned());
            }
            let group = text("logGroupName").unwrap_or_default();
            let stream = text("logStreamName").unwrap_or_default();
            Some(arn(
                "logs",
                format!("log-group:{group}:log-stream:{stream}"),
            ))
        }
        Service::Ssm => {
            let name = text("Name").or_else(|| text("Path"));
            let rest = name.map(|name| format!("parameter/{}", name.trim_start_matches('/')));
            Some(arn("ssm", rest.unwrap_or_else(|| "*".to_owned())))
        }
        Service::Scaling => Some(arn(
            "application-autoscaling",
            "scalable-target/*".to_owned(),
        )),
        Service::AutoScaling => text("AutoScalingGroupName")
            .filter(|_| !call.operation.starts_with("Describe"))
            .map(|name| {
                arn(
                    "autoscaling",
                    format!("autoScalingGroup:*:autoScalingGroupName/{name}"),
                )
            }),
        Service::CloudWatch => call.operation.contains("Alarm").then(|| {
            arn(
                "cloudwatch",
                format!("alarm:{}", text("AlarmName").unwrap_or("*")),
            )
        }),
        Service::Iam => Some("*".to_owned()),
        Service::Elb | Service::Sts | Service::CloudFront => None,
    }
}

/// `service/orchard/api`; the first one where several are asked for.
fn ecs(call: &Call) -> Option<String> {
    let input = &call.input;
    let text = |name: &str| input.get(name).and_then(Value::as_text);
    let first = |name: &str| input.get(name)?.items().first()?.as_text();
    let last = |name: &str| name.rsplit('/').next().unwrap_or(name).to_owned();
    let cluster = last(text("cluster").unwrap_or("default"));
    let below = |kind: &str, name: &str| format!("{kind}/{cluster}/{}", last(name));
    first("services")
        .or_else(|| text("service"))
        .map(|name| below("service", name))
        .or_else(|| Some(below("task", first("tasks").or_else(|| text("task"))?)))
        .or_else(|| Some(below("container-instance", first("containerInstances")?)))
        .or_else(|| Some(format!("cluster/{}", last(first("clusters")?))))
}

fn rds(call: &Call) -> String {
    let text = |name: &str| call.input.get(name).and_then(Value::as_text);
    let kind = match call.operation.as_str() {
        "DescribeDBSnapshots" | "DeleteDBSnapshot" => "snapshot",
        "DescribeDBClusterSnapshots" | "DeleteDBClusterSnapshot" => "cluster-snapshot",
        "DescribeDBClusters" | "CreateDBClusterSnapshot" => "cluster",
        "DescribeDBParameterGroups" => "pg",
        _ => "db",
    };
    let name = match kind {
        "snapshot" => text("DBSnapshotIdentifier"),
        "cluster-snapshot" => text("DBClusterSnapshotIdentifier"),
        "cluster" => text("DBClusterIdentifier"),
        "pg" => text("DBParameterGroupName"),
        _ => text("DBInstanceIdentifier"),
    };
    format!("{kind}:{}", name.unwrap_or("*"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::value::{list, map};

    fn of(service: Service, operation: &str, input: Value) -> Option<String> {
        resource(&Call {
            service,
            operation: operation.to_owned(),
            region: "eu-west-1".to_owned(),
            input,
        })
    }

    #[test]
    fn the_resource_is_the_one_that_was_asked_for() {
        let service = map! { "cluster" => "orchard", "service" => "api" };
        let services = map! { "cluster" => "orchard", "services" => list(["api", "admin"]) };
        let acl = map! { "Name" => "edge", "Id" => "1", "Scope" => "REGIONAL" };
        let group = map! { "logGroupName" => "/ecs/x" };
        for (found, wanted) in [
            (
                of(Service::Ecs, "UpdateService", service),
                "ecs:eu-west-1:000000000000:service/orchard/api",
            ),
            (
                of(Service::Ecs, "DescribeServices", services),
                "ecs:eu-west-1:000000000000:service/orchard/api",
            ),
            (
                of(Service::Waf, "UpdateWebACL", acl),
                "wafv2:eu-west-1:000000000000:regional/webacl/edge/1",
            ),
            (
                of(Service::Rds, "DescribeDBInstances", map! {}),
                "rds:eu-west-1:000000000000:db:*",
            ),
            (
                of(Service::Logs, "FilterLogEvents", group),
                "logs:eu-west-1:000000000000:log-group:/ecs/x:log-stream:",
            ),
            (
                of(Service::Ssm, "PutParameter", map! { "Name" => "/a/b" }),
                "ssm:eu-west-1:000000000000:parameter/a/b",
            ),
        ] {
            assert_eq!(found, Some(format!("arn:aws:{wanted}")));
        }
        assert_eq!(
            of(Service::Ecs, "ListClusters", map! {}).as_deref(),
            Some("*")
        );
        assert_eq!(of(Service::Elb, "DescribeLoadBalancers", map! {}), None);
    }
}
