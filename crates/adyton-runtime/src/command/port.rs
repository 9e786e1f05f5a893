//! The port of an instance: one that nobody gets by chance, and that belongs to the program before it counts as ready.
//!
//! Instance ports lie outside the range from which the kernel gives out ports of its own choice, so that no program that asks for
//! just any port takes one. That a program answers on its port is not enough: the socket that listens there must be one that a
//! process of its own tree holds, or another program would get its callers.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::process::Pid;

use crate::keeper::descendants;

/// Where the ports of instances begin: above those that services of a machine usually have.
const FIRST: u16 = 20_000;
/// The fewest ports that are enough; with less below the kernel's range, those above it are taken too.
const FEWEST: u16 = 1_000;
/// Where the kernel tells of sockets.
const TABLES: [&str; 2] = ["/proc/self/net/tcp", "/proc/self/net/tcp6"];
/// More places than these are not told.
const PLACES_MOST: usize = 5;
/// What the kernel gives out where it does not say.
const EPHEMERAL: RangeInclusive<u16> = 32_768..=60_999;

/// Counts the ports that were given out, so that two instances that start at once get different ones.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// A loopback port that was free a moment ago, and is none of `taken`. Somebody else may take it before the program does; then
/// the program fails to bind, ends, and the next run gets another one.
///
/// # Errors
/// None of the ports that instances may have is free.
pub fn free(taken: &[u16]) -> io::Result<SocketAddr> {
    let ports = beside(&ephemeral());
    let count = u32::try_from(ports.len()).unwrap_or(u32::MAX).max(1);
    if NEXT.load(Ordering::Relaxed) == 0 {
        let start = getrandom::u32().unwrap_or(0) % count + 1;
        // Another thread may have been first, and that is as good.
        let _ = NEXT.compare_exchange(0, start, Ordering::Relaxed, Ordering::Relaxed);
    }
    for _ in 0..count {
        let turn = NEXT.fetch_add(1, Ordering::Relaxed) % count;
        let Some(port) = usize::try_from(turn).ok().and_then(|turn| ports.get(turn)) else {
            break;
        };
        if taken.contains(port) {
            continue;
        }
        match TcpListener::bind((Ipv4Addr::LOCALHOST, *port)) {
            Ok(listener) => return listener.local_addr(),
            Err(problem) if problem.kind() == io::ErrorKind::AddrInUse => {}
            Err(problem) => return Err(problem),
        }
    }
    Err(io::Error::from(io::ErrorKind::AddrInUse))
}

/// The ports that the kernel gives out.
fn ephemeral() -> RangeInclusive<u16> {
    let read = || {
        let text = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").ok()?;
        let mut numbers = text.split_whitespace().map(str::parse::<u16>);
        Some(numbers.next()?.ok()?..=numbers.next()?.ok()?)
    };
    read().unwrap_or(EPHEMERAL)
}

/// The ports that instances may have, beside those of the kernel: below them, and above them where that is not enough. Where the
/// kernel has nearly all, any above [`FIRST`].
fn beside(ephemeral: &RangeInclusive<u16>) -> Vec<u16> {
    let below = FIRST..*ephemeral.start();
    let above = ephemeral.end().saturating_add(1).max(FIRST)..=u16::MAX;
    let mut ports: Vec<u16> = below.collect();
    if ports.len() < usize::from(FEWEST) && *ephemeral.end() < u16::MAX {
        ports.extend(above);
    }
    if ports.len() < usize::from(FEWEST) {
        ports = (FIRST..=u16::MAX).collect();
    }
    ports
}

/// Who listens on a port.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Listener {
    /// A process of the tree, or it cannot be told.
    Own,
    /// Somebody else.
    Foreign,
}

/// Looks who listens on `port` of this machine's loopback address: somebody below the process `keeper`? Reads `/proc`: call it on
/// a blocking thread.
pub(super) fn listener(keeper: Pid, port: u16) -> Listener {
    let listening = listening(port);
    let mut own = HashSet::new();
    for process in descendants::below(keeper) {
        match sockets(process) {
            Ok(inodes) => own.extend(inodes),
            // Gone meanwhile.
            Err(problem) if problem.kind() == io::ErrorKind::NotFound => {}
            // Somebody who closed themselves to others, as may be done; then nothing is known.
            Err(_) => return Listener::Own,
        }
    }
    match listening.iter().all(|inode| own.contains(inode)) {
        true => Listener::Own,
        false => Listener::Foreign,
    }
}

/// Where the processes below `keeper` listen other than on `port`, each place once and at most [`PLACES_MOST`]. Reads `/proc`: call
/// it on a blocking thread.
pub(super) fn elsewhere(keeper: Pid, port: u16) -> Vec<String> {
    let below = descendants::below(keeper);
    let own: HashSet<u64> = below
        .into_iter()
        .flat_map(|process| sockets(process).unwrap_or_default())
        .collect();
    let mut found = Vec::new();
    for table in TABLES {
        let text = fs::read_to_string(table).unwrap_or_default();
        let sockets = text.lines().filter_map(Socket::listening);
        let others = sockets.filter(|socket| own.contains(&socket.inode) && !socket.is_on(port));
        for place in others.filter_map(|socket| socket.place()) {
            if found.len() < PLACES_MOST && !found.contains(&place) {
                found.push(place);
            }
        }
    }
    found
}

/// The inodes of the sockets that listen on `port` where a connection to 127.0.0.1 arrives.
fn listening(port: u16) -> HashSet<u64> {
    let mut found = HashSet::new();
    for table in TABLES {
        let text = fs::read_to_string(table).unwrap_or_default();
        let here = text.lines().filter_map(Socket::listening);
        let here = here.filter(|socket| socket.is_on(port));
        found.extend(here.map(|socket| socket.inode));
    }
    found
}

/// A listening socket, as a line of `/proc/net/tcp` has it.
struct Socket<'l> {
    /// In hexadecimal, the bytes of each word turned round.
    address: &'l str,
    port: u16,
    inode: u64,
}

impl<'l> Socket<'l> {
    /// Of a line `sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode …`, addresses and state in hexadecimal; nothing
    /// if the socket does not listen.
    fn listening(line: &'l str) -> Option<Self> {
        const LISTEN: &str = "0A";
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (address, port) = fields.get(1)?.split_once(':')?;
        (*fields.get(3)? == LISTEN).then_some(())?;
        Some(Self {
            address,
            port: u16::from_str_radix(port, 16).ok()?,
            inode: fields.get(9)?.parse().ok()?,
        })
    }

    /// Whether a connection to this port of 127.0.0.1 arrives here: it is that, or everything, of IPv4 or IPv6.
    fn is_on(&self, port: u16) -> bool {
        let arrives = [
            "0100007F",
            "00000000",
            "00000000000000000000000000000000",
            "0000000000000000FFFF00000100007F",
            "0000000000000000FFFF000000000000",
        ];
        self.port == port && arrives.contains(&self.address)
    }

    /// For people: `127.0.0.1:8000`.
    fn place(&self) -> Option<String> {
        let word = |word| u32::from_str_radix(str::from_utf8(word).ok()?, 16).ok();
        let words = self.address.as_bytes().chunks_exact(8).map(word);
        let bytes: Vec<u8> = words
            .map(|word| word.map(u32::to_le_bytes))
            .collect::<Option<Vec<_>>>()?
            .concat();
        let address = match <[u8; 16]>::try_from(&*bytes) {
            Ok(bytes) => IpAddr::from(bytes).to_canonical(),
            Err(_) => IpAddr::from(<[u8; 4]>::try_from(&*bytes).ok()?),
        };
        Some(SocketAddr::from((address, self.port)).to_string())
    }
}

/// The inodes of the sockets that a process holds.
fn sockets(process: Pid) -> io::Result<Vec<u64>> {
    let folder = format!("/proc/{}/fd", process.as_raw_nonzero());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        // Closed meanwhile.
        let Ok(link) = entry.and_then(|entry| fs::read_link(entry.path())) else {
            continue;
        };
        let inode: Option<u64> = link
            .to_str()
            .and_then(|link| link.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok());
        found.extend(inode);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn instance_ports_are_none_that_the_kernel_gives_out() {
        assert_eq!(beside(&(32_768..=60_999)), (20_000..32_768).collect::<Vec<_>>());
        assert_eq!(beside(&(10_000..=60_000)), (60_001..=65_535).collect::<Vec<_>>());
        assert_eq!(beside(&(1_024..=65_535)), (20_000..=65_535).collect::<Vec<_>>());
        let (range, first) = (ephemeral(), free(&[]).unwrap().port());
        assert!(!range.contains(&first), "{first} is in {range:?}");
        assert_ne!(free(&[]).unwrap().port(), first);
    }

    #[test]
    fn a_place_is_told_as_people_write_it() {
        let place = |address| {
            let line = format!("0: {address}:1F40 00:0 0A 0:0 0:0 0 0 0 7 1");
            Socket::listening(&line).and_then(|socket| socket.place())
        };
        assert_eq!(place("00000000").as_deref(), Some("0.0.0.0:8000"));
        assert_eq!(
            place("00000000000000000000000000000000").as_deref(),
            Some("[::]:8000")
        );
        assert_eq!(place("0101A8C0").as_deref(), Some("192.168.1.1:8000"));
        assert_eq!(
            place("00000000000000000000000001000000").as_deref(),
            Some("[::1]:8000")
        );
        assert_eq!(
            place("0000000000000000FFFF00000101A8C0").as_deref(),
            Some("192.168.1.1:8000")
        );
        assert_eq!(place("00"), None);
    }

    #[test]
    fn a_listener_is_found_by_who_holds_its_socket() {
        let own = rustix::process::getpid();
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        assert_eq!(listening(port).len(), 1);
        assert!(
            sockets(own)
                .unwrap()
                .contains(listening(port).iter().next().unwrap())
        );
        let text = fs::read_to_string(TABLES[0]).unwrap();
        let mut places = text.lines().filter_map(Socket::listening);
        let place = places.find(|socket| socket.port == port).unwrap().place();
        assert_eq!(place, Some(format!("127.0.0.1:{port}")));
        // Nobody below this process holds it.
        assert_eq!(listener(own, port), Listener::Foreign);
        drop(socket);
        assert_eq!(listener(own, port), Listener::Own, "nobody listens");
    }
}
