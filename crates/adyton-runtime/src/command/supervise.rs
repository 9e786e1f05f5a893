//! The life of an instance of a program: started until it answers, watched, started again with growing pauses when it ends or
//! does not answer any more, and given up when that happens again and again. Tells what happens; decides nothing about the service.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use adyton_core::clock::Clock;
use adyton_core::model::Health;
use rustix::process::Pid;
use tokio::sync::watch;

use super::port::{self, Listener};
use super::program::{Program, Sink, StartError};
use super::question::{Question, Trouble};
use super::{CommandSettings, PATH, RESERVED};
use crate::keeper::{Fence, Order};
use crate::targets::crowding::Crowding;

/// Between two questions to a program that is not ready yet.
const IMPATIENCE: Duration = Duration::from_millis(50);
/// A cause for which a program is not ready is told once it has lasted this long: most programs need a moment to listen.
const TELLING: Duration = Duration::from_secs(1);
/// So many bad answers in a row, and a ready program counts as down. If nothing listens any more it is started again.
const PATIENCE: u32 = 3;
/// One that listens may be busy with a call and answer again after it. Silent for so much longer than a call may take, it is
/// started again too.
const BEYOND_A_CALL: Duration = Duration::from_secs(20);
/// How long a program that is given up may take to end.
const GIVEN_UP_GRACE: Duration = Duration::from_secs(5);

/// What an instance of a program runs.
#[derive(Clone, Debug)]
pub struct Task {
    /// Program and arguments, as the package declares them.
    pub command: Vec<String>,
    /// The package's `model/`.
    pub folder: PathBuf,
    /// `envs` of the service.
    pub environment: BTreeMap<String, String>,
    /// The health question, if one is declared.
    pub health: Option<Health>,
    /// A path that the model declares, for the question where no health is.
    pub path: String,
    /// How long the program may take until it is ready.
    pub deploy_timeout: Duration,
    /// The instance's own temporary folder; made and removed here.
    pub temporary: PathBuf,
    /// Who else connects to programs.
    pub crowding: Arc<Crowding>,
}

/// What happens to an instance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Told {
    /// It is not ready yet, for this cause; told once for each change of the cause.
    Waiting(String),
    /// It answers at this address.
    Ready(SocketAddr),
    /// It does not answer any more; it may come back.
    Down(String),
    /// It has ended, or was ended because it did not answer any more, and is started again after a pause.
    Restarting(Restart),
    /// It will not be started again.
    Failed(Failure),
    /// It has ended, as wanted.
    Ended,
}

/// A program that is started again.
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

/// Why an instance is given up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// At which step.
    pub step: &'static str,
    /// Why, in a sentence.
    pub cause: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.step, self.cause)
    }
}

/// How one run of the program came to its end.
enum Run {
    /// It was stopped, as wanted.
    Stopped,
    /// It could not be started at all; another try would end the same way.
    Hopeless(String),
    /// It ended, or had to be ended.
    Over {
        why: String,
        /// What it was like while it answered, if it ever did.
        served: Option<Served>,
    },
}

/// A run that came as far as its first answer.
struct Served {
    /// How long that took.
    start_up: Duration,
    /// How long it was ready.
    ready_for: Duration,
}

/// A program that runs and will not answer any more.
struct Lost {
    cause: String,
    /// The monotonic time of its last good answer.
    last_answer: Duration,
}

/// Runs `task` until `stop` turns true or the instance is given up. The last thing told is `Ended` or `Failed`; by then
/// no process of it is left.
pub async fn supervise(
    settings: CommandSettings,
    task: Task,
    clock: Clock,
    sink: Sink,
    tell: impl Fn(Told),
    mut stop: watch::Receiver<bool>,
) {
    let life = Life {
        settings: &settings,
        task: &task,
        clock: &clock,
        sink: &sink,
        tell: &tell,
    };
    let last = match prepare(&task) {
        Ok(()) => life.live(&mut stop).await,
        Err(cause) => Told::Failed(Failure {
            step: "preparing",
            cause,
        }),
    };
    // Temporary files of a program are worth nothing after it.
    let _ = tokio::fs::remove_dir_all(&task.temporary).await;
    tell(last);
}

fn prepare(task: &Task) -> Result<(), String> {
    let folder = &task.temporary;
    std::fs::create_dir_all(folder).map_err(|problem| format!("{}: {problem}", folder.display()))
}

struct Life<'l, T> {
    settings: &'l CommandSettings,
    task: &'l Task,
    clock: &'l Clock,
    sink: &'l Sink,
    tell: &'l T,
}

impl<T: Fn(Told)> Life<'_, T> {
    async fn live(&self, stop: &mut watch::Receiver<bool>) -> Told {
        let (mut restarts, mut ends, mut pause) = (0u32, 0u32, self.settings.first_pause);
        let mut deadline = self.clock.monotonic() + self.task.deploy_timeout;
        // How long the program takes to be ready; known once it was.
        let mut start_up = None;
        loop {
            let (why, served) = match self.run(deadline, stop).await {
                Run::Stopped => return Told::Ended,
                Run::Hopeless(cause) => {
                    return Told::Failed(Failure {
                        step: "starting",
                        cause,
                    });
                }
                Run::Over { why, served } => (why, served),
            };
            if let Some(served) = served {
                start_up = Some(served.start_up);
                if served.ready_for >= self.settings.settled {
                    (ends, pause) = (0, self.settings.first_pause);
                }
            }
            let was_ready = start_up.is_some();
            ends += 1;
            if ends >= self.settings.crash_loop {
                let cause =
                    format!("the program ended, or was ended, {ends} times in a row; the last time: {why}");
                return Told::Failed(Failure {
                    step: if was_ready { "running" } else { "starting" },
                    cause,
                });
            }
            if !was_ready && self.clock.monotonic() + pause >= deadline {
                return Told::Failed(Failure {
                    step: "starting",
                    cause: why,
                });
            }
            restarts += 1;
            (self.tell)(Told::Restarting(Restart {
                times: restarts,
                why,
                pause,
                start_up,
            }));
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = wanted_stop(stop) => return Told::Ended,
            }
            pause = (pause * 2).min(self.settings.longest_pause);
            if was_ready {
                deadline = self.clock.monotonic() + self.task.deploy_timeout;
            }
        }
    }

    /// One run: start, wait until ready, watch, until the end.
    async fn run(&self, deadline: Duration, stop: &mut watch::Receiver<bool>) -> Run {
        let began = self.clock.monotonic();
        let address = match port::free(&self.settings.ports) {
            Ok(address) => address,
            Err(problem) => return Run::Hopeless(format!("no port is free: {problem}")),
        };
        let order = self.order(address.port());
        let mut program = match Program::start(&self.settings.keeper, &order, self.sink).await {
            Ok(program) => program,
            Err(problem @ (StartError::Keeper(_) | StartError::Program(_))) => {
                return Run::Hopeless(problem.to_string());
            }
        };
        let fence = told(program.fence);
        (self.sink)(
            "adyton",
            format!(
                "started `{}` with PORT={} ({fence})",
                self.task.command.join(" "),
                address.port()
            ),
        );
        let left = deadline.saturating_sub(self.clock.monotonic());
        let question = Question::new(self.task, address);
        let keeper = program.keeper();
        let ready = tokio::select! {
            ready = tokio::time::timeout(left, self.until_ready(&question, keeper)) => ready.map_err(|_| ()),
            how = program.ended() => return Run::Over { why: format!("it ended with {how} before it was ready"), served: None },
            () = wanted_stop(stop) => return self.end(program).await,
        };
        if ready.is_err() {
            let cause = match self.ask(&question, keeper).await {
                Err(trouble) => trouble.cause,
                Ok(()) => "it has answered only now".to_owned(),
            };
            let limit = self.task.deploy_timeout.as_secs();
            let why = format!("it was not ready within {limit} s: {cause}");
            self.give_up(program, &why).await;
            return Run::Over { why, served: None };
        }
        let since = self.clock.monotonic();
        (self.tell)(Told::Ready(address));
        let served = |until: Duration| {
            Some(Served {
                start_up: since.saturating_sub(began),
                ready_for: until.saturating_sub(since),
            })
        };
        tokio::select! {
            how = program.ended() => {
                let why = format!("it ended with {how}");
                (self.tell)(Told::Down(why.clone()));
                Run::Over { why, served: served(self.clock.monotonic()) }
            }
            () = wanted_stop(stop) => self.end(program).await,
            lost = self.watch(&question, address) => {
                let why = format!("it ran but did not answer any more: {}", lost.cause);
                self.give_up(program, &why).await;
                Run::Over { why, served: served(lost.last_answer) }
            }
        }
    }

    /// Ends a program that is not as it should be, and says so among its lines: it may not know itself.
    async fn give_up(&self, mut program: Program, why: &str) {
        (self.sink)("adyton", format!("is ended: {why}"));
        program.stop().await;
        if tokio::time::timeout(GIVEN_UP_GRACE, program.ended())
            .await
            .is_err()
        {
            // Dropping it makes the keeper end everything at once.
            drop(program);
        }
    }

    async fn end(&self, mut program: Program) -> Run {
        program.stop().await;
        let how = program.ended().await;
        (self.sink)("adyton", format!("ended: {how}"));
        Run::Stopped
    }

    fn order(&self, port: u16) -> Order {
        let task = self.task;
        let temporary = task.temporary.display().to_string();
        // What a service sets may stand in for these.
        let mut environment: BTreeMap<String, String> = [
            ("LANG", "C.UTF-8"),
            // Lines are to be seen when they are printed, and the package cannot be written to.
            ("PYTHONUNBUFFERED", "1"),
            ("PYTHONDONTWRITEBYTECODE", "1"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        environment.extend(task.environment.clone());
        // These hold whatever it sets; a service that sets them is refused when it is made.
        let [port_name, model, path, home, tmp] = RESERVED;
        let ours = [
            (port_name, port.to_string()),
            (model, task.folder.display().to_string()),
            (path, PATH.to_owned()),
            (home, temporary.clone()),
            (tmp, temporary),
        ];
        environment.extend(ours.map(|(name, value)| (name.to_owned(), value)));
        let mut command = task.command.clone();
        if let Some(program) = command.first_mut() {
            let inside = task.folder.join(&*program);
            if inside.is_file() {
                *program = inside.display().to_string();
            }
        }
        Order {
            command,
            folder: task.folder.clone(),
            environment,
            temporary: task.temporary.clone(),
            hidden: self.settings.hidden.clone(),
            readable: self.settings.readable.clone(),
            ports: [port]
                .into_iter()
                .chain(self.settings.ports.iter().copied())
                .collect(),
            grace_ms: u64::try_from(self.settings.grace.as_millis()).unwrap_or(u64::MAX),
        }
    }

    /// Ready is what has answered once. Meanwhile the cause why it is not is told, once for each change.
    async fn until_ready(&self, question: &Question<'_>, keeper: Option<Pid>) {
        if let Some(health) = &self.task.health {
            let delay = Duration::from_millis(health.initial_delay_ms);
            if delay >= TELLING {
                let cause = format!(
                    "GET {} is asked {} s after the start",
                    health.url,
                    delay.as_secs()
                );
                (self.tell)(Told::Waiting(cause));
            }
            tokio::time::sleep(delay).await;
        }
        let (mut cause, mut since, mut is_told) = (String::new(), self.clock.monotonic(), false);
        while let Err(trouble) = self.ask(question, keeper).await {
            let now = self.clock.monotonic();
            if trouble.cause != cause {
                (cause, since, is_told) = (trouble.cause, now, false);
            } else if !is_told && now.saturating_sub(since) >= TELLING {
                is_told = true;
                (self.tell)(Told::Waiting(cause.clone()));
            }
            tokio::time::sleep(IMPATIENCE).await;
        }
    }

    /// Asks once; an answer counts when it is the program's own.
    async fn ask(&self, question: &Question<'_>, keeper: Option<Pid>) -> Result<(), Trouble> {
        question.ask().await?;
        let (Some(keeper), port) = (keeper, question.port()) else {
            return Ok(());
        };
        let look = tokio::task::spawn_blocking(move || port::listener(keeper, port));
        match look.await {
            Ok(Listener::Foreign) => Err(Trouble {
                is_deaf: true,
                cause: format!(
                    "another program listens on 127.0.0.1:{port}; its answers do not count, and this one must listen on $PORT itself"
                ),
            }),
            // What cannot be told is not held against it.
            Ok(Listener::Own) | Err(_) => Ok(()),
        }
    }

    /// Asks a ready program from time to time, and tells when it goes down or comes back. Ends when it is lost.
    async fn watch(&self, question: &Question<'_>, address: SocketAddr) -> Lost {
        let (mut bad, mut last_answer) = (0, self.clock.monotonic());
        loop {
            tokio::time::sleep(self.settings.watch).await;
            let Err(trouble) = question.ask().await else {
                if bad >= PATIENCE {
                    (self.tell)(Told::Ready(address));
                }
                (bad, last_answer) = (0, self.clock.monotonic());
                continue;
            };
            bad += 1;
            if bad == PATIENCE {
                (self.tell)(Told::Down(trouble.cause.clone()));
            }
            let silence = self.clock.monotonic().saturating_sub(last_answer);
            let is_hopeless = trouble.is_deaf || silence >= self.settings.longest_call + BEYOND_A_CALL;
            if bad >= PATIENCE && is_hopeless {
                return Lost {
                    cause: trouble.cause,
                    last_answer,
                };
            }
        }
    }
}

/// What a program's log says of its fence.
fn told(fence: Fence) -> String {
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

async fn wanted_stop(stop: &mut watch::Receiver<bool>) {
    // A sender that is gone wants nothing to run any more.
    let _ = stop.wait_for(|stop| *stop).await;
}
