//! What the inference threads count, for `/metrics`.

use std::fmt::Write as _;

/// The state of the threads at one moment, and what has happened since the start.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Calls that wait for a thread.
    pub waiting: usize,
    /// Calls that run, those on lost threads included.
    pub running: usize,
    /// Further threads, started for projects that waited behind others.
    pub further: usize,
    /// Calls thrown away unstarted because nobody waited for them any more.
    pub abandoned: u64,
    /// Runs that were ended before they were done.
    pub ended: u64,
    /// Threads that did not come back and were replaced.
    pub lost: u64,
}

impl Counts {
    /// The counts in Prometheus' text format (version 0.0.4).
    pub(super) fn render(self) -> String {
        let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let lines = [
            (
                "adyton_inference_waiting",
                "gauge",
                "Predictions waiting for an inference thread",
                number(self.waiting),
            ),
            (
                "adyton_inference_running",
                "gauge",
                "Predictions running on inference threads",
                number(self.running),
            ),
            (
                "adyton_inference_further_threads",
                "gauge",
                "Inference threads beyond the usual number, for projects that waited behind others",
                number(self.further),
            ),
            (
                "adyton_inference_abandoned_total",
                "counter",
                "Predictions dropped before they began, because their callers had gone",
                self.abandoned,
            ),
            (
                "adyton_inference_ended_total",
                "counter",
                "Predictions ended while they ran: caller gone, time limit, model retired, server stopping",
                self.ended,
            ),
            (
                "adyton_inference_lost_threads_total",
                "counter",
                "Inference threads that did not return from a run and were replaced",
                self.lost,
            ),
        ];
        let mut page = String::new();
        for (name, kind, help, value) in lines {
            // Writing into a string does not fail.
            let _ = writeln!(page, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
        }
        page
    }
}
