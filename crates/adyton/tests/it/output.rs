//! What scripts rely on: with `--json` one document on standard output, whatever happens.

use serde_json::Value;

use crate::harness::{Place, Ran};

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
    place.write("adyton.toml", "[gateway]\nthreads = 0\n");
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
