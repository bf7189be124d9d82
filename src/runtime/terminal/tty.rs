//! The tty itself: entered, written to by one thread at a time, and left once as it was found.

use crate::domain::fault::{Fault, FaultKind};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::stdio::{stdin, stdout};
use rustix::termios::{
    OptionalActions, QueueSelector, Termios, isatty, tcflush, tcgetattr, tcgetwinsize, tcsetattr,
};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

/// Alternate screen, bracketed paste, no cursor, no colour.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?2004h\x1b[?25l\x1b[m";

/// The way back, each step for itself.
const LEAVE: [&[u8]; 5] = [
    b"\x1b[?2026l",
    b"\x1b[m",
    b"\x1b[?2004l",
    b"\x1b[?25h",
    b"\x1b[?1049l",
];

/// How long leaving waits for a block that is being written to a stalled terminal.
const STALL: Duration = Duration::from_millis(150);

/// The modes as they were found; present exactly while the terminal is ours.
static FOUND: Mutex<Option<Termios>> = Mutex::new(None);

/// Held while bytes leave, so that a block and the way back never mix.
static OUT: Mutex<()> = Mutex::new(());

/// Refuses where there is no terminal to draw on.
pub fn check() -> Result<(), Fault> {
    let fault = |what: &str| {
        Fault::new(FaultKind::Usage, what)
            .means("The console needs a terminal to draw on and to read keys from")
            .next("Start it in a terminal; over SSH with `ssh -t`")
    };
    match (isatty(stdin()), isatty(stdout())) {
        (false, _) => Err(fault("Standard input is not a terminal")),
        (_, false) => Err(fault("Standard output is not a terminal")),
        _ if std::env::var_os("TERM").is_some_and(|t| t == "dumb") => Err(fault("TERM is “dumb”")),
        _ => Ok(()),
    }
}

/// Columns and rows, at least one each.
pub fn size() -> (u16, u16) {
    let known = tcgetwinsize(stdout())
        .ok()
        .filter(|s| s.ws_col > 0 && s.ws_row > 0);
    known.map_or((80, 24), |s| (s.ws_col, s.ws_row))
}

/// Makes the terminal ours: raw mode, alternate screen, bracketed paste. Also
/// after a stop, whatever state the shell left it in.
pub fn enter() -> Result<(), Fault> {
    raw_mode().map_err(|e| local("The terminal does not take raw mode", e))?;
    put(ENTER).map_err(|e| local("The terminal takes no output", e))
}

fn raw_mode() -> Result<(), Errno> {
    let mut found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    let before = match found.take() {
        Some(before) => before,
        None => tcgetattr(stdin())?,
    };
    let mut raw = before.clone();
    raw.make_raw();
    *found = Some(before);
    tcsetattr(stdin(), OptionalActions::Now, &raw)
}

fn local(what: &str, error: Errno) -> Fault {
    Fault::new(FaultKind::Local, format!("{what} ({error})"))
}

/// Leaves the terminal as it was found. Only the first call does anything, so
/// every way out may call it. Modes go first: they cannot stall.
pub fn restore() {
    let Some(before) = take_found() else { return };
    let _ = tcsetattr(stdin(), OptionalActions::Now, &before);
    // Keys that were meant for the console must not run in the shell that reads next.
    let _ = tcflush(stdin(), QueueSelector::IFlush);
    let Some(_alone) = lock_within(STALL) else {
        return;
    };
    for step in LEAVE {
        if is_writable() {
            let _ = rustix::io::write(stdout(), step);
        }
    }
}

/// The terminal is gone: from now on nothing is written to it.
pub fn abandon() {
    take_found();
}

/// Whether the terminal is ours now.
pub fn is_ours() -> bool {
    FOUND
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .is_some()
}

fn take_found() -> Option<Termios> {
    FOUND.lock().unwrap_or_else(PoisonError::into_inner).take()
}

fn lock_within(limit: Duration) -> Option<MutexGuard<'static, ()>> {
    let start = Instant::now();
    loop {
        match OUT.try_lock() {
            Ok(guard) => return Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) if start.elapsed() > limit => return None,
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(2)),
        }
    }
}

fn is_writable() -> bool {
    let out = stdout();
    let mut fds = [PollFd::new(&out, PollFlags::OUT)];
    let limit = rustix::event::Timespec {
        tv_sec: 0,
        tv_nsec: 50_000_000,
    };
    poll(&mut fds, Some(&limit)).is_ok_and(|n| n > 0) && fds[0].revents().contains(PollFlags::OUT)
}

/// Writes all of it, or nothing when the terminal is not ours. May block as
/// long as the terminal does; an error means that the terminal is gone.
pub fn put(mut bytes: &[u8]) -> Result<(), Errno> {
    let _alone = OUT.lock().unwrap_or_else(PoisonError::into_inner);
    if !is_ours() {
        return Ok(());
    }
    while !bytes.is_empty() {
        match rustix::io::write(stdout(), bytes) {
            Ok(0) => return Err(Errno::IO),
            Ok(n) => bytes = &bytes[n..],
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => drop(is_writable()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
