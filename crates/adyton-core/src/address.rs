//! Addresses: what a path means, on both listeners. The only place that spells them.
//!
//! - The API address of a service: `/v1/infers/{id}` and what is below it, on the gateway's listener.
//! - The same through the Prediction tab: `/adyton/v1/{project}/services/{id}/predict`, on the control listener.
//! - Which management API a path belongs to, for whoever sent it to the wrong listener, or to an address that is none.
//!
//! Paths are taken as they are given: whoever asks has decoded them, or wants them as they were sent.

use std::fmt;

use crate::catalogue::Surface;
use crate::id::ProjectId;

/// What the API address of every service begins with, before its id.
pub const SERVICES: &str = "/v1/infers/";

/// The API address of a service.
pub fn of_service(id: impl fmt::Display) -> String {
    format!("{SERVICES}{id}")
}

/// Splits the API address of a service behind the segment that should be its id; what is below is empty or begins with `/`.
pub fn split_service(path: &str) -> Option<(&str, &str)> {
    let rest = path.strip_prefix(SERVICES)?;
    Some(rest.split_at(rest.find('/').unwrap_or(rest.len())))
}

/// The Prediction tab's address for a service and what is below it. A project that is not known is left to be filled in.
pub fn of_tab(project: Option<ProjectId>, service: &str, below: &str) -> String {
    let project = project.map_or_else(|| "{project_id}".to_owned(), |id| id.to_string());
    format!("/adyton/v1/{project}/services/{service}/predict{below}")
}

/// Takes the Prediction tab's address apart: the segments of project and service, and what is below, from its `/` on.
pub fn split_tab(path: &str) -> (&str, &str, &str) {
    let mut ends = path.match_indices('/').map(|(at, _)| at);
    let segment = |from: Option<usize>, to: Option<usize>| match from {
        Some(from) => &path[from + 1..to.unwrap_or(path.len())],
        None => "",
    };
    // `/adyton/v1/{project}/services/{service}/predict{below}`
    let mut next = |skip: usize| ends.nth(skip);
    let (project, services) = (next(2), next(0));
    let (service, predict) = (next(0), next(0));
    let below = next(0).map_or("", |at| &path[at..]);
    (segment(project, services), segment(service, predict), below)
}

/// Whether a path is one of the Prediction tab's, as [`split_tab`] takes it apart.
pub fn is_tab(path: &str) -> bool {
    let mut segments = path.split('/').skip(1);
    let mut next = || segments.next().unwrap_or_default();
    let (adyton, version, _project) = (next(), next(), next());
    let (services, _service, predict) = (next(), next(), next());
    [adyton, version, services, predict] == ["adyton", "v1", "services", "predict"]
}

/// Where callers read what became of their own requests, on both listeners; the request's id follows.
pub const OWN_REQUESTS: &str = "/adyton/v1/requests/";
/// The same of their management calls.
pub const OWN_MANAGEMENT_CALLS: &str = "/adyton/v1/audit/";

/// What the addresses of probes begin with, on both listeners. Probes come every few seconds, by whatever name their platform makes up,
/// and learn nothing that matters.
pub const PROBES: &str = "/healthz/";

/// Whether a path is one of a probe.
pub fn is_probe(path: &str) -> bool {
    path.starts_with(PROBES)
}

/// The surface of a path on the control listener, where whatever is no one else's is Adyton's.
pub fn surface(path: &str) -> Surface {
    match path.trim_start_matches('/').split('/').next() {
        Some("v3" | "v3.0") => Surface::Iam,
        Some("v1") => Surface::ModelArts,
        Some("v2") => Surface::Apig,
        _ => Surface::Adyton,
    }
}

/// Whether a path that no API has is that of a management API, sent to the gateway's listener. More is asked than for the
/// [`surface`]: a published API may begin with `/v1` as well.
pub fn is_management(path: &str) -> bool {
    let [first, second, third] = first_segments(path);
    let is_project = second.is_some_and(|id| ProjectId::parse(id.as_bytes()).is_some());
    match first {
        Some("v3" | "v3.0" | "adyton" | "console" | "docs" | "metrics" | "openapi.json") => true,
        Some("v1") => is_project && third != Some("infers"),
        Some("v2") => is_project && third == Some("apigw"),
        _ => false,
    }
}

/// Whether a path is `/v2/{project_id}/services`, or below: the version of the services API that is not served.
pub fn is_services_v2(path: &str) -> bool {
    let [first, _, third] = first_segments(path);
    first == Some("v2") && third == Some("services")
}

/// The project's id, where it stands in front of an otherwise right API address: `/v1/{project}/infers/…`.
pub fn project_in_front(path: &str) -> Option<ProjectId> {
    let [first, second, third] = first_segments(path);
    let project = ProjectId::parse(second?.as_bytes())?;
    (first == Some("v1") && third == Some("infers")).then_some(project)
}

/// The project that the path of a management call names.
pub fn project(path: &str) -> Option<ProjectId> {
    let [first, second, third] = first_segments(path);
    let id = match first? {
        "v1" | "v2" => second?,
        "adyton" => third?,
        _ => return None,
    };
    ProjectId::parse(id.as_bytes())
}

fn first_segments(path: &str) -> [Option<&str>; 3] {
    let mut segments = path.split('/').skip(1);
    [segments.next(), segments.next(), segments.next()]
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn an_address_is_split_behind_the_id() {
        assert_eq!(split_service("/v1/infers/abc"), Some(("abc", "")));
        assert_eq!(split_service("/v1/infers/abc/"), Some(("abc", "/")));
        assert_eq!(split_service("/v1/infers/abc//x/y"), Some(("abc", "//x/y")));
        assert_eq!(split_service("/v1/infers/"), Some(("", "")));
        for other in [
            "/v1/infers",
            "/v1/infersabc",
            "/V1/infers/abc",
            "//v1/infers/abc",
            "",
            "/",
        ] {
            assert_eq!(split_service(other), None, "{other}");
        }
        assert_eq!(split_service(&of_service("abc")), Some(("abc", "")));
    }

    #[test]
    fn the_tabs_address_comes_apart_as_it_was_put_together() {
        let project = ProjectId::from_bits(7);
        let id = project.to_string();
        for below in ["", "/", "/a%2Fb//c", "/predict"] {
            let address = of_tab(Some(project), "s%20s", below);
            assert_eq!(split_tab(&address), (id.as_str(), "s%20s", below), "{address}");
            assert!(is_tab(&address), "{address}");
        }
        assert_eq!(
            of_tab(None, "s", ""),
            "/adyton/v1/{project_id}/services/s/predict"
        );
        for odd in ["", "/", "/adyton/v1", "/adyton/v1/p/services"] {
            let (_, service, below) = split_tab(odd);
            assert_eq!((service, below), ("", ""), "{odd}");
            assert!(!is_tab(odd), "{odd}");
        }
    }

    #[test]
    fn management_addresses_are_told_from_apis() {
        let project = ProjectId::from_bits(7);
        for management in [
            "/v3/auth/tokens".to_owned(),
            "/metrics".to_owned(),
            "/adyton/v1/x".to_owned(),
            format!("/v1/{project}/services"),
            format!("/v2/{project}/apigw/instances"),
        ] {
            assert!(is_management(&management), "{management}");
        }
        for other in [
            "/".to_owned(),
            "/v1/chat/completions".to_owned(),
            "/v2/models".to_owned(),
            "/v2/models/apigw".to_owned(),
            format!("/v2/{project}/models"),
            format!("/v1/{project}/infers/x"),
            of_service("x"),
        ] {
            assert!(!is_management(&other), "{other}");
        }
        assert_eq!(
            project_in_front(&format!("/v1/{project}/infers/x")),
            Some(project)
        );
        assert_eq!(project_in_front(&of_service("x")), None);
        for other in [
            format!("/v1/{project}/services"),
            format!("/v2/{project}/infers/x"),
        ] {
            assert_eq!(project_in_front(&other), None, "{other}");
        }
        assert!(is_services_v2("/v2/p/services/x") && !is_services_v2("/v2/p/service"));
        assert_eq!(surface("/v3.0/x"), Surface::Iam);
        assert_eq!(surface("/v1"), Surface::ModelArts);
        assert_eq!(surface("//v2/x"), Surface::Apig);
        assert_eq!(surface("/healthz"), Surface::Adyton);
        assert!(is_probe("/healthz/live") && !is_probe("/healthz") && !is_probe("/v1/healthz/live"));
    }

    /// Tests spell addresses out; whatever else does would have to be found when one changes.
    #[test]
    fn no_other_source_file_spells_the_api_address() {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("crates/");
        let mut folders = Vec::new();
        for one in std::fs::read_dir(crates).expect("crates/") {
            folders.push(one.expect("an entry").path().join("src"));
        }
        let (mut spelled, mut read) = (Vec::new(), 0);
        while let Some(folder) = folders.pop() {
            let Ok(entries) = std::fs::read_dir(&folder) else {
                continue;
            };
            for entry in entries {
                let path = entry.expect("an entry").path();
                let name = path
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned();
                if path.is_dir() && name != "tests" {
                    folders.push(path);
                } else if name.ends_with(".rs") && name != "tests.rs" && name != "address.rs" {
                    let text = std::fs::read_to_string(&path).expect("a source file");
                    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
                    read += 1;
                    if code.contains(SERVICES.trim_end_matches('/')) {
                        spelled.push(path);
                    }
                }
            }
        }
        assert!(read > 300, "only {read} files were read");
        assert!(spelled.is_empty(), "{spelled:?}");
    }
}
