//! Work over the lines in memory that takes longer than a frame: done by a worker,
//! over a snapshot; the newest work of a kind wins.

use crate::domain::fault::Fault;
use crate::logs::filter::Filter;
use crate::logs::order::{Entry, Order};
use crate::logs::search::Search;
use crate::logs::snapshot::Snapshot;

/// One piece of work.
#[derive(Clone, Debug)]
pub struct Sift {
    /// Which one; what was found for another is stale.
    pub id: u64,
    pub task: Task,
}

/// Two are the same work where they have the same number: snapshots are not compared.
impl PartialEq for Sift {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

/// What is to be done.
#[derive(Clone, Debug)]
pub enum Task {
    /// Find lines; answered slice by slice.
    Search(Box<Search>),
    /// Choose lines; answered once.
    Filter(Box<Filter>, Box<Snapshot>),
}

/// Work of one kind: a search never ends the choosing of lines, nor the other way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Lines are chosen before they are searched.
    Filter,
    Search,
}

impl Task {
    /// Which kind it is of.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Search(_) => Kind::Search,
            Self::Filter(..) => Kind::Filter,
        }
    }
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Sifted {
    /// More hits; `None`: that was all.
    Hits { id: u64, slice: Option<Vec<Entry>> },
    /// The lines that pass.
    Passing {
        id: u64,
        filter: Box<Filter>,
        snapshot: Box<Snapshot>,
        order: Order,
    },
    /// A bug of ours ended the work.
    Broken { id: u64, fault: Fault },
}
