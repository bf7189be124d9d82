//! The attributes of a load balancer and of a target group, as AWS's defaults have them.

use super::super::World;
use super::describe::lost_group;
use crate::sim::call::{Answer, Refusal};
use crate::sim::value::{Value, list, map};

const BALANCER: [(&str, &str); 12] = [
    ("access_logs.s3.enabled", "false"),
    ("access_logs.s3.bucket", ""),
    ("access_logs.s3.prefix", ""),
    ("connection_logs.s3.enabled", "false"),
    ("deletion_protection.enabled", "true"),
    ("idle_timeout.timeout_seconds", "60"),
    ("routing.http.desync_mitigation_mode", "defensive"),
    ("routing.http.drop_invalid_header_fields.enabled", "false"),
    ("routing.http.preserve_host_header.enabled", "false"),
    ("routing.http.xff_header_processing.mode", "append"),
    ("routing.http2.enabled", "true"),
    ("waf.fail_open.enabled", "false"),
];

const GROUP: [(&str, &str); 7] = [
    ("deregistration_delay.timeout_seconds", "20"),
    ("load_balancing.algorithm.type", "round_robin"),
    (
        "load_balancing.cross_zone.enabled",
        "use_load_balancer_configuration",
    ),
    ("slow_start.duration_seconds", "0"),
    ("stickiness.enabled", "false"),
    ("stickiness.type", "lb_cookie"),
    ("stickiness.lb_cookie.duration_seconds", "86400"),
];

fn shown(attributes: &[(&str, &str)]) -> Value {
    let pair = |(key, value): &(&str, &str)| map! { "Key" => *key, "Value" => *value };
    map! { "Attributes" => list(attributes.iter().map(pair)) }
}

/// `DescribeLoadBalancerAttributes`.
pub fn balancer(world: &World, input: &Value) -> Answer {
    let arn = input.get("LoadBalancerArn").and_then(Value::as_text);
    let known = world.elb.balancer.iter().map(|b| world.balancer_arn(b));
    if known.map(Some).all(|known| known.as_deref() != arn) {
        let message = "One or more load balancers not found";
        return Err(Refusal::client("LoadBalancerNotFound", message));
    }
    Ok(shown(&BALANCER))
}

/// `DescribeTargetGroupAttributes`.
pub fn group(world: &World, input: &Value) -> Answer {
    let arn = input.get("TargetGroupArn").and_then(Value::as_text);
    if world.elb.groups.iter().all(|g| Some(g.arn.as_str()) != arn) {
        return Err(lost_group());
    }
    Ok(shown(&GROUP))
}
