use super::keep::CLIPBOARD;
use super::*;
use crate::domain::ecs::LogTarget;
use crate::domain::ecs::{
    Controller, Launch, Rollout, Scheduling, Service, ServiceRef, ServiceStatus,
};
use crate::domain::log::{GroupFacts, RawEvent, TailSource};
use crate::model::message::TailState;
use crate::model::query::{Answer, Epoch, Facts};
use crate::model::settings::Settings;
use crate::model::sift::{Sift, Task};
use crate::model::time::Now;
use crate::view::theme::Theme;
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

fn tails(acts: &[Act]) -> Vec<Vec<&str>> {
    acts.iter()
        .filter_map(|act| match act {
            Act::Do(Effect::Tail(tailing)) => {
                Some(tailing.sources.iter().map(|s| s.group.as_str()).collect())
            }
            _ => None,
        })
        .collect()
}

#[test]
fn the_groups_of_the_settings_are_tailed_at_once() {
    let mut bench = Bench::new();
    bench.settings.log_groups = vec!["/ecs/a".into(), "/ecs/b".into()];
    assert_eq!(tails(&bench.decided()), [["/ecs/a", "/ecs/b"]]);
    assert!(bench.decided().is_empty());
}

#[test]
fn without_settings_the_selected_service_decides_and_moving_on_changes_nothing() {
    let mut bench = Bench::new();
    assert!(bench.decided().is_empty());
    bench.service = Some(service("api"));
    assert!(bench.decided().is_empty());
    let wants = bench.with(|pane, cx| pane.wants(cx));
    assert_eq!(
        wants,
        [Want {
            query: Query::LogTargets("api:7".into()),
            pace: Pace::Once
        }]
    );
    bench.reply(
        "api:7",
        Answer::Whole(Facts::LogTargets(vec![target("/ecs/api")])),
    );
    assert_eq!(tails(&bench.decided()), [["/ecs/api"]]);
    bench.service = Some(service("other"));
    assert!(bench.decided().is_empty());
    assert!(bench.with(|pane, cx| pane.wants(cx)).is_empty());
}

#[test]
fn other_logs_replace_the_lines_and_late_ones_of_the_old_tail_are_dropped() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.lines("/ecs/a", &["old"]);
    bench.with(|pane, cx| pane.show_logs(&asked(&["/ecs/b"]), cx));
    assert_eq!(tails(&bench.decided()), [["/ecs/b"]]);
    bench.lines("/ecs/a", &["late"]);
    bench.lines("/ecs/b", &["too early"]);
    bench.state("/ecs/b", TailState::Starting);
    bench.lines("/ecs/b", &["new"]);
    assert_eq!(bench.pane.present.ring.arrived(), 1);
    assert!(bench.screen()[0].ends_with("new"));
}

#[test]
fn a_tail_that_begins_anew_shows_its_lines_once() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.lines("/ecs/a", &["x"]);
    bench.state("/ecs/a", TailState::Starting);
    bench.lines("/ecs/a", &["x"]);
    assert_eq!(bench.pane.present.ring.held(), 1);
}

#[test]
fn every_state_without_lines_says_a_sentence_and_what_to_do() {
    let mut bench = Bench::new();
    assert_eq!(
        bench.screen()[..2],
        [
            "No log group is chosen",
            "Select a service in pane 1 and press l"
        ]
    );
    bench.service = Some(service("api"));
    bench.decided();
    assert_eq!(bench.screen()[0], "Looking up where api writes its logs");
    let mut denied = Fault::new(FaultKind::Denied, "Task definitions may not be read");
    denied.action = Some("ecs:DescribeTaskDefinition".into());
    bench.reply(
        "api:7",
        Answer::Failed {
            fault: denied,
            next_try: Some(Duration::from_secs(130)),
        },
    );
    let said = bench.screen();
    assert_eq!(said[0], "Where api writes its logs could not be read");
    assert!(
        said.contains(&"Missing permission: ecs:DescribeTaskDefinition".to_owned()),
        "{said:?}"
    );
    bench.reply("api:7", Answer::Whole(Facts::LogTargets(Vec::new())));
    assert_eq!(
        bench.screen()[2],
        "Type :logs GROUP to show a group by its name"
    );
    let mut bench = Bench::tailing(&["/ecs/a"]);
    assert_eq!(bench.screen()[0], "Reading the last 10 minutes");
    bench.state(
        "/ecs/a",
        TailState::Following {
            lag: Duration::ZERO,
        },
    );
    assert_eq!(bench.screen()[0], "No lines in the last 10 minutes");
    bench.lines("/ecs/a", &["x", "y"]);
    bench.pane.set_filter("nothing").unwrap();
    assert_eq!(
        bench.screen()[0],
        "None of 2 lines pass the filter “nothing”"
    );
}

#[test]
fn a_group_that_fails_beside_one_that_does_not_is_named_under_the_lines() {
    let mut bench = Bench::tailing(&["/ecs/a", "/ecs/b"]);
    bench.lines("/ecs/a", &["one", "two", "three", "four", "five", "six"]);
    let fault = Fault::new(FaultKind::Missing, "The log group does not exist");
    bench.state(
        "/ecs/b",
        TailState::Failed {
            fault,
            next_try: Some(Duration::from_secs(108)),
        },
    );
    let screen = bench.screen();
    assert!(screen[3].ends_with("six"), "{screen:?}");
    assert_eq!(
        screen[4],
        "/ecs/b: The log group does not exist · next try in 10 s"
    );
    assert!(bench.status().starts_with("partly failed"));
}

#[test]
fn members_stand_in_columns_and_y_shows_the_line_as_it_came() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    let line = r#"{"time":"t","level":"WARN","method":"POST","path":"/api/apples","status":502,"duration":"31ms","message":"gone","ip":"127.0.0.1"}"#;
    bench.lines("/ecs/a", &[line, "plain"]);
    assert_eq!(
        bench.screen()[0],
        " 11:59:59.000 WARN  POST   /api/apples           502    31ms gone ip=127.0.0.1"
    );
    assert_eq!(bench.screen()[1], "▸11:59:59.001 plain");
    bench.act(Verb::Raw);
    assert!(bench.screen()[0].starts_with(r#" 11:59:59.000 {"time":"t","level""#));
}

#[test]
fn holding_counts_what_comes_and_shows_the_same_lines() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.lines("/ecs/a", &["1", "2", "3", "4", "5", "6"]);
    bench.act(Verb::Pause);
    let before = bench.screen();
    bench.lines("/ecs/a", &["7", "8"]);
    assert!(
        bench.status().starts_with("held · 2 new"),
        "{}",
        bench.status()
    );
    assert_eq!(bench.screen().last(), before.last());
    bench.act(Verb::Pause);
    assert_eq!(bench.pane.present.window.new_lines(), None);
}

#[test]
fn hits_are_found_from_the_newest_back_and_around() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.lines("/ecs/a", &["apple 1", "pear", "APPLE 2", "plum"]);
    bench.pane.set_find("apple").unwrap();
    bench.sift();
    let at = |bench: &Bench| bench.pane.text().unwrap_or_default();
    assert_eq!(at(&bench), "APPLE 2");
    bench.act(Verb::NextHit);
    assert_eq!(at(&bench), "apple 1");
    bench.act(Verb::NextHit);
    assert_eq!(at(&bench), "APPLE 2");
    bench.act(Verb::PreviousHit);
    assert_eq!(at(&bench), "apple 1");
    assert!(bench.status().ends_with("hit 1 of 2"), "{}", bench.status());
    // What comes later is searched as well.
    bench.lines("/ecs/b", &["not ours"]);
    bench.lines("/ecs/a", &["an apple at last"]);
    bench.act(Verb::NextHit);
    bench.sift();
    assert!(bench.status().ends_with("of 3"), "{}", bench.status());
    bench.pane.set_find("/^p/").unwrap();
    bench.sift();
    assert!(bench.status().ends_with("of 2"), "{}", bench.status());
    let wrong = bench.pane.set_find("/(/").unwrap_err();
    assert!(wrong.line().as_str().contains("is no regular expression"));
    bench.pane.set_find("cherry").unwrap();
    bench.sift();
    assert!(bench.status().ends_with("no hit"), "{}", bench.status());
    bench.act(Verb::NextHit);
    let acts = bench.decided();
    let [Act::Say(notice)] = &acts[..] else {
        panic!("{acts:?}")
    };
    assert!(
        notice
            .text
            .as_str()
            .starts_with("No line has “cherry” — 5 lines were searched")
    );
}

#[test]
fn enter_opens_the_members_of_a_line_and_esc_closes_them() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.pane.resize(100, 30);
    bench.lines(
        "/ecs/a",
        &[r#"{"traceId":"tr-1","visitor":"{ "role":"GUEST" }","token":"s3cret"}"#],
    );
    bench.act(Verb::Enter);
    assert!(bench.pane.drilled());
    let said = bench.screen().join("\n");
    for part in [
        "0.250 s later",
        "/ecs/a",
        "api/app/1",
        "tr-1",
        r#"{ "role":"GUEST" }"#,
        "***",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    assert!(!said.contains("s3cret"));
    bench.act(Verb::Back);
    assert!(!bench.pane.drilled());
}

#[test]
fn copying_takes_the_clean_line_and_no_more_than_a_clipboard_takes() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.lines("/ecs/a", &["a\x1b[31mb password=x"]);
    assert_eq!(
        bench.act(Verb::Copy)[0],
        Act::Do(Effect::Copy("a\u{fffd}b password=***".into()))
    );
    let long = "한".repeat(60_000);
    bench.lines("/ecs/a", &["", &long]);
    let acts = bench.act(Verb::Copy);
    let [Act::Do(Effect::Copy(copied)), Act::Say(_)] = &acts[..] else {
        panic!("{acts:?}")
    };
    assert!(copied.len() <= CLIPBOARD && copied.len() > CLIPBOARD - 3);
}

#[test]
fn saving_writes_what_the_filter_shows() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.lines("/ecs/a", &["apple\nof gold", "pear"]);
    bench.pane.set_filter("apple").unwrap();
    let expected = Effect::Save {
        name: "logs-a-20250920T120000Z.txt".into(),
        lines: vec![
            "2025-09-20T11:59:59.000Z /ecs/a api/app/1 apple".into(),
            "of gold".into(),
        ],
    };
    assert_eq!(bench.act(Verb::Save), [Act::Do(expected)]);
}

#[test]
fn the_title_says_rate_lag_and_every_loss() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    assert_eq!(bench.status(), "starting · 0/s");
    bench.lines("/ecs/a", &["x"; 20]);
    bench.state(
        "/ecs/a",
        TailState::Skipped {
            span: Duration::from_mins(5),
        },
    );
    bench.state(
        "/ecs/a",
        TailState::Following {
            lag: Duration::from_millis(1_240),
        },
    );
    bench.pane.set_filter("!x").unwrap();
    assert_eq!(
        bench.status(),
        "polling · 2.0/s · lag 1.2 s · 5 min skipped · 0 of 20 lines"
    );
    let fault = Fault::new(FaultKind::Throttled, "CloudWatch Logs asks to slow down");
    bench.state(
        "/ecs/a",
        TailState::Failed {
            fault,
            next_try: None,
        },
    );
    assert!(bench.status().starts_with("throttled"));
}

#[test]
fn refreshing_after_a_failure_begins_again_with_an_empty_ring() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.lines("/ecs/a", &["x"]);
    assert!(!bench.with(|pane, cx| pane.can(Verb::Refresh, cx)));
    bench.state(
        "/ecs/a",
        TailState::Failed {
            fault: Fault::new(FaultKind::Server, "x"),
            next_try: None,
        },
    );
    bench.act(Verb::Refresh);
    assert_eq!(tails(&bench.decided()), [["/ecs/a"]]);
    assert_eq!(bench.pane.present.ring.held(), 0);
}

#[test]
fn another_account_stops_the_tail_and_begins_the_same_groups_anew() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.pane.clear();
    assert_eq!(
        tails(&bench.decided()),
        [["/ecs/a"]],
        "told again though the names are the same"
    );
    bench.settings.log_groups.clear();
    bench.pane.clear();
    assert_eq!(tails(&bench.decided()), [[""; 0]]);
}

#[test]
fn hostile_and_huge_lines_are_drawn_at_any_size() {
    let mut bench = Bench::tailing(&["/ecs/a", "/ecs/b"]);
    let huge = format!(r#"{{"message":"{}"}}"#, "한\\u001b[2J\\n".repeat(100_000));
    let deep = format!(r#"{{"a":{}"#, "[".repeat(200_000));
    bench.lines(
        "/ecs/a",
        &[
            &huge,
            &deep,
            "\u{301}\u{301}",
            "\n\n\n",
            "\x1b]0;title",
            "👨‍👩‍👧‍👦\tx",
            "{\"\":\"\"}",
        ],
    );
    for (width, height) in [(0, 0), (1, 1), (2, 3), (13, 2), (40, 10), (200, 60)] {
        bench.pane.resize(width, height);
        for verb in [
            Verb::Raw,
            Verb::Right,
            Verb::Up,
            Verb::Enter,
            Verb::Down,
            Verb::Back,
            Verb::Bottom,
        ] {
            bench.act(verb);
            assert!(
                bench
                    .screen()
                    .iter()
                    .all(|line| !line.contains(char::is_control))
            );
        }
    }
}

#[test]
fn a_held_tail_says_which_verb_resumes() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.lines("/ecs/a", &["one", "two", "three"]);
    assert_eq!(
        (bench.pane.urgent(), bench.pane.says(Verb::Pause)),
        (None, "pause")
    );
    bench.act(Verb::Up);
    assert_eq!(bench.pane.urgent(), Some(Verb::Bottom));
    assert_eq!(
        (bench.pane.says(Verb::Bottom), bench.pane.says(Verb::Pause)),
        ("resume", "resume")
    );
    bench.act(Verb::Bottom);
    assert_eq!(bench.pane.urgent(), None);
}

#[test]
fn a_group_that_is_not_there_is_answered_with_the_nearest_names() {
    let mut bench = Bench::tailing(&["/ecs/orchard-apo"]);
    let fault = Fault::new(FaultKind::Missing, "there is no such log group");
    let next_try = None;
    bench.state("/ecs/orchard-apo", TailState::Failed { fault, next_try });
    let asked = Query::LogGroups("/ecs/".into());
    let wants = bench.with(|pane, cx| pane.wants(cx));
    assert!(wants.iter().any(|want| want.query == asked), "{wants:?}");
    let group = |name: &str| GroupFacts {
        name: name.into(),
        retention: None,
        bytes: 0,
        infrequent: false,
        arn: None,
        created: None,
    };
    let found = ["/ecs/x", "/ecs/orchard-api"].map(group).to_vec();
    let reply = Reply {
        epoch: Epoch::default(),
        query: asked,
        answer: Answer::Whole(Facts::LogGroups(found)),
    };
    bench.with(|pane, cx| pane.reply(&reply, cx));
    let screen = bench.screen().join("\n");
    assert!(
        screen.contains("nearest names: /ecs/orchard-api"),
        "{screen}"
    );
}

mod sifting;
mod wide;
