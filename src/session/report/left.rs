//! What is left for a person, in words that can be carried out.

use super::field::{FieldEnd, Proof};
use crate::domain::backstop::Bounds;
use crate::domain::change::Target;
use crate::domain::ecs::ServiceRef;
use crate::domain::text::Text;
use crate::session::load_test::{Closing, Stage, TestState};
use crate::session::masked::text;
use crate::session::state::{Leg, SessionState, StepState};
use crate::session::step::{Step, resource};

/// One sentence for each field that somebody else has changed.
pub(super) fn conflicts(fields: &[FieldEnd]) -> Vec<Text> {
    let conflicts = fields.iter().filter(|f| f.proof == Proof::Conflict);
    conflicts.map(|f| text(&conflict(f))).collect()
}

fn conflict(end: &FieldEnd) -> String {
    let who = match &end.who {
        Some(who) => format!(", changed by {who}"),
        None => end
            .look
            .as_ref()
            .map_or_else(String::new, |l| format!("; {l}")),
    };
    let now = match &end.after {
        Some(now) => format!("now {now}"),
        None => end.said.to_string(),
    };
    let FieldEnd {
        field,
        before,
        during,
        ..
    } = end;
    let of = at_hand(&end.target);
    format!("{field} of {of}: before {before}, ours {during}, {now}{who}")
}

/// What a person has to do where the session did not.
pub(super) fn to_do(state: &SessionState, test: &TestState, fields: &[FieldEnd]) -> Vec<Text> {
    if test.closing == Some(Closing::Adopted) {
        return vec![Text::fixed(
            "look at the session in the console: another tidegate carries it on, and its journal tells the rest",
        )];
    }
    let fields = fields.iter().filter_map(by_hand);
    let nets = state.steps.iter().filter_map(standing_behind);
    let backups = state.steps.iter().filter_map(backup_in_doubt);
    let all: Vec<String> = fields.chain(nets).chain(backups).collect();
    let resume = "the session is not closed: where nothing carries it any more, start tidegate, and it offers to put back what follows";
    let open = test.stage != Stage::Closed && !all.is_empty();
    let first = open.then(|| resume.to_owned());
    first
        .into_iter()
        .chain(all)
        .map(|said| text(&said))
        .collect()
}

fn by_hand(end: &FieldEnd) -> Option<String> {
    let (field, of, before) = (end.field, at_hand(&end.target), &end.before);
    let back = format!("set {field} of {of} back to {before}");
    match (end.proof, &end.after) {
        (Proof::Open, _) if end.draining => Some(format!(
            "{back} once no more than {before} run: {}",
            end.said
        )),
        (Proof::Open, _) => Some(format!("{back} ({})", end.said)),
        (Proof::Conflict, Some(now)) => Some(format!(
            "{back}, unless {now} is to stay: somebody else set it"
        )),
        (Proof::Conflict, None) => Some(format!("{back}, unless it is to stay: {}", end.said)),
        (Proof::Restored | Proof::Kept | Proof::Floating, _) => None,
    }
}

/// Timers and the lock that stand although nobody needs them any more.
fn standing_behind(step: &StepState) -> Option<String> {
    let target = &step.step.change().filter(|_| step.is_undoable())?.target;
    match target {
        Target::Timer(timer) => Some(format!(
            "then remove the scheduled action {} of {}, or it sets min {} and max {} at {:.0}",
            timer.name,
            bounds(&timer.of),
            timer.min,
            timer.max,
            timer.at
        )),
        Target::Record(at) => Some(format!(
            "then delete {} in Parameter Store: it locks this account and region for load tests",
            at.name
        )),
        _ => None,
    }
}

fn backup_in_doubt(step: &StepState) -> Option<String> {
    let Step::Create(backup) = &step.step else {
        return None;
    };
    let open = matches!(step.apply, Leg::Sent | Leg::InDoubt);
    open.then(|| {
        let id = backup.snapshot.text();
        format!("look whether there is a snapshot {id}: no answer came when it was asked for")
    })
}

fn bounds(of: &Bounds) -> String {
    match of {
        Bounds::Target(at) => service(at),
        Bounds::Group(name) => format!("group {}", name.text()),
    }
}

/// Where a person finds it: bounds stand with their service.
fn at_hand(target: &Target) -> String {
    match target {
        Target::Scalable(at) | Target::Service(at) => service(at),
        other => resource(other).to_string(),
    }
}

fn service(at: &ServiceRef) -> String {
    format!("service {}/{}", at.cluster.text(), at.service.text())
}
