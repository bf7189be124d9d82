use crate::cli::{Environment, Streams, run};
use crate::journal::{self, Store};
use crate::session::load_test::{Closing, Why};
use crate::session::record::{Event, Record};
use crate::session::report::tape::{Tape, group, rule};
use serde_json::Value;
use std::path::PathBuf;

/// A home with a journal in it.
struct Home(tempfile::TempDir);

/// What a call came to.
struct Answer {
    code: u8,
    out: String,
    err: String,
}

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn dir(&self) -> PathBuf {
        self.0.path().join("tidegate/journal")
    }

    /// A journal as the guard would have written it; still open where it is told to be.
    fn keep(&self, id: &str, records: &[Record]) -> journal::Writer {
        let store = Store::open_with(&self.dir(), None).unwrap();
        let (first, rest) = records.split_first().unwrap();
        let opened = first.event.clone();
        let mut writer = store
            .begin(&id.into(), &first.place, opened, first.at)
            .unwrap();
        for record in rest {
            writer.record(record.event.clone(), record.at).unwrap();
        }
        writer
    }

    fn ask(&self, words: &[&str]) -> Answer {
        let home = self.0.path().to_str().unwrap();
        let environment: Environment = [
            ("HOME", home),
            ("XDG_STATE_HOME", home),
            ("LANG", "C.UTF-8"),
        ]
        .into_iter()
        .collect();
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut io = Streams {
            out: &mut out,
            err: &mut err,
        };
        let words = ["tidegate", "session"].iter().chain(words);
        let code = run(words.map(Into::into), &environment, &mut io);
        Answer {
            code,
            out: String::from_utf8(out).unwrap(),
            err: String::from_utf8(err).unwrap(),
        }
    }
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {}{}", self.out, self.err))
    }
}

/// A test that went well.
fn restored() -> Tape {
    let mut tape = Tape::new(&[group(), rule()]);
    tape.applied([0, 1]);
    tape.say(Event::Reverting { why: Why::TimeUp });
    tape.reverted([1, 0]);
    tape.say(Event::Closed {
        closing: Closing::Restored,
    });
    tape
}

/// A single change, which is no load test.
fn single() -> Tape {
    let mut tape = Tape::new(&[group()]);
    tape.records.truncate(1);
    tape.applied([0]);
    tape
}

const FIRST: &str = "20260920t142200z-0a0a0a0a";
const SECOND: &str = "20260921t142200z-0b0b0b0b";

fn home() -> Home {
    let home = Home::new();
    let open = Tape::new(&[group()]);
    let later = open.records.iter().map(|r| Record {
        at: r.at + jiff::SignedDuration::from_hours(24),
        ..r.clone()
    });
    drop(home.keep(SECOND, &later.collect::<Vec<_>>()));
    drop(home.keep(FIRST, &restored().records));
    drop(home.keep("single", &single().records));
    home
}

#[test]
fn list_names_load_tests_newest_first_and_no_single_change() {
    let home = home();
    let answer = home.ask(&["list"]);
    let lines: Vec<&str> = answer.out.lines().collect();
    assert_eq!(
        (answer.code, lines.len()),
        (0, 3),
        "{}{}",
        answer.out,
        answer.err
    );
    assert!(
        lines[1].starts_with("applying") && lines[1].contains(SECOND),
        "{}",
        answer.out
    );
    assert!(
        lines[2].starts_with("restored") && lines[2].contains(FIRST),
        "{}",
        answer.out
    );
    assert_eq!(
        lines[0].find("PLAN"),
        lines[2].find("spring-sale"),
        "{}",
        answer.out
    );
    let all = home.ask(&["list", "--output", "json"]).json();
    assert_eq!(all["sessions"][1]["id"], FIRST);
    assert_eq!(all["sessions"][1]["closing"], "restored");
    assert_eq!(all["sessions"][0]["closing"], Value::Null);
}

#[test]
fn a_session_that_cannot_be_read_is_named_with_what_to_do() {
    let home = home();
    let file = home.dir().join(format!("{FIRST}.1.jsonl"));
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("spring-sale", "autumn-sale")).unwrap();
    let answer = home.ask(&["list"]);
    assert_eq!(answer.code, 1);
    assert!(
        answer.out.contains(SECOND) && !answer.out.contains(FIRST),
        "{}",
        answer.out
    );
    for wanted in [FIRST, "damaged", "journal show"] {
        assert!(answer.err.contains(wanted), "{}", answer.err);
    }
    let answer = home.ask(&["report", FIRST]);
    assert_eq!(
        (answer.code, answer.out.as_str()),
        (1, ""),
        "{}",
        answer.err
    );
    assert!(home.ask(&["show", "last"]).err.contains(FIRST));
}

#[test]
fn report_is_found_by_id_by_its_beginning_and_as_the_last_one() {
    let home = home();
    for id in [FIRST, "20260920"] {
        let answer = home.ask(&["report", id]);
        assert_eq!(answer.code, 0, "{}", answer.err);
        assert!(
            answer.out.starts_with("# Load test spring-sale\n"),
            "{}",
            answer.out
        );
        assert!(
            answer.out.contains("3 of 3 touched settings restored"),
            "{}",
            answer.out
        );
        assert!(!answer.out.contains("open sesame"));
    }
    let json = home.ask(&["report", FIRST, "--output", "json"]).json();
    assert_eq!(json["fields"][0]["proof"], "restored");
    let last = home.ask(&["report", "last", "--output", "json"]).json();
    assert_eq!(last["id"], SECOND);
}

#[test]
fn show_tells_steps_and_timeline_and_whether_anything_carries_it() {
    let home = home();
    let answer = home.ask(&["show", FIRST]);
    for wanted in [
        "closed, restored",
        "reverted    group    group orchard-nodes: min 2 → 4, max 6 → 8",
        "action Block with its custom handling → Count",
        "it is put back: its time is up",
    ] {
        assert!(answer.out.contains(wanted), "“{wanted}” in\n{}", answer.out);
    }
    assert!(
        home.ask(&["show", SECOND])
            .out
            .contains("it is not carried")
    );
    let mut tape = Tape::new(&[group()]);
    tape.applied([0]);
    let carried = home.keep("held", &tape.records);
    let json = home.ask(&["show", "held", "--output", "json"]).json();
    assert_eq!(json["carried"], true);
    assert_eq!(json["steps"][0]["fields"][0]["ours"], 4);
    assert_eq!(json["timeline"][0]["kind"], "opened");
    drop(carried);
}

#[test]
fn an_id_that_is_none_gets_the_near_ones_and_exit_code_two() {
    let home = home();
    for (id, wanted) in [
        ("20260920t142200z-0a0a0a0b", FIRST),
        ("2026", "begin with"),
        ("", "session list"),
        ("single", "no load test with the id"),
        ("../../etc/passwd", "session list"),
    ] {
        for ask in ["show", "report"] {
            let answer = home.ask(&[ask, id]);
            assert_eq!((answer.code, answer.out.as_str()), (2, ""), "{id}");
            assert!(answer.err.contains(wanted), "{id}: {}", answer.err);
        }
    }
    let empty = Home::new();
    assert!(
        empty
            .ask(&["report", "last"])
            .err
            .contains("there is no load test")
    );
    assert!(empty.ask(&["list"]).out.contains("No load test"));
}
