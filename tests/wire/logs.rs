//! The tail against moto: what boto3 writes is shown once each, in the order of time.

use crate::support::moto::{Account, Moto};
use crate::support::proxy::{Answer, Proxy};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tidegate::aws::Aws;
use tidegate::domain::fault::FaultKind;
use tidegate::domain::log::{Span, TailSource};
use tidegate::logs::ring::Ring;
use tidegate::model::message::{Message, Tail, TailState};
use tidegate::model::tail::Tailing;
use tidegate::runtime::clock::Clock;
use tidegate::runtime::tail::Tailer;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Nothing here waits so long unless it fails.
const PATIENCE: Duration = Duration::from_secs(30);

fn source(group: &str) -> TailSource {
    TailSource {
        region: None,
        group: group.into(),
        stream_prefix: None,
    }
}

/// A running tail, and what came of it.
struct Follower {
    _tailer: Tailer,
    news: UnboundedReceiver<Message>,
    ring: Ring,
    states: Vec<TailState>,
}

impl Follower {
    fn start(aws: &Aws, sources: Vec<TailSource>) -> Self {
        let (post, news) = unbounded_channel();
        let sink = Arc::new(move |message| drop(post.send(message)));
        let tailer = Tailer::start(
            &Handle::current(),
            aws,
            &Tailing::of(sources),
            Clock::start(),
            &(sink as _),
        );
        Self {
            _tailer: tailer,
            news,
            ring: Ring::new(16 << 20),
            states: Vec::new(),
        }
    }

    async fn hear(&mut self) {
        match tokio::time::timeout(PATIENCE, self.news.recv())
            .await
            .expect("news in time")
        {
            Some(Message::Tail(Tail::Chunk(chunk))) => _ = self.ring.push(chunk),
            Some(Message::Tail(Tail::State { state, .. })) => self.states.push(state),
            other => panic!("{other:?}"),
        }
    }

    async fn until(&mut self, done: impl Fn(&Self) -> bool) {
        while !done(self) {
            self.hear().await;
        }
    }

    fn texts(&self) -> Vec<String> {
        let lines = self
            .ring
            .shown()
            .iter()
            .filter_map(|entry| self.ring.line(entry));
        lines
            .map(|(chunk, line)| chunk.text(line).into_owned())
            .collect()
    }
}

/// Writes `texts` to a stream of a group, the last of them `age` seconds ago, a millisecond apart.
fn put(account: &Account, region: &str, group: &str, stream: &str, age: u32, texts: &[String]) {
    account.python(&format!(
        "logs = client('logs', {region:?})
group, stream, texts = {group:?}, {stream:?}, json.loads({texts})
for make in (lambda: logs.create_log_group(logGroupName=group), lambda: logs.create_log_stream(logGroupName=group, logStreamName=stream)):
    try: make()
    except logs.exceptions.ResourceAlreadyExistsException: pass
first = int(time.time() * 1000) - {age} * 1000 - len(texts)
logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[
    dict(timestamp=first + n, message=text) for n, text in enumerate(texts)])",
        texts = json!(json!(texts).to_string()),
    ));
}

fn numbered(of: &str, count: usize) -> Vec<String> {
    (0..count).map(|n| format!("{of} {n}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_come_once_each_and_late_ones_in_their_place() {
    let account = Moto::shared().account();
    put(
        &account,
        account.region,
        "/ecs/api",
        "api/app/1",
        20,
        &numbered("first", 300),
    );
    put(
        &account,
        account.region,
        "/ecs/db",
        "db/app/1",
        10,
        &numbered("second", 300),
    );
    let mut tail = Follower::start(
        &account.aws().await,
        vec![source("/ecs/api"), source("/ecs/db")],
    );
    tail.until(|tail| tail.ring.arrived() == 600).await;
    // Later than everything, and older than everything.
    put(
        &account,
        account.region,
        "/ecs/api",
        "api/app/2",
        0,
        &numbered("third", 5),
    );
    put(
        &account,
        account.region,
        "/ecs/db",
        "db/app/1",
        40,
        &numbered("late", 5),
    );
    tail.until(|tail| tail.ring.arrived() >= 610).await;
    let expected = [
        numbered("late", 5),
        numbered("first", 300),
        numbered("second", 300),
        numbered("third", 5),
    ]
    .concat();
    assert_eq!(tail.texts(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_of_another_region_and_a_prefix_of_streams_can_be_tailed() {
    let (account, proxy) = (Moto::shared().account(), Proxy::before_moto());
    put(
        &account,
        "us-east-1",
        "/far",
        "api/app/1",
        3,
        &numbered("wanted", 2),
    );
    let far = TailSource {
        region: Some("us-east-1".into()),
        group: "/far".into(),
        stream_prefix: Some("api/".into()),
    };
    let mut tail = Follower::start(&account.aws_at(&proxy.url()).await, vec![far]);
    tail.until(|tail| tail.texts().len() >= 2).await;
    assert_eq!(tail.texts(), numbered("wanted", 2));
    let follows = |state: &TailState| matches!(state, TailState::Following { .. });
    assert!(tail.states.iter().any(follows), "{:?}", tail.states);
    // moto takes no notice of a prefix; AWS does.
    let call = &proxy.calls()[0];
    assert_eq!(
        (call.region.as_str(), &call.json()["logStreamNamePrefix"]),
        ("us-east-1", &json!("api/"))
    );
    assert!(
        call.json().get("endTime").is_none(),
        "the end is open, or lines of this moment would be missed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn empty_pages_with_a_token_are_followed_and_throttling_is_said_and_passes() {
    let (account, proxy) = (Moto::shared().account(), Proxy::before_moto());
    put(
        &account,
        account.region,
        "/slow",
        "s",
        3,
        &numbered("line", 3),
    );
    let asked = std::sync::atomic::AtomicUsize::new(0);
    proxy.answer("FilterLogEvents", move |call| {
        match asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            // The SDK itself tries three times.
            0..3 => Answer::Error(400, "ThrottlingException", "Rate exceeded".into()),
            3 | 4 => {
                Answer::Json(json!({ "events": [], "nextToken": format!("t{}", call.body.len()) }))
            }
            _ => {
                let mut body = call.json();
                body.as_object_mut()
                    .and_then(|body| body.remove("nextToken"));
                Answer::Instead(body.to_string().into())
            }
        }
    });
    let mut tail = Follower::start(&account.aws_at(&proxy.url()).await, vec![source("/slow")]);
    tail.until(|tail| tail.ring.arrived() == 3).await;
    let throttled = tail
        .states
        .iter()
        .any(|s| matches!(s, TailState::Throttled { .. }));
    assert!(throttled, "{:?}", tail.states);
    let tokens: Vec<bool> = proxy
        .calls()
        .iter()
        .map(|call| call.json().get("nextToken").is_some())
        .collect();
    assert_eq!(tokens[..6], [false, false, false, false, true, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_and_secret_text_is_clean_before_it_is_told() {
    let account = Moto::shared().account();
    put(
        &account,
        account.region,
        "/g",
        "s",
        3,
        &["a\u{1b}[2Jb password=hunter2 \u{202e}c".to_owned()],
    );
    let mut tail = Follower::start(&account.aws().await, vec![source("/g")]);
    tail.until(|tail| tail.ring.arrived() == 1).await;
    assert_eq!(tail.texts(), ["a\u{fffd}b password=*** \u{fffd}c"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_does_not_exist_is_a_state_and_not_the_end() {
    let account = Moto::shared().account();
    let mut tail = Follower::start(&account.aws().await, vec![source("/nowhere")]);
    tail.until(|tail| tail.states.len() == 2).await;
    let [
        TailState::Starting,
        TailState::Failed {
            fault,
            next_try: Some(_),
        },
    ] = &tail.states[..]
    else {
        panic!("{:?}", tail.states)
    };
    assert_eq!(fault.kind, FaultKind::Missing, "{fault}");
}

#[tokio::test]
async fn pages_are_read_to_the_end_with_nothing_but_what_moto_holds() {
    let account = Moto::shared().account();
    put(
        &account,
        account.region,
        "/many",
        "s",
        5,
        &numbered("line", 9_000),
    );
    put(
        &account,
        account.region,
        "/many",
        "t",
        5,
        &numbered("line", 9_000),
    );
    let aws = account.aws().await;
    let (mut count, mut token) = (0, None);
    loop {
        let page = aws
            .filter_log_events(&source("/many"), &Span::default(), token)
            .await
            .expect("a page");
        count += page.events.len();
        token = page.next;
        if token.is_none() {
            break;
        }
    }
    assert_eq!(count, 18_000);
    assert_eq!(aws.meter().calls(), 2);
}

#[tokio::test]
async fn groups_are_found_by_a_part_of_their_name_over_all_pages() {
    let account = Moto::shared().account();
    account.python(
        "logs = client('logs')
for n in range(60): logs.create_log_group(logGroupName=f'/ecs/service-{n:02}')
logs.create_log_group(logGroupName='/rds/other')
logs.put_retention_policy(logGroupName='/ecs/service-07', retentionInDays=7)",
    );
    let proxy = Proxy::before_moto();
    let aws = account.aws_at(&proxy.url()).await;
    let groups = aws.log_groups(None, "/ecs/").await.expect("groups");
    // moto takes no notice of the pattern; AWS does.
    assert_eq!(proxy.calls()[1].json()["logGroupNamePattern"], "/ecs/");
    let names: Vec<&str> = groups
        .iter()
        .map(|group| group.name.as_str())
        .take(60)
        .collect();
    assert_eq!(
        names,
        (0..60)
            .map(|n| format!("/ecs/service-{n:02}"))
            .collect::<Vec<_>>()
    );
    assert_eq!((groups[7].retention, groups[8].retention), (Some(7), None));
    assert_eq!(aws.log_groups(None, "").await.map(|all| all.len()), Ok(61));
}
