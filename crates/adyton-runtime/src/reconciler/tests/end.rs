//! The end of the node.

use super::*;

#[tokio::test]
async fn the_end_of_the_node_waits_for_its_instances() {
    let world = World::new();
    world.want(Wanted::Running, &[(1, 1)]);
    let one = world.started(1).await;
    world.is_ready(one);
    assert_eq!(world.step(2).await, Step::Serve(vec![one]));
    world.stop.send_replace(true);
    assert_eq!(world.step(3).await, Step::Serve(vec![]));
    assert_eq!(world.step(4).await, Step::Retire(one));
    assert!(!world.running.is_finished());
    world.report(one, Report::End(End::Stopped));
    world.running.await.unwrap();
    assert_eq!(world.script.steps.lock()[5..], [Step::Close]);
}

#[tokio::test]
async fn the_end_of_the_node_does_not_wait_forever() {
    let world = World::new();
    world.want(Wanted::Running, &[(1, 1)]);
    world.started(1).await;
    world.stop.send_replace(true);
    tokio::time::timeout(20 * SECOND, world.running)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(world.script.steps.lock().last(), Some(&Step::Close));
}
