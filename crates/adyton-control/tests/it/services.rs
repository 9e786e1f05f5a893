//! Services: deployed, shown, changed, deleted, through ModelArts' addresses.

use adyton_core::service::ServiceStatus;
use serde_json::{Value, json};

use crate::world::World;

fn deploy(name: &str, config: Value) -> Value {
    json!({"service_name": name, "infer_type": "real-time", "config": config})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_is_deployed_shown_listed_changed_and_deleted() {
    let world = World::start().await;
    let owner = world.owner().await;
    let model = world.model("echo").await;
    let wanted = json!({
        "service_name": "echo-1", "infer_type": "real-time", "description": "says it again", "workspace_id": "0",
        "config": [{"model_id": model, "weight": "100", "specification": "modelarts.vm.cpu.2u", "instance_count": "1",
                    "envs": {"LEVEL": "1"}}],
        "additional_properties": {"calls_per_second": "50"}, "schedule": [],
    });
    let made = owner.post(&world.v1("/services"), wanted).await.expect(200);
    let id = made["service_id"].as_str().unwrap();
    let path = world.v1(&format!("/services/{id}"));

    let shown = owner.get(&path).await.expect(200);
    assert_eq!(shown["status"], "deploying");
    assert_eq!(
        shown["access_address"],
        format!("http://gateway.test:8080/v1/infers/{id}")
    );
    // Whoever lists services or APIs needs no further call to know where to send theirs.
    let listed = owner.get(&world.v1("/services")).await.expect(200);
    assert_eq!(listed["services"][0]["access_address"], shown["access_address"]);
    assert_eq!(shown["config"][0]["model_name"], "echo");
    assert_eq!(shown["config"][0]["envs"]["LEVEL"], "1");
    assert_eq!(shown["additional_properties"]["calls_per_second"], 50);
    assert_eq!(
        (shown["owner"].as_str(), shown["invocation_times"].as_u64()),
        (Some("admin"), Some(7))
    );

    world.stage.set(id, ServiceStatus::Running, &model).await;
    world.shown_as(&owner, &path, "running").await;
    let history = owner.get(&format!("{path}/logs")).await.expect(200);
    assert_eq!(
        (
            &history["logs"][0]["result"],
            &history["logs"][0]["config"][0]["model_id"]
        ),
        (&json!("SUCCESS"), &json!(model))
    );
    let list = owner
        .get(&world.v1("/services?status=running&service_name=echo"))
        .await
        .expect(200);
    assert_eq!(
        (
            list["total_count"].as_u64(),
            list["services"][0]["service_id"].as_str()
        ),
        (Some(1), Some(id))
    );
    assert_eq!(
        owner.get(&world.v1("/services?status=failed")).await.expect(200)["total_count"],
        0
    );
    assert_eq!(
        owner.get(&world.v1("/services?service_id=x")).await.expect(200)["total_count"],
        0
    );

    let told = owner
        .put(&path, json!({"description": "\u{1b}[31mFAKE"}))
        .await
        .refused(400, "ModelArts.0101", "modelarts.invalid_argument");
    assert!(told.contains("description"), "{told}");
    owner
        .put(
            &path,
            json!({"description": "still", "additional_properties": {"calls_per_second": null}}),
        )
        .await
        .expect(200);
    let shown = owner.get(&path).await.expect(200);
    assert_eq!(
        (
            shown["description"].as_str(),
            &shown["additional_properties"]["calls_per_second"]
        ),
        (Some("still"), &json!(null))
    );
    // `status` wins over everything else, which is named as ignored.
    let stopped = owner
        .put(&path, json!({"status": "stopped", "description": "not this"}))
        .await;
    assert_eq!(stopped.header("x-adyton-ignored"), "description");
    stopped.expect(200);
    let shown = owner.get(&path).await.expect(200);
    assert_eq!(
        (shown["status"].as_str(), shown["description"].as_str()),
        (Some("stopping"), Some("still"))
    );
    for change in [
        json!({"status": "running"}),
        json!({"description": "not now"}),
        json!({"config": [{"model_id": model, "envs": {"LEVEL": "2"}}]}),
    ] {
        let busy = owner.put(&path, change).await;
        busy.refused(400, "ModelArts.3519", "modelarts.state_forbids");
    }
    world.stage.set(id, ServiceStatus::Stopped, &model).await;
    owner.put(&path, json!({"status": "running"})).await.expect(200);
    assert_eq!(owner.get(&path).await.expect(200)["status"], "deploying");

    world.stage.set(id, ServiceStatus::Failed, &model).await;
    let shown = world.shown_as(&owner, &path, "failed").await;
    assert_eq!(shown["error_msg"], "it answered too late");
    let chinese = owner.with("Accept-Language", "zh-CN");
    assert_eq!(chinese.get(&path).await.expect(200)["error_msg"], "响应过晚");
    let listed = chinese.get(&world.v1("/services")).await.expect(200);
    assert_eq!(listed["services"][0]["error_msg"], "响应过晚");
    // Wanted again, a service that failed is tried again.
    owner.put(&path, json!({"status": "running"})).await.expect(200);
    assert_eq!(owner.get(&path).await.expect(200)["status"], "deploying");
    world.stage.set(id, ServiceStatus::Failed, &model).await;
    world.shown_as(&owner, &path, "failed").await;
    owner.get(&format!("{path}/events")).await.expect(200);
    let monitor = owner.get(&format!("{path}/monitor")).await.expect(200);
    assert_eq!(monitor["monitors"][0]["failed_times"], 2);
    let other = owner.get(&format!("{path}/monitor?model_id={}", "x")).await;
    other.refused(400, "ModelArts.3529", "modelarts.model_not_in_service");
    let log = owner
        .get(&world.own(&format!("/services/{id}/log?lines=2")))
        .await
        .expect(200);
    assert_eq!(log["lines"][1]["text"], "three");
    for (query, texts) in [
        ("contains=T", vec!["two", "three"]),
        ("contains=nothing", vec![]),
        ("since=1970-01-01T00:00:02Z", vec![]),
        ("until=1000", vec![]),
        ("since=1000&until=1001&lines=1", vec!["three"]),
        ("instance=0000", vec!["one", "two", "three"]),
        ("instance=f", vec![]),
    ] {
        let found = owner
            .get(&world.own(&format!("/services/{id}/log?{query}")))
            .await
            .expect(200);
        let lines = found["lines"].as_array().unwrap();
        let found: Vec<&str> = lines.iter().map(|line| line["text"].as_str().unwrap()).collect();
        assert_eq!(found, texts, "{query}");
    }
    let wrong = owner
        .get(&world.own(&format!("/services/{id}/log?since=soon")))
        .await;
    wrong.refused(400, "APIGW.0201", "manage.bad_request");

    assert_eq!(owner.delete(&path).await.expect(200), json!({}));
    let message = owner
        .get(&path)
        .await
        .refused(404, "ModelArts.3502", "modelarts.no_such_service");
    assert!(message.contains(id), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_services_are_deleted_at_once_or_none() {
    let world = World::start().await;
    let owner = world.owner().await;
    let model = world.model("echo").await;
    let (one, two) = (
        world.service("one", &model).await,
        world.service("two", &model).await,
    );
    let unknown = "00000000-0000-4000-8000-000000000000";
    owner
        .delete(&world.v1(&format!("/services/{one},{unknown}")))
        .await
        .refused(404, "ModelArts.3502", "modelarts.no_such_service");
    assert_eq!(
        owner.get(&world.v1("/services")).await.expect(200)["total_count"],
        2
    );
    owner
        .delete(&world.v1(&format!("/services/{one},{two}")))
        .await
        .expect(200);
    assert_eq!(
        owner.get(&world.v1("/services")).await.expect(200)["total_count"],
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_deployed_is_told_with_its_field() {
    let world = World::start().await;
    let owner = world.owner().await;
    let one_service = json!({"quotas": [{"type": "services", "quota": 1}]});
    owner
        .put(&format!("/adyton/v1/quotas/{}", world.project()), one_service)
        .await
        .expect(200);
    let model = world.model("echo").await;
    let one = |extra: Value| {
        let mut version = json!({"model_id": model});
        version
            .as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        version
    };
    let wrong = [
        (deploy("no name!", json!([one(json!({}))])), "service_name"),
        (deploy("x", json!([])), "config"),
        (deploy("x", json!([one(json!({"weight": 50}))])), "config"),
        (
            deploy("x", json!([one(json!({"weight": "half"}))])),
            "config[0].weight",
        ),
        (
            deploy("x", json!([one(json!({"instance_count": 129}))])),
            "config[0].instance_count",
        ),
        (
            deploy("x", json!([one(json!({"envs": {"1X": "a"}}))])),
            "config[0].envs",
        ),
        (
            deploy("x", json!([one(json!({"specification": "huge"}))])),
            "config[0].specification",
        ),
        (
            deploy("x", json!([one(json!({"custom_spec": {"cpu": 1}}))])),
            "config[0].custom_spec",
        ),
        (
            deploy("x", json!([one(json!({"colour": 1}))])),
            "config[0].colour",
        ),
        (
            json!({"service_name": "x", "infer_type": "batch", "config": [one(json!({}))]}),
            "infer_type",
        ),
        (
            json!({"service_name": "x", "infer_type": "real-time", "config": [one(json!({}))],
                   "schedule": [{"type": "stop", "time_unit": "HOURS", "duration": 1}]}),
            "schedule",
        ),
    ];
    for (body, field) in wrong {
        let answer = owner.post(&world.v1("/services"), body.clone()).await;
        let message = answer.refused(400, "ModelArts.0101", "modelarts.invalid_argument");
        assert!(
            message.starts_with(&format!("Invalid argument: {field}: ")),
            "{body} {message}"
        );
    }
    let twice = deploy(
        "x",
        json!([one(json!({"weight": 50})), one(json!({"weight": 50}))]),
    );
    owner.post(&world.v1("/services"), twice).await.refused(
        400,
        "ModelArts.3516",
        "modelarts.duplicate_version",
    );
    let unknown = deploy("x", json!([{"model_id": "00000000-0000-4000-8000-000000000000"}]));
    owner.post(&world.v1("/services"), unknown).await.refused(
        404,
        "ModelArts.3001",
        "modelarts.no_such_model",
    );
    let bad = owner.get(&world.v1("/services?sort_by=colour")).await;
    bad.refused(400, "ModelArts.0104", "modelarts.parameter_error");

    let fine = deploy("x", json!([one(json!({}))]));
    owner.post(&world.v1("/services"), fine.clone()).await.expect(200);
    owner
        .post(&world.v1("/services"), fine)
        .await
        .refused(403, "ModelArts.3520", "modelarts.service_quota");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_taken_once_in_a_project() {
    let world = World::start().await;
    let model = world.model("echo").await;
    world.service("same", &model).await;
    let again = deploy("same", json!([{"model_id": model}]));
    let again = world.owner().await.post(&world.v1("/services"), again).await;
    let message = again.refused(409, "ModelArts.3503", "modelarts.service_exists");
    assert!(message.contains("same"), "{message}");
}
