//! Which API is this? The only place that says `APIG.0101`.
//!
//! The path is decoded here, once; what is compared, signed and forwarded is the same path. In this order: `Host`, the
//! encoding, dot segments, the address, the service, the environment, the path, the method.
//!
//! At the Prediction tab's door only services of the project in its path are found: any other looks like none.

use std::borrow::Cow;
use std::cell::RefCell;

use adyton_core::address;
use adyton_core::catalogue::Reason;
use adyton_core::evidence::Evidence;
use adyton_core::id::{ProjectId, ServiceId};
use adyton_core::live::{Live, LiveService, ServiceRoute};
use adyton_runtime::targets::{self, VersionTargets};
use adyton_sign::EncodedSlash;
use http::HeaderMap;
use http::header::HeaderName;

use crate::arrival::{Arrival, Entrance};
use crate::pipeline::refused::Refused;
use crate::trail::Trail;

pub(crate) mod host;
pub(crate) mod path;

const X_STAGE: HeaderName = HeaderName::from_static("x-stage");
/// The environment that services are published in, and the default of `X-Stage`.
const RELEASE: &str = "RELEASE";

/// A request fits a published API: one path and method of one service.
#[derive(Clone, Copy)]
pub(crate) struct Found<'l> {
    service: &'l LiveService,
    route: &'l ServiceRoute,
}

impl<'l> Found<'l> {
    /// The service.
    pub(crate) fn service(&self) -> &'l LiveService {
        self.service
    }
    /// The path and method that fit.
    pub(crate) fn route(&self) -> &'l ServiceRoute {
        self.route
    }
}

/// Finds the API of a request. `targets` say who still serves; `slash` is what `%2F` in a path is.
pub(crate) fn find<'l>(
    live: &'l Live,
    targets: &RefCell<targets::Reader>,
    slash: EncodedSlash,
    arrival: &Arrival,
    trail: &mut Trail,
) -> Result<Found<'l>, Box<Refused>> {
    let head = &arrival.head;
    let sent = arrival.sent();
    host::check(&sent.uri, sent.version, &sent.headers)
        .map_err(|problem| Refused::request(Reason::RequestHost, problem))?;
    let within = match &arrival.door {
        Entrance::Address => Within::Any,
        Entrance::PredictionTab(guest) => Within::Project(guest.project),
    };
    let question = Question {
        within,
        path: head.uri.path(),
        method: head.method.as_str(),
        headers: &head.headers,
        slash,
    };
    question.resolve(live, targets, trail)
}

/// What a request asks for.
struct Question<'a> {
    within: Within,
    path: &'a str,
    method: &'a str,
    headers: &'a HeaderMap,
    slash: EncodedSlash,
}

/// Among which services is looked.
#[derive(Clone, Copy)]
enum Within {
    /// All.
    Any,
    /// Those of a project; none at all for what is no project.
    Project(Option<ProjectId>),
}

impl Within {
    fn holds(self, service: &LiveService) -> bool {
        match self {
            Self::Any => true,
            Self::Project(project) => project == Some(service.service.project),
        }
    }
}

impl Question<'_> {
    fn resolve<'l>(
        &self,
        live: &'l Live,
        targets: &RefCell<targets::Reader>,
        trail: &mut Trail,
    ) -> Result<Found<'l>, Box<Refused>> {
        let path = match path::decoded(self.path, self.slash) {
            Ok(path) => path,
            Err(path::Fault::Encoding) => {
                return Err(self.refused(Reason::RouteBadEncoding, None, self.path));
            }
            Err(path::Fault::DotSegment) => {
                return Err(self.refused(Reason::RouteDotSegment, None, self.path));
            }
        };
        let Some((id, below)) = address::split_service(&path) else {
            return Err(self.refused(Reason::RouteNotAnApiAddress, None, &path));
        };
        let Some(id) = ServiceId::parse(id.as_bytes()) else {
            return Err(self.refused(Reason::RouteMalformedServiceId, None, &path));
        };
        let Some(service) = live.service(id).filter(|service| self.within.holds(service)) else {
            return Err(self.refused(Reason::RouteNoSuchService, Some(id), below));
        };
        trail.found(service);
        if self.headers.get_all(X_STAGE).iter().any(|stage| stage != RELEASE) {
            return Err(self.refused(Reason::RouteNotInStage, Some(id), below));
        }
        match choose(&service.routes, below, self.method) {
            Ok(route) => Ok(Found { service, route }),
            Err(reason) => match self.serves_still(targets, service, below) {
                Some(route) => Ok(Found { service, route }),
                None => Err(self.refused(reason, Some(id), below)),
            },
        }
    }

    /// A path that the service does not want any more, while a version that declares it still answers: a change takes no
    /// path away before what it brings is ready.
    fn serves_still<'l>(
        &self,
        targets: &RefCell<targets::Reader>,
        service: &'l LiveService,
        below: &str,
    ) -> Option<&'l ServiceRoute> {
        let route = choose(&service.former_routes, below, self.method).ok()?;
        let mut targets = targets.borrow_mut();
        let serving = targets.current().service(service.service.id)?;
        let declares = |version: &VersionTargets| service.declares(version.model, route);
        serving.versions.iter().any(declares).then_some(route)
    }

    /// A refusal with the facts that the nearest route can be found from, should somebody ask.
    fn refused(&self, reason: Reason, service: Option<ServiceId>, path: &str) -> Box<Refused> {
        let stages = self.headers.get_all(X_STAGE).iter();
        let stages: Vec<Cow<'_, str>> = stages
            .map(|stage| String::from_utf8_lossy(stage.as_bytes()))
            .collect();
        let stage = match stages.as_slice() {
            [] => RELEASE.to_owned(),
            stages => stages.join(", "),
        };
        let cut = |text: &str| text[..text.floor_char_boundary(2048)].replace(path::KEPT_SLASH, "%2F");
        let evidence = Evidence::Route {
            service,
            path: cut(path),
            method: cut(self.method),
            stage: cut(&stage),
        };
        Refused::new(reason, evidence)
    }
}

/// The route that a path and method fit; else whether it was the path or the method that did not.
fn choose<'r>(routes: &'r [ServiceRoute], below: &str, method: &str) -> Result<&'r ServiceRoute, Reason> {
    let mut reason = Reason::RouteUndeclaredPath;
    for route in routes.iter().filter(|route| route.has_path(below)) {
        if route.method.admits(method) {
            return Ok(route);
        }
        reason = Reason::RouteWrongMethod;
    }
    Err(reason)
}

#[cfg(test)]
mod tests;
