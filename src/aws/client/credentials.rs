//! Where credentials come from, and when they end.
//!
//! The SDK's own chain, with two differences: a profile that was named by flag is
//! not beaten by keys in the environment (as in the AWS CLI), and the metadata
//! service is given one short attempt.

use super::place::{Surroundings, metadata_service, set};
use super::{mfa, time_outs};
use crate::domain::fault::Fault;
use crate::domain::ids::Region;
use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use jiff::Timestamp;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

/// Credentials held in memory (after an MFA code, or handed over by another process of ours).
#[derive(Clone, PartialEq, Eq)]
pub struct Keys {
    pub access_key_id: String,
    pub secret_access_key: String,
    pub session_token: Option<String>,
    pub expires: Option<SystemTime>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys")
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

impl From<Keys> for Credentials {
    fn from(keys: Keys) -> Self {
        Self::new(
            keys.access_key_id,
            keys.secret_access_key,
            keys.session_token,
            keys.expires,
            "tidegate",
        )
    }
}

/// The end of the credentials that were loaded last.
#[derive(Clone, Debug, Default)]
pub(super) struct Expiry(Arc<RwLock<End>>);

/// The end, and whether new ones follow by themselves.
#[derive(Clone, Copy, Debug, Default)]
struct End {
    at: Option<SystemTime>,
    held: bool,
}

impl Expiry {
    pub(super) fn get(&self) -> Option<Timestamp> {
        self.end().at.and_then(|at| Timestamp::try_from(at).ok())
    }

    /// Whether they are handed out as they were given, so that nothing follows them.
    pub(super) fn are_held(&self) -> bool {
        self.end().held
    }

    fn end(&self) -> End {
        *self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, end: End) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = end;
    }
}

/// Notes the end of what `inner` provides; the identity cache asks it only when it needs new ones.
#[derive(Debug)]
struct Watched {
    inner: SharedCredentialsProvider,
    held: bool,
    expiry: Expiry,
}

impl ProvideCredentials for Watched {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let found = self.inner.provide_credentials().await?;
            self.expiry.put(End {
                at: found.expiry(),
                held: self.held,
            });
            Ok(found)
        })
    }

    fn fallback_on_interrupt(&self) -> Option<Credentials> {
        self.inner.fallback_on_interrupt()
    }
}

/// The provider, and where the end of its credentials can be read.
pub(super) fn watched(found: Source) -> (SharedCredentialsProvider, Expiry) {
    let (inner, held) = match found {
        Source::Renews(inner) => (inner, false),
        Source::Held(inner) => (inner, true),
    };
    let expiry = Expiry::default();
    (
        SharedCredentialsProvider::new(Watched {
            inner,
            held,
            expiry: expiry.clone(),
        }),
        expiry,
    )
}

/// Where credentials come from, and whether new ones come when they end.
#[derive(Debug)]
pub(super) enum Source {
    Renews(SharedCredentialsProvider),
    /// Given once: after an MFA code, or by another process of ours.
    Held(SharedCredentialsProvider),
}

/// The provider for these surroundings.
pub(super) async fn provider(around: &Surroundings, region: &Region) -> Result<Source, Fault> {
    if let Some(keys) = &around.options.credentials {
        let keys = SharedCredentialsProvider::new(Credentials::from(keys.clone()));
        return Ok(Source::Held(keys));
    }
    let config = provider_config(around, region);
    if environment_rules(around) {
        return Ok(Source::Renews(chain(config, around).await));
    }
    if let Some(plan) = mfa::plan(around) {
        return mfa::redeem(plan, around, &config).await.map(Source::Held);
    }
    Ok(Source::Renews(match &around.options.profile {
        Some(profile) => profile_first(profile.as_str(), &config, around),
        None => chain(config, around).await,
    }))
}

/// Keys in the environment beat any profile but one named by flag.
fn environment_rules(around: &Surroundings) -> bool {
    around.options.profile.is_none() && set(&around.env, "AWS_ACCESS_KEY_ID").is_some()
}

fn provider_config(around: &Surroundings, region: &Region) -> ProviderConfig {
    ProviderConfig::default()
        .with_behavior_version(Some(aws_config::BehaviorVersion::v2026_01_12()))
        .with_region(Some(aws_config::Region::new(region.as_str().to_owned())))
        .with_http_client(around.http.clone())
        .with_timeout_config(time_outs(around.options.patience))
}

async fn chain(config: ProviderConfig, around: &Surroundings) -> SharedCredentialsProvider {
    let machine = metadata_service(&around.env);
    let builder = DefaultCredentialsChain::builder()
        .configure(config)
        .imds_client(machine);
    SharedCredentialsProvider::new(builder.build().await)
}

fn profile_first(
    profile: &str,
    config: &ProviderConfig,
    around: &Surroundings,
) -> SharedCredentialsProvider {
    let named = ProfileFileCredentialsProvider::builder()
        .configure(config)
        .profile_name(profile)
        .build();
    let task = EcsCredentialsProvider::builder().configure(config).build();
    let machine = metadata_service(&around.env);
    let machine = ImdsCredentialsProvider::builder()
        .configure(config)
        .imds_client(machine)
        .build();
    SharedCredentialsProvider::new(
        CredentialsProviderChain::first_try("Profile", named)
            .or_else("EcsContainer", task)
            .or_else("Ec2InstanceMetadata", machine),
    )
}
