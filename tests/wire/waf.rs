//! Web ACLs as boto3 made them, and documents that moto does not model, from the proxy.

use crate::support::{
    moto::{Account, Moto},
    proxy::{Answer, Proxy, Trouble},
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tidegate::aws::client::Patience;
use tidegate::aws::splice::splice;
use tidegate::aws::{Aws, Options};
use tidegate::domain::change::{Field, Target};
use tidegate::domain::fault::{FaultKind, Part};
use tidegate::domain::subject::{Observation, Subject};
use tidegate::domain::waf::{Acl, AclScope, Aggregate, RawJson, RuleAction, RuleKind, RuleRef};
use tidegate::domain::write::RuleEdit;

fn with_acls(account: &Account, scope: &str, region: &str, count: usize) {
    account.python(&format!(
        "
waf = client('wafv2', '{region}')
def seen(name): return dict(SampledRequestsEnabled=True, CloudWatchMetricsEnabled=True, MetricName=name)
for n in range({count}):
    waf.create_web_acl(Name=f'edge-{{n}}', Scope='{scope}', DefaultAction=dict(Allow={{}}), VisibilityConfig=seen('edge'), Rules=[
        dict(Name='common', Priority=7, OverrideAction=dict(Count={{}}), VisibilityConfig=seen('crs'), Statement=dict(
            ManagedRuleGroupStatement=dict(VendorName='AWS', Name='AWSManagedRulesCommonRuleSet'))),
        dict(Name='per-ip-1000', Priority=1, VisibilityConfig=seen('per-ip'),
            Action=dict(Block=dict(CustomResponse=dict(ResponseCode=429))),
            Statement=dict(RateBasedStatement=dict(Limit=1000, EvaluationWindowSec=60, AggregateKeyType='IP')))])
"
    ));
}

async fn first(aws: &Aws) -> Acl {
    aws.acls(AclScope::Regional)
        .await
        .expect("web ACLs")
        .remove(0)
}

fn rate_rule(acl: &Acl) -> RuleRef {
    RuleRef {
        acl: acl.at.clone(),
        rule: "per-ip-1000".into(),
    }
}

#[tokio::test]
async fn a_web_acl_is_read_with_its_rules_in_priority_order() {
    let account = Moto::shared().account();
    with_acls(&account, "REGIONAL", account.region, 1);
    let acl = first(&account.aws().await).await;
    let [rate, managed] = acl.rules.as_slice() else {
        panic!("two rules")
    };
    assert_eq!(
        (rate.name.as_str(), rate.metric.as_str(), &rate.action),
        ("per-ip-1000", "per-ip", &RuleAction::Block)
    );
    let statement = rate.rate().expect("a rate rule");
    assert_eq!(
        (statement.limit, statement.window, &statement.aggregate),
        (1000, 60, &Aggregate::Ip)
    );
    let action: Value =
        serde_json::from_str(rate.raw_action.as_ref().expect("an action").as_str()).expect("JSON");
    assert_eq!(
        action,
        json!({ "Block": { "CustomResponse": { "ResponseCode": 429 } } })
    );
    assert!(
        matches!(&managed.kind, RuleKind::ManagedGroup { name, .. } if name.as_str() == "AWSManagedRulesCommonRuleSet")
    );
    assert!(acl.unknown_members.is_empty(), "{:?}", acl.unknown_members);
}

#[tokio::test]
async fn cloudfront_scope_is_asked_in_us_east_1() {
    let account = Moto::shared().account();
    with_acls(&account, "CLOUDFRONT", "us-east-1", 1);
    let proxy = Proxy::before_moto();
    let aws = account.aws_at(&proxy.url()).await;
    let acls = aws.acls(AclScope::Cloudfront).await.expect("web ACLs");
    assert_eq!((acls.len(), acls[0].at.scope), (1, AclScope::Cloudfront));
    assert!(proxy.calls().iter().all(|c| c.region == "us-east-1"));
    assert!(
        aws.acls(AclScope::Regional)
            .await
            .expect("web ACLs")
            .is_empty()
    );
}

#[tokio::test]
async fn a_list_of_several_pages_is_read_in_order_and_what_vanished_is_left_out() {
    let account = Moto::shared().account();
    with_acls(&account, "REGIONAL", account.region, 3);
    let truth = account.python("out(client('wafv2').list_web_acls(Scope='REGIONAL')['WebACLs'])");
    let mut rows = truth.as_array().expect("rows").clone();
    rows.insert(
        1,
        json!({ "Name": "gone", "Id": "00000000-0000-0000-0000-000000000000" }),
    );
    let proxy = Proxy::before_moto();
    proxy.answer("ListWebACLs", move |call| {
        let from = call.json()["NextMarker"]
            .as_str()
            .and_then(|m| m.parse().ok())
            .unwrap_or(0_usize);
        assert_eq!(call.json()["Limit"], 100);
        let next = (from + 1 < rows.len()).then(|| (from + 1).to_string());
        Answer::Json(json!({ "WebACLs": [rows[from]], "NextMarker": next }))
    });
    let acls = account
        .aws_at(&proxy.url())
        .await
        .acls(AclScope::Regional)
        .await
        .expect("web ACLs");
    let names: Vec<&str> = acls.iter().map(|a| a.at.name.as_str()).collect();
    assert_eq!(names, ["edge-0", "edge-1", "edge-2"]);
    assert_eq!(proxy.count("ListWebACLs"), 4);
}

/// An answer as a newer AWS would give it: members no SDK of ours knows, numbers as they please.
const NEWER: &str = r#"{"LockToken":"tok","WebACL":{"Name":"edge-0","Id":"ID","ARN":"arn:aws:wafv2:eu-west-1:1:regional/webacl/edge-0/ID",
 "DefaultAction":{"Allow":{}},"Description":"", "Rules":[ {"Name":"per-ip-1000","Priority":1,"Novelty":{"n":12345678901234567890},
 "Action":{"Block":{"CustomResponse":{"ResponseCode":429}}} ,"Statement":{"RateBasedStatement":{"Limit":1000,"AggregateKeyType":"IP","Warp":1.50}},
 "VisibilityConfig":{"SampledRequestsEnabled":true,"CloudWatchMetricsEnabled":true,"MetricName":"per-ip"}}],
 "VisibilityConfig":{"SampledRequestsEnabled":true,"CloudWatchMetricsEnabled":true,"MetricName":"edge"}}}"#;

#[tokio::test]
async fn members_no_sdk_knows_come_through_by_letter() {
    let account = Moto::shared().account();
    with_acls(&account, "REGIONAL", account.region, 1);
    let proxy = Proxy::before_moto();
    proxy.answer("GetWebACL", |_| {
        Answer::Raw(200, "application/x-amz-json-1.1", NEWER.into())
    });
    let acl = first(&account.aws_at(&proxy.url()).await).await;
    assert!(NEWER.contains(&*acl.raw.document));
    let edit = RuleEdit::Action(RawJson(r#"{"Count":{}}"#.into()));
    let body = splice(&acl.raw, &"per-ip-1000".into(), &edit)
        .expect("spliced")
        .body;
    assert!(
        body.contains(r#""Novelty":{"n":12345678901234567890}"#) && body.contains(r#""Warp":1.50"#),
        "{body}"
    );
    assert!(
        body.contains(r#""Action":{"Count":{}} ,"#) && !body.contains("Description"),
        "{body}"
    );
}

#[tokio::test]
async fn boto3_takes_the_spliced_request_and_finds_one_difference() {
    let account = Moto::shared().account();
    with_acls(&account, "REGIONAL", account.region, 1);
    let acl = first(&account.aws().await).await;
    let body = splice(&acl.raw, &"per-ip-1000".into(), &RuleEdit::Limit(20_000))
        .expect("spliced")
        .body;
    let quoted = serde_json::to_string(&body).expect("a string");
    let after = account.python(&format!(
        "
def without_nulls(value):
    if isinstance(value, dict): return {{k: without_nulls(v) for k, v in value.items() if v is not None}}
    return [without_nulls(v) for v in value] if isinstance(value, list) else value
waf = client('wafv2'); body = without_nulls(json.loads({quoted})); waf.update_web_acl(**body)
out(waf.get_web_acl(Name=body['Name'], Id=body['Id'], Scope='REGIONAL')['WebACL'])"
    ));
    let mut expected: Value = serde_json::from_str(&acl.raw.document).expect("JSON");
    let rule = expected["Rules"]
        .as_array()
        .expect("rules")
        .iter()
        .position(|r| r["Name"] == "per-ip-1000")
        .expect("it");
    expected["Rules"][rule]["Statement"]["RateBasedStatement"]["Limit"] = json!(20_000);
    assert_eq!(
        without_nulls(&after["Rules"]),
        without_nulls(&expected["Rules"])
    );
    assert_eq!(after["DefaultAction"], expected["DefaultAction"]);
}

/// moto shows what is not set as null; AWS does not show it.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Array(all) => all.iter().map(without_nulls).collect(),
        Value::Object(members) => members
            .iter()
            .filter(|(_, v)| !v.is_null())
            .map(|(k, v)| (k.clone(), without_nulls(v)))
            .collect(),
        other => other.clone(),
    }
}

fn with_detail(proxy: &Proxy) {
    proxy.json(
        "GetSampledRequests",
        json!({ "PopulationSize": 412, "SampledRequests": [{
            "Request": { "ClientIP": "203.0.113.7", "Country": "KR", "URI": "/login", "Method": "POST" },
            "Weight": 3, "Timestamp": 1_790_000_000, "Action": "BLOCK", "ResponseCodeSent": 429
        }] }),
    );
    proxy.json(
        "GetRateBasedStatementManagedKeys",
        json!({ "ManagedKeysIPV4": { "IPAddressVersion": "IPV4", "Addresses": ["203.0.113.7/32"] },
                "ManagedKeysIPV6": { "IPAddressVersion": "IPV6", "Addresses": ["2001:db8::1/128"] } }),
    );
    proxy.answer("ListResourcesForWebACL", |call| {
        let asked = call.json()["ResourceType"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let found = if asked == "APPLICATION_LOAD_BALANCER" {
            vec!["arn:alb/a", "arn:alb/b"]
        } else {
            Vec::new()
        };
        Answer::Json(json!({ "ResourceArns": found }))
    });
}

#[tokio::test]
async fn the_detail_of_a_rule_has_samples_addresses_and_resources() {
    let account = Moto::shared().account();
    with_acls(&account, "REGIONAL", account.region, 1);
    let proxy = Proxy::before_moto();
    with_detail(&proxy);
    let aws = account.aws_at(&proxy.url()).await;
    let rule = rate_rule(&first(&aws).await);
    let until = "2026-09-21T14:00:00Z".parse().expect("a time");
    let detail = aws
        .rule_detail(&rule, &"per-ip".into(), true, until)
        .await
        .expect("detail");
    assert_eq!(
        (
            detail.population,
            detail.samples[0].client.as_str(),
            detail.samples[0].status
        ),
        (412, "203.0.113.7", Some(429))
    );
    assert_eq!(detail.limited.as_ref().map(Vec::len), Some(2));
    assert_eq!(detail.resources, ["arn:alb/a".into(), "arn:alb/b".into()]);
    assert_eq!(proxy.count("ListResourcesForWebACL"), 7);
    let sampled = proxy
        .calls()
        .into_iter()
        .find(|c| c.operation == "GetSampledRequests")
        .expect("asked")
        .json();
    assert_eq!(
        (&sampled["RuleMetricName"], &sampled["MaxItems"]),
        (&json!("per-ip"), &json!(500))
    );
    let counts = aws
        .limited(std::slice::from_ref(&rule))
        .await
        .expect("counted");
    assert_eq!(counts, [(rule, Some(2))]);
}

#[tokio::test]
async fn an_empty_quarter_of_an_hour_is_followed_by_the_whole_three() {
    let account = Moto::shared().account();
    with_acls(&account, "REGIONAL", account.region, 1);
    let proxy = Proxy::before_moto();
    with_detail(&proxy);
    proxy.json(
        "GetSampledRequests",
        json!({ "PopulationSize": 0, "SampledRequests": [] }),
    );
    let aws = account.aws_at(&proxy.url()).await;
    let rule = rate_rule(&first(&aws).await);
    let until = "2026-09-21T14:00:00Z".parse().expect("a time");
    aws.rule_detail(&rule, &"per-ip".into(), false, until)
        .await
        .expect("detail");
    let starts = proxy
        .calls()
        .into_iter()
        .filter(|c| c.operation == "GetSampledRequests");
    let starts: Vec<i64> = starts
        .filter_map(|c| c.json()["TimeWindow"]["StartTime"].as_i64())
        .collect();
    assert_eq!(
        starts.iter().map(|s| 1_789_999_200 - s).collect::<Vec<_>>(),
        [15 * 60, 175 * 60]
    );
    assert_eq!(proxy.count("GetRateBasedStatementManagedKeys"), 0);
}

#[tokio::test]
async fn parts_that_fail_are_gaps_and_an_aggregate_without_a_list_is_none() {
    let account = Moto::shared().account();
    with_acls(&account, "REGIONAL", account.region, 1);
    let proxy = Proxy::before_moto();
    with_detail(&proxy);
    proxy.trouble(
        "ListResourcesForWebACL",
        Trouble::Error(400, "AccessDeniedException"),
        9,
    );
    proxy.trouble(
        "GetRateBasedStatementManagedKeys",
        Trouble::Error(400, "WAFUnsupportedAggregateKeyTypeException"),
        9,
    );
    let aws = account.aws_at(&proxy.url()).await;
    let rule = rate_rule(&first(&aws).await);
    let until = "2026-09-21T14:00:00Z".parse().expect("a time");
    let detail = aws
        .rule_detail(&rule, &"per-ip".into(), true, until)
        .await
        .expect("detail");
    assert_eq!(
        (detail.samples.len(), &detail.limited, detail.gaps.len()),
        (1, &None, 1)
    );
    assert_eq!(detail.gaps[0].fault.kind, FaultKind::Denied);
    assert_eq!(detail.gaps[0].part, Part::Resources);
    assert_eq!(proxy.count("ListResourcesForWebACL"), 1);
}

#[tokio::test]
async fn a_cloudfront_acl_names_its_distributions() {
    let account = Moto::shared().account();
    with_acls(&account, "CLOUDFRONT", "us-east-1", 1);
    let proxy = Proxy::before_moto();
    proxy.answer("ListDistributionsByWebACLId", |_| {
        let item = r"<DistributionSummary><Id>E1</Id><ARN>arn:aws:cloudfront::1:distribution/E1</ARN><Status>Deployed</Status>
            <LastModifiedTime>2026-09-20T14:00:00Z</LastModifiedTime><DomainName>d.cloudfront.net</DomainName><Comment></Comment>
            <PriceClass>PriceClass_All</PriceClass><Enabled>true</Enabled><WebACLId>w</WebACLId><HttpVersion>http2</HttpVersion>
            <IsIPV6Enabled>true</IsIPV6Enabled><Staging>false</Staging></DistributionSummary>";
        let list = format!("<DistributionList><Marker></Marker><MaxItems>100</MaxItems><IsTruncated>false</IsTruncated><Quantity>1</Quantity><Items>{item}</Items></DistributionList>");
        Answer::Raw(200, "text/xml", list.into())
    });
    let aws = account.aws_at(&proxy.url()).await;
    let acl = aws
        .acls(AclScope::Cloudfront)
        .await
        .expect("web ACLs")
        .remove(0);
    let (resources, gaps) = aws.resources(&acl.at).await;
    assert_eq!(
        (resources.as_slice(), gaps.len()),
        (&["arn:aws:cloudfront::1:distribution/E1".into()][..], 0)
    );
}

#[tokio::test]
async fn garbage_for_a_web_acl_is_a_fault_that_says_so() {
    let account = Moto::shared().account();
    with_acls(&account, "REGIONAL", account.region, 1);
    let proxy = Proxy::before_moto();
    let aws = account.aws_at(&proxy.url()).await;
    for body in ["<html>sign in</html>", "{\"WebACL\":", "{}", "[[[["] {
        proxy.answer("GetWebACL", move |_| {
            Answer::Raw(200, "application/x-amz-json-1.1", body.into())
        });
        let fault = aws.acls(AclScope::Regional).await.expect_err("no web ACL");
        assert_eq!(fault.kind, FaultKind::Garbled, "{body}: {fault}");
    }
}

#[tokio::test]
async fn a_look_for_a_dialog_does_not_wait_for_resources_that_do_not_come() {
    let account = Moto::shared().account();
    with_acls(&account, "REGIONAL", account.region, 1);
    for trouble in [
        Trouble::Error(500, "WAFInternalErrorException"),
        Trouble::Hang,
    ] {
        let proxy = Proxy::before_moto();
        with_detail(&proxy);
        let aws = account.aws_at(&proxy.url()).await;
        let rule = rate_rule(&first(&aws).await);
        proxy.trouble("ListResourcesForWebACL", trouble, usize::MAX);
        let begun = Instant::now();
        let seen = aws.observe(&Subject::Rule(rule)).await.expect("observed");
        let took = begun.elapsed();
        assert!(took < Duration::from_secs(4), "{took:?}");
        let Observation::Rule { gaps, .. } = seen else {
            panic!("{seen:?}")
        };
        assert!(!gaps.is_empty(), "what was not read is said");
    }
}

#[tokio::test]
async fn a_reading_has_the_whole_action_and_the_limit_and_a_gone_rule_has_none() {
    let account = Moto::shared().account();
    with_acls(&account, "REGIONAL", account.region, 1);
    let proxy = Proxy::before_moto();
    with_detail(&proxy);
    let aws = account.aws_at(&proxy.url()).await;
    let mut rule = rate_rule(&first(&aws).await);
    let reading = aws
        .reading(&Target::Rule(rule.clone()))
        .await
        .expect("read")
        .expect("there");
    assert_eq!(reading[&Field::Limit].count(), Some(1000));
    assert!(reading.contains_key(&Field::Action));
    let seen = aws
        .observe(&Subject::Rule(rule.clone()))
        .await
        .expect("observed");
    assert!(
        matches!(seen, Observation::Rule { resources, gaps, .. } if resources.len() == 2 && gaps.is_empty())
    );
    rule.rule = "gone".into();
    assert_eq!(aws.reading(&Target::Rule(rule.clone())).await, Ok(None));
    assert_eq!(
        aws.observe(&Subject::Rule(rule.clone()))
            .await
            .expect_err("gone")
            .kind,
        FaultKind::Missing
    );
    rule.acl.id = "00000000-0000-0000-0000-000000000000".into();
    assert_eq!(aws.reading(&Target::Rule(rule)).await, Ok(None));
}

#[tokio::test]
async fn what_a_web_acl_protects_is_asked_once_the_commonest_kind_first_and_at_awss_pace() {
    let account = Moto::shared().account();
    with_acls(&account, "REGIONAL", account.region, 1);
    let proxy = Proxy::before_moto();
    with_detail(&proxy);
    let apart = Duration::from_millis(40);
    let options = Options {
        patience: Patience {
            apart,
            ..Patience::default()
        },
        ..account.options_at(&proxy.url())
    };
    let aws = Aws::connect(options).await.expect("clients");
    let rule = rate_rule(&first(&aws).await);
    let begun = Instant::now();
    for _ in 0..3 {
        let seen = aws.observe(&Subject::Rule(rule.clone())).await;
        assert!(
            matches!(&seen, Ok(Observation::Rule { resources, gaps, .. }) if resources.len() == 2 && gaps.is_empty()),
            "{seen:?}"
        );
    }
    assert!(begun.elapsed() >= apart * 6, "{:?}", begun.elapsed());
    let asked: Vec<_> = proxy
        .calls()
        .into_iter()
        .filter(|call| call.operation == "ListResourcesForWebACL")
        .map(|call| call.json()["ResourceType"].clone())
        .collect();
    assert_eq!(asked.len(), 7, "{asked:?}");
    assert_eq!(asked[0], "APPLICATION_LOAD_BALANCER");
}

#[tokio::test]
async fn what_came_too_late_for_one_dialog_is_there_for_the_next() {
    let account = Moto::shared().account();
    with_acls(&account, "REGIONAL", account.region, 1);
    let proxy = Proxy::before_moto();
    with_detail(&proxy);
    let options = Options {
        patience: Patience {
            apart: Duration::from_millis(400),
            ..Patience::default()
        },
        ..account.options_at(&proxy.url())
    };
    let aws = Aws::connect(options).await.expect("clients");
    let rule = rate_rule(&first(&aws).await);
    let look = || async {
        match aws.observe(&Subject::Rule(rule.clone())).await {
            Ok(Observation::Rule { gaps, .. }) => gaps.len(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        look().await,
        1,
        "seven kinds take longer than a dialog waits"
    );
    let begun = Instant::now();
    while look().await > 0 {
        assert!(begun.elapsed() < Duration::from_secs(20), "never whole");
    }
    assert_eq!(proxy.count("ListResourcesForWebACL"), 7);
}
