//! The Prediction tab's door: what goes through, and refusals in the gateway's envelope.

use serde_json::json;

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_call_goes_through_as_the_signed_in_user_with_any_method() {
    let world = World::start().await;
    let owner = world.owner().await;
    let service = world.service("echo", &world.model("echo").await).await;
    let path = world.own(&format!("/services/{service}/predict"));
    let through = owner.post(&format!("{path}/echo?n=3"), json!({"a": 1})).await;
    assert_eq!(
        through.header("x-request-id"),
        format!("{:032x}", 42),
        "the journal's id, not another"
    );
    assert_eq!(
        through.expect(200),
        json!({"service": service, "method": "POST", "below": "/echo?n=3", "user": world.first.user.name, "bytes": 7})
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
async fn refusals_are_the_gateways() {
    let world = World::with(|settings| settings.prediction_tab_body = 1000).await;
    let service = world.service("echo", &world.model("echo").await).await;
    let path = world.own(&format!("/services/{service}/predict/"));
    let bad = world.holder("nonsense").post(&path, json!({})).await;
    assert_eq!(bad.header("x-adyton-answered-by"), "gateway");
    let message = bad.refused(401, "APIG.0301", "token.malformed");
    assert_eq!(
        message,
        "Incorrect IAM authentication information: decrypt token fail"
    );
    let none = world.stranger().post(&path, json!({})).await;
    none.refused(401, "APIG.0301", "credentials.missing");
    let odd = world
        .owner()
        .await
        .get(&world.own("/services/odd/predict/"))
        .await;
    odd.refused(404, "APIG.0101", "route.malformed_service_id");
    let (neighbour, theirs) = world.neighbour().await;
    let strange = neighbour
        .get(&format!("/adyton/v1/{theirs}/services/{service}/predict/"))
        .await;
    strange.refused(404, "APIG.0101", "route.no_such_service");
    neighbour
        .get(&path)
        .await
        .refused(403, "APIG.0302", "iam.other_project");
    let large = world.signer().send("POST", &path, vec![b'x'; 1001]).await;
    large.refused(413, "APIG.0201", "body.too_large");
    world
        .signer()
        .send("POST", &path, vec![b'x'; 1000])
        .await
        .expect(200);
}
