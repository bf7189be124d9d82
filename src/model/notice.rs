//! Messages to the operator: one line at the bottom, kept in a list.

use super::time::Now;
use crate::domain::fault::Fault;
use crate::domain::health::Level;
use crate::domain::text::Text;

/// One message.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    pub level: Level,
    pub text: Text,
    /// The whole story, for the detail.
    pub fault: Option<Fault>,
    pub at: Now,
}
