//! The directory at the end of a zip: found, measured and walked before a reader makes entries of it in memory.
//!
//! The end record says how many entries the directory has, how long it is and where it lies (ZIP64: in a record of its own, for
//! what does not fit). None of that is believed: the directory must lie just before the end record, and hold just the entries
//! that were promised.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use adyton_core::language::{Bilingual, both};

use crate::package::Limits;
use crate::package::error::{ImportError, PACK_AGAIN};

/// The end record without its comment, the ZIP64 locator and the ZIP64 end record, in bytes.
const END: usize = 22;
const LOCATOR: u64 = 20;
const END64: u64 = 56;
/// The longest ZIP64 end record: it may hold data of the archiver's own.
const EXTENSION_MOST: u64 = 64 << 10;
/// The longest comment.
const COMMENT_MOST: u64 = 0xffff;
/// What stands before name, extra fields and comment of an entry in the directory.
const ENTRY: usize = 46;
/// How long the directory may be for each entry that a package may have: name, extra fields and comment.
const BYTES_AN_ENTRY: u64 = 1 << 10;

/// What the archive says of its directory.
#[derive(Clone, Copy)]
struct Promised {
    entries: u64,
    size: u64,
    offset: u64,
}

/// Checks the directory against the limits and against itself; gives the number of entries. `file` stands at its start then.
pub(super) fn check(file: &mut File, limits: &Limits) -> Result<u64, ImportError> {
    let length = file.seek(SeekFrom::End(0))?;
    let (promised, end) = promised(file, length)?;
    if promised.entries > limits.entries {
        return Err(ImportError::too_many(limits));
    }
    let size_most = limits.entries.saturating_mul(BYTES_AN_ENTRY);
    if promised.size > size_most {
        return Err(ImportError::package(
            "",
            both!(
                "the zip archive's directory has {} bytes, and at most {size_most} are taken",
                "zip 归档的目录有 {} 字节，最多允许 {size_most} 字节",
                promised.size
            ),
            (
                "leave out what the model does not need, and comments and extra fields",
                "请去掉模型不需要的内容，以及注释和扩展字段",
            ),
        ));
    }
    if promised.offset.checked_add(promised.size) != Some(end) {
        return Err(damaged((
            "its directory is not where it says",
            "目录不在其声明的位置",
        )));
    }
    file.seek(SeekFrom::Start(promised.offset))?;
    let found = walk(BufReader::new((&mut *file).take(promised.size)));
    file.seek(SeekFrom::Start(0))?;
    match found {
        Ok(found) if found == promised.entries => Ok(found),
        Ok(_) | Err(_) => Err(damaged((
            "its directory does not hold the entries that it promises",
            "目录中的条目与其声明的不符",
        ))),
    }
}

/// The entries of a directory, which must end where the last of them ends.
fn walk(mut directory: impl Read) -> io::Result<u64> {
    let mut entries = 0;
    let mut head = [0u8; ENTRY];
    loop {
        match directory.read(&mut head[..1])? {
            0 => return Ok(entries),
            _ => directory.read_exact(&mut head[1..])?,
        }
        if !head.starts_with(b"PK\x01\x02") {
            return Err(io::Error::from(io::ErrorKind::InvalidData));
        }
        let more: u64 = [28, 30, 32].map(|at| u64::from(u16_at(&head, at))).iter().sum();
        if io::copy(&mut (&mut directory).take(more), &mut io::sink())? != more {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
        }
        entries += 1;
    }
}

/// What the end record promises, and where the directory must end.
fn promised(file: &mut File, length: u64) -> Result<(Promised, u64), ImportError> {
    let from = length.saturating_sub(END as u64 + COMMENT_MOST);
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(from))?;
    (&mut *file)
        .take(END as u64 + COMMENT_MOST)
        .read_to_end(&mut tail)?;
    let at = tail
        .windows(4)
        .rposition(|window| window == b"PK\x05\x06")
        .ok_or_else(|| {
            damaged((
                "it has no end record; it may be cut off",
                "没有结束记录，可能不完整",
            ))
        })?;
    let record = tail
        .get(at..at + END)
        .filter(|record| at + END + usize::from(u16_at(record, 20)) <= tail.len())
        .ok_or_else(|| damaged(("its end record is cut off", "结束记录不完整")))?;
    let end = from + at as u64;
    let short = Promised {
        entries: u64::from(u16_at(record, 10)),
        size: u64::from(u32_at(record, 12)),
        offset: u64::from(u32_at(record, 16)),
    };
    let parts = [u16_at(record, 4), u16_at(record, 6)];
    // When a reader looks for a ZIP64 record: it must read the same one.
    let full = short.entries == 0xffff || short.size == 0xffff_ffff || short.offset == 0xffff_ffff;
    let locator = match end.checked_sub(LOCATOR) {
        Some(place) if full => read_at::<20>(file, place)?.filter(|found| found.starts_with(b"PK\x06\x07")),
        _ => None,
    };
    let Some(locator) = locator else {
        if parts != [0, 0] || u16_at(record, 8) != u16_at(record, 10) {
            return Err(several());
        }
        return Ok((short, end));
    };
    if u32_at(&locator, 4) != 0 || u32_at(&locator, 16) > 1 {
        return Err(several());
    }
    let place = u64_at(&locator, 8);
    let long = read_at::<56>(file, place)?
        .filter(|record| record.starts_with(b"PK\x06\x06"))
        .filter(|record| {
            // The record says how much of it follows its first twelve bytes.
            let more = u64_at(record, 4);
            (END64 - 12..=EXTENSION_MOST).contains(&more)
                && place.checked_add(12 + more) == end.checked_sub(LOCATOR)
        })
        .ok_or_else(|| {
            damaged((
                "its ZIP64 end record is not where it says",
                "ZIP64 结束记录不在其声明的位置",
            ))
        })?;
    if u32_at(&long, 16) != 0 || u32_at(&long, 20) != 0 || u64_at(&long, 24) != u64_at(&long, 32) {
        return Err(several());
    }
    let promised = Promised {
        entries: u64_at(&long, 32),
        size: u64_at(&long, 40),
        offset: u64_at(&long, 48),
    };
    Ok((promised, place))
}

/// So many bytes from `place` on; `None` where the file ends before.
fn read_at<const N: usize>(file: &mut File, place: u64) -> io::Result<Option<[u8; N]>> {
    let mut bytes = [0u8; N];
    file.seek(SeekFrom::Start(place))?;
    match file.read_exact(&mut bytes) {
        Ok(()) => Ok(Some(bytes)),
        Err(problem) if problem.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(problem) => Err(problem),
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

fn several() -> ImportError {
    ImportError::package(
        "",
        ("the zip archive is one part of several", "zip 归档是分卷之一"),
        ("pack the folder into one archive", "请将目录打包为一个归档"),
    )
}

/// A zip that contradicts itself.
pub(super) fn damaged(problem: impl Into<Bilingual>) -> ImportError {
    let problem = problem.into();
    ImportError::package(
        "",
        Bilingual {
            english: format!("the zip archive is damaged: {}", problem.english),
            chinese: format!("zip 归档已损坏：{}", problem.chinese),
        },
        PACK_AGAIN,
    )
}
