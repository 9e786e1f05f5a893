//! The APIs of a group: path, method and environment of each are compared with what was sent to the group's domain name.

use super::closeness::{self, method_to_use};
use super::{Asked, Difference, FARTHEST, LOOKED_AT, Nearest, Owner, Part};
use crate::api::{Api, Backend, Method, PathPattern, Segment};
use crate::evidence::Evidence;
use crate::id::GroupId;
use crate::live::route::encoded;

/// What stands for a parameter for which nothing was sent, while paths are compared: one letter that no path has.
const MISSING: &str = "\0";

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

    /// How far the path is from the pattern, and the path to call: what was sent stands where the pattern has parameters, and below
    /// a prefix.
    fn path(&self, pattern: &PathPattern, differs: &mut Vec<Difference>) -> Option<(usize, String)> {
        if pattern.takes(self.path) {
            return Some((0, escaped(self.path, pattern)));
        }
        // A segment too few or too many moves what stands behind it, so parameters are counted from both ends.
        let filled = [false, true].map(|from_the_end| self.filled(pattern, from_the_end));
        let (far, path) = filled
            .into_iter()
            .filter_map(|path| Some((self.apart(&path, pattern)?, path)))
            .min_by_key(|(far, _)| *far)?;
        differs.push(Difference {
            part: Part::Path,
            sent: self.path.to_owned(),
            published: pattern.as_str().to_owned(),
        });
        Some((far, escaped(&path, pattern)))
    }

    fn filled(&self, pattern: &PathPattern, from_the_end: bool) -> String {
        let sent: Vec<&str> = self.path.split('/').skip(1).collect();
        let length = pattern.segments().count();
        let mut path = String::new();
        for (at, segment) in pattern.segments().enumerate() {
            let at = match from_the_end {
                false => Some(at),
                true => (sent.len() + at).checked_sub(length),
            };
            let there = at.and_then(|at| sent.get(at)).filter(|sent| !sent.is_empty());
            path.push('/');
            path.push_str(match segment {
                Segment::Exact(exact) => exact,
                Segment::Parameter => there.unwrap_or(&MISSING),
            });
        }
        if pattern.is_prefix() {
            for below in sent.iter().skip(length) {
                path.push('/');
                path.push_str(below);
            }
        }
        path
    }

    /// How far the sent path is from one that the pattern takes. Where one begins with all segments of the other, only a part at
    /// the end is missing, or too many.
    fn apart(&self, path: &str, pattern: &PathPattern) -> Option<usize> {
        let segments = |path: &str| -> Vec<String> {
            let path = path.trim_matches('/').to_ascii_lowercase();
            path.split('/').map(str::to_owned).collect()
        };
        let (sent, published) = (segments(self.path), segments(path));
        let common = sent
            .iter()
            .zip(&published)
            .take_while(|(one, other)| one == other)
            .count();
        if common > 0 && common == sent.len().min(published.len()) {
            return Some(1 + sent.len().abs_diff(published.len()));
        }
        let letters = closeness::path(self.path, path)?;
        // What was put in from the sent path is alike anyhow, so only the pattern's own letters count.
        let own = pattern.segments().map(|segment| match segment {
            Segment::Exact(exact) => 1 + exact.len(),
            Segment::Parameter => 0,
        });
        (letters * 2 <= own.sum()).then_some(letters)
    }
}

/// A path as it is sent, with its escapes; parameters for which nothing was sent stand there by their names.
fn escaped(path: &str, pattern: &PathPattern) -> String {
    let mut names = pattern.as_str().split('/').skip(1);
    let segments = path.split('/').skip(1).map(|segment| {
        let name = names.next().unwrap_or(segment);
        match segment == MISSING {
            true => name.to_owned(),
            // A slash that was sent encoded is told as it came.
            false => encoded(segment).replace("%252F", "%2F"),
        }
    });
    segments.fold(String::new(), |all, segment| format!("{all}/{segment}"))
}
