//! How fresh a loaded thing is, as one line and a look: loading, partial,
//! failed with its reason and the next try, overdue with its age.

use super::lines::Line;
use super::paint::Paint;
use super::theme::Role;
use crate::domain::fault::Fault;
use crate::domain::units::{age, count};
use crate::model::loadable::{Completeness, Fetch, Loadable};
use std::time::Duration;

/// What a pane says under its rows, and whether the rows are old.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Freshness {
    /// Old rows are drawn dimmed.
    pub old: bool,
    /// `None` while all is well: a quiet screen is quiet.
    pub line: Option<Line>,
    /// There is nothing to show yet: the whole fault or "loading" fills the pane.
    pub blank: Option<Vec<Line>>,
}

impl Freshness {
    /// Judges a loaded thing that should be renewed every `pace`.
    pub fn of<T>(loaded: &Loadable<T>, pace: Duration, paint: &Paint<'_>) -> Self {
        match (loaded.at(), loaded.fetch()) {
            (None, Fetch::Failed { fault, next_try }) => Self {
                blank: Some(failed(fault, *next_try, paint)),
                ..Self::default()
            },
            (None, _) => Self {
                blank: Some(vec![Line::new(
                    paint.glyph("loading…", "loading..."),
                    Role::Dim,
                )]),
                ..Self::default()
            },
            (Some(at), Fetch::Failed { fault, next_try }) => {
                let old = paint.now.mono.saturating_sub(at.mono);
                Self {
                    old: true,
                    line: Some(failing(fault, old, *next_try, paint)),
                    blank: None,
                }
            }
            (Some(at), _) => Self::of_rows(loaded, paint.now.mono.saturating_sub(at.mono), pace),
        }
    }

    fn of_rows<T>(loaded: &Loadable<T>, old: Duration, pace: Duration) -> Self {
        if let Some(Completeness::Partial { have, of }) = loaded.completeness() {
            return Self {
                line: Some(partial(*have, *of)),
                ..Self::default()
            };
        }
        if old >= overdue_after(pace) {
            return Self {
                old: true,
                line: Some(Line::of(format!("{} old", age(old)), Role::Warn)),
                blank: None,
            };
        }
        Self::default()
    }
}

/// The age from which data that should come every `pace` is overdue.
pub fn overdue_after(pace: Duration) -> Duration {
    (pace * 3).max(Duration::from_secs(15))
}

/// `2,400 of 5,000`.
pub fn partial(have: usize, of: Option<usize>) -> Line {
    let of = of.map_or_else(
        || "so far".to_owned(),
        |of| format!("of {}", count(of as u64)),
    );
    Line::of(format!("{} {of}", count(have as u64)), Role::Progress)
}

fn failing(fault: &Fault, old: Duration, next_try: Option<Duration>, paint: &Paint<'_>) -> Line {
    Line::of(format!("{} old: ", age(old)), Role::Warn)
        .with(fault.what.clone(), Role::Bad)
        .and(again(next_try, paint), Role::Dim)
}

fn failed(fault: &Fault, next_try: Option<Duration>, paint: &Paint<'_>) -> Vec<Line> {
    let mut lines = super::lines::fault_lines(fault, Role::Bad);
    if let Some(action) = &fault.action {
        lines
            .push(Line::new("Missing permission: ", Role::Body).with(action.clone(), Role::Strong));
    }
    let again = again(next_try, paint);
    if !again.is_empty() {
        lines.push(Line::of(again.trim_start_matches([' ', '·']), Role::Dim));
    }
    lines
}

/// When it is tried again; coarse, so that the line stands still.
fn again(next_try: Option<Duration>, paint: &Paint<'_>) -> String {
    let Some(at) = next_try else {
        return String::new();
    };
    let left = at.saturating_sub(paint.now.mono).as_secs();
    match left {
        0 => " · trying again".to_owned(),
        1..60 => format!(" · next try in {} s", left.div_ceil(5) * 5),
        _ => format!(" · next try in {} min", left.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fault::FaultKind;
    use crate::model::settings::Settings;
    use crate::model::time::Now;
    use crate::view::theme::Theme;
    use jiff::Timestamp;

    const PACE: Duration = Duration::from_secs(5);

    fn at(seconds: u64) -> Now {
        Now {
            wall: Timestamp::UNIX_EPOCH,
            mono: Duration::from_secs(seconds),
        }
    }

    fn judged(loaded: &Loadable<u8>, now: Now) -> Freshness {
        let (theme, settings) = (Theme::default(), Settings::default());
        Freshness::of(
            loaded,
            PACE,
            &Paint {
                theme: &theme,
                settings: &settings,
                now,
                focused: false,
            },
        )
    }

    fn loaded() -> Loadable<u8> {
        let mut loaded = Loadable::default();
        loaded.arrived(1, at(0), Completeness::Whole);
        loaded
    }

    #[test]
    fn fresh_rows_say_nothing_even_while_they_are_renewed() {
        let mut loaded = loaded();
        loaded.started(at(5));
        assert_eq!(judged(&loaded, at(6)), Freshness::default());
    }

    #[test]
    fn overdue_rows_are_dimmed_and_show_their_age() {
        let fresh = judged(&loaded(), at(40));
        assert!(fresh.old);
        assert_eq!(fresh.line.map(|l| l.plain()).as_deref(), Some("40 s old"));
    }

    #[test]
    fn rows_whose_renewal_failed_say_why_and_when_it_is_tried_again() {
        let mut loaded = loaded();
        loaded.failed(
            Fault::new(FaultKind::Throttled, "AWS asks to slow down"),
            Some(Duration::from_secs(52)),
        );
        let line = judged(&loaded, at(40)).line.map(|l| l.plain());
        assert_eq!(
            line.as_deref(),
            Some("40 s old: AWS asks to slow down · next try in 15 s")
        );
    }

    #[test]
    fn nothing_yet_is_loading_and_a_first_failure_is_told_whole() {
        let mut nothing = Loadable::<u8>::default();
        assert_eq!(
            judged(&nothing, at(0))
                .blank
                .map(|l| l[0].plain())
                .as_deref(),
            Some("loading…")
        );
        nothing.failed(
            Fault::new(FaultKind::Denied, "Not allowed").next("Ask for it"),
            None,
        );
        let said: Vec<_> = judged(&nothing, at(0))
            .blank
            .unwrap_or_default()
            .iter()
            .map(Line::plain)
            .collect();
        assert_eq!(said, ["Not allowed", "Ask for it"]);
    }

    #[test]
    fn a_part_says_of_how_many() {
        assert_eq!(partial(2_400, Some(5_000)).plain(), "2,400 of 5,000");
        assert_eq!(partial(1_234_567, None).plain(), "1,234,567 so far");
    }
}
