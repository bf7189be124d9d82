//! Scale, toggle, back up, undo: the main job, from the keyboard to the account and back.

use super::stage::{Hands, Stage};
use crate::support::pty::Pty;
use serde_json::{Value, json};

#[test]
fn what_was_scaled_and_toggled_is_put_back_to_the_letter_and_the_backup_stays() {
    let stage = Stage::new();
    let before = stage.truth();
    let mut console = stage.console();
    scale(&mut console, &stage, &before);
    toggle(&mut console, &stage, &before);
    let backup = back_up(&mut console, &stage);
    undo_all(&mut console);
    let after = stage.truth();
    assert_eq!(after["snapshots"], backup, "an undo deletes no backup");
    assert_eq!(without_snapshots(after), without_snapshots(before));
    console.quit();
    the_journal_agrees(&stage);
}

/// Newest first; every line whole.
fn the_journal_agrees(stage: &Stage) {
    let listed = stage.journal("list");
    let states: Vec<&str> = listed["sessions"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|s| s["state"].as_str())
        .collect();
    assert_eq!(states, ["backup", "reverted", "reverted"], "{listed}");
    assert!(
        listed["sessions"]
            .as_array()
            .expect("a list")
            .iter()
            .all(|s| s["account"] == stage.account.id.as_str())
    );
    let verified = stage.journal("verify");
    let found = verified["sessions"].as_array().expect("a list");
    assert!(
        found.len() == 3 && found.iter().all(|s| s["health"] == "whole"),
        "{verified}"
    );
}

fn scale(console: &mut Pty, stage: &Stage, before: &Value) {
    console.select("api");
    console.scale("4");
    for said in [
        stage.account.id.as_str(),
        stage.account.region,
        "2 → 4",
        "service api in cluster orchard",
    ] {
        console.wait_for(said);
    }
    console.confirm("apply");
    console.wait_for("Done and verified: scale api");
    let now = stage.truth();
    let mut expected = before["target"].clone();
    expected["MinCapacity"] = json!(4);
    assert_eq!(now["target"], expected);
    assert_eq!(
        (
            &now["target"]["MaxCapacity"],
            &now["services"]["api"]["desiredCount"]
        ),
        (&json!(8), &json!(4))
    );
}

fn toggle(console: &mut Pty, stage: &Stage, before: &Value) {
    console.send("3t");
    console.wait_for("loadbalancer/app/orchard/1");
    console.without_an_end();
    console.confirm("apply");
    console.wait_for("Done and verified: per-ip-1000");
    let mut now = stage.truth()["acl"].take();
    let action = now["Rules"][0]["Action"].take();
    assert_eq!(action["Count"], json!({}), "{action}");
    now["Rules"][0]["Action"] = before["acl"]["Rules"][0]["Action"].clone();
    assert_eq!(now, before["acl"], "the action alone was changed");
}

fn back_up(console: &mut Pty, stage: &Stage) -> Value {
    console.send("4/orchard-db\r");
    console.wait_for("1 of 2 match");
    console.send("b");
    console.wait_for("new snapshot");
    console.confirm("apply");
    console.wait_for("Done and verified: back up orchard-db");
    let made = stage.truth()["snapshots"].take();
    let [snapshot] = made.as_array().expect("a list").as_slice() else {
        panic!("one snapshot: {made}")
    };
    assert_eq!(snapshot["of"], "orchard-db");
    assert!(
        snapshot["id"]
            .as_str()
            .is_some_and(|id| id.starts_with("tidegate-orchard-db-")),
        "{snapshot}"
    );
    assert!(
        snapshot["tags"]
            .as_object()
            .is_some_and(|tags| !tags.is_empty()),
        "{snapshot}"
    );
    made
}

/// The rule first, then the service; the backup is passed over each time, and said so.
fn undo_all(console: &mut Pty) {
    for summary in ["per-ip-1000", "scale api"] {
        console.send("u");
        console.wait_for("Skipped: back up orchard-db");
        console.wait_for("Goes back:");
        console.confirm("undo");
        console.wait_for(&format!("Undone: {summary}"));
    }
    console.send("u");
    console.wait_for("Only backups were made");
}

fn without_snapshots(mut truth: Value) -> Value {
    truth["snapshots"].take();
    truth
}
