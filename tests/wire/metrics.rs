//! CloudWatch reads: values that boto3 put into moto, asked in CBOR.

use crate::support::moto::Moto;
use crate::support::proxy::Proxy;
use jiff::Timestamp;
use tidegate::domain::ecs::ServiceRef;
use tidegate::domain::metrics::{Metric, Series};
use tidegate::domain::waf::AclScope;

fn at(service: &str) -> ServiceRef {
    ServiceRef {
        cluster: "orchard".into(),
        service: service.into(),
    }
}

fn blocked(scope: AclScope) -> Metric {
    Metric::RuleBlocked {
        scope,
        acl: "edge".into(),
        rule: "per-ip".into(),
    }
}

#[tokio::test]
async fn values_are_those_that_were_put() {
    let account = Moto::shared().account();
    let put = account.python("
now = datetime.datetime.now(datetime.timezone.utc).replace(second=30, microsecond=0)
at = now - datetime.timedelta(minutes=4)
def put(namespace, name, dimensions, value, region=None):
    client('cloudwatch', region).put_metric_data(Namespace=namespace, MetricData=[dict(MetricName=name, Timestamp=at, Value=value,
        Dimensions=[dict(Name=k, Value=v) for k, v in dimensions.items()])])
put('AWS/ECS', 'CPUUtilization', dict(ClusterName='orchard', ServiceName='api'), 81.5)
put('AWS/ECS', 'MemoryUtilization', dict(ClusterName='orchard', ServiceName='api'), 64)
put('AWS/WAFV2', 'BlockedRequests', dict(WebACL='edge', Rule='per-ip', Region='eu-west-1'), 412)
put('AWS/WAFV2', 'BlockedRequests', dict(WebACL='edge', Rule='per-ip'), 7, 'us-east-1')
out(now.timestamp())");
    let now = Timestamp::from_second(put.as_f64().expect("a time") as i64).expect("a time");
    let proxy = Proxy::before_moto();
    let aws = account.aws_at(&proxy.url()).await;
    let asked = [
        Metric::ServiceCpu(at("api")),
        blocked(AclScope::Cloudfront),
        Metric::ServiceMemory(at("api")),
        blocked(AclScope::Regional),
        Metric::ServiceCpu(at("batch")),
    ];
    let series = aws.metrics(&asked, now).await.expect("series");
    assert_eq!(
        series.iter().map(|s| &s.metric).collect::<Vec<_>>(),
        asked.iter().collect::<Vec<_>>()
    );
    assert_eq!(series[0].last(), Some(81.5));
    assert_eq!(series[2].last(), Some(64.0));
    let sum = |s: &Series| s.points.iter().map(|p| p.1).sum::<f64>();
    assert_eq!((sum(&series[1]), sum(&series[3])), (7.0, 412.0));
    assert_eq!(series[3].last(), Some(0.0), "missing minutes are zero");
    assert_eq!((series[4].points.len(), series[4].incomplete), (0, false));
    let regions: Vec<String> = proxy.calls().into_iter().map(|c| c.region).collect();
    assert!(
        regions.contains(&"us-east-1".to_owned()) && regions.contains(&"eu-west-1".to_owned()),
        "{regions:?}"
    );
}

#[tokio::test]
async fn five_hundred_queries_go_with_a_call_and_each_is_counted() {
    let proxy = Proxy::before_moto();
    let aws = Moto::shared().account().aws_at(&proxy.url()).await;
    let asked: Vec<Metric> = (0..501)
        .map(|i| Metric::ServiceCpu(at(&format!("s-{i}"))))
        .collect();
    let series = aws
        .metrics(
            &asked,
            Timestamp::from_second(1_790_000_000).expect("a time"),
        )
        .await
        .expect("series");
    assert_eq!(series.len(), 501);
    let sizes: Vec<usize> = proxy
        .calls()
        .iter()
        .map(|c| c.json()["MetricDataQueries"].as_array().map_or(0, Vec::len))
        .collect();
    assert_eq!(sizes.iter().sum::<usize>(), 501);
    assert_eq!((sizes.len(), sizes.iter().max()), (2, Some(&500)));
    assert_eq!(aws.meter().read().metric_queries, 501);
}
