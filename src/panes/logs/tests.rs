//! A pane with what it looks at; the tests stand by their subjects.

mod border;
mod chosen;
mod group;
mod held;
mod line;
mod live;
mod past;
mod sifting;
mod trace;

use super::*;
use crate::domain::ecs::LogTarget;
use crate::domain::ecs::{
    Controller, Launch, Rollout, Scheduling, Service, ServiceRef, ServiceStatus,
};
use crate::domain::ids::TaskDefinition;
use crate::domain::log::{Direction, Expiry, Export, Window};
use crate::domain::log::{GroupFacts, RawEvent, TailSource};
use crate::logs::chunk::Chunk;
use crate::logs::tail::Gap;
use crate::model::message::TailState;
use crate::model::query::{Answer, Epoch, Facts};
use crate::model::settings::Settings;
use crate::model::sift::{Sift, Task};
use crate::model::tail::{LiveSessions, Method, Past as PastNews, TailMethod, TailStart};
use crate::model::time::Now;
use crate::model::trace::{Found, Question, Refused};
use crate::view::theme::Theme;
use std::sync::Arc;
use std::time::Duration;

const NOON: i64 = 1_758_369_600_000;

/// A pane with what it looks at.
struct Bench {
    pane: Logs,
    settings: Settings,
    service: Option<Arc<Service>>,
}

fn service(name: &str) -> Arc<Service> {
    Arc::new(Service {
        at: ServiceRef {
            cluster: "orchard".into(),
            service: name.into(),
        },
        status: ServiceStatus::Active,
        desired: 1,
        running: 1,
        pending: 0,
        launch: Launch::Ec2,
        controller: Controller::Ecs,
        arn: None,
        scheduling: Scheduling::Replica,
        rollout: Rollout::Completed,
        primary: (1, 1),
        deployments: 1,
        deployed_at: None,
        task_definition: format!("{name}:7").as_str().into(),
        target_groups: Vec::new(),
    })
}

fn source(group: &str) -> TailSource {
    TailSource {
        region: None,
        group: group.into(),
        stream_prefix: None,
    }
}

fn target(group: &str) -> LogTarget {
    LogTarget {
        group: group.into(),
        region: None,
        stream_prefix: None,
    }
}

/// As the worker does it.
fn worked(pane: &mut Logs, sift: Sift) {
    let id = sift.id;
    match sift.task {
        Task::Search(mut search) => loop {
            let slice = search.next_slice();
            let ended = slice.is_none();
            pane.sifted(&Sifted::Hits { id, slice });
            if ended {
                return;
            }
        },
        Task::Filter(filter, snapshot) => {
            let order = snapshot.filter(&filter);
            pane.sifted(&Sifted::Passing {
                id,
                filter,
                snapshot,
                order,
            });
        }
    }
}

fn asked(groups: &[&str]) -> LogRequest {
    LogRequest {
        targets: groups.iter().map(|group| target(group)).collect(),
        ..LogRequest::default()
    }
}

impl Bench {
    fn new() -> Self {
        let mut pane = Logs::default();
        pane.resize(100, 5);
        Self {
            pane,
            settings: Settings::default(),
            service: None,
        }
    }

    /// One whose groups are named in the settings and being tailed.
    fn tailing(groups: &[&str]) -> Self {
        let mut bench = Self::new();
        bench.settings.log_groups = groups.iter().map(|g| (*g).into()).collect();
        bench.decided();
        for group in groups {
            bench.state(group, TailState::Starting);
        }
        bench
    }

    fn with<T>(&mut self, act: impl FnOnce(&mut Logs, &Context<'_>) -> T) -> T {
        let now = Now {
            wall: jiff::Timestamp::from_millisecond(NOON).unwrap(),
            mono: Duration::from_secs(100),
        };
        let cx = Context {
            now,
            settings: &self.settings,
            cluster: None,
            service: self.service.as_ref(),
            link: &crate::model::message::Link::Fine,
        };
        act(&mut self.pane, &cx)
    }

    fn decided(&mut self) -> Vec<Act> {
        self.with(Pane::decided)
    }

    /// Does the work that the pane asks a worker for.
    fn sift(&mut self) {
        for act in self.decided() {
            if let Act::Do(Effect::Sift(sift)) = act {
                worked(&mut self.pane, sift);
            }
        }
    }

    fn act(&mut self, verb: Verb) -> Vec<Act> {
        self.with(|pane, cx| pane.act(verb, cx))
    }

    fn state(&mut self, group: &str, state: TailState) {
        self.with(|pane, cx| {
            pane.tail(
                &Tail::State {
                    source: source(group),
                    state,
                },
                cx,
            );
        });
    }

    fn lines(&mut self, group: &str, lines: &[&str]) {
        let events: Vec<RawEvent> = lines
            .iter()
            .enumerate()
            .map(|(n, text)| {
                let at = NOON - 1_000 + n as i64;
                RawEvent {
                    id: format!("{at}{text}").into(),
                    stream: "api/app/1".into(),
                    timestamp: at,
                    ingested: at + 250,
                    late: false,
                    message: (*text).into(),
                }
            })
            .collect();
        for chunk in Chunk::seal(&Arc::new(source(group)), &events) {
            self.with(|pane, cx| pane.tail(&Tail::Chunk(Arc::new(chunk)), cx));
        }
    }

    fn reply(&mut self, definition: &str, answer: Answer) {
        let reply = Reply {
            epoch: Epoch::default(),
            query: Query::LogTargets(definition.into()),
            answer,
        };
        self.with(|pane, cx| pane.reply(&reply, cx));
    }

    fn screen(&mut self) -> Vec<String> {
        let theme = Theme::default();
        self.with(|pane, cx| {
            let area = Rect::new(0, 0, pane.size.0, pane.size.1);
            let mut buf = Buffer::empty(area);
            pane.draw(
                &Paint {
                    theme: &theme,
                    settings: cx.settings,
                    now: cx.now,
                    focused: true,
                },
                cx,
                area,
                &mut buf,
            );
            let line = |y| {
                (0..area.width)
                    .map(|x| buf[(x, y)].symbol())
                    .collect::<String>()
                    .trim_end()
                    .to_owned()
            };
            (0..area.height).map(line).collect()
        })
    }

    fn status(&mut self) -> String {
        self.with(|pane, cx| pane.title(cx).status.to_string())
    }
}

fn request(layer: &str, n: usize, more: &str) -> String {
    format!(r#"{{"traceId":"trace-{n:08}","layer":"{layer}","path":"/api/orders/{n}"{more}}}"#)
}

fn said(bench: &mut Bench) -> String {
    bench.screen().join("\n")
}

fn status(bench: &mut Bench) -> String {
    bench
        .with(|pane, cx| pane.title(cx))
        .status
        .as_str()
        .to_owned()
}

fn name(bench: &mut Bench) -> String {
    bench
        .with(|pane, cx| pane.title(cx))
        .name
        .as_str()
        .to_owned()
}

fn tail(bench: &mut Bench, news: &Tail) {
    bench.with(|pane, cx| pane.tail(news, cx));
}

fn read(acts: &[Act]) -> Option<Window> {
    acts.iter().find_map(|act| match act {
        Act::Do(Effect::ReadPast(window)) => Some(window.clone()),
        _ => None,
    })
}

/// A line every second, the newest one second before noon.
fn seconds(bench: &mut Bench, lines: i64) {
    let events: Vec<RawEvent> = (1..=lines).rev().map(|n| at(NOON - n * 1_000)).collect();
    for chunk in Chunk::seal(&Arc::new(source("/ecs/a")), &events) {
        tail(bench, &Tail::Chunk(Arc::new(chunk)));
    }
}

fn at(at: i64) -> RawEvent {
    RawEvent {
        id: at.to_string().into(),
        stream: "s".into(),
        timestamp: at,
        ingested: at,
        late: false,
        message: format!("line of {at}"),
    }
}
