//! The frame around the panes: header, banners, footer, help, palette, pages.

use crate::support::console::{Console, write_settings};
use crate::support::screen::{rendered, text};
use tidegate::domain::fault::{Fault, FaultKind};
use tidegate::model::message::{Link, Message, Usage};
use tidegate::model::settings::{Charset, Mode, Settings};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 60)];

fn at_each_size(name: &str, settings: &Settings, set_up: impl Fn(&mut Console)) {
    for size in SIZES {
        let mut console = Console::filled(settings.clone(), size);
        set_up(&mut console);
        insta::assert_snapshot!(
            format!("{name}_{}x{}", size.0, size.1),
            rendered(&console.buffer())
        );
    }
}

#[test]
fn full() {
    at_each_size("full", &write_settings(), |_| {});
}

#[test]
fn loading() {
    for size in SIZES {
        let console = Console::new(write_settings(), size);
        insta::assert_snapshot!(
            format!("loading_{}x{}", size.0, size.1),
            rendered(&console.buffer())
        );
    }
}

#[test]
fn help() {
    at_each_size("help", &write_settings(), |console| {
        console.type_in("?");
    });
}

#[test]
fn palette() {
    at_each_size("palette", &write_settings(), |console| {
        console.type_in(":re");
    });
}

#[test]
fn filter() {
    at_each_size("filter", &write_settings(), |console| {
        console.type_in("/!batch");
    });
}

#[test]
fn everything_that_can_be_wrong() {
    let settings = Settings {
        profile: Some("prod".into()),
        production: true,
        mode: Mode::ReadOnly,
        endpoint: Some("http://127.0.0.1:5000".into()),
        ..write_settings()
    };
    at_each_size("wrong", &settings, |console| {
        let fault =
            Fault::new(FaultKind::Credentials, "The credentials expired").next("run aws sso login");
        console.send(Message::Link(Link::NoCredentials {
            fault,
            next_try: std::time::Duration::from_secs(30),
        }));
        console.send(Message::Usage(Usage {
            calls_last_minute: 38,
            logs_last_minute: 12,
            budget: 120,
            metrics_per_hour: 1_200,
            throttled_last_minute: 3,
        }));
        console.type_in("s");
    });
}

#[test]
fn calls_and_cost() {
    at_each_size("details", &write_settings(), |console| {
        console.type_in("i");
    });
}

#[test]
fn ascii_has_no_byte_beyond_ascii_at_any_size() {
    let settings = Settings {
        charset: Charset::Ascii,
        ..write_settings()
    };
    for size in SIZES {
        let mut console = Console::filled(settings.clone(), size);
        for keys in ["", "?", "q:re"] {
            console.type_in(keys);
            assert!(text(&console.buffer()).is_ascii());
        }
    }
    let console = Console::filled(settings, (80, 24));
    insta::assert_snapshot!("ascii_80x24", text(&console.buffer()));
}

#[test]
fn below_80_by_24_it_stays_of_use() {
    for size in [(60, 15), (30, 8), (12, 3), (1, 1)] {
        let console = Console::filled(write_settings(), size);
        insta::assert_snapshot!(
            format!("reduced_{}x{}", size.0, size.1),
            text(&console.buffer())
        );
    }
}
