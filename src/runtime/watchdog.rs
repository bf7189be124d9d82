//! The last resort: the process ends by then, whatever its threads are stuck in.

use super::terminal::tty;
use std::time::Duration;

/// Ends the process with `code` unless it has ended by itself within `limit`.
/// A terminal that is still ours is given back first.
pub fn arm(limit: Duration, code: i32) {
    let bark = move || {
        std::thread::sleep(limit);
        tty::restore();
        signal_hook::low_level::exit(code)
    };
    // A process that cannot start a thread cannot be guarded; it goes on to end by itself.
    drop(
        std::thread::Builder::new()
            .name("watchdog".into())
            .spawn(bark),
    );
}
