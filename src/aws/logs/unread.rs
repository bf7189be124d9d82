//! An answer that is kept as it came: what it says of the next page is known
//! before its events are taken out.

use super::super::Aws;
use super::decode::{self, Parts, Streams};
use crate::domain::fault::Fault;
use crate::domain::log::LogPage;
use aws_sdk_cloudwatchlogs::operation::filter_log_events::{
    FilterLogEvents, FilterLogEventsError as Refusal, FilterLogEventsOutput,
};
use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextMut, Error, Output,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::client::runtime_plugin::RuntimePlugin;
use aws_smithy_runtime_api::client::ser_de::{DeserializeResponse, SharedResponseDeserializer};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// So near to one of its ends an answer has its token.
const EDGE: usize = 4 * 1024;
const TOKEN: &[u8] = b"\"nextToken\"";

/// A page that came and was not taken apart yet.
#[derive(Debug)]
pub struct Unread {
    aws: Aws,
    answer: HttpResponse,
}

impl Unread {
    /// The token that most likely asks for the next page: looked for, not read. Only [`Unread::read`] knows it.
    pub fn likely_next(&self) -> Option<String> {
        likely_next(bytes(&self.answer))
    }

    /// Takes it apart; one that cannot be read is as garbled as the SDK finds it.
    pub fn read(self) -> Result<LogPage, Fault> {
        match decode::page(bytes(&self.answer)) {
            Some(page) => Ok(page),
            None => by_the_sdk(self.answer, self.aws.fault("logs:FilterLogEvents")),
        }
    }
}

fn bytes(answer: &HttpResponse) -> &[u8] {
    answer.body().bytes().unwrap_or_default()
}

/// What the SDK makes of an answer.
fn deserialized(answer: &HttpResponse) -> Result<Output, OrchestratorError<Error>> {
    let mut bag = ConfigBag::base();
    if let Some(layer) = FilterLogEvents::new().config() {
        bag.push_shared_layer(layer);
    }
    match bag.load::<SharedResponseDeserializer>() {
        Some(sdk) => sdk.deserialize_nonstreaming_with_config(answer, &bag),
        None => Err(OrchestratorError::other("FilterLogEvents reads no answers")),
    }
}

type Odd = SdkError<Refusal, HttpResponse>;

fn by_the_sdk(
    answer: HttpResponse,
    explained: impl FnOnce(Odd) -> Fault,
) -> Result<LogPage, Fault> {
    let read = deserialized(&answer).map(Output::downcast::<FilterLogEventsOutput>);
    match read {
        Ok(Ok(output)) => Ok(page(output)),
        Ok(Err(_)) => Err(explained(Odd::response_error(
            "another operation's",
            answer,
        ))),
        Err(error) => Err(explained(refusal(error, answer))),
    }
}

fn refusal(error: OrchestratorError<Error>, answer: HttpResponse) -> Odd {
    let mut said = None;
    let rest = error.map_operation_error(|error| said = error.downcast::<Refusal>().ok());
    match said {
        Some(refusal) => Odd::service_error(refusal, answer),
        None => Odd::response_error(rest.to_string(), answer),
    }
}

/// The events of a page.
pub(super) fn page(answer: FilterLogEventsOutput) -> LogPage {
    let mut streams = Streams::default();
    let mut of = |event: FilteredLogEvent| {
        let parts = Parts {
            stream: event.log_stream_name.map(|name| streams.of(&name)),
            timestamp: event.timestamp,
            ingested: event.ingestion_time,
            message: event.message,
            id: event.event_id.map(Into::into),
        };
        parts.event()
    };
    let events = answer.events.unwrap_or_default();
    LogPage {
        events: events.into_iter().filter_map(&mut of).collect(),
        next: answer.next_token,
    }
}

fn likely_next(body: &[u8]) -> Option<String> {
    let head = &body[..body.len().min(EDGE)];
    let tail = &body[body.len().saturating_sub(EDGE)..];
    let in_tail = memchr::memmem::rfind(tail, TOKEN).map(|at| &tail[at..]);
    let found = in_tail.or_else(|| memchr::memmem::find(head, TOKEN).map(|at| &body[at..]))?;
    let value = found[TOKEN.len()..].trim_ascii_start().strip_prefix(b":")?;
    let mut values = serde_json::Deserializer::from_slice(value).into_iter::<String>();
    values.next()?.ok()
}

/// Keeps the answer of one request, and hands the SDK an empty page instead. A refusal passes untouched.
#[derive(Clone, Debug, Default)]
pub(super) struct Keep(Arc<Mutex<Option<HttpResponse>>>);

impl Keep {
    /// What was kept.
    pub(super) fn unread(&self, aws: &Aws) -> Option<Unread> {
        let answer = self.place().take()?;
        let aws = aws.clone();
        Some(Unread { aws, answer })
    }

    fn place(&self) -> MutexGuard<'_, Option<HttpResponse>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[dyn_dispatch_hint]
impl Intercept for Keep {
    fn name(&self) -> &'static str {
        "keep"
    }

    fn modify_before_deserialization(
        &self,
        _: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let later = SharedResponseDeserializer::new(self.clone());
        cfg.interceptor_state().store_put(later);
        Ok(())
    }
}

/// Where the SDK would take a page apart.
impl DeserializeResponse for Keep {
    fn deserialize_nonstreaming_with_config(
        &self,
        response: &HttpResponse,
        _: &ConfigBag,
    ) -> Result<Output, OrchestratorError<Error>> {
        match response.body().try_clone() {
            Some(body) if response.status().is_success() => {
                *self.place() = Some(same(response, body));
                Ok(Output::erase(FilterLogEventsOutput::builder().build()))
            }
            _ => deserialized(response),
        }
    }
}

/// Shares the bytes of the body.
fn same(response: &HttpResponse, body: SdkBody) -> HttpResponse {
    let mut answer = HttpResponse::new(response.status(), body);
    *answer.headers_mut() = response.headers().clone();
    answer
}

#[cfg(test)]
mod tests;
