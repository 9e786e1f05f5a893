//! A model in this process: a fast one answers on this core, others on the inference threads.

use std::sync::Arc;

use adyton_core::catalogue::Reason;
use adyton_core::evidence::Evidence;
use adyton_core::fact::Fact;
use adyton_core::record::AnsweredBy;
use adyton_core::refusal::PublicDetail;
use adyton_runtime::targets::{Answer as ModelAnswer, Call as ModelCall, InFlight, InProcess, ModelError};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Response};

use super::Dispatcher;
use super::attempt::{Attempt, TimeLimit};
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
        let error = told_as_form(error, &arrival.head.headers, &body);
        spent(failed(error, in_flight), allowance)
    })?;
    Ok(Answer {
        response: response(answer),
        answered_by: AnsweredBy::Model,
        allowance,
    })
}

fn response(answer: ModelAnswer) -> Response<AnswerBody> {
    let mut response = Response::new(AnswerBody::Whole(answer.body));
    *response.status_mut() = answer.status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    response
}

/// A refusal that spent a reservation says what is left, as an answer of the model does.
fn spent(mut refused: Box<Refused>, allowance: Option<Allowance>) -> Box<Refused> {
    refused.allowance = allowance;
    refused
}

/// What no model can read because it is a form is told as a form: where its first byte is no JSON says nothing. A body that
/// begins as JSON does is judged as JSON, whatever it is called: curl calls all that it sends a form.
fn told_as_form(error: ModelError, headers: &HeaderMap, body: &[u8]) -> ModelError {
    let media = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = media.map(|media| media.split(';').next().unwrap_or_default().trim());
    let form = essence.filter(|essence| {
        let forms = ["multipart/form-data", "application/x-www-form-urlencoded"];
        forms.iter().any(|form| essence.eq_ignore_ascii_case(form))
    });
    let is_json = matches!(body.trim_ascii_start(), [b'{' | b'[', ..]);
    match (error, form) {
        (ModelError::Input(_), Some(media)) if !is_json => {
            let media = media.to_ascii_lowercase();
            ModelError::Input(Fact::InputIsForm { media }.into())
        }
        (error, _) => error,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn told(media: &'static str, body: &str) -> String {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(media))]);
        let (field, error) = ("body".to_owned(), "expected value".to_owned());
        let error = ModelError::Input(Fact::InputNotJson { field, error }.into());
        told_as_form(error, &headers, body.as_bytes()).to_string()
    }

    #[test]
    fn a_form_is_told_as_a_form() {
        for (media, body) in [
            ("multipart/form-data; boundary=b", "--b\r\n"),
            ("Application/X-WWW-Form-Urlencoded", "x=1"),
        ] {
            let text = told(media, body);
            assert!(text.contains("a form (`") && text.contains("send JSON"), "{text}");
        }
    }

    #[test]
    fn what_begins_as_json_or_is_called_json_is_judged_as_json() {
        for (media, body) in [
            ("application/x-www-form-urlencoded", " {\"x\": 1"),
            ("application/json", "x=1"),
        ] {
            assert!(told(media, body).contains("not valid JSON"), "{media}");
        }
    }
}
