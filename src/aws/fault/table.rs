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
        &["WAFNonexistentItemException"],
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
            "WAFTagOperationInternalErrorException",
            "HealthUnavailable",
        ],
        Server,
        "",
        "",
    ),
];

/// A fault cannot know what is on the screen, nor who asks again: the pane says that.
pub(super) const THEIRS: &str = "nothing is wrong with the request";
pub(super) const WAIT: &str =
    "wait a little; where it lasts, look at AWS's health page for this region";
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
            fault.means = Text::fixed(THEIRS);
            fault.next = Text::fixed(WAIT);
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
mod tests;
