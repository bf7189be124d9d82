//! Pane 4 on the screen.

use super::account;
use super::stage::{SIZES, Stage, named, sheet};
use std::sync::Arc;
use tidegate::domain::rds::{DatabaseKind, Inventory};
use tidegate::domain::subject::Subject;
use tidegate::model::query::{Facts, Query};
use tidegate::model::verb::Verb;
use tidegate::panes::Act;
use tidegate::panes::snapshots::Snapshots;

fn with(size: (u16, u16), inventory: Inventory) -> Stage<Snapshots> {
    Stage::new(size).answered(Query::Inventory, Facts::Inventory(Arc::new(inventory)))
}

fn denied() -> tidegate::domain::fault::Fault {
    account::denied("Databases may not be listed", "rds:DescribeDBInstances")
}

#[test]
fn the_pane_in_all_its_states() {
    for size in SIZES {
        let full = || with(size, account::inventory());
        let states = [
            ("empty", with(size, Inventory::default()).seen()),
            (
                "loading",
                Stage::<Snapshots>::new(size).asked(Query::Inventory).seen(),
            ),
            ("full", full().seen()),
            (
                "failed",
                Stage::<Snapshots>::new(size)
                    .failed(Query::Inventory, denied())
                    .seen(),
            ),
            (
                "failing, with old rows",
                full().later(400).failed(Query::Inventory, denied()).seen(),
            ),
        ];
        insta::assert_snapshot!(named("snapshots", size), sheet(&states));
    }
}

#[test]
fn the_drill_in_of_a_database() {
    for size in SIZES {
        let open = |down: usize| {
            (0..down)
                .fold(with(size, account::inventory()), |s, _| s.act(Verb::Down))
                .act(Verb::Enter)
        };
        let states = [
            ("being backed up", open(0).seen()),
            ("stale", open(1).seen()),
            ("never", open(2).seen()),
        ];
        insta::assert_snapshot!(named("database", size), sheet(&states));
    }
}

#[test]
fn a_backup_is_asked_for_the_row_under_the_cursor_alone() {
    let mut stage = with((120, 36), account::inventory()).act(Verb::Down);
    let reports = Subject::Database(account::database(DatabaseKind::Instance, "reports"));
    assert_eq!(stage.acts(Verb::Backup), [Act::Ask(Verb::Backup, reports)]);
    let mut marked = stage.act(Verb::Mark).act(Verb::Up).act(Verb::Mark);
    let said = marked.acts(Verb::Backup);
    assert!(
        matches!(&said[..], [Act::Say(notice)] if notice.text.as_str().contains("2 rows are marked")),
        "{said:?}"
    );
}
