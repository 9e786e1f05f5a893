//! Other versions of a service that serves.

use adyton_core::id::ModelId;
use adyton_core::instances::Rollout;
use expect_test::expect;

use super::{ONE_SERVES, World, play, play_after};

#[test]
fn an_update_replaces_only_when_all_is_ready() {
    play_after(
        ONE_SERVES,
        &["want 1×b:90 1×c:10", "ready 2", "ready 3", "gone 1"],
        expect![[r#"
            want 1×b:90 1×c:10
                start 2 (b): fewer instances than wanted
                start 3 (c): fewer instances than wanted
                running 0%, serving [a:100], 2 going
            ready 2
                running 50%, serving [a:100], 2 going
            ready 3
                retire 1: it was replaced
                running 100%, serving [b:90 c:10], 2 done
            gone 1
                running 100%, serving [b:90 c:10], 2 done
        "#]],
    );
}

#[test]
fn a_bad_update_leaves_the_old_in_service() {
    play_after(
        ONE_SERVES,
        &["want 1×b", "fail 2", "want 1×c", "ready 3", "gone 1"],
        expect![[r#"
            want 1×b
                start 2 (b): fewer instances than wanted
                running 0%, serving [a:100], 2 going
            fail 2
                concerning 0%, serving [a:100], 2 rolled back, 2 failed
            want 1×c
                start 3 (c): fewer instances than wanted
                retire 2: it failed before the last change
                running 0%, serving [a:100], 3 going
            ready 3
                retire 1: it was replaced
                running 100%, serving [c:100], 3 done
            gone 1
                running 100%, serving [c:100], 3 done
        "#]],
    );
}

#[test]
fn an_update_takes_over_early_when_the_old_are_lost() {
    play_after(
        ONE_SERVES,
        &["want 2×b", "ready 2", "down 1", "ready 3"],
        expect![[r#"
            want 2×b
                start 2 (b): fewer instances than wanted
                start 3 (b): fewer instances than wanted
                running 0%, serving [a:100], 2 going
            ready 2
                running 50%, serving [a:100], 2 going
            down 1
                retire 1: it was replaced
                concerning 50%, serving [b:100], 2 going
            ready 3
                running 100%, serving [b:100], 2 done
        "#]],
    );
}

#[test]
fn an_update_of_the_settings_alone_has_a_rollout_of_its_own() {
    // The same model under another key: the ready instances of before are not taken for those that are wanted.
    let mut world = World::default();
    for line in ["want 1×a", "ready 1", "want 1×b"] {
        world.play(line);
    }
    for one in &mut world.seen.instances {
        one.model = ModelId::from_bits(1);
    }
    for version in &mut world.wanted.as_mut().unwrap().versions {
        version.model = ModelId::from_bits(1);
    }
    world.told.clear();
    world.play("fail 2");
    expect![[r#"
        fail 2
            concerning 0%, serving [a:100], 2 rolled back, 2 failed
    "#]]
    .assert_eq(&world.told);
    let cause = "2 failed".to_owned();
    assert_eq!(world.seen.rollout, Some((2, Rollout::RolledBack { cause })));
}

#[test]
fn an_update_can_be_replaced_taken_back_and_stopped_on_its_way() {
    play(
        &[
            "want 1×a",
            "want 1×b",
            "gone 1",
            "ready 2",
            "want 1×c",
            "want 1×d",
            "gone 3",
            "want 1×b",
            "gone 4",
            "want 1×e",
            "stop",
            "gone 2",
            "gone 5",
        ],
        expect![[r#"
            want 1×a
                start 1 (a): fewer instances than wanted
                deploying 0%, serving [], 1 going
            want 1×b
                start 2 (b): fewer instances than wanted
                retire 1: it was replaced
                deploying 0%, serving [], 2 going
            gone 1
                deploying 0%, serving [], 2 going
            ready 2
                running 100%, serving [b:100], 2 done
            want 1×c
                start 3 (c): fewer instances than wanted
                running 0%, serving [b:100], 3 going
            want 1×d
                start 4 (d): fewer instances than wanted
                retire 3: it was replaced
                running 0%, serving [b:100], 4 going
            gone 3
                running 0%, serving [b:100], 4 going
            want 1×b
                retire 4: it was replaced
                running 100%, serving [b:100], 5 done
            gone 4
                running 100%, serving [b:100], 5 done
            want 1×e
                start 5 (e): fewer instances than wanted
                running 0%, serving [b:100], 6 going
            stop
                retire 2: the service is to be stopped
                retire 5: the service is to be stopped
                stopping 0%, serving []
            gone 2
                stopping 0%, serving []
            gone 5
                stopped 0%, serving []
        "#]],
    );
}

#[test]
fn an_update_that_fell_but_was_not_given_up_goes_on() {
    play_after(
        ONE_SERVES,
        &["want 2×b", "ready 2", "down 2", "waits 3", "ready 3", "fail 2"],
        expect![[r#"
            want 2×b
                start 2 (b): fewer instances than wanted
                start 3 (b): fewer instances than wanted
                running 0%, serving [a:100], 2 going
            ready 2
                running 50%, serving [a:100], 2 going
            down 2
                running 0%, serving [a:100], 2 going
            waits 3
                running 0%, serving [a:100], 2 going
            ready 3
                running 50%, serving [a:100], 2 going
            fail 2
                concerning 50%, serving [a:100], 2 rolled back, 2 failed
        "#]],
    );
}
