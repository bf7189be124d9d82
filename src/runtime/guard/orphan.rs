//! Sessions that nobody carries any more, found in the account.

use super::Task;
use crate::aws::apply::apply;
use crate::aws::{Aws, Options};
use crate::domain::backstop::{RecordRef, Shelf, Timer};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::identity::Scope;
use crate::domain::ids::SessionId;
use crate::domain::plan::Ceilings;
use crate::domain::subject::Subject;
use crate::domain::write::{Outcome, Write};
use crate::journal::Store;
use crate::model::settings::Settings;
use crate::runtime::clock;
use crate::runtime::reads::options;
use crate::session::conductor::{adoption, record_at, timer_name};
use crate::session::record::{Actor, Event, Place};
use crate::session::shared::{SILENCE, SharedRecord};
use jiff::Timestamp;
use std::path::Path;

/// A session in the account that is not this machine's.
#[derive(Clone, Debug)]
pub struct Orphan {
    pub record: SharedRecord,
    pub(super) at: RecordRef,
    /// Its records on other shelves.
    also: Vec<RecordRef>,
    next: u64,
    pub(super) scope: Scope,
    /// AWS's time when it was looked at: whose clock is wrong must not take over what is alive.
    seen: Timestamp,
}

impl Orphan {
    /// How long nobody gave a sign of life.
    pub fn silent(&self) -> jiff::SignedDuration {
        self.seen.duration_since(self.record.heartbeat)
    }

    /// Whether this is a record of the same session, or of the one that it takes over.
    fn is_of(&self, record: &SharedRecord) -> bool {
        let ours = &self.record;
        ours.session == record.session || ours.adopts.as_ref() == Some(&record.session)
    }

    /// Whether it may be taken over (product.md §4).
    pub fn is_alone(&self) -> bool {
        self.silent() > SILENCE
    }

    /// What a guard is told to take it over; refused while its own gives signs of life, and where it
    /// would raise sizes above the ceilings.
    pub fn task(&self, actor: &Actor, ceilings: &Ceilings, now: Timestamp) -> Result<Task, Fault> {
        if !self.is_alone() {
            return Err(alive(&self.record));
        }
        if let Some(fault) = self.record.above(ceilings) {
            return Err(fault);
        }
        let id = Store::new_id(now);
        let opening = adoption(
            id,
            &self.record,
            [&self.at].into_iter().chain(&self.also),
            self.next,
            actor,
            now,
        );
        Ok(Task::Start {
            opening: Box::new(opening),
            scope: self.scope.clone(),
        })
    }
}

/// Timers of sessions that nobody carries: they would restore bounds blindly, at their time.
pub fn timers(settings: &Settings, dir: &Path) -> Result<Vec<Timer>, Fault> {
    let open: Vec<SessionId> = super::talk::open_sessions(dir)?
        .into_iter()
        .map(|o| o.state.id)
        .collect();
    let options = Options {
        read_only: true,
        ..options(settings)
    };
    super::talk::block_on(async {
        let aws = Box::pin(Aws::connect(options)).await?;
        let carried: Vec<SessionId> = Box::pin(orphans(&aws))
            .await?
            .into_iter()
            .map(|o| o.record.session)
            .collect();
        let lives = |t: &Timer| {
            let mut alive = open.iter().chain(&carried);
            alive.any(|id| *timer_name(id.as_str()) == *t.name)
        };
        let mut found = aws.timers().await?;
        found.retain(|t| !lives(t));
        Ok(found)
    })?
}

/// Removes timers; each request is durable first.
pub fn remove(settings: &Settings, dir: &Path, timers: Vec<Timer>) -> Result<(), Fault> {
    let store = Store::open(dir)?;
    super::talk::block_on(async {
        let aws = Box::pin(Aws::connect(options(settings))).await?;
        let who = aws.identity().await?;
        let place = Place {
            scope: Scope {
                account: who.account,
                region: aws.region().clone(),
            },
            caller: who.caller,
        };
        let now = clock::wall();
        let opened = Event::Opened {
            summary: "timers of sessions that are over are removed".to_owned(),
            subject: Subject::Group("-".into()),
            steps: Vec::new(),
        };
        let mut writer = store.begin(&Store::new_id(now), &place, opened, now)?;
        for timer in timers {
            let permit = writer.errand(Write::Disarm(timer), now)?;
            match apply(&aws, permit).await {
                Outcome::Done { .. } => {}
                Outcome::Refused(fault) | Outcome::NotSent(fault) | Outcome::Unknown(fault) => {
                    return Err(fault);
                }
            }
        }
        Ok(())
    })?
}

/// As [`orphans`], for a command.
pub fn look(settings: &Settings) -> Result<Vec<Orphan>, Fault> {
    let options = Options {
        read_only: true,
        ..options(settings)
    };
    super::talk::block_on(async {
        let aws = Box::pin(Aws::connect(options)).await?;
        Box::pin(orphans(&aws)).await
    })?
}

/// The newest record on each shelf.
pub async fn orphans(aws: &Aws) -> Result<Vec<Orphan>, Fault> {
    let who = aws.identity().await?;
    let scope = Scope {
        account: who.account,
        region: aws.region().clone(),
    };
    let mut found: Vec<Orphan> = Vec::new();
    for shelf in [Shelf::Region, Shelf::Cloudfront] {
        let path = shelf.path(&scope);
        let seen = match aws.shelf(shelf, &path).await {
            Ok(seen) => seen,
            Err(fault) if shelf == Shelf::Region => return Err(fault),
            // The one that all sessions have was read.
            Err(_) => continue,
        };
        if let Some((number, record)) = seen.records.into_iter().next_back() {
            let record = record?;
            let at = record_at(shelf, &path, number, &record);
            if let Some(same) = found.iter_mut().find(|o| o.is_of(&record)) {
                same.also.push(at);
                continue;
            }
            found.push(Orphan {
                at,
                also: Vec::new(),
                next: number.saturating_add(1),
                seen: aws.meter().date().unwrap_or_else(clock::wall),
                scope: scope.clone(),
                record,
            });
        }
    }
    Ok(found)
}

fn alive(record: &SharedRecord) -> Fault {
    Fault::new(
        FaultKind::Conflict,
        format!(
            "The session {} is carried by {} on {}, and gives signs of life",
            record.plan, record.who, record.host
        ),
    )
    .means("one session is carried by one guard")
    .next("ask there for a revert, or press R in the console, which leaves a request")
}
