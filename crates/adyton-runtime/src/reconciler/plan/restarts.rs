//! When an instance whose run is over is started again, and when it is given up. The time is passed in.
//!
//! - The pause before a start doubles from [`RestartPolicy::first_pause`] to [`RestartPolicy::longest_pause`].
//! - An instance that was ready for [`RestartPolicy::settled`] has settled: its earlier ends are forgotten.
//! - [`RestartPolicy::crash_loop`] ends in a row are a crash loop, and it is given up.
//! - One that was never ready is given up when the next start would come after its deployment's time.

use std::time::Duration;

use super::{Phase, SeenInstance};
use crate::launcher::{Failure, Served};
use adyton_core::event_cause::Cause;

/// How instances are started again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RestartPolicy {
    /// The first pause.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// An instance that was ready for this long has settled.
    pub settled: Duration,
    /// So many ends in a row, without having settled, are a crash loop.
    pub crash_loop: u32,
}

/// The runs of one instance so far. Times are monotonic.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Runs {
    policy: RestartPolicy,
    deploy_timeout: Duration,
    /// How often it was started again.
    times: u32,
    /// How often it has ended in a row.
    ends: u32,
    pause: Duration,
    /// By when it has to be ready.
    deadline: Duration,
    /// How long it took to be ready; known once it was.
    start_up: Option<Duration>,
    /// Between two runs, when the next one begins.
    next: Option<Duration>,
}

/// An instance that is started again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Restart {
    /// For the so-and-so-many-th time.
    pub times: u32,
    /// How its last run ended.
    pub why: String,
    /// How long until it is started.
    pub pause: Duration,
    /// How long it took from a start to the first answer, the last time that it came so far.
    pub start_up: Option<Duration>,
}

/// What comes after a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Next {
    /// Another one, after a pause.
    Again(Restart),
    /// None.
    GiveUp(Failure),
}

impl Default for RestartPolicy {
    fn default() -> Self {
        Self {
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(30),
            settled: Duration::from_secs(60),
            crash_loop: 5,
        }
    }
}

impl SeenInstance {
    /// Its run is over: why, and what it was like while it answered, if it ever did. Decides what comes after it.
    pub fn run_is_over(&mut self, why: String, served: Option<Served>, now: Duration) -> Next {
        let next = self.runs.after(why, served, now);
        self.phase = match (&next, self.phase) {
            (Next::GiveUp(_), _) => Phase::Failed,
            (Next::Again(_), Phase::Ready) => Phase::Down,
            (Next::Again(_), phase) => phase,
        };
        next
    }

    /// Nothing of it is there: it was given up, or is between two runs.
    pub fn is_absent(&self) -> bool {
        self.phase == Phase::Failed || self.runs.next().is_some()
    }
}

impl Runs {
    /// The first one begins now.
    pub fn new(policy: RestartPolicy, deploy_timeout: Duration, now: Duration) -> Self {
        Self {
            policy,
            deploy_timeout,
            times: 0,
            ends: 0,
            pause: policy.first_pause,
            deadline: now + deploy_timeout,
            start_up: None,
            next: None,
        }
    }

    /// How often it was started again, or is to be.
    pub fn restarts(&self) -> u32 {
        self.times
    }

    /// Between two runs, when the next one begins.
    pub fn next(&self) -> Option<Duration> {
        self.next
    }

    /// A run begins; gives how long the instance may take to be ready.
    pub fn begin(&mut self, now: Duration) -> Duration {
        self.next = None;
        self.deadline.saturating_sub(now)
    }

    fn after(&mut self, why: String, served: Option<Served>, now: Duration) -> Next {
        if let Some(served) = served {
            self.start_up = Some(served.start_up);
            if served.ready_for >= self.policy.settled {
                (self.ends, self.pause) = (0, self.policy.first_pause);
            }
        }
        let was_ready = self.start_up.is_some();
        self.ends += 1;
        if self.ends >= self.policy.crash_loop {
            let cause = Cause::InARow {
                times: &self.ends.to_string(),
                cause: &why,
            };
            return Next::GiveUp(Failure {
                step: if was_ready { "running" } else { "starting" },
                cause: cause.kept(),
            });
        }
        let pause = self.pause;
        if !was_ready && now + pause >= self.deadline {
            return Next::GiveUp(Failure {
                step: "starting",
                cause: why,
            });
        }
        self.pause = (pause * 2).min(self.policy.longest_pause);
        self.times += 1;
        self.next = Some(now + pause);
        // One that was ready has a deployment's time again.
        if was_ready {
            self.deadline = now + pause + self.deploy_timeout;
        }
        Next::Again(Restart {
            times: self.times,
            why,
            pause,
            start_up: self.start_up,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "tests")]
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Pauses of 1, 2, 4, 5, 5 … s; a crash loop is six ends; a deployment may take a minute.
    fn runs() -> Runs {
        let policy = RestartPolicy {
            first_pause: SECOND,
            longest_pause: 5 * SECOND,
            crash_loop: 6,
            settled: 60 * SECOND,
        };
        Runs::new(policy, 60 * SECOND, Duration::ZERO)
    }

    fn served(seconds: u32) -> Option<Served> {
        Some(Served {
            start_up: 3 * SECOND,
            ready_for: seconds * SECOND,
        })
    }

    fn again(next: Next) -> Restart {
        match next {
            Next::Again(restart) => restart,
            Next::GiveUp(failure) => panic!("given up: {failure}"),
        }
    }

    fn given_up(next: Next) -> String {
        match next {
            Next::Again(restart) => panic!("{restart:?}"),
            Next::GiveUp(failure) => failure.to_string(),
        }
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_a_crash_loop_is_given_up() {
        let mut runs = runs();
        for (times, pause) in [(1, 1), (2, 2), (3, 4), (4, 5), (5, 5)] {
            let restart = again(runs.after("it ended".to_owned(), served(1), SECOND));
            assert_eq!((restart.times, restart.pause), (times, pause * SECOND));
            assert_eq!(restart.start_up, Some(3 * SECOND));
        }
        assert_eq!(
            given_up(runs.after("exit code 1".to_owned(), served(1), SECOND)),
            "running: the program ended, or was ended, 6 times in a row; the last time: exit code 1"
        );
    }

    #[test]
    fn ends_before_a_program_settled_are_forgotten_and_counted_for_people_only() {
        let mut runs = runs();
        for _ in 0..5 {
            again(runs.after(String::new(), served(59), SECOND));
        }
        let restart = again(runs.after(String::new(), served(60), SECOND));
        assert_eq!((restart.times, restart.pause), (6, SECOND));
    }

    #[test]
    fn one_that_was_never_ready_is_given_up_when_its_deployment_would_be_over() {
        let mut runs = runs();
        let restart = again(runs.after("no port".to_owned(), None, 58 * SECOND));
        assert_eq!((restart.pause, restart.start_up), (SECOND, None));
        // The next pause is two seconds.
        assert_eq!(
            given_up(runs.after("no port".to_owned(), None, 58 * SECOND)),
            "starting: no port"
        );
    }

    #[test]
    fn one_that_was_ready_has_a_deployments_time_again_after_each_pause() {
        let mut runs = runs();
        assert_eq!(runs.begin(Duration::ZERO), 60 * SECOND);
        again(runs.after(String::new(), served(1), 100 * SECOND));
        assert_eq!(runs.next(), Some(101 * SECOND));
        assert_eq!(runs.begin(101 * SECOND), 60 * SECOND);
        assert_eq!(runs.next(), None, "it runs");
        // Also when it has not been ready since.
        again(runs.after(String::new(), None, 161 * SECOND));
        assert_eq!(runs.begin(163 * SECOND), 60 * SECOND);
    }

    #[test]
    fn a_crash_loop_before_the_first_answer_failed_at_its_start() {
        let mut runs = runs();
        for _ in 0..5 {
            again(runs.after(String::new(), None, SECOND));
        }
        let cause = given_up(runs.after(String::new(), None, SECOND));
        assert!(cause.starts_with("starting: "), "{cause}");
    }
}
