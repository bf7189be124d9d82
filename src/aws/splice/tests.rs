use super::*;
use crate::domain::waf::{AclRef, RawJson};
use proptest::prelude::*;

const BLOCK: &str = r#"{"Block":{"CustomResponse":{"ResponseCode":429,"N":12345678901234567890}}}"#;

fn raw(document: &str) -> RawAcl {
    let arn = "arn:aws:wafv2:ap-northeast-2:123456789012:regional/webacl/edge/1".into();
    let at = AclRef {
        scope: AclScope::Regional,
        name: "edge".into(),
        id: "1".into(),
        arn,
    };
    RawAcl {
        at,
        document: document.into(),
        lock_token: "lock \"1\"".into(),
    }
}

fn rate_rule(name: &str, action: &str, limit: &str) -> String {
    format!(
        r#"{{"Name":{name},"Priority":0, "Action": {action} ,"Statement":{{"RateBasedStatement":{{"Limit": {limit} ,"AggregateKeyType":"IP"}}}}}}"#
    )
}

fn document(rules: &str) -> String {
    format!(
        r#"{{"Name":"edge","Id":"1","ARN":"arn:x","Capacity":2,"LabelNamespace":"awswaf:1:webacl:edge:","Description":"",
        "DefaultAction":{{"Allow":{{}}}},"VisibilityConfig":{{"MetricName":"edge"}},"ManagedByFirewallManager":false,
        "OnSourceDDoSProtectionConfig":{{"ALBLowReputationMode":"ACTIVE_UNDER_DDOS"}},"Rules":[{rules}]}}"#
    )
}

fn count() -> RuleEdit {
    RuleEdit::Action(RawJson(r#"{"Count":{}}"#.into()))
}

fn edited(document: &str, edit: &RuleEdit) -> Result<Spliced, Fault> {
    splice(&raw(document), &"r".into(), edit)
}

fn said(document: &str, edit: &RuleEdit) -> String {
    edited(document, edit).unwrap_err().line().to_string()
}

#[test]
fn the_request_carries_everything_but_what_aws_does_not_take() {
    let rules = rate_rule("\"r\"", BLOCK, "1e3");
    let spliced = edited(&document(&rules), &count()).unwrap();
    assert_eq!(spliced.path.text().as_str(), "Rules[0].Action");
    let expected = format!(
        r#"{{"Name":"edge","Id":"1","DefaultAction":{{"Allow":{{}}}},"VisibilityConfig":{{"MetricName":"edge"}},"OnSourceDDoSProtectionConfig":{{"ALBLowReputationMode":"ACTIVE_UNDER_DDOS"}},"Rules":[{}],"Scope":"REGIONAL","LockToken":"lock \"1\""}}"#,
        rate_rule("\"r\"", r#"{"Count":{}}"#, "1e3")
    );
    assert_eq!(spliced.body, expected);
}

#[test]
fn a_new_limit_leaves_the_action_and_all_other_numbers_as_they_were_written() {
    let rules = rate_rule("\"r\"", BLOCK, "1e3") + "," + &rate_rule("\"s\"", BLOCK, "1.0e2");
    let spliced = edited(&document(&rules), &RuleEdit::Limit(20_000)).unwrap();
    assert_eq!(
        spliced.path.text().as_str(),
        "Rules[0].Statement.RateBasedStatement.Limit"
    );
    let rules = rate_rule("\"r\"", BLOCK, "20000") + "," + &rate_rule("\"s\"", BLOCK, "1.0e2");
    assert!(spliced.body.contains(&rules));
}

#[test]
fn a_description_that_says_something_stays() {
    let text = document(&rate_rule("\"r\"", BLOCK, "100"))
        .replace(r#""Description":"""#, r#""Description":"edge""#);
    assert!(
        edited(&text, &count())
            .unwrap()
            .body
            .contains(r#""Description":"edge""#)
    );
}

#[test]
fn a_cloudfront_acl_is_sent_as_such() {
    let mut acl = raw(&document(&rate_rule("\"r\"", BLOCK, "100")));
    acl.at.scope = AclScope::Cloudfront;
    assert!(
        splice(&acl, &"r".into(), &count())
            .unwrap()
            .body
            .contains(r#""Scope":"CLOUDFRONT""#)
    );
}

#[test]
fn a_name_in_escapes_is_found_and_kept_in_escapes() {
    let rules = rate_rule(r#""\u0072""#, BLOCK, "100");
    assert!(
        edited(&document(&rules), &count())
            .unwrap()
            .body
            .contains(r#""Name":"\u0072""#)
    );
}

#[test]
fn what_must_not_be_sent_is_refused_with_a_reason() {
    let one = rate_rule("\"r\"", BLOCK, "100");
    assert!(said(&document(""), &count()).contains("has no rule r"));
    assert!(said(&document(&format!("{one},{one}")), &count()).contains("More than one rule"));
    let newer = document(&one).replace("\"Capacity\"", "\"QuantumConfig\":{},\"Capacity\"");
    assert!(said(&newer, &count()).contains("QuantumConfig"));
    let managed = document(&one).replace(":false", ":true");
    assert!(said(&managed, &count()).contains("Firewall Manager"));
    let overriding = one.replace("\"Action\"", "\"OverrideAction\"");
    assert!(said(&document(&overriding), &count()).contains("no action of its own"));
    let plain = one.replace("RateBasedStatement", "GeoMatchStatement");
    assert!(said(&document(&plain), &count()).contains("not a rate-based rule"));
}

#[test]
fn a_member_named_twice_anywhere_is_not_edited() {
    let twice = rate_rule("\"r\"", r#"{"Block":{"a":1,"\u0061":2}}"#, "100");
    assert!(said(&document(&twice), &RuleEdit::Limit(50)).contains("cannot be edited safely"));
}

#[test]
fn limits_and_actions_aws_would_not_take_are_refused() {
    let text = document(&rate_rule("\"r\"", BLOCK, "100"));
    for n in [0, 9, 2_000_000_001] {
        assert!(said(&text, &RuleEdit::Limit(n)).contains("out of bounds"));
    }
    for action in [
        "",
        "{}",
        "[]",
        "null",
        r#"{"Count":{},"Block":{}}"#,
        r#"{"Count":{}},"x":{"#,
    ] {
        assert!(
            said(&text, &RuleEdit::Action(RawJson(action.into()))).contains("is not one action"),
            "{action}"
        );
    }
}

#[test]
fn the_proof_sees_a_difference_anywhere_but_at_its_path() {
    let before = document(&rate_rule("\"r\"", BLOCK, "1000"));
    let path = edited(&before, &count()).unwrap().path;
    let differs =
        |after: &str| differs_only_at(&before, after, &path).map_err(|d| d.path.text().to_string());
    assert_eq!(differs(&before.replace(BLOCK, r#"{"Count":{}}"#)), Ok(()));
    assert_eq!(differs(&before.replace("1000", "1e3")), Ok(()));
    assert_eq!(differs(&before.replace(r#""Description":"","#, "")), Ok(()));
    let limit = "Rules[0].Statement.RateBasedStatement.Limit".to_owned();
    assert_eq!(differs(&before.replace("1000", "1001")), Err(limit));
    assert_eq!(
        differs(&before.replace("\"Allow\"", "\"Block\"")),
        Err("DefaultAction.Allow".to_owned())
    );
    assert_eq!(
        differs(&before.replace("\"Capacity\":2,", "")),
        Err("Capacity".to_owned())
    );
    assert_eq!(
        differs(&before.replace("\"Rules\":[", "\"Rules\":[{},")),
        Err("Rules[0].Name".to_owned())
    );
    assert_eq!(
        differs(&before.replace("\"Capacity\"", "\"New\":1,\"Capacity\"")),
        Err("New".to_owned())
    );
    assert_eq!(differs("<html>"), Err(String::new()));
}

#[test]
fn the_fingerprint_forgets_one_value_and_nothing_else() {
    let before = document(&rate_rule("\"r\"", BLOCK, "1000"));
    let print = |text: &str, field| rest(text, &"r".into(), field);
    let counting = before.replace(BLOCK, r#"{"Count":{}}"#);
    assert_eq!(
        print(&before, Some(Field::Action)),
        print(&counting, Some(Field::Action))
    );
    assert_ne!(
        print(&before, Some(Field::Limit)),
        print(&counting, Some(Field::Limit))
    );
    assert_ne!(print(&before, None), print(&counting, None));
    let other = before.replace("1000", "1001");
    assert_ne!(
        print(&before, Some(Field::Action)),
        print(&other, Some(Field::Action))
    );
    assert_eq!(
        print(&before, Some(Field::Limit)),
        print(&other, Some(Field::Limit))
    );
    let respelled = before
        .replace("1000", "1e3")
        .replace(r#""Description":"","#, "")
        .replace("\"edge\"", "\"\\u0065dge\"");
    assert_eq!(print(&before, None), print(&respelled, None));
    assert_eq!(rest(&before, &"gone".into(), Some(Field::Action)), None);
}

fn space() -> impl Strategy<Value = String> {
    "[ \t\r\n]{0,3}"
}

/// JSON text as others might write it: odd spacing, numbers of any length, escapes, unknown members.
fn json() -> impl Strategy<Value = String> {
    let name = any::<String>().prop_map(|s| serde_json::to_string(&s).unwrap());
    let escaped = any::<Vec<u16>>().prop_map(|units| {
        let text = String::from_utf16_lossy(&units);
        let escapes: Vec<String> = text.encode_utf16().map(|u| format!("\\u{u:04x}")).collect();
        format!("\"{}\"", escapes.concat())
    });
    let number = prop_oneof![
        "-?(0|[1-9][0-9]{0,24})",
        "(0|[1-9][0-9]{0,5})\\.[0-9]{1,9}",
        "[1-9][eE][+-]?[0-9]{1,2}"
    ];
    let leaf = prop_oneof![
        number,
        name.clone(),
        escaped,
        Just("null".to_owned()),
        Just("true".to_owned())
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let list = (space(), prop::collection::vec(inner.clone(), 0..4), space())
            .prop_map(|(a, items, b)| format!("[{a}{}{b}]", items.join(&format!("{b},{a}"))));
        let object = (
            space(),
            prop::collection::btree_map(any::<String>(), inner, 0..4),
        )
            .prop_map(|(s, members)| {
                let row = |(k, v): (&String, &String)| {
                    format!("{}{s}:{s}{v}", serde_json::to_string(k).unwrap())
                };
                format!(
                    "{{{s}{}{s}}}",
                    members
                        .iter()
                        .map(row)
                        .collect::<Vec<_>>()
                        .join(&format!(",{s}"))
                )
            });
        prop_oneof![list, object]
    })
}

/// A document in three pieces around one rule: what stands before its value, the value, and what stands behind.
struct Pieces {
    head: String,
    tail: String,
}

fn pieces(name: &str, odd: &[String], s: &str) -> Pieces {
    let name = serde_json::to_string(name).unwrap();
    let [first, second, third, fourth] = odd else {
        panic!("four pieces of JSON")
    };
    let head = format!(
        r#"{{{s}"Name":"edge","Id":"1","CustomResponseBodies":{first},{s}"Rules":[{s}{{"Name":"other","Novel":{second}}},{{"Novel":{third},"Name":{s}{name},"Action":{s}"#
    );
    let tail = format!(
        r#"{s},"Statement":{{"RateBasedStatement":{{"Limit":1e3,"Novel":{fourth}}}}}}}]{s},"TokenDomains":{second},"DefaultAction":{third}}}"#
    );
    Pieces { head, tail }
}

fn value_of(body: &str, member: &str) -> String {
    Members::of(body).unwrap().get(member).unwrap().to_owned()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn random_documents_survive_letter_by_letter_but_for_the_one_value(
        name in any::<String>().prop_filter("another rule's name", |n| n != "other"),
        odd in prop::collection::vec(json(), 4),
        action in json(),
        s in space(),
    ) {
        let action = format!("{{\"Block\":{action}}}");
        let p = pieces(&name, &odd, &s);
        let before = format!("{}{action}{}", p.head, p.tail);
        let after = format!("{}{}{}", p.head, r#"{"Count":{}}"#, p.tail);
        let spliced = splice(&raw(&before), &name.as_str().into(), &count()).unwrap();
        for member in ["Name", "Id", "CustomResponseBodies", "Rules", "TokenDomains", "DefaultAction"] {
            prop_assert_eq!(value_of(&spliced.body, member), value_of(&after, member));
        }
        prop_assert_eq!(differs_only_at(&before, &after, &spliced.path), Ok(()));
        let rest = |document: &str| rest(document, &name.as_str().into(), Some(Field::Action));
        prop_assert!(rest(&before).is_some());
        prop_assert_eq!(rest(&before), rest(&after));
        let back = splice(&raw(&after), &name.as_str().into(), &RuleEdit::Action(RawJson(action.as_str().into()))).unwrap();
        prop_assert_eq!(value_of(&back.body, "Rules"), value_of(&before, "Rules"));
    }

    #[test]
    fn one_more_change_is_never_overlooked(odd in prop::collection::vec(json(), 4), other in json()) {
        let before = format!("{}{BLOCK}{}", pieces("r", &odd, "").head, pieces("r", &odd, "").tail);
        let path = splice(&raw(&before), &"r".into(), &count()).unwrap().path;
        let mut changed = odd.clone();
        changed[0] = format!("[{other},{}]", odd[0]);
        let after = format!("{}{BLOCK}{}", pieces("r", &changed, "").head, pieces("r", &changed, "").tail);
        prop_assert!(differs_only_at(&before, &after, &path).is_err());
    }

    #[test]
    fn no_text_at_all_makes_it_panic(text in any::<String>(), cut in 0usize..400) {
        let whole = document(&rate_rule("\"r\"", BLOCK, "100"));
        let cut = &whole[..whole.floor_char_boundary(cut)];
        prop_assert!(splice(&raw(cut), &"r".into(), &count()).is_err());
        prop_assert!(splice(&raw(&text), &"r".into(), &count()).is_err());
    }
}
