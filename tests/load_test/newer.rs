//! A web ACL with members that our SDK does not know.

use super::stage::Stage;
use crate::sim::stage::{Account, body_of};
use serde_json::{Value, json};

fn waf(account: &Account, operation: &str, body: &Value) -> Value {
    let headers = format!(
        "X-Amz-Target: AWSWAF_20190729.{operation}\r\nContent-Type: application/x-amz-json-1.1\r\n"
    );
    let answer = account.post("/", &headers, &body.to_string());
    serde_json::from_str(body_of(&answer)).unwrap_or_else(|e| panic!("{e}: {answer}"))
}

/// The document as it lies in the account; boto3 would leave out what it does not know.
fn document(account: &Account) -> Value {
    let all = waf(account, "ListWebACLs", &json!({ "Scope": "REGIONAL" }));
    let of = |a: &&Value| a["Name"] == "orchard-edge";
    let at = all["WebACLs"].as_array().expect("a list").iter().find(of);
    let id = &at.expect("the web ACL")["Id"];
    let which = json!({ "Name": "orchard-edge", "Id": id, "Scope": "REGIONAL" });
    waf(account, "GetWebACL", &which)
}

/// The document as an update takes it.
fn update(account: &Account) -> Value {
    let found = document(account);
    let mut update = found["WebACL"].clone();
    let members = update.as_object_mut().expect("a document");
    for answered in [
        "ARN",
        "Capacity",
        "LabelNamespace",
        "ManagedByFirewallManager",
        "RetrofittedByFirewallManager",
        "Description",
    ] {
        members.remove(answered);
    }
    members.insert("Scope".into(), json!("REGIONAL"));
    members.insert("LockToken".into(), found["LockToken"].clone());
    update
}

fn put(account: &Account, update: &Value) {
    let answer = waf(account, "UpdateWebACL", update);
    assert!(answer["NextLockToken"].is_string(), "{answer}");
}

#[test]
fn members_of_rules_that_nobody_here_knows_survive_a_session() {
    let stage = Stage::new();
    let mut newer = update(&stage.account);
    let rule = &mut newer["Rules"][1];
    rule["Temper"] = json!({ "Mild": { "Level": 7 }, "Tiers": [1.5, null, {}] });
    rule["Statement"]["RateBasedStatement"]["Grace"] = json!([1, "two"]);
    newer["DefaultAction"]["Allow"]["Politely"] = json!(true);
    put(&stage.account, &newer);
    let before = document(&stage.account)["WebACL"].clone();
    assert_eq!(before["Rules"][1]["Temper"]["Mild"]["Level"], 7);
    for plan in ["small", "limit"] {
        stage.start(plan, &[]).ends(0);
        let during = document(&stage.account)["WebACL"].clone();
        assert_ne!(during, before);
        assert_eq!(during["Rules"][1]["Temper"], before["Rules"][1]["Temper"]);
        stage.run(&["revert"]).ends(0);
        assert_eq!(document(&stage.account)["WebACL"], before);
    }
}

#[test]
fn a_web_acl_with_a_setting_that_nobody_here_knows_is_let_be() {
    let stage = Stage::new();
    let mut newer = update(&stage.account);
    newer["QuantumShield"] = json!({ "Mode": "ENTANGLED" });
    put(&stage.account, &newer);
    let before = document(&stage.account);
    let seen = stage.start("small", &[]).ends(2);
    assert!(seen.err.contains("QuantumShield"), "{}", seen.err);
    assert_eq!(document(&stage.account), before);
}
