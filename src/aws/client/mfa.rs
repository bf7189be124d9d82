//! Profiles with `mfa_serial`, which the SDK does not know: ask for the code, call STS, hold the keys.

use super::place::Surroundings;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::text::Text;
use aws_config::profile::{Profile, ProfileFileCredentialsProvider};
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use std::time::SystemTime;

/// The code of the fault that asks for the six digits ([`super::Options::mfa_code`]).
pub const CODE_NEEDED: &str = crate::domain::fault::MFA_CODE_NEEDED;

/// What a profile with `mfa_serial` wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    profile: String,
    serial: String,
    /// The role to assume; without one the profile's own keys get a session token.
    role: Option<Role>,
    /// Whose keys speak to STS.
    source: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Role {
    arn: String,
    external_id: Option<String>,
    session_name: String,
    seconds: Option<i32>,
}

/// The plan of the selected profile, where it names an MFA device.
pub(super) fn plan(around: &Surroundings) -> Option<Plan> {
    let profile = around.profile()?;
    let get = |key: &str| profile.get(key).map(str::to_owned);
    let role = get("role_arn").map(|arn| Role {
        arn,
        external_id: get("external_id"),
        session_name: get("role_session_name").unwrap_or_else(|| "tidegate".to_owned()),
        seconds: get("duration_seconds").and_then(|s| s.parse().ok()),
    });
    let own = profile.name().to_owned();
    let source = role
        .as_ref()
        .and_then(|_| get("source_profile"))
        .unwrap_or_else(|| own.clone());
    Some(Plan {
        serial: get("mfa_serial")?,
        profile: own,
        role,
        source,
    })
}

/// Calls STS with the code, and holds what it gives.
pub(super) async fn redeem(
    plan: Plan,
    around: &Surroundings,
    config: &ProviderConfig,
) -> Result<SharedCredentialsProvider, Fault> {
    let code = around
        .options
        .mfa_code
        .clone()
        .ok_or_else(|| code_needed(&plan))?;
    if code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()) {
        return Err(code_needed(&plan).means("a code has six digits"));
    }
    let sts = sts(&plan, around, config).await;
    let given = match &plan.role {
        Some(role) => assume(&sts, &plan.serial, role, code).await,
        None => session(&sts, &plan.serial, code).await,
    };
    let keys = given.map_err(|fault| refused(&plan, &fault))?;
    Ok(SharedCredentialsProvider::new(keys))
}

async fn sts(plan: &Plan, around: &Surroundings, config: &ProviderConfig) -> aws_sdk_sts::Client {
    let source = match around
        .profiles
        .get_profile(&plan.source)
        .and_then(static_keys)
    {
        Some(keys) => SharedCredentialsProvider::new(keys),
        None => SharedCredentialsProvider::new(
            ProfileFileCredentialsProvider::builder()
                .configure(config)
                .profile_name(&plan.source)
                .build(),
        ),
    };
    let region = around
        .region()
        .await
        .map_or_else(|_| "us-east-1".to_owned(), |r| r.as_str().to_owned());
    let base = super::base_config(around, &region.into())
        .credentials_provider(source)
        .load()
        .await;
    aws_sdk_sts::Client::new(&base)
}

fn static_keys(profile: &Profile) -> Option<Credentials> {
    let (id, secret) = (
        profile.get("aws_access_key_id")?,
        profile.get("aws_secret_access_key")?,
    );
    let token = profile.get("aws_session_token").map(str::to_owned);
    Some(Credentials::new(id, secret, token, None, "profile"))
}

async fn assume(
    sts: &aws_sdk_sts::Client,
    serial: &str,
    role: &Role,
    code: String,
) -> Result<Credentials, Fault> {
    let answer = sts
        .assume_role()
        .role_arn(&role.arn)
        .role_session_name(&role.session_name)
        .set_external_id(role.external_id.clone())
        .set_duration_seconds(role.seconds)
        .serial_number(serial)
        .token_code(code)
        .send()
        .await
        .map_err(|e| crate::aws::fault::fault("sts:AssumeRole", &e))?;
    held(answer.credentials)
}

async fn session(
    sts: &aws_sdk_sts::Client,
    serial: &str,
    code: String,
) -> Result<Credentials, Fault> {
    let answer = sts
        .get_session_token()
        .serial_number(serial)
        .token_code(code)
        .send()
        .await;
    held(
        answer
            .map_err(|e| crate::aws::fault::fault("sts:GetSessionToken", &e))?
            .credentials,
    )
}

fn held(given: Option<aws_sdk_sts::types::Credentials>) -> Result<Credentials, Fault> {
    let given = given.ok_or_else(|| Fault::new(FaultKind::Garbled, "STS gave no credentials"))?;
    let until = SystemTime::try_from(given.expiration).ok();
    Ok(Credentials::new(
        given.access_key_id,
        given.secret_access_key,
        Some(given.session_token),
        until,
        "mfa",
    ))
}

fn code_needed(plan: &Plan) -> Fault {
    let name = Text::clean(&plan.profile);
    let mut fault = Fault::new(
        FaultKind::Credentials,
        format!("the profile {name} wants an MFA code"),
    )
    .means(format!("of the device {}", plan.serial))
    .next("type the six digits it shows");
    fault.code = Some(Text::fixed(CODE_NEEDED));
    fault
}

/// STS refused: asks again, with its reason.
fn refused(plan: &Plan, fault: &Fault) -> Fault {
    match fault.kind {
        FaultKind::Denied | FaultKind::Refused | FaultKind::Credentials => {
            code_needed(plan).means(format!("STS did not take the last one: {}", fault.what))
        }
        _ => fault.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Options;
    use super::*;
    use aws_types::os_shim_internal::{Env, Fs};

    const FILE: &str = "[profile ops]\nregion = eu-west-1\nrole_arn = arn:aws:iam::1:role/ops\nsource_profile = me\n\
        mfa_serial = arn:aws:iam::1:mfa/me\nduration_seconds = 3600\n\
        [profile me]\naws_access_key_id = A\naws_secret_access_key = S\n\
        [profile keys]\nregion = eu-west-1\nmfa_serial = arn:aws:iam::1:mfa/me\naws_access_key_id = A\naws_secret_access_key = S\n";

    async fn around(profile: &str, code: Option<&str>) -> Surroundings {
        around_at(profile, code, None).await
    }

    async fn around_at(
        profile: &str,
        code: Option<&str>,
        endpoint: Option<String>,
    ) -> Surroundings {
        let env = Env::from_slice(&[("AWS_CONFIG_FILE", "/aws/config"), ("HOME", "/home/x")]);
        let options = Options {
            profile: Some(profile.into()),
            mfa_code: code.map(str::to_owned),
            endpoint,
            ..Options::default()
        };
        let fs = Fs::from_slice(&[("/aws/config", FILE)]);
        Surroundings::load_from(&options, env, fs)
            .await
            .expect("settings")
    }

    #[tokio::test]
    async fn a_role_with_a_device_asks_for_the_code() {
        let around = around("ops", None).await;
        let plan = plan(&around).expect("a device");
        assert_eq!(
            (
                plan.source.as_str(),
                plan.role.as_ref().and_then(|r| r.seconds)
            ),
            ("me", Some(3600))
        );
        let fault = super::super::credentials::provider(&around, &"eu-west-1".into())
            .await
            .expect_err("asked");
        assert_eq!(fault.code, Some(Text::fixed(CODE_NEEDED)));
        assert_eq!(fault.kind, FaultKind::Credentials);
    }

    #[tokio::test]
    async fn keys_with_a_device_are_their_own_source() {
        let around = around("keys", None).await;
        let plan = plan(&around).expect("a device");
        assert_eq!((plan.source.as_str(), plan.role), ("keys", None));
    }

    #[tokio::test]
    async fn a_code_that_is_no_code_is_asked_again_without_a_call() {
        let around = around("keys", Some("12x")).await;
        let fault = super::super::credentials::provider(&around, &"eu-west-1".into())
            .await
            .expect_err("asked");
        assert!(fault.means.as_str().contains("six digits"), "{fault}");
    }

    #[tokio::test]
    async fn a_profile_without_a_device_has_no_plan() {
        assert_eq!(plan(&around("me", None).await), None);
    }

    /// An STS that answers one call with `answer`, and says what it was asked.
    fn sts_once(
        status: &'static str,
        answer: &'static str,
    ) -> (String, std::sync::mpsc::Receiver<String>) {
        use std::io::{Read, Write};
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let (say, asked) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a call");
            let (mut request, mut some) = (String::new(), [0; 4096]);
            while !request.contains("TokenCode") {
                let n = stream.read(&mut some).expect("a request");
                request += &String::from_utf8_lossy(&some[..n]);
            }
            say.send(request).expect("the test listens");
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-type: text/xml\r\ncontent-length: {}\r\n\r\n",
                answer.len()
            );
            stream
                .write_all((head + answer).as_bytes())
                .expect("answered");
        });
        (url, asked)
    }

    const GIVEN: &str = "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA</AccessKeyId>\
        <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2030-01-01T00:00:00Z</Expiration>\
        </Credentials></AssumeRoleResult></AssumeRoleResponse>";

    #[tokio::test]
    async fn the_code_and_the_device_go_to_sts_and_its_keys_are_held_with_their_end() {
        let (url, asked) = sts_once("200 OK", GIVEN);
        let around = around_at("ops", Some("123456"), Some(url)).await;
        let provider = super::super::credentials::provider(&around, &"eu-west-1".into())
            .await
            .expect("keys");
        let request = asked.recv().expect("a request");
        for part in [
            "Action=AssumeRole",
            "SerialNumber=arn%3Aaws%3Aiam%3A%3A1%3Amfa%2Fme",
            "TokenCode=123456",
            "DurationSeconds=3600",
        ] {
            assert!(request.contains(part), "{part} in {request}");
        }
        let (provider, expiry) = super::super::credentials::watched(provider);
        assert_eq!(expiry.get(), None);
        let keys =
            aws_credential_types::provider::ProvideCredentials::provide_credentials(&provider)
                .await
                .expect("keys");
        assert_eq!(
            (keys.access_key_id(), expiry.get()),
            (
                "ASIA",
                Some("2030-01-01T00:00:00Z".parse().expect("a time"))
            )
        );
    }

    #[tokio::test]
    async fn a_code_that_sts_refuses_is_asked_again() {
        let refusal = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>MultiFactorAuthentication failed with invalid MFA one time pass code.</Message></Error></ErrorResponse>";
        let (url, _asked) = sts_once("403 Forbidden", refusal);
        let around = around_at("keys", Some("000000"), Some(url)).await;
        let fault = super::super::credentials::provider(&around, &"eu-west-1".into())
            .await
            .expect_err("asked again");
        assert_eq!(fault.code, Some(Text::fixed(CODE_NEEDED)));
        assert!(
            fault.means.as_str().contains("did not take the last one"),
            "{fault}"
        );
    }
}
