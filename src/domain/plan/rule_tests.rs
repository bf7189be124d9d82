use super::super::{limit as plan_limit, limit_prefill, toggle as plan_toggle};
use super::*;
use crate::domain::fault::FaultKind;
use crate::domain::subject::Observation;
use crate::domain::waf::{AclRef, AclScope, Aggregate, RawAcl};

const ORIGINAL: &str = r#"{"Block": {"CustomResponse": {"ResponseCode": 429}}}"#;

fn acl_ref() -> AclRef {
    let arn = "arn:aws:wafv2:ap-northeast-2:123456789012:regional/webacl/orchard-edge/1".into();
    AclRef {
        scope: AclScope::Regional,
        name: "orchard-edge".into(),
        id: "1".into(),
        arn,
    }
}

fn rule(action: RuleAction, raw: &str) -> Rule {
    Rule {
        name: "per-ip-1000".into(),
        priority: 0,
        action,
        raw_action: Some(RawJson(raw.into())),
        kind: RuleKind::Rate(RateStatement {
            limit: 1000,
            window: 60,
            aggregate: Aggregate::Ip,
            scoped_down: false,
        }),
        metric: "per-ip".into(),
        sampled: true,
    }
}

fn acl(rules: Vec<Rule>) -> Acl {
    let raw = RawAcl {
        at: acl_ref(),
        document: "{}".into(),
        lock_token: "t".into(),
    };
    Acl {
        at: acl_ref(),
        default_action: RuleAction::Allow,
        metric: "m".into(),
        rules,
        capacity: 2,
        firewall_manager: false,
        unknown_members: Vec::new(),
        raw,
    }
}

fn observed(acl: Acl) -> Observation {
    Observation::Rule {
        acl: Box::new(acl),
        resources: vec!["alb-a".into(), "alb-b".into()],
        gaps: Vec::new(),
    }
}

fn name() -> RuleName {
    "per-ip-1000".into()
}

fn blocking() -> Observation {
    observed(acl(vec![rule(RuleAction::Block, ORIGINAL)]))
}

fn counting() -> Observation {
    observed(acl(vec![rule(RuleAction::Count, COUNT)]))
}

fn after(planned: &Planned) -> String {
    match &planned.changes[0].fields[0].after {
        Value::Json(raw) => raw.as_str().to_owned(),
        Value::Count(n) => n.to_string(),
    }
}

fn says(planned: &Planned, part: &str) -> bool {
    planned
        .warnings
        .iter()
        .any(|w| w.sentence.as_str().contains(part))
}

#[test]
fn a_blocking_rule_counts_and_its_whole_action_is_the_before() {
    let p = plan_toggle(&blocking(), &name(), None).unwrap();
    assert_eq!(after(&p), COUNT);
    assert!(matches!(&p.changes[0].fields[0].before, Value::Json(raw) if raw.as_str() == ORIGINAL));
    assert_eq!(p.summary.as_str(), "per-ip-1000 Block → Count");
    assert!(says(&p, "2 resources are behind it"));
}

#[test]
fn a_counting_rule_gets_its_original_back_by_letter() {
    let p = plan_toggle(&counting(), &name(), Some(&RawJson(ORIGINAL.into()))).unwrap();
    assert_eq!(after(&p), ORIGINAL);
    assert!(!says(&p, "start blocking"));
}

#[test]
fn without_an_original_on_record_it_says_that_it_will_block_and_with_what() {
    let counted = RawJson(COUNT.into());
    for original in [None, Some(&counted)] {
        let p = plan_toggle(&counting(), &name(), original).unwrap();
        assert_eq!(after(&p), BLOCK);
        assert_eq!(p.warnings[0].level, Level::Bad);
        assert!(
            p.warnings[0]
                .sentence
                .as_str()
                .contains(r#"start blocking, with {"Block":{}}"#)
        );
    }
}

#[test]
fn a_new_limit_is_one_held_field_and_the_same_one_is_nothing() {
    let p = plan_limit(&blocking(), &name(), "20000").unwrap();
    assert_eq!(
        (p.changes[0].fields[0].field, after(&p).as_str()),
        (Field::Limit, "20000")
    );
    assert_eq!(limit_prefill(&blocking(), &name()), "1000");
    assert!(
        plan_limit(&blocking(), &name(), "1000")
            .unwrap()
            .is_nothing()
    );
}

#[test]
fn limits_beyond_what_aws_takes_are_refused_with_its_bounds() {
    assert!(
        plan_limit(&blocking(), &name(), "9")
            .unwrap_err()
            .line()
            .as_str()
            .contains("AWS takes 10 to 2000000000")
    );
    assert!(
        plan_limit(&blocking(), &name(), "2000000001")
            .unwrap_err()
            .line()
            .as_str()
            .contains("at most 2000000000")
    );
    assert!(plan_limit(&blocking(), &name(), "10").is_ok());
    assert!(plan_limit(&blocking(), &name(), "2000000000").is_ok());
}

#[test]
fn what_cannot_be_edited_safely_is_refused_by_name() {
    let refused = |acl: Acl| plan_toggle(&observed(acl), &name(), None).unwrap_err();
    let blocks = || rule(RuleAction::Block, ORIGINAL);
    let managed = Acl {
        firewall_manager: true,
        ..acl(vec![blocks()])
    };
    assert!(
        refused(managed)
            .line()
            .as_str()
            .contains("Firewall Manager")
    );
    let newer = Acl {
        unknown_members: vec!["QuantumConfig".into()],
        ..acl(vec![blocks()])
    };
    assert!(refused(newer).line().as_str().contains("QuantumConfig"));
    assert!(
        refused(acl(vec![blocks(), blocks()]))
            .line()
            .as_str()
            .contains("More than one rule")
    );
    assert_eq!(refused(acl(vec![])).kind, FaultKind::Missing);
    let other = Rule {
        kind: RuleKind::Other {
            statement: "IPSetReferenceStatement".into(),
        },
        ..blocks()
    };
    assert!(
        refused(acl(vec![other]))
            .line()
            .as_str()
            .contains("not a rate-based rule")
    );
    let group = Rule {
        raw_action: None,
        ..blocks()
    };
    assert!(
        refused(acl(vec![group]))
            .line()
            .as_str()
            .contains("no action of its own")
    );
}
