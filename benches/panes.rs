//! From the start of the process to the first frame, and to five full panes.

use crate::Row;
use crate::case::{median, ms};
use crate::console::Console;
use crate::stub::{Stub, World};
use crate::support::moto::{Account, Moto};
use crate::support::proxy::Proxy;
use std::time::{Duration, Instant};

const SECOND: Duration = Duration::from_secs(1);

/// Process start to the first frame.
pub fn first_frame() -> Vec<Row> {
    let stub = Stub::start(World {
        services: 4,
        ..World::default()
    });
    let one = || {
        let console = Console::start(&stub.url(), 120, 36, &[]);
        console
            .until(|s| s.contains("tidegate"), 5 * SECOND)
            .expect("a frame")
    };
    let mut took: Vec<Duration> = (0..15).map(|_| one()).collect();
    let took = median(&mut took);
    vec![Row {
        what: "process start → first frame, median of 15",
        measured: ms(took),
        reach: "≤ 20 ms",
        beside: "taws 1.3.0-rc.8: 6 ms to its first byte",
        met: took <= Duration::from_millis(20),
    }]
}

/// An account after seed-system.md, in moto: one thing for each pane to show.
const ACCOUNT: &str = include_str!("account.py");

/// The calls that cannot be asked side by side: each needs the answer before it.
const CHAIN: &[(&str, &str, &str)] = &[
    (
        "AmazonEC2ContainerServiceV20141113.ListClusters",
        "ecs",
        r#"{"maxResults":100}"#,
    ),
    (
        "AmazonEC2ContainerServiceV20141113.ListServices",
        "ecs",
        r#"{"cluster":"orchard","maxResults":100}"#,
    ),
    (
        "AmazonEC2ContainerServiceV20141113.DescribeServices",
        "ecs",
        r#"{"cluster":"orchard","services":["api","admin","batch-worker","web"]}"#,
    ),
    (
        "AmazonEC2ContainerServiceV20141113.DescribeTaskDefinition",
        "ecs",
        r#"{"taskDefinition":"admin:1"}"#,
    ),
    (
        "Logs_20140328.FilterLogEvents",
        "logs",
        r#"{"logGroupName":"/ecs/admin"}"#,
    ),
];

fn filled(screen: &str) -> bool {
    let services = ["api", "admin", "batch-worker", "web"]
        .iter()
        .all(|s| screen.contains(s));
    services
        && ["2 ≤", "per-ip-1000", "orchard-db", "/api/apples"]
            .iter()
            .all(|s| screen.contains(s))
}

/// The time of the chain by itself, one call after the other.
fn chain(account: &Account, url: &str) -> Duration {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut sender = connect(url).await;
        let started = Instant::now();
        for (target, service, body) in CHAIN {
            call(&mut sender, account, target, service, body).await;
        }
        started.elapsed()
    })
}

type Sender = hyper::client::conn::http1::SendRequest<http_body_util::Full<bytes::Bytes>>;

async fn connect(url: &str) -> Sender {
    let address = url.trim_start_matches("http://");
    let stream = tokio::net::TcpStream::connect(address)
        .await
        .expect("the endpoint listens");
    let io = hyper_util::rt::TokioIo::new(stream);
    let (sender, connection) = hyper::client::conn::http1::handshake(io)
        .await
        .expect("HTTP");
    tokio::spawn(connection);
    sender
}

async fn call(
    sender: &mut Sender,
    account: &Account,
    target: &str,
    service: &str,
    body: &'static str,
) {
    use http_body_util::BodyExt;
    let key = &account.keys.access_key_id;
    let credential = format!("{key}/20260101/{}/{service}/aws4_request", account.region);
    let request = hyper::Request::post("/")
        .header("host", "localhost")
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", target)
        .header(
            "x-amz-security-token",
            account.keys.session_token.clone().unwrap_or_default(),
        )
        .header(
            "authorization",
            format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0"),
        )
        .body(http_body_util::Full::new(bytes::Bytes::from_static(
            body.as_bytes(),
        )))
        .expect("a request");
    sender.ready().await.expect("the connection stays");
    let answer = sender.send_request(request).await.expect("an answer");
    assert!(
        answer.status().is_success(),
        "{target}: {}",
        answer.status()
    );
    answer.into_body().collect().await.expect("a body");
}

fn fill(account: &Account, url: &str) -> Duration {
    let env = account.env_at(url);
    let console = Console::start_with(url, 160, 45, &[], &env);
    let took = console.until(filled, 30 * SECOND);
    took.unwrap_or_else(|| panic!("not all panes were filled:\n{}", console.screen()))
}

/// Start to five full panes, four services: behind 100 ms a call, and from moto itself.
pub fn five_panes() -> Vec<Row> {
    let account = Moto::shared().account();
    account.python(ACCOUNT);
    let proxy = Proxy::before_moto();
    fill(&account, &proxy.url());
    proxy.delay(Duration::from_millis(100));
    let floor = median(
        &mut (0..5)
            .map(|_| chain(&account, &proxy.url()))
            .collect::<Vec<_>>(),
    );
    let slow = median(
        &mut (0..5)
            .map(|_| fill(&account, &proxy.url()))
            .collect::<Vec<_>>(),
    );
    proxy.delay(Duration::ZERO);
    let direct = median(
        &mut (0..5)
            .map(|_| fill(&account, &proxy.url()))
            .collect::<Vec<_>>(),
    );
    let ratio = slow.as_secs_f64() / floor.as_secs_f64();
    vec![
        Row {
            what: "start → five panes filled, 100 ms added to each call, against the slowest chain of calls",
            measured: format!("{} / {} = {ratio:.2}", ms(slow), ms(floor)),
            reach: "≤ 1.3 ×",
            beside: "",
            met: ratio <= 1.3,
        },
        Row {
            what: "the same from moto, nothing added",
            measured: ms(direct),
            reach: "",
            beside: "taws, its first single list: 446 ms",
            met: true,
        },
    ]
}
