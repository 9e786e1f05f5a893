//! Reads archives into the staging folder: tar, tar.gz, zip, told apart by their content.
//!
//! What must be true, whatever the archive says of itself: memory stays small, and nothing is read without being counted.
//!
//! - `meter.rs`: counts a tar's bytes where they come out of the decompressor, whoever reads them.
//! - `tar.rs`: walks the headers; what describes another entry (long names, pax) is refused by its size before it is read.
//! - `zip.rs` and `directory.rs`: the directory is measured and walked before anything is made of it.

mod directory;
mod meter;
mod tar;
mod zip;

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use self::meter::Meter;
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
        let meter = Meter::new(stage.limits());
        let packed = MultiGzDecoder::new(meter.packed(BufReader::new(archive)));
        return tar::unpack(packed, &meter, stage);
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return zip::unpack(archive, stage);
    }
    if head.len() == 512 && (head[257..].starts_with(b"ustar") || tar::sum_fits(head)) {
        let meter = Meter::unpacked_already(stage.limits());
        return tar::unpack(BufReader::new(archive), &meter, stage);
    }
    let cause = match head {
        [] => ("the archive is empty", "归档为空"),
        _ => (
            "the file is not a tar, tar.gz or zip archive",
            "该文件不是 tar、tar.gz 或 zip 归档",
        ),
    };
    Err(ImportError::package(
        "",
        cause,
        (
            "pack the folder that holds `model/` with tar or zip",
            "请用 tar 或 zip 打包含有 `model/` 的目录",
        ),
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
