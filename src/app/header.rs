//! The header: who, where, in which mode, how AWS answers, what time it is.

use super::state::State;
use crate::model::message::Link;
use crate::model::settings::Mode;
use crate::view::lines::Line;
use crate::view::paint::Paint;
use crate::view::put::blank;
use crate::view::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws the header line.
pub(super) fn draw(state: &State, paint: &Paint<'_>, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    blank(buf, area, paint.style(Role::Header));
    let right = right(state);
    let room = area.width.saturating_sub(right.width() as u16 + 1);
    left(state).draw(paint, (area.x, area.y), if room < 24 { area.width } else { room }, buf);
    if room >= 24 {
        right.draw_right(paint, area, buf);
    }
}

/// What must never be cut away stands first: mode, account, region; then who, profile, endpoint.
fn left(state: &State) -> Line {
    let (mode, role) = match state.settings.mode {
        Mode::ReadOnly => ("read-only", Role::ReadOnly),
        Mode::Write => ("write", Role::WriteMode),
    };
    let mut line = Line::new(" tidegate  ", Role::Header).with(state.account(), Role::Header).with(" ", Role::Header);
    line = line.with(state.region(), Role::Header).with("  ", Role::Header);
    if let Some(identity) = &state.news.identity {
        line = line.with(identity.short_caller(), Role::Header).with(" ", Role::Header);
    }
    line = line.with("(", Role::Header).with(mode, role).with(")", Role::Header);
    if let Some(profile) = &state.settings.profile {
        let production = if state.settings.production { " PRODUCTION" } else { "" };
        line = line.with("  profile ", Role::Header).with(profile.text(), Role::Header).with(production, Role::WriteMode);
    }
    match &state.settings.endpoint {
        Some(endpoint) => line.with("  endpoint ", Role::Endpoint).with(endpoint.clone(), Role::Endpoint),
        None => line,
    }
}

fn right(state: &State) -> Line {
    let usage = state.news.usage;
    let mut line = Line::default();
    if matches!(state.news.link, Link::Throttled { .. }) || usage.throttled_last_minute > 0 {
        line = line.and(format!("throttled {}/min  ", usage.throttled_last_minute), Role::Warn);
    }
    line = match &state.news.link {
        Link::Down(_) => line.with("AWS does not answer  ", Role::Bad),
        Link::NoCredentials { .. } => line.with("no credentials  ", Role::Bad),
        Link::Fine | Link::Throttled { .. } => line,
    };
    line.and(format!("calls {}/min  {} ", usage.calls_last_minute, clock(state)), Role::Header)
}

/// Hours and minutes; seconds would make a quiet screen loud.
fn clock(state: &State) -> String {
    state.news.now.wall.strftime("%H:%MZ").to_string()
}
