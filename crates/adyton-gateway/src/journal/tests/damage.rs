//! Files that a crash, a full disk or somebody's editor left behind.

use std::fs::OpenOptions;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;

use super::*;

fn segments(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
        .collect();
    files.sort();
    files
}

/// A closed journal with ten records in one file, whose index is cut off as if the process had been killed.
fn killed() -> (tempfile::TempDir, PathBuf, u64) {
    let folder = tempfile::tempdir().unwrap();
    let (journal, recorder) = open(folder.path());
    for sequence in 0..10 {
        recorder.record(&record(sequence, sequence));
    }
    journal.flush(std::time::Duration::from_secs(10));
    let unsealed = std::fs::metadata(&segments(folder.path())[0]).unwrap().len();
    journal.close();
    let file = segments(folder.path()).remove(0);
    OpenOptions::new()
        .write(true)
        .open(&file)
        .unwrap()
        .set_len(unsealed)
        .unwrap();
    (folder, file, unsealed)
}

fn kept(folder: &Path) -> usize {
    let (journal, recorder) = open(folder);
    recorder.record(&record(1_000, 0));
    assert!(found(&journal, id(1_000, 0)).is_some(), "it goes on");
    (0..10)
        .filter(|at| found(&journal, id(*at, *at)).is_some())
        .count()
}

#[test]
fn a_file_cut_anywhere_gives_what_is_whole() {
    let (folder, file, length) = killed();
    let bytes = std::fs::read(&file).unwrap();
    let one = (length as usize - 16) / 10;
    for cut in (0..=bytes.len()).step_by(37).chain([bytes.len()]) {
        for stale in segments(folder.path()) {
            std::fs::remove_file(stale).unwrap();
        }
        std::fs::write(&file, &bytes[..cut]).unwrap();
        assert_eq!(kept(folder.path()), cut.saturating_sub(16) / one, "cut at {cut}");
    }
}

#[test]
fn a_torn_tail_is_cut_and_then_reads_as_sealed() {
    let (folder, file, _) = killed();
    let mut torn = OpenOptions::new().append(true).open(&file).unwrap();
    torn.write_all(&[200, 1, 0, 0, 9, 9, 9, 9, 1, 2, 3]).unwrap();
    assert_eq!(kept(folder.path()), 10);
    let repaired = std::fs::read(&file).unwrap();
    assert_eq!(kept(folder.path()), 10);
    assert_eq!(std::fs::read(&file).unwrap(), repaired);
}

#[test]
fn any_byte_may_be_wrong_without_a_panic() {
    let (folder, file, _) = killed();
    let (journal, _recorder) = open(folder.path());
    journal.close();
    drop(journal);
    let whole = std::fs::read(&file).unwrap();
    for at in (0..whole.len()).step_by(11) {
        let mut wrong = OpenOptions::new().write(true).open(&file).unwrap();
        wrong.seek(SeekFrom::Start(at as u64)).unwrap();
        wrong.write_all(&[whole[at] ^ 0x5a]).unwrap();
        drop(wrong);
        let (journal, _recorder) = open(folder.path());
        for sequence in 0..10 {
            if let Some(read) = found(&journal, id(sequence, sequence)) {
                assert_eq!(read, record(sequence, sequence), "byte {at}");
            }
        }
        journal.search(&Default::default(), None, 100).unwrap();
        journal.close();
        for other in segments(folder.path()) {
            std::fs::remove_file(other).unwrap();
        }
        std::fs::write(&file, &whole).unwrap();
    }
}
