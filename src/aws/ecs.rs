//! ECS reads: clusters, services at any number, tasks, definitions, headroom
//! (aws-facts.md §1.2, §2.1–2.4).

mod definition;
mod detail;
mod event;
mod facts;
mod headroom;
mod task;

use super::Aws;
use super::convert::pages;
use crate::domain::ecs::{Cluster, Service, ServiceRef};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::{ClusterName, ServiceName};
use aws_sdk_ecs::types as sdk;
use futures_util::{StreamExt, TryStreamExt};
use std::collections::HashSet;
use std::sync::Arc;

/// Largest page of the lists, and most clusters, tasks or instances a describe call takes.
const PAGE: i32 = 100;
const HUNDRED: usize = 100;
/// Most services that one `DescribeServices` takes.
const TEN: usize = 10;
/// Calls side by side; AWS lets 20 a second through, others included (aws-facts.md §1.2).
const WIDTH: usize = 8;

impl Aws {
    /// All clusters, by name. `names` hears what they are called one round trip before their counts are there.
    pub async fn clusters(
        &self,
        names: impl FnOnce(Vec<ClusterName>),
    ) -> Result<Vec<Cluster>, Fault> {
        let request = self.shared.ecs.list_clusters().max_results(PAGE);
        let arns: Vec<String> = pages!(
            self,
            "ecs:ListClusters",
            request.clone(),
            set_next_token,
            next_token,
            cluster_arns
        );
        names(arns.iter().map(|arn| facts::last(arn).into()).collect());
        let reads: Vec<_> = arns
            .chunks(HUNDRED)
            .map(|some| self.describe_clusters(some.to_vec()))
            .collect();
        let found: Vec<Vec<Cluster>> = futures_util::stream::iter(reads)
            .buffered(WIDTH)
            .try_collect()
            .await?;
        let mut all = found.concat();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(all)
    }

    async fn describe_clusters(&self, arns: Vec<String>) -> Result<Vec<Cluster>, Fault> {
        self.gate.pass().await;
        let answer = self
            .shared
            .ecs
            .describe_clusters()
            .set_clusters(Some(arns))
            .send()
            .await;
        let answer = answer.map_err(self.fault("ecs:DescribeClusters"))?;
        Ok(answer
            .clusters
            .unwrap_or_default()
            .iter()
            .filter_map(facts::cluster)
            .collect())
    }

    /// All service names of a cluster, in AWS's order. `part` sees all names so far after each page but the last.
    pub async fn service_names(
        &self,
        cluster: &ClusterName,
        mut part: impl FnMut(&[ServiceName]),
    ) -> Result<Vec<ServiceName>, Fault> {
        let mut all = Vec::new();
        let mut token = None;
        loop {
            self.gate.pass().await;
            let request = self
                .shared
                .ecs
                .list_services()
                .cluster(cluster.as_str())
                .max_results(PAGE);
            let page = request
                .set_next_token(token.clone())
                .send()
                .await
                .map_err(self.fault("ecs:ListServices"))?;
            all.extend(
                page.service_arns
                    .unwrap_or_default()
                    .iter()
                    .map(|arn| ServiceName::from(facts::last(arn))),
            );
            let next = page
                .next_token
                .filter(|t| !t.is_empty() && token.as_ref() != Some(t));
            if next.is_none() {
                return Ok(all);
            }
            token = next;
            part(&all);
        }
    }

    /// Details of services: ten a call, several calls side by side, parts in the
    /// order asked. A service that is gone comes among the missing.
    pub async fn services(
        &self,
        cluster: &ClusterName,
        names: &[ServiceName],
        mut part: impl FnMut(Vec<Arc<Service>>, Vec<ServiceName>),
    ) -> Result<(), Fault> {
        let reads: Vec<_> = names
            .chunks(TEN)
            .map(|some| self.ten_services(cluster, some))
            .collect();
        let mut answers = futures_util::stream::iter(reads).buffered(WIDTH);
        while let Some((found, missing)) = answers.try_next().await? {
            part(found, missing);
        }
        Ok(())
    }

    async fn ten_services(
        &self,
        cluster: &ClusterName,
        names: &[ServiceName],
    ) -> Result<(Vec<Arc<Service>>, Vec<ServiceName>), Fault> {
        let answer = self.describe_services(cluster, names).await?;
        let found: Vec<Arc<Service>> = answer
            .iter()
            .map(|s| Arc::new(facts::service(cluster, s)))
            .collect();
        let seen: HashSet<&ServiceName> = found.iter().map(|s| &s.at.service).collect();
        let missing = names
            .iter()
            .filter(|name| !seen.contains(name))
            .cloned()
            .collect();
        Ok((found, missing))
    }

    async fn describe_services(
        &self,
        cluster: &ClusterName,
        names: &[ServiceName],
    ) -> Result<Vec<sdk::Service>, Fault> {
        self.gate.pass().await;
        let names = names.iter().map(|n| n.as_str().to_owned()).collect();
        let request = self
            .shared
            .ecs
            .describe_services()
            .cluster(cluster.as_str())
            .set_services(Some(names));
        let answer = request
            .send()
            .await
            .map_err(self.fault("ecs:DescribeServices"))?;
        Ok(answer.services.unwrap_or_default())
    }

    /// One service as the SDK has it, events included.
    async fn one_service(&self, at: &ServiceRef) -> Result<sdk::Service, Fault> {
        let found = self
            .describe_services(&at.cluster, std::slice::from_ref(&at.service))
            .await?;
        found.into_iter().next().ok_or_else(|| gone(at))
    }

    /// One service's list facts, fresh.
    pub async fn service(&self, at: &ServiceRef) -> Result<Service, Fault> {
        Ok(facts::service(&at.cluster, &self.one_service(at).await?))
    }
}

pub(super) fn gone(at: &ServiceRef) -> Fault {
    let (service, cluster) = (at.service.text(), at.cluster.text());
    Fault::new(
        FaultKind::Missing,
        format!("there is no service {service} in the cluster {cluster}"),
    )
    .means("it was deleted, or never was")
    .next("go back to the list; it is read again")
}
