use super::*;

fn args(groups: &[&str]) -> LogsArgs {
    LogsArgs {
        groups: groups.iter().map(|g| (*g).to_owned()).collect(),
        since: "10m".to_owned(),
        ..LogsArgs::default()
    }
}

fn now() -> Timestamp {
    "2026-11-22T14:30:00Z".parse().unwrap()
}

fn refused(args: &LogsArgs) -> String {
    let fault = job(args, &Settings::default(), now()).unwrap_err();
    assert_eq!(code(std::slice::from_ref(&fault)), 2);
    fault.line().as_str().to_owned()
}

#[test]
fn groups_are_named_once_in_any_form_or_come_from_the_settings() {
    let arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/b:*";
    let found = job(
        &args(&["/a", arn, "eu-west-1:/b", "/a"]),
        &Settings::default(),
        now(),
    )
    .unwrap();
    let named: Vec<_> = found
        .tailing
        .sources
        .iter()
        .map(|s| s.group.as_str())
        .collect();
    assert_eq!(named, ["/a", "/b"]);
    let settings = Settings {
        log_groups: vec!["/c".into()],
        ..Settings::default()
    };
    let found = job(&args(&[]), &settings, now()).unwrap();
    assert_eq!(found.tailing.sources[0].group.as_str(), "/c");
}

#[test]
fn times_are_ages_and_moments_and_the_window_must_hold_something() {
    let asked = LogsArgs {
        since: "2h".into(),
        until: Some("2026-11-22T14:00:00Z".into()),
        ..args(&["/a"])
    };
    let found = job(&asked, &Settings::default(), now()).unwrap();
    let at = |text: &str| text.parse::<Timestamp>().unwrap().as_millisecond();
    assert_eq!(
        found.tailing.start,
        TailStart::At(at("2026-11-22T12:30:00Z"))
    );
    assert_eq!(found.end, Some(at("2026-11-22T14:00:00Z")));
    let until = |until: &str| LogsArgs {
        until: Some(until.into()),
        ..args(&["/a"])
    };
    assert!(refused(&until("1h")).contains("--until is not after --since"));
    let since = |since: &str| LogsArgs {
        since: since.into(),
        ..args(&["/a"])
    };
    assert!(refused(&since("-5m")).contains("Write --since 5m, without the minus"));
    assert!(refused(&since("2026-11-23")).contains("--since: “2026-11-23” lies ahead"));
    assert!(refused(&until("soon")).contains("--until: “soon” is no time"));
}

#[test]
fn what_cannot_be_read_is_refused_before_anything_is_asked() {
    assert!(refused(&args(&[])).contains("No log group is named"));
    assert!(refused(&args(&["a b"])).contains("cannot be the name of a log group"));
    let filter = LogsArgs {
        filter: Some("\"open".into()),
        ..args(&["/a"])
    };
    let said = refused(&filter);
    assert!(
        said.contains("The filter goes wrong at character"),
        "{said}"
    );
    assert!(!said.contains("as it was"), "{said}");
}

#[test]
fn a_live_tail_is_chosen_by_the_flag_or_by_the_settings_of_who_follows() {
    let live = Settings {
        log_tail: TailMethod::Live,
        ..Settings::default()
    };
    let of = |follow, live_tail, settings: &Settings| {
        let asked = LogsArgs {
            follow,
            live_tail,
            ..args(&["/a"])
        };
        job(&asked, settings, now()).unwrap().tailing.method
    };
    assert_eq!(of(true, true, &Settings::default()), TailMethod::Live);
    assert_eq!(of(true, false, &live), TailMethod::Live);
    assert_eq!(of(false, false, &live), TailMethod::Polling);
}
