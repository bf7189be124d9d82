//! Every dialog, at the three sizes.

use crate::support::console::{Console, api, rule_ref, seen, start, write_settings};
use crate::support::screen::rendered;
use tidegate::domain::change::{Change, Field, FieldChange, Hold, Standing, Target, Value};
use tidegate::domain::fault::{Fault, FaultKind};
use tidegate::domain::subject::Subject;
use tidegate::model::effect::Effect;
use tidegate::model::settings::Settings;
use tidegate::session::order::{Past, PastState, Proposed, Report, ThreeWay};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 60)];

fn at_each_size(name: &str, settings: &Settings, set_up: impl Fn(&mut Console)) {
    for size in SIZES {
        let mut console = Console::filled(settings.clone(), size);
        set_up(&mut console);
        insta::assert_snapshot!(
            format!("{name}_{}x{}", size.0, size.1),
            rendered(&console.buffer())
        );
    }
}

/// Presses keys and answers the fresh look they ask for.
fn ask(console: &mut Console, keys: &str) {
    let effects = console.type_in(keys);
    let [Effect::Observe(subject)] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    console.observe(subject.clone(), seen(subject));
}

#[test]
fn reading() {
    at_each_size("reading", &write_settings(), |console| {
        console.type_in("s");
    });
}

#[test]
fn refused() {
    at_each_size("refused", &write_settings(), |console| {
        console.type_in("s");
        let fault = Fault::new(
            FaultKind::Denied,
            "Reading the scalable target is not allowed",
        )
        .means("what would move cannot be said")
        .next("allow application-autoscaling:DescribeScalableTargets");
        console.report(Report::Observed {
            subject: Subject::Service(api()),
            result: Box::new(Err(fault)),
        });
    });
}

#[test]
fn scale_form() {
    at_each_size("scale_form", &write_settings(), |console| ask(console, "s"));
}

#[test]
fn scale_form_with_a_bad_value() {
    let settings = Settings {
        max_tasks: Some(20),
        ..write_settings()
    };
    at_each_size("scale_bad", &settings, |console| console.review_scale("66"));
}

#[test]
fn scale_review() {
    at_each_size("scale_review", &write_settings(), |console| {
        console.review_scale("8");
    });
}

#[test]
fn scale_review_in_production() {
    let settings = Settings {
        production: true,
        profile: Some("prod".into()),
        ..write_settings()
    };
    at_each_size("scale_production", &settings, |console| {
        console.review_scale("8");
        console.read_it();
        console.type_in("ap");
    });
}

#[test]
fn group_form() {
    at_each_size("group_form", &write_settings(), |console| {
        ask(console, "2Gs");
    });
}

#[test]
fn rule_review() {
    at_each_size("rule_review", &write_settings(), |console| {
        ask(console, "3t");
    });
}

#[test]
fn limit_form() {
    at_each_size("limit_form", &write_settings(), |console| {
        ask(console, "3=");
    });
}

#[test]
fn backup_review() {
    at_each_size("backup_review", &write_settings(), |console| {
        ask(console, "4b");
    });
}

fn past(state: PastState) -> Past {
    let count = Value::Count;
    let fields = vec![FieldChange {
        field: Field::Min,
        before: count(2),
        after: count(8),
        hold: Hold::Held,
    }];
    Past {
        session: "s1".into(),
        summary: "scale api 4 → 8".into(),
        subject: Subject::Service(api()),
        steps: vec![Proposed::Set(Change {
            target: Target::Scalable(api()),
            fields,
        })],
        at: start() - jiff::SignedDuration::from_mins(12),
        who: "alice".into(),
        state,
    }
}

fn three_way(target: Target, field: Field, now: u64, standing: Standing) -> ThreeWay {
    let count = Value::Count;
    ThreeWay {
        target,
        field,
        before: count(2),
        ours: count(8),
        now: Some(count(now)),
        standing,
    }
}

#[test]
fn undo() {
    at_each_size("undo", &write_settings(), |console| {
        console.report(Report::History(vec![past(PastState::Applied)]));
        console.type_in("u");
    });
}

#[test]
fn unfinished() {
    at_each_size("unfinished", &write_settings(), |console| {
        let fields = vec![three_way(
            Target::Scalable(api()),
            Field::Min,
            8,
            Standing::Ours,
        )];
        console.report(Report::Unfinished {
            session: "s1".into(),
            past: past(PastState::Unfinished),
            fields,
            gap: None,
        });
    });
}

#[test]
fn conflict() {
    at_each_size("conflict", &write_settings(), |console| {
        let fields = vec![
            three_way(Target::Scalable(api()), Field::Min, 5, Standing::Theirs),
            three_way(Target::Rule(rule_ref()), Field::Limit, 9, Standing::Theirs),
        ];
        console.report(Report::Conflict {
            session: "s1".into(),
            fields,
        });
        console.read_it();
        console.type_in("t");
    });
}

#[test]
fn leave() {
    at_each_size("leave", &write_settings(), |console| {
        console.carried_scale("8");
        console.control('c');
    });
}
