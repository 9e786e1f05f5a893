//! Which API is found, at a service's address and at a group's domain name, and which refusal says why none is.

use std::sync::Arc;

use adyton_core::api::{Api, Backend, FixedAnswer, Group, Method, PathPattern};
use adyton_core::catalogue::Reason;
use adyton_core::evidence::Evidence;
use adyton_core::id::{ModelId, ProjectId};
use adyton_core::live::{Change, Routes};
use adyton_core::model::Model;
use adyton_core::sample;
use adyton_core::service::{Service, Wanted};
use adyton_identity::Visitor;
use adyton_runtime::targets::{ServiceTargets, Unavailable, VersionTargets};
use http::request::Builder;
use http::{HeaderMap, StatusCode};

use crate::pipeline::chain::reason;
use crate::pipeline::rig::{Rig, call, path};
use crate::pipeline::route::Behind;

fn refused(rig: &Rig, request: Builder) -> Reason {
    reason(rig.found(&rig.arrival(request, "")))
}

/// What the journal keeps of a refusal: the environment that was asked for, and whether it was asked for twice.
fn stage(rig: &Rig, request: Builder) -> (String, bool) {
    let refused = rig.found(&rig.arrival(request, "")).err().expect("a refusal");
    match *refused.refusal.evidence {
        Evidence::Route {
            stage,
            is_stage_repeated,
            ..
        } => (stage, is_stage_repeated),
        other => panic!("the nearest route is found from it: {other:?}"),
    }
}

#[test]
fn a_service_is_found_by_its_id_and_the_path_of_its_models() {
    let rig = Rig::new();
    let (found, _) = rig.found(&rig.arrival(call(), "")).expect("the sample service");
    assert_eq!(found.api().id, sample::API);
    assert!(matches!(found.behind(), Behind::Service(_)));
    for (uri, expected) in [
        ("/v1/elsewhere", Reason::RouteNotAnApiAddress),
        ("/v1/infers/no-id", Reason::RouteMalformedServiceId),
        (
            "/v1/infers/00000000-0000-0000-0000-0000000000ff",
            Reason::RouteNoSuchService,
        ),
        ("/v1/infers/%zz", Reason::RouteBadEncoding),
        ("/v1/infers/../x", Reason::RouteDotSegment),
    ] {
        assert_eq!(refused(&rig, call().uri(uri)), expected, "{uri}");
    }
    let undeclared = call().uri(path("/no/such/path"));
    assert_eq!(refused(&rig, undeclared), Reason::RouteUndeclaredPath);
    assert_eq!(refused(&rig, call().method("DELETE")), Reason::RouteWrongMethod);
}

#[test]
fn services_are_published_in_release_alone_and_every_stage_that_was_sent_counts() {
    let rig = Rig::new();
    let staged = |stages: &[&str]| {
        stages
            .iter()
            .fold(call(), |call, stage| call.header("x-stage", *stage))
    };
    assert!(rig.found(&rig.arrival(staged(&["RELEASE"]), "")).is_ok());
    assert!(
        rig.found(&rig.arrival(staged(&["RELEASE", "RELEASE"]), ""))
            .is_ok()
    );
    for stages in [&["TEST"][..], &["release"], &["RELEASE", "TEST"], &[""]] {
        assert_eq!(
            refused(&rig, staged(stages)),
            Reason::RouteNotInStage,
            "{stages:?}"
        );
    }
    assert_eq!(stage(&rig, staged(&["TEST"])), ("TEST".to_owned(), false));
    let twice = staged(&["RELEASE", "TEST"]);
    assert_eq!(stage(&rig, twice), ("RELEASE, TEST".to_owned(), true));
}

#[test]
fn at_the_prediction_tab_only_services_of_its_project_are_found() {
    let rig = Rig::new();
    let at_tab = |project| rig.at_tab(project, Visitor::Credentials, call(), "");
    assert!(rig.found(&at_tab(Some(sample::PROJECT))).is_ok());
    let other = ProjectId::from_bits(99);
    for project in [Some(other), None] {
        let found = rig.found(&at_tab(project));
        assert_eq!(reason(found), Reason::RouteNoSuchService, "{project:?}");
    }
}

/// Routes of one declared path.
fn routes(url: &str) -> Arc<Routes> {
    let model = Model {
        spec: Some(sample::spec(&[("POST", url)])),
        ..sample::model()
    };
    Arc::new(Routes::union([(0, &model)].into_iter()))
}

#[test]
fn a_path_that_a_change_takes_away_is_found_while_a_former_version_answers_it() {
    let mut rig = Rig::new();
    let gone = || call().uri(path("/former"));
    assert_eq!(refused(&rig, gone()), Reason::RouteUndeclaredPath);
    rig.targets.publish(
        sample::SERVICE,
        Some(ServiceTargets {
            versions: vec![VersionTargets {
                model: ModelId::from_bits(99),
                weight: 100,
                instances: Vec::new(),
                routes: routes("/former"),
            }],
            otherwise: Unavailable::NoInstance,
        }),
    );
    let arrival = rig.arrival(gone(), "");
    let (found, _) = rig.found(&arrival).expect("a former version declares it");
    let Behind::Service(called) = found.behind() else {
        panic!("a service");
    };
    assert_eq!(called.target(), "/former");
    assert_eq!(called.route().path.as_str(), "/former");
    drop(found);
    rig.change(Change::Service(Box::new(Service {
        wanted: Wanted::Stopped,
        ..sample::service()
    })));
    let stopped = refused(&rig, gone());
    assert_eq!(
        stopped,
        Reason::RouteUndeclaredPath,
        "nothing of a stopped service serves"
    );
}

/// A call at the group's domain name.
fn at_group(method: &str, path: &str) -> Builder {
    http::Request::builder()
        .method(method)
        .uri(path)
        .header("host", "api.test")
}

/// An API of the group at `api.test` that always gives the same answer.
fn published(environment: &str, method: Method, pattern: &str) -> Vec<Change> {
    let group = Group {
        id: sample::GROUP,
        project: sample::PROJECT,
        name: "group".to_owned(),
        domains: vec!["api.test".to_owned()],
    };
    let api = Api {
        environment: environment.to_owned(),
        method,
        path: PathPattern::new(pattern),
        ..sample::api(Backend::Fixed(FixedAnswer {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: bytes::Bytes::new(),
        }))
    };
    vec![Change::Group(group), Change::Api(Box::new(api))]
}

#[test]
fn at_a_domain_name_the_apis_of_its_group_are_found_and_no_service() {
    let mut rig = Rig::new();
    for change in published("RELEASE", Method::Only("GET".to_owned()), "/shop/{item}") {
        rig.change(change);
    }
    let arrival = rig.arrival(at_group("GET", "/shop/7"), "");
    let (found, _) = rig.found(&arrival).expect("the API of the group");
    assert_eq!(found.api().group, sample::GROUP);
    assert!(matches!(found.behind(), Behind::Fixed(_)));
    drop(found);
    assert_eq!(
        refused(&rig, at_group("POST", "/shop/7")),
        Reason::RouteWrongMethod
    );
    assert_eq!(
        refused(&rig, at_group("GET", "/shop")),
        Reason::RouteNotAnApiAddress
    );
    let service = at_group("POST", &path(""));
    assert_eq!(
        refused(&rig, service),
        Reason::RouteNotAnApiAddress,
        "services have paths of their own"
    );
    assert!(
        rig.found(&rig.arrival(call(), "")).is_ok(),
        "everywhere else they are found"
    );
}

#[test]
fn an_api_of_another_environment_is_told_apart_from_none_at_all() {
    let mut rig = Rig::new();
    for change in published("RELEASE", Method::Any, "/shop") {
        rig.change(change);
    }
    let staged = |stage: &str| at_group("GET", "/shop").header("x-stage", stage);
    assert!(rig.found(&rig.arrival(staged("RELEASE"), "")).is_ok());
    assert_eq!(refused(&rig, staged("TEST")), Reason::RouteNotInStage);
    let nowhere = at_group("GET", "/shoes").header("x-stage", "TEST");
    assert_eq!(refused(&rig, nowhere), Reason::RouteNotAnApiAddress);
    let twice = staged("RELEASE").header("x-stage", "RELEASE");
    assert_eq!(
        refused(&rig, twice),
        Reason::RouteNotInStage,
        "two values name no environment"
    );
}
