//! Timers that outlived their session: told, and removed only where that is asked.

use super::stage::{Stage, kill_hard};
use serde_json::{Value, json};

/// Somebody's own timer, in the far future.
const FOREIGN: &str = "
aas.put_scheduled_action(ScheduledActionName='nightly', Schedule='at(2099-01-01T00:00:00)', ScalableTargetAction=dict(MinCapacity=3, MaxCapacity=4), **SERVICE)
";

/// A session of which nothing is left but its timers: its machine is gone, and its record.
fn left_over() -> (Stage, Value) {
    let stage = Stage::new();
    stage.start("sizes", &[]).ends(0);
    kill_hard(stage.guard());
    stage.boto(FOREIGN);
    stage.boto("ssm.delete_parameter(Name='/tidegate/ap-northeast-2/session/1')");
    let settings = stage.look()["settings"].clone();
    (stage, settings)
}

/// The names of all timers.
fn names(look: &Value) -> Vec<String> {
    let both = ["timers", "planned"].map(|kind| look[kind].as_array().expect("timers").clone());
    let all = both.concat();
    let name = |t: &Value| t[0].as_str().expect("a name").to_owned();
    all.iter().map(name).collect()
}

#[test]
fn timers_of_a_session_that_is_gone_are_named_and_removed_on_the_word_only() {
    let (stage, settings) = left_over();
    let other = stage.beside();
    let told = other.run(&["recover"]).ends(3);
    for wanted in [
        "timer of orchard/api",
        "timer of orchard-nodes",
        "--remove-timers",
    ] {
        assert!(told.err.contains(wanted), "“{wanted}” in {}", told.err);
    }
    assert_eq!(names(&stage.look()).len(), 3, "looking removes nothing");
    other.run(&["recover", "--remove-timers"]).ends(0);
    let now = stage.look();
    assert_eq!(names(&now), ["nightly"], "what is not ours stays");
    assert_eq!(now["settings"], settings);
    let none = other.run(&["recover", "--remove-timers"]).ends(2);
    assert!(none.err.contains("No timer"), "{}", none.err);
}

#[test]
fn timers_of_a_session_that_is_open_are_not_removed_by_anybody() {
    let stage = Stage::new();
    let before = stage.look();
    stage.start("sizes", &[]).ends(0);
    let during = stage.nets();
    for machine in [&stage, &stage.beside()] {
        let none = machine.run(&["recover", "--remove-timers"]).ends(2);
        assert!(none.err.contains("No timer"), "{}", none.err);
    }
    let timers = |nets: &Value| json!([nets[0], nets[1]]);
    assert_eq!(timers(&stage.nets()), timers(&during));
    stage.run(&["revert"]).ends(0);
    stage.is_as(&before);
}
