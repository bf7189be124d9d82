//! What a load test was, where, by whom, from when to when, and how it ended.

use crate::domain::text::Text;
use crate::session::conductor;
use crate::session::load_test::{Closing, Stage, TestState, Why};
use crate::session::masked::text;
use crate::session::record::{Event, Record};
use crate::session::state::SessionState;
use jiff::Timestamp;

/// The session as a whole.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Head {
    pub id: Text,
    pub plan: Text,
    pub account: Text,
    pub region: Text,
    /// The ARN that AWS knows the operator by.
    pub caller: Text,
    /// Who opened it: `alice on bastion-1`.
    pub who: Text,
    pub host: Text,
    /// The program's version that opened it.
    pub version: Text,
    pub opened: Timestamp,
    /// The backups were made: the time ran from here.
    pub began: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// It began to be put back.
    pub turned: Option<Timestamp>,
    pub ended: Option<Timestamp>,
    pub stage: Stage,
    pub closing: Option<Closing>,
    pub why: Option<Reason>,
    pub ttl_seconds: u64,
    pub unattended_seconds: u64,
    pub settle_seconds: u64,
    pub alarms: Vec<Text>,
    pub accepted: Vec<Agreed>,
}

/// Why it was put back.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Reason {
    /// `asked`, `requested`, `time-up`, `unattended`, `alarm`, `locked`.
    pub kind: &'static str,
    pub said: Text,
}

/// A reason against the session that was taken on.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Agreed {
    pub reason: Text,
    pub what: Text,
}

pub(super) fn head(records: &[Record], state: &SessionState, test: &TestState) -> Head {
    let opened = records.first().map(|r| &r.actor);
    let (scope, terms) = (&state.place.scope, &test.terms);
    Head {
        id: state.id.text(),
        plan: text(&terms.plan),
        account: scope.account.text(),
        region: scope.region.text(),
        caller: text(state.place.caller.as_str()),
        who: opened
            .map(|a| text(&conductor::name(a)))
            .unwrap_or_default(),
        host: opened.map(|a| text(&a.host)).unwrap_or_default(),
        version: opened.map(|a| text(&a.version)).unwrap_or_default(),
        opened: state.at,
        began: first(records, |e| matches!(e, Event::Began { .. })),
        until: test.until,
        turned: first(records, |e| matches!(e, Event::Reverting { .. })),
        ended: first(records, |e| matches!(e, Event::Closed { .. })),
        stage: test.stage,
        closing: test.closing,
        why: test.why.as_ref().map(reason),
        ttl_seconds: terms.ttl_seconds,
        unattended_seconds: terms.unattended_seconds,
        settle_seconds: terms.settle_seconds,
        alarms: terms.alarms.iter().map(|a| text(a)).collect(),
        accepted: agreed(test),
    }
}

fn agreed(test: &TestState) -> Vec<Agreed> {
    let accepted = test.terms.accepted.iter();
    accepted
        .map(|a| Agreed {
            reason: text(&a.reason.to_string()),
            what: text(&a.what),
        })
        .collect()
}

/// When the first event of a kind happened.
fn first(records: &[Record], is: fn(&Event) -> bool) -> Option<Timestamp> {
    records.iter().find(|r| is(&r.event)).map(|r| r.at)
}

fn reason(why: &Why) -> Reason {
    let kind = match why {
        Why::Asked { .. } => "asked",
        Why::Requested { .. } => "requested",
        Why::TimeUp => "time-up",
        Why::Unattended => "unattended",
        Why::Alarm { .. } => "alarm",
        Why::Locked => "locked",
    };
    Reason {
        kind,
        said: text(&why.to_string()),
    }
}
