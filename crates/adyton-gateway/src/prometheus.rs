//! Prometheus' text format (version 0.0.4).

use std::fmt::Write as _;

/// A page under construction.
pub(crate) struct Page(String);

impl Page {
    /// An empty page.
    pub(crate) fn new() -> Self {
        Self(String::with_capacity(8 * 1024))
    }
    /// The text.
    pub(crate) fn into_text(self) -> String {
        self.0
    }
    /// What a metric is, before its lines. Writing into a string does not fail.
    pub(crate) fn about(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }
    /// One value with labels.
    pub(crate) fn line(&mut self, name: &str, labels: &str, value: impl std::fmt::Display) {
        let _ = writeln!(self.0, "{name}{{{labels}}} {value}");
    }
    /// A metric that has one value, without labels.
    pub(crate) fn one(&mut self, name: &str, kind: &str, help: &str, value: u64) {
        self.about(name, kind, help);
        let _ = writeln!(self.0, "{name} {value}");
    }
}
