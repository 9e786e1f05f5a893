//! Is the head within its limits, and does it ask only for what the gateway supports? Limits are inclusive; sizes are counted
//! as they were sent.

use adyton_core::catalogue::Reason;
use adyton_core::evidence::Evidence;
use adyton_core::fact::Fact;
use adyton_core::measured::Measured;
use adyton_core::shown::{quoted, quoted_bytes};
use http::header::{EXPECT, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderValue, Uri};

use crate::arrival::Arrival;
use crate::items::items;
use crate::pipeline::refused::Refused;
use crate::pipeline::route::Found;
use crate::settings::Limits;

/// A request whose head is within its limits.
pub(crate) struct Offer<'l> {
    found: Found<'l>,
    arrival: Box<Arrival>,
}

impl<'l> Offer<'l> {
    /// The API that it is for.
    pub(crate) fn found(&self) -> &Found<'l> {
        &self.found
    }
    /// What arrived.
    pub(crate) fn arrival(&self) -> &Arrival {
        &self.arrival
    }
    /// Both, for the next proof.
    pub(crate) fn into_parts(self) -> (Found<'l>, Box<Arrival>) {
        (self.found, self.arrival)
    }
}

/// Checks the head.
pub(crate) fn inspect<'l>(
    limits: &Limits,
    found: Found<'l>,
    arrival: Box<Arrival>,
) -> Result<Offer<'l>, Box<Refused>> {
    let head = arrival.sent();
    check_uri(&head.uri, limits)?;
    check_headers(&head.headers, limits)?;
    check_expectation(&head.headers)?;
    check_codings(&head.headers)?;
    Ok(Offer { found, arrival })
}

/// The request target as sent: path and query, or the absolute form.
fn check_uri(uri: &Uri, limits: &Limits) -> Result<(), Box<Refused>> {
    let path = uri.path_and_query().map_or(0, |path| path.as_str().len());
    let origin = match (uri.scheme_str(), uri.authority()) {
        (Some(scheme), Some(authority)) => scheme.len() + "://".len() + authority.as_str().len(),
        _ => 0,
    };
    let length = (path + origin) as u64;
    if length <= limits.uri {
        return Ok(());
    }
    Err(Refused::new(
        Reason::UriTooLarge,
        size(Measured::Uri, limits.uri, length, "limits.uri"),
    ))
}

fn check_headers(headers: &HeaderMap, limits: &Limits) -> Result<(), Box<Refused>> {
    let mut all = 0;
    for (name, value) in headers {
        // `: ` and the end of the line count too.
        let length = (name.as_str().len() + value.len() + 4) as u64;
        if length > limits.header {
            let what = Measured::Header(quoted(name.as_str(), 64));
            return Err(Refused::new(
                Reason::HeaderTooLarge,
                size(what, limits.header, length, "limits.header"),
            ));
        }
        all += length;
    }
    if all <= limits.headers {
        return Ok(());
    }
    Err(Refused::new(
        Reason::HeadersTooLarge,
        size(Measured::Headers, limits.headers, all, "limits.headers"),
    ))
}

/// `100-continue` is the only expectation there is (RFC 9110, 10.1.1). Lines that repeat it add nothing; any other line is
/// an expectation that the gateway does not support, in any position.
fn check_expectation(headers: &HeaderMap) -> Result<(), Box<Refused>> {
    if !headers.contains_key(EXPECT) {
        return Ok(());
    }
    let lines = || headers.get_all(EXPECT).iter().map(HeaderValue::as_bytes);
    let Some(unknown) = lines().find(|line| !line.eq_ignore_ascii_case(b"100-continue")) else {
        return Ok(());
    };
    let sent = quoted_bytes(unknown, 64);
    Err(Refused::request(
        Reason::RequestExpectation,
        Fact::ExpectationUnknown { sent },
    ))
}

/// The body comes as it is, or in chunks, which are joined first. The gateway cannot decode any other coding, and the model
/// would receive a body without knowing how to read it. RFC 9112, 6.1, names 501 and 400 for this; the
/// compatible catalogue has no 501, and the request has to change either way.
fn check_codings(headers: &HeaderMap) -> Result<(), Box<Refused>> {
    if !headers.contains_key(TRANSFER_ENCODING) {
        return Ok(());
    }
    let lines = || {
        headers
            .get_all(TRANSFER_ENCODING)
            .iter()
            .map(HeaderValue::as_bytes)
    };
    let mut codings = lines().flat_map(items).filter(|coding| !coding.is_empty());
    let is_chunked = |coding: &[u8]| coding.eq_ignore_ascii_case(b"chunked");
    if codings.next().is_some_and(is_chunked) && codings.next().is_none() {
        return Ok(());
    }
    let lines: Vec<_> = lines().map(String::from_utf8_lossy).collect();
    let sent = quoted(&lines.join(", "), 64);
    Err(Refused::request(
        Reason::RequestTransferCoding,
        Fact::TransferCodingUnknown { sent },
    ))
}

fn size(what: Measured, limit: u64, measured: u64, setting: &str) -> Evidence {
    Evidence::Size {
        what,
        limit,
        declared: None,
        measured: Some(measured),
        setting: setting.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use adyton_core::sample;
    use adyton_identity::Visitor;
    use http::request::Builder;

    use super::*;
    use crate::pipeline::chain::reason;
    use crate::pipeline::rig::{Rig, call, path};

    fn refused(rig: &Rig, request: Builder) -> Option<(Reason, Evidence)> {
        let given = rig.offer(rig.arrival(request, ""));
        let refused = given.err()?;
        Some((refused.reason(), *refused.refusal.evidence))
    }

    #[test]
    fn each_limit_of_the_head_is_the_last_size_that_passes() {
        let mut rig = Rig::new();
        let length = path("").len() as u64;
        rig.settings.limits.uri = length + 3;
        let with_query = |query: &str| call().uri(format!("{}?{query}", path("")));
        assert!(refused(&rig, with_query("ab")).is_none());
        let (reason, evidence) = refused(&rig, with_query("abc")).expect("one byte more");
        assert_eq!(reason, Reason::UriTooLarge);
        assert_eq!(
            evidence,
            size(Measured::Uri, length + 3, length + 4, "limits.uri")
        );
        // The absolute form is longer by scheme and host.
        rig.settings.limits.uri = length + "http://gateway.test".len() as u64;
        let absolute = |scheme: &str| call().uri(format!("{scheme}://gateway.test{}", path("")));
        assert!(refused(&rig, absolute("http")).is_none());
        assert!(refused(&rig, absolute("https")).is_some());
    }

    #[test]
    fn headers_are_counted_with_their_line_one_by_one_and_together() {
        let mut rig = Rig::new();
        rig.settings.limits.header = 20;
        // Four letters of the name, four bytes of the line.
        let with = |value: &str| call().header("name", value);
        assert!(refused(&rig, with(&"v".repeat(12))).is_none());
        let (reason, evidence) = refused(&rig, with(&"v".repeat(13))).expect("one byte more");
        assert_eq!(reason, Reason::HeaderTooLarge);
        assert_eq!(
            evidence,
            size(Measured::Header("name".into()), 20, 21, "limits.header")
        );
        // `host: gateway.test` are 20 with their line's end.
        rig.settings.limits.headers = 40;
        assert!(refused(&rig, with(&"v".repeat(12))).is_none());
        rig.settings.limits.headers = 39;
        let (reason, evidence) = refused(&rig, with(&"v".repeat(12))).expect("one byte more");
        assert_eq!(reason, Reason::HeadersTooLarge);
        assert_eq!(evidence, size(Measured::Headers, 39, 40, "limits.headers"));
    }

    #[test]
    fn only_one_expectation_is_known_and_may_be_repeated() {
        let rig = Rig::new();
        let expecting = |lines: &[&str]| {
            let request = lines.iter().fold(call(), |call, line| call.header(EXPECT, *line));
            refused(&rig, request).map(|(reason, _)| reason)
        };
        assert_eq!(expecting(&[]), None);
        assert_eq!(expecting(&["100-continue"]), None);
        assert_eq!(expecting(&["100-Continue", "100-continue"]), None);
        for lines in [
            &["200-ok"][..],
            &["100-continue", "x"],
            &[""],
            &["100-continue, x"],
        ] {
            assert_eq!(expecting(lines), Some(Reason::RequestExpectation), "{lines:?}");
        }
    }

    #[test]
    fn a_body_comes_as_it_is_or_in_chunks() {
        let rig = Rig::new();
        let coded = |lines: &[&str]| {
            let request = lines
                .iter()
                .fold(call(), |call, line| call.header(TRANSFER_ENCODING, *line));
            refused(&rig, request).map(|(reason, _)| reason)
        };
        assert_eq!(coded(&[]), None);
        assert_eq!(coded(&["chunked"]), None);
        assert_eq!(coded(&[" Chunked ,"]), None);
        for lines in [&["gzip"][..], &["gzip, chunked"], &["chunked", "chunked"], &[""]] {
            assert_eq!(coded(lines), Some(Reason::RequestTransferCoding), "{lines:?}");
        }
    }

    #[test]
    fn at_the_prediction_tab_the_head_counts_that_was_sent_there() {
        let mut rig = Rig::new();
        let mut arrival = rig.at_tab(Some(sample::PROJECT), Visitor::Credentials, call(), "");
        rig.settings.limits.uri = 100;
        let Some(tab_caller) = &mut arrival.tab_caller else {
            panic!("it came through the tab");
        };
        tab_caller.sent.uri = format!("/{}", "a".repeat(100)).parse().expect("an address");
        assert_eq!(reason(rig.offer(arrival)), Reason::UriTooLarge);
    }
}
