//! Who answers a call over HTTP: an instance of a service, which holds it until the last byte, or the HTTP back end of another
//! API. They fail in the same ways, and each has its own names for them.

use adyton_core::catalogue::Reason;
use adyton_core::id::InstanceId;
use adyton_runtime::targets::InFlight;

use crate::upstream::Trust;

/// Who answers.
pub(crate) enum Answerer {
    /// An instance, and the call's place in it.
    Instance(InFlight),
    /// A back end that is not an instance of this installation.
    BackEnd,
}

/// Why no answer came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NoAnswer {
    /// There was no connection.
    Refused,
    /// Its address may not be called.
    AddressNotAllowed,
    /// The connection closed before the end.
    Closed,
    /// What arrived is not HTTP.
    Bad,
    /// Nothing came in time.
    Late,
    /// It began, and paused for too long.
    Stalled,
}

impl Answerer {
    /// The instance's id, for the journal.
    pub(crate) fn instance(&self) -> Option<InstanceId> {
        match self {
            Self::Instance(place) => Some(place.id()),
            Self::BackEnd => None,
        }
    }
    /// Who gave the address.
    pub(crate) fn trust(&self) -> Trust {
        match self {
            Self::Instance(_) => Trust::Own,
            Self::BackEnd => Trust::Given,
        }
    }
    /// Counts the call as a failed one.
    pub(crate) fn failed(&self) {
        match self {
            Self::Instance(place) => place.failed(),
            Self::BackEnd => {}
        }
    }
    /// The name of the refusal.
    pub(crate) fn reason(&self, why: NoAnswer) -> Reason {
        match (self, why) {
            // Addresses of instances are not checked: they are this node's own.
            (Self::Instance(_), NoAnswer::Refused | NoAnswer::AddressNotAllowed) => Reason::InstanceRefused,
            (Self::Instance(_), NoAnswer::Closed) => Reason::InstanceClosed,
            (Self::Instance(_), NoAnswer::Bad) => Reason::InstanceBadAnswer,
            (Self::Instance(_), NoAnswer::Late) => Reason::PredictionTimeout,
            (Self::Instance(_), NoAnswer::Stalled) => Reason::PredictionStalled,
            (Self::BackEnd, NoAnswer::Refused) => Reason::BackendUnreachable,
            (Self::BackEnd, NoAnswer::AddressNotAllowed) => Reason::BackendAddressDenied,
            (Self::BackEnd, NoAnswer::Closed) => Reason::BackendClosed,
            (Self::BackEnd, NoAnswer::Bad) => Reason::BackendBadAnswer,
            (Self::BackEnd, NoAnswer::Late) => Reason::BackendTimeout,
            (Self::BackEnd, NoAnswer::Stalled) => Reason::BackendStalled,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_back_end_fails_in_each_way_under_a_name_of_its_own_and_is_no_instance() {
        let reasons = [
            NoAnswer::Refused,
            NoAnswer::AddressNotAllowed,
            NoAnswer::Closed,
            NoAnswer::Bad,
            NoAnswer::Late,
            NoAnswer::Stalled,
        ]
        .map(|why| Answerer::BackEnd.reason(why));
        assert_eq!(
            reasons,
            [
                Reason::BackendUnreachable,
                Reason::BackendAddressDenied,
                Reason::BackendClosed,
                Reason::BackendBadAnswer,
                Reason::BackendTimeout,
                Reason::BackendStalled,
            ]
        );
        assert_eq!(Answerer::BackEnd.instance(), None);
        assert_eq!(Answerer::BackEnd.trust(), Trust::Given, "its address is checked");
    }
}
