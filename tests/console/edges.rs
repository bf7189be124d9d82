//! What the first and the last line of a small screen keep.

use crate::support::console::{Console, service, write_settings};
use std::sync::Arc;
use tidegate::domain::ecs::Service;
use tidegate::domain::log::GroupFacts;
use tidegate::domain::text::Text;
use tidegate::model::effect::Effect;
use tidegate::model::message::{Message, Usage};
use tidegate::model::query::{Facts, Query};
use tidegate::model::settings::{Mode, Settings};

fn header(console: &Console) -> String {
    console
        .screen()
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn an_arn_of_another_account_is_refused_and_one_of_ours_is_shown() {
    let arn = |account| format!(":logs arn:aws:logs:eu-west-1:{account}:log-group:/ecs/far");
    let tailed = |effects: &[Effect]| {
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Tail(_)))
    };
    let mut console = Console::filled(write_settings(), (120, 36));
    console.type_in(&arn("999999999999"));
    assert!(!tailed(&console.enter()));
    let said = console.screen();
    assert!(
        said.contains("The ARN names account 999999999999"),
        "{said}"
    );
    console.esc();
    console.esc();
    console.type_in(&arn("123456789012"));
    assert!(tailed(&console.enter()));
    let mut unknown = Console::new(write_settings(), (120, 36));
    unknown.type_in(&arn("123456789012"));
    assert!(!tailed(&unknown.enter()));
    let said = unknown.screen();
    assert!(said.contains("is not known yet"), "{said}");
}

#[test]
fn one_pane_at_a_time_says_that_there_are_others() {
    let small = Console::filled(write_settings(), (80, 24)).footer();
    assert!(
        small.contains("1-5 panes") && small.contains("q quit"),
        "{small}"
    );
    let large = Console::filled(write_settings(), (120, 36)).footer();
    assert!(
        !large.contains("panes") && large.contains("space mark"),
        "{large}"
    );
}

#[test]
fn a_custom_endpoint_leaves_the_clock_its_place() {
    for endpoint in [
        "http://127.0.0.1:5000",
        "https://aws.proxy.of.the.house.example.com:8443/ap",
    ] {
        let settings = Settings {
            endpoint: Some(Text::fixed(endpoint)),
            ..write_settings()
        };
        let mut console = Console::filled(settings, (80, 24));
        console.send(Message::Usage(Usage::default()));
        let header = header(&console);
        assert!(
            header.contains("14:22Z") && header.contains(&endpoint[..16]),
            "{header}"
        );
    }
}

#[test]
fn who_asked_for_read_only_is_told_how_to_write_again() {
    for (read_only_asked, mend) in [
        (true, "start it without --read-only"),
        (false, "start it with --write"),
    ] {
        let settings = Settings {
            mode: Mode::ReadOnly,
            read_only_asked,
            ..write_settings()
        };
        let said = settings.read_only().line();
        assert!(said.as_str().contains(mend), "{said}");
    }
}

#[test]
fn tasks_that_find_no_room_are_not_called_scaling_out() {
    for (pending, said) in [(2, "starting 2"), (1, "1 not placed"), (0, "2 not placed")] {
        let mut console = Console::filled(write_settings(), (120, 36));
        let short = Service {
            running: 2,
            pending,
            ..service("api", 4)
        };
        let wants = tidegate::app::wants(&console.state).into_iter();
        let asked: Vec<Query> = wants
            .map(|want| want.query)
            .filter(|query| matches!(query, Query::Services { .. }))
            .collect();
        assert!(!asked.is_empty());
        for query in asked {
            let found = vec![Arc::new(short.clone())];
            let missing = Vec::new();
            console.fact(query, Facts::Services { found, missing });
        }
        assert!(
            console.screen().contains(said),
            "{said}: {}",
            console.screen()
        );
    }
}

#[test]
fn the_description_of_a_service_has_no_debug_words() {
    let mut console = Console::filled(write_settings(), (120, 36));
    console.type_in("d");
    assert!(
        console.screen().contains("ECS, rolling update"),
        "{}",
        console.screen()
    );
}

#[test]
fn the_help_of_the_rules_says_what_the_star_and_pending_mean() {
    let mut console = Console::filled(write_settings(), (120, 36));
    console.type_in("3?");
    let screen = console.screen();
    assert!(
        screen.contains("* not what it was") && screen.contains("pending  changed"),
        "{screen}"
    );
}

#[test]
fn raw_json_is_asked_for_once_and_opens_as_a_page_in_every_pane_of_things() {
    for (pane, name) in [
        ("1", "api"),
        ("2", "api"),
        ("2j", "orchard-nodes"),
        ("4", "orchard-db"),
    ] {
        let mut console = Console::filled(write_settings(), (120, 36));
        console.type_in(pane);
        console.type_in("y");
        let raw = || {
            let wants = tidegate::app::wants(&console.state).into_iter();
            wants
                .map(|want| want.query)
                .find(|query| matches!(query, Query::Raw(_)))
        };
        let asked = raw().expect("a raw answer is wanted");
        console.fact(asked, Facts::Raw(vec!["{ \"what\": \"AWS said\" }".into()]));
        let screen = console.screen();
        assert!(
            screen.contains("\"AWS said\"") && screen.contains(name),
            "{screen}"
        );
        let wants = tidegate::app::wants(&console.state);
        assert!(
            !wants.iter().any(|want| matches!(want.query, Query::Raw(_))),
            "{wants:?}"
        );
    }
}

#[test]
fn what_has_an_arn_is_copied_by_it_and_the_rest_by_name() {
    let mut console = Console::filled(write_settings(), (120, 36));
    let copied = |effects: Vec<Effect>| match &effects[..] {
        [Effect::Copy(text)] => text.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(copied(console.type_in("c")), "api");
    console.type_in("2j");
    let group = copied(console.type_in("c"));
    assert!(
        group.starts_with("arn:aws:autoscaling:") && group.ends_with("/orchard-nodes"),
        "{group}"
    );
    // A rule has none of its own.
    console.type_in("3");
    assert_eq!(copied(console.type_in("c")), "per-ip-1000");
}

#[test]
fn log_groups_complete_in_the_folder_that_is_typed() {
    let mut console = Console::filled(write_settings(), (120, 36));
    console.type_in(":logs /ecs/edge /ecs/or");
    let asked = Query::LogGroups(None, Text::fixed("/ecs/"));
    let wants = tidegate::app::wants(&console.state);
    assert!(wants.iter().any(|want| want.query == asked), "{wants:?}");
    let group = |name: &str| GroupFacts {
        name: name.into(),
        retention: None,
        bytes: 0,
        infrequent: false,
        arn: None,
        created: None,
    };
    let found = ["/ecs/orchard-api", "/ecs/edge"].map(group).to_vec();
    console.fact(asked, Facts::LogGroups(found));
    console.type_in("ch");
    assert!(
        console.screen().contains("/ecs/edge /ecs/orchard-api"),
        "{}",
        console.screen()
    );
}

#[test]
fn a_read_only_mode_that_a_flag_asked_for_is_not_said_to_be_lifted_by_another() {
    let settings = Settings {
        mode: Mode::ReadOnly,
        read_only_asked: true,
        ..write_settings()
    };
    for key in ["s", "u"] {
        let mut console = Console::filled(settings.clone(), (160, 48));
        console.type_in(key);
        let screen = console.screen();
        assert!(screen.contains("start it without --read-only"), "{screen}");
        assert!(!screen.contains("--write"), "{screen}");
    }
}

#[test]
fn the_header_has_the_accounts_alias_once_it_is_known_and_asks_for_it_once() {
    let mut console = Console::filled(write_settings(), (120, 36));
    let asked = tidegate::app::wants(&console.state);
    let alias = asked.iter().find(|want| want.query == Query::Alias);
    assert_eq!(
        alias.map(|want| want.pace),
        Some(tidegate::model::query::Pace::Once)
    );
    let header = |console: &Console| {
        console
            .screen()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    console.fact(Query::Alias, Facts::Alias(None));
    assert!(
        header(&console).contains(" 123456789012 "),
        "{}",
        header(&console)
    );
    console.fact(Query::Alias, Facts::Alias(Some("orchard-eu".into())));
    assert!(
        header(&console).contains(" orchard-eu 123456789012 "),
        "{}",
        header(&console)
    );
}

#[test]
fn a_raw_answer_that_comes_late_takes_no_keys_from_what_was_opened_since() {
    for (gone_on, then) in [(":sc", "ale"), ("3", "j")] {
        let mut console = Console::filled(write_settings(), (120, 36));
        console.type_in("y");
        let wants = tidegate::app::wants(&console.state).into_iter();
        let mut raw = wants.filter(|want| matches!(want.query, Query::Raw(_)));
        let asked = raw.next().expect("a raw answer is wanted").query;
        console.type_in(gone_on);
        console.fact(asked, Facts::Raw(vec!["{ \"what\": \"AWS said\" }".into()]));
        console.type_in(then);
        let screen = console.screen();
        assert!(!screen.contains("\"AWS said\""), "{screen}");
        // The palette lies over the notice, and has all its keys.
        let says = if gone_on == "3" {
            "press y there again"
        } else {
            ":scale"
        };
        assert!(screen.contains(says), "{screen}");
    }
}
