//! What web pages and strangers get at the control listener: hosts, origins, content types, metrics.

use adyton_control::MetricsAccess;
use adyton_core::secret::Secret;
use serde_json::json;

use crate::client::{Answer, Caller};
use crate::world::World;

/// Status, code and reason of a refusal.
type Refused = (u16, &'static str, &'static str);

/// The address of each dialect, with how a host and how an origin is refused there.
fn addresses(world: &World) -> [(String, Refused, Refused); 5] {
    let edge = (
        (400, "APIGW.0201", "manage.host"),
        (403, "APIGW.0201", "manage.origin"),
    );
    [
        (
            "/v3".to_owned(),
            (400, "400", "iam.host"),
            (403, "403", "iam.origin"),
        ),
        (world.v1("/services"), edge.0, edge.1),
        (world.v2("/apps"), edge.0, edge.1),
        ("/adyton/v1/whoami".to_owned(), edge.0, edge.1),
        ("/metrics".to_owned(), edge.0, edge.1),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_points_here_is_not_enough() {
    let world = World::start().await;
    let owner = world.owner().await;
    for (path, (status, code, reason), _) in addresses(&world) {
        let rebound = owner.with("Host", "evil.example:8081").get(&path).await;
        let message = rebound.refused(status, code, reason);
        assert!(
            message.contains("control.hosts") && message.contains("evil.example"),
            "{message}"
        );
    }
    for known in ["localhost:8081", "127.0.0.1", "[::1]:8081", "192.0.2.7:80"] {
        owner
            .with("Host", known)
            .get("/adyton/v1/whoami")
            .await
            .expect(200);
    }
    // Probes call by whatever address their platform makes up.
    let probe = world.stranger().with("Host", "10-1-2-3.pods.example");
    assert_eq!(probe.get("/healthz/live").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_set_and_a_container_is_called_by_its_own() {
    let world = World::with(|settings| {
        settings.hosts = vec!["adyton".to_owned()];
        settings.control_url = Some("https://models.example.com".to_owned());
    })
    .await;
    let owner = world.owner().await;
    for known in ["adyton:8081", "models.example.com"] {
        owner
            .with("Host", known)
            .get("/adyton/v1/whoami")
            .await
            .expect(200);
    }
    owner
        .with("Host", "other:8081")
        .get("/adyton/v1/whoami")
        .await
        .refused(400, "APIGW.0201", "manage.host");
    let any = World::with(|settings| settings.hosts = vec!["*".to_owned()]).await;
    let owner = any.owner().await;
    owner
        .with("Host", "whatever.example")
        .get("/adyton/v1/whoami")
        .await
        .expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_other_origins_are_refused_whatever_they_bring() {
    let world = World::start().await;
    let owner = world.owner().await;
    let gateway = format!("http://127.0.0.1:{}", world.address.port() ^ 1);
    for (path, _, (status, code, reason)) in addresses(&world) {
        for (name, value) in [
            ("Origin", "https://evil.example"),
            ("Origin", "null"),
            ("Origin", gateway.as_str()),
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Site", "same-site"),
        ] {
            owner
                .with(name, value)
                .get(&path)
                .await
                .refused(status, code, reason);
        }
    }
    let own = format!("http://{}", world.address);
    for (name, value) in [
        ("Origin", own.as_str()),
        ("Sec-Fetch-Site", "same-origin"),
        ("Sec-Fetch-Site", "none"),
    ] {
        owner.with(name, value).get("/adyton/v1/whoami").await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_behind_the_public_address_is_its_own() {
    let world =
        World::with(|settings| settings.control_url = Some("https://models.example.com".to_owned())).await;
    let owner = world.owner().await;
    // A proxy in front has put its own address for the server into Host.
    let page = owner.with("Origin", "https://models.example.com");
    page.get("/adyton/v1/whoami").await.expect(200);
    let other = owner.with("Origin", "https://models.example.com:8443");
    other
        .get("/adyton/v1/whoami")
        .await
        .refused(403, "APIGW.0201", "manage.origin");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_cannot_try_passwords() {
    let world = World::start().await;
    let sign_in = world
        .sign_in(&world.first.user.name, "wrong", json!(null))
        .to_string();
    // What a form of a page may send without asking, from a browser that says nothing of the page.
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
    ] {
        let page = world.stranger().with("Content-Type", kind);
        for _ in 0..2 {
            let refused = page.send("POST", "/v3/auth/tokens", sign_in.clone()).await;
            let message = refused.refused(415, "415", "iam.media_type");
            assert!(message.contains("Content-Type: application/json"), "{message}");
        }
    }
    let page = world.stranger().with("Origin", "https://evil.example");
    for _ in 0..5 {
        page.send("POST", "/v3/auth/tokens", sign_in.clone())
            .await
            .refused(403, "403", "iam.origin");
    }
    // Nothing of it counted towards the lock.
    world.owner().await;
    let odd = world
        .stranger()
        .with("Content-Type", "application/vnd.api+json; charset=utf-8");
    odd.send("POST", "/v3/auth/tokens", sign_in)
        .await
        .refused(401, "401", "iam.wrong_password");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_credentials_in_the_head_any_content_type_will_do() {
    let world = World::start().await;
    let plain = world
        .owner()
        .await
        .with("Content-Type", "application/x-www-form-urlencoded");
    let wanted = json!({"user": {"name": "curl", "password": "correct horse"}});
    plain.post("/v3/users", wanted).await.expect(201);
}

/// Prometheus, as it asks.
fn scraper(world: &World) -> Caller {
    world
        .stranger()
        .with("User-Agent", "Prometheus/3.5.0")
        .with(
            "Accept",
            "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        )
        .with("X-Prometheus-Scrape-Timeout-Seconds", "10")
}

fn reads(answer: &Answer) -> bool {
    answer.status == 200 && answer.body.starts_with(b"adyton_up")
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_for_this_machine() {
    let world = World::start().await;
    assert!(reads(&scraper(&world).get("/metrics").await));
    for name in ["Forwarded", "X-Forwarded-For", "X-Forwarded-Proto"] {
        let message = scraper(&world)
            .with(name, "for=192.0.2.7")
            .get("/metrics")
            .await
            .refused(401, "APIGW.0301", "manage.metrics");
        assert!(message.contains("control.metrics"), "{message}");
    }
    let open = World::with(|settings| settings.metrics = MetricsAccess::Open).await;
    let through = scraper(&open).with("X-Forwarded-For", "192.0.2.7");
    assert!(reads(&through.get("/metrics").await));
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_for_whoever_has_the_token_and_for_administrators_and_auditors() {
    const TOKEN: &str = "a token of the metrics";
    let world = World::with(|settings| {
        settings.metrics = MetricsAccess::Token(Secret::new(TOKEN.to_owned()));
    })
    .await;
    let with = |value: &str| scraper(&world).with("Authorization", value);
    assert!(reads(&with(&format!("Bearer {TOKEN}")).get("/metrics").await));
    for wrong in ["Bearer another token", "Bearer ", "Basic YTpi", TOKEN] {
        with(wrong)
            .get("/metrics")
            .await
            .refused(401, "APIGW.0301", "manage.metrics");
    }
    scraper(&world)
        .get("/metrics")
        .await
        .refused(401, "APIGW.0301", "manage.metrics");
    assert!(reads(&world.owner().await.get("/metrics").await));
    assert!(reads(&world.signer().get("/metrics").await));
    world
        .holder("nonsense")
        .get("/metrics")
        .await
        .refused(401, "APIGW.0301", "manage.token_malformed");
    // The metrics tell of all tenants: a role in one project is not enough.
    for role in ["operator", "auditor"] {
        let member = world.member(role).await;
        member
            .get("/metrics")
            .await
            .refused(403, "ModelArts.0112", "modelarts.not_permitted");
    }
    let owner = world.owner().await;
    let auditor = world.user("watcher", "caller", &world.project()).await;
    let domain = format!(
        "/v3/domains/{}/users/{auditor}/roles/auditor",
        world.first.domain.id
    );
    owner.send("PUT", &domain, "").await.expect(204);
    let token = world
        .token("watcher", "correct horse", &world.first.project.name)
        .await;
    assert!(reads(&world.holder(&token).get("/metrics").await));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_changes_who_is_let_in_and_leaves_what_needs_a_restart() {
    let world = World::start().await;
    let owner = world.owner().await;
    let named = owner.with("Host", "adyton:8081");
    let page = owner.with("Origin", "https://models.example.com");
    named
        .get("/adyton/v1/whoami")
        .await
        .refused(400, "APIGW.0201", "manage.host");
    page.get("/adyton/v1/whoami")
        .await
        .refused(403, "APIGW.0201", "manage.origin");
    world.reload(|settings| {
        settings.hosts = vec!["adyton".to_owned()];
        settings.control_url = Some("https://models.example.com".to_owned());
        settings.metrics = MetricsAccess::Open;
        settings.run_code = false;
        settings.region = "another".to_owned();
    });
    named.get("/adyton/v1/whoami").await.expect(200);
    page.get("/adyton/v1/whoami").await.expect(200);
    let discovery = world.stranger().get("/v3").await;
    assert!(
        String::from_utf8_lossy(&discovery.body).contains("https://models.example.com"),
        "addresses are printed with the new public one"
    );
    assert!(reads(
        &scraper(&world)
            .with("X-Forwarded-For", "192.0.2.7")
            .get("/metrics")
            .await
    ));
    let regions = owner.get("/v3/regions").await;
    assert!(
        !String::from_utf8_lossy(&regions.body).contains("another"),
        "built in at the start"
    );
    // What is not said any more counts no longer.
    world.reload(|_| {});
    named
        .get("/adyton/v1/whoami")
        .await
        .refused(400, "APIGW.0201", "manage.host");
    scraper(&world)
        .with("X-Forwarded-For", "192.0.2.7")
        .get("/metrics")
        .await
        .refused(401, "APIGW.0301", "manage.metrics");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_changes_whose_forwarded_addresses_are_believed() {
    let world = World::start().await;
    let guess = |source: &str| {
        let wanted = world.sign_in(&world.first.user.name, "wrong", serde_json::Value::Null);
        let stranger = world.stranger().with("X-Forwarded-For", source);
        async move { stranger.post("/v3/auth/tokens", wanted).await }
    };
    world.reload(|settings| settings.trusted_proxies = vec!["127.0.0.1".parse().unwrap()]);
    for _ in 0..5 {
        guess("192.0.2.7").await.refused(401, "401", "iam.wrong_password");
    }
    guess("192.0.2.7")
        .await
        .refused(401, "IAM.0061", "iam.account_locked");
    guess("192.0.2.8").await.refused(401, "401", "iam.wrong_password");
}
