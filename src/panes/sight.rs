//! What an onlooker would notice in a pane: the demo's hints go by what is seen.

use crate::domain::text::Text;

/// Something worth a look.
#[derive(Clone, Debug, PartialEq)]
pub enum Sight {
    /// A service whose CPU is known, or some of whose tasks wait.
    Service {
        name: Text,
        cpu: Option<f32>,
        pending: u32,
    },
    /// A rate rule that blocks so many requests a minute.
    Blocks { rule: Text, per_minute: f64 },
    /// A backup is under way; percent where it is told.
    BackingUp(Option<u8>),
}

/// Above this a service is short of CPU: what target tracking is set to.
const SHORT: f32 = 75.0;

impl Sight {
    /// Whether it is a service that needs more tasks, or waits for them.
    pub fn is_strained(&self) -> bool {
        match self {
            Self::Service { cpu, pending, .. } => {
                *pending > 0 || cpu.is_some_and(|cpu| cpu > SHORT)
            }
            Self::Blocks { .. } | Self::BackingUp(_) => false,
        }
    }
}
