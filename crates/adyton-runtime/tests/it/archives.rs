//! Archives that say more than they hold, or hold more than they say: refused with little memory and without a trace.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use adyton_runtime::onnx_models::Onnx;
use adyton_runtime::package::{Limits, Packages, Source};
use expect_test::expect;

use crate::packages::{broken_archive, file, gz_of, refused, tar_of, zip_of};
use crate::place::Place;

const CONFIG: &[u8] = br#"{"model_type":"Command","model_algorithm":"a","command":["sh"]}"#;
/// Names the archive that a child of the test is to unpack.
const CHILD: &str = "ADYTON_TEST_UNPACK";

/// The header of a tar entry, whatever its size says.
fn header(kind: u8, name: &str, size: u64) -> Vec<u8> {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::new(kind));
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_size(size);
    header.set_mode(0o644);
    header.set_cksum();
    header.as_bytes().to_vec()
}

/// An entry with its content, filled up to whole blocks.
fn entry(kind: u8, name: &str, content: &[u8]) -> Vec<u8> {
    let mut bytes = header(kind, name, content.len() as u64);
    bytes.extend(content);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

/// A gzip stream of several members: `head`, so many MiB of `filler`, and `tail`. Large, and made at once.
fn gz_around(head: &[u8], filler: u8, mebibytes: usize, tail: &[u8]) -> Vec<u8> {
    let mut gz = gz_of(head);
    gz.extend(gz_of(&vec![filler; 1 << 20]).repeat(mebibytes));
    gz.extend(gz_of(tail));
    gz
}

/// A zip that is a directory and little else: so many entries of `name`, promised by a ZIP64 record.
fn directory(entries: u64, name: &str, promised: u64) -> Vec<u8> {
    let mut entry = b"PK\x01\x02".to_vec();
    entry.resize(46, 0);
    entry[28..30].copy_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
    entry.extend(name.as_bytes());
    let mut zip = b"PK\x03\x04".to_vec();
    zip.resize(30, 0);
    let start = zip.len() as u64;
    for _ in 0..entries {
        zip.extend(&entry);
    }
    let end = zip.len() as u64;
    zip.extend(b"PK\x06\x06");
    zip.extend(44u64.to_le_bytes());
    zip.extend([0u8; 12]);
    for number in [promised, promised, end - start, start] {
        zip.extend(number.to_le_bytes());
    }
    zip.extend(b"PK\x06\x07\0\0\0\0");
    zip.extend(end.to_le_bytes());
    zip.extend(1u32.to_le_bytes());
    zip.extend(b"PK\x05\x06\0\0\0\0");
    zip.extend([0xff; 12]);
    zip.extend([0, 0]);
    zip
}

/// Unpacks an archive in a process of its own, this test again, and gives the process' largest memory in MiB and its answer.
fn unpacked_apart(test: &str, archive: &Path) -> (u64, String) {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(CHILD, archive)
        .output()
        .unwrap();
    let text = String::from_utf8(child.stdout).unwrap();
    let line = |name: &str| {
        let start = text.find(name).unwrap_or_else(|| panic!("no {name} in {text}"));
        text[start + name.len()..]
            .lines()
            .next()
            .unwrap()
            .trim()
            .to_owned()
    };
    let memory = line("VmHWM:").trim_end_matches(" kB").parse::<u64>().unwrap() / 1024;
    (memory, line("answer:"))
}

/// What the child does.
#[expect(clippy::print_stdout, reason = "its answer")]
fn unpack_and_tell(archive: &Path) {
    let folder = tempfile::tempdir().unwrap();
    let packages = Packages::open(folder.path(), Limits::default()).unwrap();
    let answer = match packages.unpack(Source::Archive(archive)) {
        Ok(published) => format!("published {} bytes", published.size),
        Err(problem) => problem.to_string(),
    };
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let memory = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    println!("\n{memory}\nanswer: {answer}");
}

#[test]
fn no_archive_takes_much_memory() {
    if let Ok(archive) = std::env::var(CHILD) {
        return unpack_and_tell(Path::new(&archive));
    }
    let folder = tempfile::tempdir().unwrap();
    let config = entry(b'0', "model/config.json", CONFIG);
    let mut archives: Vec<(String, Vec<u8>)> = Vec::new();
    for kind in [b'L', b'K', b'x', b'g'] {
        let head = header(kind, "././@LongLink", 1 << 30);
        archives.push((
            format!("{} of 1 GiB", char::from(kind)),
            gz_around(&head, b'n', 1024, &config),
        ));
    }
    // An old header without `ustar`, as the first block of a plain tar.
    let mut old = header(b'L', "././@LongLink", 1 << 30);
    old[257..265].fill(0);
    old[148..156].fill(b' ');
    let sum: u32 = old.iter().map(|byte| u32::from(*byte)).sum();
    old[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    archives.push(("old L".to_owned(), gz_around(&old, b'n', 1024, &config)));
    let many = entry(b'x', "pax", b"16 path=model/a\n").repeat(20);
    archives.push(("pax after pax".to_owned(), gz_of(&many)));
    archives.push((
        "global".to_owned(),
        gz_of(&entry(b'g', "g", b"").repeat(1_000)).repeat(100),
    ));
    archives.push(("sparse".to_owned(), {
        let mut head = header(b'S', "model/sparse", 0);
        head[482] = 1;
        head[148..156].fill(b' ');
        let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
        head[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        let mut extended = [0u8; 512];
        extended[504] = 1;
        head.extend(extended.repeat(2048));
        gz_of(&head)
    }));
    archives.push((
        "skipped".to_owned(),
        gz_around(&header(b'0', "__MACOSX/x", 8 << 30), 0, 6_000, &[]),
    ));
    archives.push((
        "zip of a million".to_owned(),
        directory(1_000_000, "m", 1_000_000),
    ));
    archives.push(("zip that lies".to_owned(), directory(100_000, "m", 1)));
    archives.push((
        "zip of long names".to_owned(),
        directory(4_000, &"n".repeat(60_000), 4_000),
    ));
    archives.push(("zip of more than it has".to_owned(), directory(3, "m", 19_000)));
    for (what, bytes) in archives {
        let path = folder.path().join("archive");
        fs::write(&path, bytes).unwrap();
        let (memory, answer) = unpacked_apart("archives::no_archive_takes_much_memory", &path);
        assert!(memory < 64, "{what}: {memory} MiB, {answer}");
        assert!(!answer.starts_with("published"), "{what}: {answer}");
    }
}

#[test]
fn what_describes_an_entry_is_refused_by_its_size() {
    for (kind, expected) in [
        (
            b'L',
            expect![
                "a long name in the archive has 4098 bytes, and at most 4097 are taken; re-create the archive with shorter paths and without extended attributes"
            ],
        ),
        (
            b'K',
            expect![
                "a long link in the archive has 4098 bytes, and at most 4097 are taken; re-create the archive with shorter paths and without extended attributes"
            ],
        ),
    ] {
        broken_archive(&entry(kind, "x", &[b'n'; 4098]), expected);
    }
    for kind in [b'x', b'g'] {
        broken_archive(
            &entry(kind, "x", &[b'n'; 65_537]),
            expect![
                "a set of pax records in the archive has 65537 bytes, and at most 65536 are taken; re-create the archive with shorter paths and without extended attributes"
            ],
        );
    }
    let mut sizes = entry(b'x', "x", b"10 size=9\n");
    sizes.extend(entry(b'0', "model/a", b"abc"));
    broken_archive(
        &sizes,
        expect![
            "model/a: has one size in its header and another in its pax records; pack the folder with `tar --format=gnu`"
        ],
    );
    broken_archive(
        &entry(b'g', "g", b"16 path=model/a\n"),
        expect!["a global pax record changes names or sizes of the entries after it; re-create the archive"],
    );
    broken_archive(
        &entry(b'x', "x", b"16 path=model/a\n"),
        expect![
            "the tar archive is damaged: it ends before the entry that it describes; re-create the archive"
        ],
    );
    let mut sparse = entry(b'x', "x", b"22 GNU.sparse.major=1\n");
    sparse.extend(entry(b'0', "model/a", b"abc"));
    broken_archive(
        &sparse,
        expect!["model/a: is a device, pipe, socket or sparse file; a package holds files and folders only"],
    );
}

#[test]
fn long_names_of_both_kinds_are_read() {
    let long = format!("model/{}/{}", "f".repeat(120), "n".repeat(200));
    let mut gnu = entry(b'0', "model/config.json", CONFIG);
    gnu.extend(entry(b'L', "././@LongLink", format!("{long}\0").as_bytes()));
    gnu.extend(entry(b'0', "model/cut", b"content"));
    let mut pax = entry(b'g', "pax_global_header", b"19 comment=0123456\n");
    pax.extend(entry(b'0', "model/config.json", CONFIG));
    let record = format!(" path={long}\n");
    let length = record.len() + 3;
    pax.extend(entry(b'x', "x", format!("{length}{record}").as_bytes()));
    pax.extend(entry(b'0', "model/cut", b"content"));
    for bytes in [gnu, pax] {
        let place = Place::new();
        let path = file(&place, &bytes);
        let published = place.packages.unpack(Source::Archive(&path)).unwrap();
        let unpacked = place.packages.path(published.digest).join(&long);
        assert_eq!(fs::read(unpacked).unwrap(), b"content");
    }
}

/// The checksum of a gzip stream stands behind the tar's end, which is as far as the tar is read.
#[test]
fn what_stands_behind_the_end_of_a_tar_is_looked_at() {
    let tar = tar_of(&[("model/config.json", CONFIG)]);
    let mut damaged = gz_of(&tar);
    let checksum = damaged.len() - 8;
    damaged[checksum] ^= 1;
    let two = [tar.as_slice(), &tar].concat();
    let follows = "the tar archive is damaged: something follows its end";
    for (archive, told) in [
        (damaged, "the tar archive is damaged: corrupt gzip stream"),
        (gz_of(&two), follows),
        (two, follows),
    ] {
        let place = Place::new();
        let path = file(&place, &archive);
        let problem = place.packages.unpack(Source::Archive(&path)).unwrap_err();
        assert!(problem.to_string().contains(told), "{problem}");
        assert_eq!(place.leftovers(), Vec::<String>::new());
    }
    let place = Place::new();
    let path = file(&place, &gz_of(&[tar.as_slice(), &[0; 10_240]].concat()));
    place.packages.unpack(Source::Archive(&path)).unwrap();
}

#[test]
fn a_zip_whose_end_lies_is_refused() {
    let whole = zip_of(&[("model/config.json", CONFIG), ("model/a", b"a")]);
    let end = whole.len() - 22;
    let with = |at: usize, value: u8| {
        let mut bytes = whole.clone();
        bytes[end + at] = value;
        if at == 8 {
            bytes[end + 10] = value;
        }
        bytes
    };
    broken_archive(
        &with(8, 1),
        expect![
            "the zip archive is damaged: its directory does not hold the entries that it promises; re-create the archive"
        ],
    );
    broken_archive(
        &with(8, 3),
        expect![
            "the zip archive is damaged: its directory does not hold the entries that it promises; re-create the archive"
        ],
    );
    broken_archive(
        &with(12, 1),
        expect!["the zip archive is damaged: its directory is not where it says; re-create the archive"],
    );
    broken_archive(
        &with(4, 1),
        expect!["the zip archive is one part of several; pack the folder into one archive"],
    );
    broken_archive(
        &directory(20_001, "m", 20_001),
        expect!["the package has more than 20000 files and folders; leave out what the model does not need"],
    );
}

#[test]
fn a_zip_that_says_two_names_of_one_entry_is_refused() {
    let mut bytes = zip_of(&[("model/config.json", CONFIG), ("model/a", b"a")]);
    let first = bytes.windows(7).position(|window| window == b"model/a").unwrap();
    bytes[first + 6] = b'b';
    broken_archive(
        &bytes,
        expect![
            "model/a: has another name before its content than in the archive's directory; re-create the archive"
        ],
    );
}

#[test]
fn a_zip64_is_read() {
    let place = Place::new();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().large_file(true);
    zip.start_file("model/config.json", options).unwrap();
    zip.write_all(CONFIG).unwrap();
    let bytes = zip.finish().unwrap().into_inner();
    // The same end, said by a ZIP64 record.
    let end = bytes.len() - 22;
    let field = |at: usize| {
        u64::from(u32::from_le_bytes(
            bytes[end + at..end + at + 4].try_into().unwrap(),
        ))
    };
    let (size, offset) = (field(12), field(16));
    let mut long = bytes[..end].to_vec();
    long.extend(b"PK\x06\x06");
    long.extend(44u64.to_le_bytes());
    long.extend([45, 3, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for number in [1, 1, size, offset] {
        long.extend(number.to_le_bytes());
    }
    long.extend(b"PK\x06\x07\0\0\0\0");
    long.extend((end as u64).to_le_bytes());
    long.extend(1u32.to_le_bytes());
    long.extend(b"PK\x05\x06\0\0\0\0");
    long.extend([0xff; 12]);
    long.extend([0, 0]);
    let path = file(&place, &long);
    let published = place.packages.unpack(Source::Archive(&path)).unwrap();
    assert_eq!(published.size, CONFIG.len() as u64);
}

/// Folders cost as much as files do, whether something lies in them or not, and are counted before they are made.
#[test]
fn folders_count() {
    let deep = |at: usize| {
        let ways: Vec<String> = (0..30).map(|level| format!("{at}-{level}")).collect();
        format!("model/{}", ways.join("/"))
    };
    let mut tar = Vec::new();
    for at in 0..700 {
        tar.extend(entry(b'L', "././@LongLink", format!("{}\0", deep(at)).as_bytes()));
        tar.extend(entry(b'5', "cut", b""));
    }
    broken_archive(
        &gz_of(&tar),
        expect!["the package has more than 20000 files and folders; leave out what the model does not need"],
    );
    let place = Place::with(Limits {
        bytes: 60_000,
        ..Limits::default()
    });
    let path = file(&place, &tar_of(&[("a/b/c/d/e/f/g/h/i/j/k/l/m/n/o", b"")]));
    refused(
        &place,
        Source::Archive(&path),
        expect![
            "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o: the package is larger than 60000 bytes, of which each file and folder takes 4096 besides its content; leave out what the model does not need"
        ],
    );
    let deepest = format!("{}x", "f/".repeat(33));
    broken_archive(
        &tar_of(&[(&deepest, b"")]),
        expect![
            "f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/x: lies in more than 32 folders; re-create the archive with fewer nested folders"
        ],
    );
}

/// A package is named by its files. What its name does not cover is not there.
#[test]
fn empty_folders_are_no_part_of_a_package() {
    let place = Place::new();
    let mut with = entry(b'5', "model/empty/inner/", b"");
    with.extend(entry(b'0', "model/config.json", CONFIG));
    let path = file(&place, &with);
    let (published, _) = place
        .packages
        .import(Source::Archive(&path), None, &Onnx::builtin())
        .unwrap();
    assert!(!place.packages.path(published.digest).join("model/empty").exists());
    let path = file(&place, &tar_of(&[("model/config.json", CONFIG)]));
    let (without, _) = place
        .packages
        .import(Source::Archive(&path), None, &Onnx::builtin())
        .unwrap();
    assert_eq!(without, published);
}

#[test]
fn a_folder_where_a_file_is_is_refused() {
    let mut tar = entry(b'0', "model/a", b"x");
    tar.extend(entry(b'5', "model/a/", b""));
    broken_archive(
        &tar,
        expect!["model/a/: is both a file and a folder in the archive; re-create the archive"],
    );
    let mut tar = entry(b'5', "model/a/", b"");
    tar.extend(entry(b'0', "model/a", b"x"));
    broken_archive(
        &tar,
        expect!["model/a: is both a file and a folder in the archive; re-create the archive"],
    );
}
