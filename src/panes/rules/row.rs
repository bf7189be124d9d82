//! One row of the rules pane: a rate rule, another rule beneath it, or the head of a web ACL.

use crate::domain::change::{Change, Field, Target, Value};
use crate::domain::ids::RuleName;
use crate::domain::metrics::Metric;
use crate::domain::text::Text;
use crate::domain::units;
use crate::domain::waf::{
    Acl, AclRef, AclScope, Aggregate, RateStatement, Rule, RuleAction, RuleKind, RuleRef,
};
use crate::model::filter::Filter;
use crate::model::list::{Row, SortKey};
use crate::session::order::{Past, PastState, Proposed};
use crate::view::lines::Span;
use crate::view::table::Column;
use crate::view::theme::Role;
use jiff::Timestamp;
use std::borrow::Cow;

/// The columns' names, in order.
pub const COLUMNS: &[&str] = &["RULE", "LIMIT", "ACTION", "BLOCKED", "IPS"];

/// Their widths.
pub const WIDTHS: &[Column] = &[
    Column::new(COLUMNS[0], 12, 44),
    Column::new("LIMIT/WINDOW", 12, 18).priority(2),
    Column::new(COLUMNS[2], 14, 16),
    Column::new("BLOCKED/min", 11, 14).right().priority(1),
    Column::new("IPs", 3, 5).right().priority(3),
];

/// A rule, or (without a name) its web ACL's head row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleKey {
    pub acl: AclRef,
    pub rule: Option<RuleName>,
}

/// What we did to a rule that has not been put back.
#[derive(Clone, Debug, PartialEq)]
pub struct Ours {
    pub written: Timestamp,
    /// Before the first of our changes that still stands.
    pub action: Option<Value>,
    pub limit: Option<Value>,
}

impl Ours {
    /// Reads the past, newest first: the first original wins, however often it was changed since.
    pub fn of(rule: &RuleRef, history: &[Past]) -> Option<Self> {
        let stands = |p: &&Past| {
            matches!(
                p.state,
                PastState::Applied | PastState::Unfinished | PastState::Draining
            )
        };
        let mut ours: Option<Self> = None;
        for past in history.iter().filter(stands) {
            for change in past.steps.iter().filter_map(|step| of_rule(step, rule)) {
                let known = ours.get_or_insert(Self {
                    written: past.at,
                    action: None,
                    limit: None,
                });
                let before = |field| change.field(field).map(|f| f.before.clone());
                known.action = before(Field::Action).or(known.action.take());
                known.limit = before(Field::Limit).or(known.limit.take());
            }
        }
        ours
    }
}

fn of_rule<'s>(step: &'s Proposed, rule: &RuleRef) -> Option<&'s Change> {
    match step {
        Proposed::Set(change) if change.target == Target::Rule(rule.clone()) => Some(change),
        _ => None,
    }
}

/// A rate rule with its figures.
#[derive(Clone, Debug)]
pub struct RateFacts {
    pub rate: RateStatement,
    pub series: [Metric; 2],
    /// Requests a minute, newest; `None` until CloudWatch was asked.
    pub blocked: Option<f64>,
    /// What it blocked in the last minute before our change.
    pub was: Option<f64>,
    /// Addresses limited now; `None` where AWS does not list them.
    pub limited: Option<usize>,
    pub ours: Option<Ours>,
    pub pending: bool,
}

/// What kind of row.
#[derive(Clone, Debug)]
pub enum Kind {
    Acl {
        rules: usize,
        default_action: RuleAction,
    },
    Rate(Box<RateFacts>),
    Other,
}

/// One row.
#[derive(Clone, Debug)]
pub struct RuleRow {
    pub key: RuleKey,
    pub rule: Option<Rule>,
    pub kind: Kind,
}

impl RuleRow {
    /// The head of a web ACL's rows.
    pub fn head(acl: &Acl) -> Self {
        let kind = Kind::Acl {
            rules: acl.rules.len(),
            default_action: acl.default_action.clone(),
        };
        Self {
            key: RuleKey {
                acl: acl.at.clone(),
                rule: None,
            },
            rule: None,
            kind,
        }
    }

    /// The row of one rule.
    pub fn new(acl: &AclRef, rule: &Rule, kind: Kind) -> Self {
        Self {
            key: RuleKey {
                acl: acl.clone(),
                rule: Some(rule.name.clone()),
            },
            rule: Some(rule.clone()),
            kind,
        }
    }

    /// The figures, where it is a rate rule.
    pub fn rate(&self) -> Option<&RateFacts> {
        match &self.kind {
            Kind::Rate(facts) => Some(facts),
            Kind::Acl { .. } | Kind::Other => None,
        }
    }

    /// Whether a star stands behind its action or its limit.
    pub fn is_changed(&self) -> bool {
        let differs = |rule| {
            self.rate()
                .is_some_and(|facts| facts.action_differs(rule) || facts.limit_differs())
        };
        self.rule.as_ref().is_some_and(differs)
    }

    /// The rule it names.
    pub fn at(&self) -> Option<RuleRef> {
        self.key.rule.clone().map(|rule| RuleRef {
            acl: self.key.acl.clone(),
            rule,
        })
    }

    /// One cell, by its place in [`COLUMNS`].
    pub fn cell(&self, column: usize) -> Span {
        match (&self.kind, &self.rule) {
            (
                Kind::Acl {
                    rules,
                    default_action,
                },
                _,
            ) => self.head_cell(column, *rules, default_action),
            (Kind::Rate(facts), Some(rule)) => rate_cell(rule, facts, column),
            (_, Some(rule)) => Span::dim(other_cell(rule, column)),
            (_, None) => Span::dim(""),
        }
    }

    fn head_cell(&self, column: usize, rules: usize, default_action: &RuleAction) -> Span {
        match column {
            0 => Span::new(self.key.acl.name.text(), Role::Strong),
            1 => Span::dim(scope(self.key.acl.scope)),
            2 => Span::of(
                format!("else {}", action(default_action).to_lowercase()),
                Role::Dim,
            ),
            3 => Span::of(
                format!("{rules} rule{}", if rules == 1 { "" } else { "s" }),
                Role::Dim,
            ),
            _ => Span::dim(""),
        }
    }

    fn words(&self, column: Option<&str>) -> Cow<'_, str> {
        let index = |c: &str| COLUMNS.iter().position(|name| name.eq_ignore_ascii_case(c));
        match column {
            Some(column) => index(column).map_or_else(
                || "".into(),
                |i| self.cell(i).text.as_str().to_owned().into(),
            ),
            None => format!(
                "{} {} {}",
                self.cell(0).text,
                self.cell(2).text,
                self.key.acl.name.as_str()
            )
            .into(),
        }
    }
}

/// `regional` or `CloudFront`.
pub fn scope(scope: AclScope) -> &'static str {
    match scope {
        AclScope::Regional => "regional",
        AclScope::Cloudfront => "CloudFront",
    }
}

/// `1000 / 60 s`.
pub fn limit(rate: &RateStatement) -> String {
    format!("{} / {} s", units::short_count(rate.limit), rate.window)
}

/// How it tells clients apart.
pub fn aggregate(aggregate: &Aggregate) -> Text {
    match aggregate {
        Aggregate::Ip => "by address".into(),
        Aggregate::ForwardedIp => "by forwarded address".into(),
        Aggregate::CustomKeys(n) => Text::clean(&format!("by {n} custom keys")),
        Aggregate::Constant => "all requests together".into(),
        Aggregate::Other(name) => name.clone(),
    }
}

/// `BLOCK`, `COUNT`, …
pub fn action(action: &RuleAction) -> Cow<'_, str> {
    match action {
        RuleAction::Block => "BLOCK".into(),
        RuleAction::Count => "COUNT".into(),
        RuleAction::Allow => "ALLOW".into(),
        RuleAction::Captcha => "CAPTCHA".into(),
        RuleAction::Challenge => "CHALLENGE".into(),
        RuleAction::Other(name) => name.as_str().into(),
        RuleAction::Group => "group's own".into(),
    }
}

impl RateFacts {
    /// Whether the rule's action is not what it was before our change.
    pub fn action_differs(&self, rule: &Rule) -> bool {
        let now = rule.raw_action.clone().map(Value::Json);
        self.ours
            .as_ref()
            .and_then(|o| o.action.as_ref())
            .is_some_and(|before| now.as_ref() != Some(before))
    }

    fn limit_differs(&self) -> bool {
        let before = self.ours.as_ref().and_then(|o| o.limit.as_ref());
        before.is_some_and(|before| *before != Value::Count(self.rate.limit))
    }
}

/// What a star behind an action or a limit means.
pub const STAR: &str = "* not what it was before it was changed from here: u puts it back";

/// What `pending` behind an action means.
pub const PENDING: &str = "pending  changed, and not seen in the counts yet: three minutes at most";

fn rate_cell(rule: &Rule, facts: &RateFacts, column: usize) -> Span {
    match column {
        0 => Span::body(rule.name.text()),
        1 if facts.limit_differs() => Span::of(format!("{}*", limit(&facts.rate)), Role::Warn),
        1 => Span::of(limit(&facts.rate), Role::Body),
        2 => action_cell(rule, facts),
        3 => blocked(facts),
        _ => facts
            .limited
            .map_or_else(|| Span::dim("–"), |n| number(n as f64)),
    }
}

/// A star where it is not what it was; *pending* until the counts show it.
fn action_cell(rule: &Rule, facts: &RateFacts) -> Span {
    let star = if facts.action_differs(rule) { "*" } else { "" };
    let pending = if facts.pending { " pending" } else { "" };
    let look = match &rule.action {
        _ if facts.pending => Role::Progress,
        RuleAction::Block | RuleAction::Captcha | RuleAction::Challenge if star.is_empty() => {
            Role::Body
        }
        _ => Role::Warn,
    };
    Span::of(format!("{}{star}{pending}", action(&rule.action)), look)
}

fn blocked(facts: &RateFacts) -> Span {
    let Some(now) = facts.blocked else {
        return Span::dim("·");
    };
    match facts.was.filter(|was| *was > now) {
        Some(was) => Span::of(format!("{now:.0} (was {was:.0})"), Role::Warn),
        None => number(now),
    }
}

fn number(n: f64) -> Span {
    let role = if n > 0.0 { Role::Strong } else { Role::Dim };
    Span::of(units::short_count(n.max(0.0) as u64), role)
}

fn other_cell(rule: &Rule, column: usize) -> Text {
    match column {
        0 => Text::clean(&format!("  {}", rule.name.text())),
        1 => kind(&rule.kind),
        2 => Text::clean(&action(&rule.action)),
        _ => Text::default(),
    }
}

/// What kind of rule, in a few words.
pub fn kind(kind: &RuleKind) -> Text {
    match kind {
        RuleKind::Rate(_) => "rate rule".into(),
        RuleKind::ManagedGroup { overrides: 0, .. } => "managed group".into(),
        RuleKind::ManagedGroup { overrides, .. } => {
            Text::clean(&format!("managed, {overrides} overr."))
        }
        RuleKind::RuleGroup { .. } => "rule group".into(),
        RuleKind::Other { statement } => {
            Text::clean(statement.as_str().trim_end_matches("Statement"))
        }
    }
}

/// The two series a rate rule is judged by: what it blocked, what it counted.
pub fn series(acl: &Acl, rule: &Rule) -> [Metric; 2] {
    let (scope, acl, rule) = (acl.at.scope, acl.metric.clone(), rule.metric.clone());
    [
        Metric::RuleBlocked {
            scope,
            acl: acl.clone(),
            rule: rule.clone(),
        },
        Metric::RuleCounted { scope, acl, rule },
    ]
}

impl Row for RuleRow {
    type Key = RuleKey;

    fn key(&self) -> RuleKey {
        self.key.clone()
    }

    fn sort_key(&self, column: usize) -> SortKey<'_> {
        let number = |n: Option<f64>| n.map_or(SortKey::Missing, SortKey::Number);
        match column {
            0 => self
                .key
                .rule
                .as_ref()
                .map_or(SortKey::Missing, |r| SortKey::Text(r.as_str())),
            1 => number(self.rate().map(|f| f.rate.limit as f64)),
            2 => number(self.rule.as_ref().map(|r| rank(&r.action))),
            3 => number(self.rate().and_then(|f| f.blocked)),
            _ => number(self.rate().and_then(|f| f.limited).map(|n| n as f64)),
        }
    }

    fn matches(&self, filter: &Filter) -> bool {
        filter.is_empty() || (self.rule.is_some() && filter.passes(|column| self.words(column)))
    }
}

fn rank(action: &RuleAction) -> f64 {
    match action {
        RuleAction::Count => 0.0,
        RuleAction::Allow => 1.0,
        RuleAction::Other(_) => 2.0,
        RuleAction::Captcha | RuleAction::Challenge => 3.0,
        RuleAction::Block => 4.0,
        RuleAction::Group => 5.0,
    }
}
