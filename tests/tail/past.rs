//! Older lines, by the window.

use super::stage::{GROUPS, Tailed, account, agree, aws, now, source, sources, tell, truth};
use crate::sim::stage::Account;
use tidegate::domain::log::{Direction, Window};
use tidegate::model::tail::{Past, TailStart, Tailing};
use tidegate::runtime::ask::expiry;

const REGION: &str = "ap-northeast-2";

async fn read(tailed: &mut Tailed, window: Window) -> (i64, usize, Option<i64>) {
    tailed.past.clear();
    tailed.told.clear();
    assert!(tailed.tailer.read_past(window).is_none());
    let over = |told: &Past| matches!(told, Past::Done { .. } | Past::Failed { .. });
    tailed.until(|tailed| tailed.told.iter().any(over)).await;
    match tailed.told.last() {
        Some(Past::Done {
            reached,
            lines,
            expired,
            ..
        }) => (*reached, *lines, *expired),
        other => panic!("{other:?}"),
    }
}

fn window(groups: &[&str], (from, to): (i64, i64)) -> Window {
    Window {
        number: 1,
        sources: sources(groups),
        from,
        to,
        pattern: None,
        direction: Direction::Backward,
        most: usize::MAX,
    }
}

/// A tail that brings nothing by itself.
async fn idle(account: &Account, groups: &[&str]) -> Tailed {
    let tailing = Tailing {
        start: TailStart::At(now() + 60_000),
        ..Tailing::of(sources(groups))
    };
    Tailed::start(&aws(account, REGION).await, &tailing)
}

fn places(tailed: &Tailed) -> Vec<i64> {
    let at = |told: &Past| match told {
        Past::Reached { at, .. } => Some(*at),
        _ => None,
    };
    tailed.told.iter().filter_map(at).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_is_read_whole_from_either_end() {
    let account = account(400.0, 100);
    tell(&account, "speed manual");
    tell(&account, "fault throttle logs:FilterLogEvents 10%");
    let (to, groups) = (now() - 5_000, &GROUPS[..2]);
    let from = to - 90_000;
    let mut tailed = idle(&account, groups).await;
    let window = window(groups, (from, to));
    let done = read(&mut tailed, window.clone()).await;
    assert_eq!((done.0, done.2), (from, None));
    let seen = places(&tailed);
    assert!(
        seen.len() > 1 && seen.is_sorted_by(|a, b| a > b),
        "{seen:?}"
    );
    tell(&account, "faults off");
    agree(tailed.past.clone(), &truth(&account, groups, from, to));
    // Only so many, and no hole among them: the newest, or the oldest.
    for direction in [Direction::Backward, Direction::Forward] {
        let most = 2_000;
        let part = Window {
            most,
            direction,
            ..window.clone()
        };
        let (reached, lines, _) = read(&mut tailed, part).await;
        assert!(from < reached && reached < to && lines >= most);
        let (first, last) = match direction {
            Direction::Backward => (reached, to),
            Direction::Forward => (from, reached),
        };
        agree(tailed.past.clone(), &truth(&account, groups, first, last));
    }
    // One group keeps a day, the other seven: the end is that of the other.
    let day = 86_400_000;
    for (days, ends) in [(3, None), (9, Some(7))] {
        let from = from - days * day;
        let old = Window {
            from,
            ..window.clone()
        };
        let (_, _, expired) = read(&mut tailed, old).await;
        let first = ends.map(|days| now() - days * day);
        assert!(
            match (expired, first) {
                (Some(at), Some(first)) => (first - 60_000..=first).contains(&at),
                (found, expected) => found == expected,
            },
            "{expired:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_time_on_its_first_line_comes_first_however_many_follow() {
    let account = Account::busy();
    tell(&account, "speed manual");
    let (groups, at) = (&GROUPS[..1], now() - 120_000);
    let mut tailed = idle(&account, groups).await;
    let asked = Window {
        direction: Direction::Forward,
        most: 2_000,
        ..window(groups, (at, now()))
    };
    let (reached, lines, _) = read(&mut tailed, asked).await;
    let first = tailed
        .past
        .iter()
        .map(|(_, at, _)| *at)
        .min()
        .expect("lines");
    assert!((at..at + 100).contains(&first), "{} ms after", first - at);
    assert!((2_000..60_000).contains(&lines) && reached < at + 60_000);
    agree(tailed.past.clone(), &truth(&account, groups, at, reached));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_cannot_be_read_is_left_out_and_the_others_are_read() {
    let account = account(50.0, 60);
    tell(&account, "speed manual");
    let (groups, to) = ([GROUPS[0], "/ecs/nowhere"], now() - 5_000);
    let mut tailed = idle(&account, &GROUPS[..1]).await;
    let from = to - 50_000;
    let done = read(&mut tailed, window(&groups, (from, to))).await;
    assert_eq!(done.0, from);
    let left: Vec<_> = tailed
        .told
        .iter()
        .filter_map(|told| match told {
            Past::LeftOut { source, .. } => Some(source.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(left, [source("/ecs/nowhere")]);
    agree(
        tailed.past.clone(),
        &truth(&account, &GROUPS[..1], from, to),
    );
    // Where there is no other, the reading has failed.
    tailed.told.clear();
    let alone = window(&groups[1..], (from, to));
    assert!(tailed.tailer.read_past(alone).is_none());
    tailed.until(|tailed| !tailed.told.is_empty()).await;
    assert!(
        matches!(tailed.told[..], [Past::Failed { .. }]),
        "{:?}",
        tailed.told
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_kept_is_known_with_its_exports_region_by_region() {
    let account = account(1.0, 0);
    super::stage::python(
        &account,
        "far = client('logs', 'eu-west-1')
far.create_log_group(logGroupName='/ecs/orchard-api')
far.put_retention_policy(logGroupName='/ecs/orchard-api', retentionInDays=3)",
    );
    let mut asked = sources(&[GROUPS[0], GROUPS[1], "/ecs/nowhere", GROUPS[0]]);
    asked[3].region = Some("eu-west-1".into());
    let at = now();
    let found = expiry::ask(&aws(&account, REGION).await, &asked, at).await;
    let found = found.expect("an answer");
    let kept: Vec<_> = found
        .iter()
        .map(|of| (of.source.clone(), of.days))
        .collect();
    let expected = [(0, 1), (1, 7), (3, 3)];
    assert_eq!(kept, expected.map(|(of, days)| (asked[of].clone(), days)));
    assert_eq!(found[0].before, at - 86_400_000);
    let exports = |of: usize| found[of].exports.as_ref().expect("they are known");
    for of in [0, 1] {
        let group = &found[of].source.group;
        assert!(exports(of).iter().all(|task| task.group == *group));
        assert!(exports(of).len() > 5 && exports(of).is_sorted_by(|a, b| a.to >= b.to));
    }
    // A group of the same name elsewhere: nobody has exported it.
    assert_eq!(exports(2).len(), 0);
}
