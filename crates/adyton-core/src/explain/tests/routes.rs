//! Wrong URLs: what differs, what is close, and nothing of other people's projects.

use expect_test::expect;

use super::super::{DeletedService, Part, missing_service};
use super::*;
use crate::language::Language;

fn wrong(reason: Reason, method: &str, path: &str, stage: Option<&str>) -> Record {
    let id = path.split('/').nth(3).and_then(|segment| segment.parse().ok());
    let known = id.is_some_and(|id| [POETRY, IRIS].contains(&id));
    let below = path
        .split('/')
        .skip(4)
        .fold(String::new(), |all, segment| format!("{all}/{segment}"));
    Record {
        method: method.into(),
        path: path.into(),
        stage: stage.map(str::to_owned),
        project: known.then_some(MINE),
        service: id.filter(|_| known),
        api: None,
        ..refused(
            reason,
            Evidence::Route {
                service: id,
                path: below,
                method: method.into(),
                stage: stage.unwrap_or("RELEASE").into(),
                is_stage_repeated: false,
                holder: None,
            },
        )
    }
}

/// The parts that differ from the nearest route, and the path to call.
fn nearest(record: &Record) -> (Vec<Part>, String) {
    let explanation = explained(record);
    let best = explanation.nearest.first().expect("something is close");
    let parts = best.differs.iter().map(|differs| differs.part).collect();
    (parts, format!("{} {}", best.method, best.path))
}

fn poetry() -> String {
    format!("POST /v1/infers/{POETRY}/predictions/poetry")
}

#[test]
fn an_undeclared_path() {
    let record = wrong(
        Reason::RouteUndeclaredPath,
        "POST",
        &format!("/v1/infers/{POETRY}/prediction/poetry"),
        None,
    );
    expect![[r#"
        404  APIG.0101  route.undeclared_path
        Refused at route: the service exists, but `config.json` declares no such path.

          request     POST /v1/infers/12345678-9abc-def0-1234-56789abcdef0/prediction/poetry
          to          models.example:8080, from 10.0.0.7
          at          2026-01-15T08:15:30.123456Z
          id          019bc0b9554b0000010000000000002a
          took        42 µs
          steps       route ✗  admit ·  authenticate ·  authorise ·  throttle ·  limit ·  dispatch ·
          fault       the caller
          retry       no: change the request first

        Did you mean
          POST /v1/infers/12345678-9abc-def0-1234-56789abcdef0/predictions/poetry
            service     poetry
            path        /prediction/poetry → /predictions/poetry

        Fix
          1. Call `POST /v1/infers/12345678-9abc-def0-1234-56789abcdef0/predictions/poetry` at
             models.example:8080 (service poetry; path differs).
          2. Call one of the paths that `adyton service show poetry` lists, or declare the path in `apis[]`
             of the model's `config.json`, import the new version and update the service.
    "#]]
    .assert_eq(&text(&record));
}

#[test]
fn an_environment_where_it_is_not_published() {
    let record = wrong(
        Reason::RouteNotInStage,
        "POST",
        &format!("/v1/infers/{POETRY}/predictions/poetry"),
        Some("DEV"),
    );
    expect![[r#"
        404  APIG.0101  route.not_in_stage
        Refused at route: the API is not published in the environment that `X-Stage` names.

          request     POST /v1/infers/12345678-9abc-def0-1234-56789abcdef0/predictions/poetry
          to          models.example:8080, from 10.0.0.7
          at          2026-01-15T08:15:30.123456Z
          id          019bc0b9554b0000010000000000002a
          took        42 µs
          steps       route ✗  admit ·  authenticate ·  authorise ·  throttle ·  limit ·  dispatch ·
          fault       the caller
          retry       no: change the request first

        Did you mean
          POST /v1/infers/12345678-9abc-def0-1234-56789abcdef0/predictions/poetry
            service     poetry
            environment DEV → RELEASE

        Fix
          1. Leave out the header `X-Stage`, or send `X-Stage: RELEASE`.
    "#]]
    .assert_eq(&text(&record));
}

#[test]
fn a_management_address_at_the_gateway() {
    let record = wrong(
        Reason::RouteNotAnApiAddress,
        "GET",
        &format!("/v1/{MINE}/services"),
        None,
    );
    expect![[r#"
        404  APIG.0101  route.not_an_api_address
        Refused at route: the path is not an API address and no API is published at it.

          request     GET /v1/000000000000000000000000000000a1/services
          to          models.example:8080, from 10.0.0.7
          at          2026-01-15T08:15:30.123456Z
          id          019bc0b9554b0000010000000000002a
          took        42 µs
          steps       route ✗  admit ·  authenticate ·  authorise ·  throttle ·  limit ·  dispatch ·
          fault       the caller
          retry       no: change the request first

        Fix
          1. `/v1/000000000000000000000000000000a1/services` is a management address: call it on the control
             listener. The gateway serves predictions and published APIs only.
    "#]]
    .assert_eq(&text(&record));
    let known = explain(
        &record,
        &live(),
        Reader::Project(MINE),
        Some("http://models.example:9999"),
    );
    assert!(
        known.fix[0].contains("on the control listener, http://models.example:9999."),
        "{:?}",
        known.fix
    );
}

#[test]
fn each_part_that_is_wrong_is_named() {
    use Part::*;
    let cases: [(Reason, &str, String, Vec<Part>); 9] = [
        (
            Reason::RouteWrongMethod,
            "GET",
            format!("/v1/infers/{POETRY}/predictions/poetry"),
            vec![Method],
        ),
        (
            Reason::RouteUndeclaredPath,
            "POST",
            format!("/v1/infers/{POETRY}/predictions/poetry/"),
            vec![Path],
        ),
        (
            Reason::RouteUndeclaredPath,
            "POST",
            format!("/v1/infers/{POETRY}/Predictions/Poetry"),
            vec![Path],
        ),
        (
            Reason::RouteUndeclaredPath,
            "POST",
            format!("/v1/infers/{POETRY}"),
            vec![Path],
        ),
        (
            Reason::RouteMalformedServiceId,
            "POST",
            "/v1/infers/poetry/predictions/poetry".into(),
            vec![Service],
        ),
        (
            Reason::RouteMalformedServiceId,
            "POST",
            format!(
                "/v1/infers/{}/predictions/poetry",
                POETRY.to_string().to_uppercase()
            ),
            vec![Service],
        ),
        (
            Reason::RouteNoSuchService,
            "POST",
            format!(
                "/v1/infers/{}/predictions/poetry",
                ServiceId::from_bits(POETRY.bits() ^ 0xf0)
            ),
            vec![Service],
        ),
        (
            Reason::RouteNotAnApiAddress,
            "POST",
            format!("/v1/infer/{POETRY}/predictions/poetry"),
            vec![Prefix],
        ),
        (
            Reason::RouteMalformedServiceId,
            "POST",
            format!("/v1/infers//{POETRY}/predictions/poetry"),
            vec![Prefix],
        ),
    ];
    for (reason, method, path, parts) in cases {
        let record = wrong(reason, method, &path, None);
        assert_eq!(nearest(&record), (parts, poetry()), "{method} {path}");
    }
}

#[test]
fn the_routes_of_another_project_are_never_named() {
    let record = wrong(
        Reason::RouteNoSuchService,
        "POST",
        &format!("/v1/infers/{SECRETIVE}/predictions/poetry"),
        None,
    );
    for reader in [
        Reader::Project(MINE),
        Reader::Administrator(DomainId::from_bits(9)),
    ] {
        let json = serde_json::to_string(&explain(&record, &live(), reader, None)).unwrap();
        assert!(!json.contains("secretive") && !json.contains("\"other"), "{json}");
    }
    let all = explain(&record, &live(), Reader::Administrator(DOMAIN), None);
    assert_eq!(all.nearest[0].owner.name(), "secretive");
}

#[test]
fn what_came_through_the_prediction_tab_is_sent_there_again() {
    let mut record = wrong(
        Reason::RouteUndeclaredPath,
        "POST",
        &format!("/v1/infers/{POETRY}/prediction/poetry"),
        None,
    );
    record.door = Door::PredictionTab;
    record.host = "models.example:8081".into();
    let explanation = explained(&record);
    let base = format!("/adyton/v1/{MINE}/services/{POETRY}/predict");
    assert_eq!(explanation.request, format!("POST {base}/prediction/poetry"));
    assert_eq!(explanation.nearest[0].path, format!("{base}/predictions/poetry"));
    assert_eq!(
        explanation.fix[0],
        format!(
            "Call `POST {base}/predictions/poetry` at models.example:8081 (service poetry; path differs; it came \
             through the Prediction tab)."
        )
    );
    assert!(
        text(&record).contains("through     the Prediction tab"),
        "{}",
        text(&record)
    );
}

#[test]
fn a_project_in_front_of_the_address_is_to_be_left_out() {
    let path = format!("/v1/{MINE}/infers/{POETRY}/predictions/poetry");
    let record = wrong(Reason::RouteNotAnApiAddress, "POST", &path, None);
    assert_eq!(
        explained(&record).fix[0],
        format!(
            "Leave out the project id: an API address has none. It is `/v1/infers/{POETRY}/predictions/poetry`."
        )
    );
}

#[test]
fn nothing_is_guessed_where_nothing_is_near() {
    for path in ["/", "/predictions/nothing", "/favicon.ico"] {
        let record = wrong(Reason::RouteNotAnApiAddress, "POST", path, None);
        assert_eq!(explained(&record).nearest, [], "{path}");
    }
}

#[test]
fn a_method_in_small_letters_is_meant_in_capitals() {
    let path = format!("/v1/infers/{POETRY}/predictions/poetry");
    let record = wrong(Reason::RouteWrongMethod, "post", &path, None);
    assert_eq!(nearest(&record), (vec![Part::Method], poetry()));
}

#[test]
fn an_environment_that_is_sent_twice_is_named() {
    let path = format!("/v1/infers/{POETRY}/predictions/poetry");
    let mut record = wrong(Reason::RouteNotInStage, "POST", &path, Some("RELEASE, foo"));
    // The record itself keeps the first value.
    record.stage = Some("RELEASE".into());
    if let Evidence::Route {
        is_stage_repeated, ..
    } = &mut record.evidence
    {
        *is_stage_repeated = true;
    }
    let explanation = explained(&record);
    assert_eq!(nearest(&record), (vec![Part::Environment], poetry()));
    assert_eq!(
        explanation.fix,
        [
            "Send the header `X-Stage` once, as `X-Stage: RELEASE`, or leave it out: `RELEASE, foo` was received."
        ]
    );
}

#[test]
fn an_environment_is_named_beside_other_mistakes() {
    let path = format!("/v1/infers/{POETRY}/predictions/poet");
    let record = wrong(Reason::RouteNotInStage, "POST", &path, Some("foo"));
    let fix = explained(&record).fix;
    assert!(fix[0].contains("path and environment differ)"), "{fix:?}");
    assert_eq!(
        fix[1],
        "Leave out the header `X-Stage`, or send `X-Stage: RELEASE`."
    );
}

#[test]
fn the_path_to_call_has_its_escapes() {
    let mut live = live();
    let model = model_with(
        ModelId::from_bits(1),
        MINE,
        "poetry",
        &[("POST", "/with space/a%b/q?mark")],
    );
    live.apply(2, Change::Model(Box::new(model)));
    let path = format!("/v1/infers/{POETRY}/with%20spaces/a%25b/q%3Fmark");
    let mut record = wrong(Reason::RouteUndeclaredPath, "POST", &path, None);
    if let Evidence::Route { path, .. } = &mut record.evidence {
        *path = "/with spaces/a%b/q?mark".into();
    }
    let explanation = explain(&record, &live, Reader::Project(MINE), None);
    assert_eq!(
        explanation.nearest[0].path,
        format!("/v1/infers/{POETRY}/with%20space/a%25b/q%3Fmark")
    );
}

#[test]
fn an_address_that_was_cut_says_so() {
    let path = format!("/{}", "a".repeat(crate::record::ADDRESS_MAX - 1));
    let record = wrong(Reason::RouteNotAnApiAddress, "POST", &path, None);
    assert_eq!(explained(&record).request, format!("POST {path}…"));
    let record = wrong(Reason::RouteNotAnApiAddress, "POST", "/a", None);
    assert_eq!(explained(&record).request, "POST /a");
}

#[test]
fn each_declared_path_of_the_method_is_named_where_none_is_like_what_was_sent() {
    let mut live = live();
    let declared = [("POST", "/a"), ("POST", "/b"), ("GET", "/c/{id}")];
    let model = model_with(ModelId::from_bits(1), MINE, "poetry", &declared);
    live.apply(2, Change::Model(Box::new(model)));
    let path = format!("/v1/infers/{POETRY}/zzzz");
    let record = wrong(Reason::RouteUndeclaredPath, "POST", &path, None);
    let explanation = explain(&record, &live, Reader::Project(MINE), None);
    let named: Vec<&str> = explanation
        .nearest
        .iter()
        .map(|one| one.path.rsplit_once('/').expect("a path").1)
        .collect();
    assert_eq!(named, ["a", "b"]);
}

#[test]
fn a_path_that_lacks_its_start_or_end_is_near() {
    let mut live = live();
    let declared = [
        ("POST", "/healthz"),
        ("POST", "/predictions/price"),
        ("POST", "/models/of/the/whole/company/v2/embed"),
        ("POST", "/classify"),
        ("GET", "/redir"),
        ("POST", "/chats/{room}/messages"),
    ];
    live.apply(
        2,
        Change::Model(Box::new(model_with(
            ModelId::from_bits(1),
            MINE,
            "poetry",
            &declared,
        ))),
    );
    for (sent, meant) in [
        ("/price", "/predictions/price"),
        ("/predictions", "/predictions/price"),
        ("/v1/predictions/price", "/predictions/price"),
        ("/Embed", "/models/of/the/whole/company/v2/embed"),
        ("/classify/iris", "/classify"),
        ("/health", "/healthz"),
        // A word that was cut, though another path has fewer letters that differ.
        ("/predict", "/predictions/price"),
        // What was sent for a parameter stands in the path to call; what was not is named.
        ("/chats/7/message", "/chats/7/messages"),
        ("/chats//messages", "/chats/{room}/messages"),
        // Nor does a segment of the pattern itself stand for it.
        ("/chats/messages", "/chats/{room}/messages"),
    ] {
        let path = format!("/v1/infers/{POETRY}{sent}");
        let record = wrong(Reason::RouteUndeclaredPath, "POST", &path, None);
        let explanation = explain(&record, &live, Reader::Project(MINE), None);
        assert_eq!(
            explanation.nearest[0].path,
            format!("/v1/infers/{POETRY}{meant}"),
            "{sent}"
        );
    }
}

#[test]
fn a_preflight_is_told_as_what_it_is() {
    let path = format!("/v1/infers/{POETRY}/predictions/poetry");
    let first = |method| {
        explained(&wrong(Reason::RouteWrongMethod, method, &path, None))
            .fix
            .remove(0)
    };
    let fix = first("OPTIONS");
    assert!(
        fix.contains("CORS preflight") && fix.contains("Access-Control-Allow-Origin"),
        "{fix}"
    );
    assert!(first("GET").starts_with("Call `POST "), "{}", first("GET"));
}

#[test]
fn a_deleted_service_is_told_before_anything_that_is_close() {
    let gone = ServiceId::from_bits(0x77);
    let evidence = |service| Evidence::Route {
        service,
        path: "/v1/infers/x".into(),
        method: "POST".into(),
        stage: "RELEASE".into(),
        is_stage_repeated: false,
        holder: None,
    };
    let record = |reason, service| Record {
        reason: Some(reason),
        evidence: evidence(service),
        ..sample::record()
    };
    let named = record(Reason::RouteNoSuchService, Some(gone));
    assert_eq!(missing_service(&named), Some(gone));
    let unnamed = record(Reason::RouteNoSuchService, None);
    assert_eq!(missing_service(&unnamed), None);
    let there = record(Reason::RouteUndeclaredPath, Some(gone));
    assert_eq!(missing_service(&there), None, "of that one the path was wrong");
    let mut explanation = explain(&named, &live(), Reader::Project(MINE), None);
    let before = explanation.fix.len();
    let deleted = DeletedService {
        id: gone,
        name: "old".into(),
        at: at(),
        now: Some(POETRY),
    };
    explanation.tell_deleted(&deleted, Language::English);
    assert_eq!(explanation.fix.len(), before + 1);
    let first = &explanation.fix[0];
    assert!(
        first.starts_with(&format!("Service old ({gone}) was deleted at 2026-01-15")),
        "{first}"
    );
    assert!(first.contains(&format!("call `/v1/infers/{POETRY}`")), "{first}");
    let deleted = DeletedService { now: None, ..deleted };
    explanation.tell_deleted(&deleted, Language::English);
    let first = &explanation.fix[0];
    assert!(
        first.contains("no service has that name now") && !first.contains("service show old"),
        "{first}"
    );
}

/// What the sender of a wrong address is told, who may know nothing of what is published.
fn told_to_sender(reason: Reason, method: &str, path: &str, query: &str) -> String {
    let record = Record {
        query: query.into(),
        ..wrong(reason, method, path, None)
    };
    let reader = Reader::Caller {
        holder: crate::holder::Holder::User(crate::id::UserId::from_bits(7)),
        service: None,
    };
    explain(&record, &live(), reader, None).fix.join("\n")
}

#[test]
fn an_address_is_put_right_by_its_form_for_every_reader() {
    let id = POETRY.to_string();
    let (malformed, none) = (Reason::RouteMalformedServiceId, Reason::RouteNotAnApiAddress);
    let capitals = id.to_uppercase();
    let plain = id.replace('-', "");
    for (reason, path, query, below) in [
        (malformed, format!("/v1/infers//{id}"), "", ""),
        (malformed, format!("/v1/infers/{capitals}/a/b"), "", "/a/b"),
        (malformed, format!("/v1/infers/{plain}"), "", ""),
        (malformed, format!("/v1/infers/%22{id}%22"), "", ""),
        (malformed, format!("/v1/infers/{{{id}}}/a"), "", "/a"),
        (malformed, format!("/v1/infers/{id}%0a"), "", ""),
        (none, format!("/v1/infer/{id}"), "", ""),
        (none, format!("/infers/{id}/a"), "", "/a"),
        (none, format!("//v1//infers//{id}//a/"), "", "/a"),
        (none, "/v1/infers".to_owned(), "x=1&service_id=ID", ""),
        (
            Reason::RouteUndeclaredPath,
            format!("/v1/infers/{id}/v1/infers/{id}/a"),
            "",
            "/a",
        ),
    ] {
        let fix = told_to_sender(reason, "POST", &path, &query.replace("ID", &id));
        let right = format!("Call `POST /v1/infers/{id}{below}`");
        assert!(fix.contains(&right), "{path}: {fix}");
    }
    for (reason, path) in [
        (malformed, "/v1/infers/poetry".to_owned()),
        (Reason::RouteUndeclaredPath, format!("/v1/infers/{id}/nowhere")),
        (Reason::RouteUndeclaredPath, format!("/v1/infers/{id}//a")),
        (Reason::RouteNoSuchService, format!("/v1/infers/{id}")),
    ] {
        let fix = told_to_sender(reason, "POST", &path, "");
        assert!(!fix.contains("Call `POST"), "{path}: {fix}");
    }
}

#[test]
fn placeholders_escapes_and_proxies_are_named_to_every_reader() {
    let (malformed, bad) = (Reason::RouteMalformedServiceId, Reason::RouteBadEncoding);
    for (reason, method, path, said) in [
        (
            malformed,
            "POST",
            "/v1/infers/{service_id}",
            "`{service_id}` is a placeholder",
        ),
        (
            malformed,
            "POST",
            "/v1/infers/%7Bservice_id%7D/a",
            "`{service_id}` is a placeholder",
        ),
        (
            malformed,
            "POST",
            "/v1/infers/$SERVICE_ID",
            "`$SERVICE_ID` is a placeholder",
        ),
        (
            malformed,
            "POST",
            "/v1/infers/YOUR_SERVICE",
            "`YOUR_SERVICE` is a placeholder",
        ),
        (bad, "POST", "/v1/infers/x/%zz", "`%zz` in the path is no escape"),
        (bad, "POST", "/v1/infers/x/100%", "`%` in the path is no escape"),
        (bad, "POST", "/v1/infers/x/%E9t", "are not UTF-8"),
        (Reason::RouteNotAnApiAddress, "CONNECT", "", "sends to its proxy"),
    ] {
        let record = wrong(reason, method, path, None);
        let read = explained(&record).fix.remove(0);
        let sent = told_to_sender(reason, method, path, "");
        assert!(
            read.contains(said) && sent.contains(said),
            "{path}: {read}\n{sent}"
        );
    }
}

#[test]
fn nothing_is_proposed_where_nothing_is_like_what_was_sent() {
    let gone = ServiceId::from_bits(0x9999_0000_1111_2222_aaaa_bbbb_cccc_dddd);
    let record = wrong(
        Reason::RouteNoSuchService,
        "POST",
        &format!("/v1/infers/{gone}"),
        None,
    );
    let told = explained(&record);
    assert!(told.nearest.is_empty(), "{:?}", told.nearest);
    assert!(told.fix[0].contains("has a similar id"), "{:?}", told.fix);
}

#[test]
fn a_query_that_was_encoded_with_the_path_is_told() {
    let path = format!("/v1/infers/{POETRY}/predictions/poetry%3flang%3Den&x=1");
    let record = wrong(Reason::RouteUndeclaredPath, "POST", &path, None);
    let fix = explained(&record).fix.remove(0);
    assert!(fix.contains("/predictions/poetry?lang=en&x=1`"), "{fix}");
    let record = wrong(
        Reason::RouteUndeclaredPath,
        "POST",
        &format!("/v1/infers/{POETRY}/what%3F"),
        None,
    );
    let fix = explained(&record).fix.join("");
    assert!(!fix.contains("%3F"), "a question is no query: {fix}");
}
