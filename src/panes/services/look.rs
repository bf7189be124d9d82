//! How the list looks: how fresh it is, how far it is filled, what a row says.

use super::Services;
use super::aim::names_pace;
use super::row::{COLUMNS, ServiceRow};
use crate::domain::subject::Subject;
use crate::domain::units;
use crate::model::loadable::Completeness;
use crate::panes::Context;
use crate::panes::Pane;
use crate::panes::status::{Source, beside, joined};
use crate::view::freshness::Freshness;
use crate::view::lines::Span;

impl Services {
    pub(super) fn fresh(&self, cx: &Context<'_>) -> Freshness {
        let names = Source::new("", &self.names, names_pace(self.rows.rows().len(), cx), cx);
        let mut fresh = joined(&[names], !self.rows.rows().is_empty());
        if matches!(
            self.names.completeness(),
            Some(Completeness::Partial { .. })
        ) {
            fresh.line = None; // the title says how far it is
        }
        if self.details.fault().is_some() && fresh.line.is_none() {
            fresh.line = Source::new("facts", &self.details, cx.settings.refresh, cx).line();
        }
        beside(fresh, "CPU, MEM", self.gauges.fault())
    }

    pub(super) fn progress(&self) -> String {
        let (all, shown) = (self.rows.rows().len(), self.rows.list().len());
        if !self.filter().is_empty() {
            return format!(
                "{} of {} match",
                units::count(shown as u64),
                units::count(all as u64)
            );
        }
        if self.filled < all {
            return format!(
                "{} of {}",
                units::count(self.filled as u64),
                units::count(all as u64)
            );
        }
        format!(
            "{} service{}",
            units::count(all as u64),
            if all == 1 { "" } else { "s" }
        )
    }

    pub(super) fn cell(&self, row: &ServiceRow, column: usize, cx: &Context<'_>) -> Span {
        let rollout = COLUMNS[column] == "ROLLOUT";
        match self.changes.of(|s| matches!(s, Subject::Service(at) if at.service == row.name && Some(&at.cluster) == cx.cluster)) {
            Some((said, role)) if rollout => Span::new(said, role),
            _ => row.cell(column, cx.now.wall),
        }
    }
}
