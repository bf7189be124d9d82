//! `WAFv2`: web ACLs, their rules, and the raw document that is edited (aws-facts.md §3.4).

use super::fault::{Fault, FaultKind, Gap};
use super::ids::{AclId, AclName, Arn, MetricName, RuleName};
use super::text::Text;
use jiff::Timestamp;
use std::sync::Arc;

/// Where a web ACL lives.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum AclScope {
    Regional,
    /// Only through us-east-1.
    Cloudfront,
}

/// One web ACL, by what every call needs.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct AclRef {
    pub scope: AclScope,
    pub name: AclName,
    pub id: AclId,
    pub arn: Arn,
}

/// One rule of one web ACL.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct RuleRef {
    pub acl: AclRef,
    pub rule: RuleName,
}

/// A web ACL's document exactly as `GetWebACL` sent it: the text of the `WebACL`
/// member. It is never rebuilt from typed parts, because a typed SDK loses the
/// members it does not know and `UpdateWebACL` replaces the whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawAcl {
    pub at: AclRef,
    pub document: Arc<str>,
    pub lock_token: Arc<str>,
}

/// A fragment of JSON exactly as it stood in a document; compared by meaning, sent back by letter.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct RawJson(pub Arc<str>);

impl RawJson {
    /// The JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Equal as JSON values, whatever the spacing and member order.
    pub fn same(&self, other: &Self) -> bool {
        let parse = |j: &Self| serde_json::from_str::<serde_json::Value>(&j.0).ok();
        self.0 == other.0 || parse(self).is_some_and(|v| Some(v) == parse(other))
    }
}

impl PartialEq for RawJson {
    fn eq(&self, other: &Self) -> bool {
        self.same(other)
    }
}

impl Eq for RawJson {}

/// What a rule does with a request that matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleAction {
    Block,
    Count,
    Allow,
    Captcha,
    Challenge,
    /// A member this program does not know, by its name.
    Other(Text),
    /// A group's own actions (`OverrideAction` None).
    Group,
}

/// How a rate rule tells clients apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aggregate {
    Ip,
    ForwardedIp,
    CustomKeys(u8),
    Constant,
    Other(Text),
}

/// The rate-based part of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateStatement {
    /// Requests per window; 10 – 2,000,000,000.
    pub limit: u64,
    /// Seconds: 60, 120, 300 (AWS's default, also where it is absent) or 600.
    pub window: u32,
    pub aggregate: Aggregate,
    pub scoped_down: bool,
}

/// What kind of rule, for the list in priority order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleKind {
    Rate(RateStatement),
    /// Vendor and name.
    ManagedGroup {
        vendor: Text,
        name: Text,
        version: Option<Text>,
        overrides: u8,
    },
    RuleGroup {
        arn: Arn,
    },
    /// Any other statement, by its member's name (`IPSetReferenceStatement`).
    Other {
        statement: Text,
    },
}

/// One rule of a web ACL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub name: RuleName,
    pub priority: i64,
    pub action: RuleAction,
    /// The whole action object, as in the document; `None` for groups.
    pub raw_action: Option<RawJson>,
    pub kind: RuleKind,
    pub metric: MetricName,
    pub sampled: bool,
}

/// A web ACL as the pane shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acl {
    pub at: AclRef,
    pub default_action: RuleAction,
    pub metric: MetricName,
    /// In priority order.
    pub rules: Vec<Rule>,
    /// WCU.
    pub capacity: u32,
    /// Firewall Manager would revert or fight a change.
    pub firewall_manager: bool,
    /// Members at the top level that this program does not know.
    pub unknown_members: Vec<Text>,
    pub raw: RawAcl,
}

/// What AWS takes as the limit of a rate rule.
pub const LIMITS: std::ops::RangeInclusive<u64> = 10..=2_000_000_000;

impl Rule {
    /// Its rate statement, where it is a rate rule.
    pub fn rate(&self) -> Option<&RateStatement> {
        match &self.kind {
            RuleKind::Rate(rate) => Some(rate),
            _ => None,
        }
    }
}

impl Acl {
    /// The one rate rule of this name, or why this program will not edit it (aws-facts.md §3.4.3).
    pub fn editable_rule(&self, name: &RuleName) -> Result<&Rule, Fault> {
        self.is_ours_to_edit()?;
        let mut named = self.rules.iter().filter(|r| r.name == *name);
        let rule = named.next().ok_or_else(|| self.without(name))?;
        if named.next().is_some() {
            return Err(
                refuse(format!("More than one rule is called {}", name.text()))
                    .means("it cannot be told which of them is meant")
                    .next("give them different names"),
            );
        }
        rule.can_be_edited()?;
        Ok(rule)
    }

    fn without(&self, name: &RuleName) -> Fault {
        let what = format!("{} has no rule {}", self.at.name.text(), name.text());
        Fault::new(FaultKind::Missing, what)
            .means("it was renamed or removed meanwhile")
            .next("refresh the list")
    }

    fn is_ours_to_edit(&self) -> Result<(), Fault> {
        let acl = self.at.name.text();
        if self.firewall_manager {
            return Err(refuse(format!("{acl} is managed by Firewall Manager"))
                .means("it would put its own rules back")
                .next("change the Firewall Manager policy instead"));
        }
        if let [first, ..] = self.unknown_members.as_slice() {
            let names: Vec<&str> = self.unknown_members.iter().map(Text::as_str).collect();
            return Err(refuse(format!(
                "{acl} has settings that this program does not know: {}",
                names.join(", ")
            ))
            .means(format!("an update could lose or be refused for {first}"))
            .next("update tidegate, or change the rule in the AWS console"));
        }
        Ok(())
    }
}

impl Rule {
    fn can_be_edited(&self) -> Result<(), Fault> {
        let name = self.name.text();
        if self.rate().is_none() {
            return Err(refuse(format!("{name} is not a rate-based rule"))
                .means("only rate-based rules are switched or given a limit here")
                .next("choose a rate rule"));
        }
        if self.raw_action.is_none() || self.action == RuleAction::Group {
            return Err(refuse(format!("{name} has no action of its own"))
                .means("it overrides the actions of a group")
                .next("change it in the AWS console"));
        }
        Ok(())
    }
}

fn refuse(what: impl AsRef<str>) -> Fault {
    Fault::new(FaultKind::Refused, what)
}

/// One sampled request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampledRequest {
    pub at: Option<Timestamp>,
    pub client: Text,
    pub country: Text,
    pub method: Text,
    pub uri: Text,
    /// BLOCK, COUNT, …
    pub action: Text,
    /// The rule inside the group that matched.
    pub inner_rule: Option<Text>,
    pub overridden: Option<Text>,
    pub status: Option<u16>,
    pub weight: u64,
}

/// What the drill-in of one rule shows; each part may be missing for its own reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleDetail {
    pub samples: Vec<SampledRequest>,
    /// Requests the samples stand for.
    pub population: u64,
    /// Addresses limited now; `None` for aggregates AWS does not list.
    pub limited: Option<Vec<Text>>,
    pub resources: Vec<Arn>,
    pub gaps: Vec<Gap>,
}
