//! Asks a program whether it answers: until it is ready, and from time to time afterwards. Tells what it finds.

use std::sync::Arc;
use std::time::Duration;

use adyton_core::clock::Clock;
use adyton_core::event_cause::Cause;
use adyton_core::model::Health;
use rustix::process::Pid;

use super::port::{self, Listener};
use super::question::{NotAnswering, Question};
use crate::launcher::{News, Observer};
use crate::targets::Target;

/// Between two questions to a program that is not ready yet.
const READY_POLL: Duration = Duration::from_millis(50);
/// A cause for which a program is not ready is told once it has lasted this long: most programs need a moment to listen.
const TELLING: Duration = Duration::from_secs(1);
/// So many bad answers in a row, and a ready program counts as down. If nothing listens any more it is started again.
const BAD_ANSWERS_BEFORE_DOWN: u32 = 3;
/// One that listens may be busy with a call and answer again after it. Silent for so much longer than a call may take, it is
/// started again too.
const BEYOND_A_CALL: Duration = Duration::from_secs(20);

/// A run of a program that is asked.
pub(super) struct Watch<'w> {
    pub(super) question: Question<'w>,
    pub(super) health: Option<&'w Health>,
    /// Whose tree the program is in; nothing when the keeper has ended already.
    pub(super) keeper: Option<Pid>,
    pub(super) clock: &'w Clock,
    pub(super) observer: &'w Arc<dyn Observer>,
    /// Between two questions once it is ready.
    pub(super) pause: Duration,
    /// How long a call may take.
    pub(super) longest_call: Duration,
}

/// A program that runs and will not answer any more.
pub(super) struct Lost {
    pub(super) cause: String,
    /// The monotonic time of its last good answer.
    pub(super) last_answer: Duration,
}

impl Watch<'_> {
    /// Ready is what has answered once. Meanwhile the cause why it is not is told, once for each change.
    pub(super) async fn until_ready(&self) {
        if let Some(health) = self.health {
            let delay = Duration::from_millis(health.initial_delay_ms);
            if delay >= TELLING {
                let cause = Cause::AskedLater {
                    path: &health.url,
                    delay: &delay.as_secs().to_string(),
                };
                self.observer.news(News::Waiting(cause.kept()));
            }
            tokio::time::sleep(delay).await;
        }
        let (mut cause, mut since, mut is_told) = (String::new(), self.clock.monotonic(), false);
        while let Err(problem) = self.ask().await {
            let now = self.clock.monotonic();
            if problem.cause != cause {
                (cause, since, is_told) = (problem.cause, now, false);
            } else if !is_told && now.saturating_sub(since) >= TELLING {
                is_told = true;
                self.observer.news(News::Waiting(self.told(cause.clone()).await));
            }
            tokio::time::sleep(READY_POLL).await;
        }
    }

    /// A cause for people: of a program that does not listen on its port, where it listens instead, if it does.
    pub(super) async fn told(&self, cause: String) -> String {
        let port = self.question.port();
        let number = port.to_string();
        let is_deaf = cause == Cause::NothingListens { port: &number }.kept();
        let Some(keeper) = self.keeper.filter(|_| is_deaf) else {
            return cause;
        };
        let look = tokio::task::spawn_blocking(move || port::elsewhere(keeper, port));
        match look.await.unwrap_or_default().as_slice() {
            [] => cause,
            places => Cause::ListensElsewhere {
                port: &number,
                other: &places.join(", "),
            }
            .kept(),
        }
    }

    /// Asks once; an answer counts when it is the program's own.
    pub(super) async fn ask(&self) -> Result<(), NotAnswering> {
        self.question.ask().await?;
        let (Some(keeper), port) = (self.keeper, self.question.port()) else {
            return Ok(());
        };
        let look = tokio::task::spawn_blocking(move || port::listener(keeper, port));
        match look.await {
            Ok(Listener::Foreign) => Err(NotAnswering {
                is_deaf: true,
                cause: Cause::ListensForIt {
                    port: &port.to_string(),
                }
                .kept(),
            }),
            // What cannot be told is not held against it.
            Ok(Listener::Own) | Err(_) => Ok(()),
        }
    }

    /// Asks a ready program from time to time, and tells when it goes down or comes back. Ends when it is lost.
    pub(super) async fn until_lost(&self, target: &Target) -> Lost {
        let (mut bad, mut last_answer) = (0, self.clock.monotonic());
        loop {
            tokio::time::sleep(self.pause).await;
            let Err(problem) = self.question.ask().await else {
                if bad >= BAD_ANSWERS_BEFORE_DOWN {
                    self.observer.news(News::Ready(target.clone()));
                }
                (bad, last_answer) = (0, self.clock.monotonic());
                continue;
            };
            bad += 1;
            if bad == BAD_ANSWERS_BEFORE_DOWN {
                self.observer.news(News::Down(problem.cause.clone()));
            }
            let silence = self.clock.monotonic().saturating_sub(last_answer);
            let is_hopeless = problem.is_deaf || silence >= self.longest_call + BEYOND_A_CALL;
            if bad >= BAD_ANSWERS_BEFORE_DOWN && is_hopeless {
                return Lost {
                    cause: problem.cause,
                    last_answer,
                };
            }
        }
    }
}
