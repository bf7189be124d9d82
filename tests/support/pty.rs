//! The built program in a real pty, seen through an independent terminal.
//!
//! Nothing here sleeps for a time that might do: everything waits for what it
//! wants to see, up to a deadline, and shows the screen where it does not come.

use avt::{ScreenKind, Terminal};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use std::io::{Read, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The longest anything may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// An endpoint that refuses at once.
pub const NOBODY: &str = "http://127.0.0.1:1";

/// What `/proc` counts in, on every Linux.
const TICKS_PER_SECOND: u64 = 100;

/// Everything the program has written so far.
pub struct Seen {
    pub terminal: Terminal,
    pub raw: Vec<u8>,
    held: Vec<u8>,
    closing: bool,
    ended: bool,
}

struct Shared {
    seen: Mutex<Seen>,
    more: Condvar,
}

/// A program in a pty.
pub struct Pty {
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    reader: Option<JoinHandle<()>>,
    child: Box<dyn Child + Send + Sync>,
    shared: Arc<Shared>,
    modes_found: String,
    home: tempfile::TempDir,
}

/// How a program is started.
pub struct Start {
    size: (u16, u16),
    argv: Vec<String>,
    env: Vec<(String, String)>,
}

impl Start {
    /// The console, with dummy credentials and an endpoint that refuses.
    pub fn console() -> Self {
        Self::program(env!("CARGO_BIN_EXE_tidegate"))
    }

    /// Any program, in the same surroundings.
    pub fn program(path: &str) -> Self {
        let env = [
            ("TERM", "xterm-256color"),
            ("LANG", "C.UTF-8"),
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "none"),
            ("AWS_REGION", "ap-northeast-2"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_ENDPOINT_URL", NOBODY),
        ];
        let env = env
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec();
        Self {
            size: (120, 36),
            argv: vec![path.to_owned()],
            env,
        }
    }

    pub fn size(mut self, columns: u16, rows: u16) -> Self {
        self.size = (columns, rows);
        self
    }

    pub fn arg(mut self, arg: &str) -> Self {
        self.argv.push(arg.to_owned());
        self
    }

    /// Sets a variable, in the place of one set before.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.retain(|(n, _)| n != name);
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Leaves a variable out.
    pub fn without(mut self, name: &str) -> Self {
        self.env.retain(|(n, _)| n != name);
        self
    }

    /// Starts it.
    pub fn go(self) -> Pty {
        let home = tempfile::tempdir().expect("a home");
        let pair = native_pty_system()
            .openpty(pty_size(self.size))
            .expect("a pty");
        let modes_found = modes(&*pair.master);
        let mut command = CommandBuilder::from_argv(self.argv.iter().map(Into::into).collect());
        command.env_clear();
        command.cwd(home.path());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", home.path());
        for (name, value) in &self.env {
            command.env(name, value);
        }
        let child = pair
            .slave
            .spawn_command(command)
            .expect("the program starts");
        let (shared, reader) = watch(pair.master.try_clone_reader().expect("a reader"), self.size);
        let writer = Some(pair.master.take_writer().expect("a writer"));
        Pty {
            master: Some(pair.master),
            writer,
            reader: Some(reader),
            child,
            shared,
            modes_found,
            home,
        }
    }
}

fn pty_size((cols, rows): (u16, u16)) -> PtySize {
    PtySize {
        rows,
        cols,
        pixel_width: 0,
        pixel_height: 0,
    }
}

fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios())
}

fn watch(mut from: Box<dyn Read + Send>, size: (u16, u16)) -> (Arc<Shared>, JoinHandle<()>) {
    let terminal = Terminal::new(size.0.into(), size.1.into()).expect("a terminal");
    let seen = Seen {
        terminal,
        raw: Vec::new(),
        held: Vec::new(),
        closing: false,
        ended: false,
    };
    let shared = Arc::new(Shared {
        seen: Mutex::new(seen),
        more: Condvar::new(),
    });
    let theirs = shared.clone();
    let reader = std::thread::spawn(move || {
        let mut bytes = [0; 8192];
        loop {
            let read = from.read(&mut bytes).unwrap_or(0);
            let mut seen = theirs.seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.take(&bytes[..read]);
            seen.ended = read == 0 || seen.closing;
            theirs.more.notify_all();
            if seen.ended {
                return;
            }
        }
    });
    (shared, reader)
}

impl Seen {
    fn take(&mut self, bytes: &[u8]) {
        self.raw.extend_from_slice(bytes);
        self.held.extend_from_slice(bytes);
        let valid = match std::str::from_utf8(&self.held) {
            Ok(_) => self.held.len(),
            Err(error) => error.valid_up_to(),
        };
        let text: Vec<u8> = self.held.drain(..valid).collect();
        self.terminal.feed(String::from_utf8_lossy(&text).as_ref());
    }

    /// The screen as lines of text.
    pub fn screen(&self) -> String {
        let (_, rows) = self.terminal.size();
        let line = |y| {
            self.terminal
                .screen()
                .line(y)
                .map(|l| l.text().trim_end().to_owned())
                .unwrap_or_default()
        };
        (0..rows).map(line).collect::<Vec<_>>().join("\n")
    }

    /// Whether nothing more will come.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// Whether the program's own screen is shown, not the shell's.
    pub fn is_alternate(&self) -> bool {
        self.terminal.active_screen_kind() == ScreenKind::Alternate
    }
}

impl Pty {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.shared
            .seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until what was written fulfils `wish`.
    pub fn wait_until(&self, what: &str, wish: impl Fn(&Seen) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = self.seen();
        while !wish(&seen) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "{what} did not come; the screen:\n{}",
                seen.screen()
            );
            assert!(
                !seen.ended,
                "it ended before {what} came; the screen:\n{}",
                seen.screen()
            );
            seen = self
                .shared
                .more
                .wait_timeout(seen, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// Waits until the screen shows this text.
    pub fn wait_for(&self, text: &str) {
        self.wait_until(&format!("“{text}”"), |seen| {
            seen.screen().contains(text)
        });
    }

    /// Waits until the screen does not show this text any more.
    pub fn wait_gone(&self, text: &str) {
        self.wait_until(&format!("a screen without “{text}”"), |seen| {
            !seen.screen().contains(text)
        });
    }

    /// Whether anything was written within `span`, from now on.
    pub fn bytes_within(&self, span: Duration) -> Vec<u8> {
        let deadline = Instant::now() + span;
        let mut seen = self.seen();
        let from = seen.raw.len();
        while !deadline.saturating_duration_since(Instant::now()).is_zero() {
            let left = deadline.saturating_duration_since(Instant::now());
            seen = self
                .shared
                .more
                .wait_timeout(seen, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        seen.raw[from..].to_vec()
    }

    /// Waits until nothing has been written for `span`.
    pub fn wait_quiet(&self, span: Duration) {
        let deadline = Instant::now() + PATIENCE;
        while !self.bytes_within(span).is_empty() {
            assert!(
                Instant::now() < deadline,
                "it never got quiet; the screen:\n{}",
                self.screen()
            );
        }
    }

    /// Sends bytes as if typed.
    pub fn send(&mut self, keys: &str) {
        let writer = self.writer.as_mut().expect("not hung up");
        writer
            .write_all(keys.as_bytes())
            .and_then(|()| writer.flush())
            .expect("it takes keys");
    }

    /// Gives the terminal another size.
    pub fn resize(&self, columns: u16, rows: u16) {
        self.seen().terminal.resize(columns.into(), rows.into());
        self.master
            .as_ref()
            .expect("not hung up")
            .resize(pty_size((columns, rows)))
            .expect("it resizes");
    }

    /// The screen as text.
    pub fn screen(&self) -> String {
        self.seen().screen()
    }

    /// All bytes written so far.
    pub fn raw(&self) -> Vec<u8> {
        self.seen().raw.clone()
    }

    /// Whether the program has ended.
    pub fn ended(&self) -> bool {
        self.seen().ended()
    }

    /// Whether the program's own screen is shown.
    pub fn is_alternate(&self) -> bool {
        self.seen().is_alternate()
    }

    /// Whether the line modes are as they were before the program started.
    pub fn has_modes_as_found(&self) -> bool {
        modes(&**self.master.as_ref().expect("not hung up")) == self.modes_found
    }

    pub fn pid(&self) -> u32 {
        self.child.process_id().expect("it has a pid")
    }

    /// The program's home directory.
    pub fn home(&self) -> &std::path::Path {
        self.home.path()
    }

    pub fn signal(&self, signal: Signal) {
        send_signal(self.pid(), signal);
    }

    /// Waits for the end; answers with the exit code, as a shell would report it.
    pub fn wait_exit(&mut self) -> u32 {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("it can be waited for") {
                self.read_to_the_end();
                return status.exit_code();
            }
            assert!(
                Instant::now() < deadline,
                "it did not end; the screen:\n{}",
                self.screen()
            );
            std::thread::park_timeout(Duration::from_millis(2));
        }
    }

    /// What was written just before the end may still be on its way.
    fn read_to_the_end(&self) {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = self.seen();
        while !seen.ended && Instant::now() < deadline {
            seen = self
                .shared
                .more
                .wait_timeout(seen, Duration::from_millis(50))
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// The terminal vanishes, as when an SSH connection dies.
    pub fn hang_up(&mut self) {
        self.seen().closing = true;
        // The reader holds the terminal open until it has read something.
        let master = self.master.take().expect("not hung up");
        master.resize(pty_size((77, 22))).expect("it resizes");
        self.reader
            .take()
            .expect("not hung up")
            .join()
            .expect("the reader ends");
        self.writer = None;
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        // It may have ended long ago.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn send_signal(pid: u32, signal: Signal) {
    let pid = i32::try_from(pid)
        .ok()
        .and_then(Pid::from_raw)
        .expect("a pid");
    kill_process(pid, signal).expect("it is there");
}

/// Waits until a child of ours stands still, so that a SIGCONT cannot come too early.
pub fn wait_stopped(pid: u32) {
    let pid = i32::try_from(pid)
        .ok()
        .and_then(Pid::from_raw)
        .expect("a pid");
    let options = WaitIdOptions::STOPPED | WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    let seen = waitid(WaitId::Pid(pid), options)
        .expect("a child")
        .expect("it waits");
    assert!(seen.stopped(), "it ended and did not stop");
}

/// User and system time that a process has used.
pub fn cpu_time(pid: u32) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
    let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND))
}

/// Whether a process runs (a zombie does not).
pub fn is_running(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ")
        .is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}
