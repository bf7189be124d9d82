//! What stands in the account at the start: two web ACLs with members that no SDK
//! of today knows, a rule group, and the addresses of the office.

use super::acl::{Acl, Scope, arn};
use crate::sim::account::ACCOUNT_ID;
use crate::sim::value::{Map, Value, list, map};
use crate::sim::world::World;
use crate::sim::world::furnish::GLOBAL;
use crate::sim::world::logs::uuid;
use core::net::Ipv4Addr;

/// A rule group of the account's own.
#[derive(Debug)]
pub struct RuleGroup {
    pub name: String,
    pub id: String,
    pub arn: String,
    pub lock: String,
    pub document: Value,
}

/// An IP set.
#[derive(Debug)]
pub struct AddressSet {
    pub name: String,
    pub id: String,
    pub arn: String,
    pub lock: String,
    pub blocks: Vec<(Ipv4Addr, u32)>,
}

impl AddressSet {
    pub fn holds(&self, address: Ipv4Addr) -> bool {
        let inside = |(base, bits): &(Ipv4Addr, u32)| {
            let shift = 32_u32.saturating_sub(*bits);
            let cut = |address: Ipv4Addr| u64::from(address.to_bits()) >> shift;
            cut(*base) == cut(address)
        };
        self.blocks.iter().any(inside)
    }
}

/// The load balancer that the web ACL stands before.
fn load_balancer(world: &World) -> Option<String> {
    let balancer = world.elb.balancer.as_ref()?;
    Some(world.arn(
        "elasticloadbalancing",
        &format!("loadbalancer/{}", balancer.dimension()),
    ))
}

fn visibility(metric: &str) -> Value {
    map! {
        "SampledRequestsEnabled" => true,
        "CloudWatchMetricsEnabled" => true,
        "MetricName" => metric,
    }
}

/// The gate of the story: blocks above 1,000 requests a minute, with an answer of its own.
fn rate_rule(priority: i64, limit: i64) -> Value {
    map! {
        "Name" => format!("per-ip-{limit}"),
        "Priority" => priority,
        "Statement" => map! {
            "RateBasedStatement" => map! {
                "Limit" => limit,
                "EvaluationWindowSec" => 60,
                "AggregateKeyType" => "IP",
                // Newer than the SDK.
                "BurstTolerance" => map! { "Mode" => "ADAPTIVE", "Steps" => list([1_i64, 5, 15]) },
            },
        },
        "Action" => map! {
            "Block" => map! {
                "CustomResponse" => map! {
                    "ResponseCode" => 429,
                    "CustomResponseBodyKey" => "slow-down",
                    "ResponseHeaders" => list([map! { "Name" => "retry-after", "Value" => "60" }]),
                },
            },
        },
        "RuleLabels" => list([map! { "Name" => "orchard:rate:per-ip" }]),
        "VisibilityConfig" => visibility(&format!("per-ip-{limit}")),
        "RolloutConfig" => map! { "Stage" => "GENERAL", "Percent" => 100 },
    }
}

fn managed(name: &str, group: &str, priority: i64, counts: bool) -> Value {
    let action = if counts { "Count" } else { "None" };
    map! {
        "Name" => name,
        "Priority" => priority,
        "Statement" => map! {
            "ManagedRuleGroupStatement" => map! { "VendorName" => "AWS", "Name" => group },
        },
        "OverrideAction" => map! { action => map! {} },
        "VisibilityConfig" => visibility(name),
    }
}

/// Counts who comes from outside, and names it.
fn label_rule(priority: i64) -> Value {
    map! {
        "Name" => "mark-foreign",
        "Priority" => priority,
        "Statement" => map! {
            "NotStatement" => map! {
                "Statement" => map! {
                    "GeoMatchStatement" => map! { "CountryCodes" => list(["KR", "JP"]) },
                },
            },
        },
        "Action" => map! { "Count" => map! {} },
        "RuleLabels" => list([map! { "Name" => "orchard:geo:foreign" }]),
        "VisibilityConfig" => visibility("mark-foreign"),
    }
}

fn settings(metric: &str, rules: Vec<Value>, more: Value) -> Map {
    let mut settings = Map::default();
    settings.set("DefaultAction", map! { "Allow" => map! {} });
    settings.set("Rules", list(rules));
    settings.set("VisibilityConfig", visibility(metric));
    settings.set(
        "CustomResponseBodies",
        map! {
            "slow-down" => map! {
                "ContentType" => "APPLICATION_JSON",
                "Content" => r#"{"error":"too many requests","retry":"60s"}"#,
            },
        },
    );
    settings.set(
        "ChallengeConfig",
        map! { "ImmunityTimeProperty" => map! { "ImmunityTime" => 300 } },
    );
    settings.set("TokenDomains", list(["orchard.example"]));
    if let Value::Map(more) = more {
        settings.0.extend(more.0);
    }
    settings
}

/// The web ACL before the load balancer of the home region.
pub fn regional(world: &mut World) {
    let rules = vec![
        managed(
            "admin-protection",
            "AWSManagedRulesAdminProtectionRuleSet",
            0,
            false,
        ),
        rate_rule(1, 1_000),
        managed("common", "AWSManagedRulesCommonRuleSet", 2, true),
        label_rule(3),
    ];
    let more = map! {
        "AssociationConfig" => map! {
            "RequestBody" => map! {
                "API_GATEWAY" => map! { "DefaultSizeInspectionLimit" => "KB_32" },
            },
        },
        "DataProtectionConfig" => map! {
            "DataProtections" => list([map! {
                "Field" => map! { "FieldType" => "SINGLE_HEADER", "FieldKeys" => list(["authorization"]) },
                "Action" => "HASH",
                "ExcludeRuleMatchDetails" => false,
                // Newer than the SDK.
                "Salt" => map! { "Rotation" => "DAILY" },
            }]),
        },
        "OnSourceDDoSProtectionConfig" => map! { "ALBLowReputationMode" => "ACTIVE_UNDER_DDOS" },
    };
    let id = uuid(&mut world.rng);
    let settings = settings("orchard-edge", rules, more);
    let mut acl = Acl::new(&world.region, Scope::Regional, "orchard-edge", id, settings);
    acl.lock = uuid(&mut world.rng);
    acl.resources = load_balancer(world).into_iter().collect();
    acl.tags = vec![("team".into(), "orchard".into())];
    world.waf.acls.push(acl);
    office(world);
    group(world);
}

/// The web ACL of the distribution.
pub fn global(world: &mut World) {
    let rules = vec![
        rate_rule(0, 2_000),
        managed(
            "reputation",
            "AWSManagedRulesAmazonIpReputationList",
            1,
            false,
        ),
    ];
    let more = map! { "Description" => "Edge of the orchard site" };
    let id = uuid(&mut world.rng);
    let settings = settings("orchard-site", rules, more);
    let mut acl = Acl::new(GLOBAL, Scope::Cloudfront, "orchard-site", id, settings);
    acl.lock = uuid(&mut world.rng);
    world.waf.acls.push(acl);
}

fn office(world: &mut World) {
    let id = uuid(&mut world.rng);
    world.waf.sets.push(AddressSet {
        arn: arn(&world.region, Scope::Regional, "ipset", "office", &id),
        name: "office".into(),
        id,
        lock: uuid(&mut world.rng),
        blocks: vec![(Ipv4Addr::new(192, 0, 2, 0), 24)],
    });
}

fn group(world: &mut World) {
    let id = uuid(&mut world.rng);
    let arn = arn(
        &world.region,
        Scope::Regional,
        "rulegroup",
        "orchard-baseline",
        &id,
    );
    let document = map! {
        "Name" => "orchard-baseline",
        "Id" => &id,
        "Capacity" => 10,
        "ARN" => &arn,
        "Description" => "",
        "Rules" => list(Vec::<Value>::new()),
        "VisibilityConfig" => visibility("orchard-baseline"),
        "LabelNamespace" => format!("awswaf:{ACCOUNT_ID}:rulegroup:orchard-baseline:"),
    };
    world.waf.groups.push(RuleGroup {
        name: "orchard-baseline".into(),
        id,
        arn,
        lock: uuid(&mut world.rng),
        document,
    });
}
