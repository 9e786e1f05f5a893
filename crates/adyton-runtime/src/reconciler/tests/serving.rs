//! Who serves, and when.

use super::*;

#[tokio::test]
async fn an_instance_serves_once_it_is_ready_and_leaves_before_it_is_retired() {
    let world = World::new();
    assert_eq!(world.step(0).await, Step::Recover);
    world.want(Wanted::Running, &[(1, 1)]);
    let one = world.started(1).await;
    let seen = world.status(ServiceStatus::Deploying).await;
    assert_eq!(
        (seen.instances[0].id, seen.instances[0].place.as_str()),
        (one, "")
    );
    world.is_ready(one);
    assert_eq!(world.step(2).await, Step::Serve(vec![one]));
    let seen = world.status(ServiceStatus::Running).await;
    assert_eq!(seen.instances[0].place, "127.0.0.1:20001");

    world.want(Wanted::Stopped, &[(1, 1)]);
    assert_eq!(world.step(3).await, Step::Serve(vec![]));
    assert_eq!(world.step(4).await, Step::Retire(one));
    world.status(ServiceStatus::Stopping).await;
    world.report(one, Report::End(End::Stopped));
    assert!(world.status(ServiceStatus::Stopped).await.instances.is_empty());
}

/// A change wakes the reconciler; nothing has to pass but its turn.
#[tokio::test]
async fn a_change_is_carried_out_without_waiting_for_a_next_look() {
    let world = World::new();
    assert_eq!(world.step(0).await, Step::Recover);
    world.want(Wanted::Running, &[(1, 1)]);
    let mut turns = 0;
    while world.script.steps.lock().len() < 2 {
        tokio::task::yield_now().await;
        turns += 1;
        assert!(turns < 100, "not at once: {:?}", world.script.steps.lock());
    }
    let seen = world.board.service(SERVICE).unwrap();
    assert_eq!((seen.generation, seen.rollout), (1, Some(Rollout::Going)));
}

#[tokio::test]
async fn those_who_served_go_on_until_all_that_is_new_is_ready_and_when_it_fails() {
    let world = World::new();
    world.want(Wanted::Running, &[(1, 1)]);
    let old = world.started(1).await;
    world.is_ready(old);
    assert_eq!(world.step(2).await, Step::Serve(vec![old]));

    world.want(Wanted::Running, &[(2, 2)]);
    let (bad, good) = (world.started(3).await, world.started(4).await);
    world.is_ready(good);
    world.report(bad, Report::End(End::failed("starting", "exit code 3")));
    until("rolled back", || world.told("The update was rolled back")).await;
    assert!(
        world
            .told("An instance failed: model m2 0.0.1: starting: exit code 3")
            .is_some()
    );
    assert_eq!(
        world.script.steps.lock().len(),
        5,
        "nobody else serves, nobody is retired"
    );

    // Another change, another try: what is ready already is kept.
    world.want(Wanted::Running, &[(2, 2)]);
    let second = world.started(5).await;
    world.is_ready(second);
    assert_eq!(world.step(6).await, Step::Serve(vec![good, second]));
    assert_eq!(world.step(7).await, Step::Retire(old));
}

/// Half of an update serves where nothing better is left; it is not called complete.
#[tokio::test]
async fn an_update_is_complete_only_once_all_of_it_is_ready() {
    let world = World::new();
    world.want(Wanted::Running, &[(1, 1)]);
    let old = world.started(1).await;
    world.is_ready(old);
    assert_eq!(world.step(2).await, Step::Serve(vec![old]));
    world.want(Wanted::Running, &[(2, 2)]);
    let (late, early) = (world.started(3).await, world.started(4).await);
    world.is_ready(early);
    world.report(old, Report::End(End::failed("running", "exit code 3")));
    until("told", || {
        world.told("The previous configuration no longer answers")
    })
    .await;
    assert!(world.told("The update is complete").is_none());
    world.is_ready(late);
    world.status(ServiceStatus::Running).await;
}

/// A second version beside the first: the first serves all the time, and nobody is told that it does not.
#[tokio::test]
async fn a_version_that_is_added_takes_nothing_from_the_others() {
    let world = World::new();
    world.want(Wanted::Running, &[(1, 1)]);
    let old = world.started(1).await;
    world.is_ready(old);
    assert_eq!(world.step(2).await, Step::Serve(vec![old]));
    world.want(Wanted::Running, &[(1, 1), (2, 1)]);
    let new = until("started", || {
        let steps = world.script.steps.lock();
        steps[3..].iter().find_map(|step| match step {
            Step::Start(instance, _) => Some(*instance),
            _ => None,
        })
    })
    .await;
    world.is_ready(new);
    until("both serve", || {
        let steps = world.script.steps.lock();
        steps.contains(&Step::Serve(vec![old, new])).then_some(())
    })
    .await;
    world.status(ServiceStatus::Running).await;
    assert!(world.told("no longer answers").is_none());
}

/// Nothing is known after a restart but what is wanted, and what came through before it.
#[tokio::test]
async fn after_a_restart_what_came_through_last_serves_until_the_update_is_ready() {
    let world = World::new();
    for number in [1, 2] {
        world.change(Change::Model(Box::new(model(number))));
    }
    let former = service(Wanted::Running, 1, &[(1, 1)]).versions;
    world.publish([
        Change::Service(Box::new(service(Wanted::Running, 2, &[(2, 1)]))),
        Change::Former(SERVICE, former),
    ]);
    let (new, old) = (world.started(1).await, world.started(2).await);
    let started = [world.step(1).await, world.step(2).await];
    assert_eq!(
        started,
        [
            Step::Start(new, ModelId::from_bits(2)),
            Step::Start(old, ModelId::from_bits(1))
        ]
    );
    world.is_ready(old);
    assert_eq!(world.step(3).await, Step::Serve(vec![old]));
    let seen = world.status(ServiceStatus::Running).await;
    assert_eq!(seen.rollout, Some(Rollout::Going), "the update goes on");
    world.is_ready(new);
    assert_eq!(world.step(4).await, Step::Serve(vec![new]));
    assert_eq!(world.step(5).await, Step::Retire(old));
    // The store has written it down meanwhile.
    world.publish([Change::FormerGone(SERVICE)]);
    world.report(old, Report::End(End::Stopped));
    world
        .seen("done", |seen| {
            seen.rollout == Some(Rollout::Done) && seen.instances.len() == 1
        })
        .await;
    assert_eq!(world.script.steps.lock().len(), 6);
}
