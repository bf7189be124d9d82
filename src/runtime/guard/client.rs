//! A guard's client: over its socket, from another process.

use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::SessionId;
use crate::session::ask::{Answer, Ask, Asked, LONGEST, Line, PROTOCOL};
use crate::session::snapshot::Snapshot;
use rustix::process::Pid;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};

/// A guard that says nothing for so long hangs (architecture.md §5).
pub const SILENCE: Duration = Duration::from_secs(5);

/// Where a session's guard listens.
pub fn socket_path(dir: &Path, id: &SessionId) -> PathBuf {
    dir.join(format!("{}.sock", id.as_str()))
}

/// One connection to a guard.
#[derive(Debug)]
pub struct Client {
    read: BufReader<OwnedReadHalf>,
    write: OwnedWriteHalf,
    by: String,
    next: u64,
    buffer: Vec<u8>,
    peer: Option<Pid>,
}

impl Client {
    /// Connects as `by`.
    pub async fn connect(path: &Path, by: String) -> Result<Self, Fault> {
        let stream = tokio::time::timeout(SILENCE, UnixStream::connect(path)).await;
        let stream = stream.map_err(|_| silent())?.map_err(|e| unreachable(&e))?;
        let peer = stream.peer_cred().ok();
        let peer = peer.and_then(|p| p.pid()).and_then(Pid::from_raw);
        let (read, write) = stream.into_split();
        Ok(Self {
            peer,
            read: BufReader::new(read),
            write,
            by,
            next: 0,
            buffer: Vec::new(),
        })
    }

    /// The process at the other end, as the kernel knows it.
    pub fn peer(&self) -> Option<Pid> {
        self.peer
    }

    /// Sends what is asked; its answer comes as a line with this number.
    pub async fn send(&mut self, ask: Ask) -> Result<u64, Fault> {
        self.next += 1;
        let asked = Asked {
            protocol: PROTOCOL,
            id: self.next,
            by: self.by.clone(),
            ask,
        };
        let mut line = serde_json::to_string(&asked)
            .map_err(|e| Fault::new(FaultKind::Internal, format!("It cannot be asked ({e})")))?;
        line.push('\n');
        let sent = self.write.write_all(line.as_bytes()).await;
        sent.map_err(|e| unreachable(&e))?;
        Ok(self.next)
    }

    /// Asks and waits for the answer; the newest snapshot that came before it is given with it.
    pub async fn ask(&mut self, ask: Ask) -> Result<(Answer, Option<Snapshot>), Fault> {
        let number = self.send(ask).await?;
        let mut seen = None;
        loop {
            match self.next().await? {
                Line::Answer { id, answer } if id == number || id == 0 => {
                    return Ok((answer, seen));
                }
                Line::Answer { .. } => {}
                Line::Snapshot(snapshot) => seen = Some(*snapshot),
            }
        }
    }

    /// The next line. Nothing within [`SILENCE`] is a fault of kind `TimedOut`; a guard that has
    /// ended one of kind `Missing`.
    pub async fn next(&mut self) -> Result<Line, Fault> {
        let room = (LONGEST + 1).saturating_sub(self.buffer.len()) as u64;
        let mut read = (&mut self.read).take(room);
        let line = read.read_until(b'\n', &mut self.buffer);
        let read = tokio::time::timeout(SILENCE, line).await;
        let n = read.map_err(|_| silent())?.map_err(|e| unreachable(&e))?;
        if n == 0 || !self.buffer.ends_with(b"\n") {
            return Err(ended());
        }
        let line = std::mem::take(&mut self.buffer);
        serde_json::from_slice(&line).map_err(|e| {
            Fault::new(
                FaultKind::Garbled,
                format!("The guard said what this tidegate does not understand ({e})"),
            )
            .next("use the tidegate that began the session")
        })
    }
}

fn silent() -> Fault {
    Fault::new(FaultKind::TimedOut, "The session's guard does not answer")
        .means("it hangs; what it has armed in AWS still stands")
        .next("tidegate session recover takes the session over")
}

fn unreachable(error: &std::io::Error) -> Fault {
    Fault::new(
        FaultKind::Missing,
        format!("The session's guard cannot be reached ({error})"),
    )
    .means("nobody on this machine carries the session")
    .next("tidegate session recover takes it up again")
}

fn ended() -> Fault {
    Fault::new(FaultKind::Missing, "The session's guard has ended")
        .next("tidegate session list shows how the session stands")
}
