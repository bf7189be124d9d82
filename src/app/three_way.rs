//! Before / ours / now: an unfinished change found at start, and the fields where
//! somebody else has been since.

use super::confirm::{Confirm, Verdict};
use super::dialog::{TOO_SMALL, keys, value_text};
use super::overlay::{Outcome, Places, Popup};
use super::recall::{Recall, undo};
use super::sheet::Sheet;
use super::state::State;
use super::work::{Carried, Job, Open, Way};
use crate::domain::change::{Field, Standing, Target};
use crate::domain::health::Level;
use crate::domain::text::Text;
use crate::domain::units::age;
use crate::model::effect::Effect;
use crate::model::time::Now;
use crate::session::ask::Ask;
use crate::session::order::{Order, Past, ThreeWay};
use crate::session::revert::{Decisions, Surplus};
use crate::view::lines::Line;
use crate::view::paint::Paint;
use crate::view::theme::Role;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use std::collections::BTreeSet;
use std::time::Duration;

/// What is to be done with one field in conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decision {
    Open,
    KeepTheirs,
    Restore,
}

/// What an unfinished change's overlay asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    WhatToDo,
    /// For good: nothing of it can be undone afterwards.
    WhetherToKeep,
}

/// The overlay of something left open.
#[derive(Debug)]
pub(super) struct ThreeWays {
    question: Question,
    open: Open,
    decisions: Vec<Decision>,
    cursor: usize,
    confirm: Confirm,
}

impl ThreeWays {
    /// Shows what is open: an unfinished change, or a conflict where `past` is not given.
    pub fn of(open: Open, production: bool) -> Self {
        let decisions = vec![Decision::Open; open.fields.len()];
        let name = match open.fields.first() {
            // A session is decided on by the name of its plan.
            _ if open.carried == Carried::ByGuard => open.summary.clone(),
            field => field.map(|f| target_name(&f.target)).unwrap_or_default(),
        };
        let confirm = Confirm::new(
            production && open.past.is_none() && !open.fields.is_empty(),
            name,
        );
        let mut shown = Self {
            question: Question::WhatToDo,
            open,
            decisions,
            cursor: 0,
            confirm,
        };
        let first = shown.disputed().next();
        shown.cursor = first.unwrap_or(0);
        shown
    }

    fn disputed(&self) -> impl Iterator<Item = usize> {
        let fields = self.open.fields.iter().enumerate();
        fields
            .filter(|(_, f)| matches!(f.standing, Standing::Theirs | Standing::Gone))
            .map(|(i, _)| i)
    }

    fn is_decided(&self) -> bool {
        self.disputed().all(|i| self.decisions[i] != Decision::Open)
    }

    fn lines(&self, state: &State) -> Vec<Line> {
        let mut lines = match &self.open.past {
            Some(past) => unfinished_head(past, state),
            None => vec![
                Line::new("While putting back ", Role::Dialog)
                    .with(self.open.summary.clone(), Role::Strong),
                Line::new(
                    "somebody else has changed this since. The rest went back.",
                    Role::Warn,
                ),
            ],
        };
        if let Some(gap) = &self.open.gap {
            lines.push(
                Line::new("It could not be read now: ", Role::Bad).with(gap.line(), Role::Bad),
            );
        }
        lines.push(Line::default());
        for (i, field) in self.open.fields.iter().enumerate() {
            lines.extend(self.field_lines(i, field));
        }
        lines.push(Line::default());
        lines
    }

    fn field_lines(&self, index: usize, field: &ThreeWay) -> Vec<Line> {
        let choosing = self.open.past.is_none();
        let mark = if choosing && index == self.cursor {
            "> "
        } else {
            "  "
        };
        let now = field
            .now
            .as_ref()
            .map_or_else(|| "gone".to_owned(), value_text);
        let decided = match self.decisions[index] {
            Decision::Open => "",
            Decision::KeepTheirs => "  → keep theirs",
            Decision::Restore => "  → restore ours",
        };
        vec![
            Line::of(
                format!("{mark}{} {}", target_name(&field.target), field.field),
                Role::Strong,
            )
            .with(standing_text(field.standing), standing_role(field.standing))
            .with(decided, Role::New),
            Line::new("    before ", Role::Dim).and(value_text(&field.before), Role::Old),
            Line::new("    ours   ", Role::Dim).and(value_text(&field.ours), Role::New),
            Line::new("    now    ", Role::Dim).and(now, standing_role(field.standing)),
        ]
    }

    fn sheet(&self, state: &State) -> Sheet<'_> {
        let lines = self.lines(state);
        if self.open.past.is_some() {
            let below = if self.question == Question::WhetherToKeep {
                self.confirm
                    .line("keep it as it is, for good (u will not undo it)")
            } else if state.may_write() {
                keys(UNFINISHED)
            } else {
                let why = state.settings.read_only().next;
                keys(&[("esc", "later")])
                    .and(format!("read-only: to undo or keep it, {why}"), Role::Dim)
            };
            return Sheet {
                title: "An unfinished change".into(),
                lines,
                below: vec![below],
                ..Sheet::default()
            };
        }
        let below = vec![keys(CONFLICT), self.confirm.line("apply these decisions")];
        let field = self.confirm.field().filter(|_| self.is_decided());
        Sheet {
            title: "Changed by somebody else".into(),
            lines,
            field,
            below,
        }
    }

    fn unfinished_key(&mut self, key: KeyEvent, past: &Past, state: &mut State) -> Outcome {
        if !self.confirm.is_armed(state.news.now.mono) {
            return Outcome::stays();
        }
        if self.question == Question::WhetherToKeep {
            return self.keeping_key(key, state);
        }
        match key.code {
            KeyCode::Esc => Outcome::closes(),
            KeyCode::Char('u' | 'a') if let Some(fault) = state.refuses_write() => {
                state.news.tell(&fault);
                Outcome::stays()
            }
            KeyCode::Char('u' | 'a') if !self.sheet(state).fits(state.size) => {
                state.news.say(Level::Warn, TOO_SMALL);
                Outcome::stays()
            }
            KeyCode::Char('u') if state.settings.production => {
                state.open(Recall::of(past.clone(), Vec::new(), true));
                Outcome::closes()
            }
            KeyCode::Char('u') => Outcome::closes_with(undo(state, past, Surplus::Waits)),
            KeyCode::Char('a') => {
                self.ask(Question::WhetherToKeep);
                Outcome::stays()
            }
            _ => Outcome::stays(),
        }
    }

    /// Another question is another review, which has to be seen first.
    fn ask(&mut self, question: Question) {
        self.question = question;
        self.confirm = Confirm::new(false, Text::default());
    }

    fn keeping_key(&mut self, key: KeyEvent, state: &mut State) -> Outcome {
        match self.confirm.key(key, state.news.now.mono) {
            Verdict::Yes => return Outcome::closes_with(self.kept(state)),
            Verdict::No => self.ask(Question::WhatToDo),
            Verdict::Nothing => {}
        }
        Outcome::stays()
    }

    fn kept(&self, state: &mut State) -> Vec<Effect> {
        let session = self.open.session.clone();
        state.work.settle(&session);
        state.news.say(
            Level::Notice,
            format!("Kept as it is: {}", self.open.summary),
        );
        vec![Effect::Carry(Order::Keep { session })]
    }

    fn conflict_key(&mut self, key: KeyEvent, state: &mut State) -> Outcome {
        if !self.confirm.is_armed(state.news.now.mono) {
            return Outcome::stays();
        }
        match key.code {
            KeyCode::Up => self.step(-1),
            KeyCode::Down | KeyCode::Tab => self.step(1),
            KeyCode::Char('t') if !self.is_decided() => self.decide(Decision::KeepTheirs),
            KeyCode::Char('r') if !self.is_decided() => self.decide(Decision::Restore),
            KeyCode::Esc => return Outcome::closes(),
            _ if self.is_decided() => return self.answer(key, state),
            _ => {}
        }
        Outcome::stays()
    }

    fn answer(&mut self, key: KeyEvent, state: &mut State) -> Outcome {
        match self.confirm.key(key, state.news.now.mono) {
            Verdict::Nothing => Outcome::stays(),
            Verdict::No => Outcome::closes(),
            Verdict::Yes => {
                if let Some(fault) = state.refuses_write() {
                    state.news.tell(&fault);
                    return Outcome::stays();
                }
                if !self.sheet(state).fits(state.size) {
                    state.news.say(Level::Warn, TOO_SMALL);
                    return Outcome::stays();
                }
                Outcome::closes_with(self.carried(state))
            }
        }
    }

    fn step(&mut self, by: isize) {
        let disputed: Vec<usize> = self.disputed().collect();
        let at = disputed.iter().position(|i| *i == self.cursor).unwrap_or(0);
        let to = at
            .saturating_add_signed(by)
            .min(disputed.len().saturating_sub(1));
        self.cursor = disputed.get(to).copied().unwrap_or(0);
    }

    fn decide(&mut self, decision: Decision) {
        if let Some(slot) = self.decisions.get_mut(self.cursor) {
            *slot = decision;
        }
        let next = self
            .disputed()
            .find(|i| self.decisions[*i] == Decision::Open);
        self.cursor = next.unwrap_or(self.cursor);
    }

    fn carried(&self, state: &mut State) -> Vec<Effect> {
        let chosen = |decision| -> BTreeSet<(Target, Field)> {
            let fields = self.open.fields.iter().zip(&self.decisions);
            fields
                .filter(|(_, d)| **d == decision)
                .map(|(f, _)| (f.target.clone(), f.field))
                .collect()
        };
        let decisions = Decisions {
            restore: chosen(Decision::Restore),
            keep: chosen(Decision::KeepTheirs),
            surplus: Surplus::Waits,
        };
        if self.open.carried == Carried::ByGuard {
            return vec![Effect::Guard(Ask::Revert { decisions })];
        }
        let session = self.open.session.clone();
        state.work.settle(&session);
        state.work.begin(Job {
            way: Way::PutBack,
            session: Some(session.clone()),
            subject: None,
            summary: self.open.summary.clone(),
            wish: None,
            progress: None,
        });
        vec![Effect::Carry(Order::Undo { session, decisions })]
    }
}

const UNFINISHED: &[(&str, &str)] = &[
    ("u", "undo it"),
    ("a", "accept it as it is"),
    ("esc", "later"),
];
const CONFLICT: &[(&str, &str)] = &[
    ("t", "keep theirs"),
    ("r", "restore ours"),
    ("up/down", "choose"),
    ("esc", "later"),
];

fn unfinished_head(past: &Past, state: &State) -> Vec<Line> {
    let old = age(state.news.now.since(past.at));
    vec![
        Line::new(past.summary.clone(), Role::Strong),
        Line::of(
            format!(
                "begun {old} ago by {}, and not known to have ended",
                past.who
            ),
            Role::Dialog,
        ),
    ]
}

fn target_name(target: &Target) -> Text {
    match target {
        Target::Scalable(at) | Target::Service(at) => at.service.text(),
        Target::Group(name) => name.text(),
        Target::Rule(at) => at.rule.text(),
        Target::Timer(_) | Target::Record(_) => crate::session::step::resource(target),
    }
}

fn standing_text(standing: Standing) -> &'static str {
    match standing {
        Standing::AsBefore => "  as before",
        Standing::Ours => "  as we set it",
        Standing::Theirs => "  changed by somebody else",
        Standing::Gone => "  gone",
    }
}

fn standing_role(standing: Standing) -> Role {
    match standing {
        Standing::AsBefore => Role::Good,
        Standing::Ours => Role::Progress,
        Standing::Theirs => Role::Warn,
        Standing::Gone => Role::Bad,
    }
}

impl Popup for ThreeWays {
    fn key(&mut self, key: KeyEvent, state: &mut State) -> Outcome {
        match self.open.past.clone() {
            Some(past) => self.unfinished_key(key, &past, state),
            None => self.conflict_key(key, state),
        }
    }

    fn tick(&mut self, now: Now) {
        self.confirm.tick(now.mono);
    }

    fn deadline(&self, now: Now) -> Option<Duration> {
        self.confirm.deadline(now.mono)
    }

    fn hints(&self, _state: &State) -> Vec<(&'static str, &'static str)> {
        if self.question == Question::WhetherToKeep {
            self.confirm.hints("keep")
        } else if self.open.past.is_some() {
            UNFINISHED.to_vec()
        } else {
            CONFLICT.to_vec()
        }
    }

    fn draw(
        &self,
        state: &State,
        paint: &Paint<'_>,
        places: Places,
        buf: &mut Buffer,
    ) -> Option<Position> {
        self.sheet(state).draw(paint, places, buf)
    }
}
