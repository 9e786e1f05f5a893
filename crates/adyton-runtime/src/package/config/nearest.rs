//! Finds what somebody probably meant to write.

/// The candidate closest to `written`, if it is close enough to be a slip: a third of its letters, case aside.
pub(super) fn nearest<'c>(written: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let plain = |text: &str| -> Vec<char> {
        text.chars()
            .take(64)
            .filter(|letter| letter.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    };
    let written = plain(written);
    let close = |candidate: &'c str| {
        let other = plain(candidate);
        let steps = distance(&written, &other);
        (steps <= other.len().max(written.len()) / 3).then_some((steps, candidate))
    };
    candidates
        .into_iter()
        .filter_map(close)
        .min_by_key(|(steps, _)| *steps)
        .map(|(_, candidate)| candidate)
}

/// How many letters must be put in, left out or changed to make `b` of `a`.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replace = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = replace.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}
