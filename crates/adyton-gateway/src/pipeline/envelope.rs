//! The answer to a refused request: the one place that writes the gateway's envelope, whoever sends it.
//!
//! Evidence is not a parameter of the public text, so it cannot leak into it.

use adyton_core::catalogue::Reason;
use adyton_core::header::{X_ADYTON_ANSWERED_BY, X_ADYTON_REASON, X_REQUEST_ID};
use adyton_core::id::RequestId;
use adyton_core::record::AnsweredBy;
use adyton_core::refusal::{PublicDetail, PublicError};
use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, DATE};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use hyper::ext::ReasonPhrase;

use crate::upstream::headers::write_line;

/// The phrase of 494, nginx's own status: the standard has none for it.
const TOO_LARGE: &str = "Request Header Too Large";

/// The whole answer to the request with this id, refused for this reason.
pub(crate) fn refusal(reason: Reason, detail: &PublicDetail, id: RequestId) -> Response<Bytes> {
    let text = PublicError::new(reason, detail, id).to_json();
    let mut response = Response::new(Bytes::from(text));
    *response.status_mut() =
        StatusCode::from_u16(reason.code().entry().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if response.status().canonical_reason().is_none() {
        // Without a phrase hyper would say `<none>`.
        response
            .extensions_mut()
            .insert(ReasonPhrase::from_static(TOO_LARGE.as_bytes()));
    }
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if reason == Reason::RequestContentCoding {
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip, deflate"));
    }
    name_reason(headers, reason);
    name(headers, id, AnsweredBy::Gateway);
    response
}

/// Names the cause of a refusal.
pub(crate) fn name_reason(headers: &mut HeaderMap, reason: Reason) {
    headers.insert(X_ADYTON_REASON, HeaderValue::from_static(reason.sub_code()));
}

/// Names the request and who has answered it, as every answer does.
pub(crate) fn name(headers: &mut HeaderMap, id: RequestId, by: AnsweredBy) {
    let id = HeaderValue::from_maybe_shared(Bytes::copy_from_slice(id.to_hex().as_bytes()));
    headers.insert(X_REQUEST_ID, id.unwrap_or(HeaderValue::from_static("")));
    headers.insert(X_ADYTON_ANSWERED_BY, HeaderValue::from_static(by.name()));
}

/// An answer as it goes over a connection that closes behind it, for requests that the parser did not read.
pub(crate) fn to_wire(mut response: Response<Bytes>, date: HeaderValue) -> Bytes {
    let length = HeaderValue::from(response.body().len());
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    headers.insert(CONTENT_LENGTH, length);
    headers.insert(DATE, date);
    let status = response.status();
    let phrase = status.canonical_reason().unwrap_or(TOO_LARGE);
    let mut bytes = format!("HTTP/1.1 {} {phrase}\r\n", status.as_u16()).into_bytes();
    for (name, value) in response.headers() {
        write_line(&mut bytes, name.as_str(), value.as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(response.body());
    bytes.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: RequestId = RequestId::from_bits(0xa);

    #[test]
    fn a_refusal_says_code_reason_and_id_and_nothing_else() {
        let response = refusal(Reason::TokenUndecryptable, &PublicDetail::DecryptTokenFail, ID);
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        let header = |name: &str| response.headers()[name].to_str().expect("a text").to_owned();
        assert_eq!(header("x-request-id"), ID.to_string());
        assert_eq!(header("x-adyton-reason"), Reason::TokenUndecryptable.sub_code());
        assert_eq!(header("x-adyton-answered-by"), "gateway");
        assert_eq!(header("content-type"), "application/json");
        assert_eq!(response.headers().len(), 4);
        assert_eq!(
            str::from_utf8(response.body()).expect("a text"),
            format!(
                "{{\"error_code\":\"APIG.0301\",\"error_msg\":\"Incorrect IAM authentication information: decrypt token \
                 fail\",\"request_id\":\"{ID}\"}}"
            )
        );
    }

    #[test]
    fn what_goes_over_the_wire_is_the_same_answer() {
        for (reason, line) in [
            (Reason::RequestUnreadable, "HTTP/1.1 400 Bad Request"),
            (Reason::UriTooLarge, "HTTP/1.1 414 URI Too Long"),
            (Reason::HeadersTooLarge, "HTTP/1.1 494 Request Header Too Large"),
        ] {
            let response = refusal(reason, &PublicDetail::None, ID);
            let date = HeaderValue::from_static("Thu, 01 Jan 1970 00:00:00 GMT");
            let wire = to_wire(response.clone(), date);
            let text = str::from_utf8(&wire).expect("a text");
            let (head, body) = text.split_once("\r\n\r\n").expect("a head");
            let mut lines = head.lines();
            assert_eq!(lines.next(), Some(line));
            let lines: Vec<&str> = lines.collect();
            assert!(lines.contains(&"connection: close"), "{head}");
            assert!(lines.contains(&"date: Thu, 01 Jan 1970 00:00:00 GMT"), "{head}");
            assert!(
                lines.contains(&&*format!("content-length: {}", body.len())),
                "{head}"
            );
            assert!(lines.contains(&&*format!("x-adyton-reason: {reason}")), "{head}");
            assert_eq!(body.as_bytes(), response.body());
        }
    }

    #[test]
    fn an_answer_to_an_unknown_coding_says_which_are_known() {
        let response = refusal(Reason::RequestContentCoding, &PublicDetail::None, ID);
        assert_eq!(response.headers()[ACCEPT_ENCODING], "gzip, deflate");
    }
}
