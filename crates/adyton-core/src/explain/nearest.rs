//! What is published close to a wrong URL: computed when somebody asks, among what the reader may know.
//!
//! A URL is taken apart (service, path below it, method, environment) and each part is compared by itself, so that the
//! answer says *which* part is wrong. Work is bounded: so many routes, so many letters.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Asked, tab};
use crate::address;
use crate::api::{Method, RELEASE};
use crate::catalogue::Reason;
use crate::evidence::Evidence;
use crate::id::ServiceId;
use crate::live::route::encoded;
use crate::live::{LiveService, ServiceRoute};
use crate::record::Door;
use crate::spelling::distance;

/// How many routes are shown.
const SHOWN: usize = 3;
/// How many routes are looked at.
const LOOKED_AT: usize = 20_000;
/// Beyond this many letters a path is another path.
const PATH_LETTERS: usize = 24;
/// Beyond this many letters an id or a name is another one.
const NAME_LETTERS: usize = 6;
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
    pub const fn name(self) -> &'static str {
        match self {
            Part::Prefix => "prefix",
            Part::Service => "service id",
            Part::Path => "path",
            Part::Method => "method",
            Part::Environment => "environment",
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

/// A published route that is close.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Nearest {
    /// The service that publishes it.
    pub service: ServiceId,
    /// Its name.
    pub service_name: String,
    /// The method to use.
    pub method: String,
    /// The path to call, from the host on, as it is sent: with its escapes.
    pub path: String,
    /// The environment it is published in.
    pub environment: String,
    /// What differs from the request.
    pub differs: Vec<Difference>,
}

/// The request's URL, taken apart.
struct Sent<'a> {
    prefix: &'a str,
    segment: &'a str,
    below: String,
    method: &'a str,
    stage: &'a str,
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
    if address::is_management(&record.path) {
        return Vec::new();
    }
    let stage = match &record.evidence {
        // All values, where the header was sent more than once.
        Evidence::Route { stage, .. } => stage,
        _ => record.stage.as_deref().unwrap_or(RELEASE),
    };
    let mut sent = Sent::of(&record.path, &record.method, stage);
    // Without anything like a service in it a path is near to all and to none.
    if sent.segment.is_empty() && record.service.is_none() {
        return Vec::new();
    }
    let mut named = record.service;
    if let Evidence::Route {
        service,
        path,
        method: _,
        stage: _,
        is_stage_repeated: _,
    } = &record.evidence
    {
        named = named.or(*service);
        if service.is_some() {
            sent.below.clone_from(path);
        }
    }
    let known = named.and_then(|id| asked.reader.service(asked.live, id));
    let mut close: Vec<(usize, Nearest)> = match known {
        Some(service) => sent.routes(service).collect(),
        None => asked
            .live
            .services()
            .filter(|service| asked.reader.sees(asked.live, service.service.project))
            .flat_map(|service| sent.routes(service))
            .take(LOOKED_AT)
            .filter(|(far, _)| *far <= FARTHEST)
            .collect(),
    };
    close.sort_by(|(one, a), (other, b)| (one, &a.path, &a.method).cmp(&(other, &b.path, &b.method)));
    // Beside something very close, what is far off would only distract.
    let farthest = close.first().map_or(0, |(nearest, _)| nearest * 2 + 2);
    close.retain(|(far, _)| *far <= farthest);
    close
        .into_iter()
        .take(SHOWN)
        .map(|(_, mut nearest)| {
            if record.door == Door::PredictionTab {
                let owner = asked.reader.service(asked.live, nearest.service);
                let project = owner.map(|service| service.service.project);
                if let Some(path) = tab::address(project, &nearest.path) {
                    nearest.path = path;
                }
            }
            nearest
        })
        .collect()
}

impl<'a> Sent<'a> {
    /// Finds the segment that was meant as the service: the one after `infers`, or else after something like it.
    fn of(path: &'a str, method: &'a str, stage: &'a str) -> Self {
        let segments: Vec<(usize, &str)> = path
            .split('/')
            .scan(0, |at, segment| {
                let start = *at;
                *at += segment.len() + 1;
                Some((start, segment))
            })
            .collect();
        let after_infers = segments
            .iter()
            .position(|(_, segment)| distance(segment, "infers", 2).is_some())
            .and_then(|at| segments.get(at + 1));
        let like_an_id = segments.iter().find(|(_, segment)| is_like_an_id(segment));
        let (start, segment) = after_infers.or(like_an_id).copied().unwrap_or((path.len(), ""));
        Self {
            prefix: &path[..start],
            segment,
            below: path[start + segment.len()..].to_owned(),
            method,
            stage,
        }
    }

    /// Every route of a service with how far it is from what was sent.
    fn routes(&self, service: &LiveService) -> impl Iterator<Item = (usize, Nearest)> {
        let (service_far, service_differs) = self.service(service);
        service.routes.iter().filter_map(move |route| {
            let mut differs = service_differs.clone();
            let path_far = self.path(route, &mut differs)?;
            let environment_far = self.method_and_stage(route, &mut differs);
            let far = service_far + path_far + environment_far;
            Some((far, published(service, route, self.method, differs)))
        })
    }

    fn service(&self, service: &LiveService) -> (usize, Vec<Difference>) {
        let id = service.service.id.to_string();
        let mut differs = Vec::new();
        let mut far = 0;
        if self.prefix != address::SERVICES {
            far += 1;
            differs.push(Difference {
                part: Part::Prefix,
                sent: self.prefix.to_owned(),
                published: address::SERVICES.to_owned(),
            });
        }
        if self.segment != id {
            let plain = |text: &str| text.to_ascii_lowercase().replace('-', "");
            let by_id = distance(&plain(self.segment), &plain(&id), NAME_LETTERS);
            let by_name = distance(
                &self.segment.to_ascii_lowercase(),
                &service.service.name.to_ascii_lowercase(),
                2,
            );
            far += 1 + by_id.or(by_name).unwrap_or(NAME_LETTERS * 2);
            differs.push(Difference {
                part: Part::Service,
                sent: self.segment.to_owned(),
                published: id,
            });
        }
        (far, differs)
    }

    /// `None` when the path has nothing in common with the route's.
    fn path(&self, route: &ServiceRoute, differs: &mut Vec<Difference>) -> Option<usize> {
        if route.takes(&self.below) {
            return Some(0);
        }
        let below = if self.below.is_empty() { "/" } else { &self.below };
        // A final slash, capitals or a dot segment are one slip, however many letters they are.
        let slips = |text: &str| text.trim_end_matches('/').to_ascii_lowercase();
        let letters = distance(below, route.path.as_str(), PATH_LETTERS)?;
        differs.push(Difference {
            part: Part::Path,
            sent: below.to_owned(),
            published: route.path.as_str().to_owned(),
        });
        Some(if slips(below) == slips(route.path.as_str()) {
            1
        } else {
            letters
        })
    }

    fn method_and_stage(&self, route: &ServiceRoute, differs: &mut Vec<Difference>) -> usize {
        let mut far = 0;
        let is_spelling = route.method.admits(&self.method.to_ascii_uppercase());
        if !route.method.admits(self.method) {
            // What is only spelt in small letters is nearer than another method.
            far += if is_spelling { 1 } else { 2 };
            differs.push(Difference {
                part: Part::Method,
                sent: self.method.to_owned(),
                published: method(&route.method, self.method),
            });
        }
        if self.stage != RELEASE {
            far += 1;
            differs.push(Difference {
                part: Part::Environment,
                sent: self.stage.to_owned(),
                published: RELEASE.to_owned(),
            });
        }
        far
    }
}

/// The method to use. Methods are case-sensitive, so what is only spelt otherwise is meant in capitals.
fn method(method: &Method, sent: &str) -> String {
    const KNOWN: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    match method {
        Method::Only(only) => only.clone(),
        Method::Any => {
            let upper = sent.to_ascii_uppercase();
            if KNOWN.contains(&upper.as_str()) {
                upper
            } else {
                sent.to_owned()
            }
        }
    }
}

fn published(service: &LiveService, route: &ServiceRoute, sent: &str, differs: Vec<Difference>) -> Nearest {
    let below = match route.path.as_str() {
        "/" => Cow::Borrowed(""),
        path => encoded(path),
    };
    Nearest {
        service: service.service.id,
        service_name: service.service.name.clone(),
        method: method(&route.method, sent),
        path: format!("{}{below}", address::of_service(service.service.id)),
        environment: RELEASE.to_owned(),
        differs,
    }
}

/// Long, and of hex digits and dashes alone.
fn is_like_an_id(segment: &str) -> bool {
    segment.len() >= 24
        && segment
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}
