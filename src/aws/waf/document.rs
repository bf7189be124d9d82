//! A web ACL out of the text that `GetWebACL` sent. The typed SDK skips members
//! it does not know (aws-facts.md §3.4.2); here they stay, and are named.

use crate::aws::splice::decimal;
use crate::aws::splice::members::{Member, Members, elements, string};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::text::Text;
use crate::domain::waf::{
    Acl, AclRef, AclScope, Aggregate, RateStatement, RawAcl, RawJson, Rule, RuleAction, RuleKind,
};

/// The members of `WebACL` that the table of aws-facts.md §3.4.1 lists, the lock token wherever it is shown.
const KNOWN: [&str; 23] = [
    "ARN",
    "ApplicationConfig",
    "AssociationConfig",
    "Capacity",
    "CaptchaConfig",
    "ChallengeConfig",
    "CustomResponseBodies",
    "DataProtectionConfig",
    "DefaultAction",
    "Description",
    "Id",
    "LabelNamespace",
    "LockToken",
    "ManagedByFirewallManager",
    "MonetizationConfig",
    "Name",
    "OnSourceDDoSProtectionConfig",
    "PostProcessFirewallManagerRuleGroups",
    "PreProcessFirewallManagerRuleGroups",
    "RetrofittedByFirewallManager",
    "Rules",
    "TokenDomains",
    "VisibilityConfig",
];

/// AWS's window where the document names none, in seconds.
const DEFAULT_WINDOW: u32 = 300;

/// The document and lock token in a whole `GetWebACL` answer.
pub fn raw(body: &str, scope: AclScope) -> Result<RawAcl, Fault> {
    read_raw(body, scope).ok_or_else(|| {
        Fault::new(
            FaultKind::Garbled,
            "The answer of GetWebACL is not a web ACL",
        )
        .means("it is cut off, or something else answered in AWS's place")
        .next("it is asked again; check the endpoint if it stays so")
    })
}

fn read_raw(body: &str, scope: AclScope) -> Option<RawAcl> {
    let answer = Members::of(body)?;
    let document = answer.get("WebACL")?;
    let members = Members::of(document)?;
    let text = |name| string(members.get(name)?);
    let at = AclRef {
        scope,
        name: text("Name")?.into(),
        id: text("Id")?.into(),
        arn: text("ARN")?.into(),
    };
    let lock_token = string(answer.get("LockToken")?)?;
    Some(RawAcl {
        at,
        document: document.into(),
        lock_token: lock_token.into(),
    })
}

/// The web ACL that a document describes.
pub fn parse(raw: &RawAcl) -> Result<Acl, Fault> {
    let garbled = || {
        Fault::new(
            FaultKind::Garbled,
            format!("The document of {} cannot be read", raw.at.name.text()),
        )
        .means("it is cut off, or names a member twice")
        .next("refresh, and look at it in the AWS console if it stays so")
    };
    let (members, rules) = parts(&raw.document).ok_or_else(garbled)?;
    Ok(Acl {
        at: raw.at.clone(),
        default_action: members
            .get("DefaultAction")
            .map_or(RuleAction::Allow, action),
        metric: metric(&members)
            .unwrap_or_else(|| raw.at.name.as_str().to_owned())
            .into(),
        rules,
        capacity: members
            .get("Capacity")
            .and_then(decimal::whole)
            .and_then(|n| n.try_into().ok())
            .unwrap_or(0),
        firewall_manager: is_true(&members, "ManagedByFirewallManager")
            || is_true(&members, "RetrofittedByFirewallManager"),
        unknown_members: unknown(&members),
        raw: raw.clone(),
    })
}

fn parts(document: &str) -> Option<(Members<'_>, Vec<Rule>)> {
    let members = Members::of(document)?;
    let texts = members.set("Rules").map_or(Some(Vec::new()), elements)?;
    let mut rules = texts.into_iter().map(rule).collect::<Option<Vec<_>>>()?;
    rules.sort_by_key(|r| r.priority);
    Some((members, rules))
}

fn unknown(members: &Members<'_>) -> Vec<Text> {
    members
        .iter()
        .filter(|m| !KNOWN.contains(&m.name.as_str()))
        .map(|m| Text::clean(&m.name))
        .collect()
}

fn is_true(members: &Members<'_>, name: &str) -> bool {
    members.get(name) == Some("true")
}

fn metric(members: &Members<'_>) -> Option<String> {
    string(Members::of(members.get("VisibilityConfig")?)?.get("MetricName")?)
}

fn sampled(members: &Members<'_>) -> Option<bool> {
    Some(is_true(
        &Members::of(members.get("VisibilityConfig")?)?,
        "SampledRequestsEnabled",
    ))
}

fn rule(text: &str) -> Option<Rule> {
    let members = Members::of(text)?;
    let name = string(members.get("Name")?)?;
    let own = members
        .set("Action")
        .filter(|_| members.set("OverrideAction").is_none());
    Some(Rule {
        priority: members
            .get("Priority")
            .and_then(decimal::whole)
            .map_or(0, |n| n as i64),
        action: own.map_or_else(|| overriding(&members), action),
        raw_action: own.map(|text| RawJson(text.into())),
        kind: members.get("Statement").map_or(
            RuleKind::Other {
                statement: Text::default(),
            },
            kind,
        ),
        metric: metric(&members).unwrap_or_else(|| name.clone()).into(),
        sampled: sampled(&members).unwrap_or(false),
        name: name.into(),
    })
}

/// An `OverrideAction` of Count holds for the whole group; None leaves the group's own actions.
fn overriding(members: &Members<'_>) -> RuleAction {
    match members.set("OverrideAction").map(action) {
        Some(RuleAction::Count) => RuleAction::Count,
        _ => RuleAction::Group,
    }
}

fn action(text: &str) -> RuleAction {
    let members = Members::of(text);
    let name = members
        .as_ref()
        .and_then(|m| m.iter().next())
        .map_or("", |m| m.name.as_str());
    match name {
        "Block" => RuleAction::Block,
        "Count" => RuleAction::Count,
        "Allow" => RuleAction::Allow,
        "Captcha" => RuleAction::Captcha,
        "Challenge" => RuleAction::Challenge,
        other => RuleAction::Other(Text::clean(other)),
    }
}

fn kind(statement: &str) -> RuleKind {
    let members = Members::of(statement);
    let Some(member) = members.as_ref().and_then(Members::only) else {
        return RuleKind::Other {
            statement: Text::default(),
        };
    };
    known_kind(member).unwrap_or_else(|| RuleKind::Other {
        statement: Text::clean(&member.name),
    })
}

fn known_kind(member: &Member<'_>) -> Option<RuleKind> {
    let parts = Members::of(member.value)?;
    let text = |name| parts.get(name).and_then(string).map(|t| Text::clean(&t));
    match member.name.as_str() {
        "RateBasedStatement" => rate(&parts).map(RuleKind::Rate),
        "ManagedRuleGroupStatement" => Some(RuleKind::ManagedGroup {
            vendor: text("VendorName")?,
            name: text("Name")?,
            version: text("Version"),
            overrides: length(&parts, "RuleActionOverrides") + length(&parts, "ExcludedRules"),
        }),
        "RuleGroupReferenceStatement" => Some(RuleKind::RuleGroup {
            arn: string(parts.get("ARN")?)?.into(),
        }),
        _ => None,
    }
}

fn rate(parts: &Members<'_>) -> Option<RateStatement> {
    let window = parts
        .get("EvaluationWindowSec")
        .and_then(decimal::whole)
        .filter(|n| *n > 0);
    Some(RateStatement {
        limit: parts.get("Limit").and_then(decimal::whole)?,
        window: window
            .and_then(|n| n.try_into().ok())
            .unwrap_or(DEFAULT_WINDOW),
        aggregate: aggregate(parts),
        scoped_down: parts.set("ScopeDownStatement").is_some(),
    })
}

fn aggregate(parts: &Members<'_>) -> Aggregate {
    match parts
        .get("AggregateKeyType")
        .and_then(string)
        .unwrap_or_default()
        .as_str()
    {
        "IP" => Aggregate::Ip,
        "FORWARDED_IP" => Aggregate::ForwardedIp,
        "CUSTOM_KEYS" => Aggregate::CustomKeys(length(parts, "CustomKeys")),
        "CONSTANT" => Aggregate::Constant,
        other => Aggregate::Other(Text::clean(other)),
    }
}

fn length(parts: &Members<'_>, name: &str) -> u8 {
    parts
        .get(name)
        .and_then(elements)
        .map_or(0, |all| u8::try_from(all.len()).unwrap_or(u8::MAX))
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
