use super::*;
use crate::domain::autoscaling::ScheduledAction;
use crate::domain::backup::Backup;
use crate::domain::change::{FieldChange, Hold, Reading, Value};
use crate::domain::rds::{DatabaseKind, DatabaseRef};
use crate::domain::subject::Observation;
use crate::domain::waf::{AclScope, RawJson, RuleRef};
use crate::session::draft::tests::{
    acl, api, later, now, of_group, of_rule, of_service, service, survey, target,
};
use crate::session::survey::{Found, Lifetime};
use jiff::SignedDuration;

fn expiring(subject: Subject, target: Target, field: FieldChange) -> Expiring {
    let change = Change {
        target: target.clone(),
        fields: vec![field],
    };
    let seen = Reading::from([(Field::Min, Value::Count(2)), (Field::Max, Value::Count(6))]);
    Expiring {
        proposal: Proposal {
            subject,
            seen: vec![(target, seen)],
            steps: vec![Proposed::Set(change)],
            summary: Text::fixed("a change"),
        },
        after: Duration::from_mins(30),
    }
}

fn count(field: Field, before: u64, after: u64) -> FieldChange {
    FieldChange {
        field,
        before: Value::Count(before),
        after: Value::Count(after),
        hold: Hold::Held,
    }
}

fn group() -> Expiring {
    let name = || "nodes".into();
    expiring(
        Subject::Group(name()),
        Target::Group(name()),
        count(Field::Max, 6, 8),
    )
}

fn scaled() -> Expiring {
    let field = count(Field::Min, 2, 4);
    expiring(Subject::Service(api()), Target::Scalable(api()), field)
}

fn counted(scope: AclScope) -> Expiring {
    let mut at = acl("{}").at;
    at.scope = scope;
    let rule = RuleRef {
        acl: at,
        rule: "per-ip".into(),
    };
    let json = |text: &str| Value::Json(RawJson(text.into()));
    let field = FieldChange {
        field: Field::Action,
        before: json(r#"{"Block":{}}"#),
        after: json(r#"{"Count":{}}"#),
        hold: Hold::Held,
    };
    expiring(Subject::Rule(rule.clone()), Target::Rule(rule), field)
}

fn opened(change: &Expiring, survey: &Survey) -> Result<Opening, Fault> {
    change.opening("s-1".into(), survey, &Actor::default())
}

/// The reason that it is refused for, as its sentence ends.
#[track_caller]
fn is_refused(change: &Expiring, survey: &Survey, reason: Reason) {
    let fault = opened(change, survey).expect_err("it is refused");
    let (what, next) = (fault.what.as_str(), fault.next.as_str());
    assert!(what.ends_with(&format!("({reason})")), "{what}");
    assert!(next.contains("without an end"), "{next}");
}

#[test]
fn it_wishes_for_the_bounds_that_it_sets_and_those_that_it_leaves() {
    let wished = &group().plan().groups[0];
    assert_eq!((wished.min, wished.max), (2, 8));
    let wished = &scaled().plan().services[0];
    assert_eq!((wished.min, wished.max), (4, 6));
}

#[test]
fn what_stands_against_a_plan_stands_against_a_change_with_an_end() {
    let mut suspended = target();
    suspended.suspended.scheduled = true;
    let of = |f: &dyn Fn(&mut Found)| {
        let mut found = of_group();
        f(&mut found);
        survey(vec![found])
    };
    let held = of(&|found| {
        if let Ok(Observation::Group { group, .. }) = &mut found.observed {
            group.suspended.push("ScheduledActions".into());
        }
    });
    is_refused(&group(), &held, Reason::ScalingSuspended);
    let suspended = survey(vec![of_service(service(), Some(suspended), 9)]);
    is_refused(&scaled(), &suspended, Reason::ScalingSuspended);
    let refreshed = of(&|found| {
        if let Some(Ok(detail)) = &mut found.scaling {
            detail.refresh = Some("InProgress".into());
        }
    });
    is_refused(&group(), &refreshed, Reason::InstanceRefresh);
    let foreign = of(&|found| {
        if let Some(Ok(detail)) = &mut found.scaling {
            detail.scheduled.push(nightly());
        }
    });
    is_refused(&group(), &foreign, Reason::ForeignTimer);
    let unread = of(&|found| found.observed = Err(Fault::new(FaultKind::TimedOut, "no answer")));
    is_refused(&group(), &unread, Reason::Unseen);
}

fn nightly() -> ScheduledAction {
    ScheduledAction {
        name: "nightly".into(),
        schedule: "at(…)".into(),
        min: Some(1),
        max: None,
        desired: None,
        next: Some(later(10)),
    }
}

#[test]
fn a_web_acl_that_cannot_be_edited_refuses_before_anything_is_written() {
    let counted = counted(AclScope::Regional);
    let mut managed = acl("{}");
    managed.firewall_manager = true;
    is_refused(
        &counted,
        &survey(vec![of_rule(managed)]),
        Reason::FirewallManager,
    );
    let mut found = of_rule(acl("{}"));
    found.expired = vec!["AWSManagedRulesCommonRuleSet".into()];
    is_refused(
        &counted,
        &survey(vec![found]),
        Reason::ManagedVersionExpired,
    );
}

#[test]
fn what_concerns_the_session_as_a_whole_refuses_as_well() {
    let mut late = survey(vec![of_group()]);
    late.skew = Some(SignedDuration::from_mins(3));
    is_refused(&group(), &late, Reason::ClockSkew);
    let mut short = survey(vec![of_group()]);
    short.lifetime = Lifetime::Until(later(20));
    is_refused(&group(), &short, Reason::CredentialsExpire);
    let mut unsure = survey(vec![of_group()]);
    let timed_out = Fault::new(FaultKind::TimedOut, "no answer");
    unsure.records = vec![(Shelf::Region, Record::Unreadable(timed_out))];
    is_refused(&group(), &unsure, Reason::NoSharedRecord);
}

#[test]
fn a_backup_is_wished_for_as_one() {
    let database = DatabaseRef {
        kind: DatabaseKind::Instance,
        id: "db".into(),
    };
    let mut backup = group();
    backup.proposal.subject = Subject::Database(database.clone());
    backup.proposal.steps = vec![Proposed::Create(Backup {
        database,
        snapshot: "s".into(),
    })];
    assert_eq!(backup.plan().backup, ["db".into()]);
}

#[test]
fn a_rule_of_cloudfront_is_locked_on_its_own_shelf_too_and_its_risk_is_taken_on() {
    let mut found = of_rule(acl("{}"));
    if let crate::session::survey::Wish::Rule(wish) = &mut found.wish {
        wish.scope = AclScope::Cloudfront;
    }
    let survey = Survey {
        records: vec![
            (Shelf::Region, Record::Free { next: 3 }),
            (Shelf::Cloudfront, Record::Free { next: 5 }),
        ],
        ..survey(vec![found])
    };
    let opening = opened(&counted(AclScope::Cloudfront), &survey).expect("it begins");
    let locks: Vec<String> = opening
        .steps
        .iter()
        .filter_map(|s| match &s.change()?.target {
            Target::Record(at) => Some(at.name.to_string()),
            _ => None,
        })
        .collect();
    let wanted = [
        "/tidegate/eu-west-1/session/3",
        "/tidegate/cloudfront/session/5",
    ];
    assert_eq!(locks, wanted);
    let taken: Vec<Reason> = opening.terms.accepted.iter().map(|a| a.reason).collect();
    assert_eq!(taken, [Reason::NoRateTimer]);
    assert_eq!(opening.terms.ttl_seconds, 1800);
}

#[test]
fn bounds_get_a_timer_and_a_shelf_that_may_not_be_read_is_done_without() {
    let denied = Fault::new(FaultKind::Denied, "ssm:GetParametersByPath is missing");
    let survey = Survey {
        records: vec![(Shelf::Region, Record::Unreadable(denied))],
        ..survey(vec![of_group()])
    };
    let opening = opened(&group(), &survey).expect("it begins");
    let targets: Vec<&Target> = opening
        .steps
        .iter()
        .filter_map(|s| Some(&s.change()?.target))
        .collect();
    assert!(
        matches!(targets[..], [Target::Timer(timer), Target::Group(_)] if timer.min == 2 && timer.at >= now()),
        "{targets:?}"
    );
    let taken: Vec<Reason> = opening.terms.accepted.iter().map(|a| a.reason).collect();
    assert_eq!(taken, [Reason::NoSharedRecord]);
}
