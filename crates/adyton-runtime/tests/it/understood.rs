//! What the compiled-in runtime would compute otherwise than the model says, it refuses by name; what only an input decides is
//! an error of that call.

use adyton_runtime::onnx::tensor::{ElementType, Elements, Tensor, Value};
use adyton_runtime::onnx_models::Onnx;
use expect_test::{Expect, expect};
use tract_onnx::pb::{AttributeProto, GraphProto, ModelProto, StringStringEntryProto};

use crate::graph::{self, FLOAT, INT64, constant, node, port, untyped};
use crate::models::{ask, each};
use crate::place::runtimes;

fn refused(model: &ModelProto, expected: Expect) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.onnx"), graph::bytes(model)).unwrap();
    let problem = Onnx::builtin().load(folder.path(), "m.onnx").unwrap_err();
    expected.assert_eq(&problem.to_string());
}

fn lstm(attributes: Vec<AttributeProto>) -> ModelProto {
    graph::model(
        vec![port("x", FLOAT, &[2, 1, 1])],
        vec![untyped("y")],
        vec![node("LSTM", "", &["x", "w", "r"], &["y"], attributes)],
        vec![
            constant("w", &[1, 4, 1], &[0.5; 4]),
            constant("r", &[1, 4, 1], &[0.5; 4]),
        ],
    )
}

fn number(name: &str, i: i64) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        r#type: 2,
        i,
        ..AttributeProto::default()
    }
}

#[test]
fn attributes_that_it_does_not_understand_are_named() {
    refused(
        &lstm(vec![graph::text("direction", "reverse")]),
        expect![[
            r#"model/m.onnx: the compiled-in runtime does not support `direction` = "reverse" of LSTM (node "y"); ONNX Runtime may support it (`adyton doctor --fix` installs it; then restart the server)"#
        ]],
    );
    let clip = AttributeProto {
        name: "clip".to_owned(),
        r#type: 1,
        f: 0.5,
        ..AttributeProto::default()
    };
    refused(
        &lstm(vec![clip]),
        expect![[
            r#"model/m.onnx: the compiled-in runtime does not support `clip` = 0.5 of LSTM (node "y"); ONNX Runtime may support it (`adyton doctor --fix` installs it; then restart the server)"#
        ]],
    );
    refused(
        &lstm(vec![graph::texts("activations", &["Relu", "Tanh", "Tanh"])]),
        expect![[
            r#"model/m.onnx: the compiled-in runtime does not support `activations` of LSTM (node "y"); ONNX Runtime may support it (`adyton doctor --fix` installs it; then restart the server)"#
        ]],
    );
    refused(
        &lstm(vec![number("input_forget", 1)]),
        expect![[
            r#"model/m.onnx: the compiled-in runtime does not support `input_forget` = 1 of LSTM (node "y"); ONNX Runtime may support it (`adyton doctor --fix` installs it; then restart the server)"#
        ]],
    );
}

#[test]
fn attributes_that_say_what_is_so_anyway_are_taken() {
    let plain = vec![
        graph::text("direction", "forward"),
        graph::texts("activations", &["Sigmoid", "Tanh", "tanh"]),
        number("hidden_size", 1),
        number("input_forget", 0),
    ];
    let all = each(&graph::bytes(&lstm(plain)), None);
    let answers: Vec<String> = all
        .iter()
        .map(|(_, model)| ask(model, r#"{"inputs":[[[1]],[[2]]]}"#))
        .collect();
    assert!(
        answers
            .iter()
            .all(|answer| answer.starts_with(r#"{"outputs":{"y":[[[[0.174"#)),
        "{answers:?}"
    );
}

#[test]
fn another_domains_operator_is_not_taken_for_its_namesake() {
    let nodes = vec![node("Relu", "com.example", &["x"], &["y"], Vec::new())];
    let model = graph::model(
        vec![port("x", FLOAT, &[1])],
        vec![port("y", FLOAT, &[1])],
        nodes,
        Vec::new(),
    );
    refused(
        &model,
        expect![
            "model/m.onnx: the compiled-in runtime has no operator com.example.Relu; install ONNX Runtime (`adyton doctor --fix`, then restart the server) or set `onnx.library` to its shared library"
        ],
    );
}

#[test]
fn more_than_there_is_is_an_error_of_the_call() {
    let model = graph::model(
        vec![port("x", FLOAT, &[-1])],
        vec![untyped("y"), untyped("at")],
        vec![node("TopK", "", &["x", "k"], &["y", "at"], Vec::new())],
        vec![graph::whole("k", &[1], &[3])],
    );
    for (runtime, model) in each(&graph::bytes(&model), None) {
        assert_eq!(
            ask(&model, r#"{"inputs":[1,4,2,3]}"#),
            r#"{"outputs":{"y":[4.0,3.0,2.0],"at":[1,3,2]}}"#,
            "{runtime}"
        );
        let problem = ask(&model, r#"{"inputs":[1,2]}"#);
        assert!(problem.starts_with("the model failed: "), "{runtime}: {problem}");
    }
}

#[test]
fn a_window_or_a_margin_that_does_not_fit_is_an_error_of_the_call() {
    let ints = |name: &str, ints: &[i64]| AttributeProto {
        name: name.to_owned(),
        r#type: 7,
        ints: ints.to_vec(),
        ..AttributeProto::default()
    };
    let kernel = || vec![ints("kernel_shape", &[3, 3])];
    let nodes = [
        node("MaxPool", "", &["x"], &["y"], kernel()),
        node("AveragePool", "", &["x"], &["y"], kernel()),
        node("Conv", "", &["x", "w"], &["y"], kernel()),
        node(
            "Pad",
            "",
            &["x", "p"],
            &["y"],
            vec![graph::text("mode", "reflect")],
        ),
    ];
    for one in nodes {
        let operator = one.op_type.clone();
        let model = |shape: &[i64]| {
            let constants = vec![
                constant("w", &[1, 1, 3, 3], &[1.0; 9]),
                graph::whole("p", &[8], &[0, 0, 2, 2, 0, 0, 0, 0]),
            ];
            graph::bytes(&graph::model(
                vec![port("x", FLOAT, shape)],
                vec![untyped("y")],
                vec![one.clone()],
                constants,
            ))
        };
        for (runtime, model) in each(&model(&[1, 1, -1, -1]), None) {
            let problem = ask(&model, r#"{"inputs":[[[[1,2],[3,4]]]]}"#);
            // ONNX Runtime answers with nothing where the window is larger by one.
            assert!(
                problem.starts_with("the model failed: ")
                    || (runtime != "built-in" && problem == r#"{"outputs":{"y":[[[]]]}}"#),
                "{operator} on {runtime}: {problem}"
            );
            let answer = ask(&model, r#"{"inputs":[[[[1,2,3],[4,5,6],[7,8,9]]]]}"#);
            assert!(
                answer.starts_with(r#"{"outputs""#),
                "{operator} on {runtime}: {answer}"
            );
        }
        // With a fixed shape it may be refused as early as at the import.
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("m.onnx"), model(&[1, 1, 2, 2])).unwrap();
        for (runtime, models) in runtimes() {
            let given = Tensor {
                shape: [1, 1, 2, 2].into_iter().collect(),
                elements: Elements::zeros(ElementType::Float32, 4),
            };
            let ran = models
                .load(folder.path(), "m.onnx")
                .map(|model| model.run(std::slice::from_ref(&given)));
            let is_empty =
                |values: &[Value]| matches!(values, [Value::Tensor(tensor)] if tensor.elements.is_empty());
            let is_fine = match &ran {
                Ok(Ok(values)) => runtime != "built-in" && is_empty(values),
                Ok(Err(_)) | Err(_) => true,
            };
            assert!(is_fine, "{operator} on {runtime}: {ran:?}");
        }
    }
}

/// Where lengths are rounded up, a window may stand out of the image by less than a step.
#[test]
fn a_pool_that_rounds_up_takes_an_image_smaller_than_its_window() {
    let ints = |name: &str, ints: &[i64]| AttributeProto {
        name: name.to_owned(),
        r#type: 7,
        ints: ints.to_vec(),
        ..AttributeProto::default()
    };
    let attributes = vec![
        ints("kernel_shape", &[3, 3]),
        ints("strides", &[2, 2]),
        number("ceil_mode", 1),
    ];
    for shape in [[1, 1, -1, -1], [1, 1, 2, 2]] {
        let model = graph::model(
            vec![port("x", FLOAT, &shape)],
            vec![untyped("y")],
            vec![node("MaxPool", "", &["x"], &["y"], attributes.clone())],
            Vec::new(),
        );
        answered(
            &model,
            r#"{"inputs":[[[[1,2],[3,4]]]]}"#,
            r#"{"outputs":{"y":[[[[4.0]]]]}}"#,
        );
    }
}

#[test]
fn an_axis_that_the_input_does_not_have_is_refused_by_name() {
    let x = || port("x", FLOAT, &[-1, 3]);
    for (operator, axis) in [("Softmax", 2), ("LogSoftmax", -3), ("Hardmax", 5)] {
        let model = graph::model(
            vec![x()],
            vec![untyped("y")],
            vec![node(operator, "", &["x"], &["y"], vec![number("axis", axis)])],
            Vec::new(),
        );
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("m.onnx"), graph::bytes(&model)).unwrap();
        let told = Onnx::builtin()
            .load(folder.path(), "m.onnx")
            .unwrap_err()
            .to_string();
        let named = format!("`axis` of {operator} (node \"y\") is {axis}");
        assert!(told.contains(&named), "{told}");
    }
}

/// `tract` would cut the length to 32 bits and answer an empty list.
#[test]
fn a_tensor_of_too_great_a_length_is_refused() {
    let model = graph::model(
        vec![port("x", FLOAT, &[1])],
        vec![untyped("y")],
        vec![node("Expand", "", &["x", "shape"], &["y"], Vec::new())],
        vec![graph::whole("shape", &[1], &[1 << 33])],
    );
    refused(
        &model,
        expect![[
            r#"model/m.onnx: the compiled-in runtime does not support Expand of this size (node "y"); ONNX Runtime may support it (`adyton doctor --fix` installs it; then restart the server)"#
        ]],
    );
}

/// Whoever imports a model need not know where its package lies on the server.
#[test]
fn a_refusal_does_not_say_where_packages_lie() {
    let mut weights = constant("w", &[2], &[]);
    weights.data_location = Some(1);
    weights.external_data = vec![StringStringEntryProto {
        key: "location".to_owned(),
        value: "no-such-file.bin".to_owned(),
    }];
    let model = graph::model(
        vec![port("x", FLOAT, &[2])],
        vec![untyped("y")],
        vec![node("Add", "", &["x", "w"], &["y"], Vec::new())],
        vec![weights],
    );
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.onnx"), graph::bytes(&model)).unwrap();
    for (runtime, onnx) in runtimes() {
        let problem = onnx.load(folder.path(), "m.onnx").unwrap_err().to_string();
        let place = folder.path().display().to_string();
        assert!(
            !problem.contains(&place) && problem.contains("no-such-file.bin"),
            "{runtime}: {problem}"
        );
    }
}

/// The model's answers on each runtime at hand are the same.
fn answered(model: &ModelProto, body: &str, expected: &str) {
    for (runtime, model) in each(&graph::bytes(model), None) {
        assert_eq!(ask(&model, body), expected, "{runtime}");
    }
}

#[test]
fn negative_indices_count_from_the_end() {
    let indices = || graph::whole("i", &[2, 2], &[-1, -2, 0, 0]);
    let gather = |length: i64| {
        graph::model(
            vec![port("x", FLOAT, &[length, 3])],
            vec![untyped("y")],
            vec![node("GatherND", "", &["x", "i"], &["y"], Vec::new())],
            vec![indices()],
        )
    };
    for length in [2, -1] {
        answered(
            &gather(length),
            r#"{"inputs":[[1,2,3],[4,5,6]]}"#,
            r#"{"outputs":{"y":[5.0,1.0]}}"#,
        );
    }
    for (reduction, expected) in [
        ("none", r#"{"outputs":{"y":[[8.0,2.0,3.0],[4.0,9.0,6.0]]}}"#),
        ("add", r#"{"outputs":{"y":[[9.0,2.0,3.0],[4.0,14.0,6.0]]}}"#),
    ] {
        let mut scatter = graph::model(
            vec![port("x", FLOAT, &[2, 3])],
            vec![untyped("y")],
            vec![node(
                "ScatterND",
                "",
                &["x", "i", "u"],
                &["y"],
                vec![graph::text("reduction", reduction)],
            )],
            vec![indices(), constant("u", &[2], &[9.0, 8.0])],
        );
        scatter.opset_import[0].version = 16;
        answered(&scatter, r#"{"inputs":[[1,2,3],[4,5,6]]}"#, expected);
    }
    let one_hot = graph::model(
        vec![port("x", INT64, &[-1])],
        vec![untyped("y")],
        vec![node("OneHot", "", &["x", "depth", "values"], &["y"], Vec::new())],
        vec![
            graph::whole("depth", &[1], &[3]),
            constant("values", &[2], &[0.0, 1.0]),
        ],
    );
    answered(
        &one_hot,
        r#"{"inputs":[-1,0,7,-9]}"#,
        r#"{"outputs":{"y":[[0.0,0.0,1.0],[1.0,0.0,0.0],[0.0,0.0,0.0],[0.0,0.0,0.0]]}}"#,
    );
}

#[test]
fn features_are_taken_by_indices_in_a_row() {
    for (from, indices) in [
        (vec![3], vec![3, 1]),
        (vec![3], vec![3]),
        (vec![1, 3], vec![3, 1]),
        (vec![1, 3], vec![1, 3]),
    ] {
        let features = node(
            "ArrayFeatureExtractor",
            "ai.onnx.ml",
            &["c", "x"],
            &["y"],
            Vec::new(),
        );
        let model = graph::model(
            vec![port("x", INT64, &indices)],
            vec![untyped("y")],
            vec![features],
            vec![constant("c", &from, &[5.0, 6.0, 7.0])],
        );
        let body = match (indices.len(), indices[0]) {
            (1, _) => "[2,0,1]",
            (_, 1) => "[[2,0,1]]",
            _ => "[[2],[0],[1]]",
        };
        answered(
            &model,
            &format!(r#"{{"inputs":{body}}}"#),
            r#"{"outputs":{"y":[[7.0,5.0,6.0]]}}"#,
        );
    }
}

#[test]
fn numbers_that_no_operator_has_are_refused_by_name() {
    let ints = |name: &str, ints: &[i64]| AttributeProto {
        name: name.to_owned(),
        r#type: 7,
        ints: ints.to_vec(),
        ..AttributeProto::default()
    };
    let x = || port("x", FLOAT, &[1, 1, 4, 4]);
    let one = |operator: &str, inputs: &[&str], attributes, constants| {
        graph::model(
            vec![x()],
            vec![untyped("y")],
            vec![node(operator, "", inputs, &["y"], attributes)],
            constants,
        )
    };
    let pool = |side: i64, pad: i64| {
        let attributes = vec![ints("kernel_shape", &[side; 2]), ints("pads", &[pad; 4])];
        one("AveragePool", &["x"], attributes, Vec::new())
    };
    let whole =
        |name: &str, numbers: &[i64]| graph::whole(name, &[i64::try_from(numbers.len()).unwrap()], numbers);
    for (model, problem) in [
        (
            one("Transpose", &["x"], vec![ints("perm", &[0, 0, 2, 3])], Vec::new()),
            "`perm` = [0, 0, 2, 3] of Transpose (node \"y\") does not name each axis once",
        ),
        (
            pool(1 << 31, 0),
            "`kernel_shape` of AveragePool (node \"y\") is 2147483648, and must be from 1 to 1048576",
        ),
        (
            pool(2, 9),
            "`pads` of AveragePool (node \"y\") must be less than the kernel",
        ),
        (pool(2, -1), "`pads` of AveragePool (node \"y\") is -1"),
        (
            one("LRN", &["x"], vec![number("size", 0)], Vec::new()),
            "`size` of LRN (node \"y\") is 0",
        ),
        (
            one("DepthToSpace", &["x"], vec![number("blocksize", 0)], Vec::new()),
            "`blocksize` of DepthToSpace (node \"y\") is 0",
        ),
        (
            one("Softmax", &["x"], vec![number("axis", -99)], Vec::new()),
            "`axis` of Softmax (node \"y\") is -99",
        ),
        (
            one("Tile", &["x", "n"], Vec::new(), vec![whole("n", &[1, 1, -1, 1])]),
            "Tile (node \"y\") has a negative count",
        ),
        (
            one("Unsqueeze", &["x", "n"], Vec::new(), vec![whole("n", &[1 << 62])]),
            "Unsqueeze (node \"y\") has an axis that no tensor has",
        ),
        (
            one(
                "Resize",
                &["x", "", "s"],
                Vec::new(),
                vec![constant("s", &[4], &[1.0, 1.0, -2.0, -2.0])],
            ),
            "Resize (node \"y\") has a scale that is not above 0",
        ),
        (
            one(
                "Slice",
                &["x", "a", "b", "c", "n"],
                Vec::new(),
                vec![
                    whole("a", &[0]),
                    whole("b", &[1]),
                    whole("c", &[2]),
                    whole("n", &[0]),
                ],
            ),
            "Slice (node \"y\") has a step of 0",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("m.onnx"), graph::bytes(&model)).unwrap();
        let told = Onnx::builtin()
            .load(folder.path(), "m.onnx")
            .unwrap_err()
            .to_string();
        assert!(told.contains(problem), "{told}");
    }
}

#[test]
fn an_index_that_is_out_of_range_is_an_error_of_the_call_by_name() {
    let model = graph::model(
        vec![port("x", FLOAT, &[2]), port("i", INT64, &[1, 1])],
        vec![untyped("y")],
        vec![node("GatherND", "", &["x", "i"], &["y"], Vec::new())],
        Vec::new(),
    );
    for (runtime, model) in each(&graph::bytes(&model), None) {
        let problem = ask(&model, r#"{"inputs":{"x":[1,2],"i":[[5]]}}"#);
        assert!(problem.starts_with("the model failed: "), "{runtime}: {problem}");
        assert!(!problem.contains("panicked"), "{runtime}: {problem}");
    }
}

#[test]
fn zeros_are_quantised_with_a_scale_to_divide_by() {
    let outputs = ["y", "scale", "zero"];
    let model = graph::model(
        vec![port("x", FLOAT, &[2])],
        outputs.map(untyped).to_vec(),
        vec![node("DynamicQuantizeLinear", "", &["x"], &outputs, Vec::new())],
        Vec::new(),
    );
    answered(
        &model,
        r#"{"inputs":[0,0]}"#,
        r#"{"outputs":{"y":[0,0],"scale":1.0,"zero":0}}"#,
    );
    answered(
        &model,
        r#"{"inputs":[-51,204]}"#,
        r#"{"outputs":{"y":[0,255],"scale":1.0,"zero":51}}"#,
    );
}

/// Zeros for the state are made as long as the batch is.
#[test]
fn a_recurrence_without_a_first_state_takes_every_batch() {
    for batch in [2, -1] {
        let mut model = lstm(vec![number("hidden_size", 1)]);
        model.graph.as_mut().unwrap().input = vec![port("x", FLOAT, &[2, batch, 1])];
        let answers: Vec<String> = each(&graph::bytes(&model), None)
            .iter()
            .map(|(_, model)| ask(model, r#"{"inputs":[[[1],[1]],[[2],[2]]]}"#))
            .collect();
        let begins = |answer: &String| answer.starts_with(r#"{"outputs":{"y":[[[[0.174"#);
        assert!(answers.iter().all(begins), "{answers:?}");
    }
}

#[test]
fn a_transposed_convolution_of_a_wanted_length_is_right_or_refused() {
    let model = |length: i64, wanted: i64, more: Vec<AttributeProto>| {
        let mut attributes = vec![graph::ints("output_shape", &[wanted])];
        attributes.extend(more);
        graph::model(
            vec![port("x", FLOAT, &[-1, 1, length])],
            vec![untyped("y")],
            vec![node("ConvTranspose", "", &["x", "w"], &["y"], attributes)],
            vec![constant("w", &[1, 1, 3], &[1.0; 3])],
        )
    };
    refused(
        &model(-1, 8, Vec::new()),
        expect![[
            r#"model/m.onnx: the compiled-in runtime does not support `output_shape` of ConvTranspose (node "y") with `auto_pad`, or where lengths of an input are open; ONNX Runtime may support it (`adyton doctor --fix` installs it; then restart the server)"#
        ]],
    );
    refused(
        &model(3, 8, vec![graph::text("auto_pad", "SAME_UPPER")]),
        expect![[
            r#"model/m.onnx: the compiled-in runtime does not support `output_shape` of ConvTranspose (node "y") with `auto_pad`, or where lengths of an input are open; ONNX Runtime may support it (`adyton doctor --fix` installs it; then restart the server)"#
        ]],
    );
    answered(
        &model(3, 5, Vec::new()),
        r#"{"inputs":[[[1,2,3]]]}"#,
        r#"{"outputs":{"y":[[[1.0,3.0,6.0,5.0,3.0]]]}}"#,
    );
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("m.onnx"),
        graph::bytes(&model(3, 2, Vec::new())),
    )
    .unwrap();
    assert!(Onnx::builtin().load(folder.path(), "m.onnx").is_err());
}

#[test]
fn branches_that_it_cannot_take_are_refused_by_name() {
    let branch = |name: &str, length: usize| AttributeProto {
        name: name.to_owned(),
        r#type: 5,
        g: Some(GraphProto {
            name: name.to_owned(),
            output: vec![port(name, FLOAT, &[length as i64])],
            initializer: vec![constant(name, &[length as i64], &vec![1.0; length])],
            ..GraphProto::default()
        }),
        ..AttributeProto::default()
    };
    let model = graph::model(
        vec![port("c", 9, &[])],
        vec![untyped("y")],
        vec![node(
            "If",
            "",
            &["c"],
            &["y"],
            vec![branch("then_branch", 2), branch("else_branch", 3)],
        )],
        Vec::new(),
    );
    refused(
        &model,
        expect![[
            r#"model/m.onnx: the compiled-in runtime does not support this If (node "y"): what its branches or its body give must be known when the model is loaded, and be of one type and shape; ONNX Runtime may support it (`adyton doctor --fix` installs it; then restart the server)"#
        ]],
    );
}

/// Refusals go into JSON and into the log.
#[test]
fn names_in_refusals_are_without_what_steers_a_terminal() {
    let strange = "a\u{1b}[31m\n\u{202e}b\"";
    let relu = |op: &str, domain: &str| {
        graph::model(
            vec![port("x", FLOAT, &[1])],
            vec![untyped("y")],
            vec![node(op, domain, &["x"], &["y"], Vec::new())],
            Vec::new(),
        )
    };
    let mut attribute = relu("Relu", "");
    attribute.graph.as_mut().unwrap().node[0].name = strange.to_owned();
    attribute.graph.as_mut().unwrap().node[0].attribute = vec![graph::text(strange, strange)];
    let mut type_of_input = relu("Relu", "");
    type_of_input.graph.as_mut().unwrap().input = vec![port(strange, 99, &[1])];
    let mut nothing = relu("Relu", "");
    nothing.graph.as_mut().unwrap().node[0].input = vec![strange.to_owned()];
    let all = [
        relu(strange, ""),
        relu("Relu", strange),
        attribute,
        type_of_input,
        nothing,
    ];
    for (runtime, onnx) in runtimes() {
        for (at, model) in all.iter().enumerate() {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("m.onnx"), graph::bytes(model)).unwrap();
            let Err(problem) = onnx.load(folder.path(), "m.onnx") else {
                continue;
            };
            let said = problem.to_string();
            let steers = |letter: char| letter.is_control() || letter == '\u{202e}';
            assert!(!said.contains(steers), "{runtime}, {at}: {said:?}");
        }
    }
}
