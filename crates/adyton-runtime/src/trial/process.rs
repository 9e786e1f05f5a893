//! A trial as the server sees it: starts the child, waits for its answer within the limits, and says in words what happened.

use std::time::Instant;

use adyton_core::graph_problem::GraphProblem;

use super::child::{Trial, Try};
use super::{Found, Subject, TrialError, TrialLimits, TrialSettings};
use crate::onnx::library::Choice;
use crate::sandbox::{Sandbox, SandboxAnswer, SandboxLimits, death};

/// The longest answer, in bytes.
const LONGEST: u64 = 64 << 10;
/// What the child is for.
const DURING: GraphProblem<'_> = GraphProblem::WhileTried;

/// Tries a model while it has its turn; blocks until the child has ended, at most for its time. `None`: the turn is over.
pub(super) fn run(
    settings: &TrialSettings,
    choice: &Choice,
    subject: Subject<'_>,
    turn: TrialLimits<'_>,
) -> Result<Option<Found>, TrialError> {
    let TrialLimits { time, ending, permit } = turn;
    let unavailable = |problem: std::io::Error| TrialError::Unavailable(problem.to_string());
    let until = Instant::now() + time;
    let shown = format!("model/{}", subject.file);
    let limits = SandboxLimits {
        memory: settings.memory,
        memory_setting: "onnx.load_memory",
        stack: settings.stack,
    };
    let sandbox = Sandbox::start(&settings.child).map_err(unavailable)?;
    let order = Try {
        trial: Trial {
            library: choice.library(),
            folder: subject.folder.to_owned(),
            file: subject.file.to_owned(),
            apis: subject.apis.to_vec(),
            memory: settings.memory,
            stack: settings.stack,
            into: settings.into,
        },
    };
    let answer = sandbox.ask(&order, LONGEST, until, &|| match ending.is_over() {
        true => Some(SandboxAnswer::Ended),
        false => (!permit.may_go_on()).then_some(SandboxAnswer::HadItsTurn),
    });
    if !matches!(answer, Ok(SandboxAnswer::Closed)) {
        // It has nothing more to say; neither has whoever it started.
        sandbox.kill();
    }
    let (status, said) = sandbox.end().map_err(unavailable)?;
    match answer.map_err(unavailable)? {
        SandboxAnswer::Line(line) => {
            // The graph may have taken the child over: that is the model's fault.
            let found: Found = serde_json::from_slice(&line).map_err(|_| {
                let during = &DURING.kept();
                TrialError::Died(GraphProblem::SaidNothing { during }.of_file(&shown))
            })?;
            out_of_memory(found.shortened(), &shown, &limits).map(Some)
        }
        SandboxAnswer::Late => {
            let limit = &time.as_secs().to_string();
            Err(TrialError::Died(
                GraphProblem::NotAnswered { limit }.of_file(&shown),
            ))
        }
        SandboxAnswer::Ended => Err(TrialError::Ended),
        SandboxAnswer::HadItsTurn => Ok(None),
        SandboxAnswer::TooLong => {
            let (bytes, during) = (&LONGEST.to_string(), &DURING.kept());
            Err(TrialError::Died(
                GraphProblem::SaidTooMuch { bytes, during }.of_file(&shown),
            ))
        }
        SandboxAnswer::Closed => Err(TrialError::Died(death::of(
            &shown, DURING, status, &said, &limits,
        ))),
    }
}

/// A runtime that says that memory ran out has met the child's limit: in the server there would be none.
fn out_of_memory(found: Found, shown: &str, limits: &SandboxLimits) -> Result<Found, TrialError> {
    match &found {
        Found::OutOfMemory { cause } => {
            let died = death::no_memory(shown, DURING, limits, Some(cause));
            Err(TrialError::Died(died))
        }
        Found::Answers | Found::NoAnswer { .. } | Found::Refused { .. } | Found::Schema { .. } => Ok(found),
    }
}
