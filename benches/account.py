# An account after the seed system: one thing for each pane to show.
ecs, logs, wafv2, rds, scaling = (client(n) for n in ("ecs", "logs", "wafv2", "rds", "application-autoscaling"))
ecs.create_cluster(clusterName="orchard")
now = int(time.time() * 1000)
for name in ("api", "admin", "batch-worker", "web"):
    group = "/ecs/" + name
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    line = {"method": "POST", "path": "/api/apples", "status": 200, "duration": "31ms", "layer": "ENTRANCE", "traceId": "tr-1"}
    logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=[{"timestamp": now - 1000, "message": json.dumps(line)}])
    ecs.register_task_definition(family=name, containerDefinitions=[{
        "name": "app", "image": "app:1", "memory": 64, "cpu": 64,
        "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": group, "awslogs-region": os.environ["AWS_REGION"]}}}])
    ecs.create_service(cluster="orchard", serviceName=name, taskDefinition=name + ":1", desiredCount=2, launchType="EC2")
scaling.register_scalable_target(ServiceNamespace="ecs", ResourceId="service/orchard/api", ScalableDimension="ecs:service:DesiredCount", MinCapacity=2, MaxCapacity=8, RoleARN=resource())
visible = lambda n: {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": n}
wafv2.create_web_acl(Name="orchard-edge", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=visible("edge"), Rules=[{
    "Name": "per-ip-1000", "Priority": 1, "Action": {"Block": {}}, "VisibilityConfig": visible("per-ip"),
    "Statement": {"RateBasedStatement": {"Limit": 1000, "EvaluationWindowSec": 60, "AggregateKeyType": "IP"}}}])
rds.create_db_instance(DBInstanceIdentifier="orchard-db", DBInstanceClass="db.t3.micro", Engine="mysql", MasterUsername="u", MasterUserPassword="password1", AllocatedStorage=20)
