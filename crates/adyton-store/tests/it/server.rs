//! A throw-away PostgreSQL server from Debian's packages: one for the test process, one database for each test.
//!
//! A small shell script starts it and waits on a pipe that only this process holds; when this process ends, however it
//! ends, the script stops the server and removes its folder.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::{ConnectionTrait, Database};

const SCRIPT: &str = r#"
set -e
as=''
if [ "$(id -u)" = 0 ]; then
    chown postgres "$DIR"
    as='setpriv --reuid=postgres --regid=postgres --init-groups --inh-caps=-all --'
fi
cd "$DIR"
$as "$BIN/initdb" -D "$DIR/data" --no-sync --auth=trust -U adyton -E UTF8 --locale=C.UTF-8 >"$DIR.log" 2>&1
$as "$BIN/pg_ctl" -D "$DIR/data" -w -t 60 -l "$DIR/server.log" -o "-h '' -k '$DIR' -c max_connections=200 -c fsync=off" start >>"$DIR.log" 2>&1
echo ready
cat >/dev/null
$as "$BIN/pg_ctl" -D "$DIR/data" -m immediate -w stop >/dev/null 2>&1 || true
cd /
rm -rf "$DIR" "$DIR.log"
"#;

struct Server {
    folder: PathBuf,
    /// Open as long as this process lives: the script waits for its end.
    _pipe: ChildStdin,
    _script: Child,
}

/// The address of a new, empty database.
pub(crate) async fn new_database() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(1);
    let server = server();
    let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    let admin = Database::connect(address(server, "postgres"))
        .await
        .expect("the test server answers");
    admin
        .execute_unprepared(&format!("CREATE DATABASE {name}"))
        .await
        .expect("a database can be made");
    admin.close().await.expect("closes");
    address(server, &name)
}

fn address(server: &Server, database: &str) -> String {
    format!(
        "postgres://adyton@localhost/{database}?host={}",
        server.folder.display()
    )
}

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let programs = programs();
        // Not in the home of root, which the user postgres cannot enter.
        let folder = tempfile::Builder::new()
            .prefix("adyton-postgres-")
            .tempdir_in("/tmp")
            .expect("a folder in /tmp")
            .keep();
        let mut script = Command::new("sh")
            .args(["-c", SCRIPT])
            .env("DIR", &folder)
            .env("BIN", programs)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("sh starts");
        let pipe = script.stdin.take().expect("piped");
        let mut said = String::new();
        BufReader::new(script.stdout.take().expect("piped"))
            .read_line(&mut said)
            .expect("readable");
        assert_eq!(
            said,
            "ready\n",
            "PostgreSQL did not start; see {0}.log and {0}/server.log",
            folder.display()
        );
        Server {
            folder,
            _pipe: pipe,
            _script: script,
        }
    })
}

/// Where Debian puts the newest server's programs.
pub(crate) fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|version| {
            let number = version.file_name().to_str()?.parse().ok()?;
            Some((number, version.path().join("bin")))
        })
        .filter(|(_, bin)| bin.join("initdb").exists())
        .collect();
    found.sort();
    match found.pop() {
        Some((_, bin)) => bin,
        None => panic!(
            "PostgreSQL is not installed, and the store is tested on it: run `apt-get install postgresql` \
             (the tests start a server of their own; none needs to run)"
        ),
    }
}
