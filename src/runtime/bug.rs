//! What happens on a bug of ours: the terminal comes back first, then the sentence.

use super::inbox::{Alarm, Post};
use super::terminal::tty;
use crate::domain::text::Text;
use std::io::Write;
use std::panic::{AssertUnwindSafe, PanicHookInfo};

/// Threads of this name carry tasks: a panic there ends one task, not the program.
pub const WORKER: &str = "worker";

/// The program's exit code after a bug, as Rust's own.
pub const EXIT_CODE: u8 = 101;

/// Sees to it that a panic leaves the terminal as it was found, and a trace in the log.
pub fn install_hook() {
    std::panic::set_hook(Box::new(|info| {
        let text = said(info);
        tracing::error!(target: "tidegate", "bug: {text}");
        if std::thread::current().name() != Some(WORKER) {
            tty::restore();
            // A second panic, over a standard error that is gone, would abort the process.
            let told = format!(
                "tidegate: a bug of ours ended it: {text}\n\
                 tidegate: changes that were begun are in the journal; start it again to see where they stand\n"
            );
            std::io::stderr().write_all(told.as_bytes()).ok();
        }
    }));
}

/// The panic's message and place, sanitized: it may quote what came from outside.
fn said(info: &PanicHookInfo<'_>) -> Text {
    let message = info.payload_as_str().unwrap_or("without a message");
    let place = info
        .location()
        .map(|l| format!(" ({}:{})", l.file(), l.line()))
        .unwrap_or_default();
    Text::clean(&format!("{message}{place}"))
}

/// Starts a thread that the screen depends on; should it die of a bug, the event loop hears of it.
pub fn spawn<N: Send + 'static>(
    name: &str,
    post: Post<N>,
    run: impl FnOnce(&Post<N>) + Send + 'static,
) -> std::io::Result<()> {
    let watched = move || {
        if std::panic::catch_unwind(AssertUnwindSafe(|| run(&post))).is_err() {
            post.alarm(Alarm::Broken);
        }
    };
    std::thread::Builder::new()
        .name(name.into())
        .spawn(watched)?;
    Ok(())
}

/// Panics where a test asks for it by `TIDEGATE_BUG`; not in a release.
#[inline]
pub fn provoke(place: &str) {
    #[cfg(debug_assertions)]
    assert!(
        std::env::var_os("TIDEGATE_BUG").is_none_or(|wished| wished != *place),
        "provoked in {place}"
    );
    #[cfg(not(debug_assertions))]
    let _ = place;
}
