//! The steps in sequence, for tests of a later one.

use std::cell::RefCell;

use adyton_core::catalogue::Reason;
use adyton_core::record::{AnsweredBy, Record};
use adyton_runtime::targets::Reader;

use super::admit::{self, Offer};
use super::authenticate::{self, Known};
use super::authorise::{self, Grant};
use super::limit::{self, Call, LiveStates, Read};
use super::refused::Refused;
use super::route::{self, Found};
use super::throttle::{self, Reservation};
use crate::arrival::Arrival;
use crate::pipeline::rig::{Rig, run};
use crate::trail::{Ending, Trail};

/// What a step gives, and the notes about the request.
pub(super) type Given<T> = Result<(T, Box<Trail>), Box<Refused>>;

impl Rig {
    /// The table of targets as a worker sees it.
    pub(super) fn reader(&self) -> RefCell<Reader> {
        RefCell::new(self.targets.reader())
    }

    pub(super) fn found(&self, arrival: &Arrival) -> Given<Found<'_>> {
        let mut trail = self.trail(arrival);
        let slash = self.settings.encoded_slash;
        let found = route::find(&self.live, &self.reader(), slash, arrival, &mut trail)?;
        Ok((found, trail))
    }

    pub(super) fn offer(&self, arrival: Box<Arrival>) -> Given<Offer<'_>> {
        let (found, trail) = self.found(&arrival)?;
        Ok((admit::inspect(&self.settings.limits, found, arrival)?, trail))
    }

    pub(super) fn known(&self, arrival: Box<Arrival>) -> Given<(Offer<'_>, Known)> {
        let (offer, mut trail) = self.offer(arrival)?;
        let slash = self.settings.encoded_slash;
        let known = authenticate::identify(&self.identity, &self.live, slash, &offer, &mut trail)?;
        Ok(((offer, known), trail))
    }

    pub(super) fn grant(&self, arrival: Box<Arrival>) -> Given<Grant<'_>> {
        let ((offer, known), trail) = self.known(arrival)?;
        Ok((authorise::decide(&self.live, offer, known)?, trail))
    }

    pub(super) fn reservation(&self, arrival: Box<Arrival>) -> Given<(Grant<'_>, Reservation)> {
        let (grant, trail) = self.grant(arrival)?;
        let reservation = throttle::take(&self.quotas, self.settings.default_per_second, &grant)?;
        Ok(((grant, reservation), trail))
    }

    pub(super) fn whole(&self, arrival: Box<Arrival>) -> Given<Read<'_>> {
        let ((grant, reservation), mut trail) = self.reservation(arrival)?;
        let whole = run(limit::read(
            &self.bodies,
            &self.settings.limits,
            &self.settings.time_limits,
            grant,
            reservation,
            &mut trail,
        ))?;
        Ok((whole, trail))
    }

    pub(super) fn call(&self, arrival: Box<Arrival>) -> Given<Call<'_>> {
        let (whole, mut trail) = self.whole(arrival)?;
        let states = LiveStates {
            then: &self.live,
            now: &self.live,
        };
        let call = run(limit::prove(
            &self.bodies,
            &self.identity,
            states,
            self.settings.encoded_slash,
            self.settings.time_limits.body,
            whole,
            &mut trail,
        ))?;
        Ok((call, trail))
    }
}

impl Rig {
    /// The record of a request that ends here.
    pub(super) fn record(&self, trail: Box<Trail>) -> Record {
        let ending = Ending {
            status: 200,
            answered_by: AnsweredBy::Model,
            response_bytes: 0,
            ended: self.time.monotonic(),
        };
        trail.end(&self.records.recorder, &self.records.meters, ending);
        self.written.records().pop().expect("a record")
    }
}

/// The cause of a refusal.
pub(super) fn reason<T>(given: Result<T, Box<Refused>>) -> Reason {
    match given {
        Ok(_) => panic!("it was not refused"),
        Err(refused) => refused.reason(),
    }
}
