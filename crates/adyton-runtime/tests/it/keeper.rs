//! The keeper: whatever a program starts ends with it, and with the server.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use adyton_runtime::command::PATH;
use adyton_runtime::command::program::{Program, Sink, StartError};
use adyton_runtime::keeper::Order;
use parking_lot::Mutex;

pub(crate) fn keeper() -> Vec<OsString> {
    vec![OsString::from(env!("CARGO_BIN_EXE_adyton-keeper"))]
}

pub(crate) type Lines = Arc<Mutex<Vec<(&'static str, String)>>>;

pub(crate) fn sink() -> (Sink, Lines) {
    let lines = Lines::default();
    let kept = Arc::clone(&lines);
    (
        Arc::new(move |stream, text| kept.lock().push((stream, text))),
        lines,
    )
}

pub(crate) fn order(folder: &Path, script: &str) -> Order {
    let temporary = folder.join("tmp");
    std::fs::create_dir_all(&temporary).unwrap();
    Order {
        command: ["sh", "-c", script].map(str::to_owned).to_vec(),
        folder: folder.to_owned(),
        environment: BTreeMap::from([
            ("PATH".to_owned(), PATH.to_owned()),
            ("TMPDIR".to_owned(), temporary.display().to_string()),
        ]),
        temporary,
        hidden: Vec::new(),
        readable: Vec::new(),
        ports: Vec::new(),
        grace_ms: 300,
    }
}

/// Waits until `done` says so; the limit only bounds a failing test.
pub(crate) async fn until(what: &str, mut done: impl FnMut() -> bool) {
    let wait = async {
        while !done() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait)
        .await
        .unwrap_or_else(|_| panic!("never: {what}"));
}

/// Whether a process lives (a zombie does not).
fn lives(pid: &str) -> bool {
    std::fs::read(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !String::from_utf8_lossy(&stat).contains(") Z "))
}

/// A program that starts a child, a grandchild in a session of its own, and one that ignores SIGTERM; it writes their ids.
const FAMILY: &str = "
    sleep 1000 & echo $! >> $TMPDIR/pids
    setsid sh -c 'sleep 1000 & echo $! >> $TMPDIR/pids; exit 0'
    (trap '' TERM; echo $(exec sh -c 'echo $PPID') >> $TMPDIR/pids; while :; do sleep 0.1; done) &
    while [ $(wc -l < $TMPDIR/pids) -lt 3 ]; do sleep 0.01; done
    echo $$ >> $TMPDIR/pids
    wait";

async fn family(folder: &Path) -> Vec<String> {
    let file = folder.join("tmp/pids");
    let read = || std::fs::read_to_string(&file).unwrap_or_default();
    until("four processes", || read().lines().count() == 4).await;
    let pids: Vec<String> = read().lines().map(str::to_owned).collect();
    assert!(pids.iter().all(|pid| lives(pid)), "{pids:?}");
    pids
}

#[tokio::test]
async fn output_is_read_and_the_end_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (sink, lines) = sink();
    let script = "echo out; echo err >&2; env | sort; exit 3";
    let started = |_: &_| sink("adyton", "started".to_owned());
    let mut program = Program::start(&keeper(), &order(folder.path(), script), &sink, started)
        .await
        .unwrap();
    assert_eq!(program.ended().await, "exit code 3");
    let lines = lines.lock();
    assert_eq!(
        lines[0],
        ("adyton", "started".to_owned()),
        "before all that it says"
    );
    assert!(
        lines.contains(&("stdout", "out".to_owned())) && lines.contains(&("stderr", "err".to_owned())),
        "{lines:?}"
    );
    let names: Vec<&str> = lines
        .iter()
        .filter_map(|(_, text)| Some(text.split_once('=')?.0))
        .collect();
    assert_eq!(
        names,
        ["PATH", "PWD", "TMPDIR"],
        "nothing of our own environment is handed on"
    );
}

#[tokio::test]
async fn a_program_that_cannot_be_started_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let mut order = order(folder.path(), "");
    order.command = vec!["/nowhere/program".to_owned()];
    let problem = Program::start(&keeper(), &order, &sink().0, |_| ())
        .await
        .unwrap_err();
    assert!(matches!(&problem, StartError::Program(_)), "{problem:?}");
    assert!(
        problem
            .to_string()
            .starts_with("`/nowhere/program` was not found"),
        "{problem}"
    );
    let problem = Program::start(&["/nowhere/keeper".into()], &order, &sink().0, |_| ())
        .await
        .unwrap_err();
    assert!(matches!(problem, StartError::Keeper(_)), "{problem:?}");
}

#[tokio::test]
async fn stopping_ends_the_whole_family() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start(&keeper(), &order(folder.path(), FAMILY), &sink().0, |_| ())
        .await
        .unwrap();
    let pids = family(folder.path()).await;
    program.stop().await;
    program.ended().await;
    assert!(!pids.iter().any(|pid| lives(pid)), "{pids:?}");
}

/// Runs a program that leaves a process behind, with its number in `$TMPDIR/pid`: by the time the program has ended, that process has too.
async fn leaves_nothing_behind(script: &str) {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start(&keeper(), &order(folder.path(), script), &sink().0, |_| ())
        .await
        .unwrap();
    assert_eq!(program.ended().await, "exit code 0");
    let pid = std::fs::read_to_string(folder.path().join("tmp/pid")).unwrap();
    assert!(!lives(pid.trim()));
}

#[tokio::test]
async fn what_a_program_leaves_behind_ends_with_it() {
    leaves_nothing_behind("setsid sh -c 'sleep 1000 & echo $! > $TMPDIR/pid'; exit 0").await;
}

/// A process has the name of its file, or gives itself one: of any bytes.
#[tokio::test]
async fn whoever_has_a_name_that_is_no_text_ends_with_its_program_too() {
    let script = r#"
        odd="$TMPDIR/$(printf '\377)')"
        cp "$(command -v sh)" "$odd"
        setsid "$odd" -c 'echo > $TMPDIR/runs; sleep 1000; exit' &
        until [ -e $TMPDIR/runs ]; do sleep 0.01; done
        echo $! > $TMPDIR/pid
        exit 0"#;
    leaves_nothing_behind(script).await;
}

#[tokio::test]
async fn a_killed_server_takes_the_whole_family_along() {
    let folder = tempfile::tempdir().unwrap();
    // The server here is a shell that holds the socket of a keeper and nothing else.
    let (ours, theirs) = UnixStream::pair().unwrap();
    let keeper = Command::new(&keeper()[0])
        .stdin(Stdio::from(std::os::fd::OwnedFd::from(theirs)))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = serde_json::to_string(&order(folder.path(), FAMILY)).unwrap();
    line.push('\n');
    std::io::Write::write_all(&mut &ours, line.as_bytes()).unwrap();
    let mut server = Command::new("sleep")
        .arg("1000")
        .stdin(Stdio::from(std::os::fd::OwnedFd::from(ours)))
        .spawn()
        .unwrap();
    let pids = family(folder.path()).await;
    server.kill().unwrap();
    server.wait().unwrap();
    until("the family has ended", || !pids.iter().any(|pid| lives(pid))).await;
    let mut keeper = keeper;
    assert!(keeper.wait().unwrap().success());
}

#[tokio::test]
async fn a_killed_keeper_does_not_leave_its_program_alone() {
    let folder = tempfile::tempdir().unwrap();
    let script = "echo $$ > $TMPDIR/pid; echo $PPID > $TMPDIR/keeper; sleep 1000";
    let mut program = Program::start(&keeper(), &order(folder.path(), script), &sink().0, |_| ())
        .await
        .unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.path().join("tmp").join(name)).unwrap_or_default();
    until("it runs", || !read("keeper").is_empty()).await;
    let keeper = rustix::process::Pid::from_raw(read("keeper").trim().parse().unwrap()).unwrap();
    rustix::process::kill_process(keeper, rustix::process::Signal::KILL).unwrap();
    assert_eq!(program.ended().await, "unknown (its keeper was killed)");
    let pid = read("pid").trim().to_owned();
    until("the program has ended", || !lives(&pid)).await;
}

#[tokio::test]
async fn the_fence_holds_where_the_kernel_has_one() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("package")).unwrap();
    std::fs::write(folder.path().join("secret"), "s").unwrap();
    let mut order = order(
        folder.path(),
        "cat ../secret; touch spoiled; cat /etc/passwd > /dev/null && touch $TMPDIR/mine && echo fine > /dev/stdout",
    );
    order.folder = folder.path().join("package");
    order.hidden = vec![folder.path().to_owned()];
    let (sink, lines) = sink();
    let mut program = Program::start(&keeper(), &order, &sink, |_| ()).await.unwrap();
    let fenced = program.fence.files;
    assert_eq!(program.ended().await, "exit code 0");
    assert!(folder.path().join("tmp/mine").exists());
    if fenced {
        assert!(
            !folder.path().join("package/spoiled").exists(),
            "the package cannot be written to"
        );
        let lines = lines.lock();
        assert!(
            !lines.iter().any(|(_, text)| text == "s"),
            "the data folder cannot be read: {lines:?}"
        );
    }
}

/// Secrets of the server lie in its environment and in its owner's profile; a program of the same user asks for both.
#[tokio::test]
async fn a_program_sees_neither_the_servers_environment_nor_the_owners_profile() {
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("home/.config/adyton");
    std::fs::create_dir_all(&profile).unwrap();
    std::fs::write(profile.join("config.toml"), "secret_key = 's3cret'").unwrap();
    std::fs::create_dir(folder.path().join("home/mine")).unwrap();
    std::fs::write(folder.path().join("home/mine/notes"), "readable").unwrap();
    let server = std::process::id();
    let mut order = order(
        folder.path(),
        &format!(
            "cat ../home/mine/notes; \
             for file in /proc/{server}/environ /proc/$PPID/environ /proc/{server}/maps ../home/.config/adyton/config.toml; do
                 head -c 1 $file && echo read $file; done; ls /proc/{server}/fd && echo listed; exit 0"
        ),
    );
    order.folder = folder.path().join("package");
    std::fs::create_dir(&order.folder).unwrap();
    order.hidden = vec![folder.path().join("data"), profile];
    let (sink, lines) = sink();
    let mut program = Program::start(&keeper(), &order, &sink, |_| ()).await.unwrap();
    let fenced = program.fence.files;
    assert_eq!(program.ended().await, "exit code 0");
    if fenced {
        let lines = lines.lock();
        let out: Vec<&str> = lines
            .iter()
            .filter(|(stream, _)| *stream == "stdout")
            .map(|(_, text)| text.as_str())
            .collect();
        assert_eq!(out, ["readable"], "{lines:?}");
    }
}

/// A program sees what the kernel tells of itself, as libraries that measure memory ask for it; of nobody else, not even of what it
/// starts, and no way leads from there past the fence.
#[tokio::test]
async fn a_program_sees_its_own_proc_and_nobody_elses() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["data", "package"] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
    }
    std::fs::write(folder.path().join("data/key"), "s3cret").unwrap();
    let (server, data) = (std::process::id(), folder.path().join("data/key"));
    let python = format!(
        "import os, subprocess, sys, threading
def look(path):
    try:
        with open(path, 'rb') as file: return len(file.read(16)) > 0
    except OSError as problem: return type(problem).__name__
own = ['status', 'stat', 'statm', 'smaps', 'cmdline', 'environ', 'limits', 'mountinfo', 'cgroup', 'task/self/stat']
own = [name.replace('task/self', f'task/{{os.getpid()}}') for name in own]
print('own', {{look('/proc/self/' + name) for name in own}}, look('/proc/thread-self/stat'), len(os.listdir('/proc/self/fd')) > 2)
print('others', {{look(f'/proc/{{pid}}/{{name}}') for pid in (1, os.getppid(), {server}) for name in ('environ', 'status', 'maps')}})
for pid in (1, os.getppid(), {server}):
    try: print('listed', os.listdir(f'/proc/{{pid}}/fd'))
    except OSError as problem: print('fds', type(problem).__name__)
print('ways', {{look(way + {data:?}) for way in ('', '/proc/self/root', '/proc/self/task/' + str(os.getpid()) + '/root')}}, look('/proc/self/cwd/../data/key'))
code = f'''
try: print(open('/proc/self/status').read(4), flush=True)
except OSError as problem: print(type(problem).__name__, len(open('/proc/{{os.getpid()}}/stat').read()) > 0)'''
print('child', subprocess.run([sys.executable, '-c', code], capture_output=True, text=True).stdout.strip())
try: open('/proc/self/oom_score_adj', 'w')
except OSError as problem: print('written', type(problem).__name__)"
    );
    let mut order = order(folder.path(), "");
    order.command = ["python3", "-c", &python].map(str::to_owned).to_vec();
    order.folder = folder.path().join("package");
    order.hidden = vec![folder.path().join("data")];
    let (sink, lines) = sink();
    let mut program = Program::start(&keeper(), &order, &sink, |_| ()).await.unwrap();
    let fenced = program.fence.files;
    let how = program.ended().await;
    let lines = lines.lock();
    assert_eq!(how, "exit code 0", "{lines:?}");
    if !fenced {
        return;
    }
    let out: Vec<&str> = lines.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(
        out,
        [
            "own {True} True True",
            "others {'PermissionError'}",
            "fds PermissionError",
            "fds PermissionError",
            "fds PermissionError",
            "ways {'PermissionError'} PermissionError",
            "child PermissionError True",
            "written PermissionError",
        ],
        "{lines:?}"
    );
}

/// What is hidden must not cost programs what they live on.
#[tokio::test]
async fn programs_work_inside_the_fence() {
    let folder = tempfile::tempdir().unwrap();
    let python = "import json, multiprocessing, os, platform, random, socket, ssl, subprocess, tempfile, threading
print(subprocess.run(['sh', '-c', 'echo from sh'], capture_output=True, text=True).stdout.strip())
with multiprocessing.get_context('fork').Pool(2) as pool: print(sum(pool.map(abs, [-1, 2])))
tempfile.NamedTemporaryFile('w').write('x'); random.SystemRandom().random(); socket.socket(); print(os.cpu_count() > 0)
open('/proc/meminfo').read(); open('/dev/stdout', 'w').write('to a device\\n')";
    let mut order = order(folder.path(), "");
    order.command = ["python3", "-c", python].map(str::to_owned).to_vec();
    order.hidden = vec![folder.path().join("data")];
    let (sink, lines) = sink();
    let mut program = Program::start(&keeper(), &order, &sink, |_| ()).await.unwrap();
    let how = program.ended().await;
    let lines = lines.lock();
    assert_eq!(how, "exit code 0", "{lines:?}");
    let out: Vec<&str> = lines.iter().map(|(_, text)| text.as_str()).collect();
    let mut wanted = vec!["from sh", "3", "True", "to a device"];
    wanted.retain(|line| !out.contains(line));
    assert!(wanted.is_empty(), "{lines:?}");
}
