//! The load-test session on the screen: its banner, its page, its questions.

use crate::support::console::{Console, write_settings};
use crate::support::screen::{rendered, text_line};
use crate::support::session::{beset, colleagues, draining, halted, in_conflict, minutes, running};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::time::Duration;
use tidegate::app::{State, draw, update};
use tidegate::model::keymap::Keymap;
use tidegate::model::message::{Message, TestNews};
use tidegate::model::settings::{ColorDepth, Settings};
use tidegate::session::load_test::{Closing, Stage, Why};
use tidegate::session::snapshot::{Protection, Snapshot};
use tidegate::view::theme::Theme;

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

/// The banner's lines of one state of things.
fn banner(size: (u16, u16), set_up: impl Fn(&mut Console)) -> String {
    let mut console = Console::filled(write_settings(), size);
    set_up(&mut console);
    let buf = console.buffer();
    let lines: Vec<String> = (1..4).map(|y| text_line(&buf, y)).collect();
    let is_body = |l: &&String| l.contains("┌") || l.contains("SERVICE") || l.contains("api   ");
    let mut lines: Vec<&String> = lines.iter().take_while(|l| !is_body(l)).collect();
    lines.dedup();
    lines.into_iter().map(|l| [l, "\n"].concat()).collect()
}

type SetUp = fn(&mut Console);

const STATES: &[(&str, SetUp)] = &[
    ("running", |c| drop(c.told(running()))),
    ("applying", |c| {
        let stage = Stage::Applying;
        drop(c.told(Snapshot {
            stage,
            until: None,
            ..halted()
        }));
    }),
    ("halted", |c| drop(c.told(halted()))),
    ("in conflict", |c| drop(c.told(in_conflict()))),
    ("draining", |c| drop(c.told(draining()))),
    ("beset", |c| drop(c.told(beset()))),
    ("an alarm", |c| {
        let why = Why::Alarm {
            name: "orchard-5xx".into(),
        };
        let mut snapshot = Snapshot {
            stage: Stage::Reverting,
            why: Some(why),
            ..running()
        };
        snapshot.alarms[0].state = "ALARM".into();
        drop(c.told(snapshot));
    }),
    ("no protection", |c| {
        let protection = Protection::None;
        drop(c.told(Snapshot {
            protection,
            ..running()
        }));
    }),
    ("silent", |c| {
        c.told(running());
        let by = Duration::from_secs(7);
        drop(c.news(TestNews::Silent {
            session: running().session,
            by,
        }));
    }),
    ("restarting", |c| {
        c.told(running());
        drop(c.news(TestNews::Died {
            session: running().session,
            restarts: true,
        }));
    }),
    ("in another region", |c| {
        let mut snapshot = running();
        snapshot.place.scope.region = "eu-west-1".into();
        drop(c.told(snapshot));
    }),
    ("the last minute", |c| {
        let until = Some(minutes(0) + jiff::SignedDuration::from_secs(47));
        drop(c.told(Snapshot { until, ..running() }));
    }),
    ("a colleague's", |c| drop(c.colleague(colleagues(12)))),
    ("a colleague's, deserted", |c| {
        drop(c.colleague(colleagues(200)));
    }),
];

#[test]
fn banners() {
    for size in SIZES {
        let said: String = STATES
            .iter()
            .map(|(name, set_up)| ["━━ ", name, "\n", &banner(size, set_up)].concat())
            .collect();
        insta::assert_snapshot!(format!("banners_{}x{}", size.0, size.1), said);
    }
}

#[test]
fn banner_over_the_panes() {
    at_each_size("banner", &write_settings(), |c| drop(c.told(beset())));
}

#[test]
fn page_of_a_running_session() {
    at_each_size("running", &write_settings(), |console| {
        console.told(running());
        console.type_in("T");
    });
}

#[test]
fn page_of_a_halted_session() {
    at_each_size("halted", &write_settings(), |console| {
        console.told(halted());
        console.type_in("T");
    });
}

#[test]
fn page_of_a_session_in_conflict() {
    at_each_size("conflict", &write_settings(), |console| {
        console.told(in_conflict());
        console.type_in("T");
    });
}

#[test]
fn page_of_a_draining_session() {
    at_each_size("draining", &write_settings(), |console| {
        console.told(draining());
        console.type_in("T");
    });
}

#[test]
fn page_of_a_session_that_nobody_watches_and_that_is_beset() {
    at_each_size("alone", &write_settings(), |console| {
        let alone_since = Some(minutes(-4));
        let attached = 0;
        let shared = None;
        console.told(Snapshot {
            alone_since,
            attached,
            shared,
            ..beset()
        });
        console.type_in("T");
    });
}

#[test]
fn page_of_a_closed_session() {
    at_each_size("closed", &write_settings(), |console| {
        console.told(running());
        let closing = Some(Closing::Restored);
        console.told(Snapshot {
            stage: Stage::Closed,
            closing,
            ..running()
        });
        console.command("session");
    });
}

#[test]
fn revert_review() {
    at_each_size("revert", &write_settings(), |console| {
        console.told(running());
        console.type_in("R");
    });
}

#[test]
fn revert_review_of_a_colleagues() {
    at_each_size("request", &write_settings(), |console| {
        console.colleague(colleagues(200));
        console.type_in("R");
    });
}

#[test]
fn questions_of_a_halted_session() {
    for (name, key, snapshot) in [
        ("retry", "a", halted()),
        ("skip", "x", halted()),
        ("keep", "K", halted()),
        ("stop_surplus", "S", draining()),
        ("extend", "e", running()),
        ("note", "n", running()),
        ("decide", "\n", in_conflict()),
    ] {
        at_each_size(name, &write_settings(), |console| {
            console.told(snapshot.clone());
            console.type_in("T");
            if key == "\n" {
                console.enter();
            } else {
                console.type_in(key);
            }
        });
    }
}

#[test]
fn help_of_the_page() {
    at_each_size("help", &write_settings(), |console| {
        console.told(running());
        console.type_in("T?");
    });
}

/// Every theme in sixteen colours, without colours and with all: no cell of the banner is drawn in its own ground.
#[test]
fn the_banner_can_be_read_in_sixteen_colours() {
    let (themes, _) = Theme::all(&[]);
    for theme in themes {
        for depth in [ColorDepth::Ansi16, ColorDepth::None, ColorDepth::True] {
            for snapshot in [running(), halted(), in_conflict(), beset()] {
                let dressed = vec![theme.at(depth)];
                let keymap = Keymap::default();
                let mut state = State::new(write_settings(), keymap, dressed, (80, 24));
                update(
                    &mut state,
                    Message::Test(TestNews::Snapshot(Box::new(snapshot))),
                );
                let mut buf = Buffer::empty(Rect::new(0, 0, 80, 24));
                draw(&state, &mut buf);
                let unread = (0..160).find(|at| {
                    let cell = &buf[(at % 80, 1 + at / 80)];
                    let same = cell.fg == cell.bg && cell.fg != ratatui::style::Color::Reset;
                    cell.symbol() != " " && same
                });
                assert_eq!(unread, None, "{} at {depth:?}", theme.name);
            }
        }
    }
}
