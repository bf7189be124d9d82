//! Parts that fail: what is empty for that reason is never called none, and a row that was changed is read again.

use crate::support::console::{Console, api, rule_ref, write_settings};
use tidegate::app::wants;
use tidegate::domain::autoscaling::ScalingDetail;
use tidegate::domain::fault::{Fault, FaultKind, Gap, Part};
use tidegate::domain::subject::Subject;
use tidegate::domain::waf::RuleDetail;
use tidegate::model::effect::Effect;
use tidegate::model::query::{Answer, Facts, Query, Slot};
use tidegate::session::order::{Progress, Report};

fn console() -> Console {
    Console::filled(write_settings(), (100, 30))
}

fn denied(action: &'static str) -> Fault {
    let mut fault = Fault::new(FaultKind::Denied, format!("{action} is not allowed"));
    fault.action = Some(action.into());
    fault
}

fn gap(part: Part) -> Gap {
    Gap {
        part,
        fault: denied("service:Read"),
    }
}

/// What is wanted now of one slot.
fn wanted(console: &Console, slot: Slot) -> Option<Query> {
    let all = wants(&console.state).into_iter().map(|w| w.query);
    all.into_iter().find(|query| query.slot() == slot)
}

fn fails(console: &mut Console, slot: Slot, action: &'static str) {
    let query = wanted(console, slot).expect("it is wanted");
    let answer = Answer::Failed {
        fault: denied(action),
        next_try: None,
    };
    console.reply(query, answer);
}

#[test]
fn metrics_that_may_not_be_read_are_named_beside_the_rows_that_lack_them() {
    let mut console = console();
    for (pane, column) in [("1", "CPU, MEM"), ("3", "BLOCKED")] {
        console.type_in(pane);
        fails(&mut console, Slot::Metrics, "cloudwatch:GetMetricData");
        let said = format!("{column}: needs cloudwatch:GetMetricData");
        assert!(console.screen().contains(&said), "{}", console.screen());
    }
    fails(
        &mut console,
        Slot::Limited,
        "wafv2:GetRateBasedStatementManagedKeys",
    );
    let said = "IPs: needs wafv2:GetRateBasedStatementManagedKeys";
    assert!(console.screen().contains(said), "{}", console.screen());
    console.type_in("1");
    let query = wanted(&console, Slot::Metrics).expect("still wanted");
    console.fact(query, Facts::Metrics(Vec::new()));
    assert!(!console.screen().contains("needs"), "{}", console.screen());
}

#[test]
fn parts_of_a_target_that_were_not_read_are_not_called_none() {
    let mut console = console();
    console.type_in("2");
    console.enter();
    let detail = ScalingDetail {
        policies: Vec::new(),
        scheduled: Vec::new(),
        activities: Vec::new(),
        refresh: None,
        gaps: vec![gap(Part::Policies), gap(Part::Activities)],
    };
    console.fact(
        Query::TargetDetail(api()),
        Facts::ScalingDetail(detail.into()),
    );
    let screen = console.screen();
    for said in [
        "Policies  not read",
        "Activities  not read",
        "Scheduled actions  none",
    ] {
        assert!(screen.contains(said), "{said}: {screen}");
    }
    assert!(!screen.contains("there is no policy"), "{screen}");
}

#[test]
fn parts_of_a_rule_that_were_not_read_are_not_called_none() {
    let mut console = console();
    console.type_in("3");
    console.enter();
    let query = wanted(&console, Slot::RuleDetail).expect("the drill-in");
    let detail = RuleDetail {
        samples: Vec::new(),
        population: 0,
        limited: None,
        resources: Vec::new(),
        gaps: [Part::Samples, Part::Limited, Part::Resources]
            .map(gap)
            .into(),
    };
    console.fact(query, Facts::RuleDetail(detail.into()));
    let screen = console.screen();
    for part in [
        "Sampled requests",
        "Limited addresses",
        "Protected resources",
    ] {
        assert!(screen.contains(&format!("{part}  not read")), "{screen}");
    }
    assert!(!screen.contains("no request matched"), "{screen}");
}

#[test]
fn a_row_whose_change_was_verified_is_read_again_at_once() {
    let mut console = console();
    let effects = console.report(Report::Progress {
        session: "s-1".into(),
        subject: Subject::Rule(rule_ref()),
        summary: "block".into(),
        step: "block".into(),
        progress: Progress::Verified {
            what: "as asked".into(),
        },
        took: std::time::Duration::ZERO,
    });
    assert_eq!(effects, [Effect::Refresh(vec![Slot::RegionalAcls])]);
}
