//! Holds what a call brings against its shape: first the types of all of it, then the bounds.

use super::table::{Kind, Shape, Table};
use super::words::{self, Broken, Constraint, Mistyped};
use crate::sim::call::{Refusal, Service};
use crate::sim::value::{List, Map, Value};

/// How a protocol sends scalars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// JSON: times are numbers, blobs are texts.
    Json,
    /// CBOR has times and blobs of its own.
    Cbor,
    /// Query and paths: all scalars are texts, and an empty one may stand for an empty list.
    Text,
}

/// As many broken bounds as are told at once.
const TOLD: usize = 10;

/// Refuses what the service's front would refuse. Members that are in no model pass: AWS ignores them.
pub fn check(
    service: Service,
    operation: &str,
    dialect: Dialect,
    input: &Value,
) -> Result<(), Refusal> {
    let table = super::of(service);
    let Some(Some(shape)) = table.operations.get(operation).copied() else {
        return Ok(());
    };
    let mut walk = Walk {
        table,
        dialect,
        path: Vec::new(),
        broken: Vec::new(),
    };
    match walk.value(&table.shapes[shape], input) {
        Err(mistyped) => Err(words::mistyped(service, dialect, &mistyped)),
        Ok(()) if walk.broken.is_empty() => Ok(()),
        Ok(()) => Err(words::broken(service, &walk.broken)),
    }
}

/// A step into a value.
#[derive(Clone, Copy, Debug)]
pub enum Step<'a> {
    Name(&'a str),
    /// Of a map: the caller's own.
    Key(&'a str),
    /// Counted from one, as AWS does.
    Place(usize),
}

struct Walk<'a> {
    table: &'static Table,
    dialect: Dialect,
    path: Vec<Step<'a>>,
    broken: Vec<Broken>,
}

type Typed = Result<(), Mistyped>;

impl<'a> Walk<'a> {
    fn value(&mut self, shape: &'static Shape, value: &'a Value) -> Typed {
        match (&shape.kind, value) {
            (Kind::Struct(_) | Kind::List(_) | Kind::Map(_), Value::Text(text))
                if text.is_empty() && self.dialect == Dialect::Text =>
            {
                Ok(())
            }
            (Kind::Struct(_), Value::Map(map)) => self.members(shape, map),
            (Kind::List(inner), Value::List(list)) => {
                self.length(shape, list.items.len(), None);
                self.items(*inner, list)
            }
            (Kind::Map(inner), Value::Map(map)) => {
                self.length(shape, map.0.len(), None);
                self.entries(*inner, map)
            }
            _ => self.scalar(shape, value),
        }
    }

    fn members(&mut self, shape: &'static Shape, map: &'a Map) -> Typed {
        let Kind::Struct(members) = &shape.kind else {
            return Ok(());
        };
        for member in members {
            self.path.push(Step::Name(member.name));
            match map.get(member.name) {
                Some(value) => self.value(&self.table.shapes[member.shape], value)?,
                None if member.is_required => self.break_with(None, Constraint::Null),
                None => {}
            }
            self.path.pop();
        }
        Ok(())
    }

    fn items(&mut self, inner: usize, list: &'a List) -> Typed {
        for (place, item) in list.items.iter().enumerate() {
            self.path.push(Step::Place(place + 1));
            match item {
                Value::Null => self.break_with(None, Constraint::Null),
                item => self.value(&self.table.shapes[inner], item)?,
            }
            self.path.pop();
        }
        Ok(())
    }

    fn entries(&mut self, inner: usize, map: &'a Map) -> Typed {
        for (name, value) in &map.0 {
            self.path.push(Step::Key(name));
            self.value(&self.table.shapes[inner], value)?;
            self.path.pop();
        }
        Ok(())
    }

    fn scalar(&mut self, shape: &'static Shape, value: &Value) -> Typed {
        let fits = match &shape.kind {
            Kind::Bool => self.reads(value, |v| matches!(v, Value::Bool(_)), Value::as_bool),
            Kind::Int => return self.number(shape, value, i32::MIN.into(), i32::MAX.into()),
            Kind::Long => return self.number(shape, value, i64::MIN, i64::MAX),
            Kind::Float => self.is_float(value),
            Kind::Time => self.is_time(value),
            Kind::Blob => matches!(value, Value::Blob(_) | Value::Text(_)),
            Kind::Text(_) => matches!(value, Value::Text(_)),
            Kind::List(_) | Kind::Map(_) | Kind::Struct(_) => false,
        };
        if !fits {
            return Err(self.mistyped(shape, value));
        }
        if let (Kind::Text(values), Value::Text(text)) = (&shape.kind, value) {
            self.text(shape, values, text);
        }
        Ok(())
    }

    fn reads<T>(
        &self,
        value: &Value,
        is: impl Fn(&Value) -> bool,
        read: impl Fn(&Value) -> Option<T>,
    ) -> bool {
        match self.dialect {
            Dialect::Text => matches!(value, Value::Text(_)) && read(value).is_some(),
            Dialect::Json | Dialect::Cbor => is(value),
        }
    }

    /// JSON spells the three numbers that it does not have.
    fn is_float(&self, value: &Value) -> bool {
        let spelt = |text: &str| ["NaN", "Infinity", "-Infinity"].contains(&text);
        let is = |value: &Value| match value {
            Value::Int(_) | Value::Float(_) => true,
            Value::Text(text) => self.dialect == Dialect::Json && spelt(text),
            _ => false,
        };
        self.reads(value, is, Value::as_float)
    }

    fn is_time(&self, value: &Value) -> bool {
        let is = |value: &Value| match value {
            Value::Time(_) => true,
            Value::Int(_) | Value::Float(_) => {
                self.dialect == Dialect::Json && value.as_time().is_some()
            }
            _ => false,
        };
        self.reads(value, is, Value::as_time)
    }

    fn number(&mut self, shape: &'static Shape, value: &Value, low: i64, high: i64) -> Typed {
        let is = |value: &Value| matches!(value, Value::Int(_) | Value::Float(_));
        let number = value.as_int().filter(|n| (low..=high).contains(n));
        let (true, Some(number)) = (self.reads(value, is, Value::as_int), number) else {
            return Err(self.mistyped(shape, value));
        };
        let (least, most) = (shape.least, shape.most);
        if least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most) {
            self.break_with(Some(&number.to_string()), Constraint::Value { least, most });
        }
        Ok(())
    }

    fn text(&mut self, shape: &'static Shape, values: &'static [&'static str], text: &str) {
        if !values.is_empty() && !values.contains(&text) {
            self.break_with(Some(text), Constraint::OneOf(values));
        }
        self.length(shape, text.chars().count(), Some(text));
    }

    fn length(&mut self, shape: &'static Shape, length: usize, text: Option<&str>) {
        let (least, most) = (shape.least, shape.most);
        let length = i64::try_from(length).unwrap_or(i64::MAX);
        if least.is_some_and(|least| length < least) || most.is_some_and(|most| length > most) {
            self.break_with(text, Constraint::Length { least, most });
        }
    }

    fn break_with(&mut self, value: Option<&str>, constraint: Constraint) {
        if self.broken.len() < TOLD {
            self.broken.push(Broken::new(&self.path, value, constraint));
        }
    }

    fn mistyped(&self, shape: &Shape, value: &Value) -> Mistyped {
        Mistyped::new(&self.path, &shape.kind, value)
    }
}

#[cfg(test)]
mod tests;
