//! What a program tries against everything outside of it, from within: signals, sockets, ports, homes, and what only root may do.
//!
//! Each test asks of the kernel only what it says that it has.

use std::net::TcpListener;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::Path;

use adyton_runtime::command::program::{Program, StartError};
use adyton_runtime::keeper::{Fence, Order};

use crate::keeper::{keeper, order, sink};

/// Runs Python code as a program; gives what fences it, and the lines that it wrote.
async fn run(order: Order) -> (Fence, Vec<String>) {
    let (sink, lines) = sink();
    let mut program = Program::start(&keeper(), &order, &sink, |_| ()).await.unwrap();
    let fence = program.fence;
    let how = program.ended().await;
    let lines: Vec<String> = lines.lock().iter().map(|(_, text)| text.clone()).collect();
    assert_eq!(how, "exit code 0", "{lines:?}");
    (fence, lines)
}

fn python(folder: &Path, code: &str) -> Order {
    let mut order = order(folder, "");
    let code = format!(
        "import ctypes, os, signal, socket, time
def tried(what, work):
    try: work(); print(what, 'done')
    except OSError as problem: print(what, type(problem).__name__)
{code}"
    );
    order.command = ["python3", "-c", &code].map(str::to_owned).to_vec();
    order
}

#[tokio::test]
async fn it_cannot_signal_or_reach_what_it_did_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let name = format!("adyton-test-{}", std::process::id());
    let _listener =
        UnixListener::bind_addr(&SocketAddr::from_abstract_name(name.as_bytes()).unwrap()).unwrap();
    let code = format!(
        "import subprocess
tried('server', lambda: os.kill({}, 0))
tried('keeper', lambda: os.kill(os.getppid(), signal.SIGTERM))
tried('abstract', lambda: socket.socket(socket.AF_UNIX).connect('\\0{name}'))
own = socket.socket(socket.AF_UNIX); own.bind('\\0{name}-own'); own.listen()
tried('own abstract', lambda: socket.socket(socket.AF_UNIX).connect('\\0{name}-own'))
child = subprocess.Popen(['sleep', '1000'])
tried('child', lambda: (child.terminate(), child.wait()))",
        std::process::id()
    );
    let (fence, lines) = run(python(folder.path(), &code)).await;
    if fence.signals {
        assert_eq!(
            lines,
            [
                "server PermissionError",
                "keeper PermissionError",
                "abstract PermissionError",
                "own abstract done",
                "child done"
            ]
        );
    }
}

#[tokio::test]
async fn it_binds_its_own_port_and_those_that_the_kernel_chooses() {
    let folder = tempfile::tempdir().unwrap();
    // Three ports that are free.
    let held: Vec<TcpListener> = (0..3)
        .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
        .collect();
    let [own, given, other] = [0, 1, 2].map(|at| held[at].local_addr().unwrap().port());
    drop(held);
    let code = format!(
        "def bind(host, port, family=socket.AF_INET):
    with socket.socket(family) as it: it.bind((host, port)); it.listen()
tried('own', lambda: bind('127.0.0.1', {own}))
tried('own, everywhere', lambda: bind('', {own}))
tried('given', lambda: bind('127.0.0.1', {given}))
tried('chosen', lambda: bind('127.0.0.1', 0))
tried('other', lambda: bind('127.0.0.1', {other}))
tried('other, everywhere', lambda: bind('', {other}))
tried('other, IPv6', lambda: bind('::', {other}, socket.AF_INET6))"
    );
    let mut order = python(folder.path(), &code);
    order.ports = vec![own, given];
    let (fence, lines) = run(order).await;
    if fence.ports {
        assert_eq!(
            lines[..6],
            [
                "own done",
                "own, everywhere done",
                "given done",
                "chosen done",
                "other PermissionError",
                "other, everywhere PermissionError",
            ]
        );
        // Where there is no IPv6, another error comes first.
        assert!(lines[6].ends_with("Error"), "{lines:?}");
    }
}

/// Programs of root lose what makes root more than others.
#[tokio::test]
async fn it_has_no_capability_but_to_bind_low_ports() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("others"), "x").unwrap();
    let code = "
status = dict(line.split(':', 1) for line in open('/proc/self/status') if line.startswith(('Cap', 'NoNewPrivs')))
low_ports = 1 << 10
for name in ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'):
    print(name, int(status[name], 16) & ~low_ports)
print('NoNewPrivs', status['NoNewPrivs'].strip())
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *arguments):
    if getattr(libc, name)(*arguments) != 0: raise OSError(ctypes.get_errno(), name)
tried('clock', lambda: time.clock_settime(time.CLOCK_REALTIME, time.time()))
tried('hostname', lambda: call('sethostname', b'x', 1))
tried('device', lambda: os.mknod(os.environ['TMPDIR'] + '/disk', 0o600 | 0o060000, os.makedev(8, 0)))
tried('owner', lambda: os.chown('others', 65534, 65534))
tried('session', lambda: open('/dev/tty'))";
    let (_, lines) = run(python(folder.path(), code)).await;
    assert_eq!(
        lines[..6],
        [
            "CapInh 0",
            "CapPrm 0",
            "CapEff 0",
            "CapBnd 0",
            "CapAmb 0",
            "NoNewPrivs 1"
        ],
        "{lines:?}"
    );
    for line in &lines[6..] {
        assert!(line.ends_with("Error"), "{lines:?}");
    }
}

#[tokio::test]
async fn it_sees_no_homes_and_no_hashes_of_passwords() {
    let folder = tempfile::tempdir().unwrap();
    let code = "
def look(path):
    return lambda: os.listdir(path) if os.path.isdir(path) else open(path).read(1)
for path in ('/root', '/home', '/etc/shadow', '/etc/ssh', '/etc/gshadow'):
    try: look(path)(); print(path, 'read')
    except FileNotFoundError: print(path, 'is not there')
    except PermissionError: pass
for path in ('/etc/passwd', '/etc/hosts', '/usr/bin', '/etc/ssl/certs'):
    try: look(path)()
    except FileNotFoundError: pass
    except PermissionError: print(path, 'is hidden')";
    let (fence, lines) = run(python(folder.path(), code)).await;
    if fence.files {
        let lines: Vec<String> = lines
            .into_iter()
            .filter(|line| !line.ends_with("is not there"))
            .collect();
        assert_eq!(lines, Vec::<String>::new());
    }
}

/// A package, and what the operator names, can be read wherever they lie. An interpreter that cannot is named with the setting.
#[tokio::test]
async fn homes_are_open_where_the_operator_says_so() {
    // A folder in a home, if this user has one that is hidden.
    let home = ["/root", "/home"]
        .into_iter()
        .map(|home| tempfile::Builder::new().prefix("adyton-test-").tempdir_in(home))
        .find_map(Result::ok);
    let Some(home) = home else { return };
    let package = home.path().join("package");
    let tools = home.path().join("tools");
    for folder in [&package, &tools] {
        std::fs::create_dir(folder).unwrap();
        std::fs::write(folder.join("it"), "x").unwrap();
    }
    std::os::unix::fs::symlink("/bin/sh", tools.join("sh")).unwrap();
    let mut order = order(home.path(), "cat it; cat ../tools/it");
    order.folder.clone_from(&package);
    order.command[0] = tools.join("sh").display().to_string();
    match Program::start(&keeper(), &order, &sink().0, |_| ()).await {
        Ok(program) => return assert!(!program.fence.files, "it ran"),
        Err(problem) => {
            assert!(matches!(problem, StartError::Program(_)));
            let text = problem.to_string();
            assert!(
                text.contains("tools/sh` lies in /") && text.contains("`runtime.readable`"),
                "{text}"
            );
        }
    }
    std::fs::write(package.join("run"), format!("#!{}\n", tools.join("sh").display())).unwrap();
    let mut script = order.clone();
    script.command = vec![package.join("run").display().to_string()];
    let problem = Program::start(&keeper(), &script, &sink().0, |_| ())
        .await
        .unwrap_err();
    assert!(problem.to_string().contains("`runtime.readable`"), "{problem}");
    order.readable = vec![tools];
    let (_, lines) = run(order).await;
    assert_eq!(lines, ["xx"]);
}
