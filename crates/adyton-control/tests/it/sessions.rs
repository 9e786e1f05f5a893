//! The console's sessions: signing in by password and by link, what the cookie opens and what it does not, signing out.

use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{Answer, Caller};
use crate::world::World;

/// What `Set-Cookie` sets: the value, and what is said of it.
fn set_cookie(answer: &Answer) -> (String, String) {
    let line = answer.header("set-cookie");
    let (pair, attributes) = line.split_once("; ").expect("a cookie");
    let value = pair.strip_prefix("adyton_session=").expect("the console's");
    (value.to_owned(), attributes.to_owned())
}

/// A page of the console, whose requests carry this cookie.
fn page(world: &World, answer: &Answer) -> Caller {
    world
        .stranger()
        .with("Cookie", &format!("adyton_session={}", set_cookie(answer).0))
        .with("X-Adyton-Console", "1")
}

async fn sign_in(world: &World, user: &str, password: &str) -> Answer {
    let wanted = json!({"user": user, "password": password, "domain": world.first.domain.name});
    world.stranger().post("/adyton/v1/session", wanted).await
}

/// The administrator, signed in at the console.
async fn owner(world: &World) -> Caller {
    let answer = sign_in(world, &world.first.user.name, &world.first.password).await;
    assert_eq!(answer.status, 201, "{:?}", answer.body);
    page(world, &answer)
}

/// The secret of a link that a caller gets.
async fn link(caller: &Caller) -> String {
    let made = caller
        .post("/adyton/v1/session-links", json!({}))
        .await
        .expect(201);
    let url = made["url"].as_str().unwrap();
    let (page, secret) = url.split_once('#').expect("the secret is in no request's path");
    assert!(page.ends_with("/console/sign-in"), "{url}");
    secret.to_owned()
}

async fn redeem(world: &World, secret: &str) -> Answer {
    let wanted = json!({"secret": secret});
    world.stranger().post("/adyton/v1/session/link", wanted).await
}

fn permissions(shown: &Value) -> Vec<&str> {
    let all = shown["permissions"].as_array().unwrap();
    all.iter().map(|action| action.as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_covers_every_project_of_its_user_and_says_what_they_may_do_there() {
    let world = World::start().await;
    world.neighbour().await;
    let user = world.user("reader", "auditor", &world.project()).await;
    let answer = sign_in(&world, "reader", "correct horse").await;
    let (value, attributes) = set_cookie(&answer);
    assert_eq!(attributes, "Path=/; Max-Age=86400; HttpOnly; SameSite=Lax");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(!String::from_utf8_lossy(&answer.body).contains(&value));
    let reader = page(&world, &answer);
    let first = answer.expect(201);
    let shown = reader.get("/adyton/v1/session").await.expect(200);
    assert_eq!(first, shown, "the page need not ask again");
    assert_eq!(
        (&shown["user"]["id"], &shown["way"]),
        (&json!(user), &json!("console"))
    );
    assert_eq!(shown["expires_at"], "2026-05-05T03:02:01.000000Z");
    assert_eq!((&shown["roles"], permissions(&shown).len()), (&json!([]), 0));
    let projects = shown["projects"].as_array().unwrap();
    assert_eq!(projects.len(), 1, "not the neighbours': {shown}");
    assert_eq!(projects[0]["roles"], json!(["auditor"]));
    let may = permissions(&projects[0]);
    assert!(may.contains(&"modelarts:service:get") && !may.contains(&"modelarts:service:create"));
    assert_eq!(permissions(&first["projects"][0]), may);
    // The project is the address's, at every API.
    reader.get(&world.v1("/services")).await.expect(200);
    reader.get(&world.v2("/apps")).await.expect(200);
    reader.get(&world.own("/requests")).await.expect(200);
    let wanted = json!({"service_name": "s", "infer_type": "real-time", "config": []});
    let refused = reader.post(&world.v1("/services"), wanted).await;
    refused.refused(403, "ModelArts.0112", "modelarts.not_permitted");
    let admin = owner(&world).await.get("/adyton/v1/session").await.expect(200);
    assert_eq!(admin["projects"].as_array().unwrap().len(), 2);
    assert!(permissions(&admin).contains(&"iam:users:create"));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tenants_project_is_as_far_away_as_with_a_token() {
    let world = World::start().await;
    let (_, theirs) = world.neighbour().await;
    let answer = sign_in(&world, "neighbour", "correct horse").await;
    let neighbour = page(&world, &answer);
    let there = format!("/v1/{theirs}/services");
    neighbour.get(&there).await.expect(200);
    let refused = neighbour.get(&world.v1("/services")).await;
    refused.refused(403, "ModelArts.0210", "modelarts.other_project");
    // Who is no administrator of the domain makes no users, whatever they are in a project.
    let wanted = json!({"user": {"name": "mine", "password": "correct horse"}});
    neighbour
        .post("/v3/users", wanted)
        .await
        .refused(403, "403", "iam.forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_something_needs_the_consoles_header() {
    let world = World::start().await;
    let answer = sign_in(&world, &world.first.user.name, &world.first.password).await;
    let cookie = format!("adyton_session={}", set_cookie(&answer).0);
    let without = world.stranger().with("Cookie", &cookie);
    without.get("/v3/projects").await.expect(200);
    let wanted = json!({"project": {"name": "forged"}});
    let refused = without.post("/v3/projects", wanted.clone()).await;
    refused.refused(403, "403", "iam.console_header");
    let told = without
        .delete("/adyton/v1/session")
        .await
        .refused(403, "APIGW.0201", "manage.console_header");
    assert!(told.contains("X-Adyton-Console: 1"), "{told}");
    let door = without.get(&world.own("/services/s/predict")).await;
    door.refused(403, "APIGW.0201", "manage.console_header");
    let foreign = without
        .with("X-Adyton-Console", "1")
        .with("Origin", "http://127.0.0.1:1");
    let refused = foreign.post("/v3/projects", wanted.clone()).await;
    refused.refused(403, "403", "iam.origin");
    page(&world, &answer)
        .post("/v3/projects", wanted)
        .await
        .expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_with_another_credential_is_judged_by_that() {
    let world = World::start().await;
    let both = owner(&world).await.with("X-Auth-Token", "spoilt");
    let refused = both.get("/adyton/v1/session").await;
    refused.refused(401, "APIGW.0301", "manage.token_malformed");
    let reader = world.member("auditor").await;
    let answer = sign_in(&world, &world.first.user.name, &world.first.password).await;
    let (text, _) = set_cookie(&answer);
    let both = reader.with("Cookie", &format!("adyton_session={text}"));
    let shown = both.get("/adyton/v1/whoami").await.expect(200);
    assert_eq!(
        (&shown["user"]["name"], &shown["way"]),
        (&json!("member-auditor"), &json!("token"))
    );
    // Neither stands for the other.
    let as_token = world.holder(&text).get("/adyton/v1/whoami").await;
    as_token.refused(401, "APIGW.0301", "manage.token_malformed");
    let token = world
        .token(
            &world.first.user.name,
            &world.first.password,
            &world.first.project.name,
        )
        .await;
    let as_cookie = world
        .stranger()
        .with("Cookie", &format!("adyton_session={token}"));
    let refused = as_cookie.get("/adyton/v1/whoami").await;
    refused.refused(401, "APIGW.0301", "manage.token_malformed");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_session_and_takes_the_cookie_back() {
    let world = World::start().await;
    let owner = owner(&world).await;
    let gone = owner.delete("/adyton/v1/session").await;
    assert_eq!(
        set_cookie(&gone),
        (
            String::new(),
            "Path=/; Max-Age=0; HttpOnly; SameSite=Lax".to_owned()
        )
    );
    gone.expect(204);
    let refused = owner.get("/adyton/v1/session").await;
    refused.refused(401, "APIGW.0307", "manage.token_revoked");
    let stranger = world.stranger().get("/adyton/v1/session").await;
    stranger.refused(401, "APIGW.0301", "manage.credentials_missing");
    let holder = world.owner().await.delete("/adyton/v1/session").await;
    let told = holder.refused(400, "APIGW.0201", "manage.bad_request");
    assert!(told.contains("DELETE /v3/auth/tokens"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_the_sessions_of_before() {
    let world = World::start().await;
    let id = world.user("reader", "auditor", &world.project()).await;
    let reader = page(&world, &sign_in(&world, "reader", "correct horse").await);
    let path = format!("/v3/users/{id}/password");
    let wanted = json!({"user": {"original_password": "correct horse", "password": "battery staple"}});
    reader.post(&path, wanted).await.expect(204);
    let refused = reader.get("/adyton/v1/session").await;
    refused.refused(401, "APIGW.0301", "manage.token_superseded");
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_are_counted_and_locked_with_those_of_tokens() {
    let world = World::start().await;
    let (admin, password) = (world.first.user.name.clone(), world.first.password.clone());
    for _ in 0..4 {
        let told = sign_in(&world, &admin, "wrong").await;
        let told = told.refused(401, "APIGW.0301", "manage.wrong_password");
        assert!(told.contains("wrong user name or password"), "{told}");
    }
    let token = world.sign_in(&admin, "wrong", json!(null));
    let fifth = world.stranger().post("/v3/auth/tokens", token).await;
    fifth.refused(401, "401", "iam.wrong_password");
    let locked = sign_in(&world, &admin, &password).await;
    assert_eq!(locked.header("retry-after"), "900");
    locked.refused(429, "APIGW.0308", "manage.account_locked");
    let ghost = sign_in(&world, "ghost", "wrong").await;
    ghost.refused(401, "APIGW.0301", "manage.wrong_password");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_signs_in_once_whoever_made_it() {
    let world = World::start().await;
    for maker in [world.signer(), owner(&world).await, world.owner().await] {
        let secret = link(&maker).await;
        let answer = redeem(&world, &secret).await;
        let user = page(&world, &answer).get("/adyton/v1/session").await.expect(200);
        assert_eq!(user["user"]["name"], world.first.user.name.as_str());
        assert_eq!(answer.expect(201)["way"], "console");
        let again = redeem(&world, &secret).await;
        let told = again.refused(401, "APIGW.0301", "manage.sign_in_link");
        assert!(told.contains("adyton console"), "{told}");
    }
    let late = link(&world.signer()).await;
    world.clock.advance(Duration::from_secs(5 * 60));
    for spoilt in [late.as_str(), "x", ""] {
        let refused = redeem(&world, spoilt).await;
        refused.refused(401, "APIGW.0301", "manage.sign_in_link");
    }
    let stranger = world.stranger().post("/adyton/v1/session-links", json!({})).await;
    stranger.refused(401, "APIGW.0301", "manage.credentials_missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_https_the_cookie_is_secure_and_the_link_says_so() {
    let by_name =
        World::with(|settings| settings.control_url = Some("https://models.example.com/".to_owned())).await;
    let (admin, password) = (by_name.first.user.name.clone(), by_name.first.password.clone());
    let (_, attributes) = set_cookie(&sign_in(&by_name, &admin, &password).await);
    assert!(attributes.ends_with("; Secure"), "{attributes}");
    let made = by_name
        .signer()
        .post("/adyton/v1/session-links", json!({}))
        .await
        .expect(201);
    let url = made["url"].as_str().unwrap();
    assert!(
        url.starts_with("https://models.example.com/console/sign-in#"),
        "{url}"
    );
    let by_proxy =
        World::with(|settings| settings.trusted_proxies = vec!["127.0.0.1".parse().unwrap()]).await;
    let caller = by_proxy.owner().await.with("X-Forwarded-Proto", "https");
    let made = caller
        .post("/adyton/v1/session-links", json!({}))
        .await
        .expect(201);
    let url = made["url"].as_str().unwrap();
    assert!(
        url.starts_with(&format!("https://{}/console/sign-in#", by_proxy.address)),
        "{url}"
    );
    let wanted = json!({"user": by_proxy.first.user.name, "password": by_proxy.first.password});
    let stranger = by_proxy.stranger().with("X-Forwarded-Proto", "https");
    let (_, attributes) = set_cookie(&stranger.post("/adyton/v1/session", wanted).await);
    assert!(attributes.ends_with("; Secure"), "{attributes}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_prediction_tab_is_told_who_is_signed_in_and_refuses_who_was() {
    let world = World::start().await;
    let owner = owner(&world).await;
    let path = world.own("/services/s/predict/any");
    let told = owner.post(&path, json!({"a": 1})).await.expect(200);
    assert_eq!(
        (&told["credentials"], &told["user"]),
        (&json!(false), &json!(world.first.user.name))
    );
    owner.delete("/adyton/v1/session").await.expect(204);
    let refused = owner.post(&path, json!({})).await;
    refused.refused(401, "APIG.0307", "token.revoked");
    let by_token = world.owner().await.with("Cookie", "adyton_session=x");
    assert_eq!(
        by_token.post(&path, json!({})).await.expect(200)["credentials"],
        true
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_reads_ones_own_requests_by_the_cookie_too() {
    let world = World::start().await;
    let owner = owner(&world).await;
    let refused = owner
        .get("/adyton/v1/requests/00000000000000000000000000000001")
        .await;
    refused.refused(404, "APIGW.0101", "manage.no_such_address");
}
