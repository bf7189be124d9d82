use super::super::chunk::tests::{event, source};
use super::counter::Tally;
use super::*;
use proptest::prelude::*;

fn chunk(group: &str, lines: &[(i64, String)]) -> Arc<Chunk> {
    let events: Vec<_> = lines.iter().map(|(at, text)| event(*at, text)).collect();
    Arc::new(Chunk::seal(&source(group), &events).remove(0))
}

fn of(span: (i64, i64), chunks: &[Arc<Chunk>]) -> Numbers {
    let lines = chunks
        .iter()
        .flat_map(|chunk| chunk.lines().iter().map(move |line| (chunk, line)));
    Numbers::of(span, lines)
}

fn answered(path: &str, status: u16, millis: u32) -> String {
    format!(r#"{{"path":"{path}","status":{status},"duration":"{millis}ms"}}"#)
}

#[test]
fn lines_failures_times_and_paths_are_counted() {
    let api = (0..100).map(|n| {
        (
            n * 100,
            answered(&format!("/api/orders/{n}"), 200, n as u32 + 1),
        )
    });
    let edge = [
        (2_000, answered("/health?x=1", 503, 9_000)),
        (99_000, "too late".into()),
    ];
    let numbers = of(
        (0, 10_000),
        &[
            chunk("/ecs/api", &api.collect::<Vec<_>>()),
            chunk("/ecs/edge", &edge),
        ],
    );
    assert_eq!((numbers.all.lines, numbers.all.bad), (101, 1));
    assert!((numbers.rate(&numbers.all) - 10.1).abs() < 1e-9);
    assert!((numbers.failures(&numbers.all) - 0.1).abs() < 1e-9);
    assert_eq!(numbers.peak, (11, 2));
    let paths: Vec<(&str, u64)> = numbers
        .top_paths(9)
        .iter()
        .map(|(path, count)| (*path, count.lines))
        .collect();
    assert_eq!(paths, [("/api/orders/*", 100), ("/health", 1)]);
    let p = |percent| {
        numbers.top_paths(1)[0]
            .1
            .percentile(percent)
            .unwrap()
            .as_millis()
    };
    assert!(
        (49..=51).contains(&p(50)) && (93..=97).contains(&p(95)),
        "{} {}",
        p(50),
        p(95)
    );
    let groups: Vec<(&str, u64)> = numbers
        .groups()
        .map(|(g, c)| (g.as_str(), c.lines))
        .collect();
    assert_eq!(groups, [("/ecs/api", 100), ("/ecs/edge", 1)]);
    assert_eq!(numbers.bars(2), [(51, 1), (50, 0)]);
}

#[test]
fn the_lines_of_a_request_before_its_answer_are_no_requests() {
    let lines = [
        (1, r#"{"path":"/a","layer":"ENTRANCE"}"#.to_owned()),
        (2, answered("/a", 200, 5)),
    ];
    let numbers = of((0, 10), &[chunk("g", &lines)]);
    assert_eq!(numbers.top_paths(9)[0].1.lines, 1);
}

#[test]
fn durations_are_those_of_answers_where_there_are_any() {
    let layer = |at| {
        (
            at,
            r#"{"path":"/a","layer":"ENTRANCE","duration":"0ms"}"#.to_owned(),
        )
    };
    let job = |at| (at, r#"{"job":"mail","took":"20ms"}"#.to_owned());
    let api = [layer(1), layer(2), layer(3), (4, answered("/a", 200, 860))];
    let chunks = [
        chunk("/ecs/api", &api),
        chunk("/ecs/job", &[job(5), job(6)]),
    ];
    let numbers = of((0, 10), &chunks);
    let p50 = |count: &Count| count.percentile(50).unwrap().as_millis();
    let near = |millis: u128, said: u128| said.abs_diff(millis) <= millis / 32;
    let groups: Vec<u128> = numbers.groups().map(|(_, count)| p50(count)).collect();
    assert!(near(860, p50(&numbers.all)), "{}", p50(&numbers.all));
    assert!(near(860, groups[0]) && near(20, groups[1]), "{groups:?}");
    assert_eq!((numbers.all.lines, numbers.all.durations.count()), (6, 1));
    // Without an answer all durations count.
    assert_eq!(of((5, 10), &chunks).all.durations.count(), 2);
}

#[test]
fn the_same_slow_query_is_one_row_with_its_worst_and_its_whole_time() {
    let slow = |n: i64, took: u32| {
        (
            n,
            format!("# Query_time: {took}.0  Rows_examined: 9\nselect * from t where id = {n};"),
        )
    };
    let numbers = of(
        (0, 10),
        &[chunk("g", &[slow(1, 2), slow(2, 5), slow(3, 1)])],
    );
    let slow = numbers.slowest(9);
    assert_eq!(slow.len(), 1);
    assert_eq!(
        (
            slow[0].times,
            slow[0].worst.as_secs(),
            slow[0].total.as_secs()
        ),
        (3, 5, 8)
    );
    assert_eq!(slow[0].text, "select * from t where id = ?");
}

proptest! {
    #[test]
    fn what_is_looked_up_once_a_chunk_is_what_each_line_says(
        lines in prop::collection::vec((0_usize..12, prop::sample::select(vec!["/a", "/b", "\\/b", "/A", "/o/1", "/o/22", ""]), 199_u16..600, 0_u32..50), 1..200)) {
        let text = |(_, path, status, took): &(usize, &str, u16, u32)| format!(r#"{{"path":"{path}","status":{},"took":"{took}ms"}}"#, status / 200 * 200);
        let chunks: Vec<_> = lines.chunks(5).map(|some| {
            let group = format!("g{}", some[0].0);
            let texts: Vec<_> = some.iter().zip(0..).map(|(line, at)| (at, text(line))).collect();
            chunk(&group, &texts)
        }).collect();
        // One line of each chunk after the other, as groups that are written at once.
        let turns = (0..5).flat_map(|turn| chunks.iter().filter_map(move |chunk| Some((chunk, chunk.lines().get(turn)?))));
        let numbers = Numbers::of((0, 5), turns.clone());
        let (mut paths, mut groups): (HashMap<String, Count>, BTreeMap<LogGroup, Tally>) = Default::default();
        for (chunk, line) in turns {
            let read = Read::of(line);
            groups.entry(chunk.source.group.clone()).or_default().add(read, line.status().is_some());
            if let Some(path) = chunk.path(line).filter(|_| line.status().is_some()) {
                paths.entry(route(&path).into_owned()).or_default().add(read);
            }
        }
        let groups: BTreeMap<LogGroup, Count> = groups.into_iter().map(|(group, tally)| (group, tally.done())).collect();
        prop_assert_eq!(numbers.all.lines, lines.len() as u64);
        prop_assert_eq!(&numbers.paths, &paths);
        prop_assert_eq!(&numbers.groups, &groups);
    }
}

#[test]
fn a_crawler_of_a_million_paths_takes_no_memory_of_its_own() {
    let word = |n: i64| format!("/x{n}y");
    let lines: Vec<(i64, String)> = (0..4_000)
        .map(|n| (n, answered(&word(n), 404, 1)))
        .collect();
    let numbers = of((0, 9_000), &[chunk("g", &lines)]);
    assert_eq!(numbers.paths.len(), PATHS + 1);
    assert_eq!(numbers.top_paths(1)[0].0, OTHERS);
}

#[test]
fn routes_have_no_ids_and_no_queries() {
    for (path, said) in [
        ("/api/orders/17", "/api/orders/*"),
        (
            "/api/40cfde91-c912-4f3a-9b02-d45b3c066edb/x?a=1",
            "/api/*/x",
        ),
        ("/v2/facade", "/v2/facade"),
        ("/feedface", "/feedface"),
        ("", ""),
    ] {
        assert_eq!(route(path), said);
    }
}
