//! Who decides about a request: a step of the pipeline, and whoever makes the answer.

use serde::{Deserialize, Serialize};

macro_rules! steps {
    ($($(#[$doc:meta])* $step:ident = $name:literal,)*) => {
        /// The steps of the pipeline, in their order. `Manage` stands for the management APIs, which are outside of it.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Step {
            $($(#[$doc])* $step,)*
        }

        impl Step {
            /// All steps, in their order.
            pub const ALL: &[Step] = &[$(Step::$step,)*];

            /// The word used in the journal, in metrics and in explanations.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Step::$step => $name,)*
                }
            }
        }
    };
}

// The journal keeps a step's place in this list: new ones go behind the last.
steps! {
    /// Find the API.
    Route = "route",
    /// Check the head: limits of URI and headers, expectations, transfer codings.
    Admit = "admit",
    /// Find out who calls.
    Authenticate = "authenticate",
    /// Decide whether they may.
    Authorise = "authorise",
    /// Make a reservation in the API's throttle.
    Throttle = "throttle",
    /// Read the body within its limit.
    Limit = "limit",
    /// Hand the call to what stands behind the API.
    Dispatch = "dispatch",
    /// Give the answer.
    Respond = "respond",
    /// A management call.
    Manage = "manage",
}

impl Step {
    /// The step of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|step| step.name() == name)
    }

    /// Its place in [`ALL`](Self::ALL), by which the journal keeps it.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The step with this number.
    pub fn numbered(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// Whether it is a step of the pipeline.
    pub const fn is_of_pipeline(self) -> bool {
        !matches!(self, Step::Manage)
    }
}

/// Who made the answer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnsweredBy {
    /// The gateway: a refusal, or an answer of its own.
    Gateway,
    /// The model, or the HTTP back end of an API; `X-Adyton-Answered-By` says `model` of both.
    Model,
}

impl AnsweredBy {
    /// Both, by their numbers.
    pub const ALL: [AnsweredBy; 2] = [AnsweredBy::Gateway, AnsweredBy::Model];

    /// As `X-Adyton-Answered-By` shows it.
    pub const fn name(self) -> &'static str {
        match self {
            AnsweredBy::Gateway => "gateway",
            AnsweredBy::Model => "model",
        }
    }
    /// Its place in [`ALL`](Self::ALL), by which the journal keeps it.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The one with this number.
    pub fn numbered(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}
