//! Reading: runs the poll plan against AWS and turns what comes back into messages.

use super::ask::{self, Asker};
use super::budget::Budget;
use super::bug;
use super::clock::Clock;
use super::inbox::Post;
use super::link::LinkBook;
use super::poll::backoff::Chance;
use super::poll::{PollBook, Purse, Step, Ticket};
use super::save::Saver;
use super::series::SeriesBook;
use super::sift::Sifter;
use super::tail::{self, Tailer};
use super::usage::{Reading, UsageBook};
use crate::aws::{Around, Aws, Gate, Options};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::subject::Subject;
use crate::model::message::Message;
use crate::model::query::{Answer, Epoch, Facts, Query, Reply, Slot, Want};
use crate::model::save::Saving;
use crate::model::settings::{Mode, Settings, Venue};
use crate::model::sift::Sift;
use crate::model::tail::Tailing;
use crate::session::order::Report;
use futures_util::FutureExt;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

/// What tasks tell the event loop.
#[derive(Debug)]
pub enum News {
    /// For `update` as it is.
    Message(Message),
    Part(Ticket, Facts),
    Ended(Ticket, Result<Facts, Fault>),
    /// The clients were built, and the caller is known where that was asked for.
    Connected {
        epoch: Epoch,
        why: Why,
        result: Result<Aws, Fault>,
    },
}

/// Why clients were built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    Start,
    Switch,
    /// Credentials are tried again.
    Probe,
}

/// One query under way.
#[derive(Debug)]
struct Run {
    query: Query,
    task: AbortHandle,
}

/// Everything that reads, on the event loop's side.
#[derive(Debug)]
pub struct Reads {
    runtime: Handle,
    post: Post<News>,
    clock: Clock,
    options: Options,
    epoch: Epoch,
    budget: Arc<Budget>,
    calls_per_minute: u32,
    aws: Option<Aws>,
    book: PollBook,
    link: LinkBook,
    usage: UsageBook,
    /// The meter's last reading of what the SDK repeated.
    repeats: u64,
    chance: Chance,
    runs: BTreeMap<Ticket, Run>,
    series: Arc<Mutex<SeriesBook>>,
}

impl Reads {
    /// Starts building the clients; nothing is asked before they are there.
    pub fn start(runtime: Handle, post: Post<News>, clock: Clock, settings: &Settings) -> Self {
        let mut reads = Self {
            runtime,
            post,
            clock,
            options: options(settings),
            epoch: Epoch::default(),
            budget: Budget::new(settings.calls_per_minute, clock),
            calls_per_minute: settings.calls_per_minute,
            aws: None,
            book: PollBook::default(),
            link: LinkBook::default(),
            usage: UsageBook::default(),
            repeats: 0,
            chance: Chance::default(),
            runs: BTreeMap::new(),
            series: Arc::default(),
        };
        reads.book.pause();
        reads.connect(Why::Start);
        reads
    }

    /// The clients, once they are there.
    pub fn aws(&self) -> Option<&Aws> {
        self.aws.as_ref()
    }

    /// Whether the clients let writes out.
    pub fn mode(&self) -> Mode {
        if self.options.read_only {
            Mode::ReadOnly
        } else {
            Mode::Write
        }
    }

    /// A tail, outside the budget.
    pub fn tailer(&self, aws: &Aws, tailing: &Tailing) -> Tailer {
        let post = self.post.clone();
        let sink: tail::Sink = Arc::new(move |message| post.news(News::Message(message)));
        Tailer::start(
            &self.runtime,
            &aws.through(Gate::open()),
            tailing,
            self.clock,
            &sink,
        )
    }

    /// Begins to write lines to a file.
    pub fn save(&self, saver: &Saver, saving: Saving) {
        let post = self.post.clone();
        saver.begin(saving, move |message| post.news(News::Message(message)));
    }

    /// Begins work over the lines in memory.
    pub fn sift(&self, sifter: &Sifter, sift: Sift) {
        let post = self.post.clone();
        let sink: tail::Sink = Arc::new(move |message| post.news(News::Message(message)));
        sifter.begin(sift, &self.runtime, sink);
    }

    /// What the panes want now.
    pub fn want(&mut self, wants: Vec<Want>) {
        self.book.want(wants, self.now());
    }

    /// Asks these slots again now.
    pub fn refresh(&mut self, slots: &[Slot]) {
        self.book.refresh(slots, self.now());
    }

    /// Tries the credentials again now.
    pub fn retry(&mut self) {
        self.link.retry(self.now());
    }

    /// Builds the clients with the code of an MFA device, which is good for once.
    pub fn give_code(&mut self, code: String) {
        self.options.mfa_code = Some(code);
        self.connect(Why::Probe);
        self.options.mfa_code = None;
    }

    /// Builds the clients for other settings; answers of the old ones do not count any more.
    pub fn switch(&mut self, settings: &Settings, epoch: Epoch) {
        self.options = options(settings);
        self.epoch = epoch;
        self.calls_per_minute = settings.calls_per_minute;
        self.budget.set(settings.calls_per_minute);
        let cuts = self.book.reset(self.now());
        self.carry_out(cuts);
        self.book.pause();
        self.link = LinkBook::default();
        self.series = Arc::default();
        self.aws = None;
        self.connect(Why::Switch);
    }

    /// Reads a subject fresh, outside the budget.
    pub fn observe(&self, subject: Subject) {
        let (aws, post) = (self.aws.clone(), self.post.clone());
        self.runtime.spawn(async move {
            let result = match aws {
                Some(aws) => whole(ask::observe(&aws.through(Gate::open()), &subject)).await,
                None => Err(not_connected()),
            };
            let report = Report::Observed {
                subject,
                result: Box::new(result),
            };
            post.news(News::Message(Message::Carrier(report)));
        });
    }

    /// Starts what is due; answers with what the clock alone has to tell.
    pub fn tick(&mut self) -> Vec<Message> {
        let now = self.now();
        if self.link.takes_probe(now) {
            self.connect(Why::Probe);
        }
        let steps = self.book.steps(now);
        let mut told = self.carry_out(steps);
        self.read_meter(now);
        told.extend(self.link.tick(now).map(Message::Link));
        told.extend(
            self.usage
                .news(now, self.calls_per_minute)
                .map(Message::Usage),
        );
        told
    }

    /// When [`Reads::tick`] is due.
    pub fn next(&self) -> Option<Duration> {
        self.book.next().into_iter().chain(self.link.next()).min()
    }

    /// What this news means for `update`.
    pub fn take(&mut self, news: News) -> Vec<Message> {
        match news {
            News::Message(message) => vec![message],
            News::Part(ticket, facts) => self.part(ticket, facts),
            News::Ended(ticket, Ok(facts)) => self.answered(ticket, facts),
            News::Ended(ticket, Err(fault)) => self.failed(ticket, fault),
            News::Connected { epoch, .. } if epoch != self.epoch => Vec::new(),
            News::Connected { why, result, .. } => self.connected(why, result),
        }
    }

    /// What the SDK repeats by itself waits at no gate: the budget pays for it afterwards.
    fn read_meter(&mut self, now: Duration) {
        let Some(aws) = &self.aws else { return };
        let meter = aws.meter().read();
        self.budget.owes(meter.repeats.saturating_sub(self.repeats));
        self.repeats = meter.repeats;
        let reading = Reading {
            calls: meter.calls(),
            logs: meter.log_calls,
            metric_queries: meter.metric_queries,
        };
        self.usage.read(now, reading);
    }

    fn now(&self) -> Duration {
        self.clock.now().mono
    }

    fn reply(&self, query: Query, answer: Answer) -> Message {
        Message::Reply(Reply {
            epoch: self.epoch,
            query,
            answer,
        })
    }

    fn part(&mut self, ticket: Ticket, facts: Facts) -> Vec<Message> {
        let Some(run) = self.runs.get(&ticket) else {
            return Vec::new();
        };
        vec![self.reply(run.query.clone(), Answer::Part(facts))]
    }

    fn answered(&mut self, ticket: Ticket, facts: Facts) -> Vec<Message> {
        let Some(run) = self.runs.remove(&ticket) else {
            return Vec::new();
        };
        self.book.answered(ticket, self.now());
        let link = self.link.answered().map(Message::Link);
        link.into_iter()
            .chain([self.reply(run.query, Answer::Whole(facts))])
            .collect()
    }

    fn failed(&mut self, ticket: Ticket, fault: Fault) -> Vec<Message> {
        let Some(run) = self.runs.remove(&ticket) else {
            return Vec::new();
        };
        let now = self.now();
        tracing::info!(slot = %run.query.slot(), fault = %fault, "query failed");
        if fault.kind == FaultKind::Throttled {
            self.budget.throttled();
            self.usage.throttled(now);
        }
        let chance = self.chance.draw();
        let next_try = self.book.failed(ticket, &fault, now, chance);
        let link = self
            .link
            .failed(run.query.slot(), &fault, next_try, now)
            .map(Message::Link);
        let next_try = if self.link.is_paused() {
            self.link.next()
        } else {
            next_try
        };
        self.pause_or_resume();
        link.into_iter()
            .chain([self.reply(run.query, Answer::Failed { fault, next_try })])
            .collect()
    }

    fn connected(&mut self, why: Why, result: Result<Aws, Fault>) -> Vec<Message> {
        let (now, chance) = (self.now(), self.chance.draw());
        let switched = |result| (why == Why::Switch).then_some(Message::Switched(result));
        let (link, switched, place) = match result {
            Ok(aws) => {
                let place = Message::Connected {
                    region: aws.region().clone(),
                    endpoint: aws.endpoint().cloned(),
                };
                self.aws = Some(aws);
                (self.link.probe_answered(), switched(Ok(())), Some(place))
            }
            Err(fault) => (
                self.link.probe_failed(&fault, now, chance),
                switched(Err(fault)),
                None,
            ),
        };
        self.pause_or_resume();
        // A switch that failed is answered with another one: how the link stood before must not be told after that.
        [Message::Link(link)]
            .into_iter()
            .chain(switched)
            .chain(place)
            .collect()
    }

    fn pause_or_resume(&mut self) {
        if self.link.is_paused() || self.aws.is_none() {
            self.book.pause();
        } else if self.book.is_paused() {
            self.book.resume(self.now());
        }
    }

    fn connect(&self, why: Why) {
        let (options, post, epoch) = (self.options.clone(), self.post.clone(), self.epoch);
        self.runtime.spawn(async move {
            let result = whole(Box::pin(connect(options, why))).await;
            post.news(News::Connected { epoch, why, result });
        });
    }

    fn carry_out(&mut self, steps: Vec<Step>) -> Vec<Message> {
        let mut told = Vec::new();
        for step in steps {
            match step {
                Step::Cut(ticket) => self.cut(ticket),
                Step::Start {
                    ticket,
                    query,
                    purse,
                } => told.extend(self.begin(ticket, query, purse)),
            }
        }
        told
    }

    fn cut(&mut self, ticket: Ticket) {
        if let Some(run) = self.runs.remove(&ticket) {
            run.task.abort();
        }
    }

    fn begin(&mut self, ticket: Ticket, query: Query, purse: Purse) -> Option<Message> {
        let aws = self
            .aws
            .as_ref()?
            .through(self.budget.gate(query.slot(), purse));
        let (post, series, question) = (self.post.clone(), self.series.clone(), query.clone());
        let now = self.clock.now();
        let task = self.runtime.spawn(async move {
            let part = |facts| post.news(News::Part(ticket, facts));
            let asker = Asker {
                aws: &aws,
                now,
                series: &series,
                part: &part,
            };
            let read = async {
                bug::provoke("read");
                asker.ask(&question).await
            };
            let result = whole(Box::pin(read)).await;
            post.news(News::Ended(ticket, result));
        });
        self.runs.insert(
            ticket,
            Run {
                query: query.clone(),
                task: task.abort_handle(),
            },
        );
        Some(self.reply(query, Answer::Started))
    }
}

/// How the clients of these settings are built.
pub(super) fn options(settings: &Settings) -> Options {
    Options {
        profile: settings.profile.clone(),
        region: settings.region.clone(),
        endpoint: settings.endpoint.as_ref().map(|e| e.as_str().to_owned()),
        read_only: settings.mode == Mode::ReadOnly,
        ..beside(settings.venue)
    }
}

/// The simulated account needs nothing of this machine, and gets nothing of it.
fn beside(venue: Venue) -> Options {
    match venue {
        Venue::Aws => Options::default(),
        Venue::Simulated(_) => Options {
            credentials: Some(super::demo::keys()),
            around: Around::Nothing,
            ..Options::default()
        },
    }
}

/// Clients; for a probe, ones whose credentials AWS took.
async fn connect(options: Options, why: Why) -> Result<Aws, Fault> {
    let aws = Aws::connect(options).await?;
    if why == Why::Probe {
        match aws.identity().await {
            Err(fault) if fault.kind == FaultKind::Credentials => return Err(fault),
            // Where nobody answers, or one may not even ask, there are credentials all the same.
            _ => {}
        }
    }
    Ok(aws)
}

/// A bug in one read is a fault of that read.
async fn whole<T>(read: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    AssertUnwindSafe(read)
        .catch_unwind()
        .await
        .unwrap_or_else(|_| {
            Err(
                Fault::new(FaultKind::Internal, "Reading this ran into a bug of ours")
                    .means("The rest goes on")
                    .next("Start with TIDEGATE_LOG=debug and look into the log file"),
            )
        })
}

fn not_connected() -> Fault {
    Fault::new(FaultKind::Credentials, "There is no connection to AWS yet")
        .means("Nothing can be read fresh, so nothing can be changed")
        .next("Wait for it, or see the banner")
}
