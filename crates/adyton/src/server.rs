//! The server: puts the crates together, says when it is ready, and ends without losing a request.
//!
//! Start: configuration → data folder and its lock → store (migrate, first start) → live state → journal → both addresses →
//! runtime → gateway → control → ready. Nothing runs and nothing answers before both addresses are ours.
//!
//! End, on the first SIGTERM or SIGINT: readiness fails → the gateway drains while the control plane still answers → the
//! control plane → instances → feed, events, journal, store. A second signal ends the process at once.
//!
//! - [`assembly`]: the parts, in the order of the start; [`stop`]: their end.
//! - [`parts`]: from the configuration to what each crate wants to know; [`addresses`], [`metrics_access`].
//! - [`inherited`]: a listener that outlives the process; [`service_manager`]: who is told how far it is.
//! - [`signals`], [`logs`], [`ready`], [`libraries`]; [`open_failure`]: why the data could not be had.

mod addresses;
mod assembly;
mod inherited;
mod libraries;
pub(crate) mod logs;
mod metrics_access;
mod open_failure;
mod parts;
mod process_metrics;
mod reload;
mod service_manager;
mod signals;
mod stop;

use std::net::TcpListener;
use std::path::PathBuf;
use std::time::Duration;

pub(crate) use addresses::{machine_names, url};
pub(crate) use libraries::{check_library, onnx_places};
pub(crate) use open_failure::{could_not_open, hint as open_hint};
pub(crate) use parts::{cores, store as store_settings, trials};

use self::assembly::Assembly;
use self::reload::{Reload, Trail};
use self::service_manager::ServiceManager;
use self::signals::{Signal, Signals};
use crate::config::{Loaded, Sources};
use adyton_cli::context::Context;
use adyton_cli::failure::{Failure, Outcome, without_label};
use adyton_cli::ready::{self, Ready};
use adyton_cli::said;

/// What the demo does once the server is ready, on a thread of its own. A failure ends the server.
pub(crate) type Show = Box<dyn FnOnce(&Ready) -> Outcome + Send>;

/// Whoever started the server: a shell, or a service manager.
struct Starter {
    /// What it handed over.
    listener: Option<TcpListener>,
    /// Told how far the server is.
    manager: ServiceManager,
}

/// Threads of the control plane, the reconciler and the feed: none of them computes much.
const CONTROL_THREADS: usize = 2;

/// Serves until a signal ends it.
pub(crate) fn run(
    loaded: Loaded,
    sources: Sources,
    ready_file: Option<PathBuf>,
    context: &Context,
    show: Option<Show>,
) -> Outcome {
    let listener = inherited::listener()?;
    check_library(&loaded)?;
    let level = logs::start(&loaded.config.log)?;
    let starter = Starter {
        listener,
        manager: ServiceManager::of_environment(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(CONTROL_THREADS)
        .thread_name("control")
        .enable_all()
        .build()
        .map_err(|error| {
            Failure::failed(said!(
                "no threads for the control plane: {error}",
                "无法启动控制面的线程：{error}"
            ))
        })?;
    let outcome = runtime.block_on(serve(loaded, sources, level, ready_file, context, show, &starter));
    if let Err(failure) = &outcome {
        starter.manager.status(without_label(&failure.to_string()));
    }
    // What still runs now was told to end and did not.
    runtime.shutdown_timeout(Duration::from_millis(200));
    outcome
}

async fn serve(
    loaded: Loaded,
    sources: Sources,
    level: logs::Level,
    ready_file: Option<PathBuf>,
    context: &Context,
    show: Option<Show>,
    starter: &Starter,
) -> Outcome {
    let manager = &starter.manager;
    let mut signals = Signals::new()?;
    if let Some(path) = &ready_file {
        Ready::remove_old(path);
    }
    let grace = loaded.config.gateway.shutdown_grace;
    let assembly = Assembly::start(&loaded, context, starter.listener.as_ref(), manager).await?;
    let ready = assembly.ready().clone();
    if let Err(failure) = announce(&ready, &assembly, ready_file.as_ref()) {
        stop::all(assembly, Duration::ZERO).await;
        return Err(failure);
    }
    let serving = serving(&ready);
    manager.ready(&serving);
    let mut shown = Shown::start(show, ready);
    let mut reload = Reload::new(
        loaded,
        sources,
        level,
        assembly.gateway.clone(),
        assembly.reloading.clone(),
        Trail {
            audit: assembly.audit.clone(),
            data: assembly.data().to_owned(),
            clock: context.clock.clone(),
        },
    );
    let outcome = loop {
        tokio::select! {
            signal = signals.next() => match signal {
                Signal::Reload => {
                    manager.reloading();
                    let became = reload.run();
                    manager.ready(&format!("{serving}; {became}"));
                }
                Signal::Stop(name) => {
                    tracing::info!(signal = name, "stopping: no new connections, requests in flight are finished");
                    break Ok(());
                }
            },
            outcome = shown.ended() => if outcome.is_err() { break outcome; },
        }
    };
    manager.stopping(
        stop::longest(grace),
        &format!("stopping: calls in flight have {} s to finish", grace.as_secs()),
    );
    // Whoever finds it believes that the server answers.
    if let Some(path) = &ready_file {
        Ready::remove_old(path);
    }
    tokio::select! {
        () = stop::all(assembly, grace) => outcome,
        name = signals.stop() => {
            Err(Failure::failed(said!(
                "stopped at once by a second {name}: requests in flight were cut off",
                "收到第二个 {name}，已立即停止：处理中的请求被中断"
            )))
        }
    }
}

/// What a service manager shows of a server that is ready.
fn serving(ready: &Ready) -> String {
    let gateway = ready.gateway_listens.as_ref().unwrap_or(&ready.gateway_url);
    format!(
        "serving: gateway at {gateway}, control listener at {}",
        ready.control_url
    )
}

/// Tells where the server answers: the log, the data folder, and `--ready-file`.
fn announce(ready: &Ready, assembly: &Assembly, ready_file: Option<&PathBuf>) -> Outcome {
    // Without it only the command line does not find the server by its data folder; the disk may be full.
    if let Err(failure) = ready.write(&assembly.data().join(ready::FILE)) {
        let failure = failure.to_string();
        let what = without_label(failure.lines().next().unwrap_or_default());
        tracing::warn!("the command line will not find this server by its data folder: {what}");
    }
    if let Some(path) = ready_file {
        ready.write(path)?;
    }
    tracing::info!(gateway = ready.gateway_url, control = ready.control_url, data = %assembly.data().display(), "ready");
    Ok(())
}

/// The demo's thread.
struct Shown(Option<tokio::task::JoinHandle<Outcome>>);

impl Shown {
    fn start(show: Option<Show>, ready: Ready) -> Self {
        Self(show.map(|show| tokio::task::spawn_blocking(move || show(&ready))))
    }
    /// How it ended; never ready again after that, nor when there is none.
    async fn ended(&mut self) -> Outcome {
        let Some(thread) = &mut self.0 else {
            return std::future::pending().await;
        };
        let outcome = thread.await;
        self.0 = None;
        outcome.unwrap_or_else(|error| {
            Err(Failure::failed(said!(
                "the demo failed: {error}",
                "演示失败：{error}"
            )))
        })
    }
}
