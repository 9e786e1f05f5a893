//! One run of a program: started until it answers, then watched until it ends or does not answer any more. Tells what happens; whether
//! it is started again is the plan's to say.

use std::sync::Arc;
use std::time::Duration;

use adyton_core::clock::Clock;
use adyton_core::event_cause::Cause;

use super::CommandSettings;
use super::port;
use super::program::{Program, Sink, StartError};
use super::question::Question;
use super::refused_port::RefusedPort;
use super::task::Task;
use super::watch::Watch;
use crate::keeper::Fence;
use crate::launcher::{End, News, Observer, Served, Stop};
use crate::targets::Target;
use crate::targets::crowding::Crowding;

/// The stream of what we say ourselves of a program, among the lines that it prints.
pub(crate) const OURS: &str = "adyton";
/// What the line begins with that tells of a start.
pub(crate) const STARTED: &str = "started ";

/// How long a program that is given up may take to end.
const GIVEN_UP_GRACE: Duration = Duration::from_secs(5);

/// Runs `task` until it is to stop or its run is over; then no process of it is left.
pub(crate) async fn supervise(
    settings: &CommandSettings,
    task: &Task,
    crowding: &Crowding,
    clock: &Clock,
    observer: Arc<dyn Observer>,
    mut stop: Stop,
) -> End {
    let lines = Arc::clone(&observer);
    let heard = Arc::new(RefusedPort::default());
    let hearing = Arc::clone(&heard);
    let sink: Sink = Arc::new(move |stream, text| {
        hearing.hear(&text);
        lines.log(stream, text);
    });
    let supervisor = Supervisor {
        settings,
        task,
        crowding,
        clock,
        sink: &sink,
        observer: &observer,
        heard: &heard,
    };
    let end = match prepare(task) {
        Ok(()) => supervisor.run(&mut stop).await,
        Err(cause) => End::failed("preparing", cause),
    };
    // Temporary files of a program are worth nothing after it.
    let _ = tokio::fs::remove_dir_all(&task.temporary).await;
    end
}

fn prepare(task: &Task) -> Result<(), String> {
    let folder = &task.temporary;
    std::fs::create_dir_all(folder).map_err(|problem| format!("{}: {problem}", folder.display()))
}

struct Supervisor<'s> {
    settings: &'s CommandSettings,
    task: &'s Task,
    crowding: &'s Crowding,
    clock: &'s Clock,
    sink: &'s Sink,
    observer: &'s Arc<dyn Observer>,
    /// What the program's lines say of its port.
    heard: &'s RefusedPort,
}

impl Supervisor<'_> {
    /// One run: start, wait until ready, watch, until the end.
    async fn run(&self, stop: &mut Stop) -> End {
        let began = self.clock.monotonic();
        let address = match port::free(&self.settings.ports) {
            Ok(address) => address,
            Err(problem) => {
                return End::failed(
                    "starting",
                    Cause::NoPort {
                        problem: &problem.to_string(),
                    }
                    .kept(),
                );
            }
        };
        let mut program = match self.start(address.port()).await {
            Ok(program) => program,
            Err(problem) => return End::failed("starting", problem.to_string()),
        };
        let watch = Watch {
            question: Question::new(self.task, address, self.crowding),
            health: self.task.health.as_ref(),
            keeper: program.keeper(),
            clock: self.clock,
            observer: self.observer,
            pause: self.settings.watch,
            longest_call: self.settings.longest_call,
        };
        let left = (began + self.task.ready_within).saturating_sub(self.clock.monotonic());
        let ready = tokio::select! {
            ready = tokio::time::timeout(left, watch.until_ready()) => ready.map_err(|_| ()),
            how = program.ended() => {
                return End::Over { why: self.heard.ended(&how, address), served: None };
            }
            () = stop.wanted() => return self.end(program).await,
        };
        if ready.is_err() {
            let why = self.too_late(&watch).await;
            self.give_up(program, &why).await;
            return End::Over { why, served: None };
        }
        self.heard.is_over();
        let since = self.clock.monotonic();
        let target = Target::from(address);
        self.observer.news(News::Ready(target.clone()));
        let served = |until: Duration| {
            Some(Served {
                start_up: since.saturating_sub(began),
                ready_for: until.saturating_sub(since),
            })
        };
        tokio::select! {
            how = program.ended() => {
                let why = Cause::Ended { how: &how }.kept();
                self.observer.news(News::Down(why.clone()));
                End::Over { why, served: served(self.clock.monotonic()) }
            }
            () = stop.wanted() => self.end(program).await,
            lost = watch.until_lost(&target) => {
                let why = Cause::Lost { cause: &lost.cause }.kept();
                self.give_up(program, &why).await;
                End::Over { why, served: served(lost.last_answer) }
            }
        }
    }

    /// Why the program is given up that was not ready in time.
    async fn too_late(&self, watch: &Watch<'_>) -> String {
        let cause = match watch.ask().await {
            Err(problem) => watch.told(problem.cause).await,
            Ok(()) => Cause::TooLate.kept(),
        };
        let limit = self.task.deploy_timeout.as_secs().to_string();
        Cause::NotReadyWithin {
            limit: &limit,
            cause: &cause,
        }
        .kept()
    }

    async fn start(&self, port: u16) -> Result<Program, StartError> {
        let order = self.task.order(self.settings, port);
        let command = self.task.command.join(" ");
        let started = |fence: &Fence| {
            let fence = fenced(*fence);
            (self.sink)(OURS, format!("{STARTED}`{command}` with PORT={port} ({fence})"));
        };
        let program = Program::start(&self.settings.keeper, &order, self.sink, started).await?;
        if let Some(keeper) = program.keeper() {
            self.observer.kept_by(keeper);
        }
        Ok(program)
    }

    /// Ends a program that is not as it should be, and says so among its lines: it may not know itself.
    async fn give_up(&self, mut program: Program, why: &str) {
        (self.sink)(OURS, format!("is being ended: {why}"));
        program.stop().await;
        if tokio::time::timeout(GIVEN_UP_GRACE, program.ended())
            .await
            .is_err()
        {
            // Dropping it makes the keeper end everything at once.
            drop(program);
        }
    }

    async fn end(&self, mut program: Program) -> End {
        program.stop().await;
        let how = program.ended().await;
        (self.sink)(OURS, format!("ended: {how}"));
        End::Stopped
    }
}

/// What a program's log says of its fence.
fn fenced(fence: Fence) -> String {
    let kept: Vec<&str> = [
        (fence.files, "files"),
        (fence.ports, "ports"),
        (fence.signals, "signals"),
    ]
    .into_iter()
    .filter_map(|(holds, what)| holds.then_some(what))
    .collect();
    match kept.as_slice() {
        [] => "not fenced: this kernel has no Landlock".to_owned(),
        kept => format!("fenced by Landlock: {}", kept.join(", ")),
    }
}
