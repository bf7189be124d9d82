//! Pane 3 on the screen.

use super::account;
use super::stage::{SIZES, Stage, named, sheet};
use std::sync::Arc;
use tidegate::domain::change::{Change, Field, FieldChange, Hold, Target, Value};
use tidegate::domain::metrics::Metric;
use tidegate::domain::subject::Subject;
use tidegate::domain::waf::{AclScope, RawJson, RuleAction};
use tidegate::model::query::{Facts, Query, RuleQuery};
use tidegate::model::verb::Verb;
use tidegate::panes::Act;
use tidegate::panes::rules::Rules;
use tidegate::session::order::{Past, PastState, Progress, Proposed, Report};

const REGIONAL: Query = Query::Acls(AclScope::Regional);
const CLOUDFRONT: Query = Query::Acls(AclScope::Cloudfront);

fn measured(stage: Stage<Rules>) -> Stage<Rules> {
    let series = account::blocks();
    let metrics: Arc<[Metric]> = series.iter().map(|s| s.metric.clone()).collect();
    stage
        .answered(
            Query::Limited([account::rate_rule()].into()),
            Facts::Limited(vec![(account::rate_rule(), Some(3))]),
        )
        .answered(Query::Metrics(metrics), Facts::Metrics(series))
}

/// Everything there; the rate rule was set to Count by us, four minutes ago.
fn full(size: (u16, u16)) -> Stage<Rules> {
    measured(
        Stage::new(size)
            .answered(REGIONAL, Facts::Acls(account::regional(RuleAction::Count)))
            .answered(CLOUDFRONT, Facts::Acls(account::cloudfront()))
            .carried(&Report::History(vec![past(4, PastState::Applied)])),
    )
}

fn past(minutes: i64, state: PastState) -> Past {
    let json = |text: &str| Value::Json(RawJson(text.into()));
    let field = FieldChange {
        field: Field::Action,
        before: json(r#"{"Block":{}}"#),
        after: json(r#"{"Count":{}}"#),
        hold: Hold::Held,
    };
    Past {
        session: "s1".into(),
        summary: "per-ip-1000 BLOCK → COUNT".into(),
        subject: Subject::Rule(account::rate_rule()),
        steps: vec![Proposed::Set(Change {
            target: Target::Rule(account::rate_rule()),
            fields: vec![field],
        })],
        at: account::ago(minutes),
        who: "alice".into(),
        state,
    }
}

fn denied() -> tidegate::domain::fault::Fault {
    account::denied("Web ACLs may not be listed", "wafv2:ListWebACLs")
}

#[test]
fn the_pane_in_all_its_states() {
    for size in SIZES {
        let half = Stage::<Rules>::new(size)
            .answered(REGIONAL, Facts::Acls(account::regional(RuleAction::Block)));
        let states = [
            (
                "empty",
                Stage::<Rules>::new(size)
                    .answered(REGIONAL, Facts::Acls(Vec::new()))
                    .answered(CLOUDFRONT, Facts::Acls(Vec::new()))
                    .seen(),
            ),
            ("loading", Stage::<Rules>::new(size).asked(REGIONAL).seen()),
            ("full", full(size).seen()),
            (
                "failed",
                Stage::<Rules>::new(size)
                    .failed(REGIONAL, denied())
                    .failed(CLOUDFRONT, denied())
                    .seen(),
            ),
            (
                "CloudFront denied",
                measured(half).failed(CLOUDFRONT, denied()).seen(),
            ),
        ];
        insta::assert_snapshot!(named("rules", size), sheet(&states));
    }
}

#[test]
fn the_drill_in_says_why_a_request_was_blocked() {
    for size in SIZES {
        let rule = RuleQuery {
            rule: account::rate_rule(),
            metric: "per-ip-1000".into(),
            lists_addresses: true,
        };
        let detail = Query::RuleDetail(Box::new(rule));
        let open = || full(size).act(Verb::Top).act(Verb::Down).act(Verb::Enter);
        let states = [
            (
                "full",
                open()
                    .answered(
                        detail.clone(),
                        Facts::RuleDetail(Arc::new(account::rule_detail())),
                    )
                    .seen(),
            ),
            (
                "failed",
                open()
                    .failed(
                        detail,
                        account::denied(
                            "Sampled requests may not be read",
                            "wafv2:GetSampledRequests",
                        ),
                    )
                    .seen(),
            ),
        ];
        insta::assert_snapshot!(named("rule", size), sheet(&states));
    }
}

/// The line of the rule the load test opens.
fn line(stage: &Stage<Rules>) -> String {
    stage
        .seen()
        .lines()
        .find(|l| l.contains("per-ip-1000"))
        .unwrap_or_default()
        .to_owned()
}

fn written() -> Report {
    Report::Progress {
        session: "s2".into(),
        subject: Subject::Rule(account::rate_rule()),
        summary: "per-ip-1000 BLOCK → COUNT".into(),
        step: "1 of 1".into(),
        progress: Progress::Done { request: None },
        took: std::time::Duration::ZERO,
    }
}

#[test]
fn a_changed_rule_is_starred_and_shows_what_it_blocked_before() {
    let line = line(&full((120, 36)));
    assert!(
        line.contains("COUNT*") && line.contains("0 (was 412)") && !line.contains("pending"),
        "{line}"
    );
}

#[test]
fn a_rule_put_back_has_no_star() {
    let stage = Stage::<Rules>::new((120, 36))
        .answered(REGIONAL, Facts::Acls(account::regional(RuleAction::Block)))
        .carried(&Report::History(vec![past(4, PastState::Reverted)]));
    assert!(
        line(&stage).contains("BLOCK ") && !line(&stage).contains('*'),
        "{}",
        line(&stage)
    );
}

#[test]
fn a_write_is_pending_until_counts_show_it_or_three_minutes_pass() {
    let finished = Report::Finished {
        session: "s2".into(),
        summary: "done".into(),
    };
    let stage = full((120, 36)).carried(&written()).carried(&finished);
    assert!(line(&stage).contains("COUNT* pending"), "{}", line(&stage));
    let stage = stage.later(100);
    assert!(line(&stage).contains("COUNT* pending"), "{}", line(&stage));
    let stage = stage.later(81);
    assert!(
        line(&stage).contains("COUNT*") && !line(&stage).contains("pending"),
        "{}",
        line(&stage)
    );
}

#[test]
fn only_a_rate_rule_can_be_switched() {
    let mut stage = full((120, 36));
    stage.acts(Verb::Top);
    assert_eq!(stage.acts(Verb::Toggle), []); // the head of a web ACL
    stage.acts(Verb::Down);
    assert_eq!(
        stage.acts(Verb::Toggle),
        [Act::Ask(Verb::Toggle, Subject::Rule(account::rate_rule()))]
    );
    assert_eq!(
        stage.acts(Verb::Limit),
        [Act::Ask(Verb::Limit, Subject::Rule(account::rate_rule()))]
    );
}
