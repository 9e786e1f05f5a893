//! The last step: headers of every answer, and what becomes of refusals.

use adyton_core::evidence::Evidence;
use adyton_core::fact::Fact;
use adyton_core::refusal::{PublicDetail, Refusal};
use http::StatusCode;

use super::*;
use crate::pipeline::rig::{Rig, call, run};

/// A recording of a call that has just arrived.
fn recording(rig: &Rig) -> Recording {
    let arrival = rig.arrival(call(), "");
    Recording::begin(&rig.records, &rig.settings.hide_query_keys, &arrival, None)
}

fn answer(body: &'static str, allowance: Option<Allowance>) -> Answer {
    Answer {
        response: Response::new(AnswerBody::Whole(Bytes::from_static(body.as_bytes()))),
        answered_by: AnsweredBy::Model,
        allowance,
    }
}

fn finished(rig: &Rig, decided: Result<Answer, Box<Refused>>) -> Response<AnswerBody> {
    run(finish(&rig.waits, false, recording(rig), decided, false))
}

fn header<'a>(response: &'a Response<AnswerBody>, name: &str) -> Option<&'a str> {
    response
        .headers()
        .get(name)
        .map(|value| value.to_str().expect("a text"))
}

#[test]
fn every_answer_names_its_request_and_who_gave_it() {
    let rig = Rig::new();
    let response = finished(&rig, Ok(answer("{}", None)));
    let record = rig.written.records().pop().expect("a record");
    assert_eq!(header(&response, "x-request-id"), Some(&*record.id.to_string()));
    assert_eq!(header(&response, "x-adyton-answered-by"), Some("model"));
    assert_eq!(header(&response, "connection"), None);
    assert_eq!(
        (record.status, record.response_bytes, record.reason),
        (200, 2, None)
    );
    let refused = Refused::request(Reason::RequestEmpty, Fact::BodyEmpty);
    let response = finished(&rig, Err(refused));
    let record = rig.written.records().pop().expect("a record");
    assert_eq!(header(&response, "x-request-id"), Some(&*record.id.to_string()));
    assert_eq!(header(&response, "x-adyton-answered-by"), Some("gateway"));
    assert_eq!(header(&response, "x-adyton-reason"), Some("request.empty"));
    assert_eq!(record.reason, Some(Reason::RequestEmpty));
    assert_eq!(record.evidence, Evidence::of_request(Fact::BodyEmpty));
}

#[test]
fn evidence_goes_to_the_record_and_never_into_the_answer() {
    let rig = Rig::new();
    let sent = "a secret".to_owned();
    let refused = Refused::request(Reason::RequestHost, Fact::HostMalformed { sent });
    let response = finished(&rig, Err(refused));
    let AnswerBody::Whole(body) = response.body() else {
        panic!("a refusal is whole");
    };
    assert!(!String::from_utf8_lossy(body).contains("a secret"));
}

#[test]
fn who_waits_as_long_as_an_answer_says_has_waited_long_enough() {
    let rig = Rig::new();
    for (wait, says) in [
        (Duration::from_nanos(1), "1"),
        (Duration::ZERO, "1"),
        (Duration::from_secs(2), "2"),
        (Duration::from_nanos(2_000_000_001), "3"),
    ] {
        let mut refused = Refused::new(Reason::ThrottleApi, Evidence::None);
        refused.retry_after = Some(wait);
        let response = finished(&rig, Err(refused));
        assert_eq!(header(&response, "retry-after"), Some(says), "{wait:?}");
    }
    let response = finished(&rig, Err(Refused::new(Reason::ThrottleApi, Evidence::None)));
    assert_eq!(header(&response, "retry-after"), None);
}

#[test]
fn what_is_left_of_the_throttle_is_said_where_there_is_one() {
    let rig = Rig::new();
    for (remain, limit, says) in [
        (199, 200, "remain:199,limit:200,time:1 second"),
        (0, 1, "remain:0,limit:1,time:1 second"),
        (
            u64::MAX,
            u32::MAX,
            "remain:18446744073709551615,limit:4294967295,time:1 second",
        ),
    ] {
        let response = finished(&rig, Ok(answer("{}", Some(Allowance { remain, limit }))));
        assert_eq!(header(&response, "x-apig-ratelimit-api-allenv"), Some(says));
    }
    let response = finished(&rig, Ok(answer("{}", None)));
    assert_eq!(header(&response, "x-apig-ratelimit-api-allenv"), None);
}

#[test]
fn connections_end_while_draining_and_where_the_end_of_a_body_is_not_certain() {
    let rig = Rig::new();
    let draining = run(finish(
        &rig.waits,
        true,
        recording(&rig),
        Ok(answer("{}", None)),
        false,
    ));
    assert_eq!(header(&draining, "connection"), Some("close"));
    let refused = Refused::request(Reason::RequestTransferCoding, Fact::BodyEmpty);
    assert_eq!(header(&finished(&rig, Err(refused)), "connection"), Some("close"));
    let refused = Refused::request(Reason::RequestExpectation, Fact::BodyEmpty);
    assert_eq!(header(&finished(&rig, Err(refused)), "connection"), None);
}

#[test]
fn whoever_debugs_is_told_how_long_it_took() {
    let rig = Rig::new();
    assert!(wants_latency(
        call()
            .header("x-apig-mode", "Debug")
            .headers_ref()
            .expect("headers")
    ));
    assert!(!wants_latency(
        call()
            .header("x-apig-mode", "fast")
            .headers_ref()
            .expect("headers")
    ));
    let mut recording = recording(&rig);
    let began = rig.time.monotonic();
    recording.trail().waits(began);
    rig.pass(Duration::from_millis(30));
    recording.trail().waited(rig.time.monotonic());
    rig.pass(Duration::from_millis(12));
    let response = run(finish(&rig.waits, false, recording, Ok(answer("{}", None)), true));
    assert_eq!(header(&response, "x-apig-latency"), Some("42"));
    assert_eq!(header(&response, "x-apig-upstream-latency"), Some("30"));
    let record = rig.written.records().pop().expect("a record");
    assert_eq!((record.took_us, record.model_us), (42_000, 30_000));
}

#[test]
fn a_model_speaks_for_itself() {
    let rig = Rig::new();
    let mut refused = Box::<Refused>::from(
        Refusal::new(Reason::ModelBadInput, Evidence::None).with_detail(PublicDetail::Input("x".into())),
    );
    refused.model_answer = Some(targets::Answer {
        status: StatusCode::BAD_REQUEST,
        content_type: "text/plain",
        body: Bytes::from_static(b"no such input"),
        unread: adyton_runtime::onnx::codec::UnreadFields::default(),
    });
    let response = finished(&rig, Err(refused));
    assert_eq!(header(&response, "content-type"), Some("text/plain"));
    assert_eq!(header(&response, "x-adyton-answered-by"), Some("model"));
    assert_eq!(header(&response, "x-adyton-reason"), Some("model.bad_input"));
    let AnswerBody::Whole(body) = response.body() else {
        panic!("it is whole");
    };
    assert_eq!(body, "no such input");
}
