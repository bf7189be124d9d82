//! One session's task: runs the machine's commands in order, and brings the answers back.

use super::Core;
use crate::aws::apply::apply as send;
use crate::crash;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::SessionId;
use crate::domain::text::Text;
use crate::journal::{Kept, Store};
use crate::runtime::look::{boxed, look};
use crate::runtime::pen::Pen;
use crate::session::machine::{Command, Input, Intent, Machine, Sight};
use crate::session::order::{Progress, Proposal, Report};
use crate::session::record::{Event, Place};
use std::collections::VecDeque;
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
        pen: Pen::new(core.scribe.clone(), store, place),
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
    Ok((machine, Pen::of(core.scribe.clone(), store, place, writer)))
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
            Command::Observe(sight) => Some(Input::Looked(look(&self.core.aws, &sight).await)),
            Command::Write(intent) => Some(self.write(*intent).await),
            Command::ReadBack { sight, at } => {
                self.sleep_until(at).await;
                Some(Input::Looked(look(&self.core.aws, &sight).await))
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
            () = tokio::time::sleep(wait) => Input::Looked(look(&self.core.aws, sight).await),
        }
    }

    async fn sleep_until(&self, at: Duration) {
        tokio::time::sleep(at.saturating_sub(self.core.now().mono)).await;
    }
}

/// A summary for a session that has none.
pub fn unnamed() -> Text {
    Text::fixed("the journal")
}
