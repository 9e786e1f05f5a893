//! The content of an unpacked package: its files in order, and the digest that names it.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use adyton_core::digest::Sha256;
use sha2::Digest as _;

/// One file of a package.
pub(super) struct Content {
    /// Its path inside the package, with `/`.
    pub(super) name: String,
    pub(super) size: u64,
    pub(super) executable: bool,
    digest: [u8; 32],
}

/// All files below `folder`, in the order of their names, each hashed.
pub(super) fn list(folder: &Path) -> io::Result<Vec<Content>> {
    let mut files = Vec::new();
    let mut open = vec![PathBuf::new()];
    while let Some(inner) = open.pop() {
        for entry in fs::read_dir(folder.join(&inner))? {
            let entry = entry?;
            let relative = inner.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                open.push(relative);
                continue;
            }
            let (path, meta) = (entry.path(), entry.metadata()?);
            files.push(Content {
                name: relative.to_string_lossy().into_owned(),
                size: meta.len(),
                executable: meta.permissions().mode() & 0o111 != 0,
                digest: hash(&path)?,
            });
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// Bytes of all files below `folder` together.
pub(super) fn size(folder: &Path) -> io::Result<u64> {
    let (mut size, mut open) = (0, vec![folder.to_owned()]);
    while let Some(inner) = open.pop() {
        for entry in fs::read_dir(inner)? {
            let (path, meta) = entry.and_then(|entry| Ok((entry.path(), entry.metadata()?)))?;
            if meta.is_dir() {
                open.push(path);
            } else {
                size += meta.len();
            }
        }
    }
    Ok(size)
}

fn hash(path: &Path) -> io::Result<[u8; 32]> {
    let mut hasher = sha2::Sha256::new();
    let mut file = File::open(path)?;
    let mut buffer = vec![0u8; 64 * 1024];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(hasher.finalize().into());
        }
        hasher.update(&buffer[..read]);
    }
}

/// The digest of names, contents and executable bits: the same package packed in another way has the same one.
pub(super) fn digest(files: &[Content]) -> Sha256 {
    let mut hasher = sha2::Sha256::new();
    for file in files {
        hasher.update((file.name.len() as u64).to_be_bytes());
        hasher.update(file.name.as_bytes());
        hasher.update([u8::from(file.executable)]);
        hasher.update(file.digest);
    }
    Sha256::from_bytes(hasher.finalize().into())
}
