//! Limits, services and instances.

use expect_test::expect;

use super::*;
use crate::fact::{Fact, Millis};

#[test]
fn a_body_that_is_one_byte_too_large() {
    let record = Record {
        caller: Some(admin()),
        ..refused(
            Reason::BodyTooLarge,
            Evidence::Size {
                what: Measured::Body,
                limit: 12 * 1024 * 1024,
                declared: Some(12 * 1024 * 1024 + 1),
                measured: None,
                setting: "limits.address_body".into(),
            },
        )
    };
    expect![[r#"
        413  APIG.0201  body.too_large
        Refused at limit: the body exceeds the limit of the door, declared or measured.

          request     POST /v1/infers/12345678-9abc-def0-1234-56789abcdef0/predictions/poetry
          to          models.example:8080, from 10.0.0.7
          at          2026-01-15T08:15:30.123456Z
          id          019bc0b9554b0000010000000000002a
          caller      admin, by token
          took        42 µs
          steps       route ✓  admit ✓  authenticate ✓  authorise ✓  throttle ✓  limit ✗  dispatch ·
          fault       nobody: a limit was reached
          retry       no: change the request first

        Compared
          body, declared
            expected    at most 12,582,912 bytes (12 MiB)
            got         12,582,913 bytes, 1 too many

        Fix
          1. Keep the body at 12,582,912 bytes (12 MiB) or below, or raise `limits.address_body` in the
             server's configuration.
          2. Send less: scale images down, split batches, and send files to a program as
             `multipart/form-data` instead of base64 (ONNX models read JSON alone). If you raise the limit
             instead, check the limit of any proxy in front too.
    "#]]
    .assert_eq(&text(&record));
}

#[test]
fn a_call_over_the_throttle() {
    let record = Record {
        caller: Some(admin()),
        ..refused(
            Reason::ThrottleApi,
            Evidence::Throttle {
                scope: ThrottleScope::Api,
                limit: 200,
                interval_seconds: 1,
                retry_after_ms: 5,
                setting: ThrottleSetting::DefaultPerSecond,
            },
        )
    };
    expect![[r#"
        429  APIG.0308  throttle.api
        Refused at throttle: the API received more calls than its limit allows.

          request     POST /v1/infers/12345678-9abc-def0-1234-56789abcdef0/predictions/poetry
          to          models.example:8080, from 10.0.0.7
          at          2026-01-15T08:15:30.123456Z
          id          019bc0b9554b0000010000000000002a
          caller      admin, by token
          took        42 µs
          steps       route ✓  admit ✓  authenticate ✓  authorise ✓  throttle ✗  limit ·  dispatch ·
          fault       nobody: a limit was reached
          retry       yes, after a while

        Compared
          calls of the API
            expected    at most 200 in 1 second (`throttle.default_per_second`)
            got         one more

        Fix
          1. The next call succeeds at 2026-01-15T08:15:30.128498Z (5 ms after the refusal).
          2. Wait as `Retry-After` says, and spread calls instead of sending them in bursts. To allow more:
             `adyton service update poetry --calls-per-second 400`, or `throttle.default_per_second` in the
             configuration for all services without a number of their own; 0 means no limit.
    "#]]
    .assert_eq(&text(&record));
}

#[test]
fn what_a_failed_program_said_stands_on_lines_of_its_own() {
    let record = refused(
        Reason::ServiceFailed,
        Evidence::Service {
            service: POETRY,
            status: "failed".into(),
            facts: Vec::new(),
            note: "model sick:0.0.1: the program ended with status 3 before it was ready\nlast lines of its output:\n  \
                   no medicine\n  \u{1b}[31mred"
                .into(),
        },
    );
    let text = text(&record);
    let note = "\n  Model sick:0.0.1: the program ended with status 3 before it was ready\n  last lines of its output:\n    \
                no medicine\n    \\u{1b}[31mred\n";
    assert!(text.contains(note), "{text}");
    assert!(!text.contains("\\u{a}"), "{text}");
    assert!(
        text.contains("retry       no: wait until the service runs again"),
        "{text}"
    );
}

#[test]
fn a_stopped_service() {
    let record = Record {
        caller: Some(admin()),
        ..refused(
            Reason::ServiceStopped,
            Evidence::Service {
                service: POETRY,
                status: "stopped".into(),
                facts: Vec::new(),
                note: String::new(),
            },
        )
    };
    expect![[r#"
        400  ModelArts.4203  service.stopped
        Refused at dispatch: the service is stopped.

          request     POST /v1/infers/12345678-9abc-def0-1234-56789abcdef0/predictions/poetry
          to          models.example:8080, from 10.0.0.7
          at          2026-01-15T08:15:30.123456Z
          id          019bc0b9554b0000010000000000002a
          caller      admin, by token
          took        42 µs
          steps       route ✓  admit ✓  authenticate ✓  authorise ✓  throttle ✓  limit ✓  dispatch ✗
          fault       the owner of the service or API
          retry       no: wait until the service runs again

        Compared
          service state
            expected    running or concerning
            got         stopped

        Fix
          1. Start it: `adyton service start poetry`. `adyton service events poetry` says when it was
             stopped.
    "#]]
    .assert_eq(&text(&record));
}

#[test]
fn an_instance_that_is_being_restarted() {
    let record = Record {
        caller: Some(admin()),
        ..refused(
            Reason::InstanceRestarting,
            Evidence::Restarting {
                service: POETRY,
                instance: InstanceId::from_bits(5),
                since: Timestamp::from_iso("2026-01-15T08:15:18Z").unwrap(),
                restarts: 3,
                last_end: "it ended with signal 9".into(),
                next_start: Timestamp::from_iso("2026-01-15T08:15:34Z").unwrap(),
                server_time: Timestamp::from_iso("2026-01-15T08:15:30Z").unwrap(),
            },
        )
    };
    expect![[r#"
        503  ModelArts.4503  instance.restarting
        Refused at dispatch: the instances of the service have exited and are being restarted.

          request     POST /v1/infers/12345678-9abc-def0-1234-56789abcdef0/predictions/poetry
          to          models.example:8080, from 10.0.0.7
          at          2026-01-15T08:15:30.123456Z
          id          019bc0b9554b0000010000000000002a
          caller      admin, by token
          took        42 µs
          steps       route ✓  admit ✓  authenticate ✓  authorise ✓  throttle ✓  limit ✓  dispatch ✗
          fault       the owner of the service or API
          retry       yes, after a while

        Compared
          instance 00000000000000000000000000000005
            expected    one that answers
            got         restarting for 12 s, 3 restarts so far; the last run: it ended with signal 9

        Fix
          1. Do not send it before the next start, at 2026-01-15T08:15:34.000000Z (4 s after the refusal).
          2. Wait as `Retry-After` says: until the next start, plus the time that the program last took to
             answer. If it exits repeatedly, `adyton service logs poetry` shows why; after five exits in a
             row the service fails.
    "#]]
    .assert_eq(&text(&record));
}

#[test]
fn an_instance_that_takes_too_long() {
    let record = Record {
        caller: Some(admin()),
        took_us: 40_000_500,
        model_us: 40_000_000,
        ..refused(
            Reason::PredictionTimeout,
            Evidence::Instance {
                instance: Some(InstanceId::from_bits(5)),
                address: "127.0.0.1:40123".into(),
                after_ms: 40_000,
                attempts: 1,
                facts: vec![Fact::AnswerOverdue {
                    limit: Millis(40_000),
                }],
                error: String::new(),
            },
        )
    };
    expect![[r#"
        504  ModelArts.4503  prediction.timeout
        Refused at dispatch: the model did not answer within the prediction time limit.

          request     POST /v1/infers/12345678-9abc-def0-1234-56789abcdef0/predictions/poetry
          to          models.example:8080, from 10.0.0.7
          at          2026-01-15T08:15:30.123456Z
          id          019bc0b9554b0000010000000000002a
          caller      admin, by token
          took        40.00 s (gateway 500 µs, model 40.00 s)
          steps       route ✓  admit ✓  authenticate ✓  authorise ✓  throttle ✓  limit ✓  dispatch ✗
          fault       the owner of the service or API
          retry       only if the request may run twice

        Compared
          instance 127.0.0.1:40123
            expected    an answer
            got         no answer within 40 s (gateway.prediction_timeout); after 40 s

        Fix
          1. Try a smaller input. Then make the model faster or give the service more instances;
             `gateway.prediction_timeout` allows more time. The client's own time-out must be longer than
             the gateway's.
    "#]]
    .assert_eq(&text(&record));
}

#[test]
fn an_input_that_the_model_cannot_take() {
    let record = Record {
        caller: Some(admin()),
        request_bytes: 19,
        ..refused(
            Reason::ModelBadInput,
            Evidence::of_request(Fact::InputUnfit {
                field: "inputs.x".into(),
                expected: "float32 [N,4]".into(),
                got: "[1,3]".into(),
            }),
        )
    };
    expect![[r#"
        400  MR.0105  model.bad_input
        Refused at dispatch: the model cannot take this input.

          request     POST /v1/infers/12345678-9abc-def0-1234-56789abcdef0/predictions/poetry
          to          models.example:8080, from 10.0.0.7
          at          2026-01-15T08:15:30.123456Z
          id          019bc0b9554b0000010000000000002a
          caller      admin, by token
          took        42 µs
          steps       route ✓  admit ✓  authenticate ✓  authorise ✓  throttle ✓  limit ✓  dispatch ✗
          fault       the caller
          retry       no: change the request first

        Compared
          request
            expected    what the model declares
            got         inputs.x: expected float32 [N,4], got [1,3]

        Fix
          1. Change what the message names. `adyton predict poetry --example > request.json` writes a body
             that fits, with made-up values; put yours in and send it with
             `adyton predict poetry --data @request.json`. What each input is, is under `inputs` in
             `adyton service show poetry`.
    "#]]
    .assert_eq(&text(&record));
}

#[test]
fn a_program_that_was_started_in_the_very_moment_is_worth_another_try_soon() {
    let fix = |next_start: &str| {
        let evidence = Evidence::Restarting {
            service: POETRY,
            instance: InstanceId::from_bits(5),
            since: Timestamp::from_iso("2026-01-15T08:15:18Z").unwrap(),
            restarts: 3,
            last_end: "it ended with signal 9".into(),
            next_start: Timestamp::from_iso(next_start).unwrap(),
            server_time: Timestamp::from_iso("2026-01-15T08:15:30Z").unwrap(),
        };
        let record = refused(Reason::InstanceRestarting, evidence);
        explain(&record, &live(), Reader::Project(MINE), None).fix[0].clone()
    };
    assert!(fix("2026-01-15T08:15:31Z").starts_with("Do not send it before the next start"));
    for started in ["2026-01-15T08:15:30Z", "2026-01-15T08:15:29Z"] {
        assert!(fix(started).starts_with("Send it again soon"), "{started}");
    }
}

#[test]
fn an_answer_of_the_model_needs_advice_from_status_400_on() {
    let advice = |status| {
        let record = Record {
            status,
            reason: None,
            answered_by: AnsweredBy::Model,
            ..sample::record()
        };
        explain(&record, &live(), Reader::Project(MINE), None).fix.len()
    };
    assert_eq!([200, 399].map(advice), [0, 0]);
    assert_eq!([400, 500].map(advice), [1, 1]);
}
