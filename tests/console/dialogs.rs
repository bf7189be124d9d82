//! The road of a change through its dialog.

use crate::support::console::{
    Console, api, carries, group, proposal, rule_ref, seen_database, seen_group, seen_rule,
    seen_service, start, wished, write_settings,
};
use crate::support::session::colleagues;
use crossterm::event::KeyCode;
use std::time::Duration;
use tidegate::app::next_deadline;
use tidegate::domain::change::{Change, Field, FieldChange, Hold, Standing, Target, Value};
use tidegate::domain::fault::{Fault, FaultKind};
use tidegate::domain::rds::{DatabaseKind, DatabaseRef};
use tidegate::domain::subject::Subject;
use tidegate::domain::waf::RawJson;
use tidegate::model::effect::Effect;
use tidegate::model::settings::Settings;
use tidegate::session::order::{Order, Past, PastState, Progress, Proposed, Report, ThreeWay};
use tidegate::session::revert::{Decisions, Surplus};

fn console() -> Console {
    Console::filled(write_settings(), (100, 40))
}

fn with(settings: Settings) -> Console {
    Console::filled(settings, (100, 40))
}

#[test]
fn a_scale_reads_first_shows_old_and_new_and_then_goes_to_the_carrier() {
    let mut console = console();
    let effects = console.type_in("s");
    assert_eq!(effects, [Effect::Observe(Subject::Service(api()))]);
    assert!(console.screen().contains("reading…"));
    console.observe(Subject::Service(api()), seen_service(4));
    assert!(console.screen().contains("tasks: 4"));
    console.type_in("8");
    assert!(console.screen().contains("tasks: 8"));
    console.enter();
    let screen = console.screen();
    for said in [
        "123456789012",
        "ap-northeast-2",
        "service api in cluster orchard",
        "2 → 8",
        "6 → 8",
        "Risk: ",
    ] {
        assert!(screen.contains(said), "{said} is missing in\n{screen}");
    }
    console.read_it();
    let order = proposal(&console.type_in("y")).expect("an order");
    assert_eq!(
        wished(&order, Field::Min),
        Some((Target::Scalable(api()), Value::Count(8)))
    );
    assert!(!order.seen.is_empty());
}

#[test]
fn keys_before_400_ms_do_not_count() {
    let mut console = console();
    console.review_scale("8");
    assert!(!carries(&console.type_in("y")));
    assert_eq!(next_deadline(&console.state), Some(console.mono));
    console.wait(5_000); // the first tick since it was opened: only now it counts as shown
    assert!(!carries(&console.type_in("y")));
    assert_eq!(
        next_deadline(&console.state),
        Some(console.mono + Duration::from_millis(400))
    );
    console.wait(399);
    assert!(!carries(&console.type_in("y")));
    console.wait(1);
    assert!(carries(&console.type_in("y")));
}

#[test]
fn enter_and_paste_never_confirm() {
    let mut console = console();
    console.review_scale("8");
    console.read_it();
    assert!(!carries(&console.enter()));
    assert!(!carries(&console.paste("y")));
    assert!(!carries(&console.paste("y\r\n")));
    assert!(console.screen().contains("2 → 8"));
}

#[test]
fn n_and_esc_cancel_and_nothing_is_sent() {
    for key in [KeyCode::Char('n'), KeyCode::Esc] {
        let mut console = console();
        console.review_scale("8");
        console.read_it();
        assert!(!carries(&console.key(key)));
        assert!(console.screen().contains("Cancelled: nothing was changed"));
        assert!(!carries(&console.type_in("y")));
    }
}

#[test]
fn an_unchanged_value_is_nothing_to_do() {
    let mut console = console();
    console.type_in("4");
    console.type_in("1s");
    console.observe(Subject::Service(api()), tidegate_without_target());
    console.enter();
    assert!(
        console.screen().contains("Nothing to do"),
        "{}",
        console.screen()
    );
}

fn tidegate_without_target() -> tidegate::domain::subject::Observation {
    let service = crate::support::console::service("api", 4);
    tidegate::domain::subject::Observation::Service {
        service,
        target: None,
        policies: Vec::new(),
        headroom: None,
    }
}

#[test]
fn digits_typed_while_it_reads_are_kept_and_enter_is_not() {
    let mut console = console();
    console.type_in("s12");
    console.enter();
    console.observe(Subject::Service(api()), seen_service(4));
    assert!(console.screen().contains("tasks: 12"));
}

#[test]
fn a_bad_value_gets_its_sentence_in_the_form() {
    let settings = Settings {
        max_tasks: Some(20),
        ..write_settings()
    };
    for (typed, said) in [
        ("66", "max_tasks is 20"),
        ("-3", "cannot be negative"),
        ("x", "not a whole number"),
        (" ", "No number for tasks"),
        ("99999999999", "too large"),
    ] {
        let mut console = with(settings.clone());
        console.review_scale(typed);
        assert!(
            console.screen().contains(said),
            "{typed}: {}",
            console.screen()
        );
        console.read_it();
        assert!(!carries(&console.type_in("y")), "{typed}");
    }
}

#[test]
fn a_group_is_sized_by_three_numbers_in_order() {
    let mut console = console();
    console.type_in("2jG");
    let effects = console.type_in("s");
    let [Effect::Observe(subject)] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!(*subject, Subject::Group(group().name));
    console.observe(subject.clone(), seen_group());
    assert!(console.screen().contains("min/desired/max: 2/4/6"));
    console.type_in("7/4/6");
    console.enter();
    assert!(
        console
            .screen()
            .contains("The minimum 7 is above the maximum 6")
    );
    console.type_in("4/4/8");
    console.enter();
    console.read_it();
    let order = proposal(&console.type_in("y")).expect("an order");
    assert_eq!(
        wished(&order, Field::Max),
        Some((Target::Group(group().name), Value::Count(8)))
    );
    assert_eq!(wished(&order, Field::Desired), None);
}

#[test]
fn a_rule_is_toggled_with_what_it_protects_in_view() {
    let mut console = console();
    let effects = console.type_in("3t");
    let [Effect::Observe(subject)] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    console.observe(subject.clone(), seen_rule());
    let screen = console.screen();
    for said in [
        "It protects 1:",
        "loadbalancer/app/orchard/1",
        "Count",
        "429",
        "Risk: ",
        "by itself after 30 min",
    ] {
        assert!(screen.contains(said), "{said} is missing in\n{screen}");
    }
    console.key(KeyCode::Tab);
    console.read_it();
    let order = proposal(&console.type_in("y")).expect("an order");
    let after = wished(&order, Field::Action).expect("an action").1;
    assert_eq!(after, Value::Json(RawJson(r#"{"Count":{}}"#.into())));
}

#[test]
fn a_change_that_ends_by_itself_is_a_session_and_goes_to_no_carrier() {
    let mut console = console();
    console.review_scale("8");
    console.read_it();
    console.key(KeyCode::Tab);
    assert!(console.screen().contains("by itself after 30 min"));
    // Another question: what was read before does not confirm it.
    assert!(!carries(&console.type_in("y")));
    console.read_it();
    let effects = console.type_in("y");
    let [Effect::Expire(change)] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!(change.after, Duration::from_mins(30));
    assert_eq!(
        wished(&change.proposal, Field::Min),
        Some((Target::Scalable(api()), Value::Count(8)))
    );
}

#[test]
fn a_rule_that_only_counts_ends_after_half_an_hour_unless_that_is_chosen_otherwise() {
    let mut console = console();
    let effects = console.type_in("3t");
    let [Effect::Observe(subject)] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    console.observe(subject.clone(), seen_rule());
    console.read_it();
    let effects = console.type_in("y");
    let [Effect::Expire(change)] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!(change.after, Duration::from_mins(30));
}

#[test]
fn beside_a_colleagues_session_no_end_is_chosen_beforehand() {
    let mut console = console();
    console.colleague(colleagues(1));
    let effects = console.type_in("3t");
    let [Effect::Observe(subject)] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    console.observe(subject.clone(), seen_rule());
    assert!(
        console.screen().contains("when you undo it"),
        "{}",
        console.screen()
    );
}

#[test]
fn the_end_of_a_change_is_chosen_in_turn_and_can_be_left_out_again() {
    let mut console = console();
    console.review_scale("8");
    for said in ["30 min", "60 min", "120 min"] {
        console.key(KeyCode::Tab);
        let ends = format!("by itself after {said}");
        assert!(console.screen().contains(&ends), "{}", console.screen());
    }
    console.key(KeyCode::Tab);
    assert!(console.screen().contains("when you undo it"));
    console.read_it();
    assert!(proposal(&console.type_in("y")).is_some());
}

#[test]
fn a_database_is_backed_up_with_its_warning() {
    let mut console = console();
    let effects = console.type_in("4b");
    let [Effect::Observe(subject)] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    console.observe(subject.clone(), seen_database());
    let screen = console.screen();
    for said in [
        "tidegate-orchard-db-20260920t1422",
        "Single-AZ: I/O pauses",
        "3 of 100",
    ] {
        assert!(screen.contains(said), "{said} is missing in\n{screen}");
    }
    console.read_it();
    let order = proposal(&console.type_in("y")).expect("an order");
    assert!(matches!(order.steps.as_slice(), [Proposed::Create(_)]));
}

#[test]
fn in_production_the_name_is_typed_and_never_pasted() {
    let mut console = with(Settings {
        production: true,
        ..write_settings()
    });
    console.review_scale("8");
    console.read_it();
    assert!(!carries(&console.type_in("y")));
    assert!(!carries(&console.enter()));
    assert!(console.screen().contains("That is not api"));
    console.key(KeyCode::Backspace);
    console.paste("api");
    assert!(!carries(&console.enter()));
    console.type_in("api");
    assert!(carries(&console.enter()));
}

#[test]
fn what_changed_meanwhile_brings_the_dialog_back_with_both_values() {
    let mut console = console();
    let order = console.carried_scale("8");
    assert!(console.state.is_busy());
    let mut now = seen_service(5);
    if let tidegate::domain::subject::Observation::Service {
        target: Some(target),
        ..
    } = &mut now
    {
        target.min = 3;
    }
    console.report(Report::Changed {
        proposal: Box::new(order),
        now: Box::new(now),
    });
    let screen = console.screen();
    assert!(screen.contains("Something changed meanwhile"), "{screen}");
    assert!(screen.contains("min was 2, is 3"), "{screen}");
    assert!(screen.contains("3 → 8"), "{screen}");
    assert!(!console.state.is_busy());
    assert!(!carries(&console.type_in("y")));
    console.read_it();
    assert!(carries(&console.type_in("y")));
}

#[test]
fn a_read_that_fails_says_why_and_can_be_repeated() {
    let mut console = console();
    console.type_in("s");
    let fault = Fault::new(FaultKind::Denied, "Not allowed to read the target").next("allow it");
    console.report(Report::Observed {
        subject: Subject::Service(api()),
        result: Box::new(Err(fault)),
    });
    assert!(console.screen().contains("Not allowed to read the target"));
    assert_eq!(
        console.type_in("r"),
        [Effect::Observe(Subject::Service(api()))]
    );
}

#[test]
fn a_terminal_too_small_for_the_review_confirms_nothing() {
    let mut console = Console::filled(write_settings(), (60, 9));
    console.review_scale("8");
    console.read_it();
    assert!(!carries(&console.type_in("y")));
    assert!(console.state.size == (60, 9));
    console.send(tidegate::model::message::Message::Resize {
        width: 100,
        height: 40,
    });
    assert!(carries(&console.type_in("y")));
}

#[test]
fn progress_doubt_and_the_end_are_told() {
    let mut console = console();
    let order = console.carried_scale("8");
    let progress = |progress| Report::Progress {
        session: "s1".into(),
        subject: Subject::Service(api()),
        summary: order.summary.clone(),
        step: "1".into(),
        progress,
        took: Duration::ZERO,
    };
    console.report(progress(Progress::Sent));
    assert!(console.screen().contains("written down and sent"));
    console.report(progress(Progress::InDoubt { since: start() }));
    assert!(
        console
            .screen()
            .contains("it is read back, never sent again blindly")
    );
    console.report(progress(Progress::Verifying {
        what: "6 of 8 running".into(),
        percent: Some(75),
    }));
    assert!(console.screen().contains("6 of 8 running · 75 %"));
    console.report(Report::Finished {
        session: "s1".into(),
        summary: order.summary.clone(),
    });
    assert!(!console.state.is_busy());
    assert!(
        console
            .screen()
            .contains("Done and verified: scale api 4 → 8")
    );
}

#[test]
fn a_change_that_failed_tells_what_to_do() {
    let mut console = console();
    let order = console.carried_scale("8");
    let fault = Fault::new(FaultKind::Denied, "AWS refused it").next("ask for ecs:UpdateService");
    console.report(Report::Failed {
        session: None,
        summary: order.summary,
        fault,
    });
    assert!(
        console
            .screen()
            .contains("scale api 4 → 8: AWS refused it — ask for ecs:UpdateService")
    );
    assert!(!console.state.is_busy());
}

fn change() -> Change {
    let count = Value::Count;
    let field = FieldChange {
        field: Field::Min,
        before: count(2),
        after: count(8),
        hold: Hold::Held,
    };
    Change {
        target: Target::Scalable(api()),
        fields: vec![field],
    }
}

fn past(session: &str, state: PastState) -> Past {
    Past {
        session: session.into(),
        summary: "scale api 4 → 8".into(),
        subject: Subject::Service(api()),
        steps: vec![Proposed::Set(change())],
        at: start() - jiff::SignedDuration::from_mins(12),
        who: "alice".into(),
        state,
    }
}

fn backup() -> Past {
    let at = DatabaseRef {
        kind: DatabaseKind::Instance,
        id: "orchard-db".into(),
    };
    Past {
        session: "b".into(),
        summary: "back up orchard-db".into(),
        subject: Subject::Database(at),
        steps: Vec::new(),
        at: start(),
        who: "alice".into(),
        state: PastState::Backup,
    }
}

fn undo_with(surplus: Surplus) -> Vec<Effect> {
    let decisions = Decisions {
        surplus,
        ..Decisions::default()
    };
    vec![Effect::Carry(Order::Undo {
        session: "s1".into(),
        decisions,
    })]
}

#[test]
fn a_draining_maximum_waits_unless_the_operator_says_stop() {
    for (tabs, surplus) in [
        (0, Surplus::Waits),
        (1, Surplus::Stops),
        (2, Surplus::Waits),
    ] {
        let mut console = console();
        console.report(Report::History(vec![past("s1", PastState::Draining)]));
        console.type_in("u");
        console.read_it();
        for _ in 0..tabs {
            console.key(KeyCode::Tab);
        }
        let stops = console.screen().contains("STOPPED AT ONCE");
        assert_eq!(stops, surplus == Surplus::Stops, "{}", console.screen());
        assert_eq!(
            console.type_in("y").is_empty(),
            tabs > 0,
            "another question is a new review"
        );
        if tabs > 0 {
            console.read_it();
            assert_eq!(console.type_in("y"), undo_with(surplus));
        }
    }
}

#[test]
fn only_a_draining_change_offers_to_stop_tasks() {
    let mut console = console();
    console.report(Report::History(vec![past("s1", PastState::Applied)]));
    console.type_in("u");
    console.read_it();
    console.key(KeyCode::Tab);
    assert!(!console.screen().contains("STOPPED"));
    assert_eq!(console.type_in("y"), undo_with(Surplus::Waits));
}

#[test]
fn undo_shows_the_age_and_what_goes_back_and_passes_over_a_backup() {
    let mut console = console();
    console.report(Report::History(vec![
        backup(),
        past("s9", PastState::Reverted),
        past("s1", PastState::Applied),
    ]));
    console.type_in("u");
    let screen = console.screen();
    for said in [
        "12 min ago by alice",
        "8 → 2",
        "Skipped: back up orchard-db",
        "does not delete a backup",
    ] {
        assert!(screen.contains(said), "{said} is missing in\n{screen}");
    }
    console.read_it();
    let effects = console.type_in("y");
    let order = Order::Undo {
        session: "s1".into(),
        decisions: Decisions::default(),
    };
    assert_eq!(effects, [Effect::Carry(order)]);
}

#[test]
fn help_and_quit_stay_in_the_footer_when_there_is_something_to_undo() {
    let mut console = Console::filled(write_settings(), (80, 24));
    console.report(Report::History(vec![past("s1", PastState::Applied)]));
    let footer = console.footer();
    for kept in ["s scale", "u undo", "1-5 panes", "? help", "q quit"] {
        assert!(footer.contains(kept), "{kept} is missing in {footer}");
    }
    assert!(!footer.contains("mark"), "{footer}");
}

#[test]
fn with_only_a_backup_undo_says_that_it_is_not_deleted() {
    let mut console = console();
    console.report(Report::History(vec![backup()]));
    console.type_in("u");
    assert!(
        console
            .screen()
            .contains("Only backups were made, and an undo does not delete a backup")
    );
}

#[test]
fn the_original_action_on_record_comes_back_whole() {
    let original = RawJson(r#"{"Block":{"CustomResponse":{"ResponseCode":418}}}"#.into());
    let count = RawJson(r#"{"Count":{}}"#.into());
    let field = FieldChange {
        field: Field::Action,
        before: Value::Json(original.clone()),
        after: Value::Json(count.clone()),
        hold: Hold::Held,
    };
    let change = Change {
        target: Target::Rule(rule_ref()),
        fields: vec![field],
    };
    let mut console = console();
    let opened = Past {
        steps: vec![Proposed::Set(change)],
        subject: Subject::Rule(rule_ref()),
        ..past("s1", PastState::Applied)
    };
    console.report(Report::History(vec![opened]));
    let mut acl = crate::support::console::acl();
    acl.rules[0].action = tidegate::domain::waf::RuleAction::Count;
    acl.rules[0].raw_action = Some(count);
    console.type_in("3t");
    let seen = tidegate::domain::subject::Observation::Rule {
        acl: Box::new(acl),
        resources: Vec::new(),
        gaps: Vec::new(),
    };
    console.observe(Subject::Rule(rule_ref()), seen);
    console.read_it();
    let order = proposal(&console.type_in("y")).expect("an order");
    assert_eq!(
        wished(&order, Field::Action).map(|w| w.1),
        Some(Value::Json(original))
    );
}

fn three_way(field: Field, now: u64, standing: Standing) -> ThreeWay {
    let count = Value::Count;
    ThreeWay {
        target: Target::Scalable(api()),
        field,
        before: count(2),
        ours: count(8),
        now: Some(count(now)),
        standing,
    }
}

#[test]
fn an_unfinished_change_stands_before_the_first_list() {
    let mut console = Console::new(write_settings(), (80, 24));
    let fields = vec![three_way(Field::Min, 8, Standing::Ours)];
    let unfinished = past("s1", PastState::Unfinished);
    console.report(Report::Unfinished {
        session: "s1".into(),
        past: unfinished.clone(),
        fields: fields.clone(),
        gap: None,
    });
    assert!(console.screen().contains("An unfinished change"));
    assert!(!carries(&console.type_in("u")));
    console.read_it();
    console.esc();
    assert!(
        console
            .screen()
            .contains("unfinished: scale api 4 → 8 (alice) — u shows it")
    );
    console.type_in("u");
    console.read_it();
    assert!(
        !carries(&console.type_in("k")),
        "a key that means up elsewhere"
    );
    assert!(
        !carries(&console.type_in("ay")),
        "asked once more, and seen first"
    );
    console.read_it();
    assert!(console.screen().contains("for good"));
    let effects = console.type_in("y");
    assert_eq!(
        effects,
        [Effect::Carry(Order::Keep {
            session: "s1".into()
        })]
    );
    assert!(!console.screen().contains("u shows it"));
}

#[test]
fn an_unfinished_change_can_be_undone() {
    let mut console = Console::new(write_settings(), (80, 24));
    let fields = vec![three_way(Field::Min, 8, Standing::Ours)];
    console.report(Report::Unfinished {
        session: "s1".into(),
        past: past("s1", PastState::Unfinished),
        fields,
        gap: None,
    });
    console.read_it();
    let effects = console.type_in("u");
    assert!(
        matches!(effects.as_slice(), [Effect::Carry(Order::Undo { .. })]),
        "{effects:?}"
    );
}

#[test]
fn a_conflict_is_decided_field_by_field() {
    let mut console = console();
    let fields = vec![
        three_way(Field::Min, 5, Standing::Theirs),
        three_way(Field::Desired, 2, Standing::AsBefore),
        three_way(Field::Max, 9, Standing::Theirs),
    ];
    console.report(Report::Conflict {
        session: "s1".into(),
        fields,
    });
    console.read_it();
    assert!(console.screen().contains("changed by somebody else"));
    assert!(!carries(&console.type_in("y")));
    console.type_in("t");
    console.type_in("r");
    let effects = console.type_in("y");
    let target = Target::Scalable(api());
    let order = Order::Undo {
        session: "s1".into(),
        decisions: Decisions {
            restore: [(target.clone(), Field::Max)].into(),
            keep: [(target, Field::Min)].into(),
            ..Decisions::default()
        },
    };
    assert_eq!(effects, [Effect::Carry(order)]);
}

#[test]
fn a_broken_journal_lets_nothing_new_begin() {
    let mut console = console();
    console.report(Report::JournalBroken(Fault::new(
        FaultKind::Local,
        "The disk is full",
    )));
    assert!(
        console
            .screen()
            .contains("No change can begin: The disk is full")
    );
    assert!(console.type_in("s").is_empty());
    assert!(!console.footer().contains("scale"));
}

#[test]
fn several_marked_rows_are_not_scaled() {
    let mut console = console();
    console.type_in(" j ");
    assert!(console.type_in("s").is_empty());
    assert!(
        console.screen().contains("2 rows are marked"),
        "{}",
        console.screen()
    );
}

fn unfinished(session: &str, gap: Option<Fault>) -> Report {
    Report::Unfinished {
        session: session.into(),
        past: past(session, PastState::Unfinished),
        fields: Vec::new(),
        gap,
    }
}

#[test]
fn what_another_tidegate_is_carrying_out_is_told_and_not_asked_about() {
    let mut console = console();
    let held = Fault::new(FaultKind::Conflict, "carried elsewhere");
    console.report(unfinished("s1", Some(held)));
    let screen = console.screen();
    assert!(!screen.contains("An unfinished change"), "{screen}");
    assert!(screen.contains("another tidegate is carrying out: scale api 4 → 8 (alice)"));
    assert_eq!(console.type_in("u"), [Effect::Carry(Order::Inspect)]);
    console.report(Report::History(vec![past("s1", PastState::Applied)]));
    assert!(!console.screen().contains("another tidegate is carrying"));
}

#[test]
fn what_another_tidegate_left_behind_when_it_died_is_asked_about_then() {
    let mut console = console();
    let held = Fault::new(FaultKind::Conflict, "carried elsewhere");
    console.report(unfinished("s1", Some(held)));
    console.report(unfinished("s1", None));
    assert!(console.screen().contains("An unfinished change"));
}

fn told(console: &mut Console, progress: Progress) {
    console.report(Report::Progress {
        session: "s1".into(),
        subject: Subject::Service(api()),
        summary: "scale api 4 → 8".into(),
        step: "api".into(),
        progress,
        took: std::time::Duration::ZERO,
    });
}

#[test]
fn a_change_whose_tasks_are_still_starting_can_be_undone_at_once() {
    let mut console = console();
    console.carried_scale("8");
    told(&mut console, Progress::Sent);
    console.type_in("u");
    assert!(
        console.screen().contains("is being sent"),
        "{}",
        console.screen()
    );
    let what = "4 of 8 tasks run".into();
    told(
        &mut console,
        Progress::Verifying {
            what,
            percent: None,
        },
    );
    console.report(Report::History(vec![past("s1", PastState::Applied)]));
    console.type_in("u");
    console.read_it();
    assert_eq!(console.type_in("y"), undo_with(Surplus::Waits));
    console.report(Report::History(vec![past("s1", PastState::Applied)]));
    console.type_in("u");
    assert!(
        console.screen().contains("is being sent"),
        "{}",
        console.screen()
    );
    console.report(Report::Undone {
        session: "s1".into(),
        summary: "scale api 4 → 8".into(),
        what: "as before".into(),
    });
    assert!(!console.state.is_busy(), "its order is gone with it");
}

#[test]
fn a_second_change_of_the_same_thing_waits_for_the_first() {
    let mut console = console();
    console.carried_scale("8");
    let what = "4 of 8 tasks run".into();
    told(
        &mut console,
        Progress::Verifying {
            what,
            percent: None,
        },
    );
    assert!(console.type_in("s").is_empty());
    assert!(
        console.screen().contains("is not verified yet"),
        "{}",
        console.screen()
    );
    console.report(Report::Finished {
        session: "s1".into(),
        summary: "scale api 4 → 8".into(),
    });
    assert_eq!(
        console.type_in("s"),
        [Effect::Observe(Subject::Service(api()))]
    );
}
