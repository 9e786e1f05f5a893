//! What does the back end say? For a service, chooses an instance by the weights of the versions that declare the path, and
//! hands the call over: to a model in this process, or to a program over HTTP. A fixed answer is given here.
//!
//! Only this step takes a [`Call`], so it comes after all others. Cancelling it cancels the work: a
//! queued prediction is withdrawn, a connection to an instance closed.

use std::cell::{Cell, RefCell};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use adyton_core::api::FixedAnswer;
use adyton_core::catalogue::Reason;
use adyton_core::clock::Timestamp;
use adyton_core::evidence::Evidence;
use adyton_core::fact::Fact;
use adyton_core::instances::{Instances, ServiceSeen, is_rolling_out};
use adyton_core::record::AnsweredBy;
use adyton_core::refusal::{PublicDetail, Refusal};
use adyton_core::service::{DEPLOY_TIMEOUT_DEFAULT, Service, ServiceStatus, Wanted};
use adyton_runtime::targets::{self, Target, Unavailable, VersionTargets};
use http::Response;

use crate::pipeline::answer::{Answer, AnswerBody};
use crate::pipeline::answerer::Answerer;
use crate::pipeline::limit::{Bodies, Call, ToSend};
use crate::pipeline::refused::Refused;
use crate::pipeline::route::{Behind, Called};
use crate::settings::GatewaySettings;
use crate::tick_clock::TickClock;
use crate::trail::Trail;
use crate::upstream::Pool;
use crate::waits::Waits;

/// The longest that a caller is told to wait for an instance that is restarted.
const LONGEST_PAUSE: Duration = Duration::from_secs(DEPLOY_TIMEOUT_DEFAULT as u64);

mod attempt;
mod back_end;
mod forward;
mod in_process;
mod no_json;
#[cfg(test)]
mod over_http;
#[cfg(test)]
mod tests;

use forward::Destination;
use in_process::ModelRoute;

/// What is needed to hand calls over.
pub(crate) struct Dispatcher {
    pool: Pool,
    /// What runs: asked only to say why a service cannot be called.
    instances: Arc<dyn Instances>,
    waits: Rc<Waits>,
    time: Rc<TickClock>,
    /// The counter by which instances are chosen in turn.
    next: Cell<u64>,
}

impl Dispatcher {
    /// Nothing has been handed over yet. Workers begin with different numbers (`first`), so that they do not all choose the
    /// same instance.
    pub(crate) fn new(
        pool: Pool,
        instances: Arc<dyn Instances>,
        waits: Rc<Waits>,
        time: Rc<TickClock>,
        first: u64,
    ) -> Self {
        Self {
            pool,
            instances,
            waits,
            time,
            next: Cell::new(first),
        }
    }

    /// The connections to instances.
    pub(crate) fn pool(&self) -> &Pool {
        &self.pool
    }

    fn next(&self) -> u64 {
        let next = self.next.get();
        self.next.set(next.wrapping_add(1));
        next
    }
}

/// Sends a call to the back end of its API, and returns the answer.
pub(crate) async fn send(
    dispatcher: &Dispatcher,
    targets: &RefCell<targets::Reader>,
    bodies: &Bodies,
    settings: &GatewaySettings,
    call: Call<'_>,
    trail: &mut Trail,
) -> Result<Answer, Box<Refused>> {
    let (found, sent) = call.into_parts();
    match found.behind() {
        Behind::Service(called) => {
            pin!(to_instance(
                dispatcher, targets, bodies, settings, called, sent, trail
            ))
            .await
        }
        Behind::Http(backend, target) => {
            let Some(address) = back_end::choose(&backend.members, dispatcher.next()) else {
                return Err(Refused::request(Reason::BackendNoMember, Fact::NoMember));
            };
            let to = Destination {
                address,
                answerer: Answerer::BackEnd,
                service: None,
                target,
            };
            pin!(forward::forward(dispatcher, settings, to, sent, trail)).await
        }
        Behind::Fixed(answer) => Ok(fixed(answer, sent)),
    }
}

/// The answer that is always the same.
fn fixed(answer: &FixedAnswer, sent: ToSend) -> Answer {
    let mut response = Response::new(AnswerBody::Whole(answer.body.clone()));
    *response.status_mut() = answer.status;
    response.headers_mut().clone_from(&answer.headers);
    Answer {
        response,
        answered_by: AnsweredBy::Gateway,
        allowance: sent.reservation.spend(),
    }
}

/// Sends a call to an instance of a service.
async fn to_instance(
    dispatcher: &Dispatcher,
    targets: &RefCell<targets::Reader>,
    bodies: &Bodies,
    settings: &GatewaySettings,
    called: &Called<'_>,
    sent: ToSend,
    trail: &mut Trail,
) -> Result<Answer, Box<Refused>> {
    let service = &called.service().service;
    if service.wanted == Wanted::Stopped {
        return Err(unavailable(&*dispatcher.instances, service));
    }
    let declares = |version: &VersionTargets| called.is_declared_by(version);
    let in_flight = targets
        .borrow_mut()
        .take(service.id, declares, dispatcher.next())
        .map_err(|why| no_instance(&*dispatcher.instances, dispatcher.time.of_day(), service, why))?;
    trail.sent_to(in_flight.model(), in_flight.id());
    match in_flight.target() {
        Target::InProcess(model) => {
            let model = Arc::clone(model);
            let asked = ModelRoute {
                model: &model,
                in_flight: &in_flight,
                path: called.route().path.as_str(),
            };
            pin!(in_process::predict(
                dispatcher, bodies, settings, asked, sent, trail
            ))
            .await
        }
        Target::Address(address) => {
            let address = Arc::clone(address);
            let to = Destination {
                address: &address,
                answerer: Answerer::Instance(in_flight),
                service: Some(service.id),
                target: called.target(),
            };
            pin!(forward::forward(dispatcher, settings, to, sent, trail)).await
        }
    }
}

/// Why no instance could be chosen at this time of day.
fn no_instance(
    instances: &dyn Instances,
    now: Timestamp,
    service: &Service,
    why: Unavailable,
) -> Box<Refused> {
    match why {
        Unavailable::NotRunning => unavailable(instances, service),
        Unavailable::NoInstance => {
            let seen = instances.service(service.id);
            Refused::new(
                Reason::InstanceNone,
                state(service, seen.as_ref(), vec![Fact::NoInstanceReady]),
            )
        }
        Unavailable::Restarting => restarting(instances, now, service),
    }
}

/// The observed state of the service, if no instance of it can be named.
fn state(service: &Service, seen: Option<&ServiceSeen>, facts: Vec<Fact>) -> Evidence {
    Evidence::Service {
        service: service.id,
        status: shown(service, seen).name().to_owned(),
        facts,
        note: seen.map(|seen| seen.error.clone()).unwrap_or_default(),
    }
}

/// All that could take the call is being restarted. Told is the instance that comes back first; what is seen may be newer
/// than what was chosen by, and then there may be none any more.
fn restarting(instances: &dyn Instances, now: Timestamp, service: &Service) -> Box<Refused> {
    let seen = instances.service(service.id);
    let all = seen.iter().flat_map(|seen| &seen.instances);
    let first = all
        .filter_map(|one| Some((one, one.restarting.as_ref()?)))
        .min_by_key(|(_, restarting)| restarting.back_at);
    let Some((one, restarting)) = first else {
        let state = state(service, seen.as_ref(), vec![Fact::InstancesRestarting]);
        return Refused::new(Reason::InstanceRestarting, state);
    };
    let evidence = Evidence::Restarting {
        service: service.id,
        instance: one.id,
        since: restarting.since,
        restarts: one.restarts,
        last_end: restarting.last_end.clone(),
        next_start: restarting.next_start,
        server_time: now,
    };
    let mut refused = Refused::new(Reason::InstanceRestarting, evidence);
    // A start that takes longer than the last one ends at a moment that nobody knows. A clock that was set back puts it far
    // away.
    refused.retry_after =
        (restarting.back_at > now).then(|| restarting.back_at.since(now).min(LONGEST_PAUSE));
    refused
}

/// Its status, as it is seen here. The management API goes on saying `deploying` until the end of a rollout is written down.
fn shown(service: &Service, seen: Option<&ServiceSeen>) -> ServiceStatus {
    let goes_on = is_rolling_out(service, seen);
    ServiceStatus::shown(service.wanted, seen.map(|seen| seen.status), goes_on)
}

/// The service cannot be called in its state. Off the hot path, so that the state may be asked for.
fn unavailable(instances: &dyn Instances, service: &Service) -> Box<Refused> {
    let seen = instances.service(service.id);
    let status = shown(service, seen.as_ref());
    let reason = match (service.wanted, status) {
        (Wanted::Stopped, _) => Reason::ServiceStopped,
        (Wanted::Running, ServiceStatus::Failed) => Reason::ServiceFailed,
        (Wanted::Running, _) => Reason::ServiceDeploying,
    };
    let evidence = state(service, seen.as_ref(), Vec::new());
    Refusal::new(reason, evidence)
        .with_detail(PublicDetail::Unavailable { service: service.id })
        .into()
}
