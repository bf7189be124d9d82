//! IAM: what the account is called, and what its one operator may do, which is everything.

use super::World;
use crate::sim::call::{Answer, Refusal, Service};
use crate::sim::value::{Value, list, map};

/// Stands beside the account's number.
const ALIAS: &str = "orchard-sim";

/// Answers one operation.
pub fn handle(_world: &mut World, operation: &str, input: &Value) -> Answer {
    match operation {
        "ListAccountAliases" => Ok(map! {
            "AccountAliases" => list([ALIAS]),
            "IsTruncated" => false,
        }),
        "SimulatePrincipalPolicy" => Ok(map! {
            "EvaluationResults" => list(judged(input)),
            "IsTruncated" => false,
        }),
        _ => Err(Refusal::no_operation(Service::Iam, operation)),
    }
}

/// Each action on each resource; a fault of `:demo fault denied …` is no policy.
fn judged(input: &Value) -> Vec<Value> {
    let texts = |name: &str| input.get(name).map(Value::items).unwrap_or_default();
    let resource = texts("ResourceArns").first().and_then(Value::as_text);
    let actions = texts("ActionNames").iter().filter_map(Value::as_text);
    let one = |action: &str| {
        map! {
            "EvalActionName" => action.to_owned(),
            "EvalResourceName" => resource.unwrap_or("*").to_owned(),
            "EvalDecision" => "allowed",
        }
    };
    actions.map(one).collect()
}
