//! Settings that are wrong, and what the files of a data folder look like.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;

use adyton_core::secret::Secret;
use adyton_store::{OpenError, Settings};

use crate::bench::Place;
use crate::crash;

#[tokio::test]
async fn wrong_settings_name_their_key_and_the_fix() {
    let cases = [
        (
            Some("mysql://root@localhost/x"),
            "`database_url` must begin with postgres://",
        ),
        (
            Some("postgres://u:hunter2@localhost/x"),
            "`master_key_file` is required with a PostgreSQL",
        ),
    ];
    for (url, expected) in cases {
        let mut place = Place::sqlite().await;
        place.settings = Settings {
            database_url: url.map(|url| Secret::new(url.to_owned())),
            master_key_file: None,
            ..Settings::default()
        };
        let refused = place.open("data").await.err().expect("must be refused");
        assert!(matches!(refused, OpenError::Setting { .. }), "{refused}");
        let message = refused.to_string();
        assert!(
            message.contains(expected) && !message.contains("hunter2"),
            "{message}"
        );
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_without_its_password() {
    let mut place = Place::sqlite().await;
    let key = place.root.path().join("key");
    std::fs::write(&key, "11".repeat(32)).unwrap();
    place.settings = Settings {
        // Port 1 is nobody's.
        database_url: Some(Secret::new("postgres://u:hunter2@127.0.0.1:1/x".into())),
        master_key_file: Some(key),
        ..Settings::default()
    };
    let message = place
        .open("data")
        .await
        .err()
        .expect("must be refused")
        .to_string();
    assert!(
        message.contains("127.0.0.1:1/x") && !message.contains("hunter2"),
        "{message}"
    );
}

#[tokio::test]
async fn all_files_are_their_owners_alone() {
    let bench = Place::sqlite().await.bench().await;
    bench.app("a").await;
    let mut names = Vec::new();
    for entry in std::fs::read_dir(bench.folder()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", entry.path().display());
        names.push(entry.file_name().into_string().unwrap());
    }
    for wanted in [
        "adyton.db",
        "adyton.db-wal",
        "adyton.lock",
        "bootstrap.json",
        "master.key",
    ] {
        assert!(
            names.iter().any(|name| name == wanted),
            "{wanted} is missing from {names:?}"
        );
    }
}

#[tokio::test]
async fn another_process_that_holds_the_folder_is_named() {
    let place = Place::sqlite().await;
    let mut other = crash::start_writer(&place);
    let pid = other.id();
    let mut lines = BufReader::new(other.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("ack ") {
        line.clear();
        assert!(
            lines.read_line(&mut line).unwrap() > 0,
            "the other process must come to write"
        );
    }
    let message = place
        .open("data")
        .await
        .err()
        .expect("must be refused")
        .to_string();
    other.kill().unwrap();
    other.wait().unwrap();
    assert!(message.contains(&format!("in use by process {pid}")), "{message}");
    // The lock went with the process.
    place.open("data").await.unwrap();
}
