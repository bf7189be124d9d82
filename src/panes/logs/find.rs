//! `f`: what is looked for, and the way from hit to hit.

use super::Logs;
use super::view::Towards;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::units;
use crate::logs::needle::Needle;
use crate::panes::{Act, Context, common};

/// What `f` looks for.
#[derive(Debug, Default)]
pub struct Find {
    source: String,
    pub needle: Needle,
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
    /// Looks for a text, and goes to the nearest hit.
    pub(super) fn look_for(&mut self, source: &str) -> Result<(), Fault> {
        self.find = Find {
            source: source.to_owned(),
            needle: Needle::new(source),
        };
        if source.is_empty() {
            return Ok(());
        }
        let place = self.seek(Towards::Older, 0).ok_or_else(|| self.no_hit())?;
        self.hold_at(place);
        Ok(())
    }

    /// The next hit from the cursor on: older ones first, around at the end. `from` is how far the first look is from it.
    fn seek(&self, towards: Towards, from: usize) -> Option<usize> {
        let view = self.view();
        let order = view.ring.shown();
        let (at, count) = (view.window.position(order), order.len());
        let place = |step: usize| match towards {
            Towards::Older => (at + 2 * count - step) % count,
            Towards::Newer => (at + step) % count,
        };
        let holds = |place: &usize| {
            let line = order.get(*place).and_then(|entry| view.ring.line(entry));
            line.is_some_and(|(chunk, line)| self.find.needle.is_in(&chunk.text(line)))
        };
        (from..count + from).map(place).find(holds)
    }

    /// Goes to the next hit.
    pub(super) fn jump(&mut self, towards: Towards, cx: &Context<'_>) -> Vec<Act> {
        match self.seek(towards, 1) {
            Some(place) => self.hold_at(place),
            None => return vec![common::say_fault(&self.no_hit(), cx)],
        }
        Vec::new()
    }

    fn hold_at(&mut self, place: usize) {
        let view = self.view_mut();
        view.window.hold_at(place, view.ring.shown());
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
