//! The rule groups that AWS keeps, as far as this account's traffic meets them.

use super::acl::Scope;
use super::{capacity, nonexistent, required};
use crate::sim::call::Answer;
use crate::sim::value::{Value, list, map};
use crate::sim::world::World;

/// One rule of a managed group.
#[derive(Clone, Copy, Debug)]
pub struct Managed {
    pub name: &'static str,
    pub label: &'static str,
    pub paths: &'static [&'static str],
}

/// The groups of AWS that this account uses, as far as its traffic meets them.
const GROUPS: &[(&str, &[Managed])] = &[
    (
        "AWSManagedRulesAdminProtectionRuleSet",
        &[Managed {
            name: "AdminProtection_URIPATH",
            label: "awswaf:managed:aws:admin-protection:AdminProtection_URIPath",
            paths: &["/admin"],
        }],
    ),
    (
        "AWSManagedRulesCommonRuleSet",
        &[Managed {
            name: "RestrictedExtensions_URIPATH",
            label: "awswaf:managed:aws:core-rule-set:RestrictedExtensions_URIPath",
            paths: &["/.env", "/.git", "/wp-", "/phpmyadmin"],
        }],
    ),
];

/// The rules of a group; none of one that is not known here.
pub fn rules(name: &str) -> &'static [Managed] {
    let known = GROUPS.iter().find(|(known, _)| *known == name);
    known.map_or(&[], |(_, rules)| rules)
}

/// `DescribeManagedRuleGroup`: the rules that this account's traffic can meet.
pub fn describe(world: &mut World, input: &Value) -> Answer {
    Scope::of(world, input)?;
    let (vendor, name) = (required(input, "VendorName")?, required(input, "Name")?);
    let rules = rules(name);
    if vendor != "AWS" || rules.is_empty() {
        return Err(nonexistent());
    }
    let block = || map! { "Block" => map! {} };
    let shown = |rule: &Managed| map! { "Name" => rule.name, "Action" => block() };
    let labels = || list(rules.iter().map(|rule| map! { "Name" => rule.label }));
    let space = rules.first().and_then(|rule| rule.label.rsplit_once(':'));
    Ok(map! {
        "Capacity" => capacity::of_managed(name),
        "Rules" => list(rules.iter().map(shown)),
        "LabelNamespace" => space.map(|(space, _)| format!("{space}:")),
        "AvailableLabels" => labels(),
        "ConsumedLabels" => list::<Value>([]),
    })
}
