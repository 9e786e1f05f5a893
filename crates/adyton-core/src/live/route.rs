//! The paths of a service, relative to its API address.

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
}

impl ServiceRoute {
    /// The union of what `models` declare, in the order of declaration.
    pub fn union<'a>(models: impl Iterator<Item = (usize, &'a Model)>) -> Vec<ServiceRoute> {
        let mut routes: Vec<ServiceRoute> = Vec::new();
        for (index, model) in models {
            for api in model.spec.iter().flat_map(|spec| &spec.apis) {
                let method = if api.method == "ANY" {
                    Method::Any
                } else {
                    Method::Only(api.method.to_ascii_uppercase())
                };
                match routes
                    .iter_mut()
                    .find(|route| route.path == api.url && route.method == method)
                {
                    Some(route) => route.versions.push(index),
                    None => routes.push(ServiceRoute {
                        path: api.url.clone(),
                        method,
                        versions: vec![index],
                    }),
                }
            }
        }
        routes
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
