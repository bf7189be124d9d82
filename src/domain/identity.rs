//! Who we are and where.

use super::ids::{AccountId, Arn, Region};
use super::text::Text;

/// What `sts:GetCallerIdentity` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub account: AccountId,
    pub caller: Arn,
}

impl Identity {
    /// The caller as the header shows it: the ARN's last part (`alice`, or the role session's name).
    pub fn short_caller(&self) -> Text {
        let arn = self.caller.as_str();
        Text::clean(arn.rsplit('/').next().unwrap_or(arn))
    }
}

/// The account and region that a query, a change or a journal belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Scope {
    pub account: AccountId,
    pub region: Region,
}
