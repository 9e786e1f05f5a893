//! The request journal: filtered, paged, explained, and only to who may see it.

use adyton_core::catalogue::Reason;
use adyton_core::clock::Timestamp;
use adyton_core::evidence::Evidence;
use adyton_core::id::{ProjectId, RequestId};
use adyton_core::record::{AnsweredBy, Door, Record, Step};
use serde_json::json;

use crate::world::World;

fn record(number: u64, project: Option<ProjectId>, reason: Option<Reason>) -> Record {
    Record {
        id: RequestId::compose(1_000_000 + number, 0, 0, number),
        at: Timestamp::from_millis(1_000_000 + number.cast_signed()),
        door: Door::Address,
        source: "127.0.0.1".to_owned(),
        method: "POST".to_owned(),
        host: "gateway.test".to_owned(),
        path: "/v1/infers/x".to_owned(),
        query: String::new(),
        stage: None,
        project,
        service: None,
        api: None,
        model: None,
        instance: None,
        caller: None,
        status: reason.map_or(200, |reason| reason.code().entry().status),
        reason,
        step: reason.map_or(Step::Dispatch, Reason::step),
        answered_by: if reason.is_some() {
            AnsweredBy::Gateway
        } else {
            AnsweredBy::Model
        },
        request_bytes: 1,
        response_bytes: 2,
        took_us: 3,
        model_us: 0,
        user_agent: "curl".to_owned(),
        evidence: Evidence::None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_filtered_and_paged() {
    let world = World::start().await;
    let project = Some(world.first.project.id);
    for number in 0..5 {
        world.notes.0.lock().unwrap().push(record(number, project, None));
    }
    world
        .notes
        .0
        .lock()
        .unwrap()
        .push(record(9, project, Some(Reason::TokenUndecryptable)));
    let owner = world.owner().await;
    let first = owner.get(&world.own("/requests?limit=4")).await.expect(200);
    assert_eq!(first["requests"].as_array().map(Vec::len), Some(4));
    assert_eq!(
        first["requests"][0]["reason"], "token.undecryptable",
        "newest first"
    );
    assert_eq!(first["requests"][0]["error_code"], "APIG.0301");
    let rest = owner
        .get(&world.own(&format!(
            "/requests?limit=4&before={}",
            first["next"].as_str().unwrap()
        )))
        .await
        .expect(200);
    assert_eq!(
        (rest["requests"].as_array().map(Vec::len), &rest["next"]),
        (Some(2), &json!(null))
    );
    for query in [
        "code=APIG.0301",
        "code=token.undecryptable",
        "status=401",
        "stage=authenticate",
        "from=1000009",
    ] {
        let found = owner
            .get(&world.own(&format!("/requests?{query}")))
            .await
            .expect(200);
        assert_eq!(found["requests"].as_array().map(Vec::len), Some(1), "{query}");
    }
    for query in [
        "stage=colour",
        "service=x",
        "from=soon",
        "limit=0",
        "colour=red",
        "status=x",
    ] {
        let refused = owner.get(&world.own(&format!("/requests?{query}"))).await;
        refused.refused(400, "APIGW.0201", "manage.bad_request");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_explained_to_its_project_alone() {
    let world = World::start().await;
    let (neighbour, theirs) = world.neighbour().await;
    let ours = record(1, Some(world.first.project.id), Some(Reason::TokenUndecryptable));
    let nobodys = record(2, None, Some(Reason::RouteNotAnApiAddress));
    world
        .notes
        .0
        .lock()
        .unwrap()
        .extend([ours.clone(), nobodys.clone()]);
    let owner = world.owner().await;
    let told = owner
        .get(&world.own(&format!("/requests/{}", ours.id)))
        .await
        .expect(200);
    assert_eq!(told["explanation"]["reason"], "token.undecryptable");
    assert_eq!(told["request"]["id"], ours.id.to_string());
    // What matched nothing is for administrators of the domain.
    owner
        .get(&world.own(&format!("/requests/{}", nobodys.id)))
        .await
        .expect(200);
    for id in [ours.id, nobodys.id, RequestId::from_bits(5)] {
        let refused = neighbour.get(&format!("/adyton/v1/{theirs}/requests/{id}")).await;
        refused.refused(404, "APIGW.0101", "manage.no_such_address");
    }
    let auditor = world.member("auditor").await;
    auditor
        .get(&world.own(&format!("/requests/{}", ours.id)))
        .await
        .expect(200);
    let refused = auditor
        .get(&world.own(&format!("/requests/{}", nobodys.id)))
        .await;
    refused.refused(404, "APIGW.0101", "manage.no_such_address");
}
