//! Lines on their way to a file: read by a worker, over a snapshot.

use crate::logs::snapshot::Snapshot;
use crate::logs::written::Which;

/// What is to be written.
#[derive(Clone, Debug)]
pub struct Saving {
    /// Of the file.
    pub name: String,
    /// What the operator is told of the lines then: `34 lines (5,678 in memory)`.
    pub what: String,
    pub which: Which,
    pub snapshot: Snapshot,
}

/// Two write the same where they say so: snapshots are not compared.
impl PartialEq for Saving {
    fn eq(&self, other: &Self) -> bool {
        let said = |of: &Self| (of.name.clone(), of.what.clone(), of.which);
        said(self) == said(other)
    }
}

impl Saving {
    /// Line by line: all of them as one text would take as much memory again.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        self.snapshot.written(self.which)
    }
}
