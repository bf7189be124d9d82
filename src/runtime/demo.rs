//! `--demo`: the simulated account in this process, on a free loopback port, with a
//! place for the journal that is gone afterwards.

use super::{bug, clock, sim};
use crate::aws::Keys;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::text::Text;
use crate::model::message::Message;
use crate::model::settings::{Load, Settings, Venue};
use crate::sim::control::Control;
use crate::sim::desk::Setup;
use crate::sim::server::Sim;
use crate::sim::value::Value;
use rustix::process::Pid;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::watch;

/// What the simulated account takes as credentials: anything.
pub fn keys() -> Keys {
    Keys {
        access_key_id: "simulated".to_owned(),
        secret_access_key: "simulated".to_owned(),
        session_token: None,
        expires: None,
    }
}

/// Everything ready, nothing built yet: the first frame comes before the world.
#[derive(Debug)]
pub struct Stage {
    setup: Setup,
    listener: TcpListener,
}

/// The furnished cluster; the console would find it by itself, a little later.
const CLUSTER: &str = "orchard";

/// The account keeps its lines in this very process: the console needs not keep as many once more.
const LOG_BYTES: usize = 16 << 20;

impl Stage {
    /// Takes a free port, and makes `settings` look there and nowhere else.
    pub fn set(setup: Setup, settings: &mut Settings) -> Result<Self, Fault> {
        let listener = sim::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let at = listener.local_addr().map_err(|e| super::local(&e))?;
        let load = if setup.config.load > 0.0 {
            Load::Test
        } else {
            Load::Calm
        };
        settings.venue = Venue::Simulated(load);
        settings.profile = None;
        settings.region = Some(setup.config.region.as_str().into());
        settings.endpoint = Some(Text::clean(&format!("http://{at}")));
        settings.cluster.get_or_insert_with(|| CLUSTER.into());
        settings.log_bytes = settings.log_bytes.min(LOG_BYTES);
        Ok(Self { setup, listener })
    }

    /// Builds the account and serves it, on a thread of its own.
    pub fn raise(self) -> Result<Demo, Fault> {
        let (end, ending) = watch::channel(false);
        let account = Arc::new(OnceLock::new());
        let built = account.clone();
        let life = move || {
            // Without a runtime nobody answers, and the header says so.
            let ended = sim::serve_quietly(self.setup, self.listener, &built, ending);
            if let Err(error) = ended {
                tracing::error!("the simulated account ended: {error}");
            }
        };
        // Of a worker's name, so that a bug in there costs one answer and not the screen.
        let thread = std::thread::Builder::new().name(bug::WORKER.into());
        thread.spawn(life).map_err(|e| super::local(&e))?;
        Ok(Demo { account, _end: end })
    }
}

/// The simulated account at work; it ends with this.
#[derive(Debug)]
pub struct Demo {
    account: Arc<OnceLock<Arc<Sim>>>,
    _end: watch::Sender<bool>,
}

impl Demo {
    /// Does what `:demo …` says, and tells what came of it.
    pub fn tell(&self, words: &str) -> Message {
        let refused = |what: String| {
            let fault = Fault::new(FaultKind::Usage, what);
            Message::Trouble(fault.next("Type :demo and look at what is offered"))
        };
        let command = match Control::parse(words) {
            Ok(command) => command,
            Err(why) => return refused(why),
        };
        let Some(account) = self.account.get() else {
            return refused("The simulated account is not built yet".to_owned());
        };
        account.obey(command);
        Message::Told(Text::clean(&said(&account.state())))
    }
}

/// The account's state in one line.
fn said(state: &Value) -> String {
    let text = |name: &str| match state.get(name) {
        Some(Value::Float(number)) => format!("{number}×"),
        Some(Value::Text(text)) => text.clone(),
        _ => String::new(),
    };
    let faults = state.get("faults").map(Value::items).unwrap_or_default();
    let faults: Vec<&str> = faults.iter().filter_map(Value::as_text).collect();
    let faults = if faults.is_empty() {
        "none".to_owned()
    } else {
        faults.join(", ")
    };
    format!(
        "load {} · speed {} · faults: {faults}",
        text("load"),
        text("speed")
    )
}

/// How often the console's clock follows the account's.
const FOLLOW: Duration = Duration::from_millis(100);

/// Lets the console's clock go as the account's does.
pub(super) async fn follow(account: Arc<Sim>) {
    loop {
        clock::lead(account.now());
        tokio::time::sleep(FOLLOW).await;
    }
}

/// A directory of nobody else's, gone with everything in it when this is dropped.
#[derive(Debug)]
pub struct Attic(PathBuf);

impl Attic {
    /// In memory where the system has such a place, else where temporary files go.
    pub fn new() -> Result<Self, Fault> {
        let places = [
            std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from),
            Some(PathBuf::from("/dev/shm")),
            Some(std::env::temp_dir()),
        ];
        places.iter().flatten().for_each(|place| sweep(place));
        let mut made = places.iter().flatten().filter_map(|place| private(place));
        made.next().map(Self).ok_or_else(|| {
            Fault::new(FaultKind::Local, "there is no place for the demo's journal")
                .means(
                    "Changes are written down before they are sent, in a simulated account as well",
                )
                .next("Make /dev/shm or the directory in TMPDIR writable")
        })
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

/// How the names begin; the process follows.
const ATTIC: &str = "tidegate-demo-";

/// Takes away what a demo left in `place` that was killed and could not. Only our own, that nobody
/// else could write in, of processes that are gone.
fn sweep(place: &Path) {
    let Ok(entries) = std::fs::read_dir(place) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let left = name.to_str().and_then(process_of).is_some_and(is_gone);
        if left && is_ours(&entry.path()) {
            // Another demo may sweep at the same time.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// The process in `tidegate-demo-PID-xxxxxxxx`.
fn process_of(name: &str) -> Option<Pid> {
    let (pid, rest) = name.strip_prefix(ATTIC)?.split_once('-')?;
    let is_whole = rest.len() == 8 && rest.bytes().all(|b| b.is_ascii_hexdigit());
    let pid = pid.parse().ok().filter(|_| is_whole)?;
    Pid::from_raw(pid)
}

/// A process that we may not signal is there all the same.
fn is_gone(pid: Pid) -> bool {
    rustix::process::test_kill_process(pid) == Err(rustix::io::Errno::SRCH)
}

/// A directory, no link to one, of this user, closed to others.
fn is_ours(path: &Path) -> bool {
    let closed = |mode: u32| mode.trailing_zeros() >= 6;
    let ours = |meta: std::fs::Metadata| {
        meta.is_dir() && meta.uid() == rustix::process::getuid().as_raw() && closed(meta.mode())
    };
    std::fs::symlink_metadata(path).is_ok_and(ours)
}

/// A new directory below `place`; of a name that nobody can have laid there before.
fn private(place: &Path) -> Option<PathBuf> {
    let name = format!("{ATTIC}{}-{:08x}", std::process::id(), fastrand::u32(..));
    let path = place.join(name);
    let made = place
        .is_absolute()
        .then(|| std::fs::DirBuilder::new().mode(0o700).create(&path));
    made.and_then(Result::ok).map(|()| path)
}

impl Drop for Attic {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!("{} stays behind: {error}", self.0.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{DirBuilder, Permissions, set_permissions};
    use std::os::unix::fs::{PermissionsExt, symlink};

    /// The number of a process that has been and is no more.
    fn gone() -> u32 {
        let mut child = std::process::Command::new("true").spawn().expect("true");
        let pid = child.id();
        child.wait().expect("ended");
        pid
    }

    #[test]
    fn what_a_killed_demo_left_is_swept_and_nothing_else() {
        let place = tempfile::tempdir().expect("a directory");
        let make = |name: &str, mode: u32| {
            let path = place.path().join(name);
            DirBuilder::new().mode(0o700).create(&path).expect("made");
            std::fs::write(path.join("journal"), "x").expect("written");
            set_permissions(&path, Permissions::from_mode(mode)).expect("set");
            path
        };
        let dead = gone();
        let left = make(&format!("{ATTIC}{dead}-0123abcd"), 0o700);
        let kept = [
            make(&format!("{ATTIC}{}-0123abcd", std::process::id()), 0o700),
            make(&format!("{ATTIC}{dead}-0123abce"), 0o755),
            make(&format!("{ATTIC}{dead}-odd"), 0o700),
            make(&format!("{ATTIC}x-0123abcd"), 0o700),
            make("somebody-elses", 0o700),
        ];
        let link = place.path().join(format!("{ATTIC}{dead}-0123abcf"));
        symlink(&kept[4], &link).expect("linked");
        sweep(place.path());
        assert!(!left.exists());
        assert!(kept.iter().all(|path| path.join("journal").exists()));
        assert!(link.symlink_metadata().is_ok());
    }
}
