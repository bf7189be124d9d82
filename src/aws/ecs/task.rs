//! The tasks of a service, running and lately stopped, with their ports and machines.

use super::super::Aws;
use super::super::convert::{moment, pages, text};
use super::{HUNDRED, PAGE, WIDTH, facts};
use crate::domain::ecs::{ServiceRef, Task};
use crate::domain::fault::Fault;
use crate::domain::ids::ClusterName;
use crate::domain::text::Text;
use aws_sdk_ecs::types as sdk;
use futures_util::{StreamExt, TryStreamExt};
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

impl Aws {
    /// Running tasks first, then stopped ones (AWS keeps them about an hour); newest first.
    /// Machines that cannot be read leave a gap, not an error.
    pub(super) async fn tasks(&self, at: &ServiceRef) -> Result<(Vec<Task>, Option<Fault>), Fault> {
        let (running, stopped) = futures_util::future::try_join(
            self.task_arns(at, sdk::DesiredStatus::Running),
            self.task_arns(at, sdk::DesiredStatus::Stopped),
        )
        .await?;
        let found = self
            .describe_tasks(&at.cluster, [running, stopped].concat())
            .await?;
        let (names, gap) = match self.machines(&at.cluster, &found).await {
            Ok(names) => (names, None),
            Err(fault) => (HashMap::new(), Some(fault)),
        };
        let mut tasks: Vec<Task> = found.iter().map(|t| task(t, &names)).collect();
        tasks.sort_by_key(|t| {
            (
                t.stopped_at.is_some(),
                Reverse(t.stopped_at),
                Reverse(t.started_at),
            )
        });
        Ok((tasks, gap))
    }

    async fn task_arns(
        &self,
        at: &ServiceRef,
        desired: sdk::DesiredStatus,
    ) -> Result<Vec<String>, Fault> {
        let request = self
            .shared
            .ecs
            .list_tasks()
            .cluster(at.cluster.as_str())
            .service_name(at.service.as_str());
        let request = request.desired_status(desired).max_results(PAGE);
        Ok(pages!(
            self,
            "ecs:ListTasks",
            request.clone(),
            set_next_token,
            next_token,
            task_arns
        ))
    }

    async fn describe_tasks(
        &self,
        cluster: &ClusterName,
        arns: Vec<String>,
    ) -> Result<Vec<sdk::Task>, Fault> {
        let reads: Vec<_> = arns
            .chunks(HUNDRED)
            .map(|some| async {
                self.gate.pass().await;
                let request = self
                    .shared
                    .ecs
                    .describe_tasks()
                    .cluster(cluster.as_str())
                    .set_tasks(Some(some.to_vec()));
                let answer = request
                    .send()
                    .await
                    .map_err(self.fault("ecs:DescribeTasks"))?;
                Ok::<_, Fault>(answer.tasks.unwrap_or_default())
            })
            .collect();
        let found: Vec<Vec<sdk::Task>> = futures_util::stream::iter(reads)
            .buffered(WIDTH)
            .try_collect()
            .await?;
        Ok(found.concat())
    }

    /// Container instance ARN → EC2 id.
    async fn machines(
        &self,
        cluster: &ClusterName,
        tasks: &[sdk::Task],
    ) -> Result<HashMap<String, Text>, Fault> {
        let arns: BTreeSet<&str> = tasks
            .iter()
            .filter_map(|t| t.container_instance_arn())
            .collect();
        let arns = arns.into_iter().map(str::to_owned).collect();
        let found = self.describe_container_instances(cluster, arns).await?;
        let named = found
            .into_iter()
            .filter_map(|i| Some((i.container_instance_arn?, Text::clean(&i.ec2_instance_id?))));
        Ok(named.collect())
    }

    pub(super) async fn describe_container_instances(
        &self,
        cluster: &ClusterName,
        arns: Vec<String>,
    ) -> Result<Vec<sdk::ContainerInstance>, Fault> {
        // A list, not a lazy iterator: held across the await, that would keep the future from being Send.
        let reads: Vec<_> = arns
            .chunks(HUNDRED)
            .map(|some| async {
                self.gate.pass().await;
                let request = self
                    .shared
                    .ecs
                    .describe_container_instances()
                    .cluster(cluster.as_str());
                let answer = request
                    .set_container_instances(Some(some.to_vec()))
                    .send()
                    .await;
                let answer = answer.map_err(self.fault("ecs:DescribeContainerInstances"))?;
                Ok::<_, Fault>(answer.container_instances.unwrap_or_default())
            })
            .collect();
        let found: Vec<Vec<sdk::ContainerInstance>> = futures_util::stream::iter(reads)
            .buffered(WIDTH)
            .try_collect()
            .await?;
        Ok(found.concat())
    }
}

fn task(t: &sdk::Task, machines: &HashMap<String, Text>) -> Task {
    let machine = |arn: &str| {
        machines
            .get(arn)
            .cloned()
            .unwrap_or_else(|| Text::clean(facts::last(arn)))
    };
    let known = |said: Option<&str>| said.filter(|s| !s.is_empty()).map(Text::clean);
    Task {
        id: facts::last(t.task_arn().unwrap_or_default()).into(),
        status: text(t.last_status()),
        desired_status: text(t.desired_status()),
        health: text(t.health_status().map(sdk::HealthStatus::as_str)),
        instance: t.container_instance_arn().map(machine),
        ports: ports(t),
        started_at: t.started_at().and_then(moment),
        stopped_at: t.stopped_at().and_then(moment),
        stop_code: known(t.stop_code().map(sdk::TaskStopCode::as_str)),
        stopped_reason: known(t.stopped_reason()),
        cpu: known(t.cpu()),
        memory: known(t.memory()),
    }
}

/// Host → container port as bound now; the same binding over IPv4 and IPv6 once.
fn ports(t: &sdk::Task) -> Vec<(u16, u16)> {
    let bindings = t
        .containers()
        .iter()
        .flat_map(sdk::Container::network_bindings);
    let pair = |b: &sdk::NetworkBinding| {
        Some((
            u16::try_from(b.host_port?).ok()?,
            u16::try_from(b.container_port?).ok()?,
        ))
    };
    bindings
        .filter_map(pair)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dynamic_ports_come_from_the_bindings_each_once() {
        let bound = |host| {
            sdk::NetworkBinding::builder()
                .host_port(host)
                .container_port(8080)
                .build()
        };
        let container = sdk::Container::builder()
            .network_bindings(bound(32_769))
            .network_bindings(bound(32_769))
            .build();
        let t = sdk::Task::builder().containers(container).build();
        assert_eq!(task(&t, &HashMap::new()).ports, [(32_769, 8080)]);
    }

    #[test]
    fn a_machine_that_could_not_be_read_keeps_its_ecs_name() {
        let arn = "arn:aws:ecs:r:1:container-instance/orchard/abc";
        let t = sdk::Task::builder().container_instance_arn(arn).build();
        assert_eq!(task(&t, &HashMap::new()).instance, Some(Text::fixed("abc")));
        let known = HashMap::from([(arn.to_owned(), Text::fixed("i-1"))]);
        assert_eq!(task(&t, &known).instance, Some(Text::fixed("i-1")));
    }
}
