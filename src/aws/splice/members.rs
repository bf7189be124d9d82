//! Objects and arrays as slices of the text they stand in: order, spacing and
//! numbers stay as they are, and a slice knows where it stands.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;
use std::ops::Range;

/// One member of an object.
#[derive(Clone, Debug)]
pub struct Member<'a> {
    /// Decoded.
    pub name: String,
    /// As written, quotes included.
    pub key: &'a str,
    /// As written.
    pub value: &'a str,
}

impl Member<'_> {
    /// AWS shows an empty description and does not take one.
    pub fn is_no_description(&self) -> bool {
        self.name == "Description" && matches!(self.value, "\"\"" | "null")
    }

    /// In AWS's JSON a null member is an absent one.
    pub fn is_null(&self) -> bool {
        self.value == "null"
    }
}

/// An object's members in the order of the text.
#[derive(Clone, Debug)]
pub struct Members<'a>(Vec<Member<'a>>);

impl<'a> Members<'a> {
    /// The object's members; `None` for anything but an object whose names differ from each other.
    pub fn of(object: &'a str) -> Option<Self> {
        let members: Self = serde_json::from_str(object).ok()?;
        members.differ().then_some(members)
    }

    /// The value of a member that is there and not null.
    pub fn set(&self, name: &str) -> Option<&'a str> {
        self.get(name).filter(|value| *value != "null")
    }

    /// The value of a member, as written.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|m| m.name == name).map(|m| m.value)
    }

    /// The only member, as the objects have that name one of many kinds.
    pub fn only(&self) -> Option<&Member<'a>> {
        match self.0.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    /// All members in order.
    pub fn iter(&self) -> impl Iterator<Item = &Member<'a>> {
        self.0.iter()
    }

    fn differ(&self) -> bool {
        let mut names: Vec<&str> = self.0.iter().map(|m| m.name.as_str()).collect();
        names.sort_unstable();
        names.windows(2).all(|pair| pair[0] != pair[1])
    }
}

/// An array's elements, as written; `None` for anything but an array.
pub fn elements(array: &str) -> Option<Vec<&str>> {
    let raw: Vec<&RawValue> = serde_json::from_str(array).ok()?;
    Some(raw.into_iter().map(RawValue::get).collect())
}

/// A string's value; `None` for anything but a string of whole characters.
pub fn string(value: &str) -> Option<String> {
    serde_json::from_str(value).ok()
}

/// Where `part`, a slice of `whole`, stands in it.
pub fn range(whole: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr() as usize - whole.as_ptr() as usize;
    start..start + part.len()
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Collect).map(Members)
    }
}

struct Collect;

impl<'de> Visitor<'de> for Collect {
    type Value = Vec<Member<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut members = Vec::new();
        while let Some((key, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            let name = serde_json::from_str(key.get()).map_err(serde::de::Error::custom)?;
            members.push(Member {
                name,
                key: key.get(),
                value: value.get(),
            });
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_order_their_text_and_their_place() {
        let text = r#" { "b" : 1e3 , "\u0061":[ 1.0,{} ] } "#;
        let members = Members::of(text).unwrap();
        let rows: Vec<_> = members
            .iter()
            .map(|m| (m.name.as_str(), m.key, m.value))
            .collect();
        assert_eq!(
            rows,
            [("b", "\"b\"", "1e3"), ("a", "\"\\u0061\"", "[ 1.0,{} ]")]
        );
        assert_eq!(&text[range(text, members.get("a").unwrap())], "[ 1.0,{} ]");
        assert_eq!(elements(members.get("a").unwrap()).unwrap(), ["1.0", "{}"]);
    }

    #[test]
    fn twins_are_not_an_object_however_they_are_written() {
        assert!(Members::of(r#"{"a":1,"\u0061":2}"#).is_none());
        assert!(Members::of("[]").is_none());
        assert!(Members::of(r#"{"a":1"#).is_none());
    }
}
