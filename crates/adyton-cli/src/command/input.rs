//! What people give on the command line: bodies, secrets and yes.

use std::io::{BufRead as _, IsTerminal as _, Read as _};

use adyton_core::secret::Secret;
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fs::FileType;

use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::said;
use crate::terminal::Terminal;

/// The largest secret that is read from standard input, in bytes.
const SECRET_MAX: u64 = 4096;

/// `--data`: a text as it is, `@FILE`, or `@-` for standard input.
pub fn bytes(said: &str, flag: &str) -> Outcome<Vec<u8>> {
    match said.strip_prefix('@') {
        None => Ok(said.as_bytes().to_vec()),
        Some("-") => {
            let mut bytes = Vec::new();
            std::io::stdin()
                .lock()
                .read_to_end(&mut bytes)
                .map_err(|error| Failure::failed(format!("{flag} @-: {error}")))?;
            Ok(bytes)
        }
        Some(path) => std::fs::read(path).map_err(|error| {
            Failure::wrong_use(format!("{flag} @{path}: {error}")).hint(said!(
                "write {flag} @FILE for a file, or {flag} TEXT",
                "文件请写成 {flag} @FILE，文本请写成 {flag} TEXT"
            ))
        }),
    }
}

/// How long nothing is said while nothing comes through a pipe.
const SILENCE: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 700_000_000,
};

/// `@-` when a body is piped in and none is named otherwise: `echo … | adyton predict iris`. A terminal is not waited for; that a
/// pipe is waited for, which may be one that nobody thought of, is said.
pub fn piped(terminal: &Terminal, method: Option<&str>, form: &[String]) -> Option<String> {
    let method = method.unwrap_or_default().to_uppercase();
    let has_none = matches!(method.as_str(), "GET" | "HEAD" | "DELETE" | "OPTIONS");
    let stdin = std::io::stdin();
    let kind = FileType::from_raw_mode(rustix::fs::fstat(&stdin).ok()?.st_mode);
    let is_piped = matches!(kind, FileType::Fifo | FileType::RegularFile);
    if has_none || !form.is_empty() || !is_piped {
        return None;
    }
    let mut waited = [PollFd::new(&stdin, PollFlags::IN)];
    if rustix::event::poll(&mut waited, Some(&SILENCE)) == Ok(0) {
        terminal.note(said!(
            "reading the body from standard input; `--data ''` sends none",
            "正在从标准输入读取请求体；`--data ''` 表示不发送"
        ));
    }
    Some("@-".to_owned())
}

/// A secret: a variable of the environment, else a line of standard input, without echo on a terminal. Never a flag, which
/// everybody on the machine could read.
pub fn secret(context: &Context, what: &str, variable: Option<&str>) -> Outcome<Secret<String>> {
    if let Some(value) = variable.and_then(|name| context.variable(name)) {
        return Ok(Secret::new(value.to_owned()));
    }
    let stdin = std::io::stdin();
    let mut line = String::new();
    if stdin.is_terminal() {
        context.terminal.note(format!("{what}:"));
    }
    let quiet = Quiet::begin();
    let read = stdin.lock().take(SECRET_MAX).read_line(&mut line);
    drop(quiet);
    read.map_err(|error| Failure::failed(format!("{what}: {error}")))?;
    match line.trim_end_matches(['\r', '\n']) {
        "" => Err(
            Failure::wrong_use(said!("no {what} was given", "未提供{what}")).hint(said!(
                "give it on standard input{}",
                "请从标准输入提供{}",
                variable.map(|name| format!(", or as {name}")).unwrap_or_default()
            )),
        ),
        secret => Ok(Secret::new(secret.to_owned())),
    }
}

/// A terminal that does not echo what is typed, until this is dropped.
struct Quiet(Option<rustix::termios::Termios>);

impl Quiet {
    fn begin() -> Self {
        let stdin = std::io::stdin();
        let before = rustix::termios::tcgetattr(&stdin).ok();
        if let Some(before) = &before {
            let mut quiet = before.clone();
            quiet.local_modes.remove(rustix::termios::LocalModes::ECHO);
            let _ = rustix::termios::tcsetattr(&stdin, rustix::termios::OptionalActions::Flush, &quiet);
        }
        Self(before)
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            let _ =
                rustix::termios::tcsetattr(std::io::stdin(), rustix::termios::OptionalActions::Flush, before);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_a_text_or_the_content_of_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("request.json");
        std::fs::write(&file, b"{\"a\":\xff}").unwrap();
        assert_eq!(bytes("{}", "--data").ok(), Some(b"{}".to_vec()));
        let named = format!("@{}", file.display());
        assert_eq!(
            bytes(&named, "--data").ok(),
            Some(b"{\"a\":\xff}".to_vec()),
            "as it is"
        );
        let told = bytes("@nowhere.json", "--canonical").err().unwrap().to_string();
        assert!(told.starts_with("error: --canonical @nowhere.json: "), "{told}");
        assert!(told.contains("write --canonical @FILE"), "{told}");
    }
}
