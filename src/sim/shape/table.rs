//! A table of shapes, as it stands in its text.

use std::collections::{BTreeMap, HashMap};

/// The shapes of one service.
#[derive(Debug, Default)]
pub struct Table {
    /// The input of each operation; none where it takes nothing.
    pub operations: BTreeMap<&'static str, Option<usize>>,
    pub shapes: Vec<Shape>,
}

/// What a value must be.
#[derive(Debug)]
pub struct Shape {
    pub kind: Kind,
    /// Of a number its value; of a text, list or map its length.
    pub least: Option<i64>,
    pub most: Option<i64>,
}

#[derive(Debug)]
pub enum Kind {
    Bool,
    /// 32 bits.
    Int,
    Long,
    Float,
    /// One of these, where there are any.
    Text(Vec<&'static str>),
    Time,
    Blob,
    List(usize),
    /// From texts to these.
    Map(usize),
    Struct(Vec<Member>),
}

/// A named part of a structure.
#[derive(Debug)]
pub struct Member {
    pub name: &'static str,
    pub shape: usize,
    pub is_required: bool,
}

impl Table {
    /// Reads a table. Lines that make no sense are passed over: a test reads them all.
    pub fn read(text: &'static str) -> Self {
        let rows: Vec<Vec<&'static str>> = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split(' ').collect())
            .collect();
        let shapes = || rows.iter().filter(|row| row[0] != "op");
        let places: HashMap<&str, usize> = shapes()
            .enumerate()
            .filter_map(|(place, row)| Some((*row.get(1)?, place)))
            .collect();
        let operations = rows.iter().filter(|row| row[0] == "op");
        Self {
            operations: operations
                .filter_map(|row| Some((*row.get(1)?, places.get(row.get(2)?).copied())))
                .collect(),
            shapes: shapes().map(|row| Shape::read(row, &places)).collect(),
        }
    }
}

impl Shape {
    fn read(row: &[&'static str], places: &HashMap<&str, usize>) -> Self {
        let mut rest = row.get(2..).unwrap_or_default();
        let (mut least, mut most) = (None, None);
        if let Some((low, high)) = rest.first().and_then(|part| part.split_once("..")) {
            (least, most) = (low.parse().ok(), high.parse().ok());
            rest = &rest[1..];
        }
        let inner = || rest.first().and_then(|name| places.get(name)).copied();
        let kind = match row[0] {
            "bool" => Kind::Bool,
            "int" => Kind::Int,
            "long" => Kind::Long,
            "float" => Kind::Float,
            "time" => Kind::Time,
            "blob" => Kind::Blob,
            "list" => Kind::List(inner().unwrap_or_default()),
            "map" => Kind::Map(inner().unwrap_or_default()),
            "struct" => Kind::Struct(
                rest.iter()
                    .filter_map(|m| Member::read(m, places))
                    .collect(),
            ),
            _ => Kind::Text(rest.first().map_or_else(Vec::new, |all| values(all))),
        };
        Self { kind, least, most }
    }
}

fn values(all: &'static str) -> Vec<&'static str> {
    all.trim_start_matches('=').split(',').collect()
}

impl Member {
    /// `Scope!Scope` is required, `Limit:PaginationLimit` is not.
    fn read(text: &'static str, places: &HashMap<&str, usize>) -> Option<Self> {
        let at = text.find(['!', ':'])?;
        Some(Self {
            name: &text[..at],
            shape: *places.get(&text[at + 1..])?,
            is_required: text[at..].starts_with('!'),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::of;
    use super::*;
    use crate::sim::call::Service;
    use strum::IntoEnumIterator;

    #[test]
    fn every_line_of_every_table_is_understood() {
        for service in Service::iter() {
            let text = super::super::text(service);
            let lines = text.lines().filter(|line| !line.starts_with('#')).count();
            let table = of(service);
            assert_eq!(
                table.operations.len() + table.shapes.len(),
                lines,
                "{service:?}"
            );
            let wanted = text.matches(['!', ':']).count();
            let members = table.shapes.iter().map(|shape| match &shape.kind {
                Kind::Struct(members) => members.len(),
                _ => 0,
            });
            // Enumerations may have colons of their own, members have one each.
            let enumerated: usize = table
                .shapes
                .iter()
                .map(|shape| match &shape.kind {
                    Kind::Text(values) => {
                        values.iter().map(|v| v.matches(['!', ':']).count()).sum()
                    }
                    _ => 0,
                })
                .sum();
            assert_eq!(members.sum::<usize>() + enumerated, wanted, "{service:?}");
        }
    }
}
