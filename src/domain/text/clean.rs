//! Whether a line needs no sanitizing, decided at the speed of memory: most lines
//! are printable ASCII, most others Hangul or ideographs among it.

use super::class::{Class, class};

/// Bytes looked at together, so that the compiler can use wide registers.
const BLOCK: usize = 32;
/// Printable bytes in a row after which blocks are worth it again.
const CALM: u32 = 16;

/// Whether every character has a cell of its own: nothing moves the cursor, nothing combines, nothing hides.
#[inline]
pub(super) fn all_shown(line: &str) -> bool {
    let mut at = 0;
    loop {
        at += plain(&line.as_bytes()[at..]);
        if at == line.len() {
            return true;
        }
        match mixed(line, at) {
            Some(next) => at = next,
            None => return false,
        }
    }
}

/// How many bytes at the start are printable ASCII; whole blocks, and what comes before the first odd byte.
#[inline]
fn plain(bytes: &[u8]) -> usize {
    let mut calm = 0;
    while let Some(block) = bytes[calm..].first_chunk::<BLOCK>() {
        if !is_plain(block) {
            break;
        }
        calm += BLOCK;
    }
    // The end is most often less than a block: it is looked at together with what stands before it.
    match bytes.last_chunk::<BLOCK>() {
        Some(last) if bytes.len() - calm < BLOCK && is_plain(last) => bytes.len(),
        _ => calm + odd_byte(&bytes[calm..]),
    }
}

/// How many printable bytes of a block are before the first odd one.
fn odd_byte(bytes: &[u8]) -> usize {
    let mut at = 0;
    while at < BLOCK && bytes.get(at).is_some_and(|b| is_printable(*b)) {
        at += 1;
    }
    at
}

#[inline]
fn is_plain(block: &[u8; BLOCK]) -> bool {
    block.iter().fold(true, |ok, b| ok & is_printable(*b))
}

#[inline]
fn is_printable(b: u8) -> bool {
    (0x20..0x7f).contains(&b)
}

/// Goes over text of many scripts; answers where it is calm again, or nothing where a character is not shown.
fn mixed(line: &str, mut at: usize) -> Option<usize> {
    let bytes = line.as_bytes();
    let mut calm = 0;
    while at < bytes.len() && calm < CALM {
        let length = shown(line, bytes[at], at)?;
        calm = if length == 1 { calm + 1 } else { 0 };
        at += length;
    }
    Some(at)
}

/// The length of the character at a place, where it is one that is shown.
#[inline]
fn shown(line: &str, lead: u8, at: usize) -> Option<usize> {
    match lead {
        0x20..0x7f => Some(1),
        // U+4000–9FFF (ideographs) and U+B000–CFFF (Hangul): every one of them has its cells.
        0xe4..=0xe9 | 0xeb | 0xec => Some(3),
        _ => {
            let c = line[at..].chars().next()?;
            (class(c) == Class::Shown).then_some(c.len_utf8())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn slow(line: &str) -> bool {
        line.chars().all(|c| class(c) == Class::Shown)
    }

    #[test]
    fn every_single_character_is_judged_as_the_classes_judge_it() {
        for c in '\0'..=char::MAX {
            let alone = c.to_string();
            assert_eq!(all_shown(&alone), slow(&alone), "{c:?}");
        }
        for c in ['\u{1b}', '\u{202e}', '\u{301}', '\t', '한', '漢', 'é'] {
            for before in [0, 1, 15, 16, 31, 32, 33, 70] {
                let line = format!("{}{c}{}", "x".repeat(before), "y".repeat(40));
                assert_eq!(all_shown(&line), slow(&line), "{c:?} after {before}");
            }
        }
    }

    proptest! {
        #[test]
        fn fast_and_slow_agree(line in r"([ -~]{0,40}|[가-힣 ]{0,8}|[一-鿿]{0,3}|\PC{0,4}|.{0,2}|\u{301}|\x1b|\t){0,8}") {
            prop_assert_eq!(all_shown(&line), slow(&line));
        }
    }
}
