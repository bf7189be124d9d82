//! The back office: what is not AWS's. Commands come in, the account's state goes out.

use super::Desk;
use crate::sim::account::ACCOUNT_ID;
use crate::sim::control::{CONTROL_PATH, Control, STATE_PATH};
use crate::sim::pace::Speed;
use crate::sim::throttle::Throttling;
use crate::sim::value::{Value, list, map};
use crate::sim::wire::json;
use crate::sim::wire::route::header;
use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use std::time::Duration;

impl Desk {
    /// Answers a request to the control endpoint.
    pub(super) fn controlled(
        &mut self,
        request: &Request<Bytes>,
        real: Duration,
    ) -> Response<Bytes> {
        match (request.method(), request.uri().path()) {
            (&Method::GET, STATE_PATH) => reply(StatusCode::OK, &self.state(real)),
            (&Method::POST, CONTROL_PATH) => match commands(request) {
                Ok(commands) => {
                    for command in commands {
                        self.obey(command, real);
                    }
                    reply(StatusCode::OK, &self.state(real))
                }
                Err(why) => reply(StatusCode::BAD_REQUEST, &map! { "message" => why }),
            },
            _ => {
                let text =
                    format!("There is GET {STATE_PATH} and POST {CONTROL_PATH}, and nothing else");
                reply(StatusCode::NOT_FOUND, &map! { "message" => text })
            }
        }
    }

    /// Does what a command says.
    pub fn obey(&mut self, command: Control, real: Duration) {
        match command {
            Control::Load(times) => self.account.home(self.reached).set_load(times),
            Control::Fault(fault) => self.faults.add(fault),
            Control::FaultsOff => self.faults.clear(),
            Control::Advance(by) => self.pace.leap(by, real),
            Control::Speed(speed) => self.pace.set_speed(speed, real),
            Control::Throttling(mode) => self.throttle.mode = mode,
            Control::Status => {}
        }
    }

    /// How the account stands, for people and tests.
    pub fn state(&mut self, real: Duration) -> Value {
        let now = self.now(real);
        let home = self.account.home(self.reached);
        let (region, load) = (home.region.clone(), home.load());
        map! {
            "account" => ACCOUNT_ID,
            "region" => region,
            "now" => now.to_string(),
            "reached" => self.reached.to_string(),
            "load" => load,
            "speed" => match self.pace.speed() {
                Speed::Times(times) => Value::Float(times),
                Speed::Manual => "manual".into(),
            },
            "throttling" => self.throttle.mode == Throttling::On,
            "faults" => list(self.faults.list().iter().map(ToString::to_string)),
            "calls" => self.calls,
            "unknown" => list(self.unknown.iter()),
        }
    }
}

/// Only JSON: a page in a browser cannot send that across origins unasked.
fn commands(request: &Request<Bytes>) -> Result<Vec<Control>, String> {
    let kind = header(request.headers(), "content-type").unwrap_or_default();
    if !kind.starts_with("application/json") {
        return Err("Send JSON, with Content-Type: application/json".to_owned());
    }
    let input = json::decode(request.body()).map_err(|refusal| refusal.message)?;
    Control::of_json(&input)
}

fn reply(status: StatusCode, value: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(json::encode(value) + "\n"));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}
