//! Free space on the disk: the journal leaves some of it free for others, first of all for the database, and gives back its
//! oldest files when there is less.
//!
//! What must hold: the newest file of each shelf is never given back; what cannot be told does not bind.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::disk::{Disk, Reserve};
use super::settings::JournalSettings;
use super::shelves::Shelves;

/// How often the disk is looked at, if little is written.
const LOOK: Duration = Duration::from_secs(1);
/// Room for what is written beside records: heads and indexes of files.
const SLACK: u64 = 64 * 1024;
/// A disk that is full gets so much back at least.
const STEP: u64 = 256 * 1024;

/// See the top of the file.
pub(super) struct FreeSpace {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    reserve: Reserve,
    /// When it was looked at last.
    looked: Option<Duration>,
    /// Bytes that may be written until it is looked at again.
    left: u64,
}

impl FreeSpace {
    pub(super) fn new(settings: &JournalSettings) -> Self {
        Self {
            disk: settings.disk.clone(),
            folder: settings.folder.clone(),
            reserve: settings.reserve,
            looked: None,
            left: 0,
        }
    }

    /// Looks at the disk if it is time, and makes room for `bytes` that are to be written.
    pub(super) fn keep(&mut self, shelves: &Shelves, now: Duration, bytes: usize) {
        let bytes = bytes as u64;
        let is_due = self
            .looked
            .is_none_or(|looked| now.saturating_sub(looked) >= LOOK);
        if !is_due && self.left >= bytes {
            return;
        }
        self.looked = Some(now);
        // A disk that does not say how much room it has is left to its errors.
        let Ok(space) = self.disk.space(&self.folder) else {
            self.left = u64::MAX;
            return;
        };
        let reserve = self.reserve.of(space.total);
        let wanted = match reserve {
            0 => 0,
            reserve => reserve + bytes + SLACK,
        };
        let freed = match wanted.checked_sub(space.free) {
            Some(missing) if missing > 0 => shelves.shed(missing),
            Some(_) | None => 0,
        };
        let free = space.free.saturating_add(freed);
        shelves.counts.free_bytes.store(free, Ordering::Relaxed);
        // Others write, too.
        self.left = free.saturating_sub(reserve) / 2;
    }

    /// So many bytes were written.
    pub(super) fn wrote(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(bytes as u64);
    }

    /// The disk is full: gives the oldest files back, for `bytes` more. `false` if there is nothing to give.
    pub(super) fn make(shelves: &Shelves, bytes: usize) -> bool {
        shelves.shed((bytes as u64).max(STEP)) > 0
    }
}
