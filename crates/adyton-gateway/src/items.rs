//! The items of a header that holds a list (RFC 9110, 5.6.1).

/// What stands between the commas of one line, without the space around it.
pub(crate) fn items(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}
