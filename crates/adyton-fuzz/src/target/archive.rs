//! A model package as an archive: tar, tar.gz or zip, headers and all. What must hold: what is unpacked lies below the folder of
//! packages, within the limits, as files and folders and nothing else; what is refused leaves nothing.

use std::fs;
use std::path::Path;

use adyton_runtime::package::{Limits, Packages, Source};

/// What a package may be here.
const LIMITS: Limits = Limits {
    bytes: 1 << 20,
    entries: 200,
    ratio: 200,
};

pub(crate) fn run(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = folder.path().join("archive");
    let place = folder.path().join("packages");
    fs::write(&archive, bytes).expect("room for the archive");
    let packages = Packages::open(&place, LIMITS).expect("a folder of packages");
    let unpacked = packages.unpack(Source::Archive(&archive));
    let (mut entries, mut size) = (0, 0);
    walk(&place, &mut |path, about| {
        assert!(about.is_file() || about.is_dir(), "{}", path.display());
        entries += 1;
        size += if about.is_file() { about.len() } else { 0 };
    });
    match unpacked {
        // The package's own folder, and the one for staging, are ours.
        Ok(_) => assert!(
            entries <= LIMITS.entries + 3 && size <= LIMITS.bytes,
            "{entries} entries, {size} bytes"
        ),
        Err(_) => assert!(entries <= 1 && size == 0, "{entries} entries, {size} bytes"),
    }
    let beside = fs::read_dir(folder.path()).expect("the folder").count();
    assert_eq!(beside, 2, "nothing lies beside the packages");
}

fn walk(folder: &Path, visit: &mut dyn FnMut(&Path, &fs::Metadata)) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let about = entry.path().symlink_metadata().expect("an entry");
        visit(&entry.path(), &about);
        if about.is_dir() {
            walk(&entry.path(), visit);
        }
    }
}
