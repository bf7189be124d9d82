//! Focus, sequences, filter, refresh, leaving, stale replies, the clock.

use crate::support::console::{Console, acl, api, carries, seen_service, write_settings};
use crate::support::screen::role_at;
use crossterm::event::KeyCode;
use tidegate::app::{next_deadline, wants};
use tidegate::domain::fault::{Fault, FaultKind};
use tidegate::domain::subject::Subject;
use tidegate::domain::waf::AclScope;
use tidegate::model::effect::Effect;
use tidegate::model::message::{Link, Message, Usage};
use tidegate::model::query::{Answer, Epoch, Facts, Query, Reply, Slot};
use tidegate::model::settings::{Mode, Settings};
use tidegate::model::tail::TailMethod;
use tidegate::model::verb::Place;
use tidegate::view::theme::Role;

fn console() -> Console {
    Console::filled(write_settings(), (80, 24))
}

#[test]
fn number_keys_and_tab_move_the_focus() {
    let mut console = console();
    assert_eq!(console.state.place(), Place::Services);
    console.type_in("3");
    assert_eq!(console.state.place(), Place::Rules);
    console.key(KeyCode::Tab);
    assert_eq!(console.state.place(), Place::Snapshots);
    console.key(KeyCode::BackTab);
    assert_eq!(console.state.place(), Place::Rules);
}

#[test]
fn a_sequence_acts_with_its_last_key_and_a_broken_one_gives_way_to_the_new_key() {
    let mut console = console();
    console.type_in("G");
    assert!(console.screen().contains("▸ batch-worker"));
    console.type_in("g");
    assert!(console.screen().contains("▸ batch-worker"));
    console.type_in("g");
    assert!(console.screen().contains("▸ api"));
    console.type_in("g3");
    assert_eq!(console.state.place(), Place::Rules);
}

#[test]
fn the_filter_works_while_it_is_typed_and_esc_puts_the_old_one_back() {
    let mut console = console();
    console.type_in("/batch");
    assert!(!console.screen().contains(" api "));
    console.enter();
    assert!(console.screen().contains("/batch"));
    console.type_in("/x");
    console.esc();
    assert!(console.screen().contains("batch-worker"));
    console.esc();
    assert!(console.screen().contains(" api "));
}

#[test]
fn a_new_filter_replaces_the_old_one_and_moving_first_goes_on_from_it() {
    let mut console = console();
    console.type_in("/batch");
    console.enter();
    console.type_in("/ap");
    assert!(console.footer().starts_with("/ap"), "{}", console.footer());
    assert!(console.screen().contains("▸ api"));
    console.enter();
    console.type_in("/");
    console.key(KeyCode::End);
    console.type_in("i");
    assert!(console.footer().starts_with("/api"), "{}", console.footer());
}

#[test]
fn a_filter_with_an_unknown_column_says_so_and_stays_open() {
    let mut console = console();
    console.type_in("/size:3");
    assert!(console.screen().contains("No column is called"));
    assert!(console.enter().is_empty());
    assert!(console.footer().starts_with("/size:3"));
}

#[test]
fn esc_never_quits_and_q_does_at_the_top_level() {
    let mut console = console();
    for _ in 0..5 {
        assert_eq!(console.esc(), []);
    }
    console.type_in("?");
    assert_eq!(console.type_in("q"), []);
    assert_eq!(console.type_in("q"), [Effect::Quit]);
}

#[test]
fn ctrl_c_quits_from_anywhere_and_asks_while_a_change_is_under_way() {
    let mut console = console();
    console.type_in(":");
    assert_eq!(console.control('c'), [Effect::Quit]);
    console.esc();
    console.carried_scale("8");
    assert_eq!(console.control('c'), []);
    assert!(console.screen().contains("Leave now?"));
    assert_eq!(console.type_in("y"), []);
    console.read_it();
    assert_eq!(console.type_in("y"), [Effect::Quit]);
}

#[test]
fn a_signal_quits_at_once_even_then() {
    let mut console = console();
    console.carried_scale("8");
    assert_eq!(console.send(Message::Quit), [Effect::Quit]);
}

#[test]
fn a_reply_of_another_epoch_is_dropped() {
    let mut console = Console::new(write_settings(), (80, 24));
    let reply = |epoch| {
        let identity = crate::support::console::identity();
        let answer = Answer::Whole(Facts::Identity(identity));
        Message::Reply(Reply {
            epoch: Epoch(epoch),
            query: Query::Identity,
            answer,
        })
    };
    console.send(reply(7));
    assert!(!console.screen().contains("123456789012"));
    console.send(reply(0));
    assert!(console.screen().contains("123456789012"));
}

#[test]
fn the_first_cluster_with_services_is_looked_at_without_being_asked() {
    let console = console();
    assert!(
        wants(&console.state)
            .iter()
            .any(|w| w.query == Query::ServiceNames("orchard".into()))
    );
}

#[test]
fn only_visible_panes_want_something() {
    let small = console();
    let wide = Console::filled(write_settings(), (200, 60));
    let wanted = |c: &Console| wants(&c.state).iter().any(|w| w.query == Query::Inventory);
    assert!(!wanted(&small));
    assert!(wanted(&wide));
}

/// Whoever opens the logs before the services are known sees those of the first one, not “nothing is chosen”.
#[test]
fn logs_that_wait_for_a_service_have_the_services_read_behind_them() {
    let names = |settings: Settings| {
        let settings = Settings {
            cluster: Some("orchard".into()),
            ..settings
        };
        let mut console = Console::new(settings, (80, 24));
        console.type_in("5z");
        let names = Query::ServiceNames("orchard".into());
        wants(&console.state).iter().any(|w| w.query == names)
    };
    assert!(names(write_settings()));
    let chosen = Settings {
        log_groups: vec!["/ecs/api".into()],
        ..write_settings()
    };
    assert!(!names(chosen), "the groups are named by the settings");
}

#[test]
fn refresh_asks_again_what_is_on_the_screen() {
    let mut console = console();
    let effects = console.type_in("r");
    let [Effect::Refresh(slots)] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert!(slots.contains(&Slot::ServiceNames) && !slots.contains(&Slot::Inventory));
}

#[test]
fn refresh_also_reads_credentials_again_when_there_are_none() {
    let mut console = console();
    let fault =
        Fault::new(FaultKind::Credentials, "The credentials expired").next("run aws sso login");
    console.send(Message::Link(Link::NoCredentials {
        fault,
        next_try: std::time::Duration::from_secs(9),
    }));
    assert!(
        console
            .screen()
            .contains("The credentials expired — run aws sso login")
    );
    assert!(console.type_in("r").contains(&Effect::RetryCredentials));
}

#[test]
fn read_only_offers_no_key_that_writes_and_says_so_when_one_is_pressed() {
    let mut console = Console::filled(
        Settings {
            mode: Mode::ReadOnly,
            ..write_settings()
        },
        (80, 24),
    );
    assert!(!console.footer().contains("scale"), "{}", console.footer());
    assert!(console.screen().contains("(read-only)"));
    for (pane, key) in [
        ("1", "s"),
        ("2", "s"),
        ("3", "t"),
        ("3", "="),
        ("4", "b"),
        ("4", "u"),
    ] {
        console.type_in(pane);
        assert!(!carries(&console.type_in(key)));
        assert!(
            console.screen().contains("This console is read-only"),
            "{key}"
        );
    }
    let effects = console.command("scale 9");
    assert!(
        !effects
            .iter()
            .any(|e| matches!(e, Effect::Observe(_) | Effect::Carry(_)))
    );
}

#[test]
fn the_footer_offers_what_would_act_now() {
    let mut console = console();
    assert!(console.footer().contains("s scale"), "{}", console.footer());
    console.type_in("3");
    assert!(
        console.footer().contains("t block/count"),
        "{}",
        console.footer()
    );
    assert!(!console.footer().contains("s scale"));
}

#[test]
fn a_quiet_screen_is_the_same_screen() {
    let mut console = Console::filled(write_settings(), (200, 60));
    console.wait(100);
    let before = console.buffer();
    console.wait(1_000);
    console.wait(1_000);
    assert_eq!(console.buffer(), before);
    assert_eq!(next_deadline(&console.state), None);
}

#[test]
fn calls_that_bring_nothing_new_change_nothing_on_the_screen() {
    let mut console = Console::filled(write_settings(), (200, 60));
    let usage = |calls_last_minute| {
        Message::Usage(Usage {
            calls_last_minute,
            budget: 120,
            metrics_per_hour: calls_last_minute * 10,
            ..Usage::default()
        })
    };
    console.send(usage(21));
    console.wait(15_000);
    let before = console.buffer();
    for calls in [34, 61, 97] {
        console.send(usage(calls));
        console.fill();
        console.wait(5_000);
        assert_eq!(console.buffer(), before);
    }
    let header = |console: &Console| console.screen().lines().next().map(str::to_owned);
    assert!(header(&console).is_some_and(|h| h.contains("calls 21/min")));
    console.wait(30_000);
    let said = header(&console).is_some_and(|h| h.contains("calls 97/min") && h.contains("14:23Z"));
    assert!(said, "with the minute's clock: {}", console.screen());
}

#[test]
fn the_header_counts_calls_while_the_screen_fills_and_with_every_key() {
    let mut console = Console::filled(write_settings(), (120, 36));
    let usage = |calls_last_minute| {
        Message::Usage(Usage {
            calls_last_minute,
            ..Usage::default()
        })
    };
    console.send(usage(7));
    assert!(console.screen().contains("calls 7/min"));
    console.wait(11_000);
    console.send(usage(40));
    assert!(console.screen().contains("calls 7/min"));
    console.type_in("j");
    assert!(console.screen().contains("calls 40/min"));
}

#[test]
fn the_focused_pane_is_the_one_with_the_focus_look() {
    let mut console = Console::filled(write_settings(), (120, 36));
    console.type_in("4");
    let buf = console.buffer();
    let corner = (0..36).find(|y| role_at(&buf, 119, *y) == Some(Role::FrameFocus));
    assert!(corner.is_some_and(|y| y > 5), "{corner:?}");
}

#[test]
fn a_fresh_read_that_nobody_waits_for_opens_nothing() {
    let mut console = console();
    let before = console.screen();
    console.observe(Subject::Service(api()), seen_service(4));
    assert_eq!(console.screen(), before);
}

#[test]
fn a_profile_that_needs_a_code_is_asked_once_and_the_digits_are_not_shown() {
    let mut console = console();
    let link = || {
        let mut fault = Fault::new(
            FaultKind::Credentials,
            "The profile needs a code of its MFA device",
        );
        fault.code = Some("MfaCodeNeeded".into());
        Message::Link(Link::NoCredentials {
            fault,
            next_try: std::time::Duration::from_secs(9),
        })
    };
    console.send(link());
    console.esc();
    console.send(link());
    assert!(!console.screen().contains("six digits"));
    console.type_in("r");
    console.type_in("12x345");
    assert_eq!(console.enter(), []);
    console.type_in("67");
    let screen = console.screen();
    assert!(
        screen.contains("six digits: ******") && !screen.contains("123456 "),
        "{screen}"
    );
    assert_eq!(console.enter(), [Effect::GiveCode("123456".into())]);
}

fn behind_a_cdn() -> tidegate::domain::waf::Acl {
    let mut acl = acl();
    acl.at.scope = AclScope::Cloudfront;
    acl.at.name = "site".into();
    acl.rules[0].name = "per-ip-2000".into();
    acl
}

#[test]
fn until_all_have_answered_the_cursor_rests_on_the_first_rate_rule_whoever_was_quicker() {
    let mut console = Console::new(write_settings(), (80, 24));
    console.type_in("3");
    console.fact(
        Query::Acls(AclScope::Cloudfront),
        Facts::Acls(vec![behind_a_cdn()]),
    );
    assert!(console.screen().contains("▸ per-ip-2000"));
    console.fact(Query::Acls(AclScope::Regional), Facts::Acls(vec![acl()]));
    assert!(
        console.screen().contains("▸ per-ip-1000"),
        "{}",
        console.screen()
    );
}

#[test]
fn a_cursor_that_was_moved_stays_on_its_row() {
    let mut console = Console::new(write_settings(), (80, 24));
    console.type_in("3");
    console.fact(
        Query::Acls(AclScope::Cloudfront),
        Facts::Acls(vec![behind_a_cdn()]),
    );
    console.type_in("j");
    console.fact(Query::Acls(AclScope::Regional), Facts::Acls(vec![acl()]));
    assert!(
        console.screen().contains("▸ per-ip-2000"),
        "{}",
        console.screen()
    );
}

#[test]
fn live_tail_closes_a_quarter_of_an_hour_after_the_last_key_and_any_key_opens_it() {
    let settings = Settings {
        log_groups: vec!["/ecs/api".into()],
        log_tail: TailMethod::Live,
        ..write_settings()
    };
    let by = |method| Effect::TailBy(method);
    let mut console = Console::filled(settings, (120, 36));
    console.key(KeyCode::Down);
    assert!(!console.wait(899_000).contains(&by(TailMethod::Polling)));
    assert!(console.wait(1_000).contains(&by(TailMethod::Polling)));
    assert!(console.wait(60_000).is_empty());
    assert!(
        console.type_in("?").contains(&by(TailMethod::Live)),
        "whatever the key is for"
    );
}
