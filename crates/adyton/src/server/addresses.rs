//! How the server is called: the URLs of its listeners, and the names of the machine.

use std::net::SocketAddr;

/// The address of a listener as a URL: one that listens everywhere is called here on this machine.
pub(crate) fn url(address: SocketAddr) -> String {
    let host = match address.ip() {
        ip if !ip.is_unspecified() => address.to_string(),
        ip if ip.is_ipv4() => format!("127.0.0.1:{}", address.port()),
        _ => format!("[::1]:{}", address.port()),
    };
    format!("http://{host}")
}

/// The machine's name, as the kernel knows it, and without its domain. None where it cannot be read.
pub(crate) fn machine_names() -> Vec<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let name = name.trim();
    let short = name.split('.').next().unwrap_or_default();
    let mut names = vec![name.to_owned(), short.to_owned()];
    names.dedup();
    names.retain(|name| !name.is_empty());
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_that_listens_everywhere_is_called_on_this_machine() {
        for (listens, called) in [
            ("10.1.2.3:80", "http://10.1.2.3:80"),
            ("0.0.0.0:8080", "http://127.0.0.1:8080"),
            ("[::]:8080", "http://[::1]:8080"),
            ("[fd00::1]:8080", "http://[fd00::1]:8080"),
        ] {
            assert_eq!(url(listens.parse().unwrap()), called);
        }
    }
}
