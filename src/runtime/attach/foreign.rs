//! Sessions of colleagues, as the account's shelf tells of them.

use super::{Core, store};
use crate::aws::apply::apply;
use crate::domain::backstop::{RecordRef, Shelf};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::subject::Subject;
use crate::domain::text::Text;
use crate::domain::write::{Outcome, Write};
use crate::journal::Store;
use crate::model::message::TestNews;
use crate::runtime::clock;
use crate::runtime::guard::orphan::{Orphan, orphans};
use crate::runtime::scribe::Scribe;
use crate::session::record::{Event, Place};
use crate::session::shared::{Request, SILENCE, SharedRecord};
use crate::session::survey::Record;
use std::sync::Arc;
use std::time::Duration;

/// How often the shelf is looked at while nothing is open here.
const LOOK: Duration = Duration::from_secs(15);
/// Where it may not be read, hardly ever.
const DENIED: Duration = Duration::from_mins(5);

/// Tells of a colleague's session as long as there is one.
pub(super) async fn watch(core: Arc<Core>) {
    let mut told = false;
    loop {
        let mut pause = LOOK;
        match seen(&core).await {
            Ok(Some(record)) => {
                told = true;
                core.tell(TestNews::Foreign(Some(record)));
            }
            Ok(None) if told => {
                told = false;
                core.tell(TestNews::Foreign(None));
            }
            Err(fault) if fault.kind == FaultKind::Denied => pause = DENIED,
            Ok(None) | Err(_) => {}
        }
        tokio::time::sleep(pause).await;
    }
}

/// The session of somebody else that is open here.
async fn seen(core: &Core) -> Result<Option<Box<SharedRecord>>, Fault> {
    let scope = core.scope().await?;
    let path = Shelf::Region.path(&scope);
    match core.aws.record(Shelf::Region, &path).await {
        Record::Taken(record) if is_ours(core, &record) => Ok(None),
        Record::Taken(record) => Ok(Some(record)),
        Record::Free { .. } => Ok(None),
        Record::Unreadable(fault) => Err(fault),
    }
}

/// One of this machine's own: its guard tells more than the account does.
fn is_ours(core: &Core, record: &SharedRecord) -> bool {
    let path = core
        .dir
        .join(format!("{}.1.jsonl", record.session.as_str()));
    path.exists()
}

/// Leaves a request beside the record; the guard that carries the session looks for it.
pub(super) async fn request(core: &Core, record: &SharedRecord) -> Result<Text, Fault> {
    core.may_write()?;
    let silent = clock::wall().duration_since(record.heartbeat) > SILENCE;
    if silent && let Some(said) = take_over(core, record).await? {
        return Ok(said);
    }
    let scope = core.scope().await?;
    let path = Shelf::Region.path(&scope);
    let shelf = core.aws.shelf(Shelf::Region, &path).await?;
    let found = shelf
        .records
        .iter()
        .find(|(_, r)| r.as_ref().is_ok_and(|r| r.session == record.session));
    let Some((number, _)) = found else {
        return Err(Fault::new(
            FaultKind::Missing,
            "The session is not open any more",
        ));
    };
    let caller = core.aws.identity().await?.caller;
    let request = Request {
        session: record.session.clone(),
        by: Core::by(),
        at: clock::wall(),
    };
    let at = RecordRef {
        shelf: Shelf::Region,
        name: format!("{path}/{number}/revert").into(),
        body: serde_json::to_string(&request).unwrap_or_default().into(),
    };
    let place = Place { scope, caller };
    leave(core, place, at).await?;
    Ok(Text::clean(&format!(
        "{} on {} is asked to put everything back; its guard looks every 20 seconds",
        record.who, record.host
    )))
}

/// Nobody carries it: our own guard does, from what its record tells.
async fn take_over(core: &Core, record: &SharedRecord) -> Result<Option<Text>, Fault> {
    let found = Box::pin(orphans(&core.aws)).await?;
    let now = clock::wall();
    let alone = |o: &&Orphan| o.record.session == record.session && o.is_alone();
    let Some(orphan) = found.iter().find(alone) else {
        return Ok(None);
    };
    let task = orphan.task(&crate::journal::actor(), now)?;
    super::begin::guard(core, task).await?;
    let said = format!(
        "nobody carries {}: it is taken over and put back",
        record.plan
    );
    Ok(Some(Text::clean(&said)))
}

/// Durable first, like every write.
async fn leave(core: &Core, place: Place, at: RecordRef) -> Result<(), Fault> {
    let store = store(&core.dir)?;
    let now = clock::wall();
    let id = Store::new_id(now);
    let opened = Event::Opened {
        summary: "request to revert a colleague's session".to_owned(),
        subject: Subject::Group("-".into()),
        steps: Vec::new(),
    };
    let permit = Scribe::start()
        .run(move || {
            let mut writer = store.begin(&id, &place, opened, now)?;
            writer.errand(Write::Lock(at), now)
        })
        .await??;
    match apply(&core.aws, permit).await {
        Outcome::Done { .. } => Ok(()),
        Outcome::Refused(fault) if is_there(&fault) => Ok(()),
        Outcome::Refused(fault) | Outcome::NotSent(fault) | Outcome::Unknown(fault) => Err(fault),
    }
}

/// Somebody asked for it already.
fn is_there(fault: &Fault) -> bool {
    let code = fault.code.as_ref().map(Text::as_str);
    code == Some("ParameterAlreadyExists")
}
