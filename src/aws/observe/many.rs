//! Looks at many settings in a few calls, for a comparison that is made again and again.

use super::counts;
use super::look::sizes;
use crate::aws::Aws;
use crate::aws::backstop::state;
use crate::domain::autoscaling::{Group, ScalableTarget, ScheduledAction};
use crate::domain::backstop::{Bounds, Timer};
use crate::domain::change::{Change, Field, Hold, Reading, Target};
use crate::domain::ecs::ServiceRef;
use crate::domain::fault::Fault;
use crate::domain::ids::GroupName;
use crate::session::look::Look;
use std::collections::BTreeSet;

/// Groups, bounds of scalable targets, and the timers behind these.
#[derive(Debug, Default)]
pub struct Many {
    groups: Vec<Group>,
    targets: Vec<ScalableTarget>,
    /// With the target's resource id.
    timers: Vec<(String, ScheduledAction)>,
}

impl Aws {
    /// One call for all of a kind.
    pub async fn look_at_many(&self, changes: &[&Change]) -> Result<Many, Fault> {
        let targets = changes.iter().filter_map(|c| bounds(c));
        let targets: Vec<ServiceRef> = targets.cloned().collect();
        let names = changes.iter().filter_map(|c| timer(c));
        let names: BTreeSet<&str> = names.map(|(t, _)| &*t.name).collect();
        let groups = changes.iter().filter_map(|c| match &c.target {
            Target::Group(name) => Some(name.clone()),
            _ => None,
        });
        let groups: Vec<GroupName> = groups.collect();
        let (groups, targets, timers) = futures_util::join!(
            Box::pin(self.groups_named(&groups)),
            Box::pin(self.scalable_targets_of(&targets)),
            Box::pin(self.actions_named(names.into_iter().collect()))
        );
        Ok(Many {
            groups: groups?,
            targets: targets?,
            timers: timers?,
        })
    }
}

impl Many {
    /// How the change's target stands now; `None` where that is not in it.
    pub fn of(&self, change: &Change) -> Option<Look> {
        let read = |reading: Option<Reading>| Look {
            reading,
            ..Look::default()
        };
        if let Target::Group(name) = &change.target {
            let found = self.groups.iter().find(|g| g.name == *name);
            return Some(read(found.map(sizes)));
        }
        if let Some(at) = bounds(change) {
            let found = self.targets.iter().find(|t| t.at == *at);
            let fields = |t: &ScalableTarget| counts(&[(Field::Min, t.min), (Field::Max, t.max)]);
            return Some(read(found.map(fields)));
        }
        let (timer, at) = timer(change)?;
        let resource = at.resource_id();
        let named = |(of, action): &&(String, ScheduledAction)| {
            *of == resource && action.name.as_str() == &*timer.name
        };
        let found = self.timers.iter().find(named);
        Some(state(timer, found.map(|(_, action)| action)))
    }
}

/// The scalable target of which only bounds are held: its count is its service's.
fn bounds(change: &Change) -> Option<&ServiceRef> {
    let count = change.field(Field::Desired);
    match &change.target {
        Target::Scalable(at) if count.is_none_or(|f| f.hold != Hold::Held) => Some(at),
        _ => None,
    }
}

fn timer(change: &Change) -> Option<(&Timer, &ServiceRef)> {
    match &change.target {
        Target::Timer(timer) => match &timer.of {
            Bounds::Target(at) => Some((timer, at)),
            Bounds::Group(_) => None,
        },
        _ => None,
    }
}
