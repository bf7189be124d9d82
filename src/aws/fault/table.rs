//! The table: AWS's error code → kind, what it means, what to do.

use super::super::client::Place;
use super::shortened;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::text::Text;
use FaultKind::{Conflict, Credentials, Denied, Missing, Refused, Server, Throttled};

/// What AWS said.
pub(super) struct Said<'a> {
    pub(super) code: &'a str,
    pub(super) message: Option<&'a str>,
    pub(super) status: u16,
}

/// One row: codes that mean the same.
struct Row {
    codes: &'static [&'static str],
    kind: FaultKind,
    means: &'static str,
    next: &'static str,
}

const fn row(
    codes: &'static [&'static str],
    kind: FaultKind,
    means: &'static str,
    next: &'static str,
) -> Row {
    Row {
        codes,
        kind,
        means,
        next,
    }
}

/// Codes of one service's own beside the ones all share (aws-facts.md §1.2–1.7, §3.4.6, §7.6).
static TABLE: &[Row] = &[
    row(
        &[
            "AccessDenied",
            "AccessDeniedException",
            "UnauthorizedOperation",
            "UnauthorizedException",
            "AuthorizationError",
            "AuthorizationErrorException",
            "NotAuthorized",
            "FailedResourceAccessException",
        ],
        Denied,
        "",
        "",
    ),
    row(
        &[
            "ExpiredToken",
            "ExpiredTokenException",
            "TokenRefreshRequired",
        ],
        Credentials,
        "the credentials have expired",
        "",
    ),
    row(
        &[
            "InvalidClientTokenId",
            "UnrecognizedClientException",
            "AuthFailure",
            "InvalidAccessKeyId",
        ],
        Credentials,
        "AWS does not know these credentials (or the region is not enabled for the account)",
        "",
    ),
    row(
        &[
            "SignatureDoesNotMatch",
            "InvalidSignatureException",
            "IncompleteSignature",
            "IncompleteSignatureException",
        ],
        Credentials,
        "the secret key does not belong to the access key, or something on the way changed the request",
        "",
    ),
    row(
        &[
            "MissingAuthenticationToken",
            "MissingAuthenticationTokenException",
        ],
        Credentials,
        "the request carried no credentials",
        "",
    ),
    row(
        &[
            "RequestTimeTooSkewed",
            "RequestExpired",
            "RequestInTheFuture",
        ],
        Credentials,
        SKEW,
        SET_CLOCK,
    ),
    row(
        &[
            "Throttling",
            "ThrottlingException",
            "ThrottledException",
            "RequestThrottled",
            "RequestThrottledException",
            "TooManyRequestsException",
            "RequestLimitExceeded",
            "SlowDown",
            "BandwidthLimitExceeded",
            "ProvisionedThroughputExceededException",
            "PriorRequestNotComplete",
            "EC2ThrottledException",
            "TransactionInProgressException",
        ],
        Throttled,
        "others in the account share this limit",
        "polling slows down by itself",
    ),
    row(
        &["WAFOptimisticLockException"],
        Conflict,
        "somebody else changed the web ACL since it was read; nothing was written",
        "look at it again, then repeat",
    ),
    row(
        &["ConcurrentUpdateException"],
        Conflict,
        "another change of this target is still under way; nothing was changed",
        "try again in some seconds",
    ),
    row(
        &[
            "ScalingActivityInProgress",
            "ScalingActivityInProgressFault",
        ],
        Conflict,
        "the group is in the middle of a scaling activity",
        "try again when it is done",
    ),
    row(
        &[
            "ResourceContention",
            "ResourceContentionFault",
            "ResourceInUse",
            "ResourceInUseFault",
            "ConflictException",
            "OperationAbortedException",
            "TooManyUpdates",
        ],
        Conflict,
        "another change is under way",
        "try again in some seconds",
    ),
    row(
        &["WAFUnavailableEntityException"],
        Conflict,
        "something the web ACL refers to is still spreading; nothing was written",
        "try again in some seconds",
    ),
    row(
        &["WAFExpiredManagedRuleGroupVersionException"],
        Refused,
        "a managed rule group in the web ACL is pinned to a version that has expired: no change of the ACL is possible, an undo included",
        "choose a current version of that group first",
    ),
    row(
        &["WAFConfigurationWarningException"],
        Refused,
        "the web ACL has a rule without oversize handling",
        "add it to the rule, or tag the ACL WAF:OversizeFieldsHandlingConstraintOptOut=true",
    ),
    row(
        &["WAFFeatureNotIncludedInPricingPlanException"],
        Refused,
        "the CloudFront pricing plan does not include what the ACL would use",
        "",
    ),
    row(
        &["WAFUnsupportedAggregateKeyTypeException"],
        Refused,
        "AWS lists limited addresses only for rules that count by address",
        "",
    ),
    row(
        &[
            "WAFInvalidParameterException",
            "WAFInvalidOperationException",
            "WAFInvalidResourceException",
        ],
        Refused,
        "the web ACL is as it was",
        "",
    ),
    row(
        &[
            "InvalidDBInstanceState",
            "InvalidDBInstanceStateFault",
            "InvalidDBClusterStateFault",
            "InvalidDBClusterState",
        ],
        Refused,
        "the database is not in a state that allows it (a backup or a change is under way, or it is stopped)",
        "wait until it is available",
    ),
    row(
        &[
            "DBSnapshotAlreadyExists",
            "DBSnapshotAlreadyExistsFault",
            "DBClusterSnapshotAlreadyExistsFault",
            "DBClusterSnapshotAlreadyExists",
        ],
        Refused,
        "a snapshot of that name exists already",
        "look at the list: it may be the one just made",
    ),
    row(
        &["SnapshotQuotaExceeded", "SnapshotQuotaExceededFault"],
        Refused,
        "the account has as many manual snapshots as it may",
        "delete an old one, or ask AWS for more (quota L-272F1212)",
    ),
    row(
        &[
            "LimitExceededException",
            "LimitExceeded",
            "LimitExceededFault",
            "WAFLimitsExceededException",
        ],
        Refused,
        "a quota of the account is used up",
        "free something, or ask AWS for more",
    ),
    row(
        &["ClusterNotFoundException"],
        Missing,
        "there is no such ECS cluster in this region",
        "choose another with :cluster, or look at the region",
    ),
    row(
        &["ServiceNotFoundException", "ServiceNotActiveException"],
        Missing,
        "the service was deleted, or lives in another cluster",
        "",
    ),
    row(
        &["ObjectNotFoundException"],
        Missing,
        "there is no such scalable target, or it was deregistered",
        "",
    ),
    row(
        &["WAFNonexistentItemException", "WAFTagOperationException"],
        Missing,
        "the web ACL or rule was deleted",
        "",
    ),
    row(
        &["InvalidNextToken", "InvalidNextTokenException"],
        Conflict,
        "the list changed while it was read",
        "",
    ),
    row(
        &["OptInRequired", "SubscriptionRequiredException"],
        Refused,
        "the account is not signed up for this service",
        "",
    ),
    row(
        &[
            "UnsupportedFeatureException",
            "UnknownOperationException",
            "InvalidAction",
        ],
        Refused,
        "this region or endpoint does not have it",
        "",
    ),
    row(
        &[
            "InternalFailure",
            "InternalError",
            "InternalServiceException",
            "InternalServiceError",
            "InternalServerError",
            "ServerException",
            "ServiceUnavailable",
            "ServiceUnavailableException",
            "WAFInternalErrorException",
            "ServiceLinkedRoleFailure",
            "InternalServiceFault",
        ],
        Server,
        "",
        "",
    ),
];

const SKEW: &str = "the clock of this machine is not AWS's";
const SET_CLOCK: &str = "set it (timedatectl, chronyc makestep)";

/// The fault for what AWS said.
pub(super) fn fault(place: &Place, action: &'static str, said: &Said<'_>) -> Fault {
    let hit = TABLE.iter().find(|row| row.codes.contains(&said.code));
    let kind = hit.map_or_else(|| guess(said), |row| row.kind);
    let mut fault = Fault::new(kind, what(kind, action, said))
        .means(hit.map_or("", |row| row.means))
        .next(hit.map_or("", |row| row.next));
    match kind {
        Denied => deny(&mut fault, action, said),
        Credentials => renew(&mut fault, place, said),
        Server => {
            fault.means = Text::fixed("what you see is from before; it is asked again by itself");
        }
        _ => {}
    }
    fault.code = Some(Text::clean(said.code));
    fault
}

/// A code that is not in the table.
fn guess(said: &Said<'_>) -> FaultKind {
    let code = said.code;
    if code.contains("NotFound") || code.starts_with("NoSuch") || code.contains("Nonexistent") {
        return Missing;
    }
    if code.contains("AccessDenied") || code.contains("NotAuthorized") {
        return Denied;
    }
    if code.contains("Throttl") || said.status == 429 {
        return Throttled;
    }
    if said.status >= 500 { Server } else { Refused }
}

fn what(kind: FaultKind, action: &str, said: &Said<'_>) -> String {
    let words = said
        .message
        .filter(|m| !m.is_empty())
        .map_or_else(|| Text::clean(said.code), shortened);
    match kind {
        Denied => format!("{} is not allowed", missing_action(action, said)),
        Credentials => format!("AWS does not take the credentials ({})", said.code),
        Throttled => format!("AWS asks us to slow down with {action}"),
        Missing => format!("{action} found nothing: {words}"),
        Server => format!("AWS has trouble of its own with {action} ({})", said.code),
        _ => format!("AWS refused {action}: {words}"),
    }
}

/// The action AWS names (`… is not authorized to perform: rds:AddTagsToResource on …`), else the call's own.
fn missing_action(action: &str, said: &Said<'_>) -> Text {
    let named = said
        .message
        .and_then(|m| m.split_once("perform: "))
        .and_then(|(_, rest)| rest.split_whitespace().next());
    let fits = |name: &&str| {
        name.contains(':')
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b':' || b == b'-')
    };
    Text::clean(named.filter(fits).unwrap_or(action))
}

fn deny(fault: &mut Fault, action: &str, said: &Said<'_>) {
    let missing = missing_action(action, said);
    fault.means = said.message.map(shortened).unwrap_or_default();
    fault.next = Text::clean(&format!("ask for {missing} in the policy of this role"));
    fault.action = Some(missing);
}

fn renew(fault: &mut Fault, place: &Place, said: &Said<'_>) {
    let late = ["Signature expired", "not yet current", "Signature not yet"];
    if said
        .message
        .is_some_and(|m| late.iter().any(|part| m.contains(part)))
    {
        fault.means = Text::fixed(SKEW);
        fault.next = Text::fixed(SET_CLOCK);
    }
    if fault.next.as_str().is_empty() {
        fault.next = renewal(place);
    }
}

/// How credentials are renewed here.
pub(super) fn renewal(place: &Place) -> Text {
    match &place.profile {
        Some(profile) => {
            let name = profile.text();
            Text::clean(&format!(
                "renew them: `aws sso login --profile {name}`, or new keys for the profile {name}"
            ))
        }
        None => Text::fixed(
            "renew them: `aws sso login`, new keys in the environment, or choose a profile with --profile",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(code: &str, status: u16) -> Fault {
        let said = Said {
            code,
            message: Some("their words"),
            status,
        };
        fault(&Place::default(), "ecs:UpdateService", &said)
    }

    #[test]
    fn no_code_stands_in_two_rows() {
        let all: Vec<&str> = TABLE.iter().flat_map(|row| row.codes).copied().collect();
        let distinct: std::collections::BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(all.len(), distinct.len());
    }

    #[test]
    fn each_code_of_the_table_becomes_its_kind_with_sentences() {
        for row in TABLE {
            for code in row.codes {
                let fault = seen(code, 400);
                assert_eq!(fault.kind, row.kind, "{code}");
                assert_eq!(fault.code, Some(Text::clean(code)));
                assert!(
                    !fault.means.as_str().is_empty() || row.kind == Refused,
                    "{code} means something"
                );
                assert!(!fault.what.as_str().ends_with('.'), "{code}");
            }
        }
    }

    /// One case per code that matters, written out, so that a row cannot drift.
    #[test]
    fn codes_mean_what_aws_means_by_them() {
        let cases = [
            ("AccessDeniedException", Denied),
            ("AccessDenied", Denied),
            ("UnauthorizedOperation", Denied),
            ("AuthorizationError", Denied),
            ("FailedResourceAccessException", Denied),
            ("ExpiredToken", Credentials),
            ("ExpiredTokenException", Credentials),
            ("InvalidClientTokenId", Credentials),
            ("UnrecognizedClientException", Credentials),
            ("SignatureDoesNotMatch", Credentials),
            ("InvalidSignatureException", Credentials),
            ("RequestTimeTooSkewed", Credentials),
            ("RequestExpired", Credentials),
            ("MissingAuthenticationToken", Credentials),
            ("Throttling", Throttled),
            ("ThrottlingException", Throttled),
            ("TooManyRequestsException", Throttled),
            ("RequestLimitExceeded", Throttled),
            ("SlowDown", Throttled),
            ("WAFOptimisticLockException", Conflict),
            ("WAFUnavailableEntityException", Conflict),
            ("ConcurrentUpdateException", Conflict),
            ("ScalingActivityInProgress", Conflict),
            ("ResourceContention", Conflict),
            ("WAFInvalidParameterException", Refused),
            ("WAFExpiredManagedRuleGroupVersionException", Refused),
            ("WAFConfigurationWarningException", Refused),
            ("WAFFeatureNotIncludedInPricingPlanException", Refused),
            ("WAFLimitsExceededException", Refused),
            ("WAFInvalidResourceException", Refused),
            ("WAFInvalidOperationException", Refused),
            ("WAFSubscriptionNotFoundException", Missing),
            ("WAFNonexistentItemException", Missing),
            ("WAFDuplicateItemException", Refused),
            ("WAFInternalErrorException", Server),
            ("WAFUnsupportedAggregateKeyTypeException", Refused),
            ("InvalidDBInstanceState", Refused),
            ("InvalidDBClusterStateFault", Refused),
            ("SnapshotQuotaExceeded", Refused),
            ("DBSnapshotAlreadyExists", Refused),
            ("DBClusterSnapshotAlreadyExistsFault", Refused),
            ("DBInstanceNotFound", Missing),
            ("DBClusterNotFoundFault", Missing),
            ("DBSnapshotNotFound", Missing),
            ("ValidationException", Refused),
            ("ValidationError", Refused),
            ("LimitExceededException", Refused),
            ("ObjectNotFoundException", Missing),
            ("InvalidParameterException", Refused),
            ("ClientException", Refused),
            ("ClusterNotFoundException", Missing),
            ("ServiceNotFoundException", Missing),
            ("ServiceNotActiveException", Missing),
            ("UnsupportedFeatureException", Refused),
            ("ResourceNotFoundException", Missing),
            ("TargetGroupNotFound", Missing),
            ("NoSuchDistribution", Missing),
            ("InternalServiceException", Server),
            ("ServiceUnavailable", Server),
        ];
        for (code, kind) in cases {
            assert_eq!(seen(code, 400).kind, kind, "{code}");
        }
    }

    #[test]
    fn an_unknown_code_is_judged_by_its_status() {
        assert_eq!(seen("Weird", 400).kind, Refused);
        assert_eq!(seen("Weird", 503).kind, Server);
        assert_eq!(seen("Weird", 429).kind, Throttled);
    }

    #[test]
    fn a_denial_names_the_action_that_aws_names() {
        let message = "User: arn:aws:sts::1:assumed-role/a/b is not authorized to perform: rds:AddTagsToResource on resource: x";
        let said = Said {
            code: "AccessDenied",
            message: Some(message),
            status: 403,
        };
        let denied = fault(&Place::default(), "rds:CreateDBSnapshot", &said);
        assert_eq!(denied.action, Some(Text::fixed("rds:AddTagsToResource")));
        assert!(
            denied.next.as_str().contains("rds:AddTagsToResource"),
            "{denied}"
        );
        assert_eq!(
            seen("AccessDenied", 403).action,
            Some(Text::fixed("ecs:UpdateService"))
        );
    }

    #[test]
    fn expired_credentials_say_how_to_renew_them_for_the_profile() {
        let place = Place {
            profile: Some("prod".into()),
            endpoint: None,
        };
        let said = Said {
            code: "ExpiredTokenException",
            message: None,
            status: 400,
        };
        let expired = fault(&place, "ecs:ListServices", &said);
        assert!(
            expired
                .next
                .as_str()
                .contains("aws sso login --profile prod"),
            "{expired}"
        );
    }

    #[test]
    fn a_skewed_clock_is_told_from_a_wrong_key() {
        let message = "Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z";
        let said = Said {
            code: "InvalidSignatureException",
            message: Some(message),
            status: 400,
        };
        let skewed = fault(&Place::default(), "ecs:ListServices", &said);
        assert!(
            skewed.means.as_str().contains("clock") && skewed.next.as_str().contains("timedatectl"),
            "{skewed}"
        );
        assert!(
            !seen("InvalidSignatureException", 400)
                .means
                .as_str()
                .contains("clock")
        );
    }

    #[test]
    fn long_words_are_cut() {
        let message = "x".repeat(5_000);
        let said = Said {
            code: "ValidationException",
            message: Some(&message),
            status: 400,
        };
        assert!(
            fault(&Place::default(), "ecs:UpdateService", &said)
                .what
                .as_str()
                .len()
                < 400
        );
    }
}
