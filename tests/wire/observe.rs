//! Fresh looks at services, targets, groups and backups: what dialogs, writes and reverts rest on.

use crate::support::{
    moto::{Account, Moto},
    proxy::{Answer, Proxy},
};
use tidegate::domain::backup::Backup;
use tidegate::domain::change::{Field, Reading, Target, Value};
use tidegate::domain::ecs::ServiceRef;
use tidegate::domain::fault::FaultKind;
use tidegate::domain::plan::{self, Ceilings};
use tidegate::domain::rds::{DatabaseKind, DatabaseRef};
use tidegate::domain::subject::{Observation, Subject};
use tidegate::session::look::{Running, Shrinks};

const SERVICE: &str = "
ecs, aas = client('ecs'), client('application-autoscaling')
ecs.create_cluster(clusterName='orchard')
ecs.register_task_definition(family='t', containerDefinitions=[dict(name='c', image='i', memory=64)])
for name in ['api', 'batch']:
    ecs.create_service(cluster='orchard', serviceName=name, taskDefinition='t', desiredCount=4, launchType='FARGATE')
common = dict(ServiceNamespace='ecs', ResourceId='service/orchard/api', ScalableDimension='ecs:service:DesiredCount')
aas.register_scalable_target(MinCapacity=2, MaxCapacity=12, **common)
aas.put_scaling_policy(PolicyName='cpu', PolicyType='TargetTrackingScaling', TargetTrackingScalingPolicyConfiguration=dict(
    TargetValue=75.0, PredefinedMetricSpecification=dict(PredefinedMetricType='ECSServiceAverageCPUUtilization')), **common)
";

fn with_services() -> Account {
    let account = Moto::shared().account();
    account.python(SERVICE);
    account
}

fn at(service: &str) -> ServiceRef {
    ServiceRef {
        cluster: "orchard".into(),
        service: service.into(),
    }
}

fn reading(fields: &[(Field, u64)]) -> Reading {
    fields
        .iter()
        .map(|(field, n)| (*field, Value::Count(*n)))
        .collect()
}

#[tokio::test]
async fn the_scale_dialog_sees_service_target_and_policies_together() {
    let aws = with_services().aws().await;
    let seen = aws
        .observe(&Subject::Service(at("api")))
        .await
        .expect("observed");
    let Observation::Service {
        service,
        target,
        policies,
        ..
    } = &seen
    else {
        panic!("a service")
    };
    assert_eq!(
        (
            service.desired,
            target.as_ref().map(|t| (t.min, t.max)),
            policies.len()
        ),
        (4, Some((2, 12)), 1)
    );
    let planned = plan::scale(&seen, "8", &Ceilings::default()).expect("a plan");
    assert_eq!(planned.changes[0].target, Target::Scalable(at("api")));
    for (target, shown) in &planned.seen {
        assert_eq!(aws.reading(target).await, Ok(Some(shown.clone())));
    }
}

#[tokio::test]
async fn without_a_target_desired_is_what_is_read() {
    let aws = with_services().aws().await;
    let seen = aws
        .observe(&Subject::Service(at("batch")))
        .await
        .expect("observed");
    assert!(
        matches!(&seen, Observation::Service { target: None, policies, .. } if policies.is_empty())
    );
    let planned = plan::scale(&seen, "6", &Ceilings::default()).expect("a plan");
    assert_eq!(
        planned.seen,
        [(
            Target::Service(at("batch")),
            reading(&[(Field::Desired, 4)])
        )]
    );
    assert_eq!(
        aws.reading(&planned.seen[0].0).await,
        Ok(Some(reading(&[(Field::Desired, 4)])))
    );
}

#[tokio::test]
async fn a_look_says_who_shrinks_and_how_many_run() {
    let aws = with_services().aws().await;
    let target = aws
        .look(&Target::Scalable(at("api")), None)
        .await
        .expect("looked");
    assert_eq!(
        target.reading,
        Some(reading(&[(Field::Min, 2), (Field::Max, 12)]))
    );
    assert_eq!(target.shrinks, Shrinks::ByItself);
    assert_eq!(target.running.map(|r| r.desired), Some(4));
    let service = aws
        .look(&Target::Service(at("batch")), None)
        .await
        .expect("looked");
    assert_eq!(
        (service.reading, service.shrinks),
        (Some(reading(&[(Field::Desired, 4)])), Shrinks::Never)
    );
}

#[tokio::test]
async fn what_is_gone_has_no_reading_and_never_a_guess() {
    let aws = with_services().aws().await;
    for target in [
        Target::Scalable(at("batch")),
        Target::Service(at("gone")),
        Target::Group("gone".into()),
    ] {
        assert_eq!(aws.reading(&target).await, Ok(None), "{target:?}");
    }
    let elsewhere = ServiceRef {
        cluster: "nowhere".into(),
        service: "api".into(),
    };
    assert_eq!(aws.reading(&Target::Service(elsewhere)).await, Ok(None));
    let fault = aws
        .observe(&Subject::Service(at("gone")))
        .await
        .expect_err("nothing there");
    assert_eq!(fault.kind, FaultKind::Missing);
}

const GROUP: &str = "
ec2, asg = client('ec2'), client('autoscaling')
asg.create_launch_configuration(LaunchConfigurationName='lc', ImageId=ec2.describe_images()['Images'][0]['ImageId'], InstanceType='t3.large')
asg.create_auto_scaling_group(AutoScalingGroupName='nodes', LaunchConfigurationName='lc', MinSize=1, MaxSize=6, DesiredCapacity=2,
    VPCZoneIdentifier=ec2.describe_subnets()['Subnets'][0]['SubnetId'],
    Tags=[dict(Key='AmazonECSManaged', Value='', PropagateAtLaunch=True)])
";

#[tokio::test]
async fn a_group_whose_managed_scaling_is_off_is_not_moved_by_ecs_although_it_carries_the_tag() {
    for (status, shrinks) in [("DISABLED", Shrinks::Never), ("ENABLED", Shrinks::ByItself)] {
        let account = Moto::shared().account();
        let provider = format!(
            "
arn = asg.describe_auto_scaling_groups()['AutoScalingGroups'][0]['AutoScalingGroupARN']
client('ecs').create_capacity_provider(name='nodes', autoScalingGroupProvider=dict(
    autoScalingGroupArn=arn, managedScaling=dict(status='{status}')))"
        );
        account.python(&format!("{GROUP}{provider}"));
        let proxy = Proxy::before_moto();
        // AWS tells of all when none is named (botocore's model); moto of none.
        proxy.answer("DescribeCapacityProviders", |_| {
            Answer::Instead(r#"{"capacityProviders":["nodes"]}"#.into())
        });
        let aws = account.aws_at(&proxy.url()).await;
        let look = aws.look(&Target::Group("nodes".into()), None).await;
        assert_eq!(look.expect("looked").shrinks, shrinks, "{status}");
    }
}

#[tokio::test]
async fn a_group_is_read_with_its_three_sizes_and_who_is_in_service() {
    let account = Moto::shared().account();
    account.python(GROUP);
    let look = account
        .aws()
        .await
        .look(&Target::Group("nodes".into()), None)
        .await
        .expect("looked");
    assert_eq!(
        look.reading,
        Some(reading(&[
            (Field::Min, 1),
            (Field::Max, 6),
            (Field::Desired, 2)
        ]))
    );
    assert_eq!(
        look.running,
        Some(Running {
            desired: 2,
            running: 2
        })
    );
    assert_eq!(look.shrinks, Shrinks::ByItself);
}

#[tokio::test]
async fn a_backup_is_looked_for_by_its_own_name() {
    let account = Moto::shared().account();
    account.python(
        "
rds = client('rds')
rds.create_db_instance(DBInstanceIdentifier='orchard-db', DBInstanceClass='db.t3.medium', Engine='postgres', AllocatedStorage=20, MasterUsername='u', MasterUserPassword='password')
rds.create_db_snapshot(DBSnapshotIdentifier='tidegate-orchard-db', DBInstanceIdentifier='orchard-db')",
    );
    let aws = account.aws().await;
    let database = DatabaseRef {
        kind: DatabaseKind::Instance,
        id: "orchard-db".into(),
    };
    let backup = |snapshot: &str| Backup {
        database: database.clone(),
        snapshot: snapshot.into(),
    };
    let made = aws
        .look_for(&backup("tidegate-orchard-db"))
        .await
        .expect("looked")
        .snapshot
        .expect("there");
    assert_eq!((made.status.as_str(), made.percent), ("available", 100));
    assert!(
        aws.look_for(&backup("tidegate-other"))
            .await
            .expect("looked")
            .snapshot
            .is_none()
    );
}

#[tokio::test]
async fn the_parts_of_a_look_are_read_side_by_side() {
    let account = with_services();
    let proxy = Proxy::before_moto();
    let aws = account.aws_at(&proxy.url()).await;
    aws.observe(&Subject::Service(at("api")))
        .await
        .expect("warm");
    let delay = std::time::Duration::from_millis(400);
    proxy.delay(delay);
    let begun = std::time::Instant::now();
    aws.look(&Target::Scalable(at("api")), None)
        .await
        .expect("looked");
    let took = begun.elapsed();
    assert!(
        took >= delay && took < delay * 2,
        "three calls took {took:?}"
    );
}
