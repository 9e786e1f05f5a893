//! Scripted worlds: what is wanted and what happens, line by line, and what the plan makes of it.
//!
//! `want 2×a:90 1×b:10` asks for versions by key with counts and weights; `stop`, `delete`; `ready 1`, `down 1`, `fail 1`,
//! `gone 1` happen to instances by number. After each line the world shows the steps, the status, who serves, and how far the
//! rollout has come.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::fmt::Write as _;

use expect_test::{Expect, expect};

use super::*;

#[derive(Default)]
struct World {
    wanted: Option<WantedService>,
    seen: SeenService,
    born: u128,
    told: String,
}

fn letter(key: Key) -> char {
    char::from(u8::try_from(key.0).unwrap())
}

fn word(rollout: &Rollout) -> &'static str {
    match rollout {
        Rollout::Going => "going",
        Rollout::Done => "done",
        Rollout::RolledBack { .. } => "rolled back",
        Rollout::Failed { .. } => "failed",
    }
}

impl World {
    fn play(&mut self, line: &str) {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verb {
            "want" => {
                let generation = self.wanted.as_ref().map_or(1, |wanted| wanted.generation + 1);
                let versions = rest.split(' ').map(|word| {
                    let (count, word) = word.split_once('×').unwrap();
                    let (key, weight) = word.split_once(':').unwrap_or((word, "100"));
                    let key = u64::from(key.as_bytes()[0]);
                    WantedVersion {
                        model: ModelId::from_bits(key.into()),
                        key: Key(key),
                        weight: weight.parse().unwrap(),
                        count: count.parse().unwrap(),
                    }
                });
                self.wanted = Some(WantedService {
                    running: true,
                    generation,
                    versions: versions.collect(),
                });
            }
            "stop" => self.wanted.as_mut().unwrap().running = false,
            // As after a restart of the server: nothing is seen any more.
            "restart" => self.seen = SeenService::default(),
            "delete" => self.wanted = None,
            "gone" => self
                .seen
                .instances
                .retain(|one| one.id.bits().to_string() != rest),
            _ => {
                let one = self
                    .seen
                    .instances
                    .iter_mut()
                    .find(|one| one.id.bits().to_string() == rest)
                    .unwrap();
                (one.phase, one.note) = match verb {
                    "ready" => (Phase::Ready, String::new()),
                    "waits" => (Phase::Starting, format!("{rest} waits")),
                    "down" => (Phase::Down, format!("{rest} is down")),
                    "fail" => (Phase::Failed, format!("{rest} failed")),
                    other => panic!("{other}"),
                };
            }
        }
        let _ = writeln!(self.told, "{line}");
        self.settle();
    }

    /// Carries the plan out as far as the plan can see, until it has nothing more to say.
    fn settle(&mut self) {
        self.seen.serving = serving(self.wanted.as_ref(), &self.seen);
        for step in steps(self.wanted.as_ref(), &self.seen) {
            match step {
                Step::Start { version, reason } => {
                    self.born += 1;
                    let wanted = self.wanted.as_ref().unwrap();
                    let WantedVersion { model, key, .. } = wanted.versions[version];
                    let _ = writeln!(self.told, "    start {} ({}): {reason}", self.born, letter(key));
                    self.seen.instances.push(SeenInstance {
                        id: InstanceId::from_bits(self.born),
                        model,
                        key,
                        generation: wanted.generation,
                        phase: Phase::Starting,
                        restarts: 0,
                        note: String::new(),
                    });
                }
                Step::Retire { instance, reason } => {
                    let _ = writeln!(self.told, "    retire {}: {reason}", instance.bits());
                    let at = self
                        .seen
                        .instances
                        .iter()
                        .position(|one| one.id == instance)
                        .unwrap();
                    match self.seen.instances[at].phase {
                        Phase::Failed => drop(self.seen.instances.remove(at)),
                        _ => self.seen.instances[at].phase = Phase::Draining,
                    }
                }
            }
        }
        let generation = self.wanted.as_ref().map_or(0, |wanted| wanted.generation);
        self.seen.rollout = rollout(self.wanted.as_ref(), &self.seen).map(|rollout| (generation, rollout));
        let shares: Vec<String> = self
            .seen
            .serving
            .iter()
            .map(|share| format!("{}:{}", letter(share.key), share.weight))
            .collect();
        match verdict(self.wanted.as_ref(), &self.seen) {
            None => self.told.push_str("    nothing left\n"),
            Some(verdict) => {
                let error = if verdict.error.is_empty() {
                    String::new()
                } else {
                    format!(", {}", verdict.error)
                };
                let rollout = match &self.seen.rollout {
                    None => String::new(),
                    Some((generation, rollout)) => format!(", {generation} {}", word(rollout)),
                };
                let _ = writeln!(
                    self.told,
                    "    {} {}%, serving [{}]{rollout}{error}",
                    verdict.status.name(),
                    verdict.progress,
                    shares.join(" ")
                );
            }
        }
    }
}

fn play(script: &[&str], expected: Expect) {
    let mut world = World::default();
    for line in script {
        world.play(line);
    }
    expected.assert_eq(&world.told);
}

#[test]
fn a_service_is_deployed_stopped_and_deleted() {
    play(
        &[
            "want 2×a",
            "ready 1",
            "ready 2",
            "stop",
            "gone 1",
            "gone 2",
            "want 1×a",
            "ready 3",
            "delete",
            "gone 3",
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
fn an_update_replaces_only_when_all_is_ready() {
    play(
        &[
            "want 1×a",
            "ready 1",
            "want 1×b:90 1×c:10",
            "ready 2",
            "ready 3",
            "gone 1",
        ],
        expect![[r#"
            want 1×a
                start 1 (a): fewer instances than wanted
                deploying 0%, serving [], 1 going
            ready 1
                running 100%, serving [a:100], 1 done
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
    play(
        &[
            "want 1×a",
            "ready 1",
            "want 1×b",
            "fail 2",
            "want 1×c",
            "ready 3",
            "gone 1",
        ],
        expect![[r#"
            want 1×a
                start 1 (a): fewer instances than wanted
                deploying 0%, serving [], 1 going
            ready 1
                running 100%, serving [a:100], 1 done
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
    play(
        &[
            "want 2×a",
            "ready 1",
            "ready 2",
            "down 1",
            "down 2",
            "ready 1",
            "ready 2",
            "fail 1",
            "fail 2",
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
fn an_update_takes_over_early_when_the_old_are_lost() {
    play(
        &["want 1×a", "ready 1", "want 2×b", "ready 2", "down 1", "ready 3"],
        expect![[r#"
            want 1×a
                start 1 (a): fewer instances than wanted
                deploying 0%, serving [], 1 going
            ready 1
                running 100%, serving [a:100], 1 done
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
    play(
        &[
            "want 1×a",
            "ready 1",
            "want 2×b",
            "ready 2",
            "down 2",
            "waits 3",
            "ready 3",
            "fail 2",
        ],
        expect![[r#"
            want 1×a
                start 1 (a): fewer instances than wanted
                deploying 0%, serving [], 1 going
            ready 1
                running 100%, serving [a:100], 1 done
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

#[test]
fn more_instances_of_which_one_fails_are_a_rollout_that_failed() {
    play(
        &["want 1×a", "ready 1", "want 2×a", "fail 2", "want 1×a"],
        expect![[r#"
            want 1×a
                start 1 (a): fewer instances than wanted
                deploying 0%, serving [], 1 going
            ready 1
                running 100%, serving [a:100], 1 done
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
