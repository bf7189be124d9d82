//! awsQuery's requests: a form whose names spell out a tree.
//! `Filters.Filter.1.Values.Value.1=x` is `{Filters: [{Values: ["x"]}]}`.

use super::super::call::Refusal;
use super::super::value::{List, Map, Value};
use super::error::unreadable;
use super::route::header;
use bytes::Bytes;
use hyper::{Method, Request};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// More parameters, or names of more parts, than any operation has.
const MOST: usize = 10_000;
const DEEPEST: usize = 24;

/// The input of a request.
pub fn input(request: &Request<Bytes>) -> Result<Value, Refusal> {
    if request.method() == Method::POST {
        let kind = header(request.headers(), "content-type").unwrap_or_default();
        if !kind.starts_with("application/x-www-form-urlencoded") {
            return Err(unreadable(format!(
                "Content-Type is {kind:?}: this operation is spoken in application/x-www-form-urlencoded"
            )));
        }
    }
    decode(form(request))
}

/// The form: the body of a POST, else what stands after the `?`.
fn form(request: &Request<Bytes>) -> &[u8] {
    if request.method() == Method::POST {
        request.body()
    } else {
        request.uri().query().unwrap_or_default().as_bytes()
    }
}

/// One parameter of the form.
pub fn parameter(request: &Request<Bytes>, name: &str) -> Option<String> {
    let mut pairs = pairs(form(request)).take(MOST);
    let found = pairs.find(|(known, _)| *known == name.as_bytes());
    found.map(|(_, value)| decoded(value))
}

/// The tree that a form spells out, without `Action` and `Version`.
pub fn decode(form: &[u8]) -> Result<Value, Refusal> {
    let mut root = Node::default();
    for (count, (name, value)) in pairs(form).enumerate() {
        if count >= MOST {
            return Err(unreadable("The form has too many parameters"));
        }
        let name = decoded(name);
        if name.split('.').count() > DEEPEST {
            return Err(unreadable("A parameter's name has too many parts"));
        }
        if !["", "Action", "Version"].contains(&name.as_str()) {
            root.plant(&name, decoded(value));
        }
    }
    Ok(root.into_map())
}

fn pairs(form: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let parts = form.split(|b| *b == b'&').filter(|part| !part.is_empty());
    parts.map(|part| match memchr::memchr(b'=', part) {
        Some(at) => (&part[..at], &part[at + 1..]),
        None => (part, &[][..]),
    })
}

/// Percent and plus signs taken out; what is no UTF-8 then is replaced.
pub fn decoded(text: &[u8]) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, after @ ..] = rest {
        rest = after;
        match (first, after) {
            (b'%', [high, low, beyond @ ..]) if hex(*high).is_some() && hex(*low).is_some() => {
                out.push(hex(*high).unwrap_or(0) << 4 | hex(*low).unwrap_or(0));
                rest = beyond;
            }
            (b'+', _) => out.push(b' '),
            (other, _) => out.push(*other),
        }
    }
    String::from_utf8(out).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|digit| digit as u8)
}

/// A part of the tree while it grows.
#[derive(Debug, Default)]
struct Node {
    text: Option<String>,
    children: BTreeMap<String, Node>,
}

impl Node {
    fn plant(&mut self, name: &str, text: String) {
        let mut node = self;
        for part in name.split('.') {
            node = node.children.entry(part.to_owned()).or_default();
        }
        node.text = Some(text);
    }

    fn is_numbered(&self) -> bool {
        let number = |name: &String| name.parse::<u32>().is_ok();
        !self.children.is_empty() && self.children.keys().all(number)
    }

    /// `Name.1` is a list, and so is `Names.Name.1` where `Name` is all there is.
    fn into_value(mut self) -> Value {
        if self.children.is_empty() {
            return Value::Text(self.text.unwrap_or_default());
        }
        if self.is_numbered() {
            return self.into_list();
        }
        let only = self.children.len() == 1;
        match self.children.first_entry() {
            Some(first) if only && first.get().is_numbered() => first.remove().into_list(),
            _ => self.into_map(),
        }
    }

    fn into_list(self) -> Value {
        let mut items: Vec<(u32, Self)> = self
            .children
            .into_iter()
            .map(|(number, node)| (number.parse().unwrap_or(u32::MAX), node))
            .collect();
        items.sort_by_key(|(number, _)| *number);
        let items = items.into_iter().map(|(_, node)| node.into_value());
        Value::List(List {
            item: "member",
            items: items.collect(),
        })
    }

    fn into_map(self) -> Value {
        let members = self.children.into_iter();
        let members = members.map(|(name, node)| (Cow::Owned(name), node.into_value()));
        Value::Map(Map(members.collect()))
    }
}
