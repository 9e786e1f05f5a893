//! Processes that a graph has taken over: what they do on their sockets costs their model alone.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::ffi::OsString;
use std::io::{Read as _, Write as _};

use super::*;
use crate::onnx::library::WhyBuiltin;
use crate::onnx::load_into::LoadInto;

const LONG: Duration = Duration::from_secs(60);

fn connection() -> (RunConnection, UnixStream) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    ours.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
    ours.set_write_timeout(Some(Duration::from_millis(5))).unwrap();
    let connection = RunConnection {
        at: 0,
        socket: ours,
        number: 1,
    };
    (connection, theirs)
}

/// Starts a shell in place of a process that loads the model.
fn started(script: &str, time: Duration) -> Result<IsolatedModel, String> {
    let isolation = Isolation {
        into: LoadInto::Sandbox,
        child: ["/bin/sh", "-c", script].map(OsString::from).to_vec(),
        memory: 1 << 30,
        stack: 8 << 20,
    };
    let builtin = Choice::Builtin {
        reason: WhyBuiltin::Chosen,
    };
    let nowhere = Path::new("/nowhere");
    IsolatedModel::start(&isolation, &builtin, nowhere, "m.onnx", time, &Ending::new())
}

#[test]
fn a_process_that_does_not_listen_keeps_nobody_waiting() {
    let (control, _deaf) = UnixStream::pair().unwrap();
    control.set_write_timeout(Some(LONG)).unwrap();
    let mut after = control.try_clone().unwrap();
    let process = ModelProcess {
        id: None,
        control: Mutex::new(control),
        handle: None,
        end: Mutex::default(),
        ended: Condvar::new(),
    };
    let begin = Instant::now();
    for number in 0..10_000 {
        process.end_run(0, number);
    }
    assert!(begin.elapsed() < LONG / 2, "{:?}", begin.elapsed());
    assert_eq!(after.read(&mut [0]).unwrap(), 0, "it is ended");
}

#[test]
fn an_answer_of_nonsense_is_an_error_of_its_run() {
    let good = postcard::to_stdvec(&Ok::<Vec<Value>, RunError>(Vec::new())).unwrap();
    let framed = |content: &[u8]| [&(content.len() as u64).to_le_bytes(), content].concat();
    let said = |bytes: Vec<u8>| {
        let (mut connection, mut theirs) = connection();
        let hostile = thread::spawn(move || {
            let read = frames::read(&theirs, frames::LONGEST, |_| Ok::<_, io::Error>(()), || true);
            read.unwrap().unwrap();
            theirs.write_all(&bytes).unwrap();
        });
        let answered = connection.run(&[], 0, &Ending::new());
        hostile.join().unwrap();
        answered
    };
    assert_eq!(said(framed(&good)).unwrap(), Some(Ok(Vec::new())));
    assert_eq!(said(Vec::new()).unwrap(), None);
    for bytes in [
        b"HTTP/1.1 200 OK\r\n\r\n".to_vec(),
        u64::MAX.to_le_bytes().to_vec(),
        framed(b""),
        framed(&[0, 1, 0]),
        framed(&[7; 5_000]),
        framed(&good)[..9].to_vec(),
    ] {
        assert!(said(bytes.clone()).is_err(), "{bytes:?}");
    }
}

#[test]
fn whoever_answers_a_byte_at_a_time_is_given_up_once_the_run_is_over() {
    let (mut connection, mut theirs) = connection();
    let ending = Ending::new();
    ending.end();
    let hostile = thread::spawn(move || {
        theirs.write_all(&(1_u64 << 20).to_le_bytes()).unwrap();
        // Never silent, and never done.
        while theirs.write_all(&[0]).is_ok() {
            thread::park_timeout(Duration::from_micros(100));
        }
    });
    let over = connection.run_within(&[], 0, &ending, Duration::from_millis(50));
    assert!(is_pause(&over.unwrap_err()));
    drop(connection);
    hostile.join().unwrap();
}

#[test]
fn what_a_process_says_of_its_model_is_looked_at() {
    let ready = |axes: &str, runtime: &str| {
        let ports =
            format!(r#"{{"inputs":[{{"name":"x","element":"Float32","axes":{axes}}}],"outputs":["y"]}}"#);
        let line = format!(r#"{{"loaded":"ready","ports":{ports},"runtime":"{runtime}"}}"#);
        started(&format!("read line; echo '{line}' >&0; sleep 20"), LONG)
    };
    let few = ready(r#"[{"Fixed":2}]"#, &"long ".repeat(900)).unwrap();
    assert!(few.runtime().len() < 600);
    let axes = vec![r#"{"Fixed":1}"#; crate::onnx::signature::MOST_AXES + 1];
    let many = ready(&format!("[{}]", axes.join(",")), "").unwrap_err();
    assert!(many.contains("no process for the model"), "{many}");
    let refused = r#"read line; printf '{"loaded":"refused","cause":"%100000d"}\n' 1 >&0"#;
    let said = started(refused, LONG).unwrap_err();
    assert_eq!(said.chars().count(), 4_001);
    let nonsense = started("read line; echo '{}' >&0", LONG).unwrap_err();
    assert!(nonsense.contains("no process for the model"), "{nonsense}");
}

#[test]
fn whoever_says_a_byte_at_a_time_that_it_is_ready_has_no_more_time_than_others() {
    let script = "read line; while printf x >&0; do sleep 0.02; done";
    let late = started(script, Duration::from_millis(300)).unwrap_err();
    assert!(late.contains("the model was not loaded after"), "{late}");
}
