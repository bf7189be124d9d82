//! botocore reads the answers of every protocol, and the old ways to speak to CloudWatch.

use super::stage::{Account, body_of, status_of};
use serde_json::json;

#[test]
fn botocore_reads_an_answer_of_every_protocol() {
    let account = Account::start();
    let seen = account.python(
        "
out({
    'json': type(client('ecs').list_clusters()['clusterArns']).__name__,
    'query': client('sts').get_caller_identity()['Account'],
    'alias': client('iam').list_account_aliases()['AccountAliases'],
    'lists': type(client('rds').describe_db_instances()['DBInstances']).__name__,
    'cbor': type(client('cloudwatch').describe_alarms()['MetricAlarms']).__name__,
    'rest': client('cloudfront', 'us-east-1').list_distributions_by_web_acl_id(
        WebACLId='arn:aws:wafv2:us-east-1:000000000000:global/webacl/none/1')['DistributionList']['Quantity'],
})",
    );
    let wanted = json!({ "json": "list", "query": "000000000000", "alias": ["orchard-sim"], "lists": "list", "cbor": "list", "rest": 0 });
    assert_eq!(seen, wanted);
}

#[test]
fn cloudwatch_is_spoken_in_json_and_query_as_well() {
    let account = Account::start();
    let json = "Content-Type: application/x-amz-json-1.0\r\nX-Amz-Target: GraniteServiceVersion20100801.DescribeAlarms\r\n";
    let answer = account.post("/", json, "{}");
    assert!(
        status_of(&answer) == "200" && body_of(&answer).starts_with("{\""),
        "{answer}"
    );
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let answer = account.post("/", form, "Action=DescribeAlarms&Version=2010-08-01");
    let wanted = "<DescribeAlarmsResponse xmlns=\"http://monitoring.amazonaws.com/doc/2010-08-01/\"><DescribeAlarmsResult>";
    assert!(answer.contains(wanted), "{answer}");
}

#[test]
fn two_regions_are_two_worlds() {
    let account = Account::start();
    let seen = account.python(
        "
here, there = client('ssm'), client('ssm', 'eu-central-1')
here.put_parameter(Name='/t', Value='x', Type='String')
def has(ssm):
    return '/t' in [p['Name'] for p in ssm.describe_parameters()['Parameters']]
out([has(here), has(there)])",
    );
    assert_eq!(seen, json!([true, false]));
}

#[test]
fn a_live_tail_brings_its_events_each_second_as_botocore_reads_them() {
    let account = Account::start();
    let seen = account.python(
        "
from botocore.config import Config
logs = boto3.client('logs', endpoint_url=os.environ['ENDPOINT'], region_name=os.environ['AWS_REGION'],
                    config=Config(inject_host_prefix=False))
logs.create_log_group(logGroupName='/t')
logs.create_log_stream(logGroupName='/t', logStreamName='s')
arn = 'arn:aws:logs:' + os.environ['AWS_REGION'] + ':000000000000:log-group:/t'
seen = []
for event in logs.start_live_tail(logGroupIdentifiers=[arn])['responseStream']:
    seen.append(next(iter(event)))
    if len(seen) == 1:
        logs.put_log_events(logGroupName='/t', logStreamName='s',
                            logEvents=[{'timestamp': account_now(), 'message': 'hello'}])
    messages = [e['message'] for e in event.get('sessionUpdate', {}).get('sessionResults', [])]
    if messages or len(seen) > 5:
        break
out([seen[0], seen[-1], messages])"
            .replace("account_now()", "1768471200000")
            .as_str(),
    );
    assert_eq!(seen, json!(["sessionStart", "sessionUpdate", ["hello"]]));
}

#[test]
fn a_tail_that_cannot_begin_is_refused_before_the_stream() {
    let account = Account::start();
    let json =
        "Content-Type: application/x-amz-json-1.1\r\nX-Amz-Target: Logs_20140328.StartLiveTail\r\n";
    let answer = account.post("/", json, "{\"logGroupIdentifiers\":[\"/not/an/arn\"]}");
    assert_eq!(status_of(&answer), "400");
    assert!(
        body_of(&answer).contains("InvalidParameterException"),
        "{answer}"
    );
}
