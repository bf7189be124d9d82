//! awsJson 1.0 and 1.1: members keep their order, and unknown ones pass through.

use super::super::call::Refusal;
use super::super::value::{List, Map, Value};
use super::error::unreadable;
use super::route::header;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hyper::Request;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt::{self, Write};

/// The input of a request.
pub fn input(request: &Request<Bytes>) -> Result<Value, Refusal> {
    let kind = header(request.headers(), "content-type").unwrap_or_default();
    if !["application/x-amz-json-1.", "application/json"]
        .iter()
        .any(|known| kind.starts_with(known))
    {
        return Err(unreadable(format!(
            "Content-Type is {kind:?}: this operation is spoken in application/x-amz-json-1.1"
        )));
    }
    decode(request.body())
}

/// An object; an empty body is an empty one.
pub fn decode(body: &[u8]) -> Result<Value, Refusal> {
    if body.is_empty() {
        return Ok(Value::Map(Map::default()));
    }
    match serde_json::from_slice(body) {
        Ok(map @ Value::Map(_)) => Ok(map),
        Ok(_) => Err(unreadable("Start of structure or map expected")),
        Err(error) => Err(unreadable(format!("The body is no JSON: {error}"))),
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Tree)
    }
}

struct Tree;

impl<'de> Visitor<'de> for Tree {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, bool: bool) -> Result<Value, E> {
        Ok(Value::Bool(bool))
    }

    fn visit_i64<E>(self, int: i64) -> Result<Value, E> {
        Ok(Value::Int(int))
    }

    fn visit_u64<E>(self, int: u64) -> Result<Value, E> {
        Ok(i64::try_from(int).map_or(Value::Float(int as f64), Value::Int))
    }

    fn visit_f64<E>(self, float: f64) -> Result<Value, E> {
        Ok(Value::Float(float))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::List(List {
            item: "member",
            items,
        }))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            members.push((Cow::Owned(name), value));
        }
        Ok(Value::Map(Map(members)))
    }
}

/// A value as JSON text; members that are not there are not sent.
pub fn encode(value: &Value) -> String {
    let mut out = String::with_capacity(room(value));
    write(value, &mut out);
    out
}

/// About as long as the text will be: what does not grow is not copied.
fn room(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len() + 3,
        Value::List(list) => list.items.iter().map(room).sum::<usize>() + 2,
        Value::Map(map) => {
            let member = |(name, value): &(Cow<'_, str>, Value)| name.len() + 4 + room(value);
            map.0.iter().map(member).sum::<usize>() + 2
        }
        Value::Blob(blob) => blob.len() * 4 / 3 + 8,
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Time(_) => 16,
    }
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(bool) => out.push_str(if *bool { "true" } else { "false" }),
        Value::Int(int) => write_int(*int, out),
        Value::Float(float) => write_float(*float, out),
        Value::Text(text) => write_text(text, out),
        Value::Time(time) => write_millis(time.as_millisecond(), out),
        Value::Blob(blob) => write_text(&STANDARD.encode(blob), out),
        Value::List(list) => write_all(&list.items, ['[', ']'], out, write),
        Value::Map(map) => {
            let there = map.0.iter().filter(|(_, value)| *value != Value::Null);
            write_all(there, ['{', '}'], out, |(name, value), out| {
                write_text(name, out);
                out.push(':');
                write(value, out);
            });
        }
    }
}

fn write_all<T>(
    items: impl IntoIterator<Item = T>,
    [open, close]: [char; 2],
    out: &mut String,
    mut each: impl FnMut(T, &mut String),
) {
    out.push(open);
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        each(item, out);
    }
    out.push(close);
}

/// Writing to a string cannot fail.
fn number(out: &mut String, number: impl fmt::Display) {
    let _ = write!(out, "{number}");
}

fn write_float(float: f64, out: &mut String) {
    match float {
        float if float.is_finite() => number(out, format_args!("{float:?}")),
        float if float.is_nan() => out.push_str("\"NaN\""),
        float if float > 0.0 => out.push_str("\"Infinity\""),
        _ => out.push_str("\"-Infinity\""),
    }
}

/// Seconds since the epoch, with milliseconds where there are any.
fn write_millis(millis: i64, out: &mut String) {
    if millis % 1000 == 0 {
        return write_int(millis / 1000, out);
    }
    if millis < 0 {
        out.push('-');
    }
    let millis = millis.unsigned_abs();
    write_int((millis / 1000) as i64, out);
    out.push('.');
    let part = millis % 1000;
    for digit in [part / 100, part / 10 % 10, part % 10] {
        out.push(char::from(b'0' + digit as u8));
    }
}

/// Digits by hand: the formatting machinery costs more than the number.
fn write_int(int: i64, out: &mut String) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = int.unsigned_abs();
    while rest > 0 || at == digits.len() {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    if int < 0 {
        out.push('-');
    }
    out.push_str(std::str::from_utf8(&digits[at..]).unwrap_or_default());
}

/// Such a byte is a whole character: those of longer ones are above.
#[allow(clippy::needless_bitwise_bool)] // no branch: the compiler looks at many bytes at a time
fn is_special(byte: u8) -> bool {
    (byte < b' ') | (byte == b'"') | (byte == b'\\')
}

/// Nearly all text is plain, and copied as it stands. Looked at without a way out in the
/// middle, so that many bytes are compared at a time.
fn write_text(text: &str, out: &mut String) {
    out.push('"');
    if text.bytes().fold(false, |odd, byte| odd | is_special(byte)) {
        write_escaped(text, out);
    } else {
        out.push_str(text);
    }
    out.push('"');
}

fn write_escaped(text: &str, out: &mut String) {
    let mut done = 0;
    for (at, byte) in text.bytes().enumerate() {
        if is_special(byte) {
            out.push_str(&text[done..at]);
            escape(byte.into(), out);
            done = at + 1;
        }
    }
    out.push_str(&text[done..]);
}

fn escape(special: char, out: &mut String) {
    match special {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        other => number(out, format_args!("\\u{:04x}", u32::from(other))),
    }
}
