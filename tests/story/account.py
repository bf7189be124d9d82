# On top of the account of the figures: a group, an Aurora cluster, and a web ACL with much to lose.
clock, ec2 = client("autoscaling"), client("ec2")
clock.create_launch_configuration(LaunchConfigurationName="nodes", ImageId="ami-12c6146b", InstanceType="t3.micro")
clock.create_auto_scaling_group(AutoScalingGroupName="orchard-nodes", LaunchConfigurationName="nodes", MinSize=1,
    DesiredCapacity=2, MaxSize=4, VPCZoneIdentifier=ec2.describe_subnets()["Subnets"][0]["SubnetId"])
rds.create_db_cluster(DBClusterIdentifier="orchard-aurora", Engine="aurora-mysql", MasterUsername="u", MasterUserPassword="password1")
acl = wafv2.list_web_acls(Scope="REGIONAL")["WebACLs"][0]
limited = {"Block": {"CustomResponse": {"ResponseCode": 429, "CustomResponseBodyKey": "slow-down",
    "ResponseHeaders": [{"Name": "retry-after", "Value": "60"}]}}}
wafv2.update_web_acl(Name=acl["Name"], Id=acl["Id"], Scope="REGIONAL", LockToken=acl["LockToken"], DefaultAction={"Allow": {}},
    Description="what stands before the orchard", VisibilityConfig=visible("edge"),
    CustomResponseBodies={"slow-down": {"ContentType": "TEXT_PLAIN", "Content": "Slow down"}},
    Rules=[
        {"Name": "per-ip-1000", "Priority": 1, "Action": limited, "VisibilityConfig": visible("per-ip"),
         "Statement": {"RateBasedStatement": {"Limit": 1000, "EvaluationWindowSec": 60, "AggregateKeyType": "IP"}}},
        {"Name": "common", "Priority": 7, "OverrideAction": {"None": {}}, "VisibilityConfig": visible("common"),
         "Statement": {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}}},
    ])
