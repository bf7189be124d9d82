//! What the console wants to know now, and when it must hear of the clock.

use super::command;
use super::state::State;
use crate::model::query::{Pace, Query, Want, merge};
use std::time::Duration;

/// What the visible panes want to know now, and who we are; no more than that as long
/// as something unfinished may have to be shown first. The runtime diffs it into pollers.
pub fn wants(state: &State) -> Vec<Want> {
    let mut wants = vec![Want {
        query: Query::Identity,
        pace: Pace::Once,
    }];
    if state.work.holds_lists(state.news.now.mono) {
        return wants;
    }
    if state.news.identity.is_some() {
        wants.push(Want {
            query: Query::Alias,
            pace: Pace::Once,
        });
    }
    if state.settings.cluster.is_none() || asks_for_cluster(state) {
        wants.push(Want {
            query: Query::Clusters,
            pace: Pace::Once,
        });
    }
    if let Some(folder) = command::log_folder(state) {
        wants.push(Want {
            query: Query::LogGroups(folder),
            pace: Pace::Once,
        });
    }
    state.with_context(|cx| {
        for place in state.geometry().panes {
            for want in state.panes[place.pane].wants(cx) {
                if !wants.iter().any(|w| w.query == want.query) {
                    wants.push(want);
                }
            }
        }
    });
    merge(wants)
}

/// Whether the palette needs cluster names to complete.
fn asks_for_cluster(state: &State) -> bool {
    state.overlays.iter().any(
        |o| matches!(o, super::overlay::Overlay::Palette(p) if p.text().starts_with("cluster ")),
    )
}

/// The monotonic time at which `update` wants to hear of the clock again, where the second's tick is too coarse.
pub fn next_deadline(state: &State) -> Option<Duration> {
    state
        .overlays
        .last()
        .and_then(|top| top.popup().deadline(state.news.now))
}
