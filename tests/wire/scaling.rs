//! Scalable targets, policies and groups as boto3 made them; what moto lacks comes from the proxy.

use crate::support::{
    moto::{Account, Moto},
    proxy::{Proxy, Trouble},
};
use serde_json::json;
use tidegate::domain::autoscaling::{PolicyKind, Scaled};
use tidegate::domain::ecs::ServiceRef;
use tidegate::domain::fault::{FaultKind, Part};
use tidegate::domain::subject::{Observation, Subject};

fn at(service: &str) -> ServiceRef {
    ServiceRef {
        cluster: "orchard".into(),
        service: service.into(),
    }
}

/// So many services, each with a target (min n, max n + 10), and two policies on the first.
fn with_targets(account: &Account, services: usize) {
    account.python(&format!(
        "
ecs, aas = client('ecs'), client('application-autoscaling')
ecs.create_cluster(clusterName='orchard')
ecs.register_task_definition(family='t', containerDefinitions=[dict(name='c', image='i', memory=64)])
for n in range({services}):
    ecs.create_service(cluster='orchard', serviceName=f's{{n}}', taskDefinition='t', desiredCount=2)
    aas.register_scalable_target(ServiceNamespace='ecs', ResourceId=f'service/orchard/s{{n}}',
        ScalableDimension='ecs:service:DesiredCount', MinCapacity=n, MaxCapacity=n + 10,
        SuspendedState=dict(DynamicScalingInSuspended=n == 1))
common = dict(ServiceNamespace='ecs', ResourceId='service/orchard/s0', ScalableDimension='ecs:service:DesiredCount')
aas.put_scaling_policy(PolicyName='cpu-75', PolicyType='TargetTrackingScaling', TargetTrackingScalingPolicyConfiguration=dict(
    TargetValue=75.0, ScaleInCooldown=300, ScaleOutCooldown=60,
    PredefinedMetricSpecification=dict(PredefinedMetricType='ECSServiceAverageCPUUtilization')), **common)
aas.put_scaling_policy(PolicyName='steps', PolicyType='StepScaling', StepScalingPolicyConfiguration=dict(
    AdjustmentType='ChangeInCapacity', Cooldown=120,
    StepAdjustments=[dict(MetricIntervalLowerBound=0.0, ScalingAdjustment=2)]), **common)
aas.put_scheduled_action(ScheduledActionName='night', Schedule='at(2030-01-01T00:00:00)',
    ScalableTargetAction=dict(MinCapacity=1, MaxCapacity=3), **common)
"
    ));
}

#[tokio::test]
async fn all_targets_come_over_several_pages_with_their_switches() {
    let account = Moto::shared().account();
    with_targets(&account, 53);
    let mut targets = account
        .aws()
        .await
        .scalable_targets()
        .await
        .expect("targets");
    targets.sort_by_key(|t| t.min);
    assert_eq!(targets.len(), 53);
    assert!(
        targets
            .iter()
            .enumerate()
            .all(|(n, t)| (t.min, t.max) == (n as u32, n as u32 + 10))
    );
    assert_eq!(targets[52].at, at("s52"));
    assert!(targets[1].suspended.scale_in && !targets[2].suspended.scale_in);
}

#[tokio::test]
async fn policies_of_one_service_and_of_all_are_read_as_they_were_put() {
    let account = Moto::shared().account();
    with_targets(&account, 2);
    let aws = account.aws().await;
    let mut policies = aws.policies(&[]).await.expect("policies");
    policies.sort_by(|a, b| a.name.cmp(&b.name));
    let metric = "ECSServiceAverageCPUUtilization".into();
    assert_eq!(
        policies[0].kind,
        PolicyKind::TargetTracking {
            metric,
            target: 75.0,
            disable_scale_in: false
        }
    );
    assert_eq!(
        (
            policies[0].scale_in_cooldown,
            policies[0].scale_out_cooldown
        ),
        (Some(300), Some(60))
    );
    assert_eq!(
        policies[1].kind,
        PolicyKind::Step {
            adds: true,
            removes: false
        }
    );
    assert_eq!(policies[1].at, Scaled::Service(at("s0")));
    let of_both = aws.policies(&[at("s1"), at("s0")]).await.expect("policies");
    assert_eq!(of_both.len(), 2);
}

#[tokio::test]
async fn the_drill_in_says_why_it_did_not_scale() {
    let account = Moto::shared().account();
    with_targets(&account, 1);
    let proxy = Proxy::before_moto();
    proxy.json(
        "application-autoscaling:DescribeScalingActivities",
        json!({ "ScalingActivities": [{
            "ActivityId": "a", "ServiceNamespace": "ecs", "ResourceId": "service/orchard/s0",
            "ScalableDimension": "ecs:service:DesiredCount", "Description": "Attempting to scale", "Cause": "alarm cpu-75",
            "StartTime": 1_790_000_000, "StatusCode": "Unfulfilled",
            "NotScaledReasons": [{ "Code": "AlreadyAtMaxCapacity", "MaxCapacity": 10 }]
        }] }),
    );
    let detail = account
        .aws_at(&proxy.url())
        .await
        .target_detail(&at("s0"))
        .await
        .expect("detail");
    assert_eq!(detail.policies.len(), 2);
    assert_eq!(
        detail.activities[0].not_scaled[0].as_str(),
        "It is at its maximum already (10)"
    );
    assert_eq!(
        (detail.scheduled[0].min, detail.scheduled[0].max),
        (Some(1), Some(3))
    );
    assert_eq!(
        detail.scheduled[0].next.map(|t| t.to_string()).as_deref(),
        Some("2030-01-01T00:00:00Z")
    );
    let asked = proxy
        .calls()
        .into_iter()
        .find(|c| c.operation == "DescribeScalingActivities")
        .expect("asked");
    assert_eq!(asked.json()["IncludeNotScaledActivities"], true);
}

#[tokio::test]
async fn a_part_that_is_denied_is_a_gap_and_the_rest_stays() {
    let account = Moto::shared().account();
    with_targets(&account, 1);
    let proxy = Proxy::before_moto();
    proxy.trouble(
        "DescribeScalingActivities",
        Trouble::Error(400, "AccessDeniedException"),
        9,
    );
    let aws = account.aws_at(&proxy.url()).await;
    let detail = aws.target_detail(&at("s0")).await.expect("detail");
    assert_eq!((detail.policies.len(), detail.gaps.len()), (2, 1));
    assert_eq!(detail.gaps[0].fault.kind, FaultKind::Denied);
    assert_eq!(detail.gaps[0].part, Part::Activities);
    proxy.trouble("*", Trouble::Error(400, "AccessDeniedException"), 9);
    assert_eq!(
        aws.target_detail(&at("s0"))
            .await
            .expect_err("nothing")
            .kind,
        FaultKind::Denied
    );
}

const GROUPS: &str = "
ec2, asg = client('ec2'), client('autoscaling')
subnet = ec2.describe_subnets()['Subnets'][0]['SubnetId']
image = ec2.describe_images()['Images'][0]['ImageId']
asg.create_launch_configuration(LaunchConfigurationName='lc', ImageId=image, InstanceType='t3.large')
def group(name, **more):
    asg.create_auto_scaling_group(AutoScalingGroupName=name, LaunchConfigurationName='lc', MinSize=1, MaxSize=6,
        DesiredCapacity=2, VPCZoneIdentifier=subnet, **more)
group('plain')
group('managed', Tags=[dict(Key='AmazonECSManaged', Value='', PropagateAtLaunch=True)])
asg.suspend_processes(AutoScalingGroupName='plain', ScalingProcesses=['AZRebalance'])
asg.put_scaling_policy(AutoScalingGroupName='plain', PolicyName='cpu', PolicyType='TargetTrackingScaling',
    TargetTrackingConfiguration=dict(TargetValue=50.0,
        PredefinedMetricSpecification=dict(PredefinedMetricType='ASGAverageCPUUtilization')))
asg.put_scheduled_update_group_action(AutoScalingGroupName='plain', ScheduledActionName='back',
    StartTime=datetime.datetime(2030, 1, 1, tzinfo=datetime.timezone.utc), MinSize=1, MaxSize=4)
";

#[tokio::test]
async fn groups_show_their_sizes_instances_and_who_owns_desired() {
    let account = Moto::shared().account();
    account.python(GROUPS);
    let mut groups = account.aws().await.groups().await.expect("groups");
    groups.sort_by(|a, b| a.name.cmp(&b.name));
    let [managed, plain] = groups.as_slice() else {
        panic!("two groups")
    };
    assert!(managed.managed_by_ecs && !plain.managed_by_ecs);
    assert_eq!(
        (plain.min, plain.desired, plain.max, plain.in_service()),
        (1, 2, 6, 2)
    );
    assert!(
        plain
            .instances
            .iter()
            .all(tidegate::domain::autoscaling::Instance::is_burstable)
    );
    assert_eq!(plain.suspended[0].as_str(), "AZRebalance");
}

#[tokio::test]
async fn more_than_a_page_of_groups_is_read_whole() {
    let account = Moto::shared().account();
    account.python(&format!(
        "{GROUPS}
for n in range(105):
    asg.create_auto_scaling_group(AutoScalingGroupName=f'g{{n}}', LaunchConfigurationName='lc', MinSize=0, MaxSize=0, VPCZoneIdentifier=subnet)"
    ));
    assert_eq!(
        account.aws().await.groups().await.expect("groups").len(),
        107
    );
}

#[tokio::test]
async fn the_drill_in_of_a_group_shows_a_running_refresh() {
    let account = Moto::shared().account();
    account.python(GROUPS);
    let proxy = Proxy::before_moto();
    proxy.answer("autoscaling:DescribeInstanceRefreshes", |_| {
        let ended = "<member><Status>Successful</Status><PercentageComplete>100</PercentageComplete></member>";
        let running = "<member><Status>InProgress</Status><PercentageComplete>40</PercentageComplete></member>";
        crate::support::proxy::Answer::Xml(format!("<InstanceRefreshes>{ended}{running}</InstanceRefreshes>"))
    });
    proxy.answer("autoscaling:DescribeScalingActivities", |_| {
        let activity = "<member><ActivityId>a</ActivityId><AutoScalingGroupName>plain</AutoScalingGroupName>\
            <Cause>at 2026 a user request</Cause><StartTime>2026-09-20T14:00:00Z</StartTime><StatusCode>Failed</StatusCode>\
            <StatusMessage>no capacity</StatusMessage><Description>Launching</Description></member>";
        crate::support::proxy::Answer::Xml(format!("<Activities>{activity}</Activities>"))
    });
    let detail = account
        .aws_at(&proxy.url())
        .await
        .group_detail(&"plain".into())
        .await
        .expect("detail");
    assert_eq!(
        detail
            .refresh
            .as_ref()
            .map(tidegate::domain::text::Text::as_str),
        Some("InProgress, 40 %")
    );
    assert_eq!(
        detail.activities[0]
            .message
            .as_ref()
            .map(tidegate::domain::text::Text::as_str),
        Some("no capacity")
    );
    assert_eq!(
        detail.scheduled[0].schedule.as_str(),
        "at 2030-01-01T00:00:00Z"
    );
    assert_eq!(detail.policies[0].at, Scaled::Group("plain".into()));
    assert!(detail.gaps.is_empty(), "{:?}", detail.gaps);
}

#[tokio::test]
async fn a_group_that_is_gone_is_said() {
    let account = Moto::shared().account();
    let aws = account.aws().await;
    let fault = aws
        .observe(&Subject::Group("gone".into()))
        .await
        .expect_err("nothing there");
    assert_eq!(fault.kind, FaultKind::Missing);
    account.python(GROUPS);
    let seen = aws
        .observe(&Subject::Group("plain".into()))
        .await
        .expect("a group");
    assert!(
        matches!(seen, Observation::Group { group, policies } if group.desired == 2 && policies.len() == 1)
    );
}

#[tokio::test]
async fn the_raw_answers_about_a_target_and_a_group_are_json() {
    let account = Moto::shared().account();
    with_targets(&account, 2);
    account.python(GROUPS);
    let aws = account.aws().await;
    let said = |lines: Vec<tidegate::domain::text::Text>| -> serde_json::Value {
        let lines: Vec<&str> = lines
            .iter()
            .map(tidegate::domain::text::Text::as_str)
            .collect();
        serde_json::from_str(&lines.concat()).expect("JSON")
    };
    let target = said(aws.target_raw(&at("s1")).await.expect("a target"));
    assert_eq!(target["ResourceId"], "service/orchard/s1");
    assert_eq!(target["SuspendedState"]["DynamicScalingInSuspended"], true);
    let group = said(aws.group_raw(&"plain".into()).await.expect("a group"));
    assert_eq!(group["AutoScalingGroupName"], "plain");
    assert_eq!(group["SuspendedProcesses"][0]["ProcessName"], "AZRebalance");
    assert!(
        group["Instances"]
            .as_array()
            .is_some_and(|all| all.len() == 2),
        "{group}"
    );
    let missing = aws.group_raw(&"nobody".into()).await.expect_err("gone");
    assert_eq!(missing.kind, tidegate::domain::fault::FaultKind::Missing);
    let missing = aws.target_raw(&at("nobody")).await.expect_err("gone");
    assert_eq!(missing.kind, tidegate::domain::fault::FaultKind::Missing);
}
