//! The audit trail: changes, sign-ins and refused calls leave a record, successful reads do not, secrets are in none, and nobody reads
//! another tenant's.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::client::{Answer, Caller};
use crate::strangers::{Operation, operations};
use crate::world::World;

const MINUTE: Duration = Duration::from_secs(60);

/// The records at an address, newest first.
async fn records(reader: &Caller, path: &str) -> Vec<Value> {
    let listed = reader.get(path).await.expect(200);
    listed["records"].as_array().unwrap().clone()
}

fn texts<'r>(records: &'r [Value], field: &str) -> Vec<&'r str> {
    records
        .iter()
        .map(|record| record[field].as_str().unwrap())
        .collect()
}

fn request_id(answer: &Answer) -> String {
    answer.header("x-request-id")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_leaves_a_record_of_who_changed_what_and_a_read_leaves_none() {
    let world = World::start().await;
    let operator = world.member("operator").await;
    let made = operator
        .post(&world.v2("/apps"), json!({"name": "store"}))
        .await
        .expect(201);
    let id = made["id"].as_str().unwrap();
    operator.get(&world.v2("/apps")).await.expect(200);
    let path = world.v2(&format!("/apps/{id}"));
    let renamed = operator
        .put(&path, json!({"name": "shop", "app_secret": "another-secret"}))
        .await;
    let renaming = request_id(&renamed);
    renamed.expect(200);
    operator.delete(&path).await.expect(204);

    let found = records(&operator, &world.own("/audit?operation=apps")).await;
    assert_eq!(
        texts(&found, "operation"),
        ["apps_delete", "apps_update", "apps_create"]
    );
    let record = &found[1];
    assert_eq!(record["request_id"], renaming.as_str());
    assert_eq!(record["kind"], "change");
    assert_eq!(
        (&record["method"], &record["path"]),
        (&json!("PUT"), &json!(path))
    );
    assert_eq!(record["project_id"], world.project().as_str());
    assert_eq!(record["caller"]["name"], "member-operator");
    assert_eq!(
        (&record["caller"]["way"], &record["caller"]["is_proven"]),
        (&json!("token"), &json!(true))
    );
    assert_eq!(record["source"], "127.0.0.1");
    assert_eq!(record["thing"], json!({"kind": "app", "id": id, "name": "shop"}));
    assert_eq!(record["status"], 200);
    assert_eq!(
        record["changes"],
        json!([
            {"field": "name", "from": "store", "to": "shop", "is_secret": false},
            {"field": "app_secret", "from": null, "to": null, "is_secret": true},
        ])
    );
    assert_eq!(found[0]["thing"]["name"], "shop", "what is gone had a name");

    let only = |query: &str| world.own(&format!("/audit?{query}"));
    assert_eq!(records(&operator, &only("thing=shop")).await.len(), 2);
    assert_eq!(
        records(&operator, &only("user=member-operator&operation=apps_update"))
            .await
            .len(),
        1
    );
    assert_eq!(records(&operator, &only("user=nobody")).await.len(), 0);
    let page = operator.get(&only("operation=apps&limit=2")).await.expect(200);
    let next = page["next"].as_str().unwrap();
    let rest = records(&operator, &only(&format!("operation=apps&before={next}"))).await;
    assert_eq!(texts(&rest, "operation"), ["apps_create"]);
    let number = rest[0]["number"].as_str().unwrap();
    let after = records(&operator, &only(&format!("operation=apps&after={number}"))).await;
    assert_eq!(
        texts(&after, "operation"),
        ["apps_update", "apps_delete"],
        "in their order"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_call_is_found_and_explained() {
    let world = World::start().await;
    let (operator, auditor) = (world.member("operator").await, world.member("auditor").await);
    let refused = auditor.post(&world.v2("/apps"), json!({"name": "shop"})).await;
    let id = request_id(&refused);
    refused.refused(403, "APIG.1005", "apig.not_permitted");
    let missing = operator
        .get(&world.v1("/models/00000000-0000-4000-8000-000000000000"))
        .await;
    missing.expect(404);

    let found = records(&operator, &world.own("/audit?refused=true")).await;
    assert_eq!(texts(&found, "operation"), ["models_show", "apps_create"]);
    assert_eq!(found[1]["kind"], "refusal");
    assert_eq!(found[1]["caller"]["name"], "member-auditor");
    assert_eq!(found[1]["refusal"]["code"], "APIG.1005");
    assert!(
        found[1]["refusal"]["message"]
            .as_str()
            .unwrap()
            .contains("apig:apps:create"),
        "{}",
        found[1]
    );
    // Both read it whole; the caller reads their share with nothing but their own credentials.
    for reader in [&operator, &auditor] {
        let shown = reader.get(&world.own(&format!("/audit/{id}"))).await.expect(200);
        assert!(shown["page"].as_str().unwrap().contains("Fix: "), "{shown}");
        assert_eq!(shown["record"]["request_id"], id.as_str());
    }
    let own = format!("/adyton/v1/audit/{id}");
    let share = auditor.get(&own).await.expect(200);
    assert!(
        share["cause"].as_str().is_some_and(|cause| !cause.is_empty()),
        "{share}"
    );
    operator.get(&own).await.expect(404);
    let chinese = auditor
        .with("Accept-Language", "zh-CN")
        .get(&own)
        .await
        .expect(200);
    assert!(chinese["page"].as_str().unwrap().contains("处理："), "{chinese}");
    world.stranger().get(&own).await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_there_is_not_is_explained_to_whoever_called_it_and_to_their_project() {
    let world = World::start().await;
    let (operator, auditor) = (world.member("operator").await, world.member("auditor").await);
    let slip = operator.get(&world.v1("/servces")).await;
    let id = request_id(&slip);
    slip.refused(404, "APIGW.0101", "manage.no_such_address");
    for (reader, path) in [
        (&operator, world.own(&format!("/audit/{id}"))),
        (&auditor, world.own(&format!("/audit/{id}"))),
        (&operator, format!("/adyton/v1/audit/{id}")),
    ] {
        let shown = reader.get(&path).await.expect(200);
        let refusal = &shown["record"]["refusal"];
        let message = refusal["message"].as_str().unwrap();
        assert!(
            message.contains("did you mean `/v1/{project_id}/services` (GET, POST)?"),
            "{shown}"
        );
        assert_eq!(shown["record"]["caller"]["name"], "member-operator");
    }
    let wrong = operator.send("PATCH", &world.v1("/services"), "{}").await;
    let id = request_id(&wrong);
    wrong.refused(405, "APIGW.0101", "manage.method_not_allowed");
    auditor.get(&world.own(&format!("/audit/{id}"))).await.expect(200);
    // Another tenant's project learns nothing of who comes by.
    let (neighbour, theirs) = world.neighbour().await;
    let elsewhere = operator.get(&format!("/v1/{theirs}/servces")).await;
    let id = request_id(&elsewhere);
    let there = format!("/adyton/v1/{theirs}/audit/{id}");
    neighbour.get(&there).await.expect(404);
    operator.get(&format!("/adyton/v1/audit/{id}")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_in_place_of_an_id_is_told_with_the_id() {
    let world = World::start().await;
    let operator = world.member("operator").await;
    let made = operator
        .post(&world.v2("/apps"), json!({"name": "shop"}))
        .await
        .expect(201);
    let missed = operator.get(&world.v2("/apps/shop")).await;
    let id = request_id(&missed);
    missed.expect(404);
    let shown = operator
        .get(&world.own(&format!("/audit/{id}")))
        .await
        .expect(200);
    let meant = format!(
        "`shop` is a name; this address wants the id: `{}`.",
        made["id"].as_str().unwrap()
    );
    assert!(shown["page"].as_str().unwrap().ends_with(&meant), "{shown}");
    let taken = operator.post(&world.v2("/apps"), json!({"name": "shop"})).await;
    let id = request_id(&taken);
    taken.expect(400);
    let shown = operator
        .get(&world.own(&format!("/audit/{id}")))
        .await
        .expect(200);
    assert!(
        shown["page"].as_str().unwrap().contains("`adyton app show shop`"),
        "{shown}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reads_the_records_of_another_tenant() {
    let world = World::start().await;
    let owner = world.owner().await;
    let made = owner.post(&world.v2("/apps"), json!({"name": "shop"})).await;
    let id = request_id(&made);
    made.expect(201);
    let (neighbour, theirs) = world.neighbour().await;
    let tried = neighbour.post(&world.v2("/apps"), json!({"name": "mine"})).await;
    let tried_id = request_id(&tried);
    tried.expect(403);

    neighbour.get(&world.own("/audit")).await.expect(403);
    neighbour.get("/adyton/v1/audit").await.expect(403);
    neighbour
        .get(&world.own(&format!("/audit/{id}")))
        .await
        .expect(403);
    neighbour
        .get(&format!("/adyton/v1/{theirs}/audit/{id}"))
        .await
        .expect(404);
    neighbour.get(&format!("/adyton/v1/audit/{id}")).await.expect(404);
    let own = records(&neighbour, &format!("/adyton/v1/{theirs}/audit")).await;
    assert!(
        !own.iter().any(|record| record["thing"]["name"] == "shop"),
        "{own:?}"
    );
    // Whoever was refused reads why; the project that was called reads that somebody tried.
    neighbour
        .get(&format!("/adyton/v1/audit/{tried_id}"))
        .await
        .expect(200);
    let here = records(&owner, &world.own("/audit?refused=true&operation=apps_create")).await;
    assert_eq!(here[0]["caller"]["name"], "neighbour");
    assert_eq!(here[0]["refusal"]["reason"], "manage.other_project");

    // Roles of the project read their project's; of the domain only who administers or audits it.
    let operator = world.member("operator").await;
    operator.get(&world.own("/audit")).await.expect(200);
    operator.get("/adyton/v1/audit").await.expect(403);
    let caller = world.member("caller").await;
    caller.get(&world.own("/audit")).await.expect(403);
    let all = records(&owner, "/adyton/v1/audit").await;
    let projects: Vec<&Value> = all.iter().map(|record| &record["project_id"]).collect();
    assert!(
        projects.contains(&&json!(theirs)) && projects.contains(&&json!(world.project())),
        "{projects:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_ins_are_recorded_and_what_was_typed_as_a_name_is_not_kept() {
    let world = World::start().await;
    world.user("ada", "operator", &world.project()).await;
    let owner = world.owner().await;
    let token = world
        .token("ada", "correct horse", &world.first.project.name)
        .await;
    let wrong = |user: &str| world.sign_in(user, "wrong", json!({"project": {"name": "default"}}));
    world
        .stranger()
        .post("/v3/auth/tokens", wrong("ada"))
        .await
        .expect(401);
    world
        .stranger()
        .post("/v3/auth/tokens", wrong("my-password-1"))
        .await
        .expect(401);
    let leaving = world.holder(&token).with("X-Subject-Token", &token);
    leaving.delete("/v3/auth/tokens").await.expect(204);

    let all = records(&owner, "/adyton/v1/audit?operation=tokens&limit=4").await;
    let of = |record: &Value| {
        (
            record["kind"].clone(),
            record["operation"].clone(),
            record["caller"]["name"].clone(),
        )
    };
    let seen: Vec<_> = all.iter().map(of).collect();
    let expected = [
        ("change", "tokens_delete", json!("ada")),
        ("refusal", "tokens_create", Value::Null),
        ("refusal", "tokens_create", json!("ada")),
        ("sign_in", "tokens_create", json!("ada")),
    ];
    let expected: Vec<_> = expected
        .into_iter()
        .map(|(kind, operation, name)| (json!(kind), json!(operation), name))
        .collect();
    assert_eq!(seen, expected);
    assert_eq!(all[0]["thing"]["name"], "ada");
    assert_eq!(all[2]["caller"]["is_proven"], false);
    assert_eq!(all[3]["caller"]["way"], "password");
    assert_eq!(
        all[3]["changes"][0]["to"],
        format!("project {}", world.first.project.name)
    );
    let text = json!(all).to_string();
    assert!(
        !text.contains("my-password-1") && !text.contains(&token),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_of_the_console_are_sign_ins_too() {
    let world = World::start().await;
    let first = &world.first;
    let with = |password: &str| json!({"user": first.user.name, "password": password});
    let stranger = world.stranger();
    stranger
        .post("/adyton/v1/session", with("wrong"))
        .await
        .expect(401);
    let opened = stranger.post("/adyton/v1/session", with(&first.password)).await;
    let cookie = opened.header("set-cookie").split(';').next().unwrap().to_owned();
    opened.expect(201);
    let session = stranger.with("Cookie", &cookie).with("X-Adyton-Console", "1");
    session.delete("/adyton/v1/session").await.expect(204);
    let all = records(&world.owner().await, "/adyton/v1/audit?operation=sessions").await;
    let of = |record: &Value| [&record["kind"], &record["caller"]["name"]].map(Value::clone);
    let seen: Vec<_> = all.iter().map(of).collect();
    let name = json!(first.user.name);
    assert_eq!(
        seen,
        [
            [json!("change"), name.clone()],
            [json!("sign_in"), name.clone()],
            [json!("refusal"), name]
        ]
    );
    let text = json!(all).to_string();
    let (_, token) = cookie.split_once('=').unwrap();
    assert!(!text.contains(token), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_in_no_record() {
    let world = World::start().await;
    let owner = world.owner().await;
    let model = world.model("echo").await;
    let version =
        json!({"model_id": model, "weight": 100, "instance_count": 1, "envs": {"API_KEY": "hush-env"}});
    let wanted = json!({"service_name": "s", "infer_type": "real-time", "config": [version]});
    let service = owner.post(&world.v1("/services"), wanted).await.expect(200);
    let service = service["service_id"].as_str().unwrap();
    let made = owner
        .post(
            &world.v2("/apps"),
            json!({"name": "shop", "app_secret": "hush-app-secret"}),
        )
        .await
        .expect(201);
    let app = made["id"].as_str().unwrap();
    let code = owner
        .put(&world.v2(&format!("/apps/{app}/app-codes")), json!({}))
        .await
        .expect(200);
    owner
        .put(
            &world.v2(&format!("/apps/secret/{app}")),
            json!({"app_secret": "hush-again"}),
        )
        .await
        .expect(200);
    let user = world.user("ada", "caller", &world.project()).await;
    let password = json!({"user": {"password": "hush-password", "enabled": false}});
    owner
        .patch(&format!("/v3/users/{user}"), password)
        .await
        .expect(200);
    let key = owner
        .post(
            "/v3.0/OS-CREDENTIAL/credentials",
            json!({"credential": {"user_id": user}}),
        )
        .await
        .expect(201);

    let all = json!(records(&owner, "/adyton/v1/audit?limit=1000").await).to_string();
    for secret in [
        "hush",
        "correct horse",
        world.first.password.as_str(),
        code["app_code"].as_str().unwrap(),
        key["credential"]["secret"].as_str().unwrap(),
    ] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
    let found = records(&owner, &format!("/adyton/v1/audit?thing={user}")).await;
    let changed = found
        .iter()
        .find(|record| record["operation"] == "users_update")
        .unwrap();
    assert_eq!(
        changed["changes"],
        json!([
            {"field": "enabled", "from": "true", "to": "false", "is_secret": false},
            {"field": "password", "from": null, "to": null, "is_secret": true},
        ])
    );
    let given = found
        .iter()
        .find(|record| record["operation"] == "users_give")
        .unwrap();
    assert_eq!(
        given["project_id"],
        world.project().as_str(),
        "a role in a project is the project's to know"
    );
    assert_eq!(given["changes"][0]["to"], "caller");
    let deployed = records(&owner, &world.own(&format!("/audit?thing={service}"))).await;
    assert_eq!(deployed.len(), 1);
    assert_eq!(texts(&deployed, "operation"), ["service_deploy_deploy"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_cannot_fill_the_trail() {
    let world = World::start().await;
    let owner = world.owner().await;
    for _ in 0..40 {
        world.stranger().get("/v3/users").await.expect(401);
    }
    let refused = "/adyton/v1/audit?refused=true&limit=1000";
    assert_eq!(records(&owner, refused).await.len(), 30);
    owner
        .post(&world.v2("/apps"), json!({"name": "shop"}))
        .await
        .expect(201);
    world.clock.advance(MINUTE);
    let all = records(&owner, refused).await;
    assert_eq!(all.len(), 31);
    assert_eq!(all[0]["similar"], 9, "the last of them stands for the rest");
    assert_eq!(texts(&all[..1], "operation"), ["users_list"]);
    // None of it is the project's, whatever path a stranger takes.
    world.stranger().get(&world.v1("/services")).await.expect(401);
    assert!(
        records(&owner, &world.own("/audit?refused=true"))
            .await
            .is_empty()
    );
    assert_eq!(
        records(&owner, "/adyton/v1/audit?operation=services_list")
            .await
            .len(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_may_change_something_leaves_a_record_under_its_own_name() {
    let world = World::start().await;
    let owner = world.owner().await;
    let changing: Vec<Operation> = operations(&world)
        .await
        .into_iter()
        .filter(|one| !matches!(one.method.as_str(), "GET" | "HEAD" | "OPTIONS") && !one.is_the_door())
        .collect();
    assert!(changing.len() > 30, "{}", changing.len());
    for operation in changing {
        // The caller's own token stays: it would be the only one here that goes through.
        let caller = match operation.name().as_str() {
            "DELETE /v3/auth/tokens" => world.stranger(),
            _ => owner.clone(),
        };
        let at = operation.at(&world.project());
        let answer = caller
            .send(
                &operation.method,
                &at,
                Bytes::from_static(b"{\"nonsense\": true}"),
            )
            .await;
        let id = request_id(&answer);
        let all = records(&owner, "/adyton/v1/audit?limit=1000").await;
        let own: Vec<&Value> = all
            .iter()
            .filter(|record| record["request_id"] == id.as_str())
            .collect();
        let [record] = own[..] else {
            panic!("{}: {} records", operation.name(), own.len());
        };
        let name = record["operation"].as_str().unwrap();
        assert!(
            operation.id().starts_with(name) && !name.is_empty(),
            "{}: {name}",
            operation.name()
        );
        assert_eq!(record["status"], answer.status.as_u16(), "{}", operation.name());
        assert_eq!(
            record["refusal"].is_null(),
            answer.status.is_success(),
            "{}",
            operation.name()
        );
    }
}
