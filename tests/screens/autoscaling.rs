//! Pane 2 on the screen.

use super::account;
use super::stage::{SIZES, Stage, named, sheet};
use std::sync::Arc;
use tidegate::domain::fault::Fault;
use tidegate::domain::ids::ServiceName;
use tidegate::domain::metrics::Metric;
use tidegate::domain::subject::Subject;
use tidegate::model::query::{Facts, Fill, Query};
use tidegate::model::verb::Verb;
use tidegate::panes::Act;
use tidegate::panes::autoscaling::Autoscaling;

fn policies() -> Query {
    Query::Policies(Arc::new([]))
}

fn full(size: (u16, u16)) -> Stage<Autoscaling> {
    let (names, found, missing) = account::services();
    let names: Arc<[ServiceName]> = names.into();
    let series = [account::load(), account::credits()].concat();
    let metrics: Arc<[Metric]> = series.iter().map(|s| s.metric.clone()).collect();
    Stage::new(size)
        .answered(
            Query::ScalableTargets,
            Facts::ScalableTargets(account::targets()),
        )
        .answered(Query::Groups, Facts::Groups(account::groups()))
        .answered(policies(), Facts::Policies(account::policies()))
        .answered(
            Query::Services {
                cluster: "orchard".into(),
                names,
                fill: Fill::Visible,
            },
            Facts::Services { found, missing },
        )
        .answered(Query::Metrics(metrics), Facts::Metrics(series))
}

fn denied() -> Fault {
    account::denied(
        "Scalable targets may not be listed",
        "application-autoscaling:DescribeScalableTargets",
    )
}

fn empty(size: (u16, u16)) -> Stage<Autoscaling> {
    Stage::new(size)
        .answered(Query::ScalableTargets, Facts::ScalableTargets(Vec::new()))
        .answered(Query::Groups, Facts::Groups(Vec::new()))
}

#[test]
fn the_pane_in_all_its_states() {
    for size in SIZES {
        let groups = account::denied(
            "Groups may not be listed",
            "autoscaling:DescribeAutoScalingGroups",
        );
        let states = [
            ("empty", empty(size).seen()),
            (
                "loading",
                Stage::<Autoscaling>::new(size)
                    .asked(Query::ScalableTargets)
                    .seen(),
            ),
            ("full", full(size).seen()),
            (
                "failed",
                Stage::<Autoscaling>::new(size)
                    .failed(Query::ScalableTargets, denied())
                    .failed(Query::Groups, groups)
                    .seen(),
            ),
            (
                "half denied",
                Stage::<Autoscaling>::new(size)
                    .answered(Query::Groups, Facts::Groups(account::groups()))
                    .failed(Query::ScalableTargets, denied())
                    .seen(),
            ),
        ];
        insta::assert_snapshot!(named("autoscaling", size), sheet(&states));
    }
}

#[test]
fn the_drill_in_says_why_it_did_not_scale() {
    for size in SIZES {
        let detail = Query::TargetDetail(account::at("api"));
        let group = Query::GroupDetail("campus-web".into());
        let facts = || Facts::ScalingDetail(Arc::new(account::scaling_detail()));
        let states = [
            (
                "target",
                full(size)
                    .act(Verb::Enter)
                    .answered(detail.clone(), facts())
                    .seen(),
            ),
            (
                "group",
                full(size)
                    .act(Verb::Bottom)
                    .act(Verb::Enter)
                    .answered(group, facts())
                    .seen(),
            ),
            (
                "failed",
                full(size).act(Verb::Enter).failed(detail, denied()).seen(),
            ),
        ];
        insta::assert_snapshot!(named("scaling", size), sheet(&states));
    }
}

#[test]
fn scaling_a_targets_row_is_scaling_its_service() {
    let mut stage = full((120, 36));
    assert_eq!(
        stage.acts(Verb::Scale),
        [Act::Ask(Verb::Scale, Subject::Service(account::at("api")))]
    );
    stage.acts(Verb::Bottom);
    assert_eq!(
        stage.acts(Verb::Scale),
        [Act::Ask(Verb::Scale, Subject::Group("campus-web".into()))]
    );
}
