//! What an SDK error means for a write: did it change something, or can nobody tell?

pub use crate::domain::write::Outcome;

use crate::domain::fault::Fault;
use crate::domain::ids::RequestId;
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::http::Response;
use aws_types::request_id::RequestId as HasRequestId;
use std::error::Error;

/// What is known from the shape of an error alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    NotSent,
    Refused,
    Unknown,
}

/// Classifies one write's result (architecture.md §3).
pub(super) fn outcome<O, E>(
    result: Result<O, SdkError<E, Response>>,
    fault: impl FnOnce(SdkError<E, Response>) -> Fault,
) -> Outcome
where
    O: HasRequestId,
    E: Error + 'static,
{
    match result {
        Ok(output) => Outcome::Done {
            request: output.request_id().map(RequestId::from),
        },
        Err(error) => match class(&error) {
            Class::NotSent => Outcome::NotSent(fault(error)),
            Class::Refused => Outcome::Refused(fault(error)),
            Class::Unknown => Outcome::Unknown(fault(error)),
        },
    }
}

fn class<E: Error + 'static>(error: &SdkError<E, Response>) -> Class {
    match error {
        SdkError::ConstructionFailure(_) => Class::NotSent,
        SdkError::DispatchFailure(failure) => {
            let cause = failure
                .as_connector_error()
                .map(|e| e as &(dyn Error + 'static));
            if cause.is_some_and(never_left) {
                Class::NotSent
            } else {
                Class::Unknown
            }
        }
        SdkError::ServiceError(answer) => status(answer.raw().status().as_u16()),
        // A time-out, or an answer that cannot be read: it may have been carried out.
        _ => Class::Unknown,
    }
}

/// 408 is an answer about the connection, not about the request.
fn status(code: u16) -> Class {
    match code {
        408 => Class::Unknown,
        400..=499 => Class::Refused,
        _ => Class::Unknown,
    }
}

/// Nobody listened, or there was nothing to sign with.
fn never_left(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        let refused = error
            .downcast_ref::<std::io::Error>()
            .map(std::io::Error::kind);
        if refused == Some(std::io::ErrorKind::ConnectionRefused) || error.is::<CredentialsError>()
        {
            return true;
        }
        next = error.source();
    }
    false
}
