//! Where the id of a trace stands: in a member's value, or anywhere in a plain line.
//!
//! X-Ray's header is `Root=1-67891233-abcdef012345678912345678;Parent=…`, and its id
//! what follows `Root=` (X-Ray developer guide, "Tracing header"); the load balancer
//! puts `Self=…` before it. W3C's is `00-<32 hex>-<16 hex>-01`, and its id the first of
//! them (Trace Context, §3.2).

use memchr::memmem;
use std::ops::Range;

/// A word that is said to be an id has at least so many characters: `trace_id=0` is none.
const SHORTEST: usize = 8;
/// Of an id of X-Ray: `1-`, eight hexadecimal digits, `-`, 24 of them.
const X_RAY: [usize; 3] = [1, 8, 24];
/// Of a W3C header.
const W3C: [usize; 4] = [2, 32, 16, 2];

/// The id within a member's value: of a header its id alone, of any other value all of it.
#[inline]
pub(super) fn within(value: &[u8]) -> Range<usize> {
    let header = match value {
        [b'R' | b'S' | b'P' | b'L', ..] => x_ray(value),
        [_, _, b'-', ..] => w3c(value),
        _ => None,
    };
    header.unwrap_or(0..value.len())
}

/// The id that a plain text names.
pub(super) fn in_plain(text: &str) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let named = memmem::find_iter(bytes, b"race");
    let mut named = named.filter(|at| *at > 0 && matches!(bytes[at - 1], b't' | b'T'));
    named
        .find_map(|at| named_at(bytes, at + 4))
        .or_else(|| x_ray(bytes))
}

/// Behind `trace`: `_id=…`, `Id: …`, `parent: …`.
fn named_at(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let skip = |at: usize, any_of: &[u8]| {
        at + usize::from(bytes.get(at).is_some_and(|b| any_of.contains(b)))
    };
    let at = skip(at, b"_-. ");
    let word = |at: usize| {
        bytes
            .get(at..)
            .map_or(0, |rest| run(rest, u8::is_ascii_alphabetic))
    };
    let name = &bytes[at.min(bytes.len())..][..word(at)];
    let is_id = name.eq_ignore_ascii_case(b"id") || name.eq_ignore_ascii_case(b"parent");
    let sign = skip(at + name.len(), b"\"'");
    let start = skip(sign, b"=:");
    let start = skip(skip(start, b" "), b"\"'");
    let value = bytes.get(start..).filter(|_| is_id && start > sign)?;
    let length = run(value, |b| b.is_ascii_alphanumeric() || *b == b'-');
    let value = &value[..length];
    let id = w3c(value).unwrap_or(0..length);
    (id.len() >= SHORTEST).then_some(start + id.start..start + id.end)
}

fn x_ray(bytes: &[u8]) -> Option<Range<usize>> {
    memmem::find_iter(bytes, b"Root=").find_map(|at| {
        let start = at + 5;
        let length = groups(&bytes[start..], &X_RAY)?;
        Some(start..start + length)
    })
}

fn w3c(value: &[u8]) -> Option<Range<usize>> {
    let whole = groups(value, &W3C) == Some(value.len());
    whole.then_some(3..35)
}

/// The length of groups of so many hexadecimal digits, with `-` between them.
fn groups(bytes: &[u8], lengths: &[usize]) -> Option<usize> {
    let mut at = 0;
    for (place, length) in lengths.iter().enumerate() {
        if place > 0 {
            (bytes.get(at) == Some(&b'-')).then_some(())?;
            at += 1;
        }
        let digits = bytes.get(at..at + length)?;
        digits.iter().all(u8::is_ascii_hexdigit).then_some(())?;
        at += length;
    }
    Some(at)
}

fn run(bytes: &[u8], is_it: impl Fn(&u8) -> bool) -> usize {
    bytes.iter().take_while(|b| is_it(b)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ROOT: &str = "1-67891233-abcdef012345678912345678";
    const W3C_ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    fn plain(text: &str) -> Option<&str> {
        in_plain(text).map(|range| &text[range])
    }

    #[test]
    fn the_id_of_a_header_is_what_joins_the_lines() {
        for (value, id) in [
            (
                format!("Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=1"),
                ROOT,
            ),
            (
                format!("Self=1-67891234-12456789abcdef012345678;Root={ROOT}"),
                ROOT,
            ),
            (format!("00-{W3C_ID}-00f067aa0ba902b7-01"), W3C_ID),
            ("40cfde91-c912-4f3a".to_owned(), "40cfde91-c912-4f3a"),
            ("Root=1-x".to_owned(), "Root=1-x"),
            ("00-12-34-01".to_owned(), "00-12-34-01"),
            (String::new(), ""),
        ] {
            assert_eq!(&value[within(value.as_bytes())], id, "{value}");
        }
    }

    #[test]
    fn a_plain_line_names_its_trace_in_many_ways() {
        for (text, id) in [
            (
                "INFO done trace_id=40cfde91-c912 in 3 ms".to_owned(),
                Some("40cfde91-c912"),
            ),
            (
                "INFO [traceId=40cfde91c912] done".to_owned(),
                Some("40cfde91c912"),
            ),
            (
                "INFO Trace-ID: \"40cfde91c912\"".to_owned(),
                Some("40cfde91c912"),
            ),
            (
                format!("GET / traceparent: 00-{W3C_ID}-00f067aa0ba902b7-01"),
                Some(W3C_ID),
            ),
            (
                format!("GET / X-Amzn-Trace-Id: Root={ROOT};Sampled=1"),
                Some(ROOT),
            ),
            (format!("h2 10.0.0.1 \"Root={ROOT}\" -"), Some(ROOT)),
            ("INFO trace_id=0 done".to_owned(), None),
            ("a stack trace: 12345678".to_owned(), None),
            ("Traceback (most recent call last):".to_owned(), None),
            ("race trace_id".to_owned(), None),
            ("trace".to_owned(), None),
        ] {
            assert_eq!(plain(&text), id, "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(text in r#"(trace|Trace|Root=|1-|[0-9a-f]{8}|-|_id|parent|[=: "한;]){0,14}"#) {
            in_plain(&text).map(|range| text[range].len());
            let _ = &text.as_bytes()[within(text.as_bytes())];
        }
    }
}
