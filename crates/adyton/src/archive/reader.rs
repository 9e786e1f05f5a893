//! Reading an archive: nothing in it is believed before its sums are.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, BufReader, Read};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Component, Path, PathBuf};

use flate2::read::GzDecoder;

use super::sums::{Hashing, Sums};
use super::{
    CREDENTIALS, FILES, FORMAT, HEADER, Header, JOURNAL, LIBRARIES, MASTER_KEY, PACKAGES, SUMS, UPLOADS,
};
use adyton_cli::failure::{Failure, Outcome};
use adyton_cli::said;

/// The longest header, in bytes.
const HEADER_MOST: u64 = 64 << 10;
/// The longest list of sums, in bytes: some two million files.
const SUMS_MOST: u64 = 256 << 20;

type Entry<'a> = tar::Entry<'a, GzDecoder<BufReader<File>>>;

/// What an archive says of itself.
///
/// # Errors
/// It cannot be read, is none, or has a newer form.
pub(crate) fn look(path: &Path) -> Outcome<Header> {
    let mut archive = open(path)?;
    let mut entries = archive.entries().map_err(|error| broken(path, &error))?;
    let Some(Ok(mut first)) = entries.next() else {
        return Err(foreign(path));
    };
    if name_of(&first).as_deref() != Some(Path::new(HEADER)) {
        return Err(foreign(path));
    }
    let mut text = Vec::new();
    first
        .by_ref()
        .take(HEADER_MOST)
        .read_to_end(&mut text)
        .map_err(|error| broken(path, &error))?;
    let format = serde_json::from_slice::<serde_json::Value>(&text)
        .ok()
        .and_then(|header| header.get("format")?.as_u64());
    match format {
        None => return Err(foreign(path)),
        Some(format) if format > u64::from(FORMAT) => {
            return Err(Failure::failed(said!(
                "{}: the archive has format {format}, and this is adyton {}, which reads formats up to {FORMAT}", "{}：归档格式为 {format}，而本程序 adyton {} 最高支持格式 {FORMAT}",
                path.display(),
                env!("CARGO_PKG_VERSION")
            ))
            .hint(said!("restore it with the version of adyton that wrote it, or a newer one", "请用写入该归档的 adyton 版本或更高版本恢复")));
        }
        Some(_) => {}
    }
    serde_json::from_slice(&text).map_err(|error| {
        damaged(
            path,
            &said!("its header cannot be read ({error})", "无法读取其头部（{error}）"),
        )
    })
}

/// Unpacks an archive into an empty folder, and compares everything with its sums.
///
/// # Errors
/// It is cut off, damaged, or holds what no backup does. What was unpacked of it is worth nothing then.
pub(crate) fn unpack(path: &Path, into: &Path) -> Outcome {
    let mut archive = open(path)?;
    let mut found = Sums::default();
    let mut said = None;
    for entry in archive.entries().map_err(|error| broken(path, &error))? {
        let mut entry = entry.map_err(|error| broken(path, &error))?;
        let name = name_of(&entry).ok_or_else(|| {
            damaged(
                path,
                &said!(
                    "it has an entry that does not belong to a backup",
                    "其中有不属于备份的条目"
                ),
            )
        })?;
        if said.is_some() {
            return Err(damaged(
                path,
                &said!(
                    "`{}` comes after the checksums",
                    "`{}` 出现在校验和之后",
                    name.display()
                ),
            ));
        }
        if name == Path::new(SUMS) {
            said = Some(read_sums(&mut entry, path)?);
        } else {
            let sum = write(&mut entry, &into.join(&name)).map_err(|error| unwritten(path, &name, &error))?;
            found.0.insert(name, sum);
        }
    }
    // The checksum of the compression stands behind the end of the tar.
    let mut rest = archive.into_inner();
    io::copy(&mut rest, &mut io::sink()).map_err(|error| broken(path, &error))?;
    let said = said.ok_or_else(|| {
        damaged(
            path,
            &said!(
                "it ends before its checksums: it was cut off",
                "在校验和之前结束：归档不完整"
            ),
        )
    })?;
    match said.first_difference(&found) {
        None => Ok(()),
        Some(name) => Err(damaged(
            path,
            &said!(
                "`{}` in it differs from what was backed up",
                "其中的 `{}` 与备份时不一致",
                name.display()
            ),
        )),
    }
}

fn open(path: &Path) -> Outcome<tar::Archive<GzDecoder<BufReader<File>>>> {
    let file = File::open(path).map_err(|error| {
        Failure::wrong_use(said!(
            "{}: the archive cannot be opened: {error}",
            "{}：无法打开归档：{error}",
            path.display()
        ))
        .hint(match error.kind() {
            io::ErrorKind::PermissionDenied => said!(
                "only its owner may read it: run this as that user or as root, or give the file to yours (chown)",
                "只有其所有者可以读取：请以该用户或 root 执行，或用 chown 将文件交给当前用户"
            ),
            _ => said!(
                "name a file that `adyton backup` has written",
                "请指定由 `adyton backup` 写入的文件"
            ),
        })
    })?;
    Ok(tar::Archive::new(GzDecoder::new(BufReader::new(file))))
}

/// The name of an entry, if it is a file's and one that a backup has.
fn name_of(entry: &Entry<'_>) -> Option<PathBuf> {
    let path = entry.path().ok()?.into_owned();
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    let top = path.components().next()?.as_os_str().to_str()?;
    let known = [
        HEADER,
        SUMS,
        MASTER_KEY,
        CREDENTIALS,
        "database",
        PACKAGES,
        UPLOADS,
        LIBRARIES,
        JOURNAL,
    ];
    let ours = known.contains(&top) || FILES.contains(&top);
    (entry.header().entry_type() == tar::EntryType::Regular && plain && ours).then_some(path)
}

fn read_sums(entry: &mut Entry<'_>, path: &Path) -> Outcome<Sums> {
    let mut bytes = Vec::new();
    entry
        .take(SUMS_MOST)
        .read_to_end(&mut bytes)
        .map_err(|error| broken(path, &error))?;
    Sums::parse(&bytes)
        .ok_or_else(|| damaged(path, &said!("its checksums cannot be read", "无法读取其校验和")))
}

/// Writes an entry to a new file, whose owner alone may write it; what it hashes to.
fn write(entry: &mut Entry<'_>, to: &Path) -> io::Result<adyton_core::digest::Sha256> {
    if let Some(folder) = to.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let mode = entry.header().mode()? & 0o755 | 0o600;
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(to)?;
    let mut content = Hashing::new(entry);
    io::copy(&mut content, &mut file)?;
    Ok(content.sum())
}

fn foreign(path: &Path) -> Failure {
    Failure::wrong_use(said!(
        "{}: this is not a backup of Adyton",
        "{}：这不是 Adyton 的备份",
        path.display()
    ))
    .hint(said!(
        "name a file that `adyton backup` has written",
        "请指定由 `adyton backup` 写入的文件"
    ))
}

fn damaged(path: &Path, how: &str) -> Failure {
    Failure::failed(said!(
        "{}: the archive is damaged: {how}",
        "{}：归档已损坏：{how}",
        path.display()
    ))
    .hint(said!(
        "nothing was restored: use another copy of the backup, or an older one",
        "未恢复任何内容：请使用备份的另一份副本或更早的备份"
    ))
}

fn broken(path: &Path, error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => damaged(path, &said!("it was cut off", "归档不完整")),
        _ => damaged(path, &error.to_string()),
    }
}

/// An entry that did not arrive in the folder: the archive's fault, or the disk's.
fn unwritten(path: &Path, name: &Path, error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::InvalidInput
        | io::ErrorKind::InvalidData
        | io::ErrorKind::AlreadyExists => broken(path, error),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Failure::failed(said!(
            "no space is left on the disk of the data folder for `{}` of the archive",
            "数据目录所在磁盘没有空间存放归档中的 `{}`",
            name.display()
        ))
        .hint(said!(
            "nothing was restored: free some space, or name a folder on another disk with --data",
            "未恢复任何内容：请释放空间，或用 --data 指定其他磁盘上的目录"
        )),
        _ => Failure::failed(said!(
            "`{}` of the archive cannot be restored: {error}",
            "无法恢复归档中的 `{}`：{error}",
            name.display()
        )),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use adyton_store::backup::DatabaseKind;

    use super::super::Writer;
    use super::*;

    /// A folder with an archive in it, and the archive's bytes.
    fn written() -> (tempfile::TempDir, PathBuf, Vec<u8>) {
        let folder = tempfile::tempdir().unwrap();
        let package = folder.path().join("package");
        std::fs::create_dir_all(package.join("model")).unwrap();
        std::fs::write(package.join("model/run.sh"), "#!/bin/sh\n").unwrap();
        std::fs::set_permissions(
            package.join("model/run.sh"),
            std::os::unix::fs::PermissionsExt::from_mode(0o755),
        )
        .unwrap();
        let long = "a".repeat(150);
        std::fs::write(package.join(&long), vec![7; 100_000]).unwrap();
        let path = folder.path().join("backup.tar.gz");
        let file = File::create(&path).unwrap();
        let header = Header::new("2026-01-02T03:04:05Z".into(), DatabaseKind::Sqlite, 4);
        let mut writer = Writer::begin(&file, &header).unwrap();
        assert_eq!(writer.add_folder(Path::new("packages/one"), &package).unwrap(), 2);
        writer.finish().unwrap();
        let bytes = std::fs::read(&path).unwrap();
        (folder, path, bytes)
    }

    fn unpacked(path: &Path) -> Result<tempfile::TempDir, String> {
        let into = tempfile::tempdir().unwrap();
        unpack(path, into.path()).map_err(|failure| failure.to_string())?;
        Ok(into)
    }

    #[test]
    fn what_was_added_comes_back_with_its_mode() {
        let (_folder, path, _) = written();
        let header = look(&path).unwrap();
        assert_eq!((header.format, header.schema), (1, 4));
        let into = unpacked(&path).unwrap();
        let program = into.path().join("packages/one/model/run.sh");
        assert_eq!(std::fs::read_to_string(&program).unwrap(), "#!/bin/sh\n");
        let mode =
            std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&program).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o755);
        let long = into.path().join("packages/one").join("a".repeat(150));
        assert_eq!(std::fs::metadata(long).unwrap().len(), 100_000);
    }

    #[test]
    fn every_cut_and_every_damage_that_changes_anything_is_noticed() {
        let (folder, path, bytes) = written();
        let long = folder.path().join("package").join("a".repeat(150));
        let whole = std::fs::read(&long).unwrap();
        // What the first ten bytes of gzip say of time and system is nobody's business.
        for at in 10..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x10;
            std::fs::write(&path, damaged).unwrap();
            // Compressed data has bits that mean nothing.
            if let Ok(into) = unpacked(&path) {
                let name = Path::new("packages/one").join("a".repeat(150));
                assert_eq!(std::fs::read(into.path().join(name)).unwrap(), whole, "byte {at}");
                assert!(
                    into.path().join("packages/one/model/run.sh").is_file(),
                    "byte {at}"
                );
            }
            std::fs::write(&path, &bytes[..at]).unwrap();
            assert!(unpacked(&path).is_err(), "cut at {at}");
        }
    }

    /// An archive of these entries.
    fn of_entries(entries: &[(&str, tar::EntryType, &[u8])]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backup.tar.gz");
        let gzip = flate2::write::GzEncoder::new(File::create(&path).unwrap(), flate2::Compression::fast());
        let mut tar = tar::Builder::new(gzip);
        for (name, kind, content) in entries {
            let mut header = tar::Header::new_gnu();
            header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_entry_type(*kind);
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            if kind.is_symlink() {
                header.set_link_name("/etc/passwd").unwrap();
            }
            header.set_cksum();
            tar.append(&header, *content).unwrap();
        }
        tar.into_inner().unwrap().finish().unwrap().flush().unwrap();
        (folder, path)
    }

    #[test]
    fn what_no_backup_has_is_refused() {
        let file = tar::EntryType::Regular;
        for (name, kind) in [
            ("../outside", file),
            ("/outside", file),
            ("packages/../../outside", file),
            ("adyton.lock", file),
            ("packages/link", tar::EntryType::Symlink),
        ] {
            let (folder, path) = of_entries(&[(HEADER, file, b"{}"), (name, kind, b"")]);
            let said = unpacked(&path).unwrap_err();
            assert!(said.contains("does not belong to a backup"), "{name}: {said}");
            assert!(!folder.path().join("outside").exists());
        }
        let (_folder, path) = of_entries(&[(HEADER, file, b"{}")]);
        assert!(unpacked(&path).unwrap_err().contains("ends before its checksums"));
        let (_folder, path) = of_entries(&[(HEADER, file, b"{}"), (SUMS, file, b"")]);
        assert!(
            unpacked(&path)
                .unwrap_err()
                .contains("`adyton-backup.json` in it differs from what was backed up")
        );
        let (_folder, path) = of_entries(&[(SUMS, file, b""), (HEADER, file, b"{}")]);
        assert!(unpacked(&path).unwrap_err().contains("comes after the checksums"));
    }

    #[test]
    fn what_is_no_archive_of_ours_is_told_apart_from_a_newer_one() {
        let file = tar::EntryType::Regular;
        let said = |path: &Path| look(path).unwrap_err().to_string();
        let (_folder, path) = of_entries(&[("thesis.txt", file, b"...")]);
        assert!(
            said(&path).contains("is not a backup of Adyton"),
            "{}",
            said(&path)
        );
        std::fs::write(&path, "not compressed").unwrap();
        assert!(
            said(&path).contains("is not a backup of Adyton"),
            "{}",
            said(&path)
        );
        let (_folder, path) = of_entries(&[(HEADER, file, b"{\"format\": 2, \"new\": []}")]);
        assert!(
            said(&path).contains("format 2") && said(&path).contains("up to 1"),
            "{}",
            said(&path)
        );
        let (_folder, path) = of_entries(&[(HEADER, file, b"{\"format\": 1}")]);
        assert!(
            said(&path).contains("its header cannot be read"),
            "{}",
            said(&path)
        );
        assert!(said(Path::new("/nowhere")).contains("cannot be opened"));
    }
}
