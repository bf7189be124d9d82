//! The whole road of a write: real carrier, real journal, real SDK, moto at the far end;
//! boto3 says afterwards what is there.

pub mod bench;
mod kill;
mod kinds;
mod net;

use crate::support::proxy::{Answer, Trouble};
use bench::{Bench, RULE_BEFORE, is_end};
use serde_json::json;
use std::time::Duration;
use tidegate::domain::change::{Field, Standing, Target, Value};
use tidegate::domain::fault::FaultKind;
use tidegate::domain::subject::Subject;
use tidegate::runtime::carrier::Access;
use tidegate::session::order::{Order, PastState, Progress, Proposed, Report};
use tidegate::session::revert::Decisions;

fn undo(session: &tidegate::domain::ids::SessionId) -> Order {
    Order::Undo {
        session: session.clone(),
        decisions: Decisions::default(),
    }
}

#[tokio::test]
async fn a_service_without_a_target_is_scaled_and_put_back() {
    let mut bench = Bench::new().await;
    let session = bench.finished(bench.scale("plain", "5").await).await;
    assert_eq!(
        bench.service("plain"),
        json!({ "desired": 5, "min": null, "max": null })
    );
    assert_eq!(bench.proxy.writes().len(), 1);
    bench.undone(&session).await;
    assert_eq!(
        bench.service("plain"),
        json!({ "desired": 2, "min": null, "max": null })
    );
    assert_eq!(bench.state(&session), PastState::Reverted);
}

#[tokio::test]
async fn a_target_is_raised_in_one_call_and_put_back_with_the_count_that_nothing_else_lowers() {
    let mut bench = Bench::new().await;
    let session = bench.finished(bench.scale("scaled", "6").await).await;
    assert_eq!(
        bench.service("scaled"),
        json!({ "desired": 6, "min": 6, "max": 6 })
    );
    let writes = bench.proxy.writes();
    assert_eq!(
        writes
            .iter()
            .map(|c| c.operation.as_str())
            .collect::<Vec<_>>(),
        ["RegisterScalableTarget"]
    );
    bench.undone(&session).await;
    assert_eq!(
        bench.service("scaled"),
        json!({ "desired": 2, "min": 1, "max": 4 })
    );
}

#[tokio::test]
async fn a_target_without_a_policy_is_lowered_with_its_count() {
    let mut bench = Bench::new().await;
    let session = bench.finished(bench.scale("scaled", "1").await).await;
    assert_eq!(
        bench.service("scaled"),
        json!({ "desired": 1, "min": 1, "max": 4 })
    );
    bench.undone(&session).await;
    assert_eq!(
        bench.service("scaled"),
        json!({ "desired": 2, "min": 1, "max": 4 })
    );
}

#[tokio::test]
async fn a_group_is_scaled_and_put_back() {
    let mut bench = Bench::new().await;
    let before = bench.group();
    let session = bench.finished(bench.scale_group("2/2/5").await).await;
    assert_eq!(bench.group(), json!([2, 2, 5]));
    bench.undone(&session).await;
    assert_eq!(bench.group(), before);
}

#[tokio::test]
async fn a_rule_goes_to_count_and_its_whole_action_comes_back() {
    let mut bench = Bench::new().await;
    let before = bench.acl();
    let session = bench.finished(bench.toggle().await).await;
    let during = bench.acl();
    assert_eq!(during["Rules"][0]["Action"], json!({ "Count": {} }));
    assert_ne!(during, before);
    bench.undone(&session).await;
    assert_eq!(bench.acl(), before);
    assert_eq!(
        bench.acl()["Rules"][0]["Action"],
        serde_json::from_str::<serde_json::Value>(RULE_BEFORE).unwrap()
    );
}

#[tokio::test]
async fn a_limit_is_raised_and_comes_back() {
    let mut bench = Bench::new().await;
    let before = bench.acl();
    let session = bench.finished(bench.limit("20000").await).await;
    assert_eq!(
        bench.acl()["Rules"][0]["Statement"]["RateBasedStatement"]["Limit"],
        20_000
    );
    bench.undone(&session).await;
    assert_eq!(bench.acl(), before);
}

#[tokio::test]
async fn a_backup_in_the_making_is_nothing_to_undo() {
    let mut bench = Bench::new().await;
    bench.slow_snapshot();
    bench.apply(bench.back_up().await);
    let told = bench
        .until(|r| matches!(r, Report::History(past) if !past.is_empty()))
        .await;
    let Report::History(past) = told else {
        panic!("a history")
    };
    assert_eq!(past[0].state, PastState::Backup);
}

#[tokio::test]
async fn a_backup_is_made_tagged_and_survives_its_undo() {
    let mut bench = Bench::new().await;
    let session = bench.finished(bench.back_up().await).await;
    let made = bench.snapshots();
    assert_eq!(
        (made.as_array().unwrap().len(), &made[0]["Status"]),
        (1, &json!("available"))
    );
    let tags = made[0]["TagList"].as_array().unwrap();
    assert!(
        tags.iter()
            .any(|t| t["Key"] == "tidegate:session" && t["Value"] == session.as_str()),
        "{tags:?}"
    );
    bench.carrier.order(undo(&session));
    let Report::Undone { what, .. } = bench.until(is_end).await else {
        panic!("undone")
    };
    assert!(what.as_str().contains("does not delete"), "{what}");
    assert_eq!(bench.snapshots().as_array().unwrap().len(), 1);
    assert_eq!(bench.state(&session), PastState::Backup);
}

#[tokio::test]
async fn a_backup_shows_its_progress_until_it_is_available() {
    let mut bench = Bench::new().await;
    bench.slow_snapshot();
    bench.apply(bench.back_up().await);
    let seen = |r: &Report| {
        matches!(
            r,
            Report::Progress {
                progress: Progress::Verifying {
                    percent: Some(64),
                    ..
                },
                ..
            }
        )
    };
    bench.until(seen).await;
    bench.proxy.answer("DescribeDBSnapshots", |_| Answer::Pass);
    assert!(matches!(bench.until(is_end).await, Report::Finished { .. }));
}

#[tokio::test]
async fn an_answer_that_is_lost_is_read_back_and_nothing_is_sent_twice() {
    for operation in [
        "UpdateService",
        "RegisterScalableTarget",
        "UpdateWebACL",
        "CreateDBSnapshot",
    ] {
        let mut bench = Bench::new().await;
        let proposal = match operation {
            "UpdateService" => bench.scale("plain", "5").await,
            "RegisterScalableTarget" => bench.scale("scaled", "2").await,
            "UpdateWebACL" => bench.toggle().await,
            _ => bench.back_up().await,
        };
        bench.proxy.trouble(operation, Trouble::ApplyThenDrop, 1);
        bench.apply(proposal);
        let doubt = bench
            .until(|r| {
                matches!(
                    r,
                    Report::Progress {
                        progress: Progress::InDoubt { .. },
                        ..
                    }
                )
            })
            .await;
        assert!(matches!(doubt, Report::Progress { .. }));
        let end = bench.until(is_end).await;
        assert!(
            matches!(end, Report::Finished { .. }),
            "{operation}: {end:?}"
        );
        assert_eq!(bench.proxy.count(operation), 1, "{operation}");
    }
}

#[tokio::test]
async fn a_request_that_was_cut_before_it_arrived_is_found_not_to_have_been_made() {
    let mut bench = Bench::new().await;
    bench.proxy.trouble("UpdateService", Trouble::Cut, 1);
    bench.apply(bench.scale("plain", "5").await);
    let Report::Failed {
        session: Some(session),
        fault,
        ..
    } = bench.until(is_end).await
    else {
        panic!("failed")
    };
    assert!(
        fault.what.as_str().contains("nothing was changed"),
        "{fault}"
    );
    assert_eq!(
        (bench.proxy.count("UpdateService"), bench.state(&session)),
        (1, PastState::Refused)
    );
}

#[tokio::test]
async fn a_missing_permission_is_a_refusal_and_leaves_nothing_in_doubt() {
    let mut bench = Bench::new().await;
    bench.proxy.trouble(
        "UpdateService",
        Trouble::Error(400, "AccessDeniedException"),
        9,
    );
    bench.apply(bench.scale("plain", "5").await);
    let Report::Failed {
        session: Some(session),
        fault,
        ..
    } = bench.until(is_end).await
    else {
        panic!("failed")
    };
    assert_eq!(fault.kind, FaultKind::Denied);
    assert!(
        fault.line().as_str().contains("ecs:UpdateService"),
        "{fault}"
    );
    assert_eq!(
        (bench.proxy.count("UpdateService"), bench.state(&session)),
        (1, PastState::Refused)
    );
}

#[tokio::test]
async fn what_changed_since_the_dialog_goes_back_to_the_dialog_and_nothing_is_sent() {
    let mut bench = Bench::new().await;
    let proposal = bench.scale("plain", "5").await;
    bench
        .account
        .python("client('ecs').update_service(cluster='orchard', service='plain', desiredCount=3)");
    bench.apply(proposal);
    let Report::Changed { now, .. } = bench.until(is_end).await else {
        panic!("changed")
    };
    assert!(format!("{now:?}").contains("desired: 3"));
    assert!(bench.proxy.writes().is_empty());
    assert!(bench.sessions().is_empty());
}

#[tokio::test]
async fn a_stale_lock_token_is_renewed_where_only_the_token_moved() {
    let mut bench = Bench::new().await;
    bench.proxy.trouble(
        "UpdateWebACL",
        Trouble::Error(400, "WAFOptimisticLockException"),
        1,
    );
    bench.finished(bench.toggle().await).await;
    assert_eq!(bench.proxy.count("UpdateWebACL"), 2);
    assert_eq!(bench.acl()["Rules"][0]["Action"], json!({ "Count": {} }));
}

#[tokio::test]
async fn another_editors_change_under_the_lock_is_shown_and_not_overwritten() {
    let mut bench = Bench::new().await;
    let account = bench.account.clone();
    bench.proxy.answer("UpdateWebACL", move |_| {
        account.python(bench::FOREIGN_EDIT);
        Answer::Error(400, "WAFOptimisticLockException", "stale".into())
    });
    bench.apply(bench.toggle().await);
    assert!(matches!(bench.until(is_end).await, Report::Changed { .. }));
    assert_eq!(bench.proxy.count("UpdateWebACL"), 1);
    assert_eq!(bench.acl()["Rules"][1]["Priority"], 9);
}

#[tokio::test]
async fn a_value_that_somebody_else_set_is_asked_about_then_restored_or_kept() {
    for restore in [true, false] {
        let mut bench = Bench::new().await;
        let session = bench.finished(bench.scale("plain", "5").await).await;
        bench.account.python(
            "client('ecs').update_service(cluster='orchard', service='plain', desiredCount=9)",
        );
        bench.carrier.order(undo(&session));
        let Report::Conflict { fields, .. } = bench.until(is_end).await else {
            panic!("a conflict")
        };
        assert_eq!(
            (fields.len(), fields[0].standing, &fields[0].now),
            (1, Standing::Theirs, &Some(Value::Count(9)))
        );
        let field: (Target, Field) = (fields[0].target.clone(), fields[0].field);
        let (back, keep) = if restore {
            (vec![field], vec![])
        } else {
            (vec![], vec![field])
        };
        bench.carrier.order(Order::Undo {
            session: session.clone(),
            decisions: Decisions {
                restore: back.into_iter().collect(),
                keep: keep.into_iter().collect(),
                ..Decisions::default()
            },
        });
        assert!(matches!(bench.until(is_end).await, Report::Undone { .. }));
        let (count, state) = if restore {
            (2, PastState::Reverted)
        } else {
            (9, PastState::Kept)
        };
        assert_eq!(
            (
                bench.service("plain")["desired"].as_i64(),
                bench.state(&session)
            ),
            (Some(count), state)
        );
    }
}

#[tokio::test]
async fn a_change_whose_effect_is_still_awaited_can_be_undone() {
    let mut bench = Bench::new().await;
    bench.withhold_the_count();
    bench.apply(bench.scale("scaled", "6").await);
    let waiting = |r: &Report| {
        matches!(
            r,
            Report::Progress {
                progress: Progress::Verifying { .. },
                ..
            }
        )
    };
    let Report::Progress { session, .. } = bench.until(waiting).await else {
        panic!("progress")
    };
    bench.undone(&session).await;
    assert_eq!(
        bench.service("scaled"),
        json!({ "desired": 2, "min": 1, "max": 4 })
    );
}

#[tokio::test]
async fn an_effect_that_does_not_come_is_said_and_can_still_be_undone() {
    let mut bench = Bench::new().await;
    bench.withhold_the_count();
    bench.apply(bench.scale("scaled", "6").await);
    let Report::Failed {
        session: Some(session),
        fault,
        ..
    } = bench.until(is_end).await
    else {
        panic!("failed")
    };
    assert!(
        fault.what.as_str().contains("effect is not there"),
        "{fault}"
    );
    assert_eq!(bench.state(&session), PastState::Applied);
    bench.undone(&session).await;
    assert_eq!(
        bench.service("scaled"),
        json!({ "desired": 2, "min": 1, "max": 4 })
    );
}

#[tokio::test]
async fn read_only_holds_no_journal_and_sends_nothing() {
    let mut bench = Bench::new().await;
    let session = bench.finished(bench.scale("plain", "5").await).await;
    let proposal = bench.scale("plain", "7").await;
    bench.proxy.forget();
    bench.respawn(Access::ReadOnly {
        dir: bench.dir().to_owned(),
    });
    bench.apply(proposal);
    assert!(
        matches!(bench.until(is_end).await, Report::Failed { fault, .. } if fault.kind == FaultKind::Refused)
    );
    bench.carrier.order(undo(&session));
    assert!(matches!(bench.until(is_end).await, Report::Failed { .. }));
    bench.carrier.order(Order::Inspect);
    let history = bench
        .until(|r| matches!(r, Report::History(h) if !h.is_empty()))
        .await;
    assert!(matches!(history, Report::History(h) if h[0].session == session));
    assert!(bench.proxy.writes().is_empty());
}

#[tokio::test]
async fn history_tells_what_was_done_and_what_became_of_it() {
    let mut bench = Bench::new().await;
    let first = bench.finished(bench.scale("plain", "5").await).await;
    let second = bench.finished(bench.limit("20000").await).await;
    bench.undone(&second).await;
    bench.respawn(Access::Journal(bench.store.clone()));
    bench.carrier.order(Order::Inspect);
    let Report::History(past) = bench
        .until(|r| matches!(r, Report::History(h) if h.len() == 2))
        .await
    else {
        panic!()
    };
    assert_eq!(
        (&past[0].session, past[0].state),
        (&second, PastState::Reverted)
    );
    assert_eq!(
        (&past[1].session, past[1].state),
        (&first, PastState::Applied)
    );
    assert!(matches!(&past[1].subject, Subject::Service(at) if at.service.as_str() == "plain"));
    assert!(matches!(&past[1].steps[0], Proposed::Set(c) if c.fields[0].after == Value::Count(5)));
}

#[tokio::test]
async fn a_session_that_another_process_carries_is_shown_and_not_touched() {
    let mut bench = Bench::new().await;
    let session = bench.finished(bench.scale("plain", "5").await).await;
    let (other, _) = bench
        .store
        .resume(&session, jiff::Timestamp::now())
        .expect("the lock");
    bench.carrier.order(undo(&session));
    assert!(
        matches!(bench.until(is_end).await, Report::Failed { fault, .. } if fault.kind == FaultKind::Conflict)
    );
    assert_eq!(bench.service("plain")["desired"], 5);
    drop(other);
    bench.undone(&session).await;
}

#[tokio::test]
async fn two_orders_at_once_are_carried_one_after_the_other() {
    let mut bench = Bench::new().await;
    bench.proxy.delay(Duration::from_millis(30));
    bench.apply(bench.toggle().await);
    bench.apply(bench.scale("plain", "5").await);
    for _ in 0..2 {
        assert!(matches!(bench.until(is_end).await, Report::Finished { .. }));
    }
    assert_eq!(bench.proxy.writes().len(), 2);
}
