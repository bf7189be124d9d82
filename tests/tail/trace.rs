//! A trace, asked of all groups of the cluster's services.

use super::stage::{GROUPS, account, aws, now, python, source, tell};
use std::sync::Mutex;
use tidegate::domain::ids::TaskDefinition;
use tidegate::logs::chunk::{Chunk, Line};
use tidegate::model::trace::{Found, Question};
use tidegate::runtime::ask::trace::ask;

const ID: &str = "40cfde91-one of ours";

/// Writes a line of the trace into each of these groups, and one of another trace.
fn written(account: &crate::sim::stage::Account, at: i64) -> Vec<TaskDefinition> {
    let script = format!(
        "ecs, logs = client('ecs'), client('logs')
for n, group in enumerate(json.loads({groups:?})):
    logs.create_log_stream(logGroupName=group, logStreamName='ours')
    line = lambda id: dict(timestamp={at} + n, message=json.dumps(dict(traceId=id, layer='L%d' % n)))
    logs.put_log_events(logGroupName=group, logStreamName='ours', logEvents=[line({ID:?}), line('another')])
print(json.dumps([s['taskDefinition'] for s in ecs.describe_services(cluster='orchard', services=['api', 'admin', 'batch-worker'])['services']]))",
        groups = serde_json::json!(GROUPS).to_string(),
    );
    let found: Vec<String> = serde_json::from_value(python(account, &script)).expect("names");
    found.iter().map(|name| name.as_str().into()).collect()
}

fn question(definitions: Vec<TaskDefinition>, at: i64) -> Question {
    Question {
        id: ID.to_owned(),
        from: at - 300_000,
        to: at + 300_000,
        definitions: definitions.into(),
        groups: [source(GROUPS[0]), source("/ecs/nobody")].into(),
        turn: 1,
    }
}

fn lines(found: &[Found]) -> Vec<(String, String)> {
    let chunks = found.iter().flat_map(|found| &found.lines);
    let layer = |chunk: &Chunk, line: &Line| {
        let layer = chunk.fields(line).find(|member| member.name == "layer");
        layer.map_or(String::new(), |member| member.value.into_owned())
    };
    let mut lines: Vec<(String, String)> = chunks
        .flat_map(|chunk| {
            let group = chunk.source.group.as_str();
            let lines = chunk.lines().iter();
            lines.map(move |line| (group.to_owned(), layer(chunk, line)))
        })
        .collect();
    lines.sort();
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn every_group_of_the_services_is_asked_and_what_is_refused_is_told() {
    let account = account(5.0, 10);
    let at = now() - 30_000;
    let definitions = written(&account, at);
    let aws = aws(&account, "ap-northeast-2").await;
    let told: Mutex<Vec<Found>> = Mutex::default();
    let part = |found| told.lock().expect("whole").push(found);
    let whole = ask(&aws, &question(definitions.clone(), at), &part)
        .await
        .expect("an answer");
    assert_eq!((whole.answered, whole.of), (3, 4));
    let refused: Vec<&str> = whole.refused.iter().map(|r| r.what.as_str()).collect();
    assert_eq!(refused, ["/ecs/nobody"]);
    let mut told = std::mem::take(&mut *told.lock().expect("whole"));
    assert!(
        told.is_sorted_by_key(|found| found.answered) && told.len() == 4,
        "{told:?}"
    );
    told.push(whole);
    let mut expected: Vec<(String, String)> = (0..)
        .zip(GROUPS)
        .map(|(n, group)| (group.to_owned(), format!("L{n}")))
        .collect();
    expected.sort();
    assert_eq!(lines(&told), expected);

    tell(&account, "fault denied logs:FilterLogEvents");
    let whole = ask(&aws, &question(definitions.clone(), at), &part)
        .await
        .expect("an answer");
    let actions = whole.refused.iter().filter_map(|r| r.fault.action.as_ref());
    assert_eq!(
        actions
            .filter(|a| a.as_str() == "logs:FilterLogEvents")
            .count(),
        4
    );
    tell(&account, "faults off");
    tell(&account, "fault throttle logs:FilterLogEvents 30%");
    let whole = ask(&aws, &question(definitions, at), &part)
        .await
        .expect("an answer");
    assert_eq!(whole.answered, 3, "{:?}", whole.refused);
}
