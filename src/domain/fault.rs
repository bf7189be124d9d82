//! What went wrong, said so that a person can act on it.

use super::{ids::RequestId, text::Text};

/// The classes of trouble the program treats differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// An IAM action is missing; the pane or key is disabled, not the program.
    Denied,
    /// Credentials expired, missing or refused; polling pauses until they are renewed.
    Credentials,
    /// AWS asked us to slow down.
    Throttled,
    /// Nothing answered: no route, refused, name not found, TLS.
    Unreachable,
    /// Asked, but no answer in time.
    TimedOut,
    /// AWS's own trouble (5xx).
    Server,
    /// An answer that is not what AWS would send (HTML, truncated, deep JSON).
    Garbled,
    /// The thing does not exist (any more).
    Missing,
    /// AWS or we refuse the request as it stands.
    Refused,
    /// Somebody else changed it in between.
    Conflict,
    /// The operator's input, a file or a flag.
    Usage,
    /// This machine: disk, terminal, file permissions.
    Local,
    /// A bug of ours.
    Internal,
}

/// The code of the fault that asks for the six digits of an MFA device.
pub const MFA_CODE_NEEDED: &str = "MfaCodeNeeded";

/// How read-only mode is lifted, said where it is not known who asked for it.
pub const LIFTS_READ_ONLY: &str = "start it without --read-only (and TIDEGATE_READ_ONLY); where only the profile says so, with --write";

/// One trouble: what happened — what it means — what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub kind: FaultKind,
    /// What happened, one sentence without a full stop.
    pub what: Text,
    /// What that means for the operator; may be empty.
    pub means: Text,
    /// What to do next; may be empty.
    pub next: Text,
    /// AWS's error code, for the detail.
    pub code: Option<Text>,
    /// AWS's request id, for the detail.
    pub request_id: Option<RequestId>,
    /// The IAM action that is missing, as IAM writes it (`ecs:ListServices`).
    pub action: Option<Text>,
}

/// What an answer of many reads is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Tasks,
    /// The machines that tasks run on.
    Instances,
    Containers,
    Policies,
    Scheduled,
    Activities,
    /// The instance refresh of a group.
    Refresh,
    Samples,
    /// The addresses limited now.
    Limited,
    /// What a web ACL protects.
    Resources,
}

/// A part that could not be read, and why: what is empty for that reason must not be called none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    pub part: Part,
    pub fault: Fault,
}

/// Whether this part could not be read.
pub fn is_unread(gaps: &[Gap], part: Part) -> bool {
    gaps.iter().any(|gap| gap.part == part)
}

impl Fault {
    /// A fault with its first sentence; the rest is added by the `with` calls.
    pub fn new(kind: FaultKind, what: impl AsRef<str>) -> Self {
        Self {
            kind,
            what: Text::clean(what.as_ref()),
            means: Text::default(),
            next: Text::default(),
            code: None,
            request_id: None,
            action: None,
        }
    }

    /// Adds what it means.
    #[must_use]
    pub fn means(mut self, means: impl AsRef<str>) -> Self {
        self.means = Text::clean(means.as_ref());
        self
    }

    /// Adds what to do next.
    #[must_use]
    pub fn next(mut self, next: impl AsRef<str>) -> Self {
        self.next = Text::clean(next.as_ref());
        self
    }

    /// The whole in one line: what — means — next.
    pub fn line(&self) -> Text {
        let parts = [&self.what, &self.means, &self.next];
        let said: Vec<&str> = parts
            .iter()
            .map(|t| t.as_str())
            .filter(|t| !t.is_empty())
            .collect();
        Text::clean(&said.join(" — "))
    }

    /// Whether waiting can mend it, so that polling goes on.
    pub fn passes(&self) -> bool {
        use FaultKind::{Garbled, Server, Throttled, TimedOut, Unreachable};
        matches!(
            self.kind,
            Throttled | Unreachable | TimedOut | Server | Garbled
        )
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.line().as_str())
    }
}

impl std::error::Error for Fault {}
