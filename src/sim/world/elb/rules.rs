//! Listeners and the rules in them: which path goes to which group.

use super::super::World;
use super::super::page::Page;
use super::describe::{asked, bad_token};
use super::{Balancer, TargetGroup};
use crate::sim::call::{Answer, Refusal};
use crate::sim::value::{Value, list, map};

/// The ends of the ARNs, as AWS's are: 16 hexadecimal digits.
const LISTENER: &str = "50dc6c495c0c9188";
const FIRST_RULE: u64 = 0x9683_b2d0_2a6c_abe0;

fn refused(code: &'static str, what: &str) -> Refusal {
    Refusal::client(code, what)
}

impl World {
    fn listener_arn(&self, balancer: &Balancer) -> String {
        let rest = format!("listener/{}/{LISTENER}", balancer.dimension());
        self.arn("elasticloadbalancing", &rest)
    }

    /// The rule of this place; the default one comes after all others.
    fn rule_arn(&self, balancer: &Balancer, place: usize) -> String {
        let number = FIRST_RULE + place as u64;
        let rest = format!(
            "listener-rule/{}/{LISTENER}/{number:016x}",
            balancer.dimension()
        );
        self.arn("elasticloadbalancing", &rest)
    }
}

/// `DescribeListeners`: of a load balancer, or those that are named.
pub fn listeners(world: &World, input: &Value) -> Answer {
    let of = input.get("LoadBalancerArn").and_then(Value::as_text);
    let arns = asked(input, "ListenerArns");
    if of.is_none() && arns.is_empty() {
        return Err(refused(
            "ValidationError",
            "You must specify either listener ARNs or a load balancer ARN",
        ));
    }
    let known = world.elb.balancer.as_ref();
    let lost = of.is_some_and(|of| known.is_none_or(|b| world.balancer_arn(b) != of));
    if lost {
        return Err(refused(
            "LoadBalancerNotFound",
            "One or more load balancers not found",
        ));
    }
    if arns
        .iter()
        .any(|arn| known.is_none_or(|b| world.listener_arn(b) != **arn))
    {
        return Err(no_listener());
    }
    Ok(map! { "Listeners" => list(known.map(|b| listener(world, b))) })
}

fn no_listener() -> Refusal {
    refused("ListenerNotFound", "One or more listeners not found")
}

fn listener(world: &World, balancer: &Balancer) -> Value {
    map! {
        "ListenerArn" => world.listener_arn(balancer),
        "LoadBalancerArn" => world.balancer_arn(balancer),
        "Port" => 443,
        "Protocol" => "HTTPS",
        "SslPolicy" => "ELBSecurityPolicy-TLS13-1-2-2021-06",
        "DefaultActions" => list(world.elb.groups.first().map(forward)),
    }
}

fn forward(group: &TargetGroup) -> Value {
    map! { "Type" => "forward", "TargetGroupArn" => &group.arn }
}

/// `DescribeRules`: in the order in which they are tried.
pub fn rules(world: &World, input: &Value) -> Answer {
    let of = input.get("ListenerArn").and_then(Value::as_text);
    let arns = asked(input, "RuleArns");
    if of.is_some() != arns.is_empty() {
        return Err(refused(
            "ValidationError",
            "You must specify either listener rule ARNs or a listener ARN",
        ));
    }
    let known = world.elb.balancer.as_ref();
    let Some(balancer) = known.filter(|b| of.is_none_or(|of| world.listener_arn(b) == of)) else {
        return Err(no_listener());
    };
    let all: Vec<(String, Value)> = all(world, balancer);
    if arns
        .iter()
        .any(|arn| !all.iter().any(|(known, _)| known == arn))
    {
        return Err(refused("RuleNotFound", "One or more rules not found"));
    }
    let wanted = |arn: &str| arns.is_empty() || arns.contains(&arn);
    let found = all.into_iter().filter(|(arn, _)| wanted(arn));
    let page = Page::read(input, "PageSize", "Marker", 400, 400).map_err(bad_token)?;
    let (found, next) = page.of(found.map(|(_, rule)| rule));
    Ok(map! { "Rules" => list(found), "NextMarker" => next })
}

fn all(world: &World, balancer: &Balancer) -> Vec<(String, Value)> {
    let elb = &world.elb;
    let paths = elb.rules.iter().enumerate().map(|(place, (path, group))| {
        let arn = world.rule_arn(balancer, place);
        let values = list([format!("{path}*")]);
        let condition = map! {
            "Field" => "path-pattern",
            "Values" => values.clone(),
            "PathPatternConfig" => map! { "Values" => values },
        };
        let rule = map! {
            "RuleArn" => &arn,
            "Priority" => ((place + 1) * 10).to_string(),
            "Conditions" => list([condition]),
            "Actions" => list(elb.groups.get(*group).map(forward)),
            "IsDefault" => false,
        };
        (arn, rule)
    });
    let arn = world.rule_arn(balancer, elb.rules.len());
    let default = map! {
        "RuleArn" => &arn,
        "Priority" => "default",
        "Conditions" => list::<Value>([]),
        "Actions" => list(elb.groups.first().map(forward)),
        "IsDefault" => true,
    };
    paths.chain([(arn, default)]).collect()
}
