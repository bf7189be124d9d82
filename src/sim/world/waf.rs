//! WAFv2: web ACLs, what they do to requests, samples (aws-facts.md §1.5, §3.4).
//!
//! A web ACL is kept as the document that was sent: members that nobody here knows
//! stay in it. What the rules do is read out of the document at each change.

mod acl;
mod ask;
mod capacity;
mod check;
mod furniture;
mod managed;
mod rate;
mod rule;
mod run;
mod sample;
mod statement;
mod update;

use super::flow::Batch;
use super::{Config, World};
use crate::sim::call::{Answer, Refusal, Service};
use crate::sim::value::{Value, map};
use acl::{Acl, Scope};

/// The state of it; empty in a region that is not furnished.
#[derive(Debug, Default)]
pub struct Waf {
    acls: Vec<Acl>,
    groups: Vec<furniture::RuleGroup>,
    sets: Vec<furniture::AddressSet>,
}

/// Answers one operation.
pub fn handle(world: &mut World, operation: &str, input: &Value) -> Answer {
    match operation {
        "ListWebACLs" => ask::list_web_acls(world, input),
        "GetWebACL" => ask::get_web_acl(world, input),
        "UpdateWebACL" => update::update_web_acl(world, input),
        "CheckCapacity" => update::check_capacity(world, input),
        "ListResourcesForWebACL" => ask::list_resources(world, input),
        "GetWebACLForResource" => ask::get_for_resource(world, input),
        "GetSampledRequests" => sample::get_sampled_requests(world, input),
        "GetRateBasedStatementManagedKeys" => ask::get_managed_keys(world, input),
        "ListRuleGroups" => ask::list_rule_groups(world, input),
        "GetRuleGroup" => ask::get_rule_group(world, input),
        "ListIPSets" => ask::list_ip_sets(world, input),
        "GetIPSet" => ask::get_ip_set(world, input),
        "ListTagsForResource" => ask::list_tags(world, input),
        "GetLoggingConfiguration" => ask::get_logging(world, input),
        "DescribeManagedRuleGroup" => managed::describe(world, input),
        _ => Err(Refusal::no_operation(Service::Waf, operation)),
    }
}

/// What passes of the requests that were sent; what does not is counted here.
pub fn filter(world: &mut World, offered: Vec<Batch>) -> Vec<Batch> {
    run::filter(world, offered)
}

/// One second of it: what is too old is forgotten.
pub fn tick(world: &mut World) {
    let now = world.now;
    for acl in &mut world.waf.acls {
        acl.samples.forget(now);
    }
}

/// The web ACLs of the home region.
pub fn furnish(world: &mut World, _config: &Config) {
    furniture::regional(world);
}

/// The web ACLs of scope CLOUDFRONT, in us-east-1.
pub fn furnish_global(world: &mut World, _config: &Config) {
    furniture::global(world);
}

/// The ARN of the web ACL that CloudFront's distribution stands behind.
pub fn global_arn(world: &World) -> Option<&str> {
    let acls = &world.waf.acls;
    acls.iter()
        .find(|acl| acl.scope == Scope::Cloudfront)
        .map(|acl| acl.arn.as_str())
}

/// `WAFInvalidParameterException` with its three members.
fn invalid(field: &'static str, parameter: &str, reason: &str) -> Refusal {
    let message = format!("Error reason: {reason}, field: {field}, parameter: {parameter}");
    let mut refusal = Refusal::client("WAFInvalidParameterException", message);
    if let Value::Map(members) =
        map! { "Field" => field, "Parameter" => parameter, "Reason" => reason }
    {
        refusal.members = members;
    }
    refusal
}

/// What the front of the service refuses before it looks at the account.
fn malformed(member: &str, value: &str, constraint: &str) -> Refusal {
    Refusal::client(
        "ValidationException",
        format!(
            "1 validation error detected: Value {value} at '{member}' failed to satisfy constraint: {constraint}"
        ),
    )
}

fn nonexistent() -> Refusal {
    Refusal::client(
        "WAFNonexistentItemException",
        "AWS WAF couldn\u{2019}t perform the operation because your resource doesn\u{2019}t exist.",
    )
}

/// A text that must be there.
fn required<'a>(input: &'a Value, member: &str) -> Result<&'a str, Refusal> {
    let text = input.get(member).and_then(Value::as_text);
    text.filter(|text| !text.is_empty())
        .ok_or_else(|| malformed(member, "null", "Member must not be null"))
}

#[cfg(test)]
mod tests;
