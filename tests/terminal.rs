//! The built program in a real pty: it leaves the terminal as it found it, on
//! every way out, and writes nothing but its own grammar.

#[path = "terminal/ending.rs"]
mod ending;
#[path = "terminal/grammar.rs"]
mod grammar;
#[path = "terminal/hostile.rs"]
mod hostile;
#[path = "terminal/link.rs"]
mod link;
#[path = "terminal/output.rs"]
mod output;
#[path = "terminal/past.rs"]
mod past;
#[path = "terminal/tls.rs"]
mod tls;
#[path = "terminal/vanishing.rs"]
mod vanishing;

use crate::support::pty::{Pty, Start};

/// The console, its first frame on the screen.
fn console(start: Start) -> Pty {
    let pty = start.go();
    pty.wait_for("(write)");
    pty
}

/// Everything that was changed is as it was before the start.
fn assert_as_found(pty: &Pty) {
    let raw = pty.raw();
    let modes = grammar::modes_after(&raw).unwrap_or_else(|problem| panic!("{problem}"));
    assert!(grammar::is_as_found(&modes), "{modes:?}");
    assert!(pty.has_modes_as_found(), "line modes differ");
    assert!(!pty.is_alternate());
}
