use super::*;

/// The plan of product.md §4.
const SPRING_SALE: &str = r#"
[plan.spring-sale]
ttl = "50m"
unattended = "12m"
backup = ["orchard-db"]
stop_on_alarm = ["orchard-5xx"]
settle = "2m"
asg = [{ name = "orchard-nodes", min = 4, max = 8 }]
service = [{ cluster = "orchard", name = "api", min = 6, max = 12 }]
rate_rule = [
    { acl = "orchard-edge", scope = "regional", rule = "per-ip-1000", set = "count" },
    { acl = "orchard-cdn", scope = "cloudfront", rule = "per-ip", set = { limit = 20000 } },
]
"#;

fn read(text: &str) -> Result<Plans, Vec<Fault>> {
    of_file(&Source::new("p.toml", text))
}

fn faults(section: &str) -> Vec<String> {
    let wrong = read(&format!("[plan.x]\n{section}\n")).expect_err("refused");
    wrong
        .iter()
        .map(|f| format!("{} — {}", f.what, f.next))
        .collect()
}

#[test]
fn the_plan_of_the_handbook_is_read_whole() {
    let plans = read(SPRING_SALE).expect("read");
    let plan = &plans["spring-sale"].plan;
    assert_eq!(plan.ttl, Duration::from_mins(50));
    assert_eq!(plan.unattended, Duration::from_mins(12));
    assert_eq!(plan.settle, Duration::from_mins(2));
    assert_eq!(plan.backup[0].as_str(), "orchard-db");
    assert_eq!(plan.stop_on_alarm[0].as_str(), "orchard-5xx");
    assert_eq!((plan.groups[0].min, plan.groups[0].max), (4, 8));
    assert_eq!((plan.services[0].min, plan.services[0].max), (6, 12));
    assert_eq!(plan.rules[0].set, RuleSet::Count);
    assert_eq!(plan.rules[1].set, RuleSet::Limit(20_000));
    assert_eq!(plan.rules[1].scope, AclScope::Cloudfront);
    assert_eq!((plan.len(), plans["spring-sale"].spans.len()), (5, 5));
}

#[test]
fn what_a_plan_does_not_say_is_the_usual() {
    let plans = read("[plan.x]\nbackup = ['db']\n").expect("read");
    let plan = &plans["x"].plan;
    assert_eq!(
        (plan.ttl, plan.unattended, plan.settle),
        (TTL, UNATTENDED, SETTLE)
    );
}

#[test]
fn every_mistake_is_named_with_its_place_in_one_go() {
    let wrong = faults(
        "ttl = '0s'\nasg = [{ name = 'n', min = 9, max = 2 }]\n\
         rate_rule = [{ acl = 'a', rule = 'r', scope = 'regionl', set = { limit = 5 } }]",
    );
    let expected = [
        ("p.toml:2:7", "too short"),
        ("p.toml:3:", "min 9 is above max 2"),
        ("p.toml:4:", "“regionl” is no scope"),
        ("p.toml:4:", "the limit 5 is out of range"),
    ];
    assert_eq!(wrong.len(), expected.len(), "{wrong:#?}");
    for ((place, said), fault) in expected.iter().zip(&wrong) {
        assert!(fault.starts_with(place) && fault.contains(said), "{fault}");
    }
}

#[test]
fn slips_are_refused_with_their_mend() {
    for (section, said) in [
        ("servce = []", "Did you mean “service”?"),
        ("ttl = '13h'", "at most 12h"),
        ("ttl = 'soon'", "Write it like 5s, 2m"),
        ("backup = ['db', 'db']", "the database db stands here twice"),
        ("backup = ['']", "the name is empty"),
        (
            "asg = [{ name = 'n', min = -1, max = 2 }]",
            "-1 is out of range",
        ),
        ("asg = [{ name = 'n', max = 2 }]", "“min” is missing here"),
        (
            "rate_rule = [{ acl = 'a', rule = 'r', set = 'off' }]",
            "set = \"count\"",
        ),
        (
            "rate_rule = [{ acl = 'a', rule = 'r', set = 5 }]",
            "set = \"count\"",
        ),
        ("stop_on_alarm = ['a']", "asks for nothing"),
        ("", "asks for nothing"),
    ] {
        let wrong = faults(section);
        assert!(
            wrong.iter().any(|f| f.contains(said)),
            "{section}: {wrong:#?}"
        );
    }
}

#[test]
fn a_plan_file_holds_plans_only() {
    for (text, said) in [
        (
            "region = 'x'\n[plan.a]\nbackup = ['db']",
            "“region” is no plan",
        ),
        ("", "there is no plan in it"),
        ("plan = 5", "plan is not a setting"),
        ("[plan]\na = 5", "“a” is not a plan"),
        ("[plan.a", "not TOML"),
    ] {
        let wrong = read(text).expect_err("refused");
        let said_so = wrong.iter().any(|f| f.what.as_str().contains(said));
        assert!(said_so, "{text}: {wrong:#?}");
    }
}
