//! `f`: what is looked for, and the way from hit to hit. A worker searches, the
//! nearest lines first; hits come in while the operator goes on.

use super::Logs;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::units;
use crate::logs::needle::Needle;
use crate::logs::order::Entry;
use crate::logs::search::{Hits, Search, Towards};
use crate::model::sift::Task;

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
    /// Where the cursor is to go once there are hits.
    goes: Option<Goal>,
}

/// Where the cursor is to go.
#[derive(Clone, Copy, Debug)]
enum Goal {
    /// To the first hit that is found.
    First,
    /// From hit to hit; around at the end, once all is searched.
    Next(Towards),
}

impl Find {
    /// As it was typed.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether this work is its search.
    pub(super) fn is_of(&self, id: u64) -> bool {
        self.id == id
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
            self.find.goes = Some(Goal::First);
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
    pub(super) fn found(&mut self, id: u64, slice: Option<&Vec<Entry>>) {
        if id != self.find.id {
            return;
        }
        self.find.hits.add(slice.cloned());
        self.go_on();
    }

    /// Goes to the next hit, among lines that came since the search as well.
    pub(super) fn jump(&mut self, towards: Towards) {
        self.find.goes = Some(Goal::Next(towards));
        if self.view().ring.arrived() == self.find.arrived {
            self.go_on();
        } else {
            self.search();
        }
    }

    /// Goes where the cursor is to go, as far as hits are known.
    fn go_on(&mut self) {
        let went = match self.find.goes {
            None => return,
            Some(Goal::First) => self.find.hits.count() > 0 && self.go_to_hit(Towards::Older, true),
            Some(Goal::Next(towards)) => self.go_from_hit(towards),
        };
        if went || self.find.hits.is_complete() {
            self.find.goes = None;
        }
    }

    /// Whether the cursor went. Once all is searched it goes around, and says so.
    fn go_from_hit(&mut self, towards: Towards) -> bool {
        let all = self.find.hits.is_complete();
        if self.find.hits.count() == 0 {
            if all {
                self.sifting.say(Err(self.no_hit()));
            }
            return false;
        }
        let ahead = self
            .cursor()
            .is_some_and(|at| self.find.hits.is_ahead(&at, towards));
        if ahead || !all {
            return ahead && self.go_to_hit(towards, false);
        }
        self.sifting.say(Ok(match towards {
            Towards::Older => "No older hit: on from the newest",
            Towards::Newer => "No newer hit: on from the oldest",
        }));
        self.go_to_hit(towards, false)
    }

    fn cursor(&self) -> Option<Entry> {
        let view = self.view();
        let order = view.ring.shown();
        order.get(view.window.position(order)).copied()
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
