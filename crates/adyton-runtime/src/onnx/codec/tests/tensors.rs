//! Bodies of named tensors.

use super::*;

#[test]
fn tensors_go_through_by_name() {
    check(
        matrix(),
        r#"{"inputs":{"x":[[1,2.5,-3e-1,0]]}}"#,
        expect![[r#"{"outputs":{"x":[[1.0,2.5,-0.3,0.0]]}}"#]],
    );
    check(
        matrix(),
        r#"{"inputs":[[1,2,3,4],[5,6,7,8]]}"#,
        expect![[r#"{"outputs":{"x":[[1.0,2.0,3.0,4.0],[5.0,6.0,7.0,8.0]]}}"#]],
    );
    check(
        matrix(),
        r#"{"inputs":{"x":[]}}"#,
        expect![[r#"{"outputs":{"x":[]}}"#]],
    );
    check(
        vec![
            port("t", ElementType::Text, &[-1]),
            port("b", ElementType::Bool, &[]),
            port("n", ElementType::Uint8, &[-1]),
        ],
        r#"{"inputs":{"n":[255,3.0],"b":true,"t":["a\n","ü"]}}"#,
        expect![[r#"{"outputs":{"t":["a\n","ü"],"b":true,"n":[255,3]}}"#]],
    );
    check(
        vec![port("h", ElementType::Float16, &[-1])],
        r#"{"inputs":{"h":[0.5,1]}}"#,
        expect![[r#"{"outputs":{"h":[0.5,1.0]}}"#]],
    );
}

#[test]
fn what_json_has_no_word_for_is_a_text() {
    check(
        vec![port("x", ElementType::Float64, &[-1])],
        r#"{"inputs":{"x":["NaN","Infinity","-Infinity",1]}}"#,
        expect![[r#"{"outputs":{"x":["NaN","Infinity","-Infinity",1.0]}}"#]],
    );
}

#[test]
fn what_is_no_object_is_said_to_be_none() {
    for (body, expected) in [
        (
            "[]",
            expect![[r#"body: expected {"inputs":{"x": float32 [N,4]}}, got a list"#]],
        ),
        (
            "null",
            expect![[r#"body: expected {"inputs":{"x": float32 [N,4]}}, got null"#]],
        ),
        (
            r#""a""#,
            expect![[r#"body: expected {"inputs":{"x": float32 [N,4]}}, got the text "a""#]],
        ),
        (
            r#"{"inputs":5}"#,
            expect![[r#"inputs: expected an object of tensors, {"x": float32 [N,4]}, got 5"#]],
        ),
        (
            r#"{"inputs":{"x":[[1,2,3,4]]},"inputs":{}}"#,
            expect!["inputs: occurs twice in the body"],
        ),
        (
            r#"{"inputs":{"x":[[1,2,3,4]],"x":[[1,2,3,4]]}}"#,
            expect!["inputs.x: occurs twice in the body"],
        ),
        (
            r#"{"inputs":{"x":[[1,2,3,4]]},"outputs":["y"]}"#,
            expect![[r#"outputs: unknown input; the model takes "inputs""#]],
        ),
        (
            "{\"inputs\":",
            expect!["body: not valid JSON: EOF while parsing a value at line 1 column 10"],
        ),
    ] {
        check(matrix(), body, expected);
    }
}

#[test]
fn numbers_that_json_does_not_have_are_named_with_their_place() {
    for (body, expected) in [
        (
            r#"{"inputs":{"x":[[1,2,NaN,4]]}}"#,
            expect![[
                r#"inputs.x[0][2]: expected float32, got NaN; JSON cannot express it: write "NaN", "Infinity" or "-Infinity", with the quotes"#
            ]],
        ),
        (
            "{\"inputs\":{\"x\":\n[[1,2,3,4],\n[1,-Infinity ,3,4]]}}",
            expect![[
                r#"inputs.x[1][1]: expected float32, got -Infinity; JSON cannot express it: write "NaN", "Infinity" or "-Infinity", with the quotes"#
            ]],
        ),
        (
            r#"{"inputs":{"x":[[1e999,2,3,4]]}}"#,
            expect![[
                r#"inputs.x[0][0]: expected float32, got 1e999; JSON cannot express it: write "NaN", "Infinity" or "-Infinity", with the quotes"#
            ]],
        ),
        (
            r#"{"inputs":{"x":[[1,oops,3,4]]}}"#,
            expect!["inputs.x[0][1]: not valid JSON: expected value at line 1 column 20"],
        ),
    ] {
        check(matrix(), body, expected);
    }
    check(
        vec![port("n", ElementType::Int64, &[-1])],
        r#"{"inputs":{"n":[1,nan]}}"#,
        expect!["inputs.n[1]: expected int64, got nan"],
    );
}

#[test]
fn mistakes_name_the_field() {
    check(
        matrix(),
        r#"{"inputs":{"x":[[1,2,3]]}}"#,
        expect!["inputs.x: expected float32 [N,4], got [1,3]"],
    );
    check(
        matrix(),
        r#"{"inputs":{"x":[1,2,3,4]}}"#,
        expect!["inputs.x: expected float32 [N,4], got [4]"],
    );
    check(
        matrix(),
        r#"{"inputs":{"x":7}}"#,
        expect!["inputs.x: expected float32 [N,4], got []"],
    );
    check(
        matrix(),
        r#"{"inputs":{"x":[[1,2,"three",4]]}}"#,
        expect![[r#"inputs.x[0][2]: expected float32, got the text "three""#]],
    );
    check(
        matrix(),
        r#"{"inputs":{"x":[[1,2,null,4]]}}"#,
        expect!["inputs.x[0][2]: expected float32, got null"],
    );
    check(
        matrix(),
        r#"{"inputs":{"x":[[1,2,3,4],[1,2]]}}"#,
        expect!["inputs.x[1]: lists differ in length: expected 4 elements as in the first, got 2"],
    );
    check(
        matrix(),
        r#"{"inputs":{"x":[[1,2,3,[4]]]}}"#,
        expect!["inputs.x[0][3]: expected a value here, as in the elements before, got a list"],
    );
    check(
        matrix(),
        r#"{"inputs":{"x":[[1,2,3,4],5]}}"#,
        expect!["inputs.x[1]: expected a list here, as in the elements before, got a value"],
    );
    check(
        matrix(),
        r#"{"inputs":{"x":[[],5]}}"#,
        expect!["inputs.x[1]: expected a list here, as in the elements before, got a value"],
    );
    check(
        matrix(),
        r#"{"inputs":{"x":[[1e39,2,3,4]]}}"#,
        expect!["inputs.x[0][0]: expected float32, got 1000000000000000000000000000000000000000"],
    );
    check(
        matrix(),
        r#"{"inputs":{"y":[[1]]}}"#,
        expect![[r#"inputs.y: unknown input; the model takes "x""#]],
    );
    check(
        matrix(),
        r#"{"inputs":{}}"#,
        expect!["inputs.x: is missing; expected float32 [N,4]"],
    );
    check(
        matrix(),
        r#"{"data":1}"#,
        expect![[r#"inputs: is missing; expected {"inputs":{"x": float32 [N,4]}}"#]],
    );
    check(
        matrix(),
        "",
        expect![[r#"body: is empty; expected {"inputs":{"x": float32 [N,4]}}"#]],
    );
    check(
        matrix(),
        r#"{"inputs":{"x":[[1,2,3,4]]"#,
        expect!["body: not valid JSON: EOF while parsing an object at line 1 column 26"],
    );
    check(
        matrix(),
        r#"{"inputs":{"x":[[1,2,3,4]]}} x"#,
        expect!["body: not valid JSON: trailing characters at line 1 column 30"],
    );
    check(
        vec![port("n", ElementType::Int8, &[-1])],
        r#"{"inputs":{"n":[1.5]}}"#,
        expect!["inputs.n[0]: expected int8, got 1.5"],
    );
    check(
        vec![port("n", ElementType::Int8, &[-1])],
        r#"{"inputs":{"n":[128]}}"#,
        expect!["inputs.n[0]: expected int8, got 128"],
    );
    check(
        matrix(),
        &format!("{{\"inputs\":{}1{}}}", "[".repeat(17), "]".repeat(17)),
        expect![[
            r#"inputs.x[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]: lists are nested deeper than 16"#
        ]],
    );
}

#[test]
fn odd_numbers_and_texts_of_tensors() {
    let one = |element| vec![port("x", element, &[-1])];
    let ask = |element, inside: &str| {
        let body = format!("{{\"inputs\":{{\"x\":[{inside}]}}}}");
        answer(&echo(one(element)), &Codec::Tensors, &body)
    };
    let answers = |element, inside: &str, shown: &str| {
        assert_eq!(
            ask(element, inside),
            format!("{{\"outputs\":{{\"x\":[{shown}]}}}}"),
            "{inside}"
        );
    };
    answers(ElementType::Float32, "-0", "-0.0");
    answers(ElementType::Int8, "-0,-128,127,1e2", "0,-128,127,100");
    answers(ElementType::Float64, "1e-400,5e-324", "0.0,5e-324");
    answers(
        ElementType::Uint64,
        "18446744073709551615",
        "18446744073709551615",
    );
    answers(ElementType::Int64, "-9223372036854775808", "-9223372036854775808");
    answers(
        ElementType::Float32,
        "123456789012345678901234567890",
        "1.2345679e+29",
    );
    answers(ElementType::Text, r#""\ud83d\ude00","\u00e9""#, "\"😀\",\"é\"");
    for (element, inside) in [
        (ElementType::Int64, "9223372036854775808"),
        (ElementType::Uint64, "18446744073709551616"),
        (ElementType::Uint8, "-1"),
        (ElementType::Float64, "1e400"),
        (ElementType::Float16, "65520"),
        (ElementType::Bool, "1"),
        (ElementType::Text, "1"),
        (ElementType::Float32, "true"),
        (ElementType::Float32, "{}"),
        (ElementType::Text, r#""a\u0000""#),
    ] {
        assert!(
            ask(element, inside).starts_with("inputs.x[0]: "),
            "{inside}: {}",
            ask(element, inside)
        );
    }
    for inside in [
        r#""\ud800""#,
        r#""\udc00""#,
        "\"\u{1}\"",
        "01",
        "1.",
        "1e",
        "--1",
        "nul",
        "[1",
    ] {
        let problem = ask(ElementType::Text, inside);
        assert!(problem.starts_with("inputs.x"), "{inside}: {problem}");
    }
}
