//! The guard's socket: private, same user only, JSON lines of limited length (architecture.md §5).

use super::{HEARTBEAT, Handle};
use crate::domain::fault::{Fault, FaultKind};
use crate::session::ask::{Answer, Ask, Asked, LONGEST, Line, PROTOCOL, Told};
use crate::session::load_test::Stage;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

/// A client that takes nothing for so long hangs, or its terminal does.
const STUCK: Duration = Duration::from_secs(10);

/// The longest path of a Unix socket, in bytes.
const LONGEST_PATH: usize = 107;

/// Refuses a path that no socket can have.
pub fn check(path: &Path) -> Result<(), Fault> {
    let length = path.as_os_str().len();
    if length > LONGEST_PATH {
        return Err(Fault::new(
            FaultKind::Local,
            format!("The path of the guard's socket is too long ({length} bytes, {LONGEST_PATH} at most)"),
        )
        .means("consoles could not reach the guard")
        .next("set XDG_STATE_HOME to a shorter path"));
    }
    Ok(())
}

/// Opens the socket. One that a dead guard left is taken away: the lock says that it is dead.
pub fn listen(path: &Path) -> Result<UnixListener, Fault> {
    check(path)?;
    // Where there is none, there is nothing to take away.
    std::fs::remove_file(path).ok();
    let listener = UnixListener::bind(path).map_err(|e| no_socket(path, &e))?;
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(path, private).map_err(|e| no_socket(path, &e))?;
    Ok(listener)
}

fn no_socket(path: &Path, error: &std::io::Error) -> Fault {
    Fault::new(
        FaultKind::Local,
        format!(
            "The guard's socket {} cannot be opened: {error}",
            path.display()
        ),
    )
    .means("consoles could not reach the guard")
    .next("mend the directory, or set XDG_STATE_HOME to another one")
}

/// Serves whoever comes, until the task is dropped.
pub async fn serve(listener: UnixListener, handle: Handle) {
    let mut clients = tokio::task::JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) if is_ours(&stream) => {
                    clients.spawn(client(stream, handle.clone()));
                }
                // A stranger is not answered.
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!("the guard's socket: {error}");
                    tokio::time::sleep(HEARTBEAT).await;
                }
            },
            Some(_) = clients.join_next() => {}
        }
    }
}

/// Only this user's processes are answered; root can do as it likes anyway.
fn is_ours(stream: &UnixStream) -> bool {
    let us = rustix::process::getuid().as_raw();
    stream
        .peer_cred()
        .is_ok_and(|peer| peer.uid() == us || peer.uid() == 0)
}

/// One client, until it leaves or the session is closed.
async fn client(stream: UnixStream, handle: Handle) {
    let (read, write) = stream.into_split();
    let (lines, out) = mpsc::channel(16);
    let writer = tokio::spawn(tell(out, write));
    listen_to(read, handle, lines).await;
    writer.await.ok();
}

async fn tell(mut lines: mpsc::Receiver<Line>, mut write: OwnedWriteHalf) {
    while let Some(line) = lines.recv().await {
        let Ok(mut text) = serde_json::to_string(&line) else {
            continue;
        };
        text.push('\n');
        // A client that does not read holds nobody up but itself, and counts as gone in the end.
        let written = write.write_all(text.as_bytes());
        if !matches!(tokio::time::timeout(STUCK, written).await, Ok(Ok(()))) {
            return;
        }
    }
}

async fn listen_to(read: OwnedReadHalf, handle: Handle, lines: mpsc::Sender<Line>) {
    let mut read = BufReader::new(read);
    let mut attached = None;
    let mut seen = handle.seen();
    let mut told = false;
    let mut buffer = Vec::new();
    loop {
        tokio::select! {
            line = next_line(&mut read, &mut buffer) => {
                let Some(asked) = line else { return };
                let (id, answer) = match asked {
                    Err(answer) => (0, answer),
                    Ok(asked) => {
                        if asked.ask == Ask::Attach {
                            attached.get_or_insert_with(|| handle.attach());
                        }
                        if matches!(asked.ask, Ask::Attach | Ask::Status) {
                            let snapshot = seen.borrow_and_update().clone();
                            if lines.send(Line::Snapshot(Box::new((*snapshot).clone()))).await.is_err() {
                                return;
                            }
                        }
                        (asked.id, handle.ask(asked.ask, asked.by).await)
                    }
                };
                if lines.send(Line::Answer { id, answer }).await.is_err() {
                    return;
                }
            }
            changed = seen.changed(), if attached.is_some() && !told => {
                let snapshot = seen.borrow_and_update().clone();
                told = snapshot.stage == Stage::Closed;
                // A slow client misses some; each is whole.
                let line = Line::Snapshot(Box::new((*snapshot).clone()));
                let gone = if told {
                    lines.send(line).await.is_err()
                } else {
                    matches!(lines.try_send(line), Err(TrySendError::Closed(_)))
                };
                if changed.is_err() || told || gone {
                    return;
                }
            }
        }
    }
}

/// A client's next line; `None`: it has left. One that is too long or not ours ends it.
async fn next_line(
    read: &mut BufReader<OwnedReadHalf>,
    buffer: &mut Vec<u8>,
) -> Option<Result<Asked, Answer>> {
    // What was read of a line stays in the buffer when another branch comes first.
    let room = (LONGEST + 1).saturating_sub(buffer.len()) as u64;
    let n = (&mut *read)
        .take(room)
        .read_until(b'\n', buffer)
        .await
        .ok()?;
    if n == 0 || !buffer.ends_with(b"\n") {
        return None;
    }
    let line = std::mem::take(buffer);
    Some(match serde_json::from_slice::<Asked>(&line) {
        Ok(asked) if asked.protocol == PROTOCOL || is_for_all(&asked.ask) => Ok(asked),
        Ok(asked) => Err(refused(&format!(
            "it speaks protocol {}, this guard {PROTOCOL}",
            asked.protocol
        ))),
        Err(error) => Err(refused(&error.to_string())),
    })
}

/// What never changes its form, whatever the protocol's number.
fn is_for_all(ask: &Ask) -> bool {
    matches!(ask, Ask::Status | Ask::Attach | Ask::Revert { .. })
}

fn refused(why: &str) -> Answer {
    let fault = Fault::new(
        FaultKind::Refused,
        format!("The guard does not understand what is asked ({why})"),
    )
    .means("nothing was done")
    .next("use the tidegate that began the session; status and revert are understood by all");
    Answer::Refused {
        trouble: Told::from(&fault),
    }
}
