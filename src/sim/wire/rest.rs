//! restXml, for the little of `CloudFront` that is here.

use super::super::call::Service;
use super::super::value::{Map, Value};
use super::query::decoded;
use super::route::{Form, Protocol};
use super::xml;
use bytes::Bytes;
use hyper::{Method, Request};
use std::borrow::Cow;

pub const NAMESPACE: &str = "http://cloudfront.amazonaws.com/doc/2020-05-31/";

/// `/2020-05-31/distributionsByWebACLId/{WebACLId}` and its parameters.
const ROOT: &str = "/2020-05-31/";
const BY_ACL: &str = "distributionsByWebACLId/";

/// `None` for a path that is not `CloudFront`'s.
pub fn form(method: &Method, path: &str) -> Option<Form> {
    let rest = path.strip_prefix(ROOT)?;
    let operation = match rest {
        _ if method != Method::GET => "",
        "distribution" => "ListDistributions",
        rest if rest.starts_with(BY_ACL) => "ListDistributionsByWebACLId",
        _ => "",
    };
    Some(Form {
        protocol: Protocol::Rest,
        service: Some(Service::CloudFront),
        operation: operation.to_owned(),
    })
}

/// What path and query say.
pub fn input(request: &Request<Bytes>) -> Value {
    let path = request.uri().path();
    let acl = path
        .strip_prefix(ROOT)
        .and_then(|rest| rest.strip_prefix(BY_ACL));
    let mut members = Map::default();
    members.set(
        "WebACLId",
        acl.map(|acl| decoded(acl.replace('+', "%2B").as_bytes())),
    );
    let query = request.uri().query().unwrap_or_default();
    for pair in query.split('&').filter(|pair| !pair.is_empty()).take(20) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        members.set(
            Cow::Owned(decoded(name.as_bytes())),
            decoded(value.as_bytes()),
        );
    }
    Value::Map(members)
}

/// The payload member of the answer (`DistributionList`) is the document.
pub fn document(value: &Value) -> String {
    let payload = value.as_map().and_then(|map| map.0.first());
    match payload {
        Some((name, value)) => xml::document(name, NAMESPACE, value),
        None => String::new(),
    }
}
