//! What is tried again, said once for each reason: who waits should know why, and not read it twenty times.

use crate::domain::fault::{Fault, FaultKind};
use crate::domain::text::Text;
use std::collections::HashMap;
use std::time::Duration;

/// A reason that did not come for so long is news again; longer than the longest pause between two tries.
const FORGOTTEN: Duration = Duration::from_mins(5);

/// The reasons that were said, and when each came last.
#[derive(Debug, Default)]
pub(super) struct Reasons {
    said: HashMap<String, Duration>,
}

impl Reasons {
    /// Whether this was not said yet; `now` of the monotonic clock.
    pub(super) fn is_new(&mut self, fault: &Fault, now: Duration) -> bool {
        self.said
            .retain(|_, last| now.saturating_sub(*last) < FORGOTTEN);
        self.said.insert(reason(fault), now).is_none()
    }

    /// What to say of a failure that is tried again. AWS's request to go slower is no failure: it is obeyed.
    pub(super) fn told(&mut self, fault: &Fault, now: Duration) -> Option<Fault> {
        let says = fault.kind != FaultKind::Throttled && self.is_new(fault, now);
        says.then(|| again(fault))
    }
}

/// The same for every operation of the logs.
fn reason(fault: &Fault) -> String {
    let words = fault.what.as_str().split_whitespace();
    let words = words.filter(|word| !word.starts_with("logs:"));
    words.collect::<Vec<_>>().join(" ")
}

fn again(fault: &Fault) -> Fault {
    let means = match fault.means.as_str() {
        "" => "it is tried again".to_owned(),
        means => format!("{means}; it is tried again"),
    };
    Fault {
        means: Text::clean(&means),
        ..fault.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(action: &str) -> Fault {
        let what = format!("AWS cannot be reached for {action}: the connection was cut");
        Fault::new(FaultKind::Unreachable, what).next("look at the network")
    }

    #[test]
    fn a_reason_is_said_once_until_it_changes_or_was_long_ago() {
        let mut reasons = Reasons::default();
        let mut said = |fault: Fault, at| {
            let told = reasons.told(&fault, Duration::from_secs(at));
            told.map(|told| told.line().as_str().to_owned())
        };
        assert_eq!(
            said(cut("logs:DescribeLogGroups"), 0).as_deref(),
            Some(
                "AWS cannot be reached for logs:DescribeLogGroups: the connection was cut — it is tried again — look at the network"
            )
        );
        for at in (2..600).step_by(60) {
            assert_eq!(said(cut("logs:FilterLogEvents"), at), None);
        }
        let other = Fault::new(FaultKind::Server, "AWS failed").means("nothing is wrong");
        assert!(said(other, 601).is_some_and(|said| said.ends_with("; it is tried again")));
        assert!(said(cut("logs:FilterLogEvents"), 1_000).is_some());
        assert_eq!(
            said(Fault::new(FaultKind::Throttled, "slower"), 1_001),
            None
        );
    }
}
