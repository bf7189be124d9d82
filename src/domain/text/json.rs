//! Strings of JSON, written and read in runs: log lines are full of quotes, so
//! that going from one to the next byte by byte is most of the work.

use super::block::{BLOCK, found_in};
use std::ops::Range;

/// What is copied at once, whatever a run needs: runs between two quotes are short.
const RUN: usize = 16;
/// A block and what may be read behind it.
const PADDED: usize = BLOCK + RUN;
/// Two quotes, and what may be written behind the end.
const ROOM: usize = 2 + RUN;

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
    let start = into.len();
    into.resize(start + 2 * text.len() + ROOM, 0);
    into[start] = b'"';
    let (mut rest, mut end) = (text.as_bytes(), start + 1);
    while let Some(padded) = rest.first_chunk() {
        end = quote_block(padded, BLOCK, into, end);
        rest = &rest[BLOCK..];
    }
    while !rest.is_empty() {
        let length = rest.len().min(BLOCK);
        end = quote_block(&padded(rest), length, into, end);
        rest = &rest[length..];
    }
    into[end] = b'"';
    into.truncate(end + 1);
}

#[inline]
fn padded(bytes: &[u8]) -> [u8; PADDED] {
    let mut padded = [0; PADDED];
    padded[..bytes.len()].copy_from_slice(bytes);
    padded
}

/// The marks of the first `length` bytes, at most a block.
#[inline]
fn marks(bytes: &[u8; PADDED], length: usize) -> u64 {
    let all = bytes
        .first_chunk()
        .map_or(0, |block| found_in(block, is_mark));
    match length {
        BLOCK => all,
        _ => all & ((1 << length) - 1),
    }
}

/// Writes the first `length` bytes, at most a block, to a place; answers with the place behind them.
#[inline]
fn quote_block(bytes: &[u8; PADDED], length: usize, into: &mut Vec<u8>, to: usize) -> usize {
    let (mut left, mut at, mut end) = (marks(bytes, length), 0, to);
    while left != 0 {
        let mark = left.trailing_zeros() as usize;
        left &= left - 1;
        end = copied(bytes, at..mark, into, end);
        at = mark + 1;
        let escape = ESCAPE[usize::from(bytes[mark])];
        if escape == CODE {
            end = coded(bytes[mark], into, end);
        } else if let Some(pair) = into[end..].first_chunk_mut() {
            *pair = [b'\\', escape];
            end += 2;
        }
    }
    copied(bytes, at..length, into, end)
}

/// Writes a byte as its code, which takes four bytes more than there is room for.
#[cold]
fn coded(byte: u8, into: &mut Vec<u8>, to: usize) -> usize {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |of: u8| DIGITS[usize::from(of & 15)];
    let code = [b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte)];
    into.resize(into.len() + code.len() - 2, 0);
    into[to..to + code.len()].copy_from_slice(&code);
    to + code.len()
}

/// Copies a range to a place, and up to a run of what stands behind it; answers with the place behind the range.
#[inline]
fn copied(from: &[u8; PADDED], range: Range<usize>, into: &mut [u8], to: usize) -> usize {
    let mut done = 0;
    while done < range.len() {
        let source = from[range.start + done..].first_chunk::<RUN>();
        // As arrays: the compiler knows their length, and calls nobody.
        if let (Some(source), Some(place)) = (source, into[to + done..].first_chunk_mut()) {
            *place = *source;
        }
        done += RUN;
    }
    to + range.len()
}

/// Reads strings; keeps the room that the longest one took.
#[derive(Clone, Debug, Default)]
pub struct Unquote {
    room: Vec<u8>,
}

impl Unquote {
    /// What the string says that begins behind the quote before `from`, and the place behind its closing quote. `None`
    /// where it is no string of JSON, or says what is no text (half a surrogate pair).
    pub fn read(&mut self, json: &str, from: usize) -> Option<(&str, usize)> {
        let (mut at, mut end) = (from, 0);
        loop {
            if self.room.len() < end + PADDED + RUN {
                self.room.resize(2 * (end + PADDED + RUN), 0);
            }
            let rest = json.as_bytes().get(at..)?;
            let stop = match rest.first_chunk() {
                Some(padded) => unquote_block(padded, BLOCK, &mut self.room, &mut end),
                None if rest.is_empty() => return None,
                None => unquote_block(
                    &padded(rest),
                    rest.len().min(BLOCK),
                    &mut self.room,
                    &mut end,
                ),
            };
            match stop {
                Stop::Behind(length) => at += length,
                Stop::Closed(length) => {
                    at += length;
                    break;
                }
                Stop::Code(length) => {
                    let (c, long) = code(&json[at + length..])?;
                    end += c.encode_utf8(&mut self.room[end..]).len();
                    at += length + long;
                }
                Stop::Odd => return None,
            }
        }
        // Cut at bytes that stand for themselves alone: it always is a text.
        let text = std::str::from_utf8(&self.room[..end]).ok()?;
        Some((text, at))
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

/// Reads the first `length` bytes, at most a block, to a place, which goes on behind them.
#[inline]
fn unquote_block(bytes: &[u8; PADDED], length: usize, into: &mut [u8], end: &mut usize) -> Stop {
    let (mut left, mut at) = (marks(bytes, length), 0);
    while left != 0 {
        let mark = left.trailing_zeros() as usize;
        *end = copied(bytes, at..mark, into, *end);
        match bytes[mark] {
            b'\\' => {
                let meant = MEANT[usize::from(bytes[mark + 1])];
                if meant == 0 {
                    return Stop::Code(mark);
                }
                into[*end] = meant;
                *end += 1;
                at = mark + 2;
                // The byte behind a backslash is none.
                left &= !(3 << mark);
            }
            b'"' => return Stop::Closed(mark + 1),
            _ => return Stop::Odd,
        }
    }
    *end = copied(bytes, at.min(length)..length, into, *end);
    Stop::Behind(at.max(length))
}

/// The character of a code, `\u0000` or a pair of them, and the length of that.
#[cold]
fn code(json: &str) -> Option<(char, usize)> {
    let first = unit(json)?;
    if let Some(c) = char::from_u32(first.into()) {
        return Some((c, 6));
    }
    let pair = [first, unit(json.get(6..)?)?];
    let c = char::decode_utf16(pair).next()?.ok()?;
    Some((c, 12))
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
            let json = format!("{json}{behind}");
            let length = json.len() - behind.len();
            let mut read = Unquote::default();
            prop_assert_eq!(read.read(&json, 1), Some((text.as_str(), length)));
            // What was read before does not show.
            prop_assert_eq!(read.read("x\"", 0), Some(("x", 2)));
        }

        #[test]
        fn what_is_no_string_is_none_to_the_library_as_well(inner in r#"([ -~]{0,9}|["\\]{0,3}|x{0,70}|\\u[0-9a-fA-F+]{0,4}|\\ud83d\\ude00|\\ud83d|[\x00-\x1f]|한{0,20}){0,9}"#) {
            let json = format!("\"{inner}");
            let mut strings = serde_json::Deserializer::from_str(&json).into_iter::<String>();
            let expected = strings.next().unwrap().ok().map(|text| (text, strings.byte_offset()));
            let mut read = Unquote::default();
            let found = read.read(&json, 1).map(|(text, end)| (text.to_owned(), end));
            prop_assert_eq!(found, expected);
        }
    }
}
