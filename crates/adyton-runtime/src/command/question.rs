//! The question by which it is known whether a program answers: the health question that its package declares, or, where
//! none is declared, whether it speaks HTTP at all.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use super::ready::{self, Reply};
use super::task::Task;
use crate::targets::crowding::{CROWDING_PROBE, Connections, Crowding};
use adyton_core::event_cause::Cause;

/// How long the question may take where no health is declared.
const PROBE: Duration = Duration::from_secs(5);

/// A question to a running program.
pub(super) struct Question<'t> {
    task: &'t Task,
    address: SocketAddr,
    connections: Arc<Connections>,
}

/// Why a program is not as it should be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct NotAnswering {
    /// Nobody listens on its port: no call can ever reach it.
    pub(super) is_deaf: bool,
    /// The cause, for people.
    pub(super) cause: String,
}

impl<'t> Question<'t> {
    pub(super) fn new(task: &'t Task, address: SocketAddr, crowding: &Crowding) -> Self {
        let connections = crowding.at(&address.into());
        Self {
            task,
            address,
            connections,
        }
    }

    /// The port that it is asked on.
    pub(super) const fn port(&self) -> u16 {
        self.address.port()
    }

    /// Asks once.
    pub(super) async fn ask(&self) -> Result<(), NotAnswering> {
        let reply = match &self.task.health {
            Some(health) => {
                let timeout = Duration::from_millis(health.timeout_ms);
                self.crowded(ready::ask(self.address, "GET", &health.url, timeout))
                    .await
            }
            None => {
                self.crowded(ready::ask(self.address, "OPTIONS", &self.task.path, PROBE))
                    .await
            }
        };
        if self.is_good(&reply) {
            return Ok(());
        }
        Err(NotAnswering {
            is_deaf: reply == Reply::NoListener,
            cause: self.explain(&reply),
        })
    }

    /// Waits for a reply; kept connections that stand in its way are closed meanwhile.
    async fn crowded(&self, asking: impl Future<Output = Reply>) -> Reply {
        let mut asking = pin!(asking);
        let mut asked = false;
        loop {
            if let Ok(reply) = tokio::time::timeout(CROWDING_PROBE, &mut asking).await {
                if asked && matches!(reply, Reply::Status(_)) {
                    self.connections.answered();
                }
                return reply;
            }
            asked |= self.connections.wait();
        }
    }

    /// Good is 2xx to the health question; where none is declared, anything at all in HTTP.
    fn is_good(&self, reply: &Reply) -> bool {
        match reply {
            Reply::Status(status) => self.task.health.is_none() || (200..300).contains(status),
            Reply::NoListener | Reply::NotHttp | Reply::Silent => false,
        }
    }

    fn explain(&self, reply: &Reply) -> String {
        let question = match &self.task.health {
            Some(health) => format!("GET {}", health.url),
            None => format!("OPTIONS {}", self.task.path),
        };
        match reply {
            Reply::Status(status) => Cause::BadStatus {
                question: &question,
                status: &status.to_string(),
            }
            .kept(),
            Reply::NoListener => {
                let port = self.address.port().to_string();
                Cause::NothingListens { port: &port }.kept()
            }
            Reply::NotHttp => Cause::NotHttp.kept(),
            Reply::Silent => Cause::Silent { question: &question }.kept(),
        }
    }
}
