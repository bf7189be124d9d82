//! The `:` palette.

use crate::support::console::{Console, write_settings};
use crossterm::event::KeyCode;
use std::collections::BTreeMap;
use std::sync::Arc;
use tidegate::domain::fault::{Fault, FaultKind};
use tidegate::domain::subject::Subject;
use tidegate::model::effect::Effect;
use tidegate::model::message::Message;
use tidegate::model::query::{Epoch, Query};
use tidegate::model::settings::{Mode, Profiles, Settings};

fn console() -> Console {
    Console::filled(write_settings(), (100, 30))
}

#[test]
fn tab_takes_the_ghost_text() {
    let mut console = console();
    console.type_in(":refr");
    assert!(console.footer().starts_with(":refresh"));
    console.key(KeyCode::Tab);
    let effects = console.enter();
    assert!(
        matches!(effects.as_slice(), [Effect::Refresh(_)]),
        "{effects:?}"
    );
}

#[test]
fn an_unknown_command_names_the_nearest_one() {
    let mut console = console();
    console.command("scael 8");
    assert!(
        console
            .screen()
            .contains("There is no command “scael” — Did you mean “scale”?")
    );
}

#[test]
fn scale_with_a_number_goes_straight_to_the_review() {
    let mut console = console();
    let effects = console.command("scale 8");
    let [Effect::Observe(subject @ Subject::Service(_))] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    console.observe(subject.clone(), crate::support::console::seen_service(4));
    assert!(console.screen().contains("2 → 8"), "{}", console.screen());
}

#[test]
fn a_command_of_another_pane_says_where_to_go() {
    let mut console = console();
    assert!(console.command("limit 5000").is_empty());
    assert!(console.screen().contains("Go to: rules"));
}

#[test]
fn backup_takes_a_name_from_anywhere_and_knows_the_near_one() {
    let mut console = console();
    console.command("backup orchard-bd");
    assert!(
        console.screen().contains("Did you mean “orchard-db”?"),
        "{}",
        console.screen()
    );
    let effects = console.command("backup orchard-db");
    assert!(
        matches!(effects.as_slice(), [Effect::Observe(Subject::Database(_))]),
        "{effects:?}"
    );
}

#[test]
fn another_region_begins_a_new_epoch_with_empty_panes() {
    let mut console = console();
    let effects = console.command("region eu-west-1");
    let [Effect::Switch { settings, epoch }] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!(settings.region, Some("eu-west-1".into()));
    assert_eq!((*epoch, console.state.epoch()), (Epoch(1), Epoch(1)));
    assert!(!console.screen().contains("batch-worker"));
    assert!(!console.screen().contains("123456789012"));
}

#[test]
fn what_is_no_region_is_refused_with_an_example() {
    let mut console = console();
    assert!(console.command("region seoul").is_empty());
    assert!(
        console
            .screen()
            .contains("“seoul” is not a region — Write it like ap-northeast-2")
    );
}

#[test]
fn a_refusal_of_what_was_typed_goes_with_the_next_key() {
    let mut console = console();
    console.command("at 99:00");
    assert!(console.screen().contains("“99:00” is no time"));
    console.type_in("j");
    assert!(!console.screen().contains("is no time"));
}

#[test]
fn another_profile_brings_its_own_mode() {
    let prod = Settings {
        mode: Mode::ReadOnly,
        production: true,
        ..write_settings()
    };
    let profiles = Profiles {
        named: BTreeMap::from([("prod".into(), prod)]),
        others: None,
    };
    let settings = Settings {
        profiles: Arc::new(profiles),
        ..write_settings()
    };
    let mut console = Console::filled(settings, (100, 30));
    console.command("profile prod");
    assert_eq!(console.state.settings.mode, Mode::ReadOnly);
    assert!(console.screen().contains("(read-only)"));
}

#[test]
fn a_filter_does_not_follow_into_another_region() {
    let mut console = console();
    console.command("filter batch");
    assert!(!console.screen().contains(" api "));
    console.command("region eu-west-1");
    console.command("cluster orchard");
    console.fill();
    assert!(console.screen().contains(" api "), "{}", console.screen());
}

#[test]
fn a_switch_that_failed_goes_back_to_what_was() {
    let mut console = console();
    console.command("region eu-west-1");
    let fault = Fault::new(FaultKind::Unreachable, "eu-west-1 does not answer");
    let effects = console.send(Message::Switched(Err(fault)));
    let [Effect::Switch { settings, epoch }] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!(
        (settings.region.clone(), *epoch),
        (Some("ap-northeast-2".into()), Epoch(2))
    );
    assert!(console.screen().contains("eu-west-1 does not answer"));
    assert_eq!(console.send(Message::Switched(Ok(()))), []);
}

#[test]
fn another_cluster_is_looked_at_and_an_unknown_one_is_refused() {
    let mut console = console();
    console.command("cluster orcard");
    assert!(console.screen().contains("Did you mean “orchard”?"));
    let wants = tidegate::app::wants(&console.state);
    assert!(
        wants
            .iter()
            .any(|w| w.query == Query::ServiceNames("orchard".into()))
    );
}

#[test]
fn no_switch_while_a_change_is_under_way() {
    let mut console = console();
    console.carried_scale("8");
    assert!(console.command("region eu-west-1").is_empty());
    assert!(console.screen().contains("A change is under way"));
}

#[test]
fn sort_and_filter_speak_of_the_focused_pane() {
    let mut console = console();
    console.command("sort nonsense");
    assert!(console.screen().contains("No column is called “nonsense”"));
    console.command("filter batch");
    assert!(!console.screen().contains("▸ api"));
}

#[test]
fn quitting_by_command() {
    let mut console = console();
    assert_eq!(console.command("q"), [Effect::Quit]);
}
