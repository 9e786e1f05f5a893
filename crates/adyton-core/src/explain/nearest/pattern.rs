//! A path against a pattern with parameters: how far it is, and the path to call, with what was sent in place of the parameters.

use super::closeness;
use crate::api::{PathPattern, Segment};
use crate::live::route::encoded;

/// What stands for a parameter for which nothing was sent, while paths are compared: one letter that no path has.
const MISSING: &str = "\0";

/// How far the path is from the pattern, which does not take it, and the path to call. `None` when they have nothing in common.
pub(super) fn nearest(sent: &str, pattern: &PathPattern) -> Option<(usize, String)> {
    // A segment too few or too many moves what stands behind it, so parameters are counted from both ends.
    let (far, path) = [false, true]
        .map(|from_the_end| filled(sent, pattern, from_the_end))
        .into_iter()
        .filter_map(|path| Some((apart(sent, &path, pattern)?, path)))
        .min_by_key(|(far, _)| *far)?;
    Some((far, escaped(&path, pattern)))
}

/// The pattern with what was sent in place of its parameters, and below a prefix.
fn filled(sent: &str, pattern: &PathPattern, from_the_end: bool) -> String {
    let sent: Vec<&str> = sent.split('/').skip(1).collect();
    let length = pattern.segments().count();
    // A segment that the pattern has itself is no value of a parameter, where one is missing.
    let is_own = |segment: &str| {
        let same = |own| matches!(own, Segment::Exact(exact) if exact.eq_ignore_ascii_case(segment));
        sent.len() < length && pattern.segments().any(same)
    };
    let mut path = String::new();
    for (at, segment) in pattern.segments().enumerate() {
        let at = match from_the_end {
            false => Some(at),
            true => (sent.len() + at).checked_sub(length),
        };
        let there = at
            .and_then(|at| sent.get(at))
            .filter(|sent| !sent.is_empty() && !is_own(sent));
        path.push('/');
        path.push_str(match segment {
            Segment::Exact(exact) => exact,
            Segment::Parameter => there.unwrap_or(&MISSING),
        });
    }
    if pattern.is_prefix() {
        for below in sent.iter().skip(length) {
            path.push('/');
            path.push_str(below);
        }
    }
    path
}

/// How far the sent path is from one that the pattern takes. Where one begins with all segments of the other, only a part at
/// the end is missing, or too many.
fn apart(sent_path: &str, path: &str, pattern: &PathPattern) -> Option<usize> {
    let segments = |path: &str| -> Vec<String> {
        let path = path.trim_matches('/').to_ascii_lowercase();
        path.split('/').map(str::to_owned).collect()
    };
    let (sent, published) = (segments(sent_path), segments(path));
    let common = sent
        .iter()
        .zip(&published)
        .take_while(|(one, other)| one == other)
        .count();
    if common > 0 && common == sent.len().min(published.len()) {
        return Some(1 + sent.len().abs_diff(published.len()));
    }
    let letters = closeness::path(sent_path, path)?;
    // What was put in from the sent path is alike anyhow, so only the pattern's own letters count.
    let own = pattern.segments().map(|segment| match segment {
        Segment::Exact(exact) => 1 + exact.len(),
        Segment::Parameter => 0,
    });
    (letters * 2 <= own.sum()).then_some(letters)
}

/// A path as it is sent, with its escapes; parameters for which nothing was sent stand there by their names.
pub(super) fn escaped(path: &str, pattern: &PathPattern) -> String {
    let mut names = pattern.as_str().split('/').skip(1);
    let segments = path.split('/').skip(1).map(|segment| {
        let name = names.next().unwrap_or(segment);
        match segment == MISSING {
            true => name.to_owned(),
            // A slash that was sent encoded is told as it came.
            false => encoded(segment).replace("%252F", "%2F"),
        }
    });
    segments.fold(String::new(), |all, segment| format!("{all}/{segment}"))
}
