//! Load balancers: target health.

use super::Aws;
use super::convert::text;
use crate::domain::ecs::TargetHealth;
use crate::domain::fault::Fault;
use crate::domain::ids::TargetGroupArn;
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
