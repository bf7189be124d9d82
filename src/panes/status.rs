//! How fresh a pane's rows are, where they come from more than one read: a part
//! that is denied or late is a line, the rest lives on.

use super::Context;
use crate::domain::fault::{Fault, FaultKind};
use crate::model::loadable::Loadable;
use crate::model::message::Link;
use crate::view::freshness::Freshness;
use crate::view::lines::{Line, Span};
use crate::view::paint::Paint;
use crate::view::theme::{Role, Theme};
use std::sync::LazyLock;
use std::time::Duration;

static PLAIN: LazyLock<Theme> = LazyLock::new(Theme::default);

/// Judges one loaded thing without a theme: `update` needs to know as well as `draw`. Where nothing can come because
/// nobody answers or nobody is let in, that is said instead of "loading".
pub fn judged<T>(loaded: &Loadable<T>, pace: Duration, cx: &Context<'_>) -> Freshness {
    let paint = Paint {
        theme: &PLAIN,
        settings: cx.settings,
        now: cx.now,
        focused: false,
    };
    let mut fresh = Freshness::of(loaded, pace, &paint);
    if loaded.has_told() {
        return fresh;
    }
    if let Some(why) = cut_off(cx.link) {
        fresh.blank = Some(why);
    }
    fresh
}

/// As [`judged`], of something that was opened: while it is read the operator sees what is awaited.
pub fn opened<T>(
    loaded: &Loadable<T>,
    awaited: &'static str,
    pace: Duration,
    cx: &Context<'_>,
) -> Freshness {
    let mut fresh = judged(loaded, pace, cx);
    if !loaded.has_told() && cut_off(cx.link).is_none() {
        fresh.blank = Some(vec![Line::of(format!("Reading {awaited}"), Role::Dim)]);
    }
    fresh
}

/// Why nothing comes, in short: the banner has the whole of it.
fn cut_off(link: &Link) -> Option<Vec<Line>> {
    let (why, fault) = match link {
        Link::Fine | Link::Throttled { .. } => return None,
        Link::Down(fault) => ("no answer", fault),
        Link::NoCredentials { fault, .. } if fault.kind == FaultKind::Credentials => {
            ("no credentials", fault)
        }
        Link::NoCredentials { fault, .. } => ("no connection", fault),
    };
    let next = match link {
        Link::NoCredentials { .. } => "It is tried again by itself; r tries at once",
        _ => "It comes by itself once somebody answers",
    };
    Some(vec![
        Line::of(format!("Nothing read yet: {why}"), Role::Bad),
        Line::new(fault.what.clone(), Role::Body),
        Line::new(next, Role::Dim),
    ])
}

/// One read behind a pane.
#[derive(Debug)]
pub struct Source {
    label: &'static str,
    fresh: Freshness,
    fault: Option<Fault>,
}

impl Source {
    /// A read by the name it has in sentences; without one where it is the only one.
    pub fn new<T>(
        label: &'static str,
        loaded: &Loadable<T>,
        pace: Duration,
        cx: &Context<'_>,
    ) -> Self {
        Self {
            label,
            fresh: judged(loaded, pace, cx),
            fault: loaded.fault().cloned(),
        }
    }

    /// What is wrong with it, in one line.
    pub fn line(&self) -> Option<Line> {
        let said = match (&self.fresh.line, &self.fault) {
            (Some(line), _) => line.clone(),
            (None, Some(fault)) => fault_line(fault),
            (None, None) => return None,
        };
        if self.label.is_empty() {
            return Some(said);
        }
        let mut line = Line::of(format!("{}: ", self.label), Role::Dim);
        line.0.extend(said.0);
        Some(line)
    }
}

/// A fault in one line; the missing permission stands before the words that may be cut.
pub fn fault_line(fault: &Fault) -> Line {
    match &fault.action {
        Some(action) => Line::new("needs ", Role::Warn)
            .with(action.clone(), Role::Strong)
            .and(format!(" · {}", fault.what), Role::Dim),
        None => Line::new(fault.what.clone(), Role::Bad),
    }
}

/// Says beside the rows why some of their columns are empty, shortly: there may be more than one.
pub fn beside(fresh: Freshness, columns: &str, fault: Option<&Fault>) -> Freshness {
    let Some(fault) = fault.filter(|_| fresh.blank.is_none()) else {
        return fresh;
    };
    let mut said = Line::of(format!("{columns}: "), Role::Dim);
    match &fault.action {
        Some(action) => said.0.extend([
            Span::new("needs ", Role::Warn),
            Span::new(action.clone(), Role::Strong),
        ]),
        None => said.0.push(Span::new(fault.what.clone(), Role::Bad)),
    }
    let line = fresh.line.into_iter().chain([said]).reduce(side_by_side);
    Freshness { line, ..fresh }
}

fn side_by_side(mut all: Line, next: Line) -> Line {
    all.0.push(Span::dim("  "));
    all.0.extend(next.0);
    all
}

/// Puts the reads of one pane together. Nothing there: the first fault whole, or "loading". Else a line for what is missing.
pub fn joined(sources: &[Source], has_rows: bool) -> Freshness {
    let blank = sources.iter().all(|s| s.fresh.blank.is_some());
    if blank && !has_rows {
        let failed = sources
            .iter()
            .find(|s| s.fault.is_some())
            .or(sources.first());
        return failed.map(|s| s.fresh.clone()).unwrap_or_default();
    }
    let lines: Vec<Line> = sources.iter().filter_map(Source::line).collect();
    let line = lines.into_iter().reduce(side_by_side);
    Freshness {
        old: sources.iter().any(|s| s.fresh.old),
        line,
        blank: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::loadable::Completeness;
    use crate::model::settings::Settings;
    use crate::model::time::Now;

    const PACE: Duration = Duration::from_secs(5);

    fn denied() -> Fault {
        let mut fault = Fault::new(FaultKind::Denied, "Web ACLs may not be listed");
        fault.action = Some("wafv2:ListWebACLs".into());
        fault
    }

    fn with<T>(check: impl FnOnce(&Context<'_>) -> T) -> T {
        let settings = Settings::default();
        check(&Context {
            now: Now::START,
            settings: &settings,
            cluster: None,
            service: None,
            link: &Link::Fine,
        })
    }

    #[test]
    fn a_denied_part_is_one_line_that_names_the_permission() {
        with(|cx| {
            let (mut fine, mut bad) = (Loadable::default(), Loadable::<()>::default());
            fine.arrived((), cx.now, Completeness::Whole);
            bad.failed(denied(), None);
            let fresh = joined(
                &[
                    Source::new("regional", &fine, PACE, cx),
                    Source::new("CLOUDFRONT", &bad, PACE, cx),
                ],
                true,
            );
            assert!(fresh.blank.is_none() && !fresh.old);
            let said = fresh.line.map(|l| l.plain()).unwrap_or_default();
            assert_eq!(
                said,
                "CLOUDFRONT: needs wafv2:ListWebACLs · Web ACLs may not be listed"
            );
        });
    }

    #[test]
    fn where_nothing_can_come_the_reason_stands_in_the_place_of_loading() {
        let fault = |kind, what: &'static str| Fault::new(kind, what);
        let expired = Link::NoCredentials {
            fault: fault(FaultKind::Credentials, "The token has expired"),
            next_try: PACE,
        };
        let unknown = Link::NoCredentials {
            fault: fault(FaultKind::Usage, "There is no profile x"),
            next_try: PACE,
        };
        let down = Link::Down(fault(FaultKind::Unreachable, "127.0.0.1 refuses"));
        for (link, says) in [
            (expired, "no credentials|The token has expired"),
            (unknown, "no connection|There is no profile x"),
            (down, "no answer|127.0.0.1 refuses"),
        ] {
            with(|cx| {
                let cx = Context { link: &link, ..*cx };
                let nothing = Loadable::<()>::default();
                for fresh in [
                    judged(&nothing, PACE, &cx),
                    opened(&nothing, "tasks", PACE, &cx),
                    joined(&[Source::new("", &nothing, PACE, &cx)], false),
                ] {
                    let said: Vec<_> = fresh.blank.iter().flatten().map(Line::plain).collect();
                    let all = said.join("|");
                    assert!(all.contains(says) && !all.contains("loading"), "{all}");
                }
                let mut rows = Loadable::default();
                rows.arrived((), cx.now, Completeness::Whole);
                assert_eq!(judged(&rows, PACE, &cx).blank, None, "old rows stay");
            });
        }
    }

    #[test]
    fn what_is_opened_says_what_is_awaited_until_something_is_told() {
        with(|cx| {
            let mut facts = Loadable::<()>::default();
            facts.started(cx.now);
            let said = |facts: &Loadable<()>| {
                let blank = opened(facts, "tasks and events", PACE, cx).blank;
                blank.map(|lines| lines[0].plain())
            };
            assert_eq!(said(&facts).as_deref(), Some("Reading tasks and events"));
            facts.failed(denied(), None);
            assert_eq!(said(&facts).as_deref(), Some("Web ACLs may not be listed"));
        });
    }

    #[test]
    fn with_nothing_there_the_fault_is_told_whole() {
        with(|cx| {
            let (waiting, mut bad) = (Loadable::<()>::default(), Loadable::<()>::default());
            bad.failed(denied(), None);
            let sources = [
                Source::new("regional", &waiting, PACE, cx),
                Source::new("CLOUDFRONT", &bad, PACE, cx),
            ];
            let blank = joined(&sources, false).blank.unwrap_or_default();
            assert!(
                blank
                    .iter()
                    .any(|l| l.plain().contains("wafv2:ListWebACLs")),
                "{blank:?}"
            );
        });
    }
}
