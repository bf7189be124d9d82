//! moto over HTTP: one server for the whole test process, one account for each test.

use super::python::{interpreter, python};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tidegate::aws::client::{Keys, Patience};
use tidegate::aws::{Aws, Options};

/// A running moto server.
pub struct Moto {
    pub port: u16,
    /// Its open stdin keeps it alive: when this process ends, so does moto.
    _child: Child,
}

/// An account of its own: nothing another test does is seen in it.
#[derive(Clone, Debug)]
pub struct Account {
    pub id: String,
    pub keys: Keys,
    pub region: &'static str,
    /// Where moto listens, without any proxy.
    pub endpoint: String,
}

impl Moto {
    /// The server of this test process, started by the first who asks.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Moto> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    fn start() -> Self {
        let mut child = Command::new(interpreter())
            .args(["-c", include_str!("moto.py")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("moto starts");
        let mut line = String::new();
        let said = child.stdout.take().expect("piped");
        BufReader::new(said)
            .read_line(&mut line)
            .expect("moto says its port");
        let port = line.trim().parse().expect("moto says its port");
        Self {
            port,
            _child: child,
        }
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A fresh account. moto keeps accounts apart by the keys that `AssumeRole` gave.
    pub fn account(&self) -> Account {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let id = format!(
            "{:012}",
            700_000_000_000_u64 + u64::from(NEXT.fetch_add(1, Ordering::Relaxed))
        );
        let keys = self.assume(&id);
        Account {
            id,
            keys,
            region: "eu-west-1",
            endpoint: self.url(),
        }
    }

    fn assume(&self, account: &str) -> Keys {
        let form = format!(
            "Action=AssumeRole&Version=2011-06-15&RoleSessionName=test&RoleArn=arn%3Aaws%3Aiam%3A%3A{account}%3Arole%2Ftest"
        );
        let answer = self.post("sts", &form);
        let between = |tag: &str| {
            let from = answer
                .split(&format!("<{tag}>"))
                .nth(1)
                .unwrap_or_else(|| panic!("{tag} in {answer}"));
            from.split('<').next().unwrap_or_default().to_owned()
        };
        Keys {
            access_key_id: between("AccessKeyId"),
            secret_access_key: between("SecretAccessKey"),
            session_token: Some(between("SessionToken")),
            expires: None,
        }
    }

    fn post(&self, service: &str, form: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("moto listens");
        let credential = format!("Credential=AKIATEST/20260101/eu-west-1/{service}/aws4_request");
        write!(
            stream,
            "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n\
             Authorization: AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=0\r\n\r\n{form}",
            form.len()
        )
        .expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered");
        answer
    }
}

impl Account {
    /// The environment for a process that shall work in this account, at `endpoint`.
    pub fn env_at(&self, endpoint: &str) -> Vec<(String, String)> {
        let token = self.keys.session_token.clone().unwrap_or_default();
        let pairs = [
            ("AWS_ACCESS_KEY_ID", self.keys.access_key_id.as_str()),
            ("AWS_SECRET_ACCESS_KEY", &self.keys.secret_access_key),
            ("AWS_SESSION_TOKEN", &token),
            ("AWS_REGION", self.region),
            ("AWS_DEFAULT_REGION", self.region),
            ("AWS_ENDPOINT_URL", endpoint),
            ("ENDPOINT", endpoint),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_CONFIG_FILE", "/nonexistent/config"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials"),
        ];
        pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).to_vec()
    }

    /// Runs a boto3 script in this account, against moto itself.
    pub fn python(&self, script: &str) -> Value {
        python(script, &self.env_at(&self.endpoint))
    }

    /// Options for our own clients, at `endpoint`.
    pub fn options_at(&self, endpoint: &str) -> Options {
        Options {
            region: Some(self.region.into()),
            endpoint: Some(endpoint.to_owned()),
            credentials: Some(self.keys.clone()),
            // moto has no limits that a test would have to wait for.
            patience: Patience {
                apart: Duration::ZERO,
                ..Patience::default()
            },
            ..Options::default()
        }
    }

    /// Our own clients in this account, at `endpoint`.
    pub async fn aws_at(&self, endpoint: &str) -> Aws {
        Aws::connect(self.options_at(endpoint))
            .await
            .expect("clients")
    }

    /// Our own clients in this account, at moto itself.
    pub async fn aws(&self) -> Aws {
        self.aws_at(&self.endpoint).await
    }
}
