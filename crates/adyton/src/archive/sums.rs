//! Checksums: taken while bytes pass, and written as `sha256sum` does.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use adyton_core::digest::Sha256;
use sha2::Digest as _;

/// What each file hashes to.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Sums(pub(super) BTreeMap<PathBuf, Sha256>);

impl Sums {
    /// As a file. A name with a line end or a backslash is escaped, which a backslash before its line says.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, sum) in &self.0 {
            let name = name.as_os_str().as_bytes();
            let mut shown = Vec::with_capacity(name.len());
            for byte in name {
                match byte {
                    b'\\' => shown.extend(b"\\\\"),
                    b'\n' => shown.extend(b"\\n"),
                    b'\r' => shown.extend(b"\\r"),
                    byte => shown.push(*byte),
                }
            }
            if shown.len() > name.len() {
                bytes.push(b'\\');
            }
            bytes.extend(format!("{sum}  ").bytes());
            bytes.extend(shown);
            bytes.push(b'\n');
        }
        bytes
    }

    /// From a file; `None` where that is none.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut sums = BTreeMap::new();
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\n")?;
            let (line, escaped) = match line.strip_prefix(b"\\") {
                Some(line) => (line, true),
                None => (line, false),
            };
            let (sum, name) = line.split_at_checked(64)?;
            let name = name.strip_prefix(b"  ")?;
            let name = if escaped { plain(name)? } else { name.to_vec() };
            let sum = std::str::from_utf8(sum).ok()?.parse().ok()?;
            sums.insert(PathBuf::from(std::ffi::OsString::from_vec(name)), sum);
        }
        Some(Self(sums))
    }

    /// The first name that both do not have alike.
    pub(super) fn first_difference<'a>(&'a self, other: &'a Self) -> Option<&'a Path> {
        let differs = |(name, sum): &(&PathBuf, &Sha256), there: &BTreeMap<PathBuf, Sha256>| {
            there.get(*name) != Some(*sum)
        };
        let ours = self.0.iter().find(|pair| differs(pair, &other.0));
        ours.or_else(|| other.0.iter().find(|pair| differs(pair, &self.0)))
            .map(|(name, _)| name.as_path())
    }
}

fn plain(escaped: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(escaped.len());
    let mut bytes = escaped.iter();
    while let Some(byte) = bytes.next() {
        plain.push(match byte {
            b'\\' => match bytes.next()? {
                b'\\' => b'\\',
                b'n' => b'\n',
                b'r' => b'\r',
                _ => return None,
            },
            byte => *byte,
        });
    }
    Some(plain)
}

/// Hashes and counts what is read through it.
pub(super) struct Hashing<R> {
    inner: R,
    hasher: sha2::Sha256,
    pub(super) bytes: u64,
}

impl<R> Hashing<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            hasher: sha2::Sha256::new(),
            bytes: 0,
        }
    }
    pub(super) fn sum(self) -> Sha256 {
        Sha256::from_bytes(self.hasher.finalize().into())
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..read]);
        self.bytes += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(names: &[&[u8]]) -> Sums {
        let pairs = names.iter().map(|name| {
            let path = PathBuf::from(std::ffi::OsString::from_vec(name.to_vec()));
            (path, Sha256::of(name))
        });
        Sums(pairs.collect())
    }

    #[test]
    fn any_name_comes_back_as_it_was() {
        let before = sums(&[
            b"plain",
            b"with  blanks ",
            b"back\\slash",
            b"two\nlines\r",
            b"\xff\xfe",
            b"",
        ]);
        assert_eq!(Sums::parse(&before.to_bytes()), Some(before));
    }

    #[test]
    fn what_is_no_list_of_sums_is_none() {
        let whole = sums(&[b"a"]).to_bytes();
        for wrong in [&whole[..whole.len() - 1], &whole[1..], b"\n", b"hello\n"] {
            assert_eq!(Sums::parse(wrong), None, "{}", String::from_utf8_lossy(wrong));
        }
        assert_eq!(Sums::parse(b""), Some(Sums::default()));
    }

    #[test]
    fn a_difference_is_found_on_either_side() {
        let (one, two) = (sums(&[b"a", b"b"]), sums(&[b"a"]));
        assert_eq!(one.first_difference(&two), Some(Path::new("b")));
        assert_eq!(two.first_difference(&one), Some(Path::new("b")));
        assert_eq!(one.first_difference(&one), None);
        let mut changed = one.clone();
        changed.0.insert("a".into(), Sha256::EMPTY);
        assert_eq!(one.first_difference(&changed), Some(Path::new("a")));
    }
}
