//! Our decoding beside the SDK's own.

use super::*;
use aws_smithy_runtime_api::http::StatusCode;
use proptest::prelude::*;

fn answer(status: u16, body: &[u8]) -> HttpResponse {
    let status = StatusCode::try_from(status).expect("a status");
    HttpResponse::new(status, SdkBody::from(body.to_vec()))
}

fn ours(body: &str) -> Option<LogPage> {
    decode::page(body.as_bytes())
}

fn theirs(body: &str) -> Option<LogPage> {
    sdk(body.as_bytes()).ok()
}

fn sdk(body: &[u8]) -> Result<LogPage, Fault> {
    let explained = |odd| crate::aws::fault::fault("logs:FilterLogEvents", &odd);
    by_the_sdk(answer(200, body), explained)
}

const PAGE: &str = r#" {"events":[
  {"logStreamName":"a","timestamp":7,"message":"one \"q\" \u00e9\ud83d\ude00\/\n","ingestionTime":9,"eventId":"0001"},
  {"eventId":"0002","message":"","timestamp":-8,"logStreamName":"a"},
  {"timestamp":8,"message":"no id","logStreamName":null,"ingestionTime":null,"new":{"a":[1,2.5,"x",null,true]}},
  {"message":"no time","eventId":"0003"},
  {}
 ],"nextToken":"t\/1","searchedLogStreams":[],"later":[{"b":-1e3}]} "#;

#[test]
fn a_page_is_taken_apart_without_the_sdk_and_the_same() {
    let page = ours(PAGE).expect("it is plain");
    assert_eq!(Some(&page), theirs(PAGE).as_ref());
    let messages: Vec<&str> = page.events.iter().map(|e| e.message.as_str()).collect();
    assert_eq!(messages, ["one \"q\" é😀/\n", "", "no id"]);
    assert_eq!(page.next.as_deref(), Some("t/1"));
    assert!(ours(r#"{"events":null,"nextToken":null}"#).is_some());
    assert!(ours("{}").is_some());
}

#[test]
fn what_is_odd_is_left_to_the_sdk() {
    let odd = [
        "",
        "[]",
        "null",
        "{\"events\":[null]}",
        "{\"events\":{}}",
        "{\"events\":[{\"timestamp\":\"7\"}]}",
        "{\"events\":[{\"timestamp\":1.5}]}",
        "{\"events\":[{\"timestamp\":7e3,\"eventId\":\"a\"}]}",
        "{\"events\":[{\"timestamp\":99999999999999999999}]}",
        "{\"events\":[{\"timestamp\":1,\"message\":7}]}",
        "{\"events\":[{\"timestamp\":1,\"message\":\"\\ud800\"}]}",
        "{\"events\":[{\"timestamp\":1,\"message\":\"\\q\"}]}",
        "{\"events\":[{\"timestamp\":1,\"timestamp\":2}]}",
        "{\"nextToken\":\"a\",\"nextToken\":null}",
        "{\"events\":[]} x",
        "{\"events\":[",
        "{\"new\":1e999}",
        "{\"searchedLogStreams\":[{\"logStreamName\":\"a\"}]}",
    ];
    for body in odd {
        assert_eq!(ours(body), None, "{body}");
    }
    assert_eq!(decode::page(b"{\"nextToken\":\"\xff\"}"), None);
    // And some of it the SDK takes.
    let page = theirs(odd[7]).expect("a whole number");
    assert_eq!(page.events[0].timestamp, 7_000);
    assert!(theirs(odd[12]).is_some() && theirs(odd[4]).is_none());
}

#[test]
fn an_event_without_an_id_still_has_one_of_its_own() {
    let id = |message: &str| {
        let event = format!(r#"{{"logStreamName":"s","timestamp":7,"message":"{message}"}}"#);
        let page = ours(&format!(r#"{{"events":[{event}]}}"#)).expect("a page");
        page.events[0].id
    };
    assert_eq!(id("a"), id("a"));
    assert_ne!(id("a"), id("b"));
}

#[test]
fn streams_keep_their_names_where_they_change_in_a_page() {
    let event = |name: &String| format!(r#"{{"logStreamName":"{name}","timestamp":7}}"#);
    let many = (0..100).map(|n| format!("ecs/api/{}", n % 40));
    let names: Vec<String> = ["a", "a", "b", "a"]
        .map(str::to_owned)
        .into_iter()
        .chain(many)
        .collect();
    let events: Vec<String> = names.iter().map(event).collect();
    let page = ours(&format!(r#"{{"events":[{}]}}"#, events.join(","))).expect("a page");
    let streams: Vec<&str> = page.events.iter().map(|e| e.stream.as_str()).collect();
    assert_eq!(streams, names);
}

#[test]
fn the_token_is_found_at_both_ends_and_a_message_that_speaks_of_one_is_none() {
    let next = |body: &str| likely_next(body.as_bytes());
    assert_eq!(next(PAGE).as_deref(), Some("t/1"));
    let long = "x".repeat(3 * EDGE);
    let first = format!(r#"{{"nextToken" : "first","events":[{{"message":"{long}"}}]}}"#);
    assert_eq!(next(&first).as_deref(), Some("first"));
    let said = r#"{"events":[{"message":"{\"nextToken\":\"said\"}"}]}"#;
    assert_eq!(next(said), None);
    for none in [
        "",
        "{}",
        r#"{"nextToken":null}"#,
        r#"{"nextToken":7}"#,
        r#"{"nextToken"#,
    ] {
        assert_eq!(next(none), None, "{none}");
    }
}

#[test]
fn what_cannot_be_read_is_the_fault_that_the_sdk_would_have_raised() {
    for body in ["{\"events\":[", "<html>", "{\"events\":[null]}"] {
        let kind = sdk(body.as_bytes()).expect_err("garbled").kind;
        assert_eq!(kind, crate::domain::fault::FaultKind::Garbled, "{body}");
    }
}

/// Texts as JSON may write them, and as it may not.
fn text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        8 => "[a-z0-9 {}:,한é😀]{0,12}",
        2 => Just(r#"\""#.to_owned()),
        1 => "\\\\[\"\\\\/bfnrtq]",
        1 => "\\\\u[0-9a-fA-F]{4}",
        1 => Just(r"\ud83d\ude00".to_owned()),
        1 => Just(r"\ud83d".to_owned()),
        1 => Just("\u{1}".to_owned()),
    ];
    let parts = prop::collection::vec(part, 0..6);
    parts.prop_map(|parts| format!("\"{}\"", parts.concat()))
}

fn value() -> impl Strategy<Value = String> {
    let plain = prop_oneof![
        4 => text(),
        4 => (-5_i64..2_000_000_000_000).prop_map(|n| n.to_string()),
        1 => "-?[0-9]{1,22}(\\.[0-9]{1,3})?([eE][+-]?[0-9]{1,3})?",
        1 => "null|true|false|-|nul|NaN",
    ];
    plain.prop_recursive(3, 12, 3, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..3);
        let map = prop::collection::vec((text(), inner), 0..3);
        prop_oneof![
            list.prop_map(|all| format!("[{}]", all.join(","))),
            map.prop_map(|all| object(&all)),
        ]
    })
}

fn object(members: &[(String, String)]) -> String {
    let each = |(name, value): &(String, String)| format!("{name}:{value}");
    let members: Vec<String> = members.iter().map(each).collect();
    format!("{{{}}}", members.join(","))
}

fn named(name: &str) -> String {
    format!("\"{name}\"")
}

fn event() -> impl Strategy<Value = String> {
    let usual = prop_oneof![
        8 => (0_i64..2_000_000_000_000).prop_map(|n| (named("timestamp"), n.to_string())),
        6 => text().prop_map(|t| (named("message"), t)),
        6 => "[ab]{1,2}".prop_map(|t| (named("logStreamName"), named(&t))),
        6 => "[0-9]{4}".prop_map(|t| (named("eventId"), named(&t))),
        4 => (0_i64..9).prop_map(|n| (named("ingestionTime"), n.to_string())),
        1 => ("timestamp|message|eventId|ingestionTime|logStreamName|message\\\\u0000", value())
            .prop_map(|(name, value)| (named(&name), value)),
        1 => (text(), value()),
    ];
    prop::collection::vec(usual, 0..6).prop_map(|members| object(&members))
}

fn body() -> impl Strategy<Value = String> {
    let events = prop::collection::vec(prop_oneof![20 => event(), 1 => value()], 0..4);
    let more = prop_oneof![
        3 => text().prop_map(|t| vec![(named("nextToken"), t)]),
        2 => Just(vec![(named("searchedLogStreams"), "[]".to_owned())]),
        1 => ("nextToken|events|searchedLogStreams", value()).prop_map(|(n, v)| vec![(named(&n), v)]),
        1 => (text(), value()).prop_map(|member| vec![member]),
        3 => Just(Vec::new()),
    ];
    (events, more, "[ \t\r\n]{0,2}", "([ \n]{0,2}|x|\\{)").prop_map(
        |(events, more, before, after)| {
            let mut members = vec![(named("events"), format!("[{}]", events.join(",")))];
            members.extend(more);
            format!("{before}{}{after}", object(&members))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn what_we_take_apart_the_sdk_takes_apart_alike(body in body()) {
        if let Some(page) = ours(&body) {
            prop_assert_eq!(Some(page), theirs(&body));
        }
    }

    #[test]
    fn a_body_with_a_byte_changed_or_cut_is_the_same_both_ways(body in body(), at: prop::sample::Index, byte: u8, cut: bool) {
        let mut bytes = body.into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        bytes.truncate(if cut { at } else { usize::MAX });
        if let Some(page) = decode::page(&bytes) {
            prop_assert_eq!(Some(page), sdk(&bytes).ok());
        }
    }

    #[test]
    fn most_of_what_aws_may_send_is_ours(messages in prop::collection::vec(".{0,40}", 0..6), next: Option<String>) {
        let event = |m: &String| serde_json::json!({ "logStreamName": "s", "timestamp": 7, "message": m, "ingestionTime": 8, "eventId": "1" });
        let events: Vec<_> = messages.iter().map(event).collect();
        let body = serde_json::json!({ "events": events, "nextToken": next, "searchedLogStreams": [] }).to_string();
        let page = ours(&body).expect("a page");
        prop_assert_eq!(&page.next, &next);
        prop_assert_eq!(likely_next(body.as_bytes()), next);
        prop_assert_eq!(Some(page), theirs(&body));
    }
}
