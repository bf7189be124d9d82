//! The reasons not to begin, each with a name; some may be accepted by it.

use crate::domain::fault::{Fault, FaultKind};
use crate::domain::subject::Observation;
use crate::domain::text::Text;
use crate::session::survey::Found;

/// Why a session does not begin.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    strum::Display,
    strum::EnumString,
    strum::EnumIter,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Reason {
    /// The plan asks for what is not there or cannot be done here.
    Mistake,
    /// It could not be looked at.
    Unseen,
    /// AWS or a rule of ours stands against it.
    Impossible,
    Locked,
    ScalingSuspended,
    FirewallManager,
    ManagedVersionExpired,
    DatabaseBusy,
    ClockSkew,
    InstanceRefresh,
    RecordTooLarge,
    DeploymentRunning,
    ForeignTimer,
    NoRoom,
    CredentialsExpire,
    NoRateTimer,
    NoDesiredTimer,
    NoSharedRecord,
}

impl Reason {
    /// Whether an operator may take it on by name.
    pub fn is_acceptable(self) -> bool {
        matches!(
            self,
            Self::DeploymentRunning
                | Self::ForeignTimer
                | Self::NoRoom
                | Self::CredentialsExpire
                | Self::NoRateTimer
                | Self::NoDesiredTimer
                | Self::NoSharedRecord
        )
    }

    /// Which reason a plan function's refusal is.
    pub(super) fn of(found: &Found, observed: &Observation) -> Self {
        match observed {
            Observation::Rule { acl, .. } if acl.firewall_manager => Self::FirewallManager,
            Observation::Rule { .. } if !found.expired.is_empty() => Self::ManagedVersionExpired,
            Observation::Database { database, .. } if !database.can_be_backed_up() => {
                Self::DatabaseBusy
            }
            Observation::Database { .. } => Self::Impossible,
            _ => Self::Mistake,
        }
    }
}

/// One reason, with what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub reason: Reason,
    /// The wish it is about, by its place in the plan; `None`: the session as a whole.
    pub wish: Option<usize>,
    pub fault: Fault,
}

/// A thing that is not there is a mistake of the plan, with the names there are; one that
/// could not be read is not.
pub(super) fn unseen(fault: &Fault, near: &[Text]) -> (Reason, Fault) {
    match fault.kind {
        FaultKind::Missing | FaultKind::Refused | FaultKind::Usage => {
            let mut fault = fault.clone();
            if fault.kind == FaultKind::Missing && !near.is_empty() {
                let names: Vec<&str> = near.iter().map(Text::as_str).collect();
                fault.next = Text::clean(&format!("there are: {}", names.join(", ")));
            }
            (Reason::Mistake, fault)
        }
        _ => (Reason::Unseen, fault.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::IntoEnumIterator;

    #[test]
    fn a_reason_has_the_name_that_accept_takes() {
        for reason in Reason::iter() {
            assert_eq!(reason.to_string().parse(), Ok(reason));
        }
        assert_eq!(Reason::NoRateTimer.to_string(), "no-rate-timer");
    }

    #[test]
    fn what_is_accepted_by_name_is_what_an_operator_can_answer_for() {
        let acceptable: Vec<String> = Reason::iter()
            .filter(|r| r.is_acceptable())
            .map(|r| r.to_string())
            .collect();
        assert_eq!(
            acceptable,
            [
                "deployment-running",
                "foreign-timer",
                "no-room",
                "credentials-expire",
                "no-rate-timer",
                "no-desired-timer",
                "no-shared-record"
            ]
        );
    }
}
