use super::*;
use crate::sim::value::{Map, list};
use crate::sim::world::flow::{Client, ClientKind};
use crate::sim::world::metrics::Key;
use jiff::{SignedDuration, Timestamp};

fn world() -> World {
    let config = Config::default();
    let now: Timestamp = "2026-03-02T01:00:00Z".parse().unwrap();
    World::new(&config, &config.region, now)
}

fn batch(last: u8, path: &'static str, requests: u32) -> Batch {
    Batch {
        client: Client {
            address: [203, 0, 113, last].into(),
            country: "KR",
            kind: ClientKind::LoadTest,
        },
        method: "GET",
        path,
        requests,
    }
}

/// So many seconds of the same; how many requests passed.
fn run(world: &mut World, seconds: u32, batches: &[Batch]) -> u32 {
    let mut passed = 0;
    for _ in 0..seconds {
        world.now += SignedDuration::from_secs(1);
        passed += filter(world, batches.to_vec())
            .iter()
            .map(|b| b.requests)
            .sum::<u32>();
        tick(world);
    }
    passed
}

fn at(world: &World) -> Map {
    let acl = &world.waf.acls[0];
    let mut at = Map::default();
    at.set("Name", &acl.name);
    at.set("Id", &acl.id);
    at.set("Scope", "REGIONAL");
    at
}

fn get(world: &mut World) -> Value {
    let input = Value::Map(at(world));
    handle(world, "GetWebACL", &input).unwrap()
}

/// The whole document as a request, with one change made to it.
fn request(world: &mut World, change: impl FnOnce(&mut Map)) -> Value {
    let answer = get(world);
    let mut input = answer.get("WebACL").unwrap().as_map().unwrap().clone();
    input.set("Scope", "REGIONAL");
    input.set("LockToken", answer.get("LockToken").unwrap().clone());
    input.remove("Description");
    change(&mut input);
    Value::Map(input)
}

/// The rules of a request with one member of the rate rule replaced.
fn rate_rule(input: &mut Map, member: &'static str, value: impl Into<Value>) {
    let value = value.into();
    let rules = input.get("Rules").unwrap().items().to_vec();
    let rules = rules.into_iter().map(|rule| {
        let Value::Map(mut rule) = rule else { panic!() };
        if rule.get("Name").unwrap().as_text() == Some("per-ip-1000") {
            rule.set(member, value.clone());
        }
        Value::Map(rule)
    });
    input.set("Rules", list(rules.collect::<Vec<_>>()));
}

fn set_to_count(world: &mut World) {
    let input = request(world, |input| {
        rate_rule(input, "Action", map! { "Count" => map! {} });
    });
    handle(world, "UpdateWebACL", &input).unwrap();
}

fn metric(world: &World, name: &str, rule: &str) -> f64 {
    let dimensions = [
        ("WebACL", "orchard-edge"),
        ("Region", "ap-northeast-2"),
        ("Rule", rule),
    ];
    let key = Key::new("AWS/WAFV2", name, &dimensions);
    let from = "2026-03-02T00:00:00Z".parse().unwrap();
    world.metrics.find(&key).map_or(0.0, |id| {
        world
            .metrics
            .points(id, from, world.now + SignedDuration::from_secs(1))
            .map(|p| p.sum)
            .sum()
    })
}

#[test]
fn addresses_above_the_limit_are_blocked_and_with_the_rule_on_count_they_pass() {
    let mut world = world();
    let load = [batch(1, "/api/tasks", 100), batch(2, "/api/tasks", 5)];
    run(&mut world, 30, &load);
    assert_eq!(run(&mut world, 30, &load), 30 * 5);
    assert!(metric(&world, "BlockedRequests", "per-ip-1000") > 3_000.0);
    let keys = map! { "Scope" => "REGIONAL", "WebACLName" => "orchard-edge", "WebACLId" => &world.waf.acls[0].id, "RuleName" => "per-ip-1000" };
    let limited = handle(&mut world, "GetRateBasedStatementManagedKeys", &keys).unwrap();
    assert_eq!(
        limited
            .get("ManagedKeysIPV4")
            .unwrap()
            .get("Addresses")
            .unwrap(),
        &list(["203.0.113.1/32"])
    );
    set_to_count(&mut world);
    let before = metric(&world, "CountedRequests", "per-ip-1000");
    assert_eq!(run(&mut world, 60, &load), 60 * 105);
    assert!(metric(&world, "CountedRequests", "per-ip-1000") > before + 3_000.0);
}

#[test]
fn a_changed_rule_begins_to_count_anew_and_an_unchanged_one_goes_on() {
    let mut world = world();
    let load = [batch(1, "/api/tasks", 100)];
    run(&mut world, 40, &load);
    let same = request(&mut world, |_| ());
    handle(&mut world, "UpdateWebACL", &same).unwrap();
    assert_eq!(run(&mut world, 1, &load), 0);
    let changed = request(&mut world, |input| rate_rule(input, "Priority", 9));
    handle(&mut world, "UpdateWebACL", &changed).unwrap();
    assert_eq!(run(&mut world, 1, &load), 100);
}

#[test]
fn the_managed_group_blocks_admin_and_says_so() {
    let mut world = world();
    assert_eq!(
        run(
            &mut world,
            3,
            &[batch(9, "/admin/users", 2), batch(9, "/.env", 1)]
        ),
        3
    );
    let now = world.now;
    let arn = world.waf.acls[0].arn.clone();
    let mut ask = |metric: &str| {
        let window = map! { "StartTime" => now - SignedDuration::from_mins(5), "EndTime" => now };
        let input = map! { "WebAclArn" => &arn, "RuleMetricName" => metric, "Scope" => "REGIONAL", "TimeWindow" => window, "MaxItems" => 100 };
        handle(&mut world, "GetSampledRequests", &input).unwrap()
    };
    let answer = ask("admin-protection");
    let samples = answer.get("SampledRequests").unwrap().items();
    assert_eq!(
        (
            samples.len(),
            answer.get("PopulationSize").unwrap().as_int()
        ),
        (3, Some(6))
    );
    let text = |name: &str| samples[0].get(name).and_then(Value::as_text);
    assert_eq!(text("Action"), Some("BLOCK"));
    assert_eq!(
        text("RuleNameWithinRuleGroup"),
        Some("AdminProtection_URIPATH")
    );
    assert_eq!(
        samples[0].get("ResponseCodeSent").unwrap().as_int(),
        Some(403)
    );
    let counted = ask("common");
    let sample = &counted.get("SampledRequests").unwrap().items()[0];
    assert_eq!(
        sample.get("OverriddenAction").and_then(Value::as_text),
        Some("BLOCK")
    );
}

#[test]
fn an_override_of_the_managed_rule_lets_admin_pass() {
    let mut world = world();
    let input = request(&mut world, |input| {
        let mut rules = input.get("Rules").unwrap().items().to_vec();
        let Value::Map(rule) = &mut rules[0] else {
            panic!()
        };
        let overridden = map! { "Name" => "AdminProtection_URIPATH", "ActionToUse" => map! { "Count" => map! {} } };
        let group = map! { "VendorName" => "AWS", "Name" => "AWSManagedRulesAdminProtectionRuleSet", "RuleActionOverrides" => list([overridden]) };
        rule.set("Statement", map! { "ManagedRuleGroupStatement" => group });
        input.set("Rules", list(rules));
    });
    handle(&mut world, "UpdateWebACL", &input).unwrap();
    assert_eq!(run(&mut world, 1, &[batch(9, "/admin", 1)]), 1);
}

#[test]
fn an_update_with_an_old_token_is_refused_and_changes_nothing() {
    let mut world = world();
    let old = request(&mut world, |input| {
        input.remove("Rules");
    });
    set_to_count(&mut world);
    let before = get(&mut world);
    let refusal = handle(&mut world, "UpdateWebACL", &old).unwrap_err();
    assert_eq!(refusal.code, "WAFOptimisticLockException");
    assert_eq!(get(&mut world), before);
}

#[test]
fn members_nobody_knows_survive_an_update_by_letter() {
    let mut world = world();
    let before = get(&mut world);
    let input = request(&mut world, |input| {
        input.set("MonetizationConfig", map! { "New" => list([1_i64]) });
    });
    handle(&mut world, "UpdateWebACL", &input).unwrap();
    let after = get(&mut world);
    let of = |answer: &Value, name: &str| answer.get("WebACL").unwrap().get(name).cloned();
    for name in [
        "Rules",
        "DataProtectionConfig",
        "CustomResponseBodies",
        "TokenDomains",
        "Capacity",
    ] {
        assert_eq!(of(&before, name), of(&after, name), "{name}");
    }
    assert_eq!(
        of(&after, "MonetizationConfig"),
        Some(map! { "New" => list([1_i64]) })
    );
    assert_ne!(before.get("LockToken"), after.get("LockToken"));
}

#[test]
fn what_an_update_leaves_out_is_gone() {
    let mut world = world();
    let input = request(&mut world, |input| {
        input.remove("Rules");
        input.remove("TokenDomains");
        input.set("Capacity", 7);
    });
    handle(&mut world, "UpdateWebACL", &input).unwrap();
    let after = get(&mut world);
    let acl = after.get("WebACL").unwrap();
    assert_eq!(acl.get("Rules").map_or(0, |rules| rules.items().len()), 0);
    assert_eq!(
        (
            acl.get("TokenDomains"),
            acl.get("Capacity").unwrap().as_int()
        ),
        (None, Some(0))
    );
    assert_eq!(run(&mut world, 60, &[batch(1, "/admin", 100)]), 6_000);
}

/// Something done to a request.
type Change = Box<dyn Fn(&mut Map)>;

#[test]
fn what_aws_refuses_is_refused_with_field_parameter_and_reason() {
    let rate = |member: &'static str, value: Value| {
        move |input: &mut Map| {
            rate_rule(input, "Statement", {
                let mut statement = Map::default();
                statement.set("Limit", 1_000);
                statement.set("AggregateKeyType", "IP");
                statement.set(member, value.clone());
                map! { "RateBasedStatement" => statement }
            });
        }
    };
    let mut world = world();
    let wrong: Vec<Change> = vec![
        Box::new(rate("Limit", 9.into())),
        Box::new(rate("EvaluationWindowSec", 61.into())),
        Box::new(rate("AggregateKeyType", "CONSTANT".into())),
        Box::new(|input| rate_rule(input, "Action", map! { "Allow" => map! {} })),
        Box::new(|input| rate_rule(input, "Action", map! {})),
        Box::new(|input| rate_rule(input, "OverrideAction", map! { "None" => map! {} })),
        Box::new(|input| rate_rule(input, "Priority", 0)),
        Box::new(|input| rate_rule(input, "Name", "common")),
        Box::new(|input| input.set("CustomResponseBodies", map! {})),
        Box::new(|input| input.set("DefaultAction", map! { "Count" => map! {} })),
        Box::new(|input| input.set("Scope", "CLOUDFRONT")),
    ];
    for (number, change) in wrong.iter().enumerate() {
        let input = request(&mut world, change);
        let refusal = handle(&mut world, "UpdateWebACL", &input).unwrap_err();
        assert_eq!(refusal.code, "WAFInvalidParameterException", "{number}");
        for member in ["Field", "Parameter", "Reason"] {
            assert!(refusal.members.get(member).is_some(), "{number} {member}");
        }
    }
    let empty = request(&mut world, |input| input.set("Description", ""));
    assert_eq!(
        handle(&mut world, "UpdateWebACL", &empty).unwrap_err().code,
        "ValidationException"
    );
}

#[test]
fn the_global_web_acl_stands_in_us_east_1_alone() {
    let config = Config::default();
    let mut there = World::new(&config, "us-east-1", world().now);
    let list = |world: &mut World, scope: &str| {
        let answer = handle(world, "ListWebACLs", &map! { "Scope" => scope })?;
        Ok::<_, Refusal>(answer.get("WebACLs").unwrap().items().len())
    };
    assert_eq!(list(&mut there, "CLOUDFRONT").unwrap(), 1);
    assert_eq!(list(&mut there, "REGIONAL").unwrap(), 0);
    assert_eq!(list(&mut world(), "REGIONAL").unwrap(), 1);
    assert_eq!(
        list(&mut world(), "CLOUDFRONT").unwrap_err().code,
        "WAFInvalidParameterException"
    );
    assert!(
        global_arn(&there)
            .unwrap()
            .contains(":global/webacl/orchard-site/")
    );
}

#[test]
fn samples_stay_few_whatever_comes() {
    let mut world = world();
    let load: Vec<Batch> = (0..200).map(|n| batch(n, "/api/tasks", 3)).collect();
    run(&mut world, 900, &load);
    let now = world.now;
    let window = map! { "StartTime" => now - SignedDuration::from_hours(9), "EndTime" => now };
    let input = map! { "WebAclArn" => &world.waf.acls[0].arn, "RuleMetricName" => "Default_Action", "Scope" => "REGIONAL", "TimeWindow" => window, "MaxItems" => 500 };
    let answer = handle(&mut world, "GetSampledRequests", &input).unwrap();
    assert!(answer.get("SampledRequests").unwrap().items().len() <= 500);
    let start = answer
        .get("TimeWindow")
        .unwrap()
        .get("StartTime")
        .unwrap()
        .as_time()
        .unwrap();
    assert_eq!(start, now - SignedDuration::from_hours(3));
    let kept = handle(
        &mut world,
        "GetSampledRequests",
        &map! { "WebAclArn" => "arn:aws:wafv2:nobody", "RuleMetricName" => "x", "Scope" => "REGIONAL", "TimeWindow" => input.get("TimeWindow").unwrap().clone(), "MaxItems" => 1 },
    );
    assert_eq!(kept.unwrap_err().code, "WAFNonexistentItemException");
}
