//! No such session is open on this machine: it is closed, or a colleague's, or there is none.

use super::follow::by;
use super::start::said_no;
use super::talk::{Desk, RevertArgs, Which, unknown};
use super::which::Tests;
use crate::cli::args::Output;
use crate::cli::{Failure, Streams, load};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::text::Text;
use crate::model::settings::Settings;
use crate::runtime::guard::colleague::{self, End, Heard};
use crate::runtime::guard::orphan::Orphan;
use crate::session::masked::text;
use crate::session::state::SessionState;
use serde_json::json;
use std::path::Path;

pub(super) fn none_open() -> Fault {
    Fault::new(
        FaultKind::Usage,
        "No load-test session is open on this machine",
    )
    .next("tidegate session list shows those that were")
}

impl Desk<'_> {
    /// Why there is nothing here that could be asked, as clearly as it can be told.
    pub(super) fn absent(&self, dir: &Path, which: &Which) -> Fault {
        let wanted = which.session.as_deref();
        if let Some(fault) = wanted.and_then(|wanted| self.closed(wanted)) {
            return fault;
        }
        // An account that cannot be looked at tells of nobody.
        let theirs = self.theirs(dir, which).ok().flatten();
        theirs.map_or_else(
            || wanted.map_or_else(none_open, |wanted| unknown(wanted, &[])),
            |(_, orphan)| orphan.record.not_ours(orphan.silent()),
        )
    }

    /// The session that a colleague has open in this account.
    fn theirs(&self, dir: &Path, which: &Which) -> Result<Option<(Settings, Orphan)>, Failure> {
        let settings = load::all(self.arguments, self.environment)?.settings;
        let found = colleague::find(&settings, dir, which.session.as_deref())?;
        Ok(found.map(|orphan| (settings, orphan)))
    }

    /// One that was open here once.
    fn closed(&self, wanted: &str) -> Option<Fault> {
        let tests = Tests::of(self.environment).ok()?;
        let mut ended = tests.readable.iter().map(|(_, state)| state);
        ended.find(|s| s.id.as_str().starts_with(wanted)).map(over)
    }

    /// Asks the guard of a colleague's session to put everything back, and waits until it has; takes
    /// it over where nobody carries it any more.
    pub(super) fn revert_theirs(
        &self,
        dir: &Path,
        args: &RevertArgs,
        io: &mut Streams<'_>,
    ) -> Result<u8, Failure> {
        let found = self.theirs(dir, &args.which).ok().flatten();
        let Some((settings, orphan)) = found else {
            return said_no(&self.absent(dir, &args.which), io);
        };
        if args.theirs.is_some() || args.stop_tasks {
            return said_no(&decides(&orphan), io);
        }
        if orphan.is_alone() {
            return self.take_over(&settings, dir, &orphan, io);
        }
        let mut broken = None;
        let ended = colleague::put_back(&settings, dir, &orphan, by(), |heard| {
            broken = writeln!(io.err, "{}", heard_of(&orphan, heard)).err();
        });
        match (broken, ended) {
            (Some(error), _) => Err(error.into()),
            (None, Err(fault)) => said_no(&fault, io),
            (None, Ok(End::Silent(silent))) => {
                said_no(&orphan.record.not_ours(silent), io)?;
                Ok(super::DOUBT)
            }
            (None, Ok(End::Closed)) => self.tell_closed(&orphan, io),
        }
    }

    fn tell_closed(&self, orphan: &Orphan, io: &mut Streams<'_>) -> Result<u8, Failure> {
        let record = &orphan.record;
        let session = record.session.text();
        match self.output {
            Output::Json => {
                let closed = json!({
                    "session": session,
                    "plan": text(&record.plan),
                    "who": text(&record.who),
                    "host": text(&record.host),
                    "stage": "closed",
                });
                writeln!(io.out, "{closed:#}")?;
            }
            Output::Text => {
                let line = format!(
                    "{} of {} is closed; on {} `tidegate session report {session}` tells how",
                    record.plan, record.who, record.host
                );
                writeln!(io.out, "{}", Text::clean(&line))?;
            }
        }
        Ok(0)
    }
}

fn heard_of(orphan: &Orphan, heard: Heard) -> Text {
    let record = &orphan.record;
    let who = format!("the guard of {} on {}", record.who, record.host);
    Text::clean(&match heard {
        Heard::Left => format!("{who} is asked to put everything back; it looks every 20 seconds"),
        Heard::Taken => format!("{who} has heard it and puts everything back"),
    })
}

/// It was open on this machine, and is closed.
fn over(state: &SessionState) -> Fault {
    let test = state.test.as_ref();
    let closing = test.and_then(|t| t.closing).map(|c| c.to_string());
    let what = format!(
        "The session {} is closed ({})",
        state.summary,
        closing.unwrap_or_default()
    );
    Fault::new(FaultKind::Refused, what)
        .means("nothing is left in it to be changed, extended or put back")
        .next(format!("tidegate session report {}", state.id.as_str()))
}

fn decides(orphan: &Orphan) -> Fault {
    Fault::new(
        FaultKind::Refused,
        format!(
            "What becomes of conflicts and surplus tasks of {} is decided on {}",
            orphan.record.plan, orphan.record.host
        ),
    )
    .means("a request in the account says only: put everything back")
    .next("leave --theirs and --stop-tasks away, or decide there")
}
