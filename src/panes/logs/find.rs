//! `f`: what is looked for, and the way from hit to hit. A worker searches, the
//! nearest lines first; hits come in while the operator goes on.

use super::Logs;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::units;
use crate::logs::needle::Needle;
use crate::logs::search::{Hits, Search, Towards};
use crate::model::sift::Task;
use crate::panes::{Act, Context, common};

/// What `f` looks for, and what was found.
#[derive(Debug, Default)]
pub struct Find {
    source: String,
    pub needle: Needle,
    hits: Hits,
    /// The search that the hits are of.
    id: u64,
    /// Lines that had come when it began: more may have hits as well.
    arrived: u64,
    /// The cursor is to go to the first hit that comes.
    goes: bool,
}

impl Find {
    /// As it was typed.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether anything is looked for.
    pub fn is_set(&self) -> bool {
        !self.source.is_empty()
    }
}

impl Logs {
    /// Looks for a text; the cursor goes to the nearest hit once there is one.
    pub(super) fn look_for(&mut self, source: &str) -> Result<(), Fault> {
        self.find = Find {
            source: source.to_owned(),
            needle: needle(source)?,
            ..Find::default()
        };
        if self.find.is_set() {
            self.find.goes = true;
            self.search();
        }
        Ok(())
    }

    /// Searches the lines that are shown now, from the cursor outwards.
    pub(super) fn search(&mut self) {
        if !self.find.is_set() {
            return;
        }
        let view = self.view();
        let order = view.ring.shown();
        let from = order.get(view.window.position(order)).copied();
        let arrived = view.ring.arrived();
        let search = Search::new(self.find.needle.clone(), view.ring.snapshot(), from);
        self.find.hits = Hits::default();
        self.find.arrived = arrived;
        self.find.id = self.sift(Task::Search(Box::new(search)));
    }

    /// Takes in hits.
    pub(super) fn found(&mut self, id: u64, slice: Option<&Vec<crate::logs::order::Entry>>) {
        if id != self.find.id {
            return;
        }
        self.find.hits.add(slice.cloned());
        if self.find.goes && self.find.hits.count() > 0 {
            self.find.goes = false;
            self.go_to_hit(Towards::Older, true);
        }
    }

    /// Goes to the next hit.
    pub(super) fn jump(&mut self, towards: Towards, cx: &Context<'_>) -> Vec<Act> {
        let stale = self.view().ring.arrived() != self.find.arrived;
        let went = self.go_to_hit(towards, false);
        if stale {
            self.search();
            self.find.goes = !went;
        } else if !went && self.find.hits.is_complete() {
            return vec![common::say_fault(&self.no_hit(), cx)];
        }
        Vec::new()
    }

    /// Puts the cursor on a hit; `here`: the line under it counts as well.
    fn go_to_hit(&mut self, towards: Towards, here: bool) -> bool {
        let find = std::mem::take(&mut self.find);
        let view = self.view_mut();
        let order = view.ring.shown();
        let cursor = order.get(view.window.position(order)).copied();
        let next = cursor.and_then(|cursor| {
            if here && find.hits.has(&cursor) {
                return Some(cursor);
            }
            find.hits.next(&cursor, towards)
        });
        let place = next.and_then(|hit| order.place(&hit).ok());
        if let Some(place) = place {
            view.window.hold_at(place, order);
        }
        self.find = find;
        place.is_some()
    }

    /// `hit 3 of 120`, for the title.
    pub(super) fn hits(&self) -> Option<String> {
        if !self.find.is_set() {
            return None;
        }
        let view = self.view();
        let order = view.ring.shown();
        let cursor = order.get(view.window.position(order));
        let hits = &self.find.hits;
        let count = units::count(hits.count() as u64);
        let more = if hits.is_complete() { "" } else { "+" };
        Some(match cursor.filter(|cursor| hits.has(cursor)) {
            _ if hits.count() == 0 && hits.is_complete() => "no hit".to_owned(),
            Some(cursor) => format!(
                "hit {} of {count}{more}",
                units::count(hits.rank(cursor) as u64)
            ),
            None => format!("{count}{more} hits"),
        })
    }

    fn no_hit(&self) -> Fault {
        let searched = units::count(self.view().ring.shown().len() as u64);
        Fault::new(
            FaultKind::Usage,
            format!("No line has “{}”", self.find.source),
        )
        .means(format!("{searched} lines were searched"))
        .next("look for something else with f, or change the filter")
    }
}

/// A word in any case, or `/a regular expression/`.
fn needle(source: &str) -> Result<Needle, Fault> {
    let inner = source
        .strip_prefix('/')
        .and_then(|rest| rest.strip_suffix('/'));
    match inner.filter(|pattern| !pattern.is_empty()) {
        Some(pattern) => Needle::pattern(pattern).map_err(|why| {
            Fault::new(
                FaultKind::Usage,
                format!("/{pattern}/ is no regular expression: {why}"),
            )
            .next("mend it, or leave the slashes out to look for a word")
        }),
        None => Ok(Needle::new(source)),
    }
}
