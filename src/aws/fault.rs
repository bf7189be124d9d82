//! AWS's errors as faults: one table from error codes to what people read.
//!
//! What AWS itself said goes through [`table`]. What never got that far (no
//! credentials, no connection, an answer that is not AWS's) is told apart in
//! [`transport`].

mod table;
mod transport;

use super::Aws;
use super::client::Place;
use crate::domain::fault::Fault;
use crate::domain::ids::RequestId;
use crate::domain::text::Text;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::http::Response;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

impl Aws {
    /// As [`fault`], naming profile and endpoint in what to do next: `.map_err(self.fault("ecs:ListServices"))`.
    pub(super) fn fault<E>(
        &self,
        action: &'static str,
    ) -> impl FnOnce(SdkError<E, Response>) -> Fault
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let shared = self.shared.clone();
        move |error| explain(&shared.place, action, &error)
    }
}

/// The fault of one failed call; `action` as IAM writes it.
pub(super) fn fault<E>(action: &'static str, error: &SdkError<E, Response>) -> Fault
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    explain(&Place::default(), action, error)
}

fn explain<E>(place: &Place, action: &'static str, error: &SdkError<E, Response>) -> Fault
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let mut fault = match error {
        SdkError::ServiceError(said) => of_service(place, action, said.err(), said.raw()),
        SdkError::ResponseError(odd) => transport::without_a_code(place, action, odd.raw()),
        SdkError::TimeoutError(_) => transport::timed_out(place, action),
        SdkError::DispatchFailure(failure) => transport::not_sent(place, action, failure),
        other => transport::not_built(action, other),
    };
    fault.request_id = error.raw_response().and_then(request_id);
    fault
}

fn of_service<E: ProvideErrorMetadata>(
    place: &Place,
    action: &'static str,
    error: &E,
    raw: &Response,
) -> Fault {
    let status = raw.status().as_u16();
    match error.code() {
        Some(code) => table::fault(
            place,
            action,
            &table::Said {
                code,
                message: error.message(),
                status,
            },
        ),
        None => transport::without_a_code(place, action, raw),
    }
}

fn request_id(raw: &Response) -> Option<RequestId> {
    let names = ["x-amzn-requestid", "x-amz-request-id", "x-amz-id-2"];
    names
        .iter()
        .find_map(|name| raw.headers().get(*name))
        .map(RequestId::from)
}

/// AWS's own words, short enough for a line.
fn shortened(message: &str) -> Text {
    const LINE: usize = 300;
    let cut = message
        .char_indices()
        .nth(LINE)
        .map(|(at, _)| &message[..at]);
    cut.map_or_else(
        || Text::clean(message),
        |head| Text::clean(&format!("{head}…")),
    )
}
