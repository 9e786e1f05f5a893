//! A client that sends exactly what it is told, and reads what comes back.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::Duration;

use crate::model::wait_for;

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
    pub(crate) fn reason(&self) -> &str {
        self.header("x-adyton-reason")
    }
    pub(crate) fn text(&self) -> &str {
        str::from_utf8(&self.body).expect("UTF-8")
    }
    pub(crate) fn closes(&self) -> bool {
        self.header("connection") == "close"
    }
}

/// One connection.
pub(crate) struct Client {
    pub(crate) stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        Self::over(TcpStream::connect(address).expect("the gateway accepts"))
    }

    pub(crate) fn over(stream: TcpStream) -> Self {
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .expect("a time-out");
        stream.set_nodelay(true).expect("no delay");
        Self {
            stream,
            buffer: Vec::new(),
        }
    }

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream
            .write_all(bytes.as_ref())
            .expect("the gateway takes bytes");
    }

    /// Sends a piece and waits until the gateway has read it, so that what is sent next arrives apart from it.
    pub(crate) fn send_apart(&mut self, piece: impl AsRef<[u8]>) {
        self.send(piece);
        let near = self.stream.local_addr().expect("an address");
        let far = self.stream.peer_addr().expect("an address");
        wait_for("the gateway to read a piece", || bytes_under_way(near, far) == 0);
    }

    /// Sends what may be refused half-way: the gateway may stop reading.
    pub(crate) fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).is_ok()
    }

    pub(crate) fn read(&mut self) -> Reply {
        self.read_after("POST").expect("an answer")
    }

    /// Reads an answer to a request with this method; `None` when the connection has ended instead.
    pub(crate) fn read_after(&mut self, method: &str) -> Option<Reply> {
        let end = loop {
            if let Some(at) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            if !self.fill() {
                return None;
            }
        };
        let head: Vec<u8> = self.buffer.drain(..end).collect();
        let head = String::from_utf8(head).expect("an ASCII head");
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers: HashMap<String, String> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let mut reply = Reply {
            status,
            headers,
            body: Vec::new(),
        };
        if method != "HEAD" && status >= 200 && status != 204 {
            self.read_body(&mut reply)?;
        }
        Some(reply)
    }

    fn read_body(&mut self, reply: &mut Reply) -> Option<()> {
        if reply.header("transfer-encoding") == "chunked" {
            loop {
                let line = self.line()?;
                let length = usize::from_str_radix(line.trim(), 16).ok()?;
                reply.body.extend(self.take(length)?);
                self.line()?;
                if length == 0 {
                    return Some(());
                }
            }
        }
        reply.body = self.take(reply.header("content-length").parse().ok()?)?;
        Some(())
    }

    /// One line of a chunked body.
    pub(crate) fn line(&mut self) -> Option<String> {
        loop {
            if let Some(at) = self.buffer.windows(2).position(|two| two == b"\r\n") {
                return String::from_utf8(self.buffer.drain(..at + 2).collect()).ok();
            }
            if !self.fill() {
                return None;
            }
        }
    }

    /// So many bytes.
    pub(crate) fn take(&mut self, length: usize) -> Option<Vec<u8>> {
        while self.buffer.len() < length {
            if !self.fill() {
                return None;
            }
        }
        Some(self.buffer.drain(..length).collect())
    }

    /// Whether the other side has ended the connection, and nothing is left to read.
    pub(crate) fn is_at_end(&mut self) -> bool {
        self.buffer.is_empty() && !self.fill()
    }

    fn fill(&mut self) -> bool {
        let mut space = [0u8; 64 * 1024];
        match self.stream.read(&mut space) {
            Ok(read) => {
                self.buffer.extend_from_slice(&space[..read]);
                read > 0
            }
            Err(problem) if problem.kind() == std::io::ErrorKind::WouldBlock => {
                panic!("nothing came for 20 s")
            }
            Err(_) => false,
        }
    }
}

/// A request in the making.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) declare: bool,
}

impl Ask {
    pub(crate) fn new(method: &str, target: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            target: target.into(),
            headers: Vec::new(),
            body: Vec::new(),
            declare: true,
        }
    }
    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }
    /// Leaves out Host and Content-Length.
    pub(crate) fn bare(mut self) -> Self {
        self.declare = false;
        self
    }
    /// The bytes of head and body.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut text = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        if self.declare {
            text.push_str("Host: gateway.test\r\n");
            let declares = |name: &str| self.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name));
            if !declares("content-length") && !declares("transfer-encoding") && !self.body.is_empty() {
                text.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
            }
        }
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str("\r\n");
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// Bytes that one end of a TCP connection has sent and the other has not read, as the kernel counts them: on their way from `near`,
/// or in the queue at `far`. An end that is gone has none.
fn bytes_under_way(near: SocketAddr, far: SocketAddr) -> u64 {
    let shown = |address: SocketAddr| match address.ip() {
        IpAddr::V4(ip) => format!("{:08X}:{:04X}", u32::from_ne_bytes(ip.octets()), address.port()),
        IpAddr::V6(_) => panic!("tests connect over IPv4"),
    };
    let (near, far) = (shown(near), shown(far));
    let table = std::fs::read_to_string("/proc/net/tcp").expect("Linux shows its connections");
    let queues = |own: &str, other: &str| {
        let rows = table
            .lines()
            .map(|row| row.split_whitespace().collect::<Vec<_>>());
        let mut queues = rows.filter_map(|row| match row.as_slice() {
            [_, local, remote, _, queues, ..] if *local == own && *remote == other => {
                let (sending, unread) = queues.split_once(':')?;
                let bytes = |hex| u64::from_str_radix(hex, 16).ok();
                Some((bytes(sending)?, bytes(unread)?))
            }
            _ => None,
        });
        queues.next().unwrap_or_default()
    };
    queues(&near, &far).0 + queues(&far, &near).1
}
