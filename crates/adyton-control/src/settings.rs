//! What the binary gives: settings, and the parts that it connects.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use adyton_core::clock::Clock;
use adyton_core::instances::Instances;
use adyton_core::journal::JournalReader;
use adyton_core::secret::Secret;
use adyton_core::source::AddressRange;
use adyton_identity::{Identity, PredictionTab};
use adyton_listener::Budget;
use adyton_runtime::onnx_models::Onnx;
use adyton_runtime::package::Packages;
use adyton_store::audit_writer::AuditWriter;
use adyton_store::{Feed, Store};

/// What an operator sets, checked by the binary.
#[derive(Clone, Debug)]
pub struct ControlSettings {
    /// Where to listen.
    pub address: SocketAddr,
    /// Scheme and host that API addresses are printed with: `gateway.public_url`, or the gateway's listener.
    pub gateway_url: String,
    /// `control.public_url`: scheme and host that the control plane's own addresses are printed with; `None` takes the
    /// request's `Host`.
    pub control_url: Option<String>,
    /// Names that clients may call this server by, beside addresses, `localhost` and the host of `control_url`:
    /// `control.hosts` and the machine's own. `*` is every name.
    pub hosts: Vec<String>,
    /// `control.trusted_proxies`: peers whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<AddressRange>,
    /// `control.metrics`: who reads `/metrics` without a user's credentials.
    pub metrics: MetricsAccess,
    /// `control.sign_ins`: sign-ins that may wait for their turn at once.
    pub sign_ins: usize,
    /// Folders that `file://` may read model packages from.
    pub import_roots: Vec<PathBuf>,
    /// The folder that keeps whose uploads are whose: `uploads` in the data folder.
    pub uploads: PathBuf,
    /// The largest archive that may be uploaded, in bytes.
    pub upload_limit: u64,
    /// How many uploads a project may keep that no model was imported from yet.
    pub uploads_kept: usize,
    /// Bytes of such uploads together.
    pub uploads_kept_bytes: u64,
    /// The largest upload, in bytes, of a caller whom only its last byte proves.
    pub unproven_upload: u64,
    /// How long such an upload may take.
    pub unproven_upload_time: Duration,
    /// Whether packages may bring code that the server runs: `runtime.run_code`.
    pub run_code: bool,
    /// The one region that `GET /v3/regions` shows.
    pub region: String,
    /// This node's number, part of every request id.
    pub node: u16,
    /// How long a search of the journal, or an explanation, waits for its turn.
    pub longest_wait_for_a_slot: Duration,
    /// How long calls in flight may take when the server stops.
    pub shutdown_grace: Duration,
    /// Open connections; for more, idle ones are closed: `control.max_connections`.
    pub max_connections: usize,
    /// What connections are judged by: `control.first_byte_timeout`, `control.head_timeout`, `control.idle_timeout`,
    /// `control.write_timeout`.
    pub deadlines: adyton_listener::Deadlines,
}

impl ControlSettings {
    /// The defaults, for a listener at `address`, APIs at `gateway_url`, and a data folder.
    pub fn new(address: SocketAddr, gateway_url: impl Into<String>, data: &std::path::Path) -> Self {
        Self {
            address,
            gateway_url: gateway_url.into(),
            control_url: None,
            hosts: Vec::new(),
            trusted_proxies: Vec::new(),
            metrics: MetricsAccess::Loopback,
            sign_ins: 256,
            import_roots: Vec::new(),
            uploads: data.join("uploads"),
            upload_limit: 2 << 30,
            uploads_kept: 100,
            uploads_kept_bytes: 32 << 30,
            unproven_upload: 16 << 20,
            unproven_upload_time: Duration::from_secs(60),
            run_code: true,
            region: "region-1".to_owned(),
            node: 0,
            longest_wait_for_a_slot: Duration::from_secs(5),
            shutdown_grace: Duration::from_secs(30),
            max_connections: 2048,
            deadlines: adyton_listener::Deadlines::DEFAULT,
        }
    }
}

impl ControlSettings {
    /// These settings with what may change while the control plane runs taken from `new`: the names that it is known by, its public
    /// address, the trusted proxies, who reads the metrics, and how long connections may take. The rest is built in at the start.
    #[must_use]
    pub fn reloaded(&self, new: &Self) -> Self {
        Self {
            control_url: new.control_url.clone(),
            hosts: new.hosts.clone(),
            trusted_proxies: new.trusted_proxies.clone(),
            metrics: new.metrics.clone(),
            deadlines: new.deadlines,
            ..self.clone()
        }
    }
}

/// Who reads `/metrics` without a user's credentials. Administrators and auditors always may.
#[derive(Clone)]
pub enum MetricsAccess {
    /// Callers on this machine, unless they come through a proxy.
    Loopback,
    /// Callers who send this as `Authorization: Bearer`.
    Token(Secret<String>),
    /// Everybody.
    Open,
}

/// Never the token.
impl std::fmt::Debug for MetricsAccess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Loopback => "Loopback",
            Self::Token(_) => "Token",
            Self::Open => "Open",
        })
    }
}

/// Gives the metrics in Prometheus' text format.
pub type Metrics = Arc<dyn Fn() -> String + Send + Sync>;

/// Says whether the node is ready, or what it waits for. Does no I/O.
pub type Ready = Arc<dyn Fn() -> Result<(), String> + Send + Sync>;

/// The parts that the control plane works with.
#[derive(Clone)]
pub struct ControlParts {
    /// The truth.
    pub store: Store,
    /// This node's live state and how far it has come. The binary runs `adyton_store::feed::run`.
    pub feed: Feed,
    /// Who calls.
    pub identity: Arc<Identity>,
    /// What runs.
    pub instances: Arc<dyn Instances>,
    /// What was asked.
    pub journal: Arc<dyn JournalReader>,
    /// The Prediction tab's way into the gateway.
    pub prediction_tab: Arc<dyn PredictionTab>,
    /// Where management calls are recorded. Who started it ends it after the control plane.
    pub audit: AuditWriter,
    /// The memory of the process for callers that are not proven; the gateway counts on the same.
    pub unproven: Arc<Budget>,
    /// The model packages.
    pub packages: Packages,
    /// The ONNX runtime that checks models at import.
    pub onnx: Arc<Onnx>,
    /// `/metrics`.
    pub metrics: Metrics,
    /// `/healthz/ready`.
    pub ready: Ready,
    /// The time.
    pub clock: Clock,
}
