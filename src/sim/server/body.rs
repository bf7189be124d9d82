//! Bodies: requests read within their limits, answers that may break off.

use super::connection::Limits;
use bytes::Bytes;
use futures_util::stream;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited, StreamBody};
use hyper::body::{Body, Frame, Incoming};
use hyper::header::CONTENT_LENGTH;
use hyper::{Request, Response};
use std::io;

/// What goes out.
pub(super) type Outgoing = UnsyncBoxBody<Bytes, io::Error>;

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    TooLarge,
    TooSlow,
    /// The client left in the middle.
    Broken,
}

/// A whole answer.
pub(super) fn whole(response: Response<Bytes>) -> Response<Outgoing> {
    response.map(|bytes| {
        Full::new(bytes)
            .map_err(|never| match never {})
            .boxed_unsync()
    })
}

/// An answer that says its whole length and breaks off in the middle.
pub(super) fn truncated(response: Response<Bytes>) -> Response<Outgoing> {
    let length = response.body().len();
    let mut response = response.map(|bytes| {
        let half = bytes.slice(..length / 2);
        let broken = io::Error::new(io::ErrorKind::ConnectionAborted, "cut on demand");
        let parts = [Ok(Frame::data(half)), Err(broken)];
        StreamBody::new(stream::iter(parts)).boxed_unsync()
    });
    response.headers_mut().insert(CONTENT_LENGTH, length.into());
    response
}

/// Reads a body to its end.
pub(super) async fn read(
    request: Request<Incoming>,
    limits: Limits,
) -> (Request<()>, Result<Bytes, Unread>) {
    let (head, body) = request.into_parts();
    let head = Request::from_parts(head, ());
    if body.size_hint().lower() > limits.body as u64 {
        return (head, Err(Unread::TooLarge));
    }
    let read = Limited::new(body, limits.body).collect();
    let body = match tokio::time::timeout(limits.body_within, read).await {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Unread::TooLarge),
        Ok(Err(_)) => Err(Unread::Broken),
        Err(_) => Err(Unread::TooSlow),
    };
    (head, body)
}
