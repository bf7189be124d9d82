//! The load-test session under the operator's hands: what is asked of its guard, and what is not.

use crate::support::console::{Console, api, carries, write_settings};
use crate::support::session::{
    colleagues, drafted, drafted_in_vain, draining, halted, in_conflict, minutes, plan, running,
};
use crossterm::event::KeyCode;
use std::sync::Arc;
use std::time::Duration;
use tidegate::domain::change::{Field, Target, Value};
use tidegate::domain::fault::{Fault, FaultKind};
use tidegate::model::effect::Effect;
use tidegate::model::message::TestNews;
use tidegate::model::settings::{Mode, Settings};
use tidegate::session::ask::{Answer, Ask};
use tidegate::session::conductor::Resume;
use tidegate::session::draft::Reason;
use tidegate::session::load_test::{Closing, Stage};
use tidegate::session::opening::Drafted;
use tidegate::session::plan::Plan;
use tidegate::session::revert::{Decisions, Surplus};
use tidegate::session::snapshot::{Protection, Snapshot};

fn console() -> Console {
    Console::filled(write_settings(), (120, 36))
}

fn read_only() -> Console {
    let settings = Settings {
        mode: Mode::ReadOnly,
        ..write_settings()
    };
    Console::filled(settings, (120, 36))
}

/// The banner's first line.
fn banner(console: &Console) -> String {
    console
        .screen()
        .lines()
        .nth(1)
        .unwrap_or_default()
        .to_owned()
}

fn asks(effects: &[Effect]) -> &Ask {
    match effects {
        [Effect::Guard(ask)] => ask,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_time_left_goes_by_the_clock_and_not_by_the_guards_words() {
    let mut console = console();
    console.told(running());
    assert!(
        banner(&console).contains("31 min left"),
        "{}",
        banner(&console)
    );
    console.wait(61_000);
    assert!(
        banner(&console).contains("29 min left"),
        "{}",
        banner(&console)
    );
    console.wait(29 * 60_000 + 1_000);
    assert!(
        banner(&console).contains("58 s left"),
        "{}",
        banner(&console)
    );
    console.wait(1_000);
    assert!(
        banner(&console).contains("57 s left"),
        "{}",
        banner(&console)
    );
    console.wait(60_000);
    assert!(
        banner(&console).contains("time is up"),
        "{}",
        banner(&console)
    );
}

#[test]
fn a_quiet_session_leaves_the_screen_as_it_is() {
    let mut console = console();
    console.told(running());
    console.wait(1_000);
    let before = console.buffer();
    for _ in 0..20 {
        console.wait(2_000);
        console.told(Snapshot {
            now: minutes(0) + console.mono,
            ..running()
        });
    }
    assert_eq!(console.buffer(), before);
}

#[test]
fn r_asks_once_and_then_puts_everything_back() {
    let mut console = console();
    console.told(running());
    assert_eq!(console.type_in("R"), []);
    assert_eq!(console.type_in("y"), [], "nobody can have read it yet");
    let effects = console.yes();
    let decisions = Decisions::default();
    assert_eq!(asks(&effects), &Ask::Revert { decisions });
}

#[test]
fn u_puts_the_newest_step_of_an_open_session_back_and_no_more() {
    let mut console = console();
    console.told(running());
    assert_eq!(console.type_in("u"), []);
    let screen = console.screen();
    assert!(screen.contains("Goes back: rule per-ip-1000"), "{screen}");
    let effects = console.yes();
    assert_eq!(asks(&effects), &Ask::Undo);
}

#[test]
fn r_never_waits_behind_more_than_y() {
    let settings = Settings {
        production: true,
        ..write_settings()
    };
    for size in [(120, 36), (40, 10), (20, 4)] {
        let mut console = Console::filled(settings.clone(), size);
        console.told(running());
        console.type_in("R");
        assert!(matches!(asks(&console.yes()), Ask::Revert { .. }));
    }
}

#[test]
fn the_rules_go_back_first() {
    let mut console = console();
    console.told(running());
    console.type_in("R");
    let screen = console.screen();
    let at = |what: &str| {
        screen
            .find(what)
            .unwrap_or_else(|| panic!("{what}: {screen}"))
    };
    let order = [
        "1  rule per-ip-1000",
        "2  scalable target orchard/api",
        "3  group orchard-nodes",
        "4  timer of orchard/api",
        "5  session record",
    ];
    assert!(order.map(at).is_sorted());
    assert!(!screen.contains("6  database"), "a backup stays");
}

#[test]
fn r_without_a_session_says_that_none_is_open() {
    let mut console = console();
    assert_eq!(console.type_in("R"), []);
    assert!(
        console
            .screen()
            .contains("No session of this console is open")
    );
    assert!(!console.footer().contains("revert"), "{}", console.footer());
}

#[test]
fn r_on_a_colleagues_session_leaves_a_request() {
    let mut console = console();
    console.colleague(colleagues(12));
    console.type_in("R");
    let screen = console.screen();
    assert!(screen.contains("their guard is asked"), "{screen}");
    let [Effect::RequestRevert(record)] = &console.yes()[..] else {
        panic!("nothing was asked")
    };
    assert_eq!(**record, colleagues(12));
}

#[test]
fn a_colleagues_session_without_a_heartbeat_is_said_to_be_deserted() {
    let mut console = console();
    console.colleague(colleagues(61));
    assert!(
        banner(&console).contains("nobody carries it"),
        "{}",
        banner(&console)
    );
    console.type_in("R");
    let screen = console.screen();
    for wanted in [
        "nobody carries it.",
        "group orchard-nodes  min 4 → 2, max 8 → 6",
    ] {
        assert!(screen.contains(wanted), "“{wanted}” in\n{screen}");
    }
    console.news(TestNews::Foreign(None));
    console.read_it();
    console.esc();
    assert!(!console.screen().contains("autumn-sale"));
}

#[test]
fn a_record_that_would_raise_sizes_above_our_ceilings_is_not_taken_over() {
    let settings = Settings {
        max_instances: Some(5),
        ..write_settings()
    };
    let mut console = Console::filled(settings, (160, 36));
    let mut record = colleagues(61);
    record.open[0].fields[1].after = Value::Count(3);
    console.colleague(record);
    console.type_in("R");
    let screen = console.screen();
    assert!(
        screen.contains("above this profile's ceiling of 5"),
        "{screen}"
    );
    assert_eq!(console.yes(), []);
}

#[test]
fn verbs_without_a_session_of_ours_say_whose_it_is_or_that_it_is_closed() {
    let mut console = Console::filled(write_settings(), (200, 36));
    console.colleague(colleagues(12));
    for typed in [":extend 15m", ":note hello"] {
        console.type_in(typed);
        assert_eq!(console.enter(), []);
        let screen = console.screen();
        assert!(screen.contains("autumn-sale is carried by"), "{screen}");
    }
    console.news(TestNews::Foreign(None));
    console.told(Snapshot {
        stage: Stage::Closed,
        closing: Some(Closing::Restored),
        ..running()
    });
    for typed in [":extend 15m", ":note hello", "R"] {
        console.type_in(typed);
        if typed.starts_with(':') {
            assert_eq!(console.enter(), []);
        }
        let screen = console.screen();
        assert!(
            screen.contains("The session spring-sale is closed"),
            "{screen}"
        );
    }
}

#[test]
fn ours_comes_before_a_colleagues() {
    let mut console = console();
    console.colleague(colleagues(1));
    console.told(running());
    assert!(banner(&console).contains("spring-sale"));
}

#[test]
fn verbs_of_the_page_ask_what_they_say() {
    for (snapshot, key, ask) in [
        (halted(), "a", Ask::Retry),
        (halted(), "x", Ask::Skip),
        (halted(), "K", Ask::Keep),
        (
            draining(),
            "S",
            Ask::Revert {
                decisions: Decisions {
                    surplus: Surplus::Stops,
                    ..Decisions::default()
                },
            },
        ),
    ] {
        let mut console = console();
        console.told(snapshot);
        console.type_in("T");
        assert_eq!(console.type_in(key), []);
        assert_eq!(asks(&console.yes()), &ask);
    }
}

#[test]
fn a_verb_that_would_do_nothing_is_not_offered_and_says_so() {
    let mut console = console();
    console.told(running());
    console.type_in("T");
    let footer = console.footer();
    assert!(
        footer.contains("e extend") && footer.contains("n note"),
        "{footer}"
    );
    for offered in [
        "try again",
        "leave the step out",
        "stop what runs",
        "decide",
    ] {
        assert!(!footer.contains(offered), "{footer}");
    }
    for (key, said) in [
        ("a", "The session is not halted"),
        ("x", "The session is not halted"),
        ("S", "Nothing is draining"),
    ] {
        assert_eq!(console.type_in(key), []);
        assert!(console.screen().contains(said), "{}", console.screen());
        console.read_it();
        assert_eq!(console.type_in("y"), []);
    }
}

#[test]
fn the_lock_is_not_left_out_in_passing() {
    let mut snapshot = halted();
    snapshot.steps[0].standing = snapshot.steps[3].standing;
    snapshot.steps[3].standing = snapshot.steps[5].standing;
    let mut console = console();
    console.told(snapshot);
    console.type_in("Tx");
    assert!(
        console.screen().contains("The lock cannot be left out"),
        "{}",
        console.screen()
    );
}

#[test]
fn in_production_what_cannot_be_put_right_takes_the_plans_name() {
    let settings = Settings {
        production: true,
        ..write_settings()
    };
    let mut console = Console::filled(settings, (120, 36));
    console.told(halted());
    console.type_in("Tx");
    assert_eq!(console.yes(), []);
    console.key(KeyCode::Backspace);
    console.type_in("spring-sale");
    assert_eq!(asks(&console.enter()), &Ask::Skip);
}

#[test]
fn the_end_is_put_off_by_what_is_typed() {
    let mut console = console();
    console.told(running());
    console.type_in("Te");
    assert!(
        console.screen().contains("14:53Z → 15:08Z"),
        "{}",
        console.screen()
    );
    console.type_in("1x");
    assert_eq!(console.enter(), []);
    assert!(
        console.screen().contains("is not a time"),
        "{}",
        console.screen()
    );
    console.key(KeyCode::Backspace);
    console.type_in("h");
    assert_eq!(asks(&console.enter()), &Ask::Extend { seconds: 3_600 });
}

#[test]
fn commands_ask_the_guard() {
    let mut console = console();
    console.told(running());
    let text = "k6 500 VU started".to_owned();
    let effects = console.command("note k6 500 VU started");
    assert_eq!(asks(&effects), &Ask::Note { text });
    let effects = console.command("extend 15m");
    assert_eq!(asks(&effects), &Ask::Extend { seconds: 900 });
    assert_eq!(console.command("extend 0m"), []);
    assert!(console.screen().contains("is not a time"));
    let id = running().session;
    assert_eq!(console.command("report"), [Effect::ReportTest(id)]);
    assert_eq!(
        console.command("report s-9"),
        [Effect::ReportTest("s-9".into())]
    );
    console.command("session");
    assert!(console.screen().contains("LOAD TEST spring-sale ─"));
}

#[test]
fn commands_without_a_session_say_so() {
    let mut console = console();
    for command in ["note x", "extend 15m", "retry", "keep"] {
        assert_eq!(console.command(command), []);
        let screen = console.screen();
        assert!(
            screen.contains("No session of this console is open"),
            "{screen}"
        );
    }
    assert_eq!(console.command("report"), []);
    assert!(console.screen().contains("Of which session?"));
}

#[test]
fn a_note_is_typed_on_the_page() {
    let mut console = console();
    console.told(running());
    console.type_in("Tn");
    assert_eq!(console.enter(), [], "an empty note is none");
    console.paste("ramp\nup");
    let text = "rampup".to_owned();
    assert_eq!(asks(&console.enter()), &Ask::Note { text });
}

#[test]
fn what_is_in_conflict_is_decided_field_by_field() {
    let mut console = console();
    console.told(in_conflict());
    console.type_in("T");
    console.enter();
    console.read_it();
    console.type_in("tr");
    let effects = console.type_in("y");
    let rule = crate::support::console::rule_ref();
    let decisions = Decisions {
        keep: [(Target::Scalable(api()), Field::Min)].into(),
        restore: [(Target::Rule(rule), Field::Limit)].into(),
        surplus: Surplus::Waits,
    };
    assert_eq!(asks(&effects), &Ask::Revert { decisions });
    assert!(
        !console.state.is_busy(),
        "the guard has it, not our carrier"
    );
}

#[test]
fn more_conflicts_than_fit_are_decided_in_turns() {
    let mut snapshot = in_conflict();
    let one = snapshot.conflicts[0].clone();
    snapshot.conflicts.extend(std::iter::repeat_n(one, 9));
    let mut console = Console::filled(write_settings(), (80, 24));
    console.told(snapshot);
    console.type_in("T");
    console.enter();
    console.read_it();
    console.type_in("ttt");
    assert!(matches!(asks(&console.type_in("y")), Ask::Revert { .. }));
}

#[test]
fn answers_are_said() {
    let mut console = console();
    let said = "it ends at 2026-09-20T15:08:00Z".to_owned();
    console.news(TestNews::Answered(Answer::Done { said }));
    assert!(console.screen().contains("It ends at 2026-09-20T15:08:00Z"));
    let fault = Fault::new(FaultKind::Refused, "The session is closed").next("look at it");
    let trouble = (&fault).into();
    console.news(TestNews::Answered(Answer::Refused { trouble }));
    assert!(
        console
            .screen()
            .contains("The session is closed — look at it")
    );
}

#[test]
fn a_report_opens_as_a_page_unless_something_was_opened_since() {
    let mut console = console();
    let report = || TestNews::Report(Ok(vec!["# spring-sale".into()]));
    console.type_in(":");
    console.news(report());
    assert!(!console.screen().contains("# spring-sale"));
    console.esc();
    console.news(report());
    assert!(console.screen().contains("# spring-sale"));
}

#[test]
fn the_end_of_a_session_is_said_once_and_its_banner_goes() {
    let mut console = console();
    console.told(running());
    let closed = |closing| Snapshot {
        stage: Stage::Closed,
        closing: Some(closing),
        ..running()
    };
    console.told(closed(Closing::Restored));
    let screen = console.screen();
    assert!(
        screen.contains("spring-sale is closed: everything is as it was found"),
        "{screen}"
    );
    assert!(!screen.contains("LOAD TEST"), "{screen}");
}

#[test]
fn a_guard_that_is_gone_is_not_asked() {
    let mut console = console();
    console.told(running());
    console.news(TestNews::Silent {
        session: running().session,
        by: Duration::from_secs(7),
    });
    assert!(
        banner(&console).contains("silent for 7 s"),
        "{}",
        banner(&console)
    );
    let restarts = false;
    let session = running().session;
    console.news(TestNews::Died { session, restarts });
    console.esc();
    assert!(
        console.screen().contains("nobody puts it back"),
        "{}",
        console.screen()
    );
    assert_eq!(console.command("extend 15m"), []);
    assert!(console.screen().contains("guard is gone"));
}

fn with_plan() -> Settings {
    Settings {
        plans: Arc::new([(plan().name, plan())].into()),
        ..write_settings()
    }
}

/// Looks at the plan, which comes down to this.
fn look_at(console: &mut Console, drafted: Drafted) {
    console.type_in("T");
    let effects = console.enter();
    assert_eq!(effects, [Effect::DraftTest(Box::new(plan()))]);
    console.news(TestNews::Drafted(Box::new(Ok(drafted))));
}

#[test]
fn a_plan_is_started_by_its_name_once_it_was_read_and_what_stands_against_it_accepted() {
    let mut console = Console::filled(with_plan(), (80, 24));
    look_at(&mut console, drafted(&plan()));
    assert_eq!(console.enter(), []);
    assert!(
        console
            .screen()
            .contains("Stands against it: no-rate-timer"),
        "{}",
        console.screen()
    );
    console.key(KeyCode::Tab);
    console.type_in(" G");
    console.enter();
    console.read_it();
    console.type_in("spring-sal");
    assert_eq!(console.enter(), [], "that is not its name");
    console.type_in("e");
    let effects = console.enter();
    let [
        Effect::StartTest {
            drafted: begun,
            accepted,
        },
    ] = &effects[..]
    else {
        panic!("{effects:?}: {}", console.screen())
    };
    assert_eq!(**begun, drafted(&plan()));
    assert_eq!(accepted, &[Reason::NoRateTimer]);
}

#[test]
fn what_was_not_read_to_its_end_is_not_started() {
    let plan = Plan {
        rules: Vec::new(),
        ..plan()
    };
    let mut settings = with_plan();
    settings.plans = Arc::new([(plan.name.clone(), plan.clone())].into());
    let mut console = Console::filled(settings, (80, 16));
    console.type_in("T");
    console.enter();
    console.news(TestNews::Drafted(Box::new(Ok(drafted(&plan)))));
    console.enter();
    assert!(
        console.screen().contains("Read it to its end first"),
        "{}",
        console.screen()
    );
    console.type_in("G");
    console.enter();
    assert!(
        console.screen().contains("Type spring-sale"),
        "{}",
        console.screen()
    );
}

#[test]
fn vital_signs_stand_under_each_other_however_long_a_name_is() {
    let mut console = Console::filled(write_settings(), (160, 60));
    let mut session = running();
    session.vitals[0].of = "load balancer orchard-of-the-long-name-behind-the-edge".into();
    console.told(session);
    console.type_in("T");
    let screen = console.screen();
    let column = |value: &str| {
        let line = screen
            .lines()
            .find(|l| l.contains("vital") && l.contains(value));
        let line = line.unwrap_or_else(|| panic!("{value} in\n{screen}"));
        line.find(value).map(|at| line[..at].chars().count())
    };
    assert_eq!(column("1,204"), column("81.4"), "{screen}");
}

#[test]
fn what_cannot_be_accepted_blocks_and_says_so() {
    let mut console = Console::filled(with_plan(), (120, 60));
    look_at(&mut console, drafted_in_vain(&plan()));
    let screen = console.screen();
    assert!(
        screen.contains("!! locked") && screen.contains("[ ] no-rate-timer"),
        "{screen}"
    );
    console.key(KeyCode::Tab);
    console.type_in(" ");
    let screen = console.screen();
    assert!(screen.contains("[x] no-rate-timer"), "{screen}");
    assert!(screen.contains("no-rate-timer is accepted"), "{screen}");
    assert!(!screen.contains("space again"), "{screen}");
    assert_eq!(console.enter(), []);
    let screen = console.screen();
    assert!(screen.contains("Stands against it: locked"), "{screen}");
    assert!(!screen.contains("Type spring-sale"), "{screen}");
    console.type_in(" ");
    assert!(console.screen().contains("[ ] no-rate-timer"), "taken back");
}

#[test]
fn a_draft_is_looked_at_again_and_one_of_another_plan_is_not_taken_for_it() {
    let mut console = Console::filled(with_plan(), (120, 36));
    console.type_in("T");
    console.enter();
    let other = Plan {
        name: "other".into(),
        ..plan()
    };
    console.news(TestNews::Drafted(Box::new(Ok(drafted(&other)))));
    assert!(console.screen().contains("looking at the account"));
    console.news(TestNews::Drafted(Box::new(Ok(drafted(&plan())))));
    assert_eq!(console.type_in("r"), [Effect::DraftTest(Box::new(plan()))]);
    console.esc();
    console.news(TestNews::Drafted(Box::new(Ok(drafted(&plan())))));
    assert!(
        !console.screen().contains("Load test spring-sale"),
        "nobody waits for it any more"
    );
}

#[test]
fn the_page_of_a_started_session_opens_with_its_first_word() {
    let mut console = console();
    console.news(TestNews::Started(Ok(running().session)));
    console.told(running());
    assert!(console.screen().contains("LOAD TEST spring-sale ─"));
    console.esc();
    console.told(running());
    assert!(
        !console.screen().contains("LOAD TEST spring-sale ─"),
        "once"
    );
}

#[test]
fn marked_rows_become_a_plan_with_the_bounds_that_stand() {
    let mut console = console();
    console.type_in(" 2 j 3 4 ");
    console.type_in("T");
    console.enter();
    console.key(KeyCode::Down);
    console.type_in("6/12");
    console.key(KeyCode::Down);
    console.type_in("x");
    assert_eq!(console.enter(), []);
    assert!(
        console.screen().contains("“x” are no bounds"),
        "{}",
        console.screen()
    );
    console.key(KeyCode::Backspace);
    console.type_in("4/8");
    let effects = console.enter();
    let [Effect::DraftTest(built)] = &effects[..] else {
        panic!("{effects:?}: {}", console.screen())
    };
    let wished = Plan {
        name: "marked-rows".into(),
        stop_on_alarm: Vec::new(),
        ..plan()
    };
    assert_eq!(**built, wished);
}

#[test]
fn a_session_without_a_guard_is_shown_before_anything_else_and_taken_up() {
    for (key, resume) in [
        ("g", Resume::On),
        ("R", Resume::Revert),
        ("K", Resume::Keep),
    ] {
        let mut console = console();
        let session = running().session;
        let restarts = false;
        console.news(TestNews::Died {
            session: session.clone(),
            restarts,
        });
        assert_eq!(console.type_in(key), [], "nobody can have read it yet");
        console.read_it();
        let mut effects = console.type_in(key);
        if effects.is_empty() {
            effects = console.yes();
        }
        let taken = Effect::TakeUpTest {
            session: session.clone(),
            resume,
        };
        assert_eq!(effects, [taken]);
        assert!(
            !console.screen().contains("LOAD TEST"),
            "{}",
            console.screen()
        );
        let fault = Fault::new(FaultKind::Refused, "Its lock is held");
        console.news(TestNews::Started(Err(fault)));
        assert!(
            banner(&console).contains("its guard is gone"),
            "{}",
            banner(&console)
        );
    }
}

#[test]
fn an_older_session_without_a_guard_does_not_take_r_from_the_one_that_is_open() {
    let mut console = console();
    console.told(running());
    let restarts = false;
    console.news(TestNews::Died {
        session: "older".into(),
        restarts,
    });
    console.type_in("R");
    assert!(matches!(asks(&console.yes()), Ask::Revert { .. }));
}

#[test]
fn what_was_put_off_comes_back_with_t_and_goes_when_the_guard_speaks() {
    let mut console = console();
    let (session, restarts) = (running().session, false);
    console.news(TestNews::Died {
        session: session.clone(),
        restarts,
    });
    console.read_it();
    console.esc();
    console.news(TestNews::Died { session, restarts });
    assert!(
        !console.screen().contains("An unfinished load test"),
        "it was put off"
    );
    for key in ["T", "R"] {
        console.type_in(key);
        assert!(
            console.screen().contains("An unfinished load test"),
            "{}",
            console.screen()
        );
        console.read_it();
        console.esc();
    }
    console.type_in("T");
    console.told(running());
    assert!(!console.screen().contains("An unfinished load test"));
}

#[test]
fn leaving_asks_while_a_session_is_open_and_says_who_goes_on() {
    let mut console = console();
    console.told(running());
    assert_eq!(console.type_in("q"), []);
    let screen = console.screen();
    assert!(
        screen.contains("Its guard goes on without this console"),
        "{screen}"
    );
    assert_eq!(console.yes(), [Effect::Quit]);
    let mut alone = self::console();
    let protection = Protection::None;
    alone.told(Snapshot {
        protection,
        ..running()
    });
    alone.control('c');
    assert!(alone.screen().contains("Its guard ends with this program"));
}

#[test]
fn a_change_made_meanwhile_is_said_to_become_a_step() {
    let mut console = console();
    console.told(running());
    console.review_scale("8");
    let screen = console.screen();
    assert!(
        screen.contains("becomes a step of the session spring-sale"),
        "{screen}"
    );
    console.read_it();
    assert!(carries(&console.type_in("y")));
}

#[test]
fn read_only_looks_at_a_plan_and_never_starts_it() {
    let settings = Settings {
        mode: Mode::ReadOnly,
        ..with_plan()
    };
    let mut console = Console::filled(settings, (120, 60));
    look_at(&mut console, drafted(&plan()));
    console.key(KeyCode::Tab);
    console.type_in(" ");
    assert_eq!(console.enter(), []);
    assert!(console.screen().contains("This console is read-only"));
    console.read_it();
    console.type_in("spring-sale");
    assert_eq!(console.enter(), []);
    let (session, restarts) = (running().session, false);
    console.news(TestNews::Died { session, restarts });
    for key in ["g", "R", "K"] {
        console.read_it();
        assert_eq!(console.type_in(key), []);
        assert_eq!(console.yes(), []);
    }
    console.colleague(colleagues(1));
    console.esc();
    console.esc();
    assert_eq!(console.type_in("R"), []);
    assert_eq!(console.yes(), []);
}

#[test]
fn words_from_the_socket_cannot_reach_the_terminal() {
    let mut console = console();
    let evil = "\u{1b}[2Jx\u{202e}y".to_owned();
    let mut snapshot = Snapshot {
        plan: evil.clone(),
        said: Some(evil.clone()),
        who: evil.clone(),
        host: evil.clone(),
        version: evil.clone(),
        troubles: vec![evil.clone()],
        shared: Some(evil.clone()),
        ..in_conflict()
    };
    snapshot.steps[0].resource.clone_from(&evil);
    snapshot.steps[0].said.clone_from(&evil);
    snapshot.alarms[0].name.clone_from(&evil);
    snapshot.vitals[0].name.clone_from(&evil);
    snapshot.vitals[0].unit.clone_from(&evil);
    snapshot.conflicts[0].who = Some(evil);
    for keys in ["", "T", "R"] {
        console.told(snapshot.clone());
        console.type_in(keys);
        let screen = console.screen();
        assert!(!screen.contains(['\u{1b}', '\u{202e}']), "{screen:?}");
    }
}

#[test]
fn read_only_looks_at_a_session_and_asks_nothing_of_it_but_a_note() {
    let mut console = read_only();
    console.told(halted());
    assert!(
        !banner(&console).contains("R reverts"),
        "{}",
        banner(&console)
    );
    for keys in ["R", "T", "a", "x", "K", "e"] {
        assert_eq!(console.type_in(keys), [], "{keys}");
        console.read_it();
        assert_eq!(console.type_in("y"), [], "{keys}");
    }
    assert!(console.screen().contains("This console is read-only"));
    for command in ["extend 15m", "revert", "retry"] {
        assert_eq!(console.command(command), [], "{command}");
    }
    let text = "seen".to_owned();
    let effects = console.command("note seen");
    assert_eq!(asks(&effects), &Ask::Note { text });
}
