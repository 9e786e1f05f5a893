//! A PostgreSQL server for the store's tests, gone when they are over.
//!
//! It listens on a socket in its own folder and on a free loopback port. `initdb` refuses root, so root runs it as the user
//! `postgres`, in a folder that this user may enter.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::{command, find, succeeds};
use crate::setup::postgres_programs;

/// Where the store's tests look for the server.
pub(super) const URL_VARIABLE: &str = "ADYTON_TEST_POSTGRES_URL";

/// A running server.
pub(super) struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
}

impl Postgres {
    /// Starts one, or gives none where PostgreSQL is not installed.
    pub(super) fn start() -> Result<Option<Self>> {
        let Some(programs) = postgres_programs() else {
            return Ok(None);
        };
        let folder = std::env::temp_dir().join(format!("adyton-test-postgres-{}", std::process::id()));
        fs::create_dir_all(&folder).context("cannot make a folder for PostgreSQL")?;
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())?
            .port();
        let server = Self {
            programs,
            folder,
            port,
        };
        if is_root() && !succeeds(command("chown").arg("postgres").arg(&server.folder)) {
            bail!("cannot give {} to the user postgres", server.folder.display());
        }
        let cluster = server.cluster();
        let mut initdb = server.program("initdb");
        initdb
            .args([
                "--auth=trust",
                "--username=adyton",
                "--encoding=UTF8",
                "--no-locale",
                "--no-sync",
                "-D",
            ])
            .arg(&cluster);
        let mut start = server.program("pg_ctl");
        // Nothing here has to survive a power cut.
        let options = format!(
            "-p {port} -h 127.0.0.1 -k {} -c fsync=off -c synchronous_commit=off",
            server.folder.display()
        );
        start
            .args(["start", "--wait", "--silent", "-o", &options, "-D"])
            .arg(&cluster);
        start.arg("-l").arg(server.folder.join("log"));
        for step in [&mut initdb, &mut start] {
            if !succeeds(step) {
                let log = fs::read_to_string(server.folder.join("log")).unwrap_or_default();
                bail!(
                    "cannot start PostgreSQL: `{}` failed\n{log}",
                    crate::process::shown(step)
                );
            }
        }
        Ok(Some(server))
    }

    /// An address with the rights to make databases.
    pub(super) fn url(&self) -> String {
        format!("postgres://adyton@127.0.0.1:{}/postgres", self.port)
    }

    fn cluster(&self) -> PathBuf {
        self.folder.join("cluster")
    }

    fn program(&self, name: &str) -> Command {
        run_unprivileged(&self.programs.join(name), &self.folder)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let mut stop = self.program("pg_ctl");
        stop.args(["stop", "--wait", "--silent", "--mode=immediate", "-D"])
            .arg(self.cluster());
        succeeds(&mut stop);
        // What is left in the temporary folder does no harm.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn run_unprivileged(program: &Path, folder: &Path) -> Command {
    let mut command = match (is_root(), find("runuser")) {
        (true, Some(runuser)) => {
            let mut command = Command::new(runuser);
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        }
        _ => Command::new(program),
    };
    command.current_dir(folder);
    command
}

fn is_root() -> bool {
    succeeds(command("sh").args(["-c", "test \"$(id -u)\" = 0"]))
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use super::Postgres;

    #[test]
    fn a_server_lives_as_long_as_its_value() {
        // Nothing to test where PostgreSQL is not installed: the chore itself says so and counts it as skipped.
        let Some(server) = Postgres::start().expect("PostgreSQL starts") else {
            return;
        };
        let (port, folder) = (server.port, server.folder.clone());
        assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());
        drop(server);
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
        assert!(!folder.exists());
    }
}
