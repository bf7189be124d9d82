//! A model of AWS as small as it can be: bounds that clamp, rules under a lock token, snapshots.

use std::collections::{BTreeMap, BTreeSet};
use tidegate::domain::backstop::{ABSENT, Bounds, OTHER, PRESENT, Timer};
use tidegate::domain::backup::Backup;
use tidegate::domain::change::{Change, Field, FieldChange, Hold, Reading, Target, Value};
use tidegate::domain::ecs::ServiceRef;
use tidegate::domain::ids::GroupName;
use tidegate::domain::rds::{DatabaseKind, DatabaseRef};
use tidegate::domain::text::Text;
use tidegate::domain::waf::{AclRef, AclScope, RawAcl, RawJson, RuleRef};
use tidegate::domain::write::{RuleEdit, Write};
use tidegate::session::look::{Document, Look, Running, Shrinks, Snapshot};
use tidegate::session::machine::Sight;
use tidegate::session::order::Proposed;
use tidegate::session::record::Way;
use tidegate::session::step::Step;

/// How a service is scaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scaled {
    ByHand,
    /// A target; whether a policy scales in.
    Target(Shrinks),
}

#[derive(Clone, Debug)]
pub struct Tasks {
    pub scaled: Scaled,
    pub min: u64,
    pub max: u64,
    pub desired: u64,
}

/// What another editor did to the rest of a web ACL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elsewhere {
    Same,
    Edited,
}

/// An Auto Scaling group.
#[derive(Clone, Debug)]
pub struct Instances {
    pub shrinks: Shrinks,
    pub min: u64,
    pub max: u64,
    pub desired: u64,
}

#[derive(Clone, Debug)]
pub struct World {
    pub services: BTreeMap<String, Tasks>,
    pub groups: BTreeMap<String, Instances>,
    /// So many of a service's tasks do not come up.
    pub missing: BTreeMap<String, u64>,
    pub snapshot_status: &'static str,
    /// Another session's record stands under the number that this one takes.
    pub is_locked: bool,
    pub is_rule_gone: bool,
    pub action: String,
    pub limit: u64,
    /// Everything else in the web ACL.
    pub rest: u64,
    pub token: u64,
    pub snapshots: BTreeSet<String>,
    /// Timers and the lock.
    pub nets: BTreeSet<Target>,
    pub writes: u32,
    /// Bounds that stopped tasks in a revert.
    pub weakened: Vec<String>,
}

const BLOCK: &str = r#"{"Block":{"CustomResponse":{"ResponseCode":429}}}"#;

pub fn service(name: &str) -> ServiceRef {
    ServiceRef {
        cluster: "orchard".into(),
        service: name.into(),
    }
}

pub fn rule() -> RuleRef {
    let acl = AclRef {
        scope: AclScope::Regional,
        name: "edge".into(),
        id: "id".into(),
        arn: "arn".into(),
    };
    RuleRef {
        acl,
        rule: "per-ip".into(),
    }
}

pub fn backup() -> Backup {
    let database = DatabaseRef {
        kind: DatabaseKind::Instance,
        id: "orchard-db".into(),
    };
    Backup {
        database,
        snapshot: "tidegate-orchard-db-1".into(),
    }
}

fn held(field: Field, before: u64, after: u64) -> FieldChange {
    FieldChange {
        field,
        before: Value::Count(before),
        after: Value::Count(after),
        hold: Hold::Held,
    }
}

fn floating(before: u64, after: u64) -> FieldChange {
    FieldChange {
        hold: Hold::Floating,
        ..held(Field::Desired, before, after)
    }
}

impl World {
    pub fn new() -> Self {
        let tasks = |scaled, min, max, desired| Tasks {
            scaled,
            min,
            max,
            desired,
        };
        let services = [
            ("by-hand", tasks(Scaled::ByHand, 0, 0, 3)),
            (
                "shrinking",
                tasks(Scaled::Target(Shrinks::ByItself), 2, 4, 3),
            ),
            ("growing", tasks(Scaled::Target(Shrinks::Never), 2, 6, 2)),
        ];
        let instances = |shrinks, min, max, desired| Instances {
            shrinks,
            min,
            max,
            desired,
        };
        let groups = [
            ("nodes", instances(Shrinks::ByItself, 2, 4, 3)),
            ("fixed", instances(Shrinks::Never, 1, 3, 2)),
        ];
        Self {
            services: services.map(|(name, t)| (name.to_owned(), t)).into(),
            groups: groups.map(|(name, g)| (name.to_owned(), g)).into(),
            missing: BTreeMap::new(),
            snapshot_status: "available",
            is_locked: false,
            is_rule_gone: false,
            action: BLOCK.to_owned(),
            limit: 1000,
            rest: 0,
            token: 0,
            snapshots: BTreeSet::new(),
            nets: BTreeSet::new(),
            writes: 0,
            weakened: Vec::new(),
        }
    }

    /// All that must be as it was. The count of a service that shrinks by itself is its policy's.
    pub fn settings(&self) -> BTreeMap<String, String> {
        let mut all = BTreeMap::from([
            ("action".into(), self.action.clone()),
            ("limit".into(), self.limit.to_string()),
        ]);
        for (name, t) in &self.services {
            all.insert(format!("{name} min"), t.min.to_string());
            all.insert(format!("{name} max"), t.max.to_string());
            if t.scaled != Scaled::Target(Shrinks::ByItself) {
                all.insert(format!("{name} desired"), t.desired.to_string());
            }
        }
        for (name, g) in &self.groups {
            all.insert(format!("{name} min"), g.min.to_string());
            all.insert(format!("{name} max"), g.max.to_string());
            if g.shrinks != Shrinks::ByItself {
                all.insert(format!("{name} desired"), g.desired.to_string());
            }
        }
        all
    }

    /// The steps that scale a service to `n`, as the dialogs plan them.
    pub fn scale(&self, name: &str, n: u64) -> Vec<Proposed> {
        let t = &self.services[name];
        let desired = |fields| {
            Proposed::Set(Change {
                target: Target::Service(service(name)),
                fields,
            })
        };
        let Scaled::Target(shrinks) = t.scaled else {
            return vec![desired(vec![held(Field::Desired, t.desired, n)])];
        };
        let fields = vec![
            held(Field::Min, t.min, n),
            held(Field::Max, t.max, t.max.max(n)),
            floating(t.desired, t.desired.max(n)),
        ];
        let fields = fields.into_iter().filter(|f| f.before != f.after).collect();
        let mut steps = vec![Proposed::Set(Change {
            target: Target::Scalable(service(name)),
            fields,
        })];
        if n < t.desired && shrinks == Shrinks::Never {
            steps.push(desired(vec![floating(t.desired, n)]));
        }
        steps
    }

    /// A group's bounds as a plan wishes for them; desired stays within.
    pub fn resize(&self, name: &str, min: u64, max: u64) -> Proposed {
        let g = &self.groups[name];
        let desired = g.desired.max(min).min(max);
        let hold = if g.shrinks == Shrinks::ByItself {
            Hold::Floating
        } else {
            Hold::Held
        };
        let fields = [
            held(Field::Min, g.min, min),
            held(Field::Max, g.max, max),
            FieldChange {
                hold,
                ..held(Field::Desired, g.desired, desired)
            },
        ];
        Proposed::Set(Change {
            target: Target::Group(name.into()),
            fields: fields.into_iter().filter(|f| f.before != f.after).collect(),
        })
    }

    /// The timer behind a target or group, with the bounds of now.
    pub fn timer(&self, target: &Target) -> Option<Timer> {
        let (of, min, max) = match target {
            Target::Scalable(at) => {
                let t = &self.services[at.service.as_str()];
                (Bounds::Target(at.clone()), t.min, t.max)
            }
            Target::Group(name) => {
                let g = &self.groups[name.as_str()];
                (Bounds::Group(name.clone()), g.min, g.max)
            }
            _ => return None,
        };
        Some(Timer {
            of,
            name: "tidegate-s-restore".into(),
            at: jiff::Timestamp::UNIX_EPOCH,
            min: u32::try_from(min).unwrap(),
            max: u32::try_from(max).unwrap(),
        })
    }

    pub fn timers(&self) -> impl Iterator<Item = &Timer> {
        self.nets.iter().filter_map(|t| match t {
            Target::Timer(timer) => Some(timer),
            _ => None,
        })
    }

    /// Whose time has come runs, once.
    pub fn run_timers(&mut self, now: jiff::Timestamp) -> bool {
        let due: Vec<Timer> = self.timers().filter(|t| t.at <= now).cloned().collect();
        for timer in &due {
            self.disarm(timer);
            let (min, max) = (Some(timer.min), Some(timer.max));
            match &timer.of {
                Bounds::Target(at) => self.register(at, min, max, Way::Apply),
                Bounds::Group(name) => self.size(name, [min, max, None], Way::Apply),
            }
        }
        !due.is_empty()
    }

    fn disarm(&mut self, timer: &Timer) {
        self.nets.retain(|t| match t {
            Target::Timer(other) => (&other.of, &other.name) != (&timer.of, &timer.name),
            _ => true,
        });
    }

    /// Whether a net is there: not, as it was put, or otherwise.
    fn presence(&self, target: &Target) -> u64 {
        let other = match target {
            Target::Timer(timer) => self
                .timers()
                .any(|t| (&t.of, &t.name) == (&timer.of, &timer.name)),
            _ => self.is_locked,
        };
        match (self.nets.contains(target), other) {
            (true, _) => PRESENT,
            (false, true) => OTHER,
            (false, false) => ABSENT,
        }
    }

    pub fn limit_to(&self, n: u64) -> Proposed {
        Proposed::Set(Change {
            target: Target::Rule(rule()),
            fields: vec![held(Field::Limit, self.limit, n)],
        })
    }

    pub fn count(&self) -> Proposed {
        let json = |s: &str| Value::Json(RawJson(s.into()));
        let (before, after) = (json(&self.action), json(r#"{"Count":{}}"#));
        let field = FieldChange {
            field: Field::Action,
            before,
            after,
            hold: Hold::Held,
        };
        Proposed::Set(Change {
            target: Target::Rule(rule()),
            fields: vec![field],
        })
    }

    pub fn reading(&self, target: &Target) -> Reading {
        let count = |f, n| (f, Value::Count(n));
        match target {
            Target::Scalable(at) => {
                let t = &self.services[at.service.as_str()];
                [
                    count(Field::Min, t.min),
                    count(Field::Max, t.max),
                    count(Field::Desired, t.desired),
                ]
                .into()
            }
            Target::Service(at) => [count(
                Field::Desired,
                self.services[at.service.as_str()].desired,
            )]
            .into(),
            Target::Group(name) => {
                let g = &self.groups[name.as_str()];
                [
                    count(Field::Min, g.min),
                    count(Field::Max, g.max),
                    count(Field::Desired, g.desired),
                ]
                .into()
            }
            Target::Rule(_) => {
                let action = Value::Json(RawJson(self.action.as_str().into()));
                [(Field::Action, action), count(Field::Limit, self.limit)].into()
            }
            Target::Timer(_) | Target::Record(_) => {
                [count(Field::Present, self.presence(target))].into()
            }
        }
    }

    pub fn look(&self, sight: &Sight) -> Look {
        match sight {
            Sight::Step(Step::Create(backup)) => {
                let there = self.snapshots.contains(backup.snapshot.as_str());
                let found = Snapshot {
                    id: backup.snapshot.clone(),
                    status: Text::fixed(self.snapshot_status),
                    percent: 100,
                };
                Look {
                    snapshot: there.then_some(found),
                    ..Look::default()
                }
            }
            Sight::Step(Step::Set(change)) => {
                self.look_at(&change.target, change.fields.first().map(|f| f.field))
            }
            Sight::Target(target) => self.look_at(target, None),
        }
    }

    fn look_at(&self, target: &Target, changing: Option<Field>) -> Look {
        if let Target::Group(name) = target {
            return self.look_at_group(name.as_str(), target);
        }
        let (Target::Scalable(at) | Target::Service(at)) = target else {
            return self.look_at_rule(target, changing);
        };
        let t = &self.services[at.service.as_str()];
        let shrinks = if let Scaled::Target(shrinks) = t.scaled {
            shrinks
        } else {
            Shrinks::Never
        };
        let running = Some(self.running(at.service.as_str(), t.desired));
        Look {
            reading: Some(self.reading(target)),
            running,
            shrinks,
            ..Look::default()
        }
    }

    fn look_at_group(&self, name: &str, target: &Target) -> Look {
        let g = &self.groups[name];
        Look {
            reading: Some(self.reading(target)),
            running: Some(self.running(name, g.desired)),
            shrinks: g.shrinks,
            ..Look::default()
        }
    }

    fn running(&self, name: &str, desired: u64) -> Running {
        let missing = self.missing.get(name).copied().unwrap_or_default();
        let count = |n: u64| u32::try_from(n).unwrap();
        Running {
            desired: count(desired),
            running: count(desired.saturating_sub(missing)),
        }
    }

    fn look_at_rule(&self, target: &Target, changing: Option<Field>) -> Look {
        let limit = if changing == Some(Field::Limit) {
            0
        } else {
            self.limit
        };
        let action = if changing == Some(Field::Action) {
            ""
        } else {
            &self.action
        };
        let raw = RawAcl {
            at: rule().acl,
            document: "{}".into(),
            lock_token: self.token.to_string().into(),
        };
        let document = Some(Document {
            raw,
            rest: format!("{action}{limit}{}", self.rest),
        });
        let is_gone = self.is_rule_gone && matches!(target, Target::Rule(_));
        Look {
            reading: (!is_gone).then(|| self.reading(target)),
            document,
            ..Look::default()
        }
    }

    /// Carries a request out; `Err` is a refusal under a stale lock token.
    pub fn carry_out(&mut self, write: &Write, way: Way) -> Result<(), &'static str> {
        match write {
            Write::RegisterScalableTarget { at, min, max } => self.register(at, *min, *max, way),
            Write::UpdateService { at, desired } => self.tasks(at).desired = u64::from(*desired),
            Write::UpdateGroup {
                name,
                min,
                max,
                desired,
            } => self.size(name, [*min, *max, *desired], way),
            Write::UpdateWebAcl { document, .. }
                if *document.lock_token != *self.token.to_string() =>
            {
                return Err("WAFOptimisticLockException");
            }
            Write::UpdateWebAcl { edit, .. } => {
                self.token += 1;
                match edit {
                    RuleEdit::Action(json) => json.as_str().clone_into(&mut self.action),
                    RuleEdit::Limit(n) => self.limit = *n,
                }
            }
            Write::CreateSnapshot { backup, .. } => {
                assert!(
                    self.snapshots.insert(backup.snapshot.as_str().to_owned()),
                    "a duplicate snapshot"
                );
            }
            Write::Arm(timer) => {
                self.disarm(timer);
                self.nets.insert(Target::Timer(timer.clone()));
            }
            Write::Disarm(timer) => self.disarm(timer),
            Write::Lock(_) if self.is_locked => return Err("ParameterAlreadyExists"),
            Write::Lock(at) => assert!(
                self.nets.insert(Target::Record(at.clone())),
                "a lock taken twice"
            ),
            Write::Unlock(at) => drop(self.nets.remove(&Target::Record(at.clone()))),
            // Only its words change.
            Write::Renew(_) => {}
        }
        self.writes += 1;
        Ok(())
    }

    fn tasks(&mut self, at: &ServiceRef) -> &mut Tasks {
        self.services.get_mut(at.service.as_str()).unwrap()
    }

    fn register(&mut self, at: &ServiceRef, min: Option<u32>, max: Option<u32>, way: Way) {
        let t = self.tasks(at);
        t.min = min.map_or(t.min, u64::from);
        t.max = max.map_or(t.max, u64::from);
        let clamped = t.desired.max(t.min).min(t.max);
        let stopped = (clamped < t.desired && way == Way::Revert)
            .then(|| format!("{at:?}: {} → {clamped}", t.desired));
        t.desired = clamped;
        self.weakened.extend(stopped);
    }

    fn size(&mut self, name: &GroupName, sizes: [Option<u32>; 3], way: Way) {
        let g = self.groups.get_mut(name.as_str()).unwrap();
        let [min, max, desired] = sizes.map(|n| n.map(u64::from));
        g.min = min.unwrap_or(g.min);
        g.max = max.unwrap_or(g.max);
        g.desired = desired.unwrap_or(g.desired);
        let clamped = g.desired.max(g.min).min(g.max);
        if clamped < g.desired && way == Way::Revert {
            self.weakened
                .push(format!("{name:?}: {} → {clamped}", g.desired));
        }
        g.desired = clamped;
    }

    /// Where a policy scales in and out: with the load, or without it.
    pub fn load(&mut self, is_on: bool) {
        let wanted = |min, max| if is_on { max } else { min };
        let services = self.services.values_mut();
        for t in services.filter(|t| t.scaled == Scaled::Target(Shrinks::ByItself)) {
            t.desired = wanted(t.min, t.max);
        }
        let groups = self.groups.values_mut();
        for g in groups.filter(|g| g.shrinks == Shrinks::ByItself) {
            g.desired = wanted(g.min, g.max);
        }
    }

    /// Load: every policy scales out to its maximum.
    pub fn autoscale_up(&mut self) {
        for t in self
            .services
            .values_mut()
            .filter(|t| t.scaled != Scaled::ByHand)
        {
            t.desired = t.max;
        }
    }

    /// The load is gone: what shrinks by itself does.
    pub fn autoscale_down(&mut self) {
        for t in self
            .services
            .values_mut()
            .filter(|t| t.scaled == Scaled::Target(Shrinks::ByItself))
        {
            t.desired = t.min;
        }
    }
}
