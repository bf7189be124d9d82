//! ECS reads against what boto3 made in moto.

use crate::support::moto::{Account, Moto};
use crate::support::proxy::{Answer, Call, Proxy, Trouble};
use serde_json::json;
use std::sync::Arc;
use tidegate::domain::ecs::{Launch, Rollout, Service, ServiceRef, ServiceStatus, Task};
use tidegate::domain::fault::{FaultKind, Part};
use tidegate::domain::ids::{ClusterName, ServiceName};
use tidegate::domain::text::Text;

const ORCHARD: &str = "
ecs = client('ecs')
ecs.create_cluster(clusterName='orchard')
ecs.register_task_definition(family='api', cpu='256', memory='512', containerDefinitions=[dict(
    name='api', image='registry/api:1', memory=512, portMappings=[dict(containerPort=8080, hostPort=0)],
    environment=[dict(name='DB_PASSWORD', value='hunter2')],
    secrets=[dict(name='API_TOKEN', valueFrom='arn:aws:ssm:eu-west-1:1:parameter/t')],
    logConfiguration=dict(logDriver='awslogs', options={'awslogs-group': '/ecs/api', 'awslogs-region': 'eu-west-1', 'awslogs-stream-prefix': 'api'}))])
";

fn account(script: &str) -> Account {
    let account = Moto::shared().account();
    account.python(&format!("{ORCHARD}\n{script}"));
    account
}

fn at(service: &str) -> ServiceRef {
    ServiceRef {
        cluster: "orchard".into(),
        service: service.into(),
    }
}

async fn described(
    aws: &tidegate::aws::Aws,
    names: &[ServiceName],
) -> (Vec<Arc<Service>>, Vec<ServiceName>, usize) {
    let (mut all, mut gone, mut parts) = (Vec::new(), Vec::new(), 0);
    let cluster = ClusterName::from("orchard");
    let done = aws.services(&cluster, names, |found, missing| {
        all.extend(found);
        gone.extend(missing);
        parts += 1;
    });
    done.await.expect("services");
    (all, gone, parts)
}

#[tokio::test]
async fn clusters_come_by_name_with_their_counts() {
    let account = account(
        "ecs.create_cluster(clusterName='apple')\necs.create_service(cluster='orchard', serviceName='api', taskDefinition='api', desiredCount=2, launchType='EC2')",
    );
    let clusters = account
        .aws()
        .await
        .clusters(|_| ())
        .await
        .expect("clusters");
    let names: Vec<&str> = clusters.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["apple", "orchard"]);
    let truth =
        account.python("out(client('ecs').describe_clusters(clusters=['orchard'])['clusters'][0])");
    assert_eq!(truth["activeServicesCount"], clusters[1].active_services);
    assert_eq!(truth["pendingTasksCount"], clusters[1].pending_tasks);
}

/// moto knows no pages here.
fn a_hundred_services_a_page(call: &Call) -> Answer {
    let from = call.json()["nextToken"]
        .as_str()
        .map_or(0, |t| t.parse::<usize>().expect("a token of ours"));
    let size = call.json()["maxResults"].as_u64().expect("maxResults") as usize;
    let to = (from + size).min(123);
    let arns: Vec<String> = (from..to)
        .map(|i| format!("arn:aws:ecs:eu-west-1:1:service/orchard/s-{i:03}"))
        .collect();
    let token = if to < 123 {
        json!(to.to_string())
    } else {
        json!(null)
    };
    Answer::Json(json!({ "serviceArns": arns, "nextToken": token }))
}

#[tokio::test]
async fn many_services_come_in_order_in_the_fewest_calls_and_the_vanished_are_named() {
    let account = account(
        "for i in range(123): ecs.create_service(cluster='orchard', serviceName=f's-{i:03}', taskDefinition='api', desiredCount=i % 5, launchType='EC2')",
    );
    let proxy = Proxy::before_moto();
    proxy.answer("ListServices", a_hundred_services_a_page);
    let aws = account.aws_at(&proxy.url()).await;
    let mut seen = Vec::new();
    let names = aws
        .service_names(&"orchard".into(), |part| seen.push(part.len()))
        .await
        .expect("names");
    assert_eq!(
        (names.len(), seen, proxy.count("ListServices")),
        (123, vec![100], 2)
    );

    account.python("client('ecs').delete_service(cluster='orchard', service='s-007', force=True)");
    let mut asked = names.clone();
    asked.push("never-was".into());
    let (found, missing, parts) = described(&aws, &asked).await;
    assert_eq!((parts, proxy.count("DescribeServices")), (13, 13));
    let order: Vec<&str> = found
        .iter()
        .filter(|s| s.status == ServiceStatus::Active)
        .map(|s| s.at.service.as_str())
        .collect();
    assert!(order.len() == 122 && order.is_sorted(), "{order:?}");
    assert!(missing.contains(&"never-was".into()), "{missing:?}");

    let truth = account.python("out(client('ecs').describe_services(cluster='orchard', services=['s-004'])['services'][0])");
    let ours = found
        .iter()
        .find(|s| s.at.service.as_str() == "s-004")
        .expect("there");
    assert_eq!(u64::from(ours.desired), truth["desiredCount"]);
    assert_eq!(ours.task_definition.as_str(), truth["taskDefinition"]);
    assert_eq!(
        (&ours.status, &ours.launch),
        (&ServiceStatus::Active, &Launch::Ec2)
    );
    assert_ne!(
        ours.rollout,
        Rollout::Failed {
            reason: Text::default()
        }
    );
}

#[tokio::test]
async fn the_drill_in_shows_tasks_containers_and_target_health() {
    let account = account("
ec2, elb = client('ec2'), client('elbv2')
vpc = ec2.describe_vpcs()['Vpcs'][0]['VpcId']
image = ec2.describe_images()['Images'][0]['ImageId']
machines = [i['InstanceId'] for i in ec2.run_instances(ImageId=image, MinCount=2, MaxCount=2)['Instances']]
for machine in machines:
    ecs.register_container_instance(cluster='orchard', instanceIdentityDocument=json.dumps({'instanceId': machine, 'region': 'eu-west-1'}))
ecs.run_task(cluster='orchard', taskDefinition='api', launchType='EC2', count=2)
stopped = ecs.list_tasks(cluster='orchard')['taskArns'][0]
ecs.stop_task(cluster='orchard', task=stopped, reason='broken')
group = elb.create_target_group(Name='api', Protocol='HTTP', Port=80, VpcId=vpc)['TargetGroups'][0]['TargetGroupArn']
elb.register_targets(TargetGroupArn=group, Targets=[dict(Id=machine, Port=32768)])
ecs.create_service(cluster='orchard', serviceName='api', taskDefinition='api', desiredCount=2, launchType='EC2',
    loadBalancers=[dict(targetGroupArn=group, containerName='api', containerPort=8080)])
");
    let detail = account
        .aws()
        .await
        .service_detail(&at("api"))
        .await
        .expect("a detail");
    assert_eq!(detail.gaps, []);
    assert_eq!(detail.tasks.len(), 2);
    let machines = account.python("out([i['InstanceId'] for i in client('ec2').describe_instances()['Reservations'][0]['Instances']])");
    let ids: Vec<&str> = machines
        .as_array()
        .expect("ids")
        .iter()
        .filter_map(|id| id.as_str())
        .collect();
    let ran_on = |t: &Task| {
        t.instance
            .as_ref()
            .is_some_and(|i| ids.contains(&i.as_str()))
    };
    assert!(detail.tasks.iter().all(ran_on), "{:?}", detail.tasks);
    assert!(
        detail
            .tasks
            .iter()
            .any(|t| t.stopped_reason == Some(Text::fixed("broken"))),
        "{:?}",
        detail.tasks
    );
    let container = &detail.containers[0];
    assert_eq!(
        (
            container.environment.as_slice(),
            container.secrets.as_slice()
        ),
        (
            &[Text::fixed("DB_PASSWORD")][..],
            &[Text::fixed("API_TOKEN")][..]
        )
    );
    let targets = detail.target_groups[0].targets.as_ref().expect("health");
    assert_eq!(
        (ids.contains(&targets[0].target.as_str()), targets[0].port),
        (true, Some(32_768))
    );
    assert_eq!(detail.deployments.len(), 1);
}

#[tokio::test]
async fn a_part_that_is_denied_is_a_gap_and_the_others_live_on() {
    let account = account(
        "ecs.create_service(cluster='orchard', serviceName='api', taskDefinition='api', desiredCount=2, launchType='EC2')",
    );
    let proxy = Proxy::before_moto();
    proxy.trouble("ListTasks", Trouble::Error(400, "AccessDeniedException"), 9);
    let detail = account
        .aws_at(&proxy.url())
        .await
        .service_detail(&at("api"))
        .await
        .expect("a detail");
    assert_eq!(detail.containers.len(), 1);
    let gaps: Vec<_> = detail
        .gaps
        .iter()
        .map(|g| (g.part, g.fault.kind, g.fault.action.clone()))
        .collect();
    assert_eq!(
        gaps,
        [(
            Part::Tasks,
            FaultKind::Denied,
            Some(Text::fixed("ecs:ListTasks"))
        )]
    );
}

#[tokio::test]
async fn dynamic_ports_and_events_come_as_aws_sends_them() {
    let account = account(
        "ecs.create_service(cluster='orchard', serviceName='api', taskDefinition='api', desiredCount=2, launchType='EC2')",
    );
    let proxy = Proxy::before_moto();
    proxy.json(
        "ListTasks",
        json!({ "taskArns": ["arn:aws:ecs:eu-west-1:1:task/orchard/abc"] }),
    );
    proxy.json("DescribeTasks", json!({ "tasks": [{
        "taskArn": "arn:aws:ecs:eu-west-1:1:task/orchard/abc", "lastStatus": "RUNNING", "desiredStatus": "RUNNING",
        "healthStatus": "HEALTHY", "startedAt": 1_790_000_000.5,
        "containers": [{ "networkBindings": [
            { "bindIP": "0.0.0.0", "containerPort": 8080, "hostPort": 32769, "protocol": "tcp" },
            { "bindIP": "::", "containerPort": 8080, "hostPort": 32769, "protocol": "tcp" }] }] }] }));
    let detail = account
        .aws_at(&proxy.url())
        .await
        .service_detail(&at("api"))
        .await
        .expect("a detail");
    assert_eq!(detail.tasks[0].ports, [(32_769, 8080)]);
    assert_eq!(
        (detail.tasks[0].id.as_str(), detail.tasks[0].health.as_str()),
        ("abc", "HEALTHY")
    );
}

#[tokio::test]
async fn a_service_or_cluster_that_is_not_there_is_missing() {
    let aws = account("").aws().await;
    assert_eq!(
        aws.service_detail(&at("nobody"))
            .await
            .expect_err("missing")
            .kind,
        FaultKind::Missing
    );
    assert_eq!(
        aws.service(&at("nobody")).await.expect_err("missing").kind,
        FaultKind::Missing
    );
    assert_eq!(
        aws.service_raw(&at("nobody"))
            .await
            .expect_err("missing")
            .kind,
        FaultKind::Missing
    );
    let fault = aws
        .service_names(&"elsewhere".into(), |_| ())
        .await
        .expect_err("missing");
    assert_eq!(
        (fault.kind, fault.next.as_str().contains(":cluster")),
        (FaultKind::Missing, true),
        "{fault}"
    );
}

#[tokio::test]
async fn the_raw_answer_and_the_log_groups_of_a_service() {
    let account = account(
        "ecs.create_service(cluster='orchard', serviceName='api', taskDefinition='api', desiredCount=2, launchType='EC2', tags=[dict(key='db_password', value='hunter2')])",
    );
    let aws = account.aws().await;
    let raw = aws.service_raw(&at("api")).await.expect("raw");
    assert!(
        raw.iter()
            .any(|line| line.as_str().contains(r#""serviceName": "api""#)),
        "{raw:?}"
    );
    assert!(
        raw.iter().all(|line| !line.as_str().contains("hunter2")),
        "{raw:?}"
    );
    let service = aws.service(&at("api")).await.expect("a service");
    let targets = aws
        .log_targets(&service.task_definition)
        .await
        .expect("targets");
    assert_eq!(
        (targets[0].group.as_str(), &targets[0].region),
        ("/ecs/api", &None)
    );
    assert_eq!(targets[0].stream_prefix, Some("api".into()));
}

#[tokio::test]
async fn headroom_is_what_the_instances_have_left() {
    let account = account("
ec2 = client('ec2')
image = ec2.describe_images()['Images'][0]['ImageId']
for i in ec2.run_instances(ImageId=image, MinCount=2, MaxCount=2)['Instances']:
    ecs.register_container_instance(cluster='orchard', instanceIdentityDocument=json.dumps({'instanceId': i['InstanceId'], 'region': 'eu-west-1'}))
ecs.create_service(cluster='orchard', serviceName='api', taskDefinition='api', desiredCount=2, launchType='EC2')
ecs.create_service(cluster='orchard', serviceName='web', taskDefinition='api', desiredCount=2, launchType='FARGATE')
");
    let aws = account.aws().await;
    let headroom = aws
        .headroom(&aws.service(&at("api")).await.expect("a service"))
        .await
        .expect("headroom");
    let truth = account.python("
ecs = client('ecs')
arns = ecs.list_container_instances(cluster='orchard')['containerInstanceArns']
def left(i, name): return [r['integerValue'] for r in i['remainingResources'] if r['name'] == name][0]
out(sum(min(left(i, 'CPU') // 256, left(i, 'MEMORY') // 512) for i in ecs.describe_container_instances(cluster='orchard', containerInstances=arns)['containerInstances']))");
    assert_eq!(headroom.tasks.map(u64::from), truth.as_u64());
    assert_eq!(headroom.instances.len(), 2);
    let fargate = aws
        .headroom(&aws.service(&at("web")).await.expect("a service"))
        .await
        .expect("headroom");
    assert_eq!((fargate.tasks, fargate.instances.len()), (None, 0));
}
