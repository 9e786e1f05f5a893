//! How far a request came: every step of the pipeline, and what it did.

use serde::{Deserialize, Serialize};

use crate::record::{Record, Step};

/// What a step did with the request.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    /// It let the request through.
    Passed,
    /// It refused the request.
    Decided,
    /// The request did not come so far.
    NotReached,
}

/// One step and what it did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StepSeen {
    /// The step.
    pub step: Step,
    /// What it did.
    pub outcome: StepOutcome,
}

/// All steps, in their order. A management call has only one.
pub(super) fn of(record: &Record) -> Vec<StepSeen> {
    if record.step == Step::Manage {
        return vec![StepSeen {
            step: Step::Manage,
            outcome: if record.reason.is_some() {
                StepOutcome::Decided
            } else {
                StepOutcome::Passed
            },
        }];
    }
    let pipeline = Step::ALL.iter().copied().filter(|step| step.is_of_pipeline());
    let seen = pipeline.map(|step| {
        let outcome = match record.reason {
            None => StepOutcome::Passed,
            Some(_) if step < record.step => StepOutcome::Passed,
            Some(_) if step == record.step => StepOutcome::Decided,
            Some(_) => StepOutcome::NotReached,
        };
        StepSeen { step, outcome }
    });
    seen.collect()
}
