//! What goes over the wire, whatever the protocol: a tree of values.

use jiff::Timestamp;
use std::borrow::Cow;

/// A value of any protocol. Members of a map keep their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// Not there: a map's member with it is not sent.
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    /// JSON sends seconds since the epoch, XML ISO 8601, CBOR a tagged number.
    Time(Timestamp),
    Blob(Vec<u8>),
    List(List),
    Map(Map),
}

/// A list; only XML sends the name of its items.
#[derive(Clone, Debug, PartialEq)]
pub struct List {
    /// `member` in most services; RDS names each kind, such as `DBInstance`.
    pub item: &'static str,
    pub items: Vec<Value>,
}

/// Named members in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map(pub Vec<(Cow<'static, str>, Value)>);

/// A map from `"name" => value` pairs; `None` becomes `Null`, which is not sent.
#[macro_export]
macro_rules! sim_map {
    ($($name:expr => $value:expr),* $(,)?) => {
        $crate::sim::value::Value::Map($crate::sim::value::Map(vec![
            $((::std::borrow::Cow::from($name), $crate::sim::value::Value::from($value))),*
        ]))
    };
}
pub use crate::sim_map as map;

/// A list of unnamed items.
pub fn list<T: Into<Value>>(items: impl IntoIterator<Item = T>) -> Value {
    named_list("member", items)
}

/// A list whose items XML calls `item`.
pub fn named_list<T: Into<Value>>(item: &'static str, items: impl IntoIterator<Item = T>) -> Value {
    let items = items.into_iter().map(Into::into).collect();
    Value::List(List { item, items })
}

impl Map {
    pub fn get(&self, name: &str) -> Option<&Value> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value)
            .filter(|value| **value != Value::Null)
    }

    /// Sets a member in its place, or as the last one.
    pub fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) {
        let name = name.into();
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value.into(),
            None => self.0.push((name, value.into())),
        }
    }

    /// Takes a member out.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.remove(at).1)
    }
}

/// Reading. Query sends every scalar as text, so that numbers and truths are read from text as well.
impl Value {
    /// The member of a map.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Map(map) => map.get(name),
            _ => None,
        }
    }

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(int) => Some(*int),
            Self::Float(float) if float.fract() == 0.0 => Some(*float as i64),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    pub fn as_float(&self) -> Option<f64> {
        match self {
            Self::Int(int) => Some(*int as f64),
            Self::Float(float) => Some(*float),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(bool) => Some(*bool),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// A time in any of the forms that clients send: seconds since the epoch, or ISO 8601.
    pub fn as_time(&self) -> Option<Timestamp> {
        match self {
            Self::Time(time) => Some(*time),
            Self::Text(text) => text.parse().ok().or_else(|| seconds(text.parse().ok()?)),
            _ => seconds(self.as_float()?),
        }
    }

    /// The items of a list; none where it is not one.
    pub fn items(&self) -> &[Self] {
        match self {
            Self::List(list) => &list.items,
            _ => &[],
        }
    }

    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }
}

fn seconds(since: f64) -> Option<Timestamp> {
    Timestamp::from_millisecond((since * 1000.0).round() as i64).ok()
}

macro_rules! from {
    ($($type:ty => $make:expr),* $(,)?) => {
        $(impl From<$type> for Value {
            fn from(value: $type) -> Self {
                let make: fn($type) -> Self = $make;
                make(value)
            }
        })*
    };
}
from! {
    bool => Self::Bool,
    i64 => Self::Int,
    i32 => |int| Self::Int(int.into()),
    u32 => |int| Self::Int(int.into()),
    u64 => |int| Self::Int(int as i64),
    usize => |int| Self::Int(int as i64),
    f64 => Self::Float,
    &str => |text| Self::Text(text.to_owned()),
    String => Self::Text,
    &String => |text| Self::Text(text.clone()),
    Timestamp => Self::Time,
    Vec<u8> => Self::Blob,
    List => Self::List,
    Map => Self::Map,
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
