//! A rule, as far as it is known here what it does.

use super::managed::{self, Managed};
use super::rate::Rate;
use super::statement::Statement;
use crate::sim::value::Value;

/// What an action does with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Allow,
    /// With the status that is answered.
    Block(u16),
    Count,
    Captcha,
    Challenge,
}

impl Verdict {
    /// What an action object says; one that nobody here knows counts.
    pub fn of(action: Option<&Value>) -> Self {
        let Some(members) = action.and_then(Value::as_map) else {
            return Self::Count;
        };
        match members.0.first().map(|(name, value)| (&**name, value)) {
            Some(("Allow", _)) => Self::Allow,
            Some(("Block", block)) => Self::Block(status(block).unwrap_or(403)),
            Some(("Captcha", _)) => Self::Captcha,
            Some(("Challenge", _)) => Self::Challenge,
            _ => Self::Count,
        }
    }

    /// As samples name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Allow => "ALLOW",
            Self::Block(_) => "BLOCK",
            Self::Count => "COUNT",
            Self::Captcha => "CAPTCHA",
            Self::Challenge => "CHALLENGE",
        }
    }

    pub fn metric(self) -> &'static str {
        match self {
            Self::Allow => "AllowedRequests",
            Self::Block(_) => "BlockedRequests",
            Self::Count => "CountedRequests",
            Self::Captcha => "CaptchaRequests",
            Self::Challenge => "ChallengeRequests",
        }
    }

    /// What is answered in the service's place.
    pub fn status(self) -> Option<u16> {
        match self {
            Self::Block(status) => Some(status),
            Self::Captcha => Some(405),
            Self::Challenge => Some(202),
            Self::Allow | Self::Count => None,
        }
    }
}

fn status(block: &Value) -> Option<u16> {
    let code = block.get("CustomResponse")?.get("ResponseCode")?.as_int()?;
    u16::try_from(code).ok()
}

/// What a rule looks at.
#[derive(Debug)]
pub enum Kind {
    Rate(Rate),
    /// A managed group: its rules, where it looks, and what each is overridden to.
    Group {
        rules: &'static [Managed],
        scope: Option<Statement>,
        overrides: Vec<(String, Verdict)>,
        /// `OverrideAction` is Count.
        counts: bool,
    },
    Statement(Statement),
}

/// One rule of a web ACL.
#[derive(Debug)]
pub struct Rule {
    pub name: String,
    pub priority: i64,
    pub metric: String,
    pub sampled: bool,
    pub labels: Vec<String>,
    pub verdict: Verdict,
    pub kind: Kind,
    /// As it was sent.
    pub document: Value,
}

impl Rule {
    pub fn of(document: &Value) -> Self {
        let text = |value: Option<&Value>| value.and_then(Value::as_text).map(str::to_owned);
        let name = text(document.get("Name")).unwrap_or_default();
        let visibility = document.get("VisibilityConfig");
        let labels = document.get("RuleLabels").map_or(&[][..], Value::items);
        Self {
            priority: document
                .get("Priority")
                .and_then(Value::as_int)
                .unwrap_or(0),
            metric: text(visibility.and_then(|v| v.get("MetricName")))
                .unwrap_or_else(|| name.clone()),
            sampled: visibility
                .and_then(|v| v.get("SampledRequestsEnabled")?.as_bool())
                .unwrap_or(false),
            labels: labels
                .iter()
                .filter_map(|label| text(label.get("Name")))
                .collect(),
            verdict: Verdict::of(document.get("Action")),
            kind: kind(document),
            name,
            document: document.clone(),
        }
    }
}

fn kind(document: &Value) -> Kind {
    let Some(statement) = document.get("Statement") else {
        return Kind::Statement(Statement::Never);
    };
    if let Some(rate) = statement.get("RateBasedStatement") {
        return Kind::Rate(Rate::of(rate));
    }
    let Some(group) = statement.get("ManagedRuleGroupStatement") else {
        return Kind::Statement(Statement::of(statement));
    };
    let name = group.get("Name").and_then(Value::as_text);
    let counts = document
        .get("OverrideAction")
        .is_some_and(|a| a.get("Count").is_some());
    Kind::Group {
        rules: name.map_or(&[], managed::rules),
        scope: group.get("ScopeDownStatement").map(Statement::of),
        overrides: overrides(group),
        counts,
    }
}

/// The newer and the older way of overriding a group's rule.
fn overrides(group: &Value) -> Vec<(String, Verdict)> {
    let named = |value: &Value| Some(value.get("Name")?.as_text()?.to_owned());
    let newer = group
        .get("RuleActionOverrides")
        .map_or(&[][..], Value::items);
    let older = group.get("ExcludedRules").map_or(&[][..], Value::items);
    let newer = newer
        .iter()
        .filter_map(|one| Some((named(one)?, Verdict::of(one.get("ActionToUse")))));
    let older = older
        .iter()
        .filter_map(|one| Some((named(one)?, Verdict::Count)));
    newer.chain(older).collect()
}
