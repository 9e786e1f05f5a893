//! One setting, as the reference shows it.

/// When a changed value counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Applies {
    /// After a restart.
    Start,
    /// At once when the server is told to reload (SIGHUP).
    Reload,
}

/// One row of the reference.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    /// The key with its section.
    pub(crate) name: &'static str,
    /// The kind of its value.
    pub(crate) kind: &'static str,
    /// Whether it takes several values of that kind.
    pub(crate) list: bool,
    /// Whether its value is shown nowhere.
    pub(crate) is_secret: bool,
    /// The default, as it would be written; empty when there is none.
    pub(crate) default: &'static str,
    /// What it does.
    pub(crate) about: &'static str,
    /// When a change counts.
    pub(crate) applies: Applies,
    /// Shows a merged value as `config show` does.
    pub(crate) show: fn(&super::found::Raw) -> String,
}
