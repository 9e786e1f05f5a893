//! Bodies of rows.

use super::*;

#[test]
fn only_shares_of_one_are_called_probabilities() {
    let body =
        r#"{"data":{"req_data":[{"sepal_length":1,"sepal_width":2,"petal_length":3,"petal_width":4}]}}"#;
    let label = Value::Tensor(Tensor {
        shape: smallvec![1],
        elements: Elements::Int64(vec![1]),
    });
    let given = |scores: Vec<f32>| {
        let scores = Value::Tensor(Tensor {
            shape: smallvec![1, scores.len()],
            elements: Elements::Float32(scores),
        });
        let (mut model, codec) = rows(vec![label.clone(), scores]);
        model.ports.outputs = vec!["label".into(), "distances".into()];
        answer(&model, &codec, body)
    };
    let shares = given(vec![0.25, 0.75]);
    assert!(
        shares.ends_with(r#""predictresult":1,"probabilities":[0.25,0.75]}]}}"#),
        "{shares}"
    );
    let distances = given(vec![7.5, 0.1]);
    assert!(
        distances.ends_with(r#""predictresult":1,"distances":[7.5,0.1]}]}}"#),
        "{distances}"
    );
}

#[test]
fn rows_are_echoed_with_their_result() {
    let label = Value::Tensor(Tensor {
        shape: smallvec![1],
        elements: Elements::Text(vec!["setosa".into()]),
    });
    let scores = Value::Maps(vec![vec![
        (Label::Text("setosa".into()), 0.75),
        (Label::Number(1), 0.25),
    ]]);
    let (model, codec) = rows(vec![label, scores]);
    let body = r#"{"meta":{"uuid":"10eb0091"},"data":{"req_data":[
        {"sepal_width":3.50,"sepal_length":"5.1","petal_length":1.4,"petal_width":0.2,"colour":"blue"}]}}"#;
    expect![[r#"{"meta":{"uuid":"10eb0091"},"data":{"resp_data":[{"sepal_length":"5.1","sepal_width":3.50,"petal_length":1.4,"petal_width":0.2,"predictresult":"setosa","probabilities":{"setosa":0.75,"1":0.25}}]}}"#]]
        .assert_eq(&answer(&model, &codec, body));
    expect![[r#"{"meta":{},"data":{"resp_data":[]}}"#]].assert_eq(&answer(
        &model,
        &codec,
        r#"{"data":{"req_data":[]}}"#,
    ));
}

#[test]
fn a_model_without_a_label_gives_its_numbers() {
    let (model, codec) = rows(vec![Value::Tensor(Tensor {
        shape: smallvec![1, 2],
        elements: Elements::Float32(vec![0.5, 2.0]),
    })]);
    let body =
        r#"{"data":{"req_data":[{"sepal_length":1,"sepal_width":2,"petal_length":3,"petal_width":4}]}}"#;
    expect![[r#"{"meta":{},"data":{"resp_data":[{"sepal_length":1,"sepal_width":2,"petal_length":3,"petal_width":4,"predictresult":[0.5,2.0]}]}}"#]]
        .assert_eq(&answer(&model, &codec, body));
}

#[test]
fn mistakes_in_rows_name_row_and_column() {
    let (model, codec) = rows(Vec::new());
    let check = |body: &str, expected: Expect| expected.assert_eq(&answer(&model, &codec, body));
    check(
        r#"{"data":{"req_data":[{"sepal_length":1,"sepal_width":2,"petal_width":4}]}}"#,
        expect![
            "data.req_data[0].petal_length: is missing; each row has sepal_length, sepal_width, petal_length, petal_width"
        ],
    );
    check(
        r#"{"data":{"req_data":[{"sepal_length":"five","sepal_width":2,"petal_length":3,"petal_width":4}]}}"#,
        expect![[r#"data.req_data[0].sepal_length: expected a number (float32), got "five""#]],
    );
    check(
        r#"{"data":{}}"#,
        expect![[
            r#"data.req_data: is missing; expected {"data":{"req_data":[{"sepal_length":…,"sepal_width":…,"petal_length":…,"petal_width":…}]}}"#
        ]],
    );
    check(
        r#"{"data":5}"#,
        expect![[
            r#"body: invalid type: integer `5`, expected an object with "req_data" at line 1 column 9; expected {"data":{"req_data":[{"sepal_length":…,"sepal_width":…,"petal_length":…,"petal_width":…}]}}"#
        ]],
    );
    check(
        r#"{"data":{"req_data":{"a":1}}}"#,
        expect![
            "data.req_data: expected a list of objects: invalid type: map, expected a list of rows at line 1 column 21"
        ],
    );
}

#[test]
fn declared_rows_must_fit_the_model() {
    let ports = Ports {
        inputs: vec![port("x", ElementType::Float32, &[-1, 2])],
        outputs: vec!["y".into()],
    };
    expect![[r#"request.data: req_data rows have 4 properties (sepal_length, sepal_width, petal_length, petal_width), but the model's input "x" is float32 [N,2]"#]]
        .assert_eq(&Codec::choose(Some(&iris_request()), &ports).unwrap_err().to_string());
    let each = |name| port(name, ElementType::Float32, &[-1, 1]);
    let names = ["sepal_length", "sepal_width", "petal_length", "petal_width"];
    let model = echo(names.map(each).to_vec());
    let codec = Codec::choose(Some(&iris_request()), &model.ports).unwrap();
    assert!(matches!(codec, Codec::Rows(_)));
    assert_eq!(
        Codec::choose(Some(&json!({"data": {"type": "object"}})), &ports).unwrap(),
        Codec::Tensors
    );
}

/// A model of four columns that answers a number, and the answer to a body as bytes.
fn row_answer(body: &[u8]) -> Result<String, String> {
    let (model, codec) = rows(vec![Value::Tensor(Tensor {
        shape: smallvec![1, 1],
        elements: Elements::Float32(vec![0.5]),
    })]);
    let answered = codec
        .predict(&model, body)
        .map_err(|problem| problem.to_string())?;
    Ok(String::from_utf8(answered.body.to_vec()).unwrap())
}

fn row_of(inside: &str) -> String {
    format!("{{\"data\":{{\"req_data\":[{{{inside}}}]}}}}")
}

const OTHERS: &str = r#""sepal_width":2,"petal_length":3,"petal_width":4"#;

#[test]
fn rows_are_read_however_they_are_written() {
    let expected = r#"{"meta":{},"data":{"resp_data":[{"sepal_length":1,"sepal_width":2,"petal_length":3,"petal_width":4,"predictresult":0.5}]}}"#;
    for inside in [
        r#""sepal_length":1,"sepal_width":2,"petal_length":3,"petal_width":4"#,
        "\t\"sepal_length\" :\r\n1 , \"sepal_width\":2,\"petal_length\":3,\"petal_width\":4 ",
        // Another order, a column more of any kind, a key with an escape.
        r#""petal_width":4,"petal_length":3,"sepal_width":2,"sepal_length":1"#,
        r#""id":[1,{"a":null}],"sepal_length":1,"sepal_width":2,"petal_length":3,"petal_width":4"#,
        r#""sepal\u005flength":1,"sepal_width":2,"petal_length":3,"petal_width":4"#,
    ] {
        assert_eq!(
            row_answer(row_of(inside).as_bytes()).as_deref(),
            Ok(expected),
            "{inside}"
        );
    }
    let row = format!("{{\"sepal_length\":1,{OTHERS}}}");
    for body in [
        format!("{{\"data\":{{\"more\":1,\"req_data\":[{row}]}},\"more\":[[]]}}"),
        format!("{{\"meta\":null,\"data\":{{\"req_data\":[{row}]}}}}"),
        format!("{{\"meta\":{{\"uuid\":null}},\"data\":{{\"req_data\":[{row}]}}}}\n"),
    ] {
        assert_eq!(row_answer(body.as_bytes()).as_deref(), Ok(expected), "{body}");
    }
    let twice = row_of(&format!("\"sepal_length\":2,\"sepal_length\":1,{OTHERS}"));
    assert_eq!(
        row_answer(twice.as_bytes()).unwrap_err(),
        "data.req_data[0].sepal_length: occurs twice in the body"
    );
}

#[test]
fn what_stands_beside_the_columns_is_named() {
    let (model, codec) = rows(vec![Value::Tensor(Tensor {
        shape: smallvec![2, 1],
        elements: Elements::Float32(vec![0.5, 0.5]),
    })]);
    let unread = |body: &str| {
        codec
            .predict(&model, body.as_bytes())
            .unwrap()
            .unread
            .into_names()
    };
    let row = format!("{{\"sepal_length\":1,{OTHERS}}}");
    let wide = format!("{{\"colour\":\"red\",\"sepal_length\":1,{OTHERS},\"id\":[1]}}");
    let all = format!(
        "{{\"more\":0,\"meta\":{{\"uuid\":1,\"who\":2}},\"data\":{{\"of\":3,\"req_data\":[{wide},{wide}]}}}}"
    );
    assert_eq!(
        unread(&all),
        [
            "more",
            "meta.who",
            "data.of",
            "data.req_data[].colour",
            "data.req_data[].id"
        ]
    );
    assert!(unread(&format!("{{\"data\":{{\"req_data\":[{row},{row}]}}}}")).is_empty());
}

#[test]
fn cells_of_rows_are_numbers_in_json_or_in_quotes() {
    for cell in [
        "-0",
        "0.0",
        "1e5",
        "1E+5",
        "-2.5e-3",
        "1234567890123456789012",
        r#""5.1""#,
        r#""+5""#,
        r#"" .5 ""#,
        r#""NaN""#,
    ] {
        let answer = row_answer(row_of(&format!("\"sepal_length\":{cell},{OTHERS}")).as_bytes()).unwrap();
        assert!(
            answer.contains(&format!("\"sepal_length\":{cell},")),
            "{cell}: {answer}"
        );
    }
    for cell in [
        "null",
        "true",
        "[1,[2]]",
        "{\"a\":1}",
        "1e999",
        "\"\"",
        "\"a\\n\"",
    ] {
        let problem =
            row_answer(row_of(&format!("\"sepal_length\":{cell},{OTHERS}")).as_bytes()).unwrap_err();
        let expected = format!("data.req_data[0].sepal_length: expected a number (float32), got {cell}");
        assert_eq!(problem, expected);
    }
    for cell in [
        "01",
        "1.",
        ".5",
        "+1",
        "-",
        "1e",
        "1e+",
        "0x1",
        "'1'",
        "\"a\u{1}\"",
        "\"a",
        "",
        "1 2",
        "nul",
        "\"\\x\"",
    ] {
        let problem =
            row_answer(row_of(&format!("\"sepal_length\":{cell},{OTHERS}")).as_bytes()).unwrap_err();
        assert!(problem.starts_with("body: "), "{cell}: {problem}");
    }
    for cell in ["NaN", "-Infinity"] {
        let problem =
            row_answer(row_of(&format!("\"sepal_length\":{cell},{OTHERS}")).as_bytes()).unwrap_err();
        let expected = format!(
            "data.req_data: expected a number, got {cell}; JSON cannot express it: write \"NaN\", \"Infinity\" or \"-Infinity\", with the quotes"
        );
        assert_eq!(problem, expected);
    }
}

#[test]
fn bodies_of_rows_that_are_none_are_refused() {
    let row = format!("{{\"sepal_length\":1,{OTHERS}}}");
    let deep = "[".repeat(200_000);
    for (body, expected) in [
        (String::new(), "body: EOF while parsing a value"),
        (
            "null".to_owned(),
            "body: invalid type: null, expected an object with \"data\"",
        ),
        (
            format!("[null,{{\"req_data\":[{row}]}}]"),
            "body: invalid type: sequence, expected an object with \"data\"",
        ),
        (
            format!("{{\"data\":[[{row}]]}}"),
            "body: invalid type: sequence, expected an object with \"req_data\"",
        ),
        (
            format!("{{\"data\":{{\"req_data\":[[{row}]]}}}}"),
            "data.req_data: expected a list of objects: ",
        ),
        (
            format!("{{\"data\":{{\"req_data\":[{row},]}}}}"),
            "body: trailing comma",
        ),
        (
            format!("{{\"data\":{{\"req_data\":[{row}]}}}}x"),
            "body: trailing characters",
        ),
        (
            "{\"data\":{\"req_data\":[]},\"data\":{\"req_data\":[]}}".to_owned(),
            "body: duplicate field `data`",
        ),
        (
            "{\"data\":{\"req_data\":[],\"req_data\":[]}}".to_owned(),
            "body: duplicate field `req_data`",
        ),
        (
            "{\"meta\":{},\"meta\":{}}".to_owned(),
            "body: duplicate field `meta`",
        ),
        (
            "{\"meta\":{\"uuid\":1,\"uuid\":2}}".to_owned(),
            "body: duplicate field `uuid`",
        ),
        ("{\"meta\":{\"uuid\":1}}".to_owned(), "data: is missing"),
        ("{\"data\":null}".to_owned(), "data: is missing"),
        (
            "{\"data\":{\"req_data\":null}}".to_owned(),
            "data.req_data: is missing",
        ),
        (
            "{\"data\":{\"req_data\":[{}]}}".to_owned(),
            "data.req_data[0].sepal_length: is missing",
        ),
        (deep.clone(), "body: "),
        (format!("{{\"data\":{{\"req_data\":{deep}"), "data.req_data: "),
        (
            format!("{{\"data\":{{\"req_data\":[{{\"sepal_length\":{deep}"),
            "body: EOF while parsing a list",
        ),
        (
            format!("{{\"meta\":{{\"uuid\":{deep}"),
            "body: EOF while parsing a list",
        ),
        (
            format!("{{\"more\":{}", "{\"a\":".repeat(200_000)),
            "body: EOF while parsing a value",
        ),
    ] {
        let problem = row_answer(body.as_bytes()).unwrap_err();
        let shown: String = body.chars().take(80).collect();
        assert!(problem.starts_with(expected), "{shown}: {problem}");
    }
}

#[test]
fn what_an_answer_repeats_is_text_that_every_reader_takes() {
    let with_uuid = |uuid: &str| format!("{{\"meta\":{{\"uuid\":{uuid}}},\"data\":{{\"req_data\":[]}}}}");
    for uuid in [
        r#""10eb""#,
        r#""\u00fc""#,
        r#""\ud83d\ude00""#,
        "7",
        r#"{"a":["\u0041"]}"#,
    ] {
        let answer = row_answer(with_uuid(uuid).as_bytes()).unwrap();
        assert_eq!(
            answer,
            format!("{{\"meta\":{{\"uuid\":{uuid}}},\"data\":{{\"resp_data\":[]}}}}")
        );
    }
    for uuid in [
        r#""\ud800""#,
        r#""\udc00\ud800""#,
        r#"["\ud800x"]"#,
        r#"{"\ud800":1}"#,
    ] {
        let problem = row_answer(with_uuid(uuid).as_bytes()).unwrap_err();
        assert!(
            problem.starts_with("meta.uuid: has an escape that stands for no character"),
            "{problem}"
        );
    }
    let problem =
        row_answer(row_of(&format!("\"sepal_length\":\"\\ud800\",{OTHERS}")).as_bytes()).unwrap_err();
    assert!(
        problem.starts_with("data.req_data[0].sepal_length: has an escape"),
        "{problem}"
    );
    let not_utf8 = [
        b"{\"meta\":{\"uuid\":\"\xff\"},\"data\":{\"req_data\":[]}}".as_slice(),
        b"\xff",
    ];
    for body in not_utf8 {
        assert!(row_answer(body).unwrap_err().starts_with("body: "));
    }
}
