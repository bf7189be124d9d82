//! The sentry at the way out: counts every attempt, and lets no write leave without a permit.
//!
//! It stands in every client. An operation that is not on the list of reads needs
//! a permit's sequence number in its configuration; in read-only mode not even
//! that helps. It decides before the request is built, so a refused one opens no
//! connection.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextRef,
    BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use aws_smithy_types::date_time::{DateTime, Format};
use jiff::Timestamp;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, PoisonError, RwLock};

/// The services we speak to, by the SDK's names.
const SERVICES: [&str; 12] = [
    "ECS",
    "Application Auto Scaling",
    "Auto Scaling",
    "WAFV2",
    "RDS",
    "CloudWatch Logs",
    "CloudWatch",
    "Elastic Load Balancing v2",
    "STS",
    "IAM",
    "CloudFront",
    "SSM",
];

/// The calls of log tails.
const TAILS: [&str; 2] = ["FilterLogEvents", "StartLiveTail"];

/// Counts what leaves: attempts per service, and the metric queries that cost money.
#[derive(Debug, Default)]
pub struct Meter {
    attempts: [AtomicU64; SERVICES.len()],
    metric_queries: AtomicU64,
    log_calls: AtomicU64,
    repeats: AtomicU64,
    /// AWS's time as the last answer told.
    date: RwLock<Option<Timestamp>>,
}

/// One reading of the [`Meter`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metered {
    /// Call attempts of each service, by the SDK's names of them.
    pub attempts: Vec<(&'static str, u64)>,
    /// `GetMetricData` queries asked; 0.01 USD per 1,000.
    pub metric_queries: u64,
    /// Attempts of log tails, which no budget paces.
    pub log_calls: u64,
    /// Attempts that the SDK made by itself after one that failed.
    pub repeats: u64,
}

impl Metered {
    /// All attempts.
    pub fn calls(&self) -> u64 {
        self.attempts.iter().map(|(_, n)| n).sum()
    }
}

impl Meter {
    /// The counts since the clients were built.
    pub fn read(&self) -> Metered {
        let counts = SERVICES.iter().zip(&self.attempts);
        Metered {
            attempts: counts.map(|(name, n)| (*name, n.load(Relaxed))).collect(),
            metric_queries: self.metric_queries.load(Relaxed),
            log_calls: self.log_calls.load(Relaxed),
            repeats: self.repeats.load(Relaxed),
        }
    }

    /// AWS's time as its last answer told, to a second.
    pub fn date(&self) -> Option<Timestamp> {
        *self.date.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in the `Date` of an answer.
    fn note_date(&self, date: &str) {
        let told = DateTime::from_str(date, Format::HttpDate);
        let told = told
            .ok()
            .and_then(|t| Timestamp::from_second(t.secs()).ok());
        if told.is_some() {
            *self.date.write().unwrap_or_else(PoisonError::into_inner) = told;
        }
    }

    /// All attempts since the clients were built.
    pub fn calls(&self) -> u64 {
        self.attempts.iter().map(|n| n.load(Relaxed)).sum()
    }

    /// Counts the queries of one `GetMetricData` call.
    pub(in crate::aws) fn add_metric_queries(&self, queries: usize) {
        self.metric_queries.fetch_add(queries as u64, Relaxed);
    }

    /// Counts one attempt of a call, the first or a later one.
    fn add_attempt(&self, call: &Metadata, number: u32) {
        if let Some(at) = SERVICES.iter().position(|name| *name == call.service()) {
            self.attempts[at].fetch_add(1, Relaxed);
        }
        if TAILS.contains(&call.name()) {
            self.log_calls.fetch_add(1, Relaxed);
        } else if number > 1 {
            self.repeats.fetch_add(1, Relaxed);
        }
    }
}

/// A permit's sequence number in a request's configuration: the mark without which no write leaves.
#[derive(Clone, Copy, Debug)]
struct PermitSeq(u64);

impl Storable for PermitSeq {
    type Storer = StoreReplace<Self>;
}

/// Marks one request: `client.operation().customize().interceptor(permitted(seq))`.
pub(in crate::aws) fn permitted(seq: u64) -> impl Intercept + 'static {
    Stamp(PermitSeq(seq))
}

#[derive(Debug)]
struct Stamp(PermitSeq);

#[dyn_dispatch_hint]
impl Intercept for Stamp {
    fn name(&self) -> &'static str {
        "PermitStamp"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        cfg.interceptor_state().store_put(self.0);
        Ok(())
    }
}

/// Why the sentry stopped a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::aws) enum Stopped {
    #[error("read-only: {0} was not sent")]
    ReadOnly(String),
    #[error("no permit: {0} was not sent")]
    NoPermit(String),
}

/// The interceptor itself.
#[derive(Clone, Debug)]
pub(super) struct Sentry {
    meter: Arc<Meter>,
    read_only: bool,
}

impl Sentry {
    pub(super) fn new(meter: Arc<Meter>, read_only: bool) -> Self {
        Self { meter, read_only }
    }

    fn judge(&self, call: &Metadata, permit: Option<&PermitSeq>) -> Result<(), Stopped> {
        if is_read(call.service(), call.name()) {
            return Ok(());
        }
        let said = || format!("{}:{}", call.service(), call.name());
        match permit {
            _ if self.read_only => Err(Stopped::ReadOnly(said())),
            None => Err(Stopped::NoPermit(said())),
            Some(_) => Ok(()),
        }
    }
}

#[dyn_dispatch_hint]
impl Intercept for Sentry {
    fn name(&self) -> &'static str {
        "Sentry"
    }

    fn read_before_serialization(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let call = cfg.load::<Metadata>().ok_or("a request without a name")?;
        Ok(self.judge(call, cfg.load::<PermitSeq>())?)
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(call) = cfg.load::<Metadata>() {
            let number = cfg
                .load::<RequestAttempts>()
                .map_or(1, RequestAttempts::attempts);
            self.meter.add_attempt(call, number);
            let permit = cfg.load::<PermitSeq>().map(|p| p.0);
            tracing::debug!(
                service = call.service(),
                operation = call.name(),
                permit,
                "leaves"
            );
        }
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let answer = context.response();
        if let Some(date) = answer.headers().get("date") {
            self.meter.note_date(date);
        }
        let xml = cfg
            .load::<Metadata>()
            .is_some_and(|call| SPEAK_XML.contains(&call.service()));
        let body = answer
            .body()
            .bytes()
            .filter(|_| xml && answer.status().is_success());
        if body.is_some_and(|body| !is_whole(body)) {
            Err("the answer ends early".into())
        } else {
            Ok(())
        }
    }
}

/// Services whose answers are XML. The SDK reads one that ends early as a shorter
/// list, and a database that is not in it would seem to be gone.
const SPEAK_XML: [&str; 6] = [
    "Auto Scaling",
    "RDS",
    "Elastic Load Balancing v2",
    "STS",
    "IAM",
    "CloudFront",
];

/// Whether an XML document ends with the end of the element it began with.
fn is_whole(body: &[u8]) -> bool {
    let text = body.trim_ascii();
    let text = match text.strip_prefix(b"<?") {
        Some(declared) => declared
            .iter()
            .position(|b| *b == b'>')
            .map_or(&[][..], |at| declared[at + 1..].trim_ascii()),
        None => text,
    };
    let Some(root) = text.strip_prefix(b"<") else {
        return false;
    };
    let name = root
        .split(|b| matches!(b, b' ' | b'>' | b'/' | b'\n' | b'\r' | b'\t'))
        .next()
        .unwrap_or_default();
    let closing = [b"</", name, b">"].concat();
    !name.is_empty() && (text.ends_with(&closing) || text.ends_with(b"/>"))
}

/// The list of reads (aws-facts.md §6.1), and the two STS calls an MFA code needs.
fn is_read(service: &str, operation: &str) -> bool {
    let reads: &[&str] = match service {
        "ECS" => &ECS,
        "Application Auto Scaling" => &SCALING,
        "Auto Scaling" => &AUTOSCALING,
        "WAFV2" => &WAF,
        "RDS" => &RDS,
        "CloudWatch Logs" => &LOGS,
        "CloudWatch" => &["GetMetricData", "ListMetrics", "DescribeAlarms"],
        "Elastic Load Balancing v2" => &ELB,
        "STS" => &["GetCallerIdentity", "AssumeRole", "GetSessionToken"],
        "IAM" => &["ListAccountAliases", "SimulatePrincipalPolicy"],
        "CloudFront" => &["ListDistributionsByWebACLId"],
        "SSM" => &["GetParameter", "GetParametersByPath"],
        _ => &[],
    };
    reads.contains(&operation)
}

const ECS: [&str; 13] = [
    "ListClusters",
    "DescribeClusters",
    "ListServices",
    "DescribeServices",
    "ListTasks",
    "DescribeTasks",
    "DescribeTaskDefinition",
    "ListContainerInstances",
    "DescribeContainerInstances",
    "DescribeCapacityProviders",
    "ListServiceDeployments",
    "DescribeServiceDeployments",
    "DescribeServiceRevisions",
];
const SCALING: [&str; 4] = [
    "DescribeScalableTargets",
    "DescribeScalingPolicies",
    "DescribeScalingActivities",
    "DescribeScheduledActions",
];
const AUTOSCALING: [&str; 7] = [
    "DescribeAutoScalingGroups",
    "DescribeAutoScalingInstances",
    "DescribeScalingActivities",
    "DescribeScheduledActions",
    "DescribePolicies",
    "DescribeWarmPool",
    "DescribeInstanceRefreshes",
];
const WAF: [&str; 8] = [
    "ListWebACLs",
    "GetWebACL",
    "GetWebACLForResource",
    "ListResourcesForWebACL",
    "GetSampledRequests",
    "GetRateBasedStatementManagedKeys",
    "GetRuleGroup",
    "DescribeManagedRuleGroup",
];
const RDS: [&str; 7] = [
    "DescribeDBInstances",
    "DescribeDBClusters",
    "DescribeDBSnapshots",
    "DescribeDBClusterSnapshots",
    "DescribeEvents",
    "DescribeAccountAttributes",
    "ListTagsForResource",
];
const LOGS: [&str; 7] = [
    "DescribeExportTasks",
    "DescribeLogGroups",
    "ListLogGroups",
    "DescribeLogStreams",
    "FilterLogEvents",
    "GetLogEvents",
    "StartLiveTail",
];
const ELB: [&str; 3] = [
    "DescribeLoadBalancers",
    "DescribeTargetGroups",
    "DescribeTargetHealth",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn sentry(read_only: bool) -> Sentry {
        Sentry::new(Arc::default(), read_only)
    }

    #[test]
    fn reads_pass_without_a_permit_in_both_modes() {
        let call = Metadata::new("DescribeServices", "ECS");
        assert_eq!(sentry(false).judge(&call, None), Ok(()));
        assert_eq!(sentry(true).judge(&call, None), Ok(()));
    }

    #[test]
    fn a_write_needs_a_permit_and_in_read_only_mode_nothing_helps() {
        let call = Metadata::new("UpdateService", "ECS");
        assert!(matches!(
            sentry(false).judge(&call, None),
            Err(Stopped::NoPermit(_))
        ));
        assert_eq!(sentry(false).judge(&call, Some(&PermitSeq(1))), Ok(()));
        assert!(matches!(
            sentry(true).judge(&call, Some(&PermitSeq(1))),
            Err(Stopped::ReadOnly(_))
        ));
    }

    #[test]
    fn an_unknown_service_has_no_reads() {
        let call = Metadata::new("DescribeServices", "Elsewhere");
        assert!(sentry(false).judge(&call, None).is_err());
    }

    #[test]
    fn xml_that_ends_early_is_not_whole() {
        for whole in [
            "<a><b/></a>",
            "<?xml version=\"1.0\"?>\n<a x=\"1\"><b>1</b></a>\n",
            "<a/>",
        ] {
            assert!(is_whole(whole.as_bytes()), "{whole}");
        }
        for cut in [
            "",
            "<",
            "<a",
            "<a>",
            "<a><b></b>",
            "<?xml version",
            "text",
            "<a></",
        ] {
            assert!(!is_whole(cut.as_bytes()), "{cut}");
        }
    }

    #[test]
    fn nothing_on_the_list_of_reads_changes_anything() {
        let lists: [&[&str]; 7] = [&ECS, &SCALING, &AUTOSCALING, &WAF, &RDS, &LOGS, &ELB];
        let harmless = ["Describe", "List", "Get", "Filter", "StartLiveTail"];
        for operation in lists.concat() {
            assert!(
                harmless.iter().any(|start| operation.starts_with(start)),
                "{operation}"
            );
        }
    }

    #[test]
    fn the_date_of_an_answer_tells_aws_s_time() {
        let meter = Meter::default();
        meter.note_date("no date");
        assert_eq!(meter.date(), None);
        meter.note_date("Thu, 15 Jan 2026 10:02:00 GMT");
        assert_eq!(meter.date(), "2026-01-15T10:02:00Z".parse().ok());
    }

    #[test]
    fn the_meter_counts_attempts_by_service() {
        let meter = Meter::default();
        let count = |service: &'static str, operation: &'static str, number| {
            meter.add_attempt(&Metadata::new(operation, service), number);
        };
        count("ECS", "ListServices", 1);
        count("ECS", "ListServices", 2);
        count("CloudWatch Logs", "FilterLogEvents", 1);
        count("CloudWatch Logs", "FilterLogEvents", 2);
        count("Elsewhere", "Call", 1);
        meter.add_metric_queries(7);
        let read = meter.read();
        assert_eq!(
            (read.calls(), meter.calls(), read.metric_queries),
            (4, 4, 7)
        );
        assert_eq!((read.log_calls, read.repeats), (2, 1));
        assert!(read.attempts.contains(&("ECS", 2)));
    }
}
