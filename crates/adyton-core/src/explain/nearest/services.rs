//! The routes of services: a URL is taken apart (prefix, service, path below it, method, environment) and each part is compared
//! by itself.

use super::closeness::{self, method_to_use};
use super::{Asked, Difference, Nearest, Owner, Part, pattern};
use crate::address;
use crate::api::{Method, RELEASE};
use crate::evidence::Evidence;
use crate::id::ServiceId;
use crate::live::{Live, LiveService, ServiceRoute};
use crate::record::{Door, Record};
use crate::spelling::distance;

/// Beyond this many letters an id or a name is another one.
const NAME_LETTERS: usize = 6;

/// The request's URL, taken apart.
struct SentUrl<'a> {
    prefix: &'a str,
    segment: &'a str,
    below: String,
    method: &'a str,
    stage: &'a str,
}

/// The routes that are close, with how far they are.
pub(super) fn close(asked: &Asked<'_>, stage: &str) -> Vec<(usize, Nearest)> {
    let record = asked.record;
    if address::is_management(&record.path) {
        return Vec::new();
    }
    let mut sent = SentUrl::of(&record.path, &record.method, stage);
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
        holder: _,
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
            .filter(|service| asked.reader.service(asked.live, service.service.id).is_some())
            .flat_map(|service| sent.routes(service))
            .take(super::LOOKED_AT)
            .filter(|(far, _)| *far <= super::FARTHEST)
            .collect(),
    };
    if record.door == Door::PredictionTab {
        for (_, nearest) in &mut close {
            sent_to_the_tab(asked, nearest);
        }
    }
    close
}

/// The service that a wrong URL is most like, by id or name, among those that `may_call` lets through.
pub(in crate::explain) fn meant(
    record: &Record,
    live: &Live,
    may_call: impl Fn(&LiveService) -> bool,
) -> Option<ServiceId> {
    let sent = SentUrl::of(&record.path, &record.method, RELEASE);
    if sent.segment.is_empty() || address::is_management(&record.path) {
        return None;
    }
    let far = |service: &LiveService| sent.service(service).0;
    let services = live.services().take(super::LOOKED_AT);
    let close = services.filter(|service| far(service) < NAME_LETTERS * 2);
    let callable = close.filter(|service| may_call(service));
    let nearest = callable.min_by_key(|service| (far(service), service.service.id));
    nearest.map(|service| service.service.id)
}

/// What came through the Prediction tab is sent there again.
fn sent_to_the_tab(asked: &Asked<'_>, nearest: &mut Nearest) {
    let project = match &nearest.owner {
        Owner::Service { service, .. } => asked.reader.service(asked.live, *service),
        Owner::Api { .. } => None,
    };
    let project = project.map(|service| service.service.project);
    if let Some(path) = super::super::tab::address(project, &nearest.path) {
        nearest.path = path;
    }
}

impl<'a> SentUrl<'a> {
    /// Finds the segment that was meant as the service: the one after `infers` or something like it, however many slashes
    /// stand between; else one that looks like an id.
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
            .and_then(|at| segments[at + 1..].iter().find(|(_, segment)| !segment.is_empty()));
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
            let (path_far, path) = self.path(route, &mut differs)?;
            let method_far = closeness::method(self.method, &route.method, &mut differs);
            let environment_far = closeness::environment(self.stage, RELEASE, &mut differs);
            let far = service_far + path_far + method_far + environment_far;
            Some((
                far,
                published(service, &route.method, &path, self.method, differs),
            ))
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

    /// How far the path is from the route's, and what is to be called below the API address; `None` when they have nothing in common.
    fn path(&self, route: &ServiceRoute, differs: &mut Vec<Difference>) -> Option<(usize, String)> {
        let below = if self.below.is_empty() { "/" } else { &self.below };
        let exact = route.exact_target().map(str::to_owned);
        if route.takes(below) {
            let path = exact.unwrap_or_else(|| pattern::escaped(below, &route.path));
            return Some((0, path));
        }
        let (far, path) = match exact {
            Some(path) => (closeness::path(below, route.path.as_str())?, path),
            None => pattern::nearest(below, &route.path)?,
        };
        differs.push(Difference {
            part: Part::Path,
            sent: below.to_owned(),
            published: route.path.as_str().to_owned(),
        });
        Some((far, path))
    }
}

fn published(
    service: &LiveService,
    method: &Method,
    path: &str,
    sent: &str,
    differs: Vec<Difference>,
) -> Nearest {
    let below = if path == "/" { "" } else { path };
    Nearest {
        owner: Owner::Service {
            service: service.service.id,
            service_name: service.service.name.clone(),
        },
        method: method_to_use(method, sent),
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
