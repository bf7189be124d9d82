//! A fingerprint of a document without one value: equal for documents that mean
//! the same, whatever their spacing, spelling and order of members.

use super::decimal::Decimal;
use super::members::{Member, Members, elements, string};
use super::proof::{Path, Step};

/// Writes a value in its one normal form, leaving out what stands at `path`.
pub fn normal(value: &str, path: &[Step], out: &mut String) {
    match value.as_bytes().first() {
        Some(b'{') => object(value, path, out),
        Some(b'[') => array(value, path, out),
        Some(b'"') => {
            out.push_str(&string(value).map_or_else(|| value.to_owned(), |s| format!("{s:?}")));
        }
        _ => match Decimal::parse(value) {
            Some(number) => out.push_str(&number.text()),
            None => out.push_str(value),
        },
    }
}

fn object(value: &str, path: &[Step], out: &mut String) {
    let Some(members) = Members::of(value) else {
        return out.push_str(value);
    };
    let mut sorted: Vec<_> = members
        .iter()
        .filter(|m| !m.is_null() && !is_beside(m))
        .collect();
    sorted.sort_by(|a, b| a.name.cmp(&b.name));
    out.push('{');
    for member in sorted {
        out.extend([&format!("{:?}", member.name), ":"]);
        inner(
            member.value,
            deeper(path, &Step::Member(member.name.clone())),
            out,
        );
    }
    out.push('}');
}

fn array(value: &str, path: &[Step], out: &mut String) {
    let Some(all) = elements(value) else {
        return out.push_str(value);
    };
    out.push('[');
    for (i, element) in all.iter().enumerate() {
        inner(element, deeper(path, &Step::Index(i)), out);
    }
    out.push(']');
}

/// What no setting is, at the top level where it occurs.
fn is_beside(member: &Member<'_>) -> bool {
    member.is_no_description() || member.name == "LockToken"
}

/// What is left of the path inside this step; `None` where the path goes elsewhere.
fn deeper<'p>(path: &'p [Step], step: &Step) -> Option<&'p [Step]> {
    path.split_first()
        .filter(|(first, _)| *first == step)
        .map(|(_, rest)| rest)
}

fn inner(value: &str, path: Option<&[Step]>, out: &mut String) {
    match path {
        Some([]) => {}
        Some(rest) => normal(value, rest, out),
        None => normal(value, &[], out),
    }
    out.push(',');
}

/// 128 bits of the normal form (FNV-1a): a fingerprint against accidents, not against an enemy.
pub fn fingerprint(document: &str, path: &Path) -> String {
    let mut text = String::with_capacity(document.len());
    normal(document.trim(), &path.0, &mut text);
    let mix = |hash: u128, byte: u8| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    };
    format!(
        "{:032x}",
        text.bytes()
            .fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, mix)
    )
}
