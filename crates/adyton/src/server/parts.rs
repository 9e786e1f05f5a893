//! From the configuration to what each crate wants to know. Nothing is decided here: every value has one source, and what may be
//! said of it is asked where it is used.

use std::ffi::OsString;
use std::path::{Path, absolute};
use std::sync::Arc;
use std::thread::available_parallelism;

use adyton_control::ControlSettings;
use adyton_gateway::journal::{AccessLog, JournalSettings, Reserve};
use adyton_gateway::settings::{GatewaySettings, Limits, Outgoing, Reachable, TimeLimits};
use adyton_listener::files::Connections;
use adyton_runtime::command::CommandSettings;
use adyton_runtime::isolated::Isolation;
use adyton_runtime::onnx::load_into::LoadInto;
use adyton_runtime::onnx::memory::ModelMemory;
use adyton_runtime::onnx::threads::ThreadSettings;
use adyton_runtime::trial::TrialSettings;
use adyton_sign::EncodedSlash;

use super::addresses::machine_names;
use super::metrics_access::metrics_access;
use crate::config::section::{AccessLogPlace, Gateway as GatewaySection};
use crate::config::value::{DatabaseUrl, ReachableNetwork};
use crate::config::{Config, Loaded};
use adyton_cli::client::contexts::Contexts;
use adyton_cli::failure::{Failure, Outcome};
use adyton_cli::language::spoken;
use adyton_cli::said;

/// The access log is rotated at this size.
const ACCESS_LOG_BYTES: u64 = 64 << 20;
/// So many rotated access logs stay.
const ACCESS_LOGS: u32 = 4;
/// Predictions waiting for an inference thread; more are refused (`service.queue_full`).
const WAITING_PREDICTIONS: usize = 1024;
/// Cores of this machine.
pub(crate) fn cores() -> usize {
    available_parallelism().map_or(1, usize::from)
}

/// The store's.
pub(crate) fn store(config: &Config) -> adyton_store::Settings {
    adyton_store::Settings {
        database_url: match &config.general.database_url {
            DatabaseUrl::Sqlite => None,
            DatabaseUrl::Postgres(url) => Some(url.clone()),
        },
        master_key_file: config.general.master_key_file.clone(),
        disk_reserve: config.general.disk_reserve.0,
        audit_days: config.audit.keep_days,
        service_metrics_days: config.control.service_metrics_days,
        faults: None,
    }
}

/// The connections that are wanted on both listeners.
pub(super) fn connections(config: &Config) -> Connections {
    let count = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    Connections {
        gateway: count(config.gateway.max_connections),
        control: count(config.control.max_connections),
    }
}

/// The gateway's. Reads the certificates of `gateway.backend_ca_file`.
pub(super) fn gateway(config: &Config, connections: Connections) -> Outcome<GatewaySettings> {
    let (gateway, limits) = (&config.gateway, &config.limits);
    let threads = match gateway.threads {
        0 => cores(),
        threads => usize::try_from(threads).unwrap_or(1),
    };
    Ok(GatewaySettings {
        listen: gateway.listen,
        threads: threads.clamp(1, 256),
        node: config.general.node.0,
        encoded_slash: if gateway.keep_encoded_slash {
            EncodedSlash::Keep
        } else {
            EncodedSlash::Decode
        },
        limits: Limits {
            address_body: limits.address_body.0,
            prediction_tab_body: limits.prediction_tab_body.0,
            uri: limits.uri.0,
            header: limits.header.0,
            headers: limits.headers.0,
        },
        time_limits: TimeLimits {
            prediction: gateway.prediction_timeout,
            stream: gateway.stream_timeout,
            connect: gateway.connect_timeout,
            body: gateway.body_timeout,
            unproven_body: gateway.unproven_body_time,
            connection: adyton_listener::Deadlines {
                first_byte: gateway.first_byte_timeout,
                head: gateway.head_timeout,
                idle: gateway.idle_timeout,
                write: gateway.write_timeout,
            },
        },
        default_per_second: config.throttle.default_per_second,
        public_url: gateway.public_url.as_ref().map(|url| url.0.clone()),
        trusted_proxies: gateway
            .trusted_proxies
            .iter()
            .map(|network| network.range)
            .collect(),
        hide_query_keys: config.journal.hide_query_keys.clone(),
        max_connections: connections.gateway,
        unproven_memory: gateway.unproven_memory.0,
        upstream_idle: usize::try_from(gateway.upstream_idle).unwrap_or(usize::MAX),
        drain_linger: gateway.drain_linger,
        feed_limit: gateway.feed_limit,
        outgoing: Arc::new(outgoing(gateway)?),
    })
}

fn outgoing(gateway: &GatewaySection) -> Outcome<Outgoing> {
    let allow = &gateway.backend_allow;
    let allow = (!allow.contains(&ReachableNetwork::Auto)).then(|| {
        let reachable = allow.iter().filter_map(|network| match network {
            ReachableNetwork::Auto => None,
            ReachableNetwork::Loopback => Some(Reachable::Loopback),
            ReachableNetwork::Private => Some(Reachable::Private),
            ReachableNetwork::Network(network) => Some(Reachable::Range(network.range)),
        });
        reachable.collect()
    });
    let Some(file) = &gateway.backend_ca_file else {
        return Ok(Outgoing::new(allow, Vec::new()));
    };
    let wrong = |problem: String| {
        Failure::wrong_use(format!("{}: {problem}", file.display())).hint(said!(
            "`gateway.backend_ca_file` names a file with one or more certificates of authorities, each between \
             `-----BEGIN CERTIFICATE-----` and `-----END CERTIFICATE-----`",
            "`gateway.backend_ca_file` 指定的文件应含一个或多个 CA 证书，每个证书位于 `-----BEGIN CERTIFICATE-----` 与 \
             `-----END CERTIFICATE-----` 之间"
        ))
    };
    let text = std::fs::read(file).map_err(|error| {
        wrong(said!(
            "the certificates of authorities cannot be read: {error}",
            "无法读取 CA 证书：{error}"
        ))
    })?;
    Outgoing::new(allow, Vec::new())
        .with_authorities(&text)
        .map_err(|problem| wrong(problem.message_in(spoken())))
}

/// The journal's.
pub(super) fn journal(config: &Config, data: &Path) -> JournalSettings {
    let access_log = match &config.journal.access_log {
        AccessLogPlace::Off => AccessLog::Off,
        AccessLogPlace::Stdout => AccessLog::Stdout,
        AccessLogPlace::File(path) => AccessLog::File {
            path: path.clone(),
            max_bytes: ACCESS_LOG_BYTES,
            keep: ACCESS_LOGS,
        },
    };
    JournalSettings {
        keep_bytes: config.journal.keep_bytes.0,
        strangers_bytes: config.journal.strangers_bytes.0,
        strangers_per_second: config.journal.strangers_per_second,
        keep_days: config.journal.keep_days,
        reserve: Reserve {
            bytes: config.journal.keep_free.0,
            percent: u8::try_from(config.journal.keep_free_percent).unwrap_or(u8::MAX),
        },
        node: config.general.node.0,
        access_log,
        ..JournalSettings::new(data.join("journal"))
    }
}

/// Limits that this process had at its start, for the programs that it runs; `None` is no limit.
pub(super) struct OriginalLimits {
    pub(super) open_files: Option<u64>,
    pub(super) data: Option<u64>,
}

/// How programs of models are run: by this very binary, as their keeper.
pub(super) fn command(
    loaded: &Loaded,
    data: &Path,
    environment: &[(String, String)],
    originals: OriginalLimits,
) -> Outcome<CommandSettings> {
    let own = std::env::current_exe().map_err(|error| {
        Failure::failed(said!(
            "cannot find the path of the adyton executable: {error}",
            "无法确定 adyton 可执行文件的路径：{error}"
        ))
    })?;
    let config = &loaded.config;
    // All that may hold a secret: the contexts of whoever started the server are theirs, not a model's.
    let contexts = Contexts::place(environment).and_then(|file| Some(file.parent()?.to_owned()));
    let secrets = [
        Some(data.to_owned()),
        config.general.master_key_file.clone(),
        config.control.metrics_token_file.clone(),
        loaded.file.clone(),
        contexts,
    ];
    let hidden = secrets
        .into_iter()
        .flatten()
        .filter_map(|path| absolute(path).ok());
    let grace = config.gateway.shutdown_grace;
    let mut keeper: Vec<OsString> = vec![own.into(), "keeper".into()];
    let limits = [("--open-files", originals.open_files), ("--data", originals.data)];
    for (name, limit) in limits {
        if let Some(limit) = limit {
            keeper.extend([name.into(), limit.to_string().into()]);
        }
    }
    Ok(CommandSettings {
        hidden: hidden.collect(),
        readable: config.runtime.readable.clone(),
        ports: config.runtime.program_ports.iter().map(|port| port.0).collect(),
        allowed: config.runtime.run_code,
        grace,
        drain: grace,
        longest_call: config.gateway.prediction_timeout,
        ..CommandSettings::new(keeper, data.join("tmp"))
    })
}

/// How models are tried before the server loads them: by this very binary, which may have been replaced on the disk.
pub(crate) fn trials(config: &Config, data: &Path) -> TrialSettings {
    let (onnx, usual) = (
        &config.onnx,
        TrialSettings::new(
            vec!["/proc/self/exe".into(), "keeper".into()],
            data.join("trials"),
        ),
    );
    TrialSettings {
        memory: match onnx.load_memory.0 {
            0 => usual.memory,
            bytes => TrialSettings::possible_memory(bytes),
        },
        stack: TrialSettings::possible_stack(onnx.load_stack.0),
        time: onnx.load_timeout,
        // A package that would be refused at its deployment is refused at its import.
        into: match onnx.isolation.into() {
            LoadInto::Server => LoadInto::Server,
            LoadInto::ServerIfProven | LoadInto::Sandbox => LoadInto::Sandbox,
        },
        ..usual
    }
}

/// Which models run in processes of their own, and how these are started.
pub(super) fn isolation(config: &Config, data: &Path, memory: ModelMemory) -> Isolation {
    let trials = trials(config, data);
    Isolation {
        into: config.onnx.isolation.into(),
        child: trials.child,
        memory: memory.most,
        stack: inference_stack(config),
    }
}

/// The stack for loading and running models in the server, in bytes: what came through a trial needs no more here, but where frames
/// differ by a little.
fn inference_stack(config: &Config) -> u64 {
    let stack = TrialSettings::possible_stack(config.onnx.load_stack.0);
    stack + stack / 4
}

/// The inference threads.
pub(super) fn inference(config: &Config, memory: ModelMemory) -> ThreadSettings {
    ThreadSettings {
        stack: usize::try_from(inference_stack(config)).unwrap_or(usize::MAX),
        longest_call: config.gateway.prediction_timeout,
        memory: Some(memory),
        ..ThreadSettings::new(cores(), WAITING_PREDICTIONS)
    }
}

/// Who calls.
pub(super) fn identity(config: &Config) -> adyton_identity::Settings {
    adyton_identity::Settings {
        app_secret: config.auth.app_secret,
        app_basic: config.auth.app_basic,
        api_key: config.auth.apikey,
        private_query_keys: config.journal.hide_query_keys.clone(),
    }
}

/// The control plane's. Reads the token of the metrics.
pub(super) fn control(
    config: &Config,
    gateway_url: &str,
    data: &Path,
    connections: Connections,
) -> Outcome<ControlSettings> {
    let control = &config.control;
    let named = control.hosts.iter().map(|host| host.0.clone());
    Ok(ControlSettings {
        max_connections: connections.control,
        deadlines: adyton_listener::Deadlines {
            first_byte: control.first_byte_timeout,
            head: control.head_timeout,
            idle: control.idle_timeout,
            write: control.write_timeout,
        },
        import_roots: config.general.import_roots.clone(),
        uploads_kept: usize::try_from(config.limits.uploads).unwrap_or(usize::MAX),
        uploads_kept_bytes: config.limits.uploads_bytes.0,
        unproven_upload: config.limits.unproven_upload.0,
        run_code: config.runtime.run_code,
        node: config.general.node.0,
        shutdown_grace: config.gateway.shutdown_grace,
        control_url: control.public_url.as_ref().map(|url| url.0.clone()),
        hosts: named.chain(machine_names()).collect(),
        trusted_proxies: control
            .trusted_proxies
            .iter()
            .map(|network| network.range)
            .collect(),
        metrics: metrics_access(config)?,
        sign_ins: usize::try_from(control.sign_ins).unwrap_or(usize::MAX),
        ..ControlSettings::new(config.control.listen, gateway_url, data)
    })
}
