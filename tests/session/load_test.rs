//! Load tests on the model: what happens where, one case at a time.

use super::test_drive::{Fate, SETTLE, TTL, TestDrive, UNATTENDED, plan};
use super::world::{World, rule};
use std::time::Duration;
use tidegate::domain::change::{Field, Standing, Target, Value};
use tidegate::domain::write::{RuleEdit, Write};
use tidegate::session::ask::{Answer, Ask};
use tidegate::session::conductor::{Conductor, News, Resume};
use tidegate::session::load_test::{Closing, Moved, Stage, Why};
use tidegate::session::order::{PastState, Proposed};
use tidegate::session::record::{Event, Way};
use tidegate::session::revert::{Decisions, Surplus};
use tidegate::session::snapshot::AlarmNow;
use tidegate::session::state::{Leg, StepState};

fn assert_closed(drive: &TestDrive, closing: Closing) {
    assert_eq!(drive.closing(), Some(closing), "{:#?}", drive.records);
    assert_eq!(drive.watch.broken, Vec::<String>::new());
}

fn assert_as_found(drive: &TestDrive) {
    assert_closed(drive, Closing::Restored);
    assert_eq!(drive.world.settings(), drive.watch.found);
    assert!(drive.world.nets.is_empty(), "{:?}", drive.world.nets);
}

#[test]
fn a_test_runs_and_leaves_everything_as_it_was_found() {
    let mut drive = TestDrive::running();
    assert_ne!(drive.world.settings(), drive.watch.found);
    drive.revert();
    drive.until_closed();
    assert_as_found(&drive);
}

/// Everything but a lost answer is awaited until the next request leaves.
fn until_running(drive: &mut TestDrive) {
    drive.until(|d| d.stage() == Stage::Running && !d.is_busy());
}

fn until_halted(drive: &mut TestDrive) {
    drive.until(|d| d.stage() == Stage::Halted && !d.is_busy());
}

fn why(drive: &TestDrive) -> Option<Why> {
    drive.state().test.and_then(|t| t.why)
}

/// A second is left before it is deserted.
const NEARLY: Duration = UNATTENDED.saturating_sub(Duration::from_secs(1));

fn is_refused(answer: Option<&Answer>) -> bool {
    matches!(answer, Some(Answer::Refused { .. }))
}

/// What the operator decides on every field in conflict.
fn decide(drive: &mut TestDrive, keep: bool) {
    let conflicts = drive.snapshot().conflicts;
    let keys = conflicts.into_iter().map(|c| (c.target, c.field)).collect();
    let mut decisions = Decisions::default();
    if keep {
        decisions.keep = keys;
    } else {
        decisions.restore = keys;
    }
    drive.does(&Ask::Revert { decisions });
}

fn one_service(world: &World) -> Vec<Proposed> {
    world.scale("shrinking", 8)
}

fn limit_only(world: &World) -> Vec<Proposed> {
    vec![world.limit_to(5000)]
}

#[test]
fn tasks_that_do_not_come_up_halt_it_and_a_retry_waits_for_them_again() {
    let mut drive = TestDrive::begun(one_service);
    drive.world.missing.insert("shrinking".to_owned(), 3);
    let begun = drive.now.mono;
    until_halted(&mut drive);
    assert!(drive.now.mono >= begun + Duration::from_mins(15));
    assert!(drive.snapshot().said.unwrap().contains("5 of 8 running"));

    let sent = drive.intents.len();
    drive.does(&Ask::Retry);
    drive.world.missing.clear();
    until_running(&mut drive);
    assert_eq!(drive.intents.len(), sent, "it is awaited, not sent again");
    drive.revert();
    drive.until_closed();
    assert_as_found(&drive);
}

#[test]
fn a_step_that_halts_it_can_be_left_out_and_is_put_back_with_the_rest() {
    let mut drive = TestDrive::begun(TestDrive::everything);
    drive.world.missing.insert("shrinking".to_owned(), 3);
    until_halted(&mut drive);
    drive.does(&Ask::Skip);
    until_running(&mut drive);
    assert_eq!(drive.world.services["shrinking"].min, 8, "it was set");
    assert_eq!(drive.world.limit, 5000, "what comes after it is applied");
    drive.revert();
    drive.until_closed();
    assert_as_found(&drive);
}

#[test]
fn what_somebody_changed_before_the_write_is_the_original_after_a_retry() {
    let mut drive = TestDrive::begun(one_service);
    drive.world.services.get_mut("shrinking").unwrap().max = 6;
    until_halted(&mut drive);
    assert_eq!(drive.world.services["shrinking"].max, 6, "nothing was sent");
    drive.does(&Ask::Retry);
    until_running(&mut drive);
    assert_eq!(drive.world.services["shrinking"].max, 8);
    let timer = drive.world.timers().next().unwrap();
    assert_eq!((timer.min, timer.max), (2, 6), "the timer knows it too");
    drive.revert();
    drive.until_closed();
    assert_closed(&drive, Closing::Restored);
    assert_eq!(drive.world.services["shrinking"].max, 6);
}

#[test]
fn a_lock_that_another_session_holds_closes_it_with_nothing_changed() {
    let world = World::new();
    let steps = plan(&world, TestDrive::everything(&world));
    let mut drive = TestDrive::new(world);
    drive.world.is_locked = true;
    drive.begin(steps);
    drive.until(TestDrive::is_over);
    assert_closed(&drive, Closing::Locked);
    assert_eq!(
        drive.intents.len(),
        0,
        "it was seen before it was asked for"
    );
    assert_eq!(drive.world.settings(), drive.watch.found);
}

#[test]
fn a_lock_lost_in_the_last_moment_closes_it_with_nothing_changed() {
    for fate in [Fate::Fine, Fate::Lost] {
        let mut drive = TestDrive::begun(TestDrive::everything);
        drive.fates = vec![fate];
        drive.before_the_request(|world| world.is_locked = true);
        drive.until(TestDrive::is_over);
        assert_closed(&drive, Closing::Locked);
        assert_eq!(drive.intents.len(), 1);
        assert_eq!(drive.world.settings(), drive.watch.found);
        assert!(
            !drive.state().steps[0].is_undoable(),
            "it is not ours to remove"
        );
    }
}

#[test]
fn the_lock_cannot_be_left_out() {
    let mut drive = TestDrive::begun(one_service);
    drive.fates = vec![Fate::Denied];
    until_halted(&mut drive);
    assert!(is_refused(drive.ask(Ask::Skip).as_ref()));
    drive.does(&Ask::Retry);
    until_running(&mut drive);
}

#[test]
fn a_conflict_is_decided_and_all_the_rest_is_back_before_that() {
    for keep in [true, false] {
        let mut drive = TestDrive::running();
        drive.world.limit = 77_777;
        drive.revert();
        drive.is_quiet = true;
        until_halted(&mut drive);
        let timers = drive.world.timers().count();
        assert_eq!(timers, 0, "a timer would decide it blindly");
        assert_eq!(drive.world.nets.len(), 1, "the lock stays");
        assert!(
            drive.world.action.contains("Block"),
            "the other rule is back"
        );
        assert_eq!(drive.world.services["shrinking"].max, 4);
        decide(&mut drive, keep);
        drive.until_closed();
        let wanted = if keep { 77_777 } else { 1000 };
        assert_eq!(drive.world.limit, wanted);
        assert_closed(
            &drive,
            if keep {
                Closing::Kept
            } else {
                Closing::Restored
            },
        );
    }
}

#[test]
fn deserted_while_deciding_it_leaves_what_others_changed_and_closes() {
    let mut drive = TestDrive::running();
    drive.world.limit = 77_777;
    drive.revert();
    drive.is_quiet = true;
    until_halted(&mut drive);
    drive.wait(UNATTENDED * 2);
    assert!(!drive.is_over(), "somebody is there");
    drive.attach(0);
    drive.wait(NEARLY);
    assert!(!drive.is_busy() && !drive.is_over());
    drive.wait(Duration::from_secs(1));
    drive.until(TestDrive::is_over);
    assert_closed(&drive, Closing::Conflict);
    assert_eq!(drive.world.limit, 77_777);
    assert!(drive.world.nets.is_empty());
}

#[test]
fn a_decision_that_comes_while_the_timers_go_is_carried_out() {
    let mut drive = TestDrive::running();
    drive.world.limit = 77_777;
    drive.revert();
    drive.is_quiet = true;
    drive.until(|d| {
        d.intents
            .iter()
            .any(|i| matches!(i.write, Write::Disarm(_)))
    });
    decide(&mut drive, false);
    drive.until(TestDrive::is_over);
    assert_as_found(&drive);
}

#[test]
fn a_max_waits_until_the_tasks_have_gone_and_the_nets_with_it() {
    let mut drive = TestDrive::running();
    drive.world.load(true);
    drive.revert();
    drive.until(|d| d.snapshot().said.is_some_and(|s| s.contains("drains")));
    drive.wait(Duration::from_mins(1));
    drive.until_idle();
    assert_eq!(
        (
            drive.world.services["shrinking"].min,
            drive.world.services["shrinking"].max
        ),
        (2, 8)
    );
    assert!(drive.world.timers().count() > 0);
    drive.until_closed();
    assert_as_found(&drive);
}

#[test]
fn on_the_operators_word_the_tasks_are_stopped() {
    let mut drive = TestDrive::running();
    drive.world.load(true);
    drive.revert();
    drive.until(|d| d.snapshot().said.is_some_and(|s| s.contains("drains")));
    drive.watch.consent = true;
    let surplus = Surplus::Stops;
    drive.does(&Ask::Revert {
        decisions: Decisions {
            surplus,
            ..Decisions::default()
        },
    });
    drive.until(TestDrive::is_over);
    assert_as_found(&drive);
    assert!(!drive.world.weakened.is_empty());
}

#[test]
fn a_restored_rule_settles_by_news_or_by_time_before_any_size_goes_back() {
    let settling = |drive: &TestDrive| drive.conductor.as_ref().is_some_and(Conductor::settling);
    for by_news in [true, false] {
        let mut drive = TestDrive::running();
        drive.revert();
        drive.until(settling);
        let (sent, since) = (drive.intents.len(), drive.now.mono);
        drive.wait(Duration::from_secs(30));
        assert!(settling(&drive) && drive.intents.len() == sent);
        if by_news {
            drive.news(News::Settled);
            assert!(!settling(&drive) && drive.is_busy());
        } else {
            drive.until(|d| !settling(d));
            assert!(drive.now.mono >= since + SETTLE);
        }
        drive.until_closed();
        assert_as_found(&drive);
    }
}

#[test]
fn an_alarm_reverts_and_an_alarm_that_is_fine_does_not() {
    let alarm = |state: &str| {
        News::Alarms(vec![AlarmNow {
            name: "5xx".to_owned(),
            state: state.to_owned(),
        }])
    };
    let mut drive = TestDrive::running();
    drive.news(alarm("OK"));
    drive.news(alarm("INSUFFICIENT_DATA"));
    assert_eq!(why(&drive), None);
    drive.news(alarm("ALARM"));
    assert_eq!(
        why(&drive),
        Some(Why::Alarm {
            name: "5xx".to_owned()
        })
    );
    drive.until_closed();
    assert_as_found(&drive);
}

#[test]
fn its_time_is_up_on_whichever_clock_says_it_first() {
    let mut drive = TestDrive::running();
    drive.set_clock(-3600);
    drive.wait(TTL);
    assert_eq!(why(&drive), Some(Why::TimeUp));

    let mut drive = TestDrive::running();
    drive.set_clock(i64::try_from(TTL.as_secs()).unwrap());
    drive.wait(Duration::ZERO);
    assert_eq!(why(&drive), Some(Why::TimeUp));
    drive.until_closed();
    assert_as_found(&drive);
}

/// Half of its time: a clock that is set on by so much is not at the session's end yet.
const JUMPS: [i64; 2] = [-3_600, 1_300];

#[test]
fn whether_nobody_is_there_is_counted_on_the_clock_that_does_not_jump() {
    for by in JUMPS {
        let mut drive = TestDrive::running();
        drive.attach(0);
        drive.set_clock(by);
        drive.wait(NEARLY);
        assert_eq!(why(&drive), None, "after {by} s");
        drive.wait(Duration::from_secs(1));
        assert_eq!(why(&drive), Some(Why::Unattended), "after {by} s");
        drive.until_closed();
        assert_as_found(&drive);
    }
}

#[test]
fn an_extension_moves_the_end_by_as_much_on_a_clock_that_was_set_back() {
    let mut drive = TestDrive::running();
    drive.set_clock(-3_600);
    drive.extend(900);
    drive.wait(TTL);
    assert_eq!(why(&drive), None);
    drive.wait(Duration::from_mins(15));
    assert_eq!(why(&drive), Some(Why::TimeUp));
    drive.until_closed();
    assert_as_found(&drive);
}

/// After each of its first steps, applying and putting back.
#[test]
fn a_clock_that_is_set_by_an_hour_at_any_step_leaves_everything_as_it_was_found() {
    for by in [-3_600, 3_600] {
        for steps in 0..40 {
            for back in [false, true] {
                let mut drive = TestDrive::begun(TestDrive::everything);
                if back {
                    drive.until_idle();
                    drive.revert();
                }
                for _ in 0..steps {
                    if drive.is_busy() {
                        drive.step();
                    }
                }
                drive.set_clock(by);
                drive.wait(Duration::ZERO);
                if !drive.is_over() {
                    drive.revert();
                }
                drive.until_closed();
                assert_as_found(&drive);
            }
        }
    }
}

#[test]
fn an_answer_that_comes_after_the_end_begins_nothing_new() {
    let mut drive = TestDrive::begun(one_service);
    let before =
        |d: &TestDrive| d.state().test.is_some_and(|t| t.until.is_some()) && !d.is_sending();
    drive.until(before);
    drive.now = drive.now.later(TTL);
    let sent = drive.intents.len();
    drive.deliver();
    assert_eq!(why(&drive), Some(Why::TimeUp));
    assert!(drive.intents[sent..].iter().all(|i| i.way == Way::Revert));
    drive.until_closed();
    assert_as_found(&drive);
}

#[test]
fn a_pause_before_another_attempt_does_not_outlive_the_session() {
    let mut drive = TestDrive::begun(one_service);
    drive.fates = vec![Fate::Throttled];
    drive.until(|d| d.intents.len() == 1 && !d.is_sending());
    drive.revert();
    assert_closed(&drive, Closing::Restored);
    for _ in 0..20 {
        drive.step();
    }
    assert_eq!((drive.intents.len(), drive.world.nets.len()), (1, 0));
}

#[test]
fn unattended_it_reverts_and_the_time_begins_when_the_last_one_leaves() {
    let mut drive = TestDrive::running();
    drive.wait(UNATTENDED);
    assert_eq!(why(&drive), None);
    drive.attach(0);
    drive.wait(NEARLY);
    drive.attach(1);
    drive.attach(0);
    drive.wait(NEARLY);
    assert_eq!(why(&drive), None);
    drive.wait(Duration::from_secs(1));
    assert_eq!(why(&drive), Some(Why::Unattended));
}

#[test]
fn an_extension_puts_the_timers_anew_wherever_it_finds_the_session() {
    // Running; halted; while tasks are awaited.
    for found in [Stage::Running, Stage::Halted, Stage::Applying] {
        let mut drive = TestDrive::begun(one_service);
        if found != Stage::Running {
            drive.world.missing.insert("shrinking".to_owned(), 1);
        }
        if found == Stage::Applying {
            drive.until(|d| d.state().steps.iter().all(StepState::has_landed) && !d.is_sending());
        } else {
            drive.until(|d| d.stage() == found && !d.is_busy());
        }
        drive.extend(3600);
        let until = drive.state().test.unwrap().until.unwrap();
        let late = |d: &TestDrive| {
            d.world
                .timers()
                .all(|t| t.at.duration_since(until).as_mins() == 15)
        };
        let begun = drive.now.mono;
        drive.until(late);
        assert!(drive.now.mono < begun + Duration::from_secs(10), "{found}");
        drive.step();
        drive.step();
        assert_eq!(drive.stage(), found);
        drive.revert();
        drive.until_closed();
        assert_as_found(&drive);
    }
}

#[test]
fn an_extension_survives_a_crash_at_each_command_and_at_its_request() {
    for (dies_in, fate) in [
        (Some(0), Fate::Fine),
        (Some(1), Fate::Fine),
        (Some(2), Fate::Fine),
        (Some(3), Fate::Fine),
        (Some(4), Fate::Fine),
        (None, Fate::DiesBefore),
        (None, Fate::DiesAfter),
    ] {
        let mut drive = TestDrive::running();
        drive.fates = vec![fate];
        drive.dies_in = dies_in;
        drive.extend(3600);
        drive.until(|d| d.conductor.is_none());
        drive.fates.clear();
        drive.take_up(Resume::On);
        drive.attach(1);
        // The watch compares each timer with the end as soon as it runs.
        until_running(&mut drive);
        drive.revert();
        drive.until_closed();
        assert_as_found(&drive);
    }
}

#[test]
fn it_is_taken_up_after_a_crash_at_any_command() {
    for resume in [Resume::On, Resume::Revert] {
        for dies_in in 1..90 {
            let world = World::new();
            let steps = plan(&world, TestDrive::everything(&world));
            let mut drive = TestDrive::new(world);
            drive.dies_in = Some(dies_in);
            drive.begin(steps);
            drive.attach(1);
            drive.until(|d| d.conductor.is_none() || d.stage() == Stage::Running);
            if drive.stage_on_disk() == Some(Stage::Running) || drive.stage_on_disk().is_none() {
                continue;
            }
            drive.take_up(resume);
            drive.attach(1);
            if resume == Resume::On {
                // What was on its way and did not arrive is told, and tried again on a word.
                drive.until(|d| matches!(d.stage(), Stage::Running | Stage::Halted));
                if drive.stage() == Stage::Halted {
                    drive.does(&Ask::Retry);
                }
                until_running(&mut drive);
                drive.revert();
            }
            drive.until_closed();
            assert_as_found(&drive);
        }
    }
}

#[test]
fn a_revert_is_taken_up_after_a_crash_at_any_command() {
    for resume in [Resume::On, Resume::Revert] {
        for dies_in in 0..70 {
            let mut drive = TestDrive::running();
            drive.dies_in = Some(dies_in);
            drive.ask(Ask::Revert {
                decisions: Decisions::default(),
            });
            let asked = drive.conductor.is_some();
            drive.is_quiet = true;
            drive.until(|d| d.conductor.is_none() || d.is_over());
            if !drive.is_over() {
                drive.take_up(resume);
                drive.attach(1);
                assert!(!asked || why(&drive).is_some(), "it goes on reverting");
            }
            if drive.stage_on_disk() == Some(Stage::Running) {
                until_running(&mut drive);
                drive.revert();
            }
            drive.until_closed();
            assert_as_found(&drive);
        }
    }
}

#[test]
fn a_console_change_of_the_same_target_goes_back_to_the_first_original() {
    let mut drive = TestDrive::running();
    let steps = [
        drive.world.scale("shrinking", 10),
        vec![drive.world.limit_to(3000)],
    ]
    .concat();
    drive.change(steps);
    until_running(&mut drive);
    assert_eq!(
        (drive.world.services["shrinking"].max, drive.world.limit),
        (10, 3000)
    );
    let sent = drive.intents.len();
    drive.revert();
    drive.until_closed();
    assert_as_found(&drive);
    let limits = drive.intents[sent..].iter().filter_map(|i| match &i.write {
        Write::UpdateWebAcl {
            edit: RuleEdit::Limit(n),
            ..
        } => Some(*n),
        _ => None,
    });
    assert_eq!(
        limits.collect::<Vec<_>>(),
        [1000],
        "it is not opened again on the way"
    );
}

#[test]
fn an_undo_goes_back_one_change_and_the_test_goes_on() {
    let mut drive = TestDrive::running();
    let step = drive.world.limit_to(3000);
    drive.change(vec![step]);
    until_running(&mut drive);
    drive.does(&Ask::Undo);
    until_running(&mut drive);
    assert_eq!(drive.world.limit, 5000);
    drive.revert();
    drive.until_closed();
    assert_as_found(&drive);
}

#[test]
fn a_console_change_that_fails_does_not_halt_the_test() {
    let mut drive = TestDrive::running();
    let step = drive.world.limit_to(3000);
    drive.fates = vec![Fate::Denied];
    drive.change(vec![step]);
    until_running(&mut drive);
    assert_eq!(drive.world.limit, 5000);
    drive.revert();
    drive.until_closed();
    assert_as_found(&drive);
}

#[test]
fn keeping_leaves_everything_and_takes_the_nets_away() {
    let mut drive = TestDrive::running();
    let during = drive.world.settings();
    drive.does(&Ask::Keep);
    drive.until(TestDrive::is_over);
    assert_closed(&drive, Closing::Kept);
    assert_eq!(drive.world.settings(), during);
    assert!(drive.world.nets.is_empty());
    assert!(is_refused(drive.ask(Ask::Extend { seconds: 60 }).as_ref()));
}

#[test]
fn a_session_that_another_took_over_writes_no_more() {
    let mut drive = TestDrive::begun(TestDrive::everything);
    drive.until(|d| d.intents.len() == 4);
    assert!(drive.is_sending());
    drive.news(News::Adopted {
        by: "carol".to_owned(),
    });
    let (sent, records) = (drive.intents.len(), drive.records.len());
    for _ in 0..2000 {
        drive.step();
    }
    assert_closed(&drive, Closing::Adopted);
    assert_eq!((drive.intents.len(), drive.records.len()), (sent, records));
}

#[test]
fn a_rule_that_cannot_be_put_back_does_not_keep_the_sizes_for_ever() {
    let mut drive = TestDrive::running();
    drive.is_quiet = true;
    let denied = |drive: &TestDrive| drive.world.services["shrinking"].max == 4;
    drive.revert();
    let mut tried = 0;
    while !denied(&drive) {
        drive.fates = vec![if drive.is_next_a_rule() {
            Fate::Denied
        } else {
            Fate::Fine
        }];
        drive.step();
        tried += 1;
        assert!(tried < 5000, "{}", drive.story());
    }
    assert_eq!(drive.world.limit, 5000);
    assert_eq!(drive.stage(), Stage::Halted);
    drive.until_closed();
    assert_as_found(&drive);
}

#[test]
fn what_is_gone_cannot_be_restored_and_is_asked_about_again() {
    let mut drive = TestDrive::begun(limit_only);
    until_running(&mut drive);
    drive.world.is_rule_gone = true;
    drive.revert();
    until_halted(&mut drive);
    decide(&mut drive, false);
    until_halted(&mut drive);
    decide(&mut drive, true);
    drive.until(TestDrive::is_over);
    assert_closed(&drive, Closing::Kept);
}

#[test]
fn a_backup_that_is_being_made_does_not_hold_a_revert_up() {
    let world = World::new();
    let steps = plan(&world, one_service(&world));
    let mut drive = TestDrive::new(world);
    drive.world.snapshot_status = "creating";
    drive.begin(steps);
    drive.attach(1);
    drive.until(|d| d.state().steps[1].apply == Leg::Done);
    drive.wait(Duration::from_hours(2));
    assert_eq!(drive.stage(), Stage::Applying, "its time does not run yet");
    drive.revert();
    drive.until(TestDrive::is_over);
    assert_as_found(&drive);
    assert_ne!(drive.state().outcome(), PastState::Unfinished);
}

#[test]
fn a_session_that_died_can_be_kept() {
    let mut drive = TestDrive::running();
    let during = drive.world.settings();
    drive.die();
    drive.take_up(Resume::Keep);
    drive.until(TestDrive::is_over);
    assert_closed(&drive, Closing::Kept);
    assert_eq!(drive.world.settings(), during);
    assert!(drive.world.nets.is_empty());
}

#[test]
fn what_others_change_while_it_runs_is_told_once_and_not_after_a_change_of_its_own() {
    let mut drive = TestDrive::running();
    let conductor = |drive: &TestDrive| drive.conductor.clone().unwrap();
    let watched = conductor(&drive).watched();
    assert_eq!(
        watched.len(),
        12,
        "timers, the lock and each setting: {watched:?}"
    );
    let drift = |generation| News::Drift {
        generation,
        fields: vec![Moved {
            target: Target::Rule(rule()),
            field: Field::Limit,
            before: Value::Count(1000),
            ours: Value::Count(5000),
            now: Some(Value::Count(77_777)),
            standing: Standing::Theirs,
            who: None,
        }],
        unread: Vec::new(),
    };
    let told = |drive: &TestDrive| {
        let events = drive.records.iter().map(|r| &r.event);
        events
            .filter(|e| matches!(e, Event::Drifted { .. }))
            .count()
    };
    let before = conductor(&drive).generation();
    let change = drive.world.limit_to(3000);
    drive.change(vec![change]);
    drive.news(drift(before));
    until_running(&mut drive);
    drive.news(drift(before));
    assert_eq!(told(&drive), 0);
    for _ in 0..2 {
        let now = conductor(&drive).generation();
        drive.news(drift(now));
    }
    assert_eq!(told(&drive), 1);
}

#[test]
fn a_journal_that_fails_for_a_while_stops_no_revert() {
    for fails in 0..40 {
        let mut drive = TestDrive::running();
        drive.is_quiet = true;
        drive.ask(Ask::Revert {
            decisions: Decisions::default(),
        });
        for _ in 0..fails {
            drive.step();
        }
        drive.journal_fails = 3;
        drive.until_closed();
        // What was not written down is not compared.
        assert_eq!(
            drive.world.settings(),
            drive.watch.found,
            "{}",
            drive.story()
        );
        assert!(drive.world.nets.is_empty());
        assert_eq!(drive.watch.broken, Vec::<String>::new());
    }
}
