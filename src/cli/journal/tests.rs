use super::*;
use crate::domain::change::{Change, Field, FieldChange, Hold, Target};
use crate::domain::identity::Scope;
use crate::domain::subject::Subject;
use crate::domain::waf::{AclRef, AclScope, RawJson, RuleRef};
use crate::journal::Store;
use crate::session::record::{Event, Place, Prepared, Way};
use crate::session::step::Step;

const ACTION: &str =
    r#"{"Block":{"CustomResponse":{"ResponseHeaders":[{"Name":"x-key","Value":"open sesame"}]}}}"#;

fn journal() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let store = Store::open(&home.path().join("tidegate/journal")).unwrap();
    let acl = AclRef {
        scope: AclScope::Regional,
        name: "edge\u{1b}[2J".into(),
        id: "1".into(),
        arn: "arn".into(),
    };
    let rule = RuleRef {
        acl,
        rule: "per-ip".into(),
    };
    let json = |s: &str| crate::domain::change::Value::Json(RawJson(s.into()));
    let (before, after) = (json(ACTION), json(r#"{"Count":{}}"#));
    let field = FieldChange {
        field: Field::Action,
        before,
        after,
        hold: Hold::Held,
    };
    let change = Change {
        target: Target::Rule(rule.clone()),
        fields: vec![field],
    };
    let scope = Scope {
        account: "123456789012".into(),
        region: "eu-west-1".into(),
    };
    let place = Place {
        scope,
        caller: "arn".into(),
    };
    let steps = vec![Step::Set(change.clone())];
    let opened = Event::Opened {
        summary: "count per-ip".into(),
        subject: Subject::Rule(rule),
        steps,
    };
    let at = jiff::Timestamp::UNIX_EPOCH;
    let mut writer = store.begin(&"one".into(), &place, opened, at).unwrap();
    let what = Prepared::Set {
        revert: change.invert(),
        change,
    };
    writer
        .record(
            Event::Prepared {
                step: 0,
                way: Way::Apply,
                what,
            },
            at,
        )
        .unwrap();
    home
}

fn said(home: &tempfile::TempDir, ask: Ask, output: Output) -> (u8, String) {
    let mut out = Vec::new();
    let dir = home.path().join("tidegate/journal");
    let code = run(&JournalArgs { ask, output }, &dir, &mut out).unwrap();
    (code, String::from_utf8(out).unwrap())
}

#[test]
fn list_names_state_account_and_what_was_done() {
    let home = journal();
    let (code, text) = said(&home, Ask::List, Output::Text);
    assert_eq!(code, 0);
    for part in ["refused", "one", "123456789012  eu-west-1", "count per-ip"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let mut lines = text.lines();
    let (header, row) = (lines.next().unwrap(), lines.next().unwrap());
    for (title, value) in [
        ("STATE", "refused"),
        ("ID", "one"),
        ("CHANGE", "count per-ip"),
    ] {
        assert_eq!(header.find(title), row.find(value), "{text}");
    }
    let (_, json) = said(&home, Ask::List, Output::Json);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["sessions"][0]["id"], "one");
}

#[test]
fn header_values_are_exact_on_the_disk_and_hidden_in_every_output() {
    let home = journal();
    let file = home.path().join("tidegate/journal/one.1.jsonl");
    assert!(
        std::fs::read_to_string(file)
            .unwrap()
            .contains("open sesame")
    );
    for output in [Output::Text, Output::Json] {
        let (_, text) = said(&home, Ask::Show { id: "one".into() }, output);
        assert!(
            !text.contains("open sesame") && text.contains("x-key"),
            "{text}"
        );
        assert!(!text.contains('\u{1b}'), "{text}");
    }
}

#[test]
fn verify_finds_damage_and_says_so_by_exit_code() {
    let home = journal();
    assert_eq!(said(&home, Ask::Verify, Output::Text).0, 0);
    let file = home.path().join("tidegate/journal/one.1.jsonl");
    let text = std::fs::read_to_string(&file)
        .unwrap()
        .replace("count per-ip", "count per-IP");
    std::fs::write(&file, text).unwrap();
    let (code, text) = said(&home, Ask::Verify, Output::Text);
    assert!(code == 1 && text.starts_with("damaged"), "{text}");
    assert_eq!(said(&home, Ask::List, Output::Json).0, 1);
}

#[test]
fn an_unknown_id_and_an_empty_journal_get_a_sentence() {
    let home = tempfile::tempdir().unwrap();
    assert!(
        said(&home, Ask::List, Output::Text)
            .1
            .contains("Nothing was changed")
    );
    let (code, text) = said(&home, Ask::Verify, Output::Text);
    assert!(code == 0 && text.contains("nothing was changed"), "{text}");
    let args = JournalArgs {
        ask: Ask::Show { id: "none".into() },
        output: Output::Text,
    };
    let failure = run(&args, home.path(), &mut Vec::new()).unwrap_err();
    assert!(matches!(failure, Failure::Fault(fault) if fault.kind == FaultKind::Usage));
}
