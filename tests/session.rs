//! The session machine against a small pure model of AWS: random plans, faults,
//! lost answers, other people's edits, autoscaling, crashes.

mod drive;
mod load_test;
mod proof;
mod roam;
mod test_drive;
mod watch;
mod weather;
mod world;

use drive::{Chance, Drive, Ended};
use proptest::prelude::*;
use tidegate::domain::change::Field;
use tidegate::session::order::PastState;
use tidegate::session::report::{FieldEnd, Proof};
use tidegate::session::revert::Decisions;
use world::World;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Every request that had an effect follows a durable intent, whatever goes wrong.
    #[test]
    fn every_apply_follows_a_durable_intent(choices in proptest::collection::vec(any::<u8>(), 40..200)) {
        let mut drive = Drive::new(World::new(), Chance::rough(choices));
        drive.apply();
        drive.undo(&Decisions::default());
        prop_assert!(drive.unannounced.is_empty(), "{:?}", drive.unannounced);
    }

    /// Applied, perhaps crashed or refused or in doubt, then undone: the world is as it was found.
    #[test]
    fn without_conflict_everything_is_as_it_was_found(choices in proptest::collection::vec(any::<u8>(), 40..200)) {
        let mut drive = Drive::new(World::new(), Chance::rough(choices));
        let before = drive.world.settings();
        drive.apply();
        drive.chance.calm();
        let end = drive.undo_until_closed();
        prop_assert_ne!(end, Ended::Endless);
        prop_assert!(matches!(drive.outcome(), None | Some(PastState::Reverted | PastState::Refused | PastState::Backup)), "{:?}", drive.outcome());
        prop_assert_eq!(drive.world.settings(), before, "{:#?}", drive.records);
        prop_assert!(drive.world.nets.is_empty(), "{:?}", drive.world.nets);
    }

    /// The same, with the crashes and faults in the revert as well: it ends, and tried again it completes.
    #[test]
    fn a_revert_that_is_hit_completes_when_it_is_tried_again(choices in proptest::collection::vec(any::<u8>(), 60..250)) {
        let mut drive = Drive::new(World::new(), Chance::rough(choices));
        let before = drive.world.settings();
        drive.apply();
        for _ in 0..4 {
            prop_assert_ne!(drive.undo(&Decisions::default()), Ended::Endless);
        }
        drive.chance.calm();
        prop_assert_ne!(drive.undo_until_closed(), Ended::Endless);
        prop_assert_eq!(drive.world.settings(), before, "{:#?}", drive.records);
        prop_assert!(drive.unannounced.is_empty());
        prop_assert!(drive.world.nets.is_empty(), "{:?}", drive.world.nets);
    }

    /// Timers and the lock stand behind the rest: they stay until all of it is back.
    #[test]
    fn no_net_goes_while_a_bound_drains(choices in proptest::collection::vec(any::<u8>(), 40..200)) {
        let mut drive = Drive::new(World::new(), Chance::gentle(choices));
        drive.apply();
        let nets = drive.world.nets.clone();
        drive.world.autoscale_up();
        drive.undo(&Decisions::default());
        if drive.outcome() == Some(PastState::Draining) {
            prop_assert_eq!(&drive.world.nets, &nets);
        }
        drive.undo_until_closed();
        prop_assert!(drive.world.nets.is_empty(), "{:?}", drive.world.nets);
    }

    /// What somebody else set is never overwritten unasked, and all the rest is put back.
    #[test]
    fn another_editors_value_survives_and_the_rest_goes_back(choices in proptest::collection::vec(any::<u8>(), 40..200)) {
        let mut drive = Drive::new(World::new(), Chance::gentle(choices));
        let before = drive.world.settings();
        drive.apply();
        drive.chance.calm();
        let theirs = drive.foreign_edit();
        prop_assert_ne!(drive.undo_until_closed(), Ended::Endless);
        let after = drive.world.settings();
        for (name, value) in &before {
            let edited = theirs.as_ref().filter(|(edited, _)| edited == name);
            let wanted = edited.map_or(value, |(_, theirs)| theirs);
            prop_assert_eq!(&after[name], wanted, "{}", name);
        }
    }

    /// Applied with whatever trouble and put back: the report proves every field that it must, and no other.
    #[test]
    fn a_report_proves_what_is_so(choices in proptest::collection::vec(any::<u8>(), 40..200)) {
        let mut drive = Drive::new(World::new(), Chance::rough(choices));
        drive.apply();
        drive.chance.calm();
        drive.undo_until_closed();
        if let Some(report) = proof::report(&drive) {
            let wrong = proof::false_claims(&drive, &report);
            prop_assert!(wrong.is_empty(), "{wrong:#?}");
            let unproven = |f: &&FieldEnd| !matches!((f.proof, f.field), (Proof::Restored, _) | (Proof::Floating, Field::Desired));
            let unproven: Vec<&FieldEnd> = report.fields.iter().filter(unproven).collect();
            prop_assert!(unproven.is_empty(), "{unproven:#?}\n{:#?}", drive.records);
            prop_assert!(report.left_to_do.is_empty(), "{:?}", report.left_to_do);
        }
    }

    /// What somebody else set is never called restored, and a person is told of it.
    #[test]
    fn a_report_names_what_somebody_else_changed(choices in proptest::collection::vec(any::<u8>(), 40..200)) {
        let mut drive = Drive::new(World::new(), Chance::gentle(choices));
        drive.apply();
        let theirs = drive.foreign_edit();
        drive.undo_until_closed();
        let Some(report) = proof::report(&drive) else { return Ok(()) };
        let wrong = proof::false_claims(&drive, &report);
        prop_assert!(wrong.is_empty(), "{wrong:#?}");
        if let Some((edited, _)) = theirs {
            let end = report.fields.iter().find(|f| proof::name(f) == edited);
            prop_assert_eq!(end.map(|f| f.proof), Some(Proof::Conflict), "{}", edited);
            prop_assert!(!report.left_to_do.is_empty());
        }
    }

    /// While load is on, no upper bound is put below what runs.
    #[test]
    fn a_max_never_goes_below_what_runs_without_consent(choices in proptest::collection::vec(any::<u8>(), 40..200)) {
        let mut drive = Drive::new(World::new(), Chance::gentle(choices));
        drive.apply();
        drive.world.autoscale_up();
        drive.undo(&Decisions::default());
        prop_assert!(drive.world.weakened.is_empty(), "{:?}", drive.world.weakened);
    }
}

#[test]
fn keeping_closes_a_session_and_touches_nothing() {
    let mut drive = Drive::new(World::new(), Chance::gentle((0..80).collect()));
    drive.apply();
    let during = drive.world.settings();
    drive.keep();
    assert_eq!(drive.outcome(), Some(PastState::Kept));
    drive.undo(&Decisions::default());
    assert_eq!(drive.world.settings(), during);
}

#[test]
fn a_lost_answer_is_read_back_and_not_sent_again() {
    for applied in [true, false] {
        let mut drive = Drive::new(World::new(), Chance::lost_answer(applied));
        drive.apply_limit();
        assert_eq!(drive.world.writes, u32::from(applied));
        assert_eq!(drive.sent(), 1);
        let wanted = if applied {
            PastState::Applied
        } else {
            PastState::Refused
        };
        assert_eq!(drive.outcome(), Some(wanted));
        assert!(drive.earliest_read_back.unwrap() >= std::time::Duration::from_secs(15));
    }
}

#[test]
fn a_stale_lock_token_is_taken_again_only_where_nothing_else_moved() {
    let mut drive = Drive::new(World::new(), Chance::gentle(vec![0; 50]));
    drive.stale_token(world::Elsewhere::Same);
    drive.apply_limit();
    assert_eq!(
        (drive.sent(), drive.outcome()),
        (2, Some(PastState::Applied))
    );

    let mut drive = Drive::new(World::new(), Chance::gentle(vec![0; 50]));
    drive.stale_token(world::Elsewhere::Edited);
    drive.apply_limit();
    assert_eq!((drive.sent(), drive.returned), (1, true));
    assert_eq!(drive.outcome(), Some(PastState::Refused));
}

#[test]
fn a_backup_is_not_undone() {
    let mut drive = Drive::new(World::new(), Chance::gentle(vec![0; 50]));
    drive.apply_backup();
    assert_eq!(drive.outcome(), Some(PastState::Backup));
    drive.undo(&Decisions::default());
    assert_eq!(drive.world.snapshots.len(), 1);
    assert!(
        drive.said.iter().any(|s| s.contains("does not delete")),
        "{:?}",
        drive.said
    );
}
