//! APIs: what is routed, and what stands behind each.
//!
//! An API belongs to a group, which has the addresses: domain names of its own, or, for the reserved group
//! [`GroupId::SERVICES`], the paths below [`address::SERVICES`](crate::address::SERVICES). In its group an API is found by
//! environment, method and path. Who may call it, how often and for how long is the API's, whatever the [`Backend`] is: a
//! service is one thing that can stand behind an API, and has exactly one in the reserved group.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::endpoint::Address;
use crate::id::{ApiId, GroupId, ProjectId, ServiceId};

pub use crate::path_pattern::{PathPattern, Segment};

/// The environment that is always there, and the default of `X-Stage`.
pub const RELEASE: &str = "RELEASE";

/// The methods that HTTP's own documents define for requests to resources, by which people are asked what they meant. A request
/// may have any other.
pub const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// An HTTP method as an API or a route declares it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Method {
    /// One method, in upper case.
    Only(String),
    /// Every method.
    Any,
}

impl Method {
    /// The method that a declaration names; `ANY` is every one.
    pub fn declared(method: &str) -> Self {
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

/// APIs with addresses in common.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// The project that owns it.
    pub project: ProjectId,
    /// Its name.
    pub name: String,
    /// The domain names that its APIs are found at, in lower case and without a port.
    pub domains: Vec<String>,
}

/// An API as it is published in one environment.
#[derive(Clone, PartialEq, Debug)]
pub struct Api {
    /// Its id: what apps are authorised for, and what a throttle counts by.
    pub id: ApiId,
    /// The project that owns it.
    pub project: ProjectId,
    /// Its name; a service's API has the service's.
    pub name: String,
    /// The group, which has its addresses.
    pub group: GroupId,
    /// The environment that it is published in.
    pub environment: String,
    /// The method; behind the API of a service, the routes of its models say more.
    pub method: Method,
    /// The path.
    pub path: PathPattern,
    /// Who may call it.
    pub callers: Callers,
    /// Calls per second; `None` is the configured default, `Some(0)` no limit.
    pub calls_per_second: Option<u32>,
    /// How long the back end may take to begin its answer; `None` is the configured time.
    pub timeout: Option<Duration>,
    /// Its back end.
    pub backend: Backend,
}

/// Whose credentials an API takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Callers {
    /// Users: tokens and access keys.
    pub iam: bool,
    /// Apps that are authorised for it.
    pub app: bool,
    /// Whether an AppCode counts as an app's credential.
    pub app_code: bool,
}

/// What answers the calls of an API.
#[derive(Clone, PartialEq, Debug)]
pub enum Backend {
    /// A real-time service; the routes of its models say which paths there are.
    Service(ServiceId),
    /// An HTTP server.
    Http(HttpBackend),
    /// Always the same answer, which the gateway gives by itself.
    Fixed(FixedAnswer),
}

/// An HTTP server that receives the calls.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HttpBackend {
    /// Where it answers. The caller's path is added to the base path of the address.
    pub members: Members,
}

/// Where an HTTP back end answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Members {
    /// At one address.
    Single(Address),
    /// At any member of a channel.
    Channel(Vec<Member>),
}

/// One member of a channel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member {
    /// Where it answers.
    pub address: Address,
    /// Its share of the calls; zero gets none.
    pub weight: u32,
}

/// An answer that is always the same.
#[derive(Clone, PartialEq, Debug)]
pub struct FixedAnswer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers, without those that the gateway sets itself.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}
