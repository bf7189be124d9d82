//! The tail: one task a log group, each with one call in flight, polling into
//! sealed chunks, or fed by a Live Tail. Stops when it is replaced or dropped.

mod ledger;
mod line;
mod live;
mod pages;
mod past;
mod quota;
mod read;
mod room;
mod session;
mod told;
mod valve;

use super::clock::Clock;
use crate::aws::Aws;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::log::{Span, Window};
use crate::logs::tail::Follow;
use crate::model::message::Message;
use crate::model::tail::{Past, TailMethod, TailStart, Tailing};
use line::{Feed, Line, Parts};
use live::{Live, Seat};
pub(in crate::runtime) use pages::Pages;
use quota::Quotas;
pub use read::{Read, Stuck};
pub use room::Room;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use valve::Valve;

/// Takes what the tail has to tell; must not block.
pub type Sink = Arc<dyn Fn(Message) + Send + Sync>;

/// Pages that a reader may be ahead.
const AHEAD: usize = 2;

/// What all of a tail's tasks share.
struct Desk {
    aws: Aws,
    clock: Clock,
    send: Sink,
    /// Closed with the tail: nothing of it may be taken for what the next one says.
    valve: Valve,
    quotas: Quotas,
    /// Where what is told is not taken at once.
    room: Option<Arc<Room>>,
}

/// The running tail; dropping it ends every poll and every session, and nothing is told of them any more.
#[derive(Default)]
pub struct Tailer {
    running: Option<Running>,
    lines: JoinSet<()>,
    live: JoinSet<()>,
    past: JoinSet<()>,
}

impl Drop for Tailer {
    fn drop(&mut self) {
        if let Some(running) = &self.running {
            running.desk.valve.close();
        }
    }
}

struct Running {
    runtime: Handle,
    desk: Arc<Desk>,
    pattern: Option<Arc<str>>,
    seats: Vec<Seat>,
    jump: watch::Sender<u64>,
    /// Of the sessions that are open now.
    sessions: Valve,
}

impl std::fmt::Debug for Tailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tailer")
            .field("lines", &self.lines.len())
            .finish_non_exhaustive()
    }
}

impl Tailer {
    /// Tails these sources. Each first says `TailState::Starting`: what came before that belongs to an older tail.
    pub fn start(
        runtime: &Handle,
        aws: &Aws,
        tailing: &Tailing,
        clock: Clock,
        send: &Sink,
    ) -> Self {
        let start = first(tailing.start, clock);
        let follows = tailing.sources.iter().map(|_| Follow::new(start)).collect();
        Self::go_on(
            runtime,
            &Desk::new(aws, clock, send, None),
            tailing,
            follows,
        )
    }

    /// Tails these sources, each from where it was read to.
    fn go_on(runtime: &Handle, desk: &Arc<Desk>, tailing: &Tailing, follows: Vec<Follow>) -> Self {
        let (jump, jumps) = watch::channel(0);
        let pattern = tailing.pattern.as_deref().map(Arc::from);
        let (mut lines, mut seats) = (JoinSet::new(), Vec::new());
        for (source, follow) in tailing.sources.iter().zip(follows) {
            let source = Arc::new(source.clone());
            let (feed, receiver) = mpsc::unbounded_channel();
            let parts = Parts {
                source: source.clone(),
                pattern: Option::clone(&pattern),
                jump: jumps.clone(),
                feed: receiver,
                follow,
            };
            let valve = Valve::default();
            seats.push(Seat {
                source,
                feed,
                valve,
            });
            lines.spawn_on(Line::new(desk.clone(), parts).watched(), runtime);
        }
        let running = Running {
            runtime: runtime.clone(),
            desk: desk.clone(),
            pattern,
            seats,
            jump,
            sessions: Valve::default(),
        };
        let mut tailer = Self {
            running: Some(running),
            lines,
            live: JoinSet::new(),
            past: JoinSet::new(),
        };
        tailer.read_by(tailing.method);
        tailer
    }

    /// How many sources are being tailed.
    pub fn sources(&self) -> usize {
        self.lines.len()
    }

    /// Reads the same sources another way; a Live Tail that is not wanted any more ends at once.
    pub fn read_by(&mut self, method: TailMethod) {
        let Some(running) = &mut self.running else {
            return;
        };
        match method {
            TailMethod::Live if self.live.is_empty() => {
                self.live.spawn_on(running.live().run(), &running.runtime);
            }
            TailMethod::Polling if !self.live.is_empty() => {
                // A session that has just begun must not say so after this: nobody would poll.
                std::mem::take(&mut running.sessions).close();
                self.live = JoinSet::new();
                for seat in &running.seats {
                    seat.send(Feed::Down(None));
                }
            }
            _ => {}
        }
    }

    /// Leaves out what lies between the newest line and now, where it is more than some seconds.
    pub fn go_to_now(&self) {
        if let Some(running) = &self.running {
            running.jump.send_modify(|times| *times += 1);
        }
    }

    /// Reads older lines, instead of those asked for before; the answer at once where nothing is tailed.
    pub fn read_past(&mut self, window: Window) -> Option<Past> {
        let Some(running) = &self.running else {
            let fault = Fault::new(FaultKind::Unreachable, "There is no connection to AWS yet");
            return Some(Past::Failed {
                window: Arc::new(window),
                fault: fault.next("try again in a moment"),
            });
        };
        let reader = past::Reader::new(running.desk.clone(), window);
        self.past = JoinSet::new();
        self.past.spawn_on(reader.run(), &running.runtime);
        None
    }
}

impl Running {
    fn live(&self) -> Live {
        let of_now = |seat: &Seat| Seat {
            valve: self.sessions.clone(),
            ..seat.clone()
        };
        Live {
            desk: self.desk.clone(),
            seats: self.seats.iter().map(of_now).collect(),
            pattern: self.pattern.clone(),
        }
    }
}

impl Desk {
    fn new(aws: &Aws, clock: Clock, send: &Sink, room: Option<Arc<Room>>) -> Arc<Self> {
        let valve = Valve::default();
        Arc::new(Self {
            aws: aws.clone(),
            clock,
            send: valve.sink(send.clone()),
            valve,
            quotas: Quotas::new(aws, clock),
            room,
        })
    }
}

/// Sources that are read from a time on, and then followed: for an output that is written once.
pub struct Readers {
    desk: Arc<Desk>,
    tailing: Tailing,
    tasks: JoinSet<()>,
}

impl Readers {
    /// Reads all sources side by side until `end` (milliseconds since 1970, exclusive), or until now. What is read comes
    /// out of the receiver.
    pub fn start(
        runtime: &Handle,
        aws: &Aws,
        (tailing, end, stuck): (Tailing, Option<i64>, Stuck),
        clock: Clock,
        (send, room): (&Sink, Arc<Room>),
    ) -> (Self, Vec<mpsc::Receiver<Read>>) {
        let desk = Desk::new(aws, clock, send, Some(room));
        let start = first(tailing.start, clock);
        let (mut tasks, mut read) = (JoinSet::new(), Vec::new());
        for (of, source) in tailing.sources.iter().enumerate() {
            let (to, from) = mpsc::channel(AHEAD);
            let span = Span {
                start,
                end,
                pattern: tailing.pattern.as_deref().map(Arc::from),
            };
            let reader = read::Reader {
                desk: desk.clone(),
                of,
                source: Arc::new(source.clone()),
                span,
                stuck,
                to,
            };
            tasks.spawn_on(reader.run(), runtime);
            read.push(from);
        }
        (
            Self {
                desk,
                tailing,
                tasks,
            },
            read,
        )
    }

    /// Goes on with what comes; `follows`: one for each source, as `Read::End` or `Read::Left` gave it.
    pub fn follow(self, runtime: &Handle, follows: Vec<Follow>) -> Tailer {
        drop(self.tasks);
        Tailer::go_on(runtime, &self.desk, &self.tailing, follows)
    }
}

/// From when on, in milliseconds since 1970.
fn first(start: TailStart, clock: Clock) -> i64 {
    match start {
        TailStart::Ago(span) => {
            let now = clock.now().wall.as_millisecond();
            now.saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX))
        }
        TailStart::At(at) => at,
    }
}

fn millis(n: i64) -> Duration {
    Duration::from_millis(n.max(0).unsigned_abs())
}

/// Between three quarters and five quarters of `pause`, so that many lines do not come back at once.
fn jitter(pause: Duration) -> Duration {
    let random = RandomState::new().hash_one(0) % 512;
    pause * 3 / 4 + pause * random as u32 / 1024
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::log::Direction;

    #[test]
    fn who_asks_for_older_lines_where_nothing_is_tailed_gets_an_answer() {
        let window = Window {
            number: 7,
            sources: Vec::new(),
            from: 0,
            to: 1,
            pattern: None,
            direction: Direction::Backward,
            most: 1,
        };
        let answer = Tailer::default().read_past(window.clone());
        let Some(Past::Failed { window: of, .. }) = answer else {
            panic!("{answer:?}")
        };
        assert_eq!(*of, window);
    }

    #[test]
    fn jitter_stays_within_a_quarter() {
        let pause = Duration::from_secs(8);
        let within = Duration::from_secs(6)..Duration::from_secs(10);
        assert!((0..100).map(|_| jitter(pause)).all(|p| within.contains(&p)));
    }
}
