//! What the service manager is told of the server's life: `sd_notify(3)`, as systemd asks for it with `Type=notify`.
//!
//! A manager that wants to know names a datagram socket in `NOTIFY_SOCKET`. It is told when both listeners accept, when the
//! configuration is read again and when the end has begun, each with a line for people (`systemctl status`). Nobody else
//! takes the sockets over: with a socket unit the manager itself holds the gateway's, so the main process is always the
//! one that it has started, and it may listen to that one alone (`NotifyAccess=main`).

use std::env;
use std::ffi::OsStr;
use std::io;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Where the manager listens.
const VARIABLE: &str = "NOTIFY_SOCKET";
/// How long a manager may leave a message unread before the server goes on without it.
const PATIENCE: Duration = Duration::from_secs(1);

/// The service manager, if one wants to be told.
pub(super) struct ServiceManager(Option<Ear>);

/// The manager's socket, and ours.
struct Ear {
    socket: UnixDatagram,
    address: SocketAddr,
}

impl ServiceManager {
    /// The one that the environment names.
    pub(super) fn of_environment() -> Self {
        match env::var_os(VARIABLE) {
            Some(name) if !name.is_empty() => Self::at(&name),
            _ => Self(None),
        }
    }

    fn at(name: &OsStr) -> Self {
        match Ear::open(name) {
            Ok(ear) => Self(Some(ear)),
            Err(problem) => {
                tracing::warn!(name = %name.display(), %problem, "{VARIABLE} names no socket: the service manager is told nothing");
                Self(None)
            }
        }
    }

    /// What goes on, in a line for people.
    pub(super) fn status(&self, status: &str) {
        self.tell(&line("STATUS", status));
    }
    /// It starts, or reads its configuration, no longer: calls are answered.
    pub(super) fn ready(&self, status: &str) {
        self.tell(&format!("READY=1\n{}", line("STATUS", status)));
    }
    /// It reads its configuration again, from now on. [`ServiceManager::ready`] ends that.
    pub(super) fn reloading(&self) {
        let now = clock_gettime(ClockId::Monotonic);
        let microseconds = i128::from(now.tv_sec) * 1_000_000 + i128::from(now.tv_nsec) / 1000;
        self.tell(&format!(
            "RELOADING=1\nMONOTONIC_USEC={microseconds}\nSTATUS=reading the configuration again"
        ));
    }
    /// It ends, and needs at most so long, whatever the unit allows.
    pub(super) fn stopping(&self, at_most: Duration, status: &str) {
        let (microseconds, status) = (at_most.as_micros(), line("STATUS", status));
        self.tell(&format!(
            "STOPPING=1\nEXTEND_TIMEOUT_USEC={microseconds}\n{status}"
        ));
    }

    /// A manager that is gone or does not read keeps nothing from going on.
    fn tell(&self, state: &str) {
        let Some(Ear { socket, address }) = &self.0 else {
            return;
        };
        if let Err(problem) = socket.send_to_addr(state.as_bytes(), address) {
            tracing::warn!(%problem, "the service manager could not be told: {}", state.replace('\n', " "));
        }
    }
}

impl Ear {
    /// A path, or with `@` a name in the abstract namespace.
    fn open(name: &OsStr) -> io::Result<Self> {
        let address = match name.as_bytes() {
            [b'@', name @ ..] => SocketAddr::from_abstract_name(name)?,
            [b'/', ..] => SocketAddr::from_pathname(name)?,
            _ => return Err(io::Error::other("neither a path nor an abstract name")),
        };
        let socket = UnixDatagram::unbound()?;
        socket.set_write_timeout(Some(PATIENCE))?;
        Ok(Self { socket, address })
    }
}

/// One assignment: what is written after a line's end would be another.
fn line(name: &str, value: &str) -> String {
    let value = value.lines().next().unwrap_or_default();
    format!("{name}={value}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(socket: &UnixDatagram) -> String {
        let mut space = [0; 512];
        socket
            .set_read_timeout(Some(Duration::from_secs(10)))
            .and_then(|()| socket.recv(&mut space))
            .map(|length| String::from_utf8_lossy(&space[..length]).into_owned())
            .unwrap()
    }

    #[test]
    fn a_manager_is_told_at_a_path_and_at_an_abstract_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let name = format!("@adyton-test-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name[1..]).unwrap();
        let places = [
            (path.as_os_str(), UnixDatagram::bind(&path).unwrap()),
            (OsStr::new(&name), UnixDatagram::bind_addr(&address).unwrap()),
        ];
        for (name, socket) in places {
            let manager = ServiceManager::at(name);
            manager.ready("serving\nREADY=0");
            assert_eq!(heard(&socket), "READY=1\nSTATUS=serving");
            manager.stopping(Duration::from_secs(2), "bye");
            assert_eq!(
                heard(&socket),
                "STOPPING=1\nEXTEND_TIMEOUT_USEC=2000000\nSTATUS=bye"
            );
            manager.reloading();
            let told = heard(&socket);
            let since = told
                .strip_prefix("RELOADING=1\nMONOTONIC_USEC=")
                .and_then(|rest| rest.split_once('\n')?.0.parse::<u64>().ok());
            assert!(since.is_some_and(|since| since > 0), "{told}");
        }
    }

    #[test]
    fn a_manager_that_cannot_be_told_is_no_reason_to_stop() {
        for name in ["", "relative", "vsock:2:1", "/nowhere/at/all"] {
            ServiceManager::at(OsStr::new(name)).ready("serving");
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deaf");
        let _deaf = UnixDatagram::bind(&path).unwrap();
        let manager = ServiceManager(Some(Ear::open(path.as_os_str()).unwrap()));
        if let Some(ear) = &manager.0 {
            ear.socket.set_nonblocking(true).unwrap();
        }
        for _ in 0..10_000 {
            manager.status("nobody reads this");
        }
    }
}
