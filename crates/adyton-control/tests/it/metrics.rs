//! What became of a service's requests over time: counted, written down, put together, and its own project's alone.

use std::time::Duration;

use adyton_core::sample;
use adyton_core::service::ServiceStatus;
use adyton_core::tally::{ServiceTally, Tally, minute_of};
use adyton_core::usage::InstanceUsage;
use serde_json::json;

use crate::world::World;

/// So many calls of a service in the present minute, the first of which failed.
fn count(world: &World, service: &str, calls: u64) {
    let mut tally = Tally::default();
    for number in 0..calls {
        tally.count(2_000, (number == 0).then(|| "APIG.0301".to_owned()));
    }
    world.notes.4.lock().unwrap().push(ServiceTally {
        service: service.parse().unwrap(),
        minute: minute_of(world.clock.now()),
        tally,
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_failures_times_and_instances_are_shown_by_the_minute() {
    let world = World::start().await;
    let model = world.model("echo").await;
    let id = world.service("echo", &model).await;
    world.stage.set(&id, ServiceStatus::Running, &model).await;
    let owner = world.owner().await;
    let path = world.own(&format!("/services/{id}/metrics"));
    let nothing = owner.get(&path).await.expect(200);
    assert_eq!(
        (&nothing["range"], &nothing["step_s"], &nothing["points"]),
        (&json!("1h"), &json!(60), &json!([]))
    );
    assert_eq!(nothing["total"]["calls"], 0);
    count(&world, &id, 3);
    world.clock.advance(Duration::from_secs(120));
    count(&world, &id, 1);
    let found = crate::world::until("the counts", async || {
        let found = owner.get(&format!("{path}?range=5m")).await.expect(200);
        (found["total"]["calls"] == 4).then_some(found)
    })
    .await;
    assert_eq!(found["points"].as_array().unwrap().len(), 2, "{found}");
    let first = &found["points"][0];
    assert_eq!(first["at"], "2026-05-04T03:02:00.000000Z");
    assert_eq!(
        (&first["calls"], &first["failed"], &first["failures"]),
        (&json!(3), &json!(1), &json!({"APIG.0301": 1}))
    );
    assert_eq!(first["instances"], 1);
    for field in ["p50_ms", "p95_ms", "p99_ms"] {
        let took = first[field].as_f64().unwrap();
        assert!((1.8..2.2).contains(&took), "{field}: {took}");
    }
    let day = owner.get(&format!("{path}?range=24h")).await.expect(200);
    assert_eq!(
        (&day["step_s"], &day["points"][0]["calls"]),
        (&json!(900), &json!(4))
    );
    owner
        .get(&format!("{path}?range=1y"))
        .await
        .refused(400, "APIGW.0201", "manage.bad_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn anothers_service_has_no_metrics_and_what_was_counted_last_is_written_at_the_end() {
    let mut world = World::start().await;
    let (neighbour, theirs) = world.neighbour().await;
    let id = world.service("echo", &world.model("echo").await).await;
    let elsewhere = neighbour
        .get(&format!("/adyton/v1/{theirs}/services/{id}/metrics"))
        .await;
    elsewhere.refused(404, "ModelArts.3502", "modelarts.no_such_service");
    let refused = neighbour
        .get(&world.own(&format!("/services/{id}/metrics")))
        .await;
    refused.refused(403, "APIGW.0302", "manage.other_project");
    count(&world, &id, 5);
    world.stop().await;
    let (from, until) = (
        world.clock.now().before(Duration::from_secs(60)),
        world.clock.now(),
    );
    let written = world
        .store
        .minutes()
        .list(id.parse().unwrap(), from, until)
        .await
        .unwrap();
    assert_eq!(written[0].tally.calls, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_instances_take_is_measured_when_somebody_asks_and_kept() {
    let world = World::start().await;
    let model = world.model("echo").await;
    let id = world.service("echo", &model).await;
    world.stage.set(&id, ServiceStatus::Running, &model).await;
    let owner = world.owner().await;
    let monitor_path = format!("/v1/{}/services/{id}/monitor", world.project());
    let seen = owner.get(&monitor_path).await.expect(200);
    let instance = seen["monitors"][0]["instances"][0].clone();
    assert!(
        instance.get("cpu_percent").is_none() && seen["monitors"][0].get("cpu_core_usage").is_none(),
        "nothing is known: {seen}"
    );
    let usage = |age, cpu, memory| InstanceUsage {
        instance: instance["instance_id"].as_str().unwrap().parse().unwrap(),
        service: id.parse().unwrap(),
        model: sample::MODEL,
        age: Duration::from_secs(age),
        cpu: Duration::from_secs(cpu),
        memory,
    };
    *world.stage.usage.lock().unwrap() = vec![usage(10, 5, Some(3 << 20))];
    let path = world.own(&format!("/services/{id}/metrics"));
    let found = crate::world::until("what was measured", async || {
        let found = owner.get(&path).await.expect(200);
        (found["total"]["usage"].as_array().unwrap().len() == 1).then_some(found)
    })
    .await;
    let used = &found["points"][0]["usage"][0];
    assert_eq!(used["instance_id"], instance["instance_id"]);
    assert_eq!(
        (&used["cpu_s"], &used["cpu_percent"], &used["memory_bytes"]),
        (&json!(5.0), &json!(50.0), &json!(3 << 20))
    );
    assert_eq!(
        (&found["total"]["calls"], &found["points"][0]["instances"]),
        (&json!(0), &json!(1))
    );
    let seen = owner.get(&monitor_path).await.expect(200);
    let monitor = &seen["monitors"][0];
    assert_eq!(
        (&monitor["cpu_core_usage"], &monitor["cpu_memory_usage"]),
        (&json!(0.5), &json!(3.0)),
        "{seen}"
    );
    assert_eq!(monitor["instances"][0]["memory_bytes"], json!(3 << 20));
}
