//! What does not belong anywhere else: the catalogue, health, unknown addresses, request ids.

use serde_json::json;

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_is_for_everybody() {
    let world = World::start().await;
    let stranger = world.stranger();
    let all = stranger.get("/adyton/v1/errors").await.expect(200);
    assert!(all["errors"].as_array().unwrap().len() > 60);
    let one = stranger.get("/adyton/v1/errors?code=apig.1009").await.expect(200);
    assert_eq!(one["errors"][0]["error_msg"], "AppKey or AppSecret is invalid");
    let by_reason = stranger
        .get("/adyton/v1/errors?code=body.too_large")
        .await
        .expect(200);
    assert_eq!(by_reason["errors"][0]["status"], 413);
    stranger.get("/adyton/v1/errors?code=nonsense").await.refused(
        404,
        "APIGW.0101",
        "manage.no_such_address",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_is_in_the_language_that_is_accepted_and_refusals_in_english() {
    let world = World::start().await;
    let stranger = world.stranger();
    let chinese = stranger.with("Accept-Language", "zh-CN,zh;q=0.9,en;q=0.8");
    let path = "/adyton/v1/errors?code=token.expired";
    let told = chinese.get(path).await.expect(200)["errors"][0].clone();
    let english = stranger.get(path).await.expect(200)["errors"][0].clone();
    assert_eq!(told["error_msg"], english["error_msg"]);
    assert_eq!(told["retry"], "否：请先修改请求");
    assert_eq!(english["retry"], "no: change the request first");
    for place in ["/page", "/reasons/0/cause"] {
        let text = |answer: &serde_json::Value| answer.pointer(place).unwrap().as_str().unwrap().to_owned();
        let is_han = |letter: char| ('\u{4e00}'..='\u{9fff}').contains(&letter);
        assert!(text(&told).contains(is_han), "{place}: {told}");
        assert!(!text(&english).contains(is_han), "{place}: {english}");
    }
    let nonsense = "/adyton/v1/errors?code=nonsense";
    let refused = |answer: crate::client::Answer| answer.refused(404, "APIGW.0101", "manage.no_such_address");
    assert_eq!(
        refused(chinese.get(nonsense).await),
        refused(stranger.get(nonsense).await)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_addresses_and_methods_are_refused_like_the_edge_does() {
    let world = World::start().await;
    let owner = world.owner().await;
    for path in ["/nonsense", "/v1/x/y/z", "/v2/x", "/adyton/v1/nonsense"] {
        let message = owner
            .get(path)
            .await
            .refused(404, "APIGW.0101", "manage.no_such_address");
        assert_eq!(
            message,
            "The API does not exist or has not been published in the environment"
        );
    }
    for below in ["", "/1", "/1/events"] {
        let message = owner
            .get(&format!("/v2/{}/services{below}", world.project()))
            .await
            .refused(404, "APIGW.0101", "manage.no_such_address");
        assert!(
            message.ends_with(
                "v2 of the services API is not served by this version; use v1, /v1/{project_id}/services"
            ),
            "{message}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_method_is_told_the_right_ones() {
    let world = World::start().await;
    let owner = world.owner().await;
    for (path, reason, code, allowed) in [
        (
            world.v1("/models"),
            "manage.method_not_allowed",
            "APIGW.0101",
            "GET, HEAD, POST",
        ),
        (
            "/v3/auth/tokens".to_owned(),
            "iam.method_not_allowed",
            "405",
            "DELETE, GET, HEAD, POST",
        ),
        (
            "/openapi.json".to_owned(),
            "manage.method_not_allowed",
            "APIGW.0101",
            "GET, HEAD",
        ),
    ] {
        let answer = owner.send("PATCH", &path, "{}").await;
        assert_eq!(answer.header("allow"), allowed, "{path}");
        let id = answer.header("x-request-id").to_owned();
        let message = answer.refused(405, code, reason);
        let right = format!("the address takes {allowed}; PATCH was sent");
        assert!(message.contains(&right), "{message}");
        let explained = owner
            .get(&format!("/adyton/v1/{}/audit/{id}", world.project()))
            .await
            .expect(200);
        assert!(
            explained["record"]["refusal"]["message"]
                .as_str()
                .unwrap_or_default()
                .contains(&right),
            "{explained}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn health_metrics_and_the_reference_need_no_credentials() {
    let world = World::start().await;
    let stranger = world.stranger();
    for (path, text) in [
        ("/healthz/live", "live"),
        ("/healthz/ready", "ready"),
        ("/metrics", "adyton_up 1"),
        ("/docs/", "swagger"),
        ("/docs/swagger-initializer.js", "/openapi.json"),
    ] {
        let answer = stranger.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(String::from_utf8_lossy(&answer.body).contains(text), "{path}");
        assert_eq!(answer.header("x-request-id").len(), 32);
    }
    let initial = stranger.get("/docs/swagger-initializer.js").await;
    assert!(
        String::from_utf8_lossy(&initial.body).contains("\"validatorUrl\": \"none\""),
        "nothing is sent elsewhere"
    );
    assert_eq!(stranger.get("/docs").await.header("location"), "/docs/");
    stranger
        .get("/docs/nonsense")
        .await
        .refused(404, "APIGW.0101", "manage.no_such_address");
    let first = stranger.get("/healthz/live").await.header("x-request-id");
    assert_ne!(first, stranger.get("/healthz/live").await.header("x-request-id"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_before_the_body_has_come_says_that_the_connection_ends() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let world = World::start().await;
    let mut socket = tokio::net::TcpStream::connect(world.address).await.unwrap();
    let head = "POST /v3/auth/tokens HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 1000\r\n\r\n";
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    // One whose body was read goes on.
    let wrong = world.sign_in(&world.first.user.name, "wrong", json!(null));
    let refused = world.stranger().post("/v3/auth/tokens", wrong).await;
    assert_eq!(refused.header("connection"), "");
    refused.refused(401, "401", "iam.wrong_password");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_date_of_answers_follows_a_clock_that_is_set_back() {
    let world = World::start().await;
    let now = world.clock.now();
    let hour = std::time::Duration::from_secs(3600);
    for day in [now.after(hour), now.before(hour)] {
        world.clock.set(day);
        let answer = world.stranger().get("/healthz/live").await;
        assert_eq!(answer.header("date"), day.to_http_date());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_the_domain_is_for_no_project_at_modelarts() {
    let world = World::start().await;
    let wanted = world.sign_in(&world.first.user.name, &world.first.password, json!(null));
    let token = world
        .stranger()
        .post("/v3/auth/tokens", wanted)
        .await
        .header("x-subject-token");
    let domain = world.holder(&token);
    domain
        .get(&world.v1("/models"))
        .await
        .refused(401, "ModelArts.0212", "modelarts.no_project");
    domain
        .get(&world.v2("/apps"))
        .await
        .refused(403, "APIGW.0302", "manage.other_project");
    domain.get("/v3/users").await.expect(200);
    domain.get(&world.own("/requests")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storage_that_is_away_is_told_and_a_defect_by_its_request_id_alone() {
    let world = World::start().await;
    let owner = world.owner().await;
    world.store.close().await;
    world.notes.1.store(true, std::sync::atomic::Ordering::Relaxed);
    let away = "The server's storage is unavailable";
    let nothing = "the database is unreachable; nothing was changed";
    for (path, code, reason, message) in [
        (
            world.v1("/services"),
            "ModelArts.0010",
            "modelarts.storage_unavailable",
            format!("{away}: {nothing}"),
        ),
        (
            world.v2("/apps"),
            "APIG.9999",
            "apig.storage_unavailable",
            format!("{away}: {nothing}"),
        ),
        (
            "/v3/users".to_owned(),
            "503",
            "iam.storage_unavailable",
            format!("{away}: {nothing}."),
        ),
    ] {
        assert_eq!(owner.get(&path).await.refused(503, code, reason), message);
    }
    let defect = owner.get(&world.own("/requests")).await;
    assert_eq!(
        defect.refused(500, "APIGW.0601", "manage.internal"),
        "Internal server error"
    );
    // What needs no database goes on.
    owner.get("/adyton/v1/whoami").await.expect(200);
    assert_eq!(world.stranger().get("/healthz/live").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_declared_too_large_is_refused_unread() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let world = World::start().await;
    let mut socket = tokio::net::TcpStream::connect(world.address).await.unwrap();
    let head = "POST /v3/auth/tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n";
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0u8; 64];
    socket.read_exact(&mut answer).await.unwrap();
    assert!(
        answer.starts_with(b"HTTP/1.1 400 "),
        "{}",
        String::from_utf8_lossy(&answer)
    );
}
