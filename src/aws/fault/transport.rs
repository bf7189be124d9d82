//! Trouble that is not AWS's word: nothing sent, nothing answered, or an answer that is not AWS's.

use super::super::client::{Place, Stopped};
use super::shortened;
use super::table::{THEIRS, WAIT, renewal};
use crate::domain::fault::{Fault, FaultKind, LIFTS_READ_ONLY};
use crate::domain::text::Text;
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::result::DispatchFailure;
use aws_smithy_runtime_api::http::Response;
use std::error::Error;
use std::io::ErrorKind;

/// The request was stopped before it was built: by the sentry, or by what it was built from.
pub(super) fn not_built(action: &str, error: &(dyn Error + 'static)) -> Fault {
    match chain(error).find_map(|e| e.downcast_ref::<Stopped>()) {
        Some(Stopped::ReadOnly(_)) => Fault::new(
            FaultKind::Refused,
            format!("{action} was not sent: read-only mode"),
        )
        .means("nothing was changed")
        .next(LIFTS_READ_ONLY),
        Some(Stopped::NoPermit(_)) => Fault::new(
            FaultKind::Internal,
            format!("{action} was not sent: it carried no permit"),
        )
        .means("nothing was changed; this is a bug of ours")
        .next("please report it"),
        None => Fault::new(
            FaultKind::Usage,
            format!("{action} could not be built: {}", deepest(error)),
        )
        .means("nothing was sent"),
    }
}

/// No answer within the time we give it.
pub(super) fn timed_out(place: &Place, action: &str) -> Fault {
    Fault::new(
        FaultKind::TimedOut,
        format!("{} did not answer {action} in time", whom(place)),
    )
    .means("the line is slow or something on the way swallows the answer")
    .next("look at the network, a proxy, or the region")
}

/// Nothing left, or the connection failed.
pub(super) fn not_sent(place: &Place, action: &str, failure: &DispatchFailure) -> Fault {
    let Some(error) = failure.as_connector_error() else {
        return unreachable(place, action, "the connection failed");
    };
    if let Some(credentials) = chain(error).find_map(|e| e.downcast_ref::<CredentialsError>()) {
        return no_credentials(place, credentials);
    }
    if let Some(stopped) = chain(error).find(|e| e.is::<Stopped>()) {
        return not_built(action, stopped);
    }
    let said = spoken(error);
    if error.is_timeout() {
        return unreachable(place, action, "no connection came about in time");
    }
    if error.is_user() {
        return Fault::new(
            FaultKind::Usage,
            format!("{action} could not be sent: {}", deepest(error)),
        )
        .next("look at --endpoint-url, AWS_ENDPOINT_URL and the proxy variables");
    }
    unreachable(place, action, &why(error, &said))
}

fn unreachable(place: &Place, action: &str, why: &str) -> Fault {
    Fault::new(
        FaultKind::Unreachable,
        format!("{} cannot be reached for {action}: {why}", whom(place)),
    )
    .means("nothing came from there")
    .next("look at the network, a proxy, the endpoint, or the region's name")
}

/// Why there is no connection, in words.
fn why(error: &(dyn Error + 'static), said: &str) -> String {
    let io = chain(error)
        .find_map(|e| e.downcast_ref::<std::io::Error>())
        .map(std::io::Error::kind);
    let is = |part: &str| said.contains(part);
    if is("dns error") || is("failed to lookup") {
        return "its name is not known to the name servers".to_owned();
    }
    if is("certificate") || is("TLS") || is("tls") || is("CorruptMessage") {
        return format!(
            "TLS failed ({}); behind an inspecting proxy set AWS_CA_BUNDLE",
            deepest(error)
        );
    }
    match io {
        Some(ErrorKind::ConnectionRefused) => "nobody listens there".to_owned(),
        Some(ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof) => {
            CUT.to_owned()
        }
        _ if is("connection closed before message completed") || is("IncompleteMessage") => {
            CUT.to_owned()
        }
        _ if is("invalid HTTP") || is("Parse") => {
            "what answers there does not speak HTTP".to_owned()
        }
        _ => deepest(error),
    }
}

const CUT: &str = "the connection was cut";

fn no_credentials(place: &Place, error: &CredentialsError) -> Fault {
    let words = shortened(&deepest(error));
    let fault = match error {
        CredentialsError::CredentialsNotLoaded(_) => {
            Fault::new(FaultKind::Credentials, "no credentials were found")
                .means(format!("nothing can be asked of AWS ({words})"))
        }
        CredentialsError::ProviderTimedOut(_) => Fault::new(
            FaultKind::Credentials,
            "the credentials did not come in time",
        )
        .means(words),
        _ => Fault::new(
            FaultKind::Credentials,
            format!("the credentials could not be loaded: {words}"),
        )
        .means("expired, or the settings for them are wrong"),
    };
    let mut fault = fault.next(renewal(place));
    fault.code = Some(Text::fixed("CredentialsNotLoaded"));
    fault
}

/// An answer came that nobody can read.
fn garbled(place: &Place, action: &str, raw: &Response) -> Fault {
    let body = raw.body().bytes().unwrap_or_default();
    let said = if is_html(body) {
        "with HTML"
    } else {
        "with something that cannot be read"
    };
    let status = raw.status().as_u16();
    Fault::new(
        FaultKind::Garbled,
        format!("{} answered {action} {said} (status {status})", whom(place)),
    )
    .means("it may not be AWS, or something on the way changed the answer")
    .next("look at --endpoint-url, AWS_ENDPOINT_URL and any proxy")
}

/// An answer without a word of AWS's in it: judged by its status.
pub(super) fn without_a_code(place: &Place, action: &str, raw: &Response) -> Fault {
    let status = raw.status().as_u16();
    let what = format!("{} answered {action} with status {status}", whom(place));
    match status {
        429 => Fault::new(FaultKind::Throttled, what).next("polling slows down by itself"),
        500.. => Fault::new(FaultKind::Server, what).means(THEIRS).next(WAIT),
        407 => {
            Fault::new(FaultKind::Unreachable, what).means("a proxy on the way wants a password")
        }
        _ => garbled(place, action, raw),
    }
}

fn is_html(body: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&body[..body.len().min(512)])
        .trim_start()
        .to_ascii_lowercase();
    head.starts_with("<!doctype html") || head.starts_with("<html") || head.contains("<head")
}

fn whom(place: &Place) -> String {
    place
        .endpoint
        .as_ref()
        .map_or_else(|| "AWS".to_owned(), |url| format!("the endpoint {url}"))
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |e: &&'a (dyn Error + 'static)| (*e).source())
}

fn spoken(error: &(dyn Error + 'static)) -> String {
    chain(error)
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

fn deepest(error: &(dyn Error + 'static)) -> String {
    chain(error)
        .last()
        .map(|e| one_line(&e.to_string()))
        .unwrap_or_default()
}

/// Some say it over many lines; a fault is a sentence.
fn one_line(said: &str) -> String {
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}
