//! The contract: one script against moto and against the simulated account, and what the
//! console reads of the answers compared (`contract/*.py` say where and why they differ).

use crate::support::moto::Moto;
use crate::support::python::python;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// `tidegate sim` in a process of its own; it ends with this value.
struct Simulated {
    process: Child,
    url: String,
}

impl Simulated {
    fn start(more: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_tidegate"))
            .args(["sim", "--listen", "127.0.0.1:0", "--no-throttling"])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("tidegate starts");
        let said = BufReader::new(process.stdout.take().expect("piped"));
        let url = said
            .lines()
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("AWS_ENDPOINT_URL=")?.1.to_owned()))
            .expect("it says where it listens");
        Self { process, url }
    }
}

impl Drop for Simulated {
    fn drop(&mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it ends");
    }
}

/// The tables of the operations that the server knows.
const SHAPES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/sim/shape");

/// Runs a script against both.
fn compare(script: &str, simulated: &[&str]) -> Value {
    let moto = Moto::shared().account();
    let simulated = Simulated::start(simulated);
    let mut env = moto.env_at(&moto.endpoint);
    env.push(("MOTO".to_owned(), moto.endpoint.clone()));
    env.push(("SIM".to_owned(), simulated.url.clone()));
    env.push(("SHAPES".to_owned(), SHAPES.to_owned()));
    python(script, &env)
}

/// Nothing differs without a reason, no reason is left over, and every answer fits the model.
fn holds(found: &Value, steps: u64, operations: u64) {
    for name in ["unexplained", "needless", "wrong", "left out"] {
        let none = match &found[name] {
            Value::Object(rows) => rows.is_empty(),
            Value::Array(rows) => rows.is_empty(),
            _ => false,
        };
        assert!(none, "{name}: {:#}", found[name]);
    }
    let count = |name: &str| found[name].as_u64().unwrap_or_default();
    assert!(count("steps") >= steps, "{}", found["steps"]);
    assert!(count("checked") >= operations, "{}", found["checked"]);
}

/// Set, the tables of shapes are written anew instead of compared.
const WRITE: &str = "SHAPES_UPDATE";

#[test]
fn the_tables_of_shapes_are_what_botocores_models_say() {
    let made = python(include_str!("contract/shapes.py"), &[]);
    let made = made.as_object().expect("a text for each service");
    for (service, text) in made {
        let text = text.as_str().expect("a text");
        let path = format!("{}/src/sim/shape/{service}.txt", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os(WRITE).is_some() {
            std::fs::write(&path, text).expect("written");
        }
        let here = std::fs::read_to_string(&path).expect("a table");
        assert!(
            here == text,
            "{path} is another: make it anew with {WRITE}=1"
        );
    }
}

#[test]
fn waf_rds_logs_ssm_and_sts_answer_as_moto_or_are_right_where_they_differ() {
    let found = compare(include_str!("contract/store.py"), &["--speed", "60"]);
    holds(&found, 95, 45);
}

#[test]
fn services_scaling_groups_balancers_and_metrics_answer_as_the_model_and_moto_do() {
    let found = compare(include_str!("contract/compute.py"), &[]);
    assert_eq!(found, serde_json::json!([]));
}
