//! The log of a service as it grows, and a body that fits what it declares.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::live::Listener;
use crate::world::World;

fn texts(events: &[Value]) -> Vec<&str> {
    events.iter().map(|line| line["text"].as_str().unwrap()).collect()
}

/// The last event of a stream.
fn ended(reason: &str) -> String {
    format!("event: end\ndata: {{\"reason\":\"{reason}\"}}\n\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn who_follows_a_log_gets_what_is_there_and_then_what_is_printed() {
    let world = World::start().await;
    let owner = world.owner().await;
    let id = world.service("echo", &world.model("echo").await).await;
    let path = world.own(&format!("/services/{id}/log/follow"));
    let mut all = Listener::open(&owner, &path).await;
    let mut some = Listener::open(&owner, &format!("{path}?lines=1&contains=T")).await;
    let none = Listener::open(&owner, &format!("{path}?lines=0&instance=f")).await;
    assert_eq!(texts(&all.events("line")), ["one", "two", "three"]);
    assert_eq!(texts(&some.events("line")), ["three"], "the newest that fit");
    world.stage.print("four");
    world.stage.print("the end");
    for listener in [&mut all, &mut some] {
        listener.until("the end").await;
    }
    assert_eq!(
        texts(&all.events("line")),
        ["one", "two", "three", "four", "the end"]
    );
    assert_eq!(texts(&some.events("line")), ["three", "the end"]);
    let listed = owner
        .get(&world.own(&format!("/services/{id}/log?lines=1")))
        .await
        .expect(200);
    assert_eq!(
        all.events("line").last(),
        Some(&listed["lines"][0]),
        "the same document"
    );

    owner
        .delete(&world.v1(&format!("/services/{id}")))
        .await
        .expect(200);
    let heard = none.end().await;
    assert!(
        heard.contains(&ended("service")) && !heard.contains("event: line"),
        "{heard}"
    );
    assert!(heard.ends_with("0\r\n\r\n"), "a whole answer");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_followed_as_long_as_the_reader_may_and_the_server_goes_on() {
    let mut world = World::start().await;
    let owner = world.owner().await;
    let id = world.service("echo", &world.model("echo").await).await;
    let path = world.own(&format!("/services/{id}/log/follow"));
    let reader = world.user("reader", "auditor", &world.project()).await;
    let token = world
        .token("reader", "correct horse", &world.first.project.name)
        .await;
    let theirs = Listener::open(&world.holder(&token), &path).await;
    let role = format!("/v3/projects/{}/users/{reader}/roles/auditor", world.project());
    owner.send("DELETE", &role, Bytes::new()).await.expect(204);
    let heard = theirs.end().await;
    assert!(heard.contains(&ended("session")), "{heard}");

    let nobodys = world.own("/services/00000000-0000-4000-8000-000000000000/log/follow");
    owner
        .get(&nobodys)
        .await
        .refused(404, "ModelArts.3502", "modelarts.no_such_service");
    let caller = world.member("caller").await.get(&path).await;
    caller.refused(403, "ModelArts.0112", "modelarts.not_permitted");
    for query in ["lines=10001", "since=soon", "until=5"] {
        let wrong = owner.get(&format!("{path}?{query}")).await;
        wrong.refused(400, "APIGW.0201", "manage.bad_request");
    }

    let last = Listener::open(&owner, &path).await;
    let stopping = tokio::time::timeout(Duration::from_secs(20), world.stop());
    stopping.await.expect("well before its grace is over");
    let heard = last.end().await;
    assert!(heard.contains(&ended("server")), "{heard}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_example_fits_what_the_service_declares() {
    let world = World::start().await;
    let owner = world.owner().await;
    let id = world.service("echo", &world.model("echo").await).await;
    let path = world.own(&format!("/services/{id}/example"));
    let first = owner.get(&path).await.expect(200);
    assert_eq!(
        (&first["path"], &first["method"]),
        (&json!("/echo"), &json!("POST"))
    );
    assert_eq!(first["content_type"], "application/json");
    assert_eq!(
        owner
            .get(&format!("{path}?path=/echo&method=post"))
            .await
            .expect(200),
        first
    );
    let told =
        owner
            .get(&format!("{path}?path=/nowhere"))
            .await
            .refused(400, "APIGW.0201", "manage.bad_request");
    assert!(told.contains("the service declares POST /echo"), "{told}");
    let (neighbour, theirs) = world.neighbour().await;
    let elsewhere = neighbour
        .get(&format!("/adyton/v1/{theirs}/services/{id}/example"))
        .await;
    elsewhere.refused(404, "ModelArts.3502", "modelarts.no_such_service");
}
