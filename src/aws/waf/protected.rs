//! What stands behind a web ACL. AWS answers one call a second for all kinds of
//! resource together, and there are seven kinds: so they are asked one after the
//! other at that pace, the commonest first, and what was found is remembered.

use super::super::Aws;
use super::super::convert::part;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::Arn;
use crate::domain::waf::{Acl, AclRef, AclScope};
use aws_sdk_wafv2::types::ResourceType;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Kinds that can stand behind a REGIONAL web ACL, the commonest first.
const KINDS: [ResourceType; 7] = [
    ResourceType::ApplicationLoadBalancer,
    ResourceType::ApiGateway,
    ResourceType::Appsync,
    ResourceType::CognitioUserPool,
    ResourceType::AppRunnerService,
    ResourceType::VerifiedAccessInstance,
    ResourceType::Amplify,
];

/// So long the answer about the commonest kind is good; about the others longer, for they
/// seldom stand behind a web ACL at all, and each costs a second.
const FRESH: Duration = Duration::from_mins(1);
const FRESH_RARE: Duration = Duration::from_mins(10);
/// More web ACLs than these are asked about when somebody looks at them, not before.
const BEFOREHAND: usize = 5;

/// What a web ACL protects, and the faults of the kinds that could not be asked.
pub type Protected = (Vec<Arn>, Vec<Fault>);

/// What stands behind each web ACL, by kind of resource; what is too old is not there.
type Kept = HashMap<(Arn, usize), Vec<Arn>>;

/// What was found, and whose turn it is to ask.
#[derive(Debug)]
pub struct Register {
    kept: Arc<Mutex<Kept>>,
    turn: Arc<Semaphore>,
    apart: Duration,
    /// Somebody reads ahead.
    busy: AtomicBool,
}

impl Register {
    /// Calls leave `apart` from each other.
    pub fn new(apart: Duration) -> Self {
        Self {
            kept: Arc::default(),
            turn: Arc::new(Semaphore::new(1)),
            apart,
            busy: AtomicBool::new(false),
        }
    }

    fn known(&self, at: &AclRef, kind: usize) -> Option<Vec<Arn>> {
        locked(&self.kept).get(&(at.arn.clone(), kind)).cloned()
    }

    fn keep(&self, at: &AclRef, kind: usize, found: &[Arn]) {
        let key = (at.arn.clone(), kind);
        locked(&self.kept).insert(key.clone(), found.to_vec());
        let (kept, good) = (
            self.kept.clone(),
            if kind == 0 { FRESH } else { FRESH_RARE },
        );
        tokio::spawn(async move {
            tokio::time::sleep(good).await;
            locked(&kept).remove(&key);
        });
    }

    /// Waits until the calls before this one have their answers, and AWS takes another.
    async fn turn(&self) -> Turn {
        let place = self.turn.clone().acquire_owned().await.ok();
        Turn(place, self.apart)
    }
}

fn locked<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Leave to make one call. A turn that was used is given on a little later.
struct Turn(Option<OwnedSemaphorePermit>, Duration);

impl Turn {
    fn used(mut self) {
        let (place, apart) = (self.0.take(), self.1);
        tokio::spawn(async move {
            tokio::time::sleep(apart).await;
            drop(place);
        });
    }
}

impl Aws {
    /// Everything the web ACL protects, with the kinds that could not be asked.
    pub async fn resources(&self, at: &AclRef) -> Protected {
        let found = Arc::default();
        self.resources_into(at, &found).await;
        taken(&found)
    }

    /// Reads on in the background, whether or not somebody still waits: what comes too late
    /// for one look is there for the next. Into `found` as it comes.
    pub(in crate::aws) async fn resources_going_on(
        &self,
        at: &AclRef,
        found: &Arc<Mutex<Protected>>,
    ) {
        let (aws, at, found) = (self.clone(), at.clone(), found.clone());
        let reading = tokio::spawn(async move { aws.resources_into(&at, &found).await });
        // It ends badly only with the program.
        let _ = reading.await;
    }

    async fn resources_into(&self, at: &AclRef, found: &Mutex<Protected>) {
        let found = || locked(found);
        if at.scope == AclScope::Cloudfront {
            let all = self.distributions(&at.arn).await;
            let (arns, gaps) = &mut *found();
            arns.extend(part(all, gaps));
            return;
        }
        for kind in 0..KINDS.len() {
            let some = self.resources_of(at, kind).await;
            let (arns, gaps) = &mut *found();
            match some {
                Ok(some) => arns.extend(some),
                // Seven kinds of resource, one trouble: said once.
                Err(fault) if gaps.iter().any(|known| known.what == fault.what) => {}
                Err(fault) => gaps.push(fault),
            }
            let for_all = |f: &Fault| !f.passes() && f.kind != FaultKind::Refused;
            if gaps.last().is_some_and(for_all) {
                break;
            }
        }
    }

    async fn resources_of(&self, at: &AclRef, kind: usize) -> Result<Vec<Arn>, Fault> {
        let register = &self.shared.protected;
        if let Some(known) = register.known(at, kind) {
            return Ok(known);
        }
        self.gate.pass().await;
        let turn = register.turn().await;
        // Whoever went before may have asked the same.
        if let Some(known) = register.known(at, kind) {
            return Ok(known);
        }
        let request = self
            .shared
            .waf
            .list_resources_for_web_acl()
            .web_acl_arn(at.arn.as_str())
            .resource_type(KINDS[kind].clone());
        let answer = request.send().await;
        turn.used();
        let answer = answer.map_err(self.fault("wafv2:ListResourcesForWebACL"))?;
        let arns = answer.resource_arns().iter();
        let found: Vec<Arn> = arns.map(|arn| Arn::from(arn.as_str())).collect();
        register.keep(at, kind, &found);
        Ok(found)
    }

    /// Reads ahead what the first few web ACLs protect, so that a dialog that opens later has it whole.
    pub fn read_protected_ahead(&self, acls: &[Acl]) {
        let regional = acls.iter().filter(|acl| acl.at.scope == AclScope::Regional);
        let unknown: Vec<AclRef> = regional
            .take(BEFOREHAND)
            .map(|acl| acl.at.clone())
            .filter(|at| self.shared.protected.known(at, KINDS.len() - 1).is_none())
            .collect();
        let begun =
            !unknown.is_empty() && !self.shared.protected.busy.swap(true, Ordering::Relaxed);
        if !begun {
            return;
        }
        let aws = self.clone();
        tokio::spawn(async move {
            for at in unknown {
                aws.resources(&at).await;
            }
            aws.shared.protected.busy.store(false, Ordering::Relaxed);
        });
    }
}

/// What was found so far.
pub(in crate::aws) fn taken(found: &Mutex<Protected>) -> Protected {
    std::mem::take(&mut locked(found))
}
