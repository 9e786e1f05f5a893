//! Failures of keys of one kind. Calls and explanations are locked apart: a key that is locked for calls can still read why, and
//! what fails there counts for both, so that it is no second door to guess secrets at.

use adyton_core::clock::Clock;

use crate::lockout::{Lockout, Rule};
use crate::request::Purpose;

/// The tables of one kind of keys, under one rule.
pub(crate) struct Failures {
    calls: Lockout,
    explanations: Lockout,
}

impl Failures {
    /// Nothing has failed yet.
    pub(crate) fn new(rule: Rule, clock: &Clock) -> Self {
        Self {
            calls: Lockout::new(rule, clock.clone()),
            explanations: Lockout::new(rule, clock.clone()),
        }
    }
    /// The table that locks requests for this purpose.
    pub(crate) const fn of(&self, purpose: Purpose) -> &Lockout {
        match purpose {
            Purpose::Call => &self.calls,
            Purpose::Explanation => &self.explanations,
        }
    }
    /// Notes a failure.
    pub(crate) fn failed(&self, purpose: Purpose, what: &[&[u8]]) {
        self.calls.failed(what);
        match purpose {
            Purpose::Call => {}
            Purpose::Explanation => {
                self.explanations.failed(what);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use adyton_core::clock::Timestamp;

    use super::*;
    use crate::lockout::ACCESS_KEY;

    #[test]
    fn calls_do_not_lock_explanations_and_explanations_lock_both() {
        let clock = Clock::manual(Timestamp::from_seconds(1_000));
        let failures = Failures::new(ACCESS_KEY, &clock);
        let locked = |who: &[&[u8]]| {
            let is = |purpose| failures.of(purpose).locked(who).is_some();
            (is(Purpose::Call), is(Purpose::Explanation))
        };
        for _ in 0..ACCESS_KEY.locking_failure {
            failures.failed(Purpose::Call, &[b"one"]);
            failures.failed(Purpose::Explanation, &[b"other"]);
        }
        assert_eq!(locked(&[b"one"]), (true, false));
        assert_eq!(locked(&[b"other"]), (true, true));
    }
}
