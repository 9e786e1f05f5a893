//! Wrong URLs at the domain name of a group: the nearest API of that group, and of no other.

use super::super::{Nearest, Part};
use super::*;
use crate::api::{Api, Backend, Callers, FixedAnswer, Group, Method, PathPattern, RELEASE};
use crate::id::GroupId;

const HOST: &str = "shop.example";
const GROUP: GroupId = GroupId::from_bits(0x20);
const OTHERS: GroupId = GroupId::from_bits(0x21);

/// The sample state with APIs at `shop.example`, one of which is another project's, and one at `others.example`.
fn with_apis() -> Live {
    let mut live = live();
    for (id, project, domain) in [(GROUP, MINE, HOST), (OTHERS, THEIRS, "others.example")] {
        live.apply(
            2,
            Change::Group(Group {
                id,
                project,
                name: domain.into(),
                domains: vec![domain.into()],
            }),
        );
    }
    let apis = [
        ("order", GROUP, MINE, "POST", "/orders/{order}/items", RELEASE),
        ("files", GROUP, MINE, "GET", "/files/*", RELEASE),
        ("status", GROUP, MINE, "GET", "/status", "TEST"),
        ("tokens", GROUP, MINE, "POST", "/v3/tokens", RELEASE),
        ("foreign", GROUP, THEIRS, "POST", "/orders/{order}/item", RELEASE),
        ("elsewhere", OTHERS, THEIRS, "POST", "/orders/{order}", RELEASE),
    ];
    for (at, (name, group, project, method, path, environment)) in apis.into_iter().enumerate() {
        let api = Api {
            id: ApiId::from_bits(0x100 + at as u128),
            project,
            name: name.into(),
            group,
            environment: environment.into(),
            method: Method::declared(method),
            path: PathPattern::new(path),
            callers: Callers {
                iam: true,
                app: true,
                app_code: true,
            },
            calls_per_second: None,
            timeout: None,
            backend: Backend::Fixed(FixedAnswer {
                status: http::StatusCode::OK,
                headers: http::HeaderMap::new(),
                body: bytes::Bytes::new(),
            }),
        };
        live.apply(2, Change::Api(Box::new(api)));
    }
    live
}

fn wrong(reason: Reason, method: &str, path: &str, stage: Option<&str>) -> Record {
    let evidence = Evidence::Route {
        service: None,
        path: path.into(),
        method: method.into(),
        stage: stage.unwrap_or(RELEASE).into(),
        is_stage_repeated: false,
        holder: None,
    };
    Record {
        host: "Shop.Example:8080".into(),
        method: method.into(),
        path: path.into(),
        stage: stage.map(str::to_owned),
        project: None,
        service: None,
        api: None,
        ..refused(reason, evidence)
    }
}

fn nearest(record: &Record) -> Vec<Nearest> {
    explain(record, &with_apis(), Reader::Project(MINE), None).nearest
}

#[test]
fn each_part_that_is_wrong_is_named_with_the_path_to_call() {
    use Part::*;
    let (path, method) = (Reason::RouteNotAnApiAddress, Reason::RouteWrongMethod);
    for (reason, sent, stage, parts, name, to_call) in [
        (
            method,
            "GET /orders/7/items",
            None,
            &[Method][..],
            "order",
            "POST /orders/7/items",
        ),
        (
            method,
            "post /orders/7/items",
            None,
            &[Method],
            "order",
            "POST /orders/7/items",
        ),
        (
            path,
            "POST /Orders/7/Items",
            None,
            &[Path],
            "order",
            "POST /orders/7/items",
        ),
        (
            path,
            "POST /orders/7/items/",
            None,
            &[Path],
            "order",
            "POST /orders/7/items",
        ),
        (
            path,
            "POST /orders/7",
            None,
            &[Path],
            "order",
            "POST /orders/7/items",
        ),
        (
            path,
            "POST /orders",
            None,
            &[Path],
            "order",
            "POST /orders/{order}/items",
        ),
        (
            path,
            "POST /orders/items",
            None,
            &[Path],
            "order",
            "POST /orders/{order}/items",
        ),
        (
            path,
            "POST /orders/7/items/8",
            None,
            &[Path],
            "order",
            "POST /orders/7/items",
        ),
        (
            path,
            "POST /ordres/a b/items",
            None,
            &[Path],
            "order",
            "POST /orders/a%20b/items",
        ),
        (
            path,
            "GET /file/a/b.txt",
            None,
            &[Path],
            "files",
            "GET /files/a/b.txt",
        ),
        (
            method,
            "POST /files/a/b.txt",
            None,
            &[Method],
            "files",
            "GET /files/a/b.txt",
        ),
        (path, "GET /status", None, &[Environment], "status", "GET /status"),
        (
            path,
            "GET /status/",
            Some("TEST"),
            &[Path],
            "status",
            "GET /status",
        ),
        (
            path,
            "GET /state",
            Some("DEV"),
            &[Path, Environment],
            "status",
            "GET /status",
        ),
        (
            Reason::RouteNotInStage,
            "POST /orders/7/items",
            Some("DEV"),
            &[Environment],
            "order",
            "POST /orders/7/items",
        ),
    ] {
        let (verb, target) = sent.split_once(' ').unwrap();
        let near = nearest(&wrong(reason, verb, target, stage));
        let best = near.first().unwrap_or_else(|| panic!("{sent}: nothing is close"));
        let found: Vec<Part> = best.differs.iter().map(|differs| differs.part).collect();
        let call = format!("{} {}", best.method, best.path);
        assert_eq!(
            (best.owner.name(), call.as_str(), &*found),
            (name, to_call, parts),
            "{sent}"
        );
    }
}

#[test]
fn the_fix_says_what_to_call_and_in_which_environment() {
    let live = with_apis();
    let fix = |record: &Record| explain(record, &live, Reader::Project(MINE), None).fix[0].clone();
    assert_eq!(
        fix(&wrong(Reason::RouteWrongMethod, "GET", "/orders/7/items", None)),
        "Call `POST /orders/7/items` at Shop.Example:8080 (API order; method differs)."
    );
    assert_eq!(
        fix(&wrong(Reason::RouteNotAnApiAddress, "GET", "/status", None)),
        "Send the header `X-Stage: TEST`."
    );
    assert_eq!(
        fix(&wrong(Reason::RouteNotAnApiAddress, "GET", "/favicon.ico", None)),
        "Nothing close is published at Shop.Example:8080."
    );
    // At a group's domain name every path may be an API's.
    assert_eq!(
        fix(&wrong(Reason::RouteNotAnApiAddress, "POST", "/v3/token", None)),
        "Call `POST /v3/tokens` at Shop.Example:8080 (API tokens; path differs)."
    );
    let record = wrong(Reason::RouteWrongMethod, "GET", "/orders/7/items", None);
    let text = explain(&record, &live, Reader::Project(MINE), None).to_text(100, false);
    assert!(
        text.contains("    api         order\n    method      GET → POST"),
        "{text}"
    );
}

#[test]
fn apis_of_other_projects_and_groups_are_never_named() {
    for reader in [
        Reader::Project(MINE),
        Reader::Project(THEIRS),
        Reader::Administrator(DomainId::from_bits(9)),
    ] {
        let record = wrong(Reason::RouteNotAnApiAddress, "POST", "/orders/7/item", None);
        let json = serde_json::to_string(&explain(&record, &with_apis(), reader, None)).unwrap();
        assert!(
            !json.contains("foreign") && !json.contains("elsewhere"),
            "{reader:?}: {json}"
        );
        assert_eq!(
            json.contains("\"order\""),
            reader == Reader::Project(MINE),
            "{reader:?}: {json}"
        );
    }
    let all = explain(
        &wrong(Reason::RouteNotAnApiAddress, "POST", "/orders/7/itms", None),
        &with_apis(),
        Reader::Administrator(DOMAIN),
        None,
    );
    let names: Vec<&str> = all.nearest.iter().map(|near| near.owner.name()).collect();
    assert_eq!(names, ["order", "foreign"]);
}

#[test]
fn nothing_is_guessed_where_nothing_is_near() {
    for path in ["/", "/favicon.ico", "/predictions/poetry", "/x/y/z"] {
        let record = wrong(Reason::RouteNotAnApiAddress, "POST", path, None);
        assert_eq!(nearest(&record), [], "{path}");
    }
}

#[test]
fn what_is_near_is_read_back_as_it_was_written() {
    for record in [
        wrong(Reason::RouteWrongMethod, "GET", "/orders/7/items", None),
        refused(Reason::RouteUndeclaredPath, Evidence::None),
    ] {
        let explanation = explain(&record, &with_apis(), Reader::Project(MINE), None);
        assert!(!explanation.nearest.is_empty());
        let json = serde_json::to_string(&explanation).unwrap();
        assert_eq!(serde_json::from_str::<Explanation>(&json).unwrap(), explanation);
    }
}
