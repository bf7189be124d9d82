//! `UpdateWebACL`: replaces everything that can be changed by what is sent.

use super::acl::{Acl, Scope};
use super::ask::named;
use super::{capacity, check, malformed, required};
use crate::sim::call::{Answer, Refusal};
use crate::sim::value::{Map, Value, map};
use crate::sim::world::World;
use crate::sim::world::logs::uuid;

/// Members that name the web ACL, or that only AWS writes.
const NOT_SETTINGS: [&str; 12] = [
    "Name",
    "Scope",
    "Id",
    "LockToken",
    "ARN",
    "Capacity",
    "LabelNamespace",
    "ManagedByFirewallManager",
    "RetrofittedByFirewallManager",
    "PreProcessFirewallManagerRuleGroups",
    "PostProcessFirewallManagerRuleGroups",
    "ApplicationConfig",
];

pub fn update_web_acl(world: &mut World, input: &Value) -> Answer {
    let lock = required(input, "LockToken")?;
    for member in ["DefaultAction", "VisibilityConfig"] {
        if input.get(member).is_none() {
            return Err(malformed(member, "null", "Member must not be null"));
        }
    }
    description(input)?;
    let acl = named(world, input)?;
    if acl.lock != lock {
        return Err(Refusal::client(
            "WAFOptimisticLockException",
            "AWS WAF couldn\u{2019}t save your changes because someone changed the resource after you started to edit it. Reapply your changes.",
        ));
    }
    check::settings(input)?;
    fits(input)?;
    let settings = settings(acl, input)?;
    acl.settle(settings);
    let next = uuid(&mut world.rng);
    named(world, input)?.lock.clone_from(&next);
    Ok(map! { "NextLockToken" => next })
}

/// AWS shows an empty description and takes none such (aws-facts.md §3.4.1).
fn description(input: &Value) -> Result<(), Refusal> {
    let Some(text) = input.get("Description").and_then(Value::as_text) else {
        return Ok(());
    };
    let plain = |c: char| c.is_alphanumeric() || "_+=:#@/-,.".contains(c);
    let inside = |c: char| plain(c) || c.is_whitespace();
    let long = (3..=256).contains(&text.chars().count());
    let ends = text.chars().next().is_some_and(plain) && text.chars().last().is_some_and(plain);
    if long && ends && text.chars().all(inside) {
        return Ok(());
    }
    Err(malformed(
        "description",
        &format!("'{text}'"),
        r"Member must satisfy regular expression pattern: ^[\w+=:#@/\-,\.][\w+=:#@/\-,\.\s]+[\w+=:#@/\-,\.]$",
    ))
}

fn fits(input: &Value) -> Result<i64, Refusal> {
    let rules = input.get("Rules").map_or(&[][..], Value::items);
    let sum: i64 = rules.iter().map(capacity::of_rule).sum();
    if sum > capacity::MOST {
        return Err(Refusal::client(
            "WAFLimitsExceededException",
            format!(
                "AWS WAF couldn\u{2019}t perform the operation because you exceeded your resource limit. The web ACL would use {sum} WCUs of {}.",
                capacity::MOST
            ),
        ));
    }
    Ok(sum)
}

/// What will stand in the document: all that was sent but names and what only AWS writes.
fn settings(acl: &Acl, input: &Value) -> Result<Map, Refusal> {
    let mut settings = Map::default();
    let sent = input.as_map().cloned().unwrap_or_default();
    let kept = acl.settings.get("ApplicationConfig");
    if let Some(application) = sent.get("ApplicationConfig")
        && Some(application) != kept
    {
        return Err(super::invalid(
            "WEB_ACL",
            "ApplicationConfig",
            "The application configuration cannot be changed.",
        ));
    }
    for (name, value) in sent.0 {
        if !NOT_SETTINGS.contains(&&*name) {
            settings.set(name, value);
        }
    }
    if let Some(kept) = kept {
        settings.set("ApplicationConfig", kept.clone());
    }
    if acl.scope == Scope::Regional && settings.get("OnSourceDDoSProtectionConfig").is_none() {
        // The service puts its default in (aws-facts.md §3.4.1).
        let default = map! { "ALBLowReputationMode" => "ACTIVE_UNDER_DDOS" };
        settings.set("OnSourceDDoSProtectionConfig", default);
    }
    Ok(settings)
}

pub fn check_capacity(world: &mut World, input: &Value) -> Answer {
    Scope::of(world, input)?;
    check::rules(input, &Map::default(), check::Bodies::Unknown)?;
    Ok(map! { "Capacity" => fits(input)? })
}
