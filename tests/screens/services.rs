//! Pane 1 on the screen.

use super::account;
use super::stage::{SIZES, Stage, named, sheet};
use std::sync::Arc;
use tidegate::domain::ids::ServiceName;
use tidegate::domain::metrics::Metric;
use tidegate::domain::subject::Subject;
use tidegate::model::query::{Facts, Fill, Query};
use tidegate::model::verb::Verb;
use tidegate::panes::services::Services;
use tidegate::session::order::{Progress, Report};

fn names() -> Query {
    Query::ServiceNames("orchard".into())
}

fn visible(names: &[ServiceName]) -> Query {
    Query::Services {
        cluster: "orchard".into(),
        names: names.into(),
        fill: Fill::Visible,
    }
}

fn full(size: (u16, u16)) -> Stage<Services> {
    let (all, found, missing) = account::services();
    let load = account::load();
    let metrics: Arc<[Metric]> = load.iter().map(|s| s.metric.clone()).collect();
    Stage::new(size)
        .answered(names(), Facts::ServiceNames(Arc::new(all.clone())))
        .answered(visible(&all), Facts::Services { found, missing })
        .answered(Query::Metrics(metrics), Facts::Metrics(load))
}

fn denied() -> tidegate::domain::fault::Fault {
    account::denied(
        "The services of orchard may not be listed",
        "ecs:ListServices",
    )
}

#[test]
fn the_pane_in_all_its_states() {
    for size in SIZES {
        let states = [
            (
                "empty",
                Stage::<Services>::new(size)
                    .answered(names(), Facts::ServiceNames(Arc::default()))
                    .seen(),
            ),
            (
                "loading",
                Stage::<Services>::new(size).asked(names()).seen(),
            ),
            ("full", full(size).seen()),
            (
                "failed",
                Stage::<Services>::new(size)
                    .failed(names(), denied())
                    .seen(),
            ),
            (
                "failing, with old rows",
                full(size).later(95).failed(names(), denied()).seen(),
            ),
        ];
        insta::assert_snapshot!(named("services", size), sheet(&states));
    }
}

#[test]
fn the_drill_in_of_a_service() {
    for size in SIZES {
        let detail = Query::ServiceDetail(account::at("api"));
        let open = || full(size).act(Verb::Enter);
        let states = [
            ("loading", open().asked(detail.clone()).seen()),
            (
                "full",
                open()
                    .answered(
                        detail.clone(),
                        Facts::ServiceDetail(Arc::new(account::service_detail())),
                    )
                    .seen(),
            ),
            (
                "failed",
                open()
                    .failed(
                        detail,
                        account::denied("The tasks of api may not be listed", "ecs:ListTasks"),
                    )
                    .seen(),
            ),
        ];
        insta::assert_snapshot!(named("service", size), sheet(&states));
    }
}

#[test]
fn a_change_of_ours_stands_in_its_row() {
    let report = Report::Progress {
        session: "s1".into(),
        subject: Subject::Service(account::at("batch-worker")),
        summary: "scale batch-worker 2 → 4".into(),
        step: "1 of 1".into(),
        progress: Progress::Sent,
        took: std::time::Duration::ZERO,
    };
    let seen = full((100, 10)).carried(&report).seen();
    let row = seen
        .lines()
        .find(|l| l.contains("batch-worker"))
        .unwrap_or_default();
    assert!(row.contains("sent") && !row.contains("done"), "{seen}");
}

#[test]
fn five_thousand_names_are_usable_before_their_facts() {
    let all: Vec<ServiceName> = (0..5_000)
        .map(|i| format!("service-{i:04}").into())
        .collect();
    let stage =
        Stage::<Services>::new((80, 12)).answered(names(), Facts::ServiceNames(Arc::new(all)));
    insta::assert_snapshot!(stage.seen());
}

#[test]
fn foreign_control_characters_never_reach_a_cell() {
    for size in SIZES {
        let seen = full(size).act(Verb::Bottom).seen();
        assert!(
            !seen
                .chars()
                .any(|c| c == '\u{1b}' || c == '\u{202e}' || c == '\u{7}'),
            "{seen:?}"
        );
    }
}
