//! The journal on a real disk: what it keeps, what it finds, what it refuses.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use tidegate::domain::backup::Backup;
use tidegate::domain::change::{Change, Field, FieldChange, Hold, Target, Value};
use tidegate::domain::ecs::ServiceRef;
use tidegate::domain::fault::FaultKind;
use tidegate::domain::identity::Scope;
use tidegate::domain::ids::SessionId;
use tidegate::domain::rds::{DatabaseKind, DatabaseRef};
use tidegate::domain::subject::Subject;
use tidegate::domain::waf::{AclRef, AclScope, RawJson, RuleRef};
use tidegate::domain::write::Write;
use tidegate::journal::{self, Health, Kept, Permit, Store, Writer};
use tidegate::session::machine::Intent;
use tidegate::session::order::PastState;
use tidegate::session::record::{Event, Place, Prepared, Way};
use tidegate::session::step::Step;

struct Desk {
    _home: tempfile::TempDir,
    dir: PathBuf,
    home: PathBuf,
    store: Store,
}

fn desk() -> Desk {
    let temp = tempfile::tempdir().expect("a directory");
    let (dir, home) = (temp.path().join("tidegate/journal"), temp.path().to_owned());
    let store = Store::open_with(&dir, Some(home.clone())).expect("a journal");
    Desk {
        _home: temp,
        dir,
        home,
        store,
    }
}

fn at(second: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_second(1_790_000_000 + second).expect("a time")
}

fn place() -> Place {
    Place {
        scope: Scope {
            account: "123456789012".into(),
            region: "eu-west-1".into(),
        },
        caller: "arn".into(),
    }
}

fn service() -> ServiceRef {
    ServiceRef {
        cluster: "orchard".into(),
        service: "api".into(),
    }
}

fn change() -> Change {
    let field = FieldChange {
        field: Field::Desired,
        before: Value::Count(2),
        after: Value::Count(4),
        hold: Hold::Held,
    };
    Change {
        target: Target::Service(service()),
        fields: vec![field],
    }
}

fn opened(steps: Vec<Step>) -> Event {
    Event::Opened {
        summary: "scale api 2 → 4".into(),
        subject: Subject::Service(service()),
        steps,
    }
}

fn prepared(way: Way) -> Event {
    let change = if way == Way::Apply {
        change()
    } else {
        change().invert()
    };
    Event::Prepared {
        step: 0,
        way,
        what: Prepared::Set {
            revert: change.invert(),
            change,
        },
    }
}

fn intent(way: Way) -> Intent {
    let write = Write::UpdateService {
        at: service(),
        desired: if way == Way::Apply { 4 } else { 2 },
    };
    Intent {
        step: 0,
        way,
        attempt: 1,
        resource: "service orchard/api".into(),
        write,
    }
}

fn begin(desk: &Desk, id: &str) -> Writer {
    desk.store
        .begin(
            &id.into(),
            &place(),
            opened(vec![Step::Set(change())]),
            at(0),
        )
        .expect("a session")
}

/// A change that was sent and taken.
fn applied(desk: &Desk, id: &str) -> Writer {
    let mut writer = begin(desk, id);
    writer
        .record(prepared(Way::Apply), at(1))
        .expect("prepared");
    let (permit, kept) = writer.send(intent(Way::Apply), at(2)).expect("a permit");
    assert_eq!((kept, permit.number()), (Kept::Durable, 3));
    writer
        .record(
            Event::Done {
                step: 0,
                way: Way::Apply,
                request: None,
                millis: 5,
            },
            at(3),
        )
        .expect("done");
    let said = "desired 4".into();
    let verified = Event::Verified {
        step: 0,
        way: Way::Apply,
        observed: change().after(),
        said,
    };
    writer.record(verified, at(4)).expect("verified");
    writer
}

fn segment(desk: &Desk, id: &str, n: u32) -> PathBuf {
    desk.dir.join(format!("{id}.{n}.jsonl"))
}

fn health(dir: &Path) -> Vec<Health> {
    journal::verify(dir)
        .expect("a directory")
        .into_iter()
        .map(|f| f.health)
        .collect()
}

#[test]
fn a_permit_is_given_only_for_what_was_prepared_and_only_once() {
    let desk = desk();
    let mut writer = begin(&desk, "s");
    assert_eq!(
        writer.send(intent(Way::Apply), at(1)).unwrap_err().kind,
        FaultKind::Internal
    );
    writer.record(prepared(Way::Apply), at(1)).unwrap();
    assert!(writer.send(intent(Way::Revert), at(1)).is_err());
    writer.record(prepared(Way::Apply), at(1)).unwrap();
    let permit: Permit = writer.send(intent(Way::Apply), at(2)).unwrap().0;
    assert_eq!(permit.write(), &intent(Way::Apply).write);
    assert!(writer.send(intent(Way::Apply), at(3)).is_err());
}

#[test]
fn files_are_private_and_a_session_name_is_used_once() {
    let desk = desk();
    drop(begin(&desk, "s"));
    let mode = |p: &Path| std::fs::metadata(p).unwrap().mode() & 0o777;
    assert_eq!(
        (mode(&desk.dir), mode(&segment(&desk, "s", 1))),
        (0o700, 0o600)
    );
    assert!(
        desk.store
            .begin(&"s".into(), &place(), opened(Vec::new()), at(9))
            .is_err()
    );
}

#[test]
fn a_directory_that_others_can_write_to_is_refused() {
    let desk = desk();
    std::fs::set_permissions(&desk.dir, std::fs::Permissions::from_mode(0o777)).unwrap();
    let fault = Store::open(&desk.dir).unwrap_err();
    assert!(fault.next.as_str().contains("chmod 700"), "{fault}");
}

#[test]
fn one_session_is_carried_by_one_at_a_time() {
    let desk = desk();
    let writer = applied(&desk, "s");
    assert!(desk.store.is_held(&"s".into()));
    assert_eq!(
        desk.store.resume(&"s".into(), at(9)).unwrap_err().kind,
        FaultKind::Conflict
    );
    drop(writer);
    assert!(!desk.store.is_held(&"s".into()));
    assert!(desk.store.resume(&"s".into(), at(9)).is_ok());
}

#[test]
fn a_further_segment_quotes_the_one_before_it() {
    let desk = desk();
    drop(applied(&desk, "s"));
    let (mut writer, state) = desk.store.resume(&"s".into(), at(10)).unwrap();
    assert_eq!(state.outcome(), PastState::Applied);
    writer.record(Event::Reverted { step: 0 }, at(11)).unwrap();
    assert!(segment(&desk, "s", 2).exists());
    assert_eq!(health(&desk.dir), [Health::Whole]);
    assert_eq!(
        desk.store.state(&"s".into()).unwrap().outcome(),
        PastState::Reverted
    );
    let swapped = std::fs::read(segment(&desk, "s", 2)).unwrap();
    std::fs::write(segment(&desk, "s", 3), swapped).unwrap();
    assert_eq!(health(&desk.dir), [Health::Damaged]);
}

#[test]
fn a_torn_last_line_loses_only_what_was_not_acknowledged() {
    let desk = desk();
    drop(applied(&desk, "s"));
    let path = segment(&desk, "s", 1);
    let whole = std::fs::read(&path).unwrap();
    let last_line = whole[..whole.len() - 1]
        .iter()
        .rposition(|b| *b == b'\n')
        .unwrap()
        + 1;
    for cut in last_line + 1..whole.len() {
        std::fs::write(&path, &whole[..cut]).unwrap();
        let finding = &journal::verify(&desk.dir).unwrap()[0];
        assert_eq!(
            (finding.health, finding.records),
            (Health::Torn, 4),
            "cut at {cut}"
        );
        assert_eq!(
            desk.store.state(&"s".into()).unwrap().outcome(),
            PastState::Unfinished
        );
    }
    let (_, state) = desk.store.resume(&"s".into(), at(9)).unwrap();
    assert_eq!(state.outcome(), PastState::Unfinished);
    assert!(segment(&desk, "s", 2).exists());
    assert_eq!(health(&desk.dir), [Health::Torn]);
}

#[test]
fn a_flipped_byte_or_a_missing_line_is_found_and_nothing_is_done_on_such_a_journal() {
    let desk = desk();
    drop(applied(&desk, "s"));
    let path = segment(&desk, "s", 1);
    let whole = std::fs::read(&path).unwrap();
    for at_byte in (0..whole.len() - 1).step_by(7) {
        let mut flipped = whole.clone();
        flipped[at_byte] ^= 4;
        std::fs::write(&path, &flipped).unwrap();
        assert_eq!(health(&desk.dir), [Health::Damaged], "byte {at_byte}");
        assert!(desk.store.resume(&"s".into(), at(9)).is_err());
    }
    let text = String::from_utf8(whole).unwrap();
    let line = |n: usize| text.lines().nth(n).unwrap();
    for missing in 0..4 {
        std::fs::write(&path, text.replace(&format!("{}\n", line(missing)), "")).unwrap();
        assert_eq!(health(&desk.dir), [Health::Damaged], "line {missing}");
    }
}

#[test]
fn a_record_of_a_newer_version_is_refused_by_name() {
    let desk = desk();
    let mut record = record_of(&desk);
    record["v"] = 2.into();
    record["actor"]["version"] = "7.0.0".into();
    rewrite_first_line(&desk, &record);
    let fault = desk.store.resume(&"s".into(), at(9)).unwrap_err();
    assert!(fault.next.as_str().contains("7.0.0"), "{fault}");
    let listed = desk.store.history(&place().scope).unwrap();
    assert!(listed[0].is_err());
}

fn record_of(desk: &Desk) -> serde_json::Value {
    drop(begin(desk, "s"));
    let text = std::fs::read_to_string(segment(desk, "s", 1)).unwrap();
    serde_json::from_str::<serde_json::Value>(text.trim()).unwrap()["record"].clone()
}

fn rewrite_first_line(desk: &Desk, record: &serde_json::Value) {
    let text = record.to_string();
    let mut sum = crc32fast::Hasher::new();
    sum.update(&1_u64.to_le_bytes());
    sum.update(text.as_bytes());
    let line = format!(
        "{{\"crc\":\"{:08x}\",\"seq\":1,\"record\":{text}}}\n",
        sum.finalize()
    );
    std::fs::write(segment(desk, "s", 1), line).unwrap();
}

#[test]
fn history_is_of_one_account_and_region_newest_first() {
    let desk = desk();
    drop(applied(&desk, "a"));
    let elsewhere = Place {
        scope: Scope {
            account: "9".into(),
            region: "eu-west-1".into(),
        },
        caller: "arn".into(),
    };
    drop(
        desk.store
            .begin(
                &"b".into(),
                &elsewhere,
                opened(vec![Step::Set(change())]),
                at(50),
            )
            .unwrap(),
    );
    drop(
        desk.store
            .begin(
                &"c".into(),
                &place(),
                opened(vec![Step::Set(change())]),
                at(90),
            )
            .unwrap(),
    );
    let listed = desk.store.history(&place().scope).unwrap();
    let ids: Vec<_> = listed
        .iter()
        .map(|s| s.as_ref().unwrap().past())
        .map(|p| (p.session, p.state))
        .collect();
    assert_eq!(
        ids,
        [
            ("c".into(), PastState::Refused),
            ("a".into(), PastState::Applied)
        ]
    );
}

#[test]
fn what_every_record_says_about_who_and_where() {
    let desk = desk();
    drop(applied(&desk, "s"));
    let session = journal::read_session(&desk.dir, &"s".into());
    for entry in &session.entries {
        let record = &entry.record;
        assert_eq!(record.place, place());
        assert_eq!(record.actor.pid, std::process::id());
        assert!(!record.actor.host.is_empty() && !record.actor.user.is_empty());
    }
    let sent = &session.entries[2].record.event;
    assert!(
        matches!(sent, Event::Sent { action, resource, attempt: 1, .. }
        if action == "ecs:UpdateService" && resource == "service orchard/api")
    );
}

#[test]
fn the_whole_original_action_of_a_rule_is_found_again() {
    let desk = desk();
    let acl = AclRef {
        scope: AclScope::Regional,
        name: "edge".into(),
        id: "1".into(),
        arn: "arn".into(),
    };
    let rule = RuleRef {
        acl,
        rule: "per-ip".into(),
    };
    let json = |s: &str| Value::Json(RawJson(s.into()));
    let block = r#"{"Block":{"CustomResponse":{"ResponseCode":429,"ResponseHeaders":[{"Name":"x","Value":"y"}]}}}"#;
    let (before, after) = (json(block), json(r#"{"Count":{}}"#));
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
    let steps = vec![Step::Set(change.clone())];
    let mut writer = desk
        .store
        .begin(&"s".into(), &place(), opened(steps), at(0))
        .unwrap();
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
            at(1),
        )
        .unwrap();
    drop(writer.send(intent(Way::Apply), at(2)).unwrap());
    let states: Vec<_> = desk
        .store
        .history(&place().scope)
        .unwrap()
        .into_iter()
        .flatten()
        .collect();
    assert_eq!(
        journal::original_action(&states, &rule).unwrap().as_str(),
        block
    );
    let other = RuleRef {
        rule: "other".into(),
        ..rule
    };
    assert!(journal::original_action(&states, &other).is_none());
}

#[test]
fn only_what_is_over_for_good_is_ever_forgotten() {
    let desk = desk();
    drop(applied(&desk, "open"));
    let mut closed = applied(&desk, "closed");
    closed.record(Event::Reverted { step: 0 }, at(5)).unwrap();
    drop(closed);
    let database = DatabaseRef {
        kind: DatabaseKind::Instance,
        id: "db".into(),
    };
    let backup = Step::Create(Backup {
        database,
        snapshot: "snap".into(),
    });
    let mut making = desk
        .store
        .begin(
            &"making".into(),
            &place(),
            opened(vec![backup.clone()]),
            at(0),
        )
        .unwrap();
    let Step::Create(backup) = backup else {
        unreachable!()
    };
    let what = Prepared::Create(backup);
    making
        .record(
            Event::Prepared {
                step: 0,
                way: Way::Apply,
                what,
            },
            at(1),
        )
        .unwrap();
    drop(making.send(intent(Way::Apply), at(2)).unwrap());
    drop(making);
    assert_eq!(desk.store.prune(at(1000)).unwrap(), 1);
    let left: Vec<SessionId> = journal::verify(&desk.dir)
        .unwrap()
        .into_iter()
        .map(|f| f.session)
        .collect();
    assert_eq!(left, ["making".into(), "open".into()]);
}

/// A disk that fails, in a process of its own: the failpoints are the process's.
mod failing {
    use super::*;
    use std::process::Command;

    const SCENE: &str = "TIDEGATE_JOURNAL_SCENE";

    fn child(scene: &str, fail: &str, dir: &Path, home: &Path) -> String {
        let out = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "journal::failing::scene", "--nocapture"])
            .env(SCENE, scene)
            .env("TIDEGATE_FAIL", fail)
            .env("SCENE_DIR", dir)
            .env("SCENE_HOME", home)
            .output()
            .expect("the child runs");
        assert!(
            out.status.success(),
            "{}",
            String::from_utf8_lossy(&out.stdout)
        );
        String::from_utf8_lossy(&out.stdout).into_owned()
    }

    /// What the children run; without a scene, the same on a disk that is well.
    #[test]
    fn scene() {
        let Some(dir) = std::env::var_os("SCENE_DIR").map(PathBuf::from) else {
            let desk = desk();
            assert!(
                begin(&desk, "s")
                    .record(prepared(Way::Apply), at(1))
                    .is_ok()
            );
            return;
        };
        let home = std::env::var_os("SCENE_HOME").map(PathBuf::from);
        let store = Store::open_with(&dir, home).expect("a journal");
        match std::env::var(SCENE).as_deref() {
            Ok("begin") => {
                let begun = store.begin(
                    &"new".into(),
                    &place(),
                    opened(vec![Step::Set(change())]),
                    at(0),
                );
                println!("begun: {}", begun.is_ok());
                let again = store.begin(
                    &"newer".into(),
                    &place(),
                    opened(vec![Step::Set(change())]),
                    at(0),
                );
                println!(
                    "again: {}, broken: {}",
                    again.is_ok(),
                    store.broken().is_some()
                );
            }
            _ => revert_an_applied_change(&store),
        }
    }

    fn revert_an_applied_change(store: &Store) {
        let (mut writer, _) = store
            .resume(&"s".into(), at(9))
            .expect("a revert is not held up");
        let first = writer
            .record(prepared(Way::Revert), at(10))
            .expect("kept somewhere");
        let (permit, _) = writer.send(intent(Way::Revert), at(11)).expect("a permit");
        println!("permit: {}", permit.number());
        if let Kept::Aside(fault) = first {
            println!("aside: {fault}");
        }
    }

    const EIO: i32 = 5;
    const ENOSPC: i32 = 28;

    #[test]
    fn after_a_failed_fsync_nothing_new_begins_in_this_process() {
        let desk = desk();
        let said = child("begin", &format!("sync={EIO}"), &desk.dir, &desk.home);
        assert!(
            said.contains("begun: false") && said.contains("again: false, broken: true"),
            "{said}"
        );
    }

    #[test]
    fn on_a_full_disk_nothing_new_begins() {
        let desk = desk();
        for point in ["create", "space", "append"] {
            let said = child("begin", &format!("{point}={ENOSPC}"), &desk.dir, &desk.home);
            assert!(
                said.contains("begun: false") && said.contains("broken: false"),
                "{point}: {said}"
            );
        }
    }

    #[test]
    fn on_a_full_disk_a_revert_is_recorded_in_the_space_set_aside() {
        let desk = desk();
        drop(applied(&desk, "s"));
        let said = child("revert", &format!("create={ENOSPC}"), &desk.dir, &desk.home);
        assert!(
            said.contains("permit: 7") && !said.contains("aside"),
            "{said}"
        );
        assert!(!segment(&desk, "s", 2).exists());
        assert_eq!(health(&desk.dir), [Health::Whole]);
    }

    #[test]
    fn a_revert_that_the_journal_cannot_take_is_left_at_home_and_can_be_brought_back() {
        for fail in [format!("append={ENOSPC}"), format!("sync={EIO}")] {
            let desk = desk();
            drop(applied(&desk, "s"));
            let said = child("revert", &fail, &desk.dir, &desk.home);
            let left = desk.home.join("errored-s.json");
            assert!(
                said.contains("permit:") && said.contains("mv -n"),
                "{fail}: {said}"
            );
            assert_eq!(std::fs::metadata(&left).unwrap().mode() & 0o777, 0o600);
            let command = said
                .lines()
                .find_map(|l| l.split("mv -n ").nth(1))
                .expect("the command");
            let (from, to) = command.split_once(' ').expect("two paths");
            assert_eq!(Path::new(from), left);
            std::fs::rename(from, to.trim()).unwrap();
            let session = journal::read_session(&desk.dir, &"s".into());
            let sent = |e: &journal::Entry| {
                matches!(
                    e.record.event,
                    Event::Sent {
                        way: Way::Revert,
                        ..
                    }
                )
            };
            assert!(session.entries.iter().any(sent), "{fail}");
            assert_eq!(session.damage, [], "{fail}");
            assert_eq!(
                desk.store.state(&"s".into()).unwrap().outcome(),
                PastState::Unfinished
            );
        }
    }

    #[test]
    fn the_space_is_really_set_aside() {
        let desk = desk();
        drop(begin(&desk, "s"));
        let found = std::fs::metadata(segment(&desk, "s", 1)).unwrap();
        // Blocks of 512 bytes; a file system without fallocate shows what the data takes.
        assert!(
            found.blocks() * 512 >= 64 * 1024 || found.blocks() * 512 < 16 * 1024,
            "{}",
            found.blocks()
        );
    }
}
