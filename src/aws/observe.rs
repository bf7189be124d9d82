//! A fresh look at one thing: for a dialog, before a write, after it, and for the
//! three-way comparison. The parts of a look are read side by side.

mod look;
mod many;
mod side;

use super::Aws;
use super::waf::protected::{Protected, taken};
use crate::domain::change::{Field, Reading, Target, Value};
use crate::domain::ecs::ServiceRef;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::GroupName;
use crate::domain::rds::DatabaseRef;
use crate::domain::subject::{Observation, Subject};
use crate::domain::text::Text;
use crate::domain::waf::{Acl, AclRef, RuleRef};
use side::{beside, soon};
use std::sync::Arc;

impl Aws {
    /// What a dialog needs to know of its subject.
    pub async fn observe(&self, subject: &Subject) -> Result<Observation, Fault> {
        match subject {
            Subject::Service(at) => Box::pin(self.observe_service(at)).await,
            Subject::Group(name) => Box::pin(self.observe_group(name)).await,
            Subject::Rule(rule) => Box::pin(self.observe_rule(rule)).await,
            Subject::Database(at) => Box::pin(self.observe_database(at)).await,
        }
    }

    async fn observe_service(&self, at: &ServiceRef) -> Result<Observation, Fault> {
        let only = std::slice::from_ref(at);
        let (service, target, policies) = futures_util::join!(
            self.service(at),
            self.scalable_target(at),
            self.policies(only)
        );
        let service = service?;
        let headroom = Box::pin(soon(self.headroom(&service)))
            .await
            .and_then(Result::ok);
        Ok(Observation::Service {
            service,
            target: target?,
            policies: policies?,
            headroom,
        })
    }

    async fn observe_group(&self, name: &GroupName) -> Result<Observation, Fault> {
        let (group, policies) = futures_util::join!(self.group(name), self.group_policies(name));
        let group = group?.ok_or_else(|| gone("group", &name.text()))?;
        Ok(Observation::Group {
            group,
            policies: policies?,
        })
    }

    /// What the web ACL protects is for the operator to know: where it cannot be read, that is said, and the dialog goes on.
    async fn observe_rule(&self, rule: &RuleRef) -> Result<Observation, Fault> {
        let main = Box::pin(self.acl(&rule.acl));
        let (acl, (resources, gaps)) = Box::pin(self.beside_protected(&rule.acl, main)).await;
        let acl = acl?.ok_or_else(|| gone("web ACL", &rule.acl.name.text()))?;
        if !acl.rules.iter().any(|r| r.name == rule.rule) {
            return Err(gone("rule", &rule.rule.text()));
        }
        Ok(Observation::Rule {
            acl: Box::new(acl),
            resources,
            gaps,
        })
    }

    /// Something of a web ACL, and beside it what the web ACL protects, as far as that is known soon.
    pub(super) async fn beside_protected<M>(
        &self,
        at: &AclRef,
        main: impl Future<Output = M>,
    ) -> (M, Protected) {
        let found = Arc::default();
        let (main, whole) = beside(main, self.resources_going_on(at, &found)).await;
        let (resources, mut gaps) = taken(&found);
        if whole.is_none() {
            gaps.push(not_in_time());
        }
        (main, (resources, gaps))
    }

    /// A quota that cannot be read does not stop a backup; the plan says so.
    async fn observe_database(&self, at: &DatabaseRef) -> Result<Observation, Fault> {
        let main = futures_util::future::join(self.database(at), self.underway(at));
        let all = Box::pin(beside(main, self.quota(at.kind)));
        let ((database, underway), quota) = all.await;
        Ok(Observation::Database {
            database: database?,
            quota: quota.and_then(Result::ok),
            underway: underway?,
        })
    }

    /// What a target's fields are now; `None` where it is gone.
    ///
    /// Scalable: min, max. Service: desired. Group: min, max, desired. Rule: the
    /// whole action as it stands in the document, and the limit.
    pub async fn reading(&self, target: &Target) -> Result<Option<Reading>, Fault> {
        Ok(self.look(target, None).await?.reading)
    }
}

fn not_in_time() -> Fault {
    Fault::new(
        FaultKind::TimedOut,
        "What the web ACL protects was not read in time",
    )
    .means("it may protect more than is listed")
    .next("open the dialog again to see all of it")
}

fn gone(what: &str, name: &Text) -> Fault {
    Fault::new(FaultKind::Missing, format!("There is no {what} {name}"))
        .means("it was deleted or renamed meanwhile")
        .next("refresh the list")
}

fn counts(fields: &[(Field, u32)]) -> Reading {
    fields
        .iter()
        .map(|(field, n)| (*field, Value::Count(u64::from(*n))))
        .collect()
}

/// Action and limit of the one rule of that name; `None` where there is none, or more than one.
fn of_rule(acl: &Acl, rule: &RuleRef) -> Option<Reading> {
    let mut named = acl.rules.iter().filter(|r| r.name == rule.rule);
    let found = named.next().filter(|_| named.next().is_none())?;
    let action = found
        .raw_action
        .clone()
        .map(|raw| (Field::Action, Value::Json(raw)));
    let limit = found
        .rate()
        .map(|rate| (Field::Limit, Value::Count(rate.limit)));
    Some(action.into_iter().chain(limit).collect())
}
