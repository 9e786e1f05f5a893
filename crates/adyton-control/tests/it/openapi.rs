//! The OpenAPI document: committed, so that a changed contract shows in review.

use serde_json::Value;

use crate::world::World;

#[test]
fn the_committed_document_is_the_one_that_is_served() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/openapi.json");
    let now = adyton_control::openapi_json() + "\n";
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(path, &now).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == now,
        "docs/reference/openapi.json is not what the code says: run UPDATE_EXPECT=1 cargo test -p adyton-control openapi"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_served_and_whole() {
    let world = World::start().await;
    let document: Value = world.stranger().get("/openapi.json").await.expect(200);
    assert_eq!(
        document["openapi"].as_str().map(|version| &version[..2]),
        Some("3.")
    );
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(
            document["components"]["schemas"][name].is_object(),
            "{name} is referred to and missing"
        );
    }
    let mut ids = std::collections::HashSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            assert!(operation["summary"].is_string(), "{method} {path}");
            ids.insert(format!("{id} {path}"));
        }
    }
    assert!(ids.len() > 70);
}
