//! Secrets masked, by the name they stand under and by their form.
//!
//! A seat belt, not a safe: a secret under a harmless name and of no known form
//! gets through.

mod form;
mod name;
mod value;

use regex::Regex;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

/// Stands in place of a secret; ASCII, so that it survives every terminal.
pub const HIDDEN: &str = "***";

/// One stretch of text to hide.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Span {
    range: Range<usize>,
    /// A JSON value that was not a string: what replaces it must be one, or the JSON breaks.
    quoted: bool,
}

/// Everything that a secret's name or form must contain; most lines hold none of it.
static TRIGGER: LazyLock<Regex> =
    LazyLock::new(|| ours(&format!("(?i-u:{})|{}", name::NAMES, form::TRIGGERS)));

/// A pattern of our own source; one that does not compile must not mean that nothing is masked.
fn ours(pattern: &str) -> Regex {
    Regex::new(pattern).expect("patterns of our own compile")
}

/// Masks what looks like a secret; borrowed where nothing does.
pub fn mask(text: &str) -> Cow<'_, str> {
    if !TRIGGER.is_match(text) {
        return Cow::Borrowed(text);
    }
    let mut spans = name::spans(text);
    spans.extend(form::spans(text));
    spans.retain(|span| &text[span.range.clone()] != HIDDEN);
    if spans.is_empty() {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(hide(text, joined(spans)))
    }
}

/// Masks the value of a field: the whole of it where the name says that it is a secret.
pub fn mask_field<'v>(name: &str, value: &'v str) -> Cow<'v, str> {
    if name::is_secret(name) && !value.is_empty() {
        Cow::Borrowed(HIDDEN)
    } else {
        mask(value)
    }
}

/// Whether a field of this name holds a secret.
pub fn is_secret_name(name: &str) -> bool {
    name::is_secret(name)
}

/// In order, and those that touch as one.
fn joined(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_by_key(|span| (span.range.start, std::cmp::Reverse(span.range.end)));
    spans
        .into_iter()
        .fold(Vec::new(), |mut all: Vec<Span>, span| {
            match all.last_mut() {
                Some(last) if span.range.start < last.range.end => {
                    last.range.end = last.range.end.max(span.range.end);
                }
                _ => all.push(span),
            }
            all
        })
}

fn hide(text: &str, spans: Vec<Span>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for Span { range, quoted } in spans {
        out.push_str(&text[at..range.start]);
        let quote = if quoted { "\"" } else { "" };
        out.extend([quote, HIDDEN, quote]);
        at = range.end;
    }
    out + &text[at..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Text, and what it must look like.
    fn each(cases: &[(&str, &str)]) {
        for (text, masked) in cases {
            assert_eq!(mask(text), *masked);
            assert_eq!(mask(masked), *masked, "twice: {text}");
        }
    }

    #[test]
    fn secrets_are_found_by_name_in_json() {
        each(&[
            (
                r#"{"password":"hunter2","a":1}"#,
                r#"{"password":"***","a":1}"#,
            ),
            (
                r#"{"dbPassword" : "a\"b","a":1}"#,
                r#"{"dbPassword" : "***","a":1}"#,
            ),
            (r#"{"x-api-key":"k","n":2}"#, r#"{"x-api-key":"***","n":2}"#),
            (
                r#"{"secretAccessKey":"a/b+c="}"#,
                r#"{"secretAccessKey":"***"}"#,
            ),
            (
                r#"{"pin_token":123456,"a":1}"#,
                r#"{"pin_token":"***","a":1}"#,
            ),
            (
                r#"{"credentials":{"user":"u","x":"}"},"a":1}"#,
                r#"{"credentials":"***","a":1}"#,
            ),
            (r#"{"tokens":["a","b"],"a":1}"#, r#"{"tokens":"***","a":1}"#),
            (
                r#"{"m":"{\"password\":\"hunter2\",\"a\":1}"}"#,
                r#"{"m":"{\"password\":\"***\",\"a\":1}"}"#,
            ),
            (
                r#"{"name":"DB_PASSWORD","value":"hunter2"}"#,
                r#"{"name":"DB_PASSWORD","value":"***"}"#,
            ),
            ("{'pwd': 'hunter2'}", "{'pwd': '***'}"),
            (r#"{"password":"never closed"#, r#"{"password":"***"#),
        ]);
    }

    #[test]
    fn secrets_are_found_by_name_in_other_text() {
        each(&[
            ("DB_PASSWORD=hunter2 next", "DB_PASSWORD=*** next"),
            (
                "spring.datasource.password: hunter2",
                "spring.datasource.password: ***",
            ),
            (
                "login --password hunter2 --user me",
                "login --password *** --user me",
            ),
            ("/cb?token=abc&x=1", "/cb?token=***&x=1"),
            ("user[password]=abc&x=1", "user[password]=***&x=1"),
            ("<password>abc</password>", "<password>***</password>"),
            ("DSN=\"mysql://h/db\"", "DSN=\"***\""),
            ("db_conn='Server=h;Pwd=x'", "db_conn='***'"),
            (
                "Server=h;Password=x;Timeout=3",
                "Server=h;Password=***;Timeout=3",
            ),
            (
                "\u{fffd}password\u{fffd}=\u{fffd}hunter2\u{fffd}",
                "\u{fffd}password\u{fffd}=\u{fffd}***\u{fffd}",
            ),
            ("비밀번호 password=비밀 끝", "비밀번호 password=*** 끝"),
        ]);
    }

    #[test]
    fn headers_that_carry_secrets_are_masked() {
        each(&[
            (
                "Authorization: Bearer abc.def next",
                "Authorization: *** next",
            ),
            (
                "authorization=Token 0123456 path=/x",
                "authorization=*** path=/x",
            ),
            ("Cookie: a=b; c=d next", "Cookie: *** next"),
            ("X-Amz-Signature=0aff&X=1", "X-Amz-Signature=***&X=1"),
        ]);
    }

    #[test]
    fn a_secret_access_key_is_known_by_the_id_before_it() {
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        for (before, after) in [
            ("AKIAIOSFODNN7EXAMPLE ", ""),
            ("AKIAIOSFODNN7EXAMPLE,", ",eu-west-1"),
            ("rotated ASIAIOSFODNN7EXAMPLE to\n", "\n"),
            (r#"{"id":"AKIAIOSFODNN7EXAMPLE","v":""#, r#""}"#),
        ] {
            let id = if before.contains("AKIA") {
                "AKIA"
            } else {
                "ASIA"
            };
            let hidden = before.replace(&format!("{id}IOSFODNN7EXAMPLE"), "***");
            let text = format!("{before}{secret}{after}");
            assert_eq!(mask(&text), format!("{hidden}***{after}"));
        }
        // As JSON writes a line feed, and a slash.
        let id = "AKIAIOSFODNN7EXAMPLE";
        let slashed = secret.replace('/', "\\/");
        for (line, shown) in [
            (
                format!(r#"{{"msg":"{id}\n{secret}"}}"#),
                r#"{"msg":"***\n***"}"#,
            ),
            (
                format!(r#"{{"msg":"{id}\t{slashed}\n"}}"#),
                r#"{"msg":"***\t***\n"}"#,
            ),
            (format!("{id}/{secret}"), "***/***"),
            (format!("{id}\\/{slashed}"), "***\\/***"),
        ] {
            assert_eq!(mask(&line), shown);
        }
        let commit = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567";
        let kept = mask(commit).into_owned() + " " + &mask(&format!("{secret} AKIA"));
        assert_eq!(
            kept,
            format!("{commit} {secret} AKIA"),
            "no id is before it"
        );
        let of_a_commit = format!("AKIAIOSFODNN7EXAMPLE in {commit} and {secret}more");
        assert_eq!(
            mask(&of_a_commit),
            format!("*** in {commit} and {secret}more")
        );
    }

    #[test]
    fn secrets_are_found_by_form() {
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc_DEF-123";
        for secret in [
            "AKIAIOSFODNN7EXAMPLE",
            "ASIAIOSFODNN7EXAMPLE",
            jwt,
            "ghp_0123456789abcdefghijklmnopqrstuvwxyz",
            "github_pat_0123456789abcdefghij_ABC",
            "glpat-0123456789abcdefghij",
            "xoxb-123456789012-abcdefghij",
            "sk_live_0123456789abcdefghij",
            "AIza0123456789abcdefghijklmnopqrstuvwxy",
            "hvs.0123456789abcdefghijklmn",
            "npm_0123456789abcdefghijklmnopqrstuvwxyz",
            "SG.0123456789abcdefghij.0123456789abcdefghij",
        ] {
            assert_eq!(mask(&format!("a {secret} b")), "a *** b", "{secret}");
        }
        each(&[
            ("got bearer abcdefgh", "got bearer ***"),
            ("sent Basic dXNlcjpwYXNz", "sent Basic ***"),
            (
                "at postgres://me:hunter2@db:5432/x",
                "at postgres://me:***@db:5432/x",
            ),
            ("redis://:p@ss@h:1", "redis://:***@h:1"),
            (
                "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----",
                "-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----",
            ),
            (
                "-----BEGIN PRIVATE KEY-----MIIE",
                "-----BEGIN PRIVATE KEY-----***",
            ),
        ]);
    }

    #[test]
    fn ordinary_text_is_left_alone() {
        for plain in [
            "connection refused: host db",
            "3 passed; 0 failed",
            "passed=3 failed=0",
            "token expired",
            "Basic information",
            "https://example.com:8080/path@x",
            r#"{"token":null,"password":false,"connections":12}"#,
            "Connection: keep-alive",
            r#"{"level":"INFO","path":"/api/monthly-tasks","traceId":"40cfde91-c912-4f3a-9b02-d45b3c066edb"}"#,
            "password:",
            "bypass=on",
            "-----BEGIN CERTIFICATE-----MIIE",
            "compass: north",
        ] {
            assert!(
                matches!(mask(plain), Cow::Borrowed(_)),
                "{plain} became {}",
                mask(plain)
            );
        }
    }

    #[test]
    fn a_field_is_hidden_whole_where_its_name_says_so() {
        assert_eq!(mask_field("apiKey", "abc def"), HIDDEN);
        assert_eq!(
            mask_field("message", "password=abc def"),
            "password=*** def"
        );
        assert_eq!(mask_field("layer", "ENTRANCE"), "ENTRANCE");
    }

    proptest! {
        #[test]
        fn no_input_panics_and_no_key_id_comes_through(text in proptest::collection::vec(prop_oneof![
            "[ -~가-힣]{0,6}",
            prop::sample::select(vec!["password", "token", "\"", "\\\"", ":", "=", " ", "{", "}", "[", "]", "Bearer ",
                " AKIAIOSFODNN7EXAMPLE ", "://u:p@h", "-----BEGIN PRIVATE KEY-----", "--secret ", "\u{fffd}", ",", "'"])
                .prop_map(str::to_owned),
        ], 0..16)) {
            let once = mask(&text.concat()).into_owned();
            prop_assert!(!once.contains("AKIA"), "{}", once);
        }

        #[test]
        fn a_named_value_never_shows(value in "[a-zA-Z0-9+/]{4,40}", name in prop::sample::select(vec!["password", "API_KEY",
            "client_secret", "db.pwd", "privateKey", "authToken", "aws-access-key", "DSN"])) {
            for text in [format!("{name}={value}"), format!("{{\"{name}\":\"{value}\"}}"), format!("{name}: '{value}'"),
                format!("{{\\\"{name}\\\": \\\"{value}\\\"}}"), format!("--{name} {value}")] {
                let masked = mask(&text);
                prop_assert!(!masked.contains(&value) || name.contains(&value), "{}", masked);
            }
        }
    }
}
