//! Who uses which package while it is on its way between the disk and the store.
//!
//! Imports and uploads *hold* the package that they are about, many at once; it is removed by whoever has it *alone*. Each digest has
//! a lock of its own: an import that takes long delays no other package's removal, and a removal that waits delays no other import.

use std::collections::HashMap;
use std::sync::Arc;

use adyton_core::digest::Sha256;
use parking_lot::Mutex;
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

/// Packages that are remembered although nobody holds them.
const REMEMBERED: usize = 64;

/// See the top of the file.
#[derive(Default)]
pub(crate) struct PackageLocks(Mutex<HashMap<Sha256, Arc<RwLock<()>>>>);

/// As long as it lives, the package is not removed.
pub(crate) struct PackageHold(#[expect(dead_code, reason = "held")] OwnedRwLockReadGuard<()>);

/// As long as it lives, nobody takes the package in.
pub(crate) struct PackageAlone(#[expect(dead_code, reason = "held")] OwnedRwLockWriteGuard<()>);

impl PackageLocks {
    /// Waits while the package is being removed.
    pub(crate) async fn hold(&self, digest: Sha256) -> PackageHold {
        PackageHold(self.of(digest).read_owned().await)
    }
    /// Waits until nobody holds the package.
    pub(crate) async fn alone(&self, digest: Sha256) -> PackageAlone {
        PackageAlone(self.of(digest).write_owned().await)
    }

    fn of(&self, digest: Sha256) -> Arc<RwLock<()>> {
        let mut all = self.0.lock();
        if all.len() >= REMEMBERED {
            // Whoever holds it or waits for it has it too.
            all.retain(|_, lock| Arc::strong_count(lock) > 1);
        }
        Arc::clone(all.entry(digest).or_default())
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;

    fn is_ready(future: std::pin::Pin<&mut impl Future>) -> bool {
        future.poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    /// With one lock for all, whoever waits to remove a package would keep everybody's imports waiting for the slowest.
    #[tokio::test]
    async fn a_removal_waits_for_its_own_package_and_keeps_no_other_waiting() {
        let locks = PackageLocks::default();
        let (slow, other) = (Sha256::of(b"slow"), Sha256::of(b"other"));
        let held = locks.hold(slow).await;
        let mut alone = pin!(locks.alone(slow));
        assert!(!is_ready(alone.as_mut()));
        assert!(is_ready(pin!(locks.hold(other))) && is_ready(pin!(locks.alone(other))));
        drop(held);
        let alone = alone.await;
        let mut next = pin!(locks.hold(slow));
        assert!(!is_ready(next.as_mut()), "it is being removed");
        drop(alone);
        assert!(is_ready(next.as_mut()));
    }

    #[tokio::test]
    async fn packages_that_nobody_holds_are_forgotten() {
        let locks = PackageLocks::default();
        let held = locks.hold(Sha256::of(b"held")).await;
        for number in 0..500_u16 {
            drop(locks.hold(Sha256::of(&number.to_le_bytes())).await);
        }
        assert!(locks.0.lock().len() <= REMEMBERED);
        assert!(!is_ready(pin!(locks.alone(Sha256::of(b"held")))));
        drop(held);
    }
}
