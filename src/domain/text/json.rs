//! Strings of JSON, written and read in runs: log lines are full of quotes, so
//! that going from one to the next byte by byte is most of the work.

use super::block::{BLOCK, found_in};
use std::ops::Range;

/// What is copied at once, whatever a run needs: runs between two quotes are short.
const RUN: usize = 16;
/// A block and what may be read behind it.
const PADDED: usize = BLOCK + RUN;
/// A block whose every byte is escaped by one before it, and what may be written behind it.
const ROOM: usize = 2 * BLOCK + RUN;

/// The byte behind the backslash, for each byte that is written with one; 0 = none; 1 = it needs its code.
const ESCAPE: [u8; 256] = {
    let mut escape = [0; 256];
    let mut control = 0;
    while control < 0x20 {
        escape[control] = CODE;
        control += 1;
    }
    let mut pair = 0;
    while pair < PAIRS.len() {
        escape[PAIRS[pair].0 as usize] = PAIRS[pair].1;
        pair += 1;
    }
    escape
};
const CODE: u8 = 1;

/// The byte that is meant, by the byte behind the backslash; 0 = none.
const MEANT: [u8; 256] = {
    let mut meant = [0; 256];
    let mut pair = 0;
    while pair < PAIRS.len() {
        meant[PAIRS[pair].1 as usize] = PAIRS[pair].0;
        pair += 1;
    }
    meant[b'/' as usize] = b'/';
    meant
};

/// A byte, and what stands behind the backslash for it.
const PAIRS: [(u8, u8); 7] = [
    (b'"', b'"'),
    (b'\\', b'\\'),
    (0x08, b'b'),
    (b'\t', b't'),
    (b'\n', b'n'),
    (0x0c, b'f'),
    (b'\r', b'r'),
];

#[inline]
fn is_mark(byte: u8) -> bool {
    byte == b'"' || byte == b'\\' || byte < 0x20
}

/// Appends the text as a string of JSON, byte for byte as `serde_json` does.
pub fn quote(text: &str, into: &mut Vec<u8>) {
    into.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(padded) = rest.first_chunk::<PADDED>() {
        quote_block(padded, BLOCK, into);
        rest = &rest[BLOCK..];
    }
    while !rest.is_empty() {
        let length = rest.len().min(BLOCK);
        quote_block(&padded(&rest[..length]), length, into);
        rest = &rest[length..];
    }
    into.push(b'"');
}

fn padded(bytes: &[u8]) -> [u8; PADDED] {
    let mut padded = [0; PADDED];
    padded[..bytes.len()].copy_from_slice(bytes);
    padded
}

/// The first `length` bytes, at most a block.
#[inline]
fn quote_block(bytes: &[u8; PADDED], length: usize, into: &mut Vec<u8>) {
    let mut marks = bytes
        .first_chunk()
        .map_or(0, |block| found_in(block, is_mark));
    if length < BLOCK {
        marks &= (1 << length) - 1;
    }
    let start = into.len();
    into.resize(start + ROOM, 0);
    let (mut at, mut end) = (0, start);
    while marks != 0 {
        let mark = marks.trailing_zeros() as usize;
        marks &= marks - 1;
        end = copied(bytes, at..mark, into, end);
        at = mark + 1;
        end = escaped(bytes[mark], into, end);
    }
    end = copied(bytes, at..length, into, end);
    into.truncate(end);
}

/// Writes one byte as its escape at a place; answers with the place behind it.
#[inline]
fn escaped(byte: u8, into: &mut Vec<u8>, at: usize) -> usize {
    let escape = ESCAPE[usize::from(byte)];
    if escape == CODE {
        return coded(byte, into, at);
    }
    into[at] = b'\\';
    into[at + 1] = escape;
    at + 2
}

/// Four bytes more than there is room for.
#[cold]
fn coded(byte: u8, into: &mut Vec<u8>, at: usize) -> usize {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |of: u8| DIGITS[usize::from(of & 15)];
    let code = [b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte)];
    into.resize(into.len() + code.len() - 2, 0);
    into[at..at + code.len()].copy_from_slice(&code);
    at + code.len()
}

/// Copies a range to a place, and up to a run of what stands behind it; answers with the place behind the range.
#[inline]
fn copied(from: &[u8; PADDED], range: Range<usize>, into: &mut [u8], to: usize) -> usize {
    let mut done = 0;
    while done < range.len() {
        let at = range.start + done;
        into[to + done..][..RUN].copy_from_slice(&from[at..][..RUN]);
        done += RUN;
    }
    to + range.len()
}

/// Puts what a string of JSON says in place of what `into` holds; answers with the place behind its closing quote.
/// `from`: behind the quote that opens it. `None` where it is no string, or says what is no text (half a surrogate pair).
pub fn unquote(json: &str, from: usize, into: &mut Vec<u8>) -> Option<usize> {
    into.clear();
    let mut at = from;
    loop {
        let rest = json.as_bytes().get(at..)?;
        let stop = match rest.first_chunk::<PADDED>() {
            Some(padded) => unquote_block(padded, BLOCK, into),
            None if rest.is_empty() => return None,
            None => unquote_block(&padded(rest), rest.len().min(BLOCK), into),
        };
        match stop {
            Stop::Behind(length) => at += length,
            Stop::Closed(length) => return Some(at + length),
            Stop::Code(length) => at += length + code(&json[at + length..], into)?,
            Stop::Odd => return None,
        }
    }
}

/// Why reading a block has stopped, and how much of it was read.
enum Stop {
    /// The block is read.
    Behind(usize),
    /// The string has ended.
    Closed(usize),
    /// `\u` stands here, or a backslash alone.
    Code(usize),
    /// No string of JSON goes on so.
    Odd,
}

#[inline]
fn unquote_block(bytes: &[u8; PADDED], length: usize, into: &mut Vec<u8>) -> Stop {
    let mut marks = bytes
        .first_chunk()
        .map_or(0, |block| found_in(block, is_mark));
    if length < BLOCK {
        marks &= (1 << length) - 1;
    }
    let start = into.len();
    into.resize(start + PADDED + RUN, 0);
    let (mut at, mut end) = (0, start);
    let stop = loop {
        if marks == 0 {
            end = copied(bytes, at.min(length)..length, into, end);
            break Stop::Behind(at.max(length));
        }
        let mark = marks.trailing_zeros() as usize;
        end = copied(bytes, at..mark, into, end);
        match bytes[mark] {
            b'\\' => {
                let meant = MEANT[usize::from(bytes[mark + 1])];
                if meant == 0 {
                    break Stop::Code(mark);
                }
                into[end] = meant;
                end += 1;
                at = mark + 2;
                marks &= !(3 << mark);
            }
            b'"' => break Stop::Closed(mark + 1),
            _ => break Stop::Odd,
        }
    };
    into.truncate(end);
    stop
}

/// A character by its code, `\u0000` or a pair of them; answers with the length of that.
#[cold]
fn code(json: &str, into: &mut Vec<u8>) -> Option<usize> {
    let first = unit(json)?;
    let (c, length) = match char::from_u32(first.into()) {
        Some(c) => (c, 6),
        None => {
            let pair = [first, unit(json.get(6..)?)?];
            (char::decode_utf16(pair).next()?.ok()?, 12)
        }
    };
    into.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    Some(length)
}

fn unit(json: &str) -> Option<u16> {
    let digits = json.strip_prefix("\\u")?.get(..4)?;
    let all = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    u16::from_str_radix(digits, 16).ok().filter(|_| all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn quoted(text: &str) -> Vec<u8> {
        let mut out = b"before".to_vec();
        quote(text, &mut out);
        out.split_off(6)
    }

    /// What a text holds that is hard on both: escapes, codes, blocks that end within them.
    const HARD: &str = r#"([ -~]{0,9}|["\\]{0,70}|x{0,130}|한{0,30}|[\x00-\x1f\x7f-\x9f]{1,5}|😀|\\{0,66}u?|"){0,9}"#;

    proptest! {
        #[test]
        fn a_text_is_quoted_as_by_the_library(text in HARD) {
            prop_assert_eq!(quoted(&text), serde_json::to_vec(&text).unwrap());
        }

        #[test]
        fn what_was_quoted_is_read_back(text in HARD, behind in "[ -~]{0,99}", escaped in any::<bool>()) {
            let json = if escaped {
                let code = |unit: u16| format!("\\u{unit:04X}");
                format!("\"{}\"", text.encode_utf16().map(code).collect::<String>())
            } else {
                String::from_utf8(quoted(&text)).unwrap()
            };
            let mut out = b"before".to_vec();
            let end = unquote(&format!("{json}{behind}"), 1, &mut out);
            prop_assert_eq!(end, Some(json.len()));
            prop_assert_eq!(out, text.as_bytes());
        }

        #[test]
        fn what_is_no_string_is_none_to_the_library_as_well(inner in r#"([ -~]{0,9}|["\\]{0,3}|x{0,70}|\\u[0-9a-fA-F+]{0,4}|\\ud83d\\ude00|\\ud83d|[\x00-\x1f]|한{0,20}){0,9}"#) {
            let json = format!("\"{inner}");
            let mut strings = serde_json::Deserializer::from_str(&json).into_iter::<String>();
            let expected = strings.next().unwrap().ok().map(|text| (text, strings.byte_offset()));
            let mut out = Vec::new();
            let end = unquote(&json, 1, &mut out);
            let found = end.map(|end| (String::from_utf8(out).unwrap(), end));
            prop_assert_eq!(found, expected);
        }
    }
}
