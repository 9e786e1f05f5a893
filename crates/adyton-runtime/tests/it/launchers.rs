//! The contract of launchers, kept by every implementation: models in this process, programs, and one that only follows a script,
//! which shows that the contract asks for nothing that belongs to one of them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use adyton_core::clock::Clock;
use adyton_core::digest::Sha256;
use adyton_core::id::{InstanceId, ProjectId, ServiceId};
use adyton_core::model::{Engine, ModelSpec};
use adyton_core::sample;
use adyton_runtime::command::CommandSettings;
use adyton_runtime::command::ready::{Reply, ask};
use adyton_runtime::engines::Engines;
use adyton_runtime::launcher::{End, Launch, Launcher, Life, News, Observer, Stop};
use adyton_runtime::onnx::in_process::Call;
use adyton_runtime::onnx::load_into::LoadInto;
use adyton_runtime::onnx::threads::InferenceThreads;
use adyton_runtime::onnx_models::Onnx;
use adyton_runtime::targets::{Target, Targets};
use bytes::Bytes;
use parking_lot::Mutex;
use rustix::process::Pid;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::graph;
use crate::isolated::isolating;
use crate::keeper::{keeper, until};
use crate::world::SERVE;

/// Long enough for an instance that answers; short for one that never does.
const LONG: Duration = Duration::from_secs(30);
const SHORT: Duration = Duration::from_millis(400);

/// Hears an instance.
#[derive(Default)]
pub(crate) struct Heard {
    news: Mutex<Vec<News>>,
    lines: Mutex<Vec<String>>,
    keeper: Mutex<Option<Pid>>,
}

impl Observer for Heard {
    fn news(&self, news: News) {
        self.news.lock().push(news);
    }
    fn kept_by(&self, keeper: Pid) {
        *self.keeper.lock() = Some(keeper);
    }
    fn log(&self, _: &'static str, text: String) {
        self.lines.lock().push(text);
    }
}

impl Heard {
    pub(crate) fn target(&self) -> Option<Target> {
        self.news.lock().iter().rev().find_map(|news| match news {
            News::Ready(target) => Some(target.clone()),
            _ => None,
        })
    }
}

/// An instance that runs.
pub(crate) struct Instance {
    pub(crate) heard: Arc<Heard>,
    pub(crate) stop: watch::Sender<bool>,
    end: JoinHandle<End>,
}

impl Instance {
    pub(crate) fn start(launcher: &dyn Launcher, launch: Launch) -> Self {
        let heard = Arc::<Heard>::default();
        let (stop, stopped) = watch::channel(false);
        let life = launcher.run(launch, Arc::clone(&heard) as _, Stop::from(stopped));
        Self {
            heard,
            stop,
            end: tokio::spawn(life),
        }
    }
    pub(crate) async fn ready(&mut self) -> Target {
        until("ready, or an end", || {
            self.heard.target().is_some() || self.end.is_finished()
        })
        .await;
        match self.heard.target() {
            Some(target) => target,
            None => panic!("ended before it was ready: {:?}", (&mut self.end).await),
        }
    }
    pub(crate) async fn end(self) -> End {
        tokio::time::timeout(LONG, self.end)
            .await
            .expect("it ends")
            .unwrap()
    }
}

/// One kind of instances, with what is needed to try the contract on it.
trait Kind {
    /// One that answers.
    fn good(&self) -> (Box<dyn Launcher>, Launch);
    /// One that cannot be started, and a word of the cause.
    fn broken(&self) -> (Box<dyn Launcher>, Launch, &'static str);
    /// One that starts and never answers.
    fn silent(&self, within: Duration) -> (Box<dyn Launcher>, Launch);
    /// A line that a good one prints, if it prints.
    fn line(&self) -> Option<&'static str>;
}

/// Whether an instance answers a call.
async fn answers(target: &Target) -> bool {
    match target {
        Target::InProcess(model) => {
            let body = Bytes::from_static(br#"{"inputs":[[5.1,3.5,1.4,0.2]]}"#);
            model
                .predict_inline(Call {
                    path: "/",
                    body: &body,
                })
                .is_ok()
        }
        Target::Address(address) => {
            let address = address.socket().expect("plain TCP");
            ask(address, "GET", "/", Duration::from_secs(5)).await == Reply::Status(200)
        }
    }
}

/// Whether nothing is left that could answer. A model in process is its callers' as long as they hold it.
async fn is_gone(target: &Target) -> bool {
    match target {
        Target::InProcess(_) => true,
        Target::Address(address) => {
            let address = address.socket().expect("plain TCP");
            ask(address, "GET", "/", Duration::from_secs(5)).await == Reply::NoListener
        }
    }
}

async fn keeps_the_contract(kind: &impl Kind) {
    ready_after_an_answer_and_gone_after_a_stop(kind).await;
    given_up_with_a_cause(kind).await;
    stopped_before_it_answers(kind).await;
    ended_with_whoever_wants_it(kind).await;
}

async fn ready_after_an_answer_and_gone_after_a_stop(kind: &impl Kind) {
    let (launcher, launch) = kind.good();
    let mut instance = Instance::start(launcher.as_ref(), launch);
    let target = instance.ready().await;
    assert!(answers(&target).await, "it answers when it is ready");
    if let Some(line) = kind.line() {
        let heard = Arc::clone(&instance.heard);
        until("its line", || {
            heard.lines.lock().iter().any(|other| other == line)
        })
        .await;
    }
    assert!(!instance.end.is_finished(), "it runs until it is told to stop");
    instance.stop.send_replace(true);
    assert_eq!(instance.end().await, End::Stopped);
    assert!(is_gone(&target).await, "nothing is left of it");
}

/// Why an instance does not run any more that nobody stopped.
fn cause(end: End) -> String {
    match end {
        End::Failed(failure) => failure.to_string(),
        End::Over { why, served: None } => why,
        End::Over { .. } | End::Stopped => panic!("{end:?}"),
    }
}

async fn given_up_with_a_cause(kind: &impl Kind) {
    let (launcher, launch, word) = kind.broken();
    let instance = Instance::start(launcher.as_ref(), launch);
    let heard = Arc::clone(&instance.heard);
    let cause = cause(instance.end().await);
    assert!(cause.contains(word), "{cause}");
    assert!(heard.target().is_none());

    let (launcher, launch) = kind.silent(SHORT);
    let began = std::time::Instant::now();
    let instance = Instance::start(launcher.as_ref(), launch);
    let heard = Arc::clone(&instance.heard);
    assert!(!self::cause(instance.end().await).is_empty());
    assert!(began.elapsed() >= SHORT / 2, "it had its time");
    assert!(heard.target().is_none());
}

async fn stopped_before_it_answers(kind: &impl Kind) {
    let (launcher, launch) = kind.silent(LONG * 10);
    let instance = Instance::start(launcher.as_ref(), launch);
    tokio::task::yield_now().await;
    instance.stop.send_replace(true);
    assert_eq!(instance.end().await, End::Stopped);
}

async fn ended_with_whoever_wants_it(kind: &impl Kind) {
    let (launcher, launch) = kind.good();
    let Instance { heard, stop, end } = Instance::start(launcher.as_ref(), launch);
    until("ready", || heard.target().is_some()).await;
    // Nobody can want it any more.
    drop(stop);
    let ended = tokio::time::timeout(LONG, end).await.expect("it ends").unwrap();
    assert_eq!(ended, End::Stopped);

    let (launcher, launch) = kind.good();
    let mut instance = Instance::start(launcher.as_ref(), launch);
    let target = instance.ready().await;
    instance.end.abort();
    for _ in 0..2_000 {
        if is_gone(&target).await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("something is left of an instance whose life was dropped");
}

/// Engines, and folders for packages.
pub(crate) struct Bench {
    folder: TempDir,
    engines: Engines,
}

impl Bench {
    fn new() -> Self {
        Self::on(InferenceThreads::start(1, 16).unwrap())
    }

    fn on(threads: Arc<InferenceThreads>) -> Self {
        Self::with(Onnx::builtin(), threads)
    }

    pub(crate) fn with(onnx: Onnx, threads: Arc<InferenceThreads>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = CommandSettings::new(keeper(), folder.path().join("run"));
        command.grace = Duration::from_secs(2);
        let targets = Targets::new();
        let engines = Engines::new(
            onnx,
            threads,
            command,
            Arc::clone(targets.crowding()),
            Clock::system(),
        );
        Self { folder, engines }
    }

    pub(crate) fn model_folder(&self, name: &str) -> PathBuf {
        let folder = self.folder.path().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    pub(crate) fn case(
        &self,
        engine: Engine,
        folder: PathBuf,
        within: Duration,
    ) -> (Box<dyn Launcher>, Launch) {
        let launcher = self.engines.launcher(&engine);
        (launcher, launch(engine, folder, within))
    }
}

/// How an instance of a good model ends that is started for `project` on these threads; `None` when it is ready.
pub(crate) async fn started_on(threads: &Arc<InferenceThreads>, project: ProjectId) -> Option<String> {
    let models = InProcessModels(Bench::on(Arc::clone(threads)));
    let (launcher, launch) = models.good();
    let instance = Instance::start(launcher.as_ref(), Launch { project, ..launch });
    until("an end, or ready", || {
        instance.end.is_finished() || instance.heard.target().is_some()
    })
    .await;
    match instance.end.is_finished() {
        true => Some(cause(instance.end().await)),
        false => {
            instance.stop.send_replace(true);
            assert_eq!(instance.end().await, End::Stopped);
            None
        }
    }
}

fn launch(engine: Engine, folder: PathBuf, within: Duration) -> Launch {
    let mut number = [0; 16];
    getrandom(&mut number);
    Launch {
        service: ServiceId::from_bits(1),
        generation: 1,
        project: ProjectId::from_bits(1),
        instance: InstanceId::from_random(number),
        key: u64::from_be_bytes(number[..8].try_into().unwrap()),
        package: Sha256::of(&number),
        folder,
        spec: Arc::new(ModelSpec {
            ports: None,
            engine,
            ..sample::spec(&[("POST", "/")])
        }),
        environment: BTreeMap::new(),
        deploy_timeout: within,
        ready_within: within,
    }
}

/// Different for each instance, and the same in every run.
fn getrandom(number: &mut [u8; 16]) {
    use std::sync::atomic::{AtomicU8, Ordering};
    static NEXT: AtomicU8 = AtomicU8::new(1);
    *number = [NEXT.fetch_add(1, Ordering::Relaxed); 16];
}

struct InProcessModels(Bench);

impl Kind for InProcessModels {
    fn good(&self) -> (Box<dyn Launcher>, Launch) {
        let folder = self.0.model_folder("good");
        std::fs::write(folder.join("iris.onnx"), graph::iris()).unwrap();
        let file = "iris.onnx".to_owned();
        self.0.case(Engine::Onnx { file }, folder, LONG)
    }
    fn broken(&self) -> (Box<dyn Launcher>, Launch, &'static str) {
        let file = "missing.onnx".to_owned();
        let folder = self.0.model_folder("broken");
        let (launcher, launch) = self.0.case(Engine::Onnx { file }, folder, LONG);
        (launcher, launch, "missing.onnx")
    }
    fn silent(&self, within: Duration) -> (Box<dyn Launcher>, Launch) {
        let folder = self.0.model_folder("silent");
        let file = folder.join("pipe.onnx");
        if !file.exists() {
            // Nobody ever writes to it, so reading it never ends.
            let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
            rustix::fs::mkfifoat(rustix::fs::CWD, &file, mode).unwrap();
        }
        let file = "pipe.onnx".to_owned();
        self.0.case(Engine::Onnx { file }, folder, within)
    }
    fn line(&self) -> Option<&'static str> {
        None
    }
}

struct Programs(Bench);

impl Programs {
    fn script(&self, name: &str, script: &str, within: Duration) -> (Box<dyn Launcher>, Launch) {
        let folder = self.0.model_folder(name);
        std::fs::write(folder.join("serve.py"), script).unwrap();
        let command = ["/usr/bin/env", "python3", "serve.py"]
            .map(str::to_owned)
            .to_vec();
        self.0.case(Engine::Command { command }, folder, within)
    }
}

impl Kind for Programs {
    fn good(&self) -> (Box<dyn Launcher>, Launch) {
        self.script("good", SERVE, LONG)
    }
    fn broken(&self) -> (Box<dyn Launcher>, Launch, &'static str) {
        let (launcher, launch) = self.script("broken", "raise SystemExit(3)", LONG);
        (launcher, launch, "exit code 3")
    }
    fn silent(&self, within: Duration) -> (Box<dyn Launcher>, Launch) {
        self.script("silent", "import time; time.sleep(1000)", within)
    }
    fn line(&self) -> Option<&'static str> {
        Some("serving")
    }
}

/// What a [`Scripted`] instance does.
#[derive(Clone, Copy)]
enum Script {
    Answer,
    Fail,
    BeSilent,
}

/// Runs instances that follow a script: those that answer are a task of this process.
struct Scripted(Script);

impl Launcher for Scripted {
    fn run(&self, launch: Launch, observer: Arc<dyn Observer>, mut stop: Stop) -> Life {
        let script = self.0;
        Box::pin(async move {
            match script {
                Script::Fail => return End::failed("starting", "as written"),
                Script::BeSilent => {
                    return tokio::select! {
                        () = tokio::time::sleep(launch.deploy_timeout) => End::failed("starting", "silent"),
                        () = stop.wanted() => End::Stopped,
                    };
                }
                Script::Answer => {}
            }
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let target = Target::from(listener.local_addr().unwrap());
            observer.log("stdout", "listening".to_owned());
            observer.news(News::Ready(target));
            loop {
                let (mut stream, _) = tokio::select! {
                    accepted = listener.accept() => accepted.unwrap(),
                    () = stop.wanted() => return End::Stopped,
                };
                let _ = stream.read(&mut [0; 1024]).await;
                let _ = stream
                    .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                    .await;
            }
        })
    }
}

struct Scripts;

impl Scripts {
    fn of(script: Script, within: Duration) -> (Box<dyn Launcher>, Launch) {
        let engine = Engine::Command { command: Vec::new() };
        (Box::new(Scripted(script)), launch(engine, PathBuf::new(), within))
    }
}

impl Kind for Scripts {
    fn good(&self) -> (Box<dyn Launcher>, Launch) {
        Self::of(Script::Answer, LONG)
    }
    fn broken(&self) -> (Box<dyn Launcher>, Launch, &'static str) {
        let (launcher, launch) = Self::of(Script::Fail, LONG);
        (launcher, launch, "as written")
    }
    fn silent(&self, within: Duration) -> (Box<dyn Launcher>, Launch) {
        Self::of(Script::BeSilent, within)
    }
    fn line(&self) -> Option<&'static str> {
        Some("listening")
    }
}

#[tokio::test]
async fn models_in_process_keep_the_contract() {
    keeps_the_contract(&InProcessModels(Bench::new())).await;
}

#[tokio::test]
async fn models_in_processes_of_their_own_keep_the_contract() {
    let onnx = isolating(Onnx::builtin(), LoadInto::Sandbox);
    let threads = InferenceThreads::start(1, 16).unwrap();
    keeps_the_contract(&InProcessModels(Bench::with(onnx, threads))).await;
}

#[tokio::test]
async fn programs_keep_the_contract() {
    keeps_the_contract(&Programs(Bench::new())).await;
}

#[tokio::test]
async fn a_script_keeps_the_contract() {
    keeps_the_contract(&Scripts).await;
}

#[tokio::test]
async fn instances_that_run_the_same_share_the_model_in_memory() {
    let models = InProcessModels(Bench::new());
    let (launcher, launch) = models.good();
    let mut one = Instance::start(launcher.as_ref(), launch.clone());
    let (Target::InProcess(first), mut two) = (one.ready().await, Instance::start(launcher.as_ref(), launch))
    else {
        panic!("in process")
    };
    let Target::InProcess(second) = two.ready().await else {
        panic!("in process")
    };
    assert!(Arc::ptr_eq(&first, &second));
    let (launcher, other) = models.good();
    let mut three = Instance::start(launcher.as_ref(), other);
    let Target::InProcess(third) = three.ready().await else {
        panic!("in process")
    };
    assert!(!Arc::ptr_eq(&first, &third), "another version is another model");
}

/// Models that never answer are loaded until they are given up; meanwhile another project's model must be loaded too.
#[tokio::test]
async fn a_project_whose_models_hang_keeps_no_other_out() {
    let models = InProcessModels(Bench::new());
    let hang = |_| {
        let (launcher, launch) = models.silent(LONG * 10);
        Instance::start(launcher.as_ref(), launch)
    };
    let hanging: Vec<Instance> = (0..8).map(hang).collect();
    let (launcher, mut launch) = models.good();
    launch.project = ProjectId::from_bits(2);
    let mut good = Instance::start(launcher.as_ref(), launch);
    assert!(answers(&good.ready().await).await);
    for one in hanging {
        one.stop.send_replace(true);
        assert_eq!(one.end().await, End::Stopped);
    }
}
