//! The built program in a real pty: it leaves the terminal as it found it, on
//! every way out, and writes nothing but its own grammar.

#[path = "terminal/grammar.rs"]
mod grammar;

use crate::support::pty::{Pty, Start};

#[test]
fn probe() {
    let mut pty = Start::console().go();
    pty.wait_for("tidegate");
    pty.wait_quiet(std::time::Duration::from_millis(1500));
    println!("{}", pty.screen());
    pty.send("q");
    println!("{}", pty.wait_exit());
    println!("{}", pty.screen());
    println!("{:?}", String::from_utf8_lossy(&pty.raw()));
}
