//! One line: `{"crc":"8 hex digits","seq":N,"record":{…}}`. A flipped byte, a missing line
//! and a torn one are told apart.

use serde_json::value::RawValue;

/// A line taken apart, its check sum found right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub seq: u64,
    pub crc: u32,
    pub record: String,
}

#[derive(serde::Deserialize)]
struct Parts<'a> {
    crc: &'a str,
    seq: u64,
    #[serde(borrow)]
    record: &'a RawValue,
}

/// The check sum covers the number and every byte of the record.
fn sum(seq: u64, record: &str) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&seq.to_le_bytes());
    hasher.update(record.as_bytes());
    hasher.finalize()
}

impl Line {
    /// A line for a record that is written now.
    pub fn new(seq: u64, record: String) -> Self {
        Self {
            seq,
            crc: sum(seq, &record),
            record,
        }
    }

    /// Its text, without the line's end.
    pub fn text(&self) -> String {
        format!(
            "{{\"crc\":\"{:08x}\",\"seq\":{},\"record\":{}}}",
            self.crc, self.seq, self.record
        )
    }

    /// Takes a line apart; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts: Parts<'_> =
            serde_json::from_str(text).map_err(|e| format!("not a journal line ({e})"))?;
        let line = Self::new(parts.seq, parts.record.get().to_owned());
        // Every other spelling of the same line is a change of it.
        if line.text() == text {
            Ok(line)
        } else {
            Err(format!(
                "the check sum says {}, the content {:08x}",
                parts.crc, line.crc
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Line {
        Line::new(7, "{\"v\":1,\"said\":\"ünïcode\"}".to_owned())
    }

    #[test]
    fn a_line_comes_back_as_it_was_written() {
        assert_eq!(Line::parse(&line().text()), Ok(line()));
    }

    #[test]
    fn any_flipped_bit_is_found() {
        let bytes = line().text().into_bytes();
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut flipped = bytes.clone();
                flipped[at] ^= 1 << bit;
                let found = String::from_utf8(flipped)
                    .map_err(|e| e.to_string())
                    .and_then(|t| Line::parse(&t));
                assert!(found.is_err(), "byte {at}, bit {bit}");
            }
        }
    }

    #[test]
    fn any_torn_line_is_found() {
        let text = line().text();
        let ends = text.char_indices().map(|(at, _)| at);
        assert!(ends.into_iter().all(|at| Line::parse(&text[..at]).is_err()));
    }
}
