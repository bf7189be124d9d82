//! Hostile input by the thousand, from a seed: `TIDEGATE_FUZZ=10000000` makes it
//! ten million lines. The oracle is written from safety.md §4 alone.

use super::chunk::Chunk;
use super::chunk::tests::source;
use super::filter::Filter;
use crate::domain::log::RawEvent;
use crate::domain::text::{Sanitizer, is_clean};
use std::borrow::Cow;

const CASES: usize = 20_000;
const SEED: u64 = 0x7469_6465;
/// Events sealed together.
const BATCH: usize = 50;

const PIECES: &[&str] = &[
    "\x1b",
    "\x1b[",
    "\x1b[31m",
    "\x1b]0;t\x07",
    "\x1b]52;c;QQ==\x1b\\",
    "\x1bP",
    "\x1b\\",
    "\u{9b}",
    "\u{9b}2J",
    "\u{9c}",
    "\u{9d}",
    "\u{90}",
    "\u{85}",
    "\0",
    "\x07",
    "\x08",
    "\x18",
    "\x7f",
    "\r",
    "\n",
    "\r\n",
    "\t",
    "\u{301}",
    "\u{301}\u{301}\u{301}\u{301}",
    "\u{202e}",
    "\u{2066}",
    "\u{200b}",
    "\u{200d}",
    "\u{feff}",
    "\u{ad}",
    "\u{e0041}",
    "\u{2028}",
    "\u{fff9}",
    "\u{fffd}",
    "\u{fe0f}",
    "한글",
    "漢字",
    "é",
    "😀",
    "\u{1100}\u{1161}",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\",
    "\\\"",
    "\\u001b",
    "\\u202e",
    "\\ud83d\\ude00",
    "\\ud800",
    ":",
    ",",
    "=",
    " ",
    "  ",
    "\":\"",
    "\",\"",
    "{\"level\":\"warn\"",
    ",\"status\":500",
    ",\"duration\":\"12ms\"",
    ",\"path\":\"/a\\/b\"",
    "\"visitor\":\"{ \"userId\":null, \"role\":\"GUEST\" }\"",
    "\"traceId\":\"t-1\"",
    "level=error",
    "msg=\"a \\\" b\"",
    "\tat x.Y(Z.java:3)",
    "Caused by: ",
    "... 12 more",
    "Traceback (most recent call last):",
    "# Query_time: 2.5",
    "LOG:  duration: 12.5 ms  statement: ",
    "password=hunter2",
    "AKIAIOSFODNN7EXAMPLE",
    "|",
    "!",
    "(",
    ")",
    "/",
    "/x/",
    ">=",
    "status>=500",
    "null",
    "true",
    "-1.5e3",
    "abc",
    "x",
];

fn cases() -> usize {
    let wished = option_env!("TIDEGATE_FUZZ");
    wished.and_then(|n| n.parse().ok()).unwrap_or(CASES)
}

fn input(rng: &mut fastrand::Rng) -> String {
    let pieces = rng.usize(0..16);
    let mut text = String::new();
    for _ in 0..pieces {
        match rng.u8(0..10) {
            0 => text.push(rng.char(..)),
            1 => text.extend(std::iter::repeat_with(|| rng.char(' '..='~')).take(9)),
            2 => text.push(rng.char('\u{0}'..='\u{9f}')),
            _ => text.push_str(PIECES[rng.usize(..PIECES.len())]),
        }
    }
    text
}

fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{180e}' | '\u{ad}' | '\u{e0000}'..='\u{e007f}'
            | '\u{fff9}'..='\u{fffb}')
}

fn is_safe(text: &str) -> bool {
    !text.chars().any(|c| c != '\n' && is_forbidden(c))
}

/// The sanitizer: nothing forbidden, the same wherever it is split, twice is once, the fast look agrees.
fn sanitized(text: &str, rng: &mut fastrand::Rng) {
    let once = Sanitizer::line().push(text);
    assert!(!once.chars().any(is_forbidden), "{text:?} became {once:?}");
    assert_eq!(Sanitizer::line().push(&once), once, "twice: {text:?}");
    assert!(!is_clean(text) || once == text, "called clean: {text:?}");
    let cut = text.floor_char_boundary(rng.usize(..=text.len()));
    let mut machine = Sanitizer::line();
    let pieces = machine.push(&text[..cut]) + &machine.push(&text[cut..]);
    assert_eq!(pieces, once, "split at {cut}: {text:?}");
}

/// A filter: read without a panic, and what is written reads back.
fn filtered(text: &str) {
    if let Ok(filter) = Filter::parse(text) {
        let said = filter.to_string();
        let again = Filter::parse(&said).map(|again| again.to_string());
        assert_eq!(again, Ok(said), "{text:?}");
    }
}

/// A chunk: no byte of the message lost, what is shown is safe, the fast way in gives what the slow one does.
fn sealed(texts: &[String]) {
    let event = |text: &String| RawEvent {
        message: text.clone(),
        ..super::chunk::tests::event(1, "")
    };
    let events: Vec<RawEvent> = texts.iter().map(event).collect();
    let chunks = Chunk::seal(&source("g"), &events);
    let lines = chunks
        .iter()
        .flat_map(|chunk| chunk.lines().iter().map(move |line| (chunk, line)));
    let mut count = 0;
    for ((chunk, line), text) in lines.zip(texts) {
        count += 1;
        assert_eq!(chunk.original(line), *text);
        assert_eq!(chunk.clean(line), slowly(text), "{text:?}");
        assert!(is_safe(&chunk.text(line)), "{text:?}");
        for member in chunk.fields(line) {
            assert!(is_safe(&member.name) && is_safe(&member.value), "{text:?}");
        }
        let parts = [chunk.path(line), chunk.trace(line), chunk.layer(line)];
        assert!(
            parts
                .into_iter()
                .flatten()
                .all(|part: Cow<'_, str>| !part.is_empty()),
            "{text:?}"
        );
        assert_eq!(chunk.head(line, usize::MAX), chunk.text(line));
    }
    assert_eq!(count, texts.len());
}

/// Clean text as the sanitizer alone makes it.
fn slowly(text: &str) -> String {
    let lines = text.trim_end_matches(['\n', '\r']).split('\n');
    let clean = lines.map(|line| Sanitizer::stream().push(line.strip_suffix('\r').unwrap_or(line)));
    clean.collect::<Vec<_>>().join("\n")
}

#[test]
fn hostile_lines_lose_nothing_and_show_nothing_hostile() {
    let mut rng = fastrand::Rng::with_seed(SEED);
    for _ in 0..cases() / BATCH {
        let texts: Vec<String> = (0..BATCH).map(|_| input(&mut rng)).collect();
        for text in &texts {
            sanitized(text, &mut rng);
            filtered(text);
        }
        sealed(&texts);
    }
}

#[test]
fn a_line_of_a_mebibyte_is_cut_on_the_screen_and_whole_in_the_original() {
    for piece in ["x", "한", "\x1b[31m", "\u{301}", "{\"a\":", "\tat x\n"] {
        sealed(&[piece.repeat((1 << 20) / piece.len())]);
    }
}
