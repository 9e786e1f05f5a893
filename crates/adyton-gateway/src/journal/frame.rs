//! One record on disk: its length, its checksum, its bytes.
//!
//! ```text
//! length u32 │ CRC-32 of the payload u32 │ payload (encoding.rs)          little-endian
//! ```
//!
//! What must hold: a frame is only believed when its checksum fits, and reading never goes over the end of the bytes.

/// Bytes in front of a payload.
pub(super) const HEAD: usize = 8;
/// No payload is longer: a record is bounded (`bounds.rs`), so a larger length means damage.
pub(super) const PAYLOAD_MAX: usize = 64 * 1024;
/// No payload is shorter: the fixed part of the encoding.
pub(super) const PAYLOAD_MIN: usize = super::encoding::FIXED;

/// Appends a frame whose payload `write` appends.
pub(super) fn append(to: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let start = to.len();
    to.extend_from_slice(&[0; HEAD]);
    write(to);
    let payload = &to[start + HEAD..];
    // A payload is far below 4 GiB (PAYLOAD_MAX).
    let length = (payload.len() as u32).to_le_bytes();
    let sum = crc32fast::hash(payload).to_le_bytes();
    to[start..start + 4].copy_from_slice(&length);
    to[start + 4..start + HEAD].copy_from_slice(&sum);
}

/// Walks the frames of `bytes`; ends at the first that is damaged or incomplete.
pub(super) struct Frames<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// One frame as it lies there.
#[derive(Clone, Copy)]
pub(super) struct Frame<'a> {
    sum: u32,
    /// The payload, not checked yet.
    pub(super) payload: &'a [u8],
}

impl Frame<'_> {
    /// Whether the checksum fits.
    pub(super) fn is_whole(&self) -> bool {
        crc32fast::hash(self.payload) == self.sum
    }
}

impl<'a> Frames<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }
    /// How many bytes were walked over.
    pub(super) fn walked(&self) -> usize {
        self.at
    }
}

impl<'a> Iterator for Frames<'a> {
    type Item = Frame<'a>;
    fn next(&mut self) -> Option<Frame<'a>> {
        let rest = self.bytes.get(self.at..)?;
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (sum, after) = after.split_first_chunk::<4>()?;
        let length = u32::from_le_bytes(*length) as usize;
        if !(PAYLOAD_MIN..=PAYLOAD_MAX).contains(&length) {
            return None;
        }
        let payload = after.get(..length)?;
        self.at += HEAD + length;
        Some(Frame {
            sum: u32::from_le_bytes(*sum),
            payload,
        })
    }
}
