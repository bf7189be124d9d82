//! A simulated account, our clients behind it, and a tail with everything that came of it.

use crate::sim::stage::Account;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tidegate::aws::client::Patience;
use tidegate::aws::{Around, Aws, Keys, Options};
use tidegate::domain::ids::LogGroup;
use tidegate::domain::log::TailSource;
use tidegate::logs::chunk::Chunk;
use tidegate::model::message::{Message, TailState};
use tidegate::model::tail::{LiveSessions, Method, Past, Tail, Tailing};
use tidegate::runtime::clock::Clock;
use tidegate::runtime::tail::{Read, Readers, Room, Sink, Stuck, Tailer};
use tidegate::sim::desk::Setup;
use tidegate::sim::throttle::Throttling;
use tidegate::sim::world::Config;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Nothing here waits so long unless it fails.
const PATIENCE: Duration = Duration::from_mins(1);
/// The groups that the simulated services write to.
pub const GROUPS: [&str; 3] = [
    "/ecs/orchard-api",
    "/ecs/orchard-admin",
    "/ecs/orchard-batch-worker",
];

/// An account that writes so many lines a second, and has for `lived` seconds.
pub fn account(rate: f64, lived: u32) -> Account {
    Account::today(Setup {
        throttling: Throttling::Off,
        config: Config {
            log_rate: Some(rate),
            lived,
            ..Config::default()
        },
        ..Setup::default()
    })
}

/// What blocks may block here: the account has threads of its own.
pub fn tell(account: &Account, command: &str) {
    let said = tokio::task::block_in_place(|| account.tell(command));
    assert!(said.get("message").is_none(), "{command}: {said}");
}

pub fn python(account: &Account, script: &str) -> Value {
    tokio::task::block_in_place(|| account.python(script))
}

pub async fn aws(account: &Account, region: &str) -> Aws {
    let options = Options {
        region: Some(region.into()),
        endpoint: Some(format!("http://127.0.0.1:{}", account.port)),
        credentials: Some(Keys {
            access_key_id: "simulated".to_owned(),
            secret_access_key: "simulated".to_owned(),
            session_token: None,
            expires: None,
        }),
        around: Around::Nothing,
        patience: Patience {
            heartbeat: Duration::from_millis(2_500),
            ..Patience::default()
        },
        ..Options::default()
    };
    Aws::connect(options).await.expect("clients")
}

pub fn source(group: &str) -> TailSource {
    TailSource {
        region: None,
        group: group.into(),
        stream_prefix: None,
    }
}

pub fn sources(groups: &[&str]) -> Vec<TailSource> {
    groups.iter().map(|group| source(group)).collect()
}

pub fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// What a line is known by: group, time, and a check sum of the message.
pub type Known = (String, i64, u32);

fn sink() -> (Sink, UnboundedReceiver<Message>) {
    let (post, news) = unbounded_channel();
    let sink: Sink = Arc::new(move |message| drop(post.send(message)));
    (sink, news)
}

/// A running tail, and what came of it.
pub struct Tailed {
    pub tailer: Tailer,
    news: UnboundedReceiver<Message>,
    pub lines: Vec<Known>,
    /// The newest time of a line.
    pub newest: i64,
    pub late: usize,
    pub states: Vec<(LogGroup, TailState)>,
    pub methods: Vec<(LogGroup, Method)>,
    pub sessions: Vec<Option<LiveSessions>>,
    pub past: Vec<Known>,
    pub told: Vec<Past>,
}

impl Tailed {
    pub fn start(aws: &Aws, tailing: &Tailing) -> Self {
        let (sink, news) = sink();
        let tailer = Tailer::start(&Handle::current(), aws, tailing, Clock::start(), &sink);
        Self::of(tailer, news, Vec::new())
    }

    /// As without a console: all until now is read, and what then comes takes room.
    pub async fn with_room(aws: &Aws, tailing: &Tailing, room: &Arc<Room>) -> Self {
        let ((sink, news), runtime) = (sink(), Handle::current());
        let asked = (tailing.clone(), None, Stuck::IsLeft);
        let room = (&sink, room.clone());
        let (readers, read) = Readers::start(&runtime, aws, asked, Clock::start(), room);
        let (mut lines, mut follows) = (Vec::new(), Vec::new());
        for mut from in read {
            while let Some(read) = from.recv().await {
                match read {
                    Read::Lines { chunks, .. } => lines.extend(chunks.iter().flat_map(known)),
                    Read::End { follow, .. } => follows.push(*follow),
                    _ => panic!("it was not read"),
                }
            }
        }
        Self::of(readers.follow(&runtime, follows), news, lines)
    }

    fn of(tailer: Tailer, news: UnboundedReceiver<Message>, lines: Vec<Known>) -> Self {
        Self {
            tailer,
            news,
            lines,
            newest: i64::MIN,
            late: 0,
            states: Vec::new(),
            methods: Vec::new(),
            sessions: Vec::new(),
            past: Vec::new(),
            told: Vec::new(),
        }
    }

    async fn hear(&mut self) {
        let heard = tokio::time::timeout(PATIENCE, self.news.recv()).await;
        let Ok(Some(Message::Tail(tail))) = heard else {
            let count = self.lines.len();
            let (states, methods) = (self.states.last(), self.methods.last());
            panic!("{heard:?} after {count} lines, {states:?}, {methods:?}")
        };
        self.take(tail);
    }

    /// What has come meanwhile.
    pub fn catch_up(&mut self) {
        while let Ok(Message::Tail(tail)) = self.news.try_recv() {
            self.take(tail);
        }
    }

    fn take(&mut self, tail: Tail) {
        match tail {
            Tail::Chunk(chunk) => {
                self.late += chunk.lines().iter().filter(|l| l.is_late()).count();
                let newest = chunk.lines().iter().map(|line| line.at).max();
                self.newest = self.newest.max(newest.unwrap_or(i64::MIN));
                self.lines.extend(known(&chunk));
            }
            Tail::State { source, state } => self.states.push((source.group, state)),
            Tail::Method { source, method } => self.methods.push((source.group, method)),
            Tail::Round { .. } => {}
            Tail::Live(sessions) => self.sessions.push(sessions),
            Tail::Past(Past::Chunk { chunk, .. }) => self.past.extend(known(&chunk)),
            Tail::Past(told) => self.told.push(told),
        }
    }

    pub async fn until(&mut self, done: impl Fn(&Self) -> bool) {
        while !done(self) {
            self.hear().await;
        }
    }

    pub async fn lines(&mut self, count: usize) {
        let wanted = self.lines.len() + count;
        self.until(|tailed| tailed.lines.len() >= wanted).await;
    }

    /// Whether any source was ever read so.
    pub fn was(&self, fits: impl Fn(&Method) -> bool) -> bool {
        self.methods.iter().any(|(_, method)| fits(method))
    }

    /// Waits until everything has come, and compares: nothing is missing, nothing came twice.
    pub async fn agrees_with(&mut self, truth: &[Known]) {
        self.until(|tailed| tailed.lines.len() >= truth.len()).await;
        agree(self.lines.clone(), truth);
    }
}

pub fn known(chunk: &Chunk) -> impl Iterator<Item = Known> {
    let group = chunk.source.group.as_str();
    chunk.lines().iter().map(move |line| {
        let sum = crc32fast::hash(chunk.original(line).as_bytes());
        (group.to_owned(), line.at, sum)
    })
}

/// Compares, whatever the order; says what differs.
pub fn agree(mut found: Vec<Known>, truth: &[Known]) {
    let mut counts: BTreeMap<&Known, i64> = BTreeMap::new();
    for line in truth {
        *counts.entry(line).or_default() -= 1;
    }
    for line in &found {
        *counts.entry(line).or_default() += 1;
    }
    counts.retain(|_, count| *count != 0);
    let odd: Vec<_> = counts.iter().take(5).collect();
    assert!(odd.is_empty(), "{} differ, such as {odd:?}", counts.len());
    found.sort();
    assert_eq!(found.len(), truth.len());
}

/// What boto3 reads of these groups within `start..end`.
pub fn truth(account: &Account, groups: &[&str], start: i64, end: i64) -> Vec<Known> {
    let script = format!(
        "import zlib
logs, found = client('logs'), []
for group in json.loads({groups:?}):
    pages = logs.get_paginator('filter_log_events').paginate(logGroupName=group, startTime={start}, endTime={end} - 1)
    for page in pages:
        found += [[group, e['timestamp'], zlib.crc32(e['message'].encode())] for e in page['events']]
print(json.dumps(found))",
        groups = serde_json::json!(groups).to_string(),
    );
    serde_json::from_value(python(account, &script)).expect("lines")
}
