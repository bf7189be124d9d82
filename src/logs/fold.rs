//! Which lines go on the one before them: stack traces of Java, Python, Go and
//! Node that came as an event for each line.

use super::field::Severity;
use super::line::Line;

/// What a line's begin says: that it goes on, that it may, or nothing.
pub(super) fn flags(text: &str) -> u8 {
    match text.as_bytes().first() {
        None => Line::MAY_CONTINUE,
        // JSON, dates: nearly every line.
        Some(b'{' | b'0'..=b'9' | b'[') => 0,
        Some(b' ' | b'\t') if begins(text.trim_start()) => 0,
        Some(b' ' | b'\t') => Line::CONTINUES,
        Some(b'T') if text.starts_with(TRACEBACK) => Line::AFTER_ERROR,
        Some(_) if continues(text) => Line::CONTINUES,
        Some(_) if may_continue(first_line(text)) => Line::MAY_CONTINUE,
        Some(_) => 0,
    }
}

/// What stands behind blanks and yet begins something: a level that is aligned to the right, a date.
fn begins(text: &str) -> bool {
    let word = text.find(|c: char| !c.is_ascii_alphabetic());
    let (word, rest) = text.split_at(word.unwrap_or(text.len()));
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let is_year = digits == 4 && text[digits..].starts_with(['-', '/']);
    is_year || rest.starts_with([' ', ':', '[']) && is_level(word)
}

/// In capitals, as loggers write it where it stands first.
fn is_level(word: &str) -> bool {
    let capitals = word.bytes().all(|b| b.is_ascii_uppercase());
    capitals && word.parse::<Severity>().is_ok()
}

/// Python prints it under what was logged of the error, and as well where nothing was.
const TRACEBACK: &str = "Traceback (most recent call last):";

/// Whether a line that goes on says that another traceback follows.
pub(super) fn chains(text: &str) -> bool {
    let says = |begin: &str| text.starts_with(begin);
    says("During handling of the above exception")
        || says("The above exception was the direct cause")
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// Whatever stands before it.
fn continues(text: &str) -> bool {
    const BEGINS: [&str; 6] = [
        "Caused by: ",
        "Suppressed: ",
        "During handling of the above exception",
        "The above exception was the direct cause",
        "created by ",
        "goroutine ",
    ];
    BEGINS.iter().any(|begin| text.starts_with(begin))
        || text.strip_prefix("at ").is_some_and(is_frame)
        || text.strip_prefix("... ").is_some_and(is_rest)
}

/// `com.shop.Orders.find(Orders.java:12)`, `find (/app/orders.js:3:4)`, `/app/orders.js:3:4`.
fn is_frame(text: &str) -> bool {
    let text = first_line(text);
    text.ends_with(')') && text.contains('(')
        || text.ends_with(|c: char| c.is_ascii_digit()) && text.contains(':')
}

/// `12 more`, `12 common frames omitted`.
fn is_rest(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    digits > 0 && text.as_bytes().get(digits) == Some(&b' ')
}

/// Only within a trace: the last line of Python's, the functions of Go's, the closing bracket of what was printed.
fn may_continue(line: &str) -> bool {
    matches!(line, "}" | "}," | "]" | ")" | "});" | "^") || is_error_name(line) || is_go_call(line)
}

/// How the names of errors end.
const ENDS: [&str; 6] = [
    "Error",
    "Exception",
    "Warning",
    "Exit",
    "Interrupt",
    "Timeout",
];

/// `ValueError: x`, `django.db.utils.OperationalError`.
fn is_error_name(line: &str) -> bool {
    let name = line.split(':').next().unwrap_or_default();
    let worded = name
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'));
    let last = name.rsplit('.').next().unwrap_or_default();
    worded && ENDS.iter().any(|end| last.ends_with(end))
}

/// `main.serve(0xc000012345, ...)`, `runtime.gopanic({0x1, 0x2})`.
fn is_go_call(line: &str) -> bool {
    let Some((name, _)) = line.split_once('(') else {
        return false;
    };
    line.ends_with(')') && name.contains('.') && !name.contains(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_a_trace_go_on() {
        for line in [
            "\tat com.shop.Orders.find(Orders.java:12)",
            "        at com.shop.Orders.find(Orders.java:12)",
            "at com.shop.Orders.find(Orders.java:12)",
            "at find (/app/orders.js:3:4)",
            "at /app/orders.js:3:4",
            "Caused by: java.sql.SQLException: gone",
            "... 12 more",
            "... 12 common frames omitted",
            "  File \"/app/x.py\", line 3, in <module>",
            "    raise ValueError(x)",
            "    2024",
            "    error: expected `;`",
            "\t/app/main.go:12 +0x1d",
            "goroutine 1 [running]:",
            "created by main.main",
        ] {
            assert_eq!(flags(line), Line::CONTINUES, "{line}");
        }
    }

    #[test]
    fn a_traceback_goes_on_an_error_alone() {
        assert_eq!(
            flags("Traceback (most recent call last):"),
            Line::AFTER_ERROR
        );
    }

    #[test]
    fn some_lines_go_on_only_within_one() {
        for line in [
            "ValueError: bad",
            "django.db.utils.OperationalError: gone",
            "KeyboardInterrupt",
            "main.serve(0xc000012345, ...)",
            "}",
            "",
        ] {
            assert_eq!(flags(line), Line::MAY_CONTINUE, "{line}");
        }
    }

    #[test]
    fn other_lines_begin_something() {
        for line in [
            "{\"a\":1}",
            "2024-08-06 ERROR x",
            "at noon it rained",
            "... and so on",
            "GET /x (y)",
            "panic: boom",
            "level=info",
            "Error rate is 3",
            " INFO shop::orders: stored",
            "    WARN: low on memory",
            "   ERROR  [main] com.shop.Orders",
            "  2024-08-06T07:29:48Z  INFO shop::orders: stored",
        ] {
            assert_eq!(flags(line), 0, "{line}");
        }
    }
}
