//! IAM's own judgement of what the caller may do (`iam:SimulatePrincipalPolicy`).

use super::Aws;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::Arn;
use crate::session::permission::{Answer, Needs};
use aws_sdk_iam::types::{EvaluationResult, PolicyEvaluationDecisionType};
use std::collections::BTreeSet;

impl Aws {
    /// What of `needs` the caller may not do. Policies of the organization and session policies are not
    /// part of IAM's answer.
    pub async fn permissions(&self, caller: &Arn, needs: &Needs) -> Answer {
        match self.simulated(caller, needs).await {
            Ok(answer) => answer,
            Err(fault) => Answer::Unseen(fault),
        }
    }

    async fn simulated(&self, caller: &Arn, needs: &Needs) -> Result<Answer, Fault> {
        let (mut missing, mut unsure) = (BTreeSet::new(), BTreeSet::new());
        let Some(source) = policy_source(caller.as_str())? else {
            return Ok(Answer::Looked { missing, unsure });
        };
        for (arn, actions) in needs {
            self.gate.pass().await;
            let asked = self.shared.iam.simulate_principal_policy();
            let asked = asked
                .policy_source_arn(&source)
                .resource_arns(arn)
                .set_action_names(Some(actions.iter().map(|a| (*a).to_owned()).collect()));
            let answer = asked.send().await;
            let answer = answer.map_err(self.fault("iam:SimulatePrincipalPolicy"))?;
            for result in answer.evaluation_results() {
                let said = format!("{} on {arn}", result.eval_action_name());
                match judged(result) {
                    Judged::Allowed => {}
                    Judged::Unsure => drop(unsure.insert(said)),
                    Judged::Denied => drop(missing.insert(said)),
                }
            }
        }
        Ok(Answer::Looked { missing, unsure })
    }
}

enum Judged {
    Allowed,
    /// A condition asks for what only the request itself will tell.
    Unsure,
    Denied,
}

fn judged(result: &EvaluationResult) -> Judged {
    match result.eval_decision() {
        PolicyEvaluationDecisionType::Allowed => Judged::Allowed,
        PolicyEvaluationDecisionType::ImplicitDeny
            if !result.missing_context_values().is_empty() =>
        {
            Judged::Unsure
        }
        _ => Judged::Denied,
    }
}

/// Whose policies are looked at: of a role's session the role's. `None`: the account's root, which may
/// do everything. A role with a path cannot be named from its session's ARN.
fn policy_source(caller: &str) -> Result<Option<String>, Fault> {
    let parts: Vec<&str> = caller.splitn(6, ':').collect();
    let [_, partition, service, _, account, who] = parts.as_slice() else {
        return Err(unknown(caller));
    };
    match (*service, who.split('/').collect::<Vec<_>>().as_slice()) {
        ("iam", ["root"]) => Ok(None),
        ("iam", ["user" | "role", ..]) => Ok(Some(caller.to_owned())),
        ("sts", ["assumed-role", role, ..]) => {
            Ok(Some(format!("arn:{partition}:iam::{account}:role/{role}")))
        }
        _ => Err(unknown(caller)),
    }
}

fn unknown(caller: &str) -> Fault {
    Fault::new(
        FaultKind::Refused,
        format!("IAM has no policies of its own for {caller}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policies_are_those_of_the_user_or_of_the_role_behind_a_session() {
        let of = |caller: &str| policy_source(caller).ok().flatten();
        let user = "arn:aws:iam::1:user/ops/alice";
        assert_eq!(of(user).as_deref(), Some(user));
        assert_eq!(
            of("arn:aws-cn:sts::1:assumed-role/ops/alice").as_deref(),
            Some("arn:aws-cn:iam::1:role/ops")
        );
        assert_eq!(policy_source("arn:aws:iam::1:root"), Ok(None));
        assert!(policy_source("arn:aws:sts::1:federated-user/bob").is_err());
        assert!(policy_source("alice").is_err());
    }
}
