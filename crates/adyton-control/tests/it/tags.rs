//! Tags of services, through ModelArts' addresses.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::client::{Answer, Caller};
use crate::world::World;

fn tags(pairs: &[(&str, &str)]) -> Value {
    let tags = pairs
        .iter()
        .map(|(key, value)| json!({"key": key, "value": value}));
    json!({"tags": tags.collect::<Vec<_>>()})
}

async fn take(caller: &Caller, path: &str, body: Value) -> Answer {
    caller
        .send(
            "DELETE",
            &format!("{path}/tags/delete"),
            Bytes::from(body.to_string()),
        )
        .await
}

async fn names(caller: &Caller, world: &World, query: &str) -> Vec<String> {
    let listed = caller
        .get(&world.v1(&format!("/services?sort_by=service_name&order=asc&{query}")))
        .await;
    let listed = listed.expect(200);
    let services = listed["services"].as_array().unwrap().iter();
    services
        .map(|one| one["service_name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_are_given_shown_searched_for_and_taken_away() {
    let world = World::start().await;
    let owner = world.owner().await;
    let model = world.model("echo").await;
    let (one, two) = (
        world.service("one", &model).await,
        world.service("two", &model).await,
    );
    let path = world.v1(&format!("/services/{one}"));
    let create = format!("{path}/tags/create");
    owner
        .post(&create, tags(&[("env", "test"), ("团队", "")]))
        .await
        .expect(204);
    owner.post(&create, tags(&[("env", "prod")])).await.expect(204);
    let other = world.v1(&format!("/services/{two}/tags/create"));
    owner.post(&other, tags(&[("env", "test")])).await.expect(204);

    let both = tags(&[("env", "prod"), ("团队", "")]);
    assert_eq!(owner.get(&format!("{path}/tags")).await.expect(200), both);
    assert_eq!(owner.get(&path).await.expect(200)["tags"], both["tags"]);
    let listed = owner
        .get(&world.v1("/services?service_name=one"))
        .await
        .expect(200);
    assert_eq!(listed["services"][0]["tags"], both["tags"]);
    let of_project = owner.get(&world.v1("/services/tms/tags")).await.expect(200);
    let expected = json!([{"key": "env", "values": ["prod", "test"]}, {"key": "团队", "values": [""]}]);
    assert_eq!(of_project["tags"], expected);
    let newer = format!("/v2/{}/modelarts-service-v2", world.project());
    assert_eq!(owner.get(&format!("{newer}/tags")).await.expect(200), of_project);
    assert_eq!(owner.get(&format!("{newer}/{one}/tags")).await.expect(200), both);
    let newly = format!("{newer}/{two}");
    owner
        .post(&format!("{newly}/tags/create"), tags(&[("newer", "")]))
        .await
        .expect(204);
    take(&owner, &newly, json!({"tags": [{"key": "newer"}]}))
        .await
        .expect(204);
    assert_eq!(
        owner.get(&format!("{newly}/tags")).await.expect(200),
        tags(&[("env", "test")])
    );
    for (query, expected) in [
        ("tags=env", vec!["one", "two"]),
        ("tags=env%3Dprod", vec!["one"]),
        ("tags=env,%E5%9B%A2%E9%98%9F", vec!["one"]),
        ("tags=env%3Dnone", vec![]),
        ("tags=", vec!["one", "two"]),
        ("tags=env&status=deploying", vec!["one", "two"]),
    ] {
        assert_eq!(names(&owner, &world, query).await, expected, "{query}");
    }

    let stays = json!({"tags": [{"key": "env", "value": "test"}, {"key": "nothing"}]});
    take(&owner, &path, stays).await.expect(204);
    assert_eq!(owner.get(&format!("{path}/tags")).await.expect(200), both);
    take(&owner, &path, json!({"tags": [{"key": "env"}]}))
        .await
        .expect(204);
    assert_eq!(
        owner.get(&format!("{path}/tags")).await.expect(200),
        tags(&[("团队", "")])
    );

    // A service that is made anew under the name of a deleted one has none of its tags.
    owner.delete(&path).await.expect(200);
    let again = world.service("one", &model).await;
    let again = owner
        .get(&world.v1(&format!("/services/{again}")))
        .await
        .expect(200);
    assert_eq!(again["tags"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn services_are_listed_and_counted_by_their_tags() {
    let world = World::start().await;
    let auditor = world.member("auditor").await;
    let owner = world.owner().await;
    let model = world.model("echo").await;
    for (name, given) in [
        ("one", &[("env", "prod"), ("team", "a")][..]),
        ("two", &[("env", "test")]),
        ("three", &[]),
    ] {
        let id = world.service(name, &model).await;
        if !given.is_empty() {
            let create = world.v1(&format!("/services/{id}/tags/create"));
            owner.post(&create, tags(given)).await.expect(204);
        }
    }
    let newer = format!("/v2/{}/modelarts-service-v2/resource-instances", world.project());
    for (asked, expected) in [
        (json!({}), vec!["one", "three", "two"]),
        (
            json!({"tags": [{"key": "env", "values": []}]}),
            vec!["one", "two"],
        ),
        (
            json!({"tags": [{"key": "env", "values": ["prod", "x"]}]}),
            vec!["one"],
        ),
        (
            json!({"tags": [{"key": "env", "values": ["prod", "test"]}, {"key": "team"}]}),
            vec!["one"],
        ),
        (json!({"without_any_tag": true}), vec!["three"]),
        (
            json!({"matches": [{"key": "resource_name", "value": "T"}]}),
            vec!["three", "two"],
        ),
        (json!({"tags": [{"key": "none"}]}), vec![]),
    ] {
        let listed = auditor.post(&format!("{newer}/filter"), asked.clone()).await;
        let listed = listed.expect(200);
        let mut names: Vec<&str> = listed["resources"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["resource_name"].as_str().unwrap())
            .collect();
        // Services of one moment are in the order of their ids.
        names.sort_unstable();
        assert_eq!(names, expected, "{asked}");
        let count = auditor.post(&format!("{newer}/count"), asked).await.expect(200);
        assert_eq!(count, json!({"total_count": expected.len()}));
    }
    let third = auditor
        .post(&format!("{newer}/filter?limit=1&offset=2"), json!({"limit": 5}))
        .await
        .expect(200);
    assert_eq!(third["total_count"], 3);
    assert_eq!(third["resources"].as_array().unwrap().len(), 1);
    let one = json!({"matches": [{"key": "resource_name", "value": "one"}]});
    let one = auditor.post(&format!("{newer}/filter"), one).await.expect(200);
    assert_eq!(
        one["resources"][0]["tags"],
        tags(&[("env", "prod"), ("team", "a")])["tags"]
    );
    let elsewhere = auditor
        .post(&format!("{newer}/count?workspace_id=7"), json!({}))
        .await;
    assert_eq!(elsewhere.expect(200)["total_count"], 0);
    for (path, asked, field) in [
        ("filter?limit=501", json!({}), "limit"),
        ("filter?limit=2&offset=3", json!({}), "offset"),
        (
            "count",
            json!({"matches": [{"key": "resource_id", "value": "1"}]}),
            "matches[0].key",
        ),
        (
            "count",
            json!({"tags": [{"key": "a", "values": vec!["v"; 21]}]}),
            "tags[0].values",
        ),
        ("count", json!({"tags": vec![json!({"key": "a"}); 21]}), "tags"),
        ("count", json!({"tags_any": []}), "tags_any"),
    ] {
        let refused = auditor.post(&format!("{newer}/{path}"), asked).await;
        let (code, reason) = match path.contains('?') {
            true => ("ModelArts.0104", "modelarts.parameter_error"),
            false => ("ModelArts.0101", "modelarts.invalid_argument"),
        };
        let told = refused.refused(400, code, reason);
        assert!(told.contains(&format!("{field}: ")), "{told}");
    }
    let caller = world.member("caller").await;
    let refused = caller.post(&format!("{newer}/count"), json!({})).await;
    refused.refused(403, "ModelArts.0112", "modelarts.not_permitted");
    // Who only asks changes nothing: the trail has no record of it.
    let trail = owner
        .get(&world.own("/audit?operation=tagged_services&refused=false"))
        .await;
    assert_eq!(trail.expect(200)["records"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_that_are_wrong_are_told_with_their_field() {
    let world = World::start().await;
    let owner = world.owner().await;
    let service = world.service("one", &world.model("echo").await).await;
    let path = world.v1(&format!("/services/{service}"));
    let create = format!("{path}/tags/create");
    let many: Vec<(String, String)> = (0..21)
        .map(|number| (format!("k{number}"), String::new()))
        .collect();
    let many: Vec<(&str, &str)> = many
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    for (body, field) in [
        (tags(&[("env", "prod"), (" x", "")]), "tags[1].key"),
        (tags(&[("env", "a,b")]), "tags[0].value"),
        (json!({"tags": []}), "tags"),
        (json!({"tags": [{"key": "env"}]}), "tags[0].value"),
        (
            json!({"tags": [{"key": "env", "value": "", "colour": 1}]}),
            "tags[0].colour",
        ),
        (tags(&many), "tags"),
    ] {
        let told =
            owner
                .post(&create, body)
                .await
                .refused(400, "ModelArts.0101", "modelarts.invalid_argument");
        assert!(
            told.starts_with(&format!("Invalid argument: {field}: ")),
            "{told}"
        );
    }
    take(&owner, &path, json!({"tags": [{"key": ""}]})).await.refused(
        400,
        "ModelArts.0101",
        "modelarts.invalid_argument",
    );
    let unknown = world.v1("/services/00000000-0000-4000-8000-000000000000/tags");
    owner
        .get(&unknown)
        .await
        .refused(404, "ModelArts.3502", "modelarts.no_such_service");
    owner
        .post(&format!("{unknown}/create"), tags(&[("a", "")]))
        .await
        .refused(404, "ModelArts.3502", "modelarts.no_such_service");
    let shown = owner.get(&format!("{path}/tags")).await.expect(200);
    assert_eq!(shown, tags(&[]), "nothing of what was refused was kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_changes_services_changes_their_tags_and_it_is_recorded() {
    let world = World::start().await;
    let (operator, caller) = (world.member("operator").await, world.member("caller").await);
    let service = world.service("one", &world.model("echo").await).await;
    let path = world.v1(&format!("/services/{service}"));
    operator
        .post(
            &format!("{path}/tags/create"),
            tags(&[("env", "test"), ("a", "")]),
        )
        .await
        .expect(204);
    operator
        .post(&format!("{path}/tags/create"), tags(&[("env", "prod")]))
        .await
        .expect(204);
    take(&operator, &path, json!({"tags": [{"key": "a"}]}))
        .await
        .expect(204);
    let refused = caller
        .post(&format!("{path}/tags/create"), tags(&[("env", "x")]))
        .await;
    refused.refused(403, "ModelArts.0112", "modelarts.not_permitted");
    let refused = take(&caller, &path, json!({"tags": [{"key": "env"}]})).await;
    refused.refused(403, "ModelArts.0112", "modelarts.not_permitted");

    let found = operator
        .get(&world.own("/audit?operation=service_tags&refused=false"))
        .await
        .expect(200);
    let changes: Vec<&Value> = found["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["changes"])
        .collect();
    let field = |name: &str, from: Value, to: Value| json!({"field": name, "from": from, "to": to, "is_secret": false});
    assert_eq!(*changes[0], json!([field("tags.a", json!(""), json!(null))]));
    assert_eq!(
        *changes[1],
        json!([field("tags.env", json!("test"), json!("prod"))])
    );
    assert_eq!(changes[2].as_array().unwrap().len(), 2);
    assert_eq!(
        found["records"][0]["thing"],
        json!({"kind": "service", "id": service, "name": "one"})
    );
}
