//! How much may wait for a slow reader: then nothing more is asked for.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use tokio::sync::Notify;

/// Bytes that may wait; a page of each source comes on top.
const MOST: usize = 32 << 20;

/// The bytes that were told and are not written yet.
#[derive(Debug, Default)]
pub struct Room {
    taken: AtomicUsize,
    freed: Notify,
}

impl Room {
    /// So many bytes wait.
    pub fn take(&self, bytes: usize) {
        self.taken.fetch_add(bytes, Relaxed);
    }

    /// They are written.
    pub fn free(&self, bytes: usize) {
        self.taken.fetch_sub(bytes, Relaxed);
        self.freed.notify_waiters();
    }

    /// Whether whoever asks for more has to wait.
    pub fn is_full(&self) -> bool {
        self.taken.load(Relaxed) > MOST
    }

    /// Resolves once there is room.
    pub async fn wait(&self) {
        loop {
            // Asked for before the look, so that none is missed.
            let freed = self.freed.notified();
            if !self.is_full() {
                return;
            }
            freed.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[test]
    fn who_asks_waits_until_enough_is_written() {
        let room = Room::default();
        room.take(MOST + 2);
        let mut waiting = Box::pin(room.wait());
        assert_eq!(waiting.as_mut().now_or_never(), None);
        room.free(1);
        assert_eq!(waiting.as_mut().now_or_never(), None);
        room.free(1);
        assert_eq!(waiting.as_mut().now_or_never(), Some(()));
    }
}
