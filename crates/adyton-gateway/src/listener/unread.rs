//! Refusals of what no step has seen: heads that the parser does not read, and heads with more lines than it could. They get
//! an id, an answer in the gateway's envelope and a record like any other, with as much of the head as can be read.

use adyton_core::catalogue::Reason;
use adyton_core::evidence::Evidence;
use adyton_core::fact::Fact;
use adyton_core::measured::Measured;
use adyton_core::record::{ADDRESS_MAX, AnsweredBy};
use adyton_core::refusal::PublicDetail;
use adyton_core::shown::quoted;
use bytes::Bytes;

use crate::listener::head::{LINES, LINES_MAX};
use crate::pipeline::{Pipeline, envelope};
use crate::settings::HEAD_BUFFER;
use crate::trail::{Ending, Trail, Unread};
use crate::wire_state::WireState;

/// How much of what cannot be read is shown.
const SHOWN: usize = 40;

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
    let mut trail = Trail::begin_unread(&records.recorder, stamp, &seen, &settings.hide_query_keys);
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
    if let Some(fact) = of_request_line(start).or_else(|| of_header_names(start)) {
        return fact;
    }
    let mut lines = [httparse::EMPTY_HEADER; LINES];
    match httparse::Request::new(&mut lines).parse(start) {
        Err(cause) => Fact::HeadUnreadable {
            error: cause.to_string(),
        },
        Ok(httparse::Status::Partial) => Fact::HeadBroken,
        Ok(httparse::Status::Complete(_)) => of_lengths(start).unwrap_or(Fact::HeadContradicts),
    }
}

/// What is wrong with the request line, where it is one.
fn of_request_line(start: &[u8]) -> Option<Fact> {
    let line = start.trim_ascii_start().split(|byte| *byte == b'\n').next()?;
    let words: Vec<&[u8]> = line.trim_ascii_end().split(|byte| *byte == b' ').collect();
    let [_, address, version] = words.as_slice() else {
        return None;
    };
    const SIGNS: [(u8, &str, &str); 3] = [(b'<', "<", "%3C"), (b'>', ">", "%3E"), (b'`', "`", "%60")];
    let sign = SIGNS.iter().find(|(sign, ..)| address.contains(sign));
    if let Some((_, sign, escape)) = sign.filter(|_| version.starts_with(b"HTTP/")) {
        return Some(Fact::HeadSignInAddress {
            sign: (*sign).to_owned(),
            escape: (*escape).to_owned(),
        });
    }
    let is_other = version.starts_with(b"HTTP/") && !matches!(*version, b"HTTP/1.1" | b"HTTP/1.0");
    is_other.then(|| Fact::HeadVersion {
        sent: quoted(&String::from_utf8_lossy(version), SHOWN),
    })
}

/// The header lines, as far as they came whole.
fn header_lines(start: &[u8]) -> impl Iterator<Item = &[u8]> {
    let end = start.iter().rposition(|byte| *byte == b'\n').unwrap_or(0);
    start[..end]
        .trim_ascii_start()
        .split(|byte| *byte == b'\n')
        .skip(1)
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .take_while(|line| !line.is_empty())
}

/// The first header line whose name is none. Its value may be a secret.
fn of_header_names(start: &[u8]) -> Option<Fact> {
    let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    let wrong = header_lines(start).find_map(|line| {
        let end = line
            .iter()
            .position(|byte| !is_of_name(byte))
            .unwrap_or(line.len());
        let is_name = end > 0 && line.get(end) == Some(&b':');
        (!is_name).then(|| &line[..(end + 1).min(line.len())])
    })?;
    Some(Fact::HeadHeaderName {
        line: format!("{}…", quoted(&String::from_utf8_lossy(wrong), SHOWN)),
    })
}

/// What is wrong with what says where the body ends.
fn of_lengths(start: &[u8]) -> Option<Fact> {
    let lengths: Vec<String> = header_lines(start)
        .filter_map(|line| line.split_at_checked(line.iter().position(|byte| *byte == b':')?))
        .filter(|(name, _)| name.eq_ignore_ascii_case(b"content-length"))
        .map(|(_, value)| quoted(String::from_utf8_lossy(&value[1..]).trim(), SHOWN))
        .collect();
    let is_number =
        |sent: &str| sent.parse::<u64>().is_ok() && sent.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(sent) = lengths.iter().find(|sent| !is_number(sent)) {
        return Some(Fact::HeadLength { sent: sent.clone() });
    }
    let differ = lengths.iter().any(|sent| Some(sent) != lengths.first());
    differ.then(|| Fact::HeadLengthRepeated {
        sent: lengths.join(", "),
    })
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
        let name = |line: &str| Fact::HeadHeaderName { line: line.into() };
        let length = |sent: &str| Fact::HeadLength { sent: sent.into() };
        let (sign, escape) = ("<".to_owned(), "%3C".to_owned());
        for (start, fact) in [
            (
                &b"POST /v1/infers/<id> HTTP/1.1\r\nHost: a\r\n\r\n"[..],
                Fact::HeadSignInAddress { sign, escape },
            ),
            (
                b"GET / HTTP/3.0\r\n\r\n",
                Fact::HeadVersion {
                    sent: "HTTP/3.0".into(),
                },
            ),
            (
                b"GET / HTTP/1.1\r\nX-Auth-Token : t0ken\r\n\r\n",
                name("X-Auth-Token …"),
            ),
            (
                b"GET / HTTP/1.1\r\nX-Auth-Token t0ken\r\n\r\n",
                name("X-Auth-Token …"),
            ),
            (b"GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n", name(" …")),
            (b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", length("-5")),
            (b"POST / HTTP/1.1\r\nContent-Length: abc\r\n\r\n", length("abc")),
            (
                b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
                Fact::HeadLengthRepeated { sent: "5, 6".into() },
            ),
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
        assert!(found.contains("the header line `Bad …`"), "{found}");
    }
}
