//! Older lines, by the window.

use super::stage::{GROUPS, Tailed, account, agree, aws, now, sources, tell, truth};
use tidegate::domain::log::Window;
use tidegate::model::tail::{Past, TailStart, Tailing};

async fn read(tailed: &mut Tailed, window: Window) -> (i64, usize, Option<i64>) {
    tailed.past.clear();
    tailed.told.clear();
    tailed.tailer.read_past(window);
    let over = |told: &Past| !matches!(told, Past::Reached { .. });
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

#[tokio::test(flavor = "multi_thread")]
async fn a_window_is_read_whole_from_its_newest_part_on() {
    let account = account(400.0, 100);
    tell(&account, "speed manual");
    tell(&account, "fault throttle logs:FilterLogEvents 10%");
    let (to, groups) = (now() - 5_000, &GROUPS[..2]);
    let from = to - 90_000;
    let tailing = Tailing {
        start: TailStart::At(now() + 60_000),
        ..Tailing::of(sources(groups))
    };
    let mut tailed = Tailed::start(&aws(&account, "ap-northeast-2").await, &tailing);
    let window = Window {
        sources: sources(groups),
        from,
        to,
        pattern: None,
        most: usize::MAX,
    };
    let done = read(&mut tailed, window.clone()).await;
    assert_eq!((done.0, done.2), (from, None));
    let places: Vec<i64> = tailed
        .told
        .iter()
        .filter_map(|told| match told {
            Past::Reached { at, .. } => Some(*at),
            _ => None,
        })
        .collect();
    assert!(
        places.len() > 1 && places.is_sorted_by(|a, b| a > b),
        "{places:?}"
    );
    tell(&account, "faults off");
    agree(tailed.past.clone(), &truth(&account, groups, from, to));
    // Only so many, and no hole among them.
    let (reached, lines, _) = read(
        &mut tailed,
        Window {
            most: 2_000,
            ..window.clone()
        },
    )
    .await;
    assert!(reached > from && lines >= 2_000);
    agree(tailed.past.clone(), &truth(&account, groups, reached, to));
    // The group keeps a day.
    let old = Window {
        from: from - 3 * 86_400_000,
        ..window
    };
    let (_, _, expired) = read(&mut tailed, old).await;
    let day = now() - 86_400_000;
    assert!(
        expired.is_some_and(|at| (day - 60_000..=day).contains(&at)),
        "{expired:?}"
    );
}
