//! Which service, operation and region a request means, and in which protocol.

use super::super::call::{Refusal, Service};
use super::super::shape::Dialect;
use super::{error, query, rest};
use bytes::Bytes;
use hyper::Request;
use hyper::header::{AUTHORIZATION, HeaderMap};

/// The protocols of the services here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    Json(Json),
    Query,
    /// Smithy RPC v2 CBOR.
    Cbor,
    /// restXml.
    Rest,
}

/// The version in a JSON content type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Json {
    V1_0,
    V1_1,
    /// restJson.
    Rest,
}

impl Protocol {
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Json(Json::V1_0) => "application/x-amz-json-1.0",
            Self::Json(Json::V1_1) => "application/x-amz-json-1.1",
            Self::Json(Json::Rest) => "application/json",
            Self::Query | Self::Rest => "text/xml",
            Self::Cbor => "application/cbor",
        }
    }

    /// How its scalars come.
    pub fn dialect(self) -> Dialect {
        match self {
            Self::Json(_) => Dialect::Json,
            Self::Cbor => Dialect::Cbor,
            Self::Query | Self::Rest => Dialect::Text,
        }
    }
}

/// How a request is to be answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    pub protocol: Protocol,
    /// `None` for a service that is not here.
    pub service: Option<Service>,
    pub operation: String,
}

/// `X-Amz-Target` of each service that speaks JSON.
const TARGETS: [(&str, Service); 6] = [
    ("AmazonEC2ContainerServiceV20141113", Service::Ecs),
    ("AnyScaleFrontendService", Service::Scaling),
    ("AWSWAF_20190729", Service::Waf),
    ("Logs_20140328", Service::Logs),
    ("AmazonSSM", Service::Ssm),
    (GRANITE, Service::CloudWatch),
];

/// CloudWatch's name on the wire.
const GRANITE: &str = "GraniteServiceVersion20100801";

/// `Version` of each service that speaks query.
const VERSIONS: [(&str, Service); 6] = [
    ("2014-10-31", Service::Rds),
    ("2011-01-01", Service::AutoScaling),
    ("2015-12-01", Service::Elb),
    ("2011-06-15", Service::Sts),
    ("2010-05-08", Service::Iam),
    ("2010-08-01", Service::CloudWatch),
];

/// Regions that a signature may name: those of AWS's commercial partition, as
/// in botocore's endpoints.json. A bound on them is a bound on the worlds.
const REGIONS: [&str; 34] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// Whether a region is one of AWS's.
pub fn is_region(name: &str) -> bool {
    REGIONS.contains(&name)
}

/// Finds out what is meant; always something that an error can be written in.
pub fn form(request: &Request<Bytes>) -> Form {
    let path = request.uri().path();
    if let Some(rest) = path.strip_prefix("/service/") {
        return granite(rest);
    }
    if let Some(target) = header(request.headers(), "x-amz-target") {
        return targeted(request, target);
    }
    if let Some(form) = rest::form(request.method(), path) {
        return form;
    }
    if speaks_rest_json(request) {
        return Form {
            protocol: Protocol::Json(Json::Rest),
            service: None,
            operation: String::new(),
        };
    }
    queried(request)
}

/// Services that speak XML over paths; of the others that do, all speak JSON.
const REST_XML: [&str; 4] = ["s3", "s3control", "cloudfront", "route53"];

/// Whether a request is of a service of paths and JSON: none is here, but its client wants
/// to read the refusal.
fn speaks_rest_json(request: &Request<Bytes>) -> bool {
    let kind = header(request.headers(), "content-type").unwrap_or_default();
    let has_path = request.uri().path() != "/" && !kind.starts_with("application/x-www-form");
    let named = scope(request).and_then(|scope| scope.split('/').nth(3));
    let xml = named.is_some_and(|service| REST_XML.contains(&service));
    kind.starts_with("application/json") || (has_path && !xml)
}

/// `/service/GraniteServiceVersion20100801/operation/ListMetrics`.
fn granite(rest: &str) -> Form {
    let (service, operation) = rest.split_once("/operation/").unwrap_or((rest, ""));
    Form {
        protocol: Protocol::Cbor,
        service: (service == GRANITE).then_some(Service::CloudWatch),
        operation: name(operation),
    }
}

fn targeted(request: &Request<Bytes>, target: &str) -> Form {
    let (service, operation) = target.rsplit_once('.').unwrap_or((target, ""));
    let known = TARGETS.iter().find(|(known, _)| *known == service);
    let kind = header(request.headers(), "content-type").unwrap_or_default();
    let version = if kind.starts_with(Protocol::Json(Json::V1_0).content_type()) {
        Json::V1_0
    } else {
        Json::V1_1
    };
    Form {
        protocol: Protocol::Json(version),
        service: known.map(|(_, service)| *service),
        operation: name(operation),
    }
}

fn queried(request: &Request<Bytes>) -> Form {
    let version = query::parameter(request, "Version").unwrap_or_default();
    let known = VERSIONS.iter().find(|(known, _)| *known == version);
    Form {
        protocol: Protocol::Query,
        service: known.map(|(_, service)| *service),
        operation: name(&query::parameter(request, "Action").unwrap_or_default()),
    }
}

/// An operation's name as far as it can be one: it stands in answers and logs.
fn name(text: &str) -> String {
    let fits = text.chars().filter(char::is_ascii_alphanumeric);
    fits.take(100).collect()
}

/// Says that nobody of that name is here.
pub fn stranger(form: &Form) -> Refusal {
    let what = if form.operation.is_empty() {
        "The request names no operation of a service that is simulated".to_owned()
    } else {
        format!(
            "{} is no operation of a service that is simulated",
            form.operation
        )
    };
    Refusal::client(error::UNKNOWN, what)
}

/// The region of the signature's scope: `Credential=KEY/20260101/REGION/SERVICE/aws4_request`.
pub fn region(request: &Request<Bytes>) -> Result<String, Refusal> {
    header(request.headers(), "authorization")
        .ok_or_else(|| Refusal::client(error::NO_TOKEN, "Missing Authentication Token"))?;
    let named = scope(request).and_then(|scope| scope.split('/').nth(2));
    let named = named.unwrap_or_default();
    if is_region(named) {
        return Ok(named.to_owned());
    }
    let text = "Credential should be scoped to a valid region.";
    Err(Refusal::client(error::BAD_SIGNATURE, text))
}

/// What a signature is good for: `KEY/20260101/REGION/SERVICE/aws4_request`.
fn scope(request: &Request<Bytes>) -> Option<&str> {
    header(request.headers(), "authorization")?
        .split("Credential=")
        .nth(1)
}

/// A header's text.
pub fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// The access key of the signature, to know one caller from another.
pub fn access_key(request: &Request<Bytes>) -> Option<&str> {
    let signature = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    signature.split("Credential=").nth(1)?.split('/').next()
}
