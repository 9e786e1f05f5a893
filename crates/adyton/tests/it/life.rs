//! How a server starts and ends: the ready file, the lock, taken ports, signals.

use std::net::TcpListener;
use std::os::unix::net::UnixDatagram;

use expect_test::expect;
use rustix::process::Signal;

use crate::harness::{Place, filtered};

#[test]
fn ready_means_that_both_listeners_answer() {
    let place = Place::new();
    let mut server = place.serve(&[]);
    for field in ["gateway_url", "control_url", "project_id", "version"] {
        assert!(
            server.ready[field].is_string(),
            "{field} is missing: {}",
            server.ready
        );
    }
    assert!(server.ready["pid"].is_number());
    for which in ["gateway_url", "control_url"] {
        let url = server.url(which);
        std::net::TcpStream::connect(url.trim_start_matches("http://")).unwrap();
    }
    server.signal(Signal::TERM);
    assert_eq!(server.ended(), 0, "{}", server.log());
    assert!(
        !place.data().join("ready.json").exists(),
        "a server that has ended is not found any more"
    );
}

#[test]
fn interrupt_ends_it_too_and_it_starts_again() {
    let place = Place::new();
    let mut server = place.serve(&[]);
    let first = server.ready["project_id"].clone();
    server.signal(Signal::INT);
    assert_eq!(server.ended(), 0, "{}", server.log());
    drop(server);
    let server = place.serve(&[]);
    assert_eq!(server.ready["project_id"], first);
}

#[test]
fn a_data_folder_in_use_is_wrong_use() {
    let place = Place::new();
    let _server = place.serve(&[]);
    place.check(&["serve", "--gateway", "127.0.0.1:0", "--control", "127.0.0.1:0"], expect![[r#"
        exit 2
        --- stderr
        error: the data folder [folder]/adyton-data is in use by process [pid]: stop that server, or start this one with another --data folder
    "#]]);
}

#[test]
fn a_port_in_use_is_wrong_use_and_its_holder_is_named() {
    let place = Place::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let gateway = place.run(&["serve", "--gateway", &address, "--control", "127.0.0.1:0"]);
    assert_eq!(gateway.code, 2, "{}", gateway.stderr);
    let said = gateway
        .stderr
        .lines()
        .find(|line| line.starts_with("error:"))
        .unwrap_or_default();
    assert!(
        said.contains(&address) && said.contains(&format!("pid {}", std::process::id())),
        "{}",
        gateway.stderr
    );
    let control = place.run(&["serve", "--gateway", "127.0.0.1:0", "--control", &address]);
    assert_eq!(control.code, 2, "{}", control.stderr);
    let said = control
        .stderr
        .lines()
        .find(|line| line.starts_with("error:"))
        .unwrap_or_default();
    assert!(
        said.contains(&address) && said.contains("--control"),
        "{}",
        control.stderr
    );
    assert!(
        !place.data().exists(),
        "nothing is left of a first start that failed"
    );
}

#[test]
fn a_ready_file_that_cannot_be_written_ends_the_start() {
    let place = Place::new();
    let ran = place.run(&[
        "serve",
        "--gateway",
        "127.0.0.1:0",
        "--control",
        "127.0.0.1:0",
        "--ready-file",
        "no/such/folder",
    ]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("no/such/folder"), "{}", ran.stderr);
}

/// What a service manager has heard so far, one message a line, without when and where.
fn heard(socket: &UnixDatagram) -> String {
    let mut all = String::new();
    let mut space = [0; 1024];
    socket.set_nonblocking(true).unwrap();
    while let Ok(length) = socket.recv(&mut space) {
        let message = String::from_utf8_lossy(&space[..length]);
        let lines = message.split('\n').map(|line| match line.split_once('=') {
            Some(("MONOTONIC_USEC", since)) => {
                assert!(since.parse::<u64>().is_ok_and(|since| since > 0), "{line}");
                "MONOTONIC_USEC=[n]".to_owned()
            }
            _ => filtered(line),
        });
        all.push_str(&format!("{}\n", lines.collect::<Vec<_>>().join(" ")));
    }
    all
}

#[test]
fn hang_up_reloads_and_says_what_needs_a_restart() {
    let place = Place::new();
    let manager = UnixDatagram::bind(place.path().join("notify")).unwrap();
    let notify = place.path().join("notify").display().to_string();
    let place = place.with("NOTIFY_SOCKET", &notify);
    place.write("adyton.toml", "[log]\nfilter = 'info'\n");
    let mut server = place.serve(&[]);
    place.write(
        "adyton.toml",
        "[log]\nfilter = 'debug'\n[throttle]\ndefault_per_second = 7\n[gateway]\nupstream_idle = 3\n[control]\nsign_ins = 9\n",
    );
    server.signal(Signal::HUP);
    server.logs("configuration reloaded");
    let log = server.log();
    assert!(log.contains("changed=4 applied=2"), "{log}");
    assert!(
        log.contains("gateway.upstream_idle")
            && log.contains("control.sign_ins")
            && !log.contains("throttle.default_per_second"),
        "{log}"
    );
    place.write("adyton.toml", "[log]\nfilter = 'loud'\n");
    server.signal(Signal::HUP);
    server.logs("keeping the current configuration");
    server.signal(Signal::TERM);
    assert_eq!(server.ended(), 0, "{}", server.log());
    expect![[r#"
        STATUS=starting: opening the database, and bringing it to this version's schema
        READY=1 STATUS=serving: gateway at http://127.0.0.1:[port], control listener at http://127.0.0.1:[port]
        RELOADING=1 MONOTONIC_USEC=[n] STATUS=reading the configuration again
        READY=1 STATUS=serving: gateway at http://127.0.0.1:[port], control listener at http://127.0.0.1:[port]; configuration reloaded, changes applied: 2, to be applied by a restart: gateway.upstream_idle, control.sign_ins
        RELOADING=1 MONOTONIC_USEC=[n] STATUS=reading the configuration again
        READY=1 STATUS=serving: gateway at http://127.0.0.1:[port], control listener at http://127.0.0.1:[port]; reload failed, the former configuration is kept: adyton.toml:2: `log.filter`: the value `loud` is not a level
        STOPPING=1 EXTEND_TIMEOUT_USEC=80000000 STATUS=stopping: calls in flight have 30 s to finish
    "#]]
    .assert_eq(&heard(&manager));
}

#[test]
fn logs_can_be_json_and_hold_no_secrets() {
    let place = Place::new()
        .with("ADYTON_LOG__FORMAT", "json")
        .with("ADYTON_LOG__FILTER", "debug");
    let mut server = place.serve(&[]);
    let bootstrap: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(place.data().join("bootstrap.json")).unwrap()).unwrap();
    assert_eq!(place.run(&["whoami"]).code, 0);
    server.signal(Signal::TERM);
    assert_eq!(server.ended(), 0, "{}", server.log());
    let log = server.log();
    for line in log.lines() {
        let line: serde_json::Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(line["level"].is_string());
    }
    for secret in ["password", "secret_key"] {
        assert!(
            !log.contains(bootstrap[secret].as_str().unwrap()),
            "the log holds the {secret}"
        );
    }
}
