//! Logs without a console: read from a time on, in the order of time over all
//! groups, and then followed, into a page that is written once.

mod again;
mod check;
mod follow;
mod glob;
mod late;
mod left;
mod read;

use super::clock::Clock;
use super::tail::{Readers, Room, Sink, Stuck};
use super::{reads, watchdog};
use crate::aws::{Aws, Options};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::{AccountId, Region};
use crate::domain::log::{GroupFacts, TailSource};
use crate::logs::chunk::{Chunk, Line};
use crate::logs::filter::Filter;
use crate::logs::sieve::Sieve;
use crate::logs::unknown::Asked;
use crate::model::settings::Settings;
use crate::model::tail::Tailing;
use again::Reasons;
use late::Lateness;
use left::Left;
use std::collections::HashSet;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};

/// Leaving takes so long at most, however stuck the reader of the output is.
const LEAVE: Duration = Duration::from_secs(2);

/// What is to be read.
#[derive(Debug)]
pub struct Job {
    pub tailing: Tailing,
    /// The accounts that the groups' ARNs name; none must be another than that of the credentials.
    pub accounts: Vec<AccountId>,
    /// Milliseconds since 1970, exclusive; without an end until now.
    pub end: Option<i64>,
    pub then: Then,
    pub filter: Filter,
}

/// What comes after the last line of now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    End,
    /// New lines, until SIGINT or SIGTERM.
    Follow,
}

/// What takes the lines.
pub trait Page {
    /// One line that passed the filter; late: a newer one stands before it.
    fn line(&mut self, chunk: &Chunk, line: &Line, late: bool) -> io::Result<()>;
    /// Nothing more comes for the moment.
    fn flush(&mut self) -> io::Result<()>;
    /// Something to know beside the lines.
    fn note(&mut self, fault: &Fault);
    /// How far reading is, after each page.
    fn progress(&mut self, so_far: Progress) -> io::Result<()>;
}

/// How far reading is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Pages that came, empty ones too.
    pub pages: u64,
    /// Lines that came.
    pub read: u64,
    /// Lines that passed the filter.
    pub shown: u64,
    /// The newest line (milliseconds since 1970) of the group that is read slowest, of those that have brought one.
    pub at: Option<i64>,
}

/// Why a run ended early.
#[derive(Debug)]
pub enum Stopped {
    Fault(Fault),
    /// Nobody takes the lines any more.
    Output(io::Error),
}

impl From<Fault> for Stopped {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// Reads; answers with the groups' failures, where some could not be read and others could.
pub fn run(settings: &Settings, mut job: Job, page: &mut dyn Page) -> Result<Vec<Fault>, Stopped> {
    let tasks = super::tasks()?;
    let done = tasks.block_on(async {
        let stop = stop(job.then)?;
        let aws = connect(settings).await?;
        check::accounts(&aws, &job.accounts).await?;
        let (sources, which) = glob::found(&aws, job.tailing.sources).await?;
        job.tailing.sources = once(sources, aws.region());
        let found = check::groups(&aws, &job).await?;
        let mut run = Run::new(job, page, tasks.handle(), stop);
        for note in which.iter().chain(&found.notes) {
            run.known(note);
        }
        run.absent(found.absent);
        run.whole(&aws).await
    });
    tasks.shutdown_background();
    done
}

/// Each source once, however it is named: the region `home` needs no name.
fn once(sources: Vec<TailSource>, home: &Region) -> Vec<TailSource> {
    let mut seen = HashSet::new();
    let at_home = |source: TailSource| TailSource {
        region: source.region.filter(|region| region != home),
        ..source
    };
    let sources = sources.into_iter().map(at_home);
    sources
        .filter(|source| seen.insert(source.clone()))
        .collect()
}

/// All groups whose names begin so, in AWS's order.
pub fn list(settings: &Settings, prefix: &str) -> Result<Vec<GroupFacts>, Fault> {
    let tasks = super::tasks()?;
    let found = tasks.block_on(async {
        let aws = connect(settings).await?;
        let mut groups = Box::pin(aws.log_groups(None, prefix)).await?;
        groups.retain(|group| group.name.as_str().starts_with(prefix));
        Ok(groups)
    });
    tasks.shutdown_background();
    found
}

/// No write can leave on the way.
async fn connect(settings: &Settings) -> Result<Aws, Fault> {
    let options = Options {
        read_only: true,
        ..reads::options(settings)
    };
    Box::pin(Aws::connect(options)).await
}

/// Turns true when who follows is asked to end. Whoever reads to an end is ended by the signal itself.
fn stop(then: Then) -> Result<watch::Receiver<bool>, Fault> {
    let (tell, stop) = watch::channel(false);
    if then == Then::Follow {
        let [mut int, mut term] = [
            listen(SignalKind::interrupt())?,
            listen(SignalKind::terminate())?,
        ];
        tokio::spawn(async move {
            tokio::select! { _ = int.recv() => {}, _ = term.recv() => {} }
            // Whatever is not written by then is missing: no clean end.
            watchdog::arm(LEAVE, 1);
            tell.send_replace(true);
            tell.closed().await;
        });
    } else {
        // The sender stays: nobody asks.
        tokio::spawn(async move { tell.closed().await });
    }
    Ok(stop)
}

fn listen(kind: SignalKind) -> Result<tokio::signal::unix::Signal, Fault> {
    signal(kind).map_err(|error| {
        Fault::new(
            FaultKind::Local,
            format!("Signals cannot be heard: {error}"),
        )
        .next("look at the limits of this process (ulimit -a)")
    })
}

/// Whoever follows is not kept from the other groups by one that gives nothing.
fn stuck(then: Then) -> Stuck {
    match then {
        Then::End => Stuck::Fails,
        Then::Follow => Stuck::IsLeft,
    }
}

/// Resolves when it is to end.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}

struct Run<'p> {
    tailing: Tailing,
    end: Option<i64>,
    then: Then,
    sieve: Sieve,
    asked: Asked,
    page: &'p mut dyn Page,
    runtime: Handle,
    stop: watch::Receiver<bool>,
    clock: Clock,
    room: Arc<Room>,
    progress: Progress,
    /// The newest time that was written, in milliseconds since 1970.
    newest: i64,
    reasons: Reasons,
    failures: Vec<Fault>,
    left: Left,
    late: Lateness,
    /// Groups of which it was said that Live Tail sends a sample.
    sampled: HashSet<TailSource>,
}

impl<'p> Run<'p> {
    fn new(
        job: Job,
        page: &'p mut dyn Page,
        runtime: &Handle,
        stop: watch::Receiver<bool>,
    ) -> Self {
        Self {
            tailing: job.tailing,
            end: job.end,
            then: job.then,
            asked: Asked::of(&job.filter),
            sieve: Sieve::of(job.filter),
            page,
            runtime: runtime.clone(),
            stop,
            clock: Clock::start(),
            room: Arc::default(),
            progress: Progress::default(),
            newest: i64::MIN,
            reasons: Reasons::default(),
            failures: Vec::new(),
            left: Left::default(),
            late: Lateness::default(),
            sampled: HashSet::new(),
        }
    }

    async fn whole(mut self, aws: &Aws) -> Result<Vec<Fault>, Stopped> {
        let (send, news) = self.sink();
        let (readers, read) = Readers::start(
            &self.runtime,
            aws,
            (self.tailing.clone(), self.end, stuck(self.then)),
            self.clock,
            (&send, self.room.clone()),
        );
        let read = self.read(read).await;
        self.decide()?;
        self.page.flush()?;
        self.unknown();
        let Some(follows) = read? else {
            return Ok(self.failed());
        };
        if self.then == Then::Follow && self.may_bring_more() {
            let tailer = readers.follow(&self.runtime, follows);
            self.follow(news).await?;
            drop(tailer);
        }
        Ok(self.failed())
    }

    /// Whether anything can come of any source without that somebody mends something.
    fn may_bring_more(&self) -> bool {
        self.failures.len() + self.left.hopeless() < self.tailing.sources.len()
    }

    /// The groups that could not be read, and those that others went on without and never came.
    fn failed(mut self) -> Vec<Fault> {
        self.failures.extend(self.left.faults());
        self.failures
    }

    fn sink(
        &self,
    ) -> (
        Sink,
        mpsc::UnboundedReceiver<crate::model::message::Message>,
    ) {
        let (post, news) = mpsc::unbounded_channel();
        let room = self.room.clone();
        let sink: Sink = Arc::new(move |message| {
            room.take(follow::bytes(&message));
            // Whoever does not listen any more is about to end.
            let _ = post.send(message);
        });
        (sink, news)
    }

    /// What is known before anything was read.
    fn known(&mut self, note: &Fault) {
        if note.passes() {
            self.again(note);
        } else {
            self.page.note(note);
        }
    }

    /// A field that no line has is most likely a slip of the finger, and nothing comes.
    fn unknown(&mut self) {
        for unknown in self.asked.unknown() {
            let note = Fault::new(FaultKind::Missing, unknown.to_string());
            self.page.note(&note);
        }
    }

    /// Says why somebody waits, once for each reason.
    fn again(&mut self, fault: &Fault) {
        let now = self.clock.now().mono;
        if let Some(said) = self.reasons.told(fault, now) {
            self.page.note(&said);
        }
    }

    /// The next line, in the order of time; with a filter it is written once it is decided.
    fn put(&mut self, chunk: &Arc<Chunk>, line: usize) -> io::Result<()> {
        if self.sieve.is_open() {
            return self.write_line(chunk, line);
        }
        self.sieve.push((chunk.clone(), line));
        self.write_passing()
    }

    /// Nothing more comes for the moment: nobody is to wait for a line that has passed.
    fn decide(&mut self) -> io::Result<()> {
        self.sieve.decide();
        self.write_passing()
    }

    fn write_passing(&mut self) -> io::Result<()> {
        while let Some((chunk, line)) = self.sieve.pop() {
            self.write_line(&chunk, line)?;
        }
        Ok(())
    }

    fn write_line(&mut self, chunk: &Chunk, line: usize) -> io::Result<()> {
        let Some(line) = chunk.lines().get(line) else {
            return Ok(());
        };
        let late = line.at < self.newest;
        // A producer whose clock is fast must not make the lines of all others late.
        self.newest = self.newest.max(line.at.min(line.ingested));
        self.progress.shown += 1;
        self.page.line(chunk, line, late)
    }
}

#[cfg(test)]
mod tests;
