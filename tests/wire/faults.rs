//! Hostile answers: every kind of trouble on the line becomes the right fault, within its time, and nothing panics.

use crate::support::moto::Account;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};
use tidegate::aws::client::{Keys, Patience};
use tidegate::aws::{Aws, Options};
use tidegate::domain::ecs::ServiceRef;
use tidegate::domain::fault::{Fault, FaultKind};
use tidegate::domain::metrics::Metric;

const PATIENCE: Patience = Patience {
    attempt: Duration::from_millis(700),
    whole: Duration::from_millis(1_500),
    attempts: 1,
    apart: Duration::ZERO,
    heartbeat: Duration::from_secs(10),
};
/// What a loaded machine may add to a time-out.
const SLACK: Duration = Duration::from_secs(3);

/// What the far end does with a connection once it has read the request.
type Conduct = fn(&mut TcpStream) -> std::io::Result<()>;

/// A server that does the same with every connection.
fn server(conduct: Conduct) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(stream, conduct));
        }
    });
    url
}

fn answer(mut stream: TcpStream, conduct: Conduct) {
    let mut request = vec![0; 65_536];
    // A client that gives up in the middle is part of these tests.
    let _ = stream.read(&mut request).and_then(|_| conduct(&mut stream));
}

async fn aws(url: &str) -> Aws {
    let keys = Keys {
        access_key_id: "AKIDTEST".into(),
        secret_access_key: "secret".into(),
        session_token: None,
        expires: None,
    };
    let options = Options {
        region: Some("eu-west-1".into()),
        endpoint: Some(url.to_owned()),
        credentials: Some(keys),
        patience: PATIENCE,
        ..Options::default()
    };
    Aws::connect(options).await.expect("clients")
}

/// The faults of the three protocols: JSON, query/XML, CBOR.
async fn faults(url: &str) -> [Fault; 3] {
    let aws = aws(url).await;
    let began = Instant::now();
    let cpu = [Metric::ServiceCpu(ServiceRef {
        cluster: "c".into(),
        service: "s".into(),
    })];
    let found = tokio::join!(
        aws.clusters(|_| ()),
        aws.identity(),
        aws.metrics(&cpu, "2026-01-01T00:00:00Z".parse().expect("a time"))
    );
    let took = began.elapsed();
    assert!(took < PATIENCE.whole + SLACK, "{took:?}");
    [
        found.0.expect_err("a fault"),
        found.1.expect_err("a fault"),
        found.2.expect_err("a fault"),
    ]
}

async fn all_are(kind: FaultKind, conduct: Conduct) -> [Fault; 3] {
    let faults = faults(&server(conduct)).await;
    for fault in &faults {
        assert_eq!(fault.kind, kind, "{fault}");
        assert!(
            !fault.next.as_str().is_empty() || !fault.means.as_str().is_empty(),
            "{fault}"
        );
    }
    faults
}

fn http(stream: &mut TcpStream, status: &str, kind: &str, body: &[u8]) -> std::io::Result<()> {
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nx-amzn-requestid: r-1\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)
}

const JSON: &str = "application/x-amz-json-1.1";

#[tokio::test]
async fn an_error_of_the_server_is_awss_own_trouble() {
    all_are(FaultKind::Server, |s| {
        http(s, "500 Internal Server Error", "text/plain", b"")
    })
    .await;
    let faults = all_are(FaultKind::Server, |s| {
        http(
            s,
            "503 Service Unavailable",
            "text/html",
            b"<html>busy</html>",
        )
    })
    .await;
    assert!(faults[0].what.as_str().contains("503"), "{}", faults[0]);
    assert_eq!(faults[0].request_id, Some("r-1".into()));
}

#[tokio::test]
async fn too_many_requests_is_throttling() {
    all_are(FaultKind::Throttled, |s| {
        http(s, "429 Too Many Requests", "text/plain", b"")
    })
    .await;
}

#[tokio::test]
async fn html_is_no_aws_whatever_its_status() {
    let page = |s: &mut TcpStream| {
        http(
            s,
            "200 OK",
            "text/html",
            b"<!DOCTYPE html><html><body>login</body></html>",
        )
    };
    let faults = all_are(FaultKind::Garbled, page).await;
    assert!(
        faults.iter().all(|f| f.what.as_str().contains("HTML")),
        "{}",
        faults[1]
    );
    assert!(
        faults[0].what.as_str().contains("http://127.0.0.1"),
        "{}",
        faults[0]
    );
    all_are(FaultKind::Garbled, |s| {
        http(
            s,
            "404 Not Found",
            "text/html",
            b"<html>nothing here</html>",
        )
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_ends_early_is_garbled() {
    let url = server(|s| http(s, "200 OK", JSON, br#"{"clusterArns":["arn:aws"#));
    assert_eq!(
        aws(&url)
            .await
            .clusters(|_| ())
            .await
            .expect_err("a fault")
            .kind,
        FaultKind::Garbled
    );
    let url = server(|s| {
        http(
            s,
            "200 OK",
            "text/xml",
            b"<GetCallerIdentityResponse><GetCallerIdentityResult><Acc",
        )
    });
    assert_eq!(
        aws(&url).await.identity().await.expect_err("a fault").kind,
        FaultKind::Garbled
    );
}

#[tokio::test]
async fn deep_nesting_ends_in_a_fault_or_is_skipped_but_never_in_a_crash() {
    let deep = |s: &mut TcpStream| {
        let body = format!("{{\"x\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
        http(s, "200 OK", JSON, body.as_bytes())
    };
    let answer = aws(&server(deep)).await.clusters(|_| ()).await;
    assert!(
        answer
            .as_ref()
            .map_or_else(|f| f.kind == FaultKind::Garbled, Vec::is_empty),
        "{answer:?}"
    );
    let deep = |s: &mut TcpStream| http(s, "200 OK", "text/xml", "<a>".repeat(100_000).as_bytes());
    assert_eq!(
        aws(&server(deep))
            .await
            .identity()
            .await
            .expect_err("a fault")
            .kind,
        FaultKind::Garbled
    );
}

#[tokio::test]
async fn bytes_that_are_no_text_are_garbled() {
    let url = server(|s| http(s, "200 OK", JSON, b"{\"clusterArns\":[\"\xff\xfe\"]}"));
    assert_eq!(
        aws(&url)
            .await
            .clusters(|_| ())
            .await
            .expect_err("a fault")
            .kind,
        FaultKind::Garbled
    );
    let url = server(|s| http(s, "200 OK", "text/xml", b"\xff\xfe\xff"));
    assert_eq!(
        aws(&url).await.identity().await.expect_err("a fault").kind,
        FaultKind::Garbled
    );
}

#[tokio::test]
async fn a_wrong_length_is_noticed() {
    let short = |s: &mut TcpStream| {
        s.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"clusterArns\":[]}")
    };
    for fault in faults(&server(short)).await {
        assert!(
            matches!(fault.kind, FaultKind::Garbled | FaultKind::Unreachable),
            "{fault}"
        );
    }
}

#[tokio::test]
async fn a_connection_cut_in_the_middle_of_the_head_is_no_connection() {
    let faults = all_are(FaultKind::Unreachable, |s| {
        s.write_all(b"HTTP/1.1 200 OK\r\ncontent-le")
    })
    .await;
    assert!(faults[0].what.as_str().contains("cut"), "{}", faults[0]);
    all_are(FaultKind::Unreachable, |_| Ok(())).await;
}

#[tokio::test]
async fn what_speaks_no_http_is_said_so() {
    let faults = all_are(FaultKind::Unreachable, |s| {
        s.write_all(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
    })
    .await;
    assert!(faults[0].what.as_str().contains("HTTP"), "{}", faults[0]);
}

#[tokio::test]
async fn a_refused_connection_says_that_nobody_listens() {
    let free = TcpListener::bind(("127.0.0.1", 0))
        .and_then(|l| l.local_addr())
        .expect("a free port");
    let fault = aws(&format!("http://{free}"))
        .await
        .clusters(|_| ())
        .await
        .expect_err("a fault");
    assert_eq!(fault.kind, FaultKind::Unreachable);
    assert!(fault.what.as_str().contains("nobody listens"), "{fault}");
}

#[tokio::test]
async fn a_name_that_nobody_knows_is_no_connection() {
    let fault = aws("http://no-such-host.invalid")
        .await
        .clusters(|_| ())
        .await
        .expect_err("a fault");
    assert!(
        matches!(fault.kind, FaultKind::Unreachable | FaultKind::TimedOut),
        "{fault}"
    );
}

#[tokio::test]
async fn silence_ends_with_the_time_that_was_given() {
    let silent: Conduct = |s| s.read(&mut [0; 1]).map(|_| ());
    all_are(FaultKind::TimedOut, silent).await;
}

#[tokio::test]
async fn an_answer_that_drips_ends_with_the_time_that_was_given() {
    let dripping: Conduct = |s| {
        s.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")?;
        loop {
            s.write_all(b" ")?;
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    all_are(FaultKind::TimedOut, dripping).await;
}

#[tokio::test]
async fn aws_errors_keep_their_meaning_in_every_protocol() {
    let cases = [
        ("ExpiredTokenException", FaultKind::Credentials),
        ("ThrottlingException", FaultKind::Throttled),
        ("AccessDeniedException", FaultKind::Denied),
    ];
    let proxy = crate::support::proxy::Proxy::before_moto();
    let account: Account = crate::support::moto::Moto::shared().account();
    for (code, kind) in cases {
        proxy.calm();
        proxy.trouble(
            "*",
            crate::support::proxy::Trouble::Error(400, code),
            usize::MAX,
        );
        let mut options = account.options_at(&proxy.url());
        options.patience = PATIENCE;
        let aws = Aws::connect(options).await.expect("clients");
        let cpu = [Metric::ServiceCpu(ServiceRef {
            cluster: "c".into(),
            service: "s".into(),
        })];
        let now = "2026-01-01T00:00:00Z".parse().expect("a time");
        let found = tokio::join!(aws.clusters(|_| ()), aws.identity(), aws.metrics(&cpu, now));
        let faults = [
            found.0.expect_err(code),
            found.1.expect_err(code),
            found.2.expect_err(code),
        ];
        for fault in faults {
            assert_eq!(
                (fault.kind, fault.code.as_ref().map(AsRef::as_ref)),
                (kind, Some(code)),
                "{fault}"
            );
            assert_eq!(fault.request_id, Some("r-1".into()), "{fault}");
        }
    }
}

#[tokio::test]
async fn a_throttled_read_is_tried_three_times_and_then_said() {
    let proxy = crate::support::proxy::Proxy::before_moto();
    proxy.trouble(
        "ListClusters",
        crate::support::proxy::Trouble::Error(400, "ThrottlingException"),
        usize::MAX,
    );
    let aws = crate::support::moto::Moto::shared()
        .account()
        .aws_at(&proxy.url())
        .await;
    assert_eq!(
        aws.clusters(|_| ()).await.expect_err("throttled").kind,
        FaultKind::Throttled
    );
    assert_eq!((proxy.count("ListClusters"), aws.meter().calls()), (3, 3));
}
