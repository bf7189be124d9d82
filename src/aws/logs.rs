//! `CloudWatch` Logs (aws-facts.md §4): pages of events, and the groups there are.

mod export;

use super::Aws;
use crate::domain::fault::Fault;
use crate::domain::log::{GroupFacts, LogPage, RawEvent, TailSource};
use aws_sdk_cloudwatchlogs::config::{Builder, Region as SdkRegion};
use aws_sdk_cloudwatchlogs::types::{FilteredLogEvent, LogGroup as SdkLogGroup, LogGroupClass};

/// Events of one page at most: the API's limit.
const PAGE: i32 = 10_000;
/// Groups of one page at most: the API's limit.
const GROUPS: i32 = 50;

impl Aws {
    /// One page of a source's events from `start_ms` on (`logs:FilterLogEvents`); partial and empty pages with a
    /// token are normal. Not paced: a tail is outside the call budget.
    pub async fn filter_log_events(
        &self,
        source: &TailSource,
        start_ms: i64,
        token: Option<String>,
    ) -> Result<LogPage, Fault> {
        self.gate.pass().await;
        let request = self
            .shared
            .logs
            .filter_log_events()
            .log_group_name(source.group.as_str())
            .set_log_stream_name_prefix(
                source
                    .stream_prefix
                    .as_ref()
                    .map(|prefix| prefix.as_str().to_owned()),
            )
            .start_time(start_ms.max(0))
            .limit(PAGE)
            .set_next_token(token);
        let answer = match &source.region {
            Some(region) => {
                request
                    .customize()
                    .config_override(in_region(region.as_str()))
                    .send()
                    .await
            }
            None => request.send().await,
        };
        let answer = answer.map_err(self.fault("logs:FilterLogEvents"))?;
        let events = answer
            .events
            .unwrap_or_default()
            .into_iter()
            .filter_map(event)
            .collect();
        Ok(LogPage {
            events,
            next: answer.next_token,
        })
    }

    /// All groups whose names contain `substring` (`logs:DescribeLogGroups`), in AWS's order.
    pub async fn log_groups(&self, substring: &str) -> Result<Vec<GroupFacts>, Fault> {
        let mut groups = Vec::new();
        let mut token = None;
        loop {
            self.gate.pass().await;
            let pattern = Some(substring).filter(|s| !s.is_empty()).map(str::to_owned);
            let request = self
                .shared
                .logs
                .describe_log_groups()
                .limit(GROUPS)
                .set_log_group_name_pattern(pattern);
            let answer = request.set_next_token(token.clone()).send().await;
            let answer = answer.map_err(self.fault("logs:DescribeLogGroups"))?;
            groups.extend(
                answer
                    .log_groups
                    .unwrap_or_default()
                    .into_iter()
                    .filter_map(group),
            );
            if answer.next_token.is_none() || answer.next_token == token {
                return Ok(groups);
            }
            token = answer.next_token;
        }
    }
}

fn in_region(region: &str) -> Builder {
    aws_sdk_cloudwatchlogs::Config::builder().region(SdkRegion::new(region.to_owned()))
}

/// An event; one without a time cannot be put in order, and AWS sends none such.
fn event(event: FilteredLogEvent) -> Option<RawEvent> {
    let timestamp = event.timestamp?;
    let stream = event.log_stream_name.unwrap_or_default();
    let message = event.message.unwrap_or_default();
    let id = event
        .event_id
        .unwrap_or_else(|| format!("{stream}/{timestamp}/{message}"));
    Some(RawEvent {
        id: id.into(),
        stream: stream.into(),
        timestamp,
        ingested: event.ingestion_time.unwrap_or(timestamp),
        late: false,
        message,
    })
}

fn group(group: SdkLogGroup) -> Option<GroupFacts> {
    Some(GroupFacts {
        retention: group
            .retention_in_days
            .and_then(|days| u32::try_from(days).ok()),
        bytes: group
            .stored_bytes
            .and_then(|bytes| u64::try_from(bytes).ok())
            .unwrap_or(0),
        infrequent: group.log_group_class == Some(LogGroupClass::InfrequentAccess),
        created: group.creation_time,
        arn: group.log_group_arn.map(Into::into),
        name: group.log_group_name?.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_without_an_id_still_has_one_of_its_own() {
        let of = |message: &str| {
            event(
                FilteredLogEvent::builder()
                    .timestamp(7)
                    .log_stream_name("s")
                    .message(message)
                    .build(),
            )
        };
        assert_eq!(of("a"), of("a"));
        assert_ne!(of("a").map(|e| e.id), of("b").map(|e| e.id));
        assert_eq!(
            event(FilteredLogEvent::builder().message("x").build()),
            None
        );
    }

    #[test]
    fn a_group_says_how_it_can_be_read() {
        let infrequent = SdkLogGroup::builder()
            .log_group_name("/ecs/api")
            .retention_in_days(7)
            .stored_bytes(-1)
            .log_group_class(LogGroupClass::InfrequentAccess)
            .log_group_arn("arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/api")
            .creation_time(5)
            .build();
        let expected = GroupFacts {
            name: "/ecs/api".into(),
            retention: Some(7),
            bytes: 0,
            infrequent: true,
            arn: Some("arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/api".into()),
            created: Some(5),
        };
        assert_eq!(group(infrequent), Some(expected));
    }
}
