use super::*;
use proptest::prelude::*;

fn of(text: &str) -> Facts {
    facts(text, &mut Memory::default()).facts
}

/// The facts as the generic walk over decoded members gives them, the last of a name winning.
fn slowly(text: &str) -> (Option<Severity>, u16, Option<u128>) {
    let (mut severity, mut status, mut micros, mut any) = (None, 0, None, false);
    for member in super::super::parse::fields(text) {
        any = true;
        match Known::of(&member.name) {
            Some(Known::Level) => severity = Severity::parse(&member.value),
            Some(Known::Status) => status = field::status(&member.value).unwrap_or_default(),
            Some(Known::Duration) => {
                micros = field::duration(&member.name, &member.value).map(|d| d.as_micros());
            }
            _ => {}
        }
    }
    let plain = !any || Walk::new(text).is_none_or(|mut walk| walk.next().is_none());
    if plain {
        severity = severity.or_else(|| Severity::in_plain(text));
    }
    (severity, status, micros)
}

#[test]
fn a_trace_goes_before_a_request_id_wherever_it_stands() {
    for text in [
        r#"{"requestId":"r","traceId":"t-1"}"#,
        r#"{"traceId":"t-1","requestId":"r"}"#,
    ] {
        let part = of(text).trace;
        let start = usize::from(part.start);
        assert_eq!(&text[start..start + usize::from(part.length)], "t-1");
    }
    assert_eq!(of(r#"{"traceId":null}"#).trace, Part::default());
    let part = of(r#"{"requestId":"r","traceId":null}"#).trace;
    assert_eq!((part.start, part.length), (14, 1));
}

#[test]
fn headers_and_plain_lines_name_their_trace() {
    let root = "1-67891233-abcdef012345678912345678";
    for text in [
        format!(r#"{{"X-Amzn-Trace-Id":"Self=1-1-2;Root={root}"}}"#),
        format!("GET /x \"Root={root}\" done"),
        format!("INFO at=info traceId={root}"),
        format!("INFO done, trace_id={root}"),
    ] {
        let told = facts(&text, &mut Memory::default());
        let start = usize::from(told.facts.trace.start);
        assert_eq!(text[start..].get(..root.len()), Some(root), "{text}");
        assert_eq!(usize::from(told.facts.trace.length), root.len(), "{text}");
        assert_eq!(told.trace_hash, hash(root.as_bytes()));
    }
    let id = "4bf92f3577b34da6a3ce929d0e0e4736";
    let of_w3c = of(&format!(
        r#"{{"traceparent":"00-{id}-00f067aa0ba902b7-01"}}"#
    ));
    assert_eq!((of_w3c.trace.start, of_w3c.trace.length), (19, 32));
}

#[test]
fn logfmt_and_plain_lines_have_facts_too() {
    let line = of("level=warn status=502 duration=0.012 path=/x");
    assert_eq!(
        (line.severity, line.status, line.micros),
        (Some(Severity::Warn), 502, 12_000)
    );
    let flags = |text| facts(text, &mut Memory::default()).flags;
    assert_eq!(flags("level=warn status=502"), Line::LOGFMT);
    let plain = of("2024-08-06 07:29:48.745 ERROR 1 --- [main] x");
    assert_eq!(plain.severity, Some(Severity::Error));
    assert_eq!(flags("[main] x"), 0);
}

#[test]
fn a_slow_query_took_its_time() {
    for (text, micros) in [
        (
            "# User@Host: app[app] @  [10.0.0.1]\n# Query_time: 2.5  Lock_time: 0.0\nselect 1;",
            2_500_000,
        ),
        (
            "2024-08-06 07:29:48 UTC:10.0.0.1(5432):app@shop:[123]:LOG:  duration: 1234.5 ms  statement: select 1",
            1_234_500,
        ),
        ("LOG:  duration: 12 ms", Facts::NO_TIME),
        ("# Query_time: fast", Facts::NO_TIME),
    ] {
        assert_eq!(of(text).micros, micros, "{text}");
    }
}

proptest! {
    #[test]
    fn the_fast_walk_finds_what_the_slow_one_finds(members in prop::collection::vec((
        prop::sample::select(vec!["level", "status", "duration", "durationMs", "x", "lev\\u0065l", "traceId", "한"]),
        prop_oneof![Just("\"12ms\"".to_owned()), Just("\"warn\"".to_owned()), Just("200".to_owned()), Just("\"5\\u0030\"".to_owned()),
            Just("\"{ \"userId\":null, \"role\":\"G\" }\"".to_owned()), Just("{\"a\":[1,\"}\"]}".to_owned()), "[ -~]{0,9}"]), 0..7),
        gap in "[ \t]{0,2}", end in 0_usize..40) {
        let inner: Vec<String> = members.iter().map(|(n, v)| format!("\"{n}\":{gap}{v}")).collect();
        let line = format!("{{{}}}", inner.join(&format!(",{gap}")));
        let cut = line.floor_char_boundary(line.len() - end.min(line.len()));
        for text in [line.as_str(), &line[..cut]] {
            let fast = of(text);
            let (severity, status, micros) = slowly(text);
            prop_assert_eq!((fast.severity, fast.status), (severity, status));
            let fast = (fast.micros != Facts::NO_TIME).then_some(u128::from(fast.micros));
            prop_assert_eq!(fast, micros.map(|m| m.min(u128::from(Facts::NO_TIME - 1))));
        }
    }

    #[test]
    fn the_memory_of_other_lines_changes_nothing(lines in prop::collection::vec((
        prop::sample::subsequence(vec!["path", "status", "took", "level", "traceId", "requestId", "x", "log\\u0067er"], 0..8),
        prop::collection::vec(prop_oneof!["\"[a-z0-9]{0,40}\"", Just("\"5\\\\\\\"0ms\"".to_owned()), Just("200".to_owned()), Just("null".to_owned()), Just("{\"a\":1}".to_owned()),
            Just("\"{ \"userId\":null, \"role\":\"G\" }\"".to_owned()), "[ -~한]{0,5}"], 8), "[ ,}]{0,2}", prop::bool::weighted(0.2)), 1..40)) {
        let mut memory = Memory::default();
        for (names, values, end, cut) in lines {
            let members: Vec<String> = names.iter().zip(values).map(|(n, v)| format!("\"{n}\":{v}")).collect();
            let mut line = format!("{{{}}}{end}", members.join(","));
            if cut {
                line.truncate(line.floor_char_boundary(line.len() * 2 / 3));
            }
            for _ in 0..2 {
                prop_assert_eq!(facts(&line, &mut memory), facts(&line, &mut Memory::default()), "{}", line);
            }
        }
    }

    #[test]
    fn facts_are_what_serde_json_reads(status in 100_u16..1000, took in 0_u32..100_000, path in any::<String>(), other in any::<String>()) {
        let line = serde_json::json!({ "other": other, "path": path, "statusCode": status, "took": format!("{took}ms") }).to_string();
        let facts = of(&line);
        prop_assert_eq!((facts.status, facts.micros), (status, took * 1_000));
        let range = usize::from(facts.path.start)..usize::from(facts.path.start + facts.path.length);
        prop_assert_eq!(unescape(&line[range]), if path == "null" { String::new() } else { path });
    }
}
