"""One script of the operations that the console uses, against moto and against the simulated account.

SIM is the simulated account's address, MOTO moto's. Prints as JSON what is wrong: members that botocore's model does not know or misses in an
answer of ours, and members read by the console that differ from moto's without a reason below.
"""

import datetime
import json
import os
import xml.etree.ElementTree as ElementTree

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

SIM, MOTO = os.environ["SIM"], os.environ["MOTO"]
REGION = "ap-northeast-2"
FAULTS = []
WALKED = set()
CALLED = set()
# What this script must have called of the operations that the server knows.
SERVICES = ["ecs", "application-autoscaling", "autoscaling", "elbv2", "cloudwatch"]

# Step: (ours, moto's, which is right and why). Both sides are pinned.
REASONS = {
    "a page of names": (
        [2, True],
        [3, False],
        "ours: maxResults is honoured, with a token for the rest (model of ecs); moto gives all",
    ),
    "too many services": (
        "refused InvalidParameterException",
        11,
        "ours: ten names at most (aws-facts 1.2); moto takes any number",
    ),
    "how it is launched": (
        [None, ["orchard-nodes"]],
        ["EC2", []],
        "ours: launchType is absent where a strategy is in use (aws-facts 2.1); moto drops the strategy",
    ),
    "lost tasks": (
        ["MISSING"],
        [],
        "ours: what is not found stands in failures[] (aws-facts 1.2); moto leaves it out",
    ),
    "tasks of a lost service": (
        "refused ServiceNotFoundException",
        [],
        "ours: ServiceNotFoundException is modelled for ListTasks (botocore, ecs)",
    ),
    "instances of lost ids": (
        [("lost", "MISSING")],
        "refused 500",
        "ours: what is not found stands in failures[] (aws-facts 1.2); moto breaks",
    ),
    "crossing bounds": (
        "refused ValidationException",
        {"ScalableTargetARN": True},
        "ours: MinCapacity above MaxCapacity is refused (aws-facts 3.1); moto takes it",
    ),
    "target after the refusal": (
        [("service/orchard/api", 4, 9)],
        [("service/orchard/api", 9, 3)],
        "ours: follows from the refusal",
    ),
    "an action without sizes": (
        "refused ValidationException",
        {},
        "ours: at least one of the two must be given (aws-facts 3.2); moto takes it",
    ),
    "an action that never was": (
        "refused ObjectNotFoundException",
        {},
        "ours: DeleteScheduledAction answers ObjectNotFoundException (model of application-autoscaling)",
    ),
    "desired above max": (
        "refused ValidationError",
        {},
        "ours: SetDesiredCapacity must lie within the group's bounds (model of autoscaling); moto takes it",
    ),
    "bounds of a group that cross": (
        "refused ValidationError",
        {},
        "ours: AWS refuses a minimum above the maximum; moto takes it",
    ),
    "a timer in the past": (
        "refused ValidationError",
        {},
        "ours: 'Given start time is in the past' (aws-facts 3.3); moto takes it",
    ),
}


def walk(shape, value, path):
    """An answer, as it came, must have only members that the model knows."""
    if shape is None or value is None:
        return
    if shape.type_name == "structure":
        known = {m.serialization.get("name", n): m for n, m in shape.members.items()}
        for name, inner in value.items():
            if name not in known:
                FAULTS.append(f"{path}: {name} is not in the model")
            else:
                walk(known[name], inner, f"{path}.{name}")
    elif shape.type_name == "list":
        for inner in value:
            walk(shape.member, inner, f"{path}[]")
    elif shape.type_name == "map":
        for inner in value.values():
            walk(shape.value, inner, f"{path}{{}}")


def walk_xml(shape, node, path):
    """The same for XML."""
    tag = lambda element: element.tag.split("}")[-1]
    if shape.type_name == "structure":
        known = {m.serialization.get("name", n): m for n, m in shape.members.items()}
        for child in node:
            if tag(child) not in known:
                FAULTS.append(f"{path}: {tag(child)} is not in the model")
            else:
                walk_xml(known[tag(child)], child, f"{path}.{tag(child)}")
    elif shape.type_name == "list":
        item = shape.member.serialization.get("name", "member")
        for child in node:
            if tag(child) != item:
                FAULTS.append(f"{path}: an item is called {tag(child)}, not {item}")
            walk_xml(shape.member, child, f"{path}[]")


def needs(shape, value, path):
    """A parsed answer must have each member that the model requires."""
    if shape.type_name == "structure":
        for name in shape.required_members:
            if value.get(name) is None:
                FAULTS.append(f"{path}: {name} is required and missing")
        for name, inner in shape.members.items():
            if value.get(name) is not None:
                needs(inner, value[name], f"{path}.{name}")
    elif shape.type_name == "list":
        for inner in value:
            needs(shape.member, inner, f"{path}[]")


def look(operation_model, response_dict, **_):
    shape, body = operation_model.output_shape, response_dict["body"]
    if shape is None or response_dict["status_code"] >= 300 or not body:
        return
    path = operation_model.name
    kind = response_dict["headers"].get("Content-Type", "")
    WALKED.update(form for form in ("json", "xml") if form in kind)
    if "json" in kind:
        walk(shape, json.loads(body), path)
    elif "xml" in kind:
        root = ElementTree.fromstring(body)
        result = [child for child in root if child.tag.endswith("Result")]
        if result:
            walk_xml(shape, result[0], path)


class Side:
    """One of the two accounts."""

    def __init__(self, url, watched):
        self.url, self.watched, self.clients = url, watched, {}

    def client(self, name):
        if name not in self.clients:
            made = boto3.client(
                name,
                endpoint_url=self.url,
                region_name=REGION,
                config=Config(retries={"max_attempts": 1}),
            )
            if self.watched:
                made.meta.events.register("before-parse", look)
            self.clients[name] = made
        return self.clients[name]

    def __call__(self, service, operation, /, **input):
        client = self.client(service)
        answer = getattr(client, operation)(**input)
        answer.pop("ResponseMetadata", None)
        if self.watched:
            model = client.meta.service_model
            name = client.meta.method_to_api_mapping[operation]
            CALLED.add(f"{service}:{name}")
            shape = model.operation_model(name).output_shape
            if shape is not None:
                needs(shape, answer, name)
        return answer


def tail(arn):
    return arn.rsplit("/", 1)[-1]


AMI = "ami-12c6146b"


def build(moto):
    """moto's account, made like ours."""
    moto("ecs", "create_cluster", clusterName="orchard")
    containers = [
        {
            "name": "api",
            "image": "orchard/api",
            "cpu": 512,
            "memory": 1024,
            "portMappings": [{"containerPort": 8080, "hostPort": 0, "protocol": "tcp"}],
            "environment": [
                {"name": name, "value": "x"}
                for name in ("SPRING_PROFILES_ACTIVE", "DB_URL", "DB_PASSWORD", "JWT_SECRET", "LOG_FORMAT")
            ],
            "secrets": [{"name": "SPRING_DATASOURCE_PASSWORD", "valueFrom": "arn"}],
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {
                    "awslogs-group": "/ecs/orchard-api",
                    "awslogs-region": REGION,
                    "awslogs-stream-prefix": "ecs",
                },
            },
        }
    ]
    moto("ecs", "register_task_definition", family="api", networkMode="bridge", containerDefinitions=containers)
    for name in ("api", "batch-worker", "admin"):
        moto(
            "ecs",
            "create_service",
            cluster="orchard",
            serviceName=name,
            taskDefinition="api",
            desiredCount=2,
            capacityProviderStrategy=[{"capacityProvider": "orchard-nodes", "weight": 1, "base": 0}],
        )
    moto(
        "autoscaling",
        "create_launch_configuration",
        LaunchConfigurationName="node",
        ImageId=AMI,
        InstanceType="t3.large",
    )
    moto(
        "autoscaling",
        "create_auto_scaling_group",
        AutoScalingGroupName="orchard-nodes",
        LaunchConfigurationName="node",
        MinSize=2,
        MaxSize=6,
        DesiredCapacity=2,
        AvailabilityZones=[REGION + "a", REGION + "b", REGION + "c"],
        Tags=[{"Key": "AmazonECSManaged", "Value": "true", "PropagateAtLaunch": True}],
    )
    vpc = moto("ec2", "create_vpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        moto("ec2", "create_subnet", VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=REGION + zone)["Subnet"][
            "SubnetId"
        ]
        for n, zone in enumerate("ab")
    ]
    moto("elbv2", "create_load_balancer", Name="orchard", Subnets=subnets)
    for name, port in (("orchard-api", 8080), ("orchard-admin", 3000)):
        moto("elbv2", "create_target_group", Name=name, Protocol="HTTP", Port=port, VpcId=vpc, TargetType="instance")


API = {"cluster": "orchard", "service": "api"}
TARGET = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/orchard/api",
    "ScalableDimension": "ecs:service:DesiredCount",
}
GROUP = {"AutoScalingGroupName": "orchard-nodes"}
NOW = datetime.datetime.now(datetime.timezone.utc)
MINUTE = NOW.replace(second=0, microsecond=0)


def service(answer):
    s = answer["service"] if "service" in answer else answer["services"][0]
    return {
        "name": s["serviceName"],
        "status": s["status"],
        "desired": s["desiredCount"],
        "strategy": s["schedulingStrategy"],
        "primary": [d["status"] for d in s["deployments"]][:1],
        "family": tail(s["taskDefinition"]).split(":")[0],
    }


def launch(s):
    return (s.get("launchType"), [p["capacityProvider"] for p in s.get("capacityProviderStrategy", [])])


def failures(answer):
    return [(tail(f["arn"]), f["reason"]) for f in answer["failures"]]


def targets(answer):
    return [(t["ResourceId"], t["MinCapacity"], t["MaxCapacity"]) for t in answer["ScalableTargets"]]


def groups(answer):
    return [(g["AutoScalingGroupName"], g["MinSize"], g["MaxSize"], g["DesiredCapacity"]) for g in answer["AutoScalingGroups"]]


def actions(answer):
    return [(a["ScheduledActionName"], a.get("MinSize"), a.get("MaxSize"), a.get("DesiredCapacity")) for a in answer["ScheduledUpdateGroupActions"]]


def policy(answer):
    shown = []
    for p in answer["ScalingPolicies"]:
        if p["PolicyName"] == "mine":
            c = p["TargetTrackingScalingPolicyConfiguration"]
            shown.append((p["PolicyType"], c["TargetValue"], c["ScaleOutCooldown"], c["ScaleInCooldown"], len(p["Alarms"])))
    return shown


def container(answer):
    c = answer["taskDefinition"]["containerDefinitions"][0]
    return {
        "name": c["name"],
        "size": (c["cpu"], c["memory"]),
        "ports": [(p["containerPort"], p["hostPort"]) for p in c["portMappings"]],
        "environment": sorted(e["name"] for e in c["environment"]),
        "secrets": [s["name"] for s in c["secrets"]],
        "log": (c["logConfiguration"]["logDriver"], sorted(c["logConfiguration"]["options"].items())),
        "network": answer["taskDefinition"]["networkMode"],
    }


def values(answer):
    return [(r["Id"], r["Values"], r["StatusCode"]) for r in answer["MetricDataResults"]]


def query(name, stat, period=60):
    metric = {"Namespace": "Orchard", "MetricName": name, "Dimensions": [{"Name": "Stall", "Value": "7"}]}
    return {"Id": "q1", "MetricStat": {"Metric": metric, "Period": period, "Stat": stat}}


def data(name, stat, **more):
    return dict(
        MetricDataQueries=[query(name, stat)],
        StartTime=MINUTE - datetime.timedelta(minutes=30),
        EndTime=MINUTE,
        **more,
    )


def datum(minutes, value):
    return {
        "MetricName": "Apples",
        "Dimensions": [{"Name": "Stall", "Value": "7"}],
        "Timestamp": MINUTE - datetime.timedelta(minutes=minutes),
        "Value": value,
    }


def at(minutes):
    return (NOW + datetime.timedelta(minutes=minutes)).replace(microsecond=0)


CPU = {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}
TRACK = {"TargetValue": 60.0, "PredefinedMetricSpecification": CPU, "ScaleOutCooldown": 30, "ScaleInCooldown": 90}
ONCE = (NOW + datetime.timedelta(hours=1)).strftime("at(%Y-%m-%dT%H:%M:%S)")
SIZES = {"MinCapacity": 1, "MaxCapacity": 2}
same = lambda answer: answer

# Step, service, operation, input, what the console reads of it.
STEPS = [
    ("clusters", "ecs", "list_clusters", {}, lambda a: [tail(c) for c in a["clusterArns"]]),
    ("cluster", "ecs", "describe_clusters", {"clusters": ["orchard", "lost"]}, lambda a: ([(c["clusterName"], c["status"]) for c in a["clusters"]], failures(a))),
    ("names", "ecs", "list_services", {"cluster": "orchard", "maxResults": 100}, lambda a: sorted(tail(s) for s in a["serviceArns"])),
    ("a page of names", "ecs", "list_services", {"cluster": "orchard", "maxResults": 2}, lambda a: (len(a["serviceArns"]), "nextToken" in a)),
    ("cluster without its name", "ecs", "list_services", {}, same),
    ("too many services", "ecs", "describe_services", {"cluster": "orchard", "services": ["api"] * 11}, lambda a: len(a["services"])),
    ("services of a lost cluster", "ecs", "describe_services", {"cluster": "lost", "services": ["api"]}, same),
    ("a lost service", "ecs", "describe_services", {"cluster": "orchard", "services": ["lost"]}, failures),
    ("scale", "ecs", "update_service", {**API, "desiredCount": 4}, service),
    ("service", "ecs", "describe_services", {"cluster": "orchard", "services": ["api"]}, service),
    ("how it is launched", "ecs", "describe_services", {"cluster": "orchard", "services": ["api"]}, lambda a: launch(a["services"][0])),
    ("scale a lost service", "ecs", "update_service", {"cluster": "orchard", "service": "lost", "desiredCount": 4}, same),
    ("definition", "ecs", "describe_task_definition", {"taskDefinition": "api"}, container),
    ("families", "ecs", "list_task_definition_families", {"familyPrefix": "api"}, lambda a: a["families"]),
    ("a lost definition", "ecs", "describe_task_definition", {"taskDefinition": "lost"}, same),
    ("tasks of a lost service", "ecs", "list_tasks", {"cluster": "orchard", "serviceName": "lost"}, lambda a: a["taskArns"]),
    ("lost tasks", "ecs", "describe_tasks", {"cluster": "orchard", "tasks": ["0" * 32]}, lambda a: [f["reason"] for f in a["failures"]]),
    ("instances of lost ids", "ecs", "describe_container_instances", {"cluster": "orchard", "containerInstances": ["lost"]}, failures),
    ("register", "application-autoscaling", "register_scalable_target", {**TARGET, "MinCapacity": 2, "MaxCapacity": 9}, lambda a: {"ScalableTargetARN": "ScalableTargetARN" in a}),
    ("register the minimum alone", "application-autoscaling", "register_scalable_target", {**TARGET, "MinCapacity": 4}, lambda a: {"ScalableTargetARN": "ScalableTargetARN" in a}),
    ("target", "application-autoscaling", "describe_scalable_targets", {"ServiceNamespace": "ecs", "ResourceIds": ["service/orchard/api"]}, targets),
    ("crossing bounds", "application-autoscaling", "register_scalable_target", {**TARGET, "MinCapacity": 9, "MaxCapacity": 3}, lambda a: {"ScalableTargetARN": "ScalableTargetARN" in a}),
    ("target after the refusal", "application-autoscaling", "describe_scalable_targets", {"ServiceNamespace": "ecs"}, targets),
    ("register a lost service", "application-autoscaling", "register_scalable_target", {**TARGET, "ResourceId": "service/orchard/lost", "MinCapacity": 1, "MaxCapacity": 2}, same),
    ("policy", "application-autoscaling", "put_scaling_policy", {**TARGET, "PolicyName": "mine", "PolicyType": "TargetTrackingScaling", "TargetTrackingScalingPolicyConfiguration": TRACK}, lambda a: len(a["Alarms"])),
    ("policies", "application-autoscaling", "describe_scaling_policies", {"ServiceNamespace": "ecs", "ResourceId": TARGET["ResourceId"]}, policy),
    ("a policy goes", "application-autoscaling", "delete_scaling_policy", {**TARGET, "PolicyName": "mine"}, same),
    ("an action", "application-autoscaling", "put_scheduled_action", {**TARGET, "ScheduledActionName": "once", "Schedule": ONCE, "Timezone": "UTC", "ScalableTargetAction": SIZES}, same),
    ("an action without sizes", "application-autoscaling", "put_scheduled_action", {**TARGET, "ScheduledActionName": "none", "Schedule": ONCE}, same),
    ("actions", "application-autoscaling", "describe_scheduled_actions", {"ServiceNamespace": "ecs", "ScheduledActionNames": ["once"]}, lambda a: [(s["ScheduledActionName"], s["Schedule"], s["Timezone"], s["ScalableTargetAction"]) for s in a["ScheduledActions"]]),
    ("an action goes", "application-autoscaling", "delete_scheduled_action", {**TARGET, "ScheduledActionName": "once"}, same),
    ("an action that never was", "application-autoscaling", "delete_scheduled_action", {**TARGET, "ScheduledActionName": "never"}, same),
    ("group", "autoscaling", "describe_auto_scaling_groups", {"AutoScalingGroupNames": ["orchard-nodes"]}, groups),
    ("instances", "autoscaling", "describe_auto_scaling_groups", {}, lambda a: [(i["LifecycleState"], i["HealthStatus"]) for i in a["AutoScalingGroups"][0]["Instances"]]),
    ("managed by ECS", "autoscaling", "describe_auto_scaling_groups", {}, lambda a: [t["Key"] for t in a["AutoScalingGroups"][0]["Tags"] if t["Key"] == "AmazonECSManaged"]),
    ("a higher minimum", "autoscaling", "update_auto_scaling_group", {**GROUP, "MinSize": 3}, same),
    ("group grown", "autoscaling", "describe_auto_scaling_groups", {}, groups),
    ("desired above max", "autoscaling", "set_desired_capacity", {**GROUP, "DesiredCapacity": 7}, same),
    ("desired", "autoscaling", "set_desired_capacity", {**GROUP, "DesiredCapacity": 4}, same),
    ("group after desired", "autoscaling", "describe_auto_scaling_groups", {}, groups),
    ("a lower maximum", "autoscaling", "update_auto_scaling_group", {**GROUP, "MinSize": 2, "MaxSize": 3}, same),
    ("group clamped", "autoscaling", "describe_auto_scaling_groups", {}, groups),
    ("a timer", "autoscaling", "put_scheduled_update_group_action", {**GROUP, "ScheduledActionName": "back", "StartTime": at(60), "MinSize": 2, "MaxSize": 6}, same),
    ("a timer in the past", "autoscaling", "put_scheduled_update_group_action", {**GROUP, "ScheduledActionName": "past", "StartTime": at(-60), "MinSize": 2}, same),
    ("timers", "autoscaling", "describe_scheduled_actions", {**GROUP, "ScheduledActionNames": ["back"]}, actions),
    ("a timer goes", "autoscaling", "delete_scheduled_action", {**GROUP, "ScheduledActionName": "back"}, same),
    ("a timer that never was", "autoscaling", "delete_scheduled_action", {**GROUP, "ScheduledActionName": "never"}, same),
    ("suspend", "autoscaling", "suspend_processes", {**GROUP, "ScalingProcesses": ["ScheduledActions"]}, same),
    ("suspended", "autoscaling", "describe_auto_scaling_groups", {}, lambda a: [p["ProcessName"] for p in a["AutoScalingGroups"][0]["SuspendedProcesses"]]),
    ("resume", "autoscaling", "resume_processes", {**GROUP, "ScalingProcesses": ["ScheduledActions"]}, same),
    ("resumed", "autoscaling", "describe_auto_scaling_groups", {}, lambda a: a["AutoScalingGroups"][0]["SuspendedProcesses"]),
    ("a group that never was", "autoscaling", "update_auto_scaling_group", {"AutoScalingGroupName": "never", "MinSize": 1}, same),
    ("no such group in the list", "autoscaling", "describe_auto_scaling_groups", {"AutoScalingGroupNames": ["never"]}, groups),
    ("balancers", "elbv2", "describe_load_balancers", {}, lambda a: [(b["LoadBalancerName"], b["Type"]) for b in a["LoadBalancers"]]),
    ("target groups", "elbv2", "describe_target_groups", {}, lambda a: sorted((g["TargetGroupName"], g["Port"], g["Protocol"], g["TargetType"]) for g in a["TargetGroups"])),
    ("a lost target group", "elbv2", "describe_target_health", {"TargetGroupArn": f"arn:aws:elasticloadbalancing:{REGION}:000000000000:targetgroup/lost/0123456789abcdef"}, same),
    ("a lost balancer", "elbv2", "describe_load_balancers", {"Names": ["lost"]}, same),
    ("put data", "cloudwatch", "put_metric_data", {"Namespace": "Orchard", "MetricData": [datum(9, 4.0), datum(9, 2.0), datum(5, 9.0)]}, same),
    ("sums", "cloudwatch", "get_metric_data", data("Apples", "Sum", ScanBy="TimestampAscending"), values),
    ("averages, newest first", "cloudwatch", "get_metric_data", data("Apples", "Average", ScanBy="TimestampDescending"), values),
    ("no such metric", "cloudwatch", "get_metric_data", data("Pears", "Sum"), values),
    ("statistics", "cloudwatch", "get_metric_statistics", {"Namespace": "Orchard", "MetricName": "Apples", "Dimensions": [{"Name": "Stall", "Value": "7"}], "StartTime": MINUTE - datetime.timedelta(minutes=30), "EndTime": MINUTE, "Period": 60, "Statistics": ["Maximum", "SampleCount"]}, lambda a: sorted((d["Maximum"], d["SampleCount"]) for d in a["Datapoints"])),
    ("metrics", "cloudwatch", "list_metrics", {"Namespace": "Orchard"}, lambda a: [(m["MetricName"], m["Dimensions"]) for m in a["Metrics"]]),
    ("no such alarm", "cloudwatch", "describe_alarms", {"AlarmNames": ["lost"], "AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}, lambda a: (a["MetricAlarms"], a["CompositeAlarms"])),
]

# Asked of ours alone: each answer must be what the model allows.
LOOKS = [
    ("ecs", "describe_clusters", {"clusters": ["orchard"], "include": ["TAGS", "STATISTICS"]}),
    ("ecs", "describe_services", {"cluster": "orchard", "services": ["api", "batch-worker", "admin"], "include": ["TAGS"]}),
    ("ecs", "describe_capacity_providers", {}),
    ("ecs", "list_task_definitions", {}),
    ("ecs", "list_attributes", {"cluster": "orchard", "targetType": "container-instance", "attributeName": "ecs.instance-type"}),
    ("ecs", "list_service_deployments", {"cluster": "orchard", "service": "api"}),
    ("application-autoscaling", "describe_scaling_activities", {"ServiceNamespace": "ecs", "IncludeNotScaledActivities": True}),
    ("application-autoscaling", "describe_scaling_policies", {"ServiceNamespace": "ecs"}),
    ("autoscaling", "describe_scaling_activities", GROUP),
    ("autoscaling", "describe_auto_scaling_instances", {}),
    ("autoscaling", "describe_policies", GROUP),
    ("autoscaling", "describe_instance_refreshes", GROUP),
    ("autoscaling", "describe_warm_pool", GROUP),
    ("cloudwatch", "set_alarm_state", {"AlarmName": "orchard-5xx", "StateValue": "ALARM", "StateReason": "a drill"}),
    ("autoscaling", "batch_put_scheduled_update_group_action", {**GROUP, "ScheduledUpdateGroupActions": [{"ScheduledActionName": "a", "StartTime": at(70), "MinSize": 2}, {"ScheduledActionName": "b", "StartTime": at(-70), "MinSize": 2}]}),
    ("autoscaling", "describe_scheduled_actions", GROUP),
    ("autoscaling", "batch_delete_scheduled_action", {**GROUP, "ScheduledActionNames": ["a", "never"]}),
    ("cloudwatch", "describe_alarms", {"AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}),
    ("cloudwatch", "describe_alarm_history", {}),
    ("cloudwatch", "list_metrics", {"RecentlyActive": "PT3H"}),
    ("cloudwatch", "describe_alarms_for_metric", {"Namespace": "AWS/EC2", "MetricName": "CPUUtilization"}),
]


def follow_up(sim):
    """Answers that need an ARN of another."""
    lists = (
        ("list_tasks", "taskArns", "describe_tasks", "tasks"),
        ("list_container_instances", "containerInstanceArns", "describe_container_instances", "containerInstances"),
    )
    for listing, arns, describing, member in lists:
        found = sim("ecs", listing, cluster="orchard")[arns]
        shown = sim("ecs", describing, cluster="orchard", **{member: found})[member]
        if not found or len(shown) != len(found):
            FAULTS.append(f"{describing}: {len(shown)} of {len(found)}")
    deployment = sim("ecs", "list_service_deployments", **API)["serviceDeployments"][0]
    sim("ecs", "describe_service_deployments", serviceDeploymentArns=[deployment["serviceDeploymentArn"]])
    sim("ecs", "describe_service_revisions", serviceRevisionArns=[deployment["targetServiceRevisionArn"]])
    sim("ecs", "list_tags_for_resource", resourceArn=deployment["serviceArn"])
    balancer = sim("elbv2", "describe_load_balancers")["LoadBalancers"][0]["LoadBalancerArn"]
    listener = sim("elbv2", "describe_listeners", LoadBalancerArn=balancer)["Listeners"][0]["ListenerArn"]
    rules = sim("elbv2", "describe_rules", ListenerArn=listener)["Rules"]
    if [r["Priority"] for r in rules] != ["10", "20", "default"]:
        FAULTS.append(f"rules {rules}")
    sim("elbv2", "describe_load_balancer_attributes", LoadBalancerArn=balancer)
    sim("elbv2", "describe_tags", ResourceArns=[balancer])
    for group in sim("elbv2", "describe_target_groups")["TargetGroups"]:
        sim("elbv2", "describe_target_group_attributes", TargetGroupArn=group["TargetGroupArn"])
        health = sim("elbv2", "describe_target_health", TargetGroupArn=group["TargetGroupArn"])
        if not health["TargetHealthDescriptions"]:
            FAULTS.append(f"{group['TargetGroupName']} has no targets")
    target = sim("application-autoscaling", "describe_scalable_targets", ServiceNamespace="ecs")["ScalableTargets"][0]
    sim("application-autoscaling", "list_tags_for_resource", ResourceARN=target["ScalableTargetARN"])
    alarm = sim("cloudwatch", "describe_alarms", AlarmNames=["orchard-5xx"])["MetricAlarms"][0]
    if (alarm["StateValue"], alarm["StateReason"]) != ("ALARM", "a drill"):
        FAULTS.append(f"an alarm that was set is {alarm['StateValue']}: {alarm['StateReason']}")
    task = sim("ecs", "list_tasks", cluster="orchard", serviceName="admin")["taskArns"][0]
    sim("ecs", "stop_task", cluster="orchard", task=task, reason="a drill")
    sim("application-autoscaling", "deregister_scalable_target", **TARGET)
    history = sim("cloudwatch", "get_metric_statistics", Namespace="AWS/ECS", MetricName="CPUUtilization", Dimensions=[{"Name": "ClusterName", "Value": "orchard"}, {"Name": "ServiceName", "Value": "api"}], StartTime=NOW - datetime.timedelta(hours=3), EndTime=NOW, Period=60, Statistics=["Average"], ExtendedStatistics=["p95"])
    if len(history["Datapoints"]) < 150:
        FAULTS.append(f"only {len(history['Datapoints'])} minutes of the past")


def outcome(side, step):
    _, service_name, operation, input, read = step
    try:
        answer = side(service_name, operation, **input)
    except ClientError as error:
        return "refused " + error.response["Error"]["Code"]
    # JSON has no tuples; both sides and the reasons go the same way.
    return read(answer)


def known(services):
    """The operations that stand in the server's tables."""
    lines = {s: open(os.path.join(os.environ["SHAPES"], s + ".txt")).read().splitlines() for s in services}
    return {f"{s}:{line.split()[1]}" for s in services for line in lines[s] if line.startswith("op ")}


def plain(value):
    return json.loads(json.dumps(value, default=str))


def main():
    sim, moto = Side(SIM, True), Side(MOTO, False)
    build(moto)
    for step in STEPS:
        ours, theirs = plain(outcome(sim, step)), plain(outcome(moto, step))
        reason = REASONS.get(step[0])
        wanted = plain(reason[:2]) if reason else [theirs, theirs]
        if [ours, theirs] != wanted:
            FAULTS.append({"step": step[0], "ours": ours, "moto": theirs})
    for service_name, operation, input in LOOKS:
        sim(service_name, operation, **input)
    follow_up(sim)
    if not WALKED.issuperset({"json", "xml"}):
        FAULTS.append(f"only {sorted(WALKED)} was held against the model")
    left_out = known(SERVICES) - CALLED
    if left_out:
        FAULTS.append({"left out": sorted(left_out)})
    print(json.dumps(FAULTS))


main()
