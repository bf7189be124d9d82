//! STS: who asks. Everybody is the same operator here, whatever the keys.

use super::World;
use super::logs::uuid;
use crate::sim::account::{ACCOUNT_ID, CALLER};
use crate::sim::call::{Answer, Refusal, Service};
use crate::sim::value::{Value, map};
use jiff::SignedDuration;

/// Answers one operation.
pub fn handle(world: &mut World, operation: &str, input: &Value) -> Answer {
    match operation {
        "GetCallerIdentity" => Ok(identity()),
        "AssumeRole" => assume_role(world, input),
        "GetSessionToken" => get_session_token(world, input),
        _ => Err(Refusal::no_operation(Service::Sts, operation)),
    }
}

fn identity() -> Value {
    map! {
        "UserId" => "AIDASIMULATEDOPERATOR",
        "Account" => ACCOUNT_ID,
        "Arn" => CALLER,
    }
}

fn assume_role(world: &mut World, input: &Value) -> Answer {
    let text = |name: &str| input.get(name).and_then(Value::as_text).unwrap_or_default();
    let (role, session) = (text("RoleArn"), text("RoleSessionName"));
    let Some((_, name)) = role.split_once(":role/") else {
        return Err(invalid(format!("{role} is invalid")));
    };
    let good = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if !(2..=64).contains(&session.len()) || !session.chars().all(good) {
        return Err(invalid(format!(
            "1 validation error detected: Value '{session}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*"
        )));
    }
    let credentials = credentials(world, input, 3_600, 43_200)?;
    let name = name.rsplit('/').next().unwrap_or(name);
    let user = map! {
        "AssumedRoleId" => format!("AROASIMULATEDROLE:{session}"),
        "Arn" => format!("arn:aws:sts::{ACCOUNT_ID}:assumed-role/{name}/{session}"),
    };
    Ok(map! { "Credentials" => credentials, "AssumedRoleUser" => user, "PackedPolicySize" => 0 })
}

fn get_session_token(world: &mut World, input: &Value) -> Answer {
    Ok(map! { "Credentials" => credentials(world, input, 43_200, 129_600)? })
}

/// Keys that open nothing; 900 s is the shortest that AWS gives.
fn credentials(world: &mut World, input: &Value, usual: i64, most: i64) -> Answer {
    let seconds = input
        .get("DurationSeconds")
        .and_then(Value::as_int)
        .unwrap_or(usual);
    if !(900..=most).contains(&seconds) {
        return Err(invalid(format!(
            "1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value between 900 and {most}"
        )));
    }
    let secret = uuid(&mut world.rng).replace('-', "");
    let until = world
        .now
        .checked_add(SignedDuration::from_secs(seconds))
        .unwrap_or(world.now);
    Ok(map! {
        "AccessKeyId" => format!("ASIA{}", secret.get(..16).unwrap_or_default().to_uppercase()),
        "SecretAccessKey" => format!("{secret}simulated"),
        "SessionToken" => format!("simulated-{}", uuid(&mut world.rng)),
        "Expiration" => until,
    })
}

fn invalid(message: String) -> Refusal {
    Refusal::client("ValidationError", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::world::Config;

    #[test]
    fn keys_last_as_long_as_asked_and_no_longer_than_aws_gives() {
        let now = "2026-03-02T01:00:00Z".parse().unwrap();
        let mut world = World::new(&Config::default(), "eu-west-1", now);
        let mut ask = |seconds: i64| {
            let input = map! { "RoleArn" => "arn:aws:iam::1:role/x/ops", "RoleSessionName" => "me", "DurationSeconds" => seconds };
            handle(&mut world, "AssumeRole", &input)
        };
        let answer = ask(900).unwrap();
        let until = answer
            .get("Credentials")
            .unwrap()
            .get("Expiration")
            .unwrap()
            .as_time();
        assert_eq!(until, Some(now + SignedDuration::from_mins(15)));
        let arn = answer.get("AssumedRoleUser").unwrap().get("Arn").unwrap();
        assert_eq!(
            arn.as_text(),
            Some("arn:aws:sts::000000000000:assumed-role/ops/me")
        );
        assert_eq!(ask(899).unwrap_err().code, "ValidationError");
        assert_eq!(ask(43_201).unwrap_err().code, "ValidationError");
    }
}
