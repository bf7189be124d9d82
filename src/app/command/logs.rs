//! `:logs`, and what completes it.

use super::super::overlay::Overlay;
use super::super::state::State;
use super::super::verbs;
use super::Ran;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::{AccountId, LogGroup};
use crate::domain::moment;
use crate::domain::text::Text;
use crate::model::log_request::{self, LogRequest};
use crate::model::verb::Place;

/// The part of names in which the palette needs log groups to complete; a large account has thousands.
pub(in crate::app) fn log_folder(state: &State) -> Option<Text> {
    let palette = state.overlays.iter().find_map(|overlay| match overlay {
        Overlay::Palette(palette) => Some(palette),
        _ => None,
    })?;
    let begun = palette.text().strip_prefix("logs ")?;
    let (_, begun) = begun.split_at(last_word(begun));
    let folder = begun.rfind('/').map_or("", |slash| &begun[..=slash]);
    Some(Text::clean(if folder == "/" { "" } else { folder }))
}

/// Where the last word begins.
pub(super) fn last_word(typed: &str) -> usize {
    typed.rfind(' ').map_or(0, |space| space + 1)
}

pub(super) fn log_groups(state: &State) -> Vec<String> {
    let names = state.news.log_groups.iter().map(LogGroup::text);
    names.map(|name| name.as_str().to_owned()).collect()
}

/// `:logs GROUP… --since 2h --pattern P`.
pub(super) fn logs(state: &mut State, typed: &str) -> Ran {
    let request = LogRequest::parse(typed, state.news.now.wall)?;
    match refused(state, &request.accounts) {
        None => Ok(verbs::show_logs(state, request)),
        Some(fault) => Err(fault),
    }
}

/// Why groups that were named by ARN are not shown.
fn refused(state: &State, named: &[AccountId]) -> Option<Fault> {
    if named.is_empty() {
        return None;
    }
    if let Some(ours) = &state.news.identity {
        let fault = log_request::foreign(named, &ours.account)?;
        return Some(fault.next("Choose a profile of that account with :profile"));
    }
    let what = "The account of the credentials is not known yet";
    let fault = Fault::new(FaultKind::Usage, what).means("the ARN may name a group of another one");
    Some(fault.next("Try again in a moment, or name the group as REGION:NAME"))
}

/// `:at 14:22`.
pub(super) fn at(state: &mut State, typed: &str) -> Ran {
    let now = state.news.now.wall;
    let wrong = |what: String| Fault::new(FaultKind::Usage, what).next(moment::FORM);
    let at = moment::parse(typed, now).ok_or_else(|| wrong(format!("“{typed}” is no time")))?;
    if at > now {
        return Err(wrong(format!("“{typed}” lies ahead")));
    }
    let Some(place) = state.index_of(Place::Logs) else {
        return Ok(Vec::new());
    };
    let acts = state.with_pane(place, |pane, cx| pane.look_at(at, cx));
    verbs::focus(state, place);
    Ok(verbs::perform(state, acts.unwrap_or_default()))
}
