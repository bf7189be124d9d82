//! The clients: one shared HTTP client, one identity cache, time-outs on everything.
//!
//! All clients come from one `SdkConfig`, so that connections, trust roots and
//! credentials are shared. Each carries the [`sentry`]: it counts what leaves,
//! and lets no write out without a permit.

mod credentials;
mod lines;
mod mfa;
mod place;
mod sentry;
mod trust;

use super::gate::Gate;
use super::waf::protected::Register;
use crate::domain::fault::Fault;
use crate::domain::ids::{ProfileName, Region, SessionId};
use crate::domain::text::Text;
use aws_config::{BehaviorVersion, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;

pub use credentials::Keys;
pub use mfa::CODE_NEEDED;
pub use place::Place;
pub use sentry::{Meter, Metered};
pub(super) use sentry::{Stopped, permitted};

/// What the clients are built from.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `--profile`: then keys of the environment do not count (as in the AWS CLI). `AWS_PROFILE` is honoured below it.
    pub profile: Option<ProfileName>,
    pub region: Option<Region>,
    /// `--endpoint-url`; `AWS_ENDPOINT_URL` and the profile's are honoured below it.
    pub endpoint: Option<String>,
    /// Named in the SDK's app name, so that `CloudTrail`'s user agent joins journal and trail.
    pub session: Option<SessionId>,
    /// Read-only: the sentry lets no write operation out, whatever it carries.
    pub read_only: bool,
    /// The six digits for a profile with `mfa_serial`; without them connecting answers a fault with [`CODE_NEEDED`].
    pub mfa_code: Option<String>,
    /// Credentials held in memory, instead of any that the chain would find.
    pub credentials: Option<Keys>,
    /// Whether what these options leave open is looked for on this machine.
    pub around: Around,
    /// How long calls may take; shortened by tests only.
    pub patience: Patience,
}

/// Where settings come from that no option names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Around {
    /// The environment, the AWS files, the metadata service, a proxy.
    #[default]
    Machine,
    /// Nowhere: region, endpoint and credentials must be given. For the simulated account.
    Nothing,
}

/// Time-outs and attempts of reads; writes always make one attempt, bounded by `whole`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    pub attempt: Duration,
    pub whole: Duration,
    pub attempts: u32,
    /// Between two calls of an operation that AWS answers once a second.
    pub apart: Duration,
    /// A Live Tail that is silent for so long is dead: something comes each second.
    pub heartbeat: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            attempt: Duration::from_secs(5),
            whole: Duration::from_secs(15),
            attempts: 3,
            // A little more than the second: the clocks of two machines are never the same.
            apart: Duration::from_millis(1_050),
            heartbeat: Duration::from_secs(10),
        }
    }
}

/// The SDK's own default, named so that reads and writes share one connector (and its parsed trust roots).
const CONNECT: Duration = Duration::from_millis(3_100);

/// A cheap handle on all clients of one profile and region.
#[derive(Clone, Debug)]
pub struct Aws {
    pub(super) shared: Arc<Shared>,
    pub(super) gate: Gate,
}

/// What all handles share. The fields are the clients for reads.
#[derive(Debug)]
pub struct Shared {
    pub(super) ecs: aws_sdk_ecs::Client,
    pub(super) scaling: aws_sdk_applicationautoscaling::Client,
    pub(super) autoscaling: aws_sdk_autoscaling::Client,
    pub(super) waf: aws_sdk_wafv2::Client,
    /// CLOUDFRONT scope: us-east-1 and nowhere else.
    pub(super) waf_global: aws_sdk_wafv2::Client,
    pub(super) rds: aws_sdk_rds::Client,
    pub(super) logs: aws_sdk_cloudwatchlogs::Client,
    pub(super) cloudwatch: aws_sdk_cloudwatch::Client,
    /// Metrics of CLOUDFRONT web ACLs: us-east-1.
    pub(super) cloudwatch_global: aws_sdk_cloudwatch::Client,
    pub(super) elb: aws_sdk_elasticloadbalancingv2::Client,
    pub(super) sts: aws_sdk_sts::Client,
    pub(super) iam: aws_sdk_iam::Client,
    pub(super) cloudfront: aws_sdk_cloudfront::Client,
    pub(super) ssm: aws_sdk_ssm::Client,
    /// Session records of CLOUDFRONT web ACLs: us-east-1.
    pub(super) ssm_global: aws_sdk_ssm::Client,
    pub(super) writers: Writers,
    region: Region,
    pub(super) place: Place,
    pub(super) protected: Register,
    /// Of Live Tails.
    pub(super) heartbeat: Duration,
    meter: Arc<Meter>,
    expiry: credentials::Expiry,
    /// Where they come from: a guard is given those that are held.
    credentials: Option<SharedCredentialsProvider>,
}

/// The clients for writes: one attempt, never sent again by itself.
#[derive(Debug)]
pub struct Writers {
    pub(super) ecs: aws_sdk_ecs::Client,
    pub(super) scaling: aws_sdk_applicationautoscaling::Client,
    pub(super) autoscaling: aws_sdk_autoscaling::Client,
    pub(super) waf: aws_sdk_wafv2::Client,
    pub(super) waf_global: aws_sdk_wafv2::Client,
    pub(super) rds: aws_sdk_rds::Client,
    pub(super) ssm: aws_sdk_ssm::Client,
    pub(super) ssm_global: aws_sdk_ssm::Client,
}

impl Aws {
    /// Builds the clients. Reads files and environment, asks the metadata service
    /// for a region where nothing else names one, and STS where the profile wants
    /// an MFA code; calls no other AWS service.
    pub async fn connect(options: Options) -> Result<Self, Fault> {
        let surroundings = place::Surroundings::load(&options).await?;
        let region = surroundings.region().await?;
        let (credentials, expiry) =
            credentials::watched(credentials::provider(&surroundings, &region).await?);
        let config = base_config(&surroundings, &region)
            .credentials_provider(credentials.clone())
            .load()
            .await;
        let place = surroundings.place(config.endpoint_url());
        let mut shared = Shared::build(&config, &options, region, place, expiry);
        shared.credentials = Some(credentials);
        Ok(Self {
            shared: Arc::new(shared),
            gate: Gate::open(),
        })
    }

    /// The same clients behind another gate.
    #[must_use]
    pub fn through(&self, gate: Gate) -> Self {
        Self {
            shared: self.shared.clone(),
            gate,
        }
    }

    /// The region the clients were built for.
    pub fn region(&self) -> &Region {
        &self.shared.region
    }

    /// The endpoint that stands in for AWS's own, where one does; to be shown prominently.
    pub fn endpoint(&self) -> Option<&Text> {
        self.shared.place.endpoint.as_ref()
    }

    /// What left so far.
    pub fn meter(&self) -> &Meter {
        &self.shared.meter
    }

    /// Whether the credentials are held as they are, so that nothing renews them: after an MFA code.
    pub fn keys_are_held(&self) -> bool {
        self.shared.expiry.are_held()
    }

    /// Keys that nothing renews, for another process of ours; `None` where that one finds its own.
    pub async fn held_keys(&self) -> Option<Keys> {
        if !self.keys_are_held() {
            return None;
        }
        let provider = self.shared.credentials.as_ref()?;
        let found = provider.provide_credentials().await.ok()?;
        Some(Keys {
            access_key_id: found.access_key_id().to_owned(),
            secret_access_key: found.secret_access_key().to_owned(),
            session_token: found.session_token().map(str::to_owned),
            expires: found.expiry(),
        })
    }

    /// When the credentials in use end; `None` for ones without an end, or before the first call.
    pub fn credentials_expiry(&self) -> Option<Timestamp> {
        self.shared.expiry.get()
    }
}

fn base_config(surroundings: &place::Surroundings, region: &Region) -> aws_config::ConfigLoader {
    let options = &surroundings.options;
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .region(aws_config::Region::new(region.as_str().to_owned()))
        .http_client(surroundings.http.clone())
        .retry_config(RetryConfig::standard().with_max_attempts(options.patience.attempts))
        .timeout_config(time_outs(options.patience))
        .app_name(place::app_name(options.session.as_ref()));
    if let Some(profile) = &options.profile {
        loader = loader.profile_name(profile.as_str());
    }
    if options.around == Around::Nothing {
        loader = place::without_surroundings(loader);
    }
    match &options.endpoint {
        Some(url) => loader.endpoint_url(url),
        None => loader,
    }
}

fn time_outs(patience: Patience) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(patience.attempt)
        .operation_timeout(patience.whole)
        .build()
}

/// One client of one service, with the sentry in it.
macro_rules! guarded {
    ($sdk:ident, $config:expr, $sentry:expr) => {
        $sdk::Client::from_conf(
            $sdk::config::Builder::from($config)
                .interceptor($sentry.clone())
                .build(),
        )
    };
}

impl Shared {
    fn build(
        config: &SdkConfig,
        options: &Options,
        region: Region,
        place: Place,
        expiry: credentials::Expiry,
    ) -> Self {
        let meter = Arc::new(Meter::default());
        let sentry = sentry::Sentry::new(meter.clone(), options.read_only);
        let global = in_us_east_1(config);
        Self {
            ecs: guarded!(aws_sdk_ecs, config, sentry),
            scaling: guarded!(aws_sdk_applicationautoscaling, config, sentry),
            autoscaling: guarded!(aws_sdk_autoscaling, config, sentry),
            waf: guarded!(aws_sdk_wafv2, config, sentry),
            waf_global: guarded!(aws_sdk_wafv2, &global, sentry),
            rds: guarded!(aws_sdk_rds, config, sentry),
            logs: guarded!(aws_sdk_cloudwatchlogs, config, sentry),
            cloudwatch: guarded!(aws_sdk_cloudwatch, config, sentry),
            cloudwatch_global: guarded!(aws_sdk_cloudwatch, &global, sentry),
            elb: guarded!(aws_sdk_elasticloadbalancingv2, config, sentry),
            sts: guarded!(aws_sdk_sts, config, sentry),
            iam: guarded!(aws_sdk_iam, config, sentry),
            cloudfront: guarded!(aws_sdk_cloudfront, &global, sentry),
            ssm: guarded!(aws_sdk_ssm, config, sentry),
            ssm_global: guarded!(aws_sdk_ssm, &global, sentry),
            writers: Writers::build(config, options.patience, &sentry),
            region,
            place,
            protected: Register::new(options.patience.apart),
            heartbeat: options.patience.heartbeat,
            meter,
            expiry,
            credentials: None,
        }
    }
}

impl Writers {
    fn build(config: &SdkConfig, patience: Patience, sentry: &sentry::Sentry) -> Self {
        let once = Patience {
            attempt: patience.whole,
            attempts: 1,
            ..patience
        };
        let config = config
            .to_builder()
            .retry_config(RetryConfig::disabled())
            .timeout_config(time_outs(once))
            .build();
        let global = in_us_east_1(&config);
        Self {
            ecs: guarded!(aws_sdk_ecs, &config, sentry),
            scaling: guarded!(aws_sdk_applicationautoscaling, &config, sentry),
            autoscaling: guarded!(aws_sdk_autoscaling, &config, sentry),
            waf: guarded!(aws_sdk_wafv2, &config, sentry),
            waf_global: guarded!(aws_sdk_wafv2, &global, sentry),
            rds: guarded!(aws_sdk_rds, &config, sentry),
            ssm: guarded!(aws_sdk_ssm, &config, sentry),
            ssm_global: guarded!(aws_sdk_ssm, &global, sentry),
        }
    }
}

fn in_us_east_1(config: &SdkConfig) -> SdkConfig {
    config
        .to_builder()
        .region(aws_config::Region::from_static("us-east-1"))
        .build()
}

#[cfg(test)]
mod tests;
