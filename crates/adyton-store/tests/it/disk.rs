//! A disk that is really full: SQLite on a small file system of its own. Needs the right to mount one (root); without it the
//! tests say so and end.

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use adyton_core::id::TokenId;
use adyton_store::{StoreError, health};

use crate::bench::{Bench, Place, new_app};

/// A file system of so many MiB, mounted below a temporary folder until it is dropped.
struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    fn mount(mebibytes: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={mebibytes}m");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(folder.path())
            .output();
        match mounted {
            Ok(done) if done.status.success() => Some(Self { folder }),
            other => {
                let why = "skipped: no file system can be mounted here";
                let _ = writeln!(std::io::stderr(), "{why} ({other:?})");
                None
            }
        }
    }

    /// A place for a store on it.
    fn place(&self) -> Place {
        let root = tempfile::Builder::new().tempdir_in(self.folder.path()).unwrap();
        let mut place = Place {
            settings: adyton_store::Settings::default(),
            root: Arc::new(root),
        };
        place.settings.disk_reserve = 1 << 20;
        place
    }

    fn fill(&self) {
        fill(&self.folder.path().join("filler"));
    }

    fn free(&self) {
        std::fs::remove_file(self.folder.path().join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.folder.path()).status();
    }
}

/// Writes until there is no room.
fn fill(path: &Path) {
    let mut file = std::fs::OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .unwrap();
    for piece in [64 << 10, 4 << 10, 1] {
        let piece = vec![7u8; piece];
        while file.write_all(&piece).is_ok() {}
    }
}

/// Makes apps until the disk is full; the names of those that were acknowledged.
async fn until_full(bench: &Bench, disk: &SmallDisk, names: &mut Vec<String>) {
    for number in 0..2_000 {
        disk.fill();
        let name = format!("app-{}-{number}", names.len());
        match bench.store.apps().create(new_app(bench.project, &name)).await {
            Ok(committed) => {
                bench.feed.settled(committed).await.unwrap();
                names.push(name);
            }
            Err(StoreError::NoSpace) => return,
            Err(other) => panic!("a full disk is told as such, not as: {other}"),
        }
    }
    panic!("2,000 writes fit on a full disk");
}

fn has_all(bench: &Bench, names: &[String]) {
    let live = bench.live();
    let there: Vec<&str> = live.apps().map(|app| app.name.as_str()).collect();
    for name in names {
        assert!(there.contains(&name.as_str()), "{name} was acknowledged");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_come_back_by_themselves_after_a_full_disk() {
    let Some(disk) = SmallDisk::mount(24) else { return };
    let bench = disk.place().bench().await;
    let key = bench
        .store
        .access_keys()
        .create(bench.first.user.id, "")
        .await
        .unwrap()
        .value;
    let mut names = Vec::new();
    for round in 0..3_u128 {
        until_full(&bench, &disk, &mut names).await;
        // What takes something away works all the same, and is live.
        let token = TokenId::from_bits(round + 1);
        let revoked = bench.store.tokens().revoke(token, bench.clock.now()).await;
        bench
            .feed
            .settled(revoked.expect("room is made for a revocation"))
            .await
            .unwrap();
        assert!(bench.live().revoked(token).is_some());
        let ended = bench.store.users().end_tokens(bench.first.user.id).await;
        bench.feed.settled(ended.unwrap().unwrap()).await.unwrap();
        if round == 0 {
            let gone = bench.store.access_keys().delete(&key.id).await;
            bench.feed.settled(gone.unwrap().unwrap()).await.unwrap();
        }
        disk.free();
        assert!(
            health::look(&bench.store).await,
            "{:?}",
            bench.store.health().problem()
        );
        for number in 0..5 {
            names.push(bench.app(&format!("free-{round}-{number}")).await.name);
        }
        has_all(&bench, &names);
    }
    let bench = bench.reopen().await;
    has_all(&bench, &names);
    assert!(bench.live().revoked(TokenId::from_bits(1)).is_some());
    assert!(bench.live().access_key(key.id.as_str()).is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_starts_on_a_full_disk() {
    let Some(disk) = SmallDisk::mount(24) else { return };
    let mut bench = disk.place().bench().await;
    let mut names = Vec::new();
    for _ in 0..3 {
        until_full(&bench, &disk, &mut names).await;
        let clock = bench.clock.clone();
        let place = bench.close().await;
        disk.fill();
        // A new token key is due too.
        clock.advance(Duration::from_secs(30 * 3600));
        bench = place.bench_at("data", clock).await;
        has_all(&bench, &names);
        assert!(bench.live().sealing_key().is_some());
    }
    disk.free();
    assert!(health::look(&bench.store).await);
    bench.app("after").await;
}
