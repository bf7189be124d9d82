//! The guard: carries a load test to its end, with nobody else's help (architecture.md §5).
//!
//! One task holds the conductor, the journal and the clients. Consoles and commands speak to it
//! through a [`Handle`]: directly in the same process, or over a Unix socket.

mod activity;
pub mod client;
pub mod colleague;
mod errand;
pub mod orphan;
pub mod process;
pub mod server;
pub mod spawn;
pub mod talk;
pub mod vital;
mod watch;

use self::errand::Hold;
use super::clock::Clock;
use super::look::look;
use super::pen::Pen;
use super::scribe::Scribe;
use crate::aws::Aws;
use crate::aws::apply::apply;
use crate::crash;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::identity::Scope;
use crate::domain::ids::SessionId;
use crate::domain::write::Write;
use crate::journal::Store;
use crate::session::ask::{Answer, Ask, Told};
use crate::session::conductor::{About, Conductor, Heard, News, Opening, Resume};
use crate::session::load_test::Closing;
use crate::session::look::Look;
use crate::session::machine::{Command, Input, Intent, Pace};
use crate::session::moment::Moment;
use crate::session::record::{Event, Place};
use crate::session::snapshot::{Protection, Snapshot};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch as channel};
use tokio::time::MissedTickBehavior;

/// How often the clocks are looked at.
const TICK: Duration = Duration::from_millis(250);
/// A snapshot is sent so often, changed or not.
pub const HEARTBEAT: Duration = Duration::from_secs(2);

/// What a guard is to do.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    Start { opening: Box<Opening>, scope: Scope },
    TakeUp { session: SessionId, resume: Resume },
}

impl Task {
    /// Which session it is about.
    pub fn session(&self) -> &SessionId {
        match self {
            Self::Start { opening, .. } => &opening.id,
            Self::TakeUp { session, .. } => session,
        }
    }
}

/// What is told to the guard's task.
#[derive(Debug)]
pub enum Word {
    Asked {
        ask: Ask,
        by: String,
        answer: oneshot::Sender<Answer>,
    },
    /// Somebody is attached, or is not any more.
    Attached(i32),
    News(News),
    /// What lies on the account's shelf.
    Shelf(errand::Seen),
    /// This process is told to end by that signal; the session is not.
    Leave(&'static str),
}

/// The way to a guard.
#[derive(Clone, Debug)]
pub struct Handle {
    words: mpsc::UnboundedSender<Word>,
    seen: channel::Receiver<Arc<Snapshot>>,
}

/// Somebody is attached as long as this lives.
#[derive(Debug)]
pub struct Attached(mpsc::UnboundedSender<Word>);

impl Drop for Attached {
    fn drop(&mut self) {
        // A guard that is gone counts nobody.
        self.0.send(Word::Attached(-1)).ok();
    }
}

impl Handle {
    /// Asks, and waits for the answer.
    pub async fn ask(&self, ask: Ask, by: String) -> Answer {
        let (answer, answered) = oneshot::channel();
        let word = Word::Asked { ask, by, answer };
        let sent = self.words.send(word).is_ok();
        match answered.await {
            Ok(answer) if sent => answer,
            _ => Answer::Refused {
                trouble: Told::from(&over()),
            },
        }
    }

    /// Counts as attached from now on.
    pub fn attach(&self) -> Attached {
        self.words.send(Word::Attached(1)).ok();
        Attached(self.words.clone())
    }

    /// The process is to end; a request under way is brought to its answer first.
    pub fn leave(&self, signal: &'static str) {
        self.words.send(Word::Leave(signal)).ok();
    }

    /// The newest snapshot, and the next ones.
    pub fn seen(&self) -> channel::Receiver<Arc<Snapshot>> {
        self.seen.clone()
    }
}

fn over() -> Fault {
    Fault::new(FaultKind::Refused, "The session's guard has ended")
        .next("look at the session with `tidegate session show last`")
}

type Job = Pin<Box<dyn Future<Output = Input> + Send>>;

/// What a guard is made of.
#[derive(Debug)]
pub struct Parts {
    pub aws: Aws,
    pub store: Store,
    pub protection: Protection,
    pub pace: Pace,
    pub clock: Clock,
}

/// A guard at work.
pub struct Guard {
    aws: Aws,
    conductor: Conductor,
    pen: Pen,
    protection: Protection,
    clock: Clock,
    words: mpsc::UnboundedReceiver<Word>,
    told: mpsc::UnboundedSender<Word>,
    seen: channel::Sender<Arc<Snapshot>>,
    /// What has an answer and is under way.
    job: Option<Job>,
    attached: i32,
    /// Something happened since the last snapshot.
    news: bool,
    /// When that was sent, on the clock that never goes back.
    sent: Duration,
    watchers: watch::Watchers,
    errands: errand::Errands,
    /// A request has been sent whose answer is awaited.
    sending: bool,
    /// The signal that ends this process.
    leaving: Option<&'static str>,
    /// It cannot go on in this process.
    over: bool,
    /// The journal refused the session's very first record.
    stillborn: Option<Fault>,
}

impl Guard {
    /// Takes the task up: the lock is held, the first records are durable, nothing was sent yet
    /// when this returns.
    pub async fn begin(parts: Parts, task: Task) -> Result<(Self, Handle), Fault> {
        let place = place(&parts.aws).await?;
        let scribe = Scribe::start();
        let now = moment(&parts.clock);
        let (conductor, pen, first) = match task {
            Task::Start { opening, scope } => {
                same_place(&scope, &place.scope)?;
                let actor = parts.store.actor();
                let conductor = Conductor::open(*opening, place.clone(), actor, parts.pace, now);
                let pen = Pen::new(scribe, parts.store.clone(), place);
                (conductor, pen, Heard::Begin)
            }
            Task::TakeUp { session, resume } => {
                let store = parts.store.clone();
                let taken = scribe
                    .run(move || store.resume(&session, now.wall))
                    .await??;
                let (writer, state) = taken;
                same_place(&state.place.scope, &place.scope)?;
                let conductor = Conductor::resume(state, parts.pace, now);
                let pen = Pen::of(scribe, parts.store.clone(), place, writer);
                let first = match errand::hold(&parts.aws, &conductor).await {
                    Hold::Gone if resume == Resume::On => Heard::Resume(Resume::Revert),
                    Hold::Ours | Hold::Gone => Heard::Resume(resume),
                    Hold::Theirs { by } => Heard::News(News::Adopted { by }),
                };
                (conductor, pen, first)
            }
        };
        let mut guard = Self::new(parts, conductor, pen);
        let handle = Handle {
            words: guard.told.clone(),
            seen: guard.seen.subscribe(),
        };
        guard.hear(first).await;
        // Whoever attaches at once sees what was decided, not what was found.
        guard.publish();
        match guard.stillborn.take() {
            Some(fault) => Err(fault),
            None => Ok((guard, handle)),
        }
    }

    fn new(parts: Parts, conductor: Conductor, pen: Pen) -> Self {
        let (told, words) = mpsc::unbounded_channel();
        let first = conductor.snapshot(parts.store.actor(), parts.protection);
        let (seen, _) = channel::channel(Arc::new(first));
        Self {
            watchers: watch::Watchers::new(parts.aws.clone(), told.clone()),
            errands: errand::Errands::new(parts.aws.clone(), told.clone()),
            aws: parts.aws,
            conductor,
            pen,
            protection: parts.protection,
            clock: parts.clock,
            words,
            told,
            seen,
            job: None,
            attached: 0,
            news: true,
            sent: Duration::ZERO,
            sending: false,
            leaving: None,
            over: false,
            stillborn: None,
        }
    }

    /// Carries the session to its end; answers with how it ended.
    pub async fn run(mut self) -> Arc<Snapshot> {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !self.is_over() {
            self.publish();
            tokio::select! {
                biased;
                input = answered(&mut self.job) => {
                    self.job = None;
                    self.sending = false;
                    self.hear(Heard::Inner(input)).await;
                }
                Some(word) = self.words.recv() => self.word(word).await,
                _ = tick.tick() => self.tick().await,
            }
        }
        self.publish();
        match self.leaving.filter(|_| !self.conductor.is_closed()) {
            Some(signal) => self.left(signal).await,
            None => self.report().await,
        }
        self.publish();
        self.seen.borrow().clone()
    }

    fn is_over(&self) -> bool {
        let leaves = self.leaving.is_some() && !self.sending;
        self.over || leaves || self.conductor.is_closed() && self.job.is_none()
    }

    /// Written down and told to whoever is attached. Nothing is put back in a hurry: what is armed in
    /// AWS still stands, and the next guard goes on.
    async fn left(&mut self, signal: &'static str) {
        let said = format!("The guard ended on {signal}; the next one takes the session up");
        let trouble = News::Trouble(About::Guard, Some(said));
        self.hear(Heard::News(trouble)).await;
        let signal = signal.to_owned();
        self.hear(Heard::News(News::Left { signal })).await;
    }

    async fn tick(&mut self) {
        self.watchers.tend(&self.conductor);
        self.errands.tend(&self.conductor);
        self.hear(Heard::Tick).await;
    }

    async fn word(&mut self, word: Word) {
        match word {
            Word::Attached(n) => {
                self.attached = (self.attached + n).max(0);
                let n = u32::try_from(self.attached).unwrap_or_default();
                self.hear(Heard::Attached(n)).await;
            }
            Word::News(news) => {
                self.hear(Heard::News(news)).await;
            }
            Word::Shelf(seen) => self.shelf(seen).await,
            Word::Leave(signal) => self.leaving = Some(signal),
            Word::Asked { ask, by, answer } => {
                let said = self.hear(Heard::Asked { ask, by }).await;
                self.publish();
                // Who asked may be gone.
                answer.send(said.unwrap_or_else(done)).ok();
            }
        }
    }

    /// Lets the conductor decide, and does what it says.
    async fn hear(&mut self, heard: Heard) -> Option<Answer> {
        let mut next = Some(heard);
        let mut answer = None;
        while let Some(heard) = next.take() {
            let is_tick = matches!(heard, Heard::Tick);
            let moves = self.conductor.handle(self.now(), heard);
            self.news |= !(is_tick && moves.commands.is_empty());
            answer = answer.or(moves.answer);
            for command in moves.commands {
                if let Some(input) = self.execute(command).await {
                    // What was still to be done belongs to a state that is over.
                    next = Some(Heard::Inner(input));
                    break;
                }
            }
        }
        answer
    }

    async fn execute(&mut self, command: Command) -> Option<Input> {
        match command {
            Command::Record(event) => return self.record(event).await,
            Command::Write(intent) => return self.write(*intent).await,
            Command::Observe(sight) => self.look(sight, Duration::ZERO),
            Command::ReadBack { sight, at } | Command::Verify { sight, at, .. } => {
                self.look(sight, at);
            }
            Command::Pause { until } => {
                let wait = until.saturating_sub(self.now().mono);
                self.job = Some(Box::pin(async move {
                    tokio::time::sleep(wait).await;
                    Input::Woken
                }));
            }
            Command::Report(_) | Command::Return(_) => {}
        }
        None
    }

    fn look(&mut self, sight: crate::session::machine::Sight, at: Duration) {
        let wait = at.saturating_sub(self.now().mono);
        let aws = self.aws.clone();
        self.job = Some(Box::pin(async move {
            tokio::time::sleep(wait).await;
            let seen: Result<Look, Fault> = look(&aws, &sight).await;
            Input::Looked(seen)
        }));
    }

    async fn record(&mut self, event: Event) -> Option<Input> {
        let at = self.now().wall;
        let opens = matches!(event, Event::Opened { .. });
        let kept = if opens {
            let id = self.conductor.state().id.clone();
            self.pen.begin(id, event, at).await
        } else {
            self.pen.record(event, at).await
        };
        match kept {
            Ok(crate::journal::Kept::Durable) => None,
            Ok(crate::journal::Kept::Aside(fault)) => {
                self.trouble(&fault);
                None
            }
            // The journal's thread is gone: nothing can be carried on here. A new guard can.
            Err(fault) if !opens && !self.pen.is_open() => {
                tracing::error!("{}", fault.line());
                self.over = true;
                self.job = None;
                None
            }
            Err(fault) if !self.pen.is_open() => {
                self.stillborn = Some(fault);
                self.job = None;
                None
            }
            Err(fault) => Some(Input::JournalFailed(fault)),
        }
    }

    /// Durable first; then it is on its way, and nothing takes it back.
    async fn write(&mut self, intent: Intent) -> Option<Input> {
        // What has not left yet is left to the next guard.
        if self.stillborn.is_some() || self.leaving.is_some() {
            return None;
        }
        let permit = match self.pen.send(intent, self.now().wall).await {
            Ok((permit, kept)) => {
                if let crate::journal::Kept::Aside(fault) = kept {
                    self.trouble(&fault);
                }
                permit
            }
            Err(fault) => return Some(Input::JournalFailed(fault)),
        };
        let (aws, clock) = (self.aws.clone(), self.clock);
        let beats = match permit.write() {
            Write::Unlock(_) => self.errands.last(),
            _ => Vec::new(),
        };
        crash::point("guard.send");
        self.sending = true;
        self.job = Some(Box::pin(async move {
            for beat in beats {
                // A sign of life that came after it would put the record there again.
                beat.await.ok();
            }
            let left = clock.now().mono;
            let outcome = apply(&aws, permit).await;
            crash::point("guard.answered");
            Input::Answered {
                outcome,
                took: clock.now().mono.saturating_sub(left),
            }
        }));
        None
    }

    fn trouble(&self, fault: &Fault) {
        let said = Some(fault.line().as_str().to_owned());
        let news = News::Trouble(About::Journal, said);
        self.told.send(Word::News(news)).ok();
    }

    /// Most ticks bring nothing: then no snapshot is made before one is due to somebody.
    fn publish(&mut self) {
        let mono = self.now().mono;
        let due = mono.saturating_sub(self.sent) >= HEARTBEAT;
        let awaited = due && self.attached > 0;
        if !awaited && !self.news {
            return;
        }
        self.news = false;
        let old = self.seen.borrow().clone();
        let actor = self.pen.store().actor();
        let mut next = self.conductor.snapshot(actor, self.protection);
        let now = std::mem::replace(&mut next.now, old.now);
        if due || next != *old {
            next.now = now;
            self.sent = mono;
            self.seen.send_replace(Arc::new(next));
        }
    }

    /// Written by itself at the end; where it cannot be, `session report` makes it from the journal.
    async fn report(&mut self) {
        if self.scaled_anything() {
            let read = activity::read(&self.aws, self.conductor.state()).await;
            let at = self.now().wall;
            // Where it cannot be kept the report says less; nothing hangs on it.
            self.pen.record(read, at).await.ok();
        }
        let dir = self.pen.store().dir().to_owned();
        let id = self.conductor.state().id.clone();
        let written = self.pen.aside(move || {
            let records = crate::journal::read_session(&dir, &id).records();
            crate::journal::report::write(&dir, &id, &records)
        });
        if let Ok(Err(fault)) | Err(fault) = written.await {
            tracing::warn!("{}", fault.line());
        }
    }

    /// Another tidegate that took it over tells of it itself.
    fn scaled_anything(&self) -> bool {
        let test = self.conductor.state().test.as_ref();
        let closing = test.and_then(|t| t.closing);
        self.pen.is_open()
            && matches!(
                closing,
                Some(Closing::Restored | Closing::Conflict | Closing::Kept)
            )
    }

    fn now(&self) -> Moment {
        moment(&self.clock)
    }
}

fn done() -> Answer {
    Answer::Done {
        said: String::new(),
    }
}

async fn answered(job: &mut Option<Job>) -> Input {
    match job {
        Some(job) => job.await,
        None => std::future::pending().await,
    }
}

fn moment(clock: &Clock) -> Moment {
    let now = clock.now();
    Moment {
        wall: now.wall,
        mono: now.mono,
    }
}

async fn place(aws: &Aws) -> Result<Place, Fault> {
    let who = aws.identity().await?;
    Ok(Place {
        scope: Scope {
            account: who.account,
            region: aws.region().clone(),
        },
        caller: who.caller,
    })
}

/// Account and region are pinned at the start.
fn same_place(meant: &Scope, here: &Scope) -> Result<(), Fault> {
    if meant == here {
        return Ok(());
    }
    let (account, region) = (meant.account.text(), meant.region.text());
    Err(Fault::new(
        FaultKind::Refused,
        format!("The session belongs to account {account}, {region}"),
    )
    .means("these credentials lead to another account or region")
    .next("choose that profile and region"))
}
