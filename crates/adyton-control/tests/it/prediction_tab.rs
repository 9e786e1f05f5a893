//! The Prediction tab: everything goes on as it was sent, and nothing is decided on this side.
//!
//! What the gateway decides, and the record of it, is tested there and end to end (`tests/test_door.py`).

use serde_json::json;

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_call_goes_on_as_it_was_sent_with_any_method() {
    let world = World::start().await;
    let owner = world.owner().await;
    let service = "00000000-0000-4000-8000-000000000000";
    let path = world.own(&format!("/services/{service}/predict"));
    let through = owner.post(&format!("{path}/echo?n=3"), json!({"a": 1})).await;
    assert_eq!(
        through.header("x-request-id"),
        format!("{:032x}", 42),
        "the journal's id, not another"
    );
    assert_eq!(
        through.expect(200),
        json!({
            "project": world.project(), "service": service, "method": "POST", "sent": format!("{path}/echo"),
            "below": "/echo?n=3", "token": true, "credentials": true, "bytes": 7,
            "user": null,
        })
    );
    for (path, below) in [
        (path.clone(), "/"),
        (format!("{path}/"), "/"),
        (format!("{path}/a%2Fb/"), "/a%2Fb/"),
    ] {
        let through = owner.get(&path).await.expect(200);
        assert_eq!(
            (through["method"].as_str(), through["below"].as_str()),
            (Some("GET"), Some(below))
        );
    }
    let signed = world.signer().send("PATCH", &path, "body").await.expect(200);
    assert_eq!(
        (signed["bytes"].as_u64(), signed["method"].as_str()),
        (Some(4), Some("PATCH"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_refused_on_this_side() {
    let world = World::start().await;
    let path = world.own("/services/o%64d/predict/");
    let odd = world.holder("nonsense").post(&path, json!({})).await.expect(200);
    assert_eq!((&odd["service"], &odd["token"]), (&json!("o%64d"), &json!(true)));
    let large = world.signer().send("POST", &path, vec![b'x'; 3 << 20]).await;
    assert_eq!(large.expect(200)["bytes"], 3 << 20);
    let nobodys = world.stranger().get("/adyton/v1/odd/services/odd/predict").await;
    let nobodys = nobodys.expect(200);
    assert_eq!(
        (&nobodys["project"], &nobodys["token"]),
        (&json!(null), &json!(false))
    );
}
