//! Task definitions: containers by name, never the values of their environment; and where they log.

use super::super::Aws;
use super::super::convert::text;
use crate::domain::ecs::{Container, LogTarget};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::{Region, TaskDefinition};
use crate::domain::text::Text;
use aws_sdk_ecs::types as sdk;

impl Aws {
    /// Where a task definition's containers write their logs; each target once.
    pub async fn log_targets(&self, definition: &TaskDefinition) -> Result<Vec<LogTarget>, Fault> {
        let mut targets: Vec<LogTarget> = Vec::new();
        for target in self
            .containers(definition)
            .await?
            .into_iter()
            .filter_map(|c| c.log)
        {
            if !targets.contains(&target) {
                targets.push(target);
            }
        }
        Ok(targets)
    }

    pub(super) async fn containers(
        &self,
        definition: &TaskDefinition,
    ) -> Result<Vec<Container>, Fault> {
        let found = self.task_definition(definition).await?;
        let region = self.region();
        Ok(found
            .container_definitions()
            .iter()
            .map(|c| container(c, region))
            .collect())
    }

    pub(super) async fn task_definition(
        &self,
        definition: &TaskDefinition,
    ) -> Result<sdk::TaskDefinition, Fault> {
        self.gate.pass().await;
        let request = self
            .shared
            .ecs
            .describe_task_definition()
            .task_definition(definition.as_str());
        let answer = request
            .send()
            .await
            .map_err(self.fault("ecs:DescribeTaskDefinition"))?;
        answer.task_definition.ok_or_else(|| {
            Fault::new(
                FaultKind::Missing,
                format!("there is no task definition {}", definition.text()),
            )
            .means("it was deleted")
        })
    }
}

fn container(c: &sdk::ContainerDefinition, region: &Region) -> Container {
    Container {
        name: text(c.name()),
        image: text(c.image()),
        environment: c
            .environment()
            .iter()
            .map(|pair| text(pair.name()))
            .collect(),
        secrets: c.secrets().iter().map(|s| Text::clean(s.name())).collect(),
        log: c
            .log_configuration()
            .and_then(|log| log_target(log, region)),
    }
}

/// The awslogs driver's options; other drivers write elsewhere.
fn log_target(log: &sdk::LogConfiguration, region: &Region) -> Option<LogTarget> {
    let options = log
        .options()
        .filter(|_| log.log_driver == sdk::LogDriver::Awslogs)?;
    let elsewhere = options
        .get("awslogs-region")
        .map(|r| Region::from(r.as_str()))
        .filter(|r| r != region);
    Some(LogTarget {
        group: options.get("awslogs-group")?.as_str().into(),
        region: elsewhere,
        stream_prefix: options
            .get("awslogs-stream-prefix")
            .map(|p| p.as_str().into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logging(driver: sdk::LogDriver, region: &str) -> sdk::LogConfiguration {
        let builder = sdk::LogConfiguration::builder().log_driver(driver);
        let builder = builder
            .options("awslogs-group", "/ecs/api")
            .options("awslogs-region", region);
        builder
            .options("awslogs-stream-prefix", "api")
            .build()
            .expect("built")
    }

    #[test]
    fn environment_values_never_leave() {
        let pair = sdk::KeyValuePair::builder()
            .name("DB_PASSWORD")
            .value("hunter2")
            .build();
        let c = sdk::ContainerDefinition::builder()
            .name("api")
            .environment(pair)
            .build();
        let seen = container(&c, &"eu-west-1".into());
        assert_eq!(seen.environment, [Text::fixed("DB_PASSWORD")]);
        assert!(!format!("{seen:?}").contains("hunter2"));
    }

    #[test]
    fn a_log_group_names_its_region_only_where_it_differs() {
        let here = log_target(
            &logging(sdk::LogDriver::Awslogs, "eu-west-1"),
            &"eu-west-1".into(),
        )
        .expect("a target");
        assert_eq!((here.group.as_str(), here.region), ("/ecs/api", None));
        let there = log_target(
            &logging(sdk::LogDriver::Awslogs, "us-east-1"),
            &"eu-west-1".into(),
        )
        .expect("a target");
        assert_eq!(there.region, Some("us-east-1".into()));
    }

    #[test]
    fn other_log_drivers_are_no_target() {
        assert_eq!(
            log_target(
                &logging(sdk::LogDriver::Fluentd, "eu-west-1"),
                &"eu-west-1".into()
            ),
            None
        );
    }
}
