//! The step against a table of targets made by hand: which refusal, what is told, and models in this process.

use std::sync::{Arc, Mutex};

use adyton_core::clock::Clock;
use adyton_core::id::ServiceId;
use adyton_core::instances::{Calls, InstanceSeen, InstanceStatus, LogLine, LogPart, Restarting};
use adyton_core::live::Change;
use adyton_core::record::AnsweredBy;
use adyton_core::sample;
use adyton_core::usage::InstanceUsage;
use adyton_runtime::onnx::in_process::InProcess;
use adyton_runtime::onnx::predictor::{Predictor, RunError};
use adyton_runtime::onnx::signature::{Axis, Input, Ports};
use adyton_runtime::onnx::tensor::{ElementType, Elements, Tensor, Value};
use adyton_runtime::onnx::threads::InferenceThreads;
use adyton_runtime::targets::{Instance, ServiceTargets, Tally, VersionTargets};
use http_body::Body as _;

use super::*;
use crate::pipeline::chain::reason;
use crate::pipeline::rig::{Rig, run};
use crate::upstream;

/// What the reconciler says of every service.
#[derive(Default)]
struct Seen(Mutex<Option<ServiceSeen>>);

impl Instances for Seen {
    fn service(&self, _: ServiceId) -> Option<ServiceSeen> {
        self.0.lock().expect("a lock").clone()
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
    fn calls(&self, _: ServiceId, _: Option<adyton_core::id::ModelId>) -> Calls {
        Calls::default()
    }
    fn usage(&self) -> Vec<InstanceUsage> {
        Vec::new()
    }
}

fn dispatcher(rig: &Rig, seen: Option<ServiceSeen>) -> Dispatcher {
    let parts = upstream::Parts {
        outbox: Rc::default(),
        waits: Rc::clone(&rig.waits),
        time: Rc::clone(&rig.time),
        meters: rig.records.meters.shared(),
    };
    let pool = Pool::new(parts, 1, Arc::clone(rig.targets.crowding()));
    let seen = Arc::new(Seen(Mutex::new(seen)));
    Dispatcher::new(pool, seen, Rc::clone(&rig.waits), Rc::clone(&rig.time), 0)
}

fn seen(status: ServiceStatus, error: &str, instances: Vec<InstanceSeen>) -> ServiceSeen {
    ServiceSeen {
        status,
        error: error.to_owned(),
        instances,
        ..sample::service_seen()
    }
}

pub(super) fn publish(rig: &Rig, instances: Vec<Arc<Instance>>, otherwise: Unavailable) {
    let versions = vec![VersionTargets {
        model: sample::MODEL,
        weight: 100,
        instances,
        // What the service wants says so itself.
        routes: Arc::default(),
    }];
    let targets = ServiceTargets { versions, otherwise };
    rig.targets.publish(sample::SERVICE, Some(targets));
}

/// What becomes of a call with this body.
fn sent(rig: &Rig, seen: Option<ServiceSeen>, body: &str) -> Result<Answer, Box<Refused>> {
    run(sending(rig, seen, body))
}

/// A call with this body, on its way.
pub(super) async fn sending(
    rig: &Rig,
    seen: Option<ServiceSeen>,
    body: &str,
) -> Result<Answer, Box<Refused>> {
    let (call, mut trail) = rig.call(rig.arrival(rig.by_token(), body))?;
    let (dispatcher, targets) = (dispatcher(rig, seen), rig.reader());
    send(
        &dispatcher,
        &targets,
        &rig.bodies,
        &rig.settings,
        call,
        &mut trail,
    )
    .await
}

#[test]
fn the_state_of_a_service_says_why_it_cannot_be_called() {
    let mut rig = Rig::new();
    for (status, expected, shown) in [
        (ServiceStatus::Failed, Reason::ServiceFailed, "failed"),
        (ServiceStatus::Deploying, Reason::ServiceDeploying, "deploying"),
        (ServiceStatus::Stopping, Reason::ServiceDeploying, "deploying"),
    ] {
        let refused = sent(&rig, Some(seen(status, "why", Vec::new())), "{}");
        let refused = refused.err().expect("nothing runs");
        assert_eq!(refused.reason(), expected, "{status:?}");
        let Evidence::Service { status, note, .. } = *refused.refusal.evidence else {
            panic!("the state is told");
        };
        assert_eq!((status.as_str(), note.as_str()), (shown, "why"));
    }
    let of_before = ServiceSeen {
        generation: 0,
        ..seen(ServiceStatus::Failed, "why", Vec::new())
    };
    assert_eq!(
        reason(sent(&rig, Some(of_before), "{}")),
        Reason::ServiceDeploying
    );
    assert_eq!(reason(sent(&rig, None, "{}")), Reason::ServiceDeploying);
    rig.change(Change::Service(Box::new(Service {
        wanted: Wanted::Stopped,
        ..sample::service()
    })));
    let running = seen(ServiceStatus::Running, "", Vec::new());
    assert_eq!(reason(sent(&rig, Some(running), "{}")), Reason::ServiceStopped);
}

#[test]
fn a_service_that_runs_may_have_no_instance() {
    let rig = Rig::new();
    publish(&rig, Vec::new(), Unavailable::NoInstance);
    let refused = sent(
        &rig,
        Some(seen(ServiceStatus::Concerning, "it crashed", Vec::new())),
        "{}",
    );
    let refused = refused.err().expect("no instance");
    assert_eq!(
        (refused.reason(), refused.retry_after),
        (Reason::InstanceNone, None)
    );
    let told = refused.refusal.evidence.clauses();
    assert_eq!(
        told,
        ["no instance of the service accepts calls now", "it crashed"]
    );
}

fn restarting(rig: &Rig, back_in: i64) -> InstanceSeen {
    let back_at = match u64::try_from(back_in) {
        Ok(seconds) => rig.clock.now().after(Duration::from_secs(seconds)),
        Err(_) => rig
            .clock
            .now()
            .before(Duration::from_secs(back_in.unsigned_abs())),
    };
    InstanceSeen {
        status: InstanceStatus::Down,
        restarts: 3,
        restarting: Some(Restarting {
            since: rig.clock.now(),
            last_end: "it ended with signal 9".into(),
            next_start: back_at,
            back_at,
        }),
        ..sample::instance_seen()
    }
}

#[test]
fn while_instances_are_restarted_a_caller_is_told_when_the_first_is_back() {
    let rig = Rig::new();
    publish(&rig, Vec::new(), Unavailable::Restarting);
    let retry_after = |spans: &[i64]| {
        let instances = spans.iter().map(|span| restarting(&rig, *span)).collect();
        let refused = sent(&rig, Some(seen(ServiceStatus::Concerning, "", instances)), "{}");
        let refused = refused.err().expect("none is there");
        assert_eq!(refused.reason(), Reason::InstanceRestarting);
        refused.retry_after.map(|wait| wait.as_secs())
    };
    assert_eq!(retry_after(&[30, 10, 20]), Some(10));
    assert_eq!(
        retry_after(&[5_000]),
        Some(1_200),
        "no longer than a deployment may take"
    );
    assert_eq!(retry_after(&[0]), None, "nobody knows when");
    assert_eq!(retry_after(&[-5]), None);
    assert_eq!(retry_after(&[]), None, "what is seen may be newer than the table");
}

/// A model with one number in and the same number out; it fails on negative numbers.
#[derive(Debug)]
struct Echo(Ports);

impl Predictor for Echo {
    fn ports(&self) -> &Ports {
        &self.0
    }
    fn run(&self, inputs: &[Tensor]) -> Result<Vec<Value>, RunError> {
        match &inputs[0].elements {
            Elements::Float32(numbers) if numbers[0] >= 0.0 => Ok(vec![Value::Tensor(inputs[0].clone())]),
            _ => Err(RunError::new("it is negative")),
        }
    }
    fn runtime(&self) -> String {
        "echo".into()
    }
}

fn echo(rig: &Rig) -> Arc<Instance> {
    in_process(rig, |ports| Box::new(Echo(ports)), Arc::default())
}

/// A model in this process, published.
fn in_process(
    rig: &Rig,
    model: impl FnOnce(Ports) -> Box<dyn Predictor>,
    tally: Arc<Tally>,
) -> Arc<Instance> {
    let input = Input {
        name: "x".into(),
        element: ElementType::Float32,
        axes: Some(vec![Axis::Fixed(1)]),
    };
    let ports = Ports {
        inputs: vec![input],
        outputs: vec!["y".into()],
    };
    let threads = InferenceThreads::start(1, 8).expect("a thread");
    let declared = [sample::declaration("POST", "/")];
    let model = InProcess::start(model(ports), &declared, threads, Clock::system()).expect("a model");
    let instance = Instance::new(sample::INSTANCE, sample::MODEL, Target::InProcess(model), tally);
    publish(rig, vec![Arc::clone(&instance)], Unavailable::NoInstance);
    instance
}

/// A model that answers once its gate is open.
#[derive(Debug)]
struct Gated(Echo, Arc<Mutex<()>>);

impl Predictor for Gated {
    fn ports(&self) -> &Ports {
        self.0.ports()
    }
    fn run(&self, inputs: &[Tensor]) -> Result<Vec<Value>, RunError> {
        let _open = self.1.lock();
        self.0.run(inputs)
    }
    fn runtime(&self) -> String {
        self.0.runtime()
    }
}

#[test]
fn a_call_that_a_stopping_gateway_cuts_is_no_failure_of_the_model() {
    let rig = Rig::new();
    let (gate, tally) = (Arc::new(Mutex::new(())), Arc::<Tally>::default());
    let model = |ports| -> Box<dyn Predictor> { Box::new(Gated(Echo(ports), Arc::clone(&gate))) };
    let _instance = in_process(&rig, model, Arc::clone(&tally));
    // It has run once by now.
    let closed = gate.lock();
    rig.waits.cut();
    // Long enough for an inference thread.
    let body = format!(r#"{{"inputs":{{"x":[2.5]}}}}{}"#, " ".repeat(70_000));
    let cut = sent(&rig, None, &body);
    drop(closed);
    assert_eq!(reason(cut), Reason::GatewayStopping);
    let calls = tally.calls();
    assert_eq!((calls.all, calls.failed), (1, 0));
}

#[test]
fn a_model_in_this_process_answers_short_and_long_bodies() {
    let rig = Rig::new();
    let instance = echo(&rig);
    // The long one is answered by an inference thread.
    for padding in [0, 70_000] {
        let body = format!(r#"{{"inputs":{{"x":[2.5]}}}}{}"#, " ".repeat(padding));
        let answer = sent(&rig, None, &body).expect("an answer");
        assert_eq!(answer.answered_by, AnsweredBy::Model);
        assert_eq!(answer.response.status(), 200);
        let length = answer.response.body().size_hint().exact();
        assert_eq!(length, Some(r#"{"outputs":{"y":[2.5]}}"#.len() as u64));
    }
    assert_eq!(instance.in_flight(), 0, "places are given back");
}

#[test]
fn what_a_model_cannot_take_is_the_callers_and_what_it_fails_at_is_not() {
    let mut rig = Rig::new();
    rig.settings.default_per_second = 100;
    let _instance = echo(&rig);
    assert_eq!(reason(sent(&rig, None, "")), Reason::RequestEmpty);
    let refused = sent(&rig, None, r#"{"inputs":{"x":["seven"]}}"#);
    let refused = refused.err().expect("a bad input");
    assert_eq!(refused.reason(), Reason::ModelBadInput);
    assert!(refused.model_answer.is_some(), "the model speaks for itself");
    let fact = Fact::InputUnfit {
        field: "inputs.x[0]".into(),
        expected: "float32".into(),
        got: "the text \"seven\"".into(),
    };
    assert_eq!(*refused.refusal.evidence, Evidence::of_request(fact));
    assert!(refused.allowance.is_some(), "the reservation is spent");
    let refused = sent(&rig, None, r#"{"inputs":{"x":[-1]}}"#);
    let refused = refused.err().expect("a failure");
    assert_eq!(refused.reason(), Reason::ModelFailed);
    let Evidence::Instance {
        instance,
        address,
        facts,
        ..
    } = *refused.refusal.evidence
    else {
        panic!("which instance is told");
    };
    assert_eq!(
        (instance, address.as_str()),
        (Some(sample::INSTANCE), "in process")
    );
    let error = "it is negative".to_owned();
    assert_eq!(facts, [Fact::ModelFailed { error }]);
}
