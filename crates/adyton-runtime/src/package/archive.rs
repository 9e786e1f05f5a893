//! Reads archives into the staging folder: tar, tar.gz, zip, told apart by their content.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::rc::Rc;

use flate2::read::MultiGzDecoder;

use super::error::ImportError;
use super::stage::Stage;

/// Unpacks the archive in `file`.
pub(super) fn unpack(file: &Path, stage: &mut Stage) -> Result<(), ImportError> {
    let mut archive = File::open(file)?;
    let mut head = [0u8; 512];
    let read = fill(&mut archive, &mut head)?;
    archive.seek(SeekFrom::Start(0))?;
    let head = &head[..read];
    if head.starts_with(&[0x1f, 0x8b]) {
        let packed = Rc::new(Cell::new(0));
        let counted = Counted {
            inner: BufReader::new(archive),
            count: Rc::clone(&packed),
        };
        return tar(MultiGzDecoder::new(counted), stage, &|| packed.get());
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return zip(archive, stage);
    }
    if head.len() == 512 && (head[257..].starts_with(b"ustar") || tar_sum_fits(head)) {
        return tar(BufReader::new(archive), stage, &|| u64::MAX / 1_000_000);
    }
    let cause = match head {
        [] => "the archive is empty",
        _ => "the file is not a tar, tar.gz or zip archive",
    };
    Err(ImportError::package(
        "",
        cause,
        "pack the folder that holds `model/` with tar or zip",
    ))
}

fn fill(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

/// Whether a block is the header of an old tar (without the word `ustar`): its checksum, an octal number at 148, is the
/// sum of all bytes with the checksum's own taken as spaces.
fn tar_sum_fits(block: &[u8]) -> bool {
    let written = std::str::from_utf8(&block[148..156]).unwrap_or_default();
    let written = u64::from_str_radix(written.trim_matches(|c: char| c == '\0' || c == ' '), 8);
    let sum: u64 = block
        .iter()
        .enumerate()
        .map(|(at, byte)| {
            if (148..156).contains(&at) {
                32
            } else {
                u64::from(*byte)
            }
        })
        .sum();
    written == Ok(sum)
}

/// Counts the bytes that pass, to compare what comes out with what went in.
struct Counted<R> {
    inner: R,
    count: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count.set(self.count.get() + read as u64);
        Ok(read)
    }
}

fn tar(from: impl Read, stage: &mut Stage, packed: &dyn Fn() -> u64) -> Result<(), ImportError> {
    let mut archive = tar::Archive::new(from);
    let broken = |problem: io::Error| {
        ImportError::package(
            "",
            format!("the tar archive is damaged: {problem}"),
            "pack the folder anew",
        )
    };
    for entry in archive.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        let name = match std::str::from_utf8(&entry.path_bytes()) {
            Ok(name) => name.to_owned(),
            Err(_) => {
                return Err(ImportError::package(
                    "",
                    "a name in the archive is not UTF-8",
                    "rename the file",
                ));
            }
        };
        let kind = entry.header().entry_type();
        if kind.is_dir() {
            stage.folder(&name)?;
        } else if kind.is_file() || kind.is_contiguous() {
            let executable = entry.header().mode().is_ok_and(|mode| mode & 0o111 != 0);
            stage.file(&name, executable, &mut entry, packed)?;
        } else if kind.is_symlink() || kind.is_hard_link() {
            return Err(Stage::refuse_kind(&name, "a link"));
        } else if !kind.is_pax_global_extensions() {
            return Err(Stage::refuse_kind(&name, "a device, pipe or sparse file"));
        }
    }
    Ok(())
}

fn zip(mut file: File, stage: &mut Stage) -> Result<(), ImportError> {
    let promised = zip_entries(&mut file)?;
    let broken = |problem: zip::result::ZipError| {
        ImportError::package(
            "",
            format!("the zip archive is damaged: {problem}"),
            "pack the folder anew",
        )
    };
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(broken)?;
    // The reader keeps one entry a name; where there were more, two readers could see two different packages.
    if promised.is_some_and(|promised| promised != archive.len()) {
        return Err(ImportError::package(
            "",
            "a name occurs twice in the archive",
            "pack the folder anew",
        ));
    }
    let mut packed = 0u64;
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).map_err(broken)?;
        let name = entry.name().map_err(broken)?.into_owned();
        if entry.encrypted() {
            return Err(ImportError::package(
                name,
                "is encrypted",
                "pack without a password",
            ));
        }
        let mode = entry.unix_mode().unwrap_or(0);
        let kind = mode & 0o170_000;
        if entry.is_dir() {
            stage.folder(&name)?;
        } else if kind == 0o120_000 {
            return Err(Stage::refuse_kind(&name, "a link"));
        } else if kind != 0 && kind != 0o100_000 {
            return Err(Stage::refuse_kind(&name, "a device or pipe"));
        } else {
            // The reader takes no more than the declared packed size, so the sum of them is what was read.
            packed = packed.saturating_add(entry.compressed_size());
            stage.file(&name, mode & 0o111 != 0, &mut entry, &|| packed)?;
        }
    }
    Ok(())
}

/// How many entries the end of a zip file promises; `None` where it does not say (more than 65,534).
fn zip_entries(file: &mut File) -> io::Result<Option<usize>> {
    const END: &[u8] = b"PK\x05\x06";
    let length = file.seek(SeekFrom::End(0))?;
    let from = length.saturating_sub(66_000);
    file.seek(SeekFrom::Start(from))?;
    let mut tail = Vec::new();
    file.take(66_000).read_to_end(&mut tail)?;
    file.seek(SeekFrom::Start(0))?;
    let found = tail.windows(END.len()).rposition(|window| window == END);
    let count = found.and_then(|at| tail.get(at + 10..at + 12));
    Ok(count
        .map(|bytes| usize::from(u16::from_le_bytes([bytes[0], bytes[1]])))
        .filter(|count| *count != 0xffff))
}
