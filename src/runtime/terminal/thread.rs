//! The thread that alone writes frames. It has a box for one frame: the newest
//! wins, so a stalled connection costs frames and nothing else.

use super::gate::{Limits, Screen};
use super::{diff, tty};
use crate::runtime::inbox::Post;
use crate::runtime::{bug, signal};
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// One frame as drawn.
#[derive(Debug)]
struct Frame {
    buffer: Buffer,
    cursor: Option<Position>,
}

/// What waits to be written.
#[derive(Debug, Default)]
struct Tray {
    frame: Option<Frame>,
    /// What was last written is not what the terminal shows.
    repaint: bool,
    /// Sequences of our own making that are not part of a frame (OSC 52).
    aside: Vec<u8>,
    /// A buffer to draw the next frame in.
    spare: Option<Buffer>,
}

impl Tray {
    fn is_empty(&self) -> bool {
        self.frame.is_none() && self.aside.is_empty()
    }
}

#[derive(Debug, Default)]
struct Shared {
    tray: Mutex<Tray>,
    filled: Condvar,
}

/// A handle on the terminal thread.
#[derive(Debug)]
pub struct Terminal(Arc<Shared>);

impl Terminal {
    /// Starts the thread; a terminal that takes no bytes any more is reported through `post`.
    pub fn start<N: Send + 'static>(limits: Limits, post: Post<N>) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let theirs = shared.clone();
        bug::spawn("terminal", post, move |post| {
            write_frames(&theirs, limits);
            signal::lost(post);
        })?;
        Ok(Self(shared))
    }

    /// Hands a frame over, in the place of one not yet written; gives back a buffer of some size.
    pub fn show(&self, buffer: Buffer, cursor: Option<Position>) -> Buffer {
        let mut tray = self.0.tray.lock().unwrap_or_else(PoisonError::into_inner);
        let unwritten = tray
            .frame
            .replace(Frame { buffer, cursor })
            .map(|f| f.buffer);
        self.0.filled.notify_one();
        unwritten.or_else(|| tray.spare.take()).unwrap_or_default()
    }

    /// The next frame is painted whole.
    pub fn repaint(&self) {
        self.0
            .tray
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .repaint = true;
    }

    /// Sends a sequence that is not part of a frame.
    pub fn aside(&self, bytes: &[u8]) {
        self.0
            .tray
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .aside
            .extend_from_slice(bytes);
        self.0.filled.notify_one();
    }
}

/// What the terminal shows, the frame it came from, and room for the next.
#[derive(Default)]
struct Canvas {
    shown: Option<(Buffer, Screen)>,
    next: Screen,
}

impl Canvas {
    /// The bytes that bring the frame onto the terminal; and the buffer of the one before.
    fn turn_to(&mut self, frame: Frame, limits: Limits) -> (Vec<u8>, Option<Buffer>) {
        let before = self.shown.as_ref().map(|(raw, shown)| (raw, shown));
        self.next
            .admit_after(before, &frame.buffer, frame.cursor, limits);
        let bytes = diff::block(before.map(|(_, shown)| shown), &self.next);
        let shown = (frame.buffer, std::mem::take(&mut self.next));
        let Some((spare, old)) = self.shown.replace(shown) else {
            return (bytes, None);
        };
        self.next = old;
        (bytes, Some(spare))
    }
}

/// Writes until the terminal is gone.
fn write_frames(shared: &Shared, limits: Limits) {
    let mut canvas = Canvas::default();
    loop {
        let (frame, repaint, aside) = take(shared);
        if repaint {
            canvas.shown = None;
        }
        let mut bytes = Vec::new();
        if let Some(frame) = frame {
            if canvas.shown.is_some() {
                bug::provoke("terminal");
            }
            let spare;
            (bytes, spare) = canvas.turn_to(frame, limits);
            shared
                .tray
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .spare = spare;
        }
        bytes.extend(aside);
        if !bytes.is_empty() && tty::put(&bytes).is_err() {
            return;
        }
    }
}

fn take(shared: &Shared) -> (Option<Frame>, bool, Vec<u8>) {
    let tray = shared.tray.lock().unwrap_or_else(PoisonError::into_inner);
    let mut tray = shared
        .filled
        .wait_while(tray, |t| t.is_empty())
        .unwrap_or_else(PoisonError::into_inner);
    let frame = tray.frame.take();
    let repaint = frame.is_some() && std::mem::take(&mut tray.repaint);
    (frame, repaint, std::mem::take(&mut tray.aside))
}
