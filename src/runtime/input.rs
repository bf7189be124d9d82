//! The keyboard: a thread that reads, and that ends with the terminal.
//!
//! crossterm's reader spins at 100 % of a core when the terminal is gone
//! (its issue 793), so bytes are read and understood here. A hang-up, an end of
//! file and an error all mean the same: the terminal is gone.

pub mod decode;

use super::inbox::Post;
use super::{bug, signal};
use decode::Decoder;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::stdio::stdin;
use std::time::Duration;

/// What one wait for input came to.
enum Read {
    Bytes(usize),
    /// The rest of a sequence did not come.
    Overdue,
    Gone,
}

/// Starts the thread that reads the keyboard.
pub fn start<N: Send + 'static>(post: Post<N>) -> std::io::Result<()> {
    bug::spawn("input", post, read_all)
}

fn read_all<N>(post: &Post<N>) {
    let (mut decoder, mut bytes) = (Decoder::default(), [0; 4096]);
    loop {
        let typed = match read(&mut bytes, decoder.patience()) {
            Read::Bytes(n) => decoder.feed(&bytes[..n]),
            Read::Overdue => decoder.overdue(),
            Read::Gone => return signal::lost(post),
        };
        for one in typed {
            post.input(one);
        }
    }
}

fn read(bytes: &mut [u8], patience: Option<Duration>) -> Read {
    let patience = patience.and_then(|p| Timespec::try_from(p).ok());
    loop {
        let fd = stdin();
        let mut fds = [PollFd::new(&fd, PollFlags::IN)];
        match poll(&mut fds, patience.as_ref()) {
            Ok(0) if patience.is_some() => return Read::Overdue,
            Ok(0) | Err(Errno::INTR | Errno::AGAIN) => continue,
            Ok(_) if !fds[0].revents().contains(PollFlags::IN) => return Read::Gone,
            Ok(_) => {}
            Err(_) => return Read::Gone,
        }
        match rustix::io::read(fd, &mut *bytes) {
            Ok(0) => return Read::Gone,
            Ok(n) => return Read::Bytes(n),
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(_) => return Read::Gone,
        }
    }
}
