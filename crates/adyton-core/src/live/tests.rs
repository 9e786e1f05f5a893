//! The live state: what is applied is found, what is gone is not, and readers see editions whole.

use super::{Change, Live, LiveCell};
use crate::api::{Api, Backend, Group, PathPattern, RELEASE};
use crate::clock::Timestamp;
use crate::digest::Sha256;
use crate::id::{ApiId, AppCodeId, AppId, AppKey, AuthorisationId, GroupId, ModelId, ProjectId, ServiceId};
use crate::model::Model;
use crate::sample;
use crate::secret::Secret;
use crate::service::{Service, Version};
use crate::tenant::{App, AppCode, Authorisation};

fn app(key: &str, codes: &[&str]) -> App {
    App {
        id: AppId::from_bits(1),
        project: ProjectId::from_bits(1),
        name: "shop".into(),
        remark: String::new(),
        key: AppKey::new(key),
        secret: Secret::new("secret".into()),
        enabled: true,
        codes: codes
            .iter()
            .map(|code| AppCode {
                id: AppCodeId::from_bits(1),
                digest: Sha256::of(code.as_bytes()),
                created_at: Timestamp::default(),
            })
            .collect(),
        created_at: Timestamp::default(),
        updated_at: Timestamp::default(),
    }
}

fn model(url: &str) -> Model {
    Model {
        id: ModelId::from_bits(7),
        project: ProjectId::from_bits(1),
        spec: Some(sample::spec(&[("POST", url)])),
        ..sample::model()
    }
}

fn service() -> Service {
    Service {
        id: ServiceId::from_bits(9),
        project: ProjectId::from_bits(1),
        name: "s".into(),
        api: ApiId::from_bits(2),
        versions: vec![Version {
            model: ModelId::from_bits(7),
            ..sample::version()
        }],
        app_auth: false,
        app_code: false,
        ..sample::service()
    }
}

#[test]
fn a_changed_app_is_found_by_its_new_key_and_codes_only() {
    let mut live = Live::default();
    live.apply(1, Change::App(app("old", &["one"])));
    live.apply(2, Change::App(app("new", &["two"])));
    assert!(live.app_by_key("old").is_none() && live.app_by_code(&Sha256::of(b"one")).is_none());
    assert!(live.app_by_key("new").is_some() && live.app_by_code(&Sha256::of(b"two")).is_some());
    assert_eq!(live.revision(), 2);
}

#[test]
fn a_deleted_app_takes_its_authorisations_with_it() {
    let mut live = Live::default();
    let (app_id, api) = (AppId::from_bits(1), ApiId::from_bits(2));
    live.apply(1, Change::App(app("key", &[])));
    let given = Authorisation {
        id: AuthorisationId::from_bits(3),
        app: app_id,
        api,
        created_at: Timestamp::default(),
    };
    live.apply(2, Change::Authorisation(given));
    assert!(live.authorisation(app_id, api).is_some());
    live.apply(3, Change::AppGone(app_id));
    assert!(live.authorisation(app_id, api).is_none());
}

#[test]
fn a_service_shows_the_paths_of_its_models_whichever_came_first() {
    let mut live = Live::default();
    live.apply(1, Change::Service(Box::new(service())));
    live.apply(2, Change::Model(Box::new(model("/predictions/poetry"))));
    let live_service = live.service(ServiceId::from_bits(9)).expect("there");
    assert!(live_service.routes.find("/predictions/poetry", "POST").is_ok());
    assert!(live_service.routes.find("/predictions/poetry/", "POST").is_err());
    let api = live.api(ApiId::from_bits(2)).expect("its API");
    assert_eq!(api.backend, Backend::Service(ServiceId::from_bits(9)));
}

#[test]
fn a_reader_keeps_its_state_until_it_asks_again() {
    let cell = LiveCell::new(Live::default());
    let mut reader = cell.reader();
    let held = reader.get().clone();
    let mut next = (*cell.load()).clone();
    next.apply(5, Change::App(app("key", &[])));
    cell.publish(next);
    assert_eq!(held.revision(), 0);
    assert_eq!(reader.get().revision(), 5);
}

fn group(id: u128, domains: &[&str]) -> Change {
    Change::Group(Group {
        id: GroupId::from_bits(id),
        project: ProjectId::from_bits(1),
        name: "group".into(),
        domains: domains.iter().map(|&name| name.to_owned()).collect(),
    })
}

fn published(id: u128, group: u128, path: &str) -> Change {
    Change::Api(Box::new(Api {
        id: ApiId::from_bits(id),
        project: ProjectId::from_bits(1),
        group: GroupId::from_bits(group),
        path: PathPattern::new(path),
        ..sample::api(Backend::Service(ServiceId::from_bits(9)))
    }))
}

#[test]
fn the_api_of_a_service_is_made_of_its_row_and_goes_with_it() {
    let mut live = Live::default();
    let mut row = service();
    (row.app_auth, row.calls_per_second) = (true, Some(7));
    live.apply(1, Change::Service(Box::new(row)));
    let api = live.api(ApiId::from_bits(2)).expect("its API");
    assert_eq!((api.group, api.calls_per_second), (GroupId::SERVICES, Some(7)));
    assert!(api.callers.app && !api.callers.app_code);
    assert_eq!(api.backend, Backend::Service(ServiceId::from_bits(9)));
    live.apply(2, Change::ServiceGone(ServiceId::from_bits(9)));
    assert!(live.api(ApiId::from_bits(2)).is_none());
}

#[test]
fn an_api_is_published_where_it_was_changed_to_and_nowhere_else() {
    let mut live = Live::default();
    let find = |live: &Live, group: u128, path: &str| {
        let found = live.published(GroupId::from_bits(group), RELEASE, path, "GET");
        found.ok().map(|api| api.id.bits())
    };
    live.apply(1, published(1, 5, "/a"));
    live.apply(2, published(2, 5, "/b"));
    live.apply(3, published(1, 6, "/c"));
    assert_eq!(find(&live, 5, "/a"), None);
    assert_eq!((find(&live, 5, "/b"), find(&live, 6, "/c")), (Some(2), Some(1)));
    live.apply(4, Change::ApiGone(ApiId::from_bits(1)));
    assert_eq!(find(&live, 6, "/c"), None);
    let elsewhere = live.published(GroupId::from_bits(5), "TEST", "/b", "GET");
    assert!(elsewhere.is_err(), "another environment");
}

#[test]
fn a_domain_name_belongs_to_the_group_that_has_it_now() {
    let mut live = Live::default();
    assert!(!live.has_domains());
    live.apply(1, group(5, &["a.test", "b.test"]));
    live.apply(2, group(6, &["b.test"]));
    live.apply(3, group(5, &["a.test"]));
    let at = |live: &Live, host: &[u8]| live.group_at(host).map(GroupId::bits);
    assert_eq!(at(&live, b"A.test:8080"), Some(5));
    assert_eq!(at(&live, b"b.test"), Some(6));
    assert_eq!(at(&live, b"c.test"), None);
    live.apply(4, Change::GroupGone(GroupId::from_bits(6)));
    assert_eq!(at(&live, b"b.test"), None);
}

#[test]
fn indexes_follow_what_uses_what() {
    let mut live = Live::default();
    live.apply(1, Change::Model(Box::new(model("/one"))));
    live.apply(2, Change::Service(Box::new(service())));
    let finds = |live: &Live, path: &str| {
        let service = live.service(ServiceId::from_bits(9)).expect("there");
        service.routes.find(path, "POST").is_ok()
    };
    live.apply(3, Change::Model(Box::new(model("/two"))));
    assert!(finds(&live, "/two") && !finds(&live, "/one"));
    let mut other = service();
    other.versions[0].model = ModelId::from_bits(8);
    live.apply(4, Change::Service(Box::new(other)));
    assert!(
        !finds(&live, "/two"),
        "nothing is left of the version that it had"
    );
    live.apply(5, Change::ServiceGone(ServiceId::from_bits(9)));
    live.apply(6, Change::ModelGone(ModelId::from_bits(7)));
    assert_eq!(live.picture(), Live::default().picture());
}

#[test]
fn what_serves_during_an_update_comes_with_its_service_in_any_order() {
    let id = ServiceId::from_bits(9);
    let mut wanted = service();
    wanted.versions[0].model = ModelId::from_bits(8);
    let former = service().versions;
    let changes = [
        Change::Model(Box::new(model("/one"))),
        Change::Service(Box::new(wanted.clone())),
        Change::Former(id, former.clone()),
    ];
    for order in [[0, 1, 2], [0, 2, 1], [2, 1, 0]] {
        let mut live = Live::default();
        for at in order {
            live.apply(1, changes[at].clone());
        }
        let seen = &live.service(id).expect("there").former;
        assert_eq!(seen.len(), 1, "{order:?}");
        assert_eq!(seen[0].version, former[0]);
        assert!(
            seen[0].model.is_some(),
            "{order:?}: the model is found when it comes"
        );
        live.apply(2, Change::ModelGone(ModelId::from_bits(7)));
        assert!(live.service(id).expect("there").former[0].model.is_none());
        live.apply(3, Change::FormerGone(id));
        assert!(live.service(id).expect("there").former.is_empty());
        live.apply(4, Change::ServiceGone(id));
        assert_eq!(live.picture(), Live::default().picture(), "{order:?}");
    }
}
