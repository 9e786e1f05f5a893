//! Not too often? One limit for each API: its `calls_per_second`, else the default of the settings.
//!
//! A reservation is made here and spent at dispatch; one that is not spent goes back. A provisional caller only looks: whoever
//! cannot sign must not use up the reservations of those who can. `limit` makes the reservation once the signature is proven.
//!
//! The algorithm is GCRA: one number for each API, the *theoretical arrival time* of the next call if all came evenly. It is
//! shared by all workers and changed by compare-and-swap, so a limit is exact on one node.

use std::time::Duration;

use adyton_core::catalogue::Reason;
use adyton_core::evidence::Evidence;
use adyton_core::refusal::{PublicDetail, Refusal};
use adyton_core::throttled::{ThrottleScope, ThrottleSetting};

use crate::pipeline::authorise::Grant;
pub(crate) use crate::pipeline::refused::Allowance;
use crate::pipeline::refused::Refused;

mod gcra;
mod quotas;

use gcra::{Decision, Rate};
use quotas::Bucket;
pub(crate) use quotas::{Quotas, Registry};

/// What is reserved in the API's limit. Goes back when dropped unspent.
pub(crate) struct Reservation(Option<ReservedQuota>);

struct ReservedQuota {
    bucket: Bucket,
    rate: Rate,
    setting: ThrottleSetting,
    state: ReservationState,
    allowance: Allowance,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ReservationState {
    /// Only looked at.
    Seen,
    /// Reserved.
    Held,
    /// Used.
    Spent,
}

/// Makes a reservation, or for a provisional caller looks whether there is one, as of when the request arrived: to read the clock
/// once more would tell nothing else. `default_per_second` holds for an API that sets no limit itself; 0 is none.
pub(crate) fn take(
    quotas: &Quotas,
    default_per_second: u32,
    grant: &Grant<'_>,
) -> Result<Reservation, Box<Refused>> {
    let api = grant.api();
    let (calls, setting) = match api.calls_per_second {
        Some(calls) => (calls, ThrottleSetting::CallsPerSecond),
        None => (default_per_second, ThrottleSetting::DefaultPerSecond),
    };
    let Some(rate) = Rate::per_second(calls) else {
        return Ok(Reservation(None));
    };
    let bucket = quotas.bucket(api.id);
    let allowance = Allowance {
        remain: 0,
        limit: calls,
    };
    let mut reservation = Reservation(Some(ReservedQuota {
        bucket,
        rate,
        setting,
        state: ReservationState::Seen,
        allowance,
    }));
    if grant.is_proven() {
        reservation.reserve(grant.arrived())?;
    } else {
        reservation.look(grant.arrived())?;
    }
    Ok(reservation)
}

impl Reservation {
    /// Makes the reservation that was only looked at; nothing for one that is held.
    pub(crate) fn reserve(&mut self, now: Duration) -> Result<(), Box<Refused>> {
        let Some(quota) = &mut self.0 else { return Ok(()) };
        if quota.state == ReservationState::Seen {
            quota.allowance.remain = quota.judge(quota.bucket.take(quota.rate, now))?;
            quota.state = ReservationState::Held;
        }
        Ok(())
    }

    fn look(&mut self, now: Duration) -> Result<(), Box<Refused>> {
        let Some(quota) = &mut self.0 else { return Ok(()) };
        quota.allowance.remain = quota.judge(quota.bucket.peek(quota.rate, now))?;
        Ok(())
    }

    /// The call is handed over: the reservation is used, whatever becomes of it. Says what is left.
    pub(crate) fn spend(mut self) -> Option<Allowance> {
        let quota = self.0.as_mut()?;
        quota.state = ReservationState::Spent;
        Some(quota.allowance)
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if let Some(quota) = &self.0
            && quota.state == ReservationState::Held
        {
            quota.bucket.give_back(quota.rate);
        }
    }
}

impl ReservedQuota {
    /// What is left; or the refusal, with when to come back.
    fn judge(&self, verdict: Decision) -> Result<u64, Box<Refused>> {
        let wait = match verdict {
            Decision::Pass { remain } => return Ok(remain),
            Decision::Wait(wait) => wait,
        };
        let limit = u64::from(self.allowance.limit);
        let evidence = Evidence::Throttle {
            scope: ThrottleScope::Api,
            limit,
            interval_seconds: 1,
            // Rounded up: to come back a little early would be to be refused again.
            retry_after_ms: u64::try_from(wait.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX),
            setting: self.setting.clone(),
        };
        let detail = PublicDetail::OverRateLimit {
            policy: "api",
            limit,
            interval: "1 second",
        };
        let mut refused =
            Box::<Refused>::from(Refusal::new(Reason::ThrottleApi, evidence).with_detail(detail));
        refused.retry_after = Some(wait);
        refused.allowance = Some(self.allowance);
        Err(refused)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use adyton_core::live::Change;
    use adyton_core::sample;
    use adyton_core::service::Service;

    use super::*;
    use crate::pipeline::chain::reason;
    use crate::pipeline::rig::Rig;

    fn limited(calls: u32) -> Rig {
        let mut rig = Rig::new();
        rig.settings.default_per_second = calls;
        rig
    }

    /// The reservation of a proven caller who calls now.
    fn proven(rig: &Rig) -> Result<Reservation, Box<Refused>> {
        let ((_, reservation), _) = rig.reservation(rig.arrival(rig.by_token(), "{}"))?;
        Ok(reservation)
    }

    /// The reservation of a caller who is proven with the body.
    fn provisional(rig: &Rig) -> Result<Reservation, Box<Refused>> {
        let signed = rig.signed(sample::ACCESS_KEY, sample::SECRET_KEY, b"{}");
        let ((_, reservation), _) = rig.reservation(rig.arrival(signed, "{}"))?;
        Ok(reservation)
    }

    #[test]
    fn no_limit_lets_all_through_and_says_nothing_of_what_is_left() {
        let rig = limited(0);
        for _ in 0..1_000 {
            assert_eq!(proven(&rig).expect("no limit").spend(), None);
        }
    }

    #[test]
    fn the_limit_of_the_api_goes_before_the_default() {
        let mut rig = limited(1_000);
        rig.change(Change::Service(Box::new(Service {
            calls_per_second: Some(2),
            ..sample::service()
        })));
        for remain in [1, 0] {
            let left = proven(&rig).expect("a reservation").spend();
            assert_eq!(left, Some(Allowance { remain, limit: 2 }));
        }
        let refused = proven(&rig).err().expect("the third of two");
        assert_eq!(refused.reason(), Reason::ThrottleApi);
        assert_eq!(refused.retry_after, Some(Duration::from_millis(500)));
        assert_eq!(refused.allowance, Some(Allowance { remain: 0, limit: 2 }));
        let Evidence::Throttle {
            retry_after_ms,
            setting,
            ..
        } = &*refused.refusal.evidence
        else {
            panic!("what the limit was is told");
        };
        assert_eq!(
            (*retry_after_ms, setting),
            (500, &ThrottleSetting::CallsPerSecond)
        );
        rig.pass(Duration::from_millis(500));
        assert!(proven(&rig).is_ok(), "who waits as long as told is let through");
        rig.change(Change::Service(Box::new(Service {
            calls_per_second: Some(0),
            ..sample::service()
        })));
        assert!(proven(&rig).is_ok(), "0 is no limit, whatever the default is");
    }

    #[test]
    fn a_reservation_that_is_not_spent_goes_back_and_a_spent_one_does_not() {
        let rig = limited(1);
        drop(proven(&rig).expect("a reservation"));
        drop(proven(&rig).expect("the same one"));
        proven(&rig).expect("the same one").spend();
        assert_eq!(reason(proven(&rig)), Reason::ThrottleApi);
    }

    #[test]
    fn who_is_not_proven_only_looks_until_they_are() {
        let rig = limited(1);
        let mut first = provisional(&rig).expect("it is there");
        let mut second = provisional(&rig).expect("the first one took nothing");
        let now = rig.time.monotonic();
        assert!(first.reserve(now).is_ok());
        assert!(first.reserve(now).is_ok(), "once is enough");
        assert_eq!(reason(second.reserve(now)), Reason::ThrottleApi);
        assert_eq!(reason(provisional(&rig)), Reason::ThrottleApi);
        drop(first);
        assert!(second.reserve(now).is_ok(), "it went back");
    }

    #[test]
    fn what_counts_is_when_a_request_arrived() {
        let rig = limited(1);
        let early = rig.arrival(rig.by_token(), "{}");
        proven(&rig).expect("a reservation").spend();
        rig.pass(Duration::from_secs(5));
        assert_eq!(reason(rig.reservation(early)), Reason::ThrottleApi);
    }
}
