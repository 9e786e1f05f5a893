//! A model in this process: a fast one answers on this core, others on the inference threads.

use std::borrow::Cow;
use std::sync::Arc;

use adyton_core::catalogue::Reason;
use adyton_core::evidence::Evidence;
use adyton_core::fact::Fact;
use adyton_core::header;
use adyton_core::record::AnsweredBy;
use adyton_core::refusal::PublicDetail;
use adyton_runtime::targets::{Answer as ModelAnswer, Call as ModelCall, InFlight, InProcess, ModelError};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response};

use super::Dispatcher;
use super::attempt::{Attempt, TimeLimit};
use super::no_json;
use crate::pipeline::answer::{Answer, AnswerBody};
use crate::pipeline::limit::{self, Bodies, ToSend};
use crate::pipeline::refused::{Allowance, Refused};
use crate::settings::GatewaySettings;
use crate::trail::Trail;
use crate::waits::{WaitEnd, within};

/// Where such a model is, for people.
const PLACE: &str = "in process";

/// What is asked.
pub(super) struct ModelRoute<'a> {
    pub(super) model: &'a Arc<InProcess>,
    /// The place in its instance.
    pub(super) in_flight: &'a InFlight,
    /// Which of its routes.
    pub(super) path: &'a str,
}

/// Asks a model in this process.
pub(super) async fn predict(
    dispatcher: &Dispatcher,
    bodies: &Bodies,
    settings: &GatewaySettings,
    asked: ModelRoute<'_>,
    sent: ToSend,
    trail: &mut Trail,
) -> Result<Answer, Box<Refused>> {
    let ModelRoute {
        model,
        in_flight,
        path,
    } = asked;
    if sent.body.is_empty() {
        return Err(Refused::request(Reason::RequestEmpty, Fact::BodyEmpty));
    }
    let ToSend {
        arrival,
        body,
        reservation,
        way: _,
        timeout,
    } = sent;
    let time_limits = &settings.time_limits;
    let body = limit::decoded(bodies, &settings.limits, time_limits.body, &arrival, body).await?;
    let asked = ModelCall { path, body: &body };
    let (answered, allowance) = if model.is_inline(body.len()) {
        let (answered, took) = model.predict_measured(asked, in_flight.meter());
        trail.took(took);
        (answered, reservation.spend())
    } else {
        let limit = TimeLimit::of(timeout, time_limits.prediction);
        let began = dispatcher.time.monotonic();
        trail.waits(began);
        // A full queue takes no call, and so no reservation is spent.
        let pending = model
            .submit(asked, in_flight.meter())
            .map_err(|error| failed(error, in_flight))?;
        let allowance = reservation.spend();
        let answered = within(&dispatcher.waits, limit.span, pending)
            .await
            .map_err(|why| {
                // A gateway that stops says nothing of the model.
                if why == WaitEnd::Over {
                    in_flight.failed();
                }
                let attempt = Attempt {
                    instance: Some(in_flight.id()),
                    address: PLACE.to_owned(),
                    waited: dispatcher.time.monotonic().saturating_sub(began),
                };
                spent(attempt.ended(why, Reason::PredictionTimeout, limit), allowance)
            })?;
        trail.waited(dispatcher.time.monotonic());
        (answered, allowance)
    };
    let answer = answered.map_err(|error| {
        let error = no_json::told(error, &arrival.head.headers, &body);
        spent(failed(error, in_flight), allowance)
    })?;
    let query = arrival.head.uri.query().unwrap_or_default();
    Ok(Answer {
        response: response(answer, query, trail),
        answered_by: AnsweredBy::Model,
        allowance,
    })
}

/// The answer, which names what of the request counted for nothing: such a model reads no query, and of rows the declared columns.
fn response(answer: ModelAnswer, query: &str, trail: &mut Trail) -> Response<AnswerBody> {
    let mut response = Response::new(AnswerBody::Whole(answer.body));
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    let fields = answer.unread.into_names();
    if !fields.is_empty() || !query.is_empty() {
        let names = fields.iter().map(|name| Cow::Borrowed(&**name));
        if let Some(ignored) = header::ignored(names.chain(header::query_names(query))) {
            headers.insert(header::X_ADYTON_IGNORED, ignored);
            trail.unread(fields, !query.is_empty());
        }
    }
    response
}

/// A refusal that spent a reservation says what is left, as an answer of the model does.
fn spent(mut refused: Box<Refused>, allowance: Option<Allowance>) -> Box<Refused> {
    refused.allowance = allowance;
    refused
}

fn failed(error: ModelError, in_flight: &InFlight) -> Box<Refused> {
    if let ModelError::Failed(_) = error {
        in_flight.failed();
    }
    let reason = match &error {
        ModelError::Input(_) => Reason::ModelBadInput,
        ModelError::Failed(_) => Reason::ModelFailed,
        ModelError::Busy => Reason::ServiceQueueFull,
        ModelError::Stopping => Reason::InstanceNone,
    };
    let of_instance = |fact| Evidence::Instance {
        instance: Some(in_flight.id()),
        address: PLACE.to_owned(),
        after_ms: 0,
        attempts: 1,
        facts: vec![fact],
        error: String::new(),
    };
    let evidence = match &error {
        ModelError::Input(problem) => Evidence::of_request(Fact::clone(&problem.0)),
        ModelError::Failed(problem) => of_instance(Fact::ModelFailed {
            error: problem.to_string(),
        }),
        ModelError::Busy => of_instance(Fact::ModelBusy),
        ModelError::Stopping => of_instance(Fact::ModelStopping),
    };
    let mut refused = Refused::new(reason, evidence);
    if let ModelError::Input(problem) = &error {
        refused.refusal.detail = PublicDetail::Input(problem.to_string());
    }
    refused.model_answer = error.answer();
    refused
}
