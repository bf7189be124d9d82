//! Following a session: what is new goes to standard error, until what was waited for is there.

use super::progress;
use super::start::said_no;
use crate::cli::{Failure, Streams, say};
use crate::domain::fault::FaultKind;
use crate::domain::ids::SessionId;
use crate::journal;
use crate::runtime::guard::talk::{self, Follow};
use crate::session::ask::Ask;
use crate::session::conductor;
use crate::session::load_test::Stage;
use crate::session::snapshot::{Kind, Snapshot, Standing};
use std::path::Path;

/// Attaches, asks what is to be asked, and follows until it is `over`.
pub(super) fn follow(
    dir: &Path,
    id: &SessionId,
    ask: Option<Ask>,
    io: &mut Streams<'_>,
    over: fn(&Snapshot) -> bool,
) -> Result<Snapshot, Failure> {
    let mut before: Option<Snapshot> = None;
    let mut broken = None;
    let followed = talk::follow(dir, id, &by(), ask, |now| {
        let mut lines = progress::news(before.as_ref(), now).into_iter();
        let told = lines.try_for_each(|line| writeln!(io.err, "{line}"));
        before = Some(now.clone());
        broken = told.err();
        if broken.is_some() || over(now) {
            Follow::Done
        } else {
            Follow::On
        }
    });
    match broken {
        Some(error) => Err(error.into()),
        None => Ok(followed?),
    }
}

/// Who asks.
pub(super) fn by() -> String {
    conductor::name(&journal::actor())
}

/// Why a session could not be followed, said; a guard that is gone or hangs leaves it in doubt.
pub(super) fn lost(failure: Failure, io: &mut Streams<'_>) -> Result<u8, Failure> {
    let Failure::Faults(faults) = failure else {
        return Err(failure);
    };
    let gone = |kind| matches!(kind, FaultKind::Missing | FaultKind::TimedOut);
    match faults.as_slice() {
        [fault] if !gone(fault.kind) => said_no(fault, io),
        _ => {
            say::faults(&faults, io.err)?;
            Ok(super::DOUBT)
        }
    }
}

/// Closed, to be decided, or nothing left but what drains.
pub(super) fn is_over(now: &Snapshot) -> bool {
    let nets = [Kind::Lock, Kind::Timer, Kind::Backup];
    let mut sizes = now.steps.iter().filter(|s| !nets.contains(&s.kind));
    let drains = sizes.clone().any(|s| s.standing == Standing::Draining);
    match now.stage {
        Stage::Closed | Stage::Halted => true,
        Stage::Reverting => drains && sizes.all(|s| rests(s.standing)),
        Stage::Applying | Stage::Running => false,
    }
}

/// Nothing more is done with it until something drains.
fn rests(standing: Standing) -> bool {
    use Standing::{Conflict, Draining, Kept, Reverted, Skipped, Waiting};
    matches!(
        standing,
        Conflict | Draining | Kept | Reverted | Skipped | Waiting
    )
}

pub(super) fn runs(now: &Snapshot) -> bool {
    matches!(now.stage, Stage::Running | Stage::Halted | Stage::Closed)
}
