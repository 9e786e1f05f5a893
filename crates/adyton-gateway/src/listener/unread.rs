//! Refusals of what no step has seen: heads that the parser does not read, and heads with more lines than it could. They get
//! an id, an answer in the gateway's envelope and a record like any other, with as much of the head as can be read.

use adyton_core::catalogue::Reason;
use adyton_core::evidence::Evidence;
use adyton_core::fact::Fact;
use adyton_core::measured::Measured;
use adyton_core::record::{ADDRESS_MAX, AnsweredBy};
use adyton_core::refusal::PublicDetail;
use bytes::Bytes;

use crate::listener::head::{LINES, LINES_MAX};
use crate::pipeline::{Pipeline, envelope};
use crate::settings::HEAD_BUFFER;
use crate::trail::{Ending, Trail, Unread};
use crate::wire_state::WireState;

/// Refuses what the parser has refused by itself: `answer` is what it was about to say, `start` what can be told of the
/// head's beginning. `None` when it says something else.
pub(crate) fn by_parser(
    pipeline: &Pipeline,
    state: &WireState,
    answer: &[u8],
    start: &[u8],
) -> Option<Bytes> {
    let limits = pipeline.settings.current().limits;
    let size = |what: Measured, limit: u64, setting: &str| Evidence::Size {
        what,
        limit,
        declared: None,
        measured: None,
        setting: setting.to_owned(),
    };
    let (reason, evidence) = match answer.get(9..12)? {
        b"400" => (Reason::RequestUnreadable, Evidence::of_request(problem(start))),
        b"414" => (Reason::UriTooLarge, size(Measured::Uri, limits.uri, "limits.uri")),
        b"431" => (
            Reason::HeadersTooLarge,
            size(Measured::Headers, limits.headers, "limits.headers"),
        ),
        _ => return None,
    };
    Some(refuse(pipeline, state, start, reason, evidence))
}

/// Refuses a head that has more lines, or more bytes, than any parser is given.
pub(crate) fn too_long(pipeline: &Pipeline, state: &WireState, head: &[u8], lines: usize) -> Bytes {
    let limits = pipeline.settings.current().limits;
    let (what, limit, measured) = match lines > LINES_MAX {
        true => (Measured::HeaderLines, LINES_MAX as u64, lines),
        false => (Measured::Head, limits.headers.min(HEAD_BUFFER), head.len()),
    };
    let evidence = Evidence::Size {
        what,
        limit,
        declared: None,
        measured: Some(measured as u64),
        setting: "limits.headers".to_owned(),
    };
    refuse(pipeline, state, head, Reason::HeadersTooLarge, evidence)
}

/// Records the refusal; gives its answer.
fn refuse(pipeline: &Pipeline, state: &WireState, start: &[u8], reason: Reason, evidence: Evidence) -> Bytes {
    let (records, stamp) = (&pipeline.records, pipeline.stamps.next());
    records.meters.begun.add(1);
    records.meters.unreadable.add(1);
    let response = envelope::refusal(reason, &PublicDetail::None, stamp.id);
    let settings = pipeline.settings.current();
    let source = state.peer.address.to_string();
    let seen = seen(start, &source);
    let mut trail = Trail::unread(&records.recorder, stamp, &seen, &settings.hide_query_keys);
    trail.refused(reason, evidence);
    let ending = Ending {
        status: response.status().as_u16(),
        answered_by: AnsweredBy::Gateway,
        response_bytes: response.body().len() as u64,
        ended: pipeline.time.monotonic(),
    };
    trail.end(&records.recorder, &records.meters, ending);
    // What the client still sends is thrown away for a while, so that it reads its answer.
    state.expect_more();
    envelope::to_wire(response, pipeline.time.date())
}

/// What can be read of a head's beginning.
fn seen<'a>(start: &'a [u8], source: &'a str) -> Unread<'a> {
    let start = start.trim_ascii_start();
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let mut words = line.trim_ascii_end().splitn(3, |byte| *byte == b' ');
    let text = |word: Option<&'a [u8]>, longest: usize| {
        let word = word
            .and_then(|word| str::from_utf8(word).ok())
            .unwrap_or_default();
        let is_plain = word.bytes().all(|byte| byte.is_ascii_graphic());
        if is_plain {
            &word[..word.floor_char_boundary(longest)]
        } else {
            ""
        }
    };
    let method = text(words.next(), 32);
    let target = text(words.next(), ADDRESS_MAX);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Unread {
        source,
        method,
        path,
        query,
        host: header(start, b"host"),
        user_agent: header(start, b"user-agent"),
    }
}

/// The value of the first header line with this name.
fn header<'a>(start: &'a [u8], name: &[u8]) -> &'a [u8] {
    start
        .split(|byte| *byte == b'\n')
        .skip(1)
        .filter_map(|line| line.split_at_checked(line.iter().position(|byte| *byte == b':')?))
        .find(|(own, _)| own.eq_ignore_ascii_case(name))
        .map(|(_, value)| value[1..].trim_ascii())
        .unwrap_or_default()
}

/// Why the parser does not read it, as far as that can be found out.
fn problem(start: &[u8]) -> Fact {
    // A handshake record of TLS, of any version, begins with these.
    if start.starts_with(b"\x16\x03") {
        return Fact::HeadIsTls;
    }
    if start.starts_with(b"PRI * HTTP/2") {
        return Fact::HeadIsHttp2;
    }
    if is_split(start) {
        return Fact::HeadSpaceInAddress;
    }
    let mut lines = [httparse::EMPTY_HEADER; LINES];
    match httparse::Request::new(&mut lines).parse(start) {
        Err(cause) => Fact::HeadUnreadable {
            error: cause.to_string(),
        },
        Ok(httparse::Status::Partial) => Fact::HeadBroken,
        Ok(httparse::Status::Complete(_)) => Fact::HeadContradicts,
    }
}

/// Whether the request line has more than its three words, the first and the last of them right.
fn is_split(start: &[u8]) -> bool {
    let start = start.trim_ascii_start();
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let mut words = line.trim_ascii_end().split(|byte| *byte == b' ');
    let is_method = words
        .next()
        .is_some_and(|word| !word.is_empty() && word.iter().all(u8::is_ascii_uppercase));
    let rest: Vec<&[u8]> = words.collect();
    is_method
        && rest.len() > 2
        && rest.first().is_some_and(|address| address.starts_with(b"/"))
        && rest.last().is_some_and(|version| version.starts_with(b"HTTP/1."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_often_is_called_by_its_name() {
        for (start, fact) in [
            (&b"\x16\x03\x01\x02\x00\x01\x00"[..], Fact::HeadIsTls),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Fact::HeadIsHttp2),
            (b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", Fact::HeadSpaceInAddress),
            (b"POST /a b c HTTP/1.0\n\n", Fact::HeadSpaceInAddress),
        ] {
            assert_eq!(problem(start), fact, "{}", String::from_utf8_lossy(start));
        }
        for start in [
            &b"get /a b HTTP/1.1\r\n\r\n"[..],
            b"GET /a HTTP/3\r\n\r\n",
            b" a b c HTTP/1.1\r\n",
        ] {
            assert!(!is_split(start), "{}", String::from_utf8_lossy(start));
        }
    }

    #[test]
    fn as_much_as_can_be_read_is_kept_and_nothing_strange() {
        let read = seen(
            b"\r\nPOST /v1/infers/x?token=t HTTP/1.1\r\nHost: a.test\r\nBad Name: x\r\n\r\n",
            "::1",
        );
        assert_eq!(
            (read.method, read.path, read.query, read.host),
            ("POST", "/v1/infers/x", "token=t", &b"a.test"[..])
        );
        let read = seen(b"\x16\x03\x01\x02\x00\x01", "::1");
        assert_eq!((read.method, read.path, read.host), ("", "", &b""[..]));
        let read = seen(b"GET /\xff\xfe HTTP/1.1\r\nHost\r\n", "::1");
        assert_eq!((read.method, read.path, read.host), ("GET", "", &b""[..]));
        let found = problem(b"GET / HTTP/1.1\r\nBad Name: x\r\n\r\n").words();
        assert!(found.contains("header name"), "{found}");
    }
}
