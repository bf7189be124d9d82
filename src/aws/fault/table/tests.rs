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

/// A service's codes as they stand on the wire, with their status.
type Codes = &'static [(&'static str, u16, FaultKind)];

/// One case for each code that aws-facts.md names for a service we call (§1.2–1.11, §3.4.6, appendix A), written out
/// so that a row cannot drift.
const CASES: &[(&str, Codes)] = &[
    (
        "any:Call",
        &[
            ("AccessDenied", 403, Denied),
            ("AccessDeniedException", 400, Denied),
            ("UnauthorizedOperation", 403, Denied),
            ("AuthorizationError", 403, Denied),
            ("ExpiredToken", 403, Credentials),
            ("ExpiredTokenException", 400, Credentials),
            ("InvalidClientTokenId", 403, Credentials),
            ("UnrecognizedClientException", 400, Credentials),
            ("AuthFailure", 401, Credentials),
            ("SignatureDoesNotMatch", 403, Credentials),
            ("InvalidSignatureException", 400, Credentials),
            ("IncompleteSignature", 400, Credentials),
            ("MissingAuthenticationToken", 403, Credentials),
            ("RequestTimeTooSkewed", 403, Credentials),
            ("RequestExpired", 400, Credentials),
            ("OptInRequired", 403, Refused),
            ("Throttling", 400, Throttled),
            ("ThrottlingException", 400, Throttled),
            ("ThrottledException", 400, Throttled),
            ("RequestThrottled", 400, Throttled),
            ("RequestThrottledException", 400, Throttled),
            ("TooManyRequestsException", 400, Throttled),
            ("RequestLimitExceeded", 503, Throttled),
            ("BandwidthLimitExceeded", 400, Throttled),
            ("ProvisionedThroughputExceededException", 400, Throttled),
            ("PriorRequestNotComplete", 400, Throttled),
            ("EC2ThrottledException", 400, Throttled),
            ("TransactionInProgressException", 400, Throttled),
            ("SlowDown", 503, Throttled),
            ("InternalFailure", 500, Server),
            ("InternalError", 500, Server),
            ("InternalServerError", 500, Server),
            ("ServiceUnavailable", 503, Server),
            ("InvalidAction", 400, Refused),
            ("UnknownOperationException", 400, Refused),
        ],
    ),
    (
        "ecs:UpdateService",
        &[
            ("ServerException", 500, Server),
            ("ClientException", 400, Refused),
            ("InvalidParameterException", 400, Refused),
            ("ClusterNotFoundException", 400, Missing),
            ("ServiceNotFoundException", 400, Missing),
            ("ServiceNotActiveException", 400, Missing),
            ("NamespaceNotFoundException", 400, Missing),
            ("PlatformUnknownException", 400, Refused),
            (
                "PlatformTaskDefinitionIncompatibilityException",
                400,
                Refused,
            ),
            ("UnsupportedFeatureException", 400, Refused),
        ],
    ),
    (
        "application-autoscaling:RegisterScalableTarget",
        &[
            ("ValidationException", 400, Refused),
            ("InvalidNextTokenException", 400, Conflict),
            ("ConcurrentUpdateException", 500, Conflict),
            ("InternalServiceException", 500, Server),
            ("FailedResourceAccessException", 400, Denied),
            ("LimitExceededException", 400, Refused),
            ("ObjectNotFoundException", 400, Missing),
        ],
    ),
    (
        "autoscaling:UpdateAutoScalingGroup",
        &[
            ("ValidationError", 400, Refused),
            ("InvalidNextToken", 400, Conflict),
            ("ResourceContention", 500, Conflict),
            ("ResourceInUse", 400, Conflict),
            ("ScalingActivityInProgress", 400, Conflict),
            ("ServiceLinkedRoleFailure", 500, Server),
            ("LimitExceeded", 400, Refused),
            ("AlreadyExists", 400, Refused),
        ],
    ),
    (
        "wafv2:UpdateWebACL",
        &[
            ("WAFOptimisticLockException", 400, Conflict),
            ("WAFUnavailableEntityException", 400, Conflict),
            ("WAFInternalErrorException", 500, Server),
            ("WAFInvalidParameterException", 400, Refused),
            ("WAFExpiredManagedRuleGroupVersionException", 400, Refused),
            ("WAFConfigurationWarningException", 400, Refused),
            ("WAFFeatureNotIncludedInPricingPlanException", 400, Refused),
            ("WAFLimitsExceededException", 400, Refused),
            ("WAFInvalidResourceException", 400, Refused),
            ("WAFSubscriptionNotFoundException", 400, Missing),
            ("WAFInvalidOperationException", 400, Refused),
            ("WAFNonexistentItemException", 400, Missing),
            ("WAFDuplicateItemException", 400, Refused),
            ("WAFUnsupportedAggregateKeyTypeException", 400, Refused),
            ("WAFTagOperationException", 400, Refused),
            ("WAFTagOperationInternalErrorException", 500, Server),
        ],
    ),
    (
        "rds:CreateDBSnapshot",
        &[
            ("DBInstanceNotFound", 404, Missing),
            ("DBClusterNotFoundFault", 404, Missing),
            ("DBSnapshotNotFound", 404, Missing),
            ("DBClusterSnapshotNotFoundFault", 404, Missing),
            ("SnapshotQuotaExceeded", 400, Refused),
            ("InvalidDBInstanceState", 400, Refused),
            ("InvalidDBClusterStateFault", 400, Refused),
            ("InvalidDBClusterSnapshotStateFault", 400, Refused),
            ("DBSnapshotAlreadyExists", 400, Refused),
            ("DBClusterSnapshotAlreadyExistsFault", 400, Refused),
        ],
    ),
    (
        "logs:FilterLogEvents",
        &[
            ("InvalidParameterException", 400, Refused),
            ("InvalidOperationException", 400, Refused),
            ("ResourceNotFoundException", 400, Missing),
            ("ServiceUnavailableException", 500, Server),
            ("LimitExceededException", 400, Refused),
        ],
    ),
    (
        "cloudwatch:GetMetricData",
        &[
            ("InvalidNextToken", 400, Conflict),
            ("InvalidParameterValue", 400, Refused),
            ("InvalidParameterCombination", 400, Refused),
            ("MissingParameter", 400, Refused),
            ("InternalServiceError", 500, Server),
            ("InternalServiceFault", 500, Server),
        ],
    ),
    (
        "elasticloadbalancing:DescribeTargetHealth",
        &[
            ("LoadBalancerNotFound", 400, Missing),
            ("TargetGroupNotFound", 400, Missing),
            ("InvalidTarget", 400, Refused),
            ("HealthUnavailable", 500, Server),
        ],
    ),
    (
        "sts:AssumeRole",
        &[
            ("MalformedPolicyDocument", 400, Refused),
            ("PackedPolicyTooLarge", 400, Refused),
            ("RegionDisabledException", 403, Refused),
        ],
    ),
    (
        "cloudfront:ListDistributionsByWebACLId",
        &[
            ("InvalidArgument", 400, Refused),
            ("InvalidWebACLId", 400, Refused),
            ("NoSuchDistribution", 404, Missing),
        ],
    ),
];

#[test]
fn each_code_of_each_service_is_what_aws_means_by_it_and_names_the_call() {
    for (action, codes) in CASES {
        for (code, status, kind) in *codes {
            let said = Said {
                code,
                message: Some("their words"),
                status: *status,
            };
            let fault = fault(&Place::default(), action, &said);
            assert_eq!(fault.kind, *kind, "{action} {code}");
            assert_eq!(fault.code, Some(Text::clean(code)));
            let what = fault.what.as_str();
            assert!(
                what.contains(action) || what.contains(code),
                "{code}: {what}"
            );
            let retold = *kind == Refused && what.contains("their words");
            assert!(
                retold || !fault.means.as_str().is_empty() || *kind == Missing,
                "{code} says what it means"
            );
        }
    }
}

#[test]
fn each_code_of_the_table_has_a_case() {
    let cased = |code: &str| {
        let mut all = CASES.iter().flat_map(|(_, codes)| codes.iter());
        all.any(|(case, ..)| same(case, code))
    };
    for row in TABLE {
        assert!(row.codes.iter().any(|code| cased(code)), "{:?}", row.codes);
    }
}

/// The query services' codes lose the end that their shapes have.
fn same(a: &str, b: &str) -> bool {
    let bare = |code: &str| {
        let cut = code
            .strip_suffix("Exception")
            .or(code.strip_suffix("Fault"));
        cut.unwrap_or(code).to_owned()
    };
    bare(a) == bare(b)
}

#[test]
fn no_fault_speaks_of_what_is_on_the_screen() {
    for (action, codes) in CASES {
        for (code, status, _) in *codes {
            let said = Said {
                code,
                message: None,
                status: *status,
            };
            let line = fault(&Place::default(), action, &said).line();
            assert!(!line.as_str().contains("what you see"), "{line}");
        }
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
