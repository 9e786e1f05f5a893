//! The data folder: one server at a time, and files that are there whole or not at all.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, test_kill_process};

use crate::OpenError;
use crate::open_error::{FileDeed, file_error};

/// The file whose lock says that a server holds the folder; it contains that server's process id.
const LOCK: &str = "adyton.lock";
/// A lock that no living server holds is waited for so long, and asked for so often: a process that was being started when its holder
/// closed it, or died, holds a copy until it runs.
const LEFT_OVER: Duration = Duration::from_secs(2);
const ASK: Duration = Duration::from_millis(5);
/// Audit records that wait for the next start.
pub(crate) const AUDIT_WAITING: &str = "audit.waiting";

/// The data folder, held: no other server opens it until this value is gone.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    /// The lock ends when this is closed, however the process ends.
    _lock: File,
}

impl DataFolder {
    /// Makes the folder (mode 0700) if it is not there, and takes its lock. [`OpenError::Locked`] names who has it.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, OpenError> {
        let given = path.into();
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&given)
            .map_err(|error| file_error(&given, FileDeed::MakeFolder, error))?;
        let path = given
            .canonicalize()
            .map_err(|error| file_error(&given, FileDeed::OpenFolder, error))?;
        let lock = take_lock(&path)?;
        close_to_others(&path)?;
        if let Some(parent) = path.parent() {
            // So that the folder itself survives a loss of power. A parent that we may not read is not ours to sync.
            let _ = File::open(parent).and_then(|folder| folder.sync_all());
        }
        Ok(Self { path, _lock: lock })
    }

    /// Its absolute path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file (mode 0600) whole or not at all, safe against loss of power: a temporary file is written and synced,
    /// renamed into place, and the folder synced.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), OpenError> {
        let target = self.path.join(name);
        let temporary = self.path.join(format!(".{name}.new"));
        let written = (|| {
            // One left over from a crash may have another mode.
            match std::fs::remove_file(&temporary) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let mut file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&temporary)?;
            file.write_all(bytes)?;
            give_to_owner_of(&self.path, &temporary);
            file.sync_all()?;
            std::fs::rename(&temporary, &target)?;
            File::open(&self.path)?.sync_all()
        })();
        written.map_err(|error| file_error(&target, FileDeed::WriteFile, error))
    }

    /// Whether it holds nothing but what every folder may have: its lock, what is told of earlier tries, and what the file system keeps.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn is_empty(path: &Path) -> Result<bool, OpenError> {
        let failed = |error: std::io::Error| file_error(path, FileDeed::ReadFolder, error);
        for entry in std::fs::read_dir(path).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            if name != LOCK && name != AUDIT_WAITING && name != "lost+found" {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Gives what root has made in it, and all below, to the folder's owner.
    pub fn give_to_owner(&self, made: &Path) {
        give_all_to_owner_of(&self.path, made);
    }

    /// Whether files can be written in it: writes a small one and removes it.
    pub(crate) fn try_a_file(&self) -> std::io::Result<()> {
        let path = self.path.join(".write-check");
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&path)?;
        let written = file.write_all(b"may be removed\n");
        std::fs::remove_file(&path)?;
        written
    }

    /// Reads a file of the folder; `None` if it is not there.
    pub(crate) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, OpenError> {
        let path = self.path.join(name);
        match std::fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(file_error(&path, FileDeed::ReadFile, error)),
        }
    }

    /// Removes a file of the folder, if it is there.
    pub(crate) fn remove(&self, name: &str) -> Result<(), OpenError> {
        let path = self.path.join(name);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(file_error(&path, FileDeed::RemoveFile, error))
            }
            _ => Ok(()),
        }
    }
}

/// Gives what root has made in a data folder, and all below, to the folder's owner. A server may run on it meanwhile.
pub fn give_all_to_owner_of(like: &Path, made: &Path) {
    give_to_owner_of(like, made);
    // What is no folder has nothing below.
    for entry in std::fs::read_dir(made).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => give_all_to_owner_of(like, &entry.path()),
            _ => give_to_owner_of(like, &entry.path()),
        }
    }
}

/// What root makes in the folder of the user that servers run as belongs to that user: else the next server could not read it.
/// Where that is not allowed, the next server says so.
pub(crate) fn give_to_owner_of(like: &Path, made: &Path) {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let (Ok(wanted), Ok(there)) = (std::fs::metadata(like), std::fs::symlink_metadata(made)) else {
        return;
    };
    if (wanted.uid(), wanted.gid()) != (there.uid(), there.gid()) {
        let _ = std::os::unix::fs::lchown(made, Some(wanted.uid()), Some(wanted.gid()));
    }
}

fn take_lock(folder: &Path) -> Result<File, OpenError> {
    let path = folder.join(LOCK);
    let failed = |error: std::io::Error| file_error(&path, FileDeed::UseLock, error);
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(failed)?;
    let until = Instant::now() + LEFT_OVER;
    loop {
        match file.try_lock() {
            Ok(()) => break give_to_owner_of(folder, &path),
            Err(TryLockError::WouldBlock) => {
                let holder = holder(&mut file);
                if is_another_that_lives(holder) || Instant::now() >= until {
                    return Err(OpenError::Locked {
                        folder: folder.to_owned(),
                        pid: holder.map(|pid| pid.as_raw_nonzero().get()),
                    });
                }
                thread::park_timeout(ASK);
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
    }
    let written = file
        .set_len(0)
        .and_then(|()| writeln!(file, "{}", std::process::id()));
    if let Err(error) = written {
        // The lock holds all the same; only whoever is refused by it is not told by whom. The disk may be full.
        tracing::warn!(file = %path.display(), %error, "the lock file does not say which process holds it");
    }
    Ok(file)
}

/// The process that the lock file names; none where it names none.
fn holder(file: &mut File) -> Option<Pid> {
    let mut holder = String::new();
    file.rewind().ok()?;
    file.take(20).read_to_string(&mut holder).ok()?;
    Pid::from_raw(holder.trim().parse().ok()?)
}

/// Whether this is another process than ours, and lives.
fn is_another_that_lives(holder: Option<Pid>) -> bool {
    holder.is_some_and(|pid| {
        pid != rustix::process::getpid() && test_kill_process(pid) != Err(rustix::io::Errno::SRCH)
    })
}

/// Secrets live in the folder, so others must not enter it. A folder that already holds other people's files keeps its
/// mode (it may be a home or `/tmp`): its owner is told, and our files have mode 0600 in any case.
fn close_to_others(path: &Path) -> Result<(), OpenError> {
    let failed = |error: std::io::Error| file_error(path, FileDeed::ReadFolder, error);
    let mode = std::fs::metadata(path).map_err(failed)?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let mut foreign = false;
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        foreign |= name != LOCK && name != AUDIT_WAITING;
    }
    if foreign && !path.join("adyton.db").exists() {
        tracing::warn!(folder = %path.display(), "the data folder is open to other users: chmod 0700 it, or use one of its own");
        return Ok(());
    }
    std::fs::set_permissions(path, Permissions::from_mode(0o700))
        .map_err(|error| file_error(path, FileDeed::CloseFolder, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_folder_is_made_for_its_owner_alone_and_held_once() {
        let above = tempfile::tempdir().unwrap();
        let path = above.path().join("a/b");
        let held = DataFolder::open(&path).unwrap();
        assert_eq!(mode(held.path()), 0o700);
        match DataFolder::open(&path) {
            Err(OpenError::Locked { pid, .. }) => {
                assert_eq!(pid.map(i32::unsigned_abs), Some(std::process::id()))
            }
            other => panic!("the second must be refused, got {other:?}"),
        }
        drop(held);
        DataFolder::open(&path).unwrap();
    }

    /// A process that is being started has a copy of all that is open here, the lock too, until it runs its program.
    #[test]
    fn a_lock_that_is_left_over_for_a_moment_is_waited_for() {
        let above = tempfile::tempdir().unwrap();
        let is_over = std::sync::atomic::AtomicBool::new(false);
        let ordering = std::sync::atomic::Ordering::Relaxed;
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !is_over.load(ordering) {
                        std::process::Command::new("true").status().unwrap();
                    }
                });
            }
            let opened: Vec<_> = (0..300)
                .map(|_| DataFolder::open(above.path()).map(drop))
                .collect();
            is_over.store(true, ordering);
            for opened in opened {
                opened.unwrap();
            }
        });
    }

    #[test]
    fn a_lock_of_a_process_that_has_died_is_waited_for_and_one_that_lives_is_not() {
        let mut other = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let pid = i32::try_from(other.id()).ok().and_then(Pid::from_raw);
        assert!(is_another_that_lives(pid));
        other.kill().unwrap();
        other.wait().unwrap();
        assert!(!is_another_that_lives(pid));
        assert!(!is_another_that_lives(Some(rustix::process::getpid())));
        assert!(!is_another_that_lives(None));
    }

    #[test]
    fn an_empty_folder_is_closed_to_others_and_a_full_one_left_alone() {
        let empty = tempfile::tempdir().unwrap();
        std::fs::set_permissions(empty.path(), Permissions::from_mode(0o755)).unwrap();
        DataFolder::open(empty.path()).unwrap();
        assert_eq!(mode(empty.path()), 0o700);
        let full = tempfile::tempdir().unwrap();
        std::fs::set_permissions(full.path(), Permissions::from_mode(0o755)).unwrap();
        std::fs::write(full.path().join("thesis.txt"), "…").unwrap();
        DataFolder::open(full.path()).unwrap();
        assert_eq!(mode(full.path()), 0o755);
    }

    #[test]
    fn a_folder_with_its_lock_alone_is_empty() {
        let above = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(above.path().join("data")).unwrap();
        assert!(DataFolder::is_empty(folder.path()).unwrap());
        folder.write("x", b"one").unwrap();
        assert!(!DataFolder::is_empty(folder.path()).unwrap());
        assert!(DataFolder::is_empty(&above.path().join("nowhere")).is_err());
    }

    #[test]
    fn what_root_makes_belongs_to_the_owner_of_the_folder() {
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let above = tempfile::tempdir().unwrap();
        let data = above.path().join("data");
        std::fs::create_dir(&data).unwrap();
        std::os::unix::fs::chown(&data, Some(12345), Some(12346)).unwrap();
        let folder = DataFolder::open(&data).unwrap();
        folder.write("x", b"one").unwrap();
        std::fs::create_dir_all(data.join("packages/one")).unwrap();
        std::fs::write(data.join("packages/one/file"), "").unwrap();
        folder.give_to_owner(&data.join("packages"));
        for name in [LOCK, "x", "packages", "packages/one", "packages/one/file"] {
            let about = std::fs::metadata(data.join(name)).unwrap();
            assert_eq!((about.uid(), about.gid()), (12345, 12346), "{name}");
        }
    }

    #[test]
    fn a_written_file_replaces_the_old_one_and_what_a_crash_left() {
        let above = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(above.path().join("data")).unwrap();
        std::fs::write(folder.path().join(".x.new"), "half").unwrap();
        folder.write("x", b"one").unwrap();
        folder.write("x", b"two").unwrap();
        assert_eq!(folder.read("x").unwrap().unwrap(), b"two");
        assert_eq!(mode(&folder.path().join("x")), 0o600);
        assert!(!folder.path().join(".x.new").exists());
        folder.remove("x").unwrap();
        folder.remove("x").unwrap();
        assert!(folder.read("x").unwrap().is_none());
        folder.try_a_file().unwrap();
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            1,
            "the lock alone"
        );
    }
}
