//! Walks a tar header by header.
//!
//! The library would read whatever describes the entry after it (GNU long names and links, pax records) whole into memory before
//! anybody has seen how long it is. So its entries are taken raw, and such a description is refused by the size in its header.

use std::io::{self, Read};

use adyton_core::language::both;

use super::meter::Meter;
use crate::package::error::{ImportError, PACK_AGAIN, RENAME};
use crate::package::stage::{Stage, Unfit};

/// The longest GNU long name or link, in bytes: what Linux takes as a path, and its final zero.
const LONG_NAME_MOST: u64 = 4097;
/// The longest set of pax records, in bytes. Archivers of macOS put extended attributes there.
const PAX_MOST: u64 = 64 << 10;
/// So many headers an archive may have for each file and folder that a package may have: descriptions, and what is left out.
const HEADERS_AN_ENTRY: u64 = 4;

/// What was said about the next entry.
#[derive(Default)]
struct Described {
    /// Its name by a GNU long name.
    long_name: Option<Vec<u8>>,
    /// Whether a GNU long link was seen.
    long_link: bool,
    /// Its pax records.
    pax: Option<Pax>,
}

/// The pax records that count here.
#[derive(Default)]
struct Pax {
    path: Option<Vec<u8>>,
    size: Option<u64>,
    sparse: bool,
}

/// Unpacks the tar that `from` gives.
pub(super) fn unpack(from: impl Read, meter: &Meter, stage: &mut Stage) -> Result<(), ImportError> {
    let mut archive = tar::Archive::new(meter.unpacked(from));
    let broken = |problem: io::Error| meter.refusal("").unwrap_or_else(|| damaged(problem));
    let most = stage.limits().entries.saturating_mul(HEADERS_AN_ENTRY);
    let mut described = Described::default();
    let mut headers = 0u64;
    for entry in archive.entries().map_err(broken)?.raw(true) {
        let mut entry = entry.map_err(broken)?;
        headers += 1;
        if headers > most.max(HEADERS_AN_ENTRY) {
            return Err(ImportError::too_many(stage.limits()));
        }
        if !described.takes(&mut entry, meter)? {
            let about = std::mem::take(&mut described);
            member(&mut entry, about, meter, stage)?;
        }
    }
    match described {
        Described {
            long_name: None,
            long_link: false,
            pax: None,
        } => nothing_follows(archive.into_inner()).map_err(broken)?,
        _ => {
            return Err(damaged(io::Error::other(
                "it ends before the entry that it describes",
            )));
        }
    }
    Ok(())
}

/// Reads on behind the end of the tar: only then does the decompressor compare its checksum. What lies there would be read by
/// other readers, which go on where this one ends.
fn nothing_follows(mut from: impl Read) -> io::Result<()> {
    let mut piece = [0u8; 8192];
    loop {
        match from.read(&mut piece)? {
            0 => return Ok(()),
            read if piece[..read].iter().all(|byte| *byte == 0) => {}
            _ => return Err(io::Error::other("something follows its end")),
        }
    }
}

impl Described {
    /// Takes an entry that describes the next one, or all; gives whether it was such a one.
    fn takes<R: Read>(&mut self, entry: &mut tar::Entry<'_, R>, meter: &Meter) -> Result<bool, ImportError> {
        let kind = entry.header().entry_type();
        if kind.is_gnu_longname() {
            if self.long_name.is_some() {
                return Err(twice("long name"));
            }
            self.long_name = Some(description(entry, LONG_NAME_MOST, "long name", meter)?);
        } else if kind.is_gnu_longlink() {
            if self.long_link {
                return Err(twice("long link"));
            }
            description(entry, LONG_NAME_MOST, "long link", meter)?;
            self.long_link = true;
        } else if kind.is_pax_local_extensions() {
            if self.pax.is_some() {
                return Err(twice("set of pax records"));
            }
            self.pax = Some(pax(&description(entry, PAX_MOST, "set of pax records", meter)?)?);
        } else if kind.is_pax_global_extensions() {
            let records = pax(&description(entry, PAX_MOST, "set of pax records", meter)?)?;
            // For all entries that follow: two readers could see two packages.
            if records.path.is_some() || records.size.is_some() || records.sparse {
                return Err(ImportError::package(
                    "",
                    (
                        "a global pax record changes names or sizes of the entries after it",
                        "全局 pax 记录更改了其后条目的名称或大小",
                    ),
                    PACK_AGAIN,
                ));
            }
        } else {
            return Ok(false);
        }
        Ok(true)
    }
}

/// Takes a file or folder in; refuses what is neither.
fn member<R: Read>(
    entry: &mut tar::Entry<'_, R>,
    about: Described,
    meter: &Meter,
    stage: &mut Stage,
) -> Result<(), ImportError> {
    let kind = entry.header().entry_type();
    let name = name(entry, &about)?;
    if kind.is_dir() {
        return stage.folder(&name);
    }
    if kind.is_symlink() || kind.is_hard_link() {
        return Err(Stage::refuse_kind(&name, Unfit::Link));
    }
    let pax = about.pax.unwrap_or_default();
    if pax.sparse || !(kind.is_file() || kind.is_contiguous()) {
        return Err(Stage::refuse_kind(&name, Unfit::Special));
    }
    let size = entry.header().entry_size().map_err(damaged)?;
    if pax.size.is_some_and(|told| told != size) {
        return Err(ImportError::package(
            name,
            (
                "has one size in its header and another in its pax records",
                "头部中的大小与 pax 记录中的不同",
            ),
            (
                "pack the folder with `tar --format=gnu`",
                "请用 `tar --format=gnu` 打包该目录",
            ),
        ));
    }
    let executable = entry.header().mode().is_ok_and(|mode| mode & 0o111 != 0);
    stage
        .file(&name, executable, entry, &|| u64::MAX)
        .map_err(|problem| meter.refusal(&name).unwrap_or(problem))
}

/// Whether a block is the header of an old tar (without the word `ustar`): its checksum, an octal number at 148, is the
/// sum of all bytes with the checksum's own taken as spaces.
pub(super) fn sum_fits(block: &[u8]) -> bool {
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

/// Reads what describes the next entry, once its header has said that it is short.
fn description<R: Read>(
    entry: &mut tar::Entry<'_, R>,
    most: u64,
    what: &str,
    meter: &Meter,
) -> Result<Vec<u8>, ImportError> {
    let broken = |problem: io::Error| meter.refusal("").unwrap_or_else(|| damaged(problem));
    let size = entry.header().entry_size().map_err(broken)?;
    if size > most {
        return Err(ImportError::package(
            "",
            both!(
                "a {what} in the archive has {size} bytes, and at most {most} are taken",
                "归档中有一项描述（{what}）为 {size} 字节，最多允许 {most} 字节"
            ),
            (
                "re-create the archive with shorter paths and without extended attributes",
                "请缩短路径并去掉扩展属性后重新打包",
            ),
        ));
    }
    let mut text = Vec::new();
    entry.take(most).read_to_end(&mut text).map_err(broken)?;
    if text.len() as u64 != size {
        return Err(damaged(io::Error::from(io::ErrorKind::UnexpectedEof)));
    }
    Ok(text)
}

fn name<R: Read>(entry: &tar::Entry<'_, R>, about: &Described) -> Result<String, ImportError> {
    let pax = about.pax.as_ref().and_then(|pax| pax.path.as_deref());
    let name = match (pax, about.long_name.as_deref()) {
        (Some(path), _) => path.to_vec(),
        (None, Some(long)) => long.strip_suffix(b"\0").unwrap_or(long).to_vec(),
        (None, None) => entry.path_bytes().into_owned(),
    };
    String::from_utf8(name).map_err(|_| {
        ImportError::package(
            "",
            ("a name in the archive is not UTF-8", "归档中有名称不是 UTF-8"),
            RENAME,
        )
    })
}

/// Reads pax records, `LENGTH KEY=VALUE\n` each, the length counting the whole record.
fn pax(mut text: &[u8]) -> Result<Pax, ImportError> {
    let broken = || {
        let cause = (
            "the tar archive is damaged: a pax record cannot be read",
            "tar 归档已损坏：无法读取 pax 记录",
        );
        ImportError::package("", cause, PACK_AGAIN)
    };
    let mut records = Pax::default();
    while !text.is_empty() {
        let blank = text.iter().position(|byte| *byte == b' ').ok_or_else(broken)?;
        let length: usize = std::str::from_utf8(&text[..blank])
            .ok()
            .and_then(|digits| digits.parse().ok())
            .ok_or_else(broken)?;
        let record = text
            .get(blank + 1..length)
            .and_then(|record| record.strip_suffix(b"\n"))
            .ok_or_else(broken)?;
        text = &text[length..];
        let equals = record.iter().position(|byte| *byte == b'=').ok_or_else(broken)?;
        let (key, value) = (&record[..equals], &record[equals + 1..]);
        match key {
            b"path" => records.path = Some(value.to_vec()),
            b"size" => {
                let size = std::str::from_utf8(value).ok().and_then(|size| size.parse().ok());
                records.size = Some(size.ok_or_else(broken)?);
            }
            key if key.starts_with(b"GNU.sparse.") => records.sparse = true,
            _ => {}
        }
    }
    Ok(records)
}

fn twice(what: &str) -> ImportError {
    ImportError::package(
        "",
        both!(
            "the tar archive is damaged: one entry has two of: {what}",
            "tar 归档已损坏：同一条目有两项 {what}"
        ),
        PACK_AGAIN,
    )
}

fn damaged(problem: io::Error) -> ImportError {
    ImportError::package(
        "",
        both!(
            "the tar archive is damaged: {problem}",
            "tar 归档已损坏：{problem}"
        ),
        PACK_AGAIN,
    )
}
