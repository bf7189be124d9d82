# What the operations of the simulated account take, out of botocore's models: one text for each
# service, which stands in src/sim/shape. An operation that is new here gets its name in OPERATIONS.
import botocore.session

OPERATIONS = {
    'ecs': '''ListClusters DescribeClusters ListServices DescribeServices ListTasks DescribeTasks StopTask
        ListContainerInstances DescribeContainerInstances DescribeCapacityProviders DescribeTaskDefinition
        ListTaskDefinitions UpdateService ListServiceDeployments DescribeServiceDeployments
        DescribeServiceRevisions ListTagsForResource ListTaskDefinitionFamilies ListAttributes''',
    'application-autoscaling': '''DescribeScalableTargets DescribeScalingPolicies DescribeScalingActivities
        DescribeScheduledActions RegisterScalableTarget DeregisterScalableTarget PutScalingPolicy
        DeleteScalingPolicy PutScheduledAction DeleteScheduledAction ListTagsForResource''',
    'autoscaling': '''DescribeAutoScalingGroups DescribeAutoScalingInstances DescribeScalingActivities
        DescribeScheduledActions DescribePolicies DescribeInstanceRefreshes DescribeWarmPool
        UpdateAutoScalingGroup SetDesiredCapacity PutScheduledUpdateGroupAction
        BatchPutScheduledUpdateGroupAction DeleteScheduledAction BatchDeleteScheduledAction
        SuspendProcesses ResumeProcesses''',
    'wafv2': '''ListWebACLs GetWebACL UpdateWebACL CheckCapacity ListResourcesForWebACL GetWebACLForResource
        GetSampledRequests GetRateBasedStatementManagedKeys ListRuleGroups GetRuleGroup ListIPSets GetIPSet
        ListTagsForResource GetLoggingConfiguration DescribeManagedRuleGroup''',
    'rds': '''DescribeDBInstances DescribeDBClusters DescribeDBSnapshots DescribeDBClusterSnapshots
        DescribeEvents DescribeAccountAttributes DescribePendingMaintenanceActions CreateDBSnapshot
        CreateDBClusterSnapshot DeleteDBSnapshot DeleteDBClusterSnapshot ListTagsForResource
        AddTagsToResource RemoveTagsFromResource DescribeDBLogFiles DescribeDBParameterGroups''',
    'logs': '''FilterLogEvents GetLogEvents DescribeLogGroups ListLogGroups DescribeLogStreams PutLogEvents
        CreateLogGroup DeleteLogGroup CreateLogStream PutRetentionPolicy DeleteRetentionPolicy
        DescribeExportTasks ListTagsForResource TestMetricFilter StartLiveTail DescribeMetricFilters''',
    'cloudwatch': '''GetMetricData GetMetricStatistics ListMetrics PutMetricData DescribeAlarms
        DescribeAlarmsForMetric DescribeAlarmHistory SetAlarmState''',
    'elbv2': '''DescribeLoadBalancers DescribeTargetGroups DescribeTargetHealth DescribeListeners DescribeTags
        DescribeRules DescribeLoadBalancerAttributes DescribeTargetGroupAttributes''',
    'sts': 'GetCallerIdentity AssumeRole GetSessionToken',
    'ssm': '''PutParameter DeleteParameter DeleteParameters AddTagsToResource ListTagsForResource
        GetParameter GetParameters GetParametersByPath GetParameterHistory DescribeParameters''',
    'cloudfront': 'ListDistributionsByWebACLId',
    'iam': 'ListAccountAliases SimulatePrincipalPolicy',
}

# Bounds that stand in the documentation of a member, and not in its shape.
DOCUMENTED = {
    ('ecs', 'maxResults'): (1, 100),
    ('autoscaling', 'MaxRecords'): (1, 100),
    ('rds', 'MaxRecords'): (20, 100),
}

KINDS = {
    'string': 'text', 'character': 'text', 'integer': 'int', 'long': 'long', 'double': 'float',
    'float': 'float', 'boolean': 'bool', 'timestamp': 'time', 'blob': 'blob', 'list': 'list',
    'map': 'map', 'structure': 'struct',
}

HEAD = '# What this service takes, out of botocore\'s model by tests/sim/contract/shapes.py. Not edited by hand.\n'


class Table:
    """The shapes that the inputs of a service's operations reach."""

    def __init__(self, service):
        self.service, self.rows = service, {}
        model = botocore.session.get_session().get_service_model(service)
        self.query = model.metadata['protocol'] == 'query'
        self.heads = []
        for name in OPERATIONS[service].split():
            shape = model.operation_model(name).input_shape
            self.heads.append(f'op {name} {self.add(shape) if shape else "-"}')

    def add(self, shape, bounds=None):
        name = shape.name + ('.%d' % bounds[1] if bounds else '')
        if name in self.rows:
            return name
        self.rows[name] = None
        self.rows[name] = ' '.join([KINDS[shape.type_name], name, *self.rest(shape, bounds)])
        return name

    def rest(self, shape, bounds):
        least, most = bounds or (shape.metadata.get('min'), shape.metadata.get('max'))
        if least is not None or most is not None:
            show = lambda bound: '' if bound is None else f'{bound:.0f}'
            yield f'{show(least)}..{show(most)}'
        if shape.type_name == 'structure':
            for name, member in shape.members.items():
                sent = member.serialization.get('name', name) if self.query else name
                must = '!' if name in shape.required_members else ':'
                yield sent + must + self.add(member, DOCUMENTED.get((self.service, name)))
        elif shape.type_name == 'list':
            yield self.add(shape.member)
        elif shape.type_name == 'map':
            yield self.add(shape.value)
        elif getattr(shape, 'enum', None):
            assert not any(c in value for value in shape.enum for c in ' ,')
            yield '=' + ','.join(shape.enum)

    def text(self):
        return HEAD + '\n'.join(self.heads + sorted(self.rows.values())) + '\n'


out({service: Table(service).text() for service in OPERATIONS})
