//! Who changed what the session had set: AWS's own words where an activity tells it, else the event to look
//! for in the trail that alone names people.

use super::activity::ActivitySeen;
use crate::domain::backstop::Bounds;
use crate::domain::change::{Field, Target};
use crate::domain::text::Text;
use crate::domain::waf::AclScope;
use crate::session::load_test::Moved;
use crate::session::masked::text;
use crate::session::step::resource;
use jiff::{SignedDuration, Timestamp};

/// The longest from a change to its being noticed: a look every twenty seconds, and its time.
const NOTICED: SignedDuration = SignedDuration::from_mins(1);

/// What is known: the record's own word, a scheduled action that ran, or where to look.
pub(super) fn changed(moved: &Moved, at: Timestamp, activities: &[ActivitySeen]) -> Text {
    if let Some(who) = &moved.who {
        return text(who);
    }
    let bound = matches!(moved.field, Field::Min | Field::Max);
    let of = resource(&moved.target);
    let mut before = activities.iter().filter(|a| a.of == of && a.is_around(at));
    before
        .find_map(|a| a.scheduled().filter(|_| bound))
        .map_or_else(|| not_said(&moved.target, at), |name| scheduled(&name))
}

fn scheduled(name: &str) -> Text {
    text(&format!(
        "the scheduled action {name}, as AWS's activity tells"
    ))
}

/// `AWS does not say who; look in CloudTrail for UpdateWebACL after 14:21Z`.
pub(super) fn not_said(target: &Target, at: Timestamp) -> Text {
    let after = at.checked_sub(NOTICED).unwrap_or(at).strftime("%H:%MZ");
    text(&format!(
        "AWS does not say who; look in CloudTrail for {} after {after}",
        event(target)
    ))
}

/// The API calls that change such a thing, by the names that AWS logs them under.
fn event(target: &Target) -> &'static str {
    match target {
        Target::Scalable(_) => "RegisterScalableTarget",
        Target::Service(_) => "UpdateService",
        Target::Group(_) => "UpdateAutoScalingGroup",
        Target::Rule(rule) if rule.acl.scope == AclScope::Cloudfront => {
            "UpdateWebACL (in us-east-1)"
        }
        Target::Rule(_) => "UpdateWebACL",
        Target::Timer(timer) => match timer.of {
            Bounds::Target(_) => {
                "PutScheduledAction, DeleteScheduledAction or DeregisterScalableTarget"
            }
            Bounds::Group(_) => "PutScheduledUpdateGroupAction or DeleteScheduledAction",
        },
        Target::Record(_) => "DeleteParameter or PutParameter",
    }
}

impl ActivitySeen {
    /// Not later than it was noticed, and not long before.
    fn is_around(&self, noticed: Timestamp) -> bool {
        let ago = noticed.duration_since(self.at);
        !ago.is_negative() && ago <= NOTICED
    }

    /// The scheduled action that it tells of (aws-facts.md §2.5).
    fn scheduled(&self) -> Option<String> {
        let (_, rest) = self.cause.as_str().split_once("scheduled action name ")?;
        let name = rest.split(" was triggered").next()?;
        Some(name.trim_matches('"').to_owned())
    }
}
