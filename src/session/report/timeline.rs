//! The timeline: every event that a person cares about, in order. What the program notes for itself
//! (intents, answers, signs of life, readings) is left out.

use super::Setting;
use crate::domain::change::{Change, Field, Target};
use crate::domain::text::Text;
use crate::session::conductor;
use crate::session::load_test::{Closing, Moved};
use crate::session::masked::text;
use crate::session::record::{Event, Prepared, Record, Trouble, Way};
use crate::session::step::{Step, resource};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// One event.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Entry {
    pub at: Timestamp,
    /// `opened`, `sent`, `verified`, `noted` …
    pub kind: &'static str,
    /// `alice on bastion-1`.
    pub who: Text,
    /// From one.
    pub step: Option<usize>,
    pub said: Text,
}

/// An event in words: its kind, who did it where that is not who wrote it down, and what it was.
struct Told {
    kind: &'static str,
    by: Option<String>,
    said: String,
}

fn told(kind: &'static str, said: impl Into<String>) -> Told {
    Told {
        kind,
        by: None,
        said: said.into(),
    }
}

impl Told {
    fn by(self, by: &str) -> Self {
        Self {
            by: Some(by.to_owned()),
            ..self
        }
    }
}

pub(super) fn all(records: &[Record]) -> Vec<Entry> {
    let mut teller = Teller::default();
    records.iter().filter_map(|r| teller.entry(r)).collect()
}

/// What has to be known of the records before, to tell the next one.
#[derive(Default)]
struct Teller {
    steps: Vec<Step>,
    /// What the newest intent of each step and way sends.
    intents: BTreeMap<(usize, Way), Change>,
    /// A bound that waits is looked at every few seconds: told when its words change.
    drained: BTreeMap<usize, String>,
}

impl Teller {
    fn entry(&mut self, record: &Record) -> Option<Entry> {
        self.take(&record.event);
        let event = &record.event;
        let told = self.of_a_step(event).or_else(|| of_the_session(event))?;
        let by = told.by.filter(|by| !by.is_empty());
        Some(Entry {
            at: record.at,
            kind: told.kind,
            who: text(&by.unwrap_or_else(|| conductor::name(&record.actor))),
            step: event.step().map(|n| n + 1),
            said: text(&told.said),
        })
    }

    fn take(&mut self, event: &Event) {
        match event {
            Event::Opened { steps, .. } | Event::Appended { steps, .. } => {
                self.steps.extend(steps.iter().cloned());
            }
            Event::Prepared {
                step,
                way,
                what: Prepared::Set { change, .. },
            } => drop(self.intents.insert((*step, *way), change.clone())),
            _ => {}
        }
    }

    fn of_a_step(&mut self, event: &Event) -> Option<Told> {
        let of = self.name(event.step()?);
        Some(match event {
            Event::Sent {
                step, way, attempt, ..
            } => told("sent", self.sent(*step, *way, *attempt)),
            Event::Verified { way, said, .. } => {
                told("verified", format!("{of}, {}: {said}", read(*way)))
            }
            Event::Stalled { said, .. } => told("stalled", format!("{of}: no effect yet, {said}")),
            Event::Failed { way, trouble, .. } => {
                told("failed", format!("{of} {}: {}", not(*way), why(trouble)))
            }
            Event::InDoubt { trouble, .. } => {
                told("in-doubt", format!("{of}: no answer, {}", why(trouble)))
            }
            Event::Reverted { .. } => told("reverted", self.back(event.step()?, &of)),
            Event::Draining { step, said } => return self.draining(*step, said, &of),
            Event::Kept { .. } => told("kept", format!("{of} is kept as it is")),
            Event::Skipped { by, .. } if by.is_empty() => {
                told("skipped", format!("{of} is as wished already"))
            }
            Event::Skipped { by, .. } => told("skipped", format!("{of} is left out: {by}")),
            _ => return None,
        })
    }

    fn name(&self, step: usize) -> String {
        let known = self.steps.get(step).map(|s| s.resource().to_string());
        known.unwrap_or_else(|| format!("step {}", step + 1))
    }

    /// What the session put there itself is gone again.
    fn back(&self, step: usize, of: &str) -> String {
        let change = self.steps.get(step).and_then(Step::change);
        if change.is_some_and(|c| c.target.is_net()) {
            format!("{of} is removed")
        } else {
            format!("{of} is as before")
        }
    }

    fn draining(&mut self, step: usize, said: &str, of: &str) -> Option<Told> {
        let before = self.drained.insert(step, said.to_owned());
        let news = before.as_deref() != Some(said);
        news.then(|| told("draining", format!("{of}: {said}")))
    }

    fn sent(&self, step: usize, way: Way, attempt: u32) -> String {
        let of = self.name(step);
        let again = if attempt > 1 {
            format!(" (attempt {attempt})")
        } else {
            String::new()
        };
        if let Some(Step::Create(backup)) = self.steps.get(step) {
            return format!("back up {of} as {}{again}", backup.snapshot.text());
        }
        let change = self.intents.get(&(step, way));
        let is_net = change.is_some_and(|c| c.target.is_net());
        let verb = match (way, is_net) {
            (Way::Apply, false) => "set",
            (Way::Apply, true) => "put",
            (Way::Revert, false) => "put back",
            (Way::Revert, true) => "remove",
        };
        match change.filter(|_| !is_net) {
            Some(change) => format!(
                "{verb} {}: {}{again}",
                resource(&change.target),
                fields(change)
            ),
            None => format!("{verb} {of}{again}"),
        }
    }
}

/// What is about the session as a whole.
fn of_the_session(event: &Event) -> Option<Told> {
    Some(match event {
        Event::Opened { summary, steps, .. } => {
            told("opened", format!("{summary}, {}", counted(steps)))
        }
        Event::Continued { .. } => told("taken-up", "carried on by another process"),
        Event::Appended { steps, by } => {
            told("appended", format!("{} more", counted(steps))).by(by)
        }
        Event::Began { until } => told("began", format!("the time runs, until {until:.0}")),
        Event::Running => told("running", "everything is applied and verified"),
        Event::Halted { step, said } => told("halted", halted(*step, said)),
        Event::Resumed { by } => told("resumed", "it goes on").by(by),
        Event::Reverting { why } => told("reverting", format!("it is put back: {why}")),
        Event::Extended { until, by } => told("extended", format!("it ends at {until:.0}")).by(by),
        Event::Noted { by, text } => told("noted", text.clone()).by(by),
        Event::Alarm { name, state } => told("alarm", format!("{name} is {state}")),
        Event::Drifted { fields } => told("drifted", drifted(fields)),
        Event::Left { signal } => told("left", left(signal)),
        Event::Closed { closing } => told("closed", ended(*closing)),
        _ => return None,
    })
}

fn left(signal: &str) -> String {
    format!("the guard ended on {signal}; the session stays open for the next one")
}

fn counted(steps: &[Step]) -> String {
    match steps.len() {
        1 => "1 step".to_owned(),
        n => format!("{n} steps"),
    }
}

fn halted(step: Option<usize>, said: &str) -> String {
    match step {
        Some(step) => format!("at step {}: {said}", step + 1),
        None => said.to_owned(),
    }
}

fn ended(closing: Closing) -> &'static str {
    match closing {
        Closing::Restored => "everything is as it was found",
        Closing::Conflict => "all but what somebody else changed is as it was found",
        Closing::Kept => "something is left as it is, on the operator's word",
        Closing::Locked => "another session came first; nothing was changed",
        Closing::Adopted => "another tidegate carries it on",
    }
}

fn drifted(fields: &[Moved]) -> String {
    let one = |m: &Moved| {
        let now = m.now.as_ref().map(|v| Setting::from(v).short());
        let who = m.who.as_ref().map(|who| format!(" by {who}"));
        format!(
            "{} of {} is {}{}",
            m.field,
            resource(&m.target),
            now.unwrap_or_else(|| "gone".to_owned()),
            who.unwrap_or_default()
        )
    };
    if fields.is_empty() {
        return "all is as the session set it again".to_owned();
    }
    let moved: Vec<String> = fields.iter().map(one).collect();
    format!("changed by others: {}", moved.join(", "))
}

fn fields(change: &Change) -> String {
    // A target has no count of its own: its desired is on record for the way back only.
    let is_record = |field| {
        matches!(
            (&change.target, field),
            (Target::Scalable(_), Field::Desired)
        )
    };
    let moves = change.fields.iter();
    let moves = moves.filter(|f| f.before != f.after && !is_record(f.field));
    let said: Vec<String> = moves
        .map(|f| {
            let (before, after) = (Setting::from(&f.before), Setting::from(&f.after));
            format!("{} {} → {}", f.field, before.short(), after.short())
        })
        .collect();
    said.join(", ")
}

fn read(way: Way) -> &'static str {
    match way {
        Way::Apply => "seen",
        Way::Revert => "read back",
    }
}

fn not(way: Way) -> &'static str {
    match way {
        Way::Apply => "was not changed",
        Way::Revert => "was not put back",
    }
}

fn why(trouble: &Trouble) -> String {
    match &trouble.code {
        Some(code) => format!("{} ({code})", trouble.what),
        None => trouble.what.clone(),
    }
}
