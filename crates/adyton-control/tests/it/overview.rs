//! How everything of a project does, in one answer.

use std::time::Duration;

use adyton_core::catalogue::Reason;
use adyton_core::record::{AnsweredBy, Record};
use adyton_core::service::ServiceStatus;
use adyton_core::tally::{ServiceTally, Tally, minute_of};
use serde_json::json;

use crate::journal::record;
use crate::world::World;

/// So many calls of a service in the present minute, the first of which failed with `code`.
fn count(world: &World, service: &str, calls: u64, code: &str) {
    let mut tally = Tally::default();
    for number in 0..calls {
        tally.count(2_000, (number == 0).then(|| code.to_owned()));
    }
    world.notes.4.lock().unwrap().push(ServiceTally {
        service: service.parse().unwrap(),
        minute: minute_of(world.clock.now()),
        tally,
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn services_calls_refusals_changes_and_the_server_are_in_one_answer() {
    let world = World::start().await;
    let owner = world.owner().await;
    let model = world.model("echo").await;
    let (good, bad) = (
        world.service("good", &model).await,
        world.service("bad", &model).await,
    );
    world.stage.set(&good, ServiceStatus::Running, &model).await;
    world.stage.set(&bad, ServiceStatus::Failed, &model).await;
    world
        .shown_as(&owner, &world.v1(&format!("/services/{good}")), "running")
        .await;
    world
        .shown_as(&owner, &world.v1(&format!("/services/{bad}")), "failed")
        .await;
    count(&world, &good, 1, "APIG.0999");
    world.clock.advance(Duration::from_secs(2 * 3600));
    count(&world, &good, 7, "APIG.0301");
    count(&world, &bad, 3, "500");
    let refused = Record {
        at: world.clock.now(),
        service: Some(good.parse().unwrap()),
        ..record(5, Some(world.first.project.id), Some(Reason::TokenUndecryptable))
    };
    let answered = Record {
        at: world.clock.now(),
        status: 500,
        service: Some(bad.parse().unwrap()),
        answered_by: AnsweredBy::Model,
        ..record(6, Some(world.first.project.id), None)
    };
    world.notes.add(refused.clone());
    world.notes.add(answered.clone());

    let path = world.own("/overview");
    let found = crate::world::until("the counts", async || {
        let found = owner.get(&path).await.expect(200);
        (found["calls"]["calls"] == 10).then_some(found)
    })
    .await;
    let services = &found["services"];
    assert_eq!(services["total"], 2);
    assert_eq!(services["by_status"], json!({"running": 1, "failed": 1}));
    assert_eq!(
        (&services["wanted_instances"], &services["ready_instances"]),
        (&json!(2), &json!(1))
    );
    let attention = services["attention"].as_array().unwrap();
    assert_eq!(
        (attention.len(), &attention[0]["service_name"]),
        (1, &json!("bad"))
    );
    assert_eq!(attention[0]["error_msg"], "it answered too late");
    let in_chinese = owner
        .with("Accept-Language", "zh-CN")
        .get(&world.own("/overview"))
        .await
        .expect(200);
    assert_eq!(in_chinese["services"]["attention"][0]["error_msg"], "响应过晚");
    let calls = &found["calls"];
    assert_eq!(calls["failed"], 2, "what is older than an hour is not counted");
    assert_eq!(
        calls["services"][0],
        json!({
            "service_id": good, "service_name": "good", "calls": 7, "failed": 1, "p95_ms": calls["services"][0]["p95_ms"],
        })
    );
    assert_eq!(
        found["refused"],
        json!([
            {"code": "500", "count": 1, "reason": null, "request_id": answered.id.to_string()},
            {"code": "APIG.0301", "count": 1, "reason": "token.undecryptable", "request_id": refused.id.to_string()},
        ])
    );
    let newest = &found["changes"][0];
    assert_eq!(
        (&newest["kind"], &newest["operation"]),
        (&json!("change"), &json!("service_deploy_deploy"))
    );
    assert!(found["changes"].as_array().unwrap().len() <= 10);
    let server = &found["server"];
    assert_eq!(
        (&server["ready"], &server["waiting_for"]),
        (&json!(true), &json!([]))
    );
    assert_eq!(server["uptime_s"], 7200);
    assert_eq!(server["version"], env!("CARGO_PKG_VERSION"));
    assert!(server["disk_total_bytes"].as_u64() >= server["disk_free_bytes"].as_u64());
    assert!(server["disk_total_bytes"].as_u64() > Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_reader_sees_what_their_role_lets_them_see() {
    let world = World::start().await;
    let operator = world.member("operator").await;
    let found = operator.get(&world.own("/overview")).await.expect(200);
    assert_eq!(found["refused"], json!([]));
    assert!(found["changes"].is_array());
    assert_eq!(
        found["server"]["disk_free_bytes"],
        json!(null),
        "the machine is not theirs to know"
    );
    let (neighbour, theirs) = world.neighbour().await;
    neighbour
        .get(&world.own("/overview"))
        .await
        .refused(403, "APIGW.0302", "manage.other_project");
    let own = neighbour
        .get(&format!("/adyton/v1/{theirs}/overview"))
        .await
        .expect(200);
    assert_eq!(own["services"]["total"], 0);
    assert_eq!(own["calls"]["calls"], 0);
}
