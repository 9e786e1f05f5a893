//! Changes of a service on their way: shown, written down, replaced, stopped and taken back.

use adyton_core::instances::Rollout;
use adyton_core::service::ServiceStatus;
use serde_json::{Value, json};

use crate::client::Caller;
use crate::world::{World, until};

/// A world with a service that has come through.
struct Ground {
    world: World,
    owner: Caller,
    id: String,
    old: String,
    new: String,
}

impl Ground {
    async fn new() -> Self {
        let world = World::start().await;
        let owner = world.owner().await;
        let (old, new) = (world.model("old").await, world.model("new").await);
        let id = world.service("rolling", &old).await;
        let ground = Ground {
            world,
            owner,
            id,
            old,
            new,
        };
        ground.sees(ServiceStatus::Running, &ground.old).await;
        ground.shown_as("running").await;
        ground
    }

    fn path(&self, rest: &str) -> String {
        self.world.v1(&format!("/services/{}{rest}", self.id))
    }

    async fn sees(&self, status: ServiceStatus, model: &str) {
        self.world.stage.set(&self.id, status, model).await;
    }

    async fn sees_rolled_back(&self) {
        let cause = "model new 0.0.1: exit code 1".to_owned();
        let rollout = Some(Rollout::RolledBack { cause });
        let stage = &self.world.stage;
        stage
            .set_rollout(&self.id, ServiceStatus::Concerning, &self.old, rollout)
            .await;
    }

    async fn shown_as(&self, status: &str) -> Value {
        self.world.shown_as(&self.owner, &self.path(""), status).await
    }

    async fn restarted(&self) -> Value {
        let path = self.world.own(&format!("/services/{}/restart", self.id));
        self.owner.post(&path, json!({})).await.expect(200)
    }

    async fn change(&self, change: Value) {
        self.owner.put(&self.path(""), change).await.expect(200);
    }

    async fn show(&self) -> Value {
        self.owner.get(&self.path("")).await.expect(200)
    }

    /// The update history, newest first: generation, result and cause.
    async fn history(&self) -> Vec<(u64, String, String)> {
        let shown = self.owner.get(&self.path("/logs")).await.expect(200);
        let row = |update: &Value| {
            (
                update["generation"].as_u64().unwrap(),
                update["result"].as_str().unwrap().to_owned(),
                update["error_msg"].as_str().unwrap_or_default().to_owned(),
            )
        };
        shown["logs"].as_array().unwrap().iter().map(row).collect()
    }

    /// How far the change of a generation has come.
    async fn rollout(&self, generation: u64) -> (String, String) {
        let path = format!("/services/{}/rollout?generation={generation}", self.id);
        let shown = self.owner.get(&self.world.own(&path)).await.expect(200);
        assert_eq!(shown["generation"], generation);
        let text = |field: &str| shown[field].as_str().unwrap().to_owned();
        (text("state"), text("cause"))
    }

    /// Waits until the change of a generation is in this state; gives the cause.
    async fn until(&self, generation: u64, state: &str) -> String {
        until(state, async || {
            let (now, cause) = self.rollout(generation).await;
            (now == state).then_some(cause)
        })
        .await
    }
}

fn rows(rows: &[(u64, &str, &str)]) -> Vec<(u64, String, String)> {
    rows.iter()
        .map(|(generation, result, cause)| (*generation, (*result).to_owned(), (*cause).to_owned()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_is_on_its_way_until_its_instances_are_ready_and_its_end_is_kept() {
    let ground = Ground::new().await;
    assert_eq!(ground.rollout(1).await.0, "done");
    ground.change(json!({"config": [{"model_id": ground.new}]})).await;
    let shown = ground.show().await;
    assert_eq!(
        shown["status"], "deploying",
        "the old instance still answers, but the change is not through"
    );
    assert_eq!(shown["config"][0]["ready_instances"], 0);
    assert_eq!(ground.history().await[0].1, "RUNNING");
    assert_eq!(ground.rollout(2).await.0, "going");
    ground.sees(ServiceStatus::Running, &ground.new).await;
    ground.shown_as("running").await;
    assert_eq!(
        ground.history().await,
        rows(&[(2, "SUCCESS", ""), (1, "SUCCESS", "")])
    );
    assert_eq!(ground.rollout(2).await.0, "done");
    for wrong in ["0", "3", "x"] {
        let path = format!("/services/{}/rollout?generation={wrong}", ground.id);
        let answer = ground.owner.get(&ground.world.own(&path)).await;
        assert_eq!(answer.status, 400, "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_of_the_variables_alone_that_fails_is_taken_back() {
    let ground = Ground::new().await;
    let before = ground.show().await["config"].clone();
    ground
        .change(json!({"config": [{"model_id": ground.old, "envs": {"BREAKS": "1"}}]}))
        .await;
    // What is ready of before runs the same model; it is not taken for what is wanted.
    assert_eq!(ground.show().await["config"][0]["ready_instances"], 0);
    ground.sees_rolled_back().await;
    let cause = ground.until(2, "rolled_back").await;
    assert_eq!(cause, "model new 0.0.1: exit code 1");
    let shown = ground.show().await;
    assert_eq!(shown["status"], "deploying", "the way back is on its way");
    assert_eq!(shown["config"][0]["envs"], before[0]["envs"]);
    ground.sees(ServiceStatus::Running, &ground.old).await;
    ground.shown_as("running").await;
    assert_eq!(
        ground.history().await,
        rows(&[
            (3, "SUCCESS", ""),
            (2, "FAIL", "model new 0.0.1: exit code 1"),
            (1, "SUCCESS", "")
        ])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_can_be_changed_while_it_is_being_deployed() {
    let world = World::start().await;
    let owner = world.owner().await;
    let (old, new) = (world.model("old").await, world.model("new").await);
    let id = world.service("early", &old).await;
    let ground = Ground {
        world,
        owner,
        id,
        old,
        new,
    };
    assert_eq!(ground.show().await["status"], "deploying");
    ground.change(json!({"description": "not yet there"})).await;
    assert_eq!(ground.rollout(1).await.0, "going", "that needs no instances");
    // A wrong model is replaced by another one.
    ground.change(json!({"config": [{"model_id": ground.new}]})).await;
    assert_eq!(ground.rollout(1).await.0, "replaced");
    assert_eq!(
        ground.history().await,
        rows(&[(2, "RUNNING", ""), (1, "FAIL", "")])
    );
    // Stopped on its way, and started again.
    ground.sees(ServiceStatus::Deploying, &ground.new).await;
    ground.change(json!({"status": "stopped"})).await;
    assert_eq!(ground.show().await["status"], "stopping");
    assert_eq!(ground.rollout(2).await.0, "stopped");
    ground.sees(ServiceStatus::Stopped, &ground.new).await;
    ground.shown_as("stopped").await;
    assert_eq!(ground.history().await[0], (2, "FAIL".to_owned(), String::new()));
    ground.change(json!({"status": "running"})).await;
    ground.sees(ServiceStatus::Running, &ground.new).await;
    ground.until(3, "done").await;
    assert_eq!(
        ground.history().await,
        rows(&[(2, "SUCCESS", ""), (1, "FAIL", "")]),
        "what it was started with has come through"
    );
    // Deleted on its way.
    ground.change(json!({"config": [{"model_id": ground.old}]})).await;
    ground.owner.delete(&ground.path("")).await.expect(200);
    ground
        .owner
        .get(&ground.path(""))
        .await
        .refused(404, "ModelArts.3502", "modelarts.no_such_service");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_during_an_update_goes_back_to_what_came_through_last() {
    let ground = Ground::new().await;
    ground.change(json!({"config": [{"model_id": ground.new}]})).await;
    ground.sees(ServiceStatus::Deploying, &ground.old).await;
    ground
        .change(json!({"config": [{"model_id": ground.new, "envs": {"BREAKS": "1"}}]}))
        .await;
    ground.sees_rolled_back().await;
    ground.until(3, "rolled_back").await;
    assert_eq!(ground.rollout(2).await.0, "replaced");
    let shown = ground.show().await;
    assert_eq!(
        shown["config"][0]["model_id"],
        json!(ground.old),
        "not the update that was on its way"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_failed_stays_as_it_is_wanted() {
    let world = World::start().await;
    let owner = world.owner().await;
    let model = world.model("old").await;
    let id = world.service("broken", &model).await;
    let ground = Ground {
        world,
        owner,
        id,
        old: model.clone(),
        new: model,
    };
    ground.sees(ServiceStatus::Failed, &ground.old).await;
    ground.shown_as("failed").await;
    let cause = ground.until(1, "failed").await;
    assert_eq!(cause, "it answered too late");
    assert_eq!(
        ground.history().await,
        rows(&[(1, "FAIL", "it answered too late")])
    );
    let path = ground.world.v1(&format!("/services/{}/logs", ground.id));
    let chinese = ground.owner.with("Accept-Language", "zh-CN");
    assert_eq!(
        chinese.get(&path).await.expect(200)["logs"][0]["error_msg"],
        "响应过晚"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_is_an_update_to_the_same_configuration() {
    let ground = Ground::new().await;
    let begun = ground.restarted().await;
    assert_eq!(
        (&begun["generation"], &begun["state"]),
        (&json!(2), &json!("going"))
    );
    let logs = ground.owner.get(&ground.path("/logs")).await.expect(200);
    let logs = logs["logs"].as_array().unwrap();
    assert_eq!((logs.len(), &logs[0]["config"]), (2, &logs[1]["config"]));
    // The same settings again are no change of what is on its way.
    let same = json!({"config": [{"model_id": ground.old, "weight": 100}]});
    ground.change(same).await;
    let path = ground.world.own(&format!("/services/{}/rollout", ground.id));
    assert_eq!(ground.owner.get(&path).await.expect(200)["generation"], 2);

    let auditor = ground.world.member("auditor").await;
    let path = ground.world.own(&format!("/services/{}/restart", ground.id));
    auditor
        .post(&path, json!({}))
        .await
        .refused(403, "ModelArts.0112", "modelarts.not_permitted");
}
