//! Sessions of colleagues, as the account's shelf tells of them.

use super::Core;
use crate::domain::backstop::Shelf;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::text::Text;
use crate::model::message::TestNews;
use crate::runtime::clock;
use crate::runtime::guard::colleague::{self, is_known};
use crate::session::shared::SharedRecord;
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
        // One of this machine's own: its guard tells more than the account does.
        Record::Taken(record) if is_known(&core.dir, &record.session) => Ok(None),
        Record::Taken(record) => Ok(Some(record)),
        Record::Free { .. } => Ok(None),
        Record::Unreadable(fault) => Err(fault),
    }
}

/// Leaves a request beside the record; the guard that carries the session looks for it. Where nobody
/// does, our own takes it over, from what its record tells.
pub(super) async fn request(core: &Core, record: &SharedRecord) -> Result<Text, Fault> {
    core.may_write()?;
    let found = colleague::of_session(&core.aws, &record.session).await?;
    let said = if found.is_alone() {
        let task = found.task(
            &crate::journal::actor(),
            &core.settings.ceilings(),
            clock::wall(),
        )?;
        super::begin::guard(core, task).await?;
        format!(
            "nobody carries {}: it is taken over and put back",
            record.plan
        )
    } else {
        colleague::request(&core.aws, &core.dir, &found, Core::by()).await?;
        format!(
            "{} on {} is asked to put everything back; its guard looks every 20 seconds",
            record.who, record.host
        )
    };
    Ok(Text::clean(&said))
}
