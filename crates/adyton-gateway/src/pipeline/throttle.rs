//! Not too often? One limit for each API: its `calls_per_second`, else the default of the settings.
//!
//! A turn is reserved here and spent at dispatch; one that is not spent goes back. A provisional caller only looks: whoever
//! cannot sign must not use up the turns of those who can. `limit` takes the turn once the signature is proven.
//!
//! The algorithm is GCRA: one number for each API, the *theoretical arrival time* of the next call if all came evenly. It is
//! shared by all workers and changed by compare-and-swap, so a limit is exact on one node.

use std::time::Duration;

use adyton_core::api::Backend;
use adyton_core::catalogue::Reason;
use adyton_core::evidence::Evidence;
use adyton_core::rejection::{PublicDetail, Rejection};

use crate::pipeline::authorise::Grant;
pub(crate) use crate::pipeline::refused::Allowance;
use crate::pipeline::refused::Refused;

mod gcra;
mod quotas;

use gcra::{Rate, Verdict};
use quotas::Bucket;
pub(crate) use quotas::{Quotas, Registry};

/// A place in every limit that applies. Goes back when dropped unspent.
pub(crate) struct Turn(Option<Place>);

struct Place {
    bucket: Bucket,
    rate: Rate,
    setting: &'static str,
    state: State,
    allowance: Allowance,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Only looked at.
    Seen,
    /// Reserved.
    Held,
    /// Used.
    Spent,
}

/// Reserves a turn, or for a provisional caller looks whether there is one, as of when the request arrived: to read the clock
/// once more would tell nothing else. `default_per_second` holds for an API that sets no limit itself; 0 is none.
pub(crate) fn take(
    quotas: &Quotas,
    default_per_second: u32,
    grant: &Grant<'_>,
) -> Result<Turn, Box<Refused>> {
    let api = grant.api();
    let (calls, setting) = match (api.calls_per_second, &api.backend) {
        (Some(calls), Backend::Service(_)) => (calls, "calls_per_second of the service"),
        (Some(calls), Backend::Http(_) | Backend::Fixed(_)) => (calls, "calls_per_second of the API"),
        (None, Backend::Service(_) | Backend::Http(_) | Backend::Fixed(_)) => {
            (default_per_second, "throttle.default_per_second")
        }
    };
    let Some(rate) = Rate::per_second(calls) else {
        return Ok(Turn(None));
    };
    let bucket = quotas.bucket(api.id);
    let allowance = Allowance {
        remain: 0,
        limit: calls,
    };
    let mut turn = Turn(Some(Place {
        bucket,
        rate,
        setting,
        state: State::Seen,
        allowance,
    }));
    if grant.is_proven() {
        turn.reserve(grant.arrived())?;
    } else {
        turn.look(grant.arrived())?;
    }
    Ok(turn)
}

impl Turn {
    /// Takes the turn that was only looked at; nothing for one that is held.
    pub(crate) fn reserve(&mut self, now: Duration) -> Result<(), Box<Refused>> {
        let Some(place) = &mut self.0 else { return Ok(()) };
        if place.state == State::Seen {
            place.allowance.remain = place.judge(place.bucket.take(place.rate, now))?;
            place.state = State::Held;
        }
        Ok(())
    }

    fn look(&mut self, now: Duration) -> Result<(), Box<Refused>> {
        let Some(place) = &mut self.0 else { return Ok(()) };
        place.allowance.remain = place.judge(place.bucket.peek(place.rate, now))?;
        Ok(())
    }

    /// The call is handed over: the turn is used, whatever becomes of it. Says what is left.
    pub(crate) fn spend(mut self) -> Option<Allowance> {
        let place = self.0.as_mut()?;
        place.state = State::Spent;
        Some(place.allowance)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(place) = &self.0
            && place.state == State::Held
        {
            place.bucket.give_back(place.rate);
        }
    }
}

impl Place {
    /// What is left; or the refusal, with when to come back.
    fn judge(&self, verdict: Verdict) -> Result<u64, Box<Refused>> {
        let wait = match verdict {
            Verdict::Pass { remain } => return Ok(remain),
            Verdict::Wait(wait) => wait,
        };
        let limit = u64::from(self.allowance.limit);
        let evidence = Evidence::Throttle {
            scope: "api".to_owned(),
            limit,
            interval_seconds: 1,
            // Rounded up: to come back a little early would be to be refused again.
            retry_after_ms: u64::try_from(wait.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX),
            setting: self.setting.to_owned(),
        };
        let detail = PublicDetail::OverRateLimit {
            policy: "api",
            limit,
            interval: "1 second",
        };
        let mut refused =
            Box::<Refused>::from(Rejection::new(Reason::ThrottleApi, evidence).with_detail(detail));
        refused.retry_after = Some(wait);
        refused.allowance = Some(self.allowance);
        Err(refused)
    }
}
