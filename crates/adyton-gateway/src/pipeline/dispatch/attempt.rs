//! A call that was handed over to an instance and came to nothing.

use std::time::Duration;

use adyton_core::catalogue::Reason;
use adyton_core::evidence::Evidence;
use adyton_core::id::InstanceId;

use crate::pipeline::refused::Refused;
use crate::waits::Impatience;

/// What was tried.
pub(super) struct Attempt {
    pub(super) instance: InstanceId,
    /// Where the instance is, for people.
    pub(super) address: String,
    /// Since the call was handed over.
    pub(super) waited: Duration,
}

impl Attempt {
    /// What operators see of it.
    pub(super) fn evidence(self, attempts: u32, error: String) -> Evidence {
        Evidence::Instance {
            instance: Some(self.instance),
            address: self.address,
            after_ms: u64::try_from(self.waited.as_millis()).unwrap_or(u64::MAX),
            attempts,
            error,
        }
    }

    /// The model did not answer within `limit`, or is not waited for because the gateway ends.
    pub(super) fn ended(self, why: Impatience, limit: Duration) -> Box<Refused> {
        let (reason, error) = match why {
            Impatience::Over => (
                Reason::PredictionTimeout,
                format!("no answer within {limit:?} (gateway.prediction_timeout)"),
            ),
            Impatience::Cut => (
                Reason::GatewayStopping,
                "the gateway is stopping (gateway.shutdown_grace is over)".to_owned(),
            ),
        };
        Refused::new(reason, self.evidence(1, error))
    }
}
