//! Everything the drill-in of one service shows, read side by side.

use super::super::Aws;
use super::super::convert::named;
use super::{WIDTH, event, facts};
use crate::domain::ecs::{ServiceDetail, ServiceRef, TargetGroup};
use crate::domain::fault::{Fault, Gap, Part};
use crate::domain::ids::TargetGroupArn;
use futures_util::StreamExt;
use futures_util::future::join;

impl Aws {
    /// The service, its tasks, deployments, events, containers and target health.
    /// Only the service itself must be readable; any other part may be a gap.
    pub async fn service_detail(&self, at: &ServiceRef) -> Result<ServiceDetail, Fault> {
        let (base, tasks) = join(
            Box::pin(self.service_and_parts(at)),
            Box::pin(self.tasks(at)),
        )
        .await;
        let mut detail = base?;
        let (tasks, gap) = named(Part::Tasks, tasks, &mut detail.gaps);
        detail.tasks = tasks;
        detail.gaps.extend(gap.map(|fault| Gap {
            part: Part::Instances,
            fault,
        }));
        Ok(detail)
    }

    async fn service_and_parts(&self, at: &ServiceRef) -> Result<ServiceDetail, Fault> {
        let raw = self.one_service(at).await?;
        let service = facts::service(&at.cluster, &raw);
        let groups = service.target_groups.clone();
        let (containers, target_groups) = join(
            self.containers(&service.task_definition),
            self.target_groups(groups),
        )
        .await;
        let mut gaps = Vec::new();
        Ok(ServiceDetail {
            service,
            tasks: Vec::new(),
            deployments: raw.deployments().iter().map(facts::deployment).collect(),
            events: raw.events().iter().map(event::event).collect(),
            containers: named(Part::Containers, containers, &mut gaps),
            target_groups,
            gaps,
        })
    }

    async fn target_groups(&self, arns: Vec<TargetGroupArn>) -> Vec<TargetGroup> {
        let reads: Vec<_> = arns
            .into_iter()
            .map(|arn| async {
                let targets = self.target_health(&arn).await;
                TargetGroup { arn, targets }
            })
            .collect();
        futures_util::stream::iter(reads)
            .buffered(WIDTH)
            .collect()
            .await
    }
}
