//! Load balancers: target health, and who stands before a target group.

use super::Aws;
use super::convert::text;
use crate::domain::ecs::TargetHealth;
use crate::domain::fault::Fault;
use crate::domain::ids::{BalancerName, TargetGroupArn, TargetGroupName};
use crate::domain::metrics::Behind;
use crate::domain::text::Text;
use aws_sdk_elasticloadbalancingv2::types as sdk;

impl Aws {
    /// All targets of one group; AWS answers them on one page.
    pub async fn target_health(&self, group: &TargetGroupArn) -> Result<Vec<TargetHealth>, Fault> {
        self.gate.pass().await;
        let answer = self
            .shared
            .elb
            .describe_target_health()
            .target_group_arn(group.as_str())
            .send()
            .await;
        let answer = answer.map_err(self.fault("elasticloadbalancing:DescribeTargetHealth"))?;
        Ok(answer
            .target_health_descriptions()
            .iter()
            .map(target)
            .collect())
    }

    /// Target groups with the application load balancers before them, as CloudWatch names both
    /// (aws-facts.md §5). A group that has none is left out.
    pub async fn behind(&self, groups: &[TargetGroupArn]) -> Result<Vec<Behind>, Fault> {
        if groups.is_empty() {
            // Without a name AWS answers with all of the account.
            return Ok(Vec::new());
        }
        self.gate.pass().await;
        let arns = groups.iter().map(|arn| arn.as_str().to_owned()).collect();
        let request = self.shared.elb.describe_target_groups();
        let answer = request.set_target_group_arns(Some(arns)).send().await;
        let answer = answer.map_err(self.fault("elasticloadbalancing:DescribeTargetGroups"))?;
        Ok(answer.target_groups().iter().flat_map(behind).collect())
    }
}

fn behind(group: &sdk::TargetGroup) -> Vec<Behind> {
    let Some(name) = group.target_group_arn().and_then(group_name) else {
        return Vec::new();
    };
    let balancers = group.load_balancer_arns().iter();
    balancers
        .filter_map(|arn| {
            Some(Behind {
                balancer: balancer_name(arn)?,
                group: name.clone(),
            })
        })
        .collect()
}

/// `targetgroup/api/…`: its ARN from there on.
fn group_name(arn: &str) -> Option<TargetGroupName> {
    let start = arn.find(":targetgroup/")?;
    Some(arn[start + 1..].into())
}

/// `app/orchard/…`; network and gateway load balancers have no requests.
fn balancer_name(arn: &str) -> Option<BalancerName> {
    let (_, name) = arn.split_once(":loadbalancer/")?;
    name.starts_with("app/").then(|| name.into())
}

fn target(d: &sdk::TargetHealthDescription) -> TargetHealth {
    let (target, health) = (d.target(), d.target_health());
    let known = |said: Option<&str>| said.filter(|s| !s.is_empty()).map(Text::clean);
    TargetHealth {
        target: text(target.and_then(|t| t.id())),
        port: target
            .and_then(sdk::TargetDescription::port)
            .and_then(|p| u16::try_from(p).ok()),
        zone: known(target.and_then(|t| t.availability_zone())),
        state: text(
            health
                .and_then(|h| h.state())
                .map(sdk::TargetHealthStateEnum::as_str),
        ),
        reason: known(
            health
                .and_then(|h| h.reason())
                .map(sdk::TargetHealthReasonEnum::as_str),
        ),
        description: known(health.and_then(|h| h.description())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_arns_tails_as_cloudwatch_has_them() {
        let arn = |rest| format!("arn:aws:elasticloadbalancing:eu-west-1:123456789012:{rest}");
        let group = sdk::TargetGroup::builder()
            .target_group_arn(arn("targetgroup/api/fedcba9876543210"))
            .load_balancer_arns(arn("loadbalancer/net/other/0123456789abcdef"))
            .load_balancer_arns(arn("loadbalancer/app/orchard/0123456789abcdef"))
            .build();
        let found = behind(&group);
        let [one] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!(one.balancer.as_str(), "app/orchard/0123456789abcdef");
        assert_eq!(one.group.as_str(), "targetgroup/api/fedcba9876543210");
    }
}
