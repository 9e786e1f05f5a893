//! Models are tried in a process of their own: the real child, on every runtime at hand.

use std::path::Path;
use std::time::Duration;

use adyton_runtime::onnx_models::Onnx;
use adyton_runtime::package::Source;
use adyton_runtime::trial::{TrialSettings, Trials};

use crate::first_run::{RED, colours};
use crate::graph::{self, FLOAT, INT64, node, port, untyped};
use crate::keeper::keeper;
use crate::place::{Place, runtimes};

const CONFIG: &[u8] = br#"{"model_type":"ONNX","model_algorithm":"a"}"#;

fn trying(onnx: &Onnx, folder: &Path, change: impl FnOnce(&mut TrialSettings)) -> Onnx {
    let mut settings = TrialSettings::new(keeper(), folder.join("trials"));
    settings.time = Duration::from_secs(60);
    change(&mut settings);
    onnx.clone().with_trials(Trials::open(settings))
}

fn import(place: &Place, onnx: &Onnx, model: &[u8]) -> Result<(), String> {
    let source = place.source(
        "source",
        &[("model/config.json", CONFIG), ("model/model.onnx", model)],
    );
    let imported = place.packages.import(Source::Folder(&source), None, onnx);
    imported.map(drop).map_err(|problem| problem.to_string())
}

#[test]
fn a_good_model_comes_through_and_a_broken_one_is_refused_in_the_runtimes_words() {
    for (runtime, onnx) in runtimes() {
        let place = Place::new();
        let onnx = trying(&onnx, place.folder.path(), |_| ());
        assert_eq!(import(&place, &onnx, &graph::iris()), Ok(()), "{runtime}");
        let said = import(&place, &onnx, b"this is no model").unwrap_err();
        assert!(said.starts_with("model/model.onnx: "), "{runtime}: {said}");
    }
}

/// The compiled-in runtime says in words of its own that it got no memory, and goes on: in the server it would get it.
#[test]
fn a_first_run_that_needs_more_memory_is_no_answer_that_may_come_later() {
    let square = graph::bytes(&graph::model(
        vec![port("x", FLOAT, &[8000])],
        vec![untyped("y")],
        vec![node(
            "Einsum",
            "",
            &["x", "x"],
            &["y"],
            vec![graph::text("equation", "a,b->ab")],
        )],
        Vec::new(),
    ));
    let place = Place::new();
    let onnx = trying(&Onnx::builtin(), place.folder.path(), |settings| {
        settings.memory = 128 << 20;
    });
    let said = import(&place, &onnx, &square).unwrap_err();
    assert!(said.contains("ran out of memory"), "{said}");
}

#[test]
fn a_model_that_needs_more_memory_than_it_may_have_is_refused_and_this_process_lives() {
    const MANY: usize = 48 << 20;
    let zeros = vec![0.0; MANY];
    let large = graph::bytes(&graph::model(
        vec![port("x", FLOAT, &[-1])],
        vec![port("y", FLOAT, &[-1])],
        vec![node("Add", "", &["x", "w"], &["y"], Vec::new())],
        vec![graph::constant("w", &[MANY as i64], &zeros)],
    ));
    let place = Place::new();
    let onnx = trying(&Onnx::builtin(), place.folder.path(), |settings| {
        settings.memory = 128 << 20;
    });
    let said = import(&place, &onnx, &large).unwrap_err();
    assert!(
        said.contains("ran out of memory") && said.contains("128 MiB (`onnx.load_memory`)"),
        "{said}"
    );
    assert_eq!(place.leftovers(), Vec::<String>::new());
}

#[test]
fn an_import_says_that_a_model_answered_none_of_its_first_runs() {
    for (runtime, onnx) in runtimes() {
        let place = Place::new();
        let onnx = trying(&onnx, place.folder.path(), |_| ());
        let model = graph::bytes(&colours());
        let notes = |name, files: &[(&str, &[u8])]| {
            let folder = place.source(name, files);
            let imported = place.packages.import(Source::Folder(&folder), None, &onnx);
            imported.ok().map(|(_, spec)| spec.notes)
        };
        let files: &[(&str, &[u8])] = &[("model/config.json", CONFIG), ("model/model.onnx", &model)];
        let Some(silent) = notes("silent", files) else {
            continue;
        };
        assert!(
            silent.len() == 1 && silent[0].contains("model/example.json"),
            "{runtime}: {silent:?}"
        );
        let example: &[(&str, &[u8])] = &[files[0], files[1], ("model/example.json", RED.as_bytes())];
        assert_eq!(notes("example", example), Some(Vec::new()), "{runtime}");
    }
}

/// It would be imported, and answer no call.
#[test]
fn a_graph_over_which_the_runtime_panics_at_each_run_is_refused_by_the_operators_name() {
    // Below the first element, whether `x` is zeros or ones.
    let model = graph::bytes(&graph::model(
        vec![port("x", INT64, &[1])],
        vec![untyped("y")],
        vec![
            node("Sub", "", &["x", "nine"], &["i"], Vec::new()),
            node("Gather", "", &["table", "i"], &["y"], Vec::new()),
        ],
        vec![
            graph::whole("nine", &[1], &[9]),
            graph::whole("table", &[2, 3], &[1, 2, 3, 4, 5, 6]),
        ],
    ));
    let place = Place::new();
    let onnx = trying(&Onnx::builtin(), place.folder.path(), |_| ());
    let said = import(&place, &onnx, &model).unwrap_err();
    for part in [
        "model/model.onnx: the runtime (built-in)",
        "panicked: Gather (node \"y\")",
        "model/example.json",
    ] {
        assert!(said.contains(part), "{said}");
    }
    assert_eq!(place.leftovers(), Vec::<String>::new());
}
