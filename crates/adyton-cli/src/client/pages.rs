//! Lists that come in pages, read whole.

use crate::failure::Outcome;

/// How many entries are asked for at once.
pub(super) const PAGE: usize = 100;
/// How many entries are read at most; a list for people is not longer.
const MOST: usize = 10_000;

/// All entries of a list. `page` gives those of the page that begins after so many entries.
pub(super) fn all<T>(mut page: impl FnMut(usize) -> Outcome<Vec<T>>) -> Outcome<Vec<T>> {
    let mut all = Vec::new();
    loop {
        let got = page(all.len())?;
        let last = got.len() < PAGE;
        all.extend(got);
        if last || all.len() >= MOST {
            return Ok(all);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_read_until_one_is_not_full() {
        for entries in [0, 1, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE] {
            let list: Vec<usize> = (0..entries).collect();
            let mut asked = 0;
            let read = all(|from| {
                asked += 1;
                Ok(list.iter().skip(from).take(PAGE).copied().collect())
            });
            assert_eq!(read.ok(), Some(list.clone()), "{entries}");
            assert_eq!(asked, entries / PAGE + 1, "{entries}");
        }
    }

    #[test]
    fn a_list_without_end_is_cut() {
        let read = all(|from| Ok((from..from + PAGE).collect()));
        assert_eq!(read.map(|all: Vec<usize>| all.len()).ok(), Some(MOST));
    }
}
