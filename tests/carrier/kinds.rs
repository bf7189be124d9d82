//! The less common kinds of what can be changed: each written, seen by boto3, put back.

use super::bench::Bench;
use serde_json::{Value, json};
use tidegate::domain::rds::DatabaseKind;
use tidegate::domain::waf::AclScope;
use tidegate::session::order::PastState;

/// The same web ACL, before a CDN: it stands in us-east-1 whatever the region.
const GLOBAL: &str = "
waf = client('wafv2', 'us-east-1')
def seen(name): return dict(SampledRequestsEnabled=True, CloudWatchMetricsEnabled=True, MetricName=name)
";

fn global(bench: &Bench) -> Value {
    bench.account.python(&format!(
        "{GLOBAL}
found = waf.list_web_acls(Scope='CLOUDFRONT')['WebACLs'][0]
out(waf.get_web_acl(Name=found['Name'], Scope='CLOUDFRONT', Id=found['Id'])['WebACL'])"
    ))
}

#[tokio::test]
async fn a_rule_before_a_cdn_is_changed_in_us_east_1_and_comes_back() {
    let mut bench = Bench::new().await;
    assert_ne!(bench.account.region, "us-east-1");
    bench.account.python(&format!(
        "{GLOBAL}
waf.create_web_acl(Name='edge-global', Scope='CLOUDFRONT', DefaultAction=dict(Allow={{}}), VisibilityConfig=seen('edge'),
    Description='the edge', Rules=[dict(Name='per-ip', Priority=1, VisibilityConfig=seen('per-ip'),
        Action=dict(Block=dict(CustomResponse=dict(ResponseCode=429))),
        Statement=dict(RateBasedStatement=dict(Limit=1000, EvaluationWindowSec=60, AggregateKeyType='IP')))])"
    ));
    let before = global(&bench);
    let session = bench
        .finished(bench.toggle_in(AclScope::Cloudfront).await)
        .await;
    assert_eq!(global(&bench)["Rules"][0]["Action"], json!({ "Count": {} }));
    let regional = bench.acl();
    assert_ne!(regional["Rules"][0]["Action"], json!({ "Count": {} }));
    bench.undone(&session).await;
    assert_eq!(global(&bench), before);
}

#[tokio::test]
async fn an_aurora_cluster_is_backed_up_as_a_cluster() {
    let mut bench = Bench::new().await;
    bench.account.python(
        "
rds = client('rds')
rds.create_db_cluster(DBClusterIdentifier='orchard-aurora', Engine='aurora-mysql', MasterUsername='u', MasterUserPassword='not-a-secret')
rds.create_db_instance(DBInstanceIdentifier='orchard-aurora-1', DBClusterIdentifier='orchard-aurora',
    DBInstanceClass='db.r6g.large', Engine='aurora-mysql')",
    );
    let proposal = bench
        .back_up_of(DatabaseKind::Cluster, "orchard-aurora")
        .await;
    let session = bench.finished(proposal).await;
    let made = bench.account.python(
        "out(client('rds').describe_db_cluster_snapshots(SnapshotType='manual')['DBClusterSnapshots'])",
    );
    assert_eq!(made.as_array().map(Vec::len), Some(1));
    assert_eq!(made[0]["DBClusterIdentifier"], "orchard-aurora");
    let tagged = made[0]["TagList"].as_array().expect("tags");
    assert!(
        tagged
            .iter()
            .any(|t| t["Key"] == "tidegate:session" && t["Value"] == session.as_str()),
        "{tagged:?}"
    );
    assert_eq!(bench.snapshots().as_array().map(Vec::len), Some(0));
    assert_eq!(bench.state(&session), PastState::Backup);
}

#[tokio::test]
async fn a_group_that_ecs_scales_gets_new_bounds_and_keeps_its_desired_count() {
    let mut bench = Bench::new().await;
    bench.account.python(
        "
asg = client('autoscaling')
asg.create_or_update_tags(Tags=[dict(ResourceId='nodes', ResourceType='auto-scaling-group', Key='AmazonECSManaged',
    Value='', PropagateAtLaunch=True)])
arn = asg.describe_auto_scaling_groups()['AutoScalingGroups'][0]['AutoScalingGroupARN']
client('ecs').create_capacity_provider(name='nodes', autoScalingGroupProvider=dict(
    autoScalingGroupArn=arn, managedScaling=dict(status='ENABLED')))",
    );
    let before = bench.group();
    let session = bench.finished(bench.scale_group("1/8").await).await;
    assert_eq!(bench.group(), json!([1, 1, 8]));
    let sent = bench.proxy.writes();
    assert!(
        sent.iter()
            .all(|call| call.form("DesiredCapacity").is_none()),
        "{sent:?}"
    );
    bench.undone(&session).await;
    assert_eq!(bench.group(), before);
}
