//! Every write client against a listener: without a permit no connection is opened.

use super::*;
use aws_sdk_wafv2::types::{AllowAction, DefaultAction, Scope, VisibilityConfig};
use aws_smithy_runtime_api::client::interceptors::Intercept;
use std::future::Future;
use std::io::ErrorKind::WouldBlock;
use std::net::TcpListener;

/// A far end that takes connections and answers none of them.
fn far_end() -> (TcpListener, String) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.set_nonblocking(true).expect("nonblocking");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    (listener, url)
}

async fn aws(url: &str, read_only: bool) -> Aws {
    let keys = Keys {
        access_key_id: "A".into(),
        secret_access_key: "S".into(),
        session_token: None,
        expires: None,
    };
    let short = Duration::from_millis(300);
    let options = Options {
        region: Some("eu-west-1".into()),
        endpoint: Some(url.to_owned()),
        credentials: Some(keys),
        patience: Patience {
            attempt: short,
            whole: short,
            attempts: 3,
            apart: Duration::ZERO,
            ..Patience::default()
        },
        read_only,
        ..Options::default()
    };
    Aws::connect(options).await.expect("clients")
}

#[derive(Debug)]
struct Nothing;

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Nothing {
    fn name(&self) -> &'static str {
        "Nothing"
    }
}

/// One write through a client, marked or not, as the sentence of its fault.
macro_rules! sent {
    ($action:literal, $request:expr, $mark:expr) => {
        $request
            .customize()
            .interceptor($mark)
            .send()
            .await
            .map_err(|e| crate::aws::fault::fault($action, &e))
            .expect_err("no answer")
    };
}

/// Every write operation of ours, through write clients and read clients alike.
async fn all_writes<I: Intercept + 'static>(aws: &Aws, mark: impl Fn() -> I) -> Vec<Fault> {
    let (reads, writes) = (&aws.shared, &aws.shared.writers);
    let mut faults = Vec::new();
    for ecs in [&reads.ecs, &writes.ecs] {
        let request = ecs
            .update_service()
            .cluster("c")
            .service("s")
            .desired_count(1);
        faults.push(sent!("ecs:UpdateService", request, mark()));
    }
    for scaling in [&reads.scaling, &writes.scaling] {
        let request = scaling
            .register_scalable_target()
            .service_namespace("ecs".into())
            .resource_id("service/c/s");
        let request = request
            .scalable_dimension("ecs:service:DesiredCount".into())
            .min_capacity(1);
        faults.push(sent!(
            "application-autoscaling:RegisterScalableTarget",
            request,
            mark()
        ));
    }
    for group in [&reads.autoscaling, &writes.autoscaling] {
        let request = group
            .update_auto_scaling_group()
            .auto_scaling_group_name("g")
            .min_size(1);
        faults.push(sent!("autoscaling:UpdateAutoScalingGroup", request, mark()));
    }
    for waf in [
        &reads.waf,
        &reads.waf_global,
        &writes.waf,
        &writes.waf_global,
    ] {
        let seen = VisibilityConfig::builder()
            .sampled_requests_enabled(true)
            .cloud_watch_metrics_enabled(true)
            .metric_name("m");
        let request = waf
            .update_web_acl()
            .name("n")
            .scope(Scope::Regional)
            .id("i")
            .lock_token("t");
        let request = request.default_action(
            DefaultAction::builder()
                .allow(AllowAction::builder().build())
                .build(),
        );
        faults.push(sent!(
            "wafv2:UpdateWebACL",
            request.visibility_config(seen.build().expect("built")),
            mark()
        ));
    }
    for rds in [&reads.rds, &writes.rds] {
        let request = rds
            .create_db_snapshot()
            .db_instance_identifier("d")
            .db_snapshot_identifier("s");
        faults.push(sent!("rds:CreateDBSnapshot", request, mark()));
        let request = rds
            .create_db_cluster_snapshot()
            .db_cluster_identifier("d")
            .db_cluster_snapshot_identifier("s");
        faults.push(sent!("rds:CreateDBClusterSnapshot", request, mark()));
    }
    faults
}

fn connections(listener: &TcpListener) -> usize {
    std::iter::from_fn(|| match listener.accept() {
        Ok(connection) => Some(connection),
        Err(e) => {
            assert_eq!(e.kind(), WouldBlock);
            None
        }
    })
    .count()
}

async fn none_leaves<F: Future<Output = Vec<Fault>>>(
    listener: TcpListener,
    aws: &Aws,
    writes: F,
    said: &str,
) {
    for fault in writes.await {
        assert!(fault.what.as_str().contains(said), "{fault}");
    }
    assert_eq!((connections(&listener), aws.meter().calls()), (0, 0));
}

#[tokio::test]
async fn no_write_leaves_without_a_permit() {
    let (listener, url) = far_end();
    let aws = aws(&url, false).await;
    none_leaves(listener, &aws, all_writes(&aws, || Nothing), "no permit").await;
}

#[tokio::test]
async fn in_read_only_mode_no_write_leaves_even_with_a_permit() {
    let (listener, url) = far_end();
    let aws = aws(&url, true).await;
    none_leaves(
        listener,
        &aws,
        all_writes(&aws, || permitted(7)),
        "read-only",
    )
    .await;
}

#[tokio::test]
async fn a_write_with_a_permit_leaves_once_and_is_never_sent_again() {
    let (listener, url) = far_end();
    let aws = aws(&url, false).await;
    let request = aws
        .shared
        .writers
        .ecs
        .update_service()
        .cluster("c")
        .service("s")
        .desired_count(1);
    let fault = sent!("ecs:UpdateService", request, permitted(7));
    assert_eq!(fault.kind, crate::domain::fault::FaultKind::TimedOut);
    assert_eq!((connections(&listener), aws.meter().calls()), (1, 1));
}
