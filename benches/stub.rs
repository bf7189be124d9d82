//! A fast far end for the figures: it speaks just enough of AWS's protocols to
//! fill the panes, at sizes and rates that moto cannot reach. It is not AWS and
//! nothing is tested against it; the tests use moto.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What the stub pretends to be.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub services: usize,
    /// Added to each answer.
    pub latency: Duration,
    /// Log lines a second in every group.
    pub log_rate: u64,
    /// Operations that never answer.
    pub hang: HashSet<&'static str>,
}

/// A running stub; it lives as long as the process.
pub struct Stub {
    pub address: SocketAddr,
    calls: Calls,
}

/// How often each operation was called.
type Calls = Arc<Mutex<HashMap<String, u64>>>;

impl Stub {
    /// Serves `world` on a free loopback port, on a runtime of its own.
    pub fn start(world: World) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("non-blocking");
        let address = listener.local_addr().expect("an address");
        let calls = Calls::default();
        let (seen, world) = (calls.clone(), Arc::new(world));
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(serve(listener, seen, world));
        });
        Self { address, calls }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Calls of one operation so far.
    pub fn count(&self, operation: &str) -> u64 {
        self.calls
            .lock()
            .expect("the calls")
            .get(operation)
            .copied()
            .unwrap_or(0)
    }
}

async fn serve(listener: std::net::TcpListener, calls: Calls, world: Arc<World>) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
    while let Ok((stream, _)) = listener.accept().await {
        stream.set_nodelay(true).ok();
        let (calls, world) = (calls.clone(), world.clone());
        let service = hyper::service::service_fn(move |request| {
            answer(request, calls.clone(), world.clone())
        });
        tokio::spawn(
            hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service),
        );
    }
}

async fn answer(
    request: Request<Incoming>,
    calls: Calls,
    world: Arc<World>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let target = request
        .headers()
        .get("x-amz-target")
        .and_then(|t| t.to_str().ok())
        .map(str::to_owned);
    let path = request.uri().path().to_owned();
    let body = request
        .into_body()
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes)
        .unwrap_or_default();
    let operation = match &target {
        Some(target) => target.rsplit('.').next().unwrap_or_default().to_owned(),
        None if path.contains("/operation/") => {
            path.rsplit('/').next().unwrap_or_default().to_owned()
        }
        None => query_action(&body),
    };
    *calls
        .lock()
        .expect("the calls")
        .entry(operation.clone())
        .or_default() += 1;
    tokio::time::sleep(world.latency).await;
    if world.hang.contains(operation.as_str()) {
        std::future::pending::<()>().await;
    }
    Ok(reply(&operation, &body, &world, target.is_some()))
}

fn query_action(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    text.split('&')
        .find_map(|p| p.strip_prefix("Action="))
        .unwrap_or_default()
        .to_owned()
}

fn reply(operation: &str, body: &[u8], world: &World, json: bool) -> Response<Full<Bytes>> {
    if operation == "GetMetricData" {
        let cbor: &[u8] = b"\xa1\x71MetricDataResults\x80";
        return response("application/cbor", Bytes::from_static(cbor), true);
    }
    if json {
        return response(
            "application/x-amz-json-1.1",
            json_body(operation, body, world).into(),
            false,
        );
    }
    let result = match operation {
        "GetCallerIdentity" => {
            "<Arn>arn:aws:iam::123456789012:user/bench</Arn><UserId>AIDA</UserId><Account>123456789012</Account>"
        }
        _ => "",
    };
    let xml = format!(
        "<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>"
    );
    response("text/xml", xml.into(), false)
}

fn response(kind: &str, body: Bytes, cbor: bool) -> Response<Full<Bytes>> {
    let mut builder = Response::builder().header("content-type", kind);
    if cbor {
        builder = builder.header("smithy-protocol", "rpc-v2-cbor");
    }
    builder.body(Full::new(body)).expect("a response")
}

fn json_body(operation: &str, body: &[u8], world: &World) -> String {
    let input: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    match operation {
        "ListClusters" => r#"{"clusterArns":["arn:aws:ecs:us-east-1:123456789012:cluster/bench"]}"#.into(),
        "DescribeClusters" => {
            format!(r#"{{"clusters":[{{"clusterName":"bench","clusterArn":"arn:aws:ecs:us-east-1:123456789012:cluster/bench","status":"ACTIVE","activeServicesCount":{}}}]}}"#, world.services)
        }
        "ListServices" => list_services(&input, world),
        "DescribeServices" => describe_services(&input),
        "DescribeTaskDefinition" => r#"{"taskDefinition":{"family":"t","containerDefinitions":[{"name":"c","image":"i","logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"/ecs/bench","awslogs-region":"us-east-1"}}}]}}"#.into(),
        "FilterLogEvents" => log_events(&input, world),
        "DescribeLogGroups" => r#"{"logGroups":[{"logGroupName":"/ecs/bench"}]}"#.into(),
        "ListWebACLs" => r#"{"WebACLs":[]}"#.into(),
        "DescribeScalableTargets" => r#"{"ScalableTargets":[]}"#.into(),
        "DescribeScalingPolicies" => r#"{"ScalingPolicies":[]}"#.into(),
        _ => "{}".into(),
    }
}

fn list_services(input: &serde_json::Value, world: &World) -> String {
    let size = input["maxResults"].as_u64().unwrap_or(10) as usize;
    let from: usize = input["nextToken"]
        .as_str()
        .and_then(|t| t.parse().ok())
        .unwrap_or(0);
    let to = (from + size).min(world.services);
    let arns: Vec<String> = (from..to)
        .map(|i| format!(r#""arn:aws:ecs:us-east-1:123456789012:service/bench/svc-{i:04}""#))
        .collect();
    let token = if to < world.services {
        format!(r#","nextToken":"{to}""#)
    } else {
        String::new()
    };
    format!(r#"{{"serviceArns":[{}]{token}}}"#, arns.join(","))
}

fn describe_services(input: &serde_json::Value) -> String {
    let names = input["services"].as_array().cloned().unwrap_or_default();
    let services: Vec<String> = names
        .iter()
        .filter_map(|n| n.as_str())
        .map(service)
        .collect();
    format!(r#"{{"services":[{}],"failures":[]}}"#, services.join(","))
}

/// A service as `DescribeServices` shows it, without its events.
fn service(name: &str) -> String {
    let name = name.rsplit('/').next().unwrap_or(name);
    let deployment = format!(
        r#"{{"id":"ecs-svc/1","status":"PRIMARY","taskDefinition":"arn:aws:ecs:us-east-1:123456789012:task-definition/{name}:7","desiredCount":2,"pendingCount":0,"runningCount":2,"failedTasks":0,"createdAt":1789900000.0,"updatedAt":1789900100.0,"launchType":"EC2","rolloutState":"COMPLETED","rolloutStateReason":"ECS deployment ecs-svc/1 completed."}}"#
    );
    format!(
        r#"{{"serviceArn":"arn:aws:ecs:us-east-1:123456789012:service/bench/{name}","serviceName":"{name}","clusterArn":"arn:aws:ecs:us-east-1:123456789012:cluster/bench","loadBalancers":[{{"targetGroupArn":"arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/{name}/0123456789abcdef","containerName":"app","containerPort":8080}}],"serviceRegistries":[],"status":"ACTIVE","desiredCount":2,"runningCount":2,"pendingCount":0,"launchType":"EC2","taskDefinition":"arn:aws:ecs:us-east-1:123456789012:task-definition/{name}:7","deploymentConfiguration":{{"deploymentCircuitBreaker":{{"enable":true,"rollback":true}},"maximumPercent":200,"minimumHealthyPercent":100}},"deployments":[{deployment}],"roleArn":"arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS","createdAt":1789000000.0,"placementConstraints":[],"placementStrategy":[{{"type":"spread","field":"attribute:ecs.availability-zone"}}],"schedulingStrategy":"REPLICA","deploymentController":{{"type":"ECS"}},"createdBy":"arn:aws:iam::123456789012:role/deploy","enableECSManagedTags":true,"propagateTags":"SERVICE","enableExecuteCommand":false}}"#
    )
}

/// Lines at the world's rate, one every so many microseconds, ids by their time: asking twice gives the same.
fn log_events(input: &serde_json::Value, world: &World) -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970")
        .as_millis() as u64;
    if world.log_rate == 0 {
        return r#"{"events":[]}"#.into();
    }
    let start = input["startTime"]
        .as_u64()
        .unwrap_or(0)
        .max(now.saturating_sub(5_000));
    let from = input["nextToken"]
        .as_str()
        .and_then(|t| t.parse().ok())
        .unwrap_or(start);
    let first = from * world.log_rate / 1000;
    let last = (now * world.log_rate / 1000).min(first + 10_000);
    let mut out = String::from(r#"{"events":["#);
    for n in first..last {
        let at = n * 1000 / world.log_rate;
        let comma = if n == first { "" } else { "," };
        write!(out, r#"{comma}{{"logStreamName":"s","timestamp":{at},"ingestionTime":{at},"eventId":"{n}","message":"{{\"server\":\"api\",\"path\":\"/api/apples\",\"method\":\"POST\",\"traceId\":\"tr-{n}\",\"layer\":\"ENTRANCE\",\"time\":\"2026-08-06T07:29:48.745\",\"duration\":\"{}ms\",\"status\":200}}"}}"#, n % 90).expect("a string");
    }
    let more = last * 1000 / world.log_rate + 1 < now && last == first + 10_000;
    let token = if more {
        format!(r#","nextToken":"{}""#, last * 1000 / world.log_rate)
    } else {
        String::new()
    };
    out + "]" + &token + "}"
}
