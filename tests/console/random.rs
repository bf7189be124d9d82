//! Random keys, pastes, sizes and answers: read-only never hands anything to the
//! carrier, and nothing panics.

use crate::support::console::{Console, carries, seen, write_settings};
use crate::support::session::{colleagues, drafted, draining, halted, in_conflict, running};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tidegate::model::effect::Effect;
use tidegate::model::message::{Input, Message, TestNews};
use tidegate::model::settings::{Charset, Mode, Settings};
use tidegate::session::load_test::Stage;
use tidegate::session::order::{Order, Report};
use tidegate::session::snapshot::Snapshot;

/// A small generator: the same keys in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }
}

const KEYS: &[KeyCode] = &[
    KeyCode::Enter,
    KeyCode::Esc,
    KeyCode::Tab,
    KeyCode::BackTab,
    KeyCode::Up,
    KeyCode::Down,
    KeyCode::Left,
    KeyCode::Right,
    KeyCode::PageUp,
    KeyCode::PageDown,
    KeyCode::Home,
    KeyCode::End,
    KeyCode::Backspace,
    KeyCode::Delete,
    KeyCode::F(1),
];

/// What acts is pressed more often than what does not.
const HOT: &[char] = &[
    's', 't', '=', 'b', 'u', 'y', 'k', 'n', '1', '2', '3', '4', '5', '8', ' ', ':', '/', 'z', '?',
    'T', 'R', 'a', 'x', 'e', 'S', 'K', 'g',
];

const WORDS: &[&str] = &[
    "scale 9",
    "toggle",
    "limit 2000",
    "backup orchard-db",
    "undo",
    "extend 15m",
    "note x",
    "session",
    "report",
    "keep",
    "test",
    "sort cpu",
    "q",
    "theme x",
    "logs a b",
    "y",
];

fn any_key(dice: &mut Dice) -> KeyEvent {
    let code = match dice.below(4) {
        0 => dice.pick(KEYS),
        1 => KeyCode::Char(char::from(32 + dice.below(95) as u8)),
        _ => KeyCode::Char(dice.pick(HOT)),
    };
    let modifiers = if dice.below(12) == 0 {
        KeyModifiers::CONTROL
    } else {
        KeyModifiers::NONE
    };
    KeyEvent::new(code, modifiers)
}

/// A load test in any state, its guard in any mood.
fn any_news(dice: &mut Dice) -> TestNews {
    let (session, now) = (running().session, running().now);
    match dice.below(9) {
        0 => TestNews::Snapshot(Box::new(halted())),
        1 => TestNews::Snapshot(Box::new(in_conflict())),
        2 => TestNews::Snapshot(Box::new(draining())),
        3 => TestNews::Snapshot(Box::new(running())),
        4 => TestNews::Snapshot(Box::new(Snapshot {
            stage: Stage::Closed,
            session: "another".into(),
            now,
            ..running()
        })),
        5 => TestNews::Died {
            session,
            restarts: dice.below(2) == 0,
        },
        6 => TestNews::Foreign(Some(Box::new(colleagues(dice.below(100) as i64)))),
        7 => TestNews::Report(Ok(vec!["# report".into()])),
        _ => TestNews::Foreign(None),
    }
}

/// Answers what the console asks for, as the runtime would.
fn answer(console: &mut Console, effects: &[Effect]) -> Vec<Effect> {
    let mut more = Vec::new();
    for effect in effects {
        match effect {
            Effect::Observe(subject) => {
                more.extend(console.observe(subject.clone(), seen(subject)));
            }
            Effect::DraftTest(plan) => {
                let found = Box::new(Ok(drafted(plan)));
                more.extend(console.news(TestNews::Drafted(found)));
            }
            Effect::Carry(Order::Apply(order)) => {
                let summary = order.summary.clone();
                more.extend(console.report(Report::Finished {
                    session: "s".into(),
                    summary,
                }));
            }
            _ => {}
        }
    }
    more
}

/// A key, a word, time or, where there are any, news of a session.
fn step(console: &mut Console, dice: &mut Dice, news: bool) -> Vec<Effect> {
    let mut effects = match dice.below(40) {
        0 => console.paste(dice.pick(WORDS)),
        1 => console.command(dice.pick(WORDS)),
        39 if news => console.news(any_news(dice)),
        2..8 => console.wait(dice.below(1_000)),
        _ => console.send(Message::Input(Input::Key(any_key(dice)))),
    };
    let answered = answer(console, &effects);
    effects.extend(answered);
    effects
}

#[test]
fn read_only_hands_nothing_to_the_carrier_under_50_000_random_keys() {
    let settings = Settings {
        mode: Mode::ReadOnly,
        ..write_settings()
    };
    let mut console = Console::filled(settings, (120, 36));
    let mut dice = Dice(0x71de_6a7e);
    for _ in 0..50_000 {
        let effects = step(&mut console, &mut dice, true);
        assert!(!carries(&effects), "{effects:?}");
        assert!(!effects.iter().any(Effect::changes), "{effects:?}");
        assert!(
            !effects.iter().any(|e| matches!(e, Effect::Observe(_))),
            "a dialog opened"
        );
    }
    assert_eq!(console.state.settings.mode, Mode::ReadOnly);
}

#[test]
fn random_keys_at_random_sizes_never_panic_and_do_reach_carrier_and_guard() {
    let mut dice = Dice(0x0051_ed6a);
    let (mut carried, mut asked) = (0, 0);
    for round in 0..120 {
        let charset = if round % 4 == 0 {
            Charset::Ascii
        } else {
            Charset::Unicode
        };
        let mut console = Console::filled(
            Settings {
                charset,
                ..write_settings()
            },
            (120, 40),
        );
        for _ in 0..150 {
            let effects = step(&mut console, &mut dice, round % 2 == 0);
            carried += usize::from(carries(&effects));
            let asks = |e: &Effect| matches!(e, Effect::Guard(_));
            asked += usize::from(effects.iter().any(asks));
            if dice.below(10) == 0 {
                let size = (dice.below(160) as u16, dice.below(50) as u16);
                console.send(Message::Resize {
                    width: size.0,
                    height: size.1,
                });
                let buf = console.buffer();
                assert!(
                    charset == Charset::Unicode
                        || buf.content.iter().all(|c| c.symbol().is_ascii())
                );
            }
            if dice.below(20) == 0 {
                console.send(Message::Resize {
                    width: 120,
                    height: 40,
                });
            }
        }
    }
    assert!(
        carried > 0 && asked > 0,
        "{carried} {asked}: the test must be able to write, else it shows nothing"
    );
}

#[test]
fn every_size_down_to_one_cell_is_drawn_with_each_overlay() {
    for opened in ["", "?", ":", "/", "m", "i", "s", "T", "R", "Te", "Tx"] {
        let mut console = Console::filled(write_settings(), (80, 24));
        if opened.starts_with(['T', 'R']) {
            console.told(halted());
        }
        let effects = console.type_in(opened);
        answer(&mut console, &effects);
        for (width, height) in [
            (0, 0),
            (1, 1),
            (2, 1),
            (1, 9),
            (3, 3),
            (9, 4),
            (19, 7),
            (40, 10),
            (79, 23),
            (250, 80),
        ] {
            console.send(Message::Resize { width, height });
            assert_eq!(console.buffer().area.width, width);
        }
    }
}
