//! Unpacks a zip whose directory has been measured.

use std::fs::File;
use std::io::{self, BufReader};
use std::os::unix::fs::FileExt as _;

use adyton_core::language::Bilingual;
use zip::read::{ArchiveOffset, Config};

use super::directory;
use crate::package::error::{ImportError, PACK_AGAIN};
use crate::package::stage::{Stage, Unfit};

/// Unpacks the zip in `file`.
pub(super) fn unpack(mut file: File, stage: &mut Stage) -> Result<(), ImportError> {
    let promised = directory::check(&mut file, stage.limits())?;
    let length = file.metadata()?.len();
    let names = file.try_clone()?;
    let broken =
        |problem: zip::result::ZipError| directory::damaged(Bilingual::as_it_is(problem.to_string()));
    // The directory was found where the archive says that it is, so there is nothing to search for.
    let config = Config {
        archive_offset: ArchiveOffset::Known(0),
    };
    let mut archive = zip::ZipArchive::with_config(config, BufReader::new(file)).map_err(broken)?;
    // The reader keeps one entry a name; where there were more, two readers could see two different packages.
    if promised != archive.len() as u64 {
        return Err(ImportError::package(
            "",
            ("a name occurs twice in the archive", "归档中有名称出现了两次"),
            PACK_AGAIN,
        ));
    }
    let mut packed = 0u64;
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).map_err(broken)?;
        let name = entry.name().map_err(broken)?.into_owned();
        if !is_named_alike(&names, entry.header_start(), entry.central_header_start())? {
            return Err(ImportError::package(
                name,
                (
                    "has another name before its content than in the archive's directory",
                    "内容之前的名称与归档目录中的不同",
                ),
                PACK_AGAIN,
            ));
        }
        if entry.encrypted() {
            return Err(ImportError::package(
                name,
                ("is encrypted", "已加密"),
                ("pack without a password", "请在打包时不设密码"),
            ));
        }
        let mode = entry.unix_mode().unwrap_or(0);
        let kind = mode & 0o170_000;
        if entry.is_dir() {
            stage.folder(&name)?;
        } else if kind == 0o120_000 {
            return Err(Stage::refuse_kind(&name, Unfit::Link));
        } else if kind != 0 && kind != 0o100_000 {
            return Err(Stage::refuse_kind(&name, Unfit::Special));
        } else {
            // The reader takes no more than the declared packed size. Entries that share their bytes are not packed better
            // for it: together they are no more than the file.
            packed = packed.saturating_add(entry.compressed_size()).min(length);
            stage.file(&name, mode & 0o111 != 0, &mut entry, &|| packed)?;
        }
    }
    Ok(())
}

/// Whether what stands before an entry's content names it as the directory does: who unpacks from the front goes by that.
fn is_named_alike(file: &File, before: u64, directory: u64) -> io::Result<bool> {
    let name = |header: u64, length_at: u64, name_at: u64| {
        let mut length = [0; 2];
        file.read_exact_at(&mut length, header.saturating_add(length_at))?;
        let mut name = vec![0; usize::from(u16::from_le_bytes(length))];
        file.read_exact_at(&mut name, header.saturating_add(name_at))?;
        Ok::<_, io::Error>(name)
    };
    Ok(name(before, 26, 30)? == name(directory, 28, 46)?)
}
