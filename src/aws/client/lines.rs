//! One HTTP client with two lines: plain, and TLS whose trust roots are parsed at its first request.
//!
//! The SDK's own client builds a connector, roots and all, for each service client
//! that is made, only to check that it can: for eighteen clients that was nearly
//! all of the start. An endpoint that speaks plain HTTP never needs the roots.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// Connect and read time-out: what the SDK may ask for.
type Asked = (Option<Duration>, Option<Duration>);

/// The client; the same settings get the same connections.
#[derive(Debug)]
pub(super) struct Lines {
    plain: SharedHttpClient,
    tls: SharedHttpClient,
    known: Mutex<HashMap<Asked, SharedHttpConnector>>,
}

impl Lines {
    pub(super) fn client(plain: SharedHttpClient, tls: SharedHttpClient) -> SharedHttpClient {
        SharedHttpClient::new(Self {
            plain,
            tls,
            known: Mutex::default(),
        })
    }
}

impl HttpClient for Lines {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let asked = (settings.connect_timeout(), settings.read_timeout());
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || {
            SharedHttpConnector::new(Line {
                plain: Lazy::new(&self.plain),
                tls: Lazy::new(&self.tls),
                settings: settings.clone(),
                components: components.clone(),
            })
        };
        known.entry(asked).or_insert_with(new).clone()
    }
}

/// Chooses by the address of each request.
#[derive(Debug)]
struct Line {
    plain: Lazy,
    tls: Lazy,
    settings: HttpConnectorSettings,
    components: RuntimeComponents,
}

/// A connector that is made at its first request.
#[derive(Debug)]
struct Lazy(SharedHttpClient, OnceLock<SharedHttpConnector>);

impl Lazy {
    fn new(client: &SharedHttpClient) -> Self {
        Self(client.clone(), OnceLock::new())
    }
}

impl HttpConnector for Line {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Lazy(client, made) = if request.uri().starts_with("http://") {
            &self.plain
        } else {
            &self.tls
        };
        made.get_or_init(|| client.http_connector(&self.settings, &self.components))
            .call(request)
    }
}
