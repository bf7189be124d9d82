//! Another region, another profile, and back: the panes fill anew each time.

use super::stage::{Hands, Stage};
use crate::support::pty::Pty;

/// One pane at a time: there the wants of two regions do not differ.
fn small(stage: &Stage) -> Pty {
    let console = stage.program().size(80, 24).go();
    console.wait_for("batch-worker");
    console
}

#[test]
fn a_region_without_a_cluster_is_left_again_for_one_with() {
    let stage = Stage::new();
    let mut console = small(&stage);
    console.send(":region us-west-2\r");
    console.wait_gone("batch-worker");
    console.wait_for("us-west-2");
    console.wait_for(&stage.account.id);
    console.send(":region eu-west-1\r");
    console.wait_for("batch-worker");
    console.wait_for(&stage.account.id);
    console.quit();
}

#[test]
fn a_profile_that_does_not_exist_leaves_the_old_one_at_work_and_its_reason_on_the_screen() {
    let stage = Stage::new();
    let mut console = small(&stage);
    console.send(":profile nosuch\r");
    console.wait_for("nosuch");
    console.wait_gone("not known yet");
    console.wait_for("batch-worker");
    let screen = console.screen();
    assert!(screen.contains("nosuch"), "{screen}");
    let raw = String::from_utf8_lossy(&console.raw()).into_owned();
    assert!(!raw.contains("AWS answers again"), "{screen}");
    console.quit();
}
