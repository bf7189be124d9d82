//! What the console says around the logs: help, footer, cost, files.

use crate::support::console::{Console, write_settings};
use std::sync::Arc;
use tidegate::domain::log::{RawEvent, TailSource};
use tidegate::logs::chunk::Chunk;
use tidegate::model::effect::Effect;
use tidegate::model::message::{Message, Saved, Tail, TailState};
use tidegate::model::settings::Settings;
use tidegate::model::tail::LiveSessions;

/// A console that looks at the logs of one group, in which there is a line.
fn logs(size: (u16, u16)) -> Console {
    let settings = Settings {
        log_groups: vec!["/ecs/orchard-api".into()],
        log_bytes: 16 << 20,
        ..write_settings()
    };
    let mut console = Console::filled(settings, size);
    let source = TailSource {
        region: None,
        group: "/ecs/orchard-api".into(),
        stream_prefix: None,
    };
    let event = RawEvent {
        id: "1".into(),
        stream: "s".into(),
        timestamp: 1,
        ingested: 1,
        late: false,
        message: r#"{"traceId":"t-1","status":502}"#.into(),
    };
    let lines = Chunk::seal(&Arc::new(source.clone()), &[event]).remove(0);
    let state = TailState::Starting;
    console.send(Message::Tail(Tail::State { source, state }));
    console.send(Message::Tail(Tail::Chunk(Arc::new(lines))));
    console.type_in("5");
    console
}

#[test]
fn help_and_footer_of_the_logs_name_what_enter_d_and_y_do_there() {
    let mut console = logs((120, 36));
    let footer = console.footer();
    for hint in [
        "enter fields",
        "d numbers",
        "t follow the trace",
        "v Live Tail",
        "/ filter",
    ] {
        assert!(footer.contains(hint), "{hint} in {footer}");
    }
    let footer = logs((80, 24)).footer();
    assert!(footer.contains("enter fields  d numbers"), "{footer}");
    console.type_in("?");
    let help = console.screen();
    let (own, common) = help.split_once("everywhere").expect("two parts");
    for (key, does) in [("enter", "fields"), ("d", "numbers"), ("y", "as it came")] {
        let row = format!("  {key:<24}{does}");
        assert!(own.contains(&row) && !common.contains(&row), "{help}");
    }
}

#[test]
fn what_is_urgent_stands_once_in_the_footer() {
    let mut console = logs((120, 36));
    let source = TailSource {
        region: None,
        group: "/ecs/orchard-api".into(),
        stream_prefix: None,
    };
    let by = std::time::Duration::from_mins(5);
    let state = TailState::Behind { by };
    console.send(Message::Tail(Tail::State { source, state }));
    let footer = console.footer();
    assert_eq!(footer.matches("J jump to now").count(), 1, "{footer}");
    assert!(footer.trim_start().starts_with("J jump to now"), "{footer}");
}

#[test]
fn the_page_of_calls_and_cost_says_what_the_logs_take_and_cost() {
    let mut console = logs((120, 36));
    let live = LiveSessions {
        open: 1,
        minutes: 34,
        usd_per_hour: 0.6,
    };
    console.send(Message::Tail(Tail::Live(Some(live))));
    console.type_in("i");
    let screen = console.screen();
    for part in [
        "of 16 MiB, 1 line",
        "1 session open, 0.60 USD/h; 34 minutes so far, 0.34 USD",
    ] {
        assert!(screen.contains(part), "{part} in {screen}");
    }
}

#[test]
fn what_was_written_and_where_is_said() {
    let mut console = logs((120, 36));
    console.send(Message::Saved(Ok(Saved {
        path: "/saved/logs-api.txt".into(),
        what: "34 lines (900 dropped by the cap)".into(),
    })));
    let said = "Wrote /saved/logs-api.txt · 34 lines (900 dropped by the cap)";
    assert!(console.screen().contains(said));
}

#[test]
fn a_group_of_the_console_s_region_is_one_source_however_it_is_named() {
    let mut console = logs((120, 36));
    let arn = "arn:aws:logs:ap-northeast-2:123456789012:log-group:/ecs/g";
    let effects = console.command(&format!("logs /ecs/g ap-northeast-2:/ecs/g {arn}"));
    let tailed = effects.iter().find_map(|effect| match effect {
        Effect::Tail(tailing) => Some(&tailing.sources),
        _ => None,
    });
    let expected = TailSource {
        region: None,
        group: "/ecs/g".into(),
        stream_prefix: None,
    };
    assert_eq!(tailed, Some(&vec![expected]));
}
