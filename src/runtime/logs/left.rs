//! Groups that the others go on without: until they bring something, they have failed.

use super::Run;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::log::TailSource;
use crate::model::tail::TailState;

/// The groups that are awaited, each with the reason.
#[derive(Debug, Default)]
pub(super) struct Left {
    awaited: Vec<(TailSource, Fault)>,
}

impl Left {
    fn add(&mut self, source: TailSource, fault: Fault) {
        self.awaited.retain(|(left, _)| *left != source);
        self.awaited.push((source, fault));
    }

    /// Whether it was awaited.
    fn remove(&mut self, source: &TailSource) -> bool {
        let before = self.awaited.len();
        self.awaited.retain(|(left, _)| left != source);
        self.awaited.len() < before
    }

    /// Whether the others go on without it.
    pub(super) fn is_left(&self, source: &TailSource) -> bool {
        self.awaited.iter().any(|(left, _)| left == source)
    }

    fn is_absent(&self, source: &TailSource) -> bool {
        let absent = |(left, fault): &(TailSource, Fault)| {
            left == source && fault.kind == FaultKind::Missing
        };
        self.awaited.iter().any(absent)
    }

    /// How many need a person.
    pub(super) fn hopeless(&self) -> usize {
        let faults = self.awaited.iter().map(|(_, fault)| fault);
        faults.filter(|fault| !fault.passes()).count()
    }

    pub(super) fn faults(&mut self) -> impl Iterator<Item = Fault> {
        self.awaited.drain(..).map(|(_, fault)| fault)
    }
}

impl Run<'_> {
    /// Groups that are not there, which was said.
    pub(super) fn absent(&mut self, groups: Vec<(TailSource, Fault)>) {
        for (source, fault) in groups {
            self.page.note(&fault);
            self.left.add(source, fault);
        }
    }

    /// The others go on without this source.
    pub(super) fn leave(&mut self, of: usize, fault: Fault) {
        let source = self.tailing.sources[of].clone();
        if !self.left.is_absent(&source) {
            self.again(&fault);
            let group = source.group.text();
            let what = match fault.kind {
                FaultKind::Throttled => {
                    format!("AWS asks to go slower, and {group} brings no lines yet")
                }
                _ => format!("{group} brings no lines yet"),
            };
            let note = Fault::new(fault.kind, what);
            self.page
                .note(&note.means("the others go on without it, and its older lines come late"));
        }
        self.left.add(source, fault);
    }

    /// Whether it was said already that the group is not there.
    pub(super) fn is_awaited(&self, source: &TailSource, fault: &Fault) -> bool {
        fault.kind == FaultKind::Missing && self.left.is_absent(source)
    }

    /// How a source that was left stands now.
    pub(super) fn came_back(&mut self, source: &TailSource, state: &TailState) {
        let brings = matches!(
            state,
            TailState::Following { .. } | TailState::Behind { .. }
        );
        if brings {
            self.brought(source);
        }
    }

    /// A source that was left has brought something.
    pub(super) fn brought(&mut self, source: &TailSource) {
        if self.left.remove(source) {
            let what = format!("{} is followed now", source.group.text());
            self.page.note(&Fault::new(FaultKind::Missing, what));
        }
    }
}
