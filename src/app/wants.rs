//! What the console wants to know now, and when it must hear of the clock.

use super::command;
use super::state::State;
use crate::model::query::{Pace, Query, Want, merge};
use crate::model::verb::Place;
use crate::panes::{Context, Pane};
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
            query: Query::LogGroups(None, folder),
            pace: Pace::Once,
        });
    }
    state.with_context(|cx| {
        for pane in at_work(state, cx) {
            for want in pane.wants(cx) {
                if !wants.iter().any(|w| w.query == want.query) {
                    wants.push(want);
                }
            }
        }
    });
    merge(wants)
}

/// The panes on the screen, and behind them that of the services where one of them waits for a service.
fn at_work<'a>(state: &'a State, cx: &Context<'_>) -> Vec<&'a dyn Pane> {
    let geometry = state.geometry();
    let mut panes: Vec<&dyn Pane> = Vec::new();
    panes.extend(
        geometry
            .panes
            .iter()
            .map(|at| state.panes[at.pane].as_ref()),
    );
    if panes.iter().any(|pane| pane.awaits_service(cx))
        && !panes.iter().any(|pane| pane.place() == Place::Services)
    {
        let services = state.index_of(Place::Services);
        panes.extend(services.map(|at| state.panes[at].as_ref()));
    }
    panes
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
