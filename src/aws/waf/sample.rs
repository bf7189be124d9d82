//! Sampled requests of one rule: why was this blocked.

use super::sdk_scope;
use crate::aws::Aws;
use crate::aws::convert::{date_time, moment, text};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::MetricName;
use crate::domain::text::Text;
use crate::domain::waf::{AclRef, RuleRef, SampledRequest};
use aws_sdk_wafv2::types as sdk;
use jiff::{SignedDuration, Timestamp};

/// AWS's largest answer.
const MOST: i64 = 500;
/// AWS samples the *first* 5,000 requests of a window: a short one shows the newest,
/// and the longest (three hours, less a clock's error) is asked where it is empty.
const WINDOWS: [SignedDuration; 2] = [
    SignedDuration::from_mins(15),
    SignedDuration::from_mins(175),
];

/// Sampled requests, and how many they stand for.
#[derive(Debug, Default)]
pub struct Samples {
    pub requests: Vec<SampledRequest>,
    pub population: u64,
}

impl Aws {
    /// The newest sampled requests up to `until`, newest first.
    pub(super) async fn samples(
        &self,
        at: &AclRef,
        metric: &MetricName,
        until: Timestamp,
    ) -> Result<Samples, Fault> {
        let mut found = Samples::default();
        for length in WINDOWS {
            found = self
                .sample_window(at, metric, until - length, until)
                .await?;
            if !found.requests.is_empty() {
                break;
            }
        }
        found.requests.sort_by_key(|r| std::cmp::Reverse(r.at));
        Ok(found)
    }

    /// What a rule matched between two moments; AWS keeps samples for three hours.
    pub async fn sampled_since(
        &self,
        rule: &RuleRef,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<SampledRequest>, Fault> {
        let gone = || Fault::new(FaultKind::Missing, "The rule is not there any more");
        let acl = self.acl(&rule.acl).await?.ok_or_else(gone)?;
        let found = acl.rules.iter().find(|r| r.name == rule.rule);
        let metric = found.map(|r| r.metric.clone()).ok_or_else(gone)?;
        let samples = self.sample_window(&rule.acl, &metric, from, until).await?;
        Ok(samples.requests)
    }

    async fn sample_window(
        &self,
        at: &AclRef,
        metric: &MetricName,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Samples, Fault> {
        self.gate.pass().await;
        let window = sdk::TimeWindow::builder()
            .start_time(date_time(from))
            .end_time(date_time(until))
            .build();
        let window = window.map_err(|e| Fault::new(FaultKind::Internal, e.to_string()))?;
        let request = self
            .waf(at.scope)
            .get_sampled_requests()
            .scope(sdk_scope(at.scope))
            .max_items(MOST);
        let request = request
            .web_acl_arn(at.arn.as_str())
            .rule_metric_name(metric.as_str())
            .time_window(window);
        let answer = request
            .send()
            .await
            .map_err(self.fault("wafv2:GetSampledRequests"))?;
        Ok(Samples {
            population: u64::try_from(answer.population_size).unwrap_or(0),
            requests: answer.sampled_requests().iter().map(sampled).collect(),
        })
    }
}

fn sampled(found: &sdk::SampledHttpRequest) -> SampledRequest {
    let request = found.request.as_ref();
    SampledRequest {
        at: found.timestamp.as_ref().and_then(moment),
        client: text(request.and_then(|r| r.client_ip())),
        country: text(request.and_then(|r| r.country())),
        method: text(request.and_then(|r| r.method())),
        uri: text(request.and_then(|r| r.uri())),
        action: text(found.action()),
        inner_rule: found.rule_name_within_rule_group().map(Text::clean),
        overridden: found.overridden_action().map(Text::clean),
        status: found
            .response_code_sent
            .and_then(|code| u16::try_from(code).ok()),
        weight: u64::try_from(found.weight).unwrap_or(0),
    }
}
