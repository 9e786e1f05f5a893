//! Room on the disk that is kept for bad times: a file in the data folder that is given up piece by piece when the disk is
//! full, so that tokens and keys can still be revoked; and made again when there is room.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The file in the data folder.
const FILE: &str = "reserve";
/// What is given up at once: room for a few writes, and not enough to be worth much to whoever else fills the disk.
const PIECE: u64 = 128 << 10;

/// The reserve of a data folder.
#[derive(Debug)]
pub(crate) struct Reserve {
    path: PathBuf,
    /// Bytes wanted; at most a hundredth of the file system counts.
    wanted: u64,
}

impl Reserve {
    /// The reserve of this folder; the file is made by [`Reserve::fill`].
    pub(crate) fn of(folder: &Path, wanted: u64) -> Self {
        Self {
            path: folder.join(FILE),
            wanted,
        }
    }

    /// Makes the file as large as is wanted, if the disk has room for ten times as much.
    pub(crate) fn fill(&self) -> io::Result<()> {
        let Some(folder) = self.path.parent() else {
            return Ok(());
        };
        let disk = rustix::fs::statvfs(folder)?;
        let wanted = self.wanted.min(disk.f_blocks.saturating_mul(disk.f_frsize) / 100);
        let there = self.size();
        if wanted <= there {
            return if wanted < there {
                self.shrink_to(wanted)
            } else {
                Ok(())
            };
        }
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        if free / 10 < wanted - there {
            return Ok(());
        }
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&self.path)?;
        let filled = rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, wanted);
        match filled {
            Ok(()) => file.sync_all(),
            // A file system that cannot set room aside: written, then.
            Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => pad(&file, wanted - there),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives a piece up; whether there was one.
    pub(crate) fn give_up_a_piece(&self) -> bool {
        let there = self.size();
        if there == 0 {
            return false;
        }
        match self.shrink_to(there.saturating_sub(PIECE)) {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(file = %self.path.display(), %error, "the disk reserve cannot be released");
                false
            }
        }
    }

    fn size(&self) -> u64 {
        self.path.metadata().map_or(0, |about| about.len())
    }

    fn shrink_to(&self, size: u64) -> io::Result<()> {
        if size == 0 {
            return std::fs::remove_file(&self.path);
        }
        OpenOptions::new().write(true).open(&self.path)?.set_len(size)
    }
}

/// Appends so many bytes.
fn pad(mut file: &File, bytes: u64) -> io::Result<()> {
    use std::io::Write as _;
    let piece = [0u8; 64 << 10];
    let mut left = bytes;
    while left > 0 {
        let some = usize::try_from(left).unwrap_or(piece.len()).min(piece.len());
        file.write_all(&piece[..some])?;
        left -= some as u64;
    }
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reserve_is_given_up_in_pieces_and_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let reserve = Reserve::of(folder.path(), 3 * PIECE - 1);
        assert!(!reserve.give_up_a_piece(), "there are none yet");
        reserve.fill().unwrap();
        assert_eq!(reserve.size(), 3 * PIECE - 1);
        for left in [2 * PIECE - 1, PIECE - 1, 0] {
            assert!(reserve.give_up_a_piece());
            assert_eq!(reserve.size(), left);
        }
        assert!(!reserve.give_up_a_piece());
        assert!(!folder.path().join(FILE).exists());
        reserve.fill().unwrap();
        assert_eq!(reserve.size(), 3 * PIECE - 1);
        // A smaller setting counts at the next look.
        Reserve::of(folder.path(), 5).fill().unwrap();
        assert_eq!(reserve.size(), 5);
        Reserve::of(folder.path(), 0).fill().unwrap();
        assert_eq!(reserve.size(), 0);
    }
}
