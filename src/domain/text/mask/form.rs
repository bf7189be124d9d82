//! Secrets known by their form.

use super::{Span, ours};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// One of these stands in every secret that [`spans`] can find.
pub(super) const TRIGGERS: &str = "AKIA|ASIA|ABIA|ACCA|eyJ|(?i:bearer|basic)[ \t]|://[^ /]*@|PRIVATE KEY|gh[pousr]_|\
    github_pat_|glpat-|xox[a-z]-|[sr]k_(?:live|test)_|sk-|AIza|hvs\\.|npm_|SG\\.|ya29\\.|dop_v1_|shpat_|hf_|pypi-|AGE-SECRET";

/// Each with the secret as its first group.
const FORMS: [&str; 7] = [
    r"\b((?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16})\b",
    r"\b(eyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*)*)",
    r"(?i)\bbearer[ \t]+([\w.~+/=-]{6,})",
    // A word of prose has no digit, no second capital and no padding.
    r"(?i:\bbasic)[ \t]+([\w+/-]*(?:[0-9+/=]|[a-z][A-Z])[\w+/-]*={0,2})",
    r#"(?i)\b[a-z][a-z0-9+.-]*://[^\s/:@"'<>]*:([^\s/"'<>]+)@"#,
    r"(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(.+?)(?:-----END|\z)",
    r"\b(gh[pousr]_[\w]{20,}|github_pat_[\w]{20,}|glpat-[\w-]{16,}|xox[a-z]-[\w-]{10,}|[sr]k_(?:live|test)_[\w]{10,}|sk-[\w-]{20,}|AIza[\w-]{30,}|hvs\.[\w-]{20,}|npm_[\w]{30,}|SG\.[\w-]{16,}\.[\w-]{16,}|ya29\.[\w-]{20,}|dop_v1_[\w]{30,}|shpat_[\w]{20,}|hf_[\w]{30,}|pypi-[\w-]{30,}|AGE-SECRET-KEY-[\w]{20,})",
];

static COMPILED: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    FORMS
        .iter()
        .map(|form| ours(&form.replace(r"\b", r"(?-u:\b)").replace(r"\w", "[:word:]")))
        .collect()
});

/// The letters of an AWS secret access key, which has no form but its length.
const SECRET: usize = 40;

/// What a secret access key could be a part of.
static WORDS: LazyLock<Regex> = LazyLock::new(|| ours(r"(?:[A-Za-z0-9+]|\\?/)+"));

/// Where secrets stand, by their form.
pub(super) fn spans(text: &str) -> Vec<Span> {
    let found = COMPILED.iter().flat_map(|form| form.captures_iter(text));
    let found = found.filter_map(|captures| captures.get(1));
    let mut ranges: Vec<Range<usize>> = found.map(|m| m.range()).collect();
    if let Some(id) = COMPILED.first().and_then(|ids| ids.find(text)) {
        ranges.extend(secrets_after(text, id.end()));
    }
    let span = |range| Span {
        range,
        quoted: false,
    };
    ranges.into_iter().map(span).collect()
}

/// The secrets that may belong to an access key id that ends at `id`.
fn secrets_after(text: &str, id: usize) -> impl Iterator<Item = Range<usize>> {
    let words = WORDS.find_iter(&text[id..]);
    words.filter_map(move |word| secret_in(text, id + word.start()..id + word.end()))
}

/// The secret that a word is, without what JSON puts before it: the letter of an escape (`\n`), a slash between the two,
/// which may be escaped as those within are.
fn secret_in(text: &str, word: Range<usize>) -> Option<Range<usize>> {
    let escape = text[..word.start].ends_with('\\') && !text[word.clone()].starts_with(['\\', '/']);
    let start = word.start + usize::from(escape);
    let letters = |of: &str| of.bytes().filter(|byte| *byte != b'\\').count();
    let secret = &text[start..word.end];
    let rest = secret.strip_prefix('\\').unwrap_or(secret);
    let rest = rest.strip_prefix('/').unwrap_or(rest);
    let whole = [secret, rest]
        .into_iter()
        .find(|of| letters(of) == SECRET)?;
    is_random(whole).then(|| word.end - whole.len()..word.end)
}

/// Not the digest of a commit or a file, which has letters of one case alone.
fn is_random(word: &str) -> bool {
    word.contains(|c: char| c.is_ascii_uppercase())
        && word.contains(|c: char| c.is_ascii_lowercase())
}
