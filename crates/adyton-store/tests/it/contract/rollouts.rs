//! How rollouts ended, as nodes tell it, and what is wanted of a service afterwards.

use adyton_core::id::ModelId;
use adyton_core::instances::Rollout;
use adyton_core::service::{Service, Version, Wanted};
use adyton_store::repository::{ServiceChange, UpdateResult};

use crate::bench::{Bench, Place, version};

const FAIL: UpdateResult = UpdateResult::Fail;
const BACK: UpdateResult = UpdateResult::RolledBack;
const RUNNING: UpdateResult = UpdateResult::Running;
const SUCCESS: UpdateResult = UpdateResult::Success;

/// A service of one model, which has come through, and another model for it.
struct World {
    bench: Bench,
    service: Service,
    one: ModelId,
    two: ModelId,
}

impl World {
    async fn new(place: Place) -> Self {
        let bench = place.bench().await;
        let one = bench.published("m", "0.0.1").await.id;
        let two = bench.published("m", "0.0.2").await.id;
        let service = bench.service("s", one).await;
        let world = World {
            bench,
            service,
            one,
            two,
        };
        assert_eq!(world.end(1, Ok(())).await, None);
        world
    }

    async fn change(&self, change: ServiceChange) -> Service {
        let services = self.bench.store.services();
        let changed = services
            .update(self.bench.project, self.service.id, change)
            .await
            .unwrap()
            .unwrap();
        self.bench.feed.settled(changed).await.unwrap()
    }

    async fn give(&self, versions: Vec<Version>) -> Service {
        self.change(ServiceChange {
            versions: Some(versions),
            ..ServiceChange::default()
        })
        .await
    }

    async fn want(&self, wanted: Wanted) -> Service {
        self.change(ServiceChange {
            wanted: Some(wanted),
            ..ServiceChange::default()
        })
        .await
    }

    /// Tells the end of a rollout; gives the service if it was taken back.
    async fn end(&self, generation: u64, outcome: Result<(), &str>) -> Option<Service> {
        let rollouts = self.bench.store.rollouts();
        let back = rollouts
            .end(self.service.id, generation, &ended(outcome))
            .await
            .unwrap()?;
        Some(self.bench.feed.settled(back).await.unwrap())
    }

    /// The history, newest first.
    async fn history(&self) -> Vec<(u64, UpdateResult, String)> {
        let listed = self.bench.store.history().list(self.service.id).await.unwrap();
        let row = |update: adyton_store::repository::Update| (update.generation, update.result, update.cause);
        listed.into_iter().map(row).collect()
    }

    async fn is(&self, expected: &[(u64, UpdateResult, &str)]) {
        let expected: Vec<_> = expected
            .iter()
            .map(|(generation, result, cause)| (*generation, *result, (*cause).to_owned()))
            .collect();
        assert_eq!(self.history().await, expected);
    }
}

/// What a node says of a rollout's end that nothing of before serves on.
fn ended(outcome: Result<(), &str>) -> Rollout {
    match outcome {
        Ok(()) => Rollout::Done,
        Err(cause) => Rollout::Failed {
            cause: cause.to_owned(),
        },
    }
}

/// The same model with other variables.
fn with_level(model: ModelId, level: &str) -> Vec<Version> {
    let mut version = version(model);
    version.envs.insert("LEVEL".to_owned(), level.to_owned());
    vec![version]
}

pub(crate) async fn an_update_that_failed_is_taken_back_once(place: Place) {
    let world = World::new(place).await;
    // Only the variables change.
    let updated = world.give(with_level(world.one, "bad")).await;
    assert_eq!(updated.generation, 2);
    world.is(&[(2, RUNNING, ""), (1, SUCCESS, "")]).await;
    assert_eq!(
        world.end(1, Err("an instance fell long after")).await,
        None,
        "the generation is over"
    );
    let back = world.end(2, Err("exit\0code 1")).await.unwrap();
    assert_eq!((back.generation, &back.versions), (3, &world.service.versions));
    assert_eq!(
        world.bench.live().service(back.id).unwrap().service,
        back,
        "what is wanted is what serves"
    );
    let expected = [
        (3, RUNNING, ""),
        (2, BACK, "exit\u{fffd}code 1"),
        (1, SUCCESS, ""),
    ];
    world.is(&expected).await;
    assert_eq!(world.end(2, Err("again")).await, None, "told already");
    assert_eq!(world.end(2, Ok(())).await, None);
    world.is(&expected).await;
    assert_eq!(world.end(3, Ok(())).await, None);
    assert_eq!(world.end(3, Err("fell long after")).await, None);
    assert_eq!(world.history().await[0], (3, SUCCESS, String::new()));
    let before = world.bench.store.load_live().await.unwrap();
    assert_eq!(world.end(3, Ok(())).await, None);
    let after = world.bench.store.load_live().await.unwrap();
    assert_eq!(
        after.revision(),
        before.revision(),
        "what is known is not written again"
    );
}

pub(crate) async fn what_came_through_last_is_wanted_again_after_failures_in_a_row(place: Place) {
    let world = World::new(place).await;
    world.give(vec![version(world.two)]).await;
    // The second update begins while the first goes on, and fails.
    world.give(with_level(world.two, "bad")).await;
    world
        .is(&[(3, RUNNING, ""), (2, FAIL, ""), (1, SUCCESS, "")])
        .await;
    let back = world.end(3, Err("broken")).await.unwrap();
    assert_eq!((back.generation, &back.versions), (4, &world.service.versions));
    // What came through once fails this time: there is nothing to go back to, and no going round in circles.
    assert_eq!(world.end(4, Err("broken, too")).await, None);
    let rows = [
        (4, FAIL, "broken, too"),
        (3, BACK, "broken"),
        (2, FAIL, ""),
        (1, SUCCESS, ""),
    ];
    world.is(&rows).await;
    let now = world.bench.store.load_live().await.unwrap();
    let now = &now.service(world.service.id).unwrap().service;
    assert_eq!((now.generation, &now.versions), (4, &world.service.versions));
    // An update that came through just before the next one began is what is gone back to.
    let two = world.give(vec![version(world.two)]).await;
    world.give(with_level(world.two, "bad")).await;
    assert_eq!(world.end(two.generation, Ok(())).await, None);
    let back = world.end(6, Err("broken")).await.unwrap();
    assert_eq!(back.versions, two.versions);
}

pub(crate) async fn a_start_that_comes_through_ends_the_update_before_it(place: Place) {
    let world = World::new(place).await;
    let stopped = world.want(Wanted::Stopped).await;
    assert_eq!(world.end(1, Err("nothing runs")).await, None);
    // What a stopped service is given is not decided before it is started.
    world.give(vec![version(world.two)]).await;
    assert_eq!(
        world.end(2, Err("told by nobody")).await,
        None,
        "it should not run"
    );
    let started = world.want(Wanted::Running).await;
    assert_eq!((stopped.generation, started.generation), (1, 3));
    world.is(&[(2, RUNNING, ""), (1, SUCCESS, "")]).await;
    let back = world.end(3, Err("broken")).await.unwrap();
    assert_eq!((back.generation, &back.versions), (4, &world.service.versions));
    world
        .is(&[(4, RUNNING, ""), (2, BACK, "broken"), (1, SUCCESS, "")])
        .await;
    world.end(4, Ok(())).await;
    // A service that failed, and came through when it was tried again, has come through.
    let new = world.give(with_level(world.one, "late")).await;
    world.want(Wanted::Stopped).await;
    world.want(Wanted::Running).await;
    assert_eq!(world.end(new.generation + 1, Ok(())).await, None);
    assert_eq!(world.history().await[0], (new.generation, SUCCESS, String::new()));
}

pub(crate) async fn a_stop_interrupts_an_update_and_nothing_of_before_is_told_of_it(place: Place) {
    let world = World::new(place).await;
    world.give(vec![version(world.two)]).await;
    let stopped = world.want(Wanted::Stopped).await;
    world.is(&[(2, FAIL, ""), (1, SUCCESS, "")]).await;
    assert_eq!(world.end(2, Err("it was ended")).await, None);
    world.is(&[(2, FAIL, ""), (1, SUCCESS, "")]).await;
    assert_eq!(
        stopped.versions,
        vec![version(world.two)],
        "a stop changes no versions"
    );
    let gone = world
        .bench
        .store
        .services()
        .delete(world.bench.project, &[world.service.id])
        .await
        .unwrap();
    world.bench.feed.settled(gone).await.unwrap();
    assert_eq!(world.end(2, Ok(())).await, None);
    assert_eq!(world.end(2, Err("late")).await, None);
    assert_eq!(world.history().await, []);
}

pub(crate) async fn two_nodes_that_see_different_ends_keep_the_first(place: Place) {
    let world = World::new(place).await;
    world.give(vec![version(world.two)]).await;
    let ends = [Ok(()), Err("broken"), Ok(()), Err("broken")].map(|outcome| {
        let (store, id) = (world.bench.store.clone(), world.service.id);
        tokio::spawn(async move {
            store
                .rollouts()
                .end(id, 2, &ended(outcome))
                .await
                .unwrap()
                .is_some()
        })
    });
    let mut taken_back = 0;
    for end in ends {
        taken_back += usize::from(end.await.unwrap());
    }
    let history = world.history().await;
    match taken_back {
        0 => assert_eq!(history[0], (2, SUCCESS, String::new())),
        1 => assert_eq!(history[1], (2, BACK, "broken".to_owned())),
        more => panic!("taken back {more} times"),
    }
    assert_eq!(history.len(), 2 + taken_back);
}

pub(crate) async fn an_update_whose_former_models_are_gone_is_not_taken_back(place: Place) {
    let world = World::new(place).await;
    let updated = world.give(vec![version(world.two)]).await;
    let models = world.bench.store.models();
    models.delete(world.bench.project, world.one).await.unwrap();
    assert_eq!(world.end(2, Err("broken")).await, None);
    world.is(&[(2, FAIL, "broken"), (1, SUCCESS, "")]).await;
    let now = world.bench.store.load_live().await.unwrap();
    assert_eq!(
        now.service(updated.id).unwrap().service.versions,
        updated.versions
    );
    // Where instances of before still serve, it was rolled back all the same.
    world.give(with_level(world.two, "bad")).await;
    let still_serves = Rollout::RolledBack {
        cause: "broken, too".to_owned(),
    };
    let rollouts = world.bench.store.rollouts();
    let end = rollouts.end(world.service.id, 3, &still_serves).await.unwrap();
    assert!(end.is_none(), "the models that came through are gone");
    assert_eq!(world.history().await[0], (3, BACK, "broken, too".to_owned()));
}

/// What came through last, as the live state has it; and a live state that is read anew has the same.
async fn former(world: &World) -> Option<Vec<Version>> {
    let read = world.bench.store.load_live().await.unwrap();
    let cell = world.bench.feed.cell().clone();
    world.bench.until(|live| live.revision() >= read.revision()).await;
    let live = cell.load();
    assert_eq!(live.picture(), read.picture());
    let former = &live.service(world.service.id).unwrap().former;
    let versions: Vec<Version> = former.iter().map(|one| one.version.clone()).collect();
    (!versions.is_empty()).then_some(versions)
}

pub(crate) async fn what_came_through_last_is_live_while_an_update_goes_on(place: Place) {
    let world = World::new(place).await;
    let first = world.service.versions.clone();
    assert_eq!(former(&world).await, None);
    world.give(vec![version(world.two)]).await;
    assert_eq!(former(&world).await.as_ref(), Some(&first));
    // Another update follows before it has come through, and that one comes through.
    let second = world.give(with_level(world.two, "good")).await;
    assert_eq!(former(&world).await.as_ref(), Some(&first));
    world.end(3, Ok(())).await;
    assert_eq!(former(&world).await, None);
    // One that fails is taken back.
    world.give(vec![version(world.one)]).await;
    assert_eq!(former(&world).await, Some(second.versions));
    assert!(world.end(4, Err("broken")).await.is_some());
    assert_eq!(former(&world).await, None);
}

pub(crate) async fn what_is_stopped_has_nothing_that_serves_meanwhile(place: Place) {
    let world = World::new(place).await;
    world.give(vec![version(world.two)]).await;
    assert!(former(&world).await.is_some());
    world.want(Wanted::Stopped).await;
    assert_eq!(former(&world).await, None);
    // It is given other versions while it is stopped, and started: nobody served meanwhile.
    world.give(with_level(world.two, "good")).await;
    assert_eq!(former(&world).await, None);
    world.want(Wanted::Running).await;
    assert_eq!(former(&world).await, None);
}
