//! The console's files, whether or not they were built in: who gets the page, and what keeps it to itself.

use crate::client::Answer;
use crate::world::World;

fn is_page(answer: &Answer) {
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    let policy = answer.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"),
        "{policy}"
    );
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("cache-control"), "no-cache");
    assert_eq!(answer.header("set-cookie"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_of_the_console_is_the_page_also_from_a_link_elsewhere() {
    let world = World::start().await;
    let stranger = world.stranger();
    let browser = stranger.with("Accept", "text/html,application/xhtml+xml");
    is_page(&browser.get("/").await);
    for path in [
        "/console",
        "/console/",
        "/console/sign-in",
        "/console/services/s/logs?range=1h",
    ] {
        is_page(&stranger.get(path).await);
        let link = browser
            .with("Sec-Fetch-Site", "cross-site")
            .with("Sec-Fetch-Mode", "navigate")
            .with("Sec-Fetch-Dest", "document");
        is_page(&link.get(path).await);
    }
    let keystone = stranger.with("Accept", "application/json");
    assert_eq!(
        keystone.get("/").await.expect(300)["versions"]["values"][0]["id"],
        "v3.14"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_no_page() {
    let world = World::start().await;
    let stranger = world.stranger();
    let missing = stranger.get("/console/assets/gone-12345678.js").await;
    missing.refused(404, "APIGW.0101", "manage.no_such_address");
    for path in ["/console/../v3", "/console/%2e%2e/etc/passwd", "/consoles"] {
        let answer = stranger.get(path).await;
        assert!(!String::from_utf8_lossy(&answer.body).contains("root:"), "{path}");
    }
    let written = stranger.post("/console/services", serde_json::json!({})).await;
    written.refused(405, "APIGW.0101", "manage.method_not_allowed");
}
