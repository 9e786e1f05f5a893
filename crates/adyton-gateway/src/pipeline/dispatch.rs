//! What does the model say? Chooses an instance by the weights of the versions that declare the path, and hands the call over:
//! to a model in this process, or to a program over HTTP.
//!
//! The only step that can be reached by a [`Call`], and so the only one after all others. Cancelling it cancels the work: a
//! queued prediction is withdrawn, a connection to an instance closed.

use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use adyton_core::catalogue::Reason;
use adyton_core::evidence::Evidence;
use adyton_core::id::InstanceId;
use adyton_core::instances::ServiceSeen;
use adyton_core::rejection::{PublicDetail, Rejection};
use adyton_core::service::{Service, ServiceStatus, Wanted};
use adyton_runtime::targets::{Target, Unavailable};

use crate::pipeline::limit::Call;
use crate::pipeline::outcome::{Answer, Outcome, Refusal};
use crate::trail::Trail;
use crate::waits::Impatience;
use crate::worker::Worker;

/// The longest that a caller is told to wait for an instance that is restarted: the longest time a deployment is given.
const LONGEST_PAUSE: Duration = Duration::from_secs(1200);

mod forward;
mod in_process;

/// Sends a call to an instance and gives its answer.
pub(crate) async fn send(worker: &Rc<Worker>, call: Call<'_>, trail: &mut Trail) -> Result<Answer, Outcome> {
    let (service, route) = (&call.service().service, call.route());
    if service.wanted == Wanted::Stopped {
        return Err(unavailable(worker, service));
    }
    let declares = |model| call.service().declares(model, route);
    let place = worker
        .targets
        .borrow_mut()
        .take(service.id, declares, worker.next_turn())
        .map_err(|why| no_instance(worker, service, why))?;
    trail.sent_to(place.model(), place.id());
    match place.target() {
        Target::InProcess(model) => {
            let model = Arc::clone(model);
            pin!(in_process::predict(worker, &model, &place, call, trail)).await
        }
        Target::Http(address) => {
            let address = *address;
            pin!(forward::forward(worker, address, place, call, trail)).await
        }
    }
}

fn no_instance(worker: &Worker, service: &Service, why: Unavailable) -> Outcome {
    match why {
        Unavailable::NotRunning => unavailable(worker, service),
        Unavailable::NoInstance => {
            let seen = worker.shared.instances.service(service.id);
            Outcome::refused(Reason::InstanceNone, state(service, seen.as_ref(), why))
        }
        Unavailable::Restarting => restarting(worker, service, why),
    }
}

/// The state of the service as it is seen, where no instance of it can be named.
fn state(service: &Service, seen: Option<&ServiceSeen>, why: Unavailable) -> Evidence {
    let cause = seen.map_or("", |seen| seen.error.as_str());
    Evidence::Service {
        service: service.id,
        status: seen.map_or("unknown", |seen| seen.status.name()).to_owned(),
        note: if cause.is_empty() {
            why.to_string()
        } else {
            format!("{why}: {cause}")
        },
    }
}

/// All that could take the call is being restarted. Told is the instance that comes back first; what is seen may be newer
/// than what was chosen by, and then there may be none any more.
fn restarting(worker: &Worker, service: &Service, why: Unavailable) -> Outcome {
    let seen = worker.shared.instances.service(service.id);
    let all = seen.iter().flat_map(|seen| &seen.instances);
    let first = all
        .filter_map(|one| Some((one, one.restarting.as_ref()?)))
        .min_by_key(|(_, restarting)| restarting.back_at);
    let Some((one, restarting)) = first else {
        return Outcome::refused(Reason::InstanceRestarting, state(service, seen.as_ref(), why));
    };
    let now = worker.clock().now();
    let evidence = Evidence::Restarting {
        service: service.id,
        instance: one.id,
        since: restarting.since,
        restarts: one.restarts,
        last_end: restarting.last_end.clone(),
        next_start: restarting.next_start,
        server_time: now,
    };
    Refusal {
        // A start that takes longer than the last one ends at a moment that nobody knows. A clock that was set back puts it
        // far away.
        retry_after: (restarting.back_at > now).then(|| restarting.back_at.since(now).min(LONGEST_PAUSE)),
        ..Refusal::from(Rejection::new(Reason::InstanceRestarting, evidence))
    }
    .into()
}

/// The service cannot be called in its state. Off the hot path, so that the state may be asked for.
fn unavailable(worker: &Worker, service: &Service) -> Outcome {
    let seen = worker.shared.instances.service(service.id);
    let status = seen.as_ref().map_or(ServiceStatus::Deploying, |seen| seen.status);
    let reason = match (service.wanted, status) {
        (Wanted::Stopped, _) => Reason::ServiceStopped,
        (Wanted::Running, ServiceStatus::Failed) => Reason::ServiceFailed,
        (Wanted::Running, _) => Reason::ServiceDeploying,
    };
    // What is wanted may have changed a moment ago, before anything is seen of it.
    let shown = match (reason, status) {
        (Reason::ServiceStopped, _) => ServiceStatus::Stopped,
        (_, ServiceStatus::Stopped | ServiceStatus::Stopping) => ServiceStatus::Deploying,
        _ => status,
    };
    let evidence = Evidence::Service {
        service: service.id,
        status: shown.name().to_owned(),
        note: seen.map(|seen| seen.error).unwrap_or_default(),
    };
    Rejection::new(reason, evidence)
        .with_detail(PublicDetail::Unavailable { service: service.id })
        .into()
}

/// A call that was handed over and came to nothing.
struct Attempt {
    instance: InstanceId,
    /// Where the instance is, for people.
    address: String,
    /// Since the call was handed over.
    waited: Duration,
}

impl Attempt {
    fn evidence(self, attempts: u32, error: String) -> Evidence {
        Evidence::Instance {
            instance: Some(self.instance),
            address: self.address,
            after_ms: u64::try_from(self.waited.as_millis()).unwrap_or(u64::MAX),
            attempts,
            error,
        }
    }
}

/// A model that did not answer in time, or was not waited for because the gateway ends.
fn impatient(worker: &Worker, why: Impatience, attempt: Attempt) -> Outcome {
    let limit = worker.settings().patience.prediction;
    let (reason, error) = match why {
        Impatience::Over => (
            Reason::PredictionTimeout,
            format!("no answer within {limit:?} (gateway.prediction_timeout)"),
        ),
        Impatience::Cut => (
            Reason::GatewayStopping,
            "the gateway is stopping (gateway.shutdown_grace is over)".to_owned(),
        ),
    };
    Outcome::refused(reason, attempt.evidence(1, error))
}
