//! The life of an app, through API Gateway's addresses.

use serde_json::{Value, json};

use crate::world::World;

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_made_shown_changed_given_another_secret_and_deleted() {
    let world = World::start().await;
    let owner = world.owner().await;
    let made = owner
        .post(&world.v2("/apps"), json!({"name": "shop", "remark": "the shop"}))
        .await
        .expect(201);
    assert_eq!(text(&made["app_key"]).len(), 32);
    assert_eq!(text(&made["app_secret"]).len(), 32);
    assert_eq!(
        (made["status"].as_u64(), text(&made["creator"])),
        (Some(1), "USER")
    );
    let path = world.v2(&format!("/apps/{}", text(&made["id"])));

    let shown = owner.get(&path).await.expect(200);
    assert_eq!(shown["app_secret"], json!(null), "shown once");
    assert_eq!(shown["name"], "shop");
    let list = owner.get(&world.v2("/apps?name=sho&limit=5")).await.expect(200);
    assert_eq!(
        (list["total"].as_u64(), list["size"].as_u64()),
        (Some(1), Some(1))
    );
    assert_eq!(list["apps"][0]["id"], made["id"]);
    assert_eq!(
        owner.get(&world.v2("/apps?id=nonsense")).await.expect(200)["total"],
        0
    );

    let taken = owner.post(&world.v2("/apps"), json!({"name": "shop"})).await;
    taken.refused(400, "APIG.3203", "apig.app_exists");
    let other = json!({"name": "other", "app_key": made["app_key"]});
    owner
        .post(&world.v2("/apps"), other)
        .await
        .refused(400, "APIG.3203", "apig.app_exists");

    let lines = owner
        .put(&path, json!({"remark": "the\n\tshop"}))
        .await
        .expect(200);
    assert_eq!(lines["remark"], "the\n\tshop");
    owner.put(&path, json!({"remark": "\u{1b}[31m"})).await.refused(
        400,
        "APIG.2012",
        "apig.invalid_parameter",
    );
    owner.put(&path, json!({"remark": "the shop"})).await.expect(200);
    let changed = owner.put(&path, json!({"name": "store"})).await.expect(200);
    assert_eq!(
        (text(&changed["name"]), text(&changed["remark"])),
        ("store", "the shop")
    );
    let secret = world.v2(&format!("/apps/secret/{}", text(&made["id"])));
    let reset = owner.put(&secret, json!({})).await.expect(200);
    assert_ne!(reset["app_secret"], made["app_secret"]);
    let given = owner
        .put(&secret, json!({"app_secret": "a-secret-of-my-own"}))
        .await
        .expect(200);
    assert_eq!(given["app_secret"], "a-secret-of-my-own");

    owner.delete(&path).await.expect(204);
    let message = owner
        .get(&path)
        .await
        .refused(404, "APIG.3004", "apig.no_such_app");
    assert_eq!(message, format!("App {} does not exist", text(&made["id"])));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_and_unknown_fields_are_named() {
    let world = World::start().await;
    let owner = world.owner().await;
    for (body, field) in [
        (json!({"name": "ab"}), "name"),
        (json!({"name": "1abc"}), "name"),
        (json!({"name": 7}), "name"),
        (json!({}), "name"),
        (json!({"name": "shop", "colour": "red"}), "colour"),
        (json!({"name": "shop", "app_key": "x"}), "app_key"),
        (json!({"name": "shop", "app_secret": "x"}), "app_secret"),
        (json!({"name": "shop", "remark": "x".repeat(256)}), "remark"),
        (
            json!({"name": "shop", "remark": "\u{1b}]0;title\u{7}\u{1b}[2J"}),
            "remark",
        ),
        (json!({"name": "shop", "remark": "\u{9b}31m"}), "remark"),
    ] {
        let message =
            owner
                .post(&world.v2("/apps"), body)
                .await
                .refused(400, "APIG.2012", "apig.invalid_parameter");
        let expected = format!("Invalid parameter value,parameterName:{field}.");
        assert!(message.starts_with(&expected), "{message}");
    }
    let bad =
        owner
            .get(&world.v2("/apps?limit=many"))
            .await
            .refused(400, "APIG.2012", "apig.invalid_parameter");
    assert!(bad.contains("limit"), "{bad}");
    owner
        .get(&world.v2("/apps?colour=red"))
        .await
        .refused(400, "APIG.2012", "apig.invalid_parameter");
    let broken = owner.send("POST", &world.v2("/apps"), "not json").await;
    broken.refused(400, "APIGW.0201", "manage.bad_request");
    let large = owner
        .send("POST", &world.v2("/apps"), vec![b' '; (1 << 20) + 1])
        .await;
    large.refused(413, "APIGW.0201", "manage.body_too_large");
}

#[tokio::test(flavor = "multi_thread")]
async fn app_codes_are_given_or_generated_at_most_five() {
    let world = World::start().await;
    let owner = world.owner().await;
    let made = owner
        .post(&world.v2("/apps"), json!({"name": "coded"}))
        .await
        .expect(201);
    let codes = world.v2(&format!("/apps/{}/app-codes", text(&made["id"])));
    let given = "a".repeat(64);
    let first = owner.post(&codes, json!({"app_code": given})).await.expect(201);
    assert_eq!(first["app_code"], given);
    world.clock.advance(std::time::Duration::from_secs(1));
    owner
        .post(&codes, json!({"app_code": given}))
        .await
        .refused(400, "APIG.3211", "apig.app_code_exists");
    owner.post(&codes, json!({"app_code": "short"})).await.refused(
        400,
        "APIG.2012",
        "apig.invalid_parameter",
    );
    for _ in 0..4 {
        let generated = owner.send("PUT", &codes, "").await.expect(200);
        assert!(text(&generated["app_code"]).len() >= 64);
    }
    owner
        .send("PUT", &codes, "")
        .await
        .refused(403, "APIG.3131", "apig.app_code_quota");
    let list = owner.get(&codes).await.expect(200);
    assert_eq!(
        (list["total"].as_u64(), list["app_codes"][0]["id"] == first["id"]),
        (Some(5), true)
    );
    let one = format!("{codes}/{}", text(&first["id"]));
    assert_eq!(owner.get(&one).await.expect(200)["app_code"], given);
    owner.delete(&one).await.expect(204);
    owner
        .delete(&one)
        .await
        .refused(404, "APIG.3082", "apig.no_such_app_code");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_authorisation_enables_apps_for_the_service() {
    let world = World::start().await;
    let owner = world.owner().await;
    let model = world.model("echo").await;
    let service = world.service("echo", &model).await;
    let app = owner
        .post(&world.v2("/apps"), json!({"name": "partner"}))
        .await
        .expect(201);
    let app = text(&app["id"]).to_owned();

    let apis = owner.get(&world.v2("/apis?name=echo")).await.expect(200);
    let api = &apis["apis"][0];
    let path = api["req_uri"].as_str().unwrap();
    assert_eq!(api["access_address"], format!("http://gateway.test:8080{path}"));
    assert_eq!(
        (text(&api["service_id"]), text(&api["auth_type"])),
        (service.as_str(), "IAM")
    );
    assert_eq!(text(&api["req_uri"]), format!("/v1/infers/{service}"));
    let api = text(&api["id"]).to_owned();
    // The id, the name and the page count together.
    for (more, count) in [
        ("", 1),
        ("&name=ech&limit=5", 1),
        ("&name=other", 0),
        ("&offset=1", 0),
    ] {
        let found = owner
            .get(&world.v2(&format!("/apis?id={api}{more}")))
            .await
            .expect(200);
        assert_eq!(found["size"], count, "{more}");
    }
    let none = owner.get(&world.v2("/apis?id=nonsense")).await.expect(200);
    assert_eq!((&none["total"], &none["size"]), (&json!(0), &json!(0)));

    let env = "DEFAULT_ENVIRONMENT_RELEASE_ID";
    let unbound = world.v2(&format!("/app-auths/unbinded-apis?app_id={app}&env_id={env}"));
    assert_eq!(owner.get(&unbound).await.expect(200)["apis"][0]["id"], api);
    let wanted = json!({"env_id": env, "app_ids": [app], "api_ids": [api]});
    let given = owner
        .post(&world.v2("/app-auths"), wanted.clone())
        .await
        .expect(201);
    assert_eq!(given["auths"][0]["auth_result"]["status"], "SUCCESS");
    let again = owner.post(&world.v2("/app-auths"), wanted).await;
    again.refused(400, "APIG.3316", "apig.already_authorised");
    assert_eq!(owner.get(&unbound).await.expect(200)["total"], 0);
    let shown = owner.get(&world.v2(&format!("/apis/{api}"))).await.expect(200);
    assert_eq!(shown["auth_type"], "APP");
    let bound = owner
        .get(&world.v2(&format!("/app-auths/binded-apis?app_id={app}")))
        .await
        .expect(200);
    assert_eq!(
        (&bound["auths"][0]["api_id"], &bound["auths"][0]["id"]),
        (&json!(api), &given["auths"][0]["id"])
    );
    let address = &bound["auths"][0]["access_address"];
    assert_eq!(
        address, &shown["access_address"],
        "where the API itself says that it is called"
    );
    let bound = owner
        .get(&world.v2(&format!("/app-auths/binded-apps?api_id={api}")))
        .await
        .expect(200);
    assert_eq!(bound["auths"][0]["app_name"], "partner");
    assert_eq!(
        owner.get(&world.v2("/apps")).await.expect(200)["apps"][0]["bind_num"],
        1
    );

    let one = world.v2(&format!("/app-auths/{}", text(&given["auths"][0]["id"])));
    owner.delete(&one).await.expect(204);
    let trail = owner
        .get(&world.own("/audit?operation=app_auths"))
        .await
        .expect(200);
    for record in [&trail["records"][0], &trail["records"][2]] {
        assert_eq!(record["thing"]["name"], "partner → echo", "told without ids");
        assert_eq!(record["thing"]["id"], given["auths"][0]["id"]);
    }
    owner
        .delete(&one)
        .await
        .refused(404, "APIG.3009", "apig.no_such_authorisation");

    let nowhere = json!({"env_id": "elsewhere", "app_ids": [app], "api_ids": [api]});
    let nowhere = owner.post(&world.v2("/app-auths"), nowhere).await;
    nowhere.refused(404, "APIG.3003", "apig.no_such_environment");
    let unknown = json!({"env_id": env, "app_ids": [app], "api_ids": ["0".repeat(32)]});
    owner
        .post(&world.v2("/app-auths"), unknown)
        .await
        .refused(404, "APIG.3002", "apig.no_such_api");
    let unknown = json!({"env_id": env, "app_ids": ["0".repeat(32)], "api_ids": [api]});
    owner
        .post(&world.v2("/app-auths"), unknown)
        .await
        .refused(404, "APIG.3004", "apig.no_such_app");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gateway_is_one_instance_with_one_environment() {
    let world = World::start().await;
    let owner = world.owner().await;
    let list = owner
        .get(&format!("/v2/{}/apigw/instances", world.project()))
        .await
        .expect(200);
    assert_eq!(
        (list["total"].as_u64(), &list["instances"][0]["id"]),
        (Some(1), &json!(world.project()))
    );
    owner.get(&world.v2("")).await.expect(200);
    let envs = owner.get(&world.v2("/envs")).await.expect(200);
    assert_eq!(envs["envs"][0]["name"], "RELEASE");
    let other = format!("/v2/{}/apigw/instances/{}/apps", world.project(), "0".repeat(32));
    owner
        .get(&other)
        .await
        .refused(404, "APIG.3030", "apig.no_such_instance");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_one_count_what_they_filter_and_page_like_all() {
    let world = World::start().await;
    let owner = world.owner().await;
    let instances = format!("/v2/{}/apigw/instances", world.project());
    for (path, field) in [
        (format!("{instances}?name=nothing"), "instances"),
        (
            format!("{instances}/{}/envs?name=nothing", world.project()),
            "envs",
        ),
    ] {
        let none = owner.get(&path).await.expect(200);
        assert_eq!((&none["total"], &none["size"]), (&json!(0), &json!(0)), "{path}");
        assert_eq!(none[field], json!([]));
    }
    let past = owner
        .get(&format!("{instances}?offset=1&limit=5"))
        .await
        .expect(200);
    assert_eq!((&past["total"], &past["size"]), (&json!(1), &json!(0)));
    let negative = owner
        .get(&format!("{instances}?offset=-1&limit=0"))
        .await
        .expect(200);
    assert_eq!(negative["size"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_key_that_would_be_taken_for_an_access_key_is_refused() {
    let world = World::start().await;
    let owner = world.owner().await;
    let made = owner
        .post(&world.v2("/apps"), json!({"name": "shop"}))
        .await
        .expect(201);
    let path = world.v2(&format!("/apps/{}", text(&made["id"])));
    let key = "ABCDEFGHIJ0123456789";
    for answer in [
        owner
            .post(&world.v2("/apps"), json!({"name": "other", "app_key": key}))
            .await,
        owner.put(&path, json!({"app_key": key})).await,
    ] {
        let message = answer.refused(400, "APIG.2012", "apig.invalid_parameter");
        assert!(message.contains("the form of an access key"), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_array_makes_no_app() {
    let world = World::start().await;
    let owner = world.owner().await;
    let array = json!(["positional", "r", null, null]);
    let message =
        owner
            .post(&world.v2("/apps"), array)
            .await
            .refused(400, "APIG.2012", "apig.invalid_parameter");
    assert!(
        message.contains("expected an object") && !message.contains("struct"),
        "{message}"
    );
    assert_eq!(owner.get(&world.v2("/apps")).await.expect(200)["total"], 0);
}
