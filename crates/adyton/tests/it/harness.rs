//! A folder to run the binary in, a server in it, and filters that take out of a text what differs from run to run.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use expect_test::Expect;
use serde_json::Value;

/// How long a server may take to start or to end before the test fails.
const LIFE: Duration = Duration::from_secs(60);

/// A folder in which commands run, with an environment of its own.
pub(crate) struct Place {
    folder: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

/// What a command gave.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().display().to_string();
        let path = std::env::var("PATH").unwrap_or_default();
        let mut environment = vec![("HOME".to_owned(), home), ("PATH".to_owned(), path)];
        let python = root().join(".venv");
        if python.is_dir() {
            environment.push(("VIRTUAL_ENV".to_owned(), python.display().to_string()));
        }
        Self { folder, environment }
    }
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
    pub(crate) fn data(&self) -> PathBuf {
        self.path().join("adyton-data")
    }
    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).unwrap();
    }
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_adyton"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .stdin(Stdio::null());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        ran(self.command(arguments).output().unwrap())
    }
    /// Runs a command that reads `input`.
    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> Ran {
        let mut command = self.command(arguments);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        ran(child.wait_with_output().unwrap())
    }
    /// Runs a command, and compares exit code and both outputs.
    pub(crate) fn check(&self, arguments: &[&str], expected: Expect) {
        expected.assert_eq(&self.told(&self.run(arguments)));
    }
    /// Exit code and outputs, with what differs from run to run taken out.
    pub(crate) fn told(&self, ran: &Ran) -> String {
        let mut text = format!("exit {}\n", ran.code);
        for (name, output) in [("stdout", &ran.stdout), ("stderr", &ran.stderr)] {
            if !output.is_empty() {
                text.push_str(&format!("--- {name}\n"));
                // Said at every command; a test of its own looks at it.
                for line in without_events(output)
                    .lines()
                    .filter(|line| !line.starts_with("using the server of ./adyton-data at "))
                {
                    text.push_str(&format!("{line}\n"));
                }
            }
        }
        filtered(&text.replace(&self.path().display().to_string(), "[folder]"))
    }
    /// The document of a command that must succeed.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let ran = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        serde_json::from_str(&ran.stdout)
            .unwrap_or_else(|error| panic!("{arguments:?}: {error}: {}", ran.stdout))
    }
    /// Starts a server on the data folder and waits until it is ready.
    pub(crate) fn serve(&self, more: &[&str]) -> Server<'_> {
        let ready = self.path().join("ready.json");
        let _ = std::fs::remove_file(&ready);
        let fixed = [
            "serve",
            "--gateway",
            "127.0.0.1:0",
            "--control",
            "127.0.0.1:0",
            "--ready-file",
            "ready.json",
        ];
        let log = std::fs::File::create(self.path().join("server.log")).unwrap();
        let child = self
            .command(&[&fixed, more].concat())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut server = Server {
            place: self,
            child,
            ready: Value::Null,
        };
        let start = Instant::now();
        while !ready.is_file() {
            if let Some(status) = server.child.try_wait().unwrap() {
                panic!("the server ended with {status}:\n{}", server.log());
            }
            assert!(
                start.elapsed() < LIFE,
                "the server is not ready:\n{}",
                server.log()
            );
            #[expect(clippy::disallowed_methods, reason = "between two looks at a program")]
            std::thread::sleep(Duration::from_millis(5));
        }
        server.ready = serde_json::from_str(&std::fs::read_to_string(&ready).unwrap()).unwrap();
        server
    }
}

/// What a command said beside the events that it told while it waited: how many come, and in which order, differs.
pub(crate) fn without_events(output: &str) -> String {
    let mut in_event = false;
    let lines = output.split_inclusive('\n').filter(|line| {
        let is_event =
            line.starts_with("20") && line.get(10..11) == Some(" ") && line.get(19..21) == Some("  ");
        in_event = is_event || (in_event && line.starts_with("    "));
        !in_event
    });
    lines.collect()
}

fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// A sample's file, as an argument.
pub(crate) fn sample(path: &str) -> String {
    root().join("samples").join(path).display().to_string()
}

/// A server that ends with the test, however that ends.
pub(crate) struct Server<'a> {
    place: &'a Place,
    child: Child,
    /// The ready document.
    pub(crate) ready: Value,
}

impl Server<'_> {
    pub(crate) fn url(&self, which: &str) -> String {
        self.ready[which].as_str().unwrap().to_owned()
    }
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.place.path().join("server.log")).unwrap_or_default()
    }
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).unwrap();
    }
    /// Waits for its end; the exit code.
    pub(crate) fn ended(&mut self) -> i32 {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code().unwrap_or(-1);
            }
            assert!(start.elapsed() < LIFE, "the server does not end:\n{}", self.log());
            #[expect(clippy::disallowed_methods, reason = "between two looks at a program")]
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    /// Waits until the log holds a text.
    pub(crate) fn logs(&self, text: &str) {
        let start = Instant::now();
        while !self.log().contains(text) {
            assert!(
                start.elapsed() < LIFE,
                "the log does not say `{text}`:\n{}",
                self.log()
            );
            #[expect(clippy::disallowed_methods, reason = "between two looks at a program")]
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Takes out ids, ports, times, spans and what an instance takes, which is not known at once.
pub(crate) fn filtered(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| {
        // Counts may be a second old.
        if let Some(at) = line.find("last hour    ") {
            return format!("{}last hour    [calls]\n", &line[..at]);
        }
        let mut out = String::new();
        let mut rest = line;
        while !rest.is_empty() {
            let end = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
            if end == 0 {
                let next = rest.chars().next().unwrap();
                out.push(next);
                rest = &rest[next.len_utf8()..];
            } else {
                let end = rest[..end].trim_end_matches('.').len().max(1);
                let filtered = word(&rest[..end], &out);
                out.push_str(&filtered);
                rest = &rest[end..];
            }
        }
        out
    });
    lines.collect::<String>().replace(", cpu [n] %", "")
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '.'
}

fn word(word: &str, before: &str) -> String {
    let hex = |text: &str| {
        text.bytes()
            .all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase())
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let key =
        |text: &str| text.len() == 20 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    let date = |text: &str| {
        text.len() >= 10 && digits(&text[..4]) && text.as_bytes()[4] == b'-' && digits(&text[5..7])
    };
    match word {
        w if w.len() == 36 && w.matches('-').count() == 4 && hex(&w.replace('-', "")) => "[uuid]".to_owned(),
        w if w.len() == 64 && hex(w) => "[digest]".to_owned(),
        w if w.len() == 32 && hex(w) => "[id]".to_owned(),
        w if key(w) => "[key]".to_owned(),
        w if date(w) => "[date]".to_owned(),
        w if digits(w) && before.ends_with("127.0.0.1:") && w.len() > 1 => "[port]".to_owned(),
        w if digits(&w[..w.len().min(2)]) && before.ends_with([']', ':']) && before.contains("[date]") => {
            "0".to_owned()
        }
        w if digits(w) && before.ends_with("process ") => "[pid]".to_owned(),
        w if w.parse::<f64>().is_ok() && [" in ", "cpu "].iter().any(|end| before.ends_with(end)) => {
            "[n]".to_owned()
        }
        w => w.to_owned(),
    }
}
