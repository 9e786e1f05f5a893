//! Binding: one listener for each worker on one address (`SO_REUSEPORT`), after a look whether somebody else holds it.
//!
//! `SO_REUSEPORT` would let a second server of the same user share the port in silence, each getting half of the calls. So
//! the address is first bound without it: that fails when anybody is there.
//!
//! Or the listener is inherited ([`shared`]) from whoever started the server and holds it open over restarts: then nobody is
//! refused in between, clients wait in its queue.

use std::io;
use std::net::{SocketAddr, TcpListener};

use adyton_core::language::{Language, message, phrase};
use socket2::{Domain, Protocol, Socket, Type};

/// Connections that the kernel may hold for each worker until they are accepted.
const BACKLOG: i32 = 4096;

/// The gateway's address cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message_in(Language::English))]
pub enum BindError {
    /// Somebody listens there.
    InUse {
        /// The address.
        address: SocketAddr,
        /// Who holds it, if the system tells: `nginx (pid 4711)`.
        holder: Option<String>,
    },
    /// A listener that was inherited and cannot be used.
    Inherited(io::Error),
    /// Anything else.
    Refused {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        problem: io::Error,
    },
}

impl BindError {
    /// What is wrong and what to do.
    pub fn message_in(&self, language: Language) -> String {
        match self {
            Self::InUse { address, holder } => {
                let holder = holder
                    .as_deref()
                    .unwrap_or(phrase!(language, "another process", "另一个进程"));
                message!(
                    language,
                    "the gateway cannot listen on {address}: {holder} holds it; stop that, or set another `gateway.listen`",
                    "网关无法监听 {address}：该地址已被 {holder} 占用；请停止该进程，或设置另一个 `gateway.listen`"
                )
            }
            Self::Inherited(problem) => message!(
                language,
                "the listener that was handed over (LISTEN_FDS) cannot be used: {}; it must be a TCP socket that listens",
                "无法使用传入的监听套接字（LISTEN_FDS）：{}；必须是处于监听状态的 TCP 套接字",
                problem
            ),
            Self::Refused { address, problem } => message!(
                language,
                "the gateway cannot listen on {address}: {problem}; set another `gateway.listen`",
                "网关无法监听 {address}：{problem}；请设置另一个 `gateway.listen`"
            ),
        }
    }
}

/// A listener that somebody else holds open, for as many workers: they share its one queue.
pub(crate) fn shared(listener: &TcpListener, workers: usize) -> io::Result<(SocketAddr, Vec<TcpListener>)> {
    listener.set_nonblocking(true)?;
    socket2::SockRef::from(listener).set_tcp_nodelay(true)?;
    let listeners = (0..workers).map(|_| listener.try_clone());
    Ok((listener.local_addr()?, listeners.collect::<io::Result<_>>()?))
}

/// Whether the address can be had; gives it with the port that was picked when it is 0. The probe is closed at once: all
/// sockets of one address must have SO_REUSEPORT, or none.
///
/// # Errors
/// Somebody holds it, or the system refuses it.
pub fn probe(address: SocketAddr) -> Result<SocketAddr, BindError> {
    let refused = |problem| refusal(address, problem);
    let probe = socket(address).map_err(refused)?;
    probe.bind(&address.into()).map_err(refused)?;
    let bound = probe.local_addr().map_err(refused)?;
    Ok(bound.as_socket().unwrap_or(address))
}

fn refusal(address: SocketAddr, problem: io::Error) -> BindError {
    if problem.kind() == io::ErrorKind::AddrInUse {
        let holder = holder(address.port());
        BindError::InUse { address, holder }
    } else {
        BindError::Refused { address, problem }
    }
}

/// As many listeners as there are workers, and the address that they share.
pub(crate) fn listeners(
    address: SocketAddr,
    workers: usize,
) -> Result<(SocketAddr, Vec<TcpListener>), BindError> {
    let refused = |problem| refusal(address, problem);
    let picked = probe(address)?;
    let mut listeners = Vec::with_capacity(workers);
    for _ in 0..workers {
        let socket = socket(picked).map_err(refused)?;
        socket.set_reuse_port(true).map_err(refused)?;
        // Accepted sockets inherit it, so that it costs no call for each connection.
        socket.set_tcp_nodelay(true).map_err(refused)?;
        socket.bind(&picked.into()).map_err(refused)?;
        socket.listen(BACKLOG).map_err(refused)?;
        listeners.push(socket.into());
    }
    Ok((picked, listeners))
}

fn socket(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // Connections of an earlier run that the kernel still remembers do not count as somebody.
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// Who listens on a port, read from `/proc`: the socket's inode, then the process that has it open. `None` when the system
/// does not say, for example of another user's process.
fn holder(port: u16) -> Option<String> {
    let inode = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .find_map(|table| listening_inode(&std::fs::read_to_string(table).ok()?, port))?;
    let wanted = format!("socket:[{inode}]");
    for process in std::fs::read_dir("/proc").ok()?.flatten() {
        let Ok(pid) = process.file_name().to_string_lossy().parse::<u32>() else {
            continue;
        };
        let Ok(open) = std::fs::read_dir(process.path().join("fd")) else {
            continue;
        };
        let has = open
            .flatten()
            .any(|file| std::fs::read_link(file.path()).is_ok_and(|to| to.to_string_lossy() == wanted));
        if has {
            let name = std::fs::read_to_string(process.path().join("comm")).unwrap_or_default();
            return Some(format!("{} (pid {pid})", name.trim()));
        }
    }
    None
}

/// The inode of the socket that listens on a port, in the text of `/proc/net/tcp` (proc(5)): the second column ends with
/// the port in hex, the fourth is `0A` for a listener, the tenth is the inode.
fn listening_inode(table: &str, port: u16) -> Option<String> {
    let suffix = format!(":{port:04X}");
    table.lines().skip(1).find_map(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let listens = columns.get(1)?.ends_with(&suffix) && *columns.get(3)? == "0A";
        listens
            .then(|| columns.get(9).map(|inode| (*inode).to_owned()))
            .flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_share_one_port_and_a_stranger_there_is_named() {
        let (address, workers) = listeners(SocketAddr::from(([127, 0, 0, 1], 0)), 3).expect("a free port");
        assert_eq!(workers.len(), 3);
        let Err(BindError::InUse { holder, .. }) = listeners(address, 1) else {
            panic!("the port was given twice");
        };
        let holder = holder.expect("this very process holds it");
        assert!(
            holder.ends_with(&format!("(pid {})", std::process::id())),
            "{holder}"
        );
    }

    #[test]
    fn the_table_of_the_kernel_is_read() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
                       0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1\n";
        assert_eq!(listening_inode(table, 8080), Some("12345".to_owned()));
        assert_eq!(listening_inode(table, 8081), None);
    }
}
