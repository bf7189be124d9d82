//! AWS's errors as faults: one table from error codes to what people read.

use crate::domain::fault::{Fault, FaultKind};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::http::Response;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// The fault of one failed call; `action` as IAM writes it.
pub(super) fn fault<E>(action: &'static str, error: SdkError<E, Response>) -> Fault
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    Fault::new(FaultKind::Server, format!("{action} failed: {error}"))
}

impl super::Aws {
    /// As [`fault`], naming the profile and the endpoint in what to do next: `.map_err(self.fault("ecs:ListServices"))`.
    pub(super) fn fault<E>(&self, action: &'static str) -> impl FnOnce(SdkError<E, Response>) -> Fault
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        move |error| fault(action, error)
    }
}
