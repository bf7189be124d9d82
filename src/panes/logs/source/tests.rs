use super::*;
use crate::domain::ecs::LogTarget;
use crate::domain::ids::LogStream;

fn target(group: &str, prefix: Option<&str>) -> LogTarget {
    LogTarget {
        group: group.into(),
        region: None,
        stream_prefix: prefix.map(LogStream::from),
    }
}

fn chosen(groups: &[&str]) -> Sources {
    let mut sources = Sources::default();
    sources.choose(sources_of(
        &groups.iter().map(|g| target(g, None)).collect::<Vec<_>>(),
    ));
    sources
}

#[test]
fn each_group_is_tailed_once_and_whole_where_one_container_says_so() {
    let found = sources_of(&[
        target("b", Some("api")),
        target("a", None),
        target("a", Some("x")),
        target("b", Some("api")),
    ]);
    let said: Vec<_> = found
        .iter()
        .map(|s| {
            (
                s.group.as_str(),
                s.stream_prefix.as_ref().map(LogStream::as_str),
            )
        })
        .collect();
    assert_eq!(said, [("a", None), ("b", Some("api/"))]);
}

#[test]
fn the_runtime_is_told_once_a_choice_and_nothing_is_taken_before_the_tail_begins() {
    let mut sources = chosen(&["a"]);
    let a = sources.feeds[0].source.clone();
    assert!(!sources.accepts(&a));
    assert_eq!(sources.order(), Some(Tailing::of(vec![a.clone()])));
    assert_eq!(sources.order(), None);
    sources.note(&a, &TailState::Following { lag: None });
    assert!(!sources.accepts(&a), "news of an older tail");
    sources.note(&a, &TailState::Starting);
    assert!(sources.accepts(&a));
}

#[test]
fn a_tail_that_begins_anew_is_told_once_and_what_the_old_one_still_says_is_dropped() {
    let mut sources = chosen(&["a", "b"]);
    sources.order();
    let [a, b] = [0, 1].map(|n: usize| sources.feeds[n].source.clone());
    let mut begin = |source| sources.note(source, &TailState::Starting);
    assert_eq!([begin(&a), begin(&b), begin(&a)], [false, false, true]);
    assert!(!sources.accepts(&b), "its new tail has not begun");
    assert!(!sources.note(&b, &TailState::Starting));
    assert!(sources.accepts(&a) && sources.accepts(&b));
}

#[test]
fn clearing_stops_what_runs_and_says_nothing_where_nothing_runs() {
    let mut sources = chosen(&["a"]);
    sources.order();
    sources.clear();
    assert_eq!(sources.order(), Some(Tailing::default()));
    sources.clear();
    assert_eq!(sources.order(), None);
}

#[test]
fn the_worst_lag_counts() {
    let mut sources = chosen(&["a", "b"]);
    let [a, b] = [0, 1].map(|n: usize| sources.feeds[n].source.clone());
    assert_eq!(sources.lag(), Lag::Unknown);
    for source in [&a, &b] {
        sources.note(source, &TailState::Starting);
    }
    sources.note(
        &a,
        &TailState::Following {
            lag: Some(Duration::from_secs(9)),
        },
    );
    sources.note(
        &b,
        &TailState::Behind {
            by: Duration::from_secs(1),
        },
    );
    assert_eq!(sources.lag(), Lag::Behind(Duration::from_secs(1)));
    assert!(!sources.are_read());
}
