use super::*;
use crate::sim::value::{list, map};
use jiff::Timestamp;

fn world() -> World {
    let now: Timestamp = "2026-03-02T01:00:00Z".parse().unwrap();
    World::new(&Config::default(), "eu-west-1", now)
}

fn put(world: &mut World, name: &str, value: &str, overwrite: bool) -> Answer {
    let input =
        map! { "Name" => name, "Value" => value, "Type" => "String", "Overwrite" => overwrite };
    handle(world, "PutParameter", &input)
}

#[test]
fn a_parameter_is_created_once_without_overwrite() {
    let mut world = world();
    put(&mut world, "/tidegate/a/session/1", "one", false).unwrap();
    let second = put(&mut world, "/tidegate/a/session/1", "two", false).unwrap_err();
    assert_eq!(second.code, "ParameterAlreadyExists");
    let third = put(&mut world, "/tidegate/a/session/1", "three", true).unwrap();
    assert_eq!(third.get("Version").unwrap().as_int(), Some(2));
    let found = |world: &mut World, name: &str| {
        let answer = handle(world, "GetParameter", &map! { "Name" => name })?;
        Ok::<_, Refusal>(
            answer
                .get("Parameter")
                .unwrap()
                .get("Value")
                .unwrap()
                .as_text()
                .unwrap()
                .to_owned(),
        )
    };
    assert_eq!(found(&mut world, "/tidegate/a/session/1").unwrap(), "three");
    assert_eq!(found(&mut world, "/tidegate/a/session/1:1").unwrap(), "one");
    assert_eq!(
        found(&mut world, "/tidegate/a/session/1:9")
            .unwrap_err()
            .code,
        "ParameterVersionNotFound"
    );
    handle(
        &mut world,
        "DeleteParameter",
        &map! { "Name" => "/tidegate/a/session/1" },
    )
    .unwrap();
    assert_eq!(
        found(&mut world, "/tidegate/a/session/1").unwrap_err().code,
        "ParameterNotFound"
    );
}

#[test]
fn a_value_too_long_a_reference_and_a_bad_name_are_refused() {
    let mut world = world();
    for (name, value) in [
        ("/a", "x".repeat(4097).as_str()),
        ("/a", "{{ssm:b}}"),
        ("a b", "v"),
        ("a/b", "v"),
        ("/a//b", "v"),
    ] {
        let refusal = put(&mut world, name, value, false).unwrap_err();
        assert_eq!(refusal.code, "ValidationException", "{name}");
    }
    let reserved = put(&mut world, "/aws/x", "v", false).unwrap_err();
    assert_eq!(reserved.code, "AccessDeniedException");
    assert!(put(&mut world, "/a", &"x".repeat(4096), false).is_ok());
}

#[test]
fn a_path_is_read_ten_at_a_time() {
    let mut world = world();
    for n in 0..23 {
        put(&mut world, &format!("/p/{n:02}"), "v", false).unwrap();
    }
    put(&mut world, "/p/deep/er", "v", false).unwrap();
    let (mut names, mut token) = (Vec::new(), Value::Null);
    loop {
        let input = map! { "Path" => "/p", "NextToken" => token, "Recursive" => false };
        let answer = handle(&mut world, "GetParametersByPath", &input).unwrap();
        let page = answer.get("Parameters").unwrap().items();
        assert!(page.len() <= 10);
        names.extend(
            page.iter()
                .map(|p| p.get("Name").unwrap().as_text().unwrap().to_owned()),
        );
        match answer.get("NextToken") {
            Some(next) => token = next.clone(),
            None => break,
        }
    }
    assert_eq!(names.len(), 23);
    assert!(names.is_sorted());
}

#[test]
fn a_secret_is_shown_to_who_asks_for_it_alone() {
    let mut world = world();
    let input = map! { "Name" => "/s", "Value" => "hush", "Type" => "SecureString" };
    handle(&mut world, "PutParameter", &input).unwrap();
    let mut shown = |decrypted: bool| {
        let input = map! { "Names" => list(["/s", "/none"]), "WithDecryption" => decrypted };
        let answer = handle(&mut world, "GetParameters", &input).unwrap();
        assert_eq!(answer.get("InvalidParameters").unwrap(), &list(["/none"]));
        answer.get("Parameters").unwrap().items()[0]
            .get("Value")
            .unwrap()
            .as_text()
            .unwrap()
            .to_owned()
    };
    assert_eq!(shown(true), "hush");
    assert!(!shown(false).contains("hush"));
}
