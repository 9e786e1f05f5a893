//! Models: imported, shown, deleted; and imports that fail.

use serde_json::{Value, json};

use crate::world::World;

fn import(name: &str, version: &str, location: &str) -> Value {
    json!({"model_name": name, "model_version": version, "source_location": location})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_imported_shown_and_deleted_with_its_versions() {
    let world = World::start().await;
    let owner = world.owner().await;
    let id = world.model("echo").await;
    let path = world.v1(&format!("/models/{id}"));
    let shown = owner.get(&path).await.expect(200);
    assert_eq!(
        (shown["model_type"].as_str(), shown["model_algorithm"].as_str()),
        (Some("Command"), Some("echo"))
    );
    let apis: Value = serde_json::from_str(shown["apis"].as_str().unwrap()).unwrap();
    assert_eq!(
        (apis[0]["url"].as_str(), apis[0]["method"].as_str()),
        (Some("/echo"), Some("POST"))
    );

    let again = owner
        .post(
            &world.v1("/models"),
            import("echo", "0.0.1", &world.echo_package()),
        )
        .await;
    again.refused(409, "ModelArts.3002", "modelarts.model_exists");
    let next = owner
        .post(
            &world.v1("/models"),
            import("echo", "0.0.2", &world.echo_package()),
        )
        .await
        .expect(200);
    let next = next["model_id"].as_str().unwrap().to_owned();
    world.imported(&owner, &next).await;

    let list = owner
        .get(&world.v1("/models?model_name=ech&sort_by=model_version&order=asc"))
        .await
        .expect(200);
    assert_eq!(
        (
            list["total_count"].as_u64(),
            list["models"][1]["model_version"].as_str()
        ),
        (Some(2), Some("0.0.2"))
    );
    let page = owner.get(&world.v1("/models?offset=1&limit=1")).await.expect(200);
    assert_eq!(
        (page["total_count"].as_u64(), page["count"].as_u64()),
        (Some(2), Some(1))
    );
    assert_eq!(
        owner
            .get(&world.v1("/models?model_status=failed"))
            .await
            .expect(200)["count"],
        0
    );
    owner.get(&world.v1("/models?model_status=odd")).await.refused(
        400,
        "ModelArts.0104",
        "modelarts.parameter_error",
    );
    owner
        .get(&world.v1("/models/ai-engine-runtimes"))
        .await
        .expect(200);

    let service = world.service("echo", &id).await;
    let kept = owner.delete(&format!("{path}?cascade=true")).await.expect(200);
    assert_eq!(kept["delete_success_list"], json!([next]));
    assert_eq!(kept["delete_failed_list"][0]["error_code"], "ModelArts.3009");
    assert_eq!(kept["delete_failed_list"][0]["reason"], "modelarts.model_in_use");
    owner
        .delete(&world.v1(&format!("/services/{service}")))
        .await
        .expect(200);
    assert_eq!(
        owner.delete(&path).await.expect(200)["delete_success_list"],
        json!([id])
    );
    owner
        .get(&path)
        .await
        .refused(404, "ModelArts.3001", "modelarts.no_such_model");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_package_fails_with_file_and_cause_and_harms_nothing() {
    let world = World::start().await;
    let owner = world.owner().await;
    let broken = world.roots.join("broken");
    world.write_echo(&broken);
    let location = format!("file://{}", broken.display());
    for (at, (config, told)) in [
        (Some("{"), "config.json"),
        (
            Some("{\"model_type\": \"ONNX\", \"model_algorithm\": \"x\"}"),
            "model/",
        ),
        (
            Some("{\"model_type\": \"Odd\", \"model_algorithm\": \"x\"}"),
            "model_type",
        ),
        (None, "config.json"),
    ]
    .into_iter()
    .enumerate()
    {
        let file = broken.join("model/config.json");
        match config {
            Some(text) => std::fs::write(&file, text).unwrap(),
            None => std::fs::remove_file(&file).unwrap(),
        }
        let begun = owner
            .post(
                &world.v1("/models"),
                import("broken", &format!("0.0.{at}"), &location),
            )
            .await
            .expect(200);
        let id = begun["model_id"].as_str().unwrap().to_owned();
        let shown = world.imported(&owner, &id).await;
        assert_eq!(shown["model_status"], "failed", "{shown}");
        assert!(
            shown["error_msg"].as_str().unwrap().contains(told),
            "{told}: {}",
            shown["error_msg"]
        );
        let deploy = json!({"service_name": "x", "infer_type": "real-time", "config": [{"model_id": id}]});
        let refused = owner.post(&world.v1("/services"), deploy).await;
        refused.refused(400, "ModelArts.3515", "modelarts.model_not_published");
    }
    let left: Vec<_> = std::fs::read_dir(world.data.join("packages"))
        .unwrap()
        .flatten()
        .collect();
    assert_eq!(left.len(), 1, "only the staging folder is left: {left:?}");
    world.model("fine").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_fields_and_places_are_refused_at_once() {
    let world = World::start().await;
    let owner = world.owner().await;
    let fine = world.echo_package();
    let with = |key: &str, value: Value| {
        let mut body = import("x", "0.0.1", &fine);
        body[key] = value;
        body
    };
    for (body, field) in [
        (with("model_name", json!("no name!")), "model_name"),
        (with("model_version", json!("1")), "model_version"),
        (with("source_location", json!("s3://bucket/x")), "source_location"),
        (with("source_location", json!("file:///etc")), "source_location"),
        (with("source_location", json!("ftp://x")), "source_location"),
        (
            with(
                "source_location",
                json!(format!("package://sha256/{}", "0".repeat(64))),
            ),
            "source_location",
        ),
        (with("install_type", json!(["edge"])), "install_type"),
        (with("execution_code", json!("obs://x")), "execution_code"),
        (with("colour", json!(1)), "colour"),
        (with("apis", json!("[")), "apis"),
    ] {
        let message = owner.post(&world.v1("/models"), body).await.refused(
            400,
            "ModelArts.0101",
            "modelarts.invalid_argument",
        );
        assert!(
            message.starts_with(&format!("Invalid argument: {field}: ")),
            "{message}"
        );
    }
    let config = owner
        .post(&world.v1("/models"), with("initial_config", json!("[")))
        .await;
    config.refused(400, "ModelArts.3015", "modelarts.bad_config");
    assert_eq!(owner.get(&world.v1("/models")).await.expect(200)["count"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_of_the_request_stand_in_for_those_of_the_package() {
    let world = World::start().await;
    let owner = world.owner().await;
    let mut body = import("mine", "0.0.1", &world.echo_package());
    body["model_algorithm"] = json!("mine");
    body["apis"] = json!([{"url": "/other", "method": "get"}]);
    let begun = owner.post(&world.v1("/models"), body).await.expect(200);
    let shown = world.imported(&owner, begun["model_id"].as_str().unwrap()).await;
    assert_eq!(
        (shown["model_status"].as_str(), shown["model_algorithm"].as_str()),
        (Some("published"), Some("mine"))
    );
    assert!(shown["apis"].as_str().unwrap().contains("/other"));
}

#[tokio::test(flavor = "multi_thread")]
async fn code_needs_a_setting_and_a_permission() {
    let world = World::with(|settings| settings.run_code = false).await;
    let location = world.echo_package();
    let refused = world
        .owner()
        .await
        .post(&world.v1("/models"), import("x", "0.0.1", &location))
        .await;
    let message = refused.refused(400, "ModelArts.3016", "modelarts.bad_package");
    assert!(message.contains("runtime.run_code"), "{message}");
}

/// `model_type` in the request, as ModelArts asks for, takes nothing away from a packaged config.json, whatever it is packed in;
/// what is not used of that is told with the model.
#[tokio::test(flavor = "multi_thread")]
async fn an_import_says_what_it_does_not_use() {
    let world = World::start().await;
    let owner = world.owner().await;
    let folder = world.roots.join("noted");
    world.write_echo(&folder);
    let config = json!({
        "model_type": "Command", "model_algorithm": "echo", "command": ["python3", "serve.py"], "gpu": true,
        "apis": [{"url": "/v1/{project_id}/x", "method": "post"}, {"url": "/echo"}],
    });
    std::fs::write(folder.join("model/config.json"), format!("\u{feff}{config}")).unwrap();
    std::fs::write(folder.join("model/requirements.txt"), "numpy\n").unwrap();
    let archive = world.roots.join("noted.tar");
    let packed = std::process::Command::new("tar")
        .args([
            "-cf",
            archive.to_str().unwrap(),
            "-C",
            folder.to_str().unwrap(),
            "model",
        ])
        .status()
        .unwrap();
    assert!(packed.success());
    for (at, place) in [&folder, &archive].into_iter().enumerate() {
        let location = format!("file://{}", place.display());
        let mut wanted = import("noted", &format!("0.0.{at}"), &location);
        wanted["model_type"] = json!("Command");
        wanted["model_algorithm"] = json!("asked");
        let begun = owner.post(&world.v1("/models"), wanted.clone()).await.expect(200);
        let shown = world.imported(&owner, begun["model_id"].as_str().unwrap()).await;
        assert_eq!(shown["model_status"], "published", "{shown}");
        assert!(shown["apis"].as_str().unwrap().contains("/echo"), "{shown}");
        assert_eq!(shown["model_algorithm"], "asked");
        let notes: Vec<&str> = shown["import_notes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|note| note.as_str().unwrap())
            .collect();
        for told in [
            "`model_algorithm`",
            "ignored: `gpu`",
            "ignored: `requirements.txt`",
        ] {
            assert!(notes.iter().any(|note| note.contains(told)), "{told}: {notes:?}");
        }
        wanted["model_version"] = json!(format!("1.0.{at}"));
        wanted["model_type"] = json!("ONNX");
        let begun = owner.post(&world.v1("/models"), wanted).await.expect(200);
        let shown = world.imported(&owner, begun["model_id"].as_str().unwrap()).await;
        assert_eq!(shown["model_status"], "failed", "{shown}");
        let told = shown["error_msg"].as_str().unwrap();
        assert!(
            told.contains("\"Command\" in config.json and \"ONNX\" in the request"),
            "{told}"
        );
    }
}
