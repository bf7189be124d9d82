//! How fresh a pane's rows are, where they come from more than one read: a part
//! that is denied or late is a line, the rest lives on.

use super::Context;
use crate::domain::fault::Fault;
use crate::model::loadable::Loadable;
use crate::view::freshness::Freshness;
use crate::view::lines::{Line, Span};
use crate::view::paint::Paint;
use crate::view::theme::{Role, Theme};
use std::sync::LazyLock;
use std::time::Duration;

static PLAIN: LazyLock<Theme> = LazyLock::new(Theme::default);

/// Judges one loaded thing without a theme: `update` needs to know as well as `draw`.
pub fn judged<T>(loaded: &Loadable<T>, pace: Duration, cx: &Context<'_>) -> Freshness {
    Freshness::of(
        loaded,
        pace,
        &Paint {
            theme: &PLAIN,
            settings: cx.settings,
            now: cx.now,
            focused: false,
        },
    )
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
    use crate::domain::fault::FaultKind;
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
