# What boto3 says of everything that the console can change.
ecs, wafv2, rds, scaling, groups = (client(n) for n in ("ecs", "wafv2", "rds", "application-autoscaling", "autoscaling"))
def services():
    found = ecs.describe_services(cluster="orchard", services=["api", "admin", "batch-worker", "web"])["services"]
    return {s["serviceName"]: {k: s.get(k) for k in ("desiredCount", "taskDefinition", "launchType")} for s in found}
def target():
    found, = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    return found
def web_acl():
    at, = wafv2.list_web_acls(Scope="REGIONAL")["WebACLs"]
    return wafv2.get_web_acl(Name=at["Name"], Id=at["Id"], Scope="REGIONAL")["WebACL"]
def snapshots():
    found = rds.describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    return [{"id": s["DBSnapshotIdentifier"], "of": s["DBInstanceIdentifier"], "tags": {t["Key"]: t["Value"] for t in s["TagList"]}} for s in found]
def group():
    found, = groups.describe_auto_scaling_groups()["AutoScalingGroups"]
    return {k: found[k] for k in ("MinSize", "DesiredCapacity", "MaxSize")}
out({"services": services(), "target": target(), "acl": web_acl(), "group": group(), "snapshots": snapshots()})
