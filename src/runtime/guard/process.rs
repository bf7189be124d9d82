//! `tidegate guard`: the guard's own process. What it is to do comes on standard input; `ready`
//! goes back on standard output once the lock is held, the first records are durable, the socket
//! is open and the account is the one that was meant.

use super::{Guard, Handle, Parts, Task, client, server};
use crate::aws::{Aws, Gate, Options};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::{ProfileName, Region, SessionId};
use crate::journal::Store;
use crate::runtime::clock::Clock;
use crate::session::ask::Told;
use crate::session::load_test::Stage;
use crate::session::machine::Pace;
use crate::session::snapshot::Protection;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// The longest brief, in bytes.
const LONGEST: u64 = 4 * 1024 * 1024;
/// So long the last words of a guard that was told to end can be heard.
const LEAVING: Duration = Duration::from_millis(300);
/// So long the end can be heard of.
const GOODBYE: Duration = Duration::from_secs(2);

/// What a guard is told when it begins. Never in arguments or environment: others could read them.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Brief {
    pub profile: Option<ProfileName>,
    pub region: Option<Region>,
    pub endpoint: Option<String>,
    /// Keys that the console holds and nothing renews (after an MFA code).
    pub keys: Option<Held>,
    /// The journal's directory.
    pub journal: PathBuf,
    pub protection: Protection,
    pub pace: Option<Pace>,
    pub task: Task,
}

/// Credentials handed over; in memory only.
#[derive(serde::Serialize, serde::Deserialize)]
pub struct Held {
    pub access_key_id: String,
    pub secret_access_key: String,
    pub session_token: Option<String>,
    /// Seconds since 1970.
    pub expires: Option<u64>,
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Held").finish_non_exhaustive()
    }
}

/// What comes back, one line.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    Ready { session: SessionId },
    Refused(Told),
}

/// Runs the guard of this process to the session's end.
pub fn run() -> Result<(), Fault> {
    leave_the_login();
    let brief = brief();
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build().map_err(|e| {
        Fault::new(
            FaultKind::Local,
            format!("No runtime could be started: {e}"),
        )
    })?;
    runtime.block_on(async {
        let begun = match brief {
            Ok(brief) => Box::pin(begin(brief)).await,
            Err(fault) => Err(fault),
        };
        match begun {
            Err(fault) => {
                say(&Word::Refused(Told::from(&fault)));
                Err(fault)
            }
            Ok(begun) => {
                carry(begun).await;
                Ok(())
            }
        }
    })
}

/// A session of its own: the terminal's hang-up and its keys do not reach it. It fails only where
/// the process leads one already.
fn leave_the_login() {
    rustix::process::setsid().ok();
}

fn brief() -> Result<Brief, Fault> {
    let mut text = String::new();
    let read = std::io::stdin()
        .lock()
        .take(LONGEST)
        .read_to_string(&mut text);
    read.map_err(|e| e.to_string())
        .and_then(|_| serde_json::from_str(&text).map_err(|e| e.to_string()))
        .map_err(|e| {
            Fault::new(
                FaultKind::Usage,
                format!("The guard was not told what to do ({e})"),
            )
            .means("it is started by tidegate itself")
            .next("use `tidegate session start`")
        })
}

struct Begun {
    guard: Guard,
    handle: super::Handle,
    listener: tokio::net::UnixListener,
    socket: PathBuf,
    session: SessionId,
}

async fn begin(brief: Brief) -> Result<Begun, Fault> {
    let session = match &brief.task {
        Task::Start { opening, .. } => opening.id.clone(),
        Task::TakeUp { session, .. } => session.clone(),
    };
    let socket = client::socket_path(&brief.journal, &session);
    server::check(&socket)?;
    let store = Store::open(&brief.journal)?;
    let options = Options {
        profile: brief.profile,
        region: brief.region,
        endpoint: brief.endpoint,
        session: Some(session.clone()),
        credentials: brief.keys.map(crate::aws::Keys::from),
        ..Options::default()
    };
    let aws = Box::pin(Aws::connect(options)).await?;
    let parts = Parts {
        aws: aws.through(Gate::open()),
        store,
        protection: brief.protection,
        pace: brief.pace.unwrap_or_default(),
        clock: Clock::start(),
    };
    let (guard, handle) = Box::pin(Guard::begin(parts, brief.task)).await?;
    let listener = server::listen(&socket)?;
    Ok(Begun {
        guard,
        handle,
        listener,
        socket,
        session,
    })
}

async fn carry(begun: Begun) {
    let Begun {
        guard,
        handle,
        listener,
        socket,
        session,
    } = begun;
    say(&Word::Ready { session });
    close_the_streams();
    let signalled = tokio::spawn(signalled(handle.clone(), socket.clone()));
    let server = tokio::spawn(server::serve(listener, handle));
    let last = Box::pin(guard.run()).await;
    // Who comes late or reads slowly still hears of the end.
    if last.stage == Stage::Closed {
        tokio::time::sleep(GOODBYE).await;
        std::fs::remove_file(&socket).ok();
    } else {
        tokio::time::sleep(LEAVING).await;
    }
    server.abort();
    signalled.abort();
}

/// A shutdown, or whoever ends the process: the session stays open. The socket's name goes while the
/// lock is held: afterwards it is the next guard's.
async fn signalled(handle: Handle, socket: PathBuf) {
    let Ok(mut told) = signal(SignalKind::terminate()) else {
        return;
    };
    if told.recv().await.is_some() {
        std::fs::remove_file(&socket).ok();
        handle.leave("SIGTERM");
    }
}

/// Whoever started it may be gone already.
fn say(word: &Word) {
    if let Ok(line) = serde_json::to_string(word) {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{line}").and_then(|()| out.flush()).ok();
    }
}

/// From here on nobody listens: a pipe that is held open would keep the starter's shell waiting.
fn close_the_streams() {
    let Ok(null) = std::fs::File::options()
        .read(true)
        .write(true)
        .open("/dev/null")
    else {
        return;
    };
    rustix::stdio::dup2_stdin(&null).ok();
    rustix::stdio::dup2_stdout(&null).ok();
    rustix::stdio::dup2_stderr(&null).ok();
}

impl From<crate::aws::Keys> for Held {
    fn from(keys: crate::aws::Keys) -> Self {
        let since = |t: std::time::SystemTime| t.duration_since(std::time::UNIX_EPOCH).ok();
        Self {
            access_key_id: keys.access_key_id,
            secret_access_key: keys.secret_access_key,
            session_token: keys.session_token,
            expires: keys.expires.and_then(since).map(|d| d.as_secs()),
        }
    }
}

impl From<Held> for crate::aws::Keys {
    fn from(held: Held) -> Self {
        let at = |s| std::time::UNIX_EPOCH + Duration::from_secs(s);
        Self {
            access_key_id: held.access_key_id,
            secret_access_key: held.secret_access_key,
            session_token: held.session_token,
            expires: held.expires.map(at),
        }
    }
}
