//! Bytes looked for eight at a time: JSON names and values are too short for the
//! start-up of a vector search.

const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);
const QUOTES: u64 = u64::from_ne_bytes([b'"'; 8]);
const ESCAPES: u64 = u64::from_ne_bytes([b'\\'; 8]);

/// The place of the first quote or backslash from `at` on; the length of the text where there is none, or `at` beyond
/// it.
#[inline]
pub(super) fn quote_or_escape(bytes: &[u8], mut at: usize) -> usize {
    while let Some(word) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*word);
        let found = zeroes(word ^ QUOTES) | zeroes(word ^ ESCAPES);
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    let found = rest.iter().position(|b| matches!(b, b'"' | b'\\'));
    found.map_or(bytes.len().max(at), |near| at + near)
}

/// The high bit of every zero byte; the lowest bit set is exact, those above it may be false.
#[inline]
fn zeroes(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGHS
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_finds_what_a_byte_by_byte_search_finds(text in r#"[ -~\u{80}\u{1}"\\#!\]\[]{0,40}"#, from in 0_usize..44) {
            let bytes = text.as_bytes();
            let plain = (from..bytes.len()).find(|at| matches!(bytes[*at], b'"' | b'\\'));
            prop_assert_eq!(quote_or_escape(bytes, from), plain.unwrap_or(bytes.len().max(from)));
        }
    }
}
