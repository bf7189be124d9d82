//! What is watched while a session runs: each trouble is told by itself, and one thing that cannot be read
//! hides no other.

use super::stage::{Stage, until};
use serde_json::{Value, json};

fn troubles(now: &Value) -> Vec<String> {
    let all = now["troubles"].as_array().expect("troubles");
    all.iter()
        .map(|t| t.as_str().expect("text").to_owned())
        .collect()
}

#[test]
fn a_target_that_cannot_be_read_hides_no_drift_of_another_and_no_other_trouble() {
    let stage = Stage::new();
    let before = stage.look();
    stage.start("small", &[]).ends(0);
    for denied in ["wafv2:GetWebACL", "ssm:GetParametersByPath"] {
        stage.account.tell(&format!("fault denied {denied}"));
    }
    stage.boto("aas.register_scalable_target(MinCapacity=1, MaxCapacity=15, **SERVICE)");
    let now = until("the drift is told", || {
        let now = stage.status();
        let seen = troubles(&now);
        let told = ["Not watched", "Colleagues do not see"];
        let all = told.iter().all(|t| seen.iter().any(|s| s.starts_with(t)));
        (all && now["drift"] != json!([])).then_some(now)
    });
    assert_eq!(now["drift"][0]["now"], json!({ "count": 15 }), "{now:#}");
    stage.account.tell("faults off");
    until("all troubles are over", || {
        troubles(&stage.status()).is_empty().then_some(())
    });
    stage.boto("aas.register_scalable_target(MinCapacity=1, MaxCapacity=13, **SERVICE)");
    stage.run(&["revert"]).ends(0);
    stage.is_as(&before);
}
