//! Effects: what `update` wants done outside, done.

use super::attach::Attach;
use super::carriage::Carriage;
use super::demo::Demo;
use super::reads::{News, Reads};
use super::save::Saver;
use super::sift::Sifter;
use super::tail::Tailer;
use super::terminal::Terminal;
use super::{Exit, clipboard, stop};
use crate::model::effect::Effect;
use crate::model::message::Message;
use crate::model::query::Want;
use crate::model::tail::{Tail, Tailing};
use crate::session::order::Order;
use std::time::Duration;

/// Everything that acts outside, on the event loop's side.
#[derive(Debug)]
pub struct Effects {
    reads: Reads,
    carriage: Carriage,
    attach: Attach,
    saver: Saver,
    /// The simulated account, where it is the one that is looked at.
    demo: Option<Demo>,
    /// What is to be tailed, and the tail that does, once there are clients.
    tailed: Tailing,
    tailer: Tailer,
    sifter: Sifter,
    exit: Option<Exit>,
    stopping: bool,
}

impl Effects {
    /// What acts, each for itself.
    pub fn new(
        reads: Reads,
        carriage: Carriage,
        attach: Attach,
        saver: Saver,
        demo: Option<Demo>,
    ) -> Self {
        Self {
            reads,
            carriage,
            attach,
            saver,
            demo,
            tailed: Tailing::default(),
            tailer: Tailer::default(),
            sifter: Sifter::default(),
            exit: None,
            stopping: false,
        }
    }

    /// Does one thing, or begins it; answers with what is known at once.
    pub fn carry_out(&mut self, effect: Effect, terminal: &Terminal) -> Vec<Message> {
        match effect {
            Effect::Observe(subject) => self.reads.observe(subject),
            Effect::Refresh(slots) => self.reads.refresh(&slots),
            Effect::Switch { settings, epoch } => {
                self.carriage.detach();
                self.attach.detach(&settings);
                self.tailer = Tailer::default();
                self.tailed = Tailing::default();
                self.reads.switch(&settings, epoch);
            }
            Effect::RetryCredentials => self.reads.retry(),
            Effect::Demo(words) => return self.demo.iter().map(|demo| demo.tell(&words)).collect(),
            Effect::GiveCode(code) => self.reads.give_code(code),
            Effect::Sift(sift) => self.reads.sift(&self.sifter, sift),
            Effect::Copy(text) => return vec![copy(&text, terminal)],
            Effect::Save(saving) => self.reads.save(&self.saver, *saving),
            Effect::Suspend => return self.stop(),
            Effect::Quit => self.exit = Some(Exit::Quit),
            Effect::Tail(tailing) => {
                self.tailed = tailing;
                self.tail();
            }
            Effect::TailBy(method) => {
                self.tailed.method = method;
                self.tailer.read_by(method);
            }
            Effect::TailNow => self.tailer.go_to_now(),
            Effect::ReadPast(window) => {
                let told = self.tailer.read_past(window);
                return told
                    .map(|past| Message::Tail(Tail::Past(past)))
                    .into_iter()
                    .collect();
            }
            Effect::Carry(order) => self.carry(order),
            Effect::Guard(ask) => self.attach.ask(ask),
            Effect::DraftTest(plan) => self.attach.draft(*plan),
            Effect::StartTest { drafted, accepted } => self.attach.begin(drafted, accepted),
            Effect::Expire(change) => self.attach.expire(change),
            Effect::TakeUpTest { session, resume } => self.attach.take_up(session, resume),
            Effect::RequestRevert(record) => self.attach.request(record),
            Effect::ReportTest(id) => self.attach.report(id),
        }
        Vec::new()
    }

    /// While a load test is open here, changes become steps of it.
    fn carry(&self, order: Order) {
        let order = match order {
            Order::Apply(proposal) => self.attach.take(proposal).map(Order::Apply),
            other => Some(other),
        };
        if let Some(order) = order {
            self.carriage.order(order);
        }
    }

    /// What a task told, as messages.
    pub fn take(&mut self, news: News) -> Vec<Message> {
        let rebuilt = matches!(&news, News::Connected { result: Ok(_), .. });
        let told = self.reads.take(news);
        if let Some(aws) = self.reads.aws().filter(|_| rebuilt).cloned() {
            self.attach.start(&aws);
            self.carriage.start(aws, self.reads.mode());
            self.tail();
        }
        told
    }

    /// What the panes want now.
    pub fn want(&mut self, wants: Vec<Want>) {
        self.reads.want(wants);
    }

    /// Begins what is due.
    pub fn tick(&mut self) -> Vec<Message> {
        self.reads.tick()
    }

    /// When [`Effects::tick`] is due.
    pub fn next(&self) -> Option<Duration> {
        self.reads.next()
    }

    /// Set once the program is to end.
    pub fn exit(&self) -> Option<Exit> {
        self.exit
    }

    /// Whether the operator asked to suspend; asking takes the wish back.
    pub fn wishes_to_stop(&mut self) -> bool {
        std::mem::take(&mut self.stopping)
    }

    /// Tails with the clients there are now; without any, once there are.
    fn tail(&mut self) {
        // The old one first: what it says after this is not said.
        self.tailer = Tailer::default();
        self.tailer = match self.reads.aws() {
            Some(aws) => self.reads.tailer(aws, &self.tailed),
            None => Tailer::default(),
        };
    }

    fn stop(&mut self) -> Vec<Message> {
        match stop::check() {
            Ok(()) => self.stopping = true,
            Err(fault) => return vec![Message::Trouble(fault)],
        }
        Vec::new()
    }

    /// Ends what must not be cut off in the middle.
    pub fn finish(self) {
        self.saver.finish();
    }
}

fn copy(text: &str, terminal: &Terminal) -> Message {
    let (bytes, copied) = clipboard::sequence(text);
    terminal.aside(&bytes);
    Message::Copied(copied)
}
