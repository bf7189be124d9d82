//! Signals become alarms. A signal that ends the program also arms the watchdog
//! here, so that it does so even while the event loop is stuck.

use super::inbox::{Alarm, Post};
use super::{bug, watchdog};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::Signals;
use std::time::Duration;

/// A lost terminal ends the program within half a second (safety.md §3).
pub const LOST: Duration = Duration::from_millis(400);

/// Leaving in good order takes so long at most.
const STOP: Duration = Duration::from_secs(2);

/// Starts the thread that waits for signals.
pub fn start<N: Send + 'static>(post: Post<N>) -> std::io::Result<()> {
    let mut signals = Signals::new([SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH])?;
    bug::spawn("signals", post, move |post| {
        signals.forever().for_each(|signal| heard(signal, post));
    })
}

fn heard<N>(signal: i32, post: &Post<N>) {
    let alarm = match signal {
        SIGHUP => return lost(post),
        SIGTSTP => Alarm::Suspend,
        SIGCONT => Alarm::Continued,
        SIGWINCH => Alarm::Resized,
        stop => {
            watchdog::arm(STOP, exit_code(stop));
            Alarm::Stop(stop)
        }
    };
    post.alarm(alarm);
}

/// Reports that the terminal is gone.
pub fn lost<N>(post: &Post<N>) {
    super::terminal::tty::abandon();
    watchdog::arm(LOST, exit_code(SIGHUP));
    post.alarm(Alarm::Lost);
}

/// What a shell reports for a program ended by this signal.
pub fn exit_code(signal: i32) -> i32 {
    128 + signal
}

/// `SIGTERM`, for the line that says why the program ended.
pub fn name(signal: i32) -> &'static str {
    signal_hook::low_level::signal_name(signal).unwrap_or("a signal")
}
