//! A run of frames and the times of arrival that it holds: the sparse index of a journal file.

/// A span is closed when it holds this many bytes.
pub(super) const SPAN: usize = 64 * 1024;

/// Times of arrival in milliseconds since 1970: the first and the last, both included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Arrivals {
    pub(super) min_ms: u64,
    pub(super) max_ms: u64,
}

impl Arrivals {
    /// One moment.
    pub(super) fn at(ms: u64) -> Self {
        Self {
            min_ms: ms,
            max_ms: ms,
        }
    }

    /// From the earlier of the two to the later.
    #[must_use]
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            min_ms: self.min_ms.min(other.min_ms),
            max_ms: self.max_ms.max(other.max_ms),
        }
    }

    /// Whether `ms` lies in between.
    pub(super) fn hold(&self, ms: u64) -> bool {
        (self.min_ms..=self.max_ms).contains(&ms)
    }
}

/// A run of frames and when the requests in it arrived (the time in their ids). A summary of records that were left out
/// counts with the arrivals of all of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Span {
    pub(super) offset: u64,
    pub(super) length: u32,
    pub(super) records: u32,
    pub(super) min_ms: u64,
    pub(super) max_ms: u64,
}

impl Span {
    /// Whether a request that arrived between the two moments, both included, can lie here.
    pub(super) fn meets(&self, from_ms: u64, to_ms: u64) -> bool {
        self.min_ms <= to_ms && self.max_ms >= from_ms
    }

    /// Takes in what lies right behind it.
    pub(super) fn extend(&mut self, length: u32, records: u32, arrivals: Arrivals) {
        self.length += length;
        self.records += records;
        self.min_ms = self.min_ms.min(arrivals.min_ms);
        self.max_ms = self.max_ms.max(arrivals.max_ms);
    }

    /// When the requests in it arrived.
    pub(super) fn arrivals(&self) -> Arrivals {
        Arrivals {
            min_ms: self.min_ms,
            max_ms: self.max_ms,
        }
    }
}

/// Adds one frame of `length` bytes at `offset` to the spans.
pub(super) fn note(spans: &mut Vec<Span>, offset: u64, length: usize, arrivals: Arrivals) {
    match spans.last_mut() {
        Some(last) if (last.length as usize) < SPAN => last.extend(length as u32, 1, arrivals),
        _ => spans.push(Span {
            offset,
            length: length as u32,
            records: 1,
            min_ms: arrivals.min_ms,
            max_ms: arrivals.max_ms,
        }),
    }
}
