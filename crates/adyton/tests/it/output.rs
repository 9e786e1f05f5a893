//! What scripts rely on: with `--json` one document on standard output, whatever happens; streams that go on in order.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::UNIX_EPOCH;

use serde_json::Value;

use crate::harness::{Place, Ran, sample};

/// A program that answers whatever is asked with 400 and JSON, as models do.
const GRUMBLER: &str = r#"
import http.server, os
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self): self.say(200, b"{}")
    def do_POST(self): self.say(400, b'{"error":"text: a string is needed"}')
    def say(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *arguments): pass
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Answer).serve_forever()
"#;

fn document(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stdout))
}

#[test]
fn a_model_that_answers_an_error_gives_one_document() {
    let place = Place::new();
    let _server = place.serve(&[]);
    std::fs::create_dir_all(place.path().join("grumbler/model")).unwrap();
    place.write("grumbler/model/serve.py", GRUMBLER);
    place.write(
        "grumbler/model/config.json",
        r#"{"model_type":"Command","model_algorithm":"grumbler","command":["python3","serve.py"],"apis":[{"url":"/","method":"post"}]}"#,
    );
    place.json(&["model", "import", "grumbler"]);
    place.json(&["service", "deploy", "grumbler"]);
    let ran = place.run(&["predict", "grumbler", "--data", "{}", "--json"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert_eq!(document(&ran)["error"], "text: a string is needed");
    assert!(
        ran.stderr.contains("the model answered 400") && ran.stderr.contains("adyton explain"),
        "{}",
        ran.stderr
    );
    let ran = place.run(&["predict", "grumbler", "--data", "{}"]);
    assert_eq!(ran.stdout, r#"{"error":"text: a string is needed"}"#);
}

#[test]
fn a_doctor_who_finds_something_gives_one_document() {
    let place = Place::new();
    place.write("adyton.toml", "[gateway]\nthreds = 1\n");
    let ran = place.run(&["doctor", "--config", "adyton.toml", "--json"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let found = document(&ran);
    let wrong = |check: &&Value| check["verdict"] == "wrong";
    assert!(
        found["checks"]
            .as_array()
            .unwrap()
            .iter()
            .any(|check| wrong(&check)),
        "{found}"
    );
}

#[test]
fn following_shows_as_many_as_asked_for_and_then_only_what_is_new() {
    let place = Place::new();
    // More of a stranger's than are kept by default.
    let config = "[journal]\nstrangers_per_second = 1000\n";
    std::fs::write(place.path().join("adyton.toml"), config).unwrap();
    let server = place.serve(&["--config", "adyton.toml"]);
    place.json(&["model", "import", &sample("iris")]);
    let service = place.json(&["service", "deploy", "iris"]);
    let url = service["access_address"].as_str().unwrap();
    let call = || {
        let call = ureq::post(url).config().http_status_as_error(false).build();
        let answer = call.send("{}").unwrap();
        let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
        // An id begins with its millisecond; two of one millisecond have no order.
        let arrived = u128::from_str_radix(&id[..12], 16).unwrap();
        while UNIX_EPOCH.elapsed().unwrap().as_millis() <= arrived {
            std::hint::spin_loop();
        }
        id
    };
    // More than a page of them.
    let mut ids: Vec<String> = (0..130).map(|_| call()).collect();
    let all = |place: &Place| {
        place.json(&["requests", "-n", "200"])["requests"]
            .as_array()
            .unwrap()
            .len()
    };
    assert!(
        (0..100).any(|_| all(&place) == ids.len()),
        "all that were answered are recorded"
    );
    let mut child = place
        .command(&["requests", "--follow", "-n", "5", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = || {
        let line: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        line["id"].as_str().unwrap().to_owned()
    };
    let mut seen: Vec<String> = (0..5).map(|_| next()).collect();
    ids.extend((0..3).map(|_| call()));
    seen.extend((0..3).map(|_| next()));
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(seen, ids[ids.len() - 8..]);
    drop(server);
}
