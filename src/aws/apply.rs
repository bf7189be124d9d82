//! The one entry for writes. What is sent comes from the permit, once.

use super::client::{Aws, permitted};
use super::outcome::{Outcome, outcome};
use super::splice;
use crate::domain::backup::Backup;
use crate::domain::ecs::ServiceRef;
use crate::domain::ids::GroupName;
use crate::domain::rds::DatabaseKind;
use crate::domain::waf::{AclScope, RawAcl, RuleRef};
use crate::domain::write::{RuleEdit, Write};
use crate::journal::Permit;
use aws_sdk_applicationautoscaling::types::{ScalableDimension, ServiceNamespace};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;

/// Sends what the permit holds, in one attempt of at most 15 s.
pub async fn apply(aws: &Aws, permit: Permit) -> Outcome {
    let sender = Sender {
        aws,
        number: permit.number(),
        action: permit.write().action(),
    };
    match permit.write() {
        Write::RegisterScalableTarget { at, min, max } => sender.register(at, *min, *max).await,
        Write::UpdateService { at, desired } => sender.update_service(at, *desired).await,
        Write::UpdateGroup {
            name,
            min,
            max,
            desired,
        } => sender.update_group(name, [*min, *max, *desired]).await,
        Write::UpdateWebAcl {
            rule,
            edit,
            document,
        } => sender.update_acl(rule, edit, document).await,
        Write::CreateSnapshot { backup, tags } => match backup.database.kind {
            DatabaseKind::Instance => sender.snapshot(backup, tags).await,
            DatabaseKind::Cluster => sender.cluster_snapshot(backup, tags).await,
        },
        Write::Arm(timer) => sender.arm(timer).await,
        Write::Disarm(timer) => sender.disarm(timer).await,
        Write::Lock(at) => sender.lock(at, false).await,
        Write::Renew(at) => sender.lock(at, true).await,
        Write::Unlock(at) => sender.unlock(at).await,
    }
}

/// One request under one permit.
pub(super) struct Sender<'a> {
    pub(super) aws: &'a Aws,
    number: u64,
    pub(super) action: &'static str,
}

/// Counts come from the journal, where they were checked to fit.
pub(super) fn signed(n: u32) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

impl Sender<'_> {
    /// The mark without which the sentry lets no write out.
    pub(super) fn permitted(
        &self,
    ) -> impl aws_smithy_runtime_api::client::interceptors::Intercept + 'static {
        permitted(self.number)
    }

    async fn register(&self, at: &ServiceRef, min: Option<u32>, max: Option<u32>) -> Outcome {
        let request = self.aws.shared.writers.scaling.register_scalable_target();
        let request = request
            .service_namespace(ServiceNamespace::Ecs)
            .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
            .resource_id(at.resource_id())
            .set_min_capacity(min.map(signed))
            .set_max_capacity(max.map(signed));
        let result = request
            .customize()
            .interceptor(permitted(self.number))
            .send()
            .await;
        outcome(result, self.aws.fault(self.action))
    }

    /// Cluster, service and count alone: every other member would be changed, or emptied.
    async fn update_service(&self, at: &ServiceRef, desired: u32) -> Outcome {
        let request = self.aws.shared.writers.ecs.update_service();
        let request = request
            .cluster(at.cluster.as_str())
            .service(at.service.as_str())
            .desired_count(signed(desired));
        let result = request
            .customize()
            .interceptor(permitted(self.number))
            .send()
            .await;
        outcome(result, self.aws.fault(self.action))
    }

    async fn update_group(
        &self,
        name: &GroupName,
        [min, max, desired]: [Option<u32>; 3],
    ) -> Outcome {
        let request = self
            .aws
            .shared
            .writers
            .autoscaling
            .update_auto_scaling_group();
        let request = request
            .auto_scaling_group_name(name.as_str())
            .set_min_size(min.map(signed))
            .set_max_size(max.map(signed))
            .set_desired_capacity(desired.map(signed));
        let result = request
            .customize()
            .interceptor(permitted(self.number))
            .send()
            .await;
        outcome(result, self.aws.fault(self.action))
    }

    /// The typed request is only the envelope: its body is replaced, before it is signed, by
    /// the document with one value spliced in, so that nothing the SDK does not know is lost.
    async fn update_acl(&self, rule: &RuleRef, edit: &RuleEdit, document: &RawAcl) -> Outcome {
        let body = match splice::splice(document, &rule.rule, edit) {
            Ok(spliced) => spliced.body,
            Err(fault) => return Outcome::NotSent(fault),
        };
        let writers = &self.aws.shared.writers;
        let client = if rule.acl.scope == AclScope::Cloudfront {
            &writers.waf_global
        } else {
            &writers.waf
        };
        let request = client
            .update_web_acl()
            .name(rule.acl.name.as_str())
            .id(rule.acl.id.as_str());
        let request = request.customize().interceptor(permitted(self.number));
        let result = request
            .mutate_request(move |http| replace_body(http, &body))
            .send()
            .await;
        outcome(result, self.aws.fault(self.action))
    }

    async fn snapshot(&self, backup: &Backup, tags: &[(String, String)]) -> Outcome {
        let request = self.aws.shared.writers.rds.create_db_snapshot();
        let request = request
            .db_instance_identifier(backup.database.id.as_str())
            .db_snapshot_identifier(backup.snapshot.as_str())
            .set_tags(Some(rds_tags(tags)));
        let result = request
            .customize()
            .interceptor(permitted(self.number))
            .send()
            .await;
        outcome(result, self.aws.fault(self.action))
    }

    async fn cluster_snapshot(&self, backup: &Backup, tags: &[(String, String)]) -> Outcome {
        let request = self.aws.shared.writers.rds.create_db_cluster_snapshot();
        let request = request
            .db_cluster_identifier(backup.database.id.as_str())
            .db_cluster_snapshot_identifier(backup.snapshot.as_str())
            .set_tags(Some(rds_tags(tags)));
        let result = request
            .customize()
            .interceptor(permitted(self.number))
            .send()
            .await;
        outcome(result, self.aws.fault(self.action))
    }
}

/// The length was set when the typed body was serialized.
fn replace_body(http: &mut HttpRequest, body: &str) {
    http.headers_mut()
        .insert("content-length", body.len().to_string());
    *http.body_mut() = SdkBody::from(body);
}

fn rds_tags(tags: &[(String, String)]) -> Vec<aws_sdk_rds::types::Tag> {
    tags.iter()
        .map(|(k, v)| aws_sdk_rds::types::Tag::builder().key(k).value(v).build())
        .collect()
}
