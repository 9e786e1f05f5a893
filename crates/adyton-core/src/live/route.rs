//! The paths of a service, relative to its API address.

use std::borrow::Cow;

use http::Uri;

use crate::model::Model;

/// An HTTP method as a route declares it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Method {
    /// One method, in upper case.
    Only(String),
    /// Every method.
    Any,
}

impl Method {
    fn declared(method: &str) -> Self {
        match method {
            "ANY" => Method::Any,
            method => Method::Only(method.to_ascii_uppercase()),
        }
    }
    /// Whether a request's method fits.
    pub fn admits(&self, method: &str) -> bool {
        match self {
            Method::Only(only) => only == method,
            Method::Any => true,
        }
    }
}

/// One path and method that at least one version of the service declares.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServiceRoute {
    /// The custom path; `/` is the API address itself, with or without a final slash.
    pub path: String,
    /// The method.
    pub method: Method,
    /// Which versions declare it: indices into the service's versions.
    pub versions: Vec<usize>,
    /// The path as a request target, made once.
    onward: Uri,
}

impl ServiceRoute {
    /// A route to the versions at these indices.
    pub fn new(path: String, method: Method, versions: Vec<usize>) -> Self {
        // What may stand in a path and has its escapes is a request target; paths that do not begin with `/` are refused
        // when a package is imported.
        let onward = Uri::try_from(&*encoded(&path)).unwrap_or_default();
        Self {
            path,
            method,
            versions,
            onward,
        }
    }
    /// The path as it is sent to a model.
    pub fn onward(&self) -> &Uri {
        &self.onward
    }
    /// The union of what `models` declare, in the order of declaration.
    pub fn union<'a>(models: impl Iterator<Item = (usize, &'a Model)>) -> Vec<ServiceRoute> {
        let mut routes: Vec<ServiceRoute> = Vec::new();
        for (index, model) in models {
            for api in model.spec.iter().flat_map(|spec| &spec.apis) {
                let method = Method::declared(&api.method);
                match routes
                    .iter_mut()
                    .find(|route| route.path == api.url && route.method == method)
                {
                    Some(route) => route.versions.push(index),
                    None => routes.push(ServiceRoute::new(api.url.clone(), method, vec![index])),
                }
            }
        }
        routes
    }
    /// Whether a model declares exactly this path and method.
    pub fn is_declared_by(&self, model: &Model) -> bool {
        let apis = model.spec.iter().flat_map(|spec| &spec.apis);
        apis.into_iter()
            .any(|api| api.url == self.path && Method::declared(&api.method) == self.method)
    }
    /// Whether a decoded path below the API address is this route's. Paths are compared exactly: `/test` and `/test/`
    /// differ; only the address itself may end with a slash or not.
    pub fn has_path(&self, below: &str) -> bool {
        if self.path == "/" {
            below.is_empty() || below == "/"
        } else {
            self.path == below
        }
    }
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
