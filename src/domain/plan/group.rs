//! `s` on an EC2 Auto Scaling group (aws-facts.md §2.4, §3.3).

use super::{Planned, counts, finding, moved, number, refuse, several};
use crate::domain::autoscaling::{Group, Policy};
use crate::domain::change::{Change, Field, Hold, Reading, Target};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::health::{Finding, Level};
use crate::domain::text::Text;

/// The most instances that a group may get where no `max_instances` allows more: the API takes any number.
const UNASKED: u32 = 1_000;

/// The three sizes.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Sizes {
    min: u32,
    /// `None` where ECS managed scaling owns it.
    desired: Option<u32>,
    max: u32,
}

impl Sizes {
    fn of(group: &Group) -> Self {
        Self {
            min: group.min,
            desired: (!group.managed_by_ecs).then_some(group.desired),
            max: group.max,
        }
    }

    fn text(self) -> String {
        match self.desired {
            Some(desired) => format!("{}/{desired}/{}", self.min, self.max),
            None => format!("{}/{}", self.min, self.max),
        }
    }
}

/// `2/4/6`, or `2/6` where ECS owns desired.
pub fn prefill(group: &Group) -> String {
    Sizes::of(group).text()
}

/// What setting a group's sizes to `input` comes down to.
pub fn scale(
    group: &Group,
    policies: &[Policy],
    input: &str,
    ceiling: Option<u32>,
) -> Result<Planned, Fault> {
    sized(group, policies, parse(group, input)?, ceiling)
}

/// What a load test's bounds come down to. Desired stays where it is within them.
pub fn bounds_to(
    group: &Group,
    policies: &[Policy],
    [min, max]: [u32; 2],
    ceiling: Option<u32>,
) -> Result<Planned, Fault> {
    let desired = group.desired.max(min).min(max);
    let wish = Sizes {
        min,
        desired: (!group.managed_by_ecs).then_some(desired),
        max,
    };
    sized(group, policies, wish, ceiling)
}

fn sized(
    group: &Group,
    policies: &[Policy],
    wish: Sizes,
    ceiling: Option<u32>,
) -> Result<Planned, Fault> {
    if let Some(status) = &group.status {
        return Err(
            refuse(format!("{} is being deleted ({status})", group.name.text()))
                .next("refresh the list"),
        );
    }
    in_order(wish)?;
    below_ceiling(group, wish, ceiling)?;
    let change = change(group, policies, wish);
    let warnings = if change.is_some() {
        warnings(group, policies, wish)
    } else {
        Vec::new()
    };
    Ok(Planned {
        changes: change.into_iter().collect(),
        seen: vec![(Target::Group(group.name.clone()), seen(group, policies))],
        summary: summary(group, wish),
        warnings,
        backup: None,
    })
}

fn parse(group: &Group, input: &str) -> Result<Sizes, Fault> {
    let parts: Vec<&str> = input.split('/').collect();
    match (group.managed_by_ecs, parts.as_slice()) {
        (false, [min, desired, max]) => Ok(Sizes {
            min: number::count(min, "min")?,
            desired: Some(number::count(desired, "desired")?),
            max: number::count(max, "max")?,
        }),
        (true, [min, max]) => Ok(Sizes {
            min: number::count(min, "min")?,
            desired: None,
            max: number::count(max, "max")?,
        }),
        (true, [_, _, _]) => Err(usage("Desired cannot be set here", group)
            .means("ECS managed scaling owns the desired capacity of this group")),
        (managed, _) => {
            let form = if managed {
                "min/max"
            } else {
                "min/desired/max"
            };
            Err(usage(&format!("“{}” is not {form}", input.trim()), group))
        }
    }
}

fn usage(what: &str, group: &Group) -> Fault {
    let form = if group.managed_by_ecs {
        "min/max"
    } else {
        "min/desired/max"
    };
    Fault::new(FaultKind::Usage, what).next(format!("type {form}, such as {}", prefill(group)))
}

fn in_order(wish: Sizes) -> Result<(), Fault> {
    let desired = wish.desired.unwrap_or(wish.min);
    let fault = |what: String| {
        Err(refuse(what)
            .means("AWS keeps min ≤ desired ≤ max")
            .next("mend the numbers"))
    };
    match wish {
        Sizes { min, max, .. } if min > max => {
            fault(format!("The minimum {min} is above the maximum {max}"))
        }
        Sizes { min, .. } if desired < min => {
            fault(format!("Desired {desired} is below the minimum {min}"))
        }
        Sizes { max, .. } if desired > max => {
            fault(format!("Desired {desired} is above the maximum {max}"))
        }
        _ => Ok(()),
    }
}

/// Only what grows is held against the ceiling: a group above it may always be made smaller.
fn below_ceiling(group: &Group, wish: Sizes, ceiling: Option<u32>) -> Result<(), Fault> {
    let limit = ceiling.unwrap_or(UNASKED);
    if wish.max <= limit || wish == Sizes::of(group) || shrinks(group, wish) {
        return Ok(());
    }
    let many = several(wish.max, "instance");
    Err(match ceiling {
        Some(_) => refuse(format!("{many} are more than this profile allows"))
            .means(format!("max_instances is {limit}"))
            .next("type smaller numbers, or raise max_instances in the config file"),
        None => refuse(format!("{many} look like a slip"))
            .means(format!(
                "AWS sets a group no limit, so above {limit} it must be meant"
            ))
            .next("type smaller numbers — or set max_instances in the config file"),
    })
}

fn shrinks(group: &Group, wish: Sizes) -> bool {
    wish.min <= group.min
        && wish.max <= group.max
        && wish.desired.is_none_or(|d| d <= group.desired)
}

fn change(group: &Group, policies: &[Policy], wish: Sizes) -> Option<Change> {
    let hold = if policies.is_empty() {
        Hold::Held
    } else {
        Hold::Floating
    };
    let desired = wish
        .desired
        .and_then(|d| moved(Field::Desired, group.desired, d, hold));
    let min = moved(Field::Min, group.min, wish.min, Hold::Held);
    let max = moved(Field::Max, group.max, wish.max, Hold::Held);
    let fields: Vec<_> = [min, max, desired].into_iter().flatten().collect();
    (!fields.is_empty()).then(|| Change {
        target: Target::Group(group.name.clone()),
        fields,
    })
}

fn seen(group: &Group, policies: &[Policy]) -> Reading {
    let mut fields = vec![(Field::Min, group.min), (Field::Max, group.max)];
    if !group.managed_by_ecs && policies.is_empty() {
        fields.push((Field::Desired, group.desired));
    }
    counts(&fields)
}

fn summary(group: &Group, wish: Sizes) -> Text {
    Text::clean(&format!(
        "scale {} {} → {}",
        group.name.text(),
        prefill(group),
        wish.text()
    ))
}

fn warnings(group: &Group, policies: &[Policy], wish: Sizes) -> Vec<Finding> {
    let found = [
        fewer(group, wish),
        lifted(group, wish),
        stuck(group),
        protected(group, wish),
    ];
    found
        .into_iter()
        .flatten()
        .chain(floats(group, policies, wish))
        .chain(warm(group))
        .collect()
}

/// What desired will be at once: AWS clamps it into the bounds.
fn desired_after(group: &Group, wish: Sizes) -> u32 {
    wish.desired
        .unwrap_or(group.desired)
        .clamp(wish.min, wish.max)
}

fn fewer(group: &Group, wish: Sizes) -> Option<Finding> {
    let gone = group
        .desired
        .checked_sub(desired_after(group, wish))
        .filter(|gone| *gone > 0)?;
    let said = several(gone, "instance");
    Some(finding(
        Level::Bad,
        format!("{said} are terminated at once, with the tasks on them; AWS chooses which"),
    ))
}

fn lifted(group: &Group, wish: Sizes) -> Option<Finding> {
    let after = desired_after(group, wish);
    let by_min = wish.desired.is_none() && after > group.desired;
    by_min.then(|| {
        finding(
            Level::Notice,
            format!("The new minimum lifts desired: {} → {after}", group.desired),
        )
    })
}

fn stuck(group: &Group) -> Option<Finding> {
    let halting: Vec<&str> = group
        .suspended
        .iter()
        .map(Text::as_str)
        .filter(|p| matches!(*p, "Launch" | "Terminate"))
        .collect();
    (!halting.is_empty()).then(|| {
        finding(
            Level::Warn,
            format!(
                "{} suspended: the sizes change, the instances do not",
                halting.join(" and ")
            ),
        )
    })
}

fn protected(group: &Group, wish: Sizes) -> Option<Finding> {
    let protected = group.instances.iter().filter(|i| i.protected).count() as u32;
    (protected > desired_after(group, wish)).then(|| {
        let said = several(protected, "instance");
        finding(
            Level::Warn,
            format!("{said} are protected from scale-in: desired falls, they stay"),
        )
    })
}

fn floats(group: &Group, policies: &[Policy], wish: Sizes) -> Option<Finding> {
    (!policies.is_empty() && !group.managed_by_ecs && wish.desired != Some(group.desired)).then(
        || {
            finding(
                Level::Notice,
                "A scaling policy may move desired again at any time",
            )
        },
    )
}

fn warm(group: &Group) -> Option<Finding> {
    group.warm_pool.then(|| {
        finding(
            Level::Notice,
            "The group has a warm pool: it is refilled to the new sizes",
        )
    })
}

#[cfg(test)]
#[path = "group_tests.rs"]
mod tests;
