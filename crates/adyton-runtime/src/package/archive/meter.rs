//! MeterState the bytes of an archive on both sides of the decompressor. Whoever reads the unpacked side, the library that looks
//! for the next header included, stops where the limits do.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use crate::package::Limits;
use crate::package::error::ImportError;

/// What a tar needs besides its entries: the blocks that fill its last record.
const END_OF_TAR: u64 = 1 << 20;

/// The counts of one archive.
#[derive(Clone)]
pub(super) struct Meter(Rc<MeterState>);

struct MeterState {
    limits: Limits,
    /// Whether what comes out is to be compared with what went in.
    compressed: bool,
    packed: Cell<u64>,
    unpacked: Cell<u64>,
    excess: Cell<Option<Excess>>,
}

/// Which limit was met.
#[derive(Clone, Copy)]
enum Excess {
    Bytes,
    Ratio,
}

impl Meter {
    /// For an archive that is compressed; its packed bytes are counted by [`Meter::packed`].
    pub(super) fn new(limits: &Limits) -> Self {
        Self::with(limits, true)
    }
    /// For an archive without compression.
    pub(super) fn unpacked_already(limits: &Limits) -> Self {
        Self::with(limits, false)
    }
    fn with(limits: &Limits, compressed: bool) -> Self {
        Self(Rc::new(MeterState {
            limits: limits.clone(),
            compressed,
            packed: Cell::new(0),
            unpacked: Cell::new(0),
            excess: Cell::new(None),
        }))
    }
    /// MeterState what goes into the decompressor.
    pub(super) fn packed<R: Read>(&self, inner: R) -> Packed<R> {
        Packed {
            inner,
            meter: self.clone(),
        }
    }
    /// MeterState what comes out of it, and ends with an error where a limit is met.
    pub(super) fn unpacked<R: Read>(&self, inner: R) -> Unpacked<R> {
        Unpacked {
            inner,
            meter: self.clone(),
        }
    }
    /// The refusal, if a limit was met: then that is why a reader failed, whatever it made of the error. `name` is the entry
    /// that was being read.
    pub(super) fn refusal(&self, name: &str) -> Option<ImportError> {
        let limits = &self.0.limits;
        Some(match self.0.excess.get()? {
            Excess::Bytes => ImportError::too_large(name, limits),
            Excess::Ratio => ImportError::too_dense(name, limits),
        })
    }
    fn count(&self, read: usize) -> io::Result<usize> {
        let counts = &*self.0;
        counts.unpacked.set(counts.unpacked.get() + read as u64);
        let unpacked = counts.unpacked.get();
        let excess = if unpacked > counts.limits.bytes.saturating_add(END_OF_TAR) {
            Excess::Bytes
        } else if counts.compressed && unpacked > counts.limits.unpacked_most(counts.packed.get()) {
            Excess::Ratio
        } else {
            return Ok(read);
        };
        counts.excess.set(Some(excess));
        Err(io::Error::other("a limit of packages was met"))
    }
}

/// The packed side.
pub(super) struct Packed<R> {
    inner: R,
    meter: Meter,
}

impl<R: Read> Read for Packed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let packed = &self.meter.0.packed;
        packed.set(packed.get() + read as u64);
        Ok(read)
    }
}

/// The unpacked side.
pub(super) struct Unpacked<R> {
    inner: R,
    meter: Meter,
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.meter.0.excess.get().is_some() {
            return Err(io::Error::other("a limit of packages was met"));
        }
        let read = self.inner.read(buffer)?;
        self.meter.count(read)
    }
}
