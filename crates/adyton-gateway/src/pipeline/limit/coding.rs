//! A body that its client compressed (`Content-Encoding`), for models that read the content themselves: those in this process.
//! Programs get bodies as they were sent.
//!
//! What must hold: the decoded size counts against the same limit as a body that came as it is, and nothing is decoded beyond it.
//! No step takes longer than other requests of this core may wait, however much a few bytes of it stand for.

use std::time::Duration;

use adyton_core::catalogue::Reason;
use adyton_core::evidence::Evidence;
use adyton_core::fact::Fact;
use adyton_core::refusal::{PublicDetail, Refusal};
use adyton_core::shown::quoted;
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, HeaderValue};

use super::bodies::Bodies;
use super::body::Body;
use super::bound::Bound;
use super::decoder::{Coding, Decoder, Problem};
use crate::arrival::Arrival;
use crate::items::items;
use crate::pipeline::refused::Refused;
use crate::settings::Limits;

/// How much of a coded body is decoded at once, in bytes: at most a thousand times as much comes out of it.
const STEP: usize = 1024;
/// After so many bytes, in or out, the other requests of this core have their turn.
const TURN: usize = 32 * 1024;
/// How much of a coding's name is repeated to whoever sent it, in characters.
const NAME_MAX: usize = 64;

/// The body as it was before its client compressed it. Waits for memory no longer than `limit` at a time.
pub(crate) async fn decoded(
    bodies: &Bodies,
    limits: &Limits,
    limit: Duration,
    arrival: &Arrival,
    body: Body,
) -> Result<Body, Box<Refused>> {
    let coding = match named(&arrival.head.headers) {
        Ok(None) => return Ok(body),
        Ok(Some(coding)) => coding,
        Err(named) => return Err(unknown(&named)),
    };
    if body.is_empty() {
        return Ok(body);
    }
    let bound = Bound::of(limits, arrival.door());
    let mut share = None;
    let mut decoder = Decoder::new(coding, &body, bound.as_length());
    let mut turn = 0;
    for step in body.chunks(STEP) {
        let before = decoder.decoded();
        decoder
            .feed(step)
            .map_err(|problem| refused(problem, coding, bound))?;
        turn += step.len() + (decoder.decoded() - before);
        if turn >= TURN {
            turn = 0;
            bodies.grow(&mut share, decoder.decoded() as u64, limit).await?;
            tokio::task::yield_now().await;
        }
    }
    let bytes = decoder
        .finish()
        .map_err(|problem| refused(problem, coding, bound))?;
    bodies.grow(&mut share, bytes.len() as u64, limit).await?;
    Ok(body.replaced(bytes, share))
}

/// The one coding that the head names; `None` for a body as it is, an error with the names for what cannot be undone.
fn named(headers: &HeaderMap) -> Result<Option<Coding>, String> {
    if !headers.contains_key(CONTENT_ENCODING) {
        return Ok(None);
    }
    let lines = || {
        let all = headers.get_all(CONTENT_ENCODING).iter();
        all.map(HeaderValue::as_bytes)
    };
    let is_identity = |coding: &&[u8]| coding.is_empty() || coding.eq_ignore_ascii_case(b"identity");
    let mut codings = lines().flat_map(items).filter(|coding| !is_identity(coding));
    let coding = match codings.next() {
        None => return Ok(None),
        Some(name) if name.eq_ignore_ascii_case(b"gzip") || name.eq_ignore_ascii_case(b"x-gzip") => {
            Some(Coding::Gzip)
        }
        Some(name) if name.eq_ignore_ascii_case(b"deflate") => Some(Coding::Deflate),
        Some(_) => None,
    };
    match (coding, codings.next()) {
        (Some(coding), None) => Ok(Some(coding)),
        _ => {
            let all: Vec<_> = lines().map(String::from_utf8_lossy).collect();
            Err(quoted(&all.join(", "), NAME_MAX))
        }
    }
}

fn unknown(named: &str) -> Box<Refused> {
    let fact = Fact::ContentCodingUnknown {
        sent: named.to_owned(),
    };
    let said = format!("{named}; send gzip, deflate or none");
    Refusal::new(Reason::RequestContentCoding, Evidence::of_request(fact))
        .with_detail(PublicDetail::Input(said))
        .into()
}

fn refused(problem: Problem, coding: Coding, bound: Bound) -> Box<Refused> {
    match problem {
        Problem::TooLarge(measured) => bound.exceeded_decoded(measured as u64),
        Problem::Damaged(why) => {
            let fact = Fact::ContentDamaged {
                coding: coding.name().to_owned(),
                error: why,
            };
            let said = PublicDetail::Input(fact.words());
            Refusal::new(Reason::ModelBadInput, Evidence::of_request(fact))
                .with_detail(said)
                .into()
        }
    }
}

#[cfg(test)]
mod tests {
    use adyton_core::measured::Measured;
    use bytes::Bytes;

    use super::*;
    use crate::pipeline::chain::reason;
    use crate::pipeline::limit::ToSend;
    use crate::pipeline::rig::{Rig, run};

    #[test]
    fn only_one_coding_that_is_known_is_undone() {
        let named = |lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(CONTENT_ENCODING, line.parse().expect("a value"));
            }
            named(&headers)
        };
        assert_eq!(named(&[]), Ok(None));
        assert_eq!(named(&["identity"]), Ok(None));
        assert_eq!(named(&[" GZIP "]), Ok(Some(Coding::Gzip)));
        assert_eq!(named(&["identity", "x-gzip"]), Ok(Some(Coding::Gzip)));
        assert_eq!(named(&["deflate"]), Ok(Some(Coding::Deflate)));
        assert_eq!(named(&["br"]), Err("br".to_owned()));
        assert_eq!(named(&["gzip", "gzip"]), Err("gzip, gzip".to_owned()));
    }

    /// The body of a call, as a model in this process reads it.
    fn undone(rig: &Rig, coding: Option<&str>, body: Vec<u8>) -> Result<Bytes, Box<Refused>> {
        let request = match coding {
            Some(coding) => rig.by_token().header("content-encoding", coding),
            None => rig.by_token(),
        };
        let (call, _) = rig.call(rig.arrival(request, body))?;
        let ToSend { arrival, body, .. } = call.into_parts().1;
        let (limits, time_limits) = (&rig.settings.limits, &rig.settings.time_limits);
        let body = run(decoded(&rig.bodies, limits, time_limits.body, &arrival, body))?;
        Ok(Bytes::clone(&body))
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut encoder, bytes).expect("a buffer");
        encoder.finish().expect("a buffer")
    }

    #[test]
    fn a_compressed_body_counts_decoded_too() {
        let mut rig = Rig::new();
        rig.settings.limits.address_body = 100_000;
        let long = vec![b'a'; 100_000];
        assert_eq!(undone(&rig, None, b"{}".to_vec()).expect("as it is"), "{}");
        assert_eq!(
            undone(&rig, Some("gzip"), gzip(&long)).expect("the last size"),
            long
        );
        assert_eq!(undone(&rig, Some("gzip"), Vec::new()).expect("nothing"), "");
        let over = undone(&rig, Some("gzip"), gzip(&vec![b'a'; 100_001]));
        let refused = over.expect_err("one byte more");
        assert_eq!(refused.reason(), Reason::BodyTooLarge);
        assert!(
            matches!(
                &*refused.refusal.evidence,
                Evidence::Size {
                    what: Measured::BodyDecoded,
                    ..
                }
            ),
            "{refused:?}"
        );
        assert_eq!(
            reason(undone(&rig, Some("br"), b"{}".to_vec())),
            Reason::RequestContentCoding
        );
        assert_eq!(
            reason(undone(&rig, Some("gzip"), b"{}".to_vec())),
            Reason::ModelBadInput
        );
    }
}
