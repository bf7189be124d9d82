//! Members of members: `visitor.role`, where `visitor` is an object or a string
//! that holds one, broken or not.

use super::logfmt::Pairs;
use super::parse::{Field, Kind, decoded};
use super::scan::{Raw, Walk};

/// Objects within objects looked through, at most.
const DEPTH: usize = 8;

/// Whether a member of a line of this name is as asked: one of its own, or one that the way to it names with dots.
/// Case does not matter.
pub(super) fn any(line: &str, name: &str, is_it: &mut dyn FnMut(&Field<'_>) -> bool) -> bool {
    look(line, name, DEPTH, is_it)
}

/// Whether a line has a member of this name.
pub(super) fn has(line: &str, name: &str) -> bool {
    any(line, name, &mut |_| true)
}

fn look(text: &str, name: &str, depth: usize, is_it: &mut dyn FnMut(&Field<'_>) -> bool) -> bool {
    if let Some(walk) = Walk::new(text) {
        return looked(text, walk, name, depth, is_it);
    }
    Pairs::new(text).is_some_and(|pairs| looked(text, pairs, name, depth, is_it))
}

#[inline]
fn looked(
    text: &str,
    mut members: impl Iterator<Item = Raw>,
    name: &str,
    depth: usize,
    is_it: &mut dyn FnMut(&Field<'_>) -> bool,
) -> bool {
    members.any(|raw| {
        let bare = &text.as_bytes()[raw.name.clone()];
        may_be(bare, name.as_bytes()) && named(&decoded(text, &raw), name, depth, is_it)
    })
}

/// Whether a name as it stands could be the one, or the first part of it.
#[inline]
fn may_be(bare: &[u8], name: &[u8]) -> bool {
    let first = |of: &[u8]| of.first().map_or(0, u8::to_ascii_lowercase);
    let fits = bare.len() <= name.len() && first(bare) == first(name);
    fits || bare.contains(&b'\\')
}

fn named(
    field: &Field<'_>,
    name: &str,
    depth: usize,
    is_it: &mut dyn FnMut(&Field<'_>) -> bool,
) -> bool {
    if field.name.eq_ignore_ascii_case(name) {
        return is_it(field);
    }
    let inner = way_on(&field.name, name).filter(|_| depth > 0 && field.kind != Kind::Literal);
    inner.is_some_and(|inner| look(&field.value, inner, depth - 1, is_it))
}

/// `role` of `visitor.role` at the member `visitor`.
fn way_on<'n>(outer: &str, name: &'n str) -> Option<&'n str> {
    let (first, rest) = (name.get(..outer.len())?, name.get(outer.len()..)?);
    let inner = rest.strip_prefix('.').filter(|inner| !inner.is_empty())?;
    (!outer.is_empty() && first.eq_ignore_ascii_case(outer)).then_some(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(line: &str, name: &str) -> Vec<String> {
        let mut values = Vec::new();
        any(line, name, &mut |field| {
            values.push(field.value.to_string());
            false
        });
        values
    }

    #[test]
    fn members_are_found_in_objects_and_in_strings_that_hold_one() {
        for line in [
            r#"{"visitor":{"role":"GUEST"}}"#,
            r#"{"visitor":"{\"role\":\"GUEST\"}"}"#,
            r#"{"visitor":"{ "userId":null, "role":"GUEST" }"}"#,
            r#"{"visitor.role":"GUEST"}"#,
            r#"{"visitor":1,"visit\u006fr":{"R\u006fle":"GUEST"}}"#,
        ] {
            assert_eq!(values(line, "Visitor.role"), ["GUEST"], "{line}");
        }
        assert_eq!(values(r#"{"a":{"b":{"c":1}}}"#, "a.b.c"), ["1"]);
        assert_eq!(values(r#"{"a":"x"}"#, "a."), [""; 0]);
        assert_eq!(values(r#"{"":1,"a":2}"#, ".a"), [""; 0]);
    }

    #[test]
    fn depth_is_no_trouble() {
        let (mut line, mut name) = ("1".to_owned(), "a".to_owned());
        for _ in 0..2_000 {
            line = format!(r#"{{"a":{line}}}"#);
            name += ".a";
        }
        assert_eq!(values(&line, &name), [""; 0]);
    }
}
