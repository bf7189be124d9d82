//! Live tails: the one answer that goes on.

use super::{Desk, Ending};
use crate::sim::call::{Call, Service};
use crate::sim::fault::Kind;
use crate::sim::value::{Map, Value, map};
use crate::sim::wire::{self, Form, event};
use crate::sim::world::logs::tail::TailId;
use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use std::time::Duration;

/// A session in its region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tail {
    region: String,
    id: TailId,
}

/// What comes next in a stream, framed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tailed {
    Goes(Bytes),
    /// Nothing, though the time for it has come.
    Silent,
    /// These are the last words.
    Ends(Bytes),
}

/// Whether a call is answered by a stream.
pub(super) fn is_start(call: &Call) -> bool {
    call.service == Service::Logs && call.operation == "StartLiveTail"
}

impl Desk {
    /// Opens a session; its first two events are at once there.
    pub(super) fn started_tail(
        &mut self,
        call: &Call,
        form: &Form,
        real: Duration,
        id: &str,
    ) -> Ending {
        if let Err(refusal) = self.admitted(call, form, real) {
            return Ending::Whole(wire::encode(form, &Err(refusal), id));
        }
        let now = self.time_of_a_call(real);
        let world = self.account.region(&call.region, now);
        world.advance(now);
        let tail = match world.live_tail(&call.input) {
            Ok(tail) => tail,
            Err(refusal) => return Ending::Whole(wire::encode(form, &Err(refusal), id)),
        };
        let start = world.tail_start(tail).unwrap_or_default();
        let first = event::event("initial-response", &Value::Map(Map::default()));
        let first = [first, event::event("sessionStart", &start)].concat();
        let mut response = wire::encode(form, &Ok(Value::Null), id).map(|_| Bytes::from(first));
        let kind = HeaderValue::from_static(event::CONTENT_TYPE);
        response.headers_mut().insert(CONTENT_TYPE, kind);
        let region = call.region.clone();
        Ending::Stream(response, Tail { region, id: tail })
    }

    /// The events of the last second.
    pub fn tail(&mut self, tail: &Tail, real: Duration) -> Tailed {
        let opened = Call {
            service: Service::Logs,
            operation: "StartLiveTail".into(),
            region: tail.region.clone(),
            input: Value::Null,
        };
        match self.faults.strike_frame(&opened) {
            Some(Kind::Mute) => return Tailed::Silent,
            Some(_) => return Tailed::Ends(timed_out()),
            None => {}
        }
        let now = self.time_of_a_call(real);
        let world = self.account.region(&tail.region, now);
        match world.tail_frame(tail.id, now) {
            Some(update) => Tailed::Goes(event::event("sessionUpdate", &update).into()),
            None => Tailed::Ends(timed_out()),
        }
    }

    /// The client is gone.
    pub fn close_tail(&mut self, tail: &Tail) {
        self.account
            .region(&tail.region, self.reached)
            .close_tail(tail.id);
    }
}

fn timed_out() -> Bytes {
    let text = "The Live Tail session has reached its limit of three hours.";
    event::exception("SessionTimeoutException", &map! { "message" => text }).into()
}
