//! The `UpdateWebACL` request as text: the document AWS sent, with exactly one
//! value replaced where it stands (aws-facts.md §3.4.3). Members that nobody here
//! has heard of survive inside it, letter for letter.

pub mod decimal;
pub mod members;
mod print;
mod proof;

pub use proof::{Difference, Path, Step, differs_only_at};

use super::waf::document;
use crate::domain::change::Field;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::RuleName;
use crate::domain::text::Text;
use crate::domain::waf::{AclScope, LIMITS, RawAcl};
use crate::domain::write::RuleEdit;
use members::{Members, elements, range, string};

/// A request ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spliced {
    /// The whole request body.
    pub body: String,
    /// The only place where the document afterwards differs from the one before.
    pub path: Path,
}

/// Members of the answer that the request does not take (aws-facts.md §3.4.1); the lock token is put in anew.
const STRIPPED: [&str; 8] = [
    "LockToken",
    "ARN",
    "Capacity",
    "LabelNamespace",
    "ManagedByFirewallManager",
    "RetrofittedByFirewallManager",
    "PreProcessFirewallManagerRuleGroups",
    "PostProcessFirewallManagerRuleGroups",
];

/// Builds the request that makes one edit to one rule, or says why it must not be made.
pub fn splice(raw: &RawAcl, rule: &RuleName, edit: &RuleEdit) -> Result<Spliced, Fault> {
    let acl = document::parse(raw)?;
    acl.editable_rule(rule)?;
    let value = checked(edit)?;
    let (path, place) = locate(&raw.document, rule, field_of(edit)).ok_or_else(|| garbled(raw))?;
    let edited = replace(&raw.document, place, &value);
    if !is_unambiguous(edited.trim(), 0) {
        return Err(garbled(raw));
    }
    let body = request(raw, &edited).ok_or_else(|| garbled(raw))?;
    differs_only_at(&raw.document, &edited, &path).map_err(|d| strayed(&d))?;
    Ok(Spliced { body, path })
}

/// The value that an edit puts in, checked by what AWS takes.
fn checked(edit: &RuleEdit) -> Result<String, Fault> {
    match edit {
        RuleEdit::Limit(n) if LIMITS.contains(n) => Ok(n.to_string()),
        RuleEdit::Limit(n) => Err(refused(format!("A limit of {n} is out of bounds"))
            .means(format!("AWS takes {} to {}", LIMITS.start(), LIMITS.end()))),
        RuleEdit::Action(action) => match Members::of(action.as_str())
            .as_ref()
            .and_then(Members::only)
        {
            Some(_) => Ok(action.as_str().trim().to_owned()),
            None => Err(refused(format!(
                "{} is not one action",
                Text::clean(action.as_str())
            ))
            .means("a rule's action is an object with exactly one member")),
        },
    }
}

/// A fingerprint of everything in a document but one value of one rule (nothing is left out where no
/// field is named); `None` where there is no such value.
pub fn rest(document: &str, rule: &RuleName, changing: Option<Field>) -> Option<String> {
    let path = match changing {
        Some(field) => locate(document, rule, field)?.0,
        None => Path::default(),
    };
    Some(print::fingerprint(document, &path))
}

/// Where a field of a rule stands: as a path, and as bytes of the document.
fn locate(document: &str, rule: &RuleName, field: Field) -> Option<(Path, std::ops::Range<usize>)> {
    let rules = elements(Members::of(document)?.get("Rules")?)?;
    let named = |text: &&str| {
        Members::of(text)
            .and_then(|m| string(m.get("Name")?))
            .as_deref()
            == Some(rule.as_str())
    };
    let index = rules.iter().position(named)?;
    let inside: &[&str] = match field {
        Field::Action => &["Action"],
        Field::Limit => &["Statement", "RateBasedStatement", "Limit"],
        Field::Min | Field::Max | Field::Desired | Field::Present => return None,
    };
    let mut steps = vec![Step::Member("Rules".to_owned()), Step::Index(index)];
    let mut value = rules[index];
    for member in inside {
        value = Members::of(value)?.get(member)?;
        steps.push(Step::Member((*member).to_owned()));
    }
    Some((Path(steps), range(document, value)))
}

fn field_of(edit: &RuleEdit) -> Field {
    match edit {
        RuleEdit::Action(_) => Field::Action,
        RuleEdit::Limit(_) => Field::Limit,
    }
}

fn replace(document: &str, place: std::ops::Range<usize>, value: &str) -> String {
    [&document[..place.start], value, &document[place.end..]].concat()
}

/// The edited document as a request: stripped, and with the members that stand beside it.
fn request(raw: &RawAcl, edited: &str) -> Option<String> {
    let members = Members::of(edited)?;
    let kept = members
        .iter()
        .filter(|m| !STRIPPED.contains(&m.name.as_str()) && !m.is_no_description());
    let mut parts: Vec<String> = kept.map(|m| format!("{}:{}", m.key, m.value)).collect();
    let scope = match raw.at.scope {
        AclScope::Regional => "REGIONAL",
        AclScope::Cloudfront => "CLOUDFRONT",
    };
    let beside = [
        ("Name", raw.at.name.as_str()),
        ("Id", raw.at.id.as_str()),
        ("Scope", scope),
        ("LockToken", &*raw.lock_token),
    ];
    let missing = |name: &str| STRIPPED.contains(&name) || members.get(name).is_none();
    for (name, value) in beside.into_iter().filter(|(name, _)| missing(name)) {
        parts.push(format!("\"{name}\":{}", serde_json::to_string(value).ok()?));
    }
    Some(format!("{{{}}}", parts.join(",")))
}

fn refused(what: String) -> Fault {
    Fault::new(FaultKind::Refused, what)
}

fn garbled(raw: &RawAcl) -> Fault {
    Fault::new(
        FaultKind::Garbled,
        format!(
            "The document of {} cannot be edited safely",
            raw.at.name.text()
        ),
    )
    .means("it is cut off, names a member twice, or lacks the value to replace")
    .next("refresh, then change the rule in the AWS console if it happens again")
}

fn strayed(difference: &Difference) -> Fault {
    Fault::new(
        FaultKind::Internal,
        format!("The edit would change {} as well", difference.path.text()),
    )
    .means("nothing was sent")
    .next("change the rule in the AWS console, and report this")
}

/// Deeper than AWS nests statements.
const DEPTH: u8 = 100;

/// Whether no object of a JSON value, at any depth, names a member twice.
fn is_unambiguous(value: &str, depth: u8) -> bool {
    if depth > DEPTH {
        return false;
    }
    match value.as_bytes().first() {
        Some(b'{') => {
            Members::of(value).is_some_and(|m| m.iter().all(|m| is_unambiguous(m.value, depth + 1)))
        }
        Some(b'[') => {
            elements(value).is_some_and(|all| all.iter().all(|v| is_unambiguous(v, depth + 1)))
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests;
