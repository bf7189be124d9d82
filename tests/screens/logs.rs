//! The logs pane at the sizes people use, in every state it can be in.

use crate::support::screen::{drawn, rendered, role_at, text};
use ratatui::buffer::Buffer;
use std::sync::Arc;
use std::time::Duration;
use tidegate::domain::fault::{Fault, FaultKind};
use tidegate::domain::log::{RawEvent, TailSource};
use tidegate::logs::chunk::Chunk;
use tidegate::model::effect::Effect;
use tidegate::model::message::{Tail, TailState};
use tidegate::model::query::{Answer, Epoch, Facts, Query, Reply};
use tidegate::model::settings::Settings;
use tidegate::model::sift::{Sift, Sifted, Task};
use tidegate::model::time::Now;
use tidegate::model::trace::{Found, Refused};
use tidegate::model::verb::Verb;
use tidegate::panes::logs::Logs;
use tidegate::panes::{Act, Context, Pane};
use tidegate::view::frame::Frame;
use tidegate::view::layout::Joint;
use tidegate::view::theme::Role;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 60)];
/// 2026-09-20 14:22:06 UTC.
const MOMENT: i64 = 1_789_914_126_000;

fn source(group: &str) -> TailSource {
    TailSource {
        region: None,
        group: group.into(),
        stream_prefix: None,
    }
}

fn settings(groups: &[&str]) -> Settings {
    Settings {
        log_groups: groups.iter().map(|group| (*group).into()).collect(),
        ..Settings::default()
    }
}

fn now() -> Now {
    Now {
        wall: jiff::Timestamp::from_millisecond(MOMENT).unwrap_or_default(),
        mono: Duration::from_mins(10),
    }
}

fn context(settings: &Settings) -> Context<'_> {
    Context {
        now: now(),
        settings,
        cluster: None,
        service: None,
        link: &tidegate::model::message::Link::Fine,
    }
}

/// A pane that tails these groups, after `news`.
fn tailing(settings: &Settings, news: &[Tail]) -> Logs {
    let cx = context(settings);
    let mut pane = Logs::default();
    for act in pane.decided(&cx) {
        let Act::Do(_) = act else { panic!("{act:?}") };
    }
    for group in &settings.log_groups {
        pane.tail(&state(group.as_str(), TailState::Starting), &cx);
    }
    for news in news {
        pane.tail(news, &cx);
    }
    pane
}

fn state(group: &str, state: TailState) -> Tail {
    Tail::State {
        source: source(group),
        state,
    }
}

fn live(group: &str) -> Tail {
    state(
        group,
        TailState::Following {
            lag: Some(Duration::from_millis(1_240)),
        },
    )
}

fn chunk(group: &str, lines: &[String]) -> Tail {
    let events: Vec<RawEvent> = lines
        .iter()
        .zip(0_i64..)
        .map(|(line, n)| {
            let at = MOMENT - 200 * (lines.len() as i64 - n);
            RawEvent {
                id: n.to_string().into(),
                stream: "api/app/4711".into(),
                timestamp: at,
                ingested: at + 900,
                late: false,
                message: line.clone(),
            }
        })
        .collect();
    Tail::Chunk(Arc::new(
        Chunk::seal(&Arc::new(source(group)), &events).remove(0),
    ))
}

/// Lines in the seed's shape: a broken `visitor`, Korean text, failures, stack traces, plain and hostile lines among them.
fn lines() -> Vec<String> {
    (0..80).map(|n| match n % 10 {
        3 => format!("2026-09-20 14:21:{n:02} ERROR [main] c.d.Orders : no connection to jdbc:mysql://app:hunter2@db:3306/shop\n\tat c.d.Orders.find(Orders.java:{n})"),
        6 => format!("plain line {n} with \u{1b}[31mcolour\u{1b}[0m, \u{202e}bidi\u{202c} and a\ttab"),
        7 => format!(r#"{{"level":"WARN","message":"느린 질의 {n}","duration":1.25,"layer":"DATABASE","traceId":"tr-{n:05}"}}"#),
        8 => format!(r#"{{"time":"t","path":"/api/orders/{n}","method":"GET","status":502,"duration":"2004ms","traceId":"tr-{n:05}","layer":"ENTRANCE"}}"#),
        _ => format!(
            r#"{{"server":"dailyge-api","path":"/api/monthly-tasks/{n}","method":"POST","status":200,"traceId":"40cfde91-{n:04}","ip":"127.0.0.1","layer":"ENTRANCE","visitor":"{{ "userId":null, "role":"GUEST" }}","time":"2024-08-06T07:29:48.745","duration":"{n}ms","context":{{"args":null,"result":null}}}}"#
        ),
    }).collect()
}

/// Does the work that the pane asks a worker for.
fn sift(pane: &mut Logs, settings: &Settings) {
    let cx = context(settings);
    for act in pane.decided(&cx) {
        let Act::Do(Effect::Sift(Sift {
            id,
            task: Task::Search(mut search),
        })) = act
        else {
            continue;
        };
        while let Some(slice) = search.next_slice() {
            let slice = Some(slice);
            pane.sifted(&Sifted::Hits { id, slice });
        }
        pane.sifted(&Sifted::Hits { id, slice: None });
    }
}

fn screen(pane: &mut Logs, size: (u16, u16), settings: &Settings) -> Buffer {
    pane.resize(size.0 - 2, size.1 - 2);
    let cx = context(settings);
    drawn(size, settings, now(), |paint, area, buf| {
        let title = pane.title(&cx);
        let frame = Frame {
            number: Some(5),
            name: title.name.as_str(),
            status: title.status.as_str(),
            joint: Joint::default(),
        };
        let inside = frame.draw(paint, area, buf);
        pane.draw(paint, &cx, inside, buf);
    })
}

fn each_size(name: &str, settings: &Settings, pane: &mut Logs) {
    for size in SIZES {
        let buf = screen(pane, size, settings);
        insta::assert_snapshot!(format!("logs_{name}_{}x{}", size.0, size.1), rendered(&buf));
    }
}

fn denied() -> Fault {
    let mut fault = Fault::new(FaultKind::Denied, "CloudWatch Logs may not be read here")
        .means("the logs stay empty, everything else works")
        .next("ask for logs:FilterLogEvents on this group");
    fault.action = Some("logs:FilterLogEvents".into());
    fault
}

#[test]
fn nothing_is_chosen() {
    each_size("empty", &settings(&[]), &mut Logs::default());
}

#[test]
fn the_first_lines_are_awaited() {
    let settings = settings(&["/ecs/orchard-api"]);
    each_size("loading", &settings, &mut tailing(&settings, &[]));
}

#[test]
fn two_groups_full_of_lines() {
    let settings = settings(&["/ecs/orchard-api", "/ecs/orchard-batch"]);
    let batch: Vec<String> = (0..9).map(|n| format!("batch step {n} done")).collect();
    let news = [
        chunk("/ecs/orchard-api", &lines()),
        chunk("/ecs/orchard-batch", &batch),
        live("/ecs/orchard-api"),
        live("/ecs/orchard-batch"),
    ];
    each_size("full", &settings, &mut tailing(&settings, &news));
}

#[test]
fn reading_is_not_allowed() {
    let settings = settings(&["/ecs/orchard-api"]);
    let failed = TailState::Failed {
        fault: denied(),
        next_try: Some(Duration::from_secs(645)),
    };
    each_size(
        "failed",
        &settings,
        &mut tailing(&settings, &[state("/ecs/orchard-api", failed)]),
    );
}

#[test]
fn one_line_is_open_with_its_fields() {
    let settings = settings(&["/ecs/orchard-api"]);
    let mut pane = tailing(
        &settings,
        &[
            chunk("/ecs/orchard-api", &lines()),
            live("/ecs/orchard-api"),
        ],
    );
    let cx = context(&settings);
    pane.act(Verb::Enter, &cx);
    each_size("line", &settings, &mut pane);
}

#[test]
fn what_is_looked_for_stands_out_and_the_held_line_too() {
    let settings = settings(&["/ecs/orchard-api"]);
    let mut pane = tailing(
        &settings,
        &[
            chunk("/ecs/orchard-api", &lines()),
            live("/ecs/orchard-api"),
        ],
    );
    pane.set_find("질의").expect("a word");
    sift(&mut pane, &settings);
    let buf = screen(&mut pane, (80, 24), &settings);
    let roles: Vec<Role> = (1..23)
        .flat_map(|y| (1..79).map(move |x| (x, y)))
        .filter_map(|(x, y)| role_at(&buf, x, y))
        .collect();
    assert!(roles.contains(&Role::Match) && roles.contains(&Role::Cursor));
    assert!(text(&buf).contains("held · 0 new"));
}

#[test]
fn a_trace_is_open_with_its_layers_and_lines() {
    let settings = settings(&["/ecs/orchard-api", "/ecs/orchard-batch-worker"]);
    let line = |layer: &str, ms: u32| {
        format!(
            r#"{{"server":"dailyge-api","path":"/api/monthly-tasks/4","method":"POST","status":502,"traceId":"40cfde91-0004","layer":"{layer}","duration":"{ms}ms","message":"창고가 비었습니다"}}"#
        )
    };
    let api = [line("ENTRANCE", 0), line("FACADE", 12), line("EXIT", 420)];
    let news = [
        chunk("/ecs/orchard-batch-worker", &[line("DATABASE", 31)]),
        chunk("/ecs/orchard-api", &api),
        live("/ecs/orchard-api"),
    ];
    let mut pane = tailing(&settings, &news);
    let cx = context(&settings);
    pane.act(Verb::Trace, &cx);
    each_size("trace", &settings, &mut pane);
}

#[test]
fn a_trace_was_asked_of_other_groups_of_which_one_is_denied() {
    let settings = settings(&["/ecs/orchard-api"]);
    let line = |layer: &str| {
        format!(
            r#"{{"path":"/api/orders/4","method":"POST","traceId":"40cfde91-0004","layer":"{layer}"}}"#
        )
    };
    let news = [
        chunk("/ecs/orchard-api", &[line("ENTRANCE"), line("EXIT")]),
        live("/ecs/orchard-api"),
    ];
    let mut pane = tailing(&settings, &news);
    let cx = context(&settings);
    pane.act(Verb::Trace, &cx);
    pane.act(Verb::Enter, &cx);
    let asked = pane.wants(&cx).into_iter().map(|want| want.query);
    let query = asked
        .filter(|query| matches!(query, Query::Trace(_)))
        .last()
        .expect("a question");
    let Tail::Chunk(lines) = chunk("/ecs/orchard-admin", &[line("STOCK")]) else {
        panic!("a chunk")
    };
    let refused = Refused {
        what: "/ecs/orchard-batch-worker".into(),
        fault: denied(),
    };
    let found = Found {
        answered: 2,
        of: 3,
        lines: vec![lines],
        refused: vec![refused],
    };
    let answer = Answer::Whole(Facts::Trace(found));
    let epoch = Epoch::default();
    pane.reply(
        &Reply {
            epoch,
            query,
            answer,
        },
        &cx,
    );
    each_size("trace_of_others", &settings, &mut pane);
}
