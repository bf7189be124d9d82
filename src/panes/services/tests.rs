use super::aim::BATCH;
use super::row::Known;
use super::*;
use crate::domain::ecs::{Controller, Launch, LogTarget, Rollout, Scheduling, ServiceStatus};
use crate::domain::fault::{Fault, FaultKind};
use crate::model::query::Epoch;
use crate::model::query::{Answer, Facts, Fill};
use crate::model::settings::{Mode, Settings};
use crate::model::time::Now;
use std::time::Duration;

/// A pane that is told things, at a moment.
struct Told {
    pane: Services,
    settings: Settings,
    cluster: ClusterName,
    now: Now,
}

impl Told {
    fn new(height: u16) -> Self {
        let mut pane = Services::default();
        pane.resize(80, height);
        Self {
            pane,
            settings: Settings::default(),
            cluster: "orchard".into(),
            now: Now::START,
        }
    }

    fn with<T>(&mut self, f: impl FnOnce(&mut Services, &Context<'_>) -> T) -> T {
        let cx = Context {
            now: self.now,
            settings: &self.settings,
            cluster: Some(&self.cluster),
            service: None,
            link: &crate::model::message::Link::Fine,
        };
        f(&mut self.pane, &cx)
    }

    fn hear(&mut self, query: Query, answer: Answer) {
        let reply = Reply {
            epoch: Epoch::default(),
            query,
            answer,
        };
        self.with(|pane, cx| pane.reply(&reply, cx));
    }

    fn names(&mut self, names: &[String], whole: bool) {
        let all: Vec<ServiceName> = names.iter().map(|n| n.as_str().into()).collect();
        let facts = Facts::ServiceNames(Arc::new(all));
        let answer = if whole {
            Answer::Whole(facts)
        } else {
            Answer::Part(facts)
        };
        self.hear(Query::ServiceNames("orchard".into()), answer);
    }

    /// What it asks about services for this purpose.
    fn asks(&mut self, purpose: Fill) -> Vec<ServiceName> {
        let wants = self.with(|pane, cx| pane.wants(cx));
        let names = wants.into_iter().find_map(|w| match w.query {
            Query::Services { names, fill, .. } if fill == purpose => Some(names.to_vec()),
            _ => None,
        });
        names.unwrap_or_default()
    }

    /// Answers what it asks for.
    fn answer(&mut self, fill: Fill) {
        let names = self.asks(fill);
        let found = names.iter().map(|n| Arc::new(service(n))).collect();
        let query = Query::Services {
            cluster: "orchard".into(),
            names: names.into(),
            fill,
        };
        self.hear(
            query,
            Answer::Whole(Facts::Services {
                found,
                missing: Vec::new(),
            }),
        );
    }

    fn act(&mut self, verb: Verb) -> Vec<Act> {
        self.with(|pane, cx| pane.act(verb, cx))
    }

    fn decided(&mut self) -> Vec<Act> {
        self.with(Pane::decided)
    }

    fn wants(&mut self, query: &Query) -> bool {
        self.with(|pane, cx| pane.wants(cx))
            .iter()
            .any(|w| w.query == *query)
    }

    fn later(&mut self, secs: u64) {
        self.now.mono += Duration::from_secs(secs);
        self.with(Pane::tick);
    }
}

fn service(name: &ServiceName) -> Service {
    Service {
        at: ServiceRef {
            cluster: "orchard".into(),
            service: name.clone(),
        },
        status: ServiceStatus::Active,
        desired: 1,
        running: 1,
        pending: 0,
        launch: Launch::Ec2,
        controller: Controller::Ecs,
        arn: None,
        scheduling: Scheduling::Replica,
        rollout: Rollout::Completed,
        primary: (1, 1),
        deployments: 1,
        deployed_at: None,
        task_definition: "api:42".into(),
        target_groups: Vec::new(),
    }
}

fn many(n: usize) -> Vec<String> {
    (0..n).map(|i| format!("service-{i:04}")).collect()
}

fn title(told: &mut Told) -> String {
    told.with(|pane, cx| pane.title(cx))
        .status
        .as_str()
        .to_owned()
}

#[test]
fn the_rows_on_the_screen_are_asked_for_first_and_the_rest_in_batches() {
    let mut told = Told::new(11);
    told.names(&many(5_000), true);
    assert_eq!(told.asks(Fill::Visible).len(), 10);
    assert_eq!(told.asks(Fill::Rest).len(), BATCH);
    assert_eq!(title(&mut told), "0 of 5,000");
    told.answer(Fill::Visible);
    told.answer(Fill::Rest);
    assert_eq!(title(&mut told), "110 of 5,000");
    assert_eq!(told.asks(Fill::Rest)[0].as_str(), "service-0110");
}

#[test]
fn rows_elsewhere_are_asked_again_in_their_turn_and_new_ones_go_before_them() {
    let mut told = Told::new(11);
    told.names(&many(30), true);
    told.answer(Fill::Visible);
    told.answer(Fill::Rest);
    told.later(61);
    let turn = told.asks(Fill::Again);
    assert_eq!(turn.len(), 20);
    let query = Query::Services {
        cluster: "orchard".into(),
        names: turn.clone().into(),
        fill: Fill::Again,
    };
    told.hear(query, Answer::Started);
    told.names(&many(31), true);
    assert_eq!(told.asks(Fill::Again), turn, "under way, so not replaced");
    told.answer(Fill::Again);
    assert_eq!(told.asks(Fill::Rest)[0].as_str(), "service-0030");
    assert!(told.asks(Fill::Again).is_empty());
}

#[test]
fn moving_the_cursor_while_an_answer_is_awaited_restarts_nothing() {
    let mut told = Told::new(11);
    told.names(&many(50), true);
    let first = told.asks(Fill::Visible);
    let query = Query::Services {
        cluster: "orchard".into(),
        names: first.clone().into(),
        fill: Fill::Visible,
    };
    told.hear(query, Answer::Started);
    told.act(Verb::Bottom);
    assert_eq!(told.asks(Fill::Visible), first);
    told.answer(Fill::Visible);
    assert_eq!(told.asks(Fill::Visible)[0].as_str(), "service-0040");
}

#[test]
fn rows_on_the_screen_are_asked_for_again_at_the_refresh_pace() {
    let mut told = Told::new(11);
    told.names(&many(10), true);
    told.answer(Fill::Visible);
    told.answer(Fill::Rest);
    assert!(told.asks(Fill::Rest).is_empty());
    told.later(6);
    assert_eq!(told.asks(Fill::Visible).len(), 10);
}

#[test]
fn a_part_of_the_names_takes_no_row_away_and_the_whole_does() {
    let mut told = Told::new(11);
    told.names(&many(30), true);
    told.answer(Fill::Visible);
    told.names(&many(20), false);
    assert_eq!(told.pane.rows.rows().len(), 30);
    told.names(&many(20), true);
    assert_eq!(told.pane.rows.rows().len(), 20);
    assert!(
        told.pane.rows.rows()[0].is_filled(),
        "what was known of a row stays"
    );
}

#[test]
fn a_service_that_vanished_is_marked_and_cannot_be_scaled() {
    let mut told = Told::new(11);
    told.names(&many(1), true);
    let names: Arc<[ServiceName]> = ["service-0000".into()].into();
    let query = Query::Services {
        cluster: "orchard".into(),
        names: names.clone(),
        fill: Fill::Visible,
    };
    told.hear(
        query,
        Answer::Whole(Facts::Services {
            found: Vec::new(),
            missing: names.to_vec(),
        }),
    );
    assert!(matches!(told.pane.rows.rows()[0].known, Known::Gone));
    assert!(!told.with(|pane, cx| pane.can(Verb::Scale, cx)));
}

#[test]
fn logs_open_when_their_place_is_known() {
    let mut told = Told::new(11);
    told.names(&many(1), true);
    told.answer(Fill::Visible);
    told.act(Verb::Logs);
    let query = Query::LogTargets("api:42".into());
    assert!(told.wants(&query));
    let target = LogTarget {
        group: "/ecs/api".into(),
        region: None,
        stream_prefix: None,
    };
    told.hear(
        query.clone(),
        Answer::Whole(Facts::LogTargets(vec![target.clone()])),
    );
    assert_eq!(told.decided(), [Act::ShowLogs(vec![target])]);
    assert!(!told.wants(&query));
}

#[test]
fn a_service_without_logs_is_said_and_a_failure_as_well() {
    let mut told = Told::new(11);
    told.names(&many(1), true);
    told.answer(Fill::Visible);
    told.act(Verb::Logs);
    told.hear(
        Query::LogTargets("api:42".into()),
        Answer::Whole(Facts::LogTargets(Vec::new())),
    );
    assert!(matches!(&told.decided()[..], [Act::Say(n)] if n.text.as_str().contains("no logs")));
    told.act(Verb::Raw);
    let at = ServiceRef {
        cluster: "orchard".into(),
        service: "service-0000".into(),
    };
    let fault = Fault::new(FaultKind::Denied, "It may not be read");
    told.hear(
        Query::Raw(RawOf::Service(at)),
        Answer::Failed {
            fault,
            next_try: None,
        },
    );
    assert!(matches!(&told.decided()[..], [Act::Say(n)] if n.fault.is_some()));
}

#[test]
fn raw_json_opens_as_a_page() {
    let mut told = Told::new(11);
    told.names(&many(1), true);
    told.answer(Fill::Visible);
    told.act(Verb::Raw);
    let at = ServiceRef {
        cluster: "orchard".into(),
        service: "service-0000".into(),
    };
    told.hear(
        Query::Raw(RawOf::Service(at)),
        Answer::Whole(Facts::Raw(vec!["{".into(), "}".into()])),
    );
    assert!(matches!(&told.decided()[..], [Act::Page { lines, .. }] if lines.len() == 2));
}

#[test]
fn read_only_offers_no_scaling_and_says_why() {
    let mut told = Told::new(11);
    told.settings.mode = Mode::ReadOnly;
    told.names(&many(1), true);
    told.answer(Fill::Visible);
    assert!(!told.with(|pane, cx| pane.can(Verb::Scale, cx)));
    assert!(
        matches!(&told.act(Verb::Scale)[..], [Act::Say(n)] if n.text.as_str().contains("read-only"))
    );
}

#[test]
fn filters_and_sorts_take_the_columns_by_name() {
    let mut told = Told::new(11);
    told.names(&many(30), true);
    told.answer(Fill::Visible);
    told.pane.set_filter("rollout:done").expect("a column");
    assert_eq!(title(&mut told), "10 of 30 match");
    told.pane
        .set_filter("!run/des:1/1 service-001")
        .expect("a column");
    assert_eq!(title(&mut told), "10 of 30 match");
    assert!(told.pane.sort_by("cpu").is_ok() && told.pane.sort_by("colour").is_err());
}

#[test]
fn an_open_service_asks_for_its_detail_and_not_for_the_list() {
    let mut told = Told::new(11);
    told.names(&many(30), true);
    told.act(Verb::Enter);
    let at = ServiceRef {
        cluster: "orchard".into(),
        service: "service-0000".into(),
    };
    assert!(told.wants(&Query::ServiceDetail(at)) && told.asks(Fill::Visible).is_empty());
    told.act(Verb::Back);
    assert!(!told.pane.drilled() && !told.asks(Fill::Visible).is_empty());
}
