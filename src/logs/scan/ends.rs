//! Where a value ends that is not written as usual, and whether the object goes on
//! behind it.

use super::super::marks::Marks;

/// The first quote from a place on that no backslash escapes.
pub(in crate::logs) fn closing_quote(text: &str, from: usize) -> Option<usize> {
    Marks::from(text, from).closing().0
}

/// Whether after a value the object goes on or ends.
pub(super) fn goes_on(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.is_empty() || rest.starts_with('}') && rest[1..].trim().is_empty() || next_member(rest)
}

/// `, "name" :`, or as much of it as was not cut off.
fn next_member(rest: &str) -> bool {
    let Some(after_comma) = rest.strip_prefix(',').map(str::trim_start) else {
        return false;
    };
    let Some(name) = after_comma.strip_prefix('"') else {
        return after_comma.is_empty();
    };
    let after_name = closing_quote(name, 0).map_or("", |end| name[end + 1..].trim_start());
    after_name.is_empty() || after_name.starts_with(':')
}

/// Where a string with unescaped quotes ends: after the bracket that closes what it holds, else at the first quote
/// after which the object goes on, else with the line.
pub(super) fn broken_end(text: &str) -> usize {
    let held = if text.starts_with(['{', '[']) {
        nested_end_of_broken(text)
    } else {
        None
    };
    let at_quote =
        || memchr::memchr_iter(b'"', text.as_bytes()).find(|at| goes_on(&text[at + 1..]));
    held.or_else(at_quote).unwrap_or(text.len())
}

fn nested_end_of_broken(text: &str) -> Option<usize> {
    let end = brackets_end(text, false)?;
    let spaces = text[end..].len() - text[end..].trim_start().len();
    let quote = end + spaces;
    (text[quote..].starts_with('"') && goes_on(&text[quote + 1..])).then_some(quote)
}

/// Where the object or array that opens the text ends; the whole of it where it does not.
pub(super) fn nested_end(text: &str) -> usize {
    brackets_end(text, true).unwrap_or(text.len())
}

fn brackets_end(text: &str, skip_strings: bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    let mut marks = Marks::from(text, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' if skip_strings => {
                marks.pass(at + 1);
                at = marks.closing().0?;
            }
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

pub(super) fn literal_end(text: &str) -> Option<usize> {
    let ends = |b: &u8| matches!(b, b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n' | b'"');
    let end = text.bytes().position(|b| ends(&b)).unwrap_or(text.len());
    (end > 0).then_some(end)
}
