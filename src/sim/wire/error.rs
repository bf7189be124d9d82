//! Errors in each protocol's own shape. Refusals carry the code of the JSON
//! protocols, or the one of the service's own shape; query has names of its own
//! for what all services share.

use super::super::call::{Refusal, Service};
use super::super::value::{Map, Value};
use super::route::{Form, Protocol};
use super::{cbor, json, xml};
use bytes::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use std::borrow::Cow;

pub const UNKNOWN: &str = "UnknownOperationException";
pub const NO_TOKEN: &str = "MissingAuthenticationTokenException";
pub const BAD_SIGNATURE: &str = "InvalidSignatureException";
pub const THROTTLED: &str = "ThrottlingException";
pub const EXPIRED: &str = "ExpiredTokenException";
pub const DENIED: &str = "AccessDeniedException";
pub const UNREADABLE: &str = "SerializationException";

/// What all services share: JSON's code, query's code and query's status.
const SHARED: [(&str, &str, u16); 8] = [
    (UNKNOWN, "InvalidAction", 400),
    (NO_TOKEN, "MissingAuthenticationToken", 403),
    (BAD_SIGNATURE, "SignatureDoesNotMatch", 403),
    (THROTTLED, "Throttling", 400),
    (EXPIRED, "ExpiredToken", 403),
    (DENIED, "AccessDenied", 403),
    (UNREADABLE, "MalformedQueryString", 400),
    ("UnrecognizedClientException", "InvalidClientTokenId", 403),
];

/// CloudWatch's shapes and the codes that its query protocol has for them (botocore's model).
const CLOUDWATCH: [(&str, &str); 11] = [
    ("DashboardInvalidInputError", "InvalidParameterInput"),
    ("DashboardNotFoundError", "ResourceNotFound"),
    ("InternalServiceFault", "InternalServiceError"),
    ("InvalidFormatFault", "InvalidFormat"),
    ("InvalidNextToken", "InvalidNextToken"),
    (
        "InvalidParameterCombinationException",
        "InvalidParameterCombination",
    ),
    ("InvalidParameterValueException", "InvalidParameterValue"),
    ("LimitExceededFault", "LimitExceeded"),
    ("MissingRequiredParameterException", "MissingParameter"),
    ("ResourceNotFound", "ResourceNotFound"),
    ("ValidationException", "ValidationError"),
];

/// A body that cannot be read.
pub fn unreadable(message: impl Into<String>) -> Refusal {
    Refusal::client(UNREADABLE, message)
}

/// Writes a refusal.
pub fn response_body(form: &Form, refusal: &Refusal, id: &str) -> Vec<u8> {
    let said = Said::of(form, refusal);
    match form.protocol {
        Protocol::Json(_) => json::encode(&members(form, &said, refusal)).into_bytes(),
        Protocol::Cbor => cbor::encode(&members(form, &said, refusal)),
        Protocol::Query | Protocol::Rest => xml::error(form, &said.code, refusal, id).into_bytes(),
    }
}

/// A refusal as a whole response.
pub fn response(form: &Form, refusal: &Refusal, id: &str) -> Response<Bytes> {
    let said = Said::of(form, refusal);
    let status = StatusCode::from_u16(said.status).unwrap_or(StatusCode::BAD_REQUEST);
    let mut answer = super::response(form, status, response_body(form, refusal, id), id);
    let mut add = |name: &'static str, text: &str| {
        if let Ok(value) = HeaderValue::from_str(text) {
            answer
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
    };
    match form.protocol {
        Protocol::Json(_) | Protocol::Cbor => add("x-amzn-errortype", &said.code),
        Protocol::Query | Protocol::Rest => {}
    }
    if let Some(query) = said.query {
        let whose = fault(said.status);
        add("x-amzn-query-error", &format!("{query};{whose}"));
    }
    answer
}

/// `Sender` or `Receiver`, as XML says it.
pub fn fault(status: u16) -> &'static str {
    if status < 500 { "Sender" } else { "Receiver" }
}

/// A refusal in the words of a protocol.
struct Said<'a> {
    code: Cow<'a, str>,
    /// The code of the old query protocol, where the service still tells it beside the new one.
    query: Option<&'a str>,
    status: u16,
}

impl<'a> Said<'a> {
    fn of(form: &Form, refusal: &'a Refusal) -> Self {
        let given = refusal.code.as_ref();
        let shared = SHARED
            .iter()
            .find(|(json, query, _)| [*json, *query].contains(&given));
        let own = CLOUDWATCH
            .iter()
            .find(|(shape, query)| [*shape, *query].contains(&given))
            .filter(|_| form.service == Some(Service::CloudWatch));
        let shape = own.map_or_else(|| shared.map_or(given, |s| s.0), |own| own.0);
        let query = own.map_or_else(|| shared.map_or(given, |s| s.1), |own| own.1);
        match form.protocol {
            Protocol::Query | Protocol::Rest => Self {
                code: Cow::Borrowed(query),
                query: None,
                status: shared.map_or(refusal.status, |shared| shared.2),
            },
            Protocol::Json(_) | Protocol::Cbor => Self {
                code: Cow::Borrowed(shape),
                query: (form.service == Some(Service::CloudWatch)).then_some(query),
                status: refusal.status,
            },
        }
    }
}

/// `__type`, the message, and what else the error's shape has.
fn members(form: &Form, said: &Said<'_>, refusal: &Refusal) -> Value {
    let kind = match form.protocol {
        Protocol::Cbor => format!("com.amazonaws.cloudwatch#{}", said.code),
        _ => said.code.clone().into_owned(),
    };
    let message = match form.service {
        Some(Service::Scaling | Service::Waf | Service::Ssm) => "Message",
        _ => "message",
    };
    let mut members = Map::default();
    members.set("__type", kind);
    members.set(message, refusal.message.as_str());
    for (name, value) in &refusal.members.0 {
        members.set(name.clone(), value.clone());
    }
    Value::Map(members)
}
