//! Web ACL capacity units, about as AWS counts them.

use crate::sim::value::Value;

/// What a web ACL may use at most.
pub const MOST: i64 = 5_000;

pub fn of_rule(rule: &Value) -> i64 {
    rule.get("Statement")
        .map_or(0, |statement| of_statement(statement, 0))
}

fn of_statement(statement: &Value, depth: usize) -> i64 {
    let Some((name, inner)) = statement.as_map().and_then(|members| members.0.first()) else {
        return 0;
    };
    if depth > 20 {
        return MOST + 1;
    }
    let below = |member: &str| {
        inner
            .get(member)
            .map_or(0, |inner| of_statement(inner, depth + 1))
    };
    match &**name {
        "RateBasedStatement" => 2 + below("ScopeDownStatement"),
        "ManagedRuleGroupStatement" => managed(inner) + below("ScopeDownStatement"),
        "NotStatement" => below("Statement"),
        "AndStatement" | "OrStatement" => {
            let parts = inner.get("Statements").map_or(&[][..], Value::items);
            parts.iter().map(|part| of_statement(part, depth + 1)).sum()
        }
        "ByteMatchStatement" | "RegexMatchStatement" => 10,
        "SqliMatchStatement" => 20,
        "XssMatchStatement" => 40,
        "RegexPatternSetReferenceStatement" => 25,
        "RuleGroupReferenceStatement" => 50,
        _ => 1,
    }
}

fn managed(group: &Value) -> i64 {
    let name = group.get("Name").and_then(Value::as_text);
    of_managed(name.unwrap_or_default())
}

/// Of a group that AWS keeps, by its name.
pub fn of_managed(name: &str) -> i64 {
    match name {
        "AWSManagedRulesCommonRuleSet" => 700,
        "AWSManagedRulesAdminProtectionRuleSet" => 100,
        "AWSManagedRulesKnownBadInputsRuleSet"
        | "AWSManagedRulesSQLiRuleSet"
        | "AWSManagedRulesLinuxRuleSet" => 200,
        "AWSManagedRulesAmazonIpReputationList" => 25,
        _ => 50,
    }
}
