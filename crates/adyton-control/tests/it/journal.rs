//! The request journal: filtered, paged, explained, and only to who may see it.

use adyton_core::catalogue::Reason;
use adyton_core::clock::Timestamp;
use adyton_core::evidence::Evidence;
use adyton_core::id::{ProjectId, RequestId};
use adyton_core::record::{AnsweredBy, Door, Record, Step};
use serde_json::json;

use crate::world::World;

pub(crate) fn record(number: u64, project: Option<ProjectId>, reason: Option<Reason>) -> Record {
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
        head_us: None,
        body_us: None,
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
    let chinese = owner.with("Accept-Language", "zh-CN");
    let in_chinese = chinese
        .get(&world.own(&format!("/requests/{}", ours.id)))
        .await
        .expect(200);
    assert_eq!(in_chinese["explanation"]["reason"], told["explanation"]["reason"]);
    assert_eq!(in_chinese["request"], told["request"]);
    let headline = in_chinese["explanation"]["headline"].as_str().unwrap();
    assert!(headline.contains("令牌"), "{headline}");
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

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_was_left_out_is_told_of_to_whoever_could_have_read_it() {
    let world = World::start().await;
    let (neighbour, theirs) = world.neighbour().await;
    let summary = |number: u64, project| Record {
        evidence: Evidence::LeftOut {
            source: "192.0.2.7".to_owned(),
            count: 150,
            limit: 50,
            until: Timestamp::from_millis(1_000_000 + number.cast_signed() + 9),
            setting: "journal.strangers_per_second".to_owned(),
        },
        ..record(number, project, Some(Reason::TokenUndecryptable))
    };
    let ours = summary(100, Some(world.first.project.id));
    let nobodys = summary(200, None);
    world
        .notes
        .0
        .lock()
        .unwrap()
        .extend([ours.clone(), nobodys.clone()]);
    let left_out = |number: u64| RequestId::compose(1_000_000 + number, 0, 0, number);
    let owner = world.owner().await;
    for (id, first) in [(left_out(105), ours.id), (left_out(205), nobodys.id)] {
        let message = owner.get(&world.own(&format!("/requests/{id}"))).await.refused(
            404,
            "APIGW.0101",
            "manage.record_left_out",
        );
        for said in [
            &id.to_string(),
            &first.to_string(),
            "192.0.2.7",
            "50",
            "journal.strangers_per_second",
        ] {
            assert!(message.contains(said), "{said}: {message}");
        }
    }
    // The summary is a record like others, and says how many it stands for.
    let told = owner
        .get(&world.own(&format!("/requests/{}", ours.id)))
        .await
        .expect(200);
    assert!(told["explanation"]["notes"].to_string().contains("150"), "{told}");
    assert_eq!(told["request"]["evidence"]["count"], 150);
    for id in [left_out(105), left_out(205), left_out(150)] {
        let refused = neighbour.get(&format!("/adyton/v1/{theirs}/requests/{id}")).await;
        refused.refused(404, "APIGW.0101", "manage.no_such_address");
    }
    let auditor = world.member("auditor").await;
    let refused = auditor
        .get(&world.own(&format!("/requests/{}", left_out(105))))
        .await;
    refused.refused(404, "APIGW.0101", "manage.record_left_out");
    let refused = auditor
        .get(&world.own(&format!("/requests/{}", left_out(205))))
        .await;
    refused.refused(404, "APIGW.0101", "manage.no_such_address");
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_wait_for_a_place_and_are_refused_with_the_time_to_come_again() {
    let world =
        World::with(|settings| settings.longest_wait_for_a_slot = std::time::Duration::from_millis(100))
            .await;
    let (neighbour, theirs) = world.neighbour().await;
    let owner = world.owner().await;
    let ours = world.own("/requests");
    let others = format!("/adyton/v1/{theirs}/requests");
    let held = world.notes.clone();
    let (hold, released) = std::sync::mpsc::channel::<()>();
    let (tell, holds) = std::sync::mpsc::channel();
    let holder = std::thread::spawn(move || {
        let _held = held.2.lock().unwrap();
        tell.send(()).unwrap();
        let _ = released.recv();
    });
    holds.recv_timeout(std::time::Duration::from_secs(30)).unwrap();
    let search = || {
        let (owner, ours) = (owner.clone(), ours.clone());
        tokio::spawn(async move { owner.get(&ours).await })
    };
    // One of the two is under way, so the other is refused. Explanations have places of their own.
    let (mut one, mut other) = (search(), search());
    let (answer, first) = tokio::select! {
        answer = &mut one => (answer.unwrap(), other),
        answer = &mut other => (answer.unwrap(), one),
    };
    let after: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&after));
    let message = answer.refused(429, "APIGW.0308", "manage.busy");
    assert!(message.contains("search"), "{message}");
    owner
        .get(&world.own(&format!("/requests/{}", RequestId::from_bits(5))))
        .await
        .refused(404, "APIGW.0101", "manage.no_such_address");
    // The neighbour's place is free: it waits for the journal, not for us.
    let second = tokio::spawn(async move { neighbour.get(&others).await });
    drop(hold);
    holder.join().unwrap();
    first.await.unwrap().expect(200);
    second.await.unwrap().expect(200);
    owner.get(&ours).await.expect(200);
}
