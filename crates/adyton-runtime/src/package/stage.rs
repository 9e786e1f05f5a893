//! The staging folder: every file of a package goes through here, and every guard is here, whatever the archive.
//!
//! Names are checked before anything is made: relative, without `..`, no links, no devices, no name twice. Files are made
//! with `create_new`, so nothing is ever written through something that lay there before.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::error::ImportError;
use super::{Limits, Published, content};

/// The folder below `packages/` where packages are unpacked.
pub(super) const FOLDER: &str = ".staging";
/// The longest path inside a package, in bytes.
const LONGEST_PATH: usize = 512;
/// The longest name of one file or folder, in bytes: what file systems take.
const LONGEST_NAME: usize = 255;
/// What archivers of some systems add beside the package; it is not part of it.
const NOISE: [&str; 4] = ["__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"];

/// A package on its way in. Dropped without [`publish`](Stage::publish), it vanishes.
pub(super) struct Stage {
    folder: TempDir,
    limits: Limits,
    bytes: u64,
    entries: u64,
    names: HashSet<PathBuf>,
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
            entries: 0,
            names: HashSet::new(),
            root,
        })
    }

    /// Checks an entry's name and gives it in plain form; `None` for what is not part of the package.
    fn name(&mut self, name: &str) -> Result<Option<PathBuf>, ImportError> {
        let refuse = |cause: String| {
            Err(ImportError::package(
                shown(name),
                cause,
                "pack the folder anew with paths relative to it",
            ))
        };
        if name.len() > LONGEST_PATH {
            return refuse(format!("the path is longer than {LONGEST_PATH} bytes"));
        }
        if name.starts_with('/') || name.starts_with('\\') || name.as_bytes().get(1) == Some(&b':') {
            return refuse("the path is absolute".to_owned());
        }
        if name.contains('\0') || name.contains('\\') {
            return refuse("the path has a character that a path cannot have".to_owned());
        }
        if name.chars().any(char::is_control) {
            return Err(ImportError::package(
                shown(name),
                "the name has a control character",
                "rename the file",
            ));
        }
        let mut plain = PathBuf::new();
        for part in name.split('/') {
            match part {
                part if part.len() > LONGEST_NAME => {
                    return Err(ImportError::package(
                        shown(name),
                        format!("a name in the path is longer than {LONGEST_NAME} bytes"),
                        "rename the file or folder",
                    ));
                }
                "" | "." => {}
                ".." => return refuse("the path leads out of the package (`..`)".to_owned()),
                part if NOISE.contains(&part) || part.starts_with("._") => return Ok(None),
                part => plain.push(part),
            }
        }
        if plain.as_os_str().is_empty() {
            return Ok(None);
        }
        self.entries += 1;
        if self.entries > self.limits.entries {
            let cause = format!(
                "the package has more than {} files and folders",
                self.limits.entries
            );
            return Err(ImportError::package(
                "",
                cause,
                "leave out what the model does not need",
            ));
        }
        Ok(Some(plain))
    }

    /// Takes a folder in.
    pub(super) fn folder(&mut self, name: &str) -> Result<(), ImportError> {
        match self.name(name)? {
            Some(plain) => fs::create_dir_all(self.root.join(plain)).map_err(|problem| clash(name, problem)),
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
        let Some(plain) = self.name(name)? else {
            return Ok(());
        };
        if !self.names.insert(plain.clone()) {
            return Err(ImportError::package(
                shown(name),
                "occurs twice in the archive",
                "pack the folder anew",
            ));
        }
        let path = self.root.join(plain);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|problem| clash(name, problem))?;
        }
        let mode = if executable { 0o755 } else { 0o644 };
        let mut to = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&path)
            .map_err(|problem| clash(name, problem))?;
        let mut buffer = vec![0u8; 64 * 1024];
        loop {
            let read = from
                .read(&mut buffer)
                .map_err(|problem| unreadable(name, &problem))?;
            if read == 0 {
                return Ok(());
            }
            self.bytes += read as u64;
            self.guard_size(name, packed())?;
            to.write_all(&buffer[..read])?;
        }
    }

    fn guard_size(&self, name: &str, packed: u64) -> Result<(), ImportError> {
        if self.bytes > self.limits.bytes {
            let cause = format!("the package is larger than {} bytes", self.limits.bytes);
            return Err(ImportError::package(
                shown(name),
                cause,
                "leave out what the model does not need",
            ));
        }
        let allowed = packed
            .max(1)
            .saturating_mul(self.limits.ratio)
            .max(Limits::RATIO_FROM);
        if self.bytes > allowed {
            let cause = format!(
                "unpacks to more than {} times its size in the archive",
                self.limits.ratio
            );
            return Err(ImportError::package(
                shown(name),
                cause,
                "import the folder, or a tar without compression",
            ));
        }
        Ok(())
    }

    /// Refuses an entry that is neither file nor folder.
    pub(super) fn refuse_kind(name: &str, kind: &str) -> ImportError {
        let fix = match kind {
            "a link" => "pack the file that it points to (`tar --dereference`)",
            _ => "a package holds files and folders only",
        };
        ImportError::package(shown(name), format!("is {kind}"), fix)
    }

    /// Copies a folder in. Links are not followed.
    pub(super) fn take_folder(&mut self, folder: &Path) -> Result<(), ImportError> {
        let unreachable = |problem: io::Error| {
            ImportError::package(
                folder.display().to_string(),
                format!("cannot be read: {problem}"),
                "",
            )
        };
        if !fs::metadata(folder).map_err(unreachable)?.is_dir() {
            return Err(ImportError::package(
                folder.display().to_string(),
                "is not a folder",
                "",
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
                        "the name is not UTF-8",
                        "rename the file",
                    ));
                };
                let kind = entry.file_type().map_err(unreachable)?;
                if kind.is_dir() {
                    self.folder(&name)?;
                    open.push(relative);
                } else if kind.is_file() {
                    let mut file = File::open(entry.path()).map_err(|problem| unreadable(&name, &problem))?;
                    let mode = file.metadata().map_err(unreachable)?.permissions().mode();
                    self.file(&name, mode & 0o111 != 0, &mut file, &|| u64::MAX / 1_000_000)?;
                } else {
                    return Err(Self::refuse_kind(
                        &name,
                        if kind.is_symlink() {
                            "a link"
                        } else {
                            "a device or socket"
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
        let cause = "the package has no folder `model` at its root or inside its one top folder";
        let fix = match self.root.join("config.json").is_file() {
            true => "put `config.json` and the files beside it into a folder `model`",
            false => "put `config.json` and the model's files into a folder `model`",
        };
        Err(ImportError::package("", cause, fix))
    }

    /// The package's `model/`, while it is checked.
    pub(super) fn model_folder(&self) -> PathBuf {
        self.root.join("model")
    }

    /// Moves the package to its place. When the same content is there already, that stays.
    pub(super) fn publish(self, packages: &Path) -> Result<Published, ImportError> {
        let ready = self.folder.path().join("ready");
        fs::create_dir(&ready)?;
        fs::rename(self.model_folder(), ready.join("model"))?;
        let files = content::list(&ready)?;
        let published = Published {
            digest: content::digest(&files),
            size: files.iter().map(|file| file.size).sum(),
        };
        let place = packages.join(published.digest.to_string());
        // The rename must not reach the disk before the files do.
        rustix::fs::syncfs(File::open(&ready)?).map_err(io::Error::from)?;
        match fs::rename(&ready, &place) {
            Ok(()) => File::open(packages)?.sync_all()?,
            Err(_) if place.join("model").is_dir() => {}
            Err(problem) => return Err(problem.into()),
        }
        Ok(published)
    }
}

/// A name as messages show it: cut, without control characters.
fn shown(name: &str) -> String {
    name.chars()
        .take(120)
        .map(|letter| if letter.is_control() { '?' } else { letter })
        .collect()
}

fn clash(name: &str, problem: io::Error) -> ImportError {
    match problem.kind() {
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory => {
            ImportError::package(
                shown(name),
                "is both a file and a folder in the archive",
                "pack the folder anew",
            )
        }
        _ => ImportError::Storage(problem),
    }
}

fn unreadable(name: &str, problem: &io::Error) -> ImportError {
    ImportError::package(
        shown(name),
        format!("cannot be read: {problem}"),
        "pack the folder anew; the archive may be cut off",
    )
}
