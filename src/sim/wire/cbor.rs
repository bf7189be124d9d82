//! Smithy RPC v2 CBOR, with the SDK's own reader and writer.

use super::super::call::Refusal;
use super::super::value::{List, Map, Value};
use super::error::unreadable;
use super::route::header;
use aws_smithy_cbor::data::Type;
use aws_smithy_cbor::decode::DeserializeError;
use aws_smithy_cbor::{Decoder, Encoder};
use aws_smithy_types::DateTime;
use bytes::Bytes;
use hyper::Request;
use jiff::Timestamp;
use std::borrow::Cow;

/// Deeper than any input is nested.
const DEEPEST: usize = 64;

/// Seconds since the epoch follow.
const EPOCH: u8 = 0xc1;

/// The input of a request.
pub fn input(request: &Request<Bytes>) -> Result<Value, Refusal> {
    let spoken = header(request.headers(), "smithy-protocol").unwrap_or_default();
    if spoken != "rpc-v2-cbor" {
        return Err(unreadable(format!(
            "smithy-protocol is {spoken:?}: this path is spoken in rpc-v2-cbor"
        )));
    }
    let kind = header(request.headers(), "content-type").unwrap_or_default();
    if !request.body().is_empty() && !kind.starts_with("application/cbor") {
        return Err(unreadable(format!(
            "Content-Type is {kind:?}: this path is spoken in application/cbor"
        )));
    }
    decode(request.body())
}

/// A map; an empty body is an empty one.
pub fn decode(body: &[u8]) -> Result<Value, Refusal> {
    if body.is_empty() {
        return Ok(Value::Map(Map::default()));
    }
    let mut reader = Decoder::new(body);
    let value = read(&mut reader, body, DEEPEST)
        .map_err(|error| unreadable(format!("The body is no CBOR: {error}")))?;
    match value {
        map @ Value::Map(_) if reader.position() == body.len() => Ok(map),
        Value::Map(_) => Err(unreadable("The body goes on after its end")),
        _ => Err(unreadable("Start of structure or map expected")),
    }
}

type Read<T> = Result<T, DeserializeError>;

fn read(from: &mut Decoder<'_>, bytes: &[u8], depth: usize) -> Read<Value> {
    let wrong = |what: &'static str, from: &Decoder<'_>| {
        Err(DeserializeError::custom(what, from.position()))
    };
    if depth == 0 {
        return wrong("nested too deeply", from);
    }
    Ok(match from.datatype()? {
        Type::Bool => Value::Bool(from.boolean()?),
        Type::Null | Type::Undefined => {
            from.skip()?;
            Value::Null
        }
        Type::U8
        | Type::U16
        | Type::U32
        | Type::U64
        | Type::I8
        | Type::I16
        | Type::I32
        | Type::I64
        | Type::Int => Value::Int(from.long()?),
        Type::F16 | Type::F32 => Value::Float(from.float()?.into()),
        Type::F64 => Value::Float(from.double()?),
        Type::Bytes | Type::BytesIndef => Value::Blob(from.blob()?.into_inner()),
        Type::String | Type::StringIndef => Value::Text(from.string()?),
        Type::Array | Type::ArrayIndef => read_list(from, bytes, depth)?,
        Type::Map | Type::MapIndef => read_map(from, bytes, depth)?,
        Type::Tag => time(from, bytes)?,
        _ => return wrong("a type that no operation has", from),
    })
}

/// Tag 1, to the millisecond; the SDK's reader cuts where it should round.
fn time(from: &mut Decoder<'_>, bytes: &[u8]) -> Read<Value> {
    let at = from.position();
    let wrong = |what: &'static str| DeserializeError::custom(what, at);
    if bytes.get(at) != Some(&EPOCH) {
        return Err(wrong("a tag that no operation has"));
    }
    from.set_position(at + 1);
    let millis = match from.datatype()? {
        Type::F32 => f64::from(from.float()?) * 1_000.0,
        Type::F64 => from.double()? * 1_000.0,
        _ => from.long()? as f64 * 1_000.0,
    };
    let time = Timestamp::from_millisecond(millis.round() as i64);
    time.map(Value::Time)
        .map_err(|_| wrong("a time out of range"))
}

fn read_list(from: &mut Decoder<'_>, bytes: &[u8], depth: usize) -> Read<Value> {
    let length = from.list()?;
    let mut items = Vec::new();
    while goes_on(from, length, items.len())? {
        items.push(read(from, bytes, depth - 1)?);
    }
    Ok(Value::List(List {
        item: "member",
        items,
    }))
}

fn read_map(from: &mut Decoder<'_>, bytes: &[u8], depth: usize) -> Read<Value> {
    let length = from.map()?;
    let mut members = Vec::new();
    while goes_on(from, length, members.len())? {
        let name = from.string()?;
        members.push((Cow::Owned(name), read(from, bytes, depth - 1)?));
    }
    Ok(Value::Map(Map(members)))
}

/// Whether another item comes; takes the end mark of one without a length.
fn goes_on(from: &mut Decoder<'_>, length: Option<u64>, read: usize) -> Read<bool> {
    match length {
        Some(length) => Ok((read as u64) < length),
        None if from.datatype()? == Type::Break => {
            from.skip()?;
            Ok(false)
        }
        None => Ok(true),
    }
}

/// A value as CBOR; members that are not there are not sent.
pub fn encode(value: &Value) -> Vec<u8> {
    let mut out = Encoder::new(Vec::with_capacity(256));
    write(value, &mut out);
    out.into_writer()
}

fn write(value: &Value, out: &mut Encoder) {
    match value {
        Value::Null => out.null(),
        Value::Bool(bool) => out.boolean(*bool),
        Value::Int(int) => out.long(*int),
        Value::Float(float) => out.double(*float),
        Value::Text(text) => out.str(text),
        Value::Time(time) => out.timestamp(&DateTime::from_millis(time.as_millisecond())),
        Value::Blob(blob) => out.blob_bytes(blob),
        Value::List(list) => {
            out.array(list.items.len());
            list.items.iter().for_each(|item| write(item, out));
            out
        }
        Value::Map(map) => {
            let there = || map.0.iter().filter(|(_, value)| *value != Value::Null);
            out.map(there().count());
            there().for_each(|(name, value)| {
                out.str(name);
                write(value, out);
            });
            out
        }
    };
}
