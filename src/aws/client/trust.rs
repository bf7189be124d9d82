//! The one HTTP client, with the trust roots of `AWS_CA_BUNDLE` where that is set.
//!
//! The SDK does not read `AWS_CA_BUNDLE`; as in the AWS CLI, a bundle replaces
//! the machine's own roots.

use super::lines::Lines;
use crate::domain::fault::{Fault, FaultKind};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use rustls::pki_types::{CertificateDer, pem::PemObject};
use std::path::Path;

/// The shared client; `bundle` is the value of `AWS_CA_BUNDLE`.
pub(super) fn client(bundle: Option<&Path>) -> Result<SharedHttpClient, Fault> {
    let store = match bundle {
        Some(path) => TrustStore::empty().with_pem_certificate(read(path)?),
        None => TrustStore::default(),
    };
    let tls = TlsContext::builder().with_trust_store(store).build();
    let tls =
        tls.map_err(|e| Fault::new(FaultKind::Internal, format!("the TLS set-up failed: {e}")))?;
    let tls = tls_client(tls);
    // A proxy may itself want TLS: then every request goes by that line.
    let plain = if by_proxy() {
        tls.clone()
    } else {
        plain_client()
    };
    Ok(Lines::client(plain, tls))
}

/// Whether the environment names a proxy for plain HTTP.
fn by_proxy() -> bool {
    let names = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
    names
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

fn tls_client(tls: TlsContext) -> SharedHttpClient {
    Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder()
            .proxy_config(ProxyConfig::from_env())
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .tls_context(tls.clone());
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector.build()
    })
}

/// Plain HTTP, and never through a proxy: for the metadata service, and endpoints without TLS.
pub(super) fn plain_client() -> SharedHttpClient {
    Builder::new().build_http()
}

/// The bundle's bytes, once every certificate in it is known to parse: the SDK panics over one that does not.
fn read(path: &Path) -> Result<Vec<u8>, Fault> {
    let bad = |why: String| {
        Fault::new(
            FaultKind::Usage,
            format!("AWS_CA_BUNDLE names {}: {why}", path.display()),
        )
        .means("no certificate could be trusted, so nothing is sent")
        .next("correct or unset AWS_CA_BUNDLE; it names a file of PEM certificates")
    };
    let pem = std::fs::read(path).map_err(|e| bad(e.to_string()))?;
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|e| bad(format!("not PEM ({e:?})")))?;
        roots
            .add(certificate)
            .map_err(|e| bad(format!("a certificate that does not parse ({e})")))?;
    }
    if roots.is_empty() {
        Err(bad("there is no certificate in it".to_owned()))
    } else {
        Ok(pem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(content: Option<&str>) -> String {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("bundle.pem");
        if let Some(content) = content {
            std::fs::write(&path, content).expect("written");
        }
        let fault = client(Some(&path)).expect_err("refused");
        assert_eq!(fault.kind, FaultKind::Usage);
        assert!(fault.what.as_str().contains("bundle.pem"), "{fault}");
        fault.what.to_string()
    }

    #[test]
    fn a_bundle_that_is_missing_empty_or_broken_is_named() {
        assert!(refused(None).contains("No such file"));
        assert!(refused(Some("hello")).contains("no certificate"));
        refused(Some(
            "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
        ));
        refused(Some(
            "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n",
        ));
    }

    #[test]
    fn without_a_bundle_there_is_a_client() {
        assert!(client(None).is_ok());
    }
}
