//! What a fresh look at a step's target shows.

use crate::domain::change::Reading;
use crate::domain::ids::SnapshotId;
use crate::domain::text::Text;
use crate::domain::waf::RawAcl;

/// How many there are: tasks of a service, instances of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Running {
    pub desired: u32,
    /// Tasks running, or instances in service.
    pub running: u32,
}

/// Whether something else lowers `desired` once the lower bound is gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shrinks {
    /// A policy that scales in, or ECS managed scaling.
    ByItself,
    /// It stays until somebody sets it.
    #[default]
    Never,
}

/// The web ACL around a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub raw: RawAcl,
    /// A fingerprint of everything but the one value that the step changes.
    pub rest: String,
}

/// What a look at a target found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// `None`: it is not there any more.
    pub reading: Option<Reading>,
    pub running: Option<Running>,
    pub shrinks: Shrinks,
    /// For rules only.
    pub document: Option<Document>,
    /// For backups only.
    pub snapshot: Option<Snapshot>,
}

/// A backup being made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    pub id: SnapshotId,
    pub status: Text,
    pub percent: u8,
}
