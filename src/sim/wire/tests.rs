use super::*;
use crate::sim::call::Service;
use crate::sim::value::{List, list, map, named_list};
use hyper::Method;
use jiff::Timestamp;
use proptest::prelude::*;
use std::borrow::Cow;

const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1/ecs/aws4_request, SignedHeaders=host, Signature=0";

fn request(method: &Method, uri: &str, headers: &[(&str, &str)], body: &[u8]) -> Request<Bytes> {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request
        .body(Bytes::copy_from_slice(body))
        .expect("a request")
}

fn signed(uri: &str, headers: &[(&str, &str)], body: &[u8]) -> Request<Bytes> {
    let mut all = vec![("authorization", SIGNED)];
    all.extend(headers);
    request(&Method::POST, uri, &all, body)
}

fn json(target: &str, body: &[u8]) -> Request<Bytes> {
    let headers = [
        ("x-amz-target", target),
        ("content-type", "application/x-amz-json-1.1"),
    ];
    signed("/", &headers, body)
}

fn form(body: &str) -> Request<Bytes> {
    let kind = "application/x-www-form-urlencoded; charset=utf-8";
    signed("/", &[("content-type", kind)], body.as_bytes())
}

fn granite(operation: &str, body: &[u8]) -> Request<Bytes> {
    let uri = format!("/service/GraniteServiceVersion20100801/operation/{operation}");
    let headers = [
        ("smithy-protocol", "rpc-v2-cbor"),
        ("content-type", "application/cbor"),
    ];
    signed(&uri, &headers, body)
}

fn call(request: &Request<Bytes>) -> Call {
    decode(request).expect("understood").call
}

fn refused(request: &Request<Bytes>) -> (String, String) {
    let misread = decode(request).expect_err("not understood");
    let answer = encode(&misread.form, &Err(misread.refusal.clone()), "id");
    let body = String::from_utf8_lossy(answer.body()).into_owned();
    (misread.refusal.code.into_owned(), body)
}

fn text(value: &Value, form: &Form) -> String {
    let answer = encode(form, &Ok(value.clone()), "the-id");
    String::from_utf8_lossy(answer.body()).into_owned()
}

#[test]
fn each_service_is_found_by_its_own_mark() {
    let found = |request: &Request<Bytes>| {
        let call = call(request);
        (call.service, call.operation, call.region)
    };
    let eu = |service, operation: &str| (service, operation.to_owned(), "eu-west-1".to_owned());
    let ecs = json("AmazonEC2ContainerServiceV20141113.ListClusters", b"{}");
    assert_eq!(found(&ecs), eu(Service::Ecs, "ListClusters"));
    let rds = form("Action=DescribeDBInstances&Version=2014-10-31");
    assert_eq!(found(&rds), eu(Service::Rds, "DescribeDBInstances"));
    assert_eq!(
        found(&granite("ListMetrics", &[0xa0])),
        eu(Service::CloudWatch, "ListMetrics")
    );
    let old = form("Action=ListMetrics&Version=2010-08-01");
    assert_eq!(found(&old), eu(Service::CloudWatch, "ListMetrics"));
    let json = json("GraniteServiceVersion20100801.ListMetrics", b"");
    assert_eq!(found(&json), eu(Service::CloudWatch, "ListMetrics"));
    let uri = "/2020-05-31/distributionsByWebACLId/arn%3Aaws%3Awafv2%3A%3A0%3Aglobal%2Fwebacl%2Fa%2Fb?MaxItems=100";
    let rest = request(&Method::GET, uri, &[("authorization", SIGNED)], b"");
    assert_eq!(
        found(&rest),
        eu(Service::CloudFront, "ListDistributionsByWebACLId")
    );
    let input = map! { "WebACLId" => "arn:aws:wafv2::0:global/webacl/a/b", "MaxItems" => "100" };
    assert_eq!(call(&rest).input, input);
}

#[test]
fn json_keeps_order_numbers_and_members_that_nobody_knows() {
    let body = r#"{"z":1,"a":[true,null,{"new-member":"x"}],"half":0.5,"whole":75.0,"big":9007199254740993}"#;
    let read = call(&json("AWSWAF_20190729.UpdateWebACL", body.as_bytes())).input;
    assert_eq!(json::encode(&read), body);
}

#[test]
fn times_go_out_as_each_protocol_has_them() {
    let time: Timestamp = "2026-01-02T03:04:05.678Z".parse().expect("a time");
    let value = map! { "At" => time };
    assert_eq!(json::encode(&value), r#"{"At":1767323045.678}"#);
    let whole: Timestamp = "2026-01-02T03:04:05Z".parse().expect("a time");
    assert_eq!(json::encode(&Value::Time(whole)), "1767323045");
    let query = decode(&form("Action=X&Version=2014-10-31"))
        .expect("rds")
        .form;
    assert!(text(&value, &query).contains("<At>2026-01-02T03:04:05.678Z</At>"));
    assert_eq!(cbor::decode(&cbor::encode(&value)), Ok(value));
}

#[test]
fn a_form_spells_out_a_tree() {
    let body = "Action=D&Version=2014-10-31&Filters.Filter.1.Name=a%20b&Filters.Filter.1.Values.Value.1=x\
        &Filters.Filter.1.Values.Value.2=y%2B+z&Plain.10=j&Plain.2=b&Deep.Inner.Leaf=1&Empty=";
    let wanted = map! {
        "Deep" => map! { "Inner" => map! { "Leaf" => "1" } },
        "Empty" => "",
        "Filters" => list([map! { "Name" => "a b", "Values" => list(["x", "y+ z"]) }]),
        "Plain" => list(["b", "j"]),
    };
    assert_eq!(call(&form(body)).input, wanted);
}

#[test]
fn xml_has_the_envelope_the_names_of_items_and_no_open_ends() {
    let value = map! {
        "Marker" => Value::Null,
        "DBInstances" => named_list("DBInstance", [map! { "Name" => "a<b>&\"c\"", "Multi" => false }]),
        "Empty" => named_list("Tag", Vec::<Value>::new()),
    };
    let form = decode(&form("Action=DescribeDBInstances&Version=2014-10-31"))
        .expect("rds")
        .form;
    let wanted = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <DescribeDBInstancesResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\"><DescribeDBInstancesResult>\
        <DBInstances><DBInstance><Name>a&lt;b&gt;&amp;&quot;c&quot;</Name><Multi>false</Multi></DBInstance></DBInstances>\
        <Empty></Empty></DescribeDBInstancesResult>\
        <ResponseMetadata><RequestId>the-id</RequestId></ResponseMetadata></DescribeDBInstancesResponse>";
    assert_eq!(text(&value, &form), wanted);
}

#[test]
fn refusals_have_the_shape_of_their_protocol() {
    let said = |request: &Request<Bytes>, refusal: Refusal| {
        let form = decode(request).expect("understood").form;
        let answer = encode(&form, &Err(refusal), "the-id");
        let header = |name: &str| {
            let value = answer.headers().get(name);
            value
                .and_then(|v| v.to_str().ok())
                .unwrap_or_default()
                .to_owned()
        };
        let heads = (header("x-amzn-errortype"), header("x-amzn-query-error"));
        let body = String::from_utf8_lossy(answer.body()).into_owned();
        (answer.status().as_u16(), body, heads)
    };
    let throttled = || Refusal::client(error::THROTTLED, "Rate exceeded");
    let (status, body, heads) = said(&json("AWSWAF_20190729.GetWebACL", b"{}"), throttled());
    let wanted = r#"{"__type":"ThrottlingException","Message":"Rate exceeded"}"#;
    assert_eq!(
        (status, body.as_str(), heads.0.as_str()),
        (400, wanted, "ThrottlingException")
    );
    let denied = Refusal::client(error::DENIED, "no");
    let (status, body, _) = said(&form("Action=X&Version=2014-10-31"), denied);
    assert!(
        status == 403
            && body.contains("<Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message>"),
        "{body}"
    );
    let wrong = || Refusal::client("InvalidParameterValueException", "no");
    let (_, _, heads) = said(&granite("GetMetricStatistics", b""), wrong());
    assert_eq!(heads.1, "InvalidParameterValue;Sender");
    let (_, body, _) = said(
        &form("Action=GetMetricStatistics&Version=2010-08-01"),
        wrong(),
    );
    assert!(
        body.contains("<Code>InvalidParameterValue</Code>"),
        "{body}"
    );
}

#[test]
fn further_members_of_an_error_come_along() {
    let mut refusal = Refusal::client("WAFInvalidParameterException", "no");
    refusal.members.set("Field", "RULE");
    let form = decode(&json("AWSWAF_20190729.UpdateWebACL", b"{}"))
        .expect("waf")
        .form;
    let answer = encode(&form, &Err(refusal), "id");
    let wanted: &[u8] =
        br#"{"__type":"WAFInvalidParameterException","Message":"no","Field":"RULE"}"#;
    assert_eq!(answer.body(), wanted);
}

#[test]
fn what_cannot_be_read_is_refused_in_words() {
    let target = "AmazonEC2ContainerServiceV20141113.ListClusters";
    for (bad, what) in [
        (json(target, b"{"), "no JSON"),
        (json(target, b"[]"), "Start of structure"),
        (json(target, "[".repeat(100_000).as_bytes()), "no JSON"),
        (
            signed(
                "/",
                &[("x-amz-target", target), ("content-type", "text/html")],
                b"{}",
            ),
            "text/html",
        ),
        (
            signed(
                "/",
                &[("content-type", "text/html")],
                b"Action=X&Version=2014-10-31",
            ),
            "text/html",
        ),
        (form(&"a.b=1&".repeat(20_000)), "no operation"),
        (
            form(&format!(
                "Action=X&Version=2014-10-31&{}",
                "a.b=1&".repeat(20_000)
            )),
            "too many",
        ),
        (
            form(&format!(
                "Action=X&Version=2014-10-31&{}=1",
                "a.".repeat(50)
            )),
            "too many parts",
        ),
        (granite("ListMetrics", &[0xff]), "no CBOR"),
        (granite("ListMetrics", &[0x81; 1_000]), "too deeply"),
        (granite("ListMetrics", &[0xa0, 0xa0]), "after its end"),
        (granite("ListMetrics", &[0x80]), "Start of structure"),
        (
            granite(
                "ListMetrics",
                &[0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            ),
            "no CBOR",
        ),
    ] {
        let (_, body) = refused(&bad);
        assert!(body.contains(what), "{what}: {body}");
    }
}

#[test]
fn a_compressed_body_is_refused_by_name() {
    let headers = [
        (
            "x-amz-target",
            "GraniteServiceVersion20100801.PutMetricData",
        ),
        ("content-type", "application/x-amz-json-1.0"),
        ("content-encoding", "gzip"),
    ];
    let (_, body) = refused(&signed("/", &headers, b"\x1f\x8b"));
    assert!(body.contains("compressed"), "{body}");
}

#[test]
fn without_a_signature_or_with_a_region_of_nobodys_there_is_no_account() {
    let target = ("x-amz-target", "AmazonSSM.GetParameter");
    let unsigned = request(&Method::POST, "/", &[target], b"{}");
    assert_eq!(refused(&unsigned).0, error::NO_TOKEN);
    for scope in [
        "",
        "AKID",
        "AKID/1/mars-north-1/ecs/aws4_request",
        "AKID/1//ecs/x",
    ] {
        let signature = format!("AWS4-HMAC-SHA256 Credential={scope}, Signature=0");
        let strange = request(
            &Method::POST,
            "/",
            &[target, ("authorization", &signature)],
            b"{}",
        );
        assert_eq!(refused(&strange).0, error::BAD_SIGNATURE, "{scope}");
    }
}

#[test]
fn events_are_framed_as_the_sdk_reads_them() {
    let frame = event::event("sessionUpdate", &map! { "sessionResults" => list(["x"]) });
    let read = aws_smithy_eventstream::frame::read_message_from(frame.as_slice()).expect("a frame");
    let kind = read
        .headers()
        .iter()
        .find(|h| h.name().as_str() == ":event-type");
    let kind = kind
        .and_then(|h| h.value().as_string().ok())
        .map(|kind| kind.as_str().to_owned());
    assert_eq!(kind.as_deref(), Some("sessionUpdate"));
    let body: &[u8] = br#"{"sessionResults":["x"]}"#;
    assert_eq!(read.payload().as_ref(), body);
}

/// Any tree; `texts` of times and blobs too where the protocol can tell them apart.
fn tree(rich: bool) -> impl Strategy<Value = Value> {
    let plain = prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<i32>().prop_map(|n| Value::Float(f64::from(n) / 16.0)),
        ".{0,20}".prop_map(Value::Text),
    ];
    let times = (-2_000_000_000_000_i64..4_000_000_000_000)
        .prop_filter_map("in range", |ms| Timestamp::from_millisecond(ms).ok())
        .prop_map(Value::Time);
    let blobs = proptest::collection::vec(any::<u8>(), 0..20).prop_map(Value::Blob);
    let leaf = if rich {
        prop_oneof![plain, times, blobs].boxed()
    } else {
        plain.boxed()
    };
    leaf.prop_recursive(5, 60, 6, |inner| {
        let items = proptest::collection::vec(inner.clone(), 0..6);
        let members = proptest::collection::vec((".{0,8}", inner), 0..6);
        prop_oneof![
            items.prop_map(|items| Value::List(List {
                item: "member",
                items
            })),
            members.prop_map(|all| {
                let named = all
                    .into_iter()
                    .map(|(name, value)| (Cow::Owned(name), value));
                Value::Map(Map(named.collect()))
            }),
        ]
    })
}

/// A tree in a map, as every input and output is one.
fn whole(value: Value) -> Value {
    map! { "member" => value }
}

proptest! {
    #[test]
    fn json_comes_back_as_it_went(value in tree(false)) {
        let value = whole(value);
        prop_assert_eq!(json::decode(json::encode(&value).as_bytes()), Ok(value));
    }

    #[test]
    fn cbor_comes_back_as_it_went(value in tree(true)) {
        let value = whole(value);
        prop_assert_eq!(cbor::decode(&cbor::encode(&value)), Ok(value));
    }

    #[test]
    fn no_bytes_make_a_reader_panic_and_every_refusal_can_be_written(
        body in proptest::collection::vec(any::<u8>(), 0..300),
        tail in "[ -~]{0,60}",
    ) {
        let spoken = format!("Action=X&Version=2014-10-31&{tail}");
        for request in [
            json("AmazonEC2ContainerServiceV20141113.ListClusters", &body),
            json(&tail, &body),
            granite("ListMetrics", &body),
            form(&spoken),
            signed("/", &[("content-type", "application/x-www-form-urlencoded")], &body),
        ] {
            if let Err(misread) = decode(&request) {
                let answer = encode(&misread.form, &Err(misread.refusal), "id");
                prop_assert!(answer.status().is_client_error());
            }
        }
    }

    #[test]
    fn broken_cbor_is_refused_or_read_never_more(value in tree(true), at in any::<usize>(), byte in any::<u8>()) {
        let mut bytes = cbor::encode(&whole(value));
        let at = at % bytes.len();
        bytes[at] = byte;
        let _ = cbor::decode(&bytes);
        let _ = cbor::decode(&bytes[..at]);
    }

    #[test]
    fn no_text_breaks_out_of_its_element(text_in in any::<String>()) {
        let form = decode(&form("Action=X&Version=2014-10-31")).expect("rds").form;
        let out = text(&map! { "T" => text_in }, &form);
        let inner = out.split("<T>").nth(1).and_then(|rest| rest.split("</T>").next()).expect("an element");
        prop_assert!(!inner.contains(['<', '>', '"']));
        let bad = |c: char| c < ' ' && !['\n', '\t'].contains(&c);
        prop_assert!(!inner.contains(bad));
    }
}
