//! How many more tasks of a service's size the cluster's instances could take now (aws-facts.md §2.4).

use super::super::Aws;
use super::super::convert::pages;
use super::PAGE;
use crate::domain::ecs::{Headroom, Launch, Service};
use crate::domain::fault::Fault;
use crate::domain::ids::{ClusterName, InstanceId};
use aws_sdk_ecs::types as sdk;

impl Aws {
    /// Placement headroom for one service; unknown for Fargate, whose room is a quota.
    pub async fn headroom(&self, service: &Service) -> Result<Headroom, Fault> {
        if !runs_on_instances(&service.launch) {
            return Ok(Headroom {
                tasks: None,
                instances: Vec::new(),
            });
        }
        let (definition, instances) = futures_util::future::try_join(
            self.task_definition(&service.task_definition),
            self.container_instances(&service.at.cluster),
        )
        .await?;
        let instances: Vec<_> = instances
            .into_iter()
            .filter(|i| i.agent_connected)
            .collect();
        let size = Size::of(&definition);
        Ok(Headroom {
            tasks: size.map(|size| instances.iter().map(|i| size.fits(i)).sum()),
            instances: instances
                .iter()
                .filter_map(|i| i.ec2_instance_id())
                .map(InstanceId::from)
                .collect(),
        })
    }

    async fn container_instances(
        &self,
        cluster: &ClusterName,
    ) -> Result<Vec<sdk::ContainerInstance>, Fault> {
        let request = self
            .shared
            .ecs
            .list_container_instances()
            .cluster(cluster.as_str())
            .max_results(PAGE);
        let request = request.status(sdk::ContainerInstanceStatus::Active);
        let arns = pages!(
            self,
            "ecs:ListContainerInstances",
            request.clone(),
            set_next_token,
            next_token,
            container_instance_arns
        );
        self.describe_container_instances(cluster, arns).await
    }
}

fn runs_on_instances(launch: &Launch) -> bool {
    match launch {
        Launch::Ec2 => true,
        Launch::Providers(names) => !names.iter().any(|n| n.as_str().starts_with("FARGATE")),
        Launch::Fargate | Launch::External | Launch::Unknown => false,
    }
}

/// What one task takes of an instance.
#[derive(Debug, PartialEq, Eq)]
struct Size {
    cpu: i64,
    /// MiB.
    memory: i64,
    /// Host ports that it must have for itself.
    ports: Vec<String>,
}

impl Size {
    /// `None` where the definition reserves nothing: then anything fits, and the number would be a lie.
    fn of(definition: &sdk::TaskDefinition) -> Option<Self> {
        let containers = definition.container_definitions();
        let whole = |said: Option<&str>| said.and_then(|s| s.trim().parse::<i64>().ok());
        let cpu = whole(definition.cpu())
            .unwrap_or_else(|| containers.iter().map(|c| i64::from(c.cpu)).sum());
        let reserved = |c: &sdk::ContainerDefinition| {
            i64::from(c.memory_reservation.or(c.memory).unwrap_or(0))
        };
        let memory =
            whole(definition.memory()).unwrap_or_else(|| containers.iter().map(reserved).sum());
        let ports = containers
            .iter()
            .flat_map(sdk::ContainerDefinition::port_mappings)
            .filter_map(|p| p.host_port);
        let ports = ports
            .filter(|p| *p != 0 && definition.network_mode() != Some(&sdk::NetworkMode::Awsvpc));
        (cpu > 0 || memory > 0).then(|| Self {
            cpu,
            memory,
            ports: ports.map(|p| p.to_string()).collect(),
        })
    }

    fn fits(&self, instance: &sdk::ContainerInstance) -> u32 {
        let left = |name: &str| {
            instance
                .remaining_resources()
                .iter()
                .find(|r| r.name() == Some(name))
        };
        let whole =
            |name: &str| left(name).map_or(0, |r| i64::from(r.integer_value).max(r.long_value));
        let by = |have: i64, need: i64| {
            if need > 0 {
                have.max(0) / need
            } else {
                i64::MAX
            }
        };
        let room = by(whole("CPU"), self.cpu).min(by(whole("MEMORY"), self.memory));
        let taken = left("PORTS")
            .map(sdk::Resource::string_set_value)
            .unwrap_or_default();
        let ports = match self.ports.as_slice() {
            [] => i64::MAX,
            needed => i64::from(!needed.iter().any(|p| taken.contains(p))),
        };
        u32::try_from(room.min(ports)).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::Text;

    fn instance(cpu: i32, memory: i32, ports: &[&str]) -> sdk::ContainerInstance {
        let number = |name: &str, n| {
            sdk::Resource::builder()
                .name(name)
                .r#type("INTEGER")
                .integer_value(n)
                .build()
        };
        let ports = ports.iter().map(|p| (*p).to_owned()).collect();
        let taken = sdk::Resource::builder()
            .name("PORTS")
            .set_string_set_value(Some(ports))
            .build();
        let builder = sdk::ContainerInstance::builder()
            .agent_connected(true)
            .remaining_resources(number("CPU", cpu));
        builder
            .remaining_resources(number("MEMORY", memory))
            .remaining_resources(taken)
            .build()
    }

    fn definition(cpu: i32, memory: i32, host_port: Option<i32>) -> sdk::TaskDefinition {
        let port = sdk::PortMapping::builder()
            .container_port(80)
            .set_host_port(host_port)
            .build();
        let c = sdk::ContainerDefinition::builder()
            .cpu(cpu)
            .memory_reservation(memory)
            .port_mappings(port)
            .build();
        sdk::TaskDefinition::builder()
            .container_definitions(c)
            .build()
    }

    fn room(definition: &sdk::TaskDefinition, instance: &sdk::ContainerInstance) -> Option<u32> {
        Size::of(definition).map(|size| size.fits(instance))
    }

    #[test]
    fn the_scarcer_of_cpu_and_memory_decides() {
        assert_eq!(
            room(&definition(256, 512, None), &instance(2048, 1500, &[])),
            Some(2)
        );
        assert_eq!(
            room(&definition(256, 512, Some(0)), &instance(300, 4096, &[])),
            Some(1)
        );
        assert_eq!(
            room(&definition(256, 512, None), &instance(100, 4096, &[])),
            Some(0)
        );
    }

    #[test]
    fn a_fixed_host_port_fits_once_and_only_where_it_is_free() {
        let fixed = definition(1, 1, Some(8080));
        assert_eq!(room(&fixed, &instance(2048, 2048, &["22"])), Some(1));
        assert_eq!(
            room(&fixed, &instance(2048, 2048, &["22", "8080"])),
            Some(0)
        );
    }

    #[test]
    fn the_tasks_own_size_goes_before_its_containers() {
        let small = definition(64, 64, None);
        let d = sdk::TaskDefinition::builder()
            .cpu("1024")
            .memory("1024")
            .set_container_definitions(small.container_definitions);
        assert_eq!(room(&d.build(), &instance(2048, 2048, &[])), Some(2));
    }

    #[test]
    fn a_task_that_reserves_nothing_has_no_number() {
        assert_eq!(Size::of(&definition(0, 0, None)), None);
    }

    #[test]
    fn fargate_has_no_instances_to_count() {
        assert!(!runs_on_instances(&Launch::Fargate));
        assert!(!runs_on_instances(&Launch::Providers(vec![Text::fixed(
            "FARGATE_SPOT"
        )])));
        assert!(runs_on_instances(&Launch::Providers(vec![Text::fixed(
            "orchard-nodes"
        )])));
    }
}
