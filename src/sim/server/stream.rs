//! A stream of events over a connection: a frame every second, until it ends or the client does.

use super::Sim;
use super::body::Outgoing;
use crate::sim::desk::{Tail, Tailed};
use bytes::Bytes;
use futures_util::stream;
use http_body_util::{BodyExt, StreamBody};
use hyper::Response;
use hyper::body::Frame;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// AWS sends one each second, be it empty.
const FRAME: Duration = Duration::from_secs(1);

/// One session; it is closed when the connection is.
struct Session {
    sim: Arc<Sim>,
    tail: Tail,
    /// What is sent before the first wait.
    first: Option<Bytes>,
    ended: bool,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.sim.close_tail(&self.tail);
    }
}

/// The response whose body goes on.
pub(super) fn of(sim: Arc<Sim>, response: Response<Bytes>, tail: Tail) -> Response<Outgoing> {
    response.map(|first| {
        let session = Session {
            sim,
            tail,
            first: Some(first),
            ended: false,
        };
        StreamBody::new(stream::unfold(session, next)).boxed_unsync()
    })
}

async fn next(mut session: Session) -> Option<(Result<Frame<Bytes>, io::Error>, Session)> {
    if let Some(first) = session.first.take() {
        return Some((Ok(Frame::data(first)), session));
    }
    if session.ended {
        return None;
    }
    let bytes = loop {
        tokio::time::sleep(FRAME).await;
        match session.sim.tail(&session.tail) {
            Tailed::Goes(bytes) => break bytes,
            Tailed::Silent => {}
            Tailed::Ends(bytes) => {
                session.ended = true;
                break bytes;
            }
        }
    };
    Some((Ok(Frame::data(bytes)), session))
}
