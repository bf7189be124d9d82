//! What Application Auto Scaling and the groups did by themselves while the session was open.

use crate::domain::text::Text;
use crate::session::masked::text;
use crate::session::record::{Event, Record, ScalingActivity};
use jiff::Timestamp;

/// One activity in AWS's words.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ActivitySeen {
    pub at: Timestamp,
    pub end: Option<Timestamp>,
    /// `scalable target orchard/api`.
    pub of: Text,
    /// `Successful`, `Unfulfilled`, …; or why nothing was scaled.
    pub status: Text,
    pub description: Text,
    pub cause: Text,
}

/// As they were read at the end, the oldest first, and what could not be read.
pub(super) fn all(records: &[Record]) -> (Vec<ActivitySeen>, Vec<Text>) {
    let read = records.iter().rev().find_map(|r| match &r.event {
        Event::Activities { seen, unread } => Some((seen, unread)),
        _ => None,
    });
    let Some((seen, unread)) = read else {
        return (Vec::new(), Vec::new());
    };
    let mut all: Vec<ActivitySeen> = seen.iter().map(one).collect();
    all.sort_by_key(|a| a.at);
    (all, unread.iter().map(|said| text(said)).collect())
}

fn one(found: &ScalingActivity) -> ActivitySeen {
    ActivitySeen {
        at: found.at,
        end: found.end,
        of: text(&found.of),
        status: text(&found.status),
        description: text(&found.description),
        cause: text(&found.cause),
    }
}
