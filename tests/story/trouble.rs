//! AWS in bad weather: the console says what is wrong, and goes on by itself.

use super::stage::{Hands, Stage};
use crate::support::proxy::Trouble;

/// More calls than a test makes.
const ALL: usize = 1_000_000;
const MORE_TASKS: &str =
    "client('ecs').update_service(cluster='orchard', service='web', desiredCount=7)";

#[test]
fn expired_credentials_are_one_banner_and_reading_resumes_by_itself() {
    let stage = Stage::new();
    let mut console = stage.console();
    stage
        .proxy
        .trouble("*", Trouble::Error(400, "ExpiredTokenException"), ALL);
    console.wait_for("no credentials");
    console.wait_for("expired");
    assert_eq!(
        console.screen().matches(" Credentials: ").count(),
        1,
        "{}",
        console.screen()
    );
    stage.account.python(MORE_TASKS);
    stage.proxy.calm();
    console.wait_gone("no credentials");
    console.wait_for("7/7");
    assert!(
        !console.screen().contains(" Credentials: "),
        "{}",
        console.screen()
    );
    console.quit();
}

#[test]
fn a_missing_permission_is_named_in_its_pane_and_the_others_live_on() {
    let stage = Stage::new();
    stage.proxy.trouble(
        "ListWebACLs",
        Trouble::Error(400, "AccessDeniedException"),
        ALL,
    );
    let mut console = stage.program().go();
    for said in [
        "wafv2:ListWebACLs",
        "batch-worker",
        "orchard-nodes",
        "orchard-db",
        "/api/apples",
    ] {
        console.wait_for(said);
    }
    assert!(
        !console.screen().contains(" Credentials: "),
        "{}",
        console.screen()
    );
    stage.account.python(MORE_TASKS);
    console.wait_for("7/7");
    console.quit();
}

#[test]
fn failing_metrics_are_named_in_their_panes_and_asked_for_no_oftener() {
    let stage = Stage::new();
    stage.proxy.trouble(
        "GetMetricData",
        Trouble::Error(400, "AccessDeniedException"),
        ALL,
    );
    let mut console = stage.program().go();
    for said in ["CPU, MEM: needs cloudwatch:GetMetricData", "BLOCKED: needs"] {
        console.wait_for(said);
    }
    let asked = stage.proxy.count("GetMetricData");
    for _ in 0..20 {
        console.send("jk3jk2jk1r");
    }
    stage.account.python(MORE_TASKS);
    console.wait_for("7/7");
    let more = stage.proxy.count("GetMetricData") - asked;
    assert!(more <= 2, "{more} more calls");
    console.quit();
}

#[test]
fn an_endpoint_that_speaks_html_is_said_to_be_none_of_aws() {
    let stage = Stage::new();
    stage.proxy.trouble(
        "*",
        Trouble::Raw(200, "text/html", "<html><body>Please sign in</body></html>"),
        ALL,
    );
    let mut console = stage.program().go();
    console.wait_for("with HTML");
    console.send("?");
    console.wait_for("previous pane");
    console.send("\u{1b}");
    stage.proxy.calm();
    console.wait_for("batch-worker");
    console.quit();
}
