//! `CloudWatch` Logs (aws-facts.md §4): pages of events, live events, and the groups there are.

mod export;
mod group;
pub mod live;

use super::Aws;
use crate::domain::fault::Fault;
use crate::domain::ids::{LogStream, Region};
use crate::domain::log::{LogPage, RawEvent, Span, TailSource};
use aws_sdk_cloudwatchlogs::config::retry::RetryConfig;
use aws_sdk_cloudwatchlogs::config::timeout::TimeoutConfig;
use aws_sdk_cloudwatchlogs::config::{Builder, Region as SdkRegion};
use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;
use std::time::Duration;

/// Events of one page at most: the API's limit.
const PAGE: i32 = 10_000;
/// The service scans for a while before it gives what it has found.
const SCANS: Duration = Duration::from_secs(15);

impl Aws {
    /// One page of a source's events (`logs:FilterLogEvents`); partial and empty pages with a token are normal. Not
    /// paced: a tail is outside the call budget. Asked once: whoever tails keeps to the quota, and asks again.
    pub async fn filter_log_events(
        &self,
        source: &TailSource,
        span: &Span,
        token: Option<String>,
    ) -> Result<LogPage, Fault> {
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
        let answer = request.customize().config_override(config).send().await;
        let answer = answer.map_err(self.fault("logs:FilterLogEvents"))?;
        Ok(LogPage {
            events: events(answer.events.unwrap_or_default()),
            next: answer.next_token,
        })
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

/// The events of a page; neighbours share the name of their stream.
fn events(events: Vec<FilteredLogEvent>) -> Vec<RawEvent> {
    let mut last = LogStream::from("");
    let mut of = |event| {
        let event = event_of(event, &last)?;
        last.clone_from(&event.stream);
        Some(event)
    };
    events.into_iter().filter_map(&mut of).collect()
}

/// An event; one without a time cannot be put in order, and AWS sends none such.
fn event_of(event: FilteredLogEvent, last: &LogStream) -> Option<RawEvent> {
    let timestamp = event.timestamp?;
    let stream = match event.log_stream_name.as_deref() {
        Some(name) if name == last.as_str() => last.clone(),
        name => LogStream::from(name.unwrap_or_default()),
    };
    let message = event.message.unwrap_or_default();
    let id = event
        .event_id
        .unwrap_or_else(|| format!("{}/{timestamp}/{message}", stream.as_str()));
    Some(RawEvent {
        id: id.into(),
        stream,
        timestamp,
        ingested: event.ingestion_time.unwrap_or(timestamp),
        late: false,
        message,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_without_an_id_still_has_one_of_its_own() {
        let of = |message: &str| {
            let event = FilteredLogEvent::builder()
                .timestamp(7)
                .log_stream_name("s")
                .message(message);
            event_of(event.build(), &"".into())
        };
        assert_eq!(of("a"), of("a"));
        assert_ne!(of("a").map(|e| e.id), of("b").map(|e| e.id));
        let timeless = FilteredLogEvent::builder().message("x").build();
        assert_eq!(event_of(timeless, &"".into()), None);
    }

    #[test]
    fn streams_keep_their_names_where_they_change_in_a_page() {
        let of = |stream: &str| {
            let event = FilteredLogEvent::builder()
                .timestamp(7)
                .log_stream_name(stream);
            event.build()
        };
        let found = events(vec![of("a"), of("a"), of("b"), of("a")]);
        let streams: Vec<&str> = found.iter().map(|e| e.stream.as_str()).collect();
        assert_eq!(streams, ["a", "a", "b", "a"]);
    }
}
