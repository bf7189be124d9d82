//! The event loop: one thread, three lanes, one frame at a time.
//!
//! Signals first, then input, then the rest in slices of 2 ms. Input draws at
//! once; data draws at most every 16 ms. However much was typed ahead (a key
//! held down, a paste that is not marked as one), the screen follows, signals are
//! heard, and a key that leaves does not wait behind it.

use super::Ended;
use super::bug;
use super::clock::Clock;
use super::effects::Effects;
use super::inbox::{Alarm, Inbox};
use super::reads::News;
use super::terminal::{Terminal, tty};
use super::{Exit, stop};
use crate::app::{self, State};
use crate::model::message::Message;
use crate::model::query::Want;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Between two frames that only data asked for.
const FLOOR: Duration = Duration::from_millis(16);

/// Between two frames while more was typed than can be taken in at once: enough to follow with the eye, and
/// most of the time goes to the keys.
const FLOOD_FLOOR: Duration = Duration::from_millis(60);

/// How long the rest may keep input waiting.
const SLICE: Duration = Duration::from_millis(2);

/// How long input may keep signals waiting.
const INPUT_SLICE: Duration = Duration::from_millis(16);

/// Ages and countdowns show no less.
const TICK: Duration = Duration::from_secs(1);

/// How much of the waiting input was taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taken {
    Nothing,
    All,
    /// Its time was over.
    Some,
}

/// The console at work.
#[derive(Debug)]
pub struct EventLoop {
    state: State,
    inbox: Inbox<News>,
    terminal: Terminal,
    clock: Clock,
    effects: Effects,
    wants: Vec<Want>,
    buffer: Buffer,
    /// Something may look different from the last frame.
    dirty: bool,
    drawn: Duration,
    /// The last time `update` heard of the clock.
    told: Duration,
    suspended: bool,
}

impl EventLoop {
    /// A loop whose first frame has been drawn.
    pub fn new(
        state: State,
        inbox: Inbox<News>,
        terminal: Terminal,
        clock: Clock,
        effects: Effects,
    ) -> Self {
        let told = clock.now().mono;
        let (wants, buffer) = (Vec::new(), Buffer::default());
        Self {
            state,
            inbox,
            terminal,
            clock,
            effects,
            wants,
            buffer,
            dirty: true,
            drawn: Duration::ZERO,
            told,
            suspended: false,
        }
    }

    /// Runs until something ends it.
    pub fn run(mut self) -> Ended {
        loop {
            if let Some(exit) = self.turn() {
                self.effects.finish();
                return Ended {
                    exit,
                    changing: self.state.is_busy(),
                    broken: self.state.broken_journal().cloned(),
                };
            }
            self.inbox.wait(self.patience());
        }
    }

    /// One round: what waits is taken in, what follows is begun and shown.
    fn turn(&mut self) -> Option<Exit> {
        while let Some(alarm) = self.inbox.alarm() {
            if let Some(exit) = self.alarmed(alarm) {
                return Some(exit);
            }
        }
        if self.suspended {
            return None;
        }
        // What a key did is on its way to the screen before anything else is looked at.
        let typed = self.take_input();
        if typed == Taken::All {
            self.draw();
        }
        self.take_news(typed);
        self.tell_time();
        self.pursue();
        let floor = if typed == Taken::Some {
            FLOOD_FLOOR
        } else {
            FLOOR
        };
        if self.dirty && self.since(self.drawn) >= floor {
            self.draw();
        }
        self.effects.exit()
    }

    fn alarmed(&mut self, alarm: Alarm) -> Option<Exit> {
        match alarm {
            Alarm::Stop(signal) => return Some(Exit::Signal(signal)),
            Alarm::Lost => return Some(Exit::Lost),
            Alarm::Broken => return Some(Exit::Broken),
            Alarm::Suspend => self.suspend(),
            Alarm::Continued => return self.resume(),
            Alarm::Resized => self.resize(),
        }
        None
    }

    fn suspend(&mut self) {
        if self.state.is_busy() {
            return self.apply(Message::Trouble(stop::change_in_flight()));
        }
        tty::restore();
        self.suspended = true;
        stop::stop_this_process();
    }

    /// After SIGCONT the terminal may be in any state, and another size.
    fn resume(&mut self) -> Option<Exit> {
        if tty::enter().is_err() {
            return Some(Exit::Lost);
        }
        self.suspended = false;
        self.terminal.repaint();
        self.apply(Message::Resumed);
        self.resize();
        None
    }

    fn resize(&mut self) {
        let (width, height) = tty::size();
        self.apply(Message::Resize { width, height });
        self.terminal.repaint();
    }

    fn take_input(&mut self) -> Taken {
        let (start, state) = (Instant::now(), &self.state);
        self.inbox.overtake(|typed| app::leaves(state, typed));
        let mut taken = Taken::Nothing;
        while let Some(typed) = self.inbox.input() {
            bug::provoke("main");
            self.tell_time_now();
            self.apply(Message::Input(typed));
            taken = Taken::All;
            if start.elapsed() >= INPUT_SLICE || self.effects.exit().is_some() {
                return Taken::Some;
            }
        }
        taken
    }

    /// News waits for input, but not for a flood of it: what AWS says must not go stale behind it.
    fn take_news(&mut self, typed: Taken) {
        let start = Instant::now();
        let next = |inbox: &Inbox<News>| match typed {
            Taken::Some => inbox.news_beside_input(),
            Taken::Nothing | Taken::All => inbox.news(),
        };
        let mut news = next(&self.inbox);
        if news.is_some() {
            self.tell_time_now();
        }
        while let Some(one) = news {
            for message in self.effects.take(one) {
                self.apply(message);
            }
            news = (start.elapsed() < SLICE)
                .then(|| next(&self.inbox))
                .flatten();
        }
    }

    fn tell_time(&mut self) {
        let deadline = app::next_deadline(&self.state).filter(|at| *at > self.told);
        let due = deadline.is_some_and(|at| at <= self.clock.now().mono);
        if due || self.since(self.told) >= TICK {
            self.tell_time_now();
        }
    }

    fn tell_time_now(&mut self) {
        let now = self.clock.now();
        self.told = now.mono;
        self.apply(Message::Now(now));
    }

    /// Begins what the state wants to know, and what is due.
    fn pursue(&mut self) {
        let wants = app::wants(&self.state);
        if wants != self.wants {
            self.effects.want(wants.clone());
            self.wants = wants;
        }
        for message in self.effects.tick() {
            self.apply(message);
        }
    }

    /// Updates, and carries out what follows from it, until nothing does.
    fn apply(&mut self, message: Message) {
        let mut waiting = VecDeque::from([message]);
        while let Some(message) = waiting.pop_front() {
            self.dirty = true;
            for effect in app::update(&mut self.state, message) {
                waiting.extend(self.effects.carry_out(effect, &self.terminal));
            }
        }
        if self.effects.wishes_to_stop() {
            self.suspend();
        }
    }

    fn draw(&mut self) {
        self.buffer = show(
            &self.state,
            std::mem::take(&mut self.buffer),
            &self.terminal,
        );
        self.dirty = false;
        self.drawn = self.clock.now().mono;
        self.tell_of_the_frame();
    }

    /// A review that was just put on the screen counts its time from now on, not from the second's next tick.
    fn tell_of_the_frame(&mut self) {
        if app::next_deadline(&self.state).is_some_and(|at| at <= self.told) {
            self.tell_time_now();
        }
    }

    /// How long nothing needs to be done by itself.
    fn patience(&self) -> Duration {
        let deadline = app::next_deadline(&self.state).filter(|at| *at > self.told);
        let frame = self.dirty.then_some(self.drawn + FLOOR);
        let next = [Some(self.told + TICK), deadline, frame, self.effects.next()];
        let soonest = next.into_iter().flatten().min().unwrap_or(self.told + TICK);
        soonest.saturating_sub(self.clock.now().mono)
    }

    fn since(&self, at: Duration) -> Duration {
        self.clock.now().mono.saturating_sub(at)
    }
}

/// Draws the state and hands the frame to the terminal; gives back a buffer for the next one.
pub fn show(state: &State, mut buffer: Buffer, terminal: &Terminal) -> Buffer {
    let (width, height) = state.size;
    buffer.resize(Rect::new(0, 0, width, height));
    buffer.reset();
    let cursor = app::draw(state, &mut buffer);
    terminal.show(buffer, cursor)
}
