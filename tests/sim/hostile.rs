//! Bad input: an AWS error or a clear sentence, never a panic, never a hang.

use super::stage::{Account, SIGNED, body_of, rest_of, status_of, within};
use std::io::Write;
use std::time::Duration;
use tidegate::sim::desk::Setup;
use tidegate::sim::server::Limits;

const JSON: &str = "Content-Type: application/x-amz-json-1.1\r\n";
const ECS: &str = "X-Amz-Target: AmazonEC2ContainerServiceV20141113.ListClusters\r\n";

const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
const SPOKEN: &str = "smithy-protocol: rpc-v2-cbor\r\nContent-Type: application/cbor\r\n";
const METRICS: &str = "/service/GraniteServiceVersion20100801/operation/ListMetrics";

/// Each is answered with 400 and these words.
fn assert_refused(account: &Account, cases: &[(&str, &str, &str, &str)]) {
    for (path, headers, body, says) in cases {
        let answer = account.post(path, headers, body);
        assert_eq!(
            status_of(&answer),
            "400",
            "{path} {headers} {body}: {answer}"
        );
        assert!(answer.contains(says), "{path} {headers} {body}: {answer}");
    }
}

#[test]
fn malformed_json_is_refused_in_jsons_shape() {
    let unknown = "\"__type\":\"UnknownOperationException\"";
    let target = |name: &str| format!("{JSON}X-Amz-Target: {name}\r\n");
    let (nobody, bare) = (target("Nobody.Knows"), target("AmazonSSM"));
    let invented = target("AmazonEC2ContainerServiceV20141113.Invented");
    let (good, plain) = (
        format!("{JSON}{ECS}"),
        format!("Content-Type: text/plain\r\n{ECS}"),
    );
    let cases = [
        ("/", &*good, "{\"a\":", "SerializationException"),
        ("/", &*plain, "{}", "text/plain"),
        ("/", &*nobody, "{}", unknown),
        ("/", &*bare, "{}", unknown),
        ("/", &*invented, "{}", unknown),
    ];
    assert_refused(&Account::start(), &cases);
}

#[test]
fn malformed_forms_and_paths_are_refused_in_xml() {
    let unknown = "<Code>InvalidAction</Code>";
    let cases = [
        ("/", FORM, "Action=Invented&Version=2014-10-31", unknown),
        (
            "/",
            FORM,
            "Action=DescribeDBInstances&Version=1999-01-01",
            unknown,
        ),
        ("/", FORM, "%%%&&&=&=", unknown),
        ("/2020-05-31/invented", "", "", unknown),
    ];
    assert_refused(&Account::start(), &cases);
}

#[test]
fn malformed_cbor_is_refused_in_cbor() {
    let cases = [
        (METRICS, SPOKEN, "\u{7f}nonsense", "SerializationException"),
        (
            METRICS,
            "Content-Type: application/cbor\r\n",
            "",
            "rpc-v2-cbor",
        ),
        (
            "/service/Other/operation/X",
            SPOKEN,
            "",
            "UnknownOperationException",
        ),
    ];
    assert_refused(&Account::start(), &cases);
}

#[test]
fn the_control_endpoint_says_what_it_takes() {
    let account = Account::start();
    let json = "Content-Type: application/json\r\n";
    let cases = [
        (
            "/_tidegate/control",
            json,
            "{\"command\":\"explode\"}",
            "is no command",
        ),
        ("/_tidegate/control", json, "{", "no JSON"),
        (
            "/_tidegate/control",
            "",
            "{\"command\":\"calm\"}",
            "Content-Type",
        ),
    ];
    assert_refused(&account, &cases);
    assert_eq!(status_of(&account.post("/_tidegate/other", "", "")), "404");
    let state = "GET /_tidegate/state HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    assert_eq!(status_of(&account.raw(state)), "200");
    assert_eq!(account.tell("load 5x")["load"], 5.0);
}

#[test]
fn an_unknown_operation_is_told_once_to_who_runs_the_account() {
    let account = Account::start();
    for _ in 0..3 {
        account.post(
            "/",
            &format!("{JSON}X-Amz-Target: AmazonSSM.Invented\r\n"),
            "{}",
        );
    }
    assert_eq!(account.told(), ["ssm:Invented is not simulated"]);
}

#[test]
fn what_is_no_http_ends_the_connection_and_nothing_else() {
    let account = Account::start();
    for garbage in [
        "\r\n\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}",
        "GET\r\n\r\n",
        "POST / HTTP/9.9\r\n\r\n",
        "SSH-2.0-x\r\n",
    ] {
        let mut stream = account.connect();
        stream.write_all(garbage.as_bytes()).expect("sent");
        stream
            .shutdown(std::net::Shutdown::Write)
            .expect("half closed");
        let answer = within(move || rest_of(&mut stream));
        assert!(
            ["", "400"].contains(&status_of(&answer)),
            "{garbage:?}: {answer}"
        );
    }
    let answer = account.post("/", &format!("{JSON}{ECS}"), "no");
    assert_eq!(status_of(&answer), "400");
}

#[test]
fn a_body_beyond_the_limit_is_refused_before_it_is_read() {
    let account = Account::start();
    let announced =
        format!("POST / HTTP/1.1\r\nHost: x\r\n{SIGNED}{JSON}{ECS}Content-Length: 9000000\r\n\r\n");
    let mut stream = account.connect();
    stream.write_all(announced.as_bytes()).expect("sent");
    let answer = within(move || rest_of(&mut stream));
    assert_eq!(status_of(&answer), "413", "{answer}");
    assert!(body_of(&answer).contains("8388608"), "{answer}");
}

#[test]
fn a_body_that_grows_beyond_the_limit_is_refused_too() {
    let limits = Limits {
        body: 1_000,
        ..Limits::default()
    };
    let account = Account::with(Setup::default(), limits);
    let chunk = format!("3e8\r\n{}\r\n", "x".repeat(1_000));
    let sent = format!(
        "POST / HTTP/1.1\r\nHost: x\r\n{SIGNED}{JSON}{ECS}Transfer-Encoding: chunked\r\n\r\n{chunk}{chunk}"
    );
    let mut stream = account.connect();
    stream.write_all(sent.as_bytes()).expect("sent");
    let answer = within(move || rest_of(&mut stream));
    assert_eq!(status_of(&answer), "413", "{answer}");
}

#[test]
fn slow_clients_are_let_go_and_others_served_meanwhile() {
    let limits = Limits {
        head_within: Duration::from_millis(200),
        body_within: Duration::from_millis(200),
        ..Limits::default()
    };
    let account = Account::with(Setup::default(), limits);
    let (mut head, mut body) = (account.connect(), account.connect());
    head.write_all(b"POST / HTTP/1.1\r\nHost").expect("sent");
    let half =
        format!("POST / HTTP/1.1\r\nHost: x\r\n{SIGNED}{JSON}{ECS}Content-Length: 10\r\n\r\n{{");
    body.write_all(half.as_bytes()).expect("sent");
    assert_eq!(
        status_of(&account.post("/", &format!("{JSON}{ECS}"), "no")),
        "400"
    );
    let (head, body) = within(move || (rest_of(&mut head), rest_of(&mut body)));
    assert!(["", "408"].contains(&status_of(&head)), "{head}");
    assert_eq!(status_of(&body), "408", "{body}");
}

#[test]
fn more_connections_than_there_is_room_for_wait_their_turn() {
    let limits = Limits {
        connections: 2,
        ..Limits::default()
    };
    let account = Account::with(Setup::default(), limits);
    let idle = [account.connect(), account.connect()];
    let mut third = account.connect();
    let request = format!(
        "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{SIGNED}{JSON}{ECS}Content-Length: 2\r\n\r\nno"
    );
    third.write_all(request.as_bytes()).expect("sent");
    third.set_nonblocking(true).expect("nonblocking");
    assert!(
        std::io::Read::read(&mut third, &mut [0; 1]).is_err(),
        "it has no place yet"
    );
    third.set_nonblocking(false).expect("blocking");
    drop(idle);
    let answer = within(move || rest_of(&mut third));
    assert_eq!(status_of(&answer), "400");
}

#[test]
fn it_ends_cleanly_while_connections_are_open_and_a_request_is_under_way() {
    let mut account = Account::start();
    account.tell("fault latency 300ms ecs:*");
    let _idle = account.connect();
    let mut busy = account.connect();
    let request =
        format!("POST / HTTP/1.1\r\nHost: x\r\n{SIGNED}{JSON}{ECS}Content-Length: 2\r\n\r\n{{}}");
    busy.write_all(request.as_bytes()).expect("sent");
    let answered = std::thread::spawn(move || rest_of(&mut busy));
    // The request is in once it is counted.
    while account
        .sim
        .state()
        .get("calls")
        .and_then(tidegate::sim::value::Value::as_int)
        == Some(0)
    {
        std::thread::yield_now();
    }
    within(move || account.stop());
    let answer = answered.join().expect("read");
    assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
}

#[test]
fn members_of_a_wrong_type_or_out_of_bounds_are_refused_at_the_door() {
    let account = Account::start();
    let json = "Content-Type: application/x-amz-json-1.1\r\nX-Amz-Target: AmazonEC2ContainerServiceV20141113.UpdateService\r\n";
    let body = "{\"cluster\":\"orchard\",\"service\":\"api\",\"desiredCount\":\"five\"}";
    let answer = account.post("/", json, body);
    assert!(answer.contains("SerializationException"), "{answer}");
    let body = "Action=DescribeDBInstances&Version=2014-10-31&MaxRecords=500";
    let answer = account.post("/", FORM, body);
    assert!(
        answer.contains("<Code>InvalidParameterValue</Code>"),
        "{answer}"
    );
}

#[test]
fn services_of_paths_and_json_are_refused_in_json_and_those_of_xml_in_xml() {
    let account = Account::start();
    for path in ["/2015-03-31/functions", "/v1/apis"] {
        let answer = account.post(path, "Content-Type: application/json\r\n", "{}");
        assert!(
            answer
                .to_ascii_lowercase()
                .contains("content-type: application/json"),
            "{answer}"
        );
        let body: serde_json::Value = serde_json::from_str(body_of(&answer)).expect("JSON");
        assert_eq!(body["__type"], "UnknownOperationException", "{answer}");
    }
    let answer = account.post("/", FORM, "Action=ListTopics&Version=2010-03-31");
    assert!(answer.contains("<Code>InvalidAction</Code>"), "{answer}");
}
