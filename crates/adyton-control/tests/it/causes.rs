//! Every cause by which a token does not count, at each place where one is shown: each has a sub-code of its own, and the
//! public answer stays that of its dialect.

use std::time::Duration;

use adyton_core::clock::Clock;
use adyton_core::tenant::Scope;
use adyton_identity::{Identity, Methods};
use adyton_store::Feed;
use serde_json::json;

use crate::world::World;

/// The causes, with their sub-codes at the edge, as the caller's own token at IAM, and as the one that is asked about.
const CAUSES: [[&str; 3]; 9] = [
    [
        "manage.token_malformed",
        "iam.token_malformed",
        "iam.subject_malformed",
    ],
    [
        "manage.token_unknown_key",
        "iam.token_unknown_key",
        "iam.subject_unknown_key",
    ],
    [
        "manage.token_undecryptable",
        "iam.token_undecryptable",
        "iam.subject_undecryptable",
    ],
    ["manage.token_expired", "iam.token_expired", "iam.subject_expired"],
    [
        "manage.token_not_yet_valid",
        "iam.token_not_yet_valid",
        "iam.subject_not_yet_valid",
    ],
    ["manage.token_revoked", "iam.token_revoked", "iam.subject_revoked"],
    [
        "manage.token_superseded",
        "iam.token_superseded",
        "iam.subject_superseded",
    ],
    [
        "manage.token_user_disabled",
        "iam.token_user_disabled",
        "iam.subject_user_disabled",
    ],
    [
        "manage.token_user_deleted",
        "iam.token_user_deleted",
        "iam.subject_user_deleted",
    ],
];

/// A bad token for each of the causes, in their order. The clock moves at the end, so that one is over.
async fn spoilt(world: &World) -> [String; 9] {
    let project = &world.first.project.name;
    let fresh = || world.token(&world.first.user.name, &world.first.password, project);
    let expired = fresh().await;
    world.clock.advance(Duration::from_secs(24 * 3600 + 1));
    let owner = world.owner().await;
    let mut cut = fresh().await;
    cut.truncate(cut.len() - 2);
    let elsewhere = World::start().await;
    let unknown = elsewhere
        .token(
            &elsewhere.first.user.name,
            &elsewhere.first.password,
            &elsewhere.first.project.name,
        )
        .await;
    let revoked = fresh().await;
    owner
        .with("X-Subject-Token", &revoked)
        .delete("/v3/auth/tokens")
        .await
        .expect(204);
    let mut of_users = Vec::new();
    for name in ["superseded", "disabled", "deleted"] {
        let id = world.user(name, "caller", &world.project()).await;
        of_users.push((
            format!("/v3/users/{id}"),
            world.token(name, "correct horse", project).await,
        ));
    }
    let change = json!({"user": {"password": "battery staple"}});
    owner.patch(&of_users[0].0, change).await.expect(200);
    let disable = json!({"user": {"enabled": false}});
    owner.patch(&of_users[1].0, disable).await.expect(200);
    owner.delete(&of_users[2].0).await.expect(204);
    let mut of_users = of_users.into_iter().map(|(_, token)| token);
    [
        "nonsense".to_owned(),
        unknown,
        cut,
        expired,
        of_the_future(world).await,
        revoked,
        of_users.next().unwrap(),
        of_users.next().unwrap(),
        of_users.next().unwrap(),
    ]
}

/// What another node issues whose clock is two minutes ahead.
async fn of_the_future(world: &World) -> String {
    let live = Feed::start(&world.store).await.unwrap().cell().load();
    let ahead = Clock::manual(world.clock.now().after(Duration::from_secs(120)));
    let user = live.user(world.first.user.id).unwrap();
    let scope = Scope::Project(world.first.project.id);
    Identity::new(ahead, adyton_identity::Settings::default())
        .issue_token(&live, user, scope, Methods::PASSWORD, None)
        .unwrap()
        .0
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_in_which_a_token_does_not_count_has_a_reason_of_its_own() {
    let world = World::start().await;
    let spoilt = spoilt(&world).await;
    let owner = world.owner().await;
    for ([edge, own, subject], token) in CAUSES.iter().zip(&spoilt) {
        // At the edge of ModelArts and APIG.
        let code = match *edge {
            "manage.token_revoked" => "APIGW.0307",
            _ => "APIGW.0301",
        };
        let holder = world.holder(token);
        for path in [world.v1("/services"), world.v2("/apps")] {
            holder.get(&path).await.refused(401, code, edge);
        }
        // At IAM, as the caller's own, in every place where IAM takes one. Keystone says the same of all.
        let said = "The token is invalid or has expired.";
        let asked = holder.get("/v3/auth/projects").await;
        assert_eq!(asked.refused(401, "401", own), said);
        let wanted = json!({"auth": {"identity": {"methods": ["token"], "token": {"id": token}}}});
        let signed_in = world.stranger().post("/v3/auth/tokens", wanted).await;
        assert_eq!(signed_in.refused(401, "401", own), said);
        // As the one that is asked about, it is unknown.
        let asked = owner.with("X-Subject-Token", token);
        let said = "The resource could not be found.";
        let shown = asked.get("/v3/auth/tokens").await;
        assert_eq!(shown.refused(404, "404", subject), said);
        let deleted = asked.delete("/v3/auth/tokens").await;
        assert_eq!(deleted.refused(404, "404", subject), said);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_token_at_all_has_reasons_too() {
    let world = World::start().await;
    let path = "/v3/auth/projects";
    let stranger = world.stranger();
    let nothing = stranger.get(path).await;
    nothing.refused(401, "401", "iam.credentials_missing");
    let code = stranger.with("X-Apig-AppCode", &"c".repeat(64)).get(path).await;
    code.refused(401, "401", "iam.credentials_not_accepted");
    let bearer = stranger.with("Authorization", "Bearer x").get(path).await;
    bearer.refused(401, "401", "iam.credentials_not_accepted");
    let twice = world.owner().await.with("X-Auth-Token", "again");
    let twice = twice.get(path).await;
    twice.refused(401, "401", "iam.token_malformed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_somebody_else_is_unknown_to_who_may_not_ask_about_it() {
    let world = World::start().await;
    let member = world.member("caller").await;
    let owners = world.owner().await;
    let crate::client::Credential::Token(token) = &owners.credential else {
        unreachable!()
    };
    let asked = member.with("X-Subject-Token", token);
    for answer in [
        asked.get("/v3/auth/tokens").await,
        asked.delete("/v3/auth/tokens").await,
    ] {
        answer.refused(404, "404", "iam.subject_not_permitted");
    }
    owners.get("/v3/auth/projects").await.expect(200);
}
