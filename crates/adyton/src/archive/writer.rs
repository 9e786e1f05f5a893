//! Writing an archive, file by file.

use std::fs::{self, File, Metadata};
use std::io::{self, BufWriter, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::sums::{Hashing, Sums};
use super::{HEADER, Header, SUMS};

/// An archive that is being written.
pub(crate) struct Writer<'a> {
    tar: tar::Builder<GzEncoder<BufWriter<&'a File>>>,
    sums: Sums,
}

impl<'a> Writer<'a> {
    /// Begins with what the archive says of itself.
    pub(crate) fn begin(file: &'a File, header: &Header) -> io::Result<Self> {
        let gzip = GzEncoder::new(BufWriter::new(file), Compression::fast());
        let mut writer = Self {
            tar: tar::Builder::new(gzip),
            sums: Sums::default(),
        };
        let mut text = serde_json::to_vec_pretty(header)?;
        text.push(b'\n');
        writer.add_bytes(HEADER, &text)?;
        Ok(writer)
    }

    /// Adds a file as long as it is now, also where more is written to it meanwhile.
    ///
    /// # Errors
    /// `NotFound` if it is not there; others if it cannot be read whole, or the archive not be written.
    pub(crate) fn add(&mut self, name: &Path, from: &Path) -> io::Result<()> {
        let file = File::open(from)?;
        let about = file.metadata()?;
        if !about.is_file() {
            return Err(io::Error::other(format!("{} is not a file", from.display())));
        }
        let mut content = Hashing::new(file.take(about.len()));
        let mut header = head(about.len(), &about);
        self.tar.append_data(&mut header, name, &mut content)?;
        if content.bytes != about.len() {
            return Err(io::Error::other(format!(
                "{} became shorter while it was read",
                from.display()
            )));
        }
        self.sums.0.insert(name.to_owned(), content.sum());
        Ok(())
    }

    /// Adds all files of a folder and of the folders below it, in the order of their names; how many.
    ///
    /// # Errors
    /// `NotFound` if the folder, or a file that it had, is not there (any more).
    pub(crate) fn add_folder(&mut self, name: &Path, from: &Path) -> io::Result<u64> {
        let mut entries = fs::read_dir(from)?.collect::<Result<Vec<_>, _>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        let mut files = 0;
        for entry in entries {
            let (name, from) = (name.join(entry.file_name()), entry.path());
            if entry.file_type()?.is_dir() {
                files += self.add_folder(&name, &from)?;
            } else {
                self.add(&name, &from)?;
                files += 1;
            }
        }
        Ok(files)
    }

    /// Ends with the sums, and writes everything to the disk.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        let sums = self.sums.to_bytes();
        self.add_bytes(SUMS, &sums)?;
        let mut out = self.tar.into_inner()?.finish()?;
        out.flush()?;
        out.get_ref().sync_all()
    }

    fn add_bytes(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        self.tar.append_data(&mut header, name, bytes)?;
        self.sums
            .0
            .insert(name.into(), adyton_core::digest::Sha256::of(bytes));
        Ok(())
    }
}

/// Length and mode; neither owner nor times, which mean nothing elsewhere.
fn head(length: u64, about: &Metadata) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_size(length);
    header.set_mode(about.permissions().mode() & 0o777);
    header
}
