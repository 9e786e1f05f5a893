//! Which requests the listener takes at all, before anything is looked up: those that name it by a name of its own, and
//! those that no foreign web page has made.
//!
//! A browser sends what any page tells it to, from behind the firewall. A page that has pointed its own name at this server
//! (DNS rebinding) gives itself away by `Host`; a page of another origin by `Sec-Fetch-Site` or `Origin`. Clients that are
//! no browsers send neither of the latter, and are called by whatever name the operator allows.
//!
//! What the console's cookie decides must besides carry a header that no page of another origin can send, wherever it may change
//! something. That holds without what a browser says of origins.

use std::collections::HashSet;
use std::net::IpAddr;

use adyton_core::address;
use adyton_core::header::X_ADYTON_CONSOLE;
use adyton_identity::session;
use axum::extract::Request;
use http::{HeaderMap, Uri, header};

use crate::failure::{Failure, OperationResult};
use crate::origin::{Authority, Origin, plain};
use crate::settings::ControlSettings;

/// In `control.hosts`: every name.
const ANY: &str = "*";

/// The names of this server, and the origin of its own pages.
pub(crate) struct Perimeter {
    names: HashSet<String>,
    any: bool,
    /// Host and port of `control.public_url`.
    public: Option<Authority>,
}

impl Perimeter {
    /// As the settings say.
    pub(crate) fn new(settings: &ControlSettings) -> Self {
        let public = settings.control_url.as_deref().and_then(Authority::of_url);
        let own = settings.hosts.iter().map(|name| plain(name));
        let mut names: HashSet<String> = own.collect();
        names.insert("localhost".to_owned());
        names.extend(public.iter().map(|public| public.host.clone()));
        Self {
            any: names.contains(ANY),
            names,
            public,
        }
    }

    /// Lets a request in, or says why not.
    pub(crate) fn admit(&self, request: &Request) -> OperationResult<()> {
        if address::is_probe(request.uri().path()) {
            return Ok(());
        }
        let host = self.host(request.uri(), request.headers())?;
        self.origin(&host, request)?;
        console_header(request)
    }

    /// What the request calls this server, if it is known by that.
    fn host(&self, uri: &Uri, headers: &HeaderMap) -> OperationResult<Authority> {
        let of_uri = uri.authority().map(|authority| authority.as_str().as_bytes());
        let of_headers = headers.get_all(header::HOST).iter().map(|host| host.as_bytes());
        let mut sent = of_uri.into_iter().chain(of_headers);
        let first = sent.next().unwrap_or_default();
        let refused = || Failure::Host {
            host: String::from_utf8_lossy(first).into_owned(),
        };
        let host = Authority::parse(first).ok_or_else(refused)?;
        // In the absolute form, and in HTTP/2, a request may name its host twice; it must not name two.
        let is_one = sent.all(|other| Authority::parse(other).as_ref() == Some(&host));
        if is_one && (self.any || self.names.contains(&host.host) || host.host.parse::<IpAddr>().is_ok()) {
            Ok(host)
        } else {
            Err(refused())
        }
    }

    /// Whether the request is that of a page of this server's own, or of no page at all.
    fn origin(&self, host: &Authority, request: &Request) -> OperationResult<()> {
        let headers = request.headers();
        let mut sites = headers.get_all("sec-fetch-site").iter().peekable();
        // Browsers that send it do not let pages set it; it also knows of requests that have no `Origin`.
        if sites.peek().is_some() {
            if opens_console(request) {
                return Ok(());
            }
            let own = |site: &http::HeaderValue| matches!(site.as_bytes(), b"same-origin" | b"none");
            return match sites.find(|site| !own(site)) {
                None => Ok(()),
                Some(site) => Err(Failure::Origin {
                    sent: format!("`Sec-Fetch-Site: {}`", String::from_utf8_lossy(site.as_bytes())),
                }),
            };
        }
        for origin in headers.get_all(header::ORIGIN) {
            let text = String::from_utf8_lossy(origin.as_bytes());
            let own = Origin::parse(&text).is_some_and(|origin| {
                origin.is(host) || self.public.as_ref().is_some_and(|public| origin.is(public))
            });
            if !own {
                return Err(Failure::Origin {
                    sent: format!("`Origin: {text}`"),
                });
            }
        }
        Ok(())
    }
}

/// Whether somebody follows a link to the console, from whatever page: its files say nothing of anybody, and what it asks for
/// afterwards comes from its own origin.
fn opens_console(request: &Request) -> bool {
    let path = request.uri().path();
    let is_console = path == "/" || path == "/console" || path.starts_with("/console/");
    let says = |name: &str, text: &str| request.headers().get(name).is_some_and(|value| value == text);
    request.method() == http::Method::GET
        && is_console
        && says("sec-fetch-mode", "navigate")
        && says("sec-fetch-dest", "document")
}

/// Whether what the console's cookie decides carries the console's header, where it must: a model behind the Prediction tab may
/// take any method to change something.
fn console_header(request: &Request) -> OperationResult<()> {
    let (headers, path) = (request.headers(), request.uri().path());
    let may_change = !request.method().is_safe() || address::is_tab(path);
    let is_shown = || headers.get(X_ADYTON_CONSOLE).is_some_and(|value| value == "1");
    if may_change && !is_shown() && session::decides(headers) {
        return Err(Failure::ConsoleHeader);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use axum::body::Body;

    use super::*;

    fn perimeter(hosts: &[&str], public: Option<&str>) -> Perimeter {
        let mut settings = ControlSettings::new(
            ([127, 0, 0, 1], 8081).into(),
            "http://gateway",
            Path::new("/nowhere"),
        );
        settings.hosts = hosts.iter().map(|&host| host.to_owned()).collect();
        settings.control_url = public.map(str::to_owned);
        Perimeter::new(&settings)
    }

    fn request(headers: &[(&str, &str)]) -> Request {
        let mut request = Request::builder().uri("/v3");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(Body::empty()).expect("a request")
    }

    #[test]
    fn addresses_and_own_names_are_known() {
        let perimeter = perimeter(
            &["box", "Adyton.Example.COM."],
            Some("https://models.example.com"),
        );
        for known in [
            "127.0.0.1:8081",
            "192.0.2.7",
            "[::1]:8081",
            "[fd00::7]",
            "localhost",
            "LOCALHOST:9",
            "box:8081",
            "adyton.example.com.",
            "models.example.com",
        ] {
            assert!(perimeter.admit(&request(&[("host", known)])).is_ok(), "{known}");
        }
        for strange in [
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example:8081",
            "sub.box",
            "user@localhost",
            "localhost:x",
            "[::1",
            "",
        ] {
            let refused = perimeter.admit(&request(&[("host", strange)]));
            assert!(matches!(refused, Err(Failure::Host { .. })), "{strange}");
        }
        let twice = perimeter.admit(&request(&[("host", "localhost"), ("host", "evil.example")]));
        assert!(matches!(twice, Err(Failure::Host { .. })));
        assert!(matches!(
            perimeter.admit(&request(&[])),
            Err(Failure::Host { .. })
        ));
    }

    #[test]
    fn a_star_is_every_name_and_probes_need_none() {
        let any = perimeter(&["*"], None);
        assert!(any.admit(&request(&[("host", "whatever.example")])).is_ok());
        let mut probe = request(&[("host", "10-1-2-3.pods.example")]);
        *probe.uri_mut() = "/healthz/live".parse().expect("a path");
        assert!(perimeter(&[], None).admit(&probe).is_ok());
    }

    #[test]
    fn pages_of_other_origins_are_refused() {
        let perimeter = perimeter(&[], Some("https://models.example.com"));
        let allowed = |headers: &[(&str, &str)]| {
            let mut all = vec![("host", "127.0.0.1:8081")];
            all.extend_from_slice(headers);
            perimeter.admit(&request(&all)).is_ok()
        };
        assert!(allowed(&[]));
        for own in [
            [("sec-fetch-site", "same-origin")],
            [("sec-fetch-site", "none")],
            [("origin", "http://127.0.0.1:8081")],
            [("origin", "https://models.example.com")],
            [("origin", "https://models.example.com:443")],
        ] {
            assert!(allowed(&own), "{own:?}");
        }
        for foreign in [
            // A page on the gateway's port is of the same site, so its requests carry cookies.
            [("sec-fetch-site", "same-site")],
            [("sec-fetch-site", "cross-site")],
            [("origin", "http://127.0.0.1:8080")],
            [("origin", "http://127.0.0.1")],
            [("origin", "https://evil.example")],
            [("origin", "null")],
            [("origin", "")],
        ] {
            assert!(!allowed(&foreign), "{foreign:?}");
        }
        // Where the browser says itself whose the page is, `Origin` is not asked.
        assert!(allowed(&[
            ("sec-fetch-site", "same-origin"),
            ("origin", "https://other.example")
        ]));
        assert!(!allowed(&[
            ("sec-fetch-site", "cross-site"),
            ("origin", "http://127.0.0.1:8081")
        ]));
    }

    #[test]
    fn a_link_on_any_page_opens_the_console_and_nothing_else() {
        let perimeter = perimeter(&[], None);
        let opens = |method: &str, path: &str, mode: &str, dest: &str| {
            let head = [
                ("host", "localhost"),
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-mode", mode),
                ("sec-fetch-dest", dest),
            ];
            let mut request = request(&head);
            *request.method_mut() = method.parse().expect("a method");
            *request.uri_mut() = path.parse().expect("a path");
            perimeter.admit(&request).is_ok()
        };
        for path in ["/", "/console", "/console/services/s?tab=logs"] {
            assert!(opens("GET", path, "navigate", "document"), "{path}");
            assert!(!opens("GET", path, "no-cors", "script"), "{path}");
            assert!(!opens("GET", path, "navigate", "iframe"), "{path}");
            assert!(!opens("POST", path, "navigate", "document"), "{path}");
        }
        for path in ["/v3/projects", "/consoles", "/adyton/v1/session"] {
            assert!(!opens("GET", path, "navigate", "document"), "{path}");
        }
    }

    #[test]
    fn what_the_cookie_decides_needs_the_consoles_header_wherever_it_may_change_something() {
        let perimeter = perimeter(&[], None);
        let tab = address::of_tab(None, "s", "/any");
        let admits = |method: &str, path: &str, more: &[(&str, &str)]| {
            let mut all = vec![("host", "localhost"), ("cookie", "a=1; adyton_session=s")];
            all.extend_from_slice(more);
            let mut request = request(&all);
            *request.method_mut() = method.parse().expect("a method");
            *request.uri_mut() = path.parse().expect("a path");
            match perimeter.admit(&request) {
                Ok(()) => true,
                Err(Failure::ConsoleHeader) => false,
                Err(other) => panic!("{other}"),
            }
        };
        assert!(admits("GET", "/v3/projects", &[]) && admits("HEAD", "/v3/projects", &[]));
        for (method, path) in [
            ("POST", "/v3/projects"),
            ("DELETE", "/v3/users/u"),
            ("PUT", "/v1/p/services/s"),
            ("GET", &tab),
        ] {
            assert!(!admits(method, path, &[]), "{method} {path}");
            assert!(
                !admits(method, path, &[("x-adyton-console", "0")]),
                "{method} {path}"
            );
            assert!(
                admits(method, path, &[("x-adyton-console", "1")]),
                "{method} {path}"
            );
            assert!(
                admits(method, path, &[("x-auth-token", "t")]),
                "another credential decides"
            );
        }
    }

    #[test]
    fn a_host_without_a_port_has_that_of_the_pages_scheme() {
        let perimeter = perimeter(&["ui.example.com"], None);
        let with = |origin| {
            let headers = [("host", "ui.example.com"), ("origin", origin)];
            perimeter.admit(&request(&headers)).is_ok()
        };
        assert!(with("https://ui.example.com") && with("http://ui.example.com:80"));
        assert!(!with("https://ui.example.com:8443"));
    }
}
