//! One session's task: runs the machine's commands in order, and brings the answers back.

use super::Core;
use super::scribe::Scribe;
use crate::aws::apply::apply as send;
use crate::crash;
use crate::domain::change::Field;
use crate::domain::change::{Change, Target, Value};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::SessionId;
use crate::domain::text::Text;
use crate::journal::{Kept, Permit, Store, Writer};
use crate::session::look::Look;
use crate::session::machine::{Command, Input, Intent, Machine, Sight};
use crate::session::order::{Progress, Proposal, Report};
use crate::session::record::{Event, Place};
use crate::session::step::Step;
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedMutexGuard, mpsc};

type Inputs = mpsc::UnboundedReceiver<Input>;

/// Carries what was just confirmed.
pub async fn apply(
    core: Arc<Core>,
    id: SessionId,
    proposal: Proposal,
    inputs: Inputs,
) -> Vec<SessionId> {
    let summary = proposal.summary.clone();
    let (store, place) = match ready(&core).await {
        Ok(ready) => ready,
        Err(fault) => {
            core.fail(None, summary, fault).await;
            return Vec::new();
        }
    };
    let machine = Machine::open(
        id,
        proposal,
        place.clone(),
        store.actor(),
        core.pace,
        core.now(),
    );
    Carried {
        pen: Pen {
            scribe: core.scribe.clone(),
            store,
            place,
            writer: None,
        },
        core,
        machine,
        inputs,
        turn: None,
    }
    .carry(Input::Begin)
    .await;
    Vec::new()
}

async fn ready(core: &Core) -> Result<(Store, Place), Fault> {
    let store = core.store()?;
    Ok((store, core.place().await?))
}

/// Takes up a session that the journal tells of.
pub async fn resume(
    core: Arc<Core>,
    id: SessionId,
    input: Input,
    inputs: Inputs,
) -> Vec<SessionId> {
    match taken_up(&core, &id).await {
        Ok((machine, pen)) => {
            Carried {
                core,
                machine,
                pen,
                inputs,
                turn: None,
            }
            .carry(input)
            .await;
        }
        Err(fault) => core.fail(Some(id.clone()), id.text(), fault).await,
    }
    Vec::new()
}

async fn taken_up(core: &Core, id: &SessionId) -> Result<(Machine, Pen), Fault> {
    let (store, place) = ready(core).await?;
    let (resumed, at, id) = (store.clone(), core.now(), id.clone());
    let (writer, state) = core
        .scribe
        .run(move || resumed.resume(&id, at.wall))
        .await??;
    if state.place.scope != place.scope {
        return Err(elsewhere(&state.place));
    }
    let machine = Machine::resume(state, core.pace, at);
    Ok((
        machine,
        Pen {
            scribe: core.scribe.clone(),
            store,
            place,
            writer: Some(writer),
        },
    ))
}

fn elsewhere(place: &Place) -> Fault {
    let (account, region) = (place.scope.account.text(), place.scope.region.text());
    Fault::new(
        FaultKind::Refused,
        format!("This change was made in account {account}, {region}"),
    )
    .means("it is not touched from another account or region")
    .next("switch to that profile and region")
}

/// The session's writer, lent to the journal's thread for each record.
struct Pen {
    scribe: Scribe,
    store: Store,
    place: Place,
    writer: Option<Writer>,
}

impl Pen {
    async fn begin(
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

    async fn record(&mut self, event: Event, at: jiff::Timestamp) -> Result<Kept, Fault> {
        self.lend(move |writer| writer.record(event, at)).await
    }

    async fn send(&mut self, intent: Intent, at: jiff::Timestamp) -> Result<(Permit, Kept), Fault> {
        self.lend(move |writer| writer.send(intent, at)).await
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

/// A session under way.
struct Carried {
    core: Arc<Core>,
    machine: Machine,
    pen: Pen,
    inputs: Inputs,
    turn: Option<OwnedMutexGuard<()>>,
}

impl Carried {
    async fn carry(mut self, first: Input) {
        self.run(first).await;
        // Closed first: an order that comes now is refused, and handed to a new task.
        self.inputs.close();
        while let Ok(order) = self.inputs.try_recv() {
            self.run(order).await;
        }
    }

    async fn run(&mut self, first: Input) {
        let mut commands = self.handle(first).await;
        while let Some(command) = commands.pop_front() {
            if let Some(input) = self.execute(command).await {
                // What was still to be done belongs to a state that is over.
                commands = self.handle(input).await;
            }
        }
    }

    async fn handle(&mut self, input: Input) -> VecDeque<Command> {
        // Before the machine decides: nobody else may write between its look and its request.
        if self.turn.is_none() && !matches!(input, Input::Looked(_)) {
            self.turn = Some(self.core.turn.clone().lock_owned().await);
        }
        let commands = self.machine.handle(self.core.now(), input);
        if !self.machine.is_writing() {
            self.turn = None;
        } else if self.turn.is_none() {
            self.turn = Some(self.core.turn.clone().lock_owned().await);
        }
        let shown = self.machine.past_state();
        self.core
            .live()
            .insert(self.machine.state().id.clone(), shown);
        commands.into()
    }

    async fn execute(&mut self, command: Command) -> Option<Input> {
        match command {
            Command::Record(event) => self.record(event).await,
            Command::Report(report) => self.tell(report).await,
            Command::Return(proposal) => self.back_to_the_dialog(proposal).await,
            Command::Observe(sight) => Some(Input::Looked(look(&self.core, &sight).await)),
            Command::Write(intent) => Some(self.write(*intent).await),
            Command::ReadBack { sight, at } => {
                self.sleep_until(at).await;
                Some(Input::Looked(look(&self.core, &sight).await))
            }
            Command::Verify { sight, at, .. } => Some(self.verify(&sight, at).await),
            Command::Pause { until } => {
                self.sleep_until(until).await;
                Some(Input::Woken)
            }
        }
    }

    async fn record(&mut self, event: Event) -> Option<Input> {
        let at = self.core.now().wall;
        let kept = match event {
            Event::Opened { .. } => {
                self.pen
                    .begin(self.machine.state().id.clone(), event, at)
                    .await
            }
            event => self.pen.record(event, at).await,
        };
        match kept {
            Ok(kept) => {
                self.tell_where(kept).await;
                None
            }
            Err(fault) => Some(Input::JournalFailed(fault)),
        }
    }

    async fn tell_where(&self, kept: Kept) {
        if let Kept::Aside(fault) = kept {
            self.core.tell(Report::JournalBroken(fault)).await;
        }
    }

    async fn tell(&self, report: Report) -> Option<Input> {
        let taken = matches!(
            &report,
            Report::Progress {
                progress: Progress::Done { .. },
                ..
            }
        );
        self.core.tell(report).await;
        if taken {
            super::inspect::tell_history(&self.core).await;
        }
        None
    }

    async fn back_to_the_dialog(&self, proposal: Box<Proposal>) -> Option<Input> {
        match boxed(self.core.aws.observe(&proposal.subject)).await {
            Ok(now) => {
                self.core
                    .tell(Report::Changed {
                        proposal,
                        now: Box::new(now),
                    })
                    .await;
            }
            Err(fault) => self.core.fail(None, proposal.summary, fault).await,
        }
        None
    }

    async fn write(&mut self, intent: Intent) -> Input {
        let (permit, kept) = match self.pen.send(intent, self.core.now().wall).await {
            Ok(sent) => sent,
            Err(fault) => return Input::JournalFailed(fault),
        };
        self.tell_where(kept).await;
        crash::point("carrier.send");
        let left = self.core.now().mono;
        let outcome = send(&self.core.aws, permit).await;
        crash::point("carrier.answered");
        Input::Answered {
            outcome,
            took: self.core.now().mono.saturating_sub(left),
        }
    }

    /// An order to undo or keep may come in while an effect is awaited.
    async fn verify(&mut self, sight: &Sight, at: Duration) -> Input {
        let wait = at.saturating_sub(self.core.now().mono);
        tokio::select! {
            biased;
            Some(order) = self.inputs.recv() => order,
            () = tokio::time::sleep(wait) => Input::Looked(look(&self.core, sight).await),
        }
    }

    async fn sleep_until(&self, at: Duration) {
        tokio::time::sleep(at.saturating_sub(self.core.now().mono)).await;
    }
}

/// The compiler proves a borrowing read `Send` only where it is boxed.
fn boxed<'a, T>(
    read: impl Future<Output = T> + Send + 'a,
) -> Pin<Box<dyn Future<Output = T> + Send + 'a>> {
    Box::pin(read)
}

/// A fresh look, outside the call budget.
pub async fn look(core: &Core, sight: &Sight) -> Result<Look, Fault> {
    match sight {
        Sight::Target(target) => look_at(core, target, None).await,
        Sight::Step(Step::Set(change)) => look_at(core, &change.target, changing(change)).await,
        Sight::Step(Step::Create(backup)) => boxed(core.aws.look_for(backup)).await,
    }
}

/// The one value of a web ACL that the step changes.
fn changing(change: &Change) -> Option<Field> {
    change
        .fields
        .iter()
        .map(|f| f.field)
        .find(|f| matches!(f, Field::Action | Field::Limit))
}

/// A target's count is kept by its service: it is read with the bounds, for the undo.
async fn look_at(core: &Core, target: &Target, changing: Option<Field>) -> Result<Look, Fault> {
    let mut look = boxed(core.aws.look(target, changing)).await?;
    if let (Target::Scalable(_), Some(reading), Some(running)) =
        (target, &mut look.reading, look.running)
    {
        reading.insert(Field::Desired, Value::Count(u64::from(running.desired)));
    }
    Ok(look)
}

/// A summary for a session that has none.
pub fn unnamed() -> Text {
    Text::fixed("the journal")
}
