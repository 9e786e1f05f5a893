//! The life of a token: issued, asked about, used, ended in every way.

use std::time::Duration;

use serde_json::json;

use crate::world::World;

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_gives_a_token_that_works_and_says_what_it_is_for() {
    let world = World::start().await;
    let first = &world.first;
    let scope = json!({"project": {"id": first.project.id}});
    let answer = world
        .stranger()
        .post(
            "/v3/auth/tokens",
            world.sign_in(&first.user.name, &first.password, scope),
        )
        .await;
    assert_eq!(answer.status, 201);
    let text = answer.header("x-subject-token");
    let token = &answer.json()["token"];
    assert_eq!(token["methods"], json!(["password"]));
    assert_eq!(token["expires_at"], "2026-05-05T03:02:01.000000Z");
    assert_eq!(token["issued_at"], "2026-05-04T03:02:01.000000Z");
    assert_eq!(token["user"]["id"], first.user.id.to_string());
    assert_eq!(token["user"]["domain"]["name"], first.domain.name);
    assert_eq!(token["project"]["id"], world.project());
    assert_eq!(token["roles"][0]["name"], "administrator");
    assert_eq!(token["catalog"][0]["type"], "identity");
    assert_eq!(answer.header("cache-control"), "no-store");

    let holder = world.holder(&text);
    holder.get(&world.v1("/services")).await.expect(200);
    let asked = holder.with("X-Subject-Token", &text);
    let shown = asked.get("/v3/auth/tokens?nocatalog=true").await.expect(200);
    assert_eq!(shown["token"]["catalog"], json!([]));
    assert_eq!(shown["token"]["expires_at"], token["expires_at"]);
    let head = asked.send("HEAD", "/v3/auth/tokens", "").await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
    let unknown = holder
        .with("X-Subject-Token", "nonsense")
        .get("/v3/auth/tokens")
        .await;
    unknown.refused(404, "404", "iam.subject_malformed");
    let bad = world
        .holder("nonsense")
        .with("X-Subject-Token", &text)
        .get("/v3/auth/tokens")
        .await;
    bad.refused(401, "401", "iam.token_malformed");
}

#[tokio::test(flavor = "multi_thread")]
async fn scopes_are_projects_by_name_or_id_domains_or_nothing() {
    let world = World::start().await;
    let first = &world.first;
    let ask = |scope| {
        let wanted = world.sign_in(&first.user.name, &first.password, scope);
        let stranger = world.stranger();
        async move { stranger.post("/v3/auth/tokens", wanted).await }
    };
    let named = json!({"project": {"name": first.project.name, "domain": {"name": first.domain.name}}});
    assert_eq!(
        ask(named).await.expect(201)["token"]["project"]["id"],
        world.project()
    );
    let domain = ask(json!({"domain": {"name": first.domain.name}}))
        .await
        .expect(201);
    assert_eq!(domain["token"]["domain"]["id"], first.domain.id.to_string());
    assert_eq!(domain["token"]["project"], json!(null));
    let nothing = ask(json!(null)).await.expect(201);
    assert_eq!(nothing["token"]["domain"]["id"], first.domain.id.to_string());
    // What does not exist and what is not theirs look alike.
    let unknown =
        ask(json!({"project": {"name": "nowhere"}}))
            .await
            .refused(403, "403", "iam.no_role_in_scope");
    world.neighbour().await;
    world.user("lonely", "caller", &world.project()).await;
    let theirs = world.sign_in(
        "lonely",
        "correct horse",
        json!({"project": {"name": "neighbours"}}),
    );
    let theirs =
        world
            .stranger()
            .post("/v3/auth/tokens", theirs)
            .await
            .refused(403, "403", "iam.no_role_in_scope");
    assert_eq!(unknown, theirs);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_from_a_token_keeps_the_first_expiry() {
    let world = World::start().await;
    let owner = world.owner().await;
    let crate::client::Credential::Token(first) = &owner.credential else {
        unreachable!()
    };
    world.clock.advance(3 * HOUR);
    let wanted = json!({"auth": {
        "identity": {"methods": ["token"], "token": {"id": first}},
        "scope": {"domain": {"name": world.first.domain.name}},
    }});
    let answer = world.stranger().post("/v3/auth/tokens", wanted).await;
    let second = answer.header("x-subject-token");
    let token = answer.expect(201);
    assert_eq!(token["token"]["expires_at"], "2026-05-05T03:02:01.000000Z");
    assert_eq!(token["token"]["methods"], json!(["password", "token"]));
    world.clock.advance(21 * HOUR + Duration::from_secs(1));
    let late = world.holder(&second).get("/v3/auth/projects").await;
    late.refused(401, "401", "iam.token_expired");
    let late = world.holder(&second).get(&world.v1("/services")).await;
    let message = late.refused(401, "APIGW.0301", "manage.token_expired");
    assert_eq!(
        message,
        "Incorrect IAM authentication information: token expires, expires_at: 2026-05-05T03:02:01.000000Z"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_token_ends_at_once_and_others_go_on() {
    let world = World::start().await;
    let (one, other) = (world.owner().await, world.owner().await);
    let crate::client::Credential::Token(text) = &one.credential else {
        unreachable!()
    };
    other
        .with("X-Subject-Token", text)
        .delete("/v3/auth/tokens")
        .await
        .expect(204);
    let refused = one.get(&world.v1("/services")).await;
    refused.refused(401, "APIGW.0307", "manage.token_revoked");
    other.get(&world.v1("/services")).await.expect(200);
    other
        .with("X-Subject-Token", text)
        .get("/v3/auth/tokens")
        .await
        .refused(404, "404", "iam.subject_revoked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_a_disabled_user_and_a_role_taken_away_end_all_tokens() {
    let world = World::start().await;
    let owner = world.owner().await;
    let id = world.user("alice", "operator", &world.project()).await;
    let sign_in = || async {
        world.holder(
            &world
                .token("alice", "correct horse", &world.first.project.name)
                .await,
        )
    };

    let alice = sign_in().await;
    alice.get(&world.v1("/services")).await.expect(200);
    let change = |old: &str, new: &str| json!({"user": {"password": new, "original_password": old}});
    let path = format!("/v3/users/{id}/password");
    let wrong = alice.post(&path, change("wrong", "battery staple")).await;
    wrong.refused(401, "401", "iam.wrong_password");
    alice
        .post(&path, change("correct horse", "short"))
        .await
        .refused(400, "400", "iam.malformed");
    alice
        .post(&path, change("correct horse", "battery staple"))
        .await
        .expect(204);
    let message =
        alice
            .get(&world.v1("/services"))
            .await
            .refused(401, "APIGW.0301", "manage.token_superseded");
    assert_eq!(message, "Incorrect IAM authentication information");

    // An administrator sets the old one again, which ends tokens too.
    let user = format!("/v3/users/{id}");
    owner
        .patch(&user, json!({"user": {"password": "correct horse"}}))
        .await
        .expect(200);
    let alice = sign_in().await;
    let role = format!("/v3/projects/{}/users/{id}/roles", world.project());
    let roles = owner.get(&role).await.expect(200);
    assert_eq!(roles["roles"][0]["name"], "operator");
    owner.delete(&format!("{role}/operator")).await.expect(204);
    owner
        .delete(&format!("{role}/operator"))
        .await
        .refused(404, "404", "iam.not_found");
    alice
        .get(&world.v1("/services"))
        .await
        .refused(401, "APIGW.0301", "manage.token_superseded");

    owner
        .send("PUT", &format!("{role}/operator"), "")
        .await
        .expect(204);
    let alice = sign_in().await;
    owner
        .patch(&user, json!({"user": {"enabled": false}}))
        .await
        .expect(200);
    alice
        .get(&world.v1("/services"))
        .await
        .refused(401, "APIGW.0301", "manage.token_user_disabled");
    let scope = json!({"project": {"name": world.first.project.name}});
    let wanted = world.sign_in("alice", "correct horse", scope);
    world
        .stranger()
        .post("/v3/auth/tokens", wanted)
        .await
        .refused(401, "401", "iam.wrong_password");

    owner
        .patch(&user, json!({"user": {"enabled": true}}))
        .await
        .expect(200);
    let alice = sign_in().await;
    owner.delete(&user).await.expect(204);
    alice
        .get(&world.v1("/services"))
        .await
        .refused(401, "APIGW.0301", "manage.token_user_deleted");
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_passwords_lock_for_a_quarter_of_an_hour_whether_there_is_such_a_user_or_not() {
    let world = World::start().await;
    let try_with = |user: &str, password: &str| {
        let wanted = world.sign_in(user, password, json!(null));
        let stranger = world.stranger();
        async move { stranger.post("/v3/auth/tokens", wanted).await }
    };
    let admin = world.first.user.name.clone();
    for user in [admin.as_str(), "nobody"] {
        for _ in 0..5 {
            let message = try_with(user, "wrong")
                .await
                .refused(401, "401", "iam.wrong_password");
            assert_eq!(message, "The username or password is wrong.");
        }
        let locked = try_with(user, "wrong").await;
        assert_eq!(
            locked.refused(401, "IAM.0061", "iam.account_locked"),
            "Account locked."
        );
    }
    // The right password does not open the lock, nor does another way to name the user.
    let password = world.first.password.clone();
    try_with(&admin, &password)
        .await
        .refused(401, "IAM.0061", "iam.account_locked");
    let by_id = json!({"auth": {"identity": {"methods": ["password"], "password": {"user": {
        "id": world.first.user.id, "password": password}}}}});
    let by_id = world.stranger().post("/v3/auth/tokens", by_id).await;
    by_id.refused(401, "IAM.0061", "iam.account_locked");
    world.clock.advance(Duration::from_secs(15 * 60));
    try_with(&admin, &password).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn tries_at_once_do_not_slip_past_the_lock() {
    let world = World::start().await;
    let wanted = world.sign_in(&world.first.user.name, "wrong", json!(null));
    let tries = (0..20).map(|_| {
        let (stranger, wanted) = (world.stranger(), wanted.clone());
        async move {
            stranger
                .post("/v3/auth/tokens", wanted)
                .await
                .header("x-adyton-reason")
        }
    });
    let reasons = futures_util::future::join_all(tries).await;
    assert_eq!(
        reasons
            .iter()
            .filter(|reason| *reason == "iam.wrong_password")
            .count(),
        5
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_a_sign_in_is_told_so() {
    let world = World::start().await;
    let user = json!({"name": "a", "password": "b", "domain": {"name": "c"}});
    for (body, told) in [
        (json!({}), "auth"),
        (
            json!({"auth": {"identity": {"methods": ["totp"]}}}),
            "auth.identity.methods",
        ),
        (
            json!({"auth": {"identity": {"methods": ["password"]}}}),
            "auth.identity.password",
        ),
        (
            json!({"auth": {"identity": {"methods": ["password"], "password": {"user": {"password": "b"}}}}}),
            "auth.identity.password.user",
        ),
        (
            json!({"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "colour": 1}}),
            "auth.colour",
        ),
    ] {
        let message =
            world
                .stranger()
                .post("/v3/auth/tokens", body)
                .await
                .refused(400, "400", "iam.malformed");
        assert!(message.contains(told), "{message}");
    }
    let message = world.stranger().send("POST", "/v3/auth/tokens", "{").await;
    assert!(message.refused(400, "400", "iam.malformed").contains("not JSON"));
}
