//! What is published close to a wrong URL: computed when somebody asks, among what the reader may know.
//!
//! Each part of a URL is compared by itself, so that the answer says *which* part is wrong: at the domain name of a group among the
//! group's APIs (`nearest/apis.rs`), everywhere else among services (`nearest/services.rs`). Work is bounded: so many routes, so
//! many letters.

mod apis;
mod closeness;
mod pattern;
mod services;

use serde::{Deserialize, Serialize};

use super::Asked;
use crate::address;
use crate::api::RELEASE;
use crate::catalogue::Reason;
use crate::evidence::Evidence;
use crate::id::{ApiId, ServiceId};
use crate::language::{Language, phrase};
use crate::live::{Live, LiveService};
use crate::record::Record;
use crate::spelling::distance;

/// With more letters of an id that differ it is another one. Dashes count here.
const ID_LETTERS: usize = 10;
/// How many routes are shown.
const SHOWN: usize = 3;
/// How many routes are looked at.
const LOOKED_AT: usize = 20_000;
/// A route this far away is no help.
const FARTHEST: usize = 17;

/// A part of a URL or a request line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The start of the path, before the service's id.
    Prefix,
    /// The service's id.
    Service,
    /// The path below the API address.
    Path,
    /// The HTTP method.
    Method,
    /// The environment (`X-Stage`).
    Environment,
}

impl Part {
    /// The word for people.
    pub const fn name_in(self, language: Language) -> &'static str {
        match self {
            Part::Prefix => phrase!(language, "prefix", "前缀"),
            Part::Service => phrase!(language, "service id", "服务 ID"),
            Part::Path => phrase!(language, "path", "路径"),
            Part::Method => phrase!(language, "method", "请求方法"),
            Part::Environment => phrase!(language, "environment", "环境"),
        }
    }
}

/// One part that differs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Difference {
    /// Which.
    pub part: Part,
    /// As sent.
    pub sent: String,
    /// As published.
    pub published: String,
}

/// Whose route it is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Owner {
    /// A service's.
    Service {
        /// The service that publishes it.
        service: ServiceId,
        /// Its name.
        service_name: String,
    },
    /// An API's, of the group that the host names.
    Api {
        /// The API.
        api: ApiId,
        /// Its name.
        api_name: String,
    },
}

impl Owner {
    /// The word for people: `service`, `api`.
    pub const fn kind_in(&self, language: Language) -> &'static str {
        match self {
            Owner::Service { .. } => phrase!(language, "service", "服务"),
            Owner::Api { .. } => "api",
        }
    }
    /// The name.
    pub fn name(&self) -> &str {
        match self {
            Owner::Service { service_name, .. } => service_name,
            Owner::Api { api_name, .. } => api_name,
        }
    }
}

/// A published route that is close.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Nearest {
    /// The service or API that publishes it.
    #[serde(flatten)]
    pub owner: Owner,
    /// The method to use.
    pub method: String,
    /// The path to call, from the host on, as it is sent: with its escapes, and `{name}` where nothing was sent for a parameter.
    pub path: String,
    /// The environment it is published in.
    pub environment: String,
    /// What differs from the request.
    pub differs: Vec<Difference>,
}

/// What is nearest; nothing unless the request was refused for its URL.
pub(super) fn of(asked: &Asked<'_>) -> Vec<Nearest> {
    let record = asked.record;
    let routed = record
        .reason
        .is_some_and(|reason| reason.code() == Reason::RouteNoSuchService.code());
    if !routed {
        return Vec::new();
    }
    let stage = if let Evidence::Route { stage, .. } = &record.evidence {
        // All values, where the header was sent more than once.
        stage
    } else {
        record.stage.as_deref().unwrap_or(RELEASE)
    };
    let mut close = match asked.group() {
        Some(group) => apis::close(asked, group, stage),
        None => services::close(asked, stage),
    };
    close.sort_by(|(one, a), (other, b)| (one, &a.path, &a.method).cmp(&(other, &b.path, &b.method)));
    // Beside something very close, what is far off would only distract.
    let farthest = close.first().map_or(0, |(nearest, _)| nearest * 2 + 2);
    close.retain(|(far, _)| *far <= farthest);
    // Where neither the id nor the path below it is like what was sent, none is nearer than another.
    if close.first().is_some_and(|(_, best)| is_unlike(asked, best)) {
        return Vec::new();
    }
    close
        .into_iter()
        .take(SHOWN)
        .map(|(_, nearest)| nearest)
        .collect()
}

/// The service that a request meant whose URL is wrong, among those that its caller may call; `None` where the URL is not what it
/// was refused for, or is like none of theirs.
pub fn meant_service(
    record: &Record,
    live: &Live,
    may_call: impl Fn(&LiveService) -> bool,
) -> Option<ServiceId> {
    let is_url = record
        .reason
        .is_some_and(|reason| reason.code() == Reason::RouteNoSuchService.code());
    is_url.then(|| services::meant(record, live, may_call)).flatten()
}

/// Whether nothing of the route says that it was meant: its service is another one, and its path is the bare address.
fn is_unlike(asked: &Asked<'_>, best: &Nearest) -> bool {
    let Owner::Service { service, .. } = &best.owner else {
        return false;
    };
    best.path == address::of_service(service) && is_of_no_service(asked, best)
}

/// Whether the nearest route is of a service whose id and name are nothing like what was sent.
pub(super) fn is_of_no_service(asked: &Asked<'_>, best: &Nearest) -> bool {
    let Owner::Service { service_name, .. } = &best.owner else {
        return false;
    };
    if !matches!(
        asked.record.reason,
        Some(Reason::RouteNoSuchService | Reason::RouteMalformedServiceId)
    ) {
        return false;
    }
    let other = best.differs.iter().find(|differs| differs.part == Part::Service);
    other.is_some_and(|differs| {
        let sent = differs.sent.to_ascii_lowercase();
        distance(&sent, &differs.published, ID_LETTERS).is_none()
            && distance(&sent, &service_name.to_ascii_lowercase(), 2).is_none()
    })
}
