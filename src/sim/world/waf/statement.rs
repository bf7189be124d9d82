//! Statements, as far as the traffic of this account can tell them apart.

use crate::sim::value::Value;
use base64::Engine;
use core::net::Ipv4Addr;

/// What a request must be like.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement {
    /// Something that is not known here: no request is like it.
    Never,
    Path(Position, String),
    Country(Vec<String>),
    /// An IP set, by ARN.
    Addresses(String),
    Label(String),
    All(Vec<Statement>),
    Any(Vec<Statement>),
    Not(Box<Statement>),
}

/// Where in a path a text must stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    Exactly,
    Start,
    End,
    Anywhere,
}

/// What is looked at.
#[derive(Debug)]
pub struct Seen<'a> {
    pub address: Ipv4Addr,
    pub country: &'a str,
    pub path: &'a str,
    pub labels: &'a [String],
    pub sets: &'a [super::furniture::AddressSet],
}

impl Statement {
    pub fn of(statement: &Value) -> Self {
        let inner = |name: &str| statement.get(name);
        let list = |value: &Value| -> Vec<Self> {
            let parts = value.get("Statements").map_or(&[][..], Value::items);
            parts.iter().map(Self::of).collect()
        };
        let text = |value: &Value, name: &str| value.get(name)?.as_text().map(str::to_owned);
        let found = None
            .or_else(|| inner("ByteMatchStatement").map(bytes))
            .or_else(|| inner("GeoMatchStatement").map(countries))
            .or_else(|| {
                Some(Self::Addresses(text(
                    inner("IPSetReferenceStatement")?,
                    "ARN",
                )?))
            })
            .or_else(|| Some(Self::Label(text(inner("LabelMatchStatement")?, "Key")?)))
            .or_else(|| Some(Self::All(list(inner("AndStatement")?))))
            .or_else(|| Some(Self::Any(list(inner("OrStatement")?))))
            .or_else(|| {
                let not = inner("NotStatement")?.get("Statement")?;
                Some(Self::Not(Box::new(Self::of(not))))
            });
        found.unwrap_or(Self::Never)
    }

    pub fn holds(&self, seen: &Seen<'_>) -> bool {
        match self {
            Self::Never => false,
            Self::Path(position, wanted) => position.holds(seen.path, wanted),
            Self::Country(codes) => codes.iter().any(|code| code == seen.country),
            Self::Addresses(arn) => {
                let set = seen.sets.iter().find(|set| set.arn == *arn);
                set.is_some_and(|set| set.holds(seen.address))
            }
            Self::Label(key) => {
                let ends = |label: &String| label == key || label.ends_with(&format!(":{key}"));
                seen.labels.iter().any(ends)
            }
            Self::All(parts) => parts.iter().all(|part| part.holds(seen)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(seen)),
            Self::Not(part) => !part.holds(seen),
        }
    }
}

impl Position {
    fn holds(self, path: &str, wanted: &str) -> bool {
        match self {
            Self::Exactly => path == wanted,
            Self::Start => path.starts_with(wanted),
            Self::End => path.ends_with(wanted),
            Self::Anywhere => path.contains(wanted),
        }
    }
}

/// Only paths are looked into: there are no headers and bodies in this account.
fn bytes(statement: &Value) -> Statement {
    let field = statement.get("FieldToMatch");
    if field.is_none_or(|field| field.get("UriPath").is_none()) {
        return Statement::Never;
    }
    let position = match statement
        .get("PositionalConstraint")
        .and_then(Value::as_text)
    {
        Some("EXACTLY") => Position::Exactly,
        Some("STARTS_WITH") => Position::Start,
        Some("ENDS_WITH") => Position::End,
        _ => Position::Anywhere,
    };
    match statement.get("SearchString").and_then(search) {
        Some(wanted) => Statement::Path(position, wanted),
        None => Statement::Never,
    }
}

/// The only binary member of the service: base64 in JSON.
fn search(value: &Value) -> Option<String> {
    let bytes = match value {
        Value::Blob(bytes) => bytes.clone(),
        other => base64::engine::general_purpose::STANDARD
            .decode(other.as_text()?)
            .ok()?,
    };
    String::from_utf8(bytes).ok()
}

fn countries(statement: &Value) -> Statement {
    let codes = statement.get("CountryCodes").map_or(&[][..], Value::items);
    let codes = codes.iter().filter_map(Value::as_text).map(str::to_owned);
    Statement::Country(codes.collect())
}
