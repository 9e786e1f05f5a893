//! Scripted worlds: what is wanted and what happens, line by line, and what the plan makes of it.
//!
//! `restart` forgets what is seen, as a server that is started again does; `came` says that what is wanted came through.
//! `ends 1` ends a run, `wait 3` lets seconds pass.
//! `want 2×a:90 1×b:10` asks for versions by key with counts and weights; `stop`, `delete`; `ready 1`, `down 1`, `fail 1`,
//! `gone 1` happen to instances by number. After each line the world shows the steps, the status, who serves, and how far the
//! rollout has come.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod deployments;
mod instances;
mod restarts;
mod updates;

use std::fmt::Write as _;
use std::time::Duration;

use expect_test::Expect;

use crate::launcher::Served;

use super::*;

/// Pauses of 1, 2, 2 … s; four ends in a row are a crash loop.
const POLICY: RestartPolicy = RestartPolicy {
    first_pause: Duration::from_secs(1),
    longest_pause: Duration::from_secs(2),
    settled: Duration::from_secs(60),
    crash_loop: 4,
};

#[derive(Default)]
struct World {
    wanted: Option<WantedService>,
    seen: SeenService,
    born: u128,
    now: Duration,
    /// What came through last.
    last: Vec<WantedVersion>,
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
                let versions: Vec<WantedVersion> = versions.collect();
                let former = match versions == self.last {
                    true => Vec::new(),
                    false => self.last.clone(),
                };
                self.wanted = Some(WantedService {
                    running: true,
                    generation,
                    versions,
                    former,
                });
            }
            "stop" => self.wanted.as_mut().unwrap().running = false,
            // As after a restart of the server: nothing is seen any more.
            "restart" => self.seen = SeenService::default(),
            "came" => {
                let wanted = self.wanted.as_mut().unwrap();
                self.last.clone_from(&wanted.versions);
                wanted.former.clear();
            }
            "wait" => self.now += Duration::from_secs(rest.parse().unwrap()),
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
                if verb == "ends" {
                    let served = (one.phase == Phase::Ready).then_some(Served {
                        start_up: Duration::from_secs(1),
                        ready_for: Duration::from_secs(1),
                    });
                    one.note = match one.run_is_over(format!("{rest} ended"), served, self.now) {
                        Next::Again(restart) => restart.why,
                        Next::GiveUp(failure) => failure.to_string(),
                    };
                    let _ = writeln!(self.told, "{line}");
                    return self.settle();
                }
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
        for step in steps(self.wanted.as_ref(), &self.seen, self.now) {
            match step {
                Step::Start { version, reason } => {
                    self.born += 1;
                    let wanted = self.wanted.as_ref().unwrap();
                    let version = match version {
                        Which::Wanted(at) => &wanted.versions[at],
                        Which::Former(at) => &wanted.former[at],
                    };
                    let WantedVersion { model, key, .. } = *version;
                    let _ = writeln!(self.told, "    start {} ({}): {reason}", self.born, letter(key));
                    self.seen.instances.push(SeenInstance {
                        id: InstanceId::from_bits(self.born),
                        model,
                        key,
                        generation: wanted.generation,
                        phase: Phase::Starting,
                        runs: Runs::new(POLICY, Duration::from_secs(60), self.now),
                        note: String::new(),
                    });
                }
                Step::Again { instance } => {
                    let _ = writeln!(self.told, "    start {} again", instance.bits());
                    let one = self
                        .seen
                        .instances
                        .iter_mut()
                        .find(|one| one.id == instance)
                        .unwrap();
                    one.runs.begin(self.now);
                }
                Step::Retire { instance, reason } => {
                    let _ = writeln!(self.told, "    retire {}: {reason}", instance.bits());
                    let at = self
                        .seen
                        .instances
                        .iter()
                        .position(|one| one.id == instance)
                        .unwrap();
                    match self.seen.instances[at].is_absent() {
                        true => drop(self.seen.instances.remove(at)),
                        false => self.seen.instances[at].phase = Phase::Draining,
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

/// One instance serves.
const ONE_SERVES: &[&str] = &["want 1×a", "ready 1"];
/// Two instances serve.
const TWO_SERVE: &[&str] = &["want 2×a", "ready 1", "ready 2"];
/// A server was started again in the middle of an update of what had come through: 3 is new, 4 comes back.
const MID_UPDATE: &[&str] = &["want 1×a", "ready 1", "came", "want 1×b", "restart"];

fn play(script: &[&str], expected: Expect) {
    play_after(&[], script, expected);
}

/// Shows what comes of `script` after something that another test shows.
fn play_after(before: &[&str], script: &[&str], expected: Expect) {
    let mut world = World::default();
    for line in before {
        world.play(line);
    }
    world.told.clear();
    for line in script {
        world.play(line);
    }
    expected.assert_eq(&world.told);
}
