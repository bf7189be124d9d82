//! What dialogs say about a subject: where it is, what it is now, what changes.

use super::Wish;
use crate::app::sheet::old_new;
use crate::app::state::State;
use crate::domain::change::{Change, Field, FieldChange, Hold, Reading, Target, Value};
use crate::domain::subject::{Observation, Subject};
use crate::domain::text::Text;
use crate::domain::text::mask::mask;
use crate::domain::waf::{AclScope, RuleAction};
use crate::view::lines::Line;
use crate::view::theme::Role;

/// The subject's own name: what the operator types in production.
pub fn name_of(subject: &Subject) -> Text {
    match subject {
        Subject::Service(at) => at.service.text(),
        Subject::Group(name) => name.text(),
        Subject::Rule(at) => at.rule.text(),
        Subject::Database(at) => at.id.text(),
    }
}

fn resource(subject: &Subject) -> String {
    match subject {
        Subject::Service(at) => format!(
            "service {} in cluster {}",
            at.service.text(),
            at.cluster.text()
        ),
        Subject::Group(name) => format!("Auto Scaling group {}", name.text()),
        Subject::Rule(at) => {
            let scope = if at.acl.scope == AclScope::Cloudfront {
                "CloudFront"
            } else {
                "regional"
            };
            format!(
                "rule {} of web ACL {} ({scope})",
                at.rule.text(),
                at.acl.name.text()
            )
        }
        Subject::Database(at) => format!("database {}", at.id.text()),
    }
}

/// Account, region and resource.
pub fn place_lines(state: &State, subject: &Subject) -> Vec<Line> {
    let row =
        |label: &'static str, value: Text| Line::new(label, Role::Dim).with(value, Role::Strong);
    let mut account = row("account   ", state.account());
    if let Some(profile) = &state.settings.profile {
        account = account
            .with("  profile ", Role::Dim)
            .with(profile.text(), Role::Strong);
    }
    vec![
        account,
        row("region    ", state.region()),
        row("resource  ", Text::clean(&resource(subject))),
    ]
}

/// What the subject is now, as far as the change rests on it.
pub fn now_lines(seen: &Observation, subject: &Subject) -> Vec<Line> {
    let said = match seen {
        Observation::Service {
            service,
            target,
            headroom,
            ..
        } => {
            let bounds = target.as_ref().map_or_else(
                || format!("desired {} (no scalable target)", service.desired),
                |t| {
                    format!(
                        "min {} ≤ desired {} ≤ max {}",
                        t.min, service.desired, t.max
                    )
                },
            );
            let room = headroom
                .as_ref()
                .and_then(|h| h.tasks)
                .map(|n| format!(" · room for {n} more"))
                .unwrap_or_default();
            format!("{bounds} · {} running{room}", service.running)
        }
        Observation::Group { group, .. } => {
            let owner = if group.managed_by_ecs {
                " · desired is owned by ECS managed scaling"
            } else {
                ""
            };
            format!(
                "min {} ≤ desired {} ≤ max {} · {} in service{owner}",
                group.min,
                group.desired,
                group.max,
                group.in_service()
            )
        }
        Observation::Rule { acl, .. } => rule_now(acl, subject),
        Observation::Database {
            database, quota, ..
        } => {
            let zones = if database.multi_az {
                "Multi-AZ"
            } else {
                "Single-AZ"
            };
            let quota = quota
                .map(|q| format!(" · {} of {} manual snapshots used", q.used, q.max))
                .unwrap_or_default();
            format!(
                "{} · {} · {zones} · {} GiB{quota}",
                database.status, database.engine, database.storage
            )
        }
    };
    vec![Line::new("now       ", Role::Dim).and(said, Role::Dialog)]
}

fn rule_now(acl: &crate::domain::waf::Acl, subject: &Subject) -> String {
    let Subject::Rule(at) = subject else {
        return String::new();
    };
    let rate = acl
        .rules
        .iter()
        .find(|r| r.name == at.rule)
        .and_then(|r| r.rate().map(|rate| (r, rate)));
    rate.map_or_else(
        || "not in the web ACL".to_owned(),
        |(rule, rate)| {
            format!(
                "limit {} in {} s · {}",
                rate.limit,
                rate.window,
                action_name(&rule.action)
            )
        },
    )
}

fn action_name(action: &RuleAction) -> &str {
    match action {
        RuleAction::Block => "Block",
        RuleAction::Count => "Count",
        RuleAction::Allow => "Allow",
        RuleAction::Captcha => "Captcha",
        RuleAction::Challenge => "Challenge",
        RuleAction::Other(name) => name.as_str(),
        RuleAction::Group => "the group's own actions",
    }
}

/// What the value is called.
pub fn label(wish: Wish, seen: &Observation) -> &'static str {
    match (wish, seen) {
        (Wish::Limit, _) => "limit: ",
        (_, Observation::Group { group, .. }) if group.managed_by_ecs => "min/max: ",
        (_, Observation::Group { .. }) => "min/desired/max: ",
        _ => "tasks: ",
    }
}

/// A value for people: secrets masked.
pub fn value_text(value: &Value) -> String {
    match value {
        Value::Count(n) => n.to_string(),
        Value::Json(json) => mask(json.as_str()).into_owned(),
    }
}

/// What a target is called in old → new.
pub fn target_text(target: &Target) -> String {
    match target {
        Target::Scalable(at) => format!("scalable target of {}", at.service.text()),
        Target::Service(at) => format!("service {}", at.service.text()),
        Target::Group(name) => format!("group {}", name.text()),
        Target::Rule(at) => format!("rule {}", at.rule.text()),
        Target::Timer(_) | Target::Record(_) => crate::session::step::resource(target).to_string(),
    }
}

/// Old → new of each field of a change.
pub fn changed_lines(change: &Change) -> Vec<Line> {
    let head = Line::of(target_text(&change.target), Role::Dialog);
    std::iter::once(head)
        .chain(change.fields.iter().flat_map(field_lines))
        .collect()
}

fn field_lines(field: &FieldChange) -> Vec<Line> {
    let (old, new) = (value_text(&field.before), value_text(&field.after));
    let name = field.field.to_string();
    if old.len() + new.len() > 48 {
        return vec![
            Line::of(format!("  {name}"), Role::Dialog),
            Line::new("    old  ", Role::Dim).and(old, Role::Old),
            Line::new("    new  ", Role::Dim).and(new, Role::New),
        ];
    }
    let line = old_new(&name, &old, &new, 7);
    vec![match field.hold {
        Hold::Held => line,
        Hold::Floating => line.with("  (autoscaling moves it)", Role::Dim),
    }]
}

/// What an undo puts back.
pub fn put_back_lines(change: &Change) -> Vec<Line> {
    changed_lines(&change.invert())
}

/// What differs between two readings of the same targets, each as a sentence.
pub fn reading_lines(before: &[(Target, Reading)], now: &[(Target, Reading)]) -> Vec<Line> {
    let mut lines = vec![Line::new(
        "Something changed meanwhile; nothing was sent. Look again:",
        Role::Warn,
    )];
    for (target, old) in before {
        let new = now
            .iter()
            .find(|(t, _)| t == target)
            .map(|(_, reading)| reading);
        lines.extend(
            old.iter()
                .filter_map(|(field, was)| difference(target, *field, was, new)),
        );
    }
    lines.push(Line::default());
    lines
}

fn difference(target: &Target, field: Field, was: &Value, now: Option<&Reading>) -> Option<Line> {
    let is = now?.get(&field);
    (is != Some(was)).then(|| {
        let is = is.map_or_else(|| "gone".to_owned(), value_text);
        Line::of(
            format!(
                "{}: {field} was {}, is {is}",
                target_text(target),
                value_text(was)
            ),
            Role::Warn,
        )
    })
}
