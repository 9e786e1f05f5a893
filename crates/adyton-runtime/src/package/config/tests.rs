//! Each case is a `config.json` and what is said of it.
#![allow(clippy::unwrap_used, reason = "tests")]

use expect_test::{Expect, expect};

use super::*;

fn read(text: &str) -> Result<ModelSpec, ImportError> {
    check(parse(text.as_bytes())?, |asked| {
        Ok(match asked {
            Asked::Onnx => Engine::Onnx {
                file: "model.onnx".to_owned(),
            },
            Asked::Command(command) => Engine::Command { command },
        })
    })
}

fn refused(text: &str, expected: Expect) {
    expected.assert_eq(&read(text).unwrap_err().to_string());
}

/// A document that is right but for `field`.
fn with(field: &str) -> String {
    let mut fields = vec![r#""model_algorithm":"a""#.to_owned()];
    if !field.contains("\"model_type\"") {
        fields.push(r#""model_type":"Command""#.to_owned());
    }
    if !field.contains("\"command\"") && !field.contains("\"comand\"") {
        fields.push(r#""command":["run"]"#.to_owned());
    }
    format!("{{{},{field}}}", fields.join(","))
}

#[test]
fn a_whole_document_is_read() {
    let spec = read(
        r#"{"model_type":"Command","model_algorithm":"text_generation","command":"python3 'serve me.py' --quiet",
            "runtime":"python3.11","metrics":{"f1":0.5},"dependencies":[{"installer":"pip"}],
            "apis":[{"url":"/predictions/poetry","method":"post","request":{"Content-type":"applicaton/json"}},{"method":"GET"}],
            "health":{"url":"/health","protocol":"http","initial_delay_seconds":"1.5","timeout_seconds":3}}"#,
    )
    .unwrap();
    assert_eq!(
        spec.engine,
        Engine::Command {
            command: ["python3", "serve me.py", "--quiet"].map(str::to_owned).to_vec()
        }
    );
    assert_eq!(
        (spec.apis[0].url.as_str(), spec.apis[0].method.as_str()),
        ("/predictions/poetry", "POST")
    );
    assert_eq!(
        (spec.apis[1].url.as_str(), spec.apis[1].method.as_str()),
        ("/", "GET")
    );
    let health = spec.health.unwrap();
    assert_eq!(
        (health.url.as_str(), health.initial_delay_ms, health.timeout_ms),
        ("/health", 1_500, 3_000)
    );
    let plain = read("\u{feff}{\"model_type\":\"ONNX\",\"model_algorithm\":\"predict_analysis\"}").unwrap();
    assert_eq!((plain.apis.len(), plain.apis[0].url.as_str()), (1, "/"));
}

/// A kind of engine that is listed as one that runs has its own way of being read: none is taken for another.
#[test]
fn every_runnable_engine_is_read_as_itself() {
    for kind in EngineKind::ALL {
        let spec = read(&with(&format!(r#""model_type":"{}""#, kind.name()))).unwrap();
        assert_eq!(spec.engine.kind(), kind);
    }
    for (name, _) in OTHERS {
        assert_eq!(
            EngineKind::parse(name),
            None,
            "{name} runs, so it is none of the others"
        );
        let refusal = read(&with(&format!(r#""model_type":"{name}""#)))
            .unwrap_err()
            .to_string();
        for kind in EngineKind::ALL {
            assert!(refusal.contains(kind.name()), "{refusal}");
        }
    }
}

#[test]
fn syntax_is_refused_with_line_and_column() {
    refused(
        "{\n  \"model_type\": ONNX\n}",
        expect!["model/config.json: line 2, column 17: not valid JSON: expected value"],
    );
    refused(
        "",
        expect!["model/config.json: line 1, column 0: not valid JSON: EOF while parsing a value"],
    );
    refused(
        "[]",
        expect!["model/config.json: must be an object; got a list; begin with {"],
    );
}

#[test]
fn engines_are_named_exactly() {
    refused(
        "{}",
        expect![[r#"model/config.json: model_type: is missing; write "ONNX" or "Command""#]],
    );
    refused(
        r#"{"model_type":"Onnx"}"#,
        expect![[
            r#"model/config.json: model_type: unknown engine "Onnx"; known are ONNX, Command, TensorFlow, PyTorch, MindSpore, XGBoost, Scikit_Learn, MXNet, Caffe, Spark_MLlib, Image, Upstream; did you mean "ONNX"?"#
        ]],
    );
    refused(
        r#"{"model_type":"TensorFlow"}"#,
        expect![[
            r#"model/config.json: model_type: the engine "TensorFlow" cannot be run by this version, which runs "ONNX" or "Command"; convert the model to ONNX (`tf2onnx`), or serve it with a program of your own (`Command`)"#
        ]],
    );
    refused(
        r#"{"model_type":7}"#,
        expect!["model/config.json: model_type: must be a string; got 7; put it in quotes"],
    );
    refused(
        r#"{"model_type":"ONNX","model_algoritm":"a"}"#,
        expect![
            "model/config.json: model_algorithm: is missing; rename `model_algoritm` to `model_algorithm`"
        ],
    );
    refused(
        r#"{"model_type":"ONNX","model_algorithm":"1st"}"#,
        expect![[
            r#"model/config.json: model_algorithm: must start with a letter; got "1st"; write a label such as "image_classification", "object_detection" or "predict_analysis""#
        ]],
    );
}

#[test]
fn paths_are_kept_decoded_because_requests_are_compared_decoded() {
    let spec = read(&with(r#""apis":[{"url":"/with%20space/gr%C3%BC%C3%9Fe"}]"#)).unwrap();
    assert_eq!(spec.apis[0].url, "/with space/grüße");
    assert!(read(&with(r#""apis":[{"url":"/a%2"}]"#)).is_err());
    assert!(read(&with(r#""apis":[{"url":"/a/%2e%2E/b"}]"#)).is_err());
    assert!(read(&with(r#""apis":[{"url":"/a%00"}]"#)).is_err());
}

#[test]
fn apis_are_checked() {
    refused(
        &with(r#""apis":[{"url":"predict"}]"#),
        expect![[r#"model/config.json: apis[0].url: must start with "/"; got "predict"; write "/predict""#]],
    );
    refused(
        &with(r#""apis":[{"url":"/a"},{"url":"/a?x=1"}]"#),
        expect![[
            r##"model/config.json: apis[1].url: must be a path without "?" and "#"; got "/a?x=1"; callers add the query themselves"##
        ]],
    );
    refused(
        &with(r#""apis":[{"url":"/a/../b"}]"#),
        expect![[
            r#"model/config.json: apis[0].url: must have no empty, "." or ".." parts; got "/a/../b"; write the plain path"#
        ]],
    );
    refused(
        &with(r#""apis":[{"method":"psot"}]"#),
        expect![[r#"model/config.json: apis[0].method: unknown method; got "psot"; did you mean "POST"?"#]],
    );
    refused(
        &with(r#""apis":[{"url":"/a","method":"post"},{"url":"/a"}]"#),
        expect!["model/config.json: apis[1]: declares POST /a again, as apis[0] does; remove one of the two"],
    );
    refused(
        &with(r#""apis":{"url":"/a"}"#),
        expect![[r#"model/config.json: apis: must be a list; got an object; write [{"url": "/"}]"#]],
    );
}

#[test]
fn commands_and_health_are_checked() {
    refused(
        &with(r#""comand":["run"]"#),
        expect!["model/config.json: command: is missing; rename `comand` to `command`"],
    );
    refused(
        &with(r#""command":[]"#),
        expect![[
            r#"model/config.json: command: names no program; write the program and its arguments, for example ["python3", "serve.py"]"#
        ]],
    );
    refused(
        &with(r#""command":["run",8080]"#),
        expect!["model/config.json: command[1]: must be a string; got 8080; put it in quotes"],
    );
    refused(
        &with(r#""health":{"url":"health"}"#),
        expect![[
            r#"model/config.json: health.url: must be a path that starts with "/"; got "health"; write a path such as "/health""#
        ]],
    );
    refused(
        &with(r#""health":{"url":"/h","timeout_seconds":"soon"}"#),
        expect![[
            r#"model/config.json: health.timeout_seconds: must be a number of seconds from 0 to 3600; got "soon"; write for example "30""#
        ]],
    );
    refused(
        &with(r#""health":{"url":"/h","check_method":"EXEC"}"#),
        expect![[
            r#"model/config.json: health.check_method: only "HTTP" is possible; got "EXEC"; let the program answer a path, and name it in `url`"#
        ]],
    );
}

#[test]
fn slips_in_deciding_fields_are_refused_and_notes_are_not() {
    refused(
        r#"{"model_type":"ONNX","model_algorithm":"a","api":[{"url":"/a"}]}"#,
        expect!["model/config.json: api: unknown field; did you mean `apis`?"],
    );
    refused(
        &with(r#""helth":{"url":"/h"}"#),
        expect!["model/config.json: helth: unknown field; did you mean `health`?"],
    );
    refused(
        r#"{"model_type":"ONNX","model_algorithm":"a","comand":["run"]}"#,
        expect!["model/config.json: comand: unknown field; did you mean `command`?"],
    );
    for note in [
        r#""model_name":"m""#,
        r#""metrics":{"f1":1}"#,
        r#""swr_location":"x""#,
        r#""description":"x""#,
        r#""comment":"x""#,
        r#""liveness_health":{}"#,
        r#""author":"x""#,
        r#""version":"1""#,
        r#""tags":[]"#,
    ] {
        assert!(read(&with(note)).is_ok(), "{note}");
    }
}

#[test]
fn comments_commas_and_foreign_encodings_are_told_as_that() {
    refused(
        "{\n  // the engine\n  \"model_type\": \"ONNX\"\n}",
        expect![
            "model/config.json: line 2, column 3: not valid JSON: a comment, which JSON does not have; remove it"
        ],
    );
    refused(
        "{\"model_type\": \"ONNX\", /* mine */ \"model_algorithm\": \"a\"}",
        expect![
            "model/config.json: line 1, column 24: not valid JSON: a comment, which JSON does not have; remove it"
        ],
    );
    refused(
        "# mine\n{}",
        expect![
            "model/config.json: line 1, column 1: not valid JSON: a comment, which JSON does not have; remove it"
        ],
    );
    refused(
        "{\"apis\": [{},\n]}",
        expect![
            "model/config.json: line 2, column 1: not valid JSON: trailing comma; remove the comma before the closing bracket"
        ],
    );
    let wide: Vec<u8> = "\u{feff}{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let problem = parse(&wide).unwrap_err();
    expect!["model/config.json: is text in UTF-16; save the file as UTF-8"].assert_eq(&problem.to_string());
}

#[test]
fn what_is_not_used_is_named() {
    let spec = read(
        r#"{"model_type":"Command","model_algorithm":"a","command":["run"],"runtime":"python3.11","gpu":true,
            "resources":{"memory":1},"dependencies":[{"installer":"pip"}],"my_note":"x","swr_location":"","metrics":{},
            "apis":[{"url":"/v1/{project_id}/chat","protocol":"https"},{"url":"/v1/*"},{"url":"/v1/{rest+}"},{"url":"/v1*"}],
            "health":{"url":"/health","period_seconds":3},"readiness_health":{"url":"/ready"}}"#,
    )
    .unwrap();
    let mut notes = spec.notes;
    notes.sort();
    expect![[r#"
        apis[2].url: "/v1/{rest+}" has braces or `*` that are taken to the letter: only a whole part in braces, `{name}`, and a final `/*` stand for other paths
        apis[3].url: "/v1*" has braces or `*` that are taken to the letter: only a whole part in braces, `{name}`, and a final `/*` stand for other paths
        ignored: `apis[0].protocol`
        ignored: `dependencies` (nothing is installed; a program finds what is on this machine and in its package)
        ignored: `gpu` (models run on the processor)
        ignored: `health`
        ignored: `my_note`
        ignored: `resources` (the service's deployment decides)
        ignored: `runtime` (it is shown; programs run with what is on this machine)"#]]
    .assert_eq(&notes.join("\n"));
    let spec = read(r#"{"model_type":"ONNX","model_algorithm":"a","command":["run"],"health":{"url":"/"}}"#)
        .unwrap();
    let mut notes = spec.notes;
    notes.sort();
    assert_eq!(notes, ["ignored: `command`", "ignored: `health`"]);
    let many: String = (0..40).map(|at| format!(r#","extra_{at}":1"#)).collect();
    let spec = read(&format!(r#"{{"model_type":"ONNX","model_algorithm":"a"{many}}}"#)).unwrap();
    assert_eq!((spec.notes.len(), spec.notes[20].as_str()), (21, "and 20 more"));
}
