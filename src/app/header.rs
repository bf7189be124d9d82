//! The header: who, where, in which mode, how AWS answers, what time it is.

use super::state::State;
use crate::domain::fault::FaultKind;
use crate::model::message::Link;
use crate::model::settings::{Mode, Venue};
use crate::view::lines::Line;
use crate::view::paint::Paint;
use crate::view::put::blank;
use crate::view::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The columns that an address must keep to be known by them.
const KNOWN_BY: usize = 18;

/// Draws the header line. What says where a key would act is never given up for what is only of interest.
pub(super) fn draw(state: &State, paint: &Paint<'_>, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    blank(buf, area, paint.style(Role::Header));
    let room = usize::from(area.width);
    let right = right(state);
    let kept = right.get(1).map_or(0, Line::width);
    let (left, taken) = left_within(state, room, kept);
    let used = left.draw(paint, (area.x, area.y), taken as u16, buf);
    let room = room - usize::from(used);
    if let Some(right) = right.into_iter().find(|line| line.width() < room) {
        right.draw_right(paint, area, buf);
    }
}

/// The fullest left side that leaves `kept` columns, and the columns it may take. An
/// endpoint is cut for them, as long as enough of it is left to know it by.
fn left_within(state: &State, room: usize, kept: usize) -> (Line, usize) {
    let who = left(state);
    let bare = endpoint(state, "  ");
    let join = |parts: &[&Line]| Line(parts.iter().flat_map(|l| l.0.clone()).collect());
    let name = Line::new(" tidegate ", Role::Header);
    let fitting = [
        join(&[&name, &who, &endpoint(state, "  endpoint ")]),
        join(&[&who, &endpoint(state, "  endpoint ")]),
        join(&[&who, &bare]),
    ];
    let whole = |line: &Line| line.width() + kept < room;
    if let Some(line) = fitting.into_iter().find(whole) {
        let wide = line.width();
        return (line, wide);
    }
    let enough = who.width() + bare.width().min(KNOWN_BY);
    let room = match room.checked_sub(kept + 1) {
        Some(left) if enough <= left => left,
        _ => room,
    };
    (join(&[&who, &bare]), room)
}

/// Profile, account, region, who, mode.
fn left(state: &State) -> Line {
    let mut line = Line::new(" ", Role::Header);
    if state.settings.venue.is_simulated() {
        line = line
            .with("SIMULATED", Role::Endpoint)
            .with(" ", Role::Header);
    }
    if let Some(profile) = &state.settings.profile {
        line = line
            .with(profile.text(), Role::Header)
            .with(" ", Role::Header);
    }
    if state.settings.production {
        line = line
            .with("PRODUCTION", Role::WriteMode)
            .with(" ", Role::Header);
    }
    line = line
        .with(state.account(), Role::Header)
        .with(" ", Role::Header)
        .with(state.region(), Role::Header);
    if let Some(identity) = &state.news.identity {
        line = line
            .with("  ", Role::Header)
            .with(identity.short_caller(), Role::Header);
    }
    let (mode, role) = match state.settings.mode {
        Mode::ReadOnly => ("(read-only)", Role::ReadOnly),
        Mode::Write => ("(write)", Role::WriteMode),
    };
    line.with(" ", Role::Header).with(mode, role)
}

/// An endpoint that is not AWS's own, after a word.
fn endpoint(state: &State, word: &'static str) -> Line {
    let foreign = state
        .endpoint()
        .filter(|_| state.settings.venue == Venue::Aws);
    match foreign {
        Some(endpoint) => Line::new(word, Role::Endpoint).with(endpoint.clone(), Role::Endpoint),
        None => Line::default(),
    }
}

/// How AWS answers, calls and clock: from the fullest to the shortest way to say it.
fn right(state: &State) -> [Line; 3] {
    let calls = Line::of(format!("calls {}/min  ", state.news.calls), Role::Header);
    let clock = Line::of(format!("{} ", clock(state)), Role::Header);
    let join = |parts: &[&Line]| Line(parts.iter().flat_map(|l| l.0.clone()).collect());
    let trouble = trouble(state);
    [
        join(&[&trouble, &calls, &clock]),
        join(&[&trouble, &clock]),
        trouble,
    ]
}

fn trouble(state: &State) -> Line {
    let throttled = state.news.usage.throttled_last_minute;
    let mut line = Line::default();
    if matches!(state.news.link, Link::Throttled { .. }) || throttled > 0 {
        line = line.and(format!("throttled {throttled}/min  "), Role::Warn);
    }
    match &state.news.link {
        Link::Down(_) => line.with("AWS does not answer  ", Role::Bad),
        Link::NoCredentials { fault, .. } if fault.kind == FaultKind::Credentials => {
            line.with("no credentials  ", Role::Bad)
        }
        Link::NoCredentials { .. } => line.with("not connected  ", Role::Bad),
        Link::Fine | Link::Throttled { .. } => line,
    }
}

/// Hours and minutes; seconds would make a quiet screen loud.
fn clock(state: &State) -> String {
    state.news.now.wall.strftime("%H:%MZ").to_string()
}
