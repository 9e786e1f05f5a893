//! The nearest known word to one that is not known: for "did you mean".

/// The candidate that is nearest to `word`, unless even that one is too far off to be meant.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let (distance, best) = candidates
        .into_iter()
        .map(|candidate| (distance(&word, candidate), candidate))
        .min_by_key(|(d, _)| *d)?;
    (distance <= (word.chars().count() / 3).max(2)).then_some(best)
}

/// How many characters must be put in, taken out, changed or swapped with their neighbour.
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) =
        (one.chars().take(128).collect(), other.chars().take(128).collect());
    // Row by row: what it takes to make the first `j` characters of the other out of the first `i` of the one.
    let mut rows: Vec<Vec<usize>> = (0..=one.len()).map(|i| (i..=i + other.len()).collect()).collect();
    for i in 1..=one.len() {
        for j in 1..=other.len() {
            let change = rows[i - 1][j - 1] + usize::from(one[i - 1] != other[j - 1]);
            let mut best = change.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[one.len()][other.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_finds_its_word_and_nonsense_finds_none() {
        let known = ["gateway.listen", "gateway.threads", "control.listen"];
        assert_eq!(nearest("gateway.lisetn", known), Some("gateway.listen"));
        assert_eq!(nearest("Gateway.Threads", known), Some("gateway.threads"));
        assert_eq!(nearest("colour", known), None);
    }
}
