//! The address that callers know a service by, where its program knows another one: what the program is told of it, and how
//! addresses in its answers are made into it.
//!
//! `Host` towards a program stays the instance's own, so a program that builds links from it names an address that only the
//! server can reach.

use std::borrow::Cow;

use adyton_core::address;
use adyton_core::endpoint::{Address, Endpoint, Host};
use adyton_core::id::ServiceId;
use http::header::{CONTENT_LOCATION, HOST, LOCATION};
use http::{HeaderMap, HeaderValue};

use crate::arrival::Arrival;
use crate::items::items;

/// An API as one caller reached it.
pub(crate) struct Public<'a> {
    pub(crate) arrival: &'a Arrival,
    /// The service whose address stands before the paths that its models declare; nothing stands before those of other APIs.
    pub(crate) service: Option<ServiceId>,
    /// `gateway.public_url`.
    pub(crate) url: Option<&'a str>,
}

impl Public<'_> {
    /// What stands before the path that the model declares: the service's API address, behind what a trusted proxy put before it.
    pub(crate) fn prefix(&self) -> Cow<'_, str> {
        let head = &self.arrival.head;
        if let Some(tab_caller) = &self.arrival.tab_caller {
            // The same path as at the API address stands behind the tab's own.
            let below = address::split_service(head.uri.path()).map_or("", |(_, below)| below);
            let sent = tab_caller.sent.uri.path();
            return Cow::Borrowed(sent.strip_suffix(below).unwrap_or(sent).trim_end_matches('/'));
        }
        let own = match self.service {
            Some(service) => own_prefix(head.uri.path())
                .map_or_else(|| Cow::Owned(address::of_service(service)), Cow::Borrowed),
            None => Cow::Borrowed(""),
        };
        match self
            .proxied("x-forwarded-prefix")
            .filter(|prefix| is_path(prefix))
        {
            Some(before) => Cow::Owned(format!("{}{own}", before.trim_end_matches('/'))),
            None => own,
        }
    }

    /// Scheme and host. Nothing for the Prediction tab: a browser there stays where it is.
    fn origin(&self) -> String {
        if self.arrival.tab_caller.is_some() {
            return String::new();
        }
        if let Some(url) = self.url {
            return url.to_owned();
        }
        let head = &self.arrival.head;
        let own = head.headers.get(HOST).and_then(|host| host.to_str().ok());
        let own = own.or_else(|| head.uri.authority().map(http::uri::Authority::as_str));
        let scheme = if self.arrival.remote.https {
            "https"
        } else {
            "http"
        };
        match self.proxied("x-forwarded-host").or(own) {
            Some(host) if !host.is_empty() => format!("{scheme}://{host}"),
            _ => String::new(),
        }
    }

    /// What a trusted proxy says: the last one, if several do.
    fn proxied(&self, name: &str) -> Option<&str> {
        if !self.arrival.remote.proxied {
            return None;
        }
        let line = self.arrival.head.headers.get_all(name).iter().next_back()?;
        str::from_utf8(items(line.as_bytes()).last()?).ok()
    }

    /// Makes addresses of the instance in an answer's head into the service's own.
    pub(crate) fn relocate(&self, headers: &mut HeaderMap, instance: &Address) {
        for name in [LOCATION, CONTENT_LOCATION] {
            let Some(value) = headers.get(&name).and_then(|value| value.to_str().ok()) else {
                continue;
            };
            let public = rewritten(value, instance, &self.prefix(), || self.origin());
            if let Some(value) = public.and_then(|value| HeaderValue::try_from(value).ok()) {
                headers.insert(name, value);
            }
        }
    }
}

/// The prefix as it was sent, where that is plainly one.
fn own_prefix(path: &str) -> Option<&str> {
    let (id, below) = address::split_service(path)?;
    ServiceId::parse(id.as_bytes())?;
    path.strip_suffix(below)
}

/// Whether a proxy's prefix is a path, and not the beginning of another host's address.
fn is_path(prefix: &str) -> bool {
    prefix.starts_with('/') && !prefix.starts_with("//") && prefix.bytes().all(|byte| byte.is_ascii_graphic())
}

/// An address of the instance as its callers know it; nothing for one that is fine as it is.
fn rewritten(
    location: &str,
    instance: &Address,
    prefix: &str,
    origin: impl Fn() -> String,
) -> Option<String> {
    if let Some(rest) = behind_scheme(location) {
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        return is_the_instances(authority, instance.endpoint()).then(|| {
            let path = below(path, instance.base());
            let before = if is_within(path, prefix) { "" } else { prefix };
            format!("{}{before}{path}", origin())
        });
    }
    (location.starts_with('/') && !is_within(location, prefix))
        .then(|| format!("{prefix}{}", below(location, instance.base())))
}

/// A path of the instance without what stands before all of them.
fn below<'p>(path: &'p str, base: &str) -> &'p str {
    match is_within(path, base) {
        true => &path[base.len()..],
        false => path,
    }
}

/// What follows the scheme of an absolute address, or the `//` of one that leaves it out.
fn behind_scheme(location: &str) -> Option<&str> {
    let (scheme, rest) = location.split_once("//")?;
    ["http:", "https:", ""]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
        .then_some(rest)
}

/// The names by which a program knows the machine that it runs on.
const OWN_MACHINE: [&str; 5] = ["localhost", "127.0.0.1", "[::1]", "0.0.0.0", "[::]"];

/// Whether an authority is the instance: as it was asked, or, where it runs on this machine, by whichever of this machine's names.
fn is_the_instances(authority: &str, instance: &Endpoint) -> bool {
    if authority.eq_ignore_ascii_case(&instance.authority()) {
        return true;
    }
    let (Endpoint::Tcp { host, port, .. }, Some((name, own))) = (instance, authority.rsplit_once(':')) else {
        return false;
    };
    let is_local = match host {
        Host::Ip(ip) => ip.is_loopback(),
        Host::Name(name) => &**name == "localhost",
    };
    own.parse() == Ok(*port)
        && ((is_local && OWN_MACHINE.iter().any(|known| name.eq_ignore_ascii_case(known)))
            || name.eq_ignore_ascii_case(&host.to_string()))
}

/// Whether a path is the prefix, or below it.
fn is_within(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_instance_become_those_of_the_service() {
        const PREFIX: &str = "/v1/infers/x";
        let instance: Address = "http://127.0.0.1:9000".parse().expect("an address");
        for (said, expected) in [
            ("http://127.0.0.1:9000/a?b#c", "http://api/v1/infers/x/a?b#c"),
            ("HTTPS://localhost:9000/", "http://api/v1/infers/x/"),
            ("//127.0.0.1:9000/a", "http://api/v1/infers/x/a"),
            ("http://127.0.0.1:9000", "http://api/v1/infers/x"),
            ("http://127.0.0.1:9000?q", "http://api/v1/infers/x?q"),
            ("http://127.0.0.1:9000/v1/infers/x/a", "http://api/v1/infers/x/a"),
            ("/login", "/v1/infers/x/login"),
            ("/", "/v1/infers/x/"),
            ("/v1/infers/xy", "/v1/infers/x/v1/infers/xy"),
            // What browsers take for another host.
            ("/\\evil.test", "/v1/infers/x/\\evil.test"),
        ] {
            let got = rewritten(said, &instance, PREFIX, || "http://api".to_owned());
            assert_eq!(got.as_deref(), Some(expected), "{said}");
        }
        for fine in [
            "login",
            "../a",
            "?q=1",
            "",
            "https://example.test/a",
            "//example.test/a",
            "http://127.0.0.1:9001/a",
            "http://127.0.0.1:9000@evil.test/",
            "ftp://127.0.0.1:9000/a",
            "/v1/infers/x",
            "/v1/infers/x/a",
            "/v1/infers/x?q",
        ] {
            let got = rewritten(fine, &instance, PREFIX, || "http://api".to_owned());
            assert_eq!(got, None, "{fine}");
        }
    }
    #[test]
    fn an_instance_elsewhere_is_known_by_its_own_name_only_and_its_base_is_taken_away() {
        const PREFIX: &str = "/v1/infers/x";
        let rewrite = |instance: &str, said: &str| {
            let instance: Address = instance.parse().expect("an address");
            rewritten(said, &instance, PREFIX, || "http://api".to_owned())
        };
        let secure = "https://models.example/v1/iris";
        for (instance, said, expected) in [
            (
                secure,
                "https://models.example/v1/iris/a",
                Some("http://api/v1/infers/x/a"),
            ),
            (
                secure,
                "https://Models.Example:443/v1/iris",
                Some("http://api/v1/infers/x"),
            ),
            (
                secure,
                "https://models.example/v1/irises",
                Some("http://api/v1/infers/x/v1/irises"),
            ),
            (secure, "/v1/iris/a?b", Some("/v1/infers/x/a?b")),
            (secure, "/login", Some("/v1/infers/x/login")),
            (secure, "https://localhost:443/a", None),
            (secure, "https://other.example/a", None),
            ("http://10.0.0.7:8080", "http://127.0.0.1:8080/a", None),
            (
                "unix:/run/model.sock",
                "http://localhost/a",
                Some("http://api/v1/infers/x/a"),
            ),
        ] {
            assert_eq!(rewrite(instance, said).as_deref(), expected, "{instance} {said}");
        }
    }
}
