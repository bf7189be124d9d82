//! The console's way through the simulated account, as through moto: scale, toggle, back up,
//! undo, dispute, die; boto3 is the witness. What moto cannot do is tried here only.

use super::stage::Account;
use crate::story::stage::Hands;
use crate::support::pty::{Pty, Start};
use serde_json::{Value, json};
use std::time::Duration;
use tempfile::TempDir;
use tidegate::sim::desk::Setup;
use tidegate::sim::pace::Speed;
use tidegate::sim::throttle::Throttling;

/// What boto3 says of everything that the console can change here.
const TRUTH: &str = "
ecs, wafv2, rds, aas, asg = (client(n) for n in ('ecs', 'wafv2', 'rds', 'application-autoscaling', 'autoscaling'))
at = next(a for a in wafv2.list_web_acls(Scope='REGIONAL')['WebACLs'] if a['Name'] == 'orchard-edge')
target, = aas.describe_scalable_targets(ServiceNamespace='ecs', ResourceIds=['service/orchard/api'])['ScalableTargets']
group, = asg.describe_auto_scaling_groups()['AutoScalingGroups']
out({'target': [target['MinCapacity'], target['MaxCapacity']],
     'group': [group['MinSize'], group['MaxSize']],
     'acl': wafv2.get_web_acl(Name=at['Name'], Id=at['Id'], Scope='REGIONAL')['WebACL'],
     'snapshots': len(rds.describe_db_snapshots(SnapshotType='manual')['DBSnapshots'])})
";

struct Stage {
    account: Account,
    state: TempDir,
}

impl Stage {
    /// Time runs ten times as fast: tasks start within seconds.
    fn new() -> Self {
        let setup = Setup {
            throttling: Throttling::Off,
            speed: Speed::Times(10.0),
            ..Setup::default()
        };
        Self {
            account: Account::today(setup),
            state: tempfile::tempdir().expect("a directory"),
        }
    }

    fn program(&self) -> Start {
        Start::console()
            .size(160, 48)
            .env("XDG_STATE_HOME", &self.state.path().to_string_lossy())
            .env(
                "AWS_ENDPOINT_URL",
                &format!("http://127.0.0.1:{}", self.account.port),
            )
    }

    fn console(&self) -> Pty {
        filled(self.program())
    }

    fn truth(&self) -> Value {
        self.account.python(TRUTH)
    }
}

fn filled(program: Start) -> Pty {
    let pty = program.go();
    let rows = ["batch-worker", "orchard-nodes", "per-ip-1000", "orchard-db"];
    pty.wait_until("filled panes", |seen| {
        let screen = seen.screen();
        rows.iter().all(|row| screen.contains(row)) && screen.contains("/api/")
    });
    pty
}

fn scale(console: &mut Pty, to: &str) {
    console.send("1/api\r");
    console.wait_for("1 of 3 match");
    console.scale(to);
    console.confirm("apply");
    console.wait_for("Done and verified: scale api");
}

fn toggle(console: &mut Pty) {
    console.send("3/per-ip-1000\r");
    console.send("t");
    console.without_an_end();
    console.confirm("apply");
}

#[test]
fn what_was_scaled_and_toggled_is_put_back_to_the_letter_and_the_backup_stays() {
    let stage = Stage::new();
    let before = stage.truth();
    let mut console = stage.console();
    scale(&mut console, "6");
    assert_eq!(stage.truth()["target"], json!([6, before["target"][1]]));
    toggle(&mut console);
    console.wait_for("Done and verified: per-ip-1000");
    let during = stage.truth();
    assert_ne!(during["acl"], before["acl"]);
    console.send("4/orchard-db\r");
    console.send("b");
    console.confirm("apply");
    console.wait_for("Done and verified: back up orchard-db");
    for summary in ["per-ip-1000", "scale api"] {
        console.undo();
        console.wait_for(&format!("Undone: {summary}"));
    }
    let mut after = stage.truth();
    assert_eq!(
        after["snapshots"].take(),
        json!(before["snapshots"].as_i64().expect("a count") + 1)
    );
    let mut expected = before;
    expected["snapshots"].take();
    assert_eq!(after, expected);
    console.quit();
}

#[test]
fn an_answer_that_is_lost_is_read_back_and_the_change_is_put_back_like_any_other() {
    let stage = Stage::new();
    let mut console = stage.console();
    stage.account.tell("fault lose wafv2:UpdateWebACL 1");
    toggle(&mut console);
    console.wait_for("no answer since");
    console.wait_for("Done and verified: per-ip-1000");
    console.undo();
    console.wait_for("Undone: per-ip-1000");
    console.quit();
}

#[test]
fn a_program_that_dies_after_aws_took_it_shows_the_change_at_the_next_start() {
    let stage = Stage::new();
    let before = stage.truth();
    let mut console = filled(stage.program().env("TIDEGATE_CRASH", "carrier.answered"));
    toggle_and_die(&mut console);
    assert_ne!(stage.truth()["acl"], before["acl"]);
    let mut console = stage.program().go();
    console.wait_for("An unfinished change");
    console.wait_for("as we set it");
    console.bytes_within(Duration::from_millis(800));
    console.send("u");
    console.wait_for("Undone: per-ip-1000");
    assert_eq!(stage.truth()["acl"], before["acl"]);
    console.quit();
}

fn toggle_and_die(console: &mut Pty) {
    console.send("3/per-ip-1000\r");
    console.send("t");
    console.without_an_end();
    console.wait_for("y apply");
    console.bytes_within(Duration::from_millis(800));
    console.send("y");
    assert_ne!(console.wait_exit(), 0);
}

#[test]
fn expired_credentials_a_missing_permission_and_throttling_are_each_said() {
    let stage = Stage::new();
    stage.account.tell("fault denied wafv2:ListWebACLs");
    let mut console = stage.program().go();
    console.wait_for("wafv2:ListWebACLs");
    console.wait_for("batch-worker");
    stage.account.tell("faults off");
    console.send("r");
    console.wait_for("per-ip-1000");
    stage.account.tell("fault expired *");
    console.send("r");
    console.wait_for(" Credentials: ");
    stage.account.tell("faults off");
    console.send("r");
    console.wait_gone(" Credentials: ");
    stage.account.tell("fault throttle ecs:* 9");
    console.send("r");
    console.wait_for("throttled");
    console.quit();
}
