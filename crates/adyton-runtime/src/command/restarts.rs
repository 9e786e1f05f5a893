//! When a program that has ended is started again, and when it is given up. Pure: the time is passed in.
//!
//! - The pause before a start doubles from [`CommandSettings::first_pause`] to [`CommandSettings::longest_pause`].
//! - A program that was ready for [`CommandSettings::settled`] has settled: its earlier ends are forgotten.
//! - [`CommandSettings::crash_loop`] ends in a row are a crash loop, and it is given up.
//! - One that was never ready is given up when the next start would come after its deployment's time.

use std::time::Duration;

use super::CommandSettings;
use crate::launcher::{Failure, Restart};

/// The ends of one instance so far. Times are monotonic.
#[derive(Debug)]
pub(super) struct Restarts {
    first_pause: Duration,
    longest_pause: Duration,
    settled: Duration,
    crash_loop: u32,
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
}

/// A run that came as far as its first answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Served {
    /// How long that took.
    pub(super) start_up: Duration,
    /// How long it was ready.
    pub(super) ready_for: Duration,
}

/// What comes after a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Next {
    /// Another one, after a pause.
    Again(Restart),
    /// None.
    GiveUp(Failure),
}

impl Restarts {
    /// Before the first start, which is now.
    pub(super) fn new(settings: &CommandSettings, deploy_timeout: Duration, now: Duration) -> Self {
        Self {
            first_pause: settings.first_pause,
            longest_pause: settings.longest_pause,
            settled: settings.settled,
            crash_loop: settings.crash_loop,
            deploy_timeout,
            times: 0,
            ends: 0,
            pause: settings.first_pause,
            deadline: now + deploy_timeout,
            start_up: None,
        }
    }

    /// By when the program has to be ready.
    pub(super) fn deadline(&self) -> Duration {
        self.deadline
    }

    /// A run is over: why, and what it was like while it answered, if it ever did.
    pub(super) fn after(&mut self, why: String, served: Option<Served>, now: Duration) -> Next {
        if let Some(served) = served {
            self.start_up = Some(served.start_up);
            if served.ready_for >= self.settled {
                (self.ends, self.pause) = (0, self.first_pause);
            }
        }
        let was_ready = self.start_up.is_some();
        self.ends += 1;
        if self.ends >= self.crash_loop {
            let ends = self.ends;
            return Next::GiveUp(Failure {
                step: if was_ready { "running" } else { "starting" },
                cause: format!(
                    "the program ended, or was ended, {ends} times in a row; the last time: {why}"
                ),
            });
        }
        let pause = self.pause;
        if !was_ready && now + pause >= self.deadline {
            return Next::GiveUp(Failure {
                step: "starting",
                cause: why,
            });
        }
        self.pause = (pause * 2).min(self.longest_pause);
        self.times += 1;
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
    fn restarts() -> Restarts {
        let mut settings = CommandSettings::new(Vec::new(), "run".into());
        settings.first_pause = SECOND;
        settings.longest_pause = 5 * SECOND;
        settings.crash_loop = 6;
        settings.settled = 60 * SECOND;
        Restarts::new(&settings, 60 * SECOND, Duration::ZERO)
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
        let mut restarts = restarts();
        for (times, pause) in [(1, 1), (2, 2), (3, 4), (4, 5), (5, 5)] {
            let restart = again(restarts.after("it ended".to_owned(), served(1), SECOND));
            assert_eq!((restart.times, restart.pause), (times, pause * SECOND));
            assert_eq!(restart.start_up, Some(3 * SECOND));
        }
        assert_eq!(
            given_up(restarts.after("exit code 1".to_owned(), served(1), SECOND)),
            "running: the program ended, or was ended, 6 times in a row; the last time: exit code 1"
        );
    }

    #[test]
    fn ends_before_a_program_settled_are_forgotten_and_counted_for_people_only() {
        let mut restarts = restarts();
        for _ in 0..5 {
            again(restarts.after(String::new(), served(59), SECOND));
        }
        let restart = again(restarts.after(String::new(), served(60), SECOND));
        assert_eq!((restart.times, restart.pause), (6, SECOND));
    }

    #[test]
    fn one_that_was_never_ready_is_given_up_when_its_deployment_would_be_over() {
        let mut restarts = restarts();
        let restart = again(restarts.after("no port".to_owned(), None, 58 * SECOND));
        assert_eq!((restart.pause, restart.start_up), (SECOND, None));
        // The next pause is two seconds.
        assert_eq!(
            given_up(restarts.after("no port".to_owned(), None, 58 * SECOND)),
            "starting: no port"
        );
    }

    #[test]
    fn one_that_was_ready_has_a_deployments_time_again_after_each_pause() {
        let mut restarts = restarts();
        assert_eq!(restarts.deadline(), 60 * SECOND);
        again(restarts.after(String::new(), served(1), 100 * SECOND));
        assert_eq!(restarts.deadline(), 161 * SECOND);
        // Also when it has not been ready since.
        again(restarts.after(String::new(), None, 161 * SECOND));
        assert_eq!(restarts.deadline(), 223 * SECOND);
    }

    #[test]
    fn a_crash_loop_before_the_first_answer_failed_at_its_start() {
        let mut restarts = restarts();
        for _ in 0..5 {
            again(restarts.after(String::new(), None, SECOND));
        }
        let cause = given_up(restarts.after(String::new(), None, SECOND));
        assert!(cause.starts_with("starting: "), "{cause}");
    }
}
