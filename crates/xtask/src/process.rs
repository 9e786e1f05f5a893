//! Runs other programs.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::repository::root;

/// A command that runs in the root of the repository.
///
/// What cargo tells this program about its own package is not passed on: build scripts look at these variables, and would run
/// again, with all that depends on them, whenever a build from here follows one from a shell.
pub(crate) fn command(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    command.current_dir(root());
    let ours = |name: &OsString| {
        name.to_str()
            .is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
    };
    for (name, _) in std::env::vars_os().filter(|(name, _)| ours(name)) {
        command.env_remove(name);
    }
    command
}

/// Runs a command with its output shown; an error if it fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = status(command)?;
    if !status.success() {
        bail!("`{}` failed ({status})", shown(command));
    }
    Ok(())
}

/// Runs a command with its output shown, and says how it ended.
pub(crate) fn status(command: &mut Command) -> Result<ExitStatus> {
    command
        .status()
        .with_context(|| format!("cannot run `{}`", shown(command)))
}

/// Runs a command without showing its output; whether it succeeded.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    let quiet = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// Runs a command, shows each line of its standard output and hands it to `see`. One that prints nothing for as long as `quiet`
/// hangs: it is killed with all that it started, and what it printed last says where.
pub(crate) fn watch(command: &mut Command, quiet: Duration, mut see: impl FnMut(&str)) -> Result<ExitStatus> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run `{}`", shown(command)))?;
    if let Some(output) = child.stdout.take() {
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).split(b'\n') {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        loop {
            match lines.recv_timeout(quiet) {
                Ok(line) => {
                    let line = line.context("cannot read the output")?;
                    let line = String::from_utf8_lossy(&line);
                    println!("{line}");
                    see(&line);
                }
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    println!(
                        "`{}` printed nothing for {} minutes and is killed: the last lines say where it hangs",
                        shown(command),
                        quiet.as_secs() / 60
                    );
                    kill(child.id())?;
                    break;
                }
            }
        }
    }
    child
        .wait()
        .with_context(|| format!("cannot wait for `{}`", shown(command)))
}

/// Kills a process and all that it started.
fn kill(pid: u32) -> Result<()> {
    let pids: Vec<String> = descendants(&processes()?, pid)
        .iter()
        .map(u32::to_string)
        .collect();
    // The shell's own `kill`: a small system has no other. Some may have ended since.
    let _ = status(self::command("sh").args(["-c", &format!("kill -9 {}", pids.join(" "))]))?;
    Ok(())
}

/// All processes, as lines of "pid parent": from `/proc`, or from `ps` where there is none.
fn processes() -> Result<String> {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        let list = self::command("ps").args(["-A", "-o", "pid=,ppid="]).output();
        let list = list.context("cannot list the processes with `ps`")?;
        return Ok(String::from_utf8_lossy(&list.stdout).into_owned());
    };
    let mut lines = String::new();
    for entry in entries.flatten() {
        // "pid (name) state parent …"; a name may hold anything.
        let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        let parent = stat
            .rsplit_once(") ")
            .and_then(|(_, rest)| rest.split(' ').nth(1));
        if let (Some(pid), Some(parent)) = (entry.file_name().to_str(), parent) {
            lines.push_str(&format!("{pid} {parent}\n"));
        }
    }
    Ok(lines)
}

/// A process and all that it started, by lines of "pid parent".
fn descendants(list: &str, pid: u32) -> Vec<u32> {
    let pairs: Vec<(u32, u32)> = list
        .lines()
        .filter_map(|line| {
            let (pid, parent) = line.trim().split_once(char::is_whitespace)?;
            Some((pid.parse().ok()?, parent.trim().parse().ok()?))
        })
        .collect();
    let mut found = vec![pid];
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        let children = pairs
            .iter()
            .filter(|(pid, of)| *of == parent && !found.contains(pid));
        let children: Vec<u32> = children.map(|(pid, _)| *pid).collect();
        found.extend(children);
        next += 1;
    }
    found
}

/// The path of a program, looked up as a shell would.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    // Debian keeps servers where an ordinary user's path does not go.
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]);
    folders
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// A command as a person would type it.
pub(crate) fn shown(command: &Command) -> String {
    let mut text = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn what_a_process_started_is_found_however_deep() {
        let list = "    1     0\n   10     1\n   11    10\n   12    11\n   20     1\n not a pid\n";
        assert_eq!(descendants(list, 10), [10, 11, 12]);
        assert_eq!(descendants(list, 12), [12]);
    }

    #[test]
    fn what_hangs_is_killed_with_its_children_and_fails() {
        let mut lines = Vec::new();
        let start = Instant::now();
        let mut shell = command("sh");
        shell.args(["-c", "echo first; sleep 600; echo never"]);
        let ended = watch(&mut shell, Duration::from_millis(200), |line| {
            lines.push(line.to_owned())
        })
        .unwrap();
        assert!(!ended.success());
        assert!(start.elapsed() < Duration::from_secs(60));
        assert_eq!(lines, ["first"]);
    }
}
