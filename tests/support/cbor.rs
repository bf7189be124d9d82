//! CBOR to JSON and back: CloudWatch's Rust client speaks CBOR, moto only JSON.

use serde_json::{Map, Number, Value};

/// Decodes one item. Tagged values (times) lose their tag; byte strings become text.
pub fn to_json(bytes: &[u8]) -> Value {
    let mut rest = bytes;
    item(&mut rest).expect("well-formed CBOR")
}

const BREAK: u8 = 0xff;

fn take<'a>(rest: &mut &'a [u8], n: usize) -> Option<&'a [u8]> {
    let (head, tail) = rest.split_at_checked(n)?;
    *rest = tail;
    Some(head)
}

/// A length or a value after an initial byte; `None` = indefinite.
type Argument = Option<u64>;

fn argument(rest: &mut &[u8], low: u8) -> Option<Argument> {
    let size = match low {
        0..=23 => return Some(Some(low.into())),
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        _ => return Some(None),
    };
    let bytes = take(rest, size)?;
    Some(Some(bytes.iter().fold(0, |n, b| (n << 8) | u64::from(*b))))
}

fn item(rest: &mut &[u8]) -> Option<Value> {
    let first = take(rest, 1)?[0];
    let (major, low) = (first >> 5, first & 0x1f);
    let n = argument(rest, low)?;
    Some(match major {
        0 => n?.into(),
        1 => (-1 - i64::try_from(n?).ok()?).into(),
        2 | 3 => text(rest, n)?.into(),
        4 => Value::Array(many(rest, n, item)?),
        5 => Value::Object(many(rest, n, entry)?.into_iter().collect::<Map<_, _>>()),
        6 => item(rest)?,
        _ => simple(low, n)?,
    })
}

fn text(rest: &mut &[u8], n: Option<u64>) -> Option<String> {
    match n {
        Some(n) => String::from_utf8(take(rest, n.try_into().ok()?)?.to_vec()).ok(),
        None => many(rest, None, item)?
            .iter()
            .map(|part| part.as_str().map(str::to_owned))
            .collect(),
    }
}

fn entry(rest: &mut &[u8]) -> Option<(String, Value)> {
    let key = item(rest)?.as_str()?.to_owned();
    Some((key, item(rest)?))
}

fn many<T>(rest: &mut &[u8], n: Option<u64>, one: fn(&mut &[u8]) -> Option<T>) -> Option<Vec<T>> {
    let mut found = Vec::new();
    while n.map_or(rest.first() != Some(&BREAK), |n| (found.len() as u64) < n) {
        found.push(one(rest)?);
    }
    if n.is_none() {
        take(rest, 1)?;
    }
    Some(found)
}

fn simple(low: u8, n: Option<u64>) -> Option<Value> {
    Some(match low {
        20 => false.into(),
        21 => true.into(),
        26 => f64::from(f32::from_bits(n?.try_into().ok()?)).into(),
        27 => f64::from_bits(n?).into(),
        _ => Value::Null,
    })
}

/// Encodes; numbers in an array named `Timestamps`, or in a member ending in `Time`, get the epoch tag.
pub fn from_json(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    put(value, Time::No, &mut out);
    out
}

#[derive(Clone, Copy)]
enum Time {
    Yes,
    No,
}

fn head(major: u8, n: u64, out: &mut Vec<u8>) {
    out.push((major << 5) | 0x1b);
    out.extend(n.to_be_bytes());
}

fn put(value: &Value, time: Time, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.push(0xf6),
        Value::Bool(b) => out.push(if *b { 0xf5 } else { 0xf4 }),
        Value::Number(n) => number(n, time, out),
        Value::String(s) => {
            head(3, s.len() as u64, out);
            out.extend(s.as_bytes());
        }
        Value::Array(items) => {
            head(4, items.len() as u64, out);
            for item in items {
                put(item, time, out);
            }
        }
        Value::Object(map) => {
            head(5, map.len() as u64, out);
            for (key, value) in map {
                member(key, value, out);
            }
        }
    }
}

fn member(key: &str, value: &Value, out: &mut Vec<u8>) {
    put(&Value::String(key.to_owned()), Time::No, out);
    let time = if key == "Timestamps" || key.ends_with("Time") {
        Time::Yes
    } else {
        Time::No
    };
    put(value, time, out);
}

fn number(n: &Number, time: Time, out: &mut Vec<u8>) {
    if let Time::Yes = time {
        out.push(0xc1);
    }
    if let Some(whole) = n.as_u64() {
        return head(0, whole, out);
    }
    out.push(0xfb);
    out.extend(n.as_f64().unwrap_or_default().to_be_bytes());
}
