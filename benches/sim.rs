//! The simulated account: how fast `--demo` lives, how much it serves, how heavy it gets.

use crate::Row;
use crate::case::{median, ms};
use crate::console::Console;
use crate::support::moto::{Account, Moto};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tidegate::sim::world::{Config, World};

const SECOND: Duration = Duration::from_secs(1);
const ECS: &str = "AmazonEC2ContainerServiceV20141113.";
const LOGS: &str = "Logs_20140328.";

/// `tidegate sim` in a process of its own.
pub struct Sim {
    child: Child,
    /// Address and port.
    pub at: String,
}

impl Sim {
    pub fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tidegate"))
            .args(["sim", "--listen", "127.0.0.1:0", "--no-throttling"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let said = BufReader::new(child.stdout.take().expect("piped"));
        let url = said
            .lines()
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("AWS_ENDPOINT_URL=http://")?.1.to_owned()));
        Self {
            child,
            at: url.expect("it says where it listens"),
        }
    }

    fn cpu(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()));
        let stat = stat.unwrap_or_default();
        let fields: Vec<&str> = stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .split(' ')
            .collect();
        let ticks: u64 = [12, 13]
            .iter()
            .filter_map(|i| fields.get(*i)?.parse::<u64>().ok())
            .sum();
        Duration::from_millis(ticks * 10)
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// One connection, kept open.
pub struct Line {
    stream: BufReader<TcpStream>,
    service: &'static str,
    token: String,
}

impl Line {
    pub fn to(at: &str, service: &'static str) -> Self {
        let stream = TcpStream::connect(at).expect("it listens");
        stream.set_nodelay(true).expect("a socket");
        Self {
            stream: BufReader::new(stream),
            service,
            token: String::new(),
        }
    }

    /// As the account of these keys, which moto tells apart.
    fn of(account: &Account, service: &'static str) -> Self {
        let at = account.endpoint.trim_start_matches("http://");
        Self {
            token: account.keys.access_key_id.clone(),
            ..Self::to(at, service)
        }
    }

    pub fn ask(&mut self, target: &str, body: &Value) -> Vec<u8> {
        let key = if self.token.is_empty() {
            "simulated"
        } else {
            &self.token
        };
        let body = body.to_string();
        let head = format!(
            "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: {target}\r\n\
             Content-Type: application/x-amz-json-1.1\r\nContent-Length: {}\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential={key}/20260101/ap-northeast-2/{}/aws4_request, \
             SignedHeaders=host, Signature=0\r\n\r\n",
            body.len(),
            self.service
        );
        let sent = [head.as_bytes(), body.as_bytes()].concat();
        self.stream.get_mut().write_all(&sent).expect("sent");
        self.answer()
    }

    /// Whether the world has lived through all the time that has passed for it.
    pub fn has_caught_up(&mut self) -> bool {
        let head = "GET /_tidegate/state HTTP/1.1\r\nHost: localhost\r\n\r\n";
        self.stream
            .get_mut()
            .write_all(head.as_bytes())
            .expect("sent");
        let state: Value = serde_json::from_slice(&self.answer()).expect("JSON");
        let at = |name: &str| state[name].as_str().and_then(|t| t.parse().ok());
        let (now, reached): (Option<jiff::Timestamp>, _) = (at("now"), at("reached"));
        reached >= now.and_then(|now| now.checked_sub(jiff::SignedDuration::from_secs(1)).ok())
    }

    pub fn control(&mut self, command: &str) {
        let body = json!({ "command": command }).to_string();
        let head = format!(
            "POST /_tidegate/control HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream
            .get_mut()
            .write_all(head.as_bytes())
            .expect("sent");
        self.answer();
    }

    fn answer(&mut self) -> Vec<u8> {
        let (mut line, mut length) = (String::new(), 0);
        loop {
            line.clear();
            self.stream.read_line(&mut line).expect("an answer");
            let header = line.trim_end().to_ascii_lowercase();
            if let Some(said) = header.strip_prefix("content-length:") {
                length = said.trim().parse().expect("a length");
            }
            if header.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).expect("a body");
        body
    }
}

/// Start → first frame, and → every pane has its rows.
pub fn demo() -> Vec<Row> {
    let filled = |s: &str| {
        ["api", "orchard-nodes", "per-ip-1000", "orchard-db", "tr-"]
            .iter()
            .all(|part| s.contains(part))
            || (s.contains("batch-worker")
                && s.contains("orchard-nodes")
                && s.contains("per-ip-1000")
                && s.contains("orchard-aurora")
                && s.contains("/api/"))
    };
    let (mut first, mut full) = (Vec::new(), Vec::new());
    for _ in 0..7 {
        let console = Console::start("", 160, 48, &["--demo"]);
        first.push(
            console
                .until(|s| s.contains("tidegate"), 5 * SECOND)
                .expect("a frame"),
        );
        let shown = console.until(filled, 10 * SECOND);
        full.push(shown.unwrap_or_else(|| panic!("not filled:\n{}", console.screen())));
    }
    let row = |what, took: Duration, reach, limit| Row {
        what,
        measured: ms(took),
        reach,
        beside: "",
        met: took <= Duration::from_millis(limit),
    };
    vec![
        row(
            "--demo: start → first frame, median of 7",
            median(&mut first),
            "≤ 20 ms",
            20,
        ),
        row(
            "--demo: start → all panes filled, median of 7",
            median(&mut full),
            "≤ 150 ms",
            150,
        ),
    ]
}

const SERVICES: &str = "
ecs = client('ecs')
ecs.create_cluster(clusterName='orchard')
ecs.register_task_definition(family='t', containerDefinitions=[dict(name='c', image='i', memory=64)])
for i in range(10):
    ecs.create_service(cluster='orchard', serviceName=f'svc-{i}', taskDefinition='t', desiredCount=2, launchType='FARGATE')
";

/// `DescribeServices` of ten, per second of the server's CPU; moto's by the clock.
pub fn serve() -> Vec<Row> {
    const CALLS: u32 = 20_000;
    let sim = Sim::start(&["--services", "12"]);
    let mut line = Line::to(&sim.at, "ecs");
    let names = names(&mut line);
    let ask = json!({ "cluster": "orchard", "services": names });
    let target = format!("{ECS}DescribeServices");
    let cpu = sim.cpu();
    let began = Instant::now();
    for _ in 0..CALLS {
        line.ask(&target, &ask);
    }
    let (wall, cpu) = (began.elapsed(), sim.cpu().saturating_sub(cpu));
    let per_core = f64::from(CALLS) / cpu.as_secs_f64();
    let (one, moto) = (f64::from(CALLS) / wall.as_secs_f64(), moto(200));
    vec![Row {
        what: "DescribeServices of 10, served by one core",
        measured: format!("{per_core:.0}/s ({one:.0}/s on one connection; moto {moto:.0}/s)"),
        reach: "≥ 5,000/s",
        beside: "moto in the same run",
        met: per_core >= 5_000.0,
    }]
}

fn names(line: &mut Line) -> Vec<String> {
    let said = line.ask(
        &format!("{ECS}ListServices"),
        &json!({ "cluster": "orchard", "maxResults": 100 }),
    );
    let said: Value = serde_json::from_slice(&said).expect("JSON");
    let arns = said["serviceArns"].as_array().expect("services");
    let name = |arn: &Value| {
        arn.as_str()
            .and_then(|a| a.rsplit('/').next())
            .map(str::to_owned)
    };
    arns.iter().filter_map(name).take(10).collect()
}

/// The same of moto, a second.
fn moto(calls: u32) -> f64 {
    let account = Moto::shared().account();
    account.python(SERVICES);
    let names: Vec<String> = (0..10).map(|i| format!("svc-{i}")).collect();
    let ask = json!({ "cluster": "orchard", "services": names });
    let began = Instant::now();
    for _ in 0..calls {
        // moto closes a connection after each answer.
        Line::of(&account, "ecs").ask(&format!("{ECS}DescribeServices"), &ask);
    }
    f64::from(calls) / began.elapsed().as_secs_f64()
}

/// One second of a world with 5,000 services.
pub fn tick() -> Vec<Row> {
    let start: jiff::Timestamp = "2026-03-02T12:00:00Z".parse().expect("a time");
    let config = Config {
        services: 5_000,
        ..Config::default()
    };
    let mut world = World::new(&config, &config.region, start);
    let mut took: Vec<Duration> = (1..=120)
        .map(|second| {
            let began = Instant::now();
            world.advance(start + jiff::SignedDuration::from_secs(second));
            began.elapsed()
        })
        .collect();
    let worst = took.iter().copied().max().unwrap_or_default();
    let took = median(&mut took);
    vec![Row {
        what: "5,000 services, one tick of the world, median of 120",
        measured: format!("{}, worst {}", ms(took), ms(worst)),
        reach: "≤ 10 ms",
        beside: "",
        met: took <= Duration::from_millis(10),
    }]
}

/// Log events made and served: ten seconds of them, page by page.
pub fn events() -> Vec<Row> {
    let sim = Sim::start(&["--log-rate", "20000"]);
    let mut line = Line::to(&sim.at, "logs");
    line.control("speed manual");
    let began = Instant::now();
    line.control("advance 10s");
    while !line.has_caught_up() {}
    let made = began.elapsed();
    let mut count = 0;
    for group in [
        "/ecs/orchard-api",
        "/ecs/orchard-batch-worker",
        "/ecs/orchard-admin",
    ] {
        count += read(&mut line, group);
    }
    let took = began.elapsed();
    let rate = count as f64 / took.as_secs_f64();
    vec![Row {
        what: "log events generated and served through FilterLogEvents",
        measured: format!(
            "{rate:.0}/s ({count} in {}, {} to make them)",
            ms(took),
            ms(made)
        ),
        reach: "≥ 20,000/s",
        beside: "",
        met: rate >= 20_000.0,
    }]
}

fn read(line: &mut Line, group: &str) -> usize {
    let (mut count, mut token) = (0, Value::Null);
    loop {
        let mut ask = json!({ "logGroupName": group, "startTime": 0, "limit": 10_000 });
        if let Value::String(token) = &token {
            ask["nextToken"] = json!(token);
        }
        let said = line.ask(&format!("{LOGS}FilterLogEvents"), &ask);
        let said: Value = serde_json::from_slice(&said).expect("JSON");
        count += said["events"].as_array().map_or(0, Vec::len);
        token = said["nextToken"].clone();
        if token.is_null() {
            return count;
        }
    }
}

/// An hour of the demo in a minute: resident after ten minutes, and at the end.
pub fn hour() -> Vec<Row> {
    let console = Console::start("", 160, 48, &["--demo", "--speed", "60", "--load", "5"]);
    let at = |minutes: u64, limit: &Console| {
        let until = limit.started + Duration::from_secs(minutes);
        std::thread::sleep(until.saturating_duration_since(Instant::now()));
        limit.resident()
    };
    let ten = at(10, &console);
    let half = at(30, &console);
    let hour = at(60, &console);
    let mb = |kib: u64| kib as f64 / 1024.0;
    vec![Row {
        what: "--demo, one hour at --speed 60: resident at 10, 30, 60 min",
        measured: format!("{:.0}, {:.0}, {:.0} MB", mb(ten), mb(half), mb(hour)),
        reach: "flat after ten minutes, ≤ 130 MB",
        beside: "",
        met: hour <= 130 * 1024 && hour <= half + half / 10,
    }]
}
