//! A gateway with everything that it reads, made by hand: tenants, keys, services, an instance table, a clock that stands.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use adyton_core::clock::{Clock, Timestamp};
use adyton_core::digest::Sha256;
use adyton_core::id::{
    AccessKeyId, ApiId, AppCodeId, AppId, AppKey, AuthorisationId, DomainId, InstanceId, ModelId, ProjectId,
    RequestId, ServiceId, UserId,
};
use adyton_core::instances::{
    Calls, InstanceSeen, InstanceStatus, Instances, LogLine, LogPart, Restarting, ServiceSeen,
};
use adyton_core::journal::JournalReader as _;
use adyton_core::live::{Change, Live, LiveCell};
use adyton_core::model::{ApiDeclaration, Engine, Model, ModelSpec};
use adyton_core::record::Record;
use adyton_core::sample;
use adyton_core::secret::Secret;
use adyton_core::service::{Service, ServiceStatus, Version};
use adyton_core::tenant::{
    AccessKey, App, AppCode, Assignment, Authorisation, Domain, Project, Role, Scope, TokenKey, User,
};
use adyton_core::usage::InstanceUsage;
use adyton_gateway::journal::{Journal, JournalSettings};
use adyton_gateway::settings::GatewaySettings;
use adyton_gateway::{Gateway, GatewayParts};
use adyton_identity::{Identity, Methods};
use adyton_runtime::targets::{
    Instance, ServiceTargets, Tally, Target, Targets, Unavailable, VersionTargets,
};
use adyton_sign::{Outgoing, OutgoingBody, sign};

use crate::client::{Ask, Client, Reply};
use crate::model::{Act, Program};

pub(crate) const DOMAIN: DomainId = DomainId::from_bits(1);
pub(crate) const PROJECT: ProjectId = ProjectId::from_bits(2);
pub(crate) const OTHER_PROJECT: ProjectId = ProjectId::from_bits(3);
pub(crate) const ADMIN: UserId = UserId::from_bits(4);
pub(crate) const AUDITOR: UserId = UserId::from_bits(5);
pub(crate) const APP: AppId = AppId::from_bits(6);
pub(crate) const STRANGER: AppId = AppId::from_bits(7);
pub(crate) const MODEL: ModelId = ModelId::from_bits(8);
pub(crate) const INSTANCE: InstanceId = InstanceId::from_bits(9);
/// The service that tests call.
pub(crate) const SERVICE: ServiceId = ServiceId::from_bits(0x10);
pub(crate) const ACCESS: &str = "AAAAAAAAAAAAAAAAAAAA";
pub(crate) const SECRET: &str = "the admin's secret key";
pub(crate) const APP_KEY: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const APP_SECRET: &str = "the app's secret";
pub(crate) const STRANGER_KEY: &str = "ffffffffffffffffffffffffffffffff";
pub(crate) const APP_CODE: &str = "an-app-code-of-at-least-sixty-four-characters-0123456789-0123456789";

static BINDING: Mutex<()> = Mutex::new(());

/// What the reconciler would say.
#[derive(Default)]
pub(crate) struct Seen {
    services: Mutex<BTreeMap<u128, ServiceStatus>>,
    instances: Mutex<Vec<InstanceSeen>>,
    error: Mutex<String>,
    breaks: AtomicBool,
    /// What instances have taken.
    pub(crate) usage: Mutex<Vec<InstanceUsage>>,
}

impl Instances for Seen {
    fn service(&self, id: ServiceId) -> Option<ServiceSeen> {
        assert!(!self.breaks.load(Ordering::SeqCst), "a defect, on purpose");
        let status = *self.services.lock().unwrap().get(&id.bits())?;
        let transition_at = Timestamp::default();
        Some(ServiceSeen {
            status,
            error: self.error.lock().unwrap().clone(),
            transition_at,
            instances: self.instances.lock().unwrap().clone(),
            ..sample::service_seen()
        })
    }
    fn rollouts(&self) -> tokio::sync::watch::Receiver<u64> {
        tokio::sync::watch::Sender::new(0).subscribe()
    }
    fn log(&self, _: ServiceId, _: usize) -> Vec<LogLine> {
        Vec::new()
    }
    fn log_after(&self, _: ServiceId, _: u64, _: usize) -> LogPart {
        LogPart::default()
    }
    fn calls(&self, _: ServiceId, _: Option<ModelId>) -> Calls {
        Calls::default()
    }
    fn usage(&self) -> Vec<InstanceUsage> {
        self.usage.lock().unwrap().clone()
    }
}

pub(crate) struct World {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) clock: Clock,
    pub(crate) cell: LiveCell,
    pub(crate) targets: Arc<Targets>,
    pub(crate) identity: Arc<Identity>,
    pub(crate) journal: Journal,
    pub(crate) seen: Arc<Seen>,
    pub(crate) tally: Arc<Tally>,
    _folder: tempfile::TempDir,
}

impl World {
    /// A gateway of one worker, without a throttle.
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut GatewaySettings)) -> Self {
        Self::on(Clock::manual(Timestamp::from_seconds(1_790_000_000)), change)
    }

    pub(crate) fn on(clock: Clock, change: impl FnOnce(&mut GatewaySettings)) -> Self {
        let mut settings = GatewaySettings {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            threads: 1,
            default_per_second: 0,
            ..GatewaySettings::default()
        };
        change(&mut settings);
        let folder = tempfile::tempdir().expect("a folder");
        let mut keep = JournalSettings::new(folder.path());
        keep.poll = Duration::from_millis(1);
        // A test is one source, and refused faster than any stranger.
        keep.strangers_per_second = u32::MAX;
        let (journal, recorders) = Journal::open(keep, settings.threads, clock.clone()).expect("a journal");
        let cell = LiveCell::new(Live::default());
        let (targets, seen) = (Targets::new(), Arc::new(Seen::default()));
        let identity = Arc::new(Identity::new(clock.clone(), adyton_identity::Settings::default()));
        let instances: Arc<dyn Instances> = seen.clone();
        let parts = GatewayParts {
            live: cell.clone(),
            targets: Arc::clone(&targets),
            instances,
            identity: Arc::clone(&identity),
            recorders,
            clock: clock.clone(),
        };
        let gateway = {
            // A port is picked, and then bound so that others may bind it too: two worlds at a time could get the same.
            let _one_at_a_time = BINDING.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::new(Gateway::bind(settings, parts, None).expect("a port"))
        };
        let world = Self {
            gateway,
            clock,
            cell,
            targets,
            identity,
            journal,
            seen,
            tally: Arc::default(),
            _folder: folder,
        };
        world.furnish();
        world.gateway.start().expect("threads");
        world
    }

    fn furnish(&self) {
        let now = self.clock.now();
        let user = |id, name: &str, role, scope| {
            let assignments = vec![Assignment { role, scope }];
            Change::User(User {
                id,
                name: name.into(),
                domain: DOMAIN,
                enabled: true,
                token_epoch: 1,
                assignments,
            })
        };
        let project = |id, name: &str| {
            Change::Project(Project {
                id,
                name: name.into(),
                domain: DOMAIN,
            })
        };
        self.apply([
            Change::Domain(Domain {
                id: DOMAIN,
                name: "domain".into(),
            }),
            project(PROJECT, "project"),
            project(OTHER_PROJECT, "other"),
            user(ADMIN, "admin", Role::Administrator, Scope::Domain(DOMAIN)),
            user(AUDITOR, "auditor", Role::Auditor, Scope::Domain(DOMAIN)),
            Change::TokenKey(TokenKey {
                id: 1,
                secret: Secret::new([7; 32]),
                created_at: now.before(Duration::from_secs(60)),
            }),
            Change::AccessKey(self.access_key()),
            Change::App(app(APP, APP_KEY)),
            Change::App(app(STRANGER, STRANGER_KEY)),
            Change::Model(Box::new(model())),
            Change::Service(Box::new(service())),
            Change::Authorisation(Authorisation {
                id: AuthorisationId::from_bits(1),
                app: APP,
                api: service().api,
                created_at: now,
            }),
        ]);
        self.seen
            .services
            .lock()
            .unwrap()
            .insert(SERVICE.bits(), ServiceStatus::Running);
    }

    pub(crate) fn access_key(&self) -> AccessKey {
        AccessKey {
            id: AccessKeyId::new(ACCESS),
            user: ADMIN,
            secret: Secret::new(SECRET.into()),
            enabled: true,
            created_at: Timestamp::default(),
            description: String::new(),
        }
    }

    /// Publishes changes of the live state.
    pub(crate) fn apply(&self, changes: impl IntoIterator<Item = Change>) {
        let mut live = (*self.cell.load()).clone();
        for change in changes {
            let revision = live.revision() + 1;
            live.apply(revision, change);
        }
        self.cell.publish(live);
    }

    /// Changes the service.
    pub(crate) fn change_service(&self, change: impl FnOnce(&mut Service)) {
        let mut service = self
            .cell
            .load()
            .service(SERVICE)
            .expect("the service")
            .service
            .clone();
        change(&mut service);
        self.apply([Change::Service(Box::new(service))]);
    }

    /// What the reconciler says of the service.
    pub(crate) fn says(&self, status: ServiceStatus) {
        self.seen.services.lock().unwrap().insert(SERVICE.bits(), status);
    }

    /// The reconciler says of the service that something is wrong.
    pub(crate) fn is_concerning(&self, error: &str) {
        *self.seen.error.lock().unwrap() = error.to_owned();
        self.says(ServiceStatus::Concerning);
    }

    /// The service has one instance, which answered until a minute ago, and has ended three times.
    pub(crate) fn restarts(&self, next_start: Timestamp, back_at: Timestamp) -> &Self {
        let restarting = Restarting {
            since: self.clock.now().before(Duration::from_secs(60)),
            last_end: "it ended with signal 9".into(),
            next_start,
            back_at,
        };
        *self.seen.instances.lock().unwrap() = vec![InstanceSeen {
            status: InstanceStatus::Down,
            restarts: 3,
            restarting: Some(restarting),
            ..sample::instance_seen()
        }];
        self.says(ServiceStatus::Concerning);
        self.publish(Vec::new(), Unavailable::Restarting)
    }

    /// From now on, asking what runs panics.
    pub(crate) fn breaks(&self) {
        self.seen.breaks.store(true, Ordering::SeqCst);
    }

    /// The service has one instance: this.
    pub(crate) fn runs(&self, target: Target) -> &Self {
        let instance = Instance::new(INSTANCE, MODEL, target, Arc::clone(&self.tally));
        self.publish(vec![instance], Unavailable::NoInstance)
    }

    pub(crate) fn runs_at(&self, address: SocketAddr) -> &Self {
        self.runs(Target::from(address))
    }

    pub(crate) fn publish(&self, instances: Vec<Arc<Instance>>, otherwise: Unavailable) -> &Self {
        let versions = vec![VersionTargets {
            model: MODEL,
            weight: 100,
            instances,
            // What the service wants says so itself.
            routes: Arc::default(),
        }];
        let targets = ServiceTargets { versions, otherwise };
        self.targets.publish(SERVICE, Some(targets));
        self
    }

    pub(crate) fn token(&self) -> String {
        self.token_of(ADMIN, Scope::Project(PROJECT))
    }

    pub(crate) fn token_of(&self, user: UserId, scope: Scope) -> String {
        let live = self.cell.load();
        let user = live.user(user).expect("the user");
        self.identity
            .issue_token(&live, user, scope, Methods::PASSWORD, None)
            .expect("a token")
            .0
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.gateway.local_addr()
    }

    pub(crate) fn client(&self) -> Client {
        Client::connect(self.address())
    }

    /// A call that has reached a program, which does not answer it.
    pub(crate) fn hanging_call(&self) -> (Program, Client) {
        let program = Program::start(|_| Act::Hang);
        self.runs_at(program.address);
        let mut client = self.client();
        client.send(self.call().bytes());
        program.wait_until_asked(1);
        (program, client)
    }

    /// A prediction by the administrator.
    pub(crate) fn call(&self) -> Ask {
        Ask::new("POST", path(""))
            .header("X-Auth-Token", self.token())
            .body("{}")
    }

    /// Sends one request on a connection of its own.
    pub(crate) fn ask(&self, ask: &Ask) -> Reply {
        let mut client = self.client();
        client.send(ask.bytes());
        client.read_after(&ask.method).expect("an answer")
    }

    /// The record of an answer, or of the newest request.
    pub(crate) fn record(&self, reply: &Reply) -> Record {
        let id: RequestId = reply.header("x-request-id").parse().expect("a request id");
        self.journal.find(id).expect("a journal").expect("a record")
    }

    /// All records, newest first.
    pub(crate) fn records(&self) -> Vec<Record> {
        self.journal
            .search(&Default::default(), None, 1000)
            .expect("a journal")
            .records
    }

    /// The same request, signed.
    pub(crate) fn signed(&self, ask: Ask, key: &str, secret: &str) -> Ask {
        self.signed_at(ask, key, secret, self.clock.now())
    }

    pub(crate) fn signed_at(&self, ask: Ask, key: &str, secret: &str, at: Timestamp) -> Ask {
        let (path, query) = ask.target.split_once('?').unwrap_or((&ask.target, ""));
        let request = Outgoing {
            method: &ask.method,
            path,
            query,
            host: "gateway.test",
            headers: &ask.headers,
            body: OutgoingBody::Hashed(Sha256::of(&ask.body)),
        };
        let signed = sign(&request, key, &Secret::new(secret.to_owned()), at).expect("signed");
        let mut ask = ask.clone();
        ask.headers
            .extend(signed.headers.into_iter().filter(|(name, _)| name != "Host"));
        ask
    }
}

/// A path below the service's API address.
pub(crate) fn path(below: &str) -> String {
    format!("/v1/infers/{SERVICE}{below}")
}

pub(crate) fn app(id: AppId, key: &str) -> App {
    App {
        id,
        project: PROJECT,
        name: format!("app {key}"),
        remark: String::new(),
        key: AppKey::new(key),
        secret: Secret::new(APP_SECRET.into()),
        enabled: true,
        codes: if id == APP { vec![code()] } else { Vec::new() },
        created_at: Timestamp::default(),
        updated_at: Timestamp::default(),
    }
}

fn code() -> AppCode {
    AppCode {
        id: AppCodeId::from_bits(1),
        digest: Sha256::of(APP_CODE.as_bytes()),
        created_at: Timestamp::default(),
    }
}

pub(crate) fn api(url: &str, method: &str) -> ApiDeclaration {
    ApiDeclaration {
        url: url.into(),
        method: method.into(),
        request: None,
        response: None,
    }
}

fn model() -> Model {
    let apis = vec![
        api("/", "POST"),
        api("/only/get", "GET"),
        api("/any", "ANY"),
        api("/a/b c", "POST"),
    ];
    Model {
        id: MODEL,
        project: PROJECT,
        version: "1.0.0".into(),
        spec: Some(ModelSpec {
            ports: None,
            engine: Engine::Command {
                command: vec!["./run".into()],
            },
            apis,
            ..sample::spec(&[])
        }),
        ..sample::model()
    }
}

fn service() -> Service {
    Service {
        id: SERVICE,
        project: PROJECT,
        api: ApiId::from_bits(0x11),
        versions: vec![Version {
            model: MODEL,
            ..sample::version()
        }],
        ..sample::service()
    }
}
