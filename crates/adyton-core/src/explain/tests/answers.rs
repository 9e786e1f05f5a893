//! Requests that were answered, and those whose caller left.

use expect_test::expect;

use super::*;
use crate::api::{Api, Backend, HttpBackend, Members};
use crate::sample;

#[test]
fn an_answer_of_the_model() {
    expect![[r#"
        200
        Answered by the model in 3.2 ms; all steps passed.

          request     POST /v1/infers/12345678-9abc-def0-1234-56789abcdef0/predictions/poetry
          to          models.example:8080, from 10.0.0.7
          at          2026-01-15T08:15:30.123456Z
          id          019bc0b9554b0000010000000000002a
          caller      admin, by token
          took        3.2 ms (gateway 60 µs, model 3.1 ms)
          steps       route ✓  admit ✓  authenticate ✓  authorise ✓  throttle ✓  limit ✓  dispatch ✓
    "#]]
    .assert_eq(&text(&answered(200)));
}

#[test]
fn the_version_that_was_called_is_named_where_there_are_several() {
    let record = answered(200);
    let mut live = live();
    let told = |live: &Live, reader| explain(&record, live, reader, None).notes;
    assert!(told(&live, Reader::Project(MINE)).is_empty(), "there is only one");
    let other = ModelId::from_bits(77);
    let mut service = live.service(POETRY).expect("it is there").service.clone();
    service.versions.push(Version {
        model: other,
        ..sample::version()
    });
    live.apply(2, Change::Service(Box::new(service)));
    let version = &live.model(ModelId::from_bits(1)).expect("it is there").version;
    let expected = format!("The call went to model poetry:{version}.");
    assert_eq!(told(&live, Reader::Project(MINE)), [expected]);
    let caller = Reader::Caller {
        holder: crate::holder::Holder::User(crate::id::UserId::from_bits(1)),
        service: Some(POETRY),
    };
    assert!(told(&live, caller).is_empty(), "no names of the project");
}

#[test]
fn what_a_model_did_not_read_is_named() {
    let record = Record {
        query: "verbose=1&top".to_owned(),
        evidence: Evidence::Dropped {
            headers: Vec::new(),
            fields: vec!["data.req_data[].colour".to_owned()],
            is_query_unread: true,
        },
        ..answered(200)
    };
    let text = text(&record);
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let note = "Not read by the model, so without effect on its answer: `data.req_data[].colour`, `?verbose`, `?top`.";
    assert!(flat.contains(note), "{text}");
    assert!(!flat.contains("Not passed on"), "{text}");
}

#[test]
fn an_error_of_the_model_itself() {
    expect![[r#"
        500
        The model itself answered with status 500; the gateway passed its answer on, unchanged.

          request     POST /v1/infers/12345678-9abc-def0-1234-56789abcdef0/predictions/poetry
          to          models.example:8080, from 10.0.0.7
          at          2026-01-15T08:15:30.123456Z
          id          019bc0b9554b0000010000000000002a
          caller      admin, by token
          took        3.2 ms (gateway 60 µs, model 3.1 ms)
          steps       route ✓  admit ✓  authenticate ✓  authorise ✓  throttle ✓  limit ✓  dispatch ✓

        Fix
          1. This answer is the model's own: read its body, and `adyton service logs poetry`.
    "#]]
    .assert_eq(&text(&answered(500)));
}

#[test]
fn an_error_of_a_back_end_names_the_api_and_no_service() {
    let api = ApiId::from_bits(0x77);
    let mut live = live();
    live.apply(
        2,
        Change::Api(Box::new(Api {
            id: api,
            project: MINE,
            ..sample::api(Backend::Http(HttpBackend {
                members: Members::Channel(Vec::new()),
            }))
        })),
    );
    let record = Record {
        path: "/shop/x".into(),
        service: None,
        api: Some(api),
        model: None,
        instance: None,
        ..answered(500)
    };
    let told = explain(&record, &live, Reader::Project(MINE), None);
    let headline =
        "The back end itself answered with status 500; the gateway passed its answer on, unchanged.";
    assert_eq!(told.headline, headline);
    let fix = "This answer is the back end's own: read its body, and the log of the back end of API shop.";
    assert_eq!(told.fix, [fix]);
    let theirs = explain(&record, &live, Reader::Project(THEIRS), None);
    assert!(!theirs.fix[0].contains("shop"), "{:?}", theirs.fix);
}

#[test]
fn a_client_that_left() {
    let record = Record {
        caller: Some(admin()),
        response_bytes: 0,
        took_us: 1_500_000,
        model_us: 1_499_000,
        ..refused(Reason::ClientClosed, Evidence::None)
    };
    expect![[r#"
        499  ADYTON.0499  client.closed
        The client disconnected after 1.50 s, before any of the response's body was sent.

          request     POST /v1/infers/12345678-9abc-def0-1234-56789abcdef0/predictions/poetry
          to          models.example:8080, from 10.0.0.7
          at          2026-01-15T08:15:30.123456Z
          id          019bc0b9554b0000010000000000002a
          caller      admin, by token
          took        1.50 s (gateway 1.0 ms, model 1.50 s)
          steps       route ✓  admit ✓  authenticate ✓  authorise ✓  throttle ✓  limit ✓  dispatch ✓
                      respond ✗
          fault       the caller
          retry       only if the request may run twice

        Fix
          1. Compare `took` in the explanation with the client's time-out, and increase the time-out or make
             the model faster: the explanation shows how much of the time was the model's. A client that
             closes its sending side after the request must keep it open until the answer is there.
    "#]]
    .assert_eq(&text(&record));
}

#[test]
fn a_client_that_left_inside_an_answer() {
    let record = Record {
        response_bytes: 3,
        took_us: 8_000_000,
        ..refused(Reason::ClientClosed, Evidence::None)
    };
    let explanation = explained(&record);
    assert_eq!(
        explanation.headline,
        "The client disconnected after 8.00 s, when 3 bytes of the response had been sent."
    );
}
