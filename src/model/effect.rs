//! Effects are imperatives: what `update` wants done outside. Data, compared in tests.

use super::query::Slot;
use super::save::Saving;
use super::settings::Settings;
use super::sift::Sift;
use super::tail::{TailMethod, Tailing};
use crate::domain::ids::SessionId;
use crate::domain::log::Window;
use crate::domain::subject::Subject;
use crate::session::ask::Ask;
use crate::session::conductor::Resume;
use crate::session::draft::Reason;
use crate::session::expiring::Expiring;
use crate::session::opening::Drafted;
use crate::session::order::Order;
use crate::session::plan::Plan;
use crate::session::shared::SharedRecord;

/// One thing for the runtime to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Read a subject fresh, outside the call budget; answered by `Report::Observed`.
    Observe(Subject),
    /// Hand an order to the carrier.
    Carry(Order),
    /// Ask the guard of the open session; answered by `TestNews::Answered`.
    Guard(Ask),
    /// Look at a plan in the account; answered by `TestNews::Drafted`.
    DraftTest(Box<Plan>),
    /// Begin it; answered by `TestNews::Started`, then snapshots come.
    StartTest {
        drafted: Box<Drafted>,
        accepted: Vec<Reason>,
    },
    /// Make a change that goes back by itself; its reports come as those of any change.
    Expire(Box<Expiring>),
    /// Take an unfinished session up, whose guard is gone.
    TakeUpTest {
        session: SessionId,
        resume: Resume,
    },
    /// Leave a request in the account for a colleague's guard to put everything back.
    RequestRevert(Box<SharedRecord>),
    /// Make the report of a session; answered by `TestNews::Report`.
    ReportTest(SessionId),
    /// Ask these queries again now.
    Refresh(Vec<Slot>),
    /// Tail this and nothing else; without sources the tail stops, and a Live Tail ends at once.
    Tail(Tailing),
    /// Read the same sources another way from now on; no line comes twice.
    TailBy(TailMethod),
    /// Leave out what lies between the newest line and now, for the sources that are behind.
    TailNow,
    /// Read older lines, instead of those asked for before; answered by `Tail::Past`.
    ReadPast(Window),
    /// Go through the lines in memory, instead of what was begun before; answered by `Message::Sifted`.
    Sift(Sift),
    /// Put text on the clipboard by OSC 52, sanitized; answered by `Message::Copied`.
    Copy(String),
    /// Write lines to a new 0600 file in the state directory; answered by `Message::Saved`.
    Save(Box<Saving>),
    /// Build the clients anew (profile, region); replies carry this epoch from now on.
    Switch {
        settings: Box<Settings>,
        epoch: super::query::Epoch,
    },
    /// Read credentials again now.
    RetryCredentials,
    /// A command to the simulated account, in words; without one there is nobody to obey.
    Demo(String),
    /// The six digits of an MFA device, for the profile whose fault asked for them.
    GiveCode(String),
    Suspend,
    Quit,
}

impl Effect {
    /// Whether something in the account may become another by it: what read-only mode drops.
    /// A note stands in the session's record alone.
    pub fn changes(&self) -> bool {
        match self {
            Self::Carry(_)
            | Self::StartTest { .. }
            | Self::Expire(_)
            | Self::TakeUpTest { .. }
            | Self::RequestRevert(_) => true,
            Self::Guard(ask) => !matches!(ask, Ask::Status | Ask::Attach | Ask::Note { .. }),
            _ => false,
        }
    }
}
