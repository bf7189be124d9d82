//! The whole dashboard, full, in the middle of a load test.

use super::account;
use super::stage::named;
use crate::support::console::{Console, identity, write_settings};
use crate::support::screen::rendered;
use std::sync::Arc;
use tidegate::domain::ids::MetricName;
use tidegate::domain::metrics::Metric;
use tidegate::domain::waf::{AclScope, RuleAction};
use tidegate::model::query::{Facts, Fill, Query};
use tidegate::model::settings::Settings;

fn console(size: (u16, u16)) -> Console {
    let settings = Settings {
        cluster: Some("orchard".into()),
        ..write_settings()
    };
    let mut console = Console::new(settings, size);
    console.fact(Query::Identity, Facts::Identity(identity()));
    services(&mut console);
    console.fact(
        Query::ScalableTargets,
        Facts::ScalableTargets(account::targets()),
    );
    console.fact(
        Query::Policies(Arc::new([])),
        Facts::Policies(account::policies()),
    );
    console.fact(Query::Groups, Facts::Groups(account::groups()));
    console.fact(
        Query::Acls(AclScope::Regional),
        Facts::Acls(account::regional(RuleAction::Count)),
    );
    console.fact(
        Query::Acls(AclScope::Cloudfront),
        Facts::Acls(account::cloudfront()),
    );
    console.fact(
        Query::Limited([account::rate_rule()].into()),
        Facts::Limited(vec![(account::rate_rule(), Some(3))]),
    );
    console.fact(
        Query::Inventory,
        Facts::Inventory(Arc::new(account::inventory())),
    );
    let series = [account::load(), account::credits(), account::blocks()].concat();
    let asked: Arc<[Metric]> = series.iter().map(|s| s.metric.clone()).collect();
    console.fact(Query::Metrics(asked), Facts::Metrics(series));
    console
}

fn services(console: &mut Console) {
    let (names, found, missing) = account::services();
    console.fact(
        Query::ServiceNames("orchard".into()),
        Facts::ServiceNames(Arc::new(names.clone())),
    );
    let query = Query::Services {
        cluster: "orchard".into(),
        names: names.into(),
        fill: Fill::Visible,
    };
    console.fact(query, Facts::Services { found, missing });
}

#[test]
fn every_pane_is_filled_and_readable() {
    for size in [(80, 24), (120, 36), (200, 60)] {
        insta::assert_snapshot!(named("dashboard", size), rendered(&console(size).buffer()));
    }
}

#[test]
fn what_several_panes_want_of_one_kind_is_asked_once() {
    let console = console((200, 60));
    let wants = tidegate::app::wants(&console.state);
    let of = |same: fn(&Query) -> bool| wants.iter().filter(|w| same(&w.query)).count();
    assert!(of(|q| matches!(q, Query::Metrics(_))) <= 1);
    assert!(
        of(|q| matches!(
            q,
            Query::Services {
                fill: Fill::Visible,
                ..
            }
        )) <= 1
    );
    assert_eq!(of(|q| *q == Query::Inventory), 1);
}

#[test]
fn a_rules_series_are_named_as_its_document_names_them() {
    let wants = tidegate::app::wants(&{
        let mut console = Console::new(write_settings(), (200, 60));
        let mut acls = account::regional(RuleAction::Block);
        acls[0].metric = MetricName::new("edge-metric");
        console.fact(Query::Acls(AclScope::Regional), Facts::Acls(acls));
        console.state
    });
    let named =
        |m: &Metric| matches!(m, Metric::RuleBlocked { acl, .. } if acl.as_str() == "edge-metric");
    assert!(wants.iter().flat_map(|w| w.query.metrics()).any(named));
}
