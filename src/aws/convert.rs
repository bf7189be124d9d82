//! AWS's optional strings, numbers and times as ours; and lists page by page.

use crate::domain::fault::{Fault, Gap, Part};
use crate::domain::text::Text;
use aws_smithy_types::DateTime;
use jiff::Timestamp;

/// A moment; `None` also for years no clock shows.
pub(super) fn moment(at: &DateTime) -> Option<Timestamp> {
    Timestamp::new(at.secs(), i32::try_from(at.subsec_nanos()).ok()?).ok()
}

/// The reverse of [`moment`].
pub(super) fn date_time(at: Timestamp) -> DateTime {
    DateTime::from_secs(at.as_second())
}

/// Sanitized text; empty where AWS sent none.
pub(super) fn text(foreign: Option<&str>) -> Text {
    foreign.map(Text::clean).unwrap_or_default()
}

/// A count; negative ones, which AWS does not send, are 0.
pub(super) fn count(n: Option<i32>) -> u32 {
    n.and_then(|n| u32::try_from(n).ok()).unwrap_or(0)
}

/// A count that may be absent.
pub(super) fn maybe(n: Option<i32>) -> Option<u32> {
    n.and_then(|n| u32::try_from(n).ok())
}

/// A part of an answer: one that failed leaves its reason in `gaps` and nothing else.
pub(super) fn part<T: Default>(result: Result<T, Fault>, gaps: &mut Vec<Fault>) -> T {
    result.unwrap_or_else(|fault| {
        gaps.push(fault);
        T::default()
    })
}

/// As [`part`], for answers that name their parts.
pub(super) fn named<T: Default>(part: Part, result: Result<T, Fault>, gaps: &mut Vec<Gap>) -> T {
    result.unwrap_or_else(|fault| {
        gaps.push(Gap { part, fault });
        T::default()
    })
}

/// All items of a paged list, in order, through the gate before each page. A
/// token that comes twice would never end; it is taken for the end.
macro_rules! pages {
    ($aws:expr, $action:literal, $request:expr, $set:ident, $next:ident, $items:ident) => {{
        let mut all = Vec::new();
        let mut token: Option<String> = None;
        loop {
            $aws.gate.pass().await;
            let page = $request
                .$set(token.clone())
                .send()
                .await
                .map_err($aws.fault($action))?;
            all.extend(page.$items.unwrap_or_default());
            let next = page
                .$next
                .filter(|t| !t.is_empty() && token.as_ref() != Some(t));
            if next.is_none() {
                break all;
            }
            token = next;
        }
    }};
}
pub(super) use pages;
