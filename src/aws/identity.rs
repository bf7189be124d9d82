//! STS: who we are.

use super::Aws;
use crate::domain::fault::Fault;
use crate::domain::identity::Identity;

impl Aws {
    /// `sts:GetCallerIdentity`, which needs no permission.
    pub async fn identity(&self) -> Result<Identity, Fault> {
        self.gate.pass().await;
        let answer = self.shared.sts.get_caller_identity().send().await;
        let answer = answer.map_err(self.fault("sts:GetCallerIdentity"))?;
        Ok(Identity {
            account: answer.account.unwrap_or_default().into(),
            caller: answer.arn.unwrap_or_default().into(),
        })
    }
}
