//! Disks that are full, read-only or broken: the journal gives room back, costs no answer, and comes back by itself.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use adyton_core::journal::Filter;

use super::*;
use crate::journal::{Disk, Reserve, Space};

const MIB: u64 = 1024 * 1024;
/// Errors that a write can give.
const ENOSPC: i32 = 28;
const EROFS: i32 = 30;
const EIO: i32 = 5;

/// A disk of a given size, of which others take a part; each write can be made to fail.
#[derive(Debug)]
struct Small {
    folder: PathBuf,
    total: u64,
    others: AtomicU64,
    error: AtomicI32,
    tries: AtomicUsize,
}

impl Small {
    fn new(folder: &Path, total: u64) -> Arc<Self> {
        Arc::new(Self {
            folder: folder.to_owned(),
            total,
            others: AtomicU64::new(0),
            error: AtomicI32::new(0),
            tries: AtomicUsize::new(0),
        })
    }
    fn used(&self) -> u64 {
        let files = std::fs::read_dir(&self.folder).into_iter().flatten();
        files.map(|file| file.unwrap().metadata().unwrap().len()).sum()
    }
    fn free(&self) -> u64 {
        (self.total - self.others.load(Ordering::SeqCst)).saturating_sub(self.used())
    }
    fn fail(&self, error: i32) {
        self.error.store(error, Ordering::SeqCst);
    }
}

impl Disk for Small {
    fn space(&self, _: &Path) -> io::Result<Space> {
        Ok(Space {
            free: self.free(),
            total: self.total,
        })
    }
    fn write(&self, file: &std::fs::File, bytes: &[u8], at: u64) -> io::Result<()> {
        self.tries.fetch_add(1, Ordering::SeqCst);
        match self.error.load(Ordering::SeqCst) {
            0 if bytes.len() as u64 > self.free() => Err(io::Error::from_raw_os_error(ENOSPC)),
            0 => crate::journal::SystemDisk.write(file, bytes, at),
            error => Err(io::Error::from_raw_os_error(error)),
        }
    }
}

struct Bench {
    folder: tempfile::TempDir,
    disk: Arc<Small>,
    settings: JournalSettings,
    clock: Clock,
    journal: Journal,
    recorder: Recorder,
    sequence: u64,
}

impl Bench {
    fn new(total: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("journal");
        let disk = Small::new(&place, total);
        let settings = JournalSettings {
            ring_bytes: 16 << 20,
            recent_bytes: 64 * 1024,
            disk: disk.clone(),
            ..JournalSettings::new(&place)
        };
        let clock = start_clock();
        let (journal, mut recorders) = Journal::open(settings.clone(), 1, clock.clone()).unwrap();
        Self {
            folder,
            disk,
            settings,
            clock,
            journal,
            recorder: recorders.pop().unwrap(),
            sequence: 0,
        }
    }
    /// Records of some 1 KiB.
    fn record(&mut self, number: u64) -> Vec<RequestId> {
        let ids = (0..number).map(|_| {
            self.sequence += 1;
            let one = Record {
                path: "/".repeat(1_000),
                ..record(self.sequence, self.sequence)
            };
            self.recorder.record(&one);
            one.id
        });
        let ids = ids.collect();
        self.settle();
        ids
    }
    fn settle(&self) {
        assert!(self.journal.flush(Duration::from_secs(10)));
    }
    fn wait(&self, span: Duration) {
        self.clock.advance(span);
        self.settle();
        self.settle();
    }
}

#[test]
fn room_is_left_on_the_disk_however_much_is_recorded() {
    let mut bench = Bench::new(16 * MIB);
    let reserve = bench.disk.total / 10;
    let mut last = Vec::new();
    for _ in 0..30 {
        last = bench.record(1_000);
        assert!(
            bench.disk.free() >= reserve,
            "{} bytes are free",
            bench.disk.free()
        );
    }
    let counts = bench.journal.counts();
    assert_eq!((counts.unwritten, counts.dropped), (0, 0), "{counts:?}");
    assert!(counts.proven_bytes > 10 * MIB, "the rest is used: {counts:?}");
    assert!(found(&bench.journal, last[0]).is_some());
}

#[test]
fn room_is_given_back_when_others_need_it_and_the_newest_file_stays() {
    let mut bench = Bench::new(64 * MIB);
    let mut last = Vec::new();
    for _ in 0..10 {
        last = bench.record(1_000);
    }
    let before = bench.journal.counts().segments;
    bench
        .disk
        .others
        .store(bench.disk.free() - 2 * MIB, Ordering::SeqCst);
    bench.wait(Duration::from_secs(1));
    assert!(bench.disk.free() >= 64 * MIB / 10);
    assert!(bench.journal.counts().segments < before);
    bench.disk.others.store(64 * MIB, Ordering::SeqCst);
    for _ in 0..10 {
        bench.wait(Duration::from_secs(1));
    }
    assert_eq!(bench.journal.counts().segments, 1);
    assert!(found(&bench.journal, *last.last().unwrap()).is_some());
}

#[test]
fn a_full_disk_is_made_room_on_and_the_record_is_written() {
    let mut bench = Bench::new(64 * MIB);
    bench.settings.reserve = Reserve { bytes: 0, percent: 0 };
    for _ in 0..5 {
        bench.record(1_000);
    }
    // Others take all that is left between two looks.
    bench.disk.others.fetch_add(bench.disk.free(), Ordering::SeqCst);
    let ids = bench.record(100);
    assert_eq!(bench.journal.counts().unwritten, 0);
    bench.journal.close();
    let (journal, _recorders) = Journal::open(bench.settings, 1, bench.clock).unwrap();
    assert!(ids.iter().all(|id| found(&journal, *id).is_some()));
}

#[test]
fn a_disk_that_fails_costs_records_and_one_try_a_second_and_comes_back() {
    for error in [ENOSPC, EROFS, EIO] {
        let mut bench = Bench::new(64 * MIB);
        let before = bench.record(10);
        bench.disk.fail(error);
        let during = bench.record(10);
        let tries = bench.disk.tries.load(Ordering::SeqCst);
        for _ in 0..20 {
            bench.record(1);
        }
        let counts = bench.journal.counts();
        assert_eq!((counts.unwritten, counts.is_writable), (30, false), "{error}");
        assert_eq!(
            bench.disk.tries.load(Ordering::SeqCst),
            tries,
            "it is left alone for a second"
        );
        assert!(found(&bench.journal, during[0]).is_some(), "in memory still");
        bench.clock.advance(Duration::from_secs(1));
        bench.record(1);
        assert!(
            bench.disk.tries.load(Ordering::SeqCst) > tries,
            "and then tried again"
        );
        bench.disk.fail(0);
        bench.clock.advance(Duration::from_secs(1));
        let after = bench.record(10);
        let counts = bench.journal.counts();
        assert_eq!((counts.unwritten, counts.is_writable), (31, true), "{error}");
        bench.journal.close();
        let (journal, _recorders) = Journal::open(bench.settings, 1, bench.clock).unwrap();
        assert!(
            before
                .iter()
                .chain(&after)
                .all(|id| found(&journal, *id).is_some())
        );
    }
}

#[test]
fn a_start_on_a_disk_that_takes_nothing_reads_what_is_there() {
    for error in [ENOSPC, EROFS, EIO] {
        let mut bench = Bench::new(64 * MIB);
        let ids = bench.record(10);
        // As a killed process leaves it: without an index, and torn.
        let file = bench.settings.folder.join("segment-0000000001.log");
        let mut bytes = std::fs::read(&file).unwrap();
        bench.journal.close();
        bytes.extend_from_slice(&[200, 1, 0, 0, 9, 9]);
        std::fs::write(&file, &bytes).unwrap();
        bench.disk.fail(error);
        for start in 0..2 {
            let opened = Journal::open(bench.settings.clone(), 1, bench.clock.clone());
            let (journal, mut recorders) = opened.unwrap();
            let page = journal.search(&Filter::default(), None, 100).unwrap();
            assert_eq!(page.records.len(), ids.len(), "start {start}");
            let one = record(999, 999 + start);
            recorders.pop().unwrap().record(&one);
            assert_eq!(found(&journal, one.id), Some(one), "in memory");
            journal.close();
        }
    }
}

#[test]
fn a_folder_that_goes_away_is_made_again() {
    let mut bench = Bench::new(64 * MIB);
    bench.record(1);
    std::fs::remove_dir_all(&bench.settings.folder).unwrap();
    bench.wait(Duration::from_secs(1));
    let ids = bench.record(1);
    assert_eq!(bench.journal.counts().unwritten, 0);
    bench.journal.close();
    let (journal, _recorders) = Journal::open(bench.settings, 1, bench.clock).unwrap();
    assert!(found(&journal, ids[0]).is_some());
    drop(bench.folder);
}

#[test]
fn the_smaller_of_bytes_and_percent_stays_free() {
    let reserve = Reserve::default();
    assert_eq!(reserve.of(96 * MIB), 96 * MIB / 100 * 10);
    assert_eq!(reserve.of(1 << 40), 512 * MIB);
}
