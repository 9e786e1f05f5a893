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
pub(super) const PAYLOAD_MIN: usize = 144;

/// Notes in the head of a frame how long its payload is. The checksum is the writer's ([`seal`]).
pub(super) fn declare(frame: &mut [u8]) {
    if let Some((head, payload)) = frame.split_first_chunk_mut::<HEAD>() {
        // A payload is far below 4 GiB (PAYLOAD_MAX).
        head[..4].copy_from_slice(&(payload.len() as u32).to_le_bytes());
    }
}

/// How long the payload is that follows this head; `None` for a length that no record has.
pub(super) fn declared(head: &[u8; HEAD]) -> Option<usize> {
    let [a, b, c, d, ..] = *head;
    let length = u32::from_le_bytes([a, b, c, d]) as usize;
    (PAYLOAD_MIN..=PAYLOAD_MAX).contains(&length).then_some(length)
}

/// Adds the checksum to a frame.
pub(super) fn seal(frame: &mut [u8]) {
    if let Some((head, payload)) = frame.split_first_chunk_mut::<HEAD>() {
        head[4..].copy_from_slice(&crc32fast::hash(payload).to_le_bytes());
    }
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
        let (head, after) = rest.split_first_chunk::<HEAD>()?;
        let length = declared(head)?;
        let payload = after.get(..length)?;
        self.at += HEAD + length;
        Some(Frame {
            sum: u32::from_le_bytes([head[4], head[5], head[6], head[7]]),
            payload,
        })
    }
}
