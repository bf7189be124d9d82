use super::*;
use crate::journal::{Health, Store, read_session, verify};
use crate::session::load_test::Closing;
use crate::session::record::Event;
use crate::session::report::tape::{Tape, group};
use std::os::unix::fs::{PermissionsExt, symlink};

struct Desk {
    _home: tempfile::TempDir,
    store: Store,
    id: SessionId,
}

/// A journal with one load test that ended well.
fn desk() -> Desk {
    let home = tempfile::tempdir().unwrap();
    let store = Store::open_with(&home.path().join("tidegate/journal"), None).unwrap();
    let mut tape = Tape::new(&[group()]);
    tape.applied([0]);
    tape.reverted([0]);
    tape.say(Event::Closed {
        closing: Closing::Restored,
    });
    let id = SessionId::from("s-1");
    let (first, rest) = tape.records.split_first().unwrap();
    let opened = first.event.clone();
    let mut writer = store.begin(&id, &first.place, opened, first.at).unwrap();
    for record in rest {
        writer.record(record.event.clone(), record.at).unwrap();
    }
    Desk {
        _home: home,
        store,
        id,
    }
}

impl Desk {
    fn file(&self, name: &str) -> PathBuf {
        self.store.dir().join(name)
    }

    fn write(&self) -> Result<PathBuf, Fault> {
        let records = read_session(self.store.dir(), &self.id).records();
        write(self.store.dir(), &self.id, &records)
    }

    fn files(&self) -> usize {
        std::fs::read_dir(self.store.dir()).unwrap().count()
    }
}

#[test]
fn both_forms_are_written_private_and_whole() {
    let desk = desk();
    let path = desk.write().unwrap();
    assert_eq!(path, desk.file("s-1.report.md"));
    for name in ["s-1.report.md", "s-1.report.json"] {
        let mode = std::fs::metadata(desk.file(name)).unwrap().permissions();
        assert_eq!(mode.mode() & 0o777, 0o600, "{name}");
    }
    let json = std::fs::read_to_string(desk.file("s-1.report.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["closing"], "restored");
    assert_eq!(desk.files(), 4, "segment, lock and both reports");
}

#[test]
fn it_replaces_what_was_there_and_follows_no_link() {
    let desk = desk();
    let victim = desk.store.dir().parent().unwrap().join("victim");
    std::fs::write(&victim, "untouched").unwrap();
    for name in ["s-1.report.md", "s-1.report.json", "s-1.report.md.new"] {
        symlink(&victim, desk.file(name)).unwrap();
    }
    for _ in 0..2 {
        let path = desk.write().unwrap();
        assert!(path.symlink_metadata().unwrap().is_file());
        assert!(
            std::fs::read_to_string(path)
                .unwrap()
                .starts_with("# Load test")
        );
    }
    assert_eq!(std::fs::read_to_string(victim).unwrap(), "untouched");
    assert_eq!(desk.files(), 4);
}

#[test]
fn the_journal_is_not_confused_by_it_and_prune_takes_it_along() {
    let desk = desk();
    desk.write().unwrap();
    std::fs::write(desk.file("s-1.report.json.new"), "torn").unwrap();
    let findings = verify(desk.store.dir()).unwrap();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].health, Health::Whole);
    assert_eq!(crate::journal::sessions(desk.store.dir()).unwrap().len(), 1);
    assert_eq!(desk.store.prune(jiff::Timestamp::MAX).unwrap(), 1);
    assert_eq!(desk.files(), 0);
}

#[test]
fn a_directory_that_others_can_write_to_gets_none() {
    let desk = desk();
    let open = std::fs::Permissions::from_mode(0o777);
    std::fs::set_permissions(desk.store.dir(), open).unwrap();
    assert!(desk.write().is_err());
    assert_eq!(desk.files(), 2);
}
