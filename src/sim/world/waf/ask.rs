//! What can be read of web ACLs and what belongs to them.

use super::acl::{Acl, Scope};
use super::furniture::{AddressSet, RuleGroup};
use super::rate::Aggregate;
use super::rule::Kind;
use super::{invalid, malformed, nonexistent, required};
use crate::sim::call::{Answer, Refusal};
use crate::sim::value::{Value, list, map};
use crate::sim::world::World;

/// The largest page.
const PAGE: i64 = 100;

/// Rows from the marker on, which is the name of the last row before.
fn page<T>(
    input: &Value,
    rows: impl Iterator<Item = T>,
    name: impl Fn(&T) -> &str,
) -> Result<(Vec<T>, Option<String>), Refusal> {
    let limit = input.get("Limit").and_then(Value::as_int).unwrap_or(PAGE);
    if !(1..=PAGE).contains(&limit) {
        let bound = "Member must have value between 1 and 100";
        return Err(malformed("limit", &format!("'{limit}'"), bound));
    }
    let after = input.get("NextMarker").and_then(Value::as_text);
    let mut rows: Vec<T> = rows
        .filter(|row| after.is_none_or(|after| name(row) > after))
        .collect();
    rows.sort_by(|a, b| name(a).cmp(name(b)));
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|row| name(row).to_owned());
    Ok((rows, next))
}

pub fn list_web_acls(world: &mut World, input: &Value) -> Answer {
    let scope = Scope::of(world, input)?;
    let rows = world.waf.acls.iter().filter(|acl| acl.scope == scope);
    let (rows, next) = page(input, rows, |acl| &acl.name)?;
    Ok(map! { "NextMarker" => next, "WebACLs" => list(rows.into_iter().map(Acl::summary)) })
}

/// The web ACL that a request names with name, id and scope.
pub fn named<'a>(world: &'a mut World, input: &Value) -> Result<&'a mut Acl, Refusal> {
    let scope = Scope::of(world, input)?;
    let (name, id) = (required(input, "Name")?, required(input, "Id")?);
    let mut acls = world.waf.acls.iter_mut();
    acls.find(|acl| acl.scope == scope && acl.name == name && acl.id == id)
        .ok_or_else(nonexistent)
}

fn by_arn<'a>(world: &'a World, arn: &str) -> Result<&'a Acl, Refusal> {
    let mut acls = world.waf.acls.iter();
    acls.find(|acl| acl.arn == arn).ok_or_else(nonexistent)
}

pub fn get_web_acl(world: &mut World, input: &Value) -> Answer {
    let acl = match input.get("ARN").and_then(Value::as_text) {
        Some(arn) => by_arn(world, arn)?,
        None => named(world, input)?,
    };
    Ok(map! { "WebACL" => acl.document(), "LockToken" => &acl.lock })
}

/// `GetLoggingConfiguration`: the web ACL before the load balancer writes to its log group.
pub fn get_logging(world: &mut World, input: &Value) -> Answer {
    let acl = by_arn(world, required(input, "ResourceArn")?)?;
    let group = world
        .logs
        .name_of_waf()
        .filter(|_| acl.scope == Scope::Regional);
    let group = group.ok_or_else(nonexistent)?;
    let header = map! { "SingleHeader" => map! { "Name" => "authorization" } };
    let configuration = map! {
        "ResourceArn" => &acl.arn,
        "LogDestinationConfigs" => list([world.arn("logs", &format!("log-group:{group}"))]),
        "RedactedFields" => list([header]),
        "ManagedByFirewallManager" => false,
        "LogType" => "WAF_LOGS",
        "LogScope" => "CUSTOMER",
    };
    Ok(map! { "LoggingConfiguration" => configuration })
}

/// The kinds of resource that can stand behind a regional web ACL; the first is meant where none is named.
const RESOURCES: [&str; 7] = [
    "APPLICATION_LOAD_BALANCER",
    "API_GATEWAY",
    "APPSYNC",
    "COGNITO_USER_POOL",
    "APP_RUNNER_SERVICE",
    "VERIFIED_ACCESS_INSTANCE",
    "AMPLIFY",
];

pub fn list_resources(world: &mut World, input: &Value) -> Answer {
    let acl = by_arn(world, required(input, "WebACLArn")?)?;
    let kind = input
        .get("ResourceType")
        .and_then(Value::as_text)
        .unwrap_or(RESOURCES[0]);
    if !RESOURCES.contains(&kind) {
        return Err(invalid(
            "RESOURCE_TYPE",
            kind,
            "The resource type is not valid.",
        ));
    }
    if acl.scope == Scope::Cloudfront {
        return Err(invalid("RESOURCE_ARN", &acl.arn, "The ARN is not valid."));
    }
    let here = acl.resources.iter().filter(|_| kind == RESOURCES[0]);
    Ok(map! { "ResourceArns" => list(here) })
}

pub fn get_for_resource(world: &mut World, input: &Value) -> Answer {
    let arn = required(input, "ResourceArn")?;
    if arn.contains(":cloudfront:") || !arn.starts_with("arn:") {
        return Err(invalid("RESOURCE_ARN", arn, "The ARN isn't valid."));
    }
    let mut acls = world.waf.acls.iter();
    let found = acls.find(|acl| acl.resources.iter().any(|resource| resource == arn));
    Ok(map! { "WebACL" => found.map(Acl::document) })
}

pub fn get_managed_keys(world: &mut World, input: &Value) -> Answer {
    let scope = Scope::of(world, input)?;
    let (name, id) = (required(input, "WebACLName")?, required(input, "WebACLId")?);
    let rule = required(input, "RuleName")?;
    let mut acls = world.waf.acls.iter();
    let acl = acls.find(|acl| acl.scope == scope && acl.name == name && acl.id == id);
    let rule = acl.and_then(|acl| acl.rule(rule)).ok_or_else(nonexistent)?;
    let Kind::Rate(rate) = &rule.kind else {
        return Err(invalid(
            "RULE",
            &rule.name,
            "The rule is not a rate-based rule.",
        ));
    };
    if rate.aggregate != Aggregate::Address {
        return Err(Refusal::client(
            "WAFUnsupportedAggregateKeyTypeException",
            "The rule's aggregate key type is not supported by this operation.",
        ));
    }
    let limited = rate.limited().map(|address| format!("{address}/32"));
    Ok(map! {
        "ManagedKeysIPV4" => map! { "IPAddressVersion" => "IPV4", "Addresses" => list(limited) },
        "ManagedKeysIPV6" => map! { "IPAddressVersion" => "IPV6", "Addresses" => list(Vec::<Value>::new()) },
    })
}

pub fn list_rule_groups(world: &mut World, input: &Value) -> Answer {
    Scope::of(world, input)?;
    let (rows, next) = page(input, world.waf.groups.iter(), |group| &group.name)?;
    let facts = |group: &RuleGroup| {
        map! { "Name" => &group.name, "Id" => &group.id, "Description" => "", "LockToken" => &group.lock, "ARN" => &group.arn }
    };
    Ok(map! { "NextMarker" => next, "RuleGroups" => list(rows.into_iter().map(facts)) })
}

pub fn get_rule_group(world: &mut World, input: &Value) -> Answer {
    let text = |name: &str| input.get(name).and_then(Value::as_text);
    let group = world.waf.groups.iter().find(|group| match text("ARN") {
        Some(arn) => group.arn == arn,
        None => text("Name") == Some(&group.name) && text("Id") == Some(&group.id),
    });
    let group = group.ok_or_else(nonexistent)?;
    Ok(map! { "RuleGroup" => group.document.clone(), "LockToken" => &group.lock })
}

pub fn list_ip_sets(world: &mut World, input: &Value) -> Answer {
    Scope::of(world, input)?;
    let (rows, next) = page(input, world.waf.sets.iter(), |set| &set.name)?;
    let facts = |set: &AddressSet| {
        map! { "Name" => &set.name, "Id" => &set.id, "Description" => "", "LockToken" => &set.lock, "ARN" => &set.arn }
    };
    Ok(map! { "NextMarker" => next, "IPSets" => list(rows.into_iter().map(facts)) })
}

pub fn get_ip_set(world: &mut World, input: &Value) -> Answer {
    let (name, id) = (required(input, "Name")?, required(input, "Id")?);
    let mut sets = world.waf.sets.iter();
    let set = sets
        .find(|set| set.name == name && set.id == id)
        .ok_or_else(nonexistent)?;
    let blocks = set
        .blocks
        .iter()
        .map(|(address, bits)| format!("{address}/{bits}"));
    let facts = map! {
        "Name" => &set.name,
        "Id" => &set.id,
        "ARN" => &set.arn,
        "Description" => "",
        "IPAddressVersion" => "IPV4",
        "Addresses" => list(blocks),
    };
    Ok(map! { "IPSet" => facts, "LockToken" => &set.lock })
}

pub fn list_tags(world: &mut World, input: &Value) -> Answer {
    let acl = by_arn(world, required(input, "ResourceARN")?)?;
    let tags = acl
        .tags
        .iter()
        .map(|(key, value)| map! { "Key" => key, "Value" => value });
    let info = map! { "ResourceARN" => &acl.arn, "TagList" => list(tags) };
    Ok(map! { "TagInfoForResource" => info })
}
