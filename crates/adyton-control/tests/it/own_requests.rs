//! The caller's share of an explanation: read by whoever proves the credential that the request named, and by nobody else.

use adyton_core::catalogue::Reason;
use adyton_core::evidence::{Evidence, SignatureEvidence};
use adyton_core::id::RequestId;
use adyton_core::record::{CallerSeen, Record, Step};
use adyton_core::sample;
use serde_json::{Value, json};

use crate::client::Caller;
use crate::world::World;

/// A refused call of a project that none of the readers has anything to do with.
fn refused(number: u64, reason: Reason, evidence: Evidence) -> Record {
    Record {
        id: RequestId::compose(1_000_000 + number, 0, 0, number),
        project: Some(adyton_core::id::ProjectId::from_bits(0x77)),
        status: reason.code().entry().status,
        reason: Some(reason),
        step: Step::Authenticate,
        evidence,
        ..sample::record()
    }
}

fn signed(number: u64, key: &str) -> Record {
    let seen = SignatureEvidence {
        key: key.to_owned(),
        mistake: Some("path.no_trailing_slash".to_owned()),
        ..SignatureEvidence::default()
    };
    refused(
        number,
        Reason::AkskSigningMistake,
        Evidence::Signature(Box::new(seen)),
    )
}

fn kept(world: &World, records: &[&Record]) {
    world
        .notes
        .0
        .lock()
        .unwrap()
        .extend(records.iter().map(|record| (*record).clone()));
}

/// What a caller reads of a record.
async fn read(caller: &Caller, record: &Record) -> (u16, Value) {
    let answer = caller.get(&format!("/adyton/v1/requests/{}", record.id)).await;
    (answer.status.as_u16(), answer.json())
}

/// An app of a project, and its AppCode: key, secret, code.
async fn app(owner: &Caller, prefix: &str, name: &str) -> (String, String, String) {
    let made = owner
        .post(&format!("{prefix}/apps"), json!({"name": name}))
        .await
        .expect(201);
    let id = made["id"].as_str().unwrap();
    let code = owner
        .put(&format!("{prefix}/apps/{id}/app-codes"), json!({}))
        .await
        .expect(200);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (
        text(&made["app_key"]),
        text(&made["app_secret"]),
        text(&code["app_code"]),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_credential_reads_what_named_it_and_nothing_else() {
    let world = World::start().await;
    let owner = world.owner().await;
    let (key, secret, code) = app(&owner, &world.v2(""), "phone").await;
    let (other_key, other_secret, _) = app(&owner, &world.v2(""), "other").await;
    let user_id = world.first.user.id.to_string();
    let mine = Record {
        caller: Some(CallerSeen {
            way: "token".into(),
            id: user_id,
            name: "admin".into(),
        }),
        ..refused(1, Reason::IamOtherProject, Evidence::None)
    };
    let of_key = signed(2, world.first.access_key.as_str());
    let of_app = signed(3, &key);
    let nobodys = refused(4, Reason::TokenUndecryptable, Evidence::None);
    kept(&world, &[&mine, &of_key, &of_app, &nobodys]);

    let pair = world
        .stranger()
        .with("X-HW-ID", &key)
        .with("X-HW-AppKey", &secret);
    let users = [("token", owner), ("aksk", world.signer())];
    let apps = [
        ("app", world.keyholder(&key, &secret)),
        ("app code", world.stranger().with("X-Apig-AppCode", &code)),
        ("pair", pair),
    ];
    for (how, user) in &users {
        assert_eq!(read(user, &mine).await.0, 200, "{how}");
        let (status, told) = read(user, &of_key).await;
        assert_eq!(
            (status, &told["explanation"]["signature"]["mistake"]),
            (200, &json!("path.no_trailing_slash")),
            "{how}"
        );
        for other in [&of_app, &nobodys] {
            assert_eq!(read(user, other).await.0, 404, "{how}");
        }
    }
    for (how, app) in &apps {
        let (status, told) = read(app, &of_app).await;
        assert_eq!(
            (status, &told["explanation"]["reason"]),
            (200, &json!("aksk.signing_mistake")),
            "{how}"
        );
        assert!(told["request"].is_null(), "the record is the project's: {told}");
        for other in [&mine, &of_key, &nobodys] {
            assert_eq!(read(app, other).await.0, 404, "{how}");
        }
    }
    // Who tries from the other side: another app of the same project, another tenant, a stranger.
    let neighbour = world.neighbour().await.0;
    for other in [world.keyholder(&other_key, &other_secret), neighbour] {
        for record in [&mine, &of_key, &of_app, &nobodys] {
            assert_eq!(read(&other, record).await.0, 404);
        }
        let unknown = other
            .get(&format!("/adyton/v1/requests/{}", "0".repeat(32)))
            .await;
        unknown.refused(404, "APIGW.0101", "manage.no_such_address");
    }
    let path = format!("/adyton/v1/requests/{}", of_app.id);
    let refused = world.stranger().get(&path).await;
    assert_eq!(
        (
            refused.status.as_u16(),
            refused.header("x-adyton-reason").as_str()
        ),
        (401, "credentials.missing")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_key_reads_why_and_what_fails_there_locks_too() {
    let world = World::start().await;
    let access = world.first.access_key.to_string();
    let record = signed(1, &access);
    kept(&world, &[&record]);
    let wrong = world.keyholder(&access, "another secret");
    for _ in 0..6 {
        wrong.get(&world.v1("/services")).await;
    }
    let locked = world.signer().get(&world.v1("/services")).await;
    assert_eq!(locked.header("retry-after"), "301", "{:?}", locked.body);
    locked.refused(401, "APIGW.0301", "manage.key_locked");
    assert_eq!(read(&world.signer(), &record).await.0, 200);
    for _ in 0..6 {
        let answer = wrong.get(&format!("/adyton/v1/requests/{}", record.id)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("x-adyton-reason").as_str()),
            (401, "aksk.bad_signature")
        );
    }
    let answer = world
        .signer()
        .get(&format!("/adyton/v1/requests/{}", record.id))
        .await;
    assert_eq!(answer.header("retry-after"), "301");
    assert_eq!(
        (answer.status.as_u16(), answer.header("x-adyton-reason").as_str()),
        (401, "aksk.locked")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_are_not_tried_one_after_the_other() {
    let world = World::start().await;
    let signer = world.signer();
    for _ in 0..100 {
        let answer = signer
            .get(&format!("/adyton/v1/requests/{}", "1".repeat(32)))
            .await;
        answer.refused(404, "APIGW.0101", "manage.no_such_address");
    }
    let record = signed(1, world.first.access_key.as_str());
    kept(&world, &[&record]);
    let answer = signer.get(&format!("/adyton/v1/requests/{}", record.id)).await;
    assert_eq!(answer.header("retry-after"), "300");
    answer.refused(429, "APIGW.0308", "manage.busy");
    // Others behind the same address read on.
    let owner = world.owner().await;
    let (key, secret, _) = app(&owner, &world.v2(""), "phone").await;
    let of_app = signed(2, &key);
    kept(&world, &[&of_app]);
    assert_eq!(read(&world.keyholder(&key, &secret), &of_app).await.0, 200);
}
