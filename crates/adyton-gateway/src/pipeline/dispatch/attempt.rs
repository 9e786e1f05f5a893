//! A call that was handed over and came to nothing.

use std::time::Duration;

use adyton_core::catalogue::Reason;
use adyton_core::evidence::Evidence;
use adyton_core::fact::Fact;
use adyton_core::id::InstanceId;

use crate::pipeline::refused::Refused;
use crate::waits::WaitEnd;

/// How long an answer may take to begin.
#[derive(Clone, Copy)]
pub(super) struct TimeLimit {
    pub(super) span: Duration,
    /// Whether the API sets it, and not the settings.
    is_of_api: bool,
}

impl TimeLimit {
    /// The time of an API, else that of the settings.
    pub(super) fn of(api: Option<Duration>, settings: Duration) -> Self {
        match api {
            Some(span) => Self {
                span,
                is_of_api: true,
            },
            None => Self {
                span: settings,
                is_of_api: false,
            },
        }
    }

    /// What is found out of a call that had no answer within it.
    fn expired(self) -> Fact {
        let limit = self.span.into();
        match self.is_of_api {
            true => Fact::AnswerOverdueForApi { limit },
            false => Fact::AnswerOverdue { limit },
        }
    }
}

/// What was tried.
pub(super) struct Attempt {
    /// To this instance, if to one.
    pub(super) instance: Option<InstanceId>,
    /// Where it was sent, for people.
    pub(super) address: String,
    /// Since the call was handed over.
    pub(super) waited: Duration,
}

impl Attempt {
    /// What operators see of it.
    pub(super) fn evidence(self, attempts: u32, facts: Vec<Fact>) -> Evidence {
        Evidence::Instance {
            instance: self.instance,
            address: self.address,
            after_ms: u64::try_from(self.waited.as_millis()).unwrap_or(u64::MAX),
            attempts,
            facts,
            error: String::new(),
        }
    }

    /// There was no answer within `limit`, which is refused as `late`; or it is not waited for because the gateway ends.
    pub(super) fn ended(self, why: WaitEnd, late: Reason, limit: TimeLimit) -> Box<Refused> {
        let (reason, fact) = match why {
            WaitEnd::Over => (late, limit.expired()),
            WaitEnd::Cut => (Reason::GatewayStopping, Fact::GatewayStopping),
        };
        Refused::new(reason, self.evidence(1, vec![fact]))
    }
}

#[cfg(test)]
mod tests {
    use adyton_core::sample;

    use super::*;

    fn attempt() -> Attempt {
        Attempt {
            instance: Some(sample::INSTANCE),
            address: "127.0.0.1:9".to_owned(),
            waited: Duration::from_millis(1_500),
        }
    }

    /// The refusal of a call that was given up, and what operators are told.
    fn ended(why: WaitEnd, limit: TimeLimit) -> (Reason, Vec<Fact>) {
        let refused = attempt().ended(why, Reason::PredictionTimeout, limit);
        let reason = refused.reason();
        let Evidence::Instance {
            instance,
            address,
            after_ms,
            attempts,
            facts,
            error: _,
        } = *refused.refusal.evidence
        else {
            panic!("the instance is told");
        };
        assert_eq!(
            (instance, address.as_str()),
            (Some(sample::INSTANCE), "127.0.0.1:9")
        );
        assert_eq!((after_ms, attempts), (1_500, 1));
        (reason, facts)
    }

    #[test]
    fn an_api_s_own_time_limit_counts_and_is_named() {
        let settings = Duration::from_secs(60);
        let own = TimeLimit::of(Some(Duration::from_secs(2)), settings);
        assert_eq!(
            ended(WaitEnd::Over, own),
            (
                Reason::PredictionTimeout,
                vec![Fact::AnswerOverdueForApi {
                    limit: Duration::from_secs(2).into()
                }]
            )
        );
        let usual = TimeLimit::of(None, settings);
        let (_, facts) = ended(WaitEnd::Over, usual);
        assert_eq!(
            facts,
            [Fact::AnswerOverdue {
                limit: settings.into()
            }]
        );
    }

    #[test]
    fn a_gateway_that_ends_is_not_the_instances_fault() {
        let limit = TimeLimit::of(None, Duration::from_secs(60));
        assert_eq!(
            ended(WaitEnd::Cut, limit),
            (Reason::GatewayStopping, vec![Fact::GatewayStopping])
        );
    }
}
