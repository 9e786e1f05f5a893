//! Bars and spinners on standard error; invisible unless that is a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Printable;

/// How often a spinner turns.
const TICK: Duration = Duration::from_millis(120);

/// Something that takes time, and says how far it is.
#[derive(Clone)]
pub struct Progress(ProgressBar);

impl Progress {
    /// A bar for a known number of bytes.
    pub(super) fn bar(total: u64, what: &str, lively: bool) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total), target(lively));
        if let Ok(style) =
            ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec}")
        {
            bar.set_style(style);
        }
        let bar = Self(bar);
        bar.says(what);
        bar
    }
    /// A sign of life for work of unknown length.
    pub(super) fn spinner(what: &str, lively: bool) -> Self {
        let spinner = ProgressBar::with_draw_target(None, target(lively));
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
            spinner.set_style(style);
        }
        if lively {
            spinner.enable_steady_tick(TICK);
        }
        let spinner = Self(spinner);
        spinner.says(what);
        spinner
    }
    /// What is being done.
    pub fn says(&self, what: impl Into<Printable>) {
        self.0.set_message(what.into().as_str().to_owned());
    }
    /// Does something while it is not drawn, such as printing a line above it.
    pub fn aside(&self, does: impl FnOnce()) {
        self.0.suspend(does);
    }
    /// So many bytes more.
    pub fn moves(&self, bytes: u64) {
        self.0.inc(bytes);
    }
    /// It is over, and goes away.
    pub fn ends(&self) {
        self.0.finish_and_clear();
    }
}

fn target(lively: bool) -> ProgressDrawTarget {
    if lively {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    }
}
