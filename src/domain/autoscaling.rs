//! Application Auto Scaling targets and EC2 Auto Scaling groups (aws-facts.md §2.4–2.6, §3.1–3.3).

use super::ecs::ServiceRef;
use super::ids::{Arn, GroupName, InstanceId};
use super::text::Text;
use jiff::Timestamp;

/// The three switches of `SuspendedState`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Suspended {
    pub scale_in: bool,
    pub scale_out: bool,
    pub scheduled: bool,
}

/// An ECS service's scalable target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScalableTarget {
    pub at: ServiceRef,
    pub min: u32,
    pub max: u32,
    pub suspended: Suspended,
}

/// What kind of scaling policy.
#[derive(Clone, Debug, PartialEq)]
pub enum PolicyKind {
    /// Target tracking of `metric` (the predefined type, or the custom metric's name).
    TargetTracking {
        metric: Text,
        target: f64,
        disable_scale_in: bool,
    },
    /// Step scaling; `adds` and `removes` say which ways its steps go.
    Step {
        adds: bool,
        removes: bool,
    },
    Other {
        kind: Text,
    },
}

/// What a policy scales.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scaled {
    Service(ServiceRef),
    Group(GroupName),
}

/// One policy on a scalable target or a group.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    pub at: Scaled,
    pub name: Text,
    pub kind: PolicyKind,
    /// Seconds.
    pub scale_in_cooldown: Option<u32>,
    pub scale_out_cooldown: Option<u32>,
}

impl Policy {
    /// Whether it scales this service.
    pub fn is_of(&self, service: &ServiceRef) -> bool {
        matches!(&self.at, Scaled::Service(at) if at == service)
    }

    /// Whether it could lower the desired count by itself.
    pub fn scales_in(&self) -> bool {
        match &self.kind {
            PolicyKind::TargetTracking {
                disable_scale_in, ..
            } => !disable_scale_in,
            PolicyKind::Step { removes, .. } => *removes,
            PolicyKind::Other { .. } => false,
        }
    }
}

/// Whether anything will lower the desired count without us: a policy that scales in, and not suspended.
pub fn shrinks_by_itself(target: &ScalableTarget, policies: &[Policy]) -> bool {
    !target.suspended.scale_in
        && policies
            .iter()
            .any(|p| p.is_of(&target.at) && p.scales_in())
}

/// A scheduled action on a target or a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduledAction {
    pub name: Text,
    /// The expression (`at(…)`, `cron(…)`), or for a group its start time and recurrence.
    pub schedule: Text,
    pub min: Option<u32>,
    pub max: Option<u32>,
    pub desired: Option<u32>,
    pub next: Option<Timestamp>,
}

/// One scaling activity, or the reason why nothing was scaled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    pub at: Option<Timestamp>,
    pub end: Option<Timestamp>,
    /// As AWS writes it (`Successful`, `Unfulfilled`, …).
    pub status: Text,
    pub description: Text,
    pub cause: Text,
    pub message: Option<Text>,
    /// `NotScaledReasons`, each as a sentence.
    pub not_scaled: Vec<Text>,
}

/// One instance of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    pub id: InstanceId,
    pub kind: Text,
    pub zone: Text,
    /// `LifecycleState`, as AWS writes it.
    pub lifecycle: Text,
    pub healthy: bool,
    pub protected: bool,
}

impl Instance {
    /// Whether CPU credits apply (T2, T3, T3a, T4g).
    pub fn is_burstable(&self) -> bool {
        self.kind.as_str().starts_with('t')
            && self
                .kind
                .as_str()
                .as_bytes()
                .get(1)
                .is_some_and(u8::is_ascii_digit)
    }
}

/// One EC2 Auto Scaling group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub name: GroupName,
    pub min: u32,
    pub max: u32,
    pub desired: u32,
    pub instances: Vec<Instance>,
    pub suspended: Vec<Text>,
    /// An ECS capacity provider with managed scaling owns `desired` (tag `AmazonECSManaged`, or the provider names this group).
    pub managed_by_ecs: bool,
    /// As AWS gave it.
    pub arn: Option<Arn>,
    pub warm_pool: bool,
    /// Set only while the group is being deleted.
    pub status: Option<Text>,
}

impl Group {
    /// Instances that take load.
    pub fn in_service(&self) -> u32 {
        self.count(|i| i.lifecycle.as_str() == "InService")
    }

    /// Instances that take load although their checks fail: they are about to be replaced.
    pub fn unhealthy(&self) -> u32 {
        self.count(|i| i.lifecycle.as_str() == "InService" && !i.healthy)
    }

    /// Instances on their way into service; those of a warm pool (`Warmed:…`) are not.
    pub fn coming(&self) -> u32 {
        self.count(|i| i.lifecycle.as_str().starts_with("Pending"))
    }

    /// Instances on their way out.
    pub fn leaving(&self) -> u32 {
        self.count(|i| i.lifecycle.as_str().starts_with("Terminating"))
    }

    fn count(&self, which: impl Fn(&Instance) -> bool) -> u32 {
        self.instances.iter().filter(|i| which(i)).count() as u32
    }
}

/// Everything the drill-in of a scalable target or group shows.
#[derive(Clone, Debug, PartialEq)]
pub struct ScalingDetail {
    pub policies: Vec<Policy>,
    pub scheduled: Vec<ScheduledAction>,
    pub activities: Vec<Activity>,
    /// A running instance refresh of a group, as AWS writes its status.
    pub refresh: Option<Text>,
    pub gaps: Vec<super::fault::Gap>,
}

/// Why nothing was scaled, as a sentence; `code` is AWS's (aws-facts.md §2.5).
pub fn not_scaled(code: &str, min: Option<u32>, max: Option<u32>, current: Option<u32>) -> Text {
    let number = |n: Option<u32>| n.map(|n| format!(" ({n})")).unwrap_or_default();
    let said = match code {
        "AlreadyAtMaxCapacity" => format!("It is at its maximum already{}", number(max)),
        "AlreadyAtMinCapacity" => format!("It is at its minimum already{}", number(min)),
        "AlreadyAtDesiredCapacity" => {
            format!("It already has what the policy asks for{}", number(current))
        }
        "AutoScalingAnticipatedFlapping" => {
            "It would scale back at once: AWS waits instead of going up and down".to_owned()
        }
        "TargetServicePutResourceAsUnscalable" => {
            "The service does not let itself be scaled now (a deployment, or its state)".to_owned()
        }
        other => format!("AWS says {other}"),
    };
    Text::clean(&said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_for_not_scaling_is_a_sentence_with_its_number() {
        let said = |code| not_scaled(code, Some(2), Some(12), Some(8)).to_string();
        assert_eq!(
            said("AlreadyAtMaxCapacity"),
            "It is at its maximum already (12)"
        );
        assert_eq!(
            said("AlreadyAtMinCapacity"),
            "It is at its minimum already (2)"
        );
        assert_eq!(
            said("AlreadyAtDesiredCapacity"),
            "It already has what the policy asks for (8)"
        );
        assert!(said("AutoScalingAnticipatedFlapping").contains("scale back at once"));
        assert!(
            said("TargetServicePutResourceAsUnscalable").contains("does not let itself be scaled")
        );
        assert_eq!(said("SomethingNew"), "AWS says SomethingNew");
        assert_eq!(
            not_scaled("AlreadyAtMaxCapacity", None, None, None).as_str(),
            "It is at its maximum already"
        );
    }
}
