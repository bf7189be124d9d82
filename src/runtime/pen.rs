//! The session's writer, lent to the journal's thread for each record.

use super::scribe::Scribe;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::SessionId;
use crate::domain::write::Write;
use crate::journal::{Kept, Permit, Store, Writer};
use crate::session::machine::Intent;
use crate::session::record::{Event, Place};

/// One session's pen.
#[derive(Debug)]
pub struct Pen {
    scribe: Scribe,
    store: Store,
    place: Place,
    writer: Option<Writer>,
}

impl Pen {
    /// For a session that is not begun yet.
    pub fn new(scribe: Scribe, store: Store, place: Place) -> Self {
        Self {
            scribe,
            store,
            place,
            writer: None,
        }
    }

    /// For one that was taken up.
    pub fn of(scribe: Scribe, store: Store, place: Place, writer: Writer) -> Self {
        Self {
            writer: Some(writer),
            ..Self::new(scribe, store, place)
        }
    }

    /// The journal it writes in.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Whether the session's first record is durable.
    pub fn is_open(&self) -> bool {
        self.writer.is_some()
    }

    /// Leave for a request beside the steps: a sign of life, a request taken from the account.
    pub async fn errand(&mut self, write: Write, at: jiff::Timestamp) -> Result<Permit, Fault> {
        self.lend(move |writer| writer.errand(write, at)).await
    }

    pub async fn begin(
        &mut self,
        id: SessionId,
        opened: Event,
        at: jiff::Timestamp,
    ) -> Result<Kept, Fault> {
        let (store, place) = (self.store.clone(), self.place.clone());
        self.writer = Some(
            self.scribe
                .run(move || store.begin(&id, &place, opened, at))
                .await??,
        );
        Ok(Kept::Durable)
    }

    pub async fn record(&mut self, event: Event, at: jiff::Timestamp) -> Result<Kept, Fault> {
        self.lend(move |writer| writer.record(event, at)).await
    }

    pub async fn send(
        &mut self,
        intent: Intent,
        at: jiff::Timestamp,
    ) -> Result<(Permit, Kept), Fault> {
        self.lend(move |writer| writer.send(intent, at)).await
    }

    /// Work for the journal's thread, in order with the records.
    pub async fn aside<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Fault> {
        self.scribe.run(job).await
    }

    async fn lend<T: Send + 'static>(
        &mut self,
        job: impl FnOnce(&mut Writer) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let mut writer = self.writer.take().ok_or_else(no_writer)?;
        let (writer, result) = self
            .scribe
            .run(move || {
                let result = job(&mut writer);
                (writer, result)
            })
            .await?;
        self.writer = Some(writer);
        result
    }
}

fn no_writer() -> Fault {
    Fault::new(FaultKind::Internal, "The session's journal is not open").means("nothing was sent")
}
