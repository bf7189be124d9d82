//! `StartLiveTail` (aws-facts.md §4.3): a stream of events that AWS pushes once a second.

use super::super::Aws;
use super::{answers_within, in_region};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::{Arn, LogGroup, LogStream, Region};
use crate::domain::log::RawEvent;
use aws_sdk_cloudwatchlogs::config::retry::RetryConfig;
use aws_sdk_cloudwatchlogs::types::error::StartLiveTailResponseStreamError as Ended;
use aws_sdk_cloudwatchlogs::types::{
    LiveTailSessionLogEvent, LiveTailSessionUpdate, StartLiveTailResponseStream as Sent,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use std::time::Duration;

/// Groups of one session at most: the API's limit.
pub const GROUPS: usize = 10;
/// Sessions side by side in an account (quota L-D6990B80).
pub const SESSIONS: usize = 15;
/// A session ends by itself after three hours.
pub const LONGEST: Duration = Duration::from_hours(3);
/// USD for a minute of a session, idle or not, beyond the 1,800 free ones of a month (AWS's price list for most
/// regions; aws-facts.md §1.9).
pub const USD_PER_MINUTE: f64 = 0.01;
/// The stream has begun within this.
const BEGINS: Duration = Duration::from_secs(15);
/// What the SDK puts before the host; an endpoint of one's own has no such name.
const HOST_PREFIX: &str = "stream-";

/// What a session is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveAsk {
    pub region: Option<Region>,
    /// Without `:*`; one to [`GROUPS`].
    pub groups: Vec<Arn>,
    /// Only where there is one group.
    pub stream_prefix: Option<LogStream>,
    /// A `CloudWatch` filter pattern.
    pub pattern: Option<String>,
}

/// One update.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveUpdate {
    /// By group; the ids are made up: AWS gives none.
    pub events: Vec<(LogGroup, RawEvent)>,
    /// More came than AWS sends.
    pub sampled: bool,
}

/// What a session says.
#[derive(Clone, Debug, PartialEq)]
pub enum LiveNews {
    /// It has begun.
    Began,
    Update(LiveUpdate),
    /// Its three hours are over (`SessionTimeoutException`).
    TimedOut,
    /// It is broken, or was closed by the other side.
    Broken(Fault),
}

/// An open session; dropping it closes the connection, and ends the bill.
pub struct LiveStream {
    receiver: aws_sdk_cloudwatchlogs::primitives::event_stream::EventReceiver<Sent, Ended>,
    /// Makes ids that nobody else makes.
    count: u64,
    heartbeat: Duration,
}

impl Aws {
    /// Opens a session (`logs:StartLiveTail`, on the group's ARN with and without `:*`). Asked once: the SDK would take
    /// a used-up quota for throttling and ask three times.
    pub async fn live_tail(&self, ask: &LiveAsk) -> Result<LiveStream, Fault> {
        let groups = ask.groups.iter().map(|arn| arn.as_str().to_owned());
        let prefix = ask.stream_prefix.as_ref();
        let request = self
            .shared
            .logs
            .start_live_tail()
            .set_log_group_identifiers(Some(groups.collect()))
            .set_log_stream_name_prefixes(prefix.map(|prefix| vec![prefix.as_str().to_owned()]))
            .set_log_event_filter_pattern(ask.pattern.clone());
        let config = in_region(ask.region.as_ref())
            .retry_config(RetryConfig::disabled())
            .timeout_config(answers_within(BEGINS));
        let mut request = request.customize().config_override(config);
        if self.endpoint().is_some() {
            request = request.mutate_request(to_the_endpoint_itself);
        }
        let answer = request.send().await;
        let answer = answer.map_err(self.fault("logs:StartLiveTail"))?;
        Ok(LiveStream {
            receiver: answer.response_stream,
            count: 0,
            heartbeat: self.shared.heartbeat,
        })
    }
}

/// Takes the prefix off the host again, before the request is signed.
fn to_the_endpoint_itself(request: &mut HttpRequest) {
    let Some((scheme, rest)) = request.uri().split_once("://") else {
        return;
    };
    if let Some(host) = rest.strip_prefix(HOST_PREFIX) {
        let uri = format!("{scheme}://{host}");
        if let Err(error) = request.set_uri(uri) {
            tracing::warn!(%error, "the host prefix of a Live Tail stays");
        }
    }
}

impl LiveStream {
    /// What comes next; nothing within the time of a heartbeat is an end as well.
    pub async fn next(&mut self) -> LiveNews {
        loop {
            match tokio::time::timeout(self.heartbeat, self.receiver.recv()).await {
                Ok(Ok(Some(Sent::SessionStart(_)))) => return LiveNews::Began,
                Ok(Ok(Some(Sent::SessionUpdate(update)))) => {
                    return LiveNews::Update(self.update(update));
                }
                // Something newer than this SDK.
                Ok(Ok(Some(_))) => {}
                Ok(Ok(None)) => return LiveNews::Broken(cut("the other side closed it")),
                Ok(Err(error)) => return ended(&error),
                Err(_) => return LiveNews::Broken(silent(self.heartbeat)),
            }
        }
    }

    fn update(&mut self, update: LiveTailSessionUpdate) -> LiveUpdate {
        let sampled = update.session_metadata.is_some_and(|meta| meta.sampled);
        let events = update.session_results.unwrap_or_default().into_iter();
        LiveUpdate {
            events: events.filter_map(|event| self.event(event)).collect(),
            sampled,
        }
    }

    fn event(&mut self, event: LiveTailSessionLogEvent) -> Option<(LogGroup, RawEvent)> {
        let timestamp = event.timestamp?;
        self.count += 1;
        let group = event.log_group_identifier.as_deref().unwrap_or_default();
        let raw = RawEvent {
            id: format!("live/{}", self.count).into(),
            stream: event.log_stream_name.unwrap_or_default().into(),
            timestamp,
            ingested: event.ingestion_time.unwrap_or(timestamp),
            late: false,
            message: event.message.unwrap_or_default(),
        };
        Some((name_of(group).into(), raw))
    }
}

/// The name in `123456789012:/ecs/api`, or in an ARN.
fn name_of(identifier: &str) -> &str {
    let after = |mark: &str| identifier.split_once(mark).map(|(_, name)| name);
    let name = after(":log-group:").or_else(|| after(":"));
    name.unwrap_or(identifier).trim_end_matches(":*")
}

type Raised = aws_smithy_runtime_api::client::result::SdkError<
    Ended,
    aws_smithy_types::event_stream::RawMessage,
>;

fn ended(error: &Raised) -> LiveNews {
    match error.as_service_error() {
        Some(Ended::SessionTimeoutException(_)) => LiveNews::TimedOut,
        Some(said) => LiveNews::Broken(cut(&said.to_string())),
        None => LiveNews::Broken(cut(&words(error))),
    }
}

/// The innermost of a chain of errors: the others only say that there was one.
fn words(error: &(dyn std::error::Error + 'static)) -> String {
    std::iter::successors(Some(error), |error| error.source())
        .last()
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn cut(why: &str) -> Fault {
    Fault::new(
        FaultKind::Unreachable,
        format!("The Live Tail broke off: {why}"),
    )
    .means("the lines come by polling until it is open again")
    .next("it is opened again by itself")
}

fn silent(time: Duration) -> Fault {
    let what = format!("The Live Tail has been silent for {} s", time.as_secs());
    Fault::new(FaultKind::TimedOut, what)
        .means("AWS sends something each second, so the connection is dead")
        .next("it is opened again by itself; meanwhile lines come by polling")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_named_in_any_form() {
        for form in [
            "123456789012:/ecs/api",
            "/ecs/api",
            "arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/api",
            "arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/api:*",
        ] {
            assert_eq!(name_of(form), "/ecs/api", "{form}");
        }
    }

    #[test]
    fn the_prefix_goes_and_nothing_else() {
        let uri = |from: &str| {
            let mut request = HttpRequest::empty();
            request.set_uri(from).expect("a uri");
            to_the_endpoint_itself(&mut request);
            request.uri().to_owned()
        };
        assert_eq!(
            uri("http://stream-127.0.0.1:4566/"),
            "http://127.0.0.1:4566/"
        );
        assert_eq!(uri("http://127.0.0.1:4566/"), "http://127.0.0.1:4566/");
    }
}
