//! A server that is started again in the middle of an update.

use expect_test::expect;

use super::{MID_UPDATE, ONE_SERVES, play, play_after};

#[test]
fn a_restart_in_the_middle_of_an_update_begins_its_rollout_again() {
    play(
        &["want 1×a", "ready 1", "want 1×b", "restart", "fail 3"],
        expect![[r#"
            want 1×a
                start 1 (a): fewer instances than wanted
                deploying 0%, serving [], 1 going
            ready 1
                running 100%, serving [a:100], 1 done
            want 1×b
                start 2 (b): fewer instances than wanted
                running 0%, serving [a:100], 2 going
            restart
                start 3 (b): fewer instances than wanted
                deploying 0%, serving [], 2 going
            fail 3
                failed 0%, serving [], 2 failed, 3 failed
        "#]],
    );
}

#[test]
fn what_came_through_last_serves_again_after_a_restart_until_the_update_is_ready() {
    play(
        &[
            "want 2×a",
            "ready 1",
            "ready 2",
            "came",
            "want 1×b",
            "restart",
            "ready 5",
            "ready 6",
            "ready 4",
            "came",
        ],
        expect![[r#"
            want 2×a
                start 1 (a): fewer instances than wanted
                start 2 (a): fewer instances than wanted
                deploying 0%, serving [], 1 going
            ready 1
                deploying 50%, serving [], 1 going
            ready 2
                running 100%, serving [a:100], 1 done
            came
                running 100%, serving [a:100], 1 done
            want 1×b
                start 3 (b): fewer instances than wanted
                running 0%, serving [a:100], 2 going
            restart
                start 4 (b): fewer instances than wanted
                start 5 (a): it serves until the update has come through
                start 6 (a): it serves until the update has come through
                deploying 0%, serving [], 2 going
            ready 5
                deploying 0%, serving [], 2 going
            ready 6
                running 0%, serving [a:100], 2 going
            ready 4
                retire 5: it was replaced
                retire 6: it was replaced
                running 100%, serving [b:100], 2 done
            came
                running 100%, serving [b:100], 2 done
        "#]],
    );
}

#[test]
fn an_update_that_is_ready_first_does_not_wait_for_what_comes_back() {
    play(
        &["want 1×a", "ready 1", "came", "want 1×b", "restart", "ready 3"],
        expect![[r#"
            want 1×a
                start 1 (a): fewer instances than wanted
                deploying 0%, serving [], 1 going
            ready 1
                running 100%, serving [a:100], 1 done
            came
                running 100%, serving [a:100], 1 done
            want 1×b
                start 2 (b): fewer instances than wanted
                running 0%, serving [a:100], 2 going
            restart
                start 3 (b): fewer instances than wanted
                start 4 (a): it serves until the update has come through
                deploying 0%, serving [], 2 going
            ready 3
                retire 4: it was replaced
                running 100%, serving [b:100], 2 done
        "#]],
    );
}

#[test]
fn an_update_that_fails_after_a_restart_is_rolled_back_whether_the_former_is_back_or_on_its_way() {
    play_after(
        MID_UPDATE,
        &["fail 3", "ready 4", "want 1×a"],
        expect![[r#"
            fail 3
                failed 0%, serving [], 2 rolled back, 3 failed
            ready 4
                concerning 0%, serving [a:100], 2 rolled back, 3 failed
            want 1×a
                retire 3: it failed before the last change
                running 100%, serving [a:100], 3 done
        "#]],
    );
    play_after(
        MID_UPDATE,
        &["ready 4", "fail 3", "want 1×a"],
        expect![[r#"
            ready 4
                running 0%, serving [a:100], 2 going
            fail 3
                concerning 0%, serving [a:100], 2 rolled back, 3 failed
            want 1×a
                retire 3: it failed before the last change
                running 100%, serving [a:100], 3 done
        "#]],
    );
}

#[test]
fn what_does_not_come_back_after_a_restart_is_not_tried_for_ever() {
    play_after(
        MID_UPDATE,
        &["fail 4", "ready 3"],
        expect![[r#"
            fail 4
                deploying 0%, serving [], 2 going
            ready 3
                retire 4: it was replaced
                running 100%, serving [b:100], 2 done
        "#]],
    );
}

#[test]
fn a_version_that_is_wanted_too_is_not_started_twice() {
    play_after(
        ONE_SERVES,
        &["came", "want 1×a:90 1×b:10", "restart", "ready 3", "ready 4"],
        expect![[r#"
            came
                running 100%, serving [a:100], 1 done
            want 1×a:90 1×b:10
                start 2 (b): fewer instances than wanted
                concerning 50%, serving [a:90 b:10], 2 going
            restart
                start 3 (a): fewer instances than wanted
                start 4 (b): fewer instances than wanted
                deploying 0%, serving [], 2 going
            ready 3
                concerning 50%, serving [a:100], 2 going
            ready 4
                running 100%, serving [a:90 b:10], 2 done
        "#]],
    );
}

#[test]
fn a_stop_ends_what_comes_back_too() {
    play_after(
        MID_UPDATE,
        &["stop"],
        expect![[r#"
            stop
                retire 3: the service is to be stopped
                retire 4: the service is to be stopped
                stopping 0%, serving []
        "#]],
    );
}
