//! What is tried last, with a budget of its own: dates far from the one that was sent, and bodies whose line ends were changed in
//! ways that are rare, or that are long.
//!
//! Where only the date of the string to sign is another, the canonical request stays, and so do its hash and the beginning of the
//! HMAC: that makes an hour of seconds affordable.

use std::borrow::Cow;
use std::time::Duration;

use adyton_core::clock::Timestamp;
use adyton_core::digest::Sha256;
use adyton_core::mistake::SigningMistake;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Digest as _;

use super::path::replaced;
use super::recipe::{AutopsyInput, BODY_MAX, Recipe, hex};
use super::text::KEPT;
use crate::signature::Signature;

/// The most work of what is tried last, in bytes hashed or written.
pub(super) const LATE_WORK_MAX: usize = 768 * 1024;

/// Bodies up to this size are looked into here. In bytes.
const LONG_BODY_MAX: usize = 32 * 1024;
/// So many line ends of a body are changed one by one.
const LINE_ENDS_MOST: usize = 16;
/// Dates so many seconds earlier are tried: one that was kept.
const EARLIER: u64 = 1_800;
/// The same later.
const LATER: u64 = 300;
/// Minutes by which clocks differ that were read for the header and for the signature.
const MINUTES: u64 = 15;
/// Quarters of an hour that time zones are away from UTC, at most.
const QUARTERS: u64 = 56;
/// What a date costs where only the string to sign is another: three blocks.
const DATE_COST: usize = 192;

/// Dates that may have been signed in place of the one that was sent.
fn seconds(at: Timestamp) -> impl Iterator<Item = Timestamp> {
    let near = KEPT as u64 + 1;
    let second = Duration::from_secs;
    let earlier = (near..=EARLIER).map(move |by| at.before(second(by)));
    let later = (near..=LATER).map(move |by| at.after(second(by)));
    earlier.chain(later)
}

/// The same in steps, where trying one costs more.
fn steps(at: Timestamp) -> impl Iterator<Item = Timestamp> {
    let minutes = (1..=MINUTES).map(|minutes| minutes * 60);
    let quarters = (1..=QUARTERS).map(|quarters| quarters * 900);
    minutes.chain(quarters).flat_map(move |seconds| {
        let by = Duration::from_secs(seconds);
        [at.before(by), at.after(by)]
    })
}

/// The date that the string to sign has in place of the header's, if the signature is made with one of those that are tried;
/// `hash` is that of the right canonical request.
pub(super) fn date_of_string(
    scene: &AutopsyInput<'_>,
    secret: &[u8],
    canonical: &[u8],
    work: &mut usize,
) -> bool {
    let Some(at) = super::text::date(scene) else {
        return false;
    };
    let Ok(mut begun) = Hmac::<sha2::Sha256>::new_from_slice(secret) else {
        return false;
    };
    begun.update(b"SDK-HMAC-SHA256\n");
    let hash = ::hex::encode(sha2::Sha256::digest(canonical));
    for date in seconds(at).chain(steps(at)) {
        if *work >= LATE_WORK_MAX {
            return false;
        }
        *work += DATE_COST;
        let mut mac = begun.clone();
        mac.update(date.to_sdk_date().as_bytes());
        mac.update(b"\n");
        mac.update(hash.as_bytes());
        if Signature::from_bytes(mac.finalize().into_bytes().into()) == scene.authorization.signature {
            return true;
        }
    }
    false
}

/// The right recipe with other dates, in the header's line too.
pub(super) fn dates_of_both<'r>(
    scene: &AutopsyInput<'_>,
    right: &'r Recipe<'_>,
) -> impl Iterator<Item = Recipe<'r>> {
    let dates = super::text::date(scene).into_iter().flat_map(steps);
    dates.map(move |date| {
        let date = date.to_sdk_date().into_bytes();
        let mut recipe = right.borrowed();
        let line = recipe
            .headers
            .iter_mut()
            .find(|(name, _)| &**name == b"x-sdk-date");
        if let Some((_, value)) = line {
            *value = Cow::Owned(date.clone());
        }
        recipe.date = Some(Cow::Owned(date));
        recipe
    })
}

/// Bodies that may have been signed in place of the one that was sent: each with its hash and what making it costs.
pub(super) fn bodies<'b>(
    scene: &AutopsyInput<'b>,
) -> impl Iterator<Item = (SigningMistake, Vec<u8>, usize)> + use<'b> {
    let body = scene
        .body
        .bytes
        .filter(|body| !body.is_empty() && body.len() <= LONG_BODY_MAX);
    let ends = body.into_iter().flat_map(ends_changed);
    let lines = body.into_iter().flat_map(lines_changed);
    let one = body
        .filter(|body| body.len() <= BODY_MAX)
        .into_iter()
        .flat_map(one_line_end_changed);
    let at_the_end = ends.map(|body| (SigningMistake::BodyTrailingNewline, body));
    let inside = lines.chain(one).map(|body| (SigningMistake::BodyLineEnds, body));
    at_the_end
        .chain(inside)
        .map(|(what, body)| (what, hex(Sha256::of(&body)), 2 * body.len()))
}

/// One line end at the end of the body, added or dropped.
fn ends_changed(body: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let dropped = without_line_end(body).into_iter();
    let trimmed = std::iter::once(body.trim_ascii_end()).filter(|trimmed| trimmed.len() < body.len());
    let added = [&b"\n"[..], b"\r\n"]
        .into_iter()
        .map(move |end| [body, end].concat());
    dropped.chain(trimmed).map(<[u8]>::to_vec).chain(added)
}

fn without_line_end(body: &[u8]) -> Option<&[u8]> {
    let line = body.strip_suffix(b"\n")?;
    Some(line.strip_suffix(b"\r").unwrap_or(line))
}

/// All line ends changed, and the one at the end added or dropped besides.
fn lines_changed(body: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let has_lines = body.contains(&b'\n');
    let unix = has_lines.then(|| replaced(body, b"\r\n", b"\n"));
    unix.into_iter().flat_map(|unix| {
        let windows = replaced(&unix, b"\n", b"\r\n");
        [(unix, &b"\n"[..]), (windows, b"\r\n")]
            .into_iter()
            .flat_map(|(body, end)| {
                let longer = [&body[..], end].concat();
                let shorter = without_line_end(&body).map(<[u8]>::to_vec);
                [Some(body), Some(longer), shorter].into_iter().flatten()
            })
    })
}

/// One line end of several changed, in a body that has few.
fn one_line_end_changed(body: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let ends = body.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    ends.take(LINE_ENDS_MOST).map(move |(at, _)| {
        let (before, after) = body.split_at(at);
        match before.strip_suffix(b"\r") {
            Some(line) => [line, after].concat(),
            None => [before, b"\r", after].concat(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_few_and_differ() {
        let at = Timestamp::from_sdk_date("20260115T081530Z").unwrap();
        let mut all: Vec<String> = seconds(at)
            .chain(steps(at))
            .map(|date| date.to_sdk_date())
            .collect();
        let tried = all.len();
        assert!(tried * DATE_COST < LATE_WORK_MAX, "{tried}");
        assert!(!all.contains(&at.to_sdk_date()));
        all.sort();
        all.dedup();
        assert!(all.len() > 2_000, "{}", all.len());
    }

    #[test]
    fn line_ends_are_changed_together_and_one_by_one() {
        let texts = |bodies: &mut dyn Iterator<Item = Vec<u8>>| -> Vec<String> {
            bodies
                .map(|body| String::from_utf8_lossy(&body).into_owned())
                .collect()
        };
        assert_eq!(
            texts(&mut lines_changed(b"a\nb\n")),
            [
                "a\nb\n",
                "a\nb\n\n",
                "a\nb",
                "a\r\nb\r\n",
                "a\r\nb\r\n\r\n",
                "a\r\nb"
            ]
        );
        assert_eq!(texts(&mut lines_changed(b"ab")), [""; 0]);
        assert_eq!(
            texts(&mut one_line_end_changed(b"a\r\nb\nc")),
            ["a\nb\nc", "a\r\nb\r\nc"]
        );
        assert_eq!(
            texts(&mut ends_changed(b"a \n")),
            ["a ", "a", "a \n\n", "a \n\r\n"]
        );
    }
}
