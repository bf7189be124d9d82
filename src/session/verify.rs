//! Whether a step has had its effect: judged from a look, never from an answer.

use super::look::{Look, Running};
use super::record::Way;
use crate::domain::backstop::PRESENT;
use crate::domain::change::{Change, Field, Hold, Target};

/// What a look says about a step that AWS took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Good {
        said: String,
    },
    /// Not yet: what is awaited, and how far it is.
    Wait {
        said: String,
        percent: Option<u8>,
        awaits: Awaits,
    },
    /// It cannot come any more.
    Failed {
        said: String,
    },
}

/// What is awaited: decides the deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaits {
    /// The setting itself, on reading back.
    Setting,
    /// Tasks or instances.
    Running,
    Snapshot,
}

/// Judges a change that was sent one way.
pub fn change(sent: &Change, way: Way, look: &Look, rest: Option<&str>) -> Verdict {
    if !reads_as(sent, look) {
        return Verdict::Wait {
            said: "reading back".into(),
            percent: None,
            awaits: Awaits::Setting,
        };
    }
    if let (Some(rest), Some(document)) = (rest, &look.document)
        && document.rest != rest
    {
        return Verdict::Good {
            said: format!(
                "{}; another editor changed the web ACL meanwhile",
                settings(sent)
            ),
        };
    }
    match way {
        Way::Revert => Verdict::Good {
            said: settings(sent),
        },
        Way::Apply => effect(sent, look),
    }
}

/// Whether every held field reads as it was sent.
pub fn reads_as(sent: &Change, look: &Look) -> bool {
    let Some(reading) = &look.reading else {
        return false;
    };
    sent.fields
        .iter()
        .filter(|f| f.hold == Hold::Held)
        .all(|f| reading.get(&f.field) == Some(&f.after))
}

/// Judges a backup.
pub fn backup(look: &Look) -> Verdict {
    let Some(snapshot) = &look.snapshot else {
        return Verdict::Wait {
            said: "waiting for the snapshot to be listed".into(),
            percent: None,
            awaits: Awaits::Setting,
        };
    };
    let id = snapshot.id.text();
    match snapshot.status.as_str() {
        "available" => Verdict::Good {
            said: format!("{id} is available"),
        },
        "failed" | "deleting" => Verdict::Failed {
            said: format!("{id} is {}", snapshot.status),
        },
        status => Verdict::Wait {
            said: format!("{id} {status}"),
            percent: Some(snapshot.percent),
            awaits: Awaits::Snapshot,
        },
    }
}

fn effect(sent: &Change, look: &Look) -> Verdict {
    let wish = wished_count(sent);
    match (&sent.target, look.running, wish) {
        (Target::Rule(_), ..) | (_, None, _) | (_, _, None) => Verdict::Good {
            said: settings(sent),
        },
        (_, Some(now), Some(wish)) => count(sent, now, wish),
    }
}

/// At least so many must run: the new lower bound, or the desired count.
fn wished_count(sent: &Change) -> Option<Wish> {
    let of = |field| {
        sent.field(field)
            .filter(|f| f.before != f.after)
            .and_then(|f| f.after.count())
    };
    let least = of(Field::Min).map(Wish::AtLeast);
    match sent.target {
        Target::Scalable(_) => least,
        _ => of(Field::Desired).map(Wish::Exactly).or(least),
    }
}

#[derive(Clone, Copy)]
enum Wish {
    AtLeast(u64),
    Exactly(u64),
}

fn count(sent: &Change, now: Running, wish: Wish) -> Verdict {
    let (desired, running) = (u64::from(now.desired), u64::from(now.running));
    let (goal, wanted) = match wish {
        Wish::AtLeast(n) => (n, desired >= n),
        Wish::Exactly(n) if floats(sent) => (n.min(desired), true),
        Wish::Exactly(n) => (n, desired == n),
    };
    let enough = match wish {
        Wish::AtLeast(n) => running >= n,
        Wish::Exactly(_) => running == goal || (floats(sent) && running >= goal),
    };
    if wanted && enough {
        return Verdict::Good {
            said: format!("{}, {running} running", settings(sent)),
        };
    }
    let percent = (running <= goal && goal > 0).then(|| (running * 100 / goal) as u8);
    let said = if wanted {
        format!("{running} of {goal} running")
    } else {
        format!("desired is {desired}, {goal} awaited")
    };
    Verdict::Wait {
        said,
        percent,
        awaits: Awaits::Running,
    }
}

fn floats(sent: &Change) -> bool {
    sent.field(Field::Desired)
        .is_some_and(|f| f.hold == Hold::Floating)
}

/// The settings in words: `min 8, max 12`; an action is named, not quoted.
pub fn settings(sent: &Change) -> String {
    let one = |f: &crate::domain::change::FieldChange| match f.after.count() {
        Some(PRESENT) if f.field == Field::Present => "is there".to_owned(),
        Some(_) if f.field == Field::Present => "is removed".to_owned(),
        Some(n) => format!("{} {n}", f.field),
        None => format!("{} set", f.field),
    };
    sent.fields.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::change::{FieldChange, Reading, Value};
    use crate::domain::ecs::ServiceRef;
    use crate::domain::text::Text;
    use crate::session::look::Snapshot;

    fn raise_min(to: u64) -> Change {
        let at = ServiceRef {
            cluster: "c".into(),
            service: "s".into(),
        };
        let field = FieldChange {
            field: Field::Min,
            before: Value::Count(2),
            after: Value::Count(to),
            hold: Hold::Held,
        };
        Change {
            target: Target::Scalable(at),
            fields: vec![field],
        }
    }

    fn look(min: u64, desired: u32, running: u32) -> Look {
        let reading = Reading::from([(Field::Min, Value::Count(min))]);
        Look {
            reading: Some(reading),
            running: Some(Running { desired, running }),
            ..Look::default()
        }
    }

    fn waits(verdict: &Verdict) -> Option<Awaits> {
        match verdict {
            Verdict::Wait { awaits, .. } => Some(*awaits),
            _ => None,
        }
    }

    #[test]
    fn a_new_min_is_good_only_once_desired_and_then_running_reach_it() {
        let sent = raise_min(8);
        assert_eq!(
            waits(&change(&sent, Way::Apply, &look(2, 2, 2), None)),
            Some(Awaits::Setting)
        );
        assert_eq!(
            waits(&change(&sent, Way::Apply, &look(8, 2, 2), None)),
            Some(Awaits::Running)
        );
        assert_eq!(
            waits(&change(&sent, Way::Apply, &look(8, 8, 5), None)),
            Some(Awaits::Running)
        );
        assert!(matches!(
            change(&sent, Way::Apply, &look(8, 8, 8), None),
            Verdict::Good { .. }
        ));
    }

    #[test]
    fn a_lower_min_leaves_the_count_to_autoscaling() {
        assert!(matches!(
            change(&raise_min(1), Way::Apply, &look(1, 6, 6), None),
            Verdict::Good { .. }
        ));
    }

    #[test]
    fn putting_back_does_not_wait_for_tasks_to_stop() {
        assert!(matches!(
            change(&raise_min(2), Way::Revert, &look(2, 8, 8), None),
            Verdict::Good { .. }
        ));
    }

    #[test]
    fn a_backup_is_good_when_available_and_not_at_one_hundred_percent() {
        let at = |status: &'static str, percent| Look {
            snapshot: Some(Snapshot {
                id: "x".into(),
                status: Text::fixed(status),
                percent,
            }),
            ..Look::default()
        };
        assert_eq!(waits(&backup(&at("creating", 100))), Some(Awaits::Snapshot));
        assert!(matches!(backup(&at("available", 0)), Verdict::Good { .. }));
        assert!(matches!(backup(&at("failed", 40)), Verdict::Failed { .. }));
    }
}
