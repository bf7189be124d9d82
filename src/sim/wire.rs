//! The wire, pure: a whole HTTP request in, a [`Call`] out; an [`Answer`] in, a
//! whole HTTP response out, in the protocol that the client chose.
//!
//! ```text
//!  Request ─► route (who is meant, in which protocol) ─► json │ query │ cbor │ rest ─► Call
//!  Response ◄───────────── json │ xml │ cbor, or the error's own shape ◄───────────── Answer
//! ```
//!
//! The signature is not verified: what matters of it is the region it names.

pub mod cbor;
pub mod error;
pub mod event;
pub mod json;
pub mod query;
pub mod rest;
pub mod route;
pub mod xml;

use super::call::{Answer, Call, Refusal};
use super::value::{Map, Value};
use bytes::Bytes;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Request, Response, StatusCode};
pub use route::{Form, Protocol};

/// A request that was understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    pub call: Call,
    /// How the answer is to be written.
    pub form: Form,
}

/// A request that was not, and how to say so.
#[derive(Clone, Debug, PartialEq)]
pub struct Misread {
    pub refusal: Refusal,
    pub form: Form,
}

/// Reads a request.
pub fn decode(request: &Request<Bytes>) -> Result<Decoded, Box<Misread>> {
    let form = route::form(request);
    match call(request, &form) {
        Ok(call) => Ok(Decoded { call, form }),
        Err(refusal) => Err(Box::new(Misread { refusal, form })),
    }
}

fn call(request: &Request<Bytes>, form: &Form) -> Result<Call, Refusal> {
    let region = route::region(request)?;
    let service = form.service.ok_or_else(|| route::stranger(form))?;
    if request.headers().contains_key(CONTENT_ENCODING) {
        let text = "A compressed body is not taken here: send it as it is (disable_request_compression = true)";
        return Err(error::unreadable(text));
    }
    let input = match form.protocol {
        Protocol::Json(_) => json::input(request)?,
        Protocol::Query => query::input(request)?,
        Protocol::Cbor => cbor::input(request)?,
        Protocol::Rest => rest::input(request),
    };
    Ok(Call {
        service,
        operation: form.operation.clone(),
        region,
        input,
    })
}

/// Writes an answer; `id` is the request's.
pub fn encode(form: &Form, answer: &Answer, id: &str) -> Response<Bytes> {
    match answer {
        Ok(value) => response(form, StatusCode::OK, body(form, value, id), id),
        Err(refusal) => error::response(form, refusal, id),
    }
}

fn body(form: &Form, value: &Value, id: &str) -> Vec<u8> {
    let empty = Value::Map(Map::default());
    let value = match value {
        Value::Null => &empty,
        other => other,
    };
    match form.protocol {
        Protocol::Json(_) => json::encode(value).into_bytes(),
        Protocol::Query => xml::result(form, value, id).into_bytes(),
        Protocol::Cbor => cbor::encode(value),
        Protocol::Rest => rest::document(value).into_bytes(),
    }
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const SMITHY: HeaderName = HeaderName::from_static("smithy-protocol");

/// A response with the headers of its protocol.
fn response(form: &Form, status: StatusCode, body: Vec<u8>, id: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let kind = form.protocol.content_type();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    if form.protocol == Protocol::Cbor {
        headers.insert(SMITHY, HeaderValue::from_static("rpc-v2-cbor"));
    }
    response
}

#[cfg(test)]
mod tests;
