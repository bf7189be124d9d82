//! What is asked of AWS: the rows on the screen first, then the rest in batches.

use super::Services;
use super::row::ServiceRow;
use crate::domain::ids::{ClusterName, ServiceName};
use crate::domain::metrics::Metric;
use crate::model::query::{Fill, Pace, Query, Want};
use crate::panes::Context;
use std::sync::Arc;
use std::time::Duration;

/// Names asked for in one batch of the rest: ten calls.
pub(super) const BATCH: usize = 100;

/// A list of many pages is read anew less often: 5,000 names are 50 calls.
pub(super) fn names_pace(names: usize, cx: &Context<'_>) -> Duration {
    let pages = names.div_ceil(100).max(1) as u32;
    (cx.settings.refresh * 4 * pages).max(Duration::from_secs(20))
}

impl Services {
    /// Brings what is asked for up to date with what is on the screen.
    pub(super) fn settle(&mut self, cx: &Context<'_>) {
        self.aim_visible(cx);
        self.aim_rest(cx);
        self.aim_gauges(cx);
    }

    /// Rows on the screen that were never answered or are due; with one of these, all that are half due go along.
    pub(super) fn aim_visible(&mut self, cx: &Context<'_>) {
        let refresh = cx.settings.refresh;
        let older = |row: &&ServiceRow, than: Duration| {
            !row.is_filled() || cx.now.mono.saturating_sub(row.at) >= than
        };
        if self.rows.visible().any(|row| older(&row, refresh)) {
            self.visible.aim(
                self.rows
                    .visible()
                    .filter(|row| older(row, refresh / 2))
                    .map(|row| row.name.clone()),
            );
        }
    }

    /// The next batch of rows elsewhere: those without facts, and once there is none, those answered long ago.
    pub(super) fn aim_rest(&mut self, cx: &Context<'_>) {
        let rows = self.rows.rows();
        let asked = self.visible.keys().map_or(&[][..], |names| names);
        let good_for = Duration::from_mins(1).max(Duration::from_millis(200) * rows.len() as u32);
        let old =
            |row: &&ServiceRow| row.is_filled() && cx.now.mono.saturating_sub(row.at) >= good_for;
        let elsewhere = |row: &&ServiceRow| !asked.contains(&row.name);
        let name = |row: &ServiceRow| row.name.clone();
        let new = rows.iter().filter(|row| !row.is_filled());
        self.rest.aim(new.filter(elsewhere).take(BATCH).map(name));
        let old = rows.iter().filter(old);
        self.again.aim(old.filter(elsewhere).take(BATCH).map(name));
    }

    /// Both come through one slot: what is under way is not replaced, and new rows go before old ones.
    pub(super) fn elsewhere(&self) -> Option<(&Arc<[ServiceName]>, Fill)> {
        let rest = self.rest.keys().filter(|_| !self.again.is_flying());
        rest.map(|names| (names, Fill::Rest))
            .or(self.again.keys().map(|names| (names, Fill::Again)))
    }

    pub(super) fn aim_gauges(&mut self, cx: &Context<'_>) {
        let known = self.rows.visible().filter_map(ServiceRow::service);
        let both = known.flat_map(|s| {
            [
                Metric::ServiceCpu(s.at.clone()),
                Metric::ServiceMemory(s.at.clone()),
            ]
        });
        self.gauges.aim(both, cx.now);
    }

    pub(super) fn list_wants(
        &self,
        cluster: &ClusterName,
        cx: &Context<'_>,
        wants: &mut Vec<Want>,
    ) {
        let refresh = cx.settings.refresh;
        let services = |names: &Arc<[ServiceName]>, fill| Query::Services {
            cluster: cluster.clone(),
            names: names.clone(),
            fill,
        };
        if let Some(names) = self.visible.keys() {
            wants.push(Want {
                query: services(names, Fill::Visible),
                pace: Pace::Every(refresh),
            });
        }
        if let Some((names, fill)) = self.elsewhere() {
            wants.push(Want {
                query: services(names, fill),
                pace: Pace::Once,
            });
        }
        wants.extend(self.gauges.want());
    }

    pub(super) fn awaited_want(&self) -> Option<Want> {
        let definition = self.awaited.as_ref()?.definition.clone();
        Some(Want {
            query: Query::LogTargets(definition),
            pace: Pace::Once,
        })
    }
}
