//! The routes of a service: the paths below its API address that its models declare.

use std::borrow::Cow;

use super::router::{Miss, Router};
use crate::api::{Method, PathPattern};
use crate::model::Model;

/// One path and method that at least one version of the service declares.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServiceRoute {
    /// The custom path; `/` is the API address itself, with or without a final slash.
    pub path: PathPattern,
    /// The method.
    pub method: Method,
    /// Which versions declare it: indices into the service's versions.
    pub versions: Vec<usize>,
    /// The path as a request target, made once; of use where the path is exact.
    target: Box<str>,
    is_exact: bool,
}

impl ServiceRoute {
    /// A route to the versions at these indices.
    pub fn new(path: &str, method: Method, versions: Vec<usize>) -> Self {
        let target = encoded(path).into();
        let path = PathPattern::new(path);
        Self {
            is_exact: path.is_exact(),
            path,
            method,
            versions,
            target,
        }
    }
    /// The path as it is sent to a model, where it is always the same.
    pub fn exact_target(&self) -> Option<&str> {
        self.is_exact.then_some(&*self.target)
    }
    /// What a decoded path below the API address, which this route takes, is sent to a model as.
    pub fn target<'r>(&'r self, below: &'r str) -> Cow<'r, str> {
        if self.is_exact {
            Cow::Borrowed(&self.target)
        } else {
            encoded(whole(below))
        }
    }
    /// Whether another route takes the same requests.
    pub fn is_like(&self, other: &Self) -> bool {
        self.method == other.method && self.path.is_like(&other.path)
    }
    /// Whether a decoded path below the API address is one of this route's.
    pub fn takes(&self, below: &str) -> bool {
        self.path.takes(whole(below))
    }
}

/// What some versions of a service declare, to be found by path and method.
#[derive(Clone, Default, Debug)]
pub struct Routes {
    /// In the order of declaration.
    all: Vec<ServiceRoute>,
    router: Router<usize>,
}

impl Routes {
    /// The union of what `models` declare; each comes with its index among the service's versions.
    pub fn union<'a>(models: impl Iterator<Item = (usize, &'a Model)>) -> Self {
        let mut all: Vec<ServiceRoute> = Vec::new();
        for (index, model) in models {
            for api in model.spec.iter().flat_map(|spec| &spec.apis) {
                let route = ServiceRoute::new(&api.url, Method::declared(&api.method), vec![index]);
                match all.iter_mut().find(|known| known.is_like(&route)) {
                    Some(known) => known.versions.push(index),
                    None => all.push(route),
                }
            }
        }
        all.into()
    }
    /// The route for a decoded path below the API address.
    ///
    /// # Errors
    /// Whether it was the path or the method that fits none.
    pub fn find(&self, below: &str, method: &str) -> Result<&ServiceRoute, Miss> {
        let at = self.router.find(whole(below), method)?;
        self.all.get(*at).ok_or(Miss::Path)
    }
    /// Whether one of them takes the same requests as `route`.
    pub fn declare(&self, route: &ServiceRoute) -> bool {
        self.all.iter().any(|known| known.is_like(route))
    }
    /// All, in the order of declaration.
    pub fn iter(&self) -> std::slice::Iter<'_, ServiceRoute> {
        self.all.iter()
    }
    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

impl PartialEq for Routes {
    fn eq(&self, other: &Self) -> bool {
        self.all == other.all
    }
}

impl Eq for Routes {}

impl From<Vec<ServiceRoute>> for Routes {
    fn from(all: Vec<ServiceRoute>) -> Self {
        let mut router = Router::default();
        for (at, route) in all.iter().enumerate() {
            router.insert(&route.path, route.method.clone(), at);
        }
        Self { all, router }
    }
}

/// The API address itself may end with a slash or not.
fn whole(below: &str) -> &str {
    if below.is_empty() { "/" } else { below }
}

/// Writes a decoded path as it is sent to a model: everything that may not stand in a path is escaped.
pub fn encoded(path: &str) -> Cow<'_, str> {
    // RFC 3986, 3.3: unreserved, sub-delimiters, `:`, `@`, and the slash between segments.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(&byte);
    if path.bytes().all(plain) {
        return Cow::Borrowed(path);
    }
    let mut text = String::with_capacity(path.len() + 16);
    for byte in path.bytes() {
        if plain(byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(declared: &[(&str, &str)]) -> Routes {
        let of = |(method, path): &(&str, &str)| ServiceRoute::new(path, Method::declared(method), vec![0]);
        declared.iter().map(of).collect::<Vec<_>>().into()
    }

    #[test]
    fn plain_paths_are_compared_exactly_and_the_address_takes_a_slash_or_none() {
        let routes = routes(&[("POST", "/"), ("POST", "/test"), ("ANY", "/any")]);
        let found = |below: &str, method: &str| routes.find(below, method).map(|route| route.path.as_str());
        assert_eq!(found("", "POST"), Ok("/"));
        assert_eq!(found("/", "POST"), Ok("/"));
        assert_eq!(found("/test", "POST"), Ok("/test"));
        assert_eq!(found("/any", "PATCH"), Ok("/any"));
        assert_eq!(found("/test", "GET"), Err(Miss::Method));
        assert_eq!(found("/test", "post"), Err(Miss::Method));
        for undeclared in ["/test/", "/Test", "/tes", "/test/AA", "//test", "//"] {
            assert_eq!(found(undeclared, "POST"), Err(Miss::Path), "{undeclared}");
        }
    }

    #[test]
    fn an_exact_path_is_sent_as_it_is_declared_and_a_pattern_as_it_was_called() {
        let routes = routes(&[("POST", "/a b"), ("POST", "/{name}/c"), ("GET", "/*")]);
        let sent = |below: &str, method: &str| {
            let route = routes.find(below, method).expect("a route");
            route.target(below).into_owned()
        };
        assert_eq!(sent("/a b", "POST"), "/a%20b");
        assert_eq!(sent("/春/c", "POST"), "/%E6%98%A5/c");
        assert_eq!(sent("/x//y/", "GET"), "/x//y/");
        assert_eq!(sent("", "GET"), "/");
    }
}
