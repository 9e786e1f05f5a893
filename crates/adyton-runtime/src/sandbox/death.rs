//! How a process in a sandbox came to its end, in words for people.

use std::process::ExitStatus;

use std::os::unix::process::ExitStatusExt as _;

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

/// A model that ran out of memory while `during`.
pub(crate) fn no_memory(shown: &str, during: &str, limits: &SandboxLimits) -> String {
    format!(
        "{shown}: the model ran out of memory {during}; it may have {} MiB (`{}`)",
        limits.memory >> 20,
        limits.memory_setting
    )
}

/// What happened to a process that ended by itself; `said` is the end of what it wrote, `during` says what it was for.
pub(crate) fn of(
    shown: &str,
    during: &str,
    status: ExitStatus,
    said: &str,
    limits: &SandboxLimits,
) -> String {
    if has_any(said, &NO_STACK) {
        return format!(
            "{shown}: the model ran out of stack {during}; its graph is nested too deeply for {} KiB (`onnx.load_stack`)",
            limits.stack >> 10
        );
    }
    if is_of_memory(said) {
        return no_memory(shown, during, limits);
    }
    match (status.signal(), status.code()) {
        (Some(9), _) => format!(
            "{shown}: the model's process was killed (signal 9) {during}, as the kernel does when the machine runs out of memory"
        ),
        (Some(signal), _) => {
            let name = match signal {
                4 => " (SIGILL)",
                6 => " (SIGABRT)",
                7 => " (SIGBUS)",
                8 => " (SIGFPE)",
                11 => " (SIGSEGV)",
                _ => "",
            };
            format!("{shown}: the runtime crashed with signal {signal}{name} {during}")
        }
        (None, code) => format!(
            "{shown}: the model's process ended with exit code {} {during}",
            code.unwrap_or_default()
        ),
    }
}

fn has_any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}
