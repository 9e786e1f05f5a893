//! What becomes of single instances.

use super::*;

#[tokio::test]
async fn an_instance_that_restarts_serves_nobody_until_it_answers_again() {
    let world = World::new();
    world.want(Wanted::Running, &[(1, 1)]);
    let one = world.started(1).await;
    world.is_ready(one);
    assert_eq!(world.step(2).await, Step::Serve(vec![one]));
    world.news(one, News::Down("it ended with signal 9".to_owned()));
    assert_eq!(world.step(3).await, Step::Serve(vec![]));
    let not = || *world.script.otherwise.lock();
    assert_eq!(
        not(),
        Some(Unavailable::NoInstance),
        "one that is down may come back by itself"
    );
    world.report(
        one,
        Report::End(End::Over {
            why: "it ended with signal 9".to_owned(),
            served: Some(Served {
                start_up: 5 * SECOND,
                ready_for: SECOND,
            }),
        }),
    );
    let seen = world
        .seen("restarting", |seen| seen.instances[0].restarting.is_some())
        .await;
    let restarting = seen.instances[0].restarting.clone().unwrap();
    let now = world.clock.now();
    assert_eq!(
        (restarting.since, restarting.next_start),
        (now, now.after(FIRST_PAUSE))
    );
    assert_eq!(restarting.back_at, now.after(FIRST_PAUSE + 5 * SECOND));
    until("restarting", || {
        (not() == Some(Unavailable::Restarting)).then_some(())
    })
    .await;
    world.clock.advance(FIRST_PAUSE);
    assert_eq!(world.started(4).await, one, "the same instance");
    world.is_ready(one);
    assert_eq!(world.step(5).await, Step::Serve(vec![one]));
    let seen = world.status(ServiceStatus::Running).await;
    assert_eq!(
        (seen.instances[0].restarts, &seen.instances[0].restarting),
        (1, &None)
    );
}

#[tokio::test]
async fn a_failure_is_told_with_the_last_lines_of_the_instance_itself() {
    let world = World::new();
    world.want(Wanted::Running, &[(1, 1)]);
    let one = world.started(1).await;
    for (instance, text) in [
        (one, "its own line"),
        (InstanceId::from_bits(7), "another's line"),
    ] {
        world.board.log(SERVICE).push(LogLine {
            at: world.clock.now(),
            instance,
            stream: "stderr".to_owned(),
            text: text.to_owned(),
        });
    }
    world.report(one, Report::End(End::failed("starting", "exit code 1")));
    let error = world.status(ServiceStatus::Failed).await.error;
    assert!(
        error.contains("its own line") && !error.contains("another's line"),
        "{error}"
    );
}

#[tokio::test]
async fn what_is_told_of_an_instance_that_is_gone_changes_nothing() {
    let world = World::new();
    world.want(Wanted::Running, &[(1, 1)]);
    let one = world.started(1).await;
    world.is_ready(InstanceId::from_bits(7));
    world.report(
        InstanceId::from_bits(7),
        Report::End(End::failed("running", "gone")),
    );
    world.is_ready(one);
    assert_eq!(world.step(2).await, Step::Serve(vec![one]));
    assert_eq!(world.status(ServiceStatus::Running).await.instances.len(), 1);
}

#[tokio::test]
async fn an_instance_that_is_stopped_between_two_runs_is_gone_at_once() {
    let world = World::new();
    world.want(Wanted::Running, &[(1, 1)]);
    let one = world.started(1).await;
    let why = "exit code 1".to_owned();
    world.report(one, Report::End(End::Over { why, served: None }));
    world
        .seen("restarting", |seen| seen.instances[0].restarting.is_some())
        .await;
    world.want(Wanted::Stopped, &[(1, 1)]);
    assert!(world.status(ServiceStatus::Stopped).await.instances.is_empty());
    assert_eq!(world.script.steps.lock().len(), 2, "there was nothing to end");
}
