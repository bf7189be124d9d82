//! `CloudWatch` Logs (aws-facts.md §4): pages of events, live events, and the groups there are.

mod decode;
mod export;
mod group;
pub mod live;
mod unread;

use super::Aws;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::Region;
use crate::domain::log::{LogPage, Span, TailSource};
use aws_sdk_cloudwatchlogs::config::retry::RetryConfig;
use aws_sdk_cloudwatchlogs::config::timeout::TimeoutConfig;
use aws_sdk_cloudwatchlogs::config::{Builder, Region as SdkRegion};
use std::time::Duration;
use unread::Keep;
pub use unread::Unread;

/// Events of one page at most: the API's limit.
const PAGE: i32 = 10_000;
/// The service scans for a while before it gives what it has found.
const SCANS: Duration = Duration::from_secs(15);

impl Aws {
    /// As [`Aws::log_page`], taken apart.
    pub async fn filter_log_events(
        &self,
        source: &TailSource,
        span: &Span,
        token: Option<String>,
    ) -> Result<LogPage, Fault> {
        self.log_page(source, span, token).await?.read()
    }

    /// One page of a source's events (`logs:FilterLogEvents`); partial and empty pages with a token are normal. Not
    /// paced: a tail is outside the call budget. Asked once: whoever tails keeps to the quota, and asks again.
    pub async fn log_page(
        &self,
        source: &TailSource,
        span: &Span,
        token: Option<String>,
    ) -> Result<Unread, Fault> {
        self.gate.pass().await;
        let prefix = source.stream_prefix.as_ref();
        let request = self
            .shared
            .logs
            .filter_log_events()
            .log_group_name(source.group.as_str())
            .set_log_stream_name_prefix(prefix.map(|prefix| prefix.as_str().to_owned()))
            .start_time(span.start.max(0))
            // AWS takes the last millisecond in.
            .set_end_time(span.end.map(|end| (end - 1).max(0)))
            .set_filter_pattern(span.pattern.as_deref().map(str::to_owned))
            .limit(PAGE)
            .set_next_token(token);
        let config = in_region(source.region.as_ref())
            .timeout_config(answers_within(SCANS))
            .retry_config(RetryConfig::disabled());
        let keep = Keep::default();
        let request = request.customize().config_override(config);
        let answer = request.interceptor(keep.clone()).send().await;
        answer.map_err(self.fault("logs:FilterLogEvents"))?;
        keep.unread(self).ok_or_else(unkept)
    }
}

/// The client's own settings, but for the region.
fn in_region(region: Option<&Region>) -> Builder {
    let region = region.map(|region| SdkRegion::new(region.as_str().to_owned()));
    let mut builder = aws_sdk_cloudwatchlogs::Config::builder();
    if region.is_some() {
        builder.set_region(region);
    }
    builder
}

fn answers_within(time: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_attempt_timeout(time)
        .operation_timeout(time)
        .build()
}

fn unkept() -> Fault {
    Fault::new(FaultKind::Internal, "A page of events was not kept").next("please report it")
}
