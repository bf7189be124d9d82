//! What leaving means for the session that is open.

use super::{Guard, said};
use crate::app::state::State;
use crate::domain::text::Text;
use crate::domain::units::age;
use crate::session::snapshot::Protection;
use crate::view::lines::Line;
use crate::view::theme::Role;
use std::time::Duration;

/// Who goes on when this console is left; nothing where no session of ours is open.
pub(in crate::app) fn left_open(state: &State) -> Vec<Line> {
    let Some(session) = state.sessions.open() else {
        return Vec::new();
    };
    let wait = age(Duration::from_secs(session.unattended_seconds));
    let end = session.until.map(said::clock);
    let end = end.map_or_else(String::new, |end| format!(", at {end} at the latest"));
    let (said, role) = match (state.sessions.guard(), session.protection) {
        (Guard::Gone, _) => (
            "Its guard is gone: nobody puts it back.".to_owned(),
            Role::Bad,
        ),
        (_, Protection::None) => (
            "Its guard ends with this program: nobody puts it back then.".to_owned(),
            Role::Bad,
        ),
        _ => (
            format!(
                "Its guard goes on without this console. With nobody attached it puts everything back after {wait}{end}."
            ),
            Role::Dialog,
        ),
    };
    vec![
        Line::new("The session ", Role::Dialog)
            .with(Text::clean(&session.plan), Role::Strong)
            .with(" stays open.", Role::Dialog),
        Line::of(said, role),
        Line::default(),
    ]
}
