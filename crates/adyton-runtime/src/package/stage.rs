//! The staging folder: every file of a package goes through here, and every guard is here, whatever the archive.
//!
//! Names are checked before anything is made (`staged_name.rs`): relative, without `..`, no links, no devices, no name twice. Every
//! file and every folder on the way to one is counted before it is made. Files are made with `create_new`, so nothing is ever
//! written through something that lay there before.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use adyton_core::language::both;
use rustix::fs::{Mode, OFlags};
use tempfile::TempDir;

use super::Limits;
use super::error::{ImportError, PACK_AGAIN, RENAME, shown};
use super::staged_name::plain;

/// The folder below `packages/` where packages are unpacked.
pub(super) const FOLDER: &str = ".staging";

/// What is neither file nor folder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unfit {
    /// A symbolic or hard link.
    Link,
    /// A device, pipe, socket or sparse file.
    Special,
}

/// A package on its way in. Dropped before it is in its place (`staged.rs`), it vanishes.
pub(super) struct Stage {
    pub(super) folder: TempDir,
    limits: Limits,
    /// Counted against [`Limits::bytes`].
    bytes: u64,
    /// Bytes of files alone.
    content: u64,
    entries: u64,
    names: HashSet<PathBuf>,
    folders: HashSet<PathBuf>,
    /// Folder that holds `model/`, once settled.
    root: PathBuf,
}

impl Stage {
    pub(super) fn begin(packages: &Path, limits: Limits) -> Result<Self, ImportError> {
        let folder = tempfile::Builder::new()
            .prefix("package-")
            .tempdir_in(packages.join(FOLDER))?;
        let root = folder.path().join("in");
        fs::create_dir(&root)?;
        Ok(Self {
            folder,
            limits,
            bytes: 0,
            content: 0,
            entries: 0,
            names: HashSet::new(),
            folders: HashSet::new(),
            root,
        })
    }

    /// What this package may be at most.
    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Takes a folder in. It is made when a file comes that lies in it: an empty folder is no part of a package, whose name is
    /// the digest of its files.
    pub(super) fn folder(&mut self, name: &str) -> Result<(), ImportError> {
        match plain(name)? {
            Some(plain) => self.count_folders(name, &plain),
            None => Ok(()),
        }
    }

    /// Takes a file in, counting its bytes as they come; `declared` sizes are not believed.
    pub(super) fn file(
        &mut self,
        name: &str,
        executable: bool,
        from: &mut dyn Read,
        packed: &dyn Fn() -> u64,
    ) -> Result<(), ImportError> {
        let Some(plain) = plain(name)? else {
            return Ok(());
        };
        if self.folders.contains(&plain) {
            return Err(two_kinds(name));
        }
        let parent = plain.parent().unwrap_or(Path::new(""));
        self.count_folders(name, parent)?;
        if !self.names.insert(plain.clone()) {
            return Err(ImportError::package(
                shown(name),
                ("occurs twice in the archive", "在归档中出现了两次"),
                PACK_AGAIN,
            ));
        }
        self.count_entry(name)?;
        fs::create_dir_all(self.root.join(parent))?;
        let mode = if executable { 0o755 } else { 0o644 };
        let mut to = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(self.root.join(&plain))?;
        let mut buffer = vec![0u8; 64 * 1024];
        loop {
            let read = from
                .read(&mut buffer)
                .map_err(|problem| unreadable(name, &problem))?;
            if read == 0 {
                return Ok(());
            }
            self.bytes += read as u64;
            self.content += read as u64;
            self.guard_size(name)?;
            if self.content > self.limits.unpacked_most(packed()) {
                return Err(ImportError::too_dense(name, &self.limits));
            }
            to.write_all(&buffer[..read])?;
        }
    }

    /// Counts the folder `plain` and those that it lies in, each once, however many files are in it.
    fn count_folders(&mut self, name: &str, plain: &Path) -> Result<(), ImportError> {
        if plain.components().count() > Limits::DEPTH {
            return Err(ImportError::package(
                shown(name),
                both!(
                    "lies in more than {} folders",
                    "目录嵌套超过 {} 层",
                    Limits::DEPTH
                ),
                (
                    "re-create the archive with fewer nested folders",
                    "请减少目录层级后重新打包",
                ),
            ));
        }
        // From the innermost one outwards, up to the first that is known.
        for folder in plain.ancestors().filter(|folder| *folder != Path::new("")) {
            if self.names.contains(folder) {
                return Err(two_kinds(name));
            }
            if !self.folders.insert(folder.to_owned()) {
                break;
            }
            self.count_entry(name)?;
        }
        Ok(())
    }

    /// Counts a file or folder.
    fn count_entry(&mut self, name: &str) -> Result<(), ImportError> {
        self.entries += 1;
        if self.entries > self.limits.entries {
            return Err(ImportError::too_many(&self.limits));
        }
        self.bytes += Limits::ENTRY_BYTES;
        self.guard_size(name)
    }

    fn guard_size(&self, name: &str) -> Result<(), ImportError> {
        match self.bytes > self.limits.bytes {
            true => Err(ImportError::too_large(name, &self.limits)),
            false => Ok(()),
        }
    }

    /// Refuses an entry that is neither file nor folder.
    pub(super) fn refuse_kind(name: &str, kind: Unfit) -> ImportError {
        let (cause, fix) = match kind {
            Unfit::Link => (
                ("is a link", "是链接"),
                (
                    "pack the file that it points to (`tar --dereference`)",
                    "请打包它指向的文件（`tar --dereference`）",
                ),
            ),
            Unfit::Special => (
                (
                    "is a device, pipe, socket or sparse file",
                    "是设备、管道、套接字或稀疏文件",
                ),
                (
                    "a package holds files and folders only",
                    "模型包只能包含文件和目录",
                ),
            ),
        };
        ImportError::package(shown(name), cause, fix)
    }

    /// Copies a folder in. Links are not followed.
    pub(super) fn take_folder(&mut self, folder: &Path) -> Result<(), ImportError> {
        let unreachable = |problem: io::Error| {
            ImportError::package(
                folder.display().to_string(),
                both!("cannot be read: {problem}", "无法读取：{problem}"),
                ("", ""),
            )
        };
        if !fs::metadata(folder).map_err(unreachable)?.is_dir() {
            return Err(ImportError::package(
                folder.display().to_string(),
                ("is not a folder", "不是目录"),
                ("", ""),
            ));
        }
        let mut open = vec![PathBuf::new()];
        while let Some(inner) = open.pop() {
            for entry in fs::read_dir(folder.join(&inner)).map_err(unreachable)? {
                let entry = entry.map_err(unreachable)?;
                let relative = inner.join(entry.file_name());
                let Some(name) = relative.to_str().map(str::to_owned) else {
                    let shown = relative.display().to_string();
                    return Err(ImportError::package(
                        shown,
                        ("the name is not UTF-8", "名称不是 UTF-8"),
                        RENAME,
                    ));
                };
                let kind = entry.file_type().map_err(unreachable)?;
                if kind.is_dir() {
                    self.folder(&name)?;
                    open.push(relative);
                } else if kind.is_file() {
                    let mut file =
                        open_plain(&entry.path()).map_err(|problem| unreadable(&name, &problem))?;
                    let mode = file.metadata().map_err(unreachable)?.permissions().mode();
                    self.file(&name, mode & 0o111 != 0, &mut file, &|| u64::MAX)?;
                } else {
                    return Err(Self::refuse_kind(
                        &name,
                        if kind.is_symlink() {
                            Unfit::Link
                        } else {
                            Unfit::Special
                        },
                    ));
                }
            }
        }
        Ok(())
    }

    /// Finds the folder that holds `model/`: the root, or its only folder.
    pub(super) fn settle(&mut self) -> Result<(), ImportError> {
        if self.root.join("model").is_dir() {
            return Ok(());
        }
        let mut folders: Vec<PathBuf> = Vec::new();
        for entry in fs::read_dir(&self.root)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            }
        }
        if let [only] = folders.as_slice()
            && only.join("model").is_dir()
        {
            self.root.clone_from(only);
            return Ok(());
        }
        let cause = (
            "the package has no folder `model` at its root or inside its one top folder",
            "模型包的根目录或其唯一的顶层目录中没有 `model` 目录",
        );
        let fix = match self.root.join("config.json").is_file() {
            true => (
                "put `config.json` and the files beside it into a folder `model`",
                "请将 `config.json` 及其旁边的文件放入 `model` 目录",
            ),
            false => (
                "put `config.json` and the model's files into a folder `model`; `adyton model init NAME` creates a starter package",
                "请将 `config.json` 和模型文件放入 `model` 目录；可先用 `adyton model init NAME` 生成",
            ),
        };
        Err(ImportError::package("", cause, fix))
    }

    /// The package's `model/`, while it is checked.
    pub(super) fn model_folder(&self) -> PathBuf {
        self.root.join("model")
    }
}

/// Opens a file that was one a moment ago: not what a link points to that has taken its place, nor a pipe that would block.
fn open_plain(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::other("it is no file any more")),
    }
}

fn two_kinds(name: &str) -> ImportError {
    ImportError::package(
        shown(name),
        (
            "is both a file and a folder in the archive",
            "在归档中既是文件又是目录",
        ),
        PACK_AGAIN,
    )
}

fn unreadable(name: &str, problem: &io::Error) -> ImportError {
    ImportError::package(
        shown(name),
        both!("cannot be read: {problem}", "无法读取：{problem}"),
        (
            "re-create the archive; it may be truncated",
            "请重新打包；归档可能不完整",
        ),
    )
}
