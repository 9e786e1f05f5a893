//! One of each entity, for tests: what they do not care about is filled in here, and a new field is one edit.
//!
//! They belong together: [`live`] is a state in which [`user`] and [`app`] may call [`service`]. A test that needs another one
//! changes what it cares about: `Service { wanted: Wanted::Stopped, ..sample::service() }`.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::address;
use crate::api::{Api, Backend, Callers, Method, PathPattern, RELEASE};
use crate::audit::{AuditKind, AuditRecord, AuditedKind, AuditedThing, FieldChange};
use crate::clock::Timestamp;
use crate::digest::Sha256;
use crate::evidence::Evidence;
use crate::holder::Holder;
use crate::id::{
    AccessKeyId, ApiId, AppCodeId, AppId, AppKey, AuthorisationId, DomainId, GroupId, InstanceId, ModelId,
    ProjectId, RequestId, ServiceId, UserId,
};
use crate::instances::{InstanceSeen, InstanceStatus, Rollout, ServiceSeen};
use crate::live::{Change, Live};
use crate::model::{ApiDeclaration, Engine, Model, ModelSpec, ModelStatus};
use crate::record::{AnsweredBy, CallerSeen, Door, Record, Step};
use crate::secret::Secret;
use crate::service::{Service, ServiceStatus, Version, Wanted};
use crate::tenant::{
    AccessKey, App, AppCode, Assignment, Authorisation, Domain, Project, Role, Scope, TokenKey, User,
};

/// The domain.
pub const DOMAIN: DomainId = DomainId::from_bits(1);
/// The project of all that follows.
pub const PROJECT: ProjectId = ProjectId::from_bits(2);
/// The user.
pub const USER: UserId = UserId::from_bits(4);
/// The public half of the user's access key.
pub const ACCESS_KEY: &str = "AAAAAAAAAAAAAAAAAAAA";
/// The secret half.
pub const SECRET_KEY: &str = "the user's secret key";
/// The app.
pub const APP: AppId = AppId::from_bits(6);
/// Its AppKey.
pub const APP_KEY: &str = "0123456789abcdef0123456789abcdef";
/// Its AppSecret.
pub const APP_SECRET: &str = "the app's secret";
/// Its AppCode.
pub const APP_CODE: &str = "an-app-code-of-at-least-sixty-four-characters-0123456789-0123456789";
/// The model.
pub const MODEL: ModelId = ModelId::from_bits(8);
/// An instance of it.
pub const INSTANCE: InstanceId = InstanceId::from_bits(9);
/// The service.
pub const SERVICE: ServiceId = ServiceId::from_bits(0x10);
/// Its API.
pub const API: ApiId = ApiId::from_bits(0x11);

/// A group of APIs that are no services.
pub const GROUP: GroupId = GroupId::from_bits(0x20);

/// The user renames the app.
pub fn audit_record() -> AuditRecord {
    AuditRecord {
        request: RequestId::of_management(1_700_000_000_000, 0, 1),
        at: long_ago(),
        kind: AuditKind::Change,
        operation: "apps_update".to_owned(),
        method: "PUT".to_owned(),
        path: format!("/v2/{PROJECT}/apigw/instances/{PROJECT}/apps/{APP}"),
        domain: Some(DOMAIN),
        project: Some(PROJECT),
        caller: Some(CallerSeen {
            way: "token".to_owned(),
            id: USER.to_string(),
            name: "ada".to_owned(),
        }),
        credential: None,
        holder: Some(Holder::User(USER)),
        is_proven: true,
        source: "192.0.2.1".to_owned(),
        thing: Some(AuditedThing {
            kind: AuditedKind::App,
            id: APP.to_string(),
            name: "shop".to_owned(),
        }),
        status: 200,
        refusal: None,
        changes: vec![FieldChange {
            field: "name".to_owned(),
            from: Some("store".to_owned()),
            to: Some("shop".to_owned()),
            is_secret: false,
        }],
        similar: 0,
    }
}

/// When everything was made.
pub fn long_ago() -> Timestamp {
    Timestamp::from_seconds(1_700_000_000)
}

/// The domain.
pub fn domain() -> Domain {
    Domain {
        id: DOMAIN,
        name: "domain".into(),
    }
}

/// The project.
pub fn project() -> Project {
    Project {
        id: PROJECT,
        name: "project".into(),
        domain: DOMAIN,
    }
}

/// The user: an administrator of the domain.
pub fn user() -> User {
    User {
        id: USER,
        name: "user".into(),
        domain: DOMAIN,
        enabled: true,
        token_epoch: 1,
        assignments: vec![Assignment {
            role: Role::Administrator,
            scope: Scope::Domain(DOMAIN),
        }],
    }
}

/// The user's access key.
pub fn access_key() -> AccessKey {
    AccessKey {
        id: AccessKeyId::new(ACCESS_KEY),
        user: USER,
        secret: Secret::new(SECRET_KEY.into()),
        enabled: true,
        created_at: long_ago(),
        description: String::new(),
    }
}

/// The app, with one AppCode.
pub fn app() -> App {
    App {
        id: APP,
        project: PROJECT,
        name: "app".into(),
        remark: String::new(),
        key: AppKey::new(APP_KEY),
        secret: Secret::new(APP_SECRET.into()),
        enabled: true,
        codes: vec![app_code(APP_CODE)],
        created_at: long_ago(),
        updated_at: long_ago(),
    }
}

/// An AppCode with this text.
pub fn app_code(text: &str) -> AppCode {
    AppCode {
        id: AppCodeId::from_bits(1),
        digest: Sha256::of(text.as_bytes()),
        created_at: long_ago(),
    }
}

/// The app may call the service.
pub fn authorisation() -> Authorisation {
    Authorisation {
        id: AuthorisationId::from_bits(1),
        app: APP,
        api: API,
        created_at: long_ago(),
    }
}

/// A path that a model answers.
pub fn declaration(method: &str, url: &str) -> ApiDeclaration {
    ApiDeclaration {
        url: url.into(),
        method: method.into(),
        request: None,
        response: None,
    }
}

/// A package that declares these methods and paths.
pub fn spec(apis: &[(&str, &str)]) -> ModelSpec {
    ModelSpec {
        engine: Engine::Onnx {
            file: "model.onnx".into(),
        },
        algorithm: "predict_analysis".into(),
        runtime: None,
        apis: apis
            .iter()
            .map(|(method, url)| declaration(method, url))
            .collect(),
        health: None,
        metrics: None,
        dependencies: None,
        notes: Vec::new(),
        ports: None,
        config: serde_json::Value::Null,
    }
}

/// The model, which answers `POST /`.
pub fn model() -> Model {
    Model {
        id: MODEL,
        project: PROJECT,
        name: "model".into(),
        version: "0.0.1".into(),
        status: ModelStatus::Published,
        failure: crate::language::Bilingual::default(),
        package: None,
        size: 0,
        source_location: String::new(),
        description: String::new(),
        spec: Some(spec(&[("POST", "/")])),
        created_at: long_ago(),
    }
}

/// The service's only version: one instance of the model, with all of the traffic.
pub fn version() -> Version {
    Version {
        model: MODEL,
        weight: 100,
        instance_count: 1,
        specification: String::new(),
        envs: BTreeMap::new(),
        deploy_timeout_seconds: 60,
        restarts: 0,
    }
}

/// The service. Apps may call it, with AppCodes too.
pub fn service() -> Service {
    Service {
        id: SERVICE,
        project: PROJECT,
        name: "service".into(),
        description: String::new(),
        api: API,
        wanted: Wanted::Running,
        versions: vec![version()],
        calls_per_second: None,
        app_auth: true,
        app_code: true,
        generation: 1,
        created_at: long_ago(),
        updated_at: long_ago(),
        owner: "user".into(),
    }
}

/// An API of a group, with this back end: every path and method of it, for all callers.
pub fn api(backend: Backend) -> Api {
    Api {
        id: ApiId::from_bits(0x21),
        project: PROJECT,
        name: "shop".into(),
        group: GROUP,
        environment: RELEASE.into(),
        method: Method::Any,
        path: PathPattern::new("/*"),
        callers: Callers {
            iam: true,
            app: true,
            app_code: true,
        },
        calls_per_second: None,
        timeout: None,
        backend,
    }
}

/// A call of the service that the model answered, of nobody.
pub fn record() -> Record {
    Record {
        id: RequestId::compose(1_700_000_000_000, 0, 0, 1),
        at: long_ago(),
        door: Door::Address,
        source: "127.0.0.1".into(),
        method: "POST".into(),
        host: "gateway.test".into(),
        path: address::of_service(SERVICE),
        query: String::new(),
        stage: None,
        project: Some(PROJECT),
        service: Some(SERVICE),
        api: Some(API),
        model: Some(MODEL),
        instance: Some(INSTANCE),
        caller: None,
        status: 200,
        reason: None,
        step: Step::Dispatch,
        answered_by: AnsweredBy::Model,
        request_bytes: 2,
        response_bytes: 2,
        took_us: 3_210,
        model_us: 3_150,
        head_us: None,
        body_us: None,
        user_agent: "curl".into(),
        evidence: Evidence::None,
    }
}

/// A key that seals tokens since a minute before `now`.
pub fn token_key(now: Timestamp) -> TokenKey {
    TokenKey {
        id: 1,
        secret: Secret::new([7; 32]),
        created_at: now.before(Duration::from_secs(60)),
    }
}

/// All of them.
pub fn changes(now: Timestamp) -> Vec<Change> {
    vec![
        Change::Domain(domain()),
        Change::Project(project()),
        Change::User(user()),
        Change::TokenKey(token_key(now)),
        Change::AccessKey(access_key()),
        Change::App(app()),
        Change::Model(Box::new(model())),
        Change::Service(Box::new(service())),
        Change::Authorisation(authorisation()),
    ]
}

/// The live state that holds all of them, and then these changes.
pub fn live(now: Timestamp, more: impl IntoIterator<Item = Change>) -> Live {
    let mut live = Live::default();
    for change in changes(now).into_iter().chain(more) {
        live.apply(live.revision() + 1, change);
    }
    live
}

/// How [`service`] is seen on a node where it runs as it is wanted.
pub fn service_seen() -> ServiceSeen {
    ServiceSeen {
        generation: service().generation,
        rollout: Some(Rollout::Done),
        status: ServiceStatus::Running,
        progress: 100,
        error: String::new(),
        transition_at: Timestamp::default(),
        instances: Vec::new(),
    }
}

/// An instance of [`service`] that is ready.
pub fn instance_seen() -> InstanceSeen {
    InstanceSeen {
        id: INSTANCE,
        model: MODEL,
        version: Some(0),
        status: InstanceStatus::Ready,
        place: String::new(),
        restarts: 0,
        note: String::new(),
        restarting: None,
    }
}

/// Waits for a condition, for 30 s at most: that bounds a failing test only.
#[track_caller]
pub fn wait_for(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(30), "never: {what}");
        #[expect(clippy::disallowed_methods, reason = "between two looks at a condition")]
        std::thread::sleep(Duration::from_millis(2));
    }
}
