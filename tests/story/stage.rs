//! An account with something in every pane, a proxy that answers what moto lacks,
//! and a home whose journal outlives the program.

use crate::support::moto::{Account, Moto};
use crate::support::proxy::{Answer, Proxy};
use crate::support::pty::{Pty, Start};
use serde_json::{Value, json};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

const ACCOUNT: &str = concat!(
    include_str!("../../benches/account.py"),
    "\n",
    include_str!("account.py")
);
const TRUTH: &str = include_str!("truth.py");

/// A review counts keys after 400 ms on the screen; a slow machine gets some more.
const GRACE: Duration = Duration::from_millis(800);

/// What tells that each of the five panes has its rows.
pub const FILLED: [&str; 5] = [
    "batch-worker",
    "orchard-nodes",
    "per-ip-1000",
    "orchard-db",
    "/api/apples",
];

/// The surroundings of one test.
pub struct Stage {
    pub account: Account,
    pub proxy: Proxy,
    state: TempDir,
}

impl Stage {
    pub fn new() -> Self {
        let account = Moto::shared().account();
        account.python(ACCOUNT);
        let proxy = Proxy::before_moto();
        fill_gaps(&proxy);
        Self {
            account,
            proxy,
            state: tempfile::tempdir().expect("a directory"),
        }
    }

    /// The program in this account, behind the proxy; its journal is the stage's.
    pub fn program(&self) -> Start {
        let start = Start::console()
            .size(160, 48)
            .env("XDG_STATE_HOME", &self.state.path().to_string_lossy());
        let env = self.account.env_at(&self.proxy.url());
        env.iter()
            .fold(start, |start, (name, value)| start.env(name, value))
    }

    /// The console with all its panes filled.
    pub fn console(&self) -> Pty {
        filled(self.program())
    }

    /// What `tidegate journal` says to a program, after the console has ended.
    pub fn journal(&self, ask: &str) -> Value {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidegate"));
        command
            .args(["journal", ask, "--output", "json"])
            .env_clear()
            .env("XDG_STATE_HOME", self.state.path());
        let done = command.output().expect("it starts");
        assert_eq!(
            done.status.code(),
            Some(0),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
        serde_json::from_slice(&done.stdout).expect("JSON")
    }

    /// What boto3 says of everything that can be changed.
    pub fn truth(&self) -> Value {
        self.account.python(TRUTH)
    }
}

/// Starts it and waits for all five panes.
pub fn filled(program: Start) -> Pty {
    let pty = program.go();
    pty.wait_until("five filled panes", |seen| {
        let screen = seen.screen();
        FILLED.iter().all(|text| screen.contains(text))
    });
    pty
}

/// The operator's hands.
pub trait Hands {
    /// Puts the cursor of pane 1 on a service.
    fn select(&mut self, service: &str);
    /// Asks for a service's count, up to the review.
    fn scale(&mut self, to: &str);
    /// Says yes to the review on the screen.
    fn confirm(&mut self, to: &str);
    /// The review's change stays until it is undone; a rule that only counts would end by itself.
    fn without_an_end(&mut self);
    /// Undoes the newest change.
    fn undo(&mut self);
    /// Leaves, and asks for a good end.
    fn quit(&mut self);
}

impl Hands for Pty {
    fn select(&mut self, service: &str) {
        self.send("1/");
        self.send(service);
        self.send("\r");
        self.wait_for("1 of 4 match");
    }

    fn scale(&mut self, to: &str) {
        self.send("s");
        self.wait_for("enter review");
        self.send(to);
        self.wait_for(&format!("tasks: {to}"));
        self.send("\r");
        self.wait_for("y apply");
    }

    fn confirm(&mut self, to: &str) {
        let asked = format!("y {to}");
        self.wait_for(&asked);
        self.bytes_within(GRACE);
        self.send("y");
        self.wait_gone(&asked);
    }

    fn without_an_end(&mut self) {
        self.wait_for("Tab when you undo it");
        self.send("\t");
        self.wait_for("Tab by itself after 60 min");
    }

    fn undo(&mut self) {
        self.send("u");
        self.wait_for("Goes back:");
        self.confirm("undo");
    }

    fn quit(&mut self) {
        self.send("q");
        assert_eq!(self.wait_exit(), 0);
    }
}

/// Answers that moto does not have.
fn fill_gaps(proxy: &Proxy) {
    proxy.answer("ListResourcesForWebACL", |call| {
        let balancer = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/orchard/1";
        let asked = call.json()["ResourceType"] == "APPLICATION_LOAD_BALANCER";
        Answer::Json(json!({ "ResourceArns": if asked { vec![balancer] } else { Vec::new() } }))
    });
    let none = json!({ "IPAddressVersion": "IPV4", "Addresses": [] });
    proxy.json(
        "GetRateBasedStatementManagedKeys",
        json!({ "ManagedKeysIPV4": none, "ManagedKeysIPV6": none }),
    );
    proxy.json(
        "GetSampledRequests",
        json!({ "PopulationSize": 0, "SampledRequests": [] }),
    );
    proxy.answer("DescribeAccountAttributes", |_| {
        let quota = |name| format!("<AccountQuota><AccountQuotaName>{name}</AccountQuotaName><Used>1</Used><Max>100</Max></AccountQuota>");
        Answer::Xml(format!("<AccountQuotas>{}{}</AccountQuotas>", quota("ManualSnapshots"), quota("ManualClusterSnapshots")))
    });
}
