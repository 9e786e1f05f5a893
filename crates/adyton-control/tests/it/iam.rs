//! The rest of IAM: discovery, projects, users, access keys.

use serde_json::json;

use crate::client::{Caller, Credential};
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn keystone_clients_find_their_way() {
    let world = World::start().await;
    let stranger = world.stranger();
    let versions = stranger.get("/").await.expect(300);
    let version = &versions["versions"]["values"][0];
    assert_eq!(
        (version["id"].as_str(), version["status"].as_str()),
        (Some("v3.14"), Some("stable"))
    );
    assert_eq!(
        version["links"][0]["href"],
        format!("http://{}/v3/", world.address)
    );
    assert_eq!(stranger.get("/v3").await.expect(200)["version"]["id"], "v3.14");
    let page = stranger
        .with("Accept", "text/html,application/xhtml+xml")
        .get("/")
        .await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").starts_with("text/html"));
    stranger
        .get("/v3/nonsense")
        .await
        .refused(404, "404", "iam.not_found");
    stranger
        .delete("/v3")
        .await
        .refused(405, "405", "iam.method_not_allowed");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sdk_finds_its_project_with_a_signed_call() {
    let world = World::start().await;
    let (signer, name) = (world.signer(), &world.first.project.name);
    let found = signer.get(&format!("/v3/projects?name={name}")).await.expect(200);
    assert_eq!(found["projects"].as_array().map(Vec::len), Some(1));
    assert_eq!(found["projects"][0]["id"], world.project());
    assert_eq!(
        signer.get("/v3/projects?name=nowhere").await.expect(200)["projects"],
        json!([])
    );
    let domains = signer.get("/v3/auth/domains").await.expect(200);
    assert_eq!(domains["domains"][0]["name"], world.first.domain.name);
    signer.get("/v3/auth/projects").await.expect(200);
    signer.get("/v3/regions").await.expect(200);
    signer
        .get(&format!("/v3/projects/{}", world.project()))
        .await
        .expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_call_is_accepted_like_a_token_and_only_with_its_body() {
    let world = World::start().await;
    let signer = world.signer();
    signer.get(&world.v1("/services")).await.expect(200);
    signer
        .post(&world.v2("/apps"), json!({"name": "signed"}))
        .await
        .expect(201);

    let mut wrong = signer.clone();
    if let Credential::Key { secret, .. } = &mut wrong.credential {
        secret.push('x');
    }
    let message = wrong
        .get(&world.v1("/services"))
        .await
        .refused(401, "APIGW.0301", "manage.signature_bad");
    assert_eq!(
        message,
        "Incorrect IAM authentication information: verify aksk signature fail"
    );
    let message = wrong.post(&world.v2("/apps"), json!({"name": "no"})).await;
    message.refused(401, "APIGW.0301", "manage.signature_bad");
    wrong
        .get("/v3/auth/projects")
        .await
        .refused(401, "401", "iam.signature_invalid");

    let tampered = tampered(&world).await;
    tampered.refused(401, "APIGW.0301", "manage.signature_bad");
}

/// A call that was signed with one body and is sent with another.
async fn tampered(world: &World) -> crate::client::Answer {
    use adyton_core::digest::Sha256;
    use adyton_core::secret::Secret;
    use adyton_sign::{Outgoing, OutgoingBody, sign};
    let outgoing = Outgoing {
        method: "POST",
        path: &world.v2("/apps"),
        query: "",
        host: &world.address.to_string(),
        headers: &[],
        body: OutgoingBody::Hashed(Sha256::of(b"{\"name\":\"signed-by-me\"}")),
    };
    let secret = Secret::new(world.first.secret_key.clone());
    let signed = sign(
        &outgoing,
        world.first.access_key.as_str(),
        &secret,
        world.clock.now(),
    )
    .unwrap();
    let body = "{\"name\":\"signed-by-you\"}".into();
    world
        .stranger()
        .raw("POST", &world.v2("/apps"), signed.headers, body)
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn users_are_made_shown_changed_and_deleted() {
    let world = World::start().await;
    let owner = world.owner().await;
    let user = |name: &str| json!({"user": {"name": name, "password": "correct horse"}});
    let made = owner.post("/v3/users", user("bob")).await.expect(201);
    let path = format!("/v3/users/{}", made["user"]["id"].as_str().unwrap());
    owner
        .post("/v3/users", user("bob"))
        .await
        .refused(409, "409", "iam.conflict");
    owner
        .post("/v3/users", json!({"user": {"name": "eve", "password": "short"}}))
        .await
        .refused(400, "400", "iam.malformed");
    assert_eq!(
        owner.get("/v3/users?name=bob").await.expect(200)["users"][0],
        made["user"]
    );
    assert_eq!(owner.get(&path).await.expect(200)["user"]["enabled"], true);
    let renamed = owner
        .patch(&path, json!({"user": {"name": "robert"}}))
        .await
        .expect(200);
    assert_eq!(renamed["user"]["name"], "robert");
    owner.delete(&path).await.expect(204);
    owner.get(&path).await.refused(404, "404", "iam.not_found");
    // Nobody locks themselves out.
    let own = format!("/v3/users/{}", world.first.user.id);
    owner.delete(&own).await.refused(400, "400", "iam.malformed");
    owner
        .patch(&own, json!({"user": {"enabled": false}}))
        .await
        .refused(400, "400", "iam.malformed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_key_is_shown_once_works_is_turned_off_and_deleted() {
    let world = World::start().await;
    let owner = world.owner().await;
    let id = world.user("carol", "auditor", &world.project()).await;
    let path = "/v3.0/OS-CREDENTIAL/credentials";
    let wanted = json!({"credential": {"user_id": id, "description": "for a script"}});
    let made = owner.post(path, wanted.clone()).await.expect(201);
    let access = made["credential"]["access"].as_str().unwrap().to_owned();
    let secret = made["credential"]["secret"].as_str().unwrap().to_owned();
    let carol = Caller {
        credential: Credential::Key {
            access: access.clone(),
            secret,
        },
        ..world.stranger()
    };
    carol.get(&world.v1("/services")).await.expect(200);
    let own = carol.get(path).await.expect(200);
    assert_eq!(own["credentials"][0]["access"], access);
    assert_eq!(own["credentials"][0]["secret"], json!(null), "shown once");

    owner.post(path, wanted.clone()).await.expect(201);
    let third = owner
        .post(path, wanted)
        .await
        .refused(400, "400", "iam.key_quota");
    assert_eq!(third, "akSkNumExceed");

    let one = format!("{path}/{access}");
    for hostile in ["\u{1b}[2J".to_owned(), "x".repeat(256)] {
        let told = owner
            .put(&one, json!({"credential": {"description": hostile}}))
            .await
            .refused(400, "400", "iam.malformed");
        assert!(told.contains("credential.description"), "{told}");
    }
    let off = owner
        .put(&one, json!({"credential": {"status": "inactive"}}))
        .await
        .expect(200);
    assert_eq!(off["credential"]["status"], "inactive");
    carol
        .get(&world.v1("/services"))
        .await
        .refused(401, "APIGW.0301", "manage.key_disabled");
    owner
        .put(&one, json!({"credential": {"status": "active"}}))
        .await
        .expect(200);
    carol.get(&world.v1("/services")).await.expect(200);
    // Somebody else's key looks like none to who may not see it.
    let member = world.member("caller").await;
    member.get(&one).await.refused(404, "404", "iam.not_found");
    member
        .get(&format!("{path}?user_id={id}"))
        .await
        .refused(403, "403", "iam.forbidden");
    owner.delete(&one).await.expect(204);
    carol
        .get(&world.v1("/services"))
        .await
        .refused(401, "APIGW.0301", "manage.key_unknown");
    owner.get(&one).await.refused(404, "404", "iam.not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoami_tells_how_long_the_token_lives() {
    let world = World::start().await;
    let owner = world.owner().await;
    world.clock.advance(std::time::Duration::from_secs(3600));
    let who = owner.get("/adyton/v1/whoami").await.expect(200);
    assert_eq!(who["user"]["name"], world.first.user.name);
    assert_eq!(who["project"]["id"], world.project());
    assert_eq!(who["roles"], json!(["administrator"]));
    assert_eq!(who["way"], "token");
    assert_eq!(who["token"]["remaining_seconds"], 23 * 3600);
    let who = world.signer().get("/adyton/v1/whoami").await.expect(200);
    assert_eq!((who["way"].as_str(), &who["token"]), (Some("aksk"), &json!(null)));
    assert_eq!(who["projects"][0]["id"], world.project());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_cause_of_a_management_refusal_has_a_sub_code_of_its_own() {
    let world = World::start().await;
    let path = world.v1("/services");
    let told = |caller: crate::client::Caller, reason: &'static str| {
        let path = path.clone();
        async move {
            caller.get(&path).await.refused(401, "APIGW.0301", reason);
        }
    };
    let with_key = |change: fn(&mut String, &mut String)| {
        let mut signer = world.signer();
        if let Credential::Key { access, secret, .. } = &mut signer.credential {
            change(access, secret);
        }
        signer
    };
    told(world.stranger(), "manage.credentials_missing").await;
    told(world.holder("nonsense"), "manage.token_malformed").await;
    told(with_key(|_, secret| secret.push('x')), "manage.signature_bad").await;
    told(with_key(|_, secret| secret.push('\n')), "manage.signing_mistake").await;
    told(
        with_key(|access, _| *access = "ANOTHERACCESSKEY0001".to_owned()),
        "manage.key_unknown",
    )
    .await;
    let app_code = world.stranger().with("X-Apig-AppCode", "code");
    told(app_code, "manage.credentials_not_accepted").await;
    let half = world.stranger().with("X-HW-ID", "key");
    told(half, "manage.app_credentials").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn real_clients_find_their_project_and_sign_in_unscoped() {
    let world = World::start().await;
    // The SDK with Region("region-1") asks for the project of that name; there is one project, of another name.
    let listed = world.signer().get("/v3/projects?name=region-1").await.expect(200);
    assert_eq!(listed["projects"][0]["id"], world.project());
    let none = world
        .signer()
        .get("/v3/projects?name=elsewhere")
        .await
        .expect(200);
    assert_eq!(none["projects"], json!([]));
    // keystoneauth writes this for a token without scope.
    for scope in [json!("unscoped"), json!({"unscoped": {}})] {
        let wanted = world.sign_in(&world.first.user.name, &world.first.password, scope);
        world.stranger().post("/v3/auth/tokens", wanted).await.expect(201);
    }
}
