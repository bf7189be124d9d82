//! Members of members: `visitor.role`, where `visitor` is an object or a string
//! that holds one, broken or not.

use super::parse::{Field, Kind, fields};
use std::borrow::Cow;

/// Objects within objects looked through, at most.
const DEPTH: usize = 8;

/// The members of a line of this name: their own, or the way to them with dots. Case does not matter.
pub(super) fn find<'t>(line: &'t str, name: &str) -> Vec<Field<'t>> {
    let mut found = Vec::new();
    look(line, name, DEPTH, &mut |field| found.push(field));
    found
}

/// Looks at the members one by one, so that a name with a dot in it goes before a way.
fn look<'t>(text: &'t str, name: &str, depth: usize, told: &mut dyn FnMut(Field<'t>)) {
    for field in fields(text) {
        if field.name.eq_ignore_ascii_case(name) {
            told(field);
        } else if let Some(inner) = way_on(&field.name, name)
            && depth > 0
        {
            within(field, inner, depth - 1, told);
        }
    }
}

/// `role` of `visitor.role` at the member `visitor`.
fn way_on<'n>(outer: &str, name: &'n str) -> Option<&'n str> {
    let (first, rest) = (name.get(..outer.len())?, name.get(outer.len()..)?);
    let inner = rest.strip_prefix('.').filter(|inner| !inner.is_empty())?;
    (!outer.is_empty() && first.eq_ignore_ascii_case(outer)).then_some(inner)
}

fn within<'t>(field: Field<'t>, inner: &str, depth: usize, told: &mut dyn FnMut(Field<'t>)) {
    if field.kind == Kind::Literal {
        return;
    }
    match field.value {
        Cow::Borrowed(value) => look(value, inner, depth, told),
        Cow::Owned(value) => look(&value, inner, depth, &mut |field| told(owned(field))),
    }
}

fn owned(field: Field<'_>) -> Field<'static> {
    Field {
        name: Cow::Owned(field.name.into_owned()),
        value: Cow::Owned(field.value.into_owned()),
        kind: field.kind,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(line: &str, name: &str) -> Vec<String> {
        find(line, name)
            .into_iter()
            .map(|field| field.value.into_owned())
            .collect()
    }

    #[test]
    fn members_are_found_in_objects_and_in_strings_that_hold_one() {
        for line in [
            r#"{"visitor":{"role":"GUEST"}}"#,
            r#"{"visitor":"{\"role\":\"GUEST\"}"}"#,
            r#"{"visitor":"{ "userId":null, "role":"GUEST" }"}"#,
            r#"{"visitor.role":"GUEST"}"#,
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
