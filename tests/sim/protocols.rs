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
    'lists': type(client('rds').describe_db_instances()['DBInstances']).__name__,
    'cbor': type(client('cloudwatch').describe_alarms()['MetricAlarms']).__name__,
    'rest': client('cloudfront', 'us-east-1').list_distributions_by_web_acl_id(
        WebACLId='arn:aws:wafv2:us-east-1:000000000000:global/webacl/none/1')['DistributionList']['Quantity'],
})",
    );
    let wanted = json!({ "json": "list", "query": "000000000000", "lists": "list", "cbor": "list", "rest": 0 });
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
    return [p['Name'] for p in ssm.describe_parameters()['Parameters']]
out([has(here), has(there)])",
    );
    assert_eq!(seen, json!([["/t"], []]));
}
