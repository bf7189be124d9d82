//! What is wrong with a filter, and where.

use crate::domain::fault::{Fault, FaultKind};

/// A filter that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The character at which it goes wrong, counted from 1; one more than there are where it ends too early.
    pub at: usize,
    /// What should stand there, or what is wrong with what does.
    pub expected: String,
    /// What to do.
    pub mend: String,
}

impl Mistake {
    pub(super) fn new(at: usize, expected: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            at,
            expected: expected.into(),
            mend: mend.into(),
        }
    }
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "The filter goes wrong at character {}: {}",
            self.at, self.expected
        )
    }
}

impl std::error::Error for Mistake {}

impl From<Mistake> for Fault {
    fn from(mistake: Mistake) -> Self {
        Self::new(FaultKind::Usage, mistake.to_string())
            .means("The filter is as it was")
            .next(mistake.mend)
    }
}
