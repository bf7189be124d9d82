//! A proxy in front of moto: answers what moto lacks, adds delay and trouble, and
//! records every request, so that a test can say "the endpoint saw no write".

use super::cbor;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{
    CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, HeaderValue, TRANSFER_ENCODING,
};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

/// One request that arrived.
#[derive(Clone, Debug)]
pub struct Call {
    /// `ListServices`; empty where the request names none.
    pub operation: String,
    /// The signing name: `ecs`, `application-autoscaling`, `monitoring`, …
    pub service: String,
    /// The region in the signature.
    pub region: String,
    pub body: Bytes,
    pub user_agent: String,
}

impl Call {
    /// The JSON of the body (CBOR included); `Null` for query services.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| {
            if self.service == "monitoring" {
                cbor::to_json(&self.body)
            } else {
                Value::Null
            }
        })
    }

    /// One parameter of a query service's form.
    pub fn form(&self, name: &str) -> Option<String> {
        let body = String::from_utf8_lossy(&self.body).into_owned();
        let pair = body
            .split('&')
            .find_map(|pair| pair.split_once('=').filter(|(k, _)| *k == name))?;
        Some(percent_decoded(pair.1))
    }

    /// Whether it changes something.
    pub fn is_write(&self) -> bool {
        let reads = [
            "Describe",
            "List",
            "Get",
            "Filter",
            "StartLiveTail",
            "AssumeRole",
        ];
        !reads.iter().any(|start| self.operation.starts_with(start))
    }
}

fn percent_decoded(text: &str) -> String {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(b) = bytes.next() {
        let hex = |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16)).unwrap_or(0) as u8;
        out.push(match b {
            b'%' => hex(bytes.next()) << 4 | hex(bytes.next()),
            b'+' => b' ',
            other => other,
        });
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// What the proxy answers in moto's place.
#[derive(Clone, Debug)]
pub enum Answer {
    /// JSON services.
    Json(Value),
    /// Query services: what stands inside `<OperationResult>`.
    Xml(String),
    /// REST services: the whole document.
    Raw(u16, &'static str, Bytes),
    /// An AWS error, in the service's own form.
    Error(u16, &'static str, String),
    /// moto answers after all.
    Pass,
    /// moto gets this body instead.
    Instead(Bytes),
}

/// Trouble on the line.
#[derive(Clone, Debug)]
pub enum Trouble {
    /// An AWS error.
    Error(u16, &'static str),
    /// Any answer: status, content type, body.
    Raw(u16, &'static str, &'static str),
    /// The connection is cut before moto sees the request.
    Cut,
    /// No answer at all.
    Hang,
    /// moto carries it out, and the answer is lost.
    ApplyThenDrop,
}

type Handler = Arc<dyn Fn(&Call) -> Answer + Send + Sync>;

#[derive(Default)]
struct Rules {
    handlers: HashMap<String, Handler>,
    /// Operation (`*` = any), what, how often still.
    troubles: Vec<(String, Trouble, usize)>,
    delay: Duration,
    seen: Vec<Call>,
}

/// The proxy; it ends with the value.
pub struct Proxy {
    pub port: u16,
    rules: Arc<Mutex<Rules>>,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Proxy {
    /// In front of the server at this port.
    pub fn before(upstream: u16) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build();
        let runtime = runtime.expect("a runtime");
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        listener.set_nonblocking(true).expect("nonblocking");
        let port = listener.local_addr().expect("bound").port();
        let rules = Arc::new(Mutex::new(Rules::default()));
        runtime.spawn(serve(listener, upstream, rules.clone()));
        let proxy = Self {
            port,
            rules,
            runtime: Some(runtime),
        };
        proxy.answer("RegisterScalableTarget", refuse_min_above_max);
        proxy
    }

    /// In front of the shared moto.
    pub fn before_moto() -> Self {
        Self::before(super::moto::Moto::shared().port)
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn rules(&self) -> MutexGuard<'_, Rules> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers an operation in moto's place. `service:Operation` is preferred over `Operation`.
    pub fn answer(
        &self,
        operation: &str,
        handler: impl Fn(&Call) -> Answer + Send + Sync + 'static,
    ) {
        self.rules()
            .handlers
            .insert(operation.to_owned(), Arc::new(handler));
    }

    /// Always the same JSON.
    pub fn json(&self, operation: &str, value: Value) {
        self.answer(operation, move |_| Answer::Json(value.clone()));
    }

    /// Trouble for the next `times` calls of an operation (`*` = of any).
    pub fn trouble(&self, operation: &str, trouble: Trouble, times: usize) {
        self.rules()
            .troubles
            .push((operation.to_owned(), trouble, times));
    }

    /// Ends all trouble.
    pub fn calm(&self) {
        self.rules().troubles.clear();
    }

    /// Each call takes so much longer.
    pub fn delay(&self, by: Duration) {
        self.rules().delay = by;
    }

    /// All requests so far, in order.
    pub fn calls(&self) -> Vec<Call> {
        self.rules().seen.clone()
    }

    /// How many requests of one operation.
    pub fn count(&self, operation: &str) -> usize {
        self.rules()
            .seen
            .iter()
            .filter(|c| c.operation == operation)
            .count()
    }

    /// The operations so far that change something.
    pub fn writes(&self) -> Vec<Call> {
        self.rules()
            .seen
            .iter()
            .filter(|c| c.is_write())
            .cloned()
            .collect()
    }

    /// Forgets the requests so far.
    pub fn forget(&self) {
        self.rules().seen.clear();
    }
}

impl Drop for Proxy {
    /// Without waiting: a test may drop it from inside its own runtime.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// moto takes min > max; AWS does not.
fn refuse_min_above_max(call: &Call) -> Answer {
    let asked = call.json();
    match (asked["MinCapacity"].as_i64(), asked["MaxCapacity"].as_i64()) {
        (Some(min), Some(max)) if min > max => {
            let why = "Maximum capacity cannot be less than minimum capacity";
            Answer::Error(400, "ValidationException", why.to_owned())
        }
        _ => Answer::Pass,
    }
}

async fn serve(listener: std::net::TcpListener, upstream: u16, rules: Arc<Mutex<Rules>>) {
    let listener = TcpListener::from_std(listener).expect("a listener");
    while let Ok((stream, _)) = listener.accept().await {
        let rules = rules.clone();
        let service =
            hyper::service::service_fn(move |request| handle(request, upstream, rules.clone()));
        // An error here is a connection that somebody cut, ourselves included.
        tokio::spawn(async move {
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

type Reply = Result<Response<Full<Bytes>>, Box<dyn std::error::Error + Send + Sync>>;

async fn handle(request: Request<Incoming>, upstream: u16, rules: Arc<Mutex<Rules>>) -> Reply {
    let (head, body) = request.into_parts();
    let call = describe(&head, body.collect().await?.to_bytes());
    let (trouble, handler, delay) = consult(&call, &rules);
    tokio::time::sleep(delay).await;
    match trouble {
        Some(Trouble::Error(status, code)) => return Ok(error(&call, status, code, "injected")),
        Some(Trouble::Raw(status, kind, body)) => {
            return Ok(plain(status, kind, Bytes::from_static(body.as_bytes())));
        }
        Some(Trouble::Cut) => return Err("cut".into()),
        Some(Trouble::Hang) => std::future::pending().await,
        Some(Trouble::ApplyThenDrop) => {
            forward(head, &call, call.body.clone(), upstream).await?;
            return Err("dropped".into());
        }
        None => {}
    }
    match handler.map_or(Answer::Pass, |h| h(&call)) {
        Answer::Pass if call.operation == "RegisterScalableTarget" => {
            register(head, &call, upstream).await
        }
        Answer::Pass => forward(head, &call, call.body.clone(), upstream).await,
        Answer::Instead(body) => forward(head, &call, body, upstream).await,
        Answer::Json(value) => Ok(json_reply(&call, &value)),
        Answer::Xml(inner) => Ok(plain(200, "text/xml", query_result(&call, &inner))),
        Answer::Raw(status, kind, body) => Ok(plain(status, kind, body)),
        Answer::Error(status, code, message) => Ok(error(&call, status, code, &message)),
    }
}

/// Application Auto Scaling clamps the service's desired count into [min, max] on every call; moto does not.
async fn register(head: hyper::http::request::Parts, call: &Call, upstream: u16) -> Reply {
    let reply = forward(head.clone(), call, call.body.clone(), upstream).await?;
    let asked = call.json();
    let id = asked["ResourceId"].as_str().unwrap_or_default().to_owned();
    let mut parts = id.split('/').skip(1);
    let (Some(cluster), Some(service)) = (parts.next(), parts.next()) else {
        return Ok(reply);
    };
    let targets = json!({ "ServiceNamespace": "ecs", "ResourceIds": [&id] });
    let target = ask(
        &head,
        "AnyScaleFrontendService.DescribeScalableTargets",
        targets,
        upstream,
    )
    .await?;
    let seen = ask(
        &head,
        &ecs("DescribeServices"),
        json!({ "cluster": cluster, "services": [service] }),
        upstream,
    )
    .await?;
    let (target, desired) = (
        &target["ScalableTargets"][0],
        seen["services"][0]["desiredCount"].as_i64(),
    );
    if let (Some(min), Some(max), Some(now)) = (
        target["MinCapacity"].as_i64(),
        target["MaxCapacity"].as_i64(),
        desired,
    ) {
        let clamped = now.min(max).max(min);
        if clamped != now {
            let update = json!({ "cluster": cluster, "service": service, "desiredCount": clamped });
            ask(&head, &ecs("UpdateService"), update, upstream).await?;
        }
    }
    Ok(reply)
}

fn ecs(operation: &str) -> String {
    format!("AmazonEC2ContainerServiceV20141113.{operation}")
}

/// A JSON call of the proxy's own, as the caller of `head`.
async fn ask(
    head: &hyper::http::request::Parts,
    target: &str,
    body: Value,
    upstream: u16,
) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
    let mut head = head.clone();
    head.headers.insert("x-amz-target", target.parse()?);
    if target.starts_with("AmazonEC2ContainerService") {
        let signed = head
            .headers
            .get("authorization")
            .map_or("", |v| v.to_str().unwrap_or_default());
        let signed = signed
            .replace("/application-autoscaling/", "/ecs/")
            .parse()?;
        head.headers.insert("authorization", signed);
    }
    let body = Bytes::from(body.to_string());
    let call = describe(&head, body.clone());
    let reply = forward(head, &call, body, upstream).await?;
    Ok(
        serde_json::from_slice(&reply.into_body().collect().await?.to_bytes())
            .unwrap_or(Value::Null),
    )
}

fn consult(call: &Call, rules: &Mutex<Rules>) -> (Option<Trouble>, Option<Handler>, Duration) {
    let mut rules = rules.lock().unwrap_or_else(PoisonError::into_inner);
    rules.seen.push(call.clone());
    let hit = rules
        .troubles
        .iter_mut()
        .find(|(op, _, left)| *left > 0 && (op == "*" || *op == call.operation));
    let trouble = hit.map(|(_, trouble, left)| {
        *left -= 1;
        trouble.clone()
    });
    let exact = rules
        .handlers
        .get(&format!("{}:{}", call.service, call.operation));
    let handler = exact
        .or_else(|| rules.handlers.get(&call.operation))
        .cloned();
    (trouble, handler, rules.delay)
}

fn describe(head: &hyper::http::request::Parts, body: Bytes) -> Call {
    let header = |name: &str| {
        head.headers
            .get(name)
            .and_then(|v| v.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    };
    let target = header("x-amz-target")
        .rsplit('.')
        .next()
        .unwrap_or_default()
        .to_owned();
    let of_path = head
        .uri
        .path()
        .rsplit_once("/operation/")
        .map(|(_, op)| op.to_owned());
    let of_form = || {
        let text = String::from_utf8_lossy(&body).into_owned();
        text.split('&')
            .find_map(|pair| pair.strip_prefix("Action=").map(str::to_owned))
    };
    let rest = || {
        head.uri
            .path()
            .contains("distributionsByWebACLId")
            .then(|| "ListDistributionsByWebACLId".to_owned())
    };
    let operation = if target.is_empty() {
        of_path.or_else(of_form).or_else(rest)
    } else {
        Some(target)
    };
    let credential = header("authorization");
    let scope = |n: usize| credential.split('/').nth(n).unwrap_or_default().to_owned();
    Call {
        operation: operation.unwrap_or_default(),
        region: scope(2),
        service: scope(3),
        body,
        user_agent: header("user-agent") + " " + &header("x-amz-user-agent"),
    }
}

async fn forward(
    mut head: hyper::http::request::Parts,
    call: &Call,
    body: Bytes,
    upstream: u16,
) -> Reply {
    let cbor = call.service == "monitoring" && head.uri.path().contains("/operation/");
    let body = if cbor {
        to_json_protocol(&mut head, call)
    } else {
        body
    };
    head.headers.remove(TRANSFER_ENCODING);
    head.headers
        .insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    head.headers
        .insert(HOST, HeaderValue::from_static("127.0.0.1"));
    let stream = TcpStream::connect(("127.0.0.1", upstream)).await?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let answer = sender
        .send_request(Request::from_parts(head, Full::new(body)))
        .await?;
    let (head, body) = answer.into_parts();
    let body = body.collect().await?.to_bytes();
    if cbor {
        return Ok(from_json_protocol(head.status, &body));
    }
    Ok(rebuilt(head.status, &head.headers, body))
}

/// CloudWatch's CBOR request as the JSON one that moto knows.
fn to_json_protocol(head: &mut hyper::http::request::Parts, call: &Call) -> Bytes {
    head.uri = "/".parse().expect("a path");
    let target = format!("GraniteServiceVersion20100801.{}", call.operation);
    head.headers
        .insert("x-amz-target", target.parse().expect("a header"));
    head.headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/x-amz-json-1.0"),
    );
    head.headers.remove("smithy-protocol");
    head.headers.remove("accept");
    let body = if call.body.is_empty() {
        json!({})
    } else {
        cbor::to_json(&call.body)
    };
    Bytes::from(body.to_string())
}

fn from_json_protocol(status: StatusCode, body: &[u8]) -> Response<Full<Bytes>> {
    let value = serde_json::from_slice(body).unwrap_or(Value::Null);
    cbor_reply(status.as_u16(), &value)
}

fn cbor_reply(status: u16, value: &Value) -> Response<Full<Bytes>> {
    let mut reply = plain(
        status,
        "application/cbor",
        Bytes::from(cbor::from_json(value)),
    );
    reply
        .headers_mut()
        .insert("smithy-protocol", HeaderValue::from_static("rpc-v2-cbor"));
    reply
}

fn json_reply(call: &Call, value: &Value) -> Response<Full<Bytes>> {
    if call.service == "monitoring" {
        return cbor_reply(200, value);
    }
    plain(
        200,
        "application/x-amz-json-1.1",
        Bytes::from(value.to_string()),
    )
}

/// A query service's envelope.
fn query_result(call: &Call, inner: &str) -> Bytes {
    let op = &call.operation;
    let meta = "<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata>";
    Bytes::from(format!(
        "<{op}Response><{op}Result>{inner}</{op}Result>{meta}</{op}Response>"
    ))
}

/// An AWS error in the form of the call's service.
fn error(call: &Call, status: u16, code: &str, message: &str) -> Response<Full<Bytes>> {
    match call.service.as_str() {
        "monitoring" => cbor_reply(status, &json!({ "__type": code, "message": message })),
        "autoscaling" | "rds" | "elasticloadbalancing" | "sts" | "cloudfront" => {
            let inner = format!(
                "<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
            );
            let whole = format!("<ErrorResponse>{inner}<RequestId>r-1</RequestId></ErrorResponse>");
            plain(status, "text/xml", Bytes::from(whole))
        }
        _ => {
            let body = json!({ "__type": code, "message": message }).to_string();
            plain(status, "application/x-amz-json-1.1", Bytes::from(body))
        }
    }
}

fn plain(status: u16, kind: &'static str, body: Bytes) -> Response<Full<Bytes>> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert("x-amzn-requestid", HeaderValue::from_static("r-1"));
    rebuilt(
        StatusCode::from_u16(status).expect("a status"),
        &headers,
        body,
    )
}

fn rebuilt(status: StatusCode, headers: &HeaderMap, body: Bytes) -> Response<Full<Bytes>> {
    let mut reply = Response::new(Full::new(body));
    *reply.status_mut() = status;
    let skip = [TRANSFER_ENCODING, CONTENT_LENGTH, hyper::header::CONNECTION];
    let kept = headers.iter().filter(|(name, _)| !skip.contains(name));
    reply
        .headers_mut()
        .extend(kept.map(|(name, value)| (name.clone(), value.clone())));
    reply
}
