//! One console in a pty, watched: when each byte came, what the screen shows,
//! what the process cost.

use avt::Terminal;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

struct Seen {
    screen: Terminal,
    carry: Vec<u8>,
    /// A synchronized update that has begun and not ended: no terminal shows it yet.
    begun: String,
    bytes: u64,
    first: Option<Instant>,
    last: Option<Instant>,
    /// When the first byte after the last key came.
    answered: Option<Instant>,
    waiting: bool,
}

/// A running console.
pub struct Console {
    child: Box<dyn Child + Send + Sync>,
    writer: Box<dyn Write + Send>,
    _master: Box<dyn MasterPty + Send>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    pub started: Instant,
    _home: tempfile::TempDir,
}

impl Console {
    /// Starts the release binary against `url` at `cols` × `rows`.
    pub fn start(url: &str, cols: u16, rows: u16, arguments: &[&str]) -> Self {
        Self::start_with(url, cols, rows, arguments, &[])
    }

    /// As [`Console::start`], with more environment.
    pub fn start_with(
        url: &str,
        cols: u16,
        rows: u16,
        arguments: &[&str],
        env: &[(String, String)],
    ) -> Self {
        let home = tempfile::tempdir().expect("a directory");
        let pair = native_pty_system()
            .openpty(PtySize {
                rows,
                cols,
                pixel_width: 0,
                pixel_height: 0,
            })
            .expect("a pty");
        let mut command = command(url, home.path(), arguments);
        for (name, value) in env {
            command.env(name, value);
        }
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let writer = pair.master.take_writer().expect("a writer");
        let seen = Arc::new((
            Mutex::new(Seen {
                screen: Terminal::new(cols.into(), rows.into()).expect("a size"),
                carry: Vec::new(),
                begun: String::new(),
                bytes: 0,
                first: None,
                last: None,
                answered: None,
                waiting: false,
            }),
            Condvar::new(),
        ));
        let shared = seen.clone();
        let started = Instant::now();
        let child = pair
            .slave
            .spawn_command(command)
            .expect("the console starts");
        drop(pair.slave);
        std::thread::spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            while let Ok(n) = reader.read(&mut buffer) {
                if n == 0 {
                    break;
                }
                take(&shared, &buffer[..n], Instant::now());
            }
        });
        Self {
            child,
            writer,
            _master: pair.master,
            seen,
            started,
            _home: home,
        }
    }

    /// Waits until the screen satisfies `ready`; answers how long after the start the last byte of it came.
    pub fn until(&self, ready: impl Fn(&str) -> bool, limit: Duration) -> Option<Duration> {
        let deadline = Instant::now() + limit;
        let (lock, changed) = &*self.seen;
        let mut seen = lock.lock().expect("the screen");
        loop {
            if seen.first.is_some() && ready(&text(&seen.screen)) {
                return seen.last.map(|at| at - self.started);
            }
            let left = deadline.checked_duration_since(Instant::now())?;
            seen = changed.wait_timeout(seen, left).expect("the screen").0;
        }
    }

    /// Sends a key; answers the time to the first byte that follows, and the bytes until quiet for `quiet`.
    pub fn key(&mut self, key: &str, limit: Duration, quiet: Duration) -> Option<(Duration, u64)> {
        let (lock, changed) = &*self.seen;
        let before = {
            let mut seen = lock.lock().expect("the screen");
            (seen.waiting, seen.answered) = (true, None);
            seen.bytes
        };
        let sent = Instant::now();
        self.writer
            .write_all(key.as_bytes())
            .and_then(|()| self.writer.flush())
            .ok()?;
        let mut seen = lock.lock().expect("the screen");
        while seen.answered.is_none() {
            let left = limit.checked_sub(sent.elapsed())?;
            seen = changed.wait_timeout(seen, left).expect("the screen").0;
        }
        let took = seen.answered? - sent;
        loop {
            let (next, timeout) = changed.wait_timeout(seen, quiet).expect("the screen");
            seen = next;
            if timeout.timed_out() {
                return Some((took, seen.bytes - before));
            }
        }
    }

    /// Bytes written so far.
    pub fn bytes(&self) -> u64 {
        self.seen.0.lock().expect("the screen").bytes
    }

    /// The screen's text.
    pub fn screen(&self) -> String {
        text(&self.seen.0.lock().expect("the screen").screen)
    }

    /// CPU time used so far, all threads, user and system.
    pub fn cpu(&self) -> Duration {
        let stat = self.proc("stat");
        let fields: Vec<&str> = stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .collect();
        let ticks: u64 = [11, 12]
            .iter()
            .filter_map(|&i| fields.get(i)?.parse::<u64>().ok())
            .sum();
        Duration::from_millis(ticks * 10)
    }

    /// Resident memory in KiB.
    pub fn resident(&self) -> u64 {
        let status = self.proc("status");
        let line = status
            .lines()
            .find(|l| l.starts_with("VmRSS:"))
            .unwrap_or_default();
        line.split_whitespace()
            .nth(1)
            .and_then(|n| n.parse().ok())
            .unwrap_or(0)
    }

    fn proc(&self, file: &str) -> String {
        let pid = self.child.process_id().unwrap_or(0);
        std::fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default()
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn command(url: &str, home: &std::path::Path, arguments: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_tidegate"));
    command.env_clear();
    let settings = [
        ("AWS_ENDPOINT_URL", url),
        ("AWS_ACCESS_KEY_ID", "bench"),
        ("AWS_SECRET_ACCESS_KEY", "bench"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("TERM", "xterm-256color"),
        ("LANG", "C.UTF-8"),
        ("PATH", "/usr/bin:/bin"),
    ];
    for (name, value) in settings {
        command.env(name, value);
    }
    for name in ["HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"] {
        command.env(name, home);
    }
    command.args(arguments);
    command
}

fn take(shared: &(Mutex<Seen>, Condvar), bytes: &[u8], at: Instant) {
    let mut seen = shared.0.lock().expect("the screen");
    seen.bytes += bytes.len() as u64;
    seen.first.get_or_insert(at);
    seen.last = Some(at);
    if seen.waiting {
        (seen.waiting, seen.answered) = (false, Some(at));
    }
    seen.carry.extend_from_slice(bytes);
    let whole = match std::str::from_utf8(&seen.carry) {
        Ok(_) => seen.carry.len(),
        Err(e) => e.valid_up_to(),
    };
    let rest = seen.carry.split_off(whole);
    let text = String::from_utf8(std::mem::replace(&mut seen.carry, rest)).unwrap_or_default();
    seen.begun.push_str(&text);
    let shown = whole_frames(&seen.begun);
    let rest = seen.begun.split_off(shown);
    let shown = std::mem::replace(&mut seen.begun, rest);
    seen.screen.feed(shown.as_str());
    shared.1.notify_all();
}

fn text(screen: &Terminal) -> String {
    screen.screen().text().join("\n")
}

/// How much of what has come a terminal shows: all but the synchronized update that has not ended.
fn whole_frames(text: &str) -> usize {
    match (text.rfind("\x1b[?2026h"), text.rfind("\x1b[?2026l")) {
        (Some(begin), None) => begin,
        (Some(begin), Some(end)) if begin > end => begin,
        _ => text.len(),
    }
}
