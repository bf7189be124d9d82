//! Event streams, framed by the SDK's own crate: what `StartLiveTail` answers with.

use super::super::value::Value;
use super::json;
use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};

/// The content type of a response that is a stream.
pub const CONTENT_TYPE: &str = "application/vnd.amazon.eventstream";

/// One event of the stream: `initial-response`, `sessionStart`, `sessionUpdate`.
pub fn event(kind: &'static str, value: &Value) -> Vec<u8> {
    let headers = vec![
        text(":message-type", "event"),
        text(":event-type", kind),
        text(":content-type", "application/json"),
    ];
    frame(headers, value)
}

/// The error that ends a stream, such as `SessionTimeoutException`.
pub fn exception(kind: &'static str, value: &Value) -> Vec<u8> {
    let headers = vec![
        text(":message-type", "exception"),
        text(":exception-type", kind),
        text(":content-type", "application/json"),
    ];
    frame(headers, value)
}

fn text(name: &'static str, value: &'static str) -> Header {
    Header::new(name, HeaderValue::String(value.into()))
}

/// Only a message of 16 MiB or more cannot be framed; it is left out.
fn frame(headers: Vec<Header>, value: &Value) -> Vec<u8> {
    let message = Message::new_from_parts(headers, json::encode(value).into_bytes());
    let mut out = Vec::new();
    match write_message_to(&message, &mut out) {
        Ok(()) => out,
        Err(_) => Vec::new(),
    }
}
