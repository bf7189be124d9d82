//! What of the news is believed: the newest, and what is closed stays closed.

use super::*;
use crate::domain::identity::Scope;
use crate::session::record::Place;
use crate::session::snapshot::Protection;
use jiff::Timestamp;

fn at(second: i64, stage: Stage) -> Box<Snapshot> {
    Box::new(Snapshot {
        protocol: 1,
        session: "s-1".into(),
        plan: "spring-sale".into(),
        place: Place {
            scope: Scope {
                account: "1".into(),
                region: "eu-west-1".into(),
            },
            caller: "arn:aws:iam::1:user/alice".into(),
        },
        who: "alice".into(),
        host: "bastion-1".into(),
        pid: 1,
        version: "0".into(),
        protection: Protection::Scope,
        opened: Timestamp::UNIX_EPOCH,
        now: Timestamp::from_second(second).expect("a time"),
        stage,
        said: None,
        why: None,
        closing: None,
        until: None,
        unattended_seconds: 600,
        alone_since: None,
        attached: 1,
        steps: Vec::new(),
        accepted: Vec::new(),
        drift: Vec::new(),
        conflicts: Vec::new(),
        alarms: Vec::new(),
        vitals: Vec::new(),
        notes: 0,
        shared: None,
        troubles: Vec::new(),
    })
}

fn stage(sessions: &Sessions) -> Option<Stage> {
    sessions.last().map(|s| s.stage)
}

#[test]
fn a_snapshot_that_comes_late_is_not_believed() {
    let mut sessions = Sessions::default();
    sessions.told(at(100, Stage::Running));
    sessions.told(at(98, Stage::Applying));
    assert_eq!(stage(&sessions), Some(Stage::Running));
    sessions.told(at(102, Stage::Halted));
    assert_eq!(stage(&sessions), Some(Stage::Halted));
}

#[test]
fn a_clock_that_was_set_back_does_not_freeze_what_is_shown() {
    let mut sessions = Sessions::default();
    sessions.told(at(10_000, Stage::Applying));
    sessions.told(at(6_400, Stage::Running));
    assert_eq!(stage(&sessions), Some(Stage::Running));
}

#[test]
fn what_is_closed_stays_closed_and_is_told_once() {
    let mut sessions = Sessions::default();
    assert!(!sessions.told(at(1, Stage::Running)));
    assert!(sessions.told(at(2, Stage::Closed)));
    assert!(!sessions.told(at(2, Stage::Closed)));
    sessions.told(at(3, Stage::Running));
    sessions.guard_is("s-1".into(), Guard::Gone);
    assert_eq!(stage(&sessions), Some(Stage::Closed));
    assert!(sessions.open().is_none() && sessions.abandoned().is_none());
    let mut next = at(4, Stage::Applying);
    next.session = "s-2".into();
    sessions.told(next);
    assert_eq!(stage(&sessions), Some(Stage::Applying));
}

#[test]
fn a_guard_that_speaks_again_is_neither_silent_nor_dead() {
    let mut sessions = Sessions::default();
    sessions.told(at(1, Stage::Running));
    let by = Duration::from_secs(7);
    for guard in [Guard::Silent { by }, Guard::Restarts, Guard::Gone] {
        sessions.guard_is("s-1".into(), guard);
        assert_eq!(sessions.guard(), guard);
        sessions.told(at(2, Stage::Running));
        assert_eq!(sessions.guard(), Guard::Speaks);
    }
}

#[test]
fn a_session_never_told_of_whose_guard_is_gone_is_abandoned_until_it_is_taken_up() {
    let mut sessions = Sessions::default();
    sessions.guard_is("s-1".into(), Guard::Restarts);
    assert_eq!(sessions.abandoned(), None);
    sessions.guard_is("s-1".into(), Guard::Gone);
    assert_eq!(sessions.abandoned(), Some(&"s-1".into()));
    sessions.take_up("s-1".into());
    assert_eq!(sessions.abandoned(), None);
    sessions.not_taken_up();
    assert_eq!(sessions.abandoned(), Some(&"s-1".into()));
}

#[test]
fn our_own_record_in_the_account_is_no_colleagues() {
    let mut sessions = Sessions::default();
    let at_zero = Timestamp::UNIX_EPOCH;
    sessions.foreign = Some(Box::new(SharedRecord {
        adopts: None,
        v: 1,
        session: "s-1".into(),
        plan: "spring-sale".into(),
        who: "alice".into(),
        host: "bastion-1".into(),
        opened: at_zero,
        until: at_zero,
        heartbeat: at_zero,
        open: Vec::new(),
    }));
    assert!(sessions.foreign().is_some());
    sessions.told(at(1, Stage::Running));
    assert!(sessions.foreign().is_none());
}

#[test]
fn another_session_without_a_guard_waits_until_ours_is_closed() {
    let mut sessions = Sessions::default();
    sessions.told(at(1, Stage::Running));
    sessions.guard_is("s-0".into(), Guard::Gone);
    assert_eq!(sessions.abandoned(), None);
    sessions.told(at(2, Stage::Closed));
    assert_eq!(sessions.abandoned(), Some(&"s-0".into()));
}
