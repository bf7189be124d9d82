use super::*;
use crate::domain::ecs::ServiceRef;
use crate::model::query::Fill;

const S: fn(u64) -> Duration = Duration::from_secs;

fn every(query: Query, secs: u64) -> Want {
    Want {
        query,
        pace: Pace::Every(S(secs)),
    }
}

fn detail(service: &str) -> Query {
    Query::ServiceDetail(ServiceRef {
        cluster: "orchard".into(),
        service: service.into(),
    })
}

fn started(steps: &[Step]) -> Vec<(Ticket, Query, Purse)> {
    let start = |s: &Step| match s {
        Step::Start {
            ticket,
            query,
            purse,
        } => Some((*ticket, query.clone(), *purse)),
        Step::Cut(_) => None,
    };
    steps.iter().filter_map(start).collect()
}

fn throttled() -> Fault {
    Fault::new(FaultKind::Throttled, "slow down")
}

#[test]
fn a_want_is_asked_at_once_and_then_at_its_pace() {
    let mut book = PollBook::default();
    book.want(vec![every(Query::Groups, 5)], S(0));
    assert_eq!(
        started(&book.steps(S(0))),
        [(1, Query::Groups, Purse::FirstFill)]
    );
    assert_eq!(book.steps(S(9)), [], "one in flight");
    book.answered(1, S(10));
    assert_eq!(book.next(), Some(S(15)));
    assert_eq!(book.steps(S(14)), []);
    assert_eq!(
        started(&book.steps(S(15))),
        [(2, Query::Groups, Purse::Steady)]
    );
}

#[test]
fn every_batch_of_the_first_fill_is_paid_by_its_own_purse() {
    let batch = |name: &str, fill| Want {
        query: Query::Services {
            cluster: "orchard".into(),
            names: [name.into()].into(),
            fill,
        },
        pace: Pace::Once,
    };
    let mut book = PollBook::default();
    let mut purses = Vec::new();
    for (name, fill) in [("a", Fill::Rest), ("b", Fill::Rest), ("a", Fill::Again)] {
        book.want(vec![batch(name, fill)], S(0));
        let begun = started(&book.steps(S(0)));
        for (ticket, _, purse) in begun {
            book.answered(ticket, S(0));
            purses.push(purse);
        }
    }
    assert_eq!(purses, [Purse::FirstFill, Purse::FirstFill, Purse::Steady]);
}

#[test]
fn once_is_asked_once_and_again_on_refresh() {
    let mut book = PollBook::default();
    book.want(
        vec![Want {
            query: Query::Clusters,
            pace: Pace::Once,
        }],
        S(0),
    );
    book.steps(S(0));
    book.answered(1, S(1));
    assert_eq!(book.next(), None);
    book.refresh(&[Slot::Clusters], S(2));
    assert_eq!(started(&book.steps(S(2))).len(), 1);
}

#[test]
fn a_refresh_while_it_runs_asks_once_more_after_it() {
    let mut book = PollBook::default();
    book.want(vec![every(Query::Groups, 60)], S(0));
    book.steps(S(0));
    book.refresh(&[Slot::Groups], S(1));
    assert_eq!(book.steps(S(1)), []);
    book.answered(1, S(2));
    assert_eq!(started(&book.steps(S(2))).len(), 1);
}

#[test]
fn a_drill_in_into_another_thing_cuts_off_the_first() {
    let mut book = PollBook::default();
    book.want(vec![every(detail("api"), 5)], S(0));
    book.steps(S(0));
    book.want(vec![every(detail("worker"), 5)], S(1));
    let steps = book.steps(S(1));
    assert_eq!(steps[0], Step::Cut(1));
    assert_eq!(started(&steps)[0].1, detail("worker"));
}

#[test]
fn a_list_that_changed_is_asked_after_the_running_one_or_two_seconds() {
    let metric = |name: &str| {
        let at = ServiceRef {
            cluster: "orchard".into(),
            service: name.into(),
        };
        Query::Metrics([crate::domain::metrics::Metric::ServiceCpu(at)].into())
    };
    let mut book = PollBook::default();
    book.want(vec![every(metric("a"), 60)], S(0));
    book.steps(S(0));
    book.want(vec![every(metric("b"), 60)], S(1));
    assert_eq!(book.steps(S(1)), []);
    assert_eq!(book.next(), Some(S(2)));
    let steps = book.steps(S(2));
    assert_eq!(steps[0], Step::Cut(1));
    assert_eq!(started(&steps)[0].1, metric("b"));
    book.want(vec![every(metric("c"), 60)], S(3));
    book.answered(2, S(3));
    assert_eq!(
        started(&book.steps(S(3)))[0].1,
        metric("c"),
        "at once after the running one"
    );
}

#[test]
fn metrics_are_asked_each_minute_at_most() {
    let mut book = PollBook::default();
    book.want(vec![every(Query::Metrics([].into()), 5)], S(0));
    book.steps(S(0));
    book.answered(1, S(1));
    assert_eq!(book.next(), Some(S(61)));
}

#[test]
fn metrics_that_fail_are_not_asked_sooner_than_metrics_that_come() {
    let mut book = PollBook::default();
    book.want(vec![every(Query::Metrics([].into()), 60)], S(0));
    book.steps(S(0));
    for kind in [FaultKind::Throttled, FaultKind::Server] {
        let ticket = book.last_ticket;
        let next = book.failed(ticket, &Fault::new(kind, "no"), S(1), 0.5);
        assert_eq!(next, Some(S(61)));
        book.refresh(&[Slot::Metrics], S(1));
        book.steps(S(1));
    }
}

#[test]
fn what_nobody_wants_is_not_asked_and_is_asked_at_once_when_wanted_again() {
    let mut book = PollBook::default();
    book.want(vec![every(Query::Groups, 5)], S(0));
    book.steps(S(0));
    book.answered(1, S(1));
    book.want(vec![], S(2));
    assert_eq!(book.next(), None);
    book.want(vec![every(Query::Groups, 5)], S(3));
    assert_eq!(started(&book.steps(S(3))).len(), 1);
}

#[test]
fn throttling_backs_off_further_each_time_and_an_answer_ends_it() {
    let mut book = PollBook::default();
    book.want(vec![every(Query::Groups, 5)], S(0));
    book.steps(S(0));
    assert_eq!(book.failed(1, &throttled(), S(1), 1.0), Some(S(3)));
    book.steps(S(3));
    assert_eq!(book.failed(2, &throttled(), S(3), 1.0), Some(S(7)));
    book.steps(S(7));
    book.answered(3, S(7));
    assert_eq!(book.next(), Some(S(12)));
}

#[test]
fn a_missing_permission_is_tried_every_five_minutes_beside_the_others() {
    let mut book = PollBook::default();
    book.want(
        vec![every(Query::Groups, 5), every(Query::Inventory, 5)],
        S(0),
    );
    book.steps(S(0));
    let denied = Fault::new(FaultKind::Denied, "no");
    assert_eq!(book.failed(1, &denied, S(1), 0.5), Some(S(301)));
    book.answered(2, S(1));
    assert_eq!(book.next(), Some(S(6)));
}

#[test]
fn nothing_starts_while_paused_and_failures_are_asked_at_once_after() {
    let mut book = PollBook::default();
    book.want(vec![every(Query::Groups, 5)], S(0));
    book.steps(S(0));
    book.failed(1, &Fault::new(FaultKind::Credentials, "expired"), S(1), 0.5);
    book.pause();
    assert_eq!((book.steps(S(100)), book.next()), (vec![], None));
    book.resume(S(100));
    assert_eq!(started(&book.steps(S(100))).len(), 1);
}

#[test]
fn a_reset_cuts_off_what_runs_and_asks_what_is_still_wanted_at_once() {
    let mut book = PollBook::default();
    book.want(vec![every(Query::Groups, 5)], S(0));
    book.steps(S(0));
    assert_eq!(book.reset(S(1)), [Step::Cut(1)]);
    book.answered(1, S(1));
    assert_eq!(
        started(&book.steps(S(2))),
        [(2, Query::Groups, Purse::FirstFill)]
    );
}

#[test]
fn the_first_purse_pays_for_one_try_and_not_for_what_fails_again_and_again() {
    let mut book = PollBook::default();
    book.want(vec![every(detail("api"), 5)], S(0));
    let mut purses = Vec::new();
    for second in [0, 60, 120] {
        let begun = started(&book.steps(S(second)));
        purses.extend(begun.iter().map(|(_, _, purse)| *purse));
        book.failed(begun[0].0, &throttled(), S(second), 1.0);
    }
    book.want(vec![every(detail("worker"), 5)], S(180));
    purses.push(started(&book.steps(S(180)))[0].2);
    assert_eq!(purses[0], Purse::FirstFill);
    assert_eq!(purses[1..], [Purse::Steady; 3]);
}
