//! Slips of spelling: how far two words are apart, and which known word somebody meant.
//!
//! What must hold: the work is bounded by the length of what is looked at, whoever sent it.

/// Words are compared up to this many characters.
const LONGEST: usize = 256;

/// The candidate that `word` is a slip of: the nearest one, if at most a third of its letters differ. Case and punctuation
/// do not count.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let word = letters(word);
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let other = letters(candidate);
            let most = word.len().max(other.len()) / 3;
            apart(&word, &other, most).map(|steps| (steps, candidate))
        })
        .min_by_key(|(steps, _)| *steps)
        .map(|(_, candidate)| candidate)
}

/// How many characters must be put in, taken out, changed or swapped with their neighbour to make `other` of `one`; `None` if
/// more than `most`.
pub fn distance(one: &str, other: &str, most: usize) -> Option<usize> {
    let one: Vec<char> = one.chars().take(LONGEST).collect();
    let other: Vec<char> = other.chars().take(LONGEST).collect();
    apart(&one, &other, most)
}

fn letters(text: &str) -> Vec<char> {
    text.chars()
        .take(LONGEST)
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Row by row: what it takes to make the first letters of `other` of those of `one`. A row whose least is over the bound ends
/// it.
fn apart(one: &[char], other: &[char], most: usize) -> Option<usize> {
    if one.len().abs_diff(other.len()) > most {
        return None;
    }
    let mut before_last = vec![0; other.len() + 1];
    let mut last: Vec<usize> = (0..=other.len()).collect();
    let mut row = last.clone();
    for (at, letter) in one.iter().enumerate() {
        row[0] = at + 1;
        let mut least = row[0];
        for (column, against) in other.iter().enumerate() {
            let replaced = last[column] + usize::from(letter != against);
            let mut steps = replaced.min(last[column + 1] + 1).min(row[column] + 1);
            let is_swapped = at > 0 && column > 0 && *letter == other[column - 1] && one[at - 1] == *against;
            if is_swapped {
                steps = steps.min(before_last[column - 1] + 1);
            }
            row[column + 1] = steps;
            least = least.min(steps);
        }
        // A swap looks back two rows, so one row over the bound is not the end yet.
        if least > most && last.iter().all(|steps| *steps > most) {
            return None;
        }
        std::mem::swap(&mut before_last, &mut last);
        std::mem::swap(&mut last, &mut row);
    }
    last.last().copied().filter(|steps| *steps <= most)
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn letters_are_counted_up_to_the_bound() {
        assert_eq!(distance("kitten", "sitting", 3), Some(3));
        assert_eq!(distance("kitten", "sitting", 2), None);
        assert_eq!(distance("", "abc", 3), Some(3));
        assert_eq!(distance("abc", "", 2), None);
        assert_eq!(distance("/predictions/poetry", "/predictions/poetry", 0), Some(0));
    }

    #[test]
    fn two_neighbours_in_the_wrong_order_are_one_slip() {
        assert_eq!(distance("lisetn", "listen", 1), Some(1));
        assert_eq!(distance("badc", "abcd", 2), Some(2));
        assert_eq!(distance("ca", "abc", 3), Some(3));
    }

    #[test]
    fn a_slip_finds_its_word_and_nonsense_finds_none() {
        let known = ["gateway.listen", "gateway.threads", "control.listen"];
        assert_eq!(nearest("gateway.lisetn", known), Some("gateway.listen"));
        assert_eq!(nearest("Gateway.Threads", known), Some("gateway.threads"));
        assert_eq!(nearest("gateway_listen", known), Some("gateway.listen"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(
            nearest("in", ["url"]),
            None,
            "a short word has no room for two slips"
        );
        assert_eq!(nearest("", [""; 0]), None);
    }

    #[test]
    fn long_texts_cost_no_more_than_their_beginnings() {
        let long = "a".repeat(100_000);
        assert_eq!(distance(&long, &long, 1), Some(0));
        assert_eq!(nearest(&long, ["b"]), None);
    }
}
