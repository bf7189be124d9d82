//! `:logs`, and what completes it.

use super::super::overlay::Overlay;
use super::super::state::State;
use super::super::verbs;
use super::Ran;
use crate::domain::ecs::LogTarget;
use crate::domain::ids::LogGroup;
use crate::domain::text::Text;

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

#[allow(clippy::unnecessary_wraps)] // the shape of every command
pub(super) fn logs(state: &mut State, groups: &str) -> Ran {
    let target = |group| LogTarget {
        group: LogGroup::from(group),
        region: None,
        stream_prefix: None,
    };
    let targets: Vec<LogTarget> = groups.split_whitespace().map(target).collect();
    Ok(verbs::show_logs(state, &targets))
}
