//! XML answers: awsQuery's envelope, restXml's documents, and the errors of both.

use super::super::call::{Refusal, Service};
use super::super::value::Value;
use super::error::fault;
use super::route::Form;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use std::fmt::{Display, Write};

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// The namespace of a service's answers.
fn namespace(service: Option<Service>) -> &'static str {
    match service {
        Some(Service::Rds) => "http://rds.amazonaws.com/doc/2014-10-31/",
        Some(Service::AutoScaling) => "http://autoscaling.amazonaws.com/doc/2011-01-01/",
        Some(Service::Elb) => "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
        Some(Service::CloudWatch) => "http://monitoring.amazonaws.com/doc/2010-08-01/",
        Some(Service::CloudFront) => super::rest::NAMESPACE,
        Some(Service::Iam) => "https://iam.amazonaws.com/doc/2010-05-08/",
        _ => "https://sts.amazonaws.com/doc/2011-06-15/",
    }
}

/// `<OpResponse xmlns=…><OpResult>…</OpResult><ResponseMetadata>…`.
pub fn result(form: &Form, value: &Value, id: &str) -> String {
    let (operation, place) = (&form.operation, namespace(form.service));
    let mut out = String::with_capacity(512);
    put(
        &mut out,
        format_args!("{HEAD}<{operation}Response xmlns=\"{place}\">"),
    );
    element(&format!("{operation}Result"), value, &mut out);
    put(
        &mut out,
        format_args!(
            "<ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></{operation}Response>"
        ),
    );
    out
}

/// `<ErrorResponse><Error><Type><Code><Message>`.
pub fn error(form: &Form, code: &str, refusal: &Refusal, id: &str) -> String {
    let mut out = String::with_capacity(256);
    let place = namespace(form.service);
    put(
        &mut out,
        format_args!("{HEAD}<ErrorResponse xmlns=\"{place}\"><Error>"),
    );
    element("Type", &fault(refusal.status).into(), &mut out);
    element("Code", &code.into(), &mut out);
    element("Message", &refusal.message.as_str().into(), &mut out);
    put(
        &mut out,
        format_args!("</Error><RequestId>{id}</RequestId></ErrorResponse>"),
    );
    out
}

/// A document whose root is this element.
pub fn document(name: &str, namespace: &str, value: &Value) -> String {
    let mut out = String::with_capacity(512);
    put(
        &mut out,
        format_args!("{HEAD}<{name} xmlns=\"{namespace}\">"),
    );
    content(value, &mut out);
    put(&mut out, format_args!("</{name}>"));
    out
}

/// One element with what is in it; nothing for what is not there.
fn element(name: &str, value: &Value, out: &mut String) {
    if *value == Value::Null {
        return;
    }
    put(out, format_args!("<{name}>"));
    content(value, out);
    put(out, format_args!("</{name}>"));
}

fn content(value: &Value, out: &mut String) {
    match value {
        Value::Null => {}
        Value::Bool(bool) => put(out, bool),
        Value::Int(int) => put(out, int),
        Value::Float(float) => put(out, float),
        Value::Text(text) => escape(text, out),
        Value::Time(time) => put(out, millis(*time)),
        Value::Blob(blob) => out.push_str(&STANDARD.encode(blob)),
        Value::List(list) => {
            for item in &list.items {
                element(list.item, item, out);
            }
        }
        Value::Map(map) => {
            for (name, value) in &map.0 {
                element(name, value, out);
            }
        }
    }
}

/// Writing to a string cannot fail.
fn put(out: &mut String, what: impl Display) {
    let _ = write!(out, "{what}");
}

/// No finer than milliseconds, as AWS has it.
fn millis(time: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(time.as_millisecond()).unwrap_or(time)
}

/// XML 1.0 has no control characters, not even escaped ones.
fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            '\n' | '\t' => out.push(c),
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
}
