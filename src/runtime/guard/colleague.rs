//! A colleague's session: a request to put it back is left beside its record, and its guard heard.

use super::errand::path_of;
use super::orphan::{Orphan, look, orphans};
use super::talk::block_on;
use crate::aws::apply::apply;
use crate::aws::record::ShelfSeen;
use crate::aws::{Aws, Options};
use crate::domain::backstop::RecordRef;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::SessionId;
use crate::domain::subject::Subject;
use crate::domain::text::Text;
use crate::domain::write::{Outcome, Write};
use crate::journal::{Permit, Store};
use crate::model::settings::Settings;
use crate::runtime::clock;
use crate::runtime::reads::options;
use crate::runtime::scribe::Scribe;
use crate::session::record::{Event, Place};
use crate::session::shared::{Request, SILENCE, SharedRecord};
use jiff::{SignedDuration, Timestamp};
use std::path::Path;
use std::time::Duration;

/// How often the record is looked at while its end is awaited.
const LOOK: Duration = Duration::from_secs(2);

/// What is heard of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It lies beside the record.
    Left,
    /// The guard took it away: it puts everything back.
    Taken,
}

/// How the waiting ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The record is gone: its guard has closed the session.
    Closed,
    /// Its guard gives no sign of life any more, for so long.
    Silent(SignedDuration),
}

/// The session that somebody else has open in this account, where it is the wanted one. One that this
/// machine's journal knows is none.
pub fn find(
    settings: &Settings,
    dir: &Path,
    wanted: Option<&str>,
) -> Result<Option<Orphan>, Fault> {
    let theirs = |o: &Orphan| {
        let id = o.record.session.as_str();
        !is_known(dir, &o.record.session) && wanted.is_none_or(|wanted| id.starts_with(wanted))
    };
    Ok(look(settings)?.into_iter().find(theirs))
}

/// Whether this machine's journal tells of it.
pub fn is_known(dir: &Path, session: &SessionId) -> bool {
    dir.join(format!("{}.1.jsonl", session.as_str())).exists()
}

/// Leaves the request; one that lies there already will do.
pub async fn request(aws: &Aws, dir: &Path, of: &Orphan, by: String) -> Result<(), Fault> {
    let now = clock::wall();
    let place = Place {
        scope: of.scope.clone(),
        caller: aws.identity().await?.caller,
    };
    let permit = permit(dir, place, beside(of, by, now), now).await?;
    match apply(aws, permit).await {
        Outcome::Done { .. } => Ok(()),
        Outcome::Refused(fault) if is_there(&fault) => Ok(()),
        Outcome::Refused(fault) | Outcome::NotSent(fault) | Outcome::Unknown(fault) => Err(fault),
    }
}

/// As [`request`], for a command: goes on until the session is closed, or nobody carries it.
pub fn put_back(
    settings: &Settings,
    dir: &Path,
    of: &Orphan,
    by: String,
    mut hear: impl FnMut(Heard),
) -> Result<End, Fault> {
    block_on(async {
        let aws = Box::pin(Aws::connect(options(settings))).await?;
        Box::pin(request(&aws, dir, of, by)).await?;
        hear(Heard::Left);
        let reads = Options {
            read_only: true,
            ..options(settings)
        };
        let aws = Box::pin(Aws::connect(reads)).await?;
        Box::pin(awaited(&aws, of, &mut hear)).await
    })?
}

async fn awaited(aws: &Aws, of: &Orphan, hear: &mut impl FnMut(Heard)) -> Result<End, Fault> {
    let mut taken = false;
    loop {
        match aws.shelf(of.at.shelf, path_of(&of.at)).await {
            Err(fault) if passes(&fault) => {}
            Err(fault) => return Err(fault),
            Ok(seen) => {
                let Some(record) = carried(&seen, &of.record.session) else {
                    return Ok(End::Closed);
                };
                let now = aws.meter().date().unwrap_or_else(clock::wall);
                let silent = now.duration_since(record.heartbeat);
                if silent > SILENCE {
                    return Ok(End::Silent(silent));
                }
                let lies = seen
                    .requests
                    .iter()
                    .any(|(_, r)| r.session == of.record.session);
                if !lies && !taken {
                    taken = true;
                    hear(Heard::Taken);
                }
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Its record, or the one of whoever took it over.
fn carried<'a>(seen: &'a ShelfSeen, session: &SessionId) -> Option<&'a SharedRecord> {
    let mut readable = seen.records.iter().filter_map(|(_, r)| r.as_ref().ok());
    readable.find(|r| r.session == *session || r.adopts.as_ref() == Some(session))
}

/// What the next look may not meet any more.
fn passes(fault: &Fault) -> bool {
    use FaultKind::{Server, Throttled, TimedOut, Unreachable};
    matches!(fault.kind, Server | Throttled | TimedOut | Unreachable)
}

fn beside(of: &Orphan, by: String, at: Timestamp) -> RecordRef {
    let request = Request {
        session: of.record.session.clone(),
        by,
        at,
    };
    RecordRef {
        shelf: of.at.shelf,
        name: format!("{}/revert", of.at.name).into(),
        body: serde_json::to_string(&request).unwrap_or_default().into(),
    }
}

/// Durable first, like every write.
async fn permit(dir: &Path, place: Place, at: RecordRef, now: Timestamp) -> Result<Permit, Fault> {
    let store = Store::open(dir)?;
    let opened = Event::Opened {
        summary: "request to revert a colleague's session".to_owned(),
        subject: Subject::Group("-".into()),
        steps: Vec::new(),
    };
    Scribe::start()
        .run(move || {
            let mut writer = store.begin(&Store::new_id(now), &place, opened, now)?;
            writer.errand(Write::Lock(at), now)
        })
        .await?
}

/// Somebody asked for it already.
fn is_there(fault: &Fault) -> bool {
    let code = fault.code.as_ref().map(Text::as_str);
    code == Some("ParameterAlreadyExists")
}

/// The session with this id, where it is open and somebody else's.
pub async fn of_session(aws: &Aws, session: &SessionId) -> Result<Orphan, Fault> {
    let found = Box::pin(orphans(aws)).await?;
    let found = found.into_iter().find(|o| o.record.session == *session);
    found.ok_or_else(|| Fault::new(FaultKind::Missing, "The session is not open any more"))
}
