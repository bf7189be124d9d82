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
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::DirBuilderExt;
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

/// A new directory below `place`; of a name that nobody can have laid there before.
fn private(place: &Path) -> Option<PathBuf> {
    let name = format!(
        "tidegate-demo-{}-{:08x}",
        std::process::id(),
        fastrand::u32(..)
    );
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
