//! A Python of our own under `target/`, with pinned moto, boto3 and the AWS CLI.

use serde_json::Value;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const PINS: &str = include_str!("requirements.txt");

/// The interpreter. The first call on a machine builds the environment (about a
/// minute); parallel test processes wait for each other at a lock.
pub fn interpreter() -> &'static Path {
    static READY: OnceLock<PathBuf> = OnceLock::new();
    READY.get_or_init(|| {
        let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python");
        std::fs::create_dir_all(&home).expect("target/ is writable");
        let lock = File::create(home.join("lock")).expect("target/ is writable");
        lock.lock().expect("the lock of target/tmp/python");
        let stamp = home.join("pins");
        if std::fs::read_to_string(&stamp).ok().as_deref() != Some(PINS) {
            build(&home);
            std::fs::write(&stamp, PINS).expect("target/ is writable");
        }
        home.join("venv/bin/python")
    })
}

fn build(home: &Path) {
    let venv = home.join("venv");
    let pins = home.join("requirements.txt");
    std::fs::write(&pins, PINS).expect("target/ is writable");
    run(Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(&venv));
    run(Command::new(venv.join("bin/python"))
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
        ])
        .arg(&pins));
}

fn run(command: &mut Command) {
    match command.output() {
        Err(e) => {
            panic!("these tests need python3 with venv (Debian: apt install python3-venv): {e}")
        }
        Ok(done) if done.status.success() => {}
        Ok(done) => panic!(
            "{command:?} failed: {}",
            String::from_utf8_lossy(&done.stderr)
        ),
    }
}

/// In front of every script: `client("ecs")`, `out(value)`, and the usual modules.
const PRELUDE: &str = "
import boto3, datetime, json, os, sys, time
def client(name, region=None):
    return boto3.client(name, endpoint_url=os.environ['ENDPOINT'], region_name=region or os.environ['AWS_REGION'])
def out(value):
    value = {k: v for k, v in value.items() if k != 'ResponseMetadata'} if isinstance(value, dict) else value
    print(json.dumps(value, default=str))
def resource():
    return 'arn:aws:iam::' + client('sts').get_caller_identity()['Account'] + ':role/test'
";

/// A script behind the prelude, not begun yet.
pub fn command(script: &str) -> Command {
    let mut command = Command::new(interpreter());
    command.arg("-c").arg(format!("{PRELUDE}\n{script}"));
    command
}

/// Runs a script and takes what it printed with `out(…)`; `Null` where it printed nothing.
pub fn python(script: &str, env: &[(String, String)]) -> Value {
    let mut command = command(script);
    command.env_clear().envs(env.iter().cloned());
    let done = command.output().expect("python runs");
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(
        done.status.success(),
        "{script}\n{}",
        String::from_utf8_lossy(&done.stderr)
    );
    said.lines().last().map_or(Value::Null, |line| {
        serde_json::from_str(line).expect("the script prints JSON")
    })
}
