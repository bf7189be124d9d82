//! Starting a guard: our own binary again, outside the login session.

use super::process::{Brief, Word};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::SessionId;
use crate::session::snapshot::Protection;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// The longest that it may take to log in, to look who we are, and to take the lock.
const READY: Duration = Duration::from_mins(1);

/// Starts the guard and waits until it has the session, or says why not. Where no scope can be
/// made, a process of its own session has to do; which of them it is, is told.
pub fn spawn(mut brief: Brief) -> Result<SessionId, Fault> {
    brief.protection = protection();
    match begin(&brief) {
        Err(Unborn::Silent) if brief.protection == Protection::Scope => {
            brief.protection = Protection::Detached;
            begin(&brief)
        }
        begun => begun,
    }
    .map_err(|unborn| match unborn {
        Unborn::Silent => not_started("it ended without a word"),
        Unborn::Told(fault) => fault,
    })
}

/// Why there is no guard.
enum Unborn {
    Told(Fault),
    /// It never came so far as to say why.
    Silent,
}

impl From<Fault> for Unborn {
    fn from(fault: Fault) -> Self {
        Self::Told(fault)
    }
}

fn begin(brief: &Brief) -> Result<SessionId, Unborn> {
    let name = brief.task.session().as_str().to_owned();
    let mut child = start(brief.protection, &name)?;
    let sent = serde_json::to_string(brief).map_err(|e| not_started(&e.to_string()))?;
    if let Some(mut input) = child.stdin.take() {
        // One that died at once says more on its way out.
        input.write_all(sent.as_bytes()).ok();
    }
    let out = child.stdout.take();
    let heard = out.map(|out| first_line(out, READY));
    if matches!(heard, Some(None)) {
        // It has said nothing yet, so it has sent nothing yet.
        child.kill().ok();
    }
    reap(child);
    let Some(line) = heard.flatten() else {
        return Err(not_started("it did not say within a minute that it has the session").into());
    };
    match serde_json::from_str(&line) {
        Ok(Word::Ready { session }) => Ok(session),
        Ok(Word::Refused(told)) => Err(Unborn::Told(Fault::from(&told))),
        Err(_) => Err(Unborn::Silent),
    }
}

/// What comes first, where it comes in time. The thread ends with the pipe.
fn first_line(out: impl Read + Send + 'static, within: Duration) -> Option<String> {
    let (said, heard) = mpsc::channel();
    let read = move || {
        let mut line = String::new();
        // What cannot be read is as good as nothing said.
        BufReader::new(out).read_line(&mut line).ok();
        said.send(line).ok();
    };
    let reader = std::thread::Builder::new().name("guard-word".to_owned());
    reader.spawn(read).ok()?;
    heard.recv_timeout(within).ok()
}

/// Nobody waits for the guard's end; but one that ends before us must not stay as a zombie.
fn reap(mut child: Child) {
    let wait = move || drop(child.wait());
    std::thread::Builder::new()
        .name("guard-end".to_owned())
        .spawn(wait)
        .ok();
}

fn start(protection: Protection, name: &str) -> Result<Child, Fault> {
    let exe = std::env::current_exe().map_err(|e| not_started(&e.to_string()))?;
    let mut command = match protection {
        Protection::Scope => {
            let mut command = Command::new("systemd-run");
            let unit = format!("--unit=tidegate-{name}");
            command
                .args(["--user", "--scope", "--quiet", "--collect", &unit, "--"])
                .arg(&exe);
            command
        }
        _ => Command::new(&exe),
    };
    command
        .arg("guard")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command.spawn().map_err(|e| not_started(&e.to_string()))
}

/// A user manager that outlives the login keeps the guard alive; else a session of its own must do
/// (safety.md §2).
fn protection() -> Protection {
    let manager = std::env::var_os("XDG_RUNTIME_DIR")
        .is_some_and(|dir| Path::new(&dir).join("systemd/private").exists());
    let user = crate::journal::user();
    let lingers = Path::new("/var/lib/systemd/linger").join(user).exists();
    let runs = ["/usr/bin/systemd-run", "/bin/systemd-run"];
    if manager && lingers && runs.iter().any(|p| Path::new(p).exists()) {
        Protection::Scope
    } else {
        Protection::Detached
    }
}

fn not_started(why: &str) -> Fault {
    Fault::new(
        FaultKind::Local,
        format!("The guard could not be started: {why}"),
    )
    .means("nothing was changed")
    .next("look at the limits of this machine (ulimit -a), then try again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guard_that_says_nothing_is_not_waited_for_for_ever() {
        let (silent, _open) = std::io::pipe().unwrap();
        assert_eq!(first_line(silent, Duration::from_millis(20)), None);
        let (heard, mut says) = std::io::pipe().unwrap();
        says.write_all(b"ready\n").unwrap();
        assert_eq!(first_line(heard, READY).as_deref(), Some("ready\n"));
        let (dead, _) = std::io::pipe().unwrap();
        assert_eq!(first_line(dead, READY).as_deref(), Some(""));
    }
}
