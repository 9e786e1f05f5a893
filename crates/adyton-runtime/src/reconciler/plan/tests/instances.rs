//! Instances that fall and come back, and other numbers of them.

use expect_test::expect;

use super::{ONE_SERVES, TWO_SERVE, play, play_after};

#[test]
fn weights_and_counts_change_without_a_replacement() {
    play(
        &[
            "want 2×a:100",
            "ready 1",
            "ready 2",
            "want 1×a:100",
            "gone 2",
            "want 3×a:100",
            "ready 3",
            "ready 4",
        ],
        expect![[r#"
            want 2×a:100
                start 1 (a): fewer instances than wanted
                start 2 (a): fewer instances than wanted
                deploying 0%, serving [], 1 going
            ready 1
                deploying 50%, serving [], 1 going
            ready 2
                running 100%, serving [a:100], 1 done
            want 1×a:100
                retire 2: more instances than wanted
                running 100%, serving [a:100], 2 done
            gone 2
                running 100%, serving [a:100], 2 done
            want 3×a:100
                start 3 (a): fewer instances than wanted
                start 4 (a): fewer instances than wanted
                concerning 33%, serving [a:100], 3 going
            ready 3
                concerning 66%, serving [a:100], 3 going
            ready 4
                running 100%, serving [a:100], 3 done
        "#]],
    );
}

#[test]
fn instances_that_fall_are_a_concern_and_come_back() {
    play_after(
        TWO_SERVE,
        &["down 1", "down 2", "ready 1", "ready 2", "fail 1", "fail 2"],
        expect![[r#"
            down 1
                concerning 50%, serving [a:100], 1 done, 1 is down
            down 2
                concerning 0%, serving [a:100], 1 done, 1 is down
            ready 1
                concerning 50%, serving [a:100], 1 done, 2 is down
            ready 2
                running 100%, serving [a:100], 1 done
            fail 1
                concerning 50%, serving [a:100], 1 done, 1 failed
            fail 2
                failed 0%, serving [a:100], 1 done, 1 failed
        "#]],
    );
}

#[test]
fn a_rollout_ends_once_whatever_becomes_of_the_instances() {
    play(
        &[
            "want 2×a",
            "ready 1",
            "down 1",
            "ready 2",
            "ready 1",
            "fail 1",
            "fail 2",
            "want 1×a",
        ],
        expect![[r#"
            want 2×a
                start 1 (a): fewer instances than wanted
                start 2 (a): fewer instances than wanted
                deploying 0%, serving [], 1 going
            ready 1
                deploying 50%, serving [], 1 going
            down 1
                deploying 0%, serving [], 1 going
            ready 2
                concerning 50%, serving [a:100], 1 going, 1 is down
            ready 1
                running 100%, serving [a:100], 1 done
            fail 1
                concerning 50%, serving [a:100], 1 done, 1 failed
            fail 2
                failed 0%, serving [a:100], 1 done, 1 failed
            want 1×a
                start 3 (a): fewer instances than wanted
                retire 1: it failed before the last change
                retire 2: it failed before the last change
                concerning 0%, serving [a:100], 2 going
        "#]],
    );
}

#[test]
fn more_instances_of_which_one_fails_are_a_rollout_that_failed() {
    play_after(
        ONE_SERVES,
        &["want 2×a", "fail 2", "want 1×a"],
        expect![[r#"
            want 2×a
                start 2 (a): fewer instances than wanted
                concerning 50%, serving [a:100], 2 going
            fail 2
                concerning 50%, serving [a:100], 2 failed, 2 failed
            want 1×a
                retire 2: it failed before the last change
                running 100%, serving [a:100], 3 done
        "#]],
    );
}

#[test]
fn an_instance_that_ends_is_started_again_after_pauses_and_given_up_in_the_end() {
    play_after(
        ONE_SERVES,
        &[
            "ends 1", "wait 1", "ready 1", "ends 1", "wait 1", "wait 1", "ends 1", "wait 2", "ends 1",
        ],
        expect![[r#"
            ends 1
                concerning 0%, serving [a:100], 1 done, 1 ended
            wait 1
                start 1 again
                concerning 0%, serving [a:100], 1 done, 1 ended
            ready 1
                running 100%, serving [a:100], 1 done
            ends 1
                concerning 0%, serving [a:100], 1 done, 1 ended
            wait 1
                concerning 0%, serving [a:100], 1 done, 1 ended
            wait 1
                start 1 again
                concerning 0%, serving [a:100], 1 done, 1 ended
            ends 1
                concerning 0%, serving [a:100], 1 done, 1 ended
            wait 2
                start 1 again
                concerning 0%, serving [a:100], 1 done, 1 ended
            ends 1
                failed 0%, serving [a:100], 1 done, running: the program ended, or was ended, 4 times in a row; the last time: 1 ended
        "#]],
    );
}

#[test]
fn an_instance_that_is_not_wanted_any_more_is_not_started_again() {
    play_after(
        ONE_SERVES,
        &["ends 1", "stop", "wait 1"],
        expect![[r#"
            ends 1
                concerning 0%, serving [a:100], 1 done, 1 ended
            stop
                retire 1: the service is to be stopped
                stopped 0%, serving []
            wait 1
                stopped 0%, serving []
        "#]],
    );
}
