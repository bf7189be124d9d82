use super::tape::{self, Tape, at, group, moved, rule, scalable, sign};
use super::*;
use crate::domain::change::{Field, Reading, Standing, Value};
use crate::domain::text::is_clean;
use crate::session::load_test::{Closing, Stage, Why};
use crate::session::record::{Event, ScalingActivity, Way};
use crate::session::snapshot::Standing as StepStanding;

fn report(tape: &Tape) -> Report {
    Report::of(&tape.records).unwrap()
}

fn why() -> Event {
    Event::Reverting { why: Why::TimeUp }
}

fn closed(closing: Closing) -> Event {
    Event::Closed { closing }
}

fn proofs(report: &Report) -> Vec<(String, Proof)> {
    let said = |f: &FieldEnd| (format!("{} of {}", f.field, f.resource), f.proof);
    report.fields.iter().map(said).collect()
}

fn proof_of(report: &Report, field: Field) -> &FieldEnd {
    report.fields.iter().find(|f| f.field == field).unwrap()
}

fn texts(all: &[Text]) -> Vec<&str> {
    all.iter().map(Text::as_str).collect()
}

fn kinds(report: &Report) -> Vec<&str> {
    report.timeline.iter().map(|e| e.kind).collect()
}

/// min goes back, max is somebody else's.
fn half_back(tape: &mut Tape, step: usize, max: u64) {
    let min = tape.step(step).change().unwrap().fields[0].before.clone();
    tape.sent_back(step, &[Field::Min]);
    let observed = Reading::from([(Field::Min, min), (Field::Max, Value::Count(max))]);
    tape.verified(step, Way::Revert, observed, "min 2");
}

#[test]
fn a_restored_field_is_proven_by_what_was_read_back_and_when() {
    let mut tape = Tape::new(&[scalable()]);
    tape.applied([0]);
    tape.say(why());
    tape.reverted([0]);
    tape.say(closed(Closing::Restored));
    let report = report(&tape);
    let [min, max, desired] = report.fields.as_slice() else {
        panic!("{:?}", report.fields)
    };
    assert_eq!((min.proof, max.proof), (Proof::Restored, Proof::Restored));
    assert_eq!(min.after, Some(Setting::Count(2)));
    let verified = tape.records.iter().rev().find(|r| {
        matches!(
            r.event,
            Event::Verified {
                way: Way::Revert,
                ..
            }
        )
    });
    assert_eq!(min.at, verified.map(|r| r.at));
    // The revert set it as well, and it was read back.
    assert_eq!(desired.proof, Proof::Restored);
    assert!(report.left_to_do.is_empty() && report.conflicts.is_empty());
    assert_eq!(report.head.closing, Some(Closing::Restored));
    assert_eq!(report.head.ended, tape.records.last().map(|r| r.at));
}

#[test]
fn what_was_found_as_before_needed_no_request() {
    let mut tape = Tape::new(&[group()]);
    tape.applied([0]);
    tape.say(why());
    tape.say(Event::Reverted { step: 0 });
    tape.say(closed(Closing::Restored));
    let report = report(&tape);
    let min = proof_of(&report, Field::Min);
    assert_eq!(min.proof, Proof::Restored);
    assert!(min.said.as_str().contains("already"), "{min:?}");
}

#[test]
fn what_autoscaling_owns_is_floating_and_not_promised_back() {
    let mut tape = Tape::new(&[scalable()]);
    tape.applied([0]);
    tape.say(why());
    half_back(&mut tape, 0, 4);
    tape.say(Event::Reverted { step: 0 });
    tape.say(closed(Closing::Restored));
    let mut report = report(&tape);
    assert_eq!(proof_of(&report, Field::Desired).proof, Proof::Floating);
    assert_eq!(report.fields.remove(1).proof, Proof::Restored);
}

#[test]
fn a_kept_field_says_so_and_is_nobodys_task() {
    let mut tape = Tape::new(&[group()]);
    tape.applied([0]);
    tape.say(why());
    tape.say(Event::Kept {
        step: 0,
        fields: [Field::Max].into(),
    });
    half_back(&mut tape, 0, 8);
    tape.say(Event::Reverted { step: 0 });
    tape.say(closed(Closing::Kept));
    let report = report(&tape);
    assert_eq!(proof_of(&report, Field::Min).proof, Proof::Restored);
    let max = proof_of(&report, Field::Max);
    assert_eq!(
        (max.proof, &max.after),
        (Proof::Kept, &Some(Setting::Count(8)))
    );
    assert!(report.left_to_do.is_empty());
}

#[test]
fn a_conflict_names_before_ours_now_and_who_and_what_to_do() {
    let mut tape = Tape::new(&[group(), scalable()]);
    tape.applied([0, 1]);
    tape.say(Event::Drifted {
        fields: vec![moved(&scalable(), Field::Max, 20, Some("bob"))],
    });
    tape.say(why());
    half_back(&mut tape, 1, 20);
    tape.reverted([0]);
    tape.say(Event::Halted {
        step: None,
        said: "changed by somebody else".into(),
    });
    let waiting = report(&tape);
    assert_eq!(waiting.head.stage, Stage::Halted);
    assert_eq!(waiting.conflicts.len(), 1);
    tape.say(closed(Closing::Conflict));
    let report = report(&tape);
    let of = |f: &str| (f.to_owned(), Proof::Restored);
    assert_eq!(
        proofs(&report),
        [
            of("min of group orchard-nodes"),
            of("max of group orchard-nodes"),
            of("min of scalable target orchard/api"),
            (
                "max of scalable target orchard/api".to_owned(),
                Proof::Conflict
            ),
            (
                "desired of scalable target orchard/api".to_owned(),
                Proof::Floating
            ),
        ]
    );
    assert_eq!(
        texts(&report.conflicts),
        ["max of service orchard/api: before 4, ours 12, now 20, changed by bob"]
    );
    assert_eq!(
        texts(&report.left_to_do),
        ["set max of service orchard/api back to 4, unless 20 is to stay: somebody else set it"]
    );
    assert_eq!(report.steps[1].standing, StepStanding::Conflict);
    assert_eq!(report.steps[0].standing, StepStanding::Reverted);
}

#[test]
fn a_conflict_that_nobody_read_is_not_blamed_on_a_field_that_is_still_ours() {
    let mut tape = Tape::new(&[group(), rule()]);
    tape.applied([0, 1]);
    tape.say(why());
    half_back(&mut tape, 0, 8);
    tape.say(closed(Closing::Conflict));
    let report = report(&tape);
    let (max, action) = (
        proof_of(&report, Field::Max),
        proof_of(&report, Field::Action),
    );
    assert_eq!(
        (max.proof, &max.after),
        (Proof::Open, &Some(Setting::Count(8)))
    );
    assert_eq!((action.proof, &action.after), (Proof::Conflict, &None));
    assert!(
        action.said.as_str().contains("this or another field"),
        "{action:?}"
    );
    assert!(
        report
            .left_to_do
            .iter()
            .any(|l| l.as_str().starts_with("set action of rule per-ip-1000"))
    );
}

#[test]
fn a_bound_that_drains_is_open_and_told_once_for_each_change() {
    let mut tape = Tape::new(&[scalable()]);
    tape.applied([0]);
    tape.say(why());
    half_back(&mut tape, 0, 12);
    for now in [7, 7, 7, 5] {
        tape.say(Event::Draining {
            step: 0,
            said: format!("max stays until no more than 4 run (now {now})"),
        });
    }
    let report = report(&tape);
    let max = proof_of(&report, Field::Max);
    assert_eq!(
        (max.proof, &max.after),
        (Proof::Open, &Some(Setting::Count(12)))
    );
    assert_eq!(
        kinds(&report).iter().filter(|k| **k == "draining").count(),
        2
    );
    let left = texts(&report.left_to_do);
    assert!(left[0].contains("not closed"), "{left:?}");
    assert!(
        left[1].starts_with("set max of service orchard/api back to 4 once no more than 4 run"),
        "{left:?}"
    );
    assert_eq!(
        left.len(),
        2,
        "min is back, desired is autoscaling's: {left:?}"
    );
}

#[test]
fn a_skipped_step_was_not_touched_and_is_told_with_who_left_it_out() {
    let mut tape = Tape::new(&[group(), scalable()]);
    tape.say(Event::Skipped {
        step: 0,
        by: String::new(),
    });
    tape.sent(1, Way::Apply);
    tape.say(Event::Stalled {
        step: 1,
        way: Way::Apply,
        said: "4 of 6 running".into(),
    });
    tape.say(Event::Halted {
        step: Some(1),
        said: "its effect is not there".into(),
    });
    tape.say(Event::Skipped {
        step: 1,
        by: "bob on bastion-2".into(),
    });
    let report = report(&tape);
    assert_eq!(report.steps[0].standing, StepStanding::Skipped);
    assert_eq!(
        report.fields.len(),
        3,
        "only what was sent counts as touched"
    );
    let said: Vec<&str> = report.timeline.iter().map(|e| e.said.as_str()).collect();
    assert!(
        said.contains(&"group orchard-nodes is as wished already"),
        "{said:?}"
    );
    assert!(
        said.iter()
            .any(|s| s.ends_with("is left out: bob on bastion-2")),
        "{said:?}"
    );
}

#[test]
fn a_halt_a_refusal_and_a_resumption_are_on_the_timeline_and_intents_are_not() {
    let mut tape = Tape::new(&[group()]);
    tape.left(0, Way::Apply);
    tape.failed(0, Way::Apply, "not allowed");
    tape.say(Event::Halted {
        step: Some(0),
        said: "not allowed".into(),
    });
    assert_eq!(report(&tape).head.stage, Stage::Halted);
    tape.say(Event::Resumed {
        by: "bob on bastion-2".into(),
    });
    tape.say(Event::Errand {
        action: "PutParameter".into(),
        resource: "heartbeat".into(),
    });
    let report = report(&tape);
    assert_eq!(
        kinds(&report),
        ["opened", "sent", "failed", "halted", "resumed"]
    );
    assert_eq!(report.timeline[4].who.as_str(), "bob on bastion-2");
    assert_eq!(report.timeline[1].who.as_str(), "alice on bastion-1");
    assert_eq!(report.timeline[1].step, Some(1));
}

#[test]
fn a_crash_in_the_middle_leaves_everything_to_be_put_back_by_hand() {
    let mut tape = Tape::new(&[tape::lock(), tape::timer(), scalable(), tape::backup()]);
    tape.applied([0, 1]);
    tape.left(2, Way::Apply);
    tape.left(3, Way::Apply);
    let report = report(&tape);
    assert_eq!((report.head.closing, report.head.ended), (None, None));
    let min = proof_of(&report, Field::Min);
    assert!(min.proof == Proof::Open && min.said.as_str().contains("not known whether"));
    let left = texts(&report.left_to_do).join("\n");
    for wanted in [
        "start tidegate",
        "set min of service orchard/api back to 2",
        "set max of service orchard/api back to 4",
        "remove the scheduled action tidegate-s-1-restore of service orchard/api",
        "delete /tidegate/ap-northeast-2/session/7",
        "whether there is a snapshot tidegate-orchard-db-",
    ] {
        assert!(left.contains(wanted), "“{wanted}” in\n{left}");
    }
    assert!(
        report
            .to_markdown()
            .contains("**This session is not closed.**")
    );
}

#[test]
fn every_beginning_of_a_session_has_a_report() {
    let tape = whole();
    for end in 2..=tape.records.len() {
        let report = Report::of(&tape.records[..end]).unwrap();
        assert!(serde_json::from_str::<serde_json::Value>(&report.to_json()).is_ok());
        assert!(report.to_markdown().lines().all(is_clean));
    }
}

#[test]
fn a_session_that_another_took_over_leaves_nothing_to_the_reader_here() {
    let mut tape = Tape::new(&[group()]);
    tape.applied([0]);
    tape.say(closed(Closing::Adopted));
    let report = report(&tape);
    assert_eq!(proof_of(&report, Field::Min).proof, Proof::Open);
    assert_eq!(report.left_to_do.len(), 1);
    assert!(report.left_to_do[0].as_str().contains("another tidegate"));
}

#[test]
fn a_field_that_was_set_twice_goes_back_to_what_it_was_before_the_first() {
    let mut tape = Tape::new(&[group()]);
    tape.applied([0]);
    let mut more = group().change().unwrap().clone();
    more.fields.truncate(1);
    more.fields[0] = tape::field(Field::Min, 4, 5, crate::domain::change::Hold::Held);
    tape.say(Event::Appended {
        steps: vec![crate::session::step::Step::Set(more)],
        by: "alice on bastion-1".into(),
    });
    tape.applied([1]);
    let set = |n| Setting::Count(n);
    let during = report(&tape);
    let min = proof_of(&during, Field::Min);
    assert_eq!((&min.before, &min.during), (&set(2), &set(5)));
    assert_eq!(min.proof, Proof::Open);
    tape.say(why());
    tape.reverted([1, 0]);
    tape.say(closed(Closing::Restored));
    let after = report(&tape);
    let min = proof_of(&after, Field::Min);
    assert_eq!((&min.after, min.proof), (&Some(set(2)), Proof::Restored));
    assert_eq!(after.fields.len(), 2);
}

#[test]
fn vital_signs_have_a_peak_an_average_a_last_and_counters_a_sum() {
    let mut tape = Tape::new(&[group()]);
    for (cpu, blocked) in [(40.0, 412.0), (81.5, 3.0), (60.0, 0.0)] {
        tape.say(Event::Vitals {
            signs: vec![
                sign("cpu", "service orchard/api", "%", cpu),
                sign("credits", "group orchard-nodes", "credits", 100.0 - cpu),
                sign("blocked", "rule per-ip-1000", "requests", blocked),
            ],
        });
    }
    let report = report(&tape);
    let [blocked, cpu, credits] = report.vitals.as_slice() else {
        panic!("{:?}", report.vitals)
    };
    assert_eq!((cpu.peak, cpu.peak_at, cpu.last), (81.5, at(30), 60.0));
    assert!((cpu.average - 60.5).abs() < 1e-9 && cpu.sum.is_none());
    assert_eq!((credits.peak, credits.last), (18.5, 40.0));
    assert_eq!((blocked.sum, blocked.readings), (Some(415.0), 3));
    assert!(!kinds(&report).contains(&"vitals"));
}

#[test]
fn drift_is_told_from_when_to_when() {
    let mut tape = Tape::new(&[group()]);
    tape.applied([0]);
    let theirs = |now| moved(&group(), Field::Max, now, Some("bob"));
    for fields in [vec![theirs(9)], vec![theirs(9)], vec![theirs(10)], vec![]] {
        tape.say(Event::Drifted { fields });
    }
    let report = report(&tape);
    let [nine, ten] = report.drift.as_slice() else {
        panic!("{:?}", report.drift)
    };
    assert_eq!(
        (nine.until, nine.standing),
        (Some(ten.at), Standing::Theirs)
    );
    assert_eq!(
        (&ten.now, ten.until.is_some()),
        (&Some(Setting::Count(10)), true)
    );
}

fn activity(seconds: i64, of: &str, cause: &str) -> ScalingActivity {
    ScalingActivity {
        at: at(seconds),
        end: None,
        of: of.to_owned(),
        status: "Successful".to_owned(),
        description: "Setting max capacity to 9.".to_owned(),
        cause: cause.to_owned(),
    }
}

#[test]
fn what_autoscaling_did_is_told_in_its_order_and_what_could_not_be_read_too() {
    let mut tape = Tape::new(&[group()]);
    tape.applied([0]);
    tape.say(Event::Activities {
        seen: vec![
            activity(90, "group a", "two"),
            activity(30, "group b", "one | x"),
        ],
        unread: vec!["scalable target orchard/api: denied".to_owned()],
    });
    let report = report(&tape);
    let causes: Vec<&str> = report.activities.iter().map(|a| a.cause.as_str()).collect();
    assert_eq!(causes, ["one | x", "two"]);
    let markdown = report.to_markdown();
    for wanted in [
        "## Scaling activities",
        "one \\| x",
        "Not read: scalable target",
    ] {
        assert!(markdown.contains(wanted), "“{wanted}” in {markdown}");
    }
    assert!(report.to_json().contains("\"activities\""));
}

#[test]
fn who_changed_it_is_the_scheduled_action_that_ran_or_the_event_to_look_for() {
    let moved = |now| moved(&group(), Field::Max, now, None);
    let mut tape = Tape::new(&[group()]);
    tape.applied([0]);
    tape.say(Event::Drifted {
        fields: vec![moved(9)],
    });
    let noticed = tape.records.last().unwrap().at;
    let of = crate::session::step::resource(&moved(9).target).to_string();
    let without = report(&tape).drift[0].who.to_string();
    let wanted = "AWS does not say who; look in CloudTrail for UpdateAutoScalingGroup after ";
    assert!(without.starts_with(wanted), "{without}");
    for (ago, wanted) in [
        (20, "the scheduled action nightly"),
        (300, "CloudTrail"),
        (-20, "CloudTrail"),
    ] {
        let mut ran = activity(0, &of, "scheduled action name nightly was triggered");
        ran.at = noticed - jiff::SignedDuration::from_secs(ago);
        let mut tape = Tape::new(&[group()]);
        tape.applied([0]);
        tape.say(Event::Drifted {
            fields: vec![moved(9)],
        });
        tape.say(Event::Activities {
            seen: vec![ran],
            unread: Vec::new(),
        });
        let who = report(&tape).drift[0].who.to_string();
        assert!(who.contains(wanted), "{ago}: {who}");
    }
}

#[test]
fn hostile_words_and_secrets_reach_no_form_of_the_report() {
    let mut tape = Tape::new(&[rule()]);
    tape.applied([0]);
    tape.say(Event::Noted {
        by: "mallory\u{9b}31m".into(),
        text: "\u{1b}[2J\u{202e}k6 | ![x](http://evil/) <img src=x> password=hunter2".into(),
    });
    let report = report(&tape);
    for form in [report.to_markdown(), report.to_json()] {
        for bad in ["\u{1b}", "\u{9b}", "\u{202e}", "open sesame", "hunter2"] {
            assert!(!form.contains(bad), "{bad:?} in {form}");
        }
        assert!(form.contains("x-key") && form.contains("429"), "{form}");
    }
    let markdown = report.to_markdown();
    assert!(markdown.lines().all(is_clean));
    let note = markdown.lines().find(|l| l.contains("k6")).unwrap();
    assert!(
        note.contains("\\|") && note.contains("!\\[x]") && note.contains("\\<img"),
        "{note}"
    );
}

#[test]
fn a_single_change_has_no_report_and_says_where_to_look() {
    let mut tape = Tape::new(&[group()]);
    tape.records.truncate(1);
    tape.applied([0]);
    let fault = Report::of(&tape.records).unwrap_err();
    assert!(fault.next.as_str().contains("journal show s-1"), "{fault}");
    assert!(Report::of(&[]).is_err());
}

/// One of everything: a backup, timers, an extension, a note, an alarm, drift, and a conflict at the end.
fn whole() -> Tape {
    let steps = [
        tape::lock(),
        tape::backup(),
        tape::timer(),
        group(),
        scalable(),
        rule(),
    ];
    let mut tape = Tape::new(&steps);
    tape.applied([0, 1]);
    tape.say(Event::Began { until: at(2700) });
    tape.applied([2, 3, 4, 5]);
    tape.say(Event::Running);
    for (cpu, counted) in [(42.0, 120.0), (81.0, 9100.0), (64.5, 4000.0)] {
        tape.say(Event::Vitals {
            signs: vec![
                sign("cpu", "service orchard/api", "%", cpu),
                sign("credits", "group orchard-nodes", "credits", 100.0 - cpu),
                sign("counted", "rule per-ip-1000", "requests", counted),
            ],
        });
    }
    tape.say(Event::Noted {
        by: "alice on bastion-1".into(),
        text: "k6 500 VU started".into(),
    });
    tape.say(Event::Extended {
        until: at(3600),
        by: "bob on bastion-2".into(),
    });
    tape.say(Event::Drifted {
        fields: vec![moved(&group(), Field::Max, 10, Some("deploy-role"))],
    });
    tape.say(Event::Alarm {
        name: "orchard-5xx".into(),
        state: "ALARM".into(),
    });
    tape.say(Event::Reverting {
        why: Why::Alarm {
            name: "orchard-5xx".into(),
        },
    });
    tape.reverted([5, 4]);
    half_back(&mut tape, 3, 10);
    tape.reverted([2]);
    tape.say(Event::Halted {
        step: None,
        said: "Changed by somebody else meanwhile, and therefore not put back: max of group orchard-nodes".into(),
    });
    tape.reverted([0]);
    tape.say(closed(Closing::Conflict));
    tape
}

#[test]
fn the_whole_of_a_session_as_markdown() {
    insta::assert_snapshot!(report(&whole()).to_markdown());
}

#[test]
fn the_whole_of_a_session_as_json() {
    insta::assert_snapshot!(report(&whole()).to_json());
}
