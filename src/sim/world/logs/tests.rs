use super::*;
use crate::sim::value::{list, map};
use crate::sim::world::flow::{Client, ClientKind};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

fn start() -> Timestamp {
    "2026-03-02T01:00:00Z".parse().unwrap()
}

fn world(config: &Config) -> World {
    World::new(config, &config.region, start())
}

fn served(requests: u32, status: u16) -> Served {
    Served {
        service: "api".into(),
        client: Client {
            address: [203, 0, 113, 7].into(),
            country: "KR",
            kind: ClientKind::People,
        },
        method: "GET",
        path: "/api/tasks",
        status,
        requests,
        millis: 40.0,
    }
}

/// A second with so many requests.
fn second(world: &mut World, requests: u32, status: u16) {
    world.now += SignedDuration::from_secs(1);
    write(world, &[served(requests, status)]);
    tick(world);
}

/// All events of a query, page by page.
fn all(world: &mut World, query: &[(&'static str, Value)]) -> Vec<Value> {
    let mut events = Vec::new();
    let mut token = Value::Null;
    loop {
        let mut input = crate::sim::value::Map::default();
        for (name, value) in query {
            input.set(*name, value.clone());
        }
        input.set("nextToken", token);
        let answer = handle(world, "FilterLogEvents", &Value::Map(input)).unwrap();
        events.extend(answer.get("events").unwrap().items().to_vec());
        match answer.get("nextToken") {
            Some(next) => token = next.clone(),
            None => return events,
        }
    }
}

fn ids(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|e| e.get("eventId").unwrap().as_text().unwrap())
        .collect()
}

fn times(events: &[Value]) -> Vec<i64> {
    events
        .iter()
        .map(|e| e.get("timestamp").unwrap().as_int().unwrap())
        .collect()
}

fn api() -> (&'static str, Value) {
    ("logGroupName", write::API.into())
}

#[test]
fn lines_come_once_over_all_pages_in_order_with_late_ones_in_later_polls() {
    let mut world = world(&Config::default());
    for _ in 0..30 {
        second(&mut world, 100, 200);
    }
    let early = all(&mut world, &[api(), ("limit", 700.into())]);
    assert!(early.len() > 11_000, "{}", early.len());
    assert!(times(&early).is_sorted());
    let known: BTreeSet<&str> = ids(&early).into_iter().collect();
    assert_eq!(known.len(), early.len());
    let end = world.now.as_millisecond();
    for _ in 0..200 {
        second(&mut world, 0, 200);
    }
    let later = all(&mut world, &[api(), ("endTime", end.into())]);
    let late: Vec<&Value> = later
        .iter()
        .filter(|e| !known.contains(e.get("eventId").unwrap().as_text().unwrap()))
        .collect();
    assert!(!late.is_empty());
    assert!(
        late.iter()
            .all(|e| e.get("ingestionTime").unwrap().as_int() > Some(end))
    );
    assert_eq!(later.len(), early.len() + late.len());
}

#[test]
fn the_same_seed_writes_the_same_lines_and_another_seed_others() {
    let lines = |seed| {
        let mut world = world(&Config {
            seed,
            ..Config::default()
        });
        (0..20).for_each(|_| second(&mut world, 20, 500));
        all(&mut world, &[api()])
    };
    assert_eq!(lines(4), lines(4));
    assert_ne!(lines(4), lines(5));
}

#[test]
fn a_request_is_several_layers_of_one_trace_and_a_failure_has_a_stack() {
    let mut world = world(&Config::default());
    (0..20).for_each(|_| second(&mut world, 10, 503));
    let texts =
        |world: &mut World, pattern: &str| all(world, &[api(), ("filterPattern", pattern.into())]);
    let exits = texts(&mut world, r#"{ $.layer = "EXIT" && $.status >= 500 }"#);
    let text = exits[0].get("message").unwrap().as_text().unwrap();
    let json: serde_json::Value = serde_json::from_str(text).unwrap();
    let trace = json["traceId"].as_str().unwrap();
    let joined = texts(&mut world, &format!("\"{trace}\" -GlobalExceptionHandler"));
    assert_eq!(joined.len(), 4, "{joined:#?}");
    assert!(texts(&mut world, "\"GlobalExceptionHandler\"").len() > 20);
}

#[test]
fn a_rate_is_kept_whatever_is_served() {
    let mut world = world(&Config {
        log_rate: Some(400.0),
        ..Config::default()
    });
    for n in 0..50 {
        second(&mut world, n % 3 * 900, 200);
    }
    let found = all(&mut world, &[api()]).len();
    assert!((19_000..21_000).contains(&found), "{found}");
}

#[test]
fn memory_stays_within_its_cap_and_the_newest_is_kept() {
    let mut world = world(&Config::default());
    world.logs.cap = Some(2 << 20);
    for _ in 0..200 {
        second(&mut world, 300, 200);
        assert!(world.logs.bytes() <= 2 << 20);
    }
    let start = world.now.as_millisecond() - 1_000;
    assert!(all(&mut world, &[api(), ("startTime", start.into())]).len() > 1_000);
}

fn put(world: &mut World, stream: &str, events: &[(i64, &str)]) -> Answer {
    let rows = events
        .iter()
        .map(|(at, text)| map! { "timestamp" => *at, "message" => *text });
    let input =
        map! { "logGroupName" => "/mine", "logStreamName" => stream, "logEvents" => list(rows) };
    handle(world, "PutLogEvents", &input)
}

fn mine() -> World {
    let mut world = world(&Config::default());
    handle(
        &mut world,
        "CreateLogGroup",
        &map! { "logGroupName" => "/mine" },
    )
    .unwrap();
    for stream in ["a/1", "b/1"] {
        let input = map! { "logGroupName" => "/mine", "logStreamName" => stream };
        handle(&mut world, "CreateLogStream", &input).unwrap();
    }
    world
}

fn messages(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|e| e.get("message").unwrap().as_text().unwrap())
        .collect()
}

#[test]
fn what_is_put_is_filtered_by_time_stream_and_pattern() {
    let mut world = mine();
    let now = world.now.as_millisecond();
    put(&mut world, "a/1", &[(now, "one"), (now + 2, "three")]).unwrap();
    put(&mut world, "b/1", &[(now + 1, "two"), (now + 3, "four")]).unwrap();
    let group = ("logGroupName", Value::from("/mine"));
    let mut ask = |more: &[(&'static str, Value)]| {
        let query = [std::slice::from_ref(&group), more].concat();
        messages(&all(&mut world, &query)).join(" ")
    };
    assert_eq!(ask(&[]), "one two three four");
    assert_eq!(ask(&[("limit", 1.into())]), "one two three four");
    assert_eq!(
        ask(&[
            ("startTime", (now + 1).into()),
            ("endTime", (now + 2).into())
        ]),
        "two three"
    );
    assert_eq!(ask(&[("logStreamNamePrefix", "b/".into())]), "two four");
    assert_eq!(ask(&[("logStreamNames", list(["a/1"]))]), "one three");
    assert_eq!(ask(&[("filterPattern", "?one ?four".into())]), "one four");
}

#[test]
fn events_too_old_and_too_new_are_named_and_left_out() {
    let mut world = mine();
    let now = world.now.as_millisecond();
    let answer = put(
        &mut world,
        "a/1",
        &[(now + 7_000_000, "fine"), (now + 7_300_000, "too new")],
    );
    let rejected = answer
        .unwrap()
        .get("rejectedLogEventsInfo")
        .unwrap()
        .clone();
    assert_eq!(
        rejected,
        map! { "tooNewLogEventStartIndex" => 1usize, "tooOldLogEventEndIndex" => Value::Null, "expiredLogEventEndIndex" => Value::Null }
    );
    let refused = put(&mut world, "a/1", &[(now, "b"), (now - 1, "a")]).unwrap_err();
    assert!(
        refused.message.contains("chronological"),
        "{}",
        refused.message
    );
    assert_eq!(
        put(&mut world, "c", &[(now, "x")]).unwrap_err().code,
        "ResourceNotFoundException"
    );
}

#[test]
fn one_stream_is_read_both_ways_and_its_end_is_the_token_that_was_sent() {
    let mut world = mine();
    let now = world.now.as_millisecond();
    let events: Vec<(i64, String)> = (0..25).map(|n| (now + n, format!("n{n}"))).collect();
    let events: Vec<(i64, &str)> = events
        .iter()
        .map(|(at, text)| (*at, text.as_str()))
        .collect();
    put(&mut world, "a/1", &events).unwrap();
    let mut get = |token: Option<String>, head: bool| {
        let input = map! { "logGroupName" => "/mine", "logStreamName" => "a/1", "limit" => 10, "nextToken" => token, "startFromHead" => head };
        let answer = handle(&mut world, "GetLogEvents", &input).unwrap();
        let text = |name: &str| answer.get(name).unwrap().as_text().unwrap().to_owned();
        let found = messages(answer.get("events").unwrap().items()).join(" ");
        (found, text("nextForwardToken"), text("nextBackwardToken"))
    };
    let (newest, forward, back) = get(None, false);
    assert!(
        newest.starts_with("n15 ") && newest.ends_with(" n24"),
        "{newest}"
    );
    assert_eq!(
        get(Some(forward.clone()), true),
        (String::new(), forward.clone(), forward.replace("f/", "b/"))
    );
    assert!(get(Some(back), false).0.starts_with("n5 "));
    let (first, forward, _) = get(None, true);
    assert!(first.ends_with(" n9") && get(Some(forward), true).0.starts_with("n10 "));
}

#[test]
fn a_token_of_another_query_and_a_bad_limit_are_refused() {
    let mut world = mine();
    let now = world.now.as_millisecond();
    put(&mut world, "a/1", &[(now, "one"), (now, "two")]).unwrap();
    let first = map! { "logGroupName" => "/mine", "limit" => 1 };
    let answer = handle(&mut world, "FilterLogEvents", &first).unwrap();
    let token = answer.get("nextToken").unwrap().clone();
    for input in [
        map! { "logGroupName" => "/mine", "nextToken" => token, "filterPattern" => "x" },
        map! { "logGroupName" => "/mine", "nextToken" => "nonsense" },
        map! { "logGroupName" => "/mine", "limit" => 10_001 },
        map! { "logGroupName" => "/mine", "startTime" => -1 },
        map! { "logGroupIdentifier" => "arn:aws:logs:ap-northeast-2:000000000000:log-group:/mine:*" },
        map! {},
    ] {
        let refusal = handle(&mut world, "FilterLogEvents", &input).unwrap_err();
        assert_eq!(refusal.code, "InvalidParameterException", "{input:?}");
    }
}

#[test]
fn a_busy_group_gives_an_empty_page_with_a_token_now_and_then() {
    let mut world = world(&Config::default());
    (0..30).for_each(|_| second(&mut world, 200, 200));
    let input = map! { "logGroupName" => write::API };
    let mut empty = 0;
    for _ in 0..18 {
        let answer = handle(&mut world, "FilterLogEvents", &input).unwrap();
        let none = answer.get("events").unwrap().items().is_empty();
        assert!(!none || answer.get("nextToken").is_some());
        empty += usize::from(none);
    }
    assert_eq!(empty, 2);
}

fn tailing(world: &mut World, more: &[(&'static str, Value)]) -> Result<tail::TailId, Refusal> {
    let mut input = crate::sim::value::Map::default();
    let arn = format!(
        "arn:aws:logs:ap-northeast-2:000000000000:log-group:{}",
        write::API
    );
    input.set("logGroupIdentifiers", list([arn]));
    for (name, value) in more {
        input.set(*name, value.clone());
    }
    world.live_tail(&Value::Map(input))
}

fn frame(world: &mut World, id: tail::TailId) -> Option<(bool, usize)> {
    let frame = world.tail_frame(id, world.now)?;
    let sampled = frame.get("sessionMetadata")?.get("sampled")?.as_bool()?;
    Some((sampled, frame.get("sessionResults")?.items().len()))
}

#[test]
fn a_tail_gets_what_comes_in_and_a_sample_of_too_much() {
    let mut world = world(&Config::default());
    let id = tailing(&mut world, &[]).unwrap();
    assert_eq!(frame(&mut world, id), Some((false, 0)));
    second(&mut world, 100, 200);
    let (sampled, found) = frame(&mut world, id).unwrap();
    assert!(!sampled && (350..=420).contains(&found), "{found}");
    second(&mut world, 1_000, 200);
    assert_eq!(frame(&mut world, id), Some((true, 500)));
    world.now += SignedDuration::from_hours(3);
    assert_eq!(frame(&mut world, id), None);
}

#[test]
fn tails_are_refused_beyond_their_number_and_their_shape() {
    let mut world = world(&Config::default());
    let name = ("logGroupIdentifiers", list([write::API]));
    assert_eq!(
        tailing(&mut world, &[name]).unwrap_err().code,
        "InvalidParameterException"
    );
    let star = "arn:aws:logs:ap-northeast-2:000000000000:log-group:/ecs/orchard-api:*";
    let star = ("logGroupIdentifiers", list([star]));
    assert_eq!(
        tailing(&mut world, &[star]).unwrap_err().code,
        "InvalidParameterException"
    );
    let ids: Vec<_> = (0..15).map(|_| tailing(&mut world, &[]).unwrap()).collect();
    assert_eq!(
        tailing(&mut world, &[]).unwrap_err().code,
        "LimitExceededException"
    );
    world.close_tail(ids[0]);
    assert!(tailing(&mut world, &[]).is_ok());
}

#[test]
fn groups_are_found_by_part_and_by_prefix_and_paged() {
    let mut world = world(&Config::default());
    for n in 0..60 {
        handle(
            &mut world,
            "CreateLogGroup",
            &map! { "logGroupName" => format!("/many/{n:02}") },
        )
        .unwrap();
    }
    let mut names = |input: Value| {
        let answer = handle(&mut world, "DescribeLogGroups", &input).unwrap();
        (
            answer.get("logGroups").unwrap().items().len(),
            answer.get("nextToken").cloned(),
        )
    };
    assert_eq!(
        names(map! { "logGroupNamePattern" => "orchard-" }),
        (5, None)
    );
    assert_eq!(names(map! { "logGroupNamePrefix" => "/ecs/" }), (3, None));
    let (first, token) = names(map! { "logGroupNamePrefix" => "/many/" });
    assert_eq!(
        (
            first,
            names(map! { "logGroupNamePrefix" => "/many/", "nextToken" => token }).0
        ),
        (50, 10)
    );
}

#[test]
fn events_that_are_too_old_too_new_or_expired_are_left_out_and_told() {
    let mut world = world(&Config::default());
    let (now, hour) = (start().as_millisecond(), 3_600_000);
    let make = |world: &mut World, operation: &str, more: &[(&'static str, Value)]| {
        let mut input = crate::sim::value::Map::default();
        input.set("logGroupName", "/late");
        for (name, value) in more {
            input.set(*name, value.clone());
        }
        handle(world, operation, &Value::Map(input)).unwrap()
    };
    make(&mut world, "CreateLogGroup", &[]);
    let stream = ("logStreamName", Value::from("s"));
    make(&mut world, "CreateLogStream", std::slice::from_ref(&stream));
    let put = |world: &mut World, hours: &[i64]| {
        let event = |h: &i64| map! { "timestamp" => now + h * hour, "message" => "m" };
        let events = ("logEvents", list(hours.iter().map(event)));
        let answer = make(world, "PutLogEvents", &[stream.clone(), events]);
        let told = answer
            .get("rejectedLogEventsInfo")
            .cloned()
            .unwrap_or_default();
        [
            "tooOldLogEventEndIndex",
            "expiredLogEventEndIndex",
            "tooNewLogEventStartIndex",
        ]
        .map(|name| told.get(name).and_then(Value::as_int))
    };
    assert_eq!(put(&mut world, &[-1, 0, 1]), [None, None, None]);
    assert_eq!(put(&mut world, &[0, 3, 4]), [None, None, Some(1)]);
    let fortnight = -14 * 24;
    assert_eq!(
        put(&mut world, &[fortnight - 2, fortnight - 1, fortnight + 1]),
        [Some(2), None, None]
    );
    make(
        &mut world,
        "PutRetentionPolicy",
        &[("retentionInDays", 1.into())],
    );
    assert_eq!(put(&mut world, &[-26, -25, -23]), [None, Some(2), None]);
    assert_eq!(
        all(&mut world, &[("logGroupName", "/late".into())]).len(),
        6
    );
}

/// The tasks of a query, page by page.
fn exports(world: &mut World, query: &Value) -> Vec<Value> {
    let (mut found, mut token) = (Vec::new(), Value::Null);
    loop {
        let mut input = query.as_map().cloned().unwrap_or_default();
        input.set("nextToken", token);
        let answer = handle(world, "DescribeExportTasks", &Value::Map(input)).unwrap();
        found.extend(answer.get("exportTasks").unwrap().items().to_vec());
        match answer.get("nextToken") {
            Some(next) => token = next.clone(),
            None => return found,
        }
    }
}

#[test]
fn each_night_the_day_before_is_exported_one_group_after_the_other() {
    let mut world = world(&Config::default());
    let found = exports(&mut world, &map! {});
    assert_eq!(found.len(), 5 * 30);
    let of = |task: &Value, member: &str| task.get(member).unwrap().as_int().unwrap();
    let name = |task: &Value| task.get("logGroupName").unwrap().as_text().unwrap() == write::API;
    let api: Vec<&Value> = found.iter().filter(|task| name(task)).collect();
    let midnight = world.now.as_millisecond() / DAY * DAY;
    assert_eq!(of(api[0], "to"), midnight);
    assert!(
        api.windows(2)
            .all(|two| of(two[0], "from") == of(two[1], "to")),
        "no day is left out"
    );
    let again = exports(
        &mut world,
        &map! { "taskId" => api[3].get("taskId").unwrap().clone() },
    );
    assert_eq!(again, [api[3].clone()]);
}

#[test]
fn a_nights_exports_wait_run_and_end() {
    let mut world = world(&Config::default());
    world.now = "2026-03-02T00:20:10Z".parse().unwrap();
    let count =
        |world: &mut World, status: &str| exports(world, &map! { "statusCode" => status }).len();
    assert_eq!(count(&mut world, "PENDING"), 1);
    world.now += SignedDuration::from_secs(30);
    assert_eq!(count(&mut world, "RUNNING"), 1);
    let done = count(&mut world, "COMPLETED");
    world.now += SignedDuration::from_mins(5);
    assert_eq!(
        (count(&mut world, "RUNNING"), count(&mut world, "COMPLETED")),
        (0, done + 1)
    );
}
