//! A body of rows as its caller wrote it: the JSON texts of what the answer repeats.

/// Borrowed from the body.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Written<'b> {
    /// `meta.uuid`.
    pub(super) uuid: Option<&'b str>,
    /// The cells of all rows, row after row, in the order of the declared columns: none is missing.
    pub(super) cells: Vec<&'b str>,
}
