//! STS and IAM: who we are, and what the account is called.

use super::Aws;
use crate::domain::fault::Fault;
use crate::domain::identity::Identity;
use crate::domain::text::Text;

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

    /// `iam:ListAccountAliases`: an account has one alias or none. It is a help for the eye, so
    /// whoever may not ask for it, or cannot reach IAM from where he is, goes without.
    pub async fn alias(&self) -> Option<Text> {
        self.gate.pass().await;
        let answer = self.shared.iam.list_account_aliases().send().await.ok()?;
        answer.account_aliases.first().map(|name| Text::clean(name))
    }
}
