//! At the end: what autoscaling did while the session was open, for the report.

use crate::aws::Aws;
use crate::domain::autoscaling::Activity;
use crate::domain::change::Target;
use crate::domain::fault::Fault;
use crate::domain::text::Text;
use crate::session::record::{Event, ScalingActivity};
use crate::session::state::SessionState;
use crate::session::step::resource;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// The activities of all that the session scaled, since it was opened.
pub async fn read(aws: &Aws, state: &SessionState) -> Event {
    let (mut seen, mut unread) = (Vec::new(), Vec::new());
    for target in scaled(state) {
        let of = resource(target);
        match of_one(aws, target, state.at).await {
            Ok(found) => seen.extend(found.iter().filter_map(|a| kept(a, of.as_str(), state.at))),
            Err(fault) => unread.push(format!("{of}: {}", fault.line())),
        }
    }
    Event::Activities { seen, unread }
}

/// What was touched and can scale by itself.
fn scaled(state: &SessionState) -> BTreeSet<&Target> {
    let touched = state.steps.iter().filter(|s| s.has_landed());
    let targets = touched.filter_map(|s| Some(&s.step.change()?.target));
    targets
        .filter(|t| matches!(t, Target::Scalable(_) | Target::Group(_)))
        .collect()
}

async fn of_one(aws: &Aws, target: &Target, since: Timestamp) -> Result<Vec<Activity>, Fault> {
    match target {
        Target::Scalable(at) => aws.target_activities(at, since).await,
        Target::Group(name) => aws.group_activities_since(name, since).await,
        _ => Ok(Vec::new()),
    }
}

/// One that began before the session is none of its own.
fn kept(found: &Activity, of: &str, since: Timestamp) -> Option<ScalingActivity> {
    let at = found.at.filter(|at| *at >= since)?;
    let reasons: Vec<&str> = found.not_scaled.iter().map(Text::as_str).collect();
    let message = found.message.iter().map(Text::as_str);
    let said: Vec<&str> = [found.status.as_str()]
        .into_iter()
        .chain(message)
        .chain(reasons)
        .collect();
    Some(ScalingActivity {
        at,
        end: found.end,
        of: of.to_owned(),
        status: said.join(": "),
        description: found.description.as_str().to_owned(),
        cause: found.cause.as_str().to_owned(),
    })
}
