//! `kill -9` at random moments: a process that writes is killed, and what it had acknowledged must be there.
//!
//! The process is this test binary again, asked for the one test that is [`writer`].

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use adyton_core::clock::Clock;
use adyton_core::id::AppId;
use adyton_core::secret::Secret;
use adyton_store::bootstrap::Bootstrap;
use adyton_store::{DataFolder, Settings, Store};

use crate::bench::{Place, new_app, secret};

const FOLDER: &str = "ADYTON_TEST_CRASH_FOLDER";
const URL: &str = "ADYTON_TEST_CRASH_URL";
const KEY: &str = "ADYTON_TEST_CRASH_KEY";
const ROUNDS: u32 = 20;

/// Not a test by itself: the process that is killed. Says `ack ID SECRET` after each write that was acknowledged.
#[tokio::test]
async fn writer() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let settings = Settings {
        database_url: std::env::var(URL).ok().map(Secret::new),
        master_key_file: std::env::var(KEY).ok().map(Into::into),
        ..Settings::default()
    };
    let folder = Arc::new(DataFolder::open(folder).unwrap());
    let store = Store::open(folder.clone(), settings, Clock::system())
        .await
        .unwrap();
    let project = Bootstrap::read(&folder).unwrap().unwrap().project.id;
    let mut out = std::io::stdout();
    for number in 0.. {
        let mut new = new_app(project, &format!("{}/{number}", std::process::id()));
        new.secret = Some(secret(&format!("secret{number}")));
        let app = store.apps().create(new).await.unwrap().value;
        writeln!(out, "ack {} secret{number}", app.id).unwrap();
        out.flush().unwrap();
    }
}

pub(crate) fn start_writer(place: &Place) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["crash::writer", "--exact", "--nocapture", "--test-threads=1"])
        .env(FOLDER, place.folder("data"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    if let Some(url) = &place.settings.database_url {
        command.env(URL, url.expose());
    }
    if let Some(key) = &place.settings.master_key_file {
        command.env(KEY, key);
    }
    command.spawn().unwrap()
}

/// When a writer is killed.
#[derive(Clone, Copy)]
enum Kill {
    /// So long after it was started, whatever it has come to.
    After(Duration),
    /// Once it has acknowledged this many writes.
    Writing(usize),
}

/// Kills the writer, and gives what it had acknowledged.
fn kill(mut writer: Child, when: Kill) -> Vec<(AppId, String)> {
    if let Kill::After(span) = when {
        #[expect(
            clippy::disallowed_methods,
            reason = "the moment of the kill is what the test varies"
        )]
        std::thread::sleep(span);
        writer.kill().unwrap();
    }
    let mut acknowledged = Vec::new();
    let mut lines = BufReader::new(writer.stdout.take().unwrap());
    let mut line = String::new();
    while lines.read_line(&mut line).unwrap() > 0 {
        // A line without its end was cut off: it was not said.
        if let Some(said) = line.strip_suffix('\n').and_then(|line| line.split_once("ack "))
            && let Some((id, secret)) = said.1.split_once(' ')
        {
            acknowledged.push((id.parse().unwrap(), secret.to_owned()));
        }
        line.clear();
        if let Kill::Writing(writes) = when
            && acknowledged.len() == writes
        {
            writer.kill().unwrap();
        }
    }
    writer.wait().unwrap();
    acknowledged
}

/// Kills a writer many times, the first few times during the first start, and finds everything in the end.
pub(crate) async fn kill_many_times(place: Place) {
    let mut acknowledged = Vec::new();
    for round in 0..ROUNDS {
        let mut random = [0; 2];
        getrandom::fill(&mut random).unwrap();
        // First starts take a few hundred milliseconds in a debug build, later ones half of that.
        let span = if round < 6 { 300 } else { 700 };
        let random = u16::from_le_bytes(random);
        let when = match round % 5 {
            // However busy the machine is, some are killed while they write.
            4 => Kill::Writing(1 + usize::from(random % 50)),
            _ => Kill::After(Duration::from_millis(u64::from(random) % span)),
        };
        let writer = start_writer(&place);
        let round = tokio::task::spawn_blocking(move || kill(writer, when));
        acknowledged.extend(round.await.unwrap());
    }
    assert!(!acknowledged.is_empty(), "no round came to write");
    let store = place.open("data").await.expect("it must start after every kill");
    let live = store.load_live().await.unwrap();
    for (id, secret) in &acknowledged {
        let app = live
            .app(*id)
            .unwrap_or_else(|| panic!("{id} was acknowledged and is lost"));
        assert_eq!(app.secret.expose(), secret);
    }
    let file = std::fs::read(place.folder("data").join("bootstrap.json")).unwrap();
    let first: Bootstrap = serde_json::from_slice(&file).unwrap();
    assert_eq!(store.domains().list().await.unwrap().len(), 1);
    assert_eq!(
        live.access_key(first.access_key.as_str())
            .unwrap()
            .secret
            .expose(),
        &first.secret_key
    );
}
