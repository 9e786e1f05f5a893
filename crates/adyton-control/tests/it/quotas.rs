//! Quotas: an administrator of the domain sets them, everybody in the project reads them, and what exceeds one is refused by name.

use serde_json::{Value, json};

use crate::client::Caller;
use crate::world::World;

async fn set(administrator: &Caller, world: &World, kind: &str, quota: Value) {
    let path = format!("/adyton/v1/quotas/{}", world.project());
    let body = json!({"quotas": [{"type": kind, "quota": quota}]});
    administrator.put(&path, body).await.expect(200);
}

async fn shown(reader: &Caller, world: &World, kind: &str) -> Value {
    let listed = reader.get(&world.own("/quotas")).await.expect(200);
    let quotas = listed["quotas"].as_array().unwrap();
    quotas.iter().find(|one| one["type"] == kind).unwrap().clone()
}

fn service(name: &str, model: &str, instances: u32) -> Value {
    json!({"service_name": name, "infer_type": "real-time",
           "config": [{"model_id": model, "weight": 100, "instance_count": instances}]})
}

#[tokio::test(flavor = "multi_thread")]
async fn what_exceeds_a_quota_is_refused_by_its_name_and_what_there_is_stays() {
    let world = World::start().await;
    let owner = world.owner().await;
    let model = world.model("echo").await;
    owner
        .post(&world.v1("/services"), service("one", &model, 2))
        .await
        .expect(200);
    set(&owner, &world, "instances", json!(1)).await;
    assert_eq!(
        shown(&owner, &world, "instances").await,
        json!({"type": "instances", "used": 2, "quota": 1, "usual": -1})
    );
    let more = owner
        .post(&world.v1("/services"), service("two", &model, 1))
        .await;
    let message = more.refused(403, "ModelArts.0116", "modelarts.instance_quota");
    assert!(
        message.contains("the project has 2 instances, and 1 more would exceed the quota of 1"),
        "{message}"
    );
    set(&owner, &world, "instances", Value::Null).await;
    owner
        .post(&world.v1("/services"), service("two", &model, 1))
        .await
        .expect(200);

    set(&owner, &world, "models", json!(1)).await;
    let source = world.echo_package();
    let import = json!({"model_name": "other", "model_version": "0.0.1", "source_location": source});
    owner
        .post(&world.v1("/models"), import)
        .await
        .refused(403, "ModelArts.0116", "modelarts.model_quota");
    set(&owner, &world, "apps", json!(0)).await;
    let app = owner.post(&world.v2("/apps"), json!({"name": "shop"})).await;
    app.refused(403, "APIG.3103", "apig.app_quota");
    set(&owner, &world, "services", json!(2)).await;
    let third = owner
        .post(&world.v1("/services"), service("three", &model, 1))
        .await;
    third.refused(403, "ModelArts.3520", "modelarts.service_quota");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_that_the_project_has_no_room_for_fails_its_import() {
    let world = World::start().await;
    let owner = world.owner().await;
    set(&owner, &world, "package_bytes", json!(1)).await;
    let import =
        json!({"model_name": "echo", "model_version": "0.0.1", "source_location": world.echo_package()});
    let begun = owner.post(&world.v1("/models"), import).await.expect(200);
    let model = world.imported(&owner, begun["model_id"].as_str().unwrap()).await;
    assert_eq!(model["model_status"], "failed", "{model}");
    let told = model.to_string();
    assert!(told.contains("the quota of 1 (`package_bytes`)"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_of_the_domain_sets_quotas_and_operators_read_them() {
    let world = World::start().await;
    let (owner, operator) = (world.owner().await, world.member("operator").await);
    let path = format!("/adyton/v1/quotas/{}", world.project());
    let body = json!({"quotas": [{"type": "services", "quota": 7}]});
    operator
        .put(&path, body.clone())
        .await
        .refused(403, "ModelArts.0112", "modelarts.not_permitted");
    let tenant = world.member("administrator").await;
    tenant
        .put(&path, body.clone())
        .await
        .refused(403, "ModelArts.0112", "modelarts.not_permitted");
    owner.put(&path, body).await.expect(200);
    assert_eq!(
        shown(&operator, &world, "services").await,
        json!({"type": "services", "used": 0, "quota": 7, "usual": 1000})
    );
    let keys = json!({"quotas": [{"type": "access_keys", "quota": 3}]});
    owner
        .put(&path, keys.clone())
        .await
        .refused(400, "APIGW.0201", "manage.bad_request");
    owner.put("/adyton/v1/quotas", keys).await.expect(200);
    assert_eq!(shown(&operator, &world, "access_keys").await["quota"], 3);

    let unknown = format!("/adyton/v1/quotas/{}", "0".repeat(32));
    let body = json!({"quotas": [{"type": "apps", "quota": 7}]});
    owner
        .put(&unknown, body)
        .await
        .refused(404, "APIGW.0101", "manage.no_such_address");

    let trail = owner.get(&world.own("/audit?operation=quotas")).await.expect(200);
    let change = trail["records"]
        .as_array()
        .unwrap()
        .iter()
        .find(|record| record["kind"] == "change")
        .unwrap();
    assert_eq!(change["thing"]["kind"], "project");
    assert_eq!(
        change["changes"],
        json!([{"field": "services", "from": "1000", "to": "7", "is_secret": false}])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_app_that_comes_at_once_is_one_too_many() {
    let world = World::start().await;
    let owner = world.owner().await;
    set(&owner, &world, "apps", json!(1)).await;
    let path = world.v2("/apps");
    let (one, two) = tokio::join!(
        owner.post(&path, json!({"name": "one"})),
        owner.post(&path, json!({"name": "two"}))
    );
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 403]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clouds_own_addresses_show_them_too() {
    let world = World::start().await;
    let owner = world.owner().await;
    set(&owner, &world, "models", json!(7)).await;
    world.model("echo").await;
    let of = |answer: Value, kind: &str| {
        let all = answer["quotas"]["resources"].as_array().unwrap().clone();
        all.into_iter().find(|one| one["type"] == kind)
    };
    let modelarts = owner.get(&world.v1("/quotas")).await.expect(200);
    assert_eq!(
        of(modelarts.clone(), "models"),
        Some(json!({"type": "models", "quota": 7, "used": 1}))
    );
    assert_eq!(of(modelarts, "apps"), None);
    let of_project = format!("/v3.0/OS-QUOTA/projects/{}", world.project());
    let project = owner.get(&of_project).await.expect(200);
    assert_eq!(
        of(project.clone(), "models"),
        Some(json!({"type": "models", "used": 1, "quota": 7, "min": 0, "max": -1}))
    );
    assert!(of(project, "apps").is_some());
    let domain = format!("/v3.0/OS-QUOTA/domains/{}", world.first.domain.id);
    let all = owner.get(&domain).await.expect(200);
    assert_eq!(all["quotas"]["resources"].as_array().unwrap().len(), 5);
    assert_eq!(of(all, "group").unwrap()["quota"], 0);
    let users = owner.get(&format!("{domain}?type=user")).await.expect(200);
    assert_eq!(users["quotas"]["resources"].as_array().unwrap().len(), 1);
    assert_eq!(of(users, "user").unwrap()["quota"], -1);
    owner.get(&format!("{domain}?type=cat")).await.expect(400);
    // Whoever has no role there learns nothing of it.
    let (neighbour, _) = world.neighbour().await;
    neighbour.get(&of_project).await.expect(404);
    let another = format!("/v3.0/OS-QUOTA/domains/{}", "0".repeat(32));
    neighbour.get(&another).await.expect(404);
    world.member("caller").await.get(&of_project).await.expect(403);
}
