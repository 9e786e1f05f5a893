//! The APIs of a group: path, method and environment of each are compared with what was sent to the group's domain name.

use super::closeness::{self, method_to_use};
use super::{Asked, Difference, FARTHEST, LOOKED_AT, Nearest, Owner, Part, pattern};
use crate::api::{Api, Backend, Method, PathPattern};
use crate::evidence::Evidence;
use crate::id::GroupId;

/// What was sent.
struct SentCall<'a> {
    path: &'a str,
    method: &'a str,
    stage: &'a str,
}

/// The APIs that are close, with how far they are.
pub(super) fn close(asked: &Asked<'_>, group: GroupId, stage: &str) -> Vec<(usize, Nearest)> {
    let record = asked.record;
    let path = if let Evidence::Route { path, .. } = &record.evidence {
        // Decoded, as it was matched.
        path
    } else {
        &record.path
    };
    let sent = SentCall {
        path,
        method: &record.method,
        stage,
    };
    let ours = asked.live.apis().filter(|api| api.group == group);
    ours.filter(|api| asked.reader.sees(asked.live, api.project))
        .flat_map(|api| sent.compared(asked, api))
        .take(LOOKED_AT)
        .filter(|(far, _)| *far <= FARTHEST)
        .collect()
}

impl SentCall<'_> {
    /// The API, or, where a service stands behind it, each route of the service that the API takes.
    fn compared(&self, asked: &Asked<'_>, api: &Api) -> Vec<(usize, Nearest)> {
        match &api.backend {
            Backend::Http(_) | Backend::Fixed(_) => {
                self.route(api, &api.path, &api.method).into_iter().collect()
            }
            Backend::Service(service) => {
                let service = asked.reader.service(asked.live, *service);
                let routes = service.into_iter().flat_map(|service| service.routes.iter());
                routes
                    .filter(|route| api.path.takes(route.path.as_str()))
                    .filter_map(|route| self.route(api, &route.path, &route.method))
                    .collect()
            }
        }
    }

    /// `None` when the path has nothing in common with the pattern.
    fn route(&self, api: &Api, pattern: &PathPattern, method: &Method) -> Option<(usize, Nearest)> {
        let mut differs = Vec::new();
        let (path_far, path) = self.path(pattern, &mut differs)?;
        let method_far = closeness::method(self.method, method, &mut differs);
        let environment_far = closeness::environment(self.stage, &api.environment, &mut differs);
        let nearest = Nearest {
            owner: Owner::Api {
                api: api.id,
                api_name: api.name.clone(),
            },
            method: method_to_use(method, self.method),
            path,
            environment: api.environment.clone(),
            differs,
        };
        Some((path_far + method_far + environment_far, nearest))
    }

    /// How far the path is from the pattern, and the path to call.
    fn path(&self, pattern: &PathPattern, differs: &mut Vec<Difference>) -> Option<(usize, String)> {
        if pattern.takes(self.path) {
            return Some((0, pattern::escaped(self.path, pattern)));
        }
        let (far, path) = pattern::nearest(self.path, pattern)?;
        differs.push(Difference {
            part: Part::Path,
            sent: self.path.to_owned(),
            published: pattern.as_str().to_owned(),
        });
        Some((far, path))
    }
}
