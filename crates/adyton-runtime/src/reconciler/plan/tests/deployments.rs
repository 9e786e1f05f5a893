//! Services that are made, stopped and deleted.

use expect_test::expect;

use super::{TWO_SERVE, play, play_after};

#[test]
fn a_service_is_deployed_stopped_and_deleted() {
    play_after(
        TWO_SERVE,
        &[
            "stop",
            "gone 1",
            "gone 2",
            "want 1×a",
            "ready 3",
            "delete",
            "gone 3",
        ],
        expect![[r#"
            stop
                retire 1: the service is to be stopped
                retire 2: the service is to be stopped
                stopping 0%, serving []
            gone 1
                stopping 0%, serving []
            gone 2
                stopped 0%, serving []
            want 1×a
                start 3 (a): fewer instances than wanted
                deploying 0%, serving [], 2 going
            ready 3
                running 100%, serving [a:100], 2 done
            delete
                retire 3: the service was deleted
                deleting 0%, serving []
            gone 3
                nothing left
        "#]],
    );
}

#[test]
fn a_failed_deployment_is_tried_again_only_after_a_change() {
    play(
        &["want 1×a", "fail 1", "want 1×a", "ready 2"],
        expect![[r#"
            want 1×a
                start 1 (a): fewer instances than wanted
                deploying 0%, serving [], 1 going
            fail 1
                failed 0%, serving [], 1 failed, 1 failed
            want 1×a
                start 2 (a): fewer instances than wanted
                retire 1: it failed before the last change
                deploying 0%, serving [], 2 going
            ready 2
                running 100%, serving [a:100], 2 done
        "#]],
    );
}

#[test]
fn a_deployment_says_what_it_waits_for() {
    play(
        &["want 2×a", "waits 1", "ready 1", "ready 2"],
        expect![[r#"
            want 2×a
                start 1 (a): fewer instances than wanted
                start 2 (a): fewer instances than wanted
                deploying 0%, serving [], 1 going
            waits 1
                deploying 0%, serving [], 1 going, 1 waits
            ready 1
                deploying 50%, serving [], 1 going
            ready 2
                running 100%, serving [a:100], 1 done
        "#]],
    );
}

#[test]
fn what_is_ready_serves_when_the_rest_failed() {
    play(
        &["want 1×a:50 1×b:50", "ready 1", "fail 2"],
        expect![[r#"
            want 1×a:50 1×b:50
                start 1 (a): fewer instances than wanted
                start 2 (b): fewer instances than wanted
                deploying 0%, serving [], 1 going
            ready 1
                deploying 50%, serving [], 1 going
            fail 2
                concerning 50%, serving [a:50 b:50], 1 failed, 2 failed
        "#]],
    );
}
