//! Where we speak to, and on whose account: profile files, region, endpoint, app name.

use super::{Around, Options, trust};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::{ProfileName, Region, SessionId};
use crate::domain::text::Text;
use aws_config::ConfigLoader;
use aws_config::profile::{Profile, ProfileSet};
use aws_config::provider_config::ProviderConfig;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::error::display::DisplayErrorContext;
use aws_types::app_name::AppName;
use aws_types::os_shim_internal::{Env, Fs};
use std::path::PathBuf;
use std::time::Duration;

/// What error sentences name: the profile, and the endpoint that stands in for AWS's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    pub profile: Option<ProfileName>,
    pub endpoint: Option<Text>,
}

/// Options, environment and profile files together: all that clients are built from.
pub(super) struct Surroundings {
    pub(super) options: Options,
    pub(super) env: Env,
    pub(super) profiles: ProfileSet,
    pub(super) http: SharedHttpClient,
}

impl Surroundings {
    /// Reads the real environment and files.
    pub(super) async fn load(options: &Options) -> Result<Self, Fault> {
        match options.around {
            Around::Machine => Self::load_from(options, Env::real(), Fs::real()).await,
            Around::Nothing => {
                let bare = Self::load_from(options, Env::from_slice(&[]), Fs::from_slice(&[]));
                let http = trust::plain_client();
                Ok(Self {
                    http,
                    ..bare.await?
                })
            }
        }
    }

    pub(super) async fn load_from(options: &Options, env: Env, fs: Fs) -> Result<Self, Fault> {
        options.endpoint.as_deref().map_or(Ok(()), check_endpoint)?;
        let chosen = options
            .profile
            .as_ref()
            .map(|p| p.as_str().to_owned().into());
        #[allow(deprecated)] // the new name is in a crate that is not ours to name
        let files = aws_config::profile::profile_file::ProfileFiles::default();
        let profiles = aws_config::profile::load(&fs, &env, &files, chosen)
            .await
            .map_err(|e| unreadable(&e, &env))?;
        let bundle = set(&env, "AWS_CA_BUNDLE").map(PathBuf::from);
        let http = trust::client(bundle.as_deref())?;
        let it = Self {
            options: options.clone(),
            env,
            profiles,
            http,
        };
        it.check_profile().map(|()| it)
    }

    /// The selected profile's settings, where the files have it.
    pub(super) fn profile(&self) -> Option<&Profile> {
        self.profiles.get_profile(self.profiles.selected_profile())
    }

    /// The profile that was asked for by flag or `AWS_PROFILE`.
    pub(super) fn named_profile(&self) -> Option<ProfileName> {
        self.options
            .profile
            .clone()
            .or_else(|| set(&self.env, "AWS_PROFILE").map(ProfileName::from))
    }

    fn check_profile(&self) -> Result<(), Fault> {
        match self.named_profile() {
            Some(name) if self.profile().is_none() => Err(self.unknown(&name)),
            _ => Ok(()),
        }
    }

    fn unknown(&self, name: &ProfileName) -> Fault {
        let mut known: Vec<&str> = self.profiles.profiles().collect();
        known.sort_unstable();
        let known = if known.is_empty() {
            "none".to_owned()
        } else {
            known.join(", ")
        };
        Fault::new(
            FaultKind::Usage,
            format!(
                "there is no profile {} in {}",
                name.text(),
                config_file(&self.env)
            ),
        )
        .means(format!("profiles there: {known}"))
        .next("choose one with --profile, or add it with `aws configure`")
    }

    /// Flag, `AWS_REGION`, `AWS_DEFAULT_REGION`, profile, metadata service (aws-facts.md §7.4).
    pub(super) async fn region(&self) -> Result<Region, Fault> {
        let said = self.options.region.clone().map(|r| r.as_str().to_owned());
        let said = said
            .or_else(|| set(&self.env, "AWS_REGION"))
            .or_else(|| set(&self.env, "AWS_DEFAULT_REGION"))
            .or_else(|| self.profile()?.get("region").map(str::to_owned));
        match said {
            Some(region) => checked(region),
            None => self.region_of_this_machine().await.ok_or_else(no_region),
        }
    }

    async fn region_of_this_machine(&self) -> Option<Region> {
        if set(&self.env, "AWS_EC2_METADATA_DISABLED")
            .is_some_and(|v| v.eq_ignore_ascii_case("true"))
        {
            return None;
        }
        let provider = aws_config::imds::region::ImdsRegionProvider::builder()
            .imds_client(metadata_service(&self.env))
            .build();
        let asked = tokio::time::timeout(METADATA, provider.region()).await;
        Some(Region::new(asked.ok()??.as_ref()))
    }

    /// What faults name; `endpoint` is the one the SDK settled on.
    pub(super) fn place(&self, endpoint: Option<&str>) -> Place {
        let of_a_service = || OVERRIDES.iter().find_map(|name| set(&self.env, name));
        let endpoint = endpoint.map(str::to_owned).or_else(of_a_service);
        Place {
            profile: self.named_profile(),
            endpoint: endpoint.map(|e| Text::clean(&e)),
        }
    }
}

/// Endpoints of single services; any of them is worth showing.
const OVERRIDES: [&str; 9] = [
    "AWS_ENDPOINT_URL_ECS",
    "AWS_ENDPOINT_URL_APPLICATION_AUTO_SCALING",
    "AWS_ENDPOINT_URL_AUTO_SCALING",
    "AWS_ENDPOINT_URL_WAFV2",
    "AWS_ENDPOINT_URL_RDS",
    "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS",
    "AWS_ENDPOINT_URL_CLOUDWATCH",
    "AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2",
    "AWS_ENDPOINT_URL_STS",
];

/// A metadata service that is a black hole is given up after this.
const METADATA: Duration = Duration::from_millis(2_200);

/// One attempt of a second each way: on a machine that is not EC2 the error comes within 2.5 s.
pub(super) fn metadata_service(env: &Env) -> aws_config::imds::Client {
    let config = ProviderConfig::default().with_http_client(trust::plain_client());
    let builder = aws_config::imds::Client::builder().configure(&config);
    // An endpoint that does not parse is left to the SDK, which says so.
    let elsewhere = set(env, "AWS_EC2_METADATA_SERVICE_ENDPOINT")
        .and_then(|url| builder.clone().endpoint(url).ok());
    elsewhere
        .unwrap_or(builder)
        .connect_timeout(Duration::from_secs(1))
        .read_timeout(Duration::from_secs(1))
        .operation_timeout(METADATA)
        .max_attempts(1)
        .build()
}

/// The SDK looks at no environment and no file either: a setting for real accounts must not reach a simulated one.
pub(super) fn without_surroundings(loader: ConfigLoader) -> ConfigLoader {
    #[allow(deprecated)] // the new name is in a crate that is not ours to name
    let none = {
        use aws_config::profile::profile_file::{ProfileFileKind, ProfileFiles};
        ProfileFiles::builder().with_contents(ProfileFileKind::Config, "")
    };
    loader.empty_test_environment().profile_files(none.build())
}

/// `tidegate-<version>-<session>`, cut to what the user agent takes.
pub(super) fn app_name(session: Option<&SessionId>) -> AppName {
    let id = session
        .map(|s| format!("-{}", s.as_str()))
        .unwrap_or_default();
    let whole = format!("tidegate-{}{id}", env!("CARGO_PKG_VERSION"));
    let allowed = |c: &char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_|~`".contains(*c);
    let name: String = whole.chars().filter(allowed).take(50).collect();
    AppName::new(name).expect("only allowed characters are left")
}

/// A variable that is set and not empty.
pub(super) fn set(env: &Env, name: &str) -> Option<String> {
    env.get(name).ok().filter(|value| !value.is_empty())
}

fn config_file(env: &Env) -> Text {
    Text::clean(&set(env, "AWS_CONFIG_FILE").unwrap_or_else(|| "~/.aws/config".to_owned()))
}

fn unreadable(error: &(dyn std::error::Error + 'static), env: &Env) -> Fault {
    Fault::new(
        FaultKind::Usage,
        format!(
            "the AWS settings could not be read: {}",
            DisplayErrorContext(error)
        ),
    )
    .means("profile, region and credentials are unknown")
    .next(format!(
        "correct {} or ~/.aws/credentials",
        config_file(env)
    ))
}

fn no_region() -> Fault {
    Fault::new(FaultKind::Usage, "no region is set")
        .means("no AWS service can be asked")
        .next("give --region, set AWS_REGION, or add `region = …` to the profile")
}

fn checked(region: String) -> Result<Region, Fault> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if region.chars().all(fits) && region.len() <= 32 {
        return Ok(Region::new(region));
    }
    Err(Fault::new(FaultKind::Usage, format!("{region:?} is no region"))
        .means("no AWS service can be asked")
        .next("regions are written like ap-northeast-2: correct --region, AWS_REGION or the profile"))
}

fn check_endpoint(url: &str) -> Result<(), Fault> {
    let rest = url
        .strip_prefix("http://")
        .or_else(|| url.strip_prefix("https://"));
    let fits = |rest: &str| {
        !rest.is_empty() && !rest.starts_with('/') && rest.chars().all(|c| c.is_ascii_graphic())
    };
    if rest.is_some_and(fits) {
        return Ok(());
    }
    Err(Fault::new(
        FaultKind::Usage,
        format!("the endpoint {url:?} is no address"),
    )
    .means("nothing can be asked there")
    .next("write it like http://127.0.0.1:5000 or https://host"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "[default]\nregion = eu-west-1\n[profile prod]\nregion = ap-northeast-2\n[profile bare]\noutput = json\n";

    async fn around(options: Options, env: &[(&str, &str)]) -> Result<Surroundings, Fault> {
        let mut vars = vec![("AWS_CONFIG_FILE", "/aws/config"), ("HOME", "/home/x")];
        vars.extend(env);
        Surroundings::load_from(
            &options,
            Env::from_slice(&vars),
            Fs::from_slice(&[("/aws/config", FILE)]),
        )
        .await
    }

    fn with_profile(name: &str) -> Options {
        Options {
            profile: Some(name.into()),
            ..Options::default()
        }
    }

    async fn region(options: Options, env: &[(&str, &str)]) -> String {
        let found = around(options, env)
            .await
            .expect("settings")
            .region()
            .await
            .expect("a region");
        found.as_str().to_owned()
    }

    #[tokio::test]
    async fn the_region_is_flag_then_environment_then_profile() {
        let both = [
            ("AWS_REGION", "us-west-1"),
            ("AWS_DEFAULT_REGION", "us-west-2"),
        ];
        let flag = Options {
            region: Some("sa-east-1".into()),
            ..Options::default()
        };
        assert_eq!(region(flag, &both).await, "sa-east-1");
        assert_eq!(region(with_profile("prod"), &both).await, "us-west-1");
        assert_eq!(region(with_profile("prod"), &both[1..]).await, "us-west-2");
        assert_eq!(region(with_profile("prod"), &[]).await, "ap-northeast-2");
        assert_eq!(region(Options::default(), &[]).await, "eu-west-1");
        assert_eq!(
            region(Options::default(), &[("AWS_PROFILE", "prod")]).await,
            "ap-northeast-2"
        );
    }

    #[tokio::test]
    async fn without_a_region_the_fault_says_what_to_set() {
        let around = around(
            with_profile("bare"),
            &[("AWS_EC2_METADATA_DISABLED", "true")],
        )
        .await
        .expect("settings");
        let fault = around.region().await.expect_err("none");
        assert_eq!(fault.kind, FaultKind::Usage);
        assert!(fault.next.as_str().contains("AWS_REGION"), "{fault}");
    }

    /// A far end that takes connections and never answers.
    fn black_hole() -> (std::net::TcpListener, String) {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        (listener, url)
    }

    #[tokio::test]
    async fn a_metadata_service_that_never_answers_is_given_up_in_time() {
        let (_listener, url) = black_hole();
        let around = around(
            with_profile("bare"),
            &[("AWS_EC2_METADATA_SERVICE_ENDPOINT", &url)],
        )
        .await
        .expect("settings");
        let both = async {
            let fault = around.region().await.expect_err("none");
            assert!(fault.next.as_str().contains("--region"), "{fault}");
            let keys = aws_config::imds::credentials::ImdsCredentialsProvider::builder();
            let keys = keys.imds_client(metadata_service(&around.env)).build();
            aws_credential_types::provider::ProvideCredentials::provide_credentials(&keys).await
        };
        let keys = tokio::time::timeout(Duration::from_secs(5), both).await;
        assert!(keys.expect("an answer in time").is_err());
    }

    #[tokio::test]
    async fn a_region_that_is_none_is_refused() {
        let odd = Options {
            region: Some("Frankfurt!".into()),
            ..Options::default()
        };
        let fault = around(odd, &[])
            .await
            .expect("settings")
            .region()
            .await
            .expect_err("refused");
        assert!(fault.what.as_str().contains("Frankfurt!"), "{fault}");
    }

    #[tokio::test]
    async fn an_unknown_profile_is_named_with_its_file_and_the_known_ones() {
        for (options, env) in [
            (with_profile("prdo"), vec![]),
            (Options::default(), vec![("AWS_PROFILE", "prdo")]),
        ] {
            let fault = around(options, &env).await.err().expect("refused");
            assert_eq!(fault.kind, FaultKind::Usage);
            assert!(
                fault.what.as_str().contains("prdo") && fault.what.as_str().contains("/aws/config"),
                "{fault}"
            );
            assert!(
                fault.means.as_str().contains("bare, default, prod"),
                "{fault}"
            );
        }
    }

    #[tokio::test]
    async fn settings_that_do_not_parse_are_a_fault() {
        let env = Env::from_slice(&[("AWS_CONFIG_FILE", "/aws/config"), ("HOME", "/home/x")]);
        let fs = Fs::from_slice(&[("/aws/config", "[default\nregion")]);
        let fault = Surroundings::load_from(&Options::default(), env, fs)
            .await
            .err()
            .expect("refused");
        assert!(fault.next.as_str().contains("/aws/config"), "{fault}");
    }

    #[tokio::test]
    async fn an_endpoint_that_is_no_address_is_refused() {
        for url in [
            "localhost:5000",
            "http://",
            "ftp://x",
            "http:///x",
            "http://a b",
        ] {
            let options = Options {
                endpoint: Some(url.to_owned()),
                ..Options::default()
            };
            assert_eq!(
                around(options, &[]).await.err().map(|f| f.kind),
                Some(FaultKind::Usage),
                "{url}"
            );
        }
    }

    #[tokio::test]
    async fn any_override_of_an_endpoint_is_known() {
        let around = around(
            Options::default(),
            &[("AWS_ENDPOINT_URL_WAFV2", "http://waf")],
        )
        .await
        .expect("settings");
        assert_eq!(around.place(None).endpoint, Some(Text::clean("http://waf")));
        assert_eq!(
            around.place(Some("http://all")).endpoint,
            Some(Text::clean("http://all"))
        );
    }

    #[test]
    fn the_app_name_fits_whatever_the_session_is_called() {
        let long = SessionId::new("spring/sale é ".repeat(9));
        let name = app_name(Some(&long)).to_string();
        assert!(name.len() <= 50 && name.starts_with("tidegate-"), "{name}");
        assert!(
            app_name(Some(&SessionId::from("s-1")))
                .to_string()
                .ends_with("-s-1")
        );
    }
}
