//! How far a request is from one that would fit, part by part. A slip counts less than another word.

use super::{Difference, Part};
use crate::api::{METHODS, Method};
use crate::spelling::distance;

/// Beyond this many letters a path is another path.
pub(super) const PATH_LETTERS: usize = 24;

/// More segments than these too many or too few are no farther: whole segments are not alike by chance.
const SEGMENTS_COUNTED: usize = 3;

/// How far a method is from one that fits.
pub(super) fn method(sent: &str, published: &Method, differs: &mut Vec<Difference>) -> usize {
    if published.admits(sent) {
        return 0;
    }
    differs.push(Difference {
        part: Part::Method,
        sent: sent.to_owned(),
        published: method_to_use(published, sent),
    });
    // What is only spelt in small letters is nearer than another method.
    if published.admits(&sent.to_ascii_uppercase()) {
        1
    } else {
        2
    }
}

/// How far an environment is from another.
pub(super) fn environment(sent: &str, published: &str, differs: &mut Vec<Difference>) -> usize {
    if sent == published {
        return 0;
    }
    differs.push(Difference {
        part: Part::Environment,
        sent: sent.to_owned(),
        published: published.to_owned(),
    });
    1
}

/// How far two paths are apart that are not the same; `None` when they have nothing in common.
pub(super) fn path(sent: &str, published: &str) -> Option<usize> {
    // A final slash, capitals or a dot segment are one slip, however many letters they are.
    let slips = |text: &str| text.trim_end_matches('/').to_ascii_lowercase();
    if slips(sent) == slips(published) {
        return Some(1);
    }
    let letters = distance(sent, published, PATH_LETTERS);
    let segments = segments_apart(sent, published)
        .or_else(|| cut_off(sent, published))
        .map(|segments| 1 + segments.min(SEGMENTS_COUNTED));
    letters.into_iter().chain(segments).min()
}

/// By how many segments one path is longer than the other whose beginning or end it is: the start of a path is often left out
/// or written twice.
fn segments_apart(sent: &str, published: &str) -> Option<usize> {
    let of = |path: &str| -> Vec<String> {
        let parts = path.split('/').filter(|segment| !segment.is_empty());
        parts.map(str::to_ascii_lowercase).collect()
    };
    let (sent, published) = (of(sent), of(published));
    let (short, long) = if sent.len() < published.len() {
        (&sent, &published)
    } else {
        (&published, &sent)
    };
    let is_part = !short.is_empty() && (long.starts_with(short) || long.ends_with(short));
    is_part.then(|| long.len() - short.len())
}

/// A word of fewer letters begins others by chance.
const WORD: usize = 4;

/// By how many segments the published path is longer than one that ends within one of its words: `/predict` of
/// `/predictions/price`. The cut word counts as one.
fn cut_off(sent: &str, published: &str) -> Option<usize> {
    let published = published.to_ascii_lowercase();
    let sent = sent.trim_end_matches('/').to_ascii_lowercase();
    let word = sent.rsplit('/').next()?;
    let rest = published.strip_prefix(&sent)?;
    (word.len() >= WORD).then(|| 1 + rest.matches('/').count())
}

/// The method to use. Methods are case-sensitive, so what is only spelt otherwise is meant in capitals.
pub(super) fn method_to_use(method: &Method, sent: &str) -> String {
    match method {
        Method::Only(only) => only.clone(),
        Method::Any => {
            let upper = sent.to_ascii_uppercase();
            if METHODS.contains(&upper.as_str()) {
                upper
            } else {
                sent.to_owned()
            }
        }
    }
}
