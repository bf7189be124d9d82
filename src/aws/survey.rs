//! Everything that a plan is decided on, read side by side.

use super::Aws;
use crate::domain::ecs::ServiceRef;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::identity::Scope;
use crate::domain::ids::{DatabaseId, ServiceName};
use crate::domain::rds::{DatabaseRef, Inventory};
use crate::domain::subject::{Observation, Subject};
use crate::domain::text::Text;
use crate::domain::waf::{Acl, AclScope, RuleKind, RuleRef};
use crate::session::plan::{GroupWish, Plan, RuleWish, ServiceWish};
use crate::session::record::Place;
use crate::session::shared::Shelf;
use crate::session::survey::{AlarmSeen, Found, Lifetime, Survey, Wish};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use jiff::Timestamp;

/// Wishes looked at side by side.
const WIDTH: usize = 4;
/// So many names are offered where one is not found.
const NEAR: usize = 8;

/// What several wishes need alike.
struct Common {
    inventory: Option<Result<Inventory, Fault>>,
    regional: Option<Result<Vec<Acl>, Fault>>,
    cloudfront: Option<Result<Vec<Acl>, Fault>>,
}

impl Aws {
    /// Looks at everything a plan names. Fails only where it is not known who and where we are.
    /// How far our clock is off is for the caller to say, who has one ([`Meter::date`](super::client::Meter::date)).
    pub async fn survey(&self, plan: &Plan, now: Timestamp) -> Result<Survey, Fault> {
        let who = self.identity().await?;
        let place = Place {
            scope: Scope {
                account: who.account,
                region: self.region().clone(),
            },
            caller: who.caller,
        };
        let (common, alarms, records) = futures_util::join!(
            Box::pin(self.common(plan)),
            Box::pin(self.alarms_of(plan)),
            Box::pin(self.shelves(plan, &place.scope))
        );
        let wishes = plan.wishes();
        let mut looks = Vec::with_capacity(wishes.len());
        for wish in &wishes {
            looks.push(self.found(wish, &common));
        }
        let found = futures_util::stream::iter(looks)
            .buffered(WIDTH)
            .collect()
            .await;
        Ok(Survey {
            place,
            at: now,
            skew: None,
            lifetime: self.lifetime(),
            records,
            found,
            alarms,
        })
    }

    async fn common(&self, plan: &Plan) -> Common {
        let wants = |scope| plan.rules.iter().any(|r| r.scope == scope);
        let inventory = async {
            if plan.backup.is_empty() {
                None
            } else {
                Some(self.inventory().await)
            }
        };
        let acls = |scope| async move {
            if wants(scope) {
                Some(self.acls(scope).await)
            } else {
                None
            }
        };
        let (inventory, regional, cloudfront) = futures_util::join!(
            Box::pin(inventory),
            Box::pin(acls(AclScope::Regional)),
            Box::pin(acls(AclScope::Cloudfront))
        );
        Common {
            inventory,
            regional,
            cloudfront,
        }
    }

    async fn alarms_of(&self, plan: &Plan) -> Vec<AlarmSeen> {
        if plan.stop_on_alarm.is_empty() {
            return Vec::new();
        }
        let states = self.alarms(&plan.stop_on_alarm).await;
        let seen = |name: &Text| AlarmSeen {
            name: name.clone(),
            state: states
                .as_ref()
                .map(|s| s.get(name).cloned())
                .map_err(Clone::clone),
        };
        plan.stop_on_alarm.iter().map(seen).collect()
    }

    /// The region's shelf always: it is where colleagues look first.
    async fn shelves(
        &self,
        plan: &Plan,
        scope: &Scope,
    ) -> Vec<(Shelf, crate::session::survey::Record)> {
        let global = plan.rules.iter().any(|r| r.scope == AclScope::Cloudfront);
        let wanted: &[Shelf] = if global {
            &[Shelf::Region, Shelf::Cloudfront]
        } else {
            &[Shelf::Region]
        };
        let mut records = Vec::new();
        for shelf in wanted {
            let record = self.record(*shelf, &shelf.path(scope)).await;
            records.push((*shelf, record));
        }
        records
    }

    /// The compiler proves a borrowing read `Send` only where it is boxed.
    fn found<'a>(&'a self, wish: &'a Wish, common: &'a Common) -> BoxFuture<'a, Found> {
        Box::pin(self.find(wish, common))
    }

    async fn find(&self, wish: &Wish, common: &Common) -> Found {
        match wish {
            Wish::Backup(id) => self.find_database(wish, id, common).await,
            Wish::Group(group) => self.find_group(wish, group).await,
            Wish::Service(service) => self.find_service(wish, service).await,
            Wish::Rule(rule) => self.find_rule(wish, rule, common).await,
        }
    }

    async fn find_database(&self, wish: &Wish, id: &DatabaseId, common: &Common) -> Found {
        let inventory = match &common.inventory {
            Some(Ok(inventory)) => inventory,
            Some(Err(fault)) => return failed(wish, fault.clone(), Vec::new()),
            None => return failed(wish, missing("database", &id.text()), Vec::new()),
        };
        match which(inventory, id) {
            Ok(at) => Found {
                observed: self.observe(&Subject::Database(at)).await,
                ..empty(wish)
            },
            Err(fault) => {
                let names = inventory.databases.iter().map(|d| d.at.id.text());
                failed(wish, fault, near(&id.text(), names.collect()))
            }
        }
    }

    async fn find_group(&self, wish: &Wish, group: &GroupWish) -> Found {
        let subject = Subject::Group(group.name.clone());
        let (observed, detail) = futures_util::join!(
            Box::pin(self.observe(&subject)),
            Box::pin(self.group_detail(&group.name))
        );
        if !is_missing(&observed) {
            return Found {
                observed,
                scaling: Some(detail),
                ..empty(wish)
            };
        }
        let names = self.groups().await.unwrap_or_default();
        let names = names.iter().map(|g| g.name.text()).collect();
        Found {
            observed,
            near: near(&group.name.text(), names),
            ..empty(wish)
        }
    }

    async fn find_service(&self, wish: &Wish, service: &ServiceWish) -> Found {
        let at = ServiceRef {
            cluster: service.cluster.clone(),
            service: service.name.clone(),
        };
        let observed = self.observe(&Subject::Service(at.clone())).await;
        let has_target = matches!(
            observed,
            Ok(Observation::Service {
                target: Some(_),
                ..
            })
        );
        let scaling = if has_target {
            Some(self.target_detail(&at).await)
        } else {
            None
        };
        let names = if is_missing(&observed) {
            self.service_names(&at.cluster, |_| {})
                .await
                .unwrap_or_default()
        } else {
            Vec::new()
        };
        let names = names.iter().map(ServiceName::text).collect();
        Found {
            observed,
            near: near(&at.service.text(), names),
            scaling,
            ..empty(wish)
        }
    }

    async fn find_rule(&self, wish: &Wish, rule: &RuleWish, common: &Common) -> Found {
        let acls = match rule.scope {
            AclScope::Regional => &common.regional,
            AclScope::Cloudfront => &common.cloudfront,
        };
        let acls = match acls {
            Some(Ok(acls)) => acls.as_slice(),
            Some(Err(fault)) => return failed(wish, fault.clone(), Vec::new()),
            None => &[],
        };
        let Some(acl) = acls.iter().find(|a| a.at.name == rule.acl) else {
            let names = acls.iter().map(|a| a.at.name.text()).collect();
            let fault = missing("web ACL", &rule.acl.text());
            return failed(wish, fault, near(&rule.acl.text(), names));
        };
        if !acl.rules.iter().any(|r| r.name == rule.rule) {
            let rates = acl.rules.iter().filter(|r| r.rate().is_some());
            let names = rates.map(|r| r.name.text()).collect();
            let fault = missing("rule", &rule.rule.text()).means(
                "only rules of the web ACL itself can be set, not those inside a rule group",
            );
            return failed(wish, fault, near(&rule.rule.text(), names));
        }
        let at = RuleRef {
            acl: acl.at.clone(),
            rule: rule.rule.clone(),
        };
        let subject = Subject::Rule(at);
        let (observed, expired) = futures_util::join!(
            Box::pin(self.observe(&subject)),
            Box::pin(self.expired(acl))
        );
        Found {
            observed,
            expired,
            ..empty(wish)
        }
    }

    /// Managed groups of a web ACL that are pinned to a version which has expired. What cannot be
    /// asked is not called expired: AWS would refuse the update by itself, and nothing is lost.
    async fn expired(&self, acl: &Acl) -> Vec<Text> {
        let mut expired = Vec::new();
        for rule in &acl.rules {
            let RuleKind::ManagedGroup {
                vendor,
                name,
                version: Some(version),
                ..
            } = &rule.kind
            else {
                continue;
            };
            if self.is_expired(acl.at.scope, [vendor, name, version]).await {
                expired.push(Text::clean(&format!("{name} ({version})")));
            }
        }
        expired
    }
}

/// Which kind of database it is; a member of an Aurora cluster has no snapshots of its own.
fn which(inventory: &Inventory, id: &DatabaseId) -> Result<DatabaseRef, Fault> {
    if let Some(found) = inventory.databases.iter().find(|d| d.at.id == *id) {
        return Ok(found.at.clone());
    }
    let owner = inventory.databases.iter().find(|d| d.members.contains(id));
    Err(match owner {
        Some(cluster) => Fault::new(
            FaultKind::Refused,
            format!(
                "{} is a member of the Aurora cluster {}",
                id.text(),
                cluster.at.id.text()
            ),
        )
        .means("snapshots are made of the whole cluster")
        .next(format!("write “{}”", cluster.at.id.text())),
        None => missing("database", &id.text()),
    })
}

fn empty(wish: &Wish) -> Found {
    Found {
        wish: wish.clone(),
        observed: Err(missing("thing", &wish.name())),
        near: Vec::new(),
        scaling: None,
        expired: Vec::new(),
    }
}

fn failed(wish: &Wish, fault: Fault, near: Vec<Text>) -> Found {
    Found {
        observed: Err(fault),
        near,
        ..empty(wish)
    }
}

fn is_missing(observed: &Result<Observation, Fault>) -> bool {
    matches!(observed, Err(fault) if fault.kind == FaultKind::Missing)
}

fn missing(what: &str, name: &Text) -> Fault {
    Fault::new(
        FaultKind::Missing,
        format!("There is no {what} {name} here"),
    )
    .next("look up its name in the console")
}

/// The likeliest names first, a handful.
fn near(given: &Text, mut names: Vec<Text>) -> Vec<Text> {
    names.sort_by_key(|n| strsim::damerau_levenshtein(given.as_str(), n.as_str()));
    names.truncate(NEAR);
    names
}

impl Aws {
    fn lifetime(&self) -> Lifetime {
        match self.credentials_expiry().filter(|_| self.keys_are_held()) {
            Some(end) => Lifetime::Until(end),
            None => Lifetime::Renewed,
        }
    }
}
