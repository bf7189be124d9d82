//! Secrets known by the name they stand under.

use super::value::{Key, value_after};
use super::{Span, ours};
use regex::Regex;
use std::sync::LazyLock;

/// What makes a name a secret's name: the list of safety.md §4, and headers that carry secrets.
pub(super) const NAMES: &str = "pass|pwd|secret|token|api[_-]?key|access[_-]?key|credential|private|dsn|conn|authorization|cookie|signature";

/// Words that only contain such a part.
const HARMLESS: [&str; 14] = [
    "passed",
    "passes",
    "passing",
    "passive",
    "passenger",
    "passengers",
    "bypass",
    "bypassed",
    "compass",
    "connected",
    "connecting",
    "connections",
    "tokenizer",
    "disconnected",
];

static NAME: LazyLock<Regex> = LazyLock::new(|| ours(&format!("(?i-u:{NAMES})")));

/// Whether a field of this name holds a secret.
pub(super) fn is_secret(name: &str) -> bool {
    NAME.is_match(name) && !is_harmless(name)
}

fn is_harmless(name: &str) -> bool {
    let bare = name.trim_matches('-');
    HARMLESS.iter().any(|word| word.eq_ignore_ascii_case(bare))
}

/// Where secrets stand, by their name.
pub(super) fn spans(text: &str) -> Vec<Span> {
    let mut done = 0;
    NAME.find_iter(text)
        .filter_map(|part| {
            if part.start() < done {
                return None;
            }
            let key = widen(text, part.start(), part.end());
            done = key.end;
            let span = if is_harmless(key.name) {
                None
            } else {
                value_after(text, &key)
            }?;
            done = span.range.end;
            Some(span)
        })
        .collect()
}

/// The whole name around a part of it.
fn widen(text: &str, start: usize, end: usize) -> Key<'_> {
    let named = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let bytes = text.as_bytes();
    let start = start - bytes[..start].iter().rev().take_while(|b| named(b)).count();
    let end = end + bytes[end..].iter().take_while(|b| named(b)).count();
    Key {
        name: &text[start..end],
        end,
    }
}
