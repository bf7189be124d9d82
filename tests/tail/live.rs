//! Live Tail: it comes, ends, breaks and is refused, and the lines are the same.

use super::stage::{GROUPS, Tailed, account, aws, now, python, source, sources, tell, truth};
use std::sync::Arc;
use tidegate::domain::fault::{Fault, FaultKind};
use tidegate::model::message::TailState;
use tidegate::model::tail::{Method, TailMethod, TailStart, Tailing};
use tidegate::runtime::tail::Room;

fn live(groups: &[&str]) -> Tailing {
    Tailing {
        method: TailMethod::Live,
        start: TailStart::At(now()),
        ..Tailing::of(sources(groups))
    }
}

fn is_live(method: &Method) -> bool {
    matches!(method, Method::Live { .. })
}

/// Why a source is polled although Live Tail was asked for.
fn instead(tailed: &Tailed) -> Option<&Fault> {
    tailed.methods.iter().find_map(|(_, method)| match method {
        Method::Polling { instead } => instead.as_ref(),
        Method::Live { .. } => None,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_that_end_and_break_leave_no_gap_and_double_nothing() {
    let account = account(60.0, 0);
    let start = now();
    let tailing = Tailing {
        start: TailStart::At(start),
        ..live(&GROUPS)
    };
    let mut tailed = Tailed::start(&aws(&account, "ap-northeast-2").await, &tailing);
    tailed.until(|tailed| tailed.was(is_live)).await;
    let first = tailed.sessions[0].expect("a session is open");
    assert_eq!((first.open, first.minutes), (1, 1));
    assert!((first.usd_per_hour - 0.6).abs() < 1e-9);
    tailed.lines(150).await;
    // The three hours are over: it is opened again.
    tell(&account, "fault over logs:StartLiveTail 1");
    let renewed = |tailed: &Tailed| {
        tailed
            .sessions
            .last()
            .is_some_and(|s| s.is_some_and(|s| s.minutes == 2))
    };
    tailed.until(renewed).await;
    tailed.lines(150).await;
    // The connection is dead: it is polled, then opened again.
    tell(&account, "fault mute logs:StartLiveTail 4");
    let silent =
        |tailed: &Tailed| instead(tailed).is_some_and(|why| why.kind == FaultKind::TimedOut);
    tailed.until(silent).await;
    let polled = tailed.methods.len();
    tailed
        .until(|tailed| {
            tailed.methods[polled..]
                .iter()
                .any(|(_, method)| is_live(method))
        })
        .await;
    tailed.lines(100).await;
    // Nobody looks any more.
    tailed.tailer.read_by(TailMethod::Polling);
    tailed
        .until(|tailed| tailed.sessions.last() == Some(&None))
        .await;
    tailed.lines(100).await;
    tell(&account, "speed manual");
    let truth = truth(&account, &GROUPS, start, i64::MAX / 4);
    tailed.agrees_with(&truth).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_that_all_end_at_once_are_not_opened_again_and_again() {
    let account = account(60.0, 0);
    let start = now();
    let tailing = Tailing {
        start: TailStart::At(start),
        ..live(&GROUPS)
    };
    tell(&account, "fault over logs:StartLiveTail");
    let mut tailed = Tailed::start(&aws(&account, "ap-northeast-2").await, &tailing);
    // The first end is a renewal; after the second it is polled, and the reason is told.
    tailed.until(|tailed| instead(tailed).is_some()).await;
    let why = instead(&tailed).expect("a reason").what.clone();
    assert_eq!(why.as_str(), "AWS ends each Live Tail soon after it began");
    let minutes = tailed.sessions.iter().flatten().map(|s| s.minutes).max();
    assert_eq!(minutes, Some(2));
    tailed.lines(100).await;
    tell(&account, "faults off");
    let is_back = |tailed: &Tailed| tailed.methods.last().is_some_and(|last| is_live(&last.1));
    tailed.until(is_back).await;
    tailed.lines(100).await;
    tell(&account, "speed manual");
    let truth = truth(&account, &GROUPS, start, i64::MAX / 4);
    tailed.agrees_with(&truth).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn its_lines_come_though_nothing_can_be_polled_and_the_rest_comes_late() {
    let account = account(60.0, 20);
    let start = now() - 60_000;
    let tailing = Tailing {
        start: TailStart::At(start),
        ..live(&GROUPS)
    };
    tell(&account, "fault cut logs:FilterLogEvents");
    let mut tailed = Tailed::start(&aws(&account, "ap-northeast-2").await, &tailing);
    tailed.lines(100).await;
    tell(&account, "faults off");
    tailed.until(|tailed| tailed.late > 0).await;
    tailed.lines(100).await;
    tell(&account, "speed manual");
    let truth = truth(&account, &GROUPS, start, i64::MAX / 4);
    tailed.agrees_with(&truth).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_is_made_later_gets_a_session_of_its_own() {
    let account = account(20.0, 0);
    let tailing = Tailing {
        sources: sources(&["/new", GROUPS[0]]),
        ..live(&[])
    };
    let mut tailed = Tailed::start(&aws(&account, "ap-northeast-2").await, &tailing);
    let open = |tailed: &Tailed, count| {
        let sessions = tailed.sessions.last().copied().flatten();
        sessions.is_some_and(|sessions| sessions.open == count)
    };
    tailed.until(|tailed| open(tailed, 1)).await;
    python(
        &account,
        "logs, stream = client('logs'), dict(logGroupName='/new', logStreamName='s')
logs.create_log_group(logGroupName='/new')
logs.create_log_stream(**stream)
logs.put_log_events(**stream, logEvents=[dict(timestamp=int(time.time() * 1000), message='first')])",
    );
    let came = |tailed: &Tailed| tailed.lines.iter().any(|line| line.0 == "/new");
    tailed.until(|tailed| open(tailed, 2) && came(tailed)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_closed_while_nobody_takes_the_lines_and_none_is_lost() {
    let account = account(60.0, 10);
    let (start, room) = (now() - 5_000, Arc::new(Room::default()));
    let tailing = Tailing {
        start: TailStart::At(start),
        ..live(&GROUPS)
    };
    let aws = aws(&account, "ap-northeast-2").await;
    let mut tailed = Tailed::with_room(&aws, &tailing, &room).await;
    tailed.until(|tailed| tailed.was(is_live)).await;
    tailed.lines(50).await;
    // The output takes nothing any more.
    room.take(1 << 30);
    let closed = |tailed: &Tailed| {
        let why = instead(tailed).is_some_and(|why| why.what.as_str().contains("not taken"));
        why && tailed.sessions.last() == Some(&None)
    };
    tailed.until(closed).await;
    room.free(1 << 30);
    let is_back = |tailed: &Tailed| tailed.methods.last().is_some_and(|last| is_live(&last.1));
    tailed.until(is_back).await;
    tailed.lines(100).await;
    tell(&account, "speed manual");
    let truth = truth(&account, &GROUPS, start, i64::MAX / 4);
    tailed.agrees_with(&truth).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_is_called_one() {
    let account = account(1_500.0, 0);
    let mut tailed = Tailed::start(&aws(&account, "ap-northeast-2").await, &live(&GROUPS[..1]));
    let sampled = |method: &Method| *method == Method::Live { sampled: true };
    tailed.until(|tailed| tailed.was(sampled)).await;
    // The seconds are told, and which of them were polled once it is closed.
    let told = |tailed: &Tailed, fits: fn(&TailState) -> bool| {
        tailed.states.iter().any(|(_, state)| fits(state))
    };
    let second = |state: &TailState| matches!(state, TailState::Sampled { at } if *at <= now());
    tailed.until(|tailed| told(tailed, second)).await;
    tailed.states.clear();
    tailed.tailer.read_by(TailMethod::Polling);
    let whole = |state: &TailState| matches!(state, TailState::Whole { from, to } if from < to);
    tailed.until(|tailed| told(tailed, whole)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_it_is_refused_the_lines_come_by_polling_and_the_reason_is_told() {
    for (fault, kind, next) in [
        ("denied", FaultKind::Denied, "logs:StartLiveTail"),
        ("limit", FaultKind::Conflict, "L-D6990B80"),
        ("cut", FaultKind::Unreachable, "stream-logs"),
    ] {
        let account = account(60.0, 0);
        tell(&account, &format!("fault {fault} logs:StartLiveTail"));
        let mut tailed = Tailed::start(&aws(&account, "ap-northeast-2").await, &live(&GROUPS));
        tailed.until(|tailed| instead(tailed).is_some()).await;
        let why = instead(&tailed).expect("a reason").clone();
        assert_eq!(why.kind, kind, "{why}");
        let said = format!("{why} {:?}", why.action);
        assert!(said.contains(next), "{said}");
        tailed.lines(50).await;
        assert_eq!(tailed.sessions, []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_of_the_infrequent_class_is_polled_beside_one_that_is_not() {
    let account = account(60.0, 0);
    python(
        &account,
        "logs = client('logs')
logs.create_log_group(logGroupName='/rare', logGroupClass='INFREQUENT_ACCESS')
logs.create_log_stream(logGroupName='/rare', logStreamName='s')
logs.put_log_events(logGroupName='/rare', logStreamName='s', logEvents=[dict(timestamp=int(time.time() * 1000), message='seldom')])",
    );
    let tailing = Tailing {
        sources: vec![source("/rare"), source(GROUPS[0])],
        start: TailStart::default(),
        ..live(&[])
    };
    let mut tailed = Tailed::start(&aws(&account, "ap-northeast-2").await, &tailing);
    tailed
        .until(|tailed| tailed.was(is_live) && tailed.lines.iter().any(|line| line.0 == "/rare"))
        .await;
    let (group, _) = tailed
        .methods
        .iter()
        .find(|(_, method)| !is_live(method))
        .expect("one is polled");
    assert_eq!(group.as_str(), "/rare");
    assert!(instead(&tailed).is_some_and(|why| why.what.as_str().contains("infrequent")));
    let failed = |(_, state): &(_, TailState)| matches!(state, TailState::Failed { .. });
    assert!(!tailed.states.iter().any(failed));
}

/// How a group was read, the last time it was said.
fn last<'t>(tailed: &'t Tailed, group: &str) -> Option<&'t Method> {
    let of_it = tailed
        .methods
        .iter()
        .rev()
        .find(|(of, _)| of.as_str() == group);
    of_it.map(|(_, method)| method)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_group_that_is_denied_or_deleted_does_not_send_the_others_to_polling() {
    let account = account(60.0, 0);
    python(
        &account,
        "client('logs').create_log_group(logGroupName='/gone')",
    );
    tell(&account, "fault denied logs:StartLiveTail 1");
    let start = now();
    let groups = [GROUPS[0], GROUPS[1], "/gone"];
    let tailing = Tailing {
        start: TailStart::At(start),
        ..live(&groups)
    };
    let mut tailed = Tailed::start(&aws(&account, "ap-northeast-2").await, &tailing);
    let up = |tailed: &Tailed, group: &str| last(tailed, group).is_some_and(is_live);
    let why = |tailed: &Tailed, group: &str| match last(tailed, group) {
        Some(Method::Polling { instead: Some(why) }) => Some(why.kind),
        _ => None,
    };
    // AWS names the first of those that were asked for.
    let denied = |tailed: &Tailed| why(tailed, GROUPS[0]) == Some(FaultKind::Denied);
    tailed
        .until(|t| denied(t) && up(t, GROUPS[1]) && up(t, "/gone"))
        .await;
    assert_eq!(
        tailed.sessions.last().copied().flatten().map(|s| s.open),
        Some(1)
    );
    // Another is deleted, and the session has to be opened again.
    python(
        &account,
        "client('logs').delete_log_group(logGroupName='/gone')",
    );
    tailed.methods.clear();
    tell(&account, "fault over logs:StartLiveTail 1");
    let gone = |tailed: &Tailed| why(tailed, "/gone") == Some(FaultKind::Missing);
    let open =
        |tailed: &Tailed| tailed.sessions.last().copied().flatten().map(|s| s.open) == Some(1);
    tailed.until(|t| gone(t) && open(t)).await;
    assert!(
        tailed
            .methods
            .iter()
            .all(|(group, method)| is_live(method) || group.as_str() == "/gone")
    );
    tailed.lines(100).await;
    tell(&account, "speed manual");
    let truth = truth(&account, &GROUPS[..2], start, i64::MAX / 4);
    tailed.agrees_with(&truth).await;
}
