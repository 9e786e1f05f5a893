//! Why a step gave no proof.

use std::time::Duration;

use adyton_core::catalogue::Reason;
use adyton_core::evidence::Evidence;
use adyton_core::fact::Fact;
use adyton_core::refusal::Refusal;
use adyton_runtime::targets::Answer;

/// What is left of a limit, for `X-Apig-RateLimit-api-allenv`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Allowance {
    /// Calls that would pass now.
    pub(crate) remain: u64,
    /// Calls a second.
    pub(crate) limit: u32,
}

/// A refusal, with what belongs into its answer beside code and message. Steps give it boxed: it is large, and rare.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) refusal: Refusal,
    /// When the same request will be let through.
    pub(crate) retry_after: Option<Duration>,
    /// What is left of the throttle.
    pub(crate) allowance: Option<Allowance>,
    /// What the model itself says of its failure, in place of the gateway's envelope.
    pub(crate) model_answer: Option<Answer>,
}

impl Refused {
    /// A refusal for `reason`.
    pub(crate) fn new(reason: Reason, evidence: Evidence) -> Box<Self> {
        Refusal::new(reason, evidence).into()
    }

    /// A request that is not as it should be; `fact` says how.
    pub(crate) fn request(reason: Reason, fact: Fact) -> Box<Self> {
        Self::new(reason, Evidence::of_request(fact))
    }

    /// A defect of the gateway: never the caller's fault.
    pub(crate) fn defect(fact: Fact) -> Box<Self> {
        tracing::error!(problem = fact.words(), "a request met a defect of the gateway");
        Self::request(Reason::Internal, fact)
    }

    /// The cause.
    pub(crate) fn reason(&self) -> Reason {
        self.refusal.reason
    }
}

impl From<Refusal> for Box<Refused> {
    fn from(refusal: Refusal) -> Self {
        Self::new(Refused {
            retry_after: refusal.retry_after(),
            refusal,
            allowance: None,
            model_answer: None,
        })
    }
}
