# One script of what the console does with WAF, RDS, Logs, SSM and STS, run against moto and
# against the simulated account; what the console reads of the answers must be the same, or
# DIFFERENT says which of the two is right, and how that is known. Every raw answer of the
# simulated account is held against botocore's model as well.
import re
import uuid
import xml.etree.ElementTree as xml

from botocore.config import Config
from botocore.exceptions import ClientError

REGION = 'ap-northeast-2'

# Step -> why the two differ. Not named here: must be equal.
DIFFERENT = {
    'rds.create.status': 'moto makes snapshots at once; RDS begins with creating (aws-facts §2.7)',
    'rds.create.busy': 'moto knows no backing-up; RDS refuses a second snapshot meanwhile (aws-facts §2.7)',
    'rds.create.member': 'moto takes a snapshot of an Aurora member; RDS wants the cluster operation (aws-facts §2.7)',
    'rds.cluster.busy': 'moto knows no backing-up of clusters; InvalidDBClusterStateFault is in the operation\'s model',
    'rds.page.small': 'moto takes any MaxRecords; the model\'s documentation says 20 to 100',
    'waf.empty.description': 'moto takes an empty description; the model\'s pattern does not (aws-facts §3.4.1)',
    'waf.update.without.rules': 'moto keeps rules that are left out; AWS removes them all (aws-facts §1.5)',
    'waf.cloudfront.elsewhere': 'moto answers CLOUDFRONT in every region; AWS only in us-east-1 (aws-facts §3.4.7)',
    'logs.filter.json': 'moto does not read JSON patterns and gives every event (its own docstring)',
    'logs.filter.optional': 'moto does not read ?terms (its own docstring)',
    'logs.filter.exclude': 'moto does not read -terms (its own docstring)',
    'logs.filter.both': 'moto takes names and a prefix together; AWS calls them mutually exclusive ([M logs])',
    'logs.retention.odd': 'moto takes any number of days; AWS only those in the model\'s documentation',
    'logs.group.identifier.star': 'moto takes an ARN that ends in :*; AWS does not (aws-facts §4.1)',
    'logs.put.old': 'moto counts from the event before; the model calls the end exclusive, so that one old event ends at 1',
    'logs.filter.prefix': 'moto does not read logStreamNamePrefix in FilterLogEvents ([M logs])',
    'logs.groups.class': 'moto has no logGroupClass, which DescribeLogGroups answers ([M logs])',
    'rds.available.percent': 'moto leaves PercentProgress out; it is in the model of a snapshot',
    'ssm.value.long': 'moto takes a standard value of any length; the model\'s documentation says 4 KB (aws-facts §1.11)',
}

# Members that no model knows yet: they must pass through (aws-facts §3.4.2).
NEWER = {'BurstTolerance', 'RolloutConfig', 'Salt', 'MonetizationConfig', 'Novelty'}

WRONG = []
CHECKED = set()
CALLED = set()
# What this script must have called of the operations that the server knows; the stream has a test of its own.
SERVICES = ['wafv2', 'rds', 'logs', 'ssm', 'sts', 'cloudfront', 'iam']
STREAM = 'logs.StartLiveTail'


def known(services):
    """The operations that stand in the server's tables."""
    lines = {s: open(os.path.join(os.environ['SHAPES'], s + '.txt')).read().splitlines() for s in services}
    return {f'{s}.{line.split()[1]}' for s in services for line in lines[s] if line.startswith('op ')}


def check(shape, value, path):
    """JSON: members known, required ones there."""
    if value is None or shape is None:
        return
    if shape.type_name == 'structure':
        if not isinstance(value, dict):
            WRONG.append(f'{path}: no structure')
            return
        for name in shape.required_members:
            if value.get(name) is None:
                WRONG.append(f'{path}.{name} is missing')
        for name, inner in value.items():
            if name in shape.members:
                check(shape.members[name], inner, f'{path}.{name}')
            elif name not in NEWER:
                WRONG.append(f'{path}.{name} is in no model')
    elif shape.type_name == 'list':
        for inner in value:
            check(shape.member, inner, path + '[]')
    elif shape.type_name == 'map':
        for inner in value.values():
            check(shape.value, inner, path + '{}')


def local(element):
    return element.tag.split('}')[-1]


def wire_name(shape, name):
    return shape.serialization.get('name', name)


def check_xml(shape, element, path):
    """XML: the same, by element names."""
    if shape.type_name == 'structure':
        known = {wire_name(inner, name): (name, inner) for name, inner in shape.members.items()}
        there = {local(child) for child in element}
        for name in shape.required_members:
            if wire_name(shape.members[name], name) not in there:
                WRONG.append(f'{path}.{name} is missing')
        for child in element:
            if local(child) in known:
                check_xml(known[local(child)][1], child, f'{path}.{local(child)}')
            else:
                WRONG.append(f'{path}.{local(child)} is in no model')
    elif shape.type_name == 'list':
        item = shape.member.serialization.get('name', 'member')
        for child in element:
            if local(child) != item:
                WRONG.append(f'{path}: item {local(child)} for {item}')
            check_xml(shape.member, child, path + '[]')


def watch(operation_model, response_dict, **_):
    shape, service = operation_model.output_shape, operation_model.service_model
    path = f'{service.service_name}.{operation_model.name}'
    if response_dict['status_code'] == 200:
        CALLED.add(path)
    if shape is None or response_dict['status_code'] != 200:
        return
    body = response_dict['body']
    CHECKED.add(path)
    if service.metadata['protocol'].startswith('json'):
        check(shape, json.loads(body or b'{}'), path)
    elif service.metadata['protocol'] == 'query':
        result = [c for c in xml.fromstring(body) if local(c).endswith('Result')]
        for element in result:
            check_xml(shape, element, path)
    else:
        payload = shape.members[shape.serialization['payload']]
        check_xml(payload, xml.fromstring(body), path)


class Far:
    """One of the two far ends."""

    def __init__(self, endpoint, simulated):
        self.endpoint, self.simulated, self.clients, self.steps = endpoint, simulated, {}, {}

    def client(self, name, region=REGION):
        key = (name, region)
        if key not in self.clients:
            config = Config(retries={'max_attempts': 1}, inject_host_prefix=False, parameter_validation=False)
            made = boto3.client(name, region_name=region, endpoint_url=self.endpoint, config=config)
            if self.simulated:
                made.meta.events.register('before-parse', watch)
            self.clients[key] = made
        return self.clients[key]

    def step(self, name, read):
        """What a step reads, or the code of its refusal."""
        try:
            self.steps[name] = read()
        except ClientError as error:
            self.steps[name] = 'refused: ' + error.response['Error']['Code']
        except KeyError as missing:
            self.steps[name] = f'lacks {missing}'
        return self.steps[name]


def visibility(metric):
    return dict(SampledRequestsEnabled=True, CloudWatchMetricsEnabled=True, MetricName=metric)


def furnish(far):
    """moto begins empty: what the console reads of the simulated account's furniture."""
    group = lambda name, rules, n, override: dict(
        Name=name, Priority=n, OverrideAction=override, VisibilityConfig=visibility(name),
        Statement=dict(ManagedRuleGroupStatement=dict(VendorName='AWS', Name=rules)))
    far.client('wafv2').create_web_acl(
        Name='orchard-edge', Scope='REGIONAL', DefaultAction=dict(Allow={}), VisibilityConfig=visibility('orchard-edge'),
        Tags=[dict(Key='team', Value='orchard')],
        CustomResponseBodies={'slow-down': dict(ContentType='APPLICATION_JSON', Content='{}')},
        Rules=[
            group('admin-protection', 'AWSManagedRulesAdminProtectionRuleSet', 0, {'None': {}}),
            dict(Name='per-ip-1000', Priority=1, VisibilityConfig=visibility('per-ip-1000'),
                 Action=dict(Block=dict(CustomResponse=dict(
                     ResponseCode=429, CustomResponseBodyKey='slow-down',
                     ResponseHeaders=[dict(Name='retry-after', Value='60')]))),
                 Statement=dict(RateBasedStatement=dict(Limit=1000, EvaluationWindowSec=60, AggregateKeyType='IP'))),
            group('common', 'AWSManagedRulesCommonRuleSet', 2, {'Count': {}}),
            dict(Name='mark-foreign', Priority=3, Action=dict(Count={}), VisibilityConfig=visibility('mark-foreign'),
                 Statement=dict(NotStatement=dict(Statement=dict(GeoMatchStatement=dict(CountryCodes=['KR', 'JP']))))),
        ])
    rds = far.client('rds')
    rds.create_db_instance(
        DBInstanceIdentifier='orchard-db', Engine='mariadb', EngineVersion='10.11.9', DBInstanceClass='db.t3.medium', AllocatedStorage=100,
        MasterUsername='admin', MasterUserPassword='not-a-secret', BackupRetentionPeriod=7,
        PreferredBackupWindow='03:00-03:30', MultiAZ=False)
    rds.create_db_cluster(
        DBClusterIdentifier='orchard-aurora', Engine='aurora-mysql', MasterUsername='admin',
        MasterUserPassword='not-a-secret', BackupRetentionPeriod=7, PreferredBackupWindow='03:00-03:30')
    for n in range(2):
        rds.create_db_instance(DBInstanceIdentifier=f'orchard-aurora-{n}', Engine='aurora-mysql',
                               DBInstanceClass='db.r6g.large', DBClusterIdentifier='orchard-aurora')


def waf_steps(far):
    waf, step = far.client('wafv2'), far.step
    mine = lambda: next(a for a in waf.list_web_acls(Scope='REGIONAL', Limit=100)['WebACLs'] if a['Name'] == 'orchard-edge')
    at = dict(Name='orchard-edge', Id=mine()['Id'], Scope='REGIONAL')
    get = lambda: waf.get_web_acl(**at)
    step('waf.list', lambda: [sorted(mine()), mine()['ARN'].split(':')[2:4]])
    rate = lambda acl: next(r for r in acl['Rules'] if r['Name'] == 'per-ip-1000')

    def document():
        acl = get()['WebACL']
        rules = [(r['Name'], r['VisibilityConfig']['MetricName'], r.get('OverrideAction')) for r in sorted(acl['Rules'], key=lambda r: r['Priority'])]
        return [acl['DefaultAction'], acl['VisibilityConfig'], rules, rate(acl)['Statement']['RateBasedStatement']['Limit'],
                rate(acl)['Statement']['RateBasedStatement']['AggregateKeyType'], rate(acl)['Action'], sorted(acl['CustomResponseBodies'])]
    step('waf.get', document)
    step('waf.get.arn', lambda: waf.get_web_acl(ARN=mine()['ARN'])['WebACL']['Name'])

    def update(change, token=None):
        answer = get()
        acl = answer['WebACL']
        request = {k: acl[k] for k in ('DefaultAction', 'VisibilityConfig', 'CustomResponseBodies', 'Rules') if k in acl}
        change(request)
        return waf.update_web_acl(**at, LockToken=token or answer['LockToken'], **request)

    original = get()
    count = lambda request: rate(request).update(Action=dict(Count={}))

    def to_count():
        before = get()['LockToken']
        after = update(count)['NextLockToken']
        return [rate(get()['WebACL'])['Action'], before != after, get()['LockToken'] == after]
    step('waf.update', to_count)
    step('waf.update.old', lambda: update(lambda r: None, original['LockToken']))
    step('waf.update.nothing.changed', lambda: rate(get()['WebACL'])['Action'])
    step('waf.empty.description', lambda: update(lambda r: r.update(Description='')) and 'taken')
    step('waf.unknown', lambda: waf.get_web_acl(Name='orchard-edge', Id=str(uuid.uuid4()), Scope='REGIONAL'))
    step('waf.tags', lambda: waf.list_tags_for_resource(ResourceARN=mine()['ARN'])['TagInfoForResource']['TagList'])
    step('waf.cloudfront.elsewhere', lambda: waf.list_web_acls(Scope='CLOUDFRONT')['WebACLs'])
    step('waf.resource.none', lambda: 'WebACL' in waf.get_web_acl_for_resource(
        ResourceArn=f'arn:aws:elasticloadbalancing:{REGION}:000000000000:loadbalancer/app/none/0000000000000000'))

    def without_rules():
        update(lambda r: r.pop('Rules'))
        return len(get()['WebACL'].get('Rules', []))
    step('waf.update.without.rules', without_rules)

    def restore():
        update(lambda r: r.update(Rules=original['WebACL']['Rules']))
        return rate(get()['WebACL'])['Action'] == rate(original['WebACL'])['Action']
    step('waf.restore', restore)


def until(read, wanted):
    for _ in range(200):
        if read() == wanted:
            return
        time.sleep(0.1)


def rds_steps(far):
    rds, step = far.client('rds'), far.step
    read = ('DBInstanceIdentifier', 'Engine', 'DBInstanceClass', 'DBInstanceStatus', 'MultiAZ', 'AllocatedStorage',
            'PreferredBackupWindow', 'BackupRetentionPeriod', 'DBClusterIdentifier')
    one = lambda: rds.describe_db_instances(DBInstanceIdentifier='orchard-db')['DBInstances'][0]
    step('rds.instance', lambda: {k: one().get(k) for k in read})
    step('rds.instances', lambda: sorted(i['DBInstanceIdentifier'] for i in rds.describe_db_instances(MaxRecords=100)['DBInstances']))
    step('rds.members', lambda: [(i['DBClusterIdentifier'], i['DBInstanceStatus']) for i in rds.describe_db_instances(
        Filters=[dict(Name='db-cluster-id', Values=['orchard-aurora'])])['DBInstances']])
    cluster = lambda: rds.describe_db_clusters(DBClusterIdentifier='orchard-aurora')['DBClusters'][0]
    step('rds.cluster', lambda: [cluster()[k] for k in ('DBClusterIdentifier', 'Engine', 'Status', 'BackupRetentionPeriod', 'PreferredBackupWindow')]
         + sorted(m['DBInstanceIdentifier'] for m in cluster()['DBClusterMembers']))
    step('rds.instance.unknown', lambda: rds.describe_db_instances(DBInstanceIdentifier='nobody'))
    step('rds.cluster.unknown', lambda: rds.describe_db_clusters(DBClusterIdentifier='nobody'))
    step('rds.page.small', lambda: rds.describe_db_instances(MaxRecords=19) and 'taken')

    tags = [dict(Key='tidegate:session', Value='s1')]
    create = lambda name, of='orchard-db': rds.create_db_snapshot(DBSnapshotIdentifier=name, DBInstanceIdentifier=of, Tags=tags)['DBSnapshot']
    find = lambda name: rds.describe_db_snapshots(DBSnapshotIdentifier=name)['DBSnapshots'][0]
    made = {}
    def first():
        made.update(create('contract-1'))
        return [made[k] for k in ('DBSnapshotIdentifier', 'DBInstanceIdentifier', 'SnapshotType', 'Engine', 'AllocatedStorage')]
    step('rds.create', first)
    step('rds.create.status', lambda: made['Status'])
    step('rds.create.busy', lambda: create('contract-busy')['DBSnapshotIdentifier'])
    until(lambda: find('contract-1')['Status'], 'available')
    step('rds.available', lambda: [find('contract-1')[k] for k in ('Status', 'SnapshotType', 'DBInstanceIdentifier')]
         + [one()['DBInstanceStatus'], 'SnapshotCreateTime' in find('contract-1')])
    step('rds.available.percent', lambda: find('contract-1')['PercentProgress'])
    step('rds.create.again', lambda: create('contract-1'))
    step('rds.create.nobody', lambda: create('contract-2', 'nobody'))
    step('rds.create.member', lambda: create('contract-3', 'orchard-aurora-0')['DBSnapshotIdentifier'])
    step('rds.create.badname', lambda: create('contract-')['DBSnapshotIdentifier'])
    step('rds.create.blank', lambda: create('1contract')['DBSnapshotIdentifier'])
    step('rds.tags', lambda: rds.list_tags_for_resource(ResourceName=made['DBSnapshotArn'])['TagList'])
    def more_tags():
        rds.add_tags_to_resource(ResourceName=made['DBSnapshotArn'], Tags=[dict(Key='more', Value='')])
        return sorted(t['Key'] for t in rds.list_tags_for_resource(ResourceName=made['DBSnapshotArn'])['TagList'])
    step('rds.tags.more', more_tags)
    def fewer_tags():
        rds.remove_tags_from_resource(ResourceName=made['DBSnapshotArn'], TagKeys=['more'])
        return sorted(t['Key'] for t in rds.list_tags_for_resource(ResourceName=made['DBSnapshotArn'])['TagList'])
    step('rds.tags.fewer', fewer_tags)
    step('rds.create.upper', lambda: create('Contract-Upper')['DBSnapshotIdentifier'])
    step('rds.of.instance', lambda: 'contract-1' in [s['DBSnapshotIdentifier'] for s in rds.describe_db_snapshots(
        DBInstanceIdentifier='orchard-db', SnapshotType='manual', MaxRecords=100)['DBSnapshots']])
    step('rds.snapshot.unknown', lambda: find('none'))
    step('rds.delete', lambda: rds.delete_db_snapshot(DBSnapshotIdentifier='contract-1')['DBSnapshot']['DBSnapshotIdentifier'])
    step('rds.delete.again', lambda: rds.delete_db_snapshot(DBSnapshotIdentifier='contract-1'))

    create_of = lambda name, of='orchard-aurora': rds.create_db_cluster_snapshot(
        DBClusterSnapshotIdentifier=name, DBClusterIdentifier=of, Tags=tags)['DBClusterSnapshot']
    find_of = lambda name: rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=name)['DBClusterSnapshots'][0]
    step('rds.cluster.create', lambda: [create_of('contract-c')[k] for k in ('DBClusterSnapshotIdentifier', 'DBClusterIdentifier', 'SnapshotType', 'Engine')])
    step('rds.cluster.busy', lambda: create_of('contract-d')['DBClusterSnapshotIdentifier'])
    until(lambda: find_of('contract-c')['Status'], 'available')
    step('rds.cluster.available', lambda: [find_of('contract-c')[k] for k in ('Status', 'PercentProgress', 'SnapshotType')])
    step('rds.cluster.create.again', lambda: create_of('contract-c'))
    step('rds.cluster.create.nobody', lambda: create_of('contract-e', 'nobody'))
    step('rds.cluster.snapshot.unknown', lambda: find_of('none'))
    step('rds.cluster.delete', lambda: rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier='contract-c')['DBClusterSnapshot']['DBClusterSnapshotIdentifier'])


def logs_steps(far):
    logs, step = far.client('logs'), far.step
    name = '/contract/' + uuid.uuid4().hex[:8]
    step('logs.create', lambda: logs.create_log_group(logGroupName=name) and 'made')
    step('logs.create.again', lambda: logs.create_log_group(logGroupName=name))
    for stream in ('a/1', 'b/1'):
        logs.create_log_stream(logGroupName=name, logStreamName=stream)
    step('logs.stream.again', lambda: logs.create_log_stream(logGroupName=name, logStreamName='a/1'))
    now = int(time.time() * 1000)
    put = lambda stream, rows: logs.put_log_events(logGroupName=name, logStreamName=stream, logEvents=[
        dict(timestamp=now + at, message=text) for at, text in rows])
    put('a/1', [(0, 'ERROR out of memory'), (2, '{"level":"WARN","status":503}'), (9, 'plain')])
    put('b/1', [(1, 'WARN slow'), (3, 'ERROR again')])
    step('logs.put.nowhere', lambda: put('c/1', [(0, 'x')]))
    step('logs.put.group', lambda: logs.put_log_events(logGroupName='/none', logStreamName='a', logEvents=[dict(timestamp=now, message='x')]))
    step('logs.put.old', lambda: put('a/1', [(-20 * 86_400_000, 'old')])['rejectedLogEventsInfo'])

    def found(**query):
        events, token = [], {}
        while True:
            page = logs.filter_log_events(logGroupName=name, **query, **token)
            events += page['events']
            if 'nextToken' not in page:
                break
            token = dict(nextToken=page['nextToken'])
        assert len({e['eventId'] for e in events}) == len(events)
        return [(e['timestamp'] - now, e['logStreamName'], e['message'], 'ingestionTime' in e) for e in events]
    step('logs.filter', lambda: found(interleaved=True))
    step('logs.filter.pages', lambda: found(limit=2, interleaved=True))
    step('logs.filter.time', lambda: found(startTime=now + 1, endTime=now + 3, interleaved=True))
    step('logs.filter.names', lambda: found(logStreamNames=['b/1']))
    step('logs.filter.prefix', lambda: found(logStreamNamePrefix='a/'))
    step('logs.filter.term', lambda: found(filterPattern='ERROR', interleaved=True))
    step('logs.filter.terms', lambda: found(filterPattern='ERROR again'))
    step('logs.filter.quoted', lambda: found(filterPattern='"out of memory"'))
    step('logs.filter.json', lambda: found(filterPattern='{ $.status >= 500 && $.level = "WARN" }', interleaved=True))
    step('logs.filter.optional', lambda: found(filterPattern='?again ?slow', interleaved=True))
    step('logs.filter.exclude', lambda: found(filterPattern='ERROR -again', interleaved=True))
    step('logs.filter.both', lambda: len(found(logStreamNames=['b/1'], logStreamNamePrefix='a/')))
    step('logs.filter.nowhere', lambda: logs.filter_log_events(logGroupName='/none'))
    step('logs.filter.limit', lambda: logs.filter_log_events(logGroupName=name, limit=10_001))

    def read_stream():
        read = lambda **more: logs.get_log_events(logGroupName=name, logStreamName='a/1', **more)
        newest = read(limit=2)
        first = read(limit=2, startFromHead=True)
        second = read(limit=2, startFromHead=True, nextToken=first['nextForwardToken'])
        end = read(limit=2, startFromHead=True, nextToken=second['nextForwardToken'])
        texts = [[e['message'] for e in page['events']] for page in (newest, first, second, end)]
        return texts + [end['nextForwardToken'] == second['nextForwardToken']]
    step('logs.stream', read_stream)
    step('logs.stream.nowhere', lambda: logs.get_log_events(logGroupName=name, logStreamName='zz'))
    step('logs.streams', lambda: [s['logStreamName'] for s in logs.describe_log_streams(logGroupName=name)['logStreams']])
    step('logs.streams.newest', lambda: [(s['logStreamName'], s['lastEventTimestamp'] - now) for s in logs.describe_log_streams(
        logGroupName=name, orderBy='LastEventTime', descending=True)['logStreams']])
    step('logs.streams.prefix', lambda: [s['logStreamName'] for s in logs.describe_log_streams(logGroupName=name, logStreamNamePrefix='b')['logStreams']])
    step('logs.retention', lambda: logs.put_retention_policy(logGroupName=name, retentionInDays=7) and 'set')
    step('logs.retention.odd', lambda: logs.put_retention_policy(logGroupName=name, retentionInDays=8) and 'taken')
    logs.put_retention_policy(logGroupName=name, retentionInDays=7)

    step('logs.retention.none', lambda: logs.delete_retention_policy(logGroupName=name) and 'gone')
    logs.put_retention_policy(logGroupName=name, retentionInDays=7)

    def groups(**query):
        rows = logs.describe_log_groups(**query)['logGroups']
        return [(g['retentionInDays'], g['logGroupName'] == name, g['arn'].endswith(':*')) for g in rows if g['logGroupName'] == name]
    step('logs.groups', lambda: groups(limit=50))
    step('logs.groups.class', lambda: logs.describe_log_groups(logGroupNamePrefix=name)['logGroups'][0]['logGroupClass'])
    step('logs.groups.pattern', lambda: groups(logGroupNamePattern=name[3:]))
    step('logs.groups.prefix', lambda: groups(logGroupNamePrefix='/contract/'))
    step('logs.exports', lambda: [t for t in logs.describe_export_tasks()['exportTasks'] if t['logGroupName'] == name])
    arn = f'arn:aws:logs:{REGION}:000000000000:log-group:{name}:*'
    step('logs.group.identifier.star', lambda: logs.filter_log_events(logGroupIdentifier=arn) and 'taken')
    step('logs.delete', lambda: logs.delete_log_group(logGroupName=name) and 'gone')


def ssm_steps(far):
    ssm, step = far.client('ssm'), far.step
    put = lambda name, value='v', **more: ssm.put_parameter(Name=name, Value=value, Type='String', **more)
    path = '/tidegate/' + uuid.uuid4().hex[:8] + '/session'
    step('ssm.put', lambda: put(path + '/1', Tags=[dict(Key='k', Value='v')])['Version'])
    step('ssm.put.again', lambda: put(path + '/1'))
    step('ssm.put.over', lambda: put(path + '/1', 'w', Overwrite=True)['Version'])
    step('ssm.get', lambda: [ssm.get_parameter(Name=path + '/1')['Parameter'][k] for k in ('Type', 'Value', 'Version', 'DataType')])
    step('ssm.get.version', lambda: ssm.get_parameter(Name=path + '/1:1')['Parameter']['Value'])
    step('ssm.get.none', lambda: ssm.get_parameter(Name=path + '/9'))
    for n in range(2, 14):
        put(f'{path}/{n}')

    def by_path():
        rows, token = [], {}
        while True:
            page = ssm.get_parameters_by_path(Path=path, Recursive=True, MaxResults=10, **token)
            rows += [p['Name'][len(path):] for p in page['Parameters']]
            if not page.get('NextToken'):
                return sorted(rows)
            token = dict(NextToken=page['NextToken'])
    step('ssm.path', by_path)
    step('ssm.path.many', lambda: ssm.get_parameters_by_path(Path=path, MaxResults=11))
    step('ssm.several', lambda: [len(ssm.get_parameters(Names=[path + '/1', path + '/2', '/none'])[k]) for k in ('Parameters', 'InvalidParameters')])
    step('ssm.secret', lambda: ssm.put_parameter(Name=path + '/s', Value='hush', Type='SecureString')['Version'])
    step('ssm.secret.shown', lambda: [ssm.get_parameter(Name=path + '/s', WithDecryption=d)['Parameter']['Value'] == 'hush' for d in (True, False)])
    step('ssm.value.long', lambda: put(path + '/long', 'x' * 4097)['Version'])
    step('ssm.reserved', lambda: put('/aws/x')['Version'])
    step('ssm.tags', lambda: ssm.list_tags_for_resource(ResourceType='Parameter', ResourceId=path + '/1')['TagList'])
    step('ssm.tags.more', lambda: ssm.add_tags_to_resource(ResourceType='Parameter', ResourceId=path + '/1', Tags=[dict(Key='m', Value='n')]) and 'added')
    step('ssm.history', lambda: [(p['Version'], p['Value']) for p in ssm.get_parameter_history(Name=path + '/1')['Parameters']])
    step('ssm.described', lambda: [p['Version'] for p in ssm.describe_parameters(
        ParameterFilters=[dict(Key='Name', Values=[path + '/1'])])['Parameters']])
    step('ssm.delete', lambda: ssm.delete_parameter(Name=path + '/1') and 'gone')
    step('ssm.delete.again', lambda: ssm.delete_parameter(Name=path + '/1'))
    step('ssm.delete.several', lambda: [len(ssm.delete_parameters(Names=[path + '/2', '/none'])[k]) for k in ('DeletedParameters', 'InvalidParameters')])


def sts_steps(far):
    sts, step = far.client('sts'), far.step
    step('sts.identity', lambda: [sorted(set(sts.get_caller_identity()) - {'ResponseMetadata'}), len(sts.get_caller_identity()['Account'])])
    role = lambda: sts.assume_role(RoleArn='arn:aws:iam::000000000000:role/ops', RoleSessionName='contract', DurationSeconds=900)
    step('sts.role', lambda: [sorted(role()['Credentials']), role()['AssumedRoleUser']['Arn'].split(':')[-1]])
    step('sts.session', lambda: sorted(sts.get_session_token()['Credentials']))


def alone(far):
    """What moto does not have: only held against the model, and looked at."""
    waf, rds, logs = far.client('wafv2'), far.client('rds'), far.client('logs')
    # moto's account has no alias until one is made; here it has one from the start.
    aliases = far.client('iam').list_account_aliases()
    assert aliases['AccountAliases'] == ['orchard-sim'] and not aliases['IsTruncated'], aliases
    may = far.client('iam').simulate_principal_policy(PolicySourceArn='arn:aws:iam::000000000000:user/operator', ActionNames=['wafv2:UpdateWebACL'], ResourceArns=['*'])
    assert [(r['EvalActionName'], r['EvalDecision']) for r in may['EvaluationResults']] == [('wafv2:UpdateWebACL', 'allowed')], may
    acl = waf.list_web_acls(Scope='REGIONAL')['WebACLs'][0]
    resources = waf.list_resources_for_web_acl(WebACLArn=acl['ARN'])['ResourceArns']
    assert len(resources) == 1, resources
    assert waf.list_resources_for_web_acl(WebACLArn=acl['ARN'], ResourceType='AMPLIFY')['ResourceArns'] == []
    assert waf.get_web_acl_for_resource(ResourceArn=resources[0])['WebACL']['Name'] == 'orchard-edge'
    end = datetime.datetime.now(datetime.timezone.utc)
    window = dict(StartTime=end - datetime.timedelta(minutes=15), EndTime=end + datetime.timedelta(hours=9))
    for metric in ('Default_Action', 'admin-protection', 'per-ip-1000'):
        waf.get_sampled_requests(WebAclArn=acl['ARN'], RuleMetricName=metric, Scope='REGIONAL', TimeWindow=window, MaxItems=500)
    waf.get_rate_based_statement_managed_keys(Scope='REGIONAL', WebACLName=acl['Name'], WebACLId=acl['Id'], RuleName='per-ip-1000')
    rules = waf.get_web_acl(Name=acl['Name'], Id=acl['Id'], Scope='REGIONAL')['WebACL']['Rules']
    assert waf.check_capacity(Scope='REGIONAL', Rules=rules)['Capacity'] > 800
    for group in waf.list_rule_groups(Scope='REGIONAL')['RuleGroups']:
        waf.get_rule_group(ARN=group['ARN'])
    for found in waf.list_ip_sets(Scope='REGIONAL')['IPSets']:
        waf.get_ip_set(Name=found['Name'], Id=found['Id'], Scope='REGIONAL')
    edge = far.client('wafv2', 'us-east-1').list_web_acls(Scope='CLOUDFRONT')['WebACLs'][0]
    behind = far.client('cloudfront', 'us-east-1').list_distributions_by_web_acl_id(WebACLId=edge['ARN'])['DistributionList']
    assert behind['Quantity'] == 1 and behind['Items'][0]['ARN'].startswith('arn:aws:cloudfront::'), behind
    destinations = waf.get_logging_configuration(ResourceArn=acl['ARN'])['LoggingConfiguration']['LogDestinationConfigs']
    assert destinations[0].endswith('aws-waf-logs-orchard-edge'), destinations
    group = waf.describe_managed_rule_group(VendorName='AWS', Name='AWSManagedRulesAdminProtectionRuleSet', Scope='REGIONAL')
    assert [r['Name'] for r in group['Rules']] == ['AdminProtection_URIPATH'] and group['Capacity'] == 100, group
    files = rds.describe_db_log_files(DBInstanceIdentifier='orchard-db', FilenameContains='slowquery')['DescribeDBLogFiles']
    assert len(files) > 20 and all(f['Size'] > 0 for f in files), files
    groups = rds.describe_db_parameter_groups()['DBParameterGroups']
    assert [g['DBParameterGroupFamily'] for g in groups] == ['mariadb10.11', 'aurora-mysql8.0'], groups
    assert logs.describe_metric_filters(logGroupName='/ecs/orchard-api')['metricFilters'] == []
    rds.describe_account_attributes()
    assert rds.describe_events(Duration=60)['Events']
    rds.describe_pending_maintenance_actions()
    assert len(rds.describe_db_snapshots(SnapshotType='automated')['DBSnapshots']) >= 6
    rds.describe_db_cluster_snapshots()
    rds.describe_db_clusters()
    names = [g['logGroupName'] for g in logs.list_log_groups(logGroupNamePattern='^/ecs')['logGroups']]
    assert names == ['/ecs/orchard-admin', '/ecs/orchard-api', '/ecs/orchard-batch-worker'], names
    logs.list_tags_for_resource(resourceArn=f'arn:aws:logs:{REGION}:000000000000:log-group:/ecs/orchard-api')
    assert len(logs.test_metric_filter(filterPattern='ERROR', logEventMessages=['an ERROR', 'none'])['matches']) == 1
    until(lambda: bool(logs.filter_log_events(logGroupName='/ecs/orchard-batch-worker')['events']), True)


moto, sim = Far(os.environ['MOTO'], False), Far(os.environ['SIM'], True)
furnish(moto)
for steps in (sts_steps, waf_steps, rds_steps, logs_steps, ssm_steps):
    for far in (moto, sim):
        steps(far)
alone(sim)
equal = [name for name in sim.steps if sim.steps[name] == moto.steps[name]]
unlike = {name: {'moto': moto.steps[name], 'sim': sim.steps[name]} for name in sim.steps if name not in equal}
out({
    'steps': len(sim.steps),
    'unexplained': {name: both for name, both in unlike.items() if name not in DIFFERENT},
    'needless': [name for name in DIFFERENT if name not in unlike],
    'explained': {name: both for name, both in unlike.items() if name in DIFFERENT},
    'wrong': sorted(set(WRONG)),
    'checked': len(CHECKED),
    'left out': sorted(known(SERVICES) - CALLED - {STREAM}),
})
