//! How a process in a sandbox came to its end, in words for people.

use std::process::ExitStatus;

use std::os::unix::process::ExitStatusExt as _;

use adyton_core::graph_problem::GraphProblem;

use super::SandboxLimits;

/// What is written by who runs out of stack.
const NO_STACK: [&str; 2] = ["has overflowed its stack", "stack overflow"];
/// What is written by who runs out of memory, or said by a runtime that does; what we say of it ourselves has a type
/// (`Ended::TooLarge`).
const NO_MEMORY: [&str; 7] = [
    "Cannot allocate memory",
    "memory allocation of",
    "bad_alloc",
    "bad allocation",
    "Failed to allocate memory",
    "failed to allocate Layout",
    "out of memory",
];

/// Whether this is said of memory that ran out.
pub(crate) fn is_of_memory(said: &str) -> bool {
    has_any(said, &NO_MEMORY)
}

/// A model that ran out of memory while `during`, in the words of whoever ran out of it, if there are some.
pub(crate) fn no_memory(
    shown: &str,
    during: GraphProblem<'_>,
    limits: &SandboxLimits,
    cause: Option<&str>,
) -> String {
    let (during, setting) = (&during.kept(), limits.memory_setting);
    let mib = &(limits.memory >> 20).to_string();
    match cause {
        None => GraphProblem::OutOfMemory { during, mib, setting },
        Some(cause) => GraphProblem::OutOfMemoryFor {
            during,
            mib,
            setting,
            cause,
        },
    }
    .of_file(shown)
}

/// What happened to a process that ended by itself; `said` is the end of what it wrote, `during` says what it was for.
pub(crate) fn of(
    shown: &str,
    during: GraphProblem<'_>,
    status: ExitStatus,
    said: &str,
    limits: &SandboxLimits,
) -> String {
    if is_of_memory(said) && !has_any(said, &NO_STACK) {
        return no_memory(shown, during, limits, None);
    }
    let during = &during.kept();
    if has_any(said, &NO_STACK) {
        let kib = &(limits.stack >> 10).to_string();
        return GraphProblem::OutOfStack { during, kib }.of_file(shown);
    }
    match (status.signal(), status.code()) {
        (Some(9), _) => GraphProblem::Killed { during }.of_file(shown),
        (Some(signal), _) => {
            let name = match signal {
                4 => "SIGILL",
                6 => "SIGABRT",
                7 => "SIGBUS",
                8 => "SIGFPE",
                11 => "SIGSEGV",
                _ => "",
            };
            let signal = &signal.to_string();
            match name {
                "" => GraphProblem::Crashed { signal, during },
                name => GraphProblem::CrashedBy { signal, name, during },
            }
            .of_file(shown)
        }
        (None, code) => {
            let code = &code.unwrap_or_default().to_string();
            GraphProblem::Exited { code, during }.of_file(shown)
        }
    }
}

fn has_any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}
