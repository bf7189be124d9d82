use super::*;

const BODY: &str = r#"{"LockToken":"tok-1","WebACL":{
  "Name":"orchard-edge","Id":"11","ARN":"arn:aws:wafv2:ap-northeast-2:123456789012:regional/webacl/orchard-edge/11",
  "DefaultAction":{"Allow":{}}, "Capacity":27,
  "VisibilityConfig":{"SampledRequestsEnabled":true,"CloudWatchMetricsEnabled":true,"MetricName":"edge"},
  "Rules":[
   {"Name":"managed","Priority":5,"OverrideAction":{"None":{}},
    "Statement":{"ManagedRuleGroupStatement":{"VendorName":"AWS","Name":"AWSManagedRulesCommonRuleSet","Version":"1.2",
      "RuleActionOverrides":[{"Name":"a","ActionToUse":{"Count":{}}}],"ExcludedRules":[{"Name":"b"}]}},
    "VisibilityConfig":{"SampledRequestsEnabled":false,"MetricName":"crs"}},
   {"Name":"per\u002dip","Priority":0,"Action":{ "Block" : {"CustomResponse":{"ResponseCode":429}} },
    "Statement":{"RateBasedStatement":{"Limit":1e3,"EvaluationWindowSec":60,"AggregateKeyType":"IP","Novelty":1.0}},
    "VisibilityConfig":{"SampledRequestsEnabled":true,"MetricName":"per-ip-metric"}},
   {"Name":"keys","Priority":1,"Action":{"Monetize":{}},
    "Statement":{"RateBasedStatement":{"Limit":200,"AggregateKeyType":"CUSTOM_KEYS","CustomKeys":[{},{}],"ScopeDownStatement":{}}}},
   {"Name":"ips","Priority":2,"Action":{"Captcha":{}},"Statement":{"IPSetReferenceStatement":{"ARN":"x"}}}
  ]}}"#;

fn acl() -> Acl {
    parse(&raw(BODY, AclScope::Regional).unwrap()).unwrap()
}

#[test]
fn rules_come_in_priority_order_with_their_own_metric_names() {
    let names: Vec<String> = acl()
        .rules
        .iter()
        .map(|r| r.name.as_str().to_owned())
        .collect();
    assert_eq!(names, ["per-ip", "keys", "ips", "managed"]);
    assert_eq!(acl().rules[0].metric.as_str(), "per-ip-metric");
    assert_eq!(acl().rules[1].metric.as_str(), "keys");
    assert!(acl().rules[0].sampled && !acl().rules[3].sampled);
}

#[test]
fn a_rate_rule_keeps_its_action_by_letter_and_its_numbers_by_value() {
    let rule = &acl().rules[0];
    assert_eq!(
        rule.raw_action.as_ref().unwrap().as_str(),
        r#"{ "Block" : {"CustomResponse":{"ResponseCode":429}} }"#
    );
    let rate = RateStatement {
        limit: 1000,
        window: 60,
        aggregate: Aggregate::Ip,
        scoped_down: false,
    };
    assert_eq!(
        (rule.rate(), &rule.action),
        (Some(&rate), &RuleAction::Block)
    );
}

#[test]
fn defaults_unknown_actions_and_other_statements_are_said_as_they_are() {
    let acl = acl();
    let rate = RateStatement {
        limit: 200,
        window: 300,
        aggregate: Aggregate::CustomKeys(2),
        scoped_down: true,
    };
    assert_eq!(acl.rules[1].rate(), Some(&rate));
    assert_eq!(acl.rules[1].action, RuleAction::Other("Monetize".into()));
    assert_eq!(
        acl.rules[2].kind,
        RuleKind::Other {
            statement: "IPSetReferenceStatement".into()
        }
    );
}

#[test]
fn a_managed_group_counts_both_kinds_of_override() {
    let acl = acl();
    let group = &acl.rules[3];
    assert_eq!(
        (&group.action, &group.raw_action),
        (&RuleAction::Group, &None)
    );
    let kind = RuleKind::ManagedGroup {
        vendor: "AWS".into(),
        name: "AWSManagedRulesCommonRuleSet".into(),
        version: Some("1.2".into()),
        overrides: 2,
    };
    assert_eq!(group.kind, kind);
}

#[test]
fn the_document_is_kept_as_it_stood_with_its_token() {
    let raw = raw(BODY, AclScope::Regional).unwrap();
    assert!(BODY.contains(&*raw.document));
    assert_eq!((&*raw.lock_token, raw.at.id.as_str()), ("tok-1", "11"));
}

#[test]
fn members_of_a_newer_aws_are_named_and_firewall_manager_is_seen() {
    let body = BODY.replacen(
        r#""Capacity":27"#,
        r#""QuantumConfig":{},"RetrofittedByFirewallManager":true"#,
        1,
    );
    let acl = parse(&raw(&body, AclScope::Regional).unwrap()).unwrap();
    assert_eq!(acl.unknown_members, [Text::fixed("QuantumConfig")]);
    assert!(acl.firewall_manager);
    assert!(super::tests::acl().unknown_members.is_empty());
}

#[test]
fn what_is_no_web_acl_is_a_fault_and_never_a_panic() {
    for body in [
        "",
        "<html>",
        "{}",
        "[]",
        r#"{"WebACL":{}}"#,
        &BODY[..BODY.len() - 9],
    ] {
        assert_eq!(
            raw(body, AclScope::Regional).unwrap_err().kind,
            FaultKind::Garbled
        );
    }
    let twice = BODY.replacen(r#""Capacity":27"#, r#""Rules":[]"#, 1);
    assert!(raw(&twice, AclScope::Regional).is_err());
    let deep = BODY.replacen(
        r#"{"Allow":{}}"#,
        &("[".repeat(100_000) + &"]".repeat(100_000)),
        1,
    );
    assert!(
        raw(&deep, AclScope::Regional)
            .and_then(|r| parse(&r))
            .is_ok()
    );
}
