//! What a worker does for the pane: searching, and choosing lines where there are
//! so many that choosing takes longer than a frame.

use super::Logs;
use crate::domain::fault::Fault;
use crate::domain::health::Level;
use crate::logs::filter::Filter;
use crate::logs::unknown::Unknown;
use crate::model::effect::Effect;
use crate::model::sift::{Kind, Sift, Sifted, Task};
use crate::panes::{Act, Context, common};
use std::collections::BTreeMap;

/// So many bytes of lines are gone through at once: it takes a few milliseconds.
const AT_ONCE: usize = 4 << 20;

/// The work that is asked for.
#[derive(Debug, Default)]
pub struct Sifting {
    /// Of the newest work.
    last: u64,
    /// Not handed over yet: the newest of each kind.
    asked: BTreeMap<Kind, Sift>,
    /// The filter that is being applied.
    filter: Option<(u64, Filter)>,
    /// What is to be said.
    said: Option<Result<&'static str, Fault>>,
    /// Fields that the filter asks for and no line has.
    pub unknown: Vec<Unknown>,
}

impl Sifting {
    /// Has something said, or what went wrong.
    pub(super) fn say(&mut self, what: Result<&'static str, Fault>) {
        self.said = Some(what);
    }
}

impl Logs {
    /// Asks for work; newer work ends older work of its kind.
    pub(super) fn sift(&mut self, task: Task) -> u64 {
        self.sifting.last += 1;
        let id = self.sifting.last;
        self.sifting.asked.insert(task.kind(), Sift { id, task });
        id
    }

    /// Chooses what is shown; at once where that is quick.
    pub(super) fn choose(&mut self, source: &str) -> Result<(), Fault> {
        let filter = Filter::parse(source)?;
        if let Some(past) = &mut self.past {
            past.view.ring.set_filter(filter.clone());
        }
        let snapshot = self.view().ring.snapshot();
        self.sifting.unknown = snapshot.unknown(&filter);
        self.sifting.filter = None;
        self.sifting.asked.remove(&Kind::Filter);
        if self.present.ring.bytes() <= AT_ONCE {
            self.present.ring.set_filter(filter);
            self.search();
        } else {
            self.choose_beside(filter);
        }
        Ok(())
    }

    fn choose_beside(&mut self, filter: Filter) {
        let snapshot = Box::new(self.present.ring.snapshot());
        let id = self.sift(Task::Filter(Box::new(filter.clone()), snapshot));
        self.sifting.filter = Some((id, filter));
    }

    /// The filter in force, or about to be.
    pub(super) fn chosen_filter(&self) -> &Filter {
        match &self.sifting.filter {
            Some((_, filter)) => filter,
            None => self.present.ring.filter(),
        }
    }

    /// Whether lines are being chosen.
    pub(super) fn is_choosing(&self) -> bool {
        self.sifting.filter.is_some()
    }

    /// Takes in what the worker found.
    pub(super) fn sifted_by(&mut self, found: &Sifted) {
        match found {
            Sifted::Hits { id, slice } => self.found(*id, slice.as_ref()),
            Sifted::Passing {
                id,
                filter,
                snapshot,
                order,
            } if self
                .sifting
                .filter
                .as_ref()
                .is_some_and(|(asked, _)| asked == id) =>
            {
                let (filter, order) = ((**filter).clone(), order.clone());
                if self.present.ring.adopt(snapshot, filter.clone(), order) {
                    self.sifting.filter = None;
                    self.search();
                } else {
                    self.choose_beside(filter);
                }
            }
            Sifted::Passing { .. } => {}
            Sifted::Broken { id, fault } => {
                let chosen = self.sifting.filter.take_if(|(asked, _)| asked == id);
                if chosen.is_some() || self.find.is_of(*id) {
                    self.sifting.say(Err(fault.clone()));
                }
            }
        }
    }

    /// The work to hand over, and what went wrong.
    pub(super) fn sifting_decided(&mut self, cx: &Context<'_>) -> Vec<Act> {
        let asked = std::mem::take(&mut self.sifting.asked);
        let asked = asked.into_values().map(|sift| Act::Do(Effect::Sift(sift)));
        let said = self.sifting.said.take().map(|said| match said {
            Ok(text) => common::say(Level::Notice, text, cx),
            Err(fault) => common::say_fault(&fault, cx),
        });
        asked.chain(said).collect()
    }
}
