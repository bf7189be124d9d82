//! Leave to send one request.

use crate::domain::ids::SessionId;
use crate::domain::write::Write;

/// Leave to send exactly one request: its intent is durable. Made by the journal
/// alone, given away when the request is sent, neither copied nor stored.
///
/// ```compile_fail
/// fn twice(permit: tidegate::journal::Permit) {
///     let again = permit.clone();
/// }
/// ```
///
/// ```compile_fail
/// let permit = tidegate::journal::Permit { number: 1 };
/// ```
#[derive(Debug)]
#[must_use = "a permit that is not used leaves a change in doubt"]
pub struct Permit {
    session: SessionId,
    number: u64,
    write: Write,
}

impl Permit {
    pub(super) fn new(session: SessionId, number: u64, write: Write) -> Self {
        Self {
            session,
            number,
            write,
        }
    }

    /// The session whose journal holds the intent.
    pub fn session(&self) -> &SessionId {
        &self.session
    }

    /// The number of the record that says `SENT`.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// What may be sent.
    pub fn write(&self) -> &Write {
        &self.write
    }
}
