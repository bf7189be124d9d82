//! Which groups are tailed, and how they stand.

use super::*;

fn tails(acts: &[Act]) -> Vec<Vec<&str>> {
    acts.iter()
        .filter_map(|act| match act {
            Act::Do(Effect::Tail(tailing)) => {
                Some(tailing.sources.iter().map(|s| s.group.as_str()).collect())
            }
            _ => None,
        })
        .collect()
}

/// A group that AWS knows.
fn group(name: &str) -> GroupFacts {
    GroupFacts {
        name: name.into(),
        retention: None,
        bytes: 0,
        infrequent: false,
        arn: None,
        created: None,
    }
}

#[test]
fn the_groups_of_the_settings_are_tailed_at_once() {
    let mut bench = Bench::new();
    bench.settings.log_groups = vec!["/ecs/a".into(), "/ecs/b".into()];
    assert_eq!(tails(&bench.decided()), [["/ecs/a", "/ecs/b"]]);
    assert!(bench.decided().is_empty());
}

#[test]
fn without_settings_the_selected_service_decides_and_moving_on_changes_nothing() {
    let mut bench = Bench::new();
    assert!(bench.decided().is_empty());
    bench.service = Some(service("api"));
    assert!(bench.decided().is_empty());
    let wants = bench.with(|pane, cx| pane.wants(cx));
    assert_eq!(
        wants,
        [Want {
            query: Query::LogTargets("api:7".into()),
            pace: Pace::Once
        }]
    );
    bench.reply(
        "api:7",
        Answer::Whole(Facts::LogTargets(vec![target("/ecs/api")])),
    );
    assert_eq!(tails(&bench.decided()), [["/ecs/api"]]);
    bench.service = Some(service("other"));
    assert!(bench.decided().is_empty());
    assert!(bench.with(|pane, cx| pane.wants(cx)).is_empty());
}

#[test]
fn other_logs_replace_the_lines_and_late_ones_of_the_old_tail_are_dropped() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.lines("/ecs/a", &["old"]);
    bench.with(|pane, cx| pane.show_logs(&asked(&["/ecs/b"]), cx));
    assert_eq!(tails(&bench.decided()), [["/ecs/b"]]);
    bench.lines("/ecs/a", &["late"]);
    bench.lines("/ecs/b", &["too early"]);
    bench.state("/ecs/b", TailState::Starting);
    bench.lines("/ecs/b", &["new"]);
    assert_eq!(bench.pane.present.ring.arrived(), 1);
    assert!(bench.screen()[0].ends_with("new"));
}

#[test]
fn a_tail_that_begins_anew_shows_its_lines_once() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.lines("/ecs/a", &["x"]);
    bench.state("/ecs/a", TailState::Starting);
    bench.lines("/ecs/a", &["x"]);
    assert_eq!(bench.pane.present.ring.held(), 1);
}

#[test]
fn every_state_without_lines_says_a_sentence_and_what_to_do() {
    let mut bench = Bench::new();
    assert_eq!(
        bench.screen()[..2],
        [
            "No log group is chosen",
            "Select a service in pane 1 and press l"
        ]
    );
    bench.service = Some(service("api"));
    bench.decided();
    assert_eq!(bench.screen()[0], "Looking up where api writes its logs");
    let mut denied = Fault::new(FaultKind::Denied, "Task definitions may not be read");
    denied.action = Some("ecs:DescribeTaskDefinition".into());
    bench.reply(
        "api:7",
        Answer::Failed {
            fault: denied,
            next_try: Some(Duration::from_secs(130)),
        },
    );
    let said = bench.screen();
    assert_eq!(said[0], "Where api writes its logs could not be read");
    assert!(
        said.contains(&"Missing permission: ecs:DescribeTaskDefinition".to_owned()),
        "{said:?}"
    );
    bench.reply("api:7", Answer::Whole(Facts::LogTargets(Vec::new())));
    assert_eq!(
        bench.screen()[2],
        "Type :logs GROUP to show a group by its name"
    );
    let mut bench = Bench::tailing(&["/ecs/a"]);
    assert_eq!(bench.screen()[0], "Reading the lines of the last 10 min");
    bench.state("/ecs/a", TailState::Following { lag: None });
    assert_eq!(bench.screen()[0], "No lines of the last 10 min");
    bench.lines("/ecs/a", &["x", "y"]);
    bench.pane.set_filter("nothing").unwrap();
    assert_eq!(
        bench.screen()[0],
        "None of 2 lines pass the filter “nothing”"
    );
}

#[test]
fn a_group_that_fails_beside_one_that_does_not_is_named_under_the_lines() {
    let mut bench = Bench::tailing(&["/ecs/a", "/ecs/b"]);
    bench.lines("/ecs/a", &["one", "two", "three", "four", "five", "six"]);
    let fault = Fault::new(FaultKind::Missing, "The log group does not exist");
    bench.state(
        "/ecs/b",
        TailState::Failed {
            fault,
            next_try: Some(Duration::from_secs(108)),
        },
    );
    let screen = bench.screen();
    assert!(screen[3].ends_with("six"), "{screen:?}");
    assert_eq!(
        screen[4],
        "/ecs/b: The log group does not exist · next try in 10 s"
    );
    assert!(bench.status().starts_with("partly failed"));
}

#[test]
fn refreshing_after_a_failure_begins_again_with_an_empty_ring() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.lines("/ecs/a", &["x"]);
    assert!(!bench.with(|pane, cx| pane.can(Verb::Refresh, cx)));
    bench.state(
        "/ecs/a",
        TailState::Failed {
            fault: Fault::new(FaultKind::Server, "x"),
            next_try: None,
        },
    );
    bench.act(Verb::Refresh);
    assert_eq!(tails(&bench.decided()), [["/ecs/a"]]);
    assert_eq!(bench.pane.present.ring.held(), 0);
}

#[test]
fn another_account_stops_the_tail_and_begins_the_same_groups_anew() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.pane.clear();
    assert_eq!(
        tails(&bench.decided()),
        [["/ecs/a"]],
        "told again though the names are the same"
    );
    bench.settings.log_groups.clear();
    bench.pane.clear();
    assert_eq!(tails(&bench.decided()), [[""; 0]]);
}

#[test]
fn a_group_that_is_not_there_is_answered_with_the_nearest_names() {
    let mut bench = Bench::tailing(&["/ecs/orchard-apo"]);
    let fault = Fault::new(FaultKind::Missing, "there is no such log group");
    let next_try = None;
    bench.state("/ecs/orchard-apo", TailState::Failed { fault, next_try });
    let asked = Query::LogGroups(None, "/ecs/".into());
    let wants = bench.with(|pane, cx| pane.wants(cx));
    assert!(wants.iter().any(|want| want.query == asked), "{wants:?}");
    let found = ["/ecs/x", "/ecs/orchard-api"].map(group).to_vec();
    let reply = Reply {
        epoch: Epoch::default(),
        query: asked,
        answer: Answer::Whole(Facts::LogGroups(found)),
    };
    let far = Reply {
        query: Query::LogGroups(Some("eu-west-1".into()), "/ecs/".into()),
        ..reply.clone()
    };
    bench.with(|pane, cx| pane.reply(&far, cx));
    assert!(!bench.screen().join("\n").contains("nearest names"));
    bench.with(|pane, cx| pane.reply(&reply, cx));
    let screen = bench.screen().join("\n");
    assert!(
        screen.contains("nearest names: /ecs/orchard-api"),
        "{screen}"
    );
}

#[test]
fn the_title_says_rate_lag_and_every_loss() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    assert_eq!(bench.status(), "starting · 0/s");
    bench.lines("/ecs/a", &["x"; 20]);
    bench.state(
        "/ecs/a",
        TailState::Skipped(Gap {
            from: NOON - 900,
            to: NOON + 299_100,
        }),
    );
    bench.state(
        "/ecs/a",
        TailState::Following {
            lag: Some(Duration::from_millis(1_240)),
        },
    );
    bench.pane.set_filter("!x").unwrap();
    assert_eq!(
        bench.status(),
        "polling · 2.0/s · lag 1.2 s · 5 min skipped · 0 of 0 lines"
    );
    let fault = Fault::new(FaultKind::Throttled, "CloudWatch Logs asks to slow down");
    bench.state(
        "/ecs/a",
        TailState::Failed {
            fault,
            next_try: None,
        },
    );
    assert!(bench.status().starts_with("throttled"));
}

#[test]
fn from_when_on_without_a_group_is_of_the_groups_that_are_tailed_else_it_is_said_what_to_do() {
    let since = LogRequest {
        since: jiff::Timestamp::from_millisecond(NOON - 7_200_000).ok(),
        ..LogRequest::default()
    };
    let mut bench = Bench::new();
    let acts = bench.with(|pane, cx| pane.show_logs(&since, cx));
    let [Act::Say(notice)] = &acts[..] else {
        panic!("{acts:?}")
    };
    assert!(
        notice.text.as_str().contains(":logs GROUP"),
        "{}",
        notice.text
    );
    let mut bench = Bench::tailing(&["/ecs/a"]);
    let acts = bench.with(|pane, cx| pane.show_logs(&since, cx));
    assert_eq!(acts, []);
    let acts = bench.decided();
    let [Act::Do(Effect::Tail(tailing))] = &acts[..] else {
        panic!("{acts:?}")
    };
    assert_eq!(tailing.start, TailStart::At(NOON - 7_200_000));
    assert_eq!(tails(&acts), [["/ecs/a"]]);
    // Only to look at the pane changes nothing.
    bench.with(|pane, cx| pane.show_logs(&LogRequest::default(), cx));
    assert_eq!(bench.decided(), []);
}

#[test]
fn groups_named_with_a_star_are_looked_up_and_tailed() {
    let mut bench = Bench::new();
    bench.with(|pane, cx| pane.show_logs(&asked(&["/ecs/orchard-*"]), cx));
    bench.decided();
    let screen = bench.screen().join("\n");
    assert!(
        screen.contains("Looking for the log groups that fit /ecs/orchard-*"),
        "{screen}"
    );
    let query = Query::LogGroups(None, "/ecs/orchard-".into());
    let wants = bench.with(|pane, cx| pane.wants(cx));
    assert!(wants.iter().any(|want| want.query == query), "{wants:?}");
    let found = ["/ecs/orchard-api", "/ecs/orchard-admin"]
        .map(group)
        .to_vec();
    let reply = Reply {
        epoch: Epoch::default(),
        query,
        answer: Answer::Whole(Facts::LogGroups(found)),
    };
    bench.with(|pane, cx| pane.reply(&reply, cx));
    assert_eq!(
        tails(&bench.decided()),
        [["/ecs/orchard-admin", "/ecs/orchard-api"]]
    );
}
