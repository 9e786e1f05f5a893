//! Passwords: locks count for the source that failed, tell nothing, and the queue of sign-ins is bounded.

use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{Answer, Caller};
use crate::world::World;

/// A server behind a proxy, which says where its callers are.
async fn behind_a_proxy() -> World {
    World::with(|settings| settings.trusted_proxies = vec!["127.0.0.1".parse().unwrap()]).await
}

fn at(world: &World, address: &str) -> Caller {
    world.stranger().with("X-Forwarded-For", address)
}

async fn sign_in(world: &World, from: &str, user: &str, password: &str) -> Answer {
    let wanted = world.sign_in(user, password, json!(null));
    at(world, from).post("/v3/auth/tokens", wanted).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_locks_themselves_out_and_nobody_else() {
    let world = behind_a_proxy().await;
    let (admin, password) = (world.first.user.name.clone(), world.first.password.clone());
    for _ in 0..5 {
        sign_in(&world, "198.51.100.7:5000", &admin, "wrong")
            .await
            .refused(401, "401", "iam.wrong_password");
    }
    // The right password does not open the lock for the source that failed, from whatever port.
    let locked = sign_in(&world, "198.51.100.7:6000", &admin, &password).await;
    assert_eq!(locked.header("retry-after"), "900");
    locked.refused(401, "IAM.0061", "iam.account_locked");
    sign_in(&world, "192.0.2.1", &admin, &password).await.expect(201);
    world.clock.advance(Duration::from_secs(15 * 60));
    sign_in(&world, "198.51.100.7", &admin, &password)
        .await
        .expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_sources_lock_out_all_but_those_that_are_known() {
    let world = behind_a_proxy().await;
    let (admin, password) = (world.first.user.name.clone(), world.first.password.clone());
    sign_in(&world, "192.0.2.1", &admin, &password).await.expect(201);
    for number in 0..100 {
        let from = format!("2001:db8:0:{number:x}::1");
        sign_in(&world, &from, &admin, "wrong")
            .await
            .refused(401, "401", "iam.wrong_password");
    }
    sign_in(&world, "192.0.2.2", &admin, &password)
        .await
        .refused(401, "IAM.0061", "iam.account_locked");
    sign_in(&world, "192.0.2.1", &admin, &password).await.expect(201);
}

/// Signing in as somebody of a domain that is named by name or by id.
fn named(user: &str, domain: Value) -> Value {
    json!({"auth": {"identity": {"methods": ["password"], "password": {"user": {
        "name": user, "password": "wrong", "domain": domain}}}}})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_does_not_tell_whether_there_is_such_an_account() {
    let world = World::start().await;
    let (name, id) = (world.first.domain.name.clone(), world.first.domain.id.to_string());
    for user in [world.first.user.name.as_str(), "ghost"] {
        let reasons = async |domain: Value| {
            let answer = world
                .stranger()
                .post("/v3/auth/tokens", named(user, domain))
                .await;
            answer.header("x-adyton-reason")
        };
        for _ in 0..5 {
            assert_eq!(
                reasons(json!({"name": name})).await,
                "iam.wrong_password",
                "{user}"
            );
        }
        // Naming the domain in another way neither gives more tries nor tells.
        assert_eq!(reasons(json!({"id": id})).await, "iam.account_locked", "{user}");
        assert_eq!(
            reasons(json!({"name": name})).await,
            "iam.account_locked",
            "{user}"
        );
    }
}

/// What a flood of sign-ins of these sources at once is answered with.
async fn flood(world: &World, sources: impl Iterator<Item = String>) -> Vec<Answer> {
    let tries = sources.enumerate().map(|(number, from)| async move {
        sign_in(world, &from, &format!("somebody {number}"), "wrong").await
    });
    futures_util::future::join_all(tries).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_sign_ins_is_told_when_to_come_back() {
    let world = World::with(|settings| {
        settings.sign_ins = 8;
        settings.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    // One source: half of the places, and no more.
    let answers = flood(&world, (0..60).map(|_| "192.0.2.9".to_owned())).await;
    let mut refused = 0;
    for answer in answers {
        match answer.header("x-adyton-reason").as_str() {
            "iam.wrong_password" => {}
            "iam.too_many_sign_ins" => {
                let after: u64 = answer.header("retry-after").parse().unwrap();
                assert!((1..=10).contains(&after), "{after}");
                answer.refused(429, "429", "iam.too_many_sign_ins");
                refused += 1;
            }
            other => panic!("{other}: {}", answer.status),
        }
    }
    assert!(refused > 0, "nobody was refused");
    // Many sources: all of them.
    let answers = flood(&world, (0..60).map(|number| format!("198.51.100.{number}"))).await;
    let full = answers
        .iter()
        .filter(|answer| answer.header("x-adyton-reason") == "iam.sign_ins_full");
    assert!(full.clone().count() > 0, "the queue was never full");
    for answer in full {
        assert_eq!(answer.status, 503);
        assert_eq!(answer.json()["error"]["code"], 503);
        assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1);
    }
    // Afterwards there is room again.
    let (admin, password) = (world.first.user.name.clone(), world.first.password.clone());
    sign_in(&world, "192.0.2.9", &admin, &password).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_shares_the_bounds_of_all_who_sign_in() {
    let world = World::with(|settings| {
        settings.sign_ins = 8;
        settings.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    let reasons = async |sources: Vec<String>| {
        let tries = sources.iter().enumerate().map(|(number, from)| {
            let wanted = json!({"user": format!("somebody {number}"), "password": "wrong"});
            let caller = at(&world, from);
            async move { caller.post("/adyton/v1/session", wanted).await }
        });
        let answers = futures_util::future::join_all(tries).await;
        let told = answers.iter().map(|answer| {
            let reason = answer.header("x-adyton-reason");
            let waits = !answer.header("retry-after").is_empty();
            (reason, answer.status.as_u16(), waits)
        });
        told.collect::<Vec<_>>()
    };
    let of_one = reasons(vec!["192.0.2.9".to_owned(); 60]).await;
    assert!(
        of_one.contains(&("manage.too_many_sign_ins".to_owned(), 429, true)),
        "{of_one:?}"
    );
    let of_many = reasons((0..60).map(|number| format!("198.51.100.{number}")).collect()).await;
    assert!(
        of_many.contains(&("manage.sign_ins_full".to_owned(), 429, true)),
        "{of_many:?}"
    );
}
