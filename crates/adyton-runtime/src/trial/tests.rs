//! Trials with children that crash in every way that is known.

#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;
use crate::onnx::library::WhyBuiltin;
use crate::project_gate::ProjectGate;

const PACKAGE: Sha256 = Sha256::from_bytes([7; 32]);

fn wish(generation: u64) -> LoadRequest {
    LoadRequest {
        service: ServiceId::from_bits(1),
        generation,
    }
}

fn builtin() -> Choice {
    Choice::Builtin {
        reason: WhyBuiltin::Chosen,
    }
}

/// Trials by a shell that does `script` instead of loading anything.
fn trials(folder: &Path, script: &str) -> Trials {
    let child = ["/bin/sh", "-c", script].map(OsString::from).to_vec();
    Trials::open(TrialSettings {
        time: Duration::from_secs(20),
        ..TrialSettings::new(child, folder.join("trials"))
    })
}

fn clear(trials: &Trials, generation: u64, time: Duration) -> Result<Loading<'_>, String> {
    let subject = Subject {
        folder: Path::new("/nowhere"),
        file: "m.onnx",
        apis: &[],
    };
    trials
        .clear(
            &builtin(),
            PACKAGE,
            subject,
            wish(generation),
            TrialLimits {
                time,
                ending: &Ending::new(),
                permit: &ProjectPermit::alone(),
            },
        )
        .map_err(|problem| problem.to_string())
}

const LONG: Duration = Duration::from_secs(20);
/// Reads the order, notes that it ran, and answers over the socket.
const GOOD: &str = r#"read line; echo run >> "$0"; echo '{"found":"answers"}' >&0; sleep 20"#;

fn script(folder: &Path, what: &str) -> String {
    what.replace("\"$0\"", &format!("'{}'", folder.join("runs").display()))
}

fn runs(folder: &Path) -> usize {
    std::fs::read_to_string(folder.join("runs"))
        .unwrap_or_default()
        .lines()
        .count()
}

#[test]
fn who_came_through_is_not_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let child = script(folder.path(), GOOD);
    drop(clear(&trials(folder.path(), &child), 1, LONG).unwrap());
    drop(clear(&trials(folder.path(), &child), 2, LONG).unwrap());
    assert_eq!(runs(folder.path()), 1);
}

#[test]
fn who_died_is_tried_again_for_another_wish_only() {
    let folder = tempfile::tempdir().unwrap();
    let child = script(folder.path(), r#"read line; echo run >> "$0"; kill -SEGV $$"#);
    let said = clear(&trials(folder.path(), &child), 1, LONG).unwrap_err();
    assert_eq!(
        said,
        "model/m.onnx: the runtime crashed with signal 11 (SIGSEGV) while it was tried in a process of its own"
    );
    let again = clear(&trials(folder.path(), &child), 1, LONG).unwrap_err();
    assert!(
        again.starts_with(&said) && again.contains("restart the service to retry"),
        "{again}"
    );
    assert_eq!(runs(folder.path()), 1);
    clear(&trials(folder.path(), &child), 2, LONG).unwrap_err();
    assert_eq!(runs(folder.path()), 2);
    // The first wish is still remembered.
    clear(&trials(folder.path(), &child), 1, LONG).unwrap_err();
    assert_eq!(runs(folder.path()), 2);
}

#[test]
fn what_happened_to_the_child_is_said_in_words() {
    let cases = [
        (
            "echo 'memory allocation of 9 bytes failed' >&2; kill -ABRT $$",
            "ran out of memory",
        ),
        (
            "echo \"thread 'trial' has overflowed its stack\" >&2; kill -ABRT $$",
            "ran out of stack",
        ),
        ("kill -ABRT $$", "crashed with signal 6 (SIGABRT)"),
        ("kill -KILL $$", "was killed (signal 9)"),
        ("exit 3", "ended with exit code 3"),
        (
            r#"read line; echo '{"found":"out_of_memory","cause":"Failed to allocate memory for requested buffer"}' >&0; sleep 9"#,
            "ran out of memory",
        ),
        (
            r#"read line; echo '{"found":"refused","cause":"no such operator"}' >&0; sleep 9"#,
            "no such operator",
        ),
    ];
    for (script, expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        let said = clear(&trials(folder.path(), script), 1, LONG).unwrap_err();
        assert!(said.contains(expected), "{script}: {said}");
    }
}

#[test]
fn a_trial_ends_with_its_time_and_with_who_wanted_it() {
    let folder = tempfile::tempdir().unwrap();
    let endless = trials(folder.path(), "read line; sleep 1000");
    let said = clear(&endless, 1, Duration::from_millis(10)).unwrap_err();
    assert!(said.contains("had not answered once after 0 s"), "{said}");
    let (ending, subject) = (
        Ending::new(),
        Subject {
            folder: Path::new("/nowhere"),
            file: "m.onnx",
            apis: &[],
        },
    );
    ending.end();
    let turn = TrialLimits {
        time: LONG,
        ending: &ending,
        permit: &ProjectPermit::alone(),
    };
    let ended = endless.clear(&builtin(), PACKAGE, subject, wish(2), turn);
    assert_eq!(ended.unwrap_err(), TrialError::Ended);
}

#[test]
fn a_model_that_takes_the_server_along_is_tried_once_more_and_then_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let child = script(folder.path(), GOOD);
    for tries in 1..=2 {
        // The server dies: the mark stays.
        #[expect(clippy::disallowed_methods, reason = "as if the process had been killed")]
        std::mem::forget(clear(&trials(folder.path(), &child), 1, LONG).unwrap());
        assert_eq!(runs(folder.path()), tries);
    }
    let said = clear(&trials(folder.path(), &child), 1, LONG).unwrap_err();
    assert!(
        said.contains("the server died 2 times while it loaded the model"),
        "{said}"
    );
    // Somebody starts the service again, and this time it loads.
    drop(clear(&trials(folder.path(), &child), 2, LONG).unwrap());
    drop(clear(&trials(folder.path(), &child), 2, LONG).unwrap());
    assert_eq!(runs(folder.path()), 3);
}

#[test]
fn a_child_that_cannot_be_started_is_this_machines_fault_and_not_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let missing = Trials::open(TrialSettings::new(
        vec!["/nowhere/adyton".into()],
        folder.path().join("trials"),
    ));
    let said = clear(&missing, 1, LONG).unwrap_err();
    assert!(said.starts_with("the model cannot be tried: "), "{said}");
    let child = script(folder.path(), GOOD);
    drop(clear(&trials(folder.path(), &child), 1, LONG).unwrap());
}

/// Others wait, and the slow have no room: what was begun ends at once, and begins anew as soon as there is some.
#[tokio::test]
async fn a_trial_that_has_had_its_turn_makes_room_and_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    // The first run takes for ever, the second one answers.
    let child = script(
        folder.path(),
        r#"read line; echo run >> "$0"; [ $(wc -l < "$0") = 1 ] && sleep 1000; echo '{"found":"answers"}' >&0; sleep 20"#,
    );
    let trials = trials(folder.path(), &child);
    let project = |number| adyton_core::id::ProjectId::from_bits(number);
    let gate = std::sync::Arc::new(ProjectGate::with_turn(1, 1, Duration::ZERO));
    let slow = gate.enter(project(1)).await.unwrap();
    assert!(slow.may_go_on());
    let second = gate.enter(project(2)).await.unwrap();
    let imports = std::thread::spawn(move || {
        let subject = Subject {
            folder: Path::new("/nowhere"),
            file: "m.onnx",
            apis: &[],
        };
        trials.import(&builtin(), subject, &second)
    });
    // One that is ended before it has noted itself would leave the endless run to its successor.
    let noted = async {
        while runs(folder.path()) == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(LONG, noted).await.unwrap();
    // Somebody else gets its place, although it takes for ever.
    let third = tokio::time::timeout(LONG, gate.enter(project(3))).await;
    drop(third.unwrap().unwrap());
    drop(slow);
    assert_eq!(imports.join().unwrap().unwrap(), Found::Answers);
    assert!(runs(folder.path()) >= 2);
}

/// Whoever waits for the end of a process that waits itself holds a slot for ever.
#[test]
fn a_child_that_says_too_much_or_stays_when_it_has_nothing_to_say_ends_within_seconds() {
    for (script, expected) in [
        (
            "head -c 200000 /dev/zero >&0; sleep 1000",
            "said more than 65536 bytes",
        ),
        ("exec <&-; sleep 1000", "was killed (signal 9)"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let begin = std::time::Instant::now();
        let said = clear(&trials(folder.path(), script), 1, Duration::from_secs(600)).unwrap_err();
        assert!(said.contains(expected), "{script}: {said}");
        assert!(begin.elapsed() < Duration::from_secs(60), "{:?}", begin.elapsed());
    }
}

#[test]
fn of_what_a_runtime_says_so_much_is_told() {
    let found = Found::Refused {
        cause: "é".repeat(100_000),
    };
    let Found::Refused { cause } = found.shortened() else {
        panic!("another kind");
    };
    assert_eq!(cause.chars().count(), 4_001);
    let short = Found::NoAnswer {
        cause: "no".to_owned(),
    };
    assert_eq!(short.clone().shortened(), short);
}

/// What a graph that has taken its child over may do: say nothing that is an answer, or say it a byte at a time, or leave others
/// behind that hold what the child wrote to.
#[test]
fn a_child_that_was_taken_over_costs_its_trial_alone() {
    let folder = tempfile::tempdir().unwrap();
    let said = |child: &str, time: Duration| {
        clear(&trials(folder.path(), &script(folder.path(), child)), 1, time).map(drop)
    };
    let nonsense = said("read line; echo nonsense >&0; sleep 20", LONG).unwrap_err();
    assert!(nonsense.contains("did not say what came of it"), "{nonsense}");
    std::fs::remove_dir_all(folder.path().join("trials")).unwrap();
    let slow = "read line; while printf x >&0; do sleep 0.02; done";
    let late = said(slow, Duration::from_millis(300)).unwrap_err();
    assert!(late.contains("had not answered once after"), "{late}");
    std::fs::remove_dir_all(folder.path().join("trials")).unwrap();
    let wordy = r#"read line; printf '{"found":"refused","cause":"%60000d"}\n' 1 >&0"#;
    let refused = said(wordy, LONG).unwrap_err();
    assert_eq!(refused.chars().count(), 4_001);
    let begin = std::time::Instant::now();
    let left_behind =
        r#"read line; setsid sleep 60 & echo $! >> "$0"; echo '{"found":"answers"}' >&0; sleep 20"#;
    assert_eq!(said(left_behind, LONG), Ok(()));
    assert!(begin.elapsed() < Duration::from_secs(30));
    let left = std::fs::read_to_string(folder.path().join("runs")).unwrap();
    let left = rustix::process::Pid::from_raw(left.trim().parse().unwrap()).unwrap();
    // Whoever left the group is not ended with it; this test ends it.
    let _ = rustix::process::kill_process(left, rustix::process::Signal::KILL);
}
