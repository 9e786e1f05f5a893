//! Gives the answer: the gateway's envelope for refusals, the model's own otherwise, and the headers that every answer has.

use std::rc::Rc;
use std::time::Duration;

use adyton_core::catalogue::Reason;
use adyton_core::header::retry_after_seconds;
use adyton_core::record::AnsweredBy;
use adyton_runtime::targets;
use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, HeaderName, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Response};
use http_body_util::BodyExt as _;

use crate::pipeline::answer::{Answer, AnswerBody};
use crate::pipeline::envelope;
use crate::pipeline::record::Recording;
use crate::pipeline::refused::{Allowance, Refused};
use crate::waits::{Waits, within};
use crate::wire_state::{UnreadBody, WireState};

const X_RATE_LIMIT: HeaderName = HeaderName::from_static("x-apig-ratelimit-api-allenv");
const X_APIG_MODE: HeaderName = HeaderName::from_static("x-apig-mode");
const X_APIG_LATENCY: HeaderName = HeaderName::from_static("x-apig-latency");
const X_APIG_UPSTREAM_LATENCY: HeaderName = HeaderName::from_static("x-apig-upstream-latency");

/// The rest of a refused body that is read, so that the connection can be used again.
const REST_MAX: usize = 64 * 1024;
/// How long that may take. Longer, and the connection is closed instead.
const REST_WAIT: Duration = Duration::from_millis(100);
/// The most bytes that the throttle's header has: its words, and two numbers of 64 and 32 bits.
const RATE_LIMIT_MAX: usize = 28 + 20 + 10;

/// Whether the caller asks how long it took (`X-Apig-Mode: debug`).
pub(crate) fn wants_latency(headers: &HeaderMap) -> bool {
    headers
        .get(X_APIG_MODE)
        .is_some_and(|mode| mode.as_bytes().eq_ignore_ascii_case(b"debug"))
}

/// Makes the answer, and ends its record or hands it to the body that will. `draining` says that answers end their connections.
pub(crate) async fn finish(
    waits: &Rc<Waits>,
    draining: bool,
    mut recording: Recording,
    decided: Result<Answer, Box<Refused>>,
    wants_latency: bool,
) -> Response<AnswerBody> {
    let (mut answer, ends) = match decided {
        Ok(mut answer) => {
            envelope::name(answer.response.headers_mut(), recording.id(), answer.answered_by);
            (answer, false)
        }
        Err(refused) => {
            // Where such a body ends is not agreed on by all readers, so nothing behind it is taken for a request.
            let ends = refused.reason() == Reason::RequestTransferCoding;
            (refuse(&mut recording, *refused), ends)
        }
    };
    let closes = settle(waits, recording.wire()).await || draining || ends;
    let headers = answer.response.headers_mut();
    if let Some(allowance) = answer.allowance {
        headers.insert(X_RATE_LIMIT, rate_limit(allowance));
    }
    if closes {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    if wants_latency {
        let (all, model) = (recording.age_ms(), recording.model_time().as_millis());
        headers.insert(X_APIG_LATENCY, HeaderValue::from(all));
        headers.insert(X_APIG_UPSTREAM_LATENCY, ascii(model.to_string().into()));
    }
    recording.answered(answer.response.status().as_u16(), answer.answered_by);
    match answer.response.body_mut() {
        AnswerBody::Whole(bytes) => {
            recording.sent(bytes.len() as u64);
            recording.finish();
        }
        AnswerBody::Relay(relay) => relay.keep(recording),
    }
    answer.response
}

/// The public part of a refusal; its evidence goes to the record.
fn refuse(recording: &mut Recording, refused: Refused) -> Answer {
    let Refused {
        refusal,
        retry_after,
        allowance,
        model_answer,
    } = refused;
    let (reason, id) = (refusal.reason, recording.id());
    let (mut response, answered_by) = match model_answer {
        Some(given) => {
            let mut response = answer_of_model(given);
            envelope::name(response.headers_mut(), id, AnsweredBy::Model);
            envelope::name_reason(response.headers_mut(), reason);
            (response, AnsweredBy::Model)
        }
        None => (
            envelope::refusal(reason, &refusal.detail, id).map(AnswerBody::Whole),
            AnsweredBy::Gateway,
        ),
    };
    if let Some(wait) = retry_after {
        let seconds = HeaderValue::from(retry_after_seconds(wait));
        response.headers_mut().insert(RETRY_AFTER, seconds);
    }
    recording.trail().refused(reason, *refusal.evidence);
    Answer {
        response,
        answered_by,
        allowance,
    }
}

/// A model in process that refuses an input speaks for itself.
fn answer_of_model(given: targets::Answer) -> Response<AnswerBody> {
    let mut response = Response::new(AnswerBody::Whole(given.body));
    *response.status_mut() = given.status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(given.content_type));
    response
}

/// `remain:199,limit:200,time:1 second`. In every answer, so without the machinery of `format!`.
fn rate_limit(allowance: Allowance) -> HeaderValue {
    let (mut remain, mut limit) = (itoa::Buffer::new(), itoa::Buffer::new());
    let (mut text, mut length) = ([0; RATE_LIMIT_MAX], 0);
    let pieces = [
        b"remain:",
        remain.format(allowance.remain).as_bytes(),
        b",limit:",
        limit.format(allowance.limit).as_bytes(),
        b",time:1 second",
    ];
    for piece in pieces {
        text[length..length + piece.len()].copy_from_slice(piece);
        length += piece.len();
    }
    ascii(Bytes::copy_from_slice(&text[..length]))
}

/// A value of our own making: ids and numbers.
fn ascii(text: Bytes) -> HeaderValue {
    HeaderValue::from_maybe_shared(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Decides what becomes of a connection whose request body was not read to its end; says whether it must close. A small
/// rest is on its way already and is read; a client that waits for `100 Continue` is not asked for it.
async fn settle(waits: &Rc<Waits>, wire: Option<&Rc<WireState>>) -> bool {
    let Some(wire) = wire else { return false };
    let Some(leftover) = wire.take_leftover() else {
        return false;
    };
    let read = within(waits, REST_WAIT, read_rest(leftover)).await;
    if read == Ok(true) {
        return false;
    }
    wire.expect_more();
    true
}

/// Reads a rest; `false` when there is too much of it.
async fn read_rest(leftover: UnreadBody) -> bool {
    use http_body::Body as _;
    let UnreadBody { mut body, held_back } = leftover;
    if held_back || body.size_hint().lower() > REST_MAX as u64 {
        return false;
    }
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return false };
        length += frame.data_ref().map_or(0, Bytes::len);
        if length > REST_MAX {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests;
