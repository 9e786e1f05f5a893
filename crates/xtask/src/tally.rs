//! Counts checks and tests.

use std::fmt;
use std::ops::AddAssign;

/// How many passed, failed and were skipped. Its text is the last line of `make test`.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Tally {
    /// What was as it should be.
    pub(crate) passed: u64,
    /// What was not.
    pub(crate) failed: u64,
    /// What could not be run here.
    pub(crate) skipped: u64,
}

impl Tally {
    /// One check.
    pub(crate) fn one(passed: bool) -> Self {
        Self {
            passed: u64::from(passed),
            failed: u64::from(!passed),
            skipped: 0,
        }
    }

    /// One check that could not be run here.
    pub(crate) fn skip() -> Self {
        Self {
            skipped: 1,
            ..Self::default()
        }
    }

    /// Reads the line with which a Rust test program ends, if it is one.
    pub(crate) fn of_rust_tests(line: &str) -> Option<Self> {
        let counts = line
            .trim_start()
            .strip_prefix("test result: ")?
            .split_once(". ")?
            .1;
        let mut tally = Self::default();
        for part in counts.split("; ") {
            let Some((count, what)) = part.split_once(' ') else {
                continue;
            };
            match (count.parse::<u64>(), what) {
                (Ok(count), "passed") => tally.passed = count,
                (Ok(count), "failed") => tally.failed = count,
                (Ok(count), "ignored") => tally.skipped = count,
                _ => {}
            }
        }
        Some(tally)
    }

    /// Reads the line with which pytest ends, if it is one: `3 passed, 1 skipped in 0.5s`, framed by `=` or not.
    pub(crate) fn of_pytest(line: &str) -> Option<Self> {
        let (counts, _) = line.trim_matches(['=', ' ']).rsplit_once(" in ")?;
        let mut tally = Self::default();
        for part in counts.split(", ") {
            let (count, what) = part.split_once(' ')?;
            let count: u64 = count.parse().ok()?;
            match what {
                "passed" | "xpassed" => tally.passed += count,
                "failed" | "error" | "errors" => tally.failed += count,
                "skipped" | "xfailed" => tally.skipped += count,
                "warning" | "warnings" | "deselected" => {}
                _ => return None,
            }
        }
        Some(tally)
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} passed, {} failed, {} skipped",
            self.passed, self.failed, self.skipped
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    fn tally(passed: u64, failed: u64, skipped: u64) -> Tally {
        Tally {
            passed,
            failed,
            skipped,
        }
    }

    #[test]
    fn the_last_line_of_rust_tests_is_read() {
        let line = "test result: FAILED. 12 passed; 2 failed; 3 ignored; 0 measured; 0 filtered out; finished in 0.02s";
        assert_eq!(Tally::of_rust_tests(line), Some(tally(12, 2, 3)));
        assert_eq!(Tally::of_rust_tests("test pipeline::route ... ok"), None);
    }

    #[test]
    fn the_last_line_of_pytest_is_read() {
        assert_eq!(
            Tally::of_pytest("3 failed, 20 passed, 1 skipped, 2 warnings in 3.10s"),
            Some(tally(20, 3, 1))
        );
        assert_eq!(
            Tally::of_pytest("==== 1 passed, 1 error in 61.00s (0:01:01) ===="),
            Some(tally(1, 1, 0))
        );
        assert_eq!(Tally::of_pytest("the server stopped in time"), None);
    }

    #[test]
    fn a_sum_is_shown_as_promised() {
        let mut sum = Tally::one(true);
        sum += Tally::one(false);
        sum += Tally::skip();
        assert_eq!(sum.to_string(), "1 passed, 1 failed, 1 skipped");
    }
}
