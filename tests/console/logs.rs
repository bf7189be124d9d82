//! What the console says around the logs: help, footer, cost, files.

use crate::support::console::{Console, write_settings};
use std::sync::Arc;
use tidegate::domain::log::{RawEvent, TailSource};
use tidegate::logs::chunk::Chunk;
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
    let said = "Wrote 34 lines (900 dropped by the cap) to /saved/logs-api.txt";
    assert!(console.screen().contains(said));
}
