//! Polling: nothing is lost, nothing comes twice.

use super::stage::{GROUPS, Tailed, account, aws, now, python, source, sources, tell, truth};
use crate::sim::stage::Account;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};
use tidegate::model::message::{Message, TailState};
use tidegate::model::tail::{Tail, TailStart, Tailing};
use tidegate::runtime::clock::Clock;
use tidegate::runtime::tail::{Sink, Tailer};
use tidegate::sim::desk::Setup;
use tidegate::sim::throttle::Throttling;
use tidegate::sim::world::Config;
use tokio::runtime::Handle;
use tokio::sync::mpsc::unbounded_channel;

const FAR: i64 = i64::MAX / 4;

fn tailing(groups: &[&str], start: i64) -> Tailing {
    Tailing {
        start: TailStart::At(start),
        ..Tailing::of(sources(groups))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_with_trouble_on_the_way_is_shown_once_each() {
    let account = account(5_000.0, 0);
    for fault in ["throttle", "cut", "truncate", "503"] {
        tell(&account, &format!("fault {fault} logs:FilterLogEvents 4%"));
    }
    let start = now();
    let mut tailed = Tailed::start(
        &aws(&account, "ap-northeast-2").await,
        &tailing(&GROUPS, start),
    );
    // The account remembers a dozen seconds of so much: boto3 has to come in time.
    tailed.lines(12_000).await;
    tell(&account, "speed manual");
    tell(&account, "faults off");
    let truth = truth(&account, &GROUPS, start, FAR);
    tailed.agrees_with(&truth).await;
}

/// Seconds of the account's time; `TIDEGATE_TAIL_SECONDS=240` is the long form, which takes as long.
fn seconds() -> u64 {
    let asked = std::env::var("TIDEGATE_TAIL_SECONDS").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(4)
}

/// Five thousand a second, all of which are kept for whoever compares.
fn busy() -> Account {
    let setup = Setup {
        throttling: Throttling::Off,
        config: Config {
            log_rate: Some(5_000.0),
            log_memory: 1 << 30,
            ..Config::default()
        },
        ..Setup::default()
    };
    Account::behind(setup, Duration::from_secs(AHEAD + 10))
}

/// What goes wrong in this second. After a throttled call the tail goes slowly for a while, as it should.
fn trouble(second: u64) -> Option<&'static str> {
    match second % 60 {
        30 => Some("throttle"),
        n if n % 4 == 0 => Some("cut"),
        n if n % 4 == 1 => Some("truncate"),
        n if n % 4 == 2 => Some("503"),
        _ => None,
    }
}

/// A line of the last second is as new as this, in milliseconds.
const DUE: i64 = 500;
/// Seconds that the account may be ahead of how time flows: a short trial need not wait for it.
const AHEAD: u64 = 20;

/// Seconds that the account's time goes on by, so that it flows as the tail's does. It waits for its tail, on whatever
/// machine; but a tail whose clock is minutes ahead would take what it has to write for long past.
async fn step(second: u64, began: Instant) -> u64 {
    let flowed = began.elapsed().as_secs();
    if second > flowed + AHEAD {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    1 + flowed.saturating_sub(second).min(4)
}

#[tokio::test(flavor = "multi_thread")]
async fn five_thousand_a_second_are_shown_once_each_however_long_it_lasts() {
    let seconds = seconds();
    let account = busy();
    tell(&account, "speed manual");
    let start = account.sim.now().as_millisecond();
    let aws = aws(&account, "ap-northeast-2").await;
    let mut tailed = Tailed::start(&aws, &tailing(&GROUPS, start));
    let (mut second, began) = (0, Instant::now());
    while second < seconds {
        let step = step(second, began).await;
        for fault in (second..second + step).filter_map(trouble) {
            tell(&account, &format!("fault {fault} logs:FilterLogEvents 1"));
        }
        tokio::task::block_in_place(|| account.sim.advance(Duration::from_secs(step)));
        second += step;
        let due = account.sim.now().as_millisecond() - DUE;
        tailed.until(|tailed| tailed.newest >= due).await;
    }
    tell(&account, "faults off");
    let truth = truth(&account, &GROUPS, start, FAR);
    assert!(truth.len() as u64 > 4_500 * second, "{}", truth.len());
    tailed.agrees_with(&truth).await;
    let skipped = |(_, state): &(_, TailState)| matches!(state, TailState::Skipped(_));
    assert!(!tailed.states.iter().any(skipped), "nothing is left out");
    assert!(
        truth.windows(2).any(|two| two[0].1 == two[1].1),
        "equal times"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_come_minutes_late_are_found_and_marked() {
    let account = account(60.0, 0);
    let start = now() - 200_000;
    let mut tailed = Tailed::start(
        &aws(&account, "ap-northeast-2").await,
        &tailing(&GROUPS, start),
    );
    tailed.lines(60).await;
    tokio::task::block_in_place(|| account.sim.advance(Duration::from_mins(5)));
    tell(&account, "speed manual");
    let truth = truth(&account, &GROUPS, start, FAR);
    assert!(truth.len() > 10_000, "{}", truth.len());
    tailed.agrees_with(&truth).await;
    // Two minutes late, after everything of its time was shown.
    let at = now() - 120_000;
    python(
        &account,
        &format!(
            "logs = client('logs')
logs.create_log_stream(logGroupName='{group}', logStreamName='late')
logs.put_log_events(logGroupName='{group}', logStreamName='late', logEvents=[dict(timestamp={at}, message='late')])",
            group = GROUPS[0]
        ),
    );
    let late = tailed.late;
    tailed.lines(1).await;
    assert_eq!(tailed.late, late + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_region_s_quota_is_shared_by_all_groups_and_each_has_its_turn() {
    let account = Account::today(Setup {
        config: Config {
            region: "us-east-1".to_owned(),
            ..Config::default()
        },
        ..Setup::default()
    });
    python(
        &account,
        "logs = client('logs', 'us-east-1')
for n in range(50): logs.create_log_group(logGroupName=f'/many/{n:02}')",
    );
    let names: Vec<String> = (0..50).map(|n| format!("/many/{n:02}")).collect();
    let tailing = Tailing::of(names.iter().map(|name| source(name)).collect());
    let (aws, began) = (aws(&account, "us-east-1").await, Instant::now());
    let mut tailed = Tailed::start(&aws, &tailing);
    let read = |tailed: &Tailed| {
        let is = |(_, state): &&(_, TailState)| {
            matches!(
                state,
                TailState::Following { .. } | TailState::Throttled { by: Some(_) }
            )
        };
        let groups: BTreeSet<_> = tailed
            .states
            .iter()
            .filter(is)
            .map(|(group, _)| group)
            .collect();
        groups.len() == 50
    };
    tailed.until(read).await;
    let throttled = |(_, state): &(_, TailState)| matches!(state, TailState::Throttled { .. });
    assert!(tailed.states.iter().any(throttled), "it is said");
    // The first calls leave together: nobody knows the quota of an endpoint that is not AWS's.
    let (calls, took) = (aws.meter().read().log_calls, began.elapsed().as_secs_f64());
    assert!(
        calls as f64 <= 90.0 + 30.0 * took,
        "{calls} calls in {took:.1} s"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_who_is_behind_goes_to_now() {
    let account = account(400.0, 100);
    tell(&account, "fault latency 400ms logs:FilterLogEvents");
    let tailing = tailing(&GROUPS[..1], now() - 90_000);
    let mut tailed = Tailed::start(&aws(&account, "ap-northeast-2").await, &tailing);
    let behind = |tailed: &Tailed| {
        let is = |(_, state): &(_, TailState)| matches!(state, TailState::Behind { by } if *by > Duration::from_secs(20));
        tailed.states.iter().any(is)
    };
    tailed.until(behind).await;
    tailed.tailer.go_to_now();
    let skipped = |tailed: &Tailed| {
        let is = |(_, state): &(_, TailState)| matches!(state, TailState::Skipped(gap) if !gap.span().is_zero());
        tailed.states.iter().any(is)
    };
    tailed.until(skipped).await;
    let before = tailed.lines.len();
    tailed.lines(1).await;
    let oldest = tailed.lines[before..].iter().map(|line| line.1).min();
    assert!(
        oldest > Some(now() - 60_000),
        "what lies between is left out"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_fits_the_pattern_comes_and_a_bad_one_is_refused() {
    let account = account(200.0, 60);
    let with = |pattern: &str| Tailing {
        pattern: Some(pattern.to_owned()),
        ..tailing(&GROUPS[..1], now() - 50_000)
    };
    let aws = aws(&account, "ap-northeast-2").await;
    let mut tailed = Tailed::start(&aws, &with("{ $.layer = \"NOWHERE\" }"));
    let followed = |tailed: &Tailed| {
        let is = |(_, state): &(_, TailState)| matches!(state, TailState::Following { .. });
        tailed.states.iter().any(is)
    };
    tailed.until(followed).await;
    let mut refused = Tailed::start(&aws, &with("{ $."));
    let is = |tailed: &Tailed| {
        let is = |(_, state): &(_, TailState)| matches!(state, TailState::Failed { fault, .. } if fault.kind == tidegate::domain::fault::FaultKind::Refused);
        tailed.states.iter().any(is)
    };
    refused.until(is).await;
    // What came with the first answer has long been told.
    tailed.catch_up();
    assert_eq!(tailed.lines.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_is_quiet_lags_by_nothing_and_one_whose_call_hangs_lags_longer_and_longer() {
    let account = account(60.0, 10);
    python(
        &account,
        "client('logs').create_log_group(logGroupName='/quiet')",
    );
    let aws = aws(&account, "ap-northeast-2").await;
    let mut tailed = Tailed::start(&aws, &tailing(&["/quiet", GROUPS[0]], now() - 5_000));
    let is = |tailed: &Tailed, of: &str, fits: fn(Option<Duration>) -> bool| {
        tailed.states.iter().any(|(group, state)| {
            matches!(state, TailState::Following { lag } if group.as_str() == of && fits(*lag))
        })
    };
    tailed
        .until(|t| is(t, "/quiet", |lag| lag.is_none()) && is(t, GROUPS[0], |lag| lag.is_some()))
        .await;
    tell(&account, "fault latency 8s logs:FilterLogEvents 4");
    let seconds = Duration::from_secs;
    let mut grown = seconds(0);
    for _ in 0..2 {
        tailed.states.clear();
        let longest = |tailed: &Tailed| {
            let lags = tailed.states.iter().filter_map(|(_, state)| match state {
                TailState::Following { lag } => *lag,
                _ => None,
            });
            lags.max().unwrap_or_default()
        };
        tailed
            .until(|tailed| longest(tailed) > grown + seconds(2))
            .await;
        grown = longest(&tailed);
    }
    assert!(grown > seconds(5), "{grown:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tail_that_was_replaced_says_nothing_any_more() {
    let account = account(5_000.0, 3);
    let aws = aws(&account, "ap-northeast-2").await;
    let (runtime, clock) = (Handle::current(), Clock::start());
    let (post, mut news) = unbounded_channel();
    for tail in 0..12 {
        let (replaced, post) = (Arc::new(AtomicBool::new(false)), post.clone());
        let over = replaced.clone();
        let sink: Sink = Arc::new(move |message| {
            let lines = matches!(message, Message::Tail(Tail::Chunk(_)));
            let _ = post.send((tail, over.load(SeqCst), lines));
        });
        let start = tailing(&GROUPS, now() - 3_000);
        let tailer = Tailer::start(&runtime, &aws, &start, clock, &sink);
        // It is in the middle of its lines.
        while !matches!(news.recv().await, Some((of, _, true)) if of == tail) {}
        drop(tailer);
        replaced.store(true, SeqCst);
    }
    drop(post);
    // All tasks have ended once nobody can say anything.
    while let Some((tail, late, _)) = news.recv().await {
        assert!(!late, "tail {tail}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn how_late_lines_are_is_told_just_before_them_so_that_one_frame_has_both() {
    let account = account(60.0, 30);
    let aws = aws(&account, "ap-northeast-2").await;
    let (post, mut news) = unbounded_channel();
    let sink: Sink = Arc::new(move |message| drop(post.send(message)));
    let start = tailing(&GROUPS[..1], now() - 20_000);
    let clock = Clock::start();
    let _tailer = Tailer::start(&Handle::current(), &aws, &start, clock, &sink);
    let mut told = None;
    while let Some(Message::Tail(tail)) = news.recv().await {
        match tail {
            Tail::State { state, .. } => told = Some(state),
            Tail::Chunk(_) => break,
            _ => {}
        }
    }
    let is_of_them = matches!(
        told,
        Some(TailState::Following { lag: Some(_) } | TailState::Behind { .. })
    );
    assert!(is_of_them, "{told:?}");
}
