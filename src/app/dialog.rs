//! The dialog of one action: a fresh read, the value, the review, the order.
//!
//! `reading… → value → review → y`. Toggle and backup have no value and go on to
//! the review. What a wish comes down to is computed by [`plan`](crate::domain::plan).

mod ends;
mod facts;
mod review;

use self::ends::Ends;
use super::confirm::{Confirm, Verdict};
use super::field::Field;
use super::overlay::{Outcome, Places, Popup};
use super::sheet::Sheet;
use super::state::State;
use super::work::{Job, Way};
use crate::domain::fault::Fault;
use crate::domain::health::Level;
use crate::domain::plan::{self, Planned};
use crate::domain::subject::{Observation, Subject};
use crate::domain::text::Text;
use crate::model::effect::Effect;
use crate::model::time::Now;
use crate::model::verb::Verb;
use crate::session::expiring::Expiring;
use crate::session::order::{Order, Proposal};
use crate::view::lines::{Line, fault_lines};
use crate::view::paint::Paint;
use crate::view::theme::Role;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use std::time::Duration;

pub(super) use facts::{name_of, place_lines, put_back_lines, reading_lines, value_text};

/// What the operator wants of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    Scale,
    Toggle,
    Limit,
    Backup,
}

impl Wish {
    /// The wish behind a verb, where it is one.
    pub fn of(verb: Verb) -> Option<Self> {
        Some(match verb {
            Verb::Scale => Self::Scale,
            Verb::Toggle => Self::Toggle,
            Verb::Limit => Self::Limit,
            Verb::Backup => Self::Backup,
            _ => return None,
        })
    }

    fn takes_value(self) -> bool {
        matches!(self, Self::Scale | Self::Limit)
    }

    fn title(self) -> &'static str {
        match self {
            Self::Scale => "Scale",
            Self::Toggle => "Block or count",
            Self::Limit => "New limit",
            Self::Backup => "Back up",
        }
    }
}

/// A value that was on its way before the fresh read came back.
#[derive(Debug)]
enum Early {
    /// `:scale 8`: goes on to the review by itself.
    Given(String),
    /// Typed while reading; the form opens with it.
    Typed(Field),
}

#[derive(Debug)]
enum Stage {
    Reading(Early),
    Refused(Fault),
    Form(Box<Form>),
    Review(Box<Review>),
}

#[derive(Debug)]
struct Form {
    seen: Observation,
    field: Field,
    /// Why the value does not do.
    below: Vec<Line>,
}

#[derive(Debug)]
struct Review {
    subject: Subject,
    seen: Observation,
    planned: Planned,
    input: String,
    /// When it goes back by itself.
    ends: Ends,
    confirm: Confirm,
}

/// The dialog.
#[derive(Debug)]
pub(super) struct Dialog {
    wish: Wish,
    subject: Subject,
    stage: Stage,
    /// What changed between the review and the write.
    changed: Vec<Line>,
}

impl Dialog {
    /// Opens a dialog; the fresh read is the caller's to ask for.
    pub fn open(wish: Wish, subject: Subject, given: Option<String>) -> Self {
        let early = given.map_or_else(|| Early::Typed(Field::empty()), Early::Given);
        Self {
            wish,
            subject,
            stage: Stage::Reading(early),
            changed: Vec::new(),
        }
    }

    /// Back after something changed between review and write: the same wish on what is there now.
    pub fn reopened(
        job: (Wish, String),
        proposal: &Proposal,
        now: Observation,
        state: &State,
    ) -> Self {
        let (wish, input) = job;
        let mut dialog = Self {
            wish,
            subject: proposal.subject.clone(),
            stage: Stage::Reading(Early::Given(input)),
            changed: Vec::new(),
        };
        dialog.observed(Ok(now), state);
        let seen = match &dialog.stage {
            Stage::Review(review) => review.planned.seen.as_slice(),
            _ => &[],
        };
        dialog.changed = reading_lines(&proposal.seen, seen);
        dialog
    }

    /// Whether it waits for this subject's fresh read.
    pub fn awaits(&self, subject: &Subject) -> bool {
        matches!(self.stage, Stage::Reading(_)) && self.subject == *subject
    }

    /// The fresh read came back.
    pub fn observed(&mut self, result: Result<Observation, Fault>, state: &State) {
        let Stage::Reading(early) = &mut self.stage else {
            return;
        };
        let early = std::mem::replace(early, Early::Typed(Field::empty()));
        self.stage = match result {
            Err(fault) => Stage::Refused(fault),
            Ok(seen) if !self.wish.takes_value() => self.review(seen, String::new(), state),
            Ok(seen) => self.form(seen, early, state),
        };
    }

    fn form(&self, seen: Observation, early: Early, state: &State) -> Stage {
        let live = self.live_value(&seen);
        if let Err(fault) = self.plan(&seen, &live, state) {
            return Stage::Refused(fault);
        }
        match early {
            Early::Given(input) => self.review(seen, input, state),
            Early::Typed(field) if field.text().is_empty() => Stage::Form(Box::new(Form {
                seen,
                field: Field::prefilled(live),
                below: Vec::new(),
            })),
            Early::Typed(field) => Stage::Form(Box::new(Form {
                seen,
                field,
                below: Vec::new(),
            })),
        }
    }

    fn live_value(&self, seen: &Observation) -> String {
        match &self.subject {
            Subject::Rule(at) => plan::limit_prefill(seen, &at.rule),
            _ => plan::scale_prefill(seen),
        }
    }

    /// The review of a value, or the form again with what is wrong with it.
    fn review(&self, seen: Observation, input: String, state: &State) -> Stage {
        let below = match self.plan(&seen, &input, state) {
            Ok(planned) if !planned.is_nothing() => {
                let confirm = Confirm::new(state.settings.production, name_of(&self.subject));
                let ends = Ends::of(&planned, state);
                return Stage::Review(Box::new(Review {
                    subject: self.subject.clone(),
                    seen,
                    planned,
                    input,
                    ends,
                    confirm,
                }));
            }
            Ok(_) => vec![Line::new("Nothing to do: it is so already", Role::Progress)],
            Err(fault) if !self.wish.takes_value() => return Stage::Refused(fault),
            Err(fault) => fault_lines(&fault, Role::Bad),
        };
        Stage::Form(Box::new(Form {
            seen,
            field: Field::prefilled(input),
            below,
        }))
    }

    fn plan(&self, seen: &Observation, input: &str, state: &State) -> Result<Planned, Fault> {
        let ceilings = state.settings.ceilings();
        match (self.wish, &self.subject) {
            (Wish::Toggle, Subject::Rule(at)) => {
                plan::toggle(seen, &at.rule, state.work.original_action(at))
            }
            (Wish::Limit, Subject::Rule(at)) => plan::limit(seen, &at.rule, input),
            (Wish::Backup, _) => plan::backup(seen, state.news.now.wall),
            _ => plan::scale(seen, input, &ceilings),
        }
    }

    fn form_key(&mut self, key: KeyEvent, state: &State) -> Outcome {
        let Stage::Form(form) = &mut self.stage else {
            return Outcome::stays();
        };
        match key.code {
            KeyCode::Esc => return Outcome::closes(),
            KeyCode::Enter => {
                let (seen, input) = (form.seen.clone(), form.field.text().trim().to_owned());
                self.stage = self.review(seen, input, state);
            }
            _ if self.wish.takes_value() && form.field.key(key) => form.below.clear(),
            _ => {}
        }
        Outcome::stays()
    }

    fn review_key(&mut self, key: KeyEvent, state: &mut State) -> Outcome {
        let fits = self.sheet(state).fits(state.size);
        let expires = self.may_expire(state);
        let Stage::Review(review) = &mut self.stage else {
            return Outcome::stays();
        };
        if key.code == KeyCode::Tab && expires {
            review.ends = review.ends.next();
            // Another question is a new review, which has to be seen first.
            review.confirm = Confirm::new(state.settings.production, name_of(&review.subject));
            return Outcome::stays();
        }
        match review.confirm.key(key, state.news.now.mono) {
            Verdict::Nothing => Outcome::stays(),
            Verdict::No => {
                state
                    .news
                    .say(Level::Notice, "Cancelled: nothing was changed");
                Outcome::closes()
            }
            Verdict::Yes if !fits => {
                state.news.say(Level::Warn, TOO_SMALL);
                Outcome::stays()
            }
            Verdict::Yes => Outcome::closes_with(self.carried(state)),
        }
    }

    fn carried(&self, state: &mut State) -> Vec<Effect> {
        let Stage::Review(review) = &self.stage else {
            return Vec::new();
        };
        let proposal = review::proposal(&self.subject, &review.planned);
        state.work.begin(Job {
            way: Way::Apply,
            session: None,
            subject: Some(self.subject.clone()),
            summary: proposal.summary.clone(),
            wish: Some((self.wish, review.input.clone())),
            progress: None,
        });
        match review.ends.after().filter(|_| self.may_expire(state)) {
            Some(after) => vec![Effect::Expire(Box::new(Expiring { proposal, after }))],
            None => vec![Effect::Carry(Order::Apply(Box::new(proposal)))],
        }
    }

    /// A backup stays; in an open session everything goes back with it.
    fn may_expire(&self, state: &State) -> bool {
        self.wish != Wish::Backup && state.sessions.open().is_none()
    }

    fn sheet(&self, state: &State) -> Sheet<'_> {
        let mut lines = self.changed.clone();
        lines.extend(place_lines(state, &self.subject));
        let sheet = Sheet {
            title: format!("{} {}", self.wish.title(), name_of(&self.subject)),
            lines,
            ..Sheet::default()
        };
        match &self.stage {
            Stage::Reading(early) => self.reading_sheet(early, sheet, state),
            Stage::Refused(fault) => refused_sheet(fault, sheet),
            Stage::Form(form) => self.form_sheet(form, sheet),
            Stage::Review(review) => {
                let mut sheet = review_sheet(review, sheet, state);
                if self.may_expire(state) {
                    sheet.below.insert(0, review.ends.line());
                }
                sheet
            }
        }
    }

    /// What is typed ahead of the fresh read is seen, so that nothing appears out of the blue.
    fn reading_sheet<'s>(
        &self,
        early: &'s Early,
        mut sheet: Sheet<'s>,
        state: &State,
    ) -> Sheet<'s> {
        let reading = state.paint(true).glyph("reading…", "reading...");
        sheet.lines.push(Line::default());
        sheet.lines.push(Line::new(reading, Role::Progress));
        sheet.field = match early {
            Early::Typed(field) if self.wish.takes_value() && !field.text().is_empty() => {
                Some(("value: ", field))
            }
            _ => None,
        };
        sheet
    }

    fn form_sheet<'s>(&self, form: &'s Form, mut sheet: Sheet<'s>) -> Sheet<'s> {
        sheet
            .lines
            .extend(facts::now_lines(&form.seen, &self.subject));
        sheet.lines.push(Line::default());
        sheet.below.push(Line::default());
        sheet.below.extend(form.below.clone());
        sheet
            .below
            .push(keys(&[("enter", "review"), ("esc", "cancel")]));
        sheet.field = self
            .wish
            .takes_value()
            .then_some((facts::label(self.wish, &form.seen), &form.field));
        sheet
    }
}

fn review_sheet<'s>(review: &'s Review, mut sheet: Sheet<'s>, state: &State) -> Sheet<'s> {
    let subject = &review.subject;
    sheet.lines.extend(facts::now_lines(&review.seen, subject));
    sheet
        .lines
        .extend(review::lines(&review.planned, &review.seen));
    let step = |plan| format!("becomes a step of the session {plan}");
    let step = session_line(state, step);
    sheet
        .lines
        .extend(step.into_iter().flat_map(|line| [line, Line::default()]));
    sheet.field = review.confirm.field();
    sheet.below.push(review.confirm.line("apply"));
    sheet
}

/// What a change is to the session that is open here, where one is.
pub(super) fn session_line(state: &State, said: impl Fn(Text) -> String) -> Option<Line> {
    let plan = Text::clean(&state.sessions.open()?.plan);
    Some(Line::new("session   ", Role::Dim).and(said(plan), Role::Warn))
}

fn refused_sheet<'s>(fault: &Fault, mut sheet: Sheet<'s>) -> Sheet<'s> {
    sheet.lines.push(Line::default());
    sheet.lines.extend(fault_lines(fault, Role::Bad));
    sheet.below.push(Line::default());
    sheet
        .below
        .push(keys(&[("r", "read again"), ("esc", "close")]));
    sheet
}

/// Said where a review is larger than the screen.
pub(super) const TOO_SMALL: &str = "The terminal is too small for the whole review — what cannot be seen cannot be confirmed — make it larger";

/// Keys and what they do, as a line of a dialog.
pub(super) fn keys(pairs: &[(&'static str, &'static str)]) -> Line {
    let spans = pairs.iter().flat_map(|(key, text)| {
        Line::new(*key, Role::Key)
            .and(format!(" {text}   "), Role::KeyText)
            .0
    });
    Line(spans.collect())
}

impl Popup for Dialog {
    fn key(&mut self, key: KeyEvent, state: &mut State) -> Outcome {
        match &mut self.stage {
            Stage::Reading(_) if key.code == KeyCode::Esc => Outcome::closes(),
            Stage::Reading(Early::Typed(field)) => {
                field.key(key);
                Outcome::stays()
            }
            Stage::Reading(Early::Given(_)) => Outcome::stays(),
            Stage::Refused(_) => match key.code {
                KeyCode::Esc | KeyCode::Char('q') => Outcome::closes(),
                KeyCode::Char('r') => {
                    self.stage = Stage::Reading(Early::Typed(Field::empty()));
                    Outcome {
                        effects: vec![Effect::Observe(self.subject.clone())],
                        ..Outcome::stays()
                    }
                }
                _ => Outcome::stays(),
            },
            Stage::Form(_) => self.form_key(key, state),
            Stage::Review(_) => self.review_key(key, state),
        }
    }

    fn paste(&mut self, text: &str, _state: &mut State) {
        if let Stage::Form(form) = &mut self.stage
            && self.wish.takes_value()
        {
            form.field.paste(text);
            form.below.clear();
        }
    }

    fn tick(&mut self, now: Now) {
        if let Stage::Review(review) = &mut self.stage {
            review.confirm.tick(now.mono);
        }
    }

    fn deadline(&self, now: Now) -> Option<Duration> {
        match &self.stage {
            Stage::Review(review) => review.confirm.deadline(now.mono),
            _ => None,
        }
    }

    fn hints(&self, _state: &State) -> Vec<(&'static str, &'static str)> {
        match &self.stage {
            Stage::Reading(_) => vec![("esc", "cancel")],
            Stage::Refused(_) => vec![("r", "read again"), ("esc", "close")],
            Stage::Form(_) => vec![("enter", "review"), ("esc", "cancel")],
            Stage::Review(review) => review.confirm.hints("apply"),
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
