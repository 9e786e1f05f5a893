//! A request head as it was sent: what a signature is computed over, but for the body.

/// Where header values come from. A look-up by name is all that signing needs, so nothing has to be copied or sorted.
pub trait Headers {
    /// Gives each value of the header `name`, whose case does not matter, in the order sent.
    fn each(&self, name: &str, give: &mut dyn FnMut(&[u8]));
    /// Gives every header, name (lower-case) and value, in one pass.
    fn all(&self, give: &mut dyn FnMut(&str, &[u8]));
}

impl Headers for http::HeaderMap {
    fn all(&self, give: &mut dyn FnMut(&str, &[u8])) {
        for (name, value) in self {
            give(name.as_str(), value.as_bytes());
        }
    }

    fn each(&self, name: &str, give: &mut dyn FnMut(&[u8])) {
        for value in self.get_all(name) {
            give(value.as_bytes());
        }
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> Headers for [(N, V)] {
    fn all(&self, give: &mut dyn FnMut(&str, &[u8])) {
        for (name, value) in self {
            give(&name.as_ref().to_ascii_lowercase(), value.as_ref());
        }
    }

    fn each(&self, name: &str, give: &mut dyn FnMut(&[u8])) {
        for (own, value) in self {
            if own.as_ref().eq_ignore_ascii_case(name) {
                give(value.as_ref());
            }
        }
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> Headers for Vec<(N, V)> {
    fn each(&self, name: &str, give: &mut dyn FnMut(&[u8])) {
        self.as_slice().each(name, give);
    }
    fn all(&self, give: &mut dyn FnMut(&str, &[u8])) {
        self.as_slice().all(give);
    }
}

/// A request head, borrowed.
#[derive(Clone, Copy)]
pub struct Head<'a> {
    /// `GET`, `POST`, …
    pub method: &'a str,
    /// The path as sent, escapes and all, without the query.
    pub path: &'a str,
    /// The query as sent, without `?`; empty when there is none.
    pub query: &'a str,
    /// `Host`, or HTTP/2's `:authority`; `None` looks the header up.
    pub host: Option<&'a [u8]>,
    /// The headers.
    pub headers: &'a dyn Headers,
}

impl Head<'_> {
    /// Gives each value of a header, trimmed; the case of `name` does not matter.
    pub fn each(&self, name: &str, give: &mut dyn FnMut(&[u8])) {
        match self.host {
            Some(host) if name.eq_ignore_ascii_case("host") => give(host.trim_ascii()),
            _ => self.headers.each(name, &mut |value| give(value.trim_ascii())),
        }
    }

    /// The first value of a header, trimmed and copied; for places that are not hot.
    pub fn first(&self, name: &str) -> Option<Vec<u8>> {
        let mut found = None;
        self.each(name, &mut |value| {
            found.get_or_insert_with(|| value.to_vec());
        });
        found
    }
}
