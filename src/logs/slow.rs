//! Slow queries as the databases of RDS log them: how long, and the text without
//! its values, so that the same query is one row.
//!
//! `MySQL`, `MariaDB`, Aurora `MySQL`: entries of several lines with `# Query_time: 2.5`.
//! `PostgreSQL`: `LOG:  duration: 2500.1 ms  statement: select …` (also `execute …:`,
//! `plan:` of `auto_explain` is left out). Source: the databases' own manuals, as
//! RDS publishes the files unchanged (aws-facts.md §5 names the groups).

use std::time::Duration;

/// Of a query's text, so many characters are kept.
const LONGEST: usize = 400;

/// One slow query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlowQuery {
    pub took: Duration,
    /// Rows that were read for it, where the log says so.
    pub rows: Option<u64>,
    /// Its text, with `?` for each value and single blanks.
    pub text: String,
}

impl SlowQuery {
    /// Of a line's text, if it is such an entry.
    pub fn of(text: &str) -> Option<Self> {
        mysql(text).or_else(|| postgres(text))
    }
}

/// How long the query of such an entry took; its text is not read.
pub(super) fn took(text: &str) -> Option<Duration> {
    let behind = |word: &str| {
        let at = memchr::memmem::find(text.as_bytes(), word.as_bytes())?;
        Some(&text[at + word.len()..])
    };
    if let Some(rest) = behind("# Query_time: ") {
        return seconds(rest.split_whitespace().next()?);
    }
    let (millis, rest) = behind("LOG:  duration: ")?.split_once(" ms")?;
    let named = rest
        .trim_start()
        .starts_with(|c: char| c.is_ascii_alphabetic());
    let took = seconds(millis.trim())?;
    named.then_some(took / 1_000)
}

fn mysql(text: &str) -> Option<SlowQuery> {
    let at = memchr::memmem::find(text.as_bytes(), b"# Query_time: ")?;
    let numbers = text[at..].lines().next()?;
    let after = |name: &str| {
        let (_, rest) = numbers.split_once(name)?;
        rest.split_whitespace().next()
    };
    let took = seconds(after("Query_time:")?)?;
    let rows = after("Rows_examined:").and_then(|n| n.parse().ok());
    let said = |line: &&str| {
        let line = line.trim();
        let set = line
            .get(..14)
            .is_some_and(|s| s.eq_ignore_ascii_case("set timestamp="));
        let using = line
            .get(..4)
            .is_some_and(|s| s.eq_ignore_ascii_case("use "));
        !(line.is_empty() || line.starts_with('#') || set || using)
    };
    let query: Vec<&str> = text[at..].lines().skip(1).filter(said).collect();
    (!query.is_empty()).then(|| SlowQuery {
        took,
        rows,
        text: normalise(&query.join(" "), &['\'', '"']),
    })
}

fn postgres(text: &str) -> Option<SlowQuery> {
    let at = memchr::memmem::find(text.as_bytes(), b"duration: ")?;
    let rest = &text[at + 10..];
    let (millis, rest) = rest.split_once(" ms")?;
    let rest = rest.trim_start();
    let (kind, query) = rest.split_once(':')?;
    let known = kind == "statement" || kind.starts_with("execute ");
    let millis: f64 = millis.trim().parse().ok()?;
    (known && millis.is_finite() && millis >= 0.0).then(|| SlowQuery {
        took: Duration::from_secs_f64((millis / 1_000.0).min(1e9)),
        rows: None,
        text: normalise(query, &['\'']), // in " stand names
    })
}

fn seconds(text: &str) -> Option<Duration> {
    let seconds: f64 = text.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// The text of a query without its values: strings and numbers are `?`, a list of them is one, blanks are single,
/// comments are gone. What stands in one of `quotes` is a string.
pub fn normalise(query: &str, quotes: &[char]) -> String {
    let mut out = String::with_capacity(query.len().min(LONGEST));
    let mut rest = query.trim().trim_end_matches(';');
    while let Some(c) = rest.chars().next() {
        if out.len() >= LONGEST {
            out.push('…');
            break;
        }
        rest = step((c, quotes), rest, &mut out);
    }
    out.trim_end().to_owned()
}

/// Takes one token; answers what follows it.
fn step<'q>((c, quotes): (char, &[char]), rest: &'q str, out: &mut String) -> &'q str {
    let worded = out.ends_with(|p: char| p.is_alphanumeric() || matches!(p, '_' | '$' | '`'));
    match c {
        c if c.is_whitespace() => {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
            rest.trim_start()
        }
        c if quotes.contains(&c) => value(quoted(rest, c), out),
        '0'..='9' if !worded => value(number(rest), out),
        '/' if rest.starts_with("/*") => rest[2..].split_once("*/").map_or("", |(_, after)| after),
        '-' if rest.starts_with("-- ") => rest.split_once('\n').map_or("", |(_, after)| after),
        c => {
            out.push(c);
            &rest[c.len_utf8()..]
        }
    }
}

/// A list of values is one value: `IN (?, ?, ?)` is `IN (?)`.
fn value<'q>(after: &'q str, out: &mut String) -> &'q str {
    let list = out.trim_end().strip_suffix(',').map(str::trim_end);
    match list.filter(|before| before.ends_with('?')).map(str::len) {
        Some(length) => out.truncate(length),
        None => out.push('?'),
    }
    after
}

/// What follows a quoted string; doubled quotes and backslashes are part of it.
fn quoted(text: &str, quote: char) -> &str {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => _ = chars.next(),
            c if c == quote => {
                if chars.peek().is_some_and(|(_, next)| *next == quote) {
                    chars.next();
                } else {
                    return &text[at + 1..];
                }
            }
            _ => {}
        }
    }
    ""
}

fn number(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MYSQL: &str = "# Time: 2026-11-22T14:22:06.000000Z\n# User@Host: app[app] @  [10.0.1.7]  Id: 4711\n# Query_time: 2.500123  Lock_time: 0.000100 Rows_sent: 1  Rows_examined: 48211\nuse shop;\nSET timestamp=1795357326;\nSELECT * FROM orders\n  WHERE id IN (1, 2, 3) AND name = 'O''Hara';";

    #[test]
    fn an_entry_of_mysql_is_known_with_its_time_rows_and_text() {
        let slow = SlowQuery::of(MYSQL).unwrap();
        assert_eq!(slow.took, Duration::from_micros(2_500_123));
        assert_eq!(slow.rows, Some(48_211));
        assert_eq!(
            slow.text,
            "SELECT * FROM orders WHERE id IN (?) AND name = ?"
        );
    }

    #[test]
    fn an_entry_of_postgres_is_known_as_statement_and_as_execute() {
        for kind in ["statement", "execute <unnamed>", "execute S_1"] {
            let line = format!(
                "2026-11-22 14:22:06 UTC:10.0.1.7(5432):app@shop:[77]:LOG:  duration: 1250.750 ms  {kind}: SELECT total FROM carts WHERE id = $1 AND age > 30.5"
            );
            let slow = SlowQuery::of(&line).unwrap();
            assert_eq!(slow.took, Duration::from_micros(1_250_750));
            assert_eq!(
                slow.text,
                "SELECT total FROM carts WHERE id = $1 AND age > ?"
            );
        }
    }

    #[test]
    fn other_lines_are_none() {
        for text in [
            "",
            r#"{"duration":"12ms"}"#,
            "duration: 12 ms",
            "LOG:  duration: 12.5 ms",
            "LOG:  duration: x ms  statement: select 1",
            "LOG:  duration: 3 ms  parse <unnamed>: select 1",
            "# Query_time: 1.5",
            "# Query_time: much\nselect 1",
        ] {
            assert_eq!(SlowQuery::of(text), None, "{text}");
        }
    }

    #[test]
    fn the_same_query_with_other_values_is_the_same_text() {
        let cases = [
            ("select  1", "select ?"),
            ("select a1, t2.b from t2", "select a1, t2.b from t2"),
            (
                "insert into t values (1,'a'), (2,'b')",
                "insert into t values (?), (?)",
            ),
            (
                "select 0xff, 1e9, -3 -- why\n from t",
                "select ?, -? from t",
            ),
            (
                r#"select "a\"b", 'c\'' /* x */ from `t1`"#,
                "select ? from `t1`",
            ),
            ("select 'never closed", "select ?"),
        ];
        for (query, said) in cases {
            assert_eq!(normalise(query, &['\'', '"']), said);
        }
        assert_eq!(
            normalise(r#"select "Name" from t where a = 'x'"#, &['\'']),
            r#"select "Name" from t where a = ?"#
        );
        assert!(normalise(&"select 한 ".repeat(500), &[]).len() <= LONGEST + 8);
    }

    proptest! {
        #[test]
        fn nothing_panics(query in r#"[a-z'"\\ 0-9,;()$한/*-]{0,60}"#) {
            normalise(&query, &['\'', '"']);
            SlowQuery::of(&format!("# Query_time: 1\n{query}"));
        }
    }
}
