//! A listener from whoever started the server (`LISTEN_FDS`, as systemd's socket units hand it over).
//!
//! The holder keeps it open while the server is restarted, so that no client is refused in between. For the same reason the
//! server that inherits begins to accept only when the services that it finds have been deployed again ([`deployed`]).

use std::net::TcpListener;
use std::time::Duration;

use adyton_core::instances::Instances;
use adyton_core::live::LiveCell;
use adyton_core::service::{ServiceStatus, Wanted};
use listenfd::ListenFd;

use adyton_cli::failure::{Failure, Outcome};
use adyton_cli::said;

/// How often the services are looked at, and for how long at most.
const LOOK: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_secs(60);

/// The gateway's listener, if one was handed over. It changes the environment: before any thread is started.
///
/// # Errors
/// More than one was handed over, or it is no TCP socket that listens.
pub(super) fn listener() -> Outcome<Option<TcpListener>> {
    let mut handed = ListenFd::from_env();
    if handed.len() > 1 {
        return Err(Failure::wrong_use(said!(
            "{} sockets were handed over (LISTEN_FDS), but only the gateway's can be: name one ListenStream= in the socket unit",
            "传入了 {} 个套接字（LISTEN_FDS），但只能传入网关的套接字：请在 socket unit 中只设置一个 ListenStream=",
            handed.len()
        )));
    }
    let unfit = |error: std::io::Error| {
        Failure::wrong_use(said!(
            "the socket that was handed over (LISTEN_FDS) cannot be the gateway's: {error}; use ListenStream= with an address and a port",
            "传入的套接字（LISTEN_FDS）不能用作网关的套接字：{error}；请使用带地址和端口的 ListenStream="
        ))
    };
    let listener = handed.take_tcp_listener(0).map_err(unfit)?;
    if let Some(listener) = &listener {
        // It comes without this mark, and programs of models must not have it.
        rustix::io::fcntl_setfd(listener, rustix::io::FdFlags::CLOEXEC)
            .map_err(|error| unfit(error.into()))?;
    }
    Ok(listener)
}

/// Waits until no service is being deployed any more.
pub(super) async fn deployed(live: &LiveCell, instances: &dyn Instances) {
    let all = async {
        let is_settled = |service: &adyton_core::live::LiveService| {
            let seen = instances.service(service.service.id);
            service.service.wanted == Wanted::Stopped
                || seen.is_some_and(|seen| seen.status != ServiceStatus::Deploying)
        };
        while !live.load().services().all(|service| is_settled(service)) {
            tokio::time::sleep(LOOK).await;
        }
    };
    if tokio::time::timeout(LONGEST, all).await.is_err() {
        tracing::warn!("some services are still being deployed; calls are accepted anyway");
    }
}
