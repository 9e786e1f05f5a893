//! A newcomer's way through: import, deploy, call, be refused, ask why. The commands are those of the README.

use expect_test::expect;

use crate::harness::{Place, filtered, sample};

#[test]
fn from_a_package_to_an_explained_refusal() {
    let place = Place::new();
    let _server = place.serve(&[]);
    place.check(
        &["model", "list"],
        expect![[r#"
            exit 0
            --- stdout
            There are no models yet. Import one with: adyton model import PATH
            --- stderr
        "#]],
    );
    place.check(
        &["service", "list"],
        expect![[r#"
            exit 0
            --- stdout
            There are no services yet. Deploy a model with: adyton service deploy MODEL
            --- stderr
        "#]],
    );
    place.check(
        &["app", "list"],
        expect![[r#"
            exit 0
            --- stdout
            There are no apps yet. Create one with: adyton app create NAME
            --- stderr
        "#]],
    );
    place.check(
        &["requests"],
        expect![[r#"
            exit 0
            --- stdout
            No requests match.
            --- stderr
        "#]],
    );
    place.check(
        &["model", "import", &sample("iris")],
        expect![[r#"
            exit 0
            --- stdout
            Imported iris:0.0.1 (ONNX), [uuid].
            Deploy it with: adyton service deploy iris:0.0.1
            --- stderr
        "#]],
    );
    place.check(
        &["service", "deploy", "iris"],
        expect![[r#"
            exit 0
            --- stdout
            iris
            id           [uuid]
            status       running
            address      http://127.0.0.1:[port]/v1/infers/[uuid]
            call         POST http://127.0.0.1:[port]/v1/infers/[uuid]
                           inputs data.req_data[].sepal_length number, data.req_data[].sepal_width number, data.req_data[].petal_length number, data.req_data[].petal_width number
            inputs       sepal_length  float32 [N,1]
                         sepal_width   float32 [N,1]
                         petal_length  float32 [N,1]
                         petal_width   float32 [N,1]
            outputs      predictresult  string [N]
                         probability    sequence(map(string, float32))
            versions     iris:0.0.1  weight 100, 1 instance, ready
            instances    [id]  ready
            last hour    [calls]
            calls        0 reached an instance since the service was made, 0 of them failed

            Call it with: adyton predict iris --data @request.json
            Try it with:  adyton predict iris --example | adyton predict iris
            --- stderr
        "#]],
    );
    let input = serde_json::json!({"name": "sepal_length", "type": "float32", "shape": [null, 1]});
    assert_eq!(place.json(&["model", "show", "iris"])["inputs"][0], input);
    assert_eq!(
        place.json(&["service", "show", "iris"])["config"][0]["inputs"][0],
        input
    );
    place.check(
        &["model", "list"],
        expect![[r#"
            exit 0
            --- stdout
            NAME  VERSION  STATUS     ENGINE     SIZE  ID
            iris  0.0.1    published  ONNX    2.5 KiB  [uuid]
            --- stderr
        "#]],
    );
    place.check(
        &["service", "list"],
        expect![[r#"
            exit 0
            --- stdout
            NAME  STATUS   CALLS  FAILED  ADDRESS                                                                ID
            iris  running      0       0  http://127.0.0.1:[port]/v1/infers/[uuid]  [uuid]
            --- stderr
        "#]],
    );
    place.check(&["predict", "iris", "--data", &format!("@{}", sample("iris/request.json"))], expect![[r#"
        exit 0
        --- stdout
        {"meta":{},"data":{"resp_data":[{"sepal_length":5.1,"sepal_width":3.5,"petal_length":1.4,"petal_width":0.2,"predictresult":"setosa","probabilities":{"setosa":0.98165685,"versicolor":0.018343149,"virginica":1.4395042e-8}},{"sepal_length":6.7,"sepal_width":3.0,"petal_length":5.2,"petal_width":2.3,"predictresult":"virginica","probabilities":{"setosa":0.000055262844,"versicolor":0.080083534,"virginica":0.9198612}}]}}
        --- stderr
        200 from the model in [n] ms, request id [id]
    "#]]);

    let refused = place.run(&["predict", "iris", "/setosa", "--data", "{}"]);
    expect![[r#"
        exit 1
        --- stderr
        error: APIG.0101 (404): The API does not exist or has not been published in the environment
          reason      route.undeclared_path
          request id  [id]
        hint: `adyton explain [id]` says what was compared and what to do
    "#]]
    .assert_eq(&place.told(&refused));
    let id = refused
        .stderr
        .lines()
        .find_map(|line| line.trim().strip_prefix("request id  "))
        .unwrap();
    let explained = place.run(&["explain", id]);
    assert_eq!(explained.code, 0, "{}", explained.stderr);
    for part in ["route.undeclared_path", "/setosa", "Did you mean", "Fix"] {
        assert!(
            explained.stdout.contains(part),
            "{part} is not in\n{}",
            explained.stdout
        );
    }
    let document = place.json(&["explain", id]);
    assert_eq!(document["explanation"]["request_id"], id);

    let listed = place.json(&["requests", "--service", "iris"]);
    assert_eq!(listed["requests"].as_array().unwrap().len(), 2);
    let refusals = place.json(&["requests", "--code", "APIG.0101"]);
    assert_eq!(refusals["requests"][0]["id"], id);
    let table = place.run(&["requests"]).stdout;
    assert!(
        table.contains("route.undeclared_path") && table.contains("by the model"),
        "{table}"
    );
    let newest = place.json(&["requests"])["requests"][0]["id"].to_string();
    let first = table.lines().nth(1).unwrap_or_default();
    assert!(
        first.contains(newest.trim_matches('"')),
        "the newest is first:\n{table}"
    );

    place.check(
        &["service", "stop", "iris"],
        expect![[r#"
            exit 0
            --- stdout
            iris is stopped.
            --- stderr
        "#]],
    );
    place.check(
        &["predict", "iris", "--data", "{}"],
        expect![[r#"
            exit 1
            --- stderr
            error: ModelArts.4203 (400): Invalid request because requested service [uuid] is unavailable.
              reason      service.stopped
              request id  [id]
            hint: `adyton explain [id]` says what was compared and what to do
        "#]],
    );
    place.check(&["model", "delete", "iris"], expect![[r#"
        exit 1
        --- stderr
        error: iris was not deleted: ModelArts.3009 The model is used by a service: the model is used by service iris; delete the service first, or take the model out of it
        hint: delete or update the services that use it first: `adyton service list`
    "#]]);
    place.check(
        &["service", "start", "iris"],
        expect![[r#"
            exit 0
            --- stdout
            iris is running.
            --- stderr
        "#]],
    );
    place.check(
        &["service", "update", "iris"],
        expect![[r#"
            exit 2
            --- stderr
            error: no changes given
            hint: `adyton service update --help` lists what can be changed
        "#]],
    );
    place.check(
        &[
            "service",
            "update",
            "iris",
            "--instances",
            "2",
            "--description",
            "flowers",
        ],
        expect![[r#"
            exit 0
            --- stdout
            iris
            id           [uuid]
            status       running
            address      http://127.0.0.1:[port]/v1/infers/[uuid]
            call         POST http://127.0.0.1:[port]/v1/infers/[uuid]
                           inputs data.req_data[].sepal_length number, data.req_data[].sepal_width number, data.req_data[].petal_length number, data.req_data[].petal_width number
            inputs       sepal_length  float32 [N,1]
                         sepal_width   float32 [N,1]
                         petal_length  float32 [N,1]
                         petal_width   float32 [N,1]
            outputs      predictresult  string [N]
                         probability    sequence(map(string, float32))
            description  flowers
            versions     iris:0.0.1  weight 100, 2 instances, ready
            instances    [id]  ready
                         [id]  ready
            last hour    [calls]
            calls        1 reached an instance since the service was made, 0 of them failed
            --- stderr
        "#]],
    );
    let events = place.run(&["service", "events", "iris"]);
    assert!(
        events.code == 0 && events.stdout.lines().count() > 3,
        "{}{}",
        events.stdout,
        events.stderr
    );
    place.check(
        &["service", "delete", "iris"],
        expect![[r#"
            exit 0
            --- stdout
            Deleted iris.
            --- stderr
        "#]],
    );
    place.check(
        &["model", "delete", "iris"],
        expect![[r#"
            exit 0
            --- stdout
            Deleted iris:0.0.1.
            --- stderr
        "#]],
    );
}

#[test]
fn every_way_of_showing_who_calls() {
    let place = Place::new();
    let server = place.serve(&[]);
    place.json(&["model", "import", &sample("poetry")]);
    let service = place.json(&["service", "deploy", "poetry", "--env", "SEED=1"]);
    assert_eq!(service["status"], "running");
    let call = |place: &Place, auth: &str| {
        let ran = place.run(&[
            "predict",
            "poetry",
            "--data",
            "{\"text\":\"The moon\"}",
            "--auth",
            auth,
        ]);
        (ran.code, ran.stdout, ran.stderr)
    };
    for auth in ["token", "aksk"] {
        let (code, stdout, stderr) = call(&place, auth);
        assert!(
            code == 0 && stdout.contains("continuation"),
            "{auth}: {stdout}{stderr}"
        );
    }
    // A context of that folder has a key and no token: one is got with the password, which stays where it is.
    let elsewhere = Place::new();
    elsewhere.json(&["login", "--data", place.data().to_str().unwrap()]);
    let (code, stdout, stderr) = call(&elsewhere, "token");
    assert!(code == 0 && stdout.contains("continuation"), "{stdout}{stderr}");
    let kept = std::fs::read_to_string(elsewhere.path().join(".config/adyton/config.toml")).unwrap();
    assert!(!kept.contains("password") && !kept.contains("\ntoken"), "{kept}");
    let (code, _, stderr) = call(&place, "none");
    assert!(code == 1 && stderr.contains("credentials.missing"), "{stderr}");
    let (code, _, stderr) = call(&place, "app");
    assert!(
        code == 2 && stderr.contains("ADYTON_APP_KEY is not set"),
        "{stderr}"
    );

    let app = place.json(&["app", "create", "reader"]);
    let code_of_app = place.json(&["app", "code", "reader"]);
    let field = |field: &str| app[field].as_str().unwrap().to_owned();
    let place_of_app = Place::new()
        .with("ADYTON_APP_KEY", &field("app_key"))
        .with("ADYTON_APP_SECRET", &field("app_secret"))
        .with("ADYTON_APP_CODE", code_of_app["app_code"].as_str().unwrap())
        .with("ADYTON_CONTROL_URL", &server.url("control_url"))
        .with("ADYTON_PROJECT_ID", server.ready["project_id"].as_str().unwrap());
    let bootstrap: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(place.data().join("bootstrap.json")).unwrap()).unwrap();
    let place_of_app = place_of_app
        .with("ADYTON_ACCESS_KEY", bootstrap["access_key"].as_str().unwrap())
        .with("ADYTON_SECRET_KEY", bootstrap["secret_key"].as_str().unwrap());
    let (code, _, stderr) = call(&place_of_app, "app");
    assert!(
        code == 1 && stderr.contains("adyton explain"),
        "an app that is not authorised: {stderr}"
    );
    place.check(
        &["app", "authorize", "reader", "poetry"],
        expect![[r#"
            exit 0
            --- stdout
            reader may call poetry.
            --- stderr
        "#]],
    );
    for auth in ["app", "appcode"] {
        let (code, stdout, stderr) = call(&place_of_app, auth);
        assert!(
            code == 0 && stdout.contains("continuation"),
            "{auth}: {stdout}{stderr}"
        );
    }
    let shown = place.run(&["app", "show", "reader"]);
    let (facts, code) = shown.stdout.split_once("AppCodes").unwrap();
    expect![[r#"
        reader
        id        [id]
        AppKey    [id]
        made      [date]:0:0
        may call  poetry
    "#]]
    .assert_eq(&filtered(facts));
    assert!(code.contains(code_of_app["id"].as_str().unwrap()), "{code}");
    assert!(
        !code.contains(code_of_app["app_code"].as_str().unwrap()),
        "{code}"
    );
    // What is on a screen holds no secret; documents are as the API gives them.
    let shown = place.json(&["app", "show", "reader"]);
    assert_eq!(shown["app_codes"][0]["app_code"], code_of_app["app_code"]);
    place.check(
        &["app", "list"],
        expect![[r#"
            exit 0
            --- stdout
            NAME    APPKEY                            SERVICES  ID
            reader  [id]         1  [id]
            --- stderr
        "#]],
    );
    let reset = place.json(&["app", "reset-secret", "reader"]);
    assert_ne!(reset["app_secret"], app["app_secret"]);
    let (code, _, stderr) = call(&place_of_app, "app");
    assert!(
        code == 1 && stderr.contains("APIG.1009"),
        "the old secret: {stderr}"
    );
    place.check(
        &["app", "revoke", "reader", "poetry"],
        expect![[r#"
            exit 0
            --- stdout
            reader may not call poetry any more.
            --- stderr
        "#]],
    );
    place.check(
        &["app", "revoke", "reader", "poetry"],
        expect![[r#"
            exit 1
            --- stderr
            error: reader is not authorised for poetry
            hint: `adyton app show reader` lists what it may call
        "#]],
    );
    place.check(
        &["app", "delete", "reader"],
        expect![[r#"
            exit 0
            --- stdout
            Deleted reader.
            --- stderr
        "#]],
    );
    let logs = place.run(&["service", "logs", "poetry"]);
    assert_eq!(logs.code, 0, "{}", logs.stderr);
}

#[test]
fn a_body_that_is_too_large_is_refused_before_it_is_sent() {
    let place = Place::new();
    let _server = place.serve(&[]);
    place.json(&["model", "import", &sample("iris")]);
    place.json(&["service", "deploy", "iris"]);
    std::fs::write(place.path().join("large"), vec![b' '; 64 << 20]).unwrap();
    let ran = place.run(&["predict", "iris", "--data", "@large"]);
    assert!(
        ran.code == 1 && ran.stderr.contains("APIG.0201 (413)"),
        "{}",
        ran.stderr
    );
    let record = &place.json(&["requests", "--status", "413"])["requests"][0];
    assert_eq!(
        (record["reason"].as_str(), record["request_bytes"].as_u64()),
        (Some("body.too_large"), Some(0))
    );
}

#[test]
fn a_canonical_request_is_compared_with_the_gateways() {
    let place = Place::new();
    let server = place.serve(&[]);
    place.json(&["model", "import", &sample("iris")]);
    let service = place.json(&["service", "deploy", "iris"]);
    let url = service["access_address"].as_str().unwrap();
    let signed = place.json(&["sign", "POST", url, "--data", "{}"]);
    // Signed for one body, sent with another.
    let mut call = ureq::post(url).config().http_status_as_error(false).build();
    for (name, value) in signed["headers"].as_object().unwrap() {
        if name != "Host" {
            call = call.header(name, value.as_str().unwrap());
        }
    }
    let answer = call.send("{\"a\":1}").unwrap();
    assert_eq!(answer.status(), 401);
    let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
    place.write("canonical", signed["canonical_request"].as_str().unwrap());
    let explained = place.run(&["explain", &id, "--canonical", "@canonical"]);
    assert_eq!(explained.code, 0, "{}", explained.stderr);
    assert!(
        explained.stdout.contains("first difference: body hash"),
        "{}",
        explained.stdout
    );
    drop(server);
}
