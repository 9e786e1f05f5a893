//! Which API is this? The only place that says `APIG.0101`.
//!
//! The path is decoded here, once; what is compared, signed and forwarded is the same path. In this order: `Host`, the
//! encoding, dot segments, and then
//!
//! - at a domain name of a group: the environment, the path, the method among the group's APIs;
//! - everywhere else: the address of a service, the service, the environment, the path, the method. The API that a service
//!   has in the reserved group takes all paths below, and the routes of its models say which there are.
//!
//! At the Prediction tab's door only services of the project in its path are found: any other looks like none.

use std::borrow::Cow;
use std::cell::RefCell;

use adyton_core::address;
use adyton_core::api::{Backend, RELEASE};
use adyton_core::catalogue::Reason;
use adyton_core::evidence::Evidence;
use adyton_core::header::X_STAGE;
use adyton_core::id::{GroupId, ProjectId, ServiceId};
use adyton_core::live::route::encoded;
use adyton_core::live::{Live, LiveService, Miss, ServiceRoute};
use adyton_core::record::{ADDRESS_MAX, Door};
use adyton_core::service::Wanted;
use adyton_runtime::targets::{self, VersionTargets};
use adyton_sign::EncodedSlash;
use http::HeaderMap;
use http::header::HOST;

use crate::arrival::Arrival;
use crate::pipeline::refused::Refused;
use crate::trail::Trail;

mod found;
pub(crate) mod host;
pub(crate) mod path;
#[cfg(test)]
mod tests;

use found::Declared;
pub(crate) use found::{Behind, Called, Found};

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
        .map_err(|fact| Refused::request(Reason::RequestHost, fact))?;
    let within = match &arrival.tab_caller {
        None => Within::Any,
        Some(tab_caller) => Within::Project(tab_caller.project),
    };
    let question = RouteQuery {
        within,
        path: head.uri.path(),
        method: head.method.as_str(),
        headers: &head.headers,
        slash,
    };
    let path = question.decoded()?;
    let group = match arrival.door() {
        Door::Address if live.has_domains() => {
            let authority = head
                .uri
                .authority()
                .map(|authority| authority.as_str().as_bytes());
            let host = head.headers.get(HOST).map(|host| host.as_bytes()).or(authority);
            live.group_at(host.unwrap_or_default())
        }
        Door::Address | Door::PredictionTab => None,
    };
    match group {
        Some(group) => question.in_group(live, targets, trail, group, &path),
        None => question.among_services(live, targets, trail, &path),
    }
}

/// What a request asks for.
struct RouteQuery<'a> {
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

impl<'a> RouteQuery<'a> {
    fn decoded(&self) -> Result<Cow<'a, str>, Box<Refused>> {
        path::decoded(self.path, self.slash).map_err(|fault| {
            let reason = match fault {
                path::Fault::Encoding => Reason::RouteBadEncoding,
                path::Fault::DotSegment => Reason::RouteDotSegment,
            };
            self.refused(reason, None, self.path)
        })
    }

    fn among_services<'l>(
        &self,
        live: &'l Live,
        targets: &RefCell<targets::Reader>,
        trail: &mut Trail,
        path: &str,
    ) -> Result<Found<'l>, Box<Refused>> {
        let Some((id, below)) = address::split_service(path) else {
            return Err(self.refused(Reason::RouteNotAnApiAddress, None, path));
        };
        let Some(id) = ServiceId::parse(id.as_bytes()) else {
            return Err(self.refused(Reason::RouteMalformedServiceId, None, path));
        };
        let Some(service) = live.service(id).filter(|service| self.within.holds(service)) else {
            return Err(self.refused(Reason::RouteNoSuchService, Some(id), below));
        };
        trail.found(&service.api, Some(id));
        if self.headers.get_all(X_STAGE).iter().any(|stage| stage != RELEASE) {
            return Err(self.refused(Reason::RouteNotInStage, Some(id), below));
        }
        let called = self.called(targets, service, below)?;
        Ok(Found {
            api: &service.api,
            behind: Behind::Service(called),
        })
    }

    fn in_group<'l>(
        &self,
        live: &'l Live,
        targets: &RefCell<targets::Reader>,
        trail: &mut Trail,
        group: GroupId,
        path: &str,
    ) -> Result<Found<'l>, Box<Refused>> {
        let stage = self.stage();
        let api = live.published(group, &stage, path, self.method).map_err(|miss| {
            let elsewhere = stage != RELEASE && live.published(group, RELEASE, path, self.method).is_ok();
            let reason = match miss {
                Miss::Path if elsewhere => Reason::RouteNotInStage,
                Miss::Path => Reason::RouteNotAnApiAddress,
                Miss::Method => Reason::RouteWrongMethod,
            };
            self.refused(reason, None, path)
        })?;
        let behind = match &api.backend {
            Backend::Service(id) => {
                trail.found(api, Some(*id));
                let Some(service) = live.service(*id) else {
                    return Err(self.refused(Reason::RouteNoSuchService, Some(*id), path));
                };
                Behind::Service(self.called(targets, service, path)?)
            }
            Backend::Http(backend) => {
                trail.found(api, None);
                Behind::Http(backend, kept(encoded(path)).into())
            }
            Backend::Fixed(answer) => {
                trail.found(api, None);
                Behind::Fixed(answer)
            }
        };
        Ok(Found { api, behind })
    }

    /// The route of a service for a path below its address.
    fn called<'l>(
        &self,
        targets: &RefCell<targets::Reader>,
        service: &'l LiveService,
        below: &str,
    ) -> Result<Called<'l>, Box<Refused>> {
        let found = service.routes.find(below, self.method);
        let (route, target) = match found {
            // An exact path has been encoded once; what a pattern takes is another path with each call.
            Ok(route) => match route.exact_target() {
                Some(target) => (Declared::Wanted(route), Cow::Borrowed(target)),
                None => (Declared::Wanted(route), Cow::Owned(kept(route.target(below)))),
            },
            Err(miss) => {
                let Some(route) = self.serves_still(targets, service, below) else {
                    let reason = match miss {
                        Miss::Path => Reason::RouteUndeclaredPath,
                        Miss::Method => Reason::RouteWrongMethod,
                    };
                    return Err(self.refused(reason, Some(service.service.id), below));
                };
                let target = kept(route.target(below));
                (Declared::Former(route), Cow::Owned(target))
            }
        };
        Ok(Called {
            service,
            route,
            target,
        })
    }

    /// A route that the service does not want any more, while a version that declares it still answers: a change takes no
    /// path away before what it brings is ready. Who still answers, and where, is known to the table of targets alone.
    fn serves_still(
        &self,
        targets: &RefCell<targets::Reader>,
        service: &LiveService,
        below: &str,
    ) -> Option<Box<ServiceRoute>> {
        if service.service.wanted == Wanted::Stopped {
            return None;
        }
        let mut targets = targets.borrow_mut();
        let serving = targets.current().service(service.service.id)?;
        let declared = |version: &VersionTargets| version.routes.find(below, self.method).ok().cloned();
        serving.versions.iter().find_map(declared).map(Box::new)
    }

    /// All values of `X-Stage`, as they were sent.
    fn stage(&self) -> Cow<'_, str> {
        let mut stages = self.headers.get_all(X_STAGE).iter();
        let Some(first) = stages.next() else {
            return Cow::Borrowed(RELEASE);
        };
        let first = String::from_utf8_lossy(first.as_bytes());
        let rest = stages.map(|stage| String::from_utf8_lossy(stage.as_bytes()));
        rest.fold(first, |all, stage| format!("{all}, {stage}").into())
    }

    /// A refusal with the facts that the nearest route can be found from, should somebody ask.
    fn refused(&self, reason: Reason, service: Option<ServiceId>, path: &str) -> Box<Refused> {
        let cut = |text: &str| text[..text.floor_char_boundary(ADDRESS_MAX)].replace(path::KEPT_SLASH, "%2F");
        let evidence = Evidence::Route {
            service,
            path: cut(path),
            method: cut(self.method),
            stage: cut(&self.stage()),
            is_stage_repeated: self.headers.get_all(X_STAGE).iter().nth(1).is_some(),
            holder: None,
        };
        Refused::new(reason, evidence)
    }
}

/// An encoded path with the slashes that were kept encoded, as they came.
fn kept(target: Cow<'_, str>) -> String {
    // No other NUL comes this far.
    match target.contains("%00") {
        true => target.replace("%00", "%2F"),
        false => target.into_owned(),
    }
}
