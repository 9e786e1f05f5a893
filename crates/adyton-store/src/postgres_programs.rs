//! PostgreSQL's own programs, `pg_dump` and `pg_restore`: how they are told which database, without showing its password to
//! whoever lists the processes of this machine.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Output, Stdio};

use adyton_core::secret::Secret;
use percent_encoding::percent_decode_str;
use tokio::process::Command;

use crate::OpenError;
use crate::open_error::{DatabasePlace, DatabaseProblem};

/// What of an address the programs are told, under the names that they know. The rest is for our driver alone.
const PARAMETERS: &[(&str, &str)] = &[
    ("host", "host"),
    ("hostaddr", "hostaddr"),
    ("port", "port"),
    ("dbname", "dbname"),
    ("user", "user"),
    ("sslmode", "sslmode"),
    ("ssl-mode", "sslmode"),
    ("sslrootcert", "sslrootcert"),
    ("ssl-root-cert", "sslrootcert"),
    ("ssl-ca", "sslrootcert"),
    ("sslcert", "sslcert"),
    ("ssl-cert", "sslcert"),
    ("sslkey", "sslkey"),
    ("ssl-key", "sslkey"),
];

/// Copies the database as this snapshot shows it, in the form that only `pg_restore` reads.
pub(crate) async fn dump(url: &Secret<String>, snapshot: &str, to: &Path) -> Result<(), OpenError> {
    let snapshot = format!("--snapshot={snapshot}");
    let arguments = [
        OsStr::new("--format=custom"),
        OsStr::new("--no-owner"),
        OsStr::new("--no-privileges"),
        OsStr::new(&snapshot),
        OsStr::new("--file"),
        to.as_os_str(),
    ];
    run("pg_dump", &arguments, url).await
}

/// Puts such a copy into an empty database: everything or nothing.
pub(crate) async fn restore(url: &Secret<String>, from: &Path) -> Result<(), OpenError> {
    let arguments = [
        OsStr::new("--single-transaction"),
        OsStr::new("--exit-on-error"),
        OsStr::new("--no-owner"),
        OsStr::new("--no-privileges"),
        from.as_os_str(),
    ];
    run("pg_restore", &arguments, url).await
}

async fn run(program: &'static str, arguments: &[&OsStr], url: &Secret<String>) -> Result<(), OpenError> {
    let (address, password) = address(url);
    let mut command = Command::new(program);
    command
        .args(arguments)
        .arg("--no-password")
        .arg("--dbname")
        .arg(&address)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    if let Some(password) = &password {
        command.env("PGPASSWORD", password.expose());
    }
    let failed = |problem: DatabaseProblem| OpenError::Database {
        place: DatabasePlace::Postgres(address.clone()),
        problem,
    };
    match command.output().await {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(failed(DatabaseProblem::ProgramFailed {
            program,
            said: said(&output),
        })),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(failed(DatabaseProblem::NoProgram(program)))
        }
        Err(said) => Err(failed(DatabaseProblem::ProgramNotStarted { program, said })),
    }
}

/// What a program that failed said: its first lines, on one; or how it ended.
fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .take(4)
        .collect();
    match lines.is_empty() {
        true => output.status.to_string(),
        false => lines.join("; "),
    }
}

/// The address without its password and without what the programs do not know, and the password.
fn address(url: &Secret<String>) -> (String, Option<Secret<String>>) {
    let decoded = |text: &str| Secret::new(percent_decode_str(text).decode_utf8_lossy().into_owned());
    let (scheme, rest) = url
        .expose()
        .split_once("://")
        .unwrap_or(("postgres", url.expose()));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    let mut password = None;
    let user = user.map(|user| match user.split_once(':') {
        Some((name, secret)) => {
            password = Some(decoded(secret));
            name
        }
        None => user,
    });
    let mut kept = Vec::new();
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        if name == "password" {
            password = Some(decoded(value));
        }
        if let Some((_, theirs)) = PARAMETERS.iter().find(|(ours, _)| *ours == name) {
            kept.push(format!("{theirs}={value}"));
        }
    }
    let user = user.map(|user| format!("{user}@")).unwrap_or_default();
    let query = match kept.is_empty() {
        true => String::new(),
        false => format!("?{}", kept.join("&")),
    };
    (format!("{scheme}://{user}{host}{path}{query}"), password)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(url: &str) -> (String, Option<String>) {
        let (address, password) = address(&Secret::new(url.to_owned()));
        (address, password.map(|password| password.expose().clone()))
    }

    #[test]
    fn a_password_is_not_told_in_the_address() {
        let plain = "postgres://adyton@db.internal:5433/adyton";
        assert_eq!(told(plain), (plain.to_owned(), None));
        assert_eq!(
            told("postgres://adyton:p%40ss%3Aword@db.internal:5433/adyton"),
            (plain.to_owned(), Some("p@ss:word".to_owned()))
        );
        assert_eq!(
            told("postgresql:///adyton?host=/run/postgresql&user=ada&password=s3cret"),
            (
                "postgresql:///adyton?host=/run/postgresql&user=ada".to_owned(),
                Some("s3cret".to_owned())
            )
        );
        assert_eq!(told("postgres://h/d"), ("postgres://h/d".to_owned(), None));
    }

    #[test]
    fn what_only_our_driver_knows_is_left_out() {
        assert_eq!(
            told("postgres://h/d?statement-cache-capacity=10&ssl-mode=verify-full&ssl-root-cert=/ca.pem").0,
            "postgres://h/d?sslmode=verify-full&sslrootcert=/ca.pem"
        );
    }

    #[test]
    fn a_program_that_fails_is_quoted_in_one_line() {
        let output = Output {
            status: std::process::ExitStatus::default(),
            stdout: Vec::new(),
            stderr: b"pg_dump: error: one\n\npg_dump: detail: two\n".to_vec(),
        };
        assert_eq!(said(&output), "pg_dump: error: one; pg_dump: detail: two");
    }
}
