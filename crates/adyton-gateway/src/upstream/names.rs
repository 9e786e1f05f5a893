//! Where the names of hosts lead. Looked up by the system, off the worker's core, and kept for a while; several who ask for one name at
//! a time wait for one look-up.
//!
//! What must hold: a name is used for no longer than [`KEPT`] after it was looked up; no more than [`MOST`] are kept.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OnceCell;

/// How long what was looked up is used. The system does not say how long it holds.
const KEPT: Duration = Duration::from_secs(30);
/// How many names are kept.
const MOST: usize = 1024;

/// The names that one worker has looked up.
#[derive(Default)]
pub(super) struct Names(RefCell<HashMap<Arc<str>, KnownName>>);

struct KnownName {
    /// Empty while the look-up goes on.
    addresses: Rc<OnceCell<Rc<[IpAddr]>>>,
    since: Duration,
}

impl Names {
    /// The addresses of a name, at this monotonic time; at least one.
    ///
    /// # Errors
    /// The name is not known, or nobody can be asked.
    pub(super) async fn look_up(&self, name: &Arc<str>, now: Duration) -> io::Result<Rc<[IpAddr]>> {
        let cell = self.entry(name, now);
        let found = cell.get_or_try_init(|| ask(name)).await?;
        Ok(Rc::clone(found))
    }

    fn entry(&self, name: &Arc<str>, now: Duration) -> Rc<OnceCell<Rc<[IpAddr]>>> {
        let is_fresh = |known: &KnownName| now.saturating_sub(known.since) < KEPT;
        let mut names = self.0.borrow_mut();
        if let Some(known) = names.get(name).filter(|known| is_fresh(known)) {
            return Rc::clone(&known.addresses);
        }
        if names.len() >= MOST {
            names.retain(|_, known| is_fresh(known));
        }
        if names.len() >= MOST {
            // All are fresh: who is forgotten is looked up again.
            names.clear();
        }
        let addresses = Rc::<OnceCell<_>>::default();
        let known = KnownName {
            addresses: Rc::clone(&addresses),
            since: now,
        };
        names.insert(Arc::clone(name), known);
        addresses
    }

    /// What is known of a name without asking, as of this time.
    #[cfg(test)]
    pub(super) fn know(&self, name: &str, addresses: &[IpAddr], now: Duration) {
        let known = KnownName {
            addresses: Rc::new(OnceCell::new_with(Some(addresses.into()))),
            since: now,
        };
        self.0.borrow_mut().insert(name.into(), known);
    }
}

async fn ask(name: &str) -> io::Result<Rc<[IpAddr]>> {
    let mut all: Vec<IpAddr> = Vec::new();
    for address in tokio::net::lookup_host((name, 0)).await? {
        if !all.contains(&address.ip()) {
            all.push(address.ip());
        }
    }
    match all.is_empty() {
        true => Err(io::Error::new(
            io::ErrorKind::NotFound,
            format!("{name} has no address"),
        )),
        false => Ok(all.into()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const ONE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    #[tokio::test]
    async fn a_name_is_kept_for_a_while_and_then_looked_up_again() {
        let (names, name) = (Names::default(), Arc::<str>::from("localhost"));
        names.know("localhost", &[ONE], Duration::ZERO);
        let late = KEPT - Duration::from_millis(1);
        assert_eq!(*names.look_up(&name, late).await.unwrap(), [ONE]);
        let again = names.look_up(&name, KEPT).await.unwrap();
        assert!(again.iter().all(IpAddr::is_loopback), "{again:?}");
        assert!(!again.is_empty());
    }

    #[tokio::test]
    async fn a_look_up_that_failed_is_not_kept() {
        let (names, name) = (Names::default(), Arc::<str>::from("not a name"));
        assert!(names.look_up(&name, Duration::ZERO).await.is_err());
        names.know("not a name", &[ONE], Duration::ZERO);
        assert_eq!(*names.look_up(&name, Duration::ZERO).await.unwrap(), [ONE]);
    }

    #[tokio::test]
    async fn no_more_names_are_kept_than_there_is_room_for() {
        let names = Names::default();
        for number in 0..3 * MOST {
            drop(names.entry(&format!("{number}.example").into(), Duration::ZERO));
            assert!(names.0.borrow().len() <= MOST);
        }
    }
}
