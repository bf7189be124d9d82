//! What a report claims, held against the model: a proof must never say more than is so.

use super::drive::Drive;
use tidegate::domain::change::Field;
use tidegate::session::load_test::{Closing, Terms};
use tidegate::session::order::PastState;
use tidegate::session::record::{Event, Record};
use tidegate::session::report::{FieldEnd, Proof, Report, Setting};

/// The run as if it had been a load test that ended.
pub fn report(drive: &Drive) -> Option<Report> {
    let (first, rest) = drive.records.split_first()?;
    let beside = |event| Record {
        event,
        ..first.clone()
    };
    let terms = Terms {
        adopts: None,
        plan: "p".into(),
        ttl_seconds: 60,
        unattended_seconds: 60,
        settle_seconds: 0,
        alarms: Vec::new(),
        accepted: Vec::new(),
    };
    let closing = match drive.outcome()? {
        PastState::Reverted | PastState::Refused | PastState::Backup => Closing::Restored,
        _ => Closing::Conflict,
    };
    let mut records = vec![first.clone(), beside(Event::Planned { terms })];
    records.extend_from_slice(rest);
    records.push(beside(Event::Closed { closing }));
    Some(Report::of(&records).expect("a report"))
}

/// Every field that is called restored is what it was, in the model as well.
pub fn false_claims<'a>(drive: &Drive, report: &'a Report) -> Vec<&'a FieldEnd> {
    let settings = drive.world.settings();
    let is_so = |end: &FieldEnd| {
        let there = settings.get(&name(end));
        let as_before = end.after.as_ref() == Some(&end.before);
        as_before && there.is_none_or(|now| is(&end.before, now))
    };
    let claims = report.fields.iter();
    claims
        .filter(|end| end.proof == Proof::Restored && !is_so(end))
        .collect()
}

/// The model's name of it.
pub fn name(end: &FieldEnd) -> String {
    let resource = end.resource.as_str();
    match end.field {
        Field::Action | Field::Limit => end.field.to_string(),
        field => format!(
            "{} {field}",
            resource.rsplit('/').next().unwrap_or(resource)
        ),
    }
}

fn is(setting: &Setting, now: &str) -> bool {
    match setting {
        Setting::Count(n) => n.to_string() == now,
        Setting::Action(action) => {
            let now: serde_json::Value = serde_json::from_str(now).expect("an action");
            let kind = |v: &serde_json::Value| v.as_object().and_then(|o| o.keys().next().cloned());
            kind(action) == kind(&now)
        }
    }
}
