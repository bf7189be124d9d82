//! What stands behind a session in the account: timers and the record that is its lock, put,
//! seen by boto3, and gone when everything is back.

use super::bench::{Bench, is_end, service_ref};
use super::undo;
use crate::support::proxy::Trouble;
use serde_json::{Value, json};
use tidegate::domain::backstop::{Bounds, RecordRef, Shelf, Timer};
use tidegate::domain::change::{Change, Target};
use tidegate::session::order::{PastState, Proposal, Proposed, Report};

/// Long enough that nothing runs within the test; to the second, as AWS keeps it.
fn at(minutes: i64) -> jiff::Timestamp {
    let now = jiff::Timestamp::now().as_second();
    jiff::Timestamp::from_second(now + minutes * 60).expect("a time")
}

fn timer(of: Bounds, minutes: i64) -> Target {
    Target::Timer(Timer {
        of,
        name: "tidegate-s-1-restore".into(),
        at: at(minutes),
        min: 1,
        max: 4,
    })
}

fn record(session: &str) -> Target {
    Target::Record(RecordRef {
        shelf: Shelf::Region,
        name: "/tidegate/test/session/1".into(),
        body: json!({ "v": 1, "session": session }).to_string().into(),
    })
}

/// The lock, both timers, then the change they stand behind.
fn with_nets(session: &str, proposal: Proposal) -> Proposal {
    let nets = [
        record(session),
        timer(Bounds::Target(service_ref("scaled")), 60),
        timer(Bounds::Group("nodes".into()), 90),
    ];
    let nets = nets.map(|target| Proposed::Set(Change::put(target)));
    Proposal {
        steps: nets.into_iter().chain(proposal.steps).collect(),
        ..proposal
    }
}

fn nets(bench: &Bench) -> Value {
    bench.account.python(
        "
aas, asg, ssm = client('application-autoscaling'), client('autoscaling'), client('ssm')
targets = [a for a in aas.describe_scheduled_actions(ServiceNamespace='ecs')['ScheduledActions']]
groups = asg.describe_scheduled_actions(AutoScalingGroupName='nodes')['ScheduledUpdateGroupActions']
records = ssm.get_parameters_by_path(Path='/tidegate', Recursive=True, WithDecryption=True)['Parameters']
out({'targets': [[a['ScheduledActionName'], a['ScalableTargetAction']['MinCapacity'], a['ScalableTargetAction']['MaxCapacity'], a['Schedule'][:3]] for a in targets],
     'groups': [[a['ScheduledActionName'], a['MinSize'], a['MaxSize']] for a in groups],
     'records': [[p['Name'], p['Type'], p['Value']] for p in records]})
",
    )
}

#[tokio::test]
async fn timers_and_the_record_are_put_before_the_change_and_gone_after_it_is_back() {
    let mut bench = Bench::new().await;
    let proposal = with_nets("s-1", bench.scale("scaled", "6").await);
    let session = bench.finished(proposal).await;
    assert_eq!(
        nets(&bench),
        json!({
            "targets": [["tidegate-s-1-restore", 1, 4, "at("]],
            "groups": [["tidegate-s-1-restore", 1, 4]],
            "records": [["/tidegate/test/session/1", "SecureString", r#"{"session":"s-1","v":1}"#]],
        })
    );
    let order: Vec<String> = bench
        .proxy
        .writes()
        .iter()
        .map(|call| call.operation.clone())
        .collect();
    assert_eq!(
        order,
        [
            "PutParameter",
            "PutScheduledAction",
            "PutScheduledUpdateGroupAction",
            "RegisterScalableTarget"
        ]
    );
    bench.undone(&session).await;
    assert_eq!(
        nets(&bench),
        json!({ "targets": [], "groups": [], "records": [] })
    );
    assert_eq!(bench.state(&session), PastState::Reverted);
}

#[tokio::test]
async fn where_another_session_holds_the_lock_nothing_is_changed() {
    let mut bench = Bench::new().await;
    bench.account.python(
        "client('ssm').put_parameter(Name='/tidegate/test/session/1', Type='String', Value='{\"session\": \"other\"}')\nout({})",
    );
    let before = bench.service("scaled");
    let proposal = with_nets("s-1", bench.scale("scaled", "6").await);
    bench.apply(proposal);
    let ended = bench.until(is_end).await;
    assert!(
        matches!(&ended, Report::Failed { .. } | Report::Changed { .. }),
        "{ended:?}"
    );
    assert_eq!(bench.service("scaled"), before);
    assert_eq!(nets(&bench)["targets"], json!([]));
}

#[tokio::test]
async fn a_timer_that_ran_or_was_removed_is_as_good_as_gone() {
    let mut bench = Bench::new().await;
    let proposal = with_nets("s-1", bench.scale("scaled", "6").await);
    let session = bench.finished(proposal).await;
    bench.account.python(
        "
client('application-autoscaling').delete_scheduled_action(ServiceNamespace='ecs', ScheduledActionName='tidegate-s-1-restore',
    ResourceId='service/orchard/scaled', ScalableDimension='ecs:service:DesiredCount')
out({})",
    );
    bench.undone(&session).await;
    assert_eq!(
        nets(&bench),
        json!({ "targets": [], "groups": [], "records": [] })
    );
}

#[tokio::test]
async fn a_lock_whose_answer_was_lost_is_read_back_and_taken_once() {
    let mut bench = Bench::new().await;
    let proposal = with_nets("s-1", bench.scale("scaled", "6").await);
    bench
        .proxy
        .trouble("PutParameter", Trouble::ApplyThenDrop, 1);
    bench
        .carrier
        .order(tidegate::session::order::Order::Apply(Box::new(proposal)));
    let Report::Finished { session, .. } = bench.until(is_end).await else {
        panic!("not finished")
    };
    let locks = bench.proxy.writes();
    let locks = locks.iter().filter(|c| c.operation == "PutParameter");
    assert_eq!(locks.count(), 1);
    bench.carrier.order(undo(&session));
    bench.until(is_end).await;
    assert_eq!(nets(&bench)["records"], json!([]));
}
