//! The pass over a usual body against the careful reader: what the first gives, the second gives too.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::super::careful;
use super::super::columns::Columns;
use super::super::written::Written;
use crate::onnx::signature::{Axis, Input, Ports};
use crate::onnx::tensor::ElementType;

/// One name is a part of another, one is longer than ASCII, and one needs escapes.
const NAMES: [&str; 4] = ["a", "ab", "ü", "q\"q"];

fn columns() -> Columns {
    let input = Input {
        name: "x".into(),
        element: ElementType::Float32,
        axes: Some(vec![Axis::Any(None), Axis::Fixed(NAMES.len())]),
    };
    let ports = Ports {
        inputs: vec![input],
        outputs: vec!["y".into()],
    };
    Columns::fit(NAMES.map(str::to_owned).to_vec(), &ports).unwrap()
}

/// What the pass gives, after a check that the careful reader gives the same.
fn scanned(body: &[u8]) -> Option<Written<'_>> {
    let columns = columns();
    let found = super::read(&columns, body);
    if let Some(found) = &found {
        let careful = careful::read(columns.names(), body);
        assert_eq!(careful.as_ref(), Ok(found), "{}", String::from_utf8_lossy(body));
    }
    found
}

fn rows(inside: &str) -> String {
    format!("{{\"data\":{{\"req_data\":[{inside}]}}}}")
}

#[test]
fn usual_bodies_are_read_in_one_pass() {
    let spaced = "{ \"meta\" : { \"uuid\" : \"10eb\" } ,\r\n\t\"data\":{\"req_data\" : [ {\"a\": 1 , \"ab\": -2.5e-3, \"ü\": \"3\", \
                  \"q\\\"q\": 0} ] } }\n";
    let found = scanned(spaced.as_bytes()).unwrap();
    assert_eq!(found.uuid, Some("\"10eb\""));
    assert_eq!(found.cells, ["1", "-2.5e-3", "\"3\"", "0"]);
    for (row, cells) in [
        // Another order, a column more, a column twice: the last one counts.
        (r#"{"q\"q":4,"ü":3,"ab":2,"a":1}"#, vec!["1", "2", "3", "4"]),
        (
            r#"{"a":1,"id":"x","ab":2,"ü":3,"q\"q":4}"#,
            vec!["1", "2", "3", "4"],
        ),
        (r#"{"a":9,"a":1,"ab":2,"ü":3,"q\"q":4}"#, vec!["1", "2", "3", "4"]),
        (
            r#"{"a":1e999,"ab":"","ü":0.0,"q\"q":-0}"#,
            vec!["1e999", "\"\"", "0.0", "-0"],
        ),
    ] {
        match scanned(rows(row).as_bytes()) {
            Some(found) => assert_eq!(found.cells, cells, "{row}"),
            // A key with escapes is known only where it is expected.
            None => assert!(row.starts_with(r#"{"q\"q""#), "{row}"),
        }
    }
    assert_eq!(scanned(rows("").as_bytes()).unwrap().cells, Vec::<&str>::new());
    assert!(scanned(br#"{"data":{"req_data":[]},"meta":{}}"#).is_some());
}

#[test]
fn all_else_is_left_to_the_careful_reader() {
    let whole = r#""a":1,"ab":2,"ü":3,"q\"q":4"#;
    let of_cell = |cell: &str| rows(&format!("{{{}}}", whole.replace(":3", &format!(":{cell}"))));
    for cell in [
        "null",
        "true",
        "[1,[2]]",
        "{\"a\":1}",
        "01",
        "1.",
        ".5",
        "+1",
        "-",
        "1e",
        "1e+",
        "NaN",
        "-Infinity",
        "0x1",
        "'1'",
        "\"a\\n\"",
        "\"a\u{1}\"",
        "\"a",
        "",
        "1 2",
    ] {
        assert_eq!(scanned(of_cell(cell).as_bytes()), None, "{cell}");
    }
    for body in [
        String::new(),
        rows("{}"),
        rows(r#"{"a":1,"ab":2,"ü":3}"#),
        rows(&format!("{{{whole},}}")),
        rows(&format!("{{{whole}}},")),
        rows(&format!("{{{whole}}}")) + "x",
        rows(&format!("{{{}}}", whole.replace("\"a\"", "\"\\u0061\""))),
        r#"{"data":{"req_data":[]},"data":{"req_data":[]}}"#.to_owned(),
        r#"{"meta":{},"meta":{},"data":{"req_data":[]}}"#.to_owned(),
        r#"{"meta":{"uuid":null},"data":{"req_data":[]}}"#.to_owned(),
        r#"{"meta":null,"data":{"req_data":[]}}"#.to_owned(),
        r#"{"data":{"req_data":[],"more":1}}"#.to_owned(),
        r#"{"data":{}}"#.to_owned(),
        r#"{"meta":{"uuid":1}}"#.to_owned(),
    ] {
        assert_eq!(scanned(body.as_bytes()), None, "{body}");
    }
    assert_eq!(scanned(b"{\"data\":{\"req_data\":[{\"a\":\"\xff\"}]}}"), None);
}

#[test]
fn depth_breaks_neither_reader() {
    let deep = "[".repeat(200_000);
    let names: Vec<String> = NAMES.map(str::to_owned).to_vec();
    for body in [
        deep.clone(),
        rows(&deep),
        rows(&format!("{{\"a\":{deep}")),
        format!("{{\"meta\":{{\"uuid\":{deep}"),
        format!("{{\"more\":{}", "{\"a\":".repeat(200_000)),
    ] {
        assert_eq!(scanned(body.as_bytes()), None);
        assert!(careful::read(&names, body.as_bytes()).is_err());
    }
}

fn white() -> impl Strategy<Value = &'static str> {
    select(vec!["", "", "", " ", "\n\t", "\r\n  "])
}

fn key() -> impl Strategy<Value = &'static str> {
    select(vec![
        r#""a""#,
        r#""ab""#,
        r#""ü""#,
        r#""q\"q""#,
        r#""\u0061""#,
        r#""id""#,
        r#""""#,
        "a",
        "1",
    ])
}

fn cell() -> impl Strategy<Value = String> {
    let fixed = select(vec![
        "0",
        "-0",
        "01",
        "1.",
        "1e5",
        "1E+5",
        "1e999",
        "-",
        "null",
        "true",
        "[1,[2]]",
        "{\"a\":1}",
        "\"5.1\"",
        "\"ü\"",
        "\"a\\u0000\"",
        "\"a",
        "NaN",
        "123456789012345678901234567890",
    ])
    .prop_map(str::to_owned);
    prop_oneof![
        fixed,
        any::<f64>().prop_map(|number| number.to_string()),
        any::<i64>().prop_map(|number| number.to_string()),
    ]
}

/// A row whose columns mostly are the declared ones, mostly in order.
fn row() -> impl Strategy<Value = String> {
    let usual = vec(
        ("-?[0-9]{1,3}(\\.[0-9]{1,3})?", white()),
        NAMES.len()..=NAMES.len(),
    )
    .prop_map(|cells| {
        let keys = [r#""a""#, r#""ab""#, r#""ü""#, r#""q\"q""#];
        let columns: Vec<String> = keys
            .iter()
            .zip(&cells)
            .map(|(key, (cell, white))| format!("{key}{white}:{cell}"))
            .collect();
        columns.join(",")
    });
    let more = (key(), white(), cell(), white())
        .prop_map(|(key, white, cell, end)| format!(",{key}:{white}{cell}{end}"));
    (usual, vec(more, 0..3)).prop_map(|(usual, more)| format!("{{{usual}{}}}", more.concat()))
}

/// A body of the usual form, and then up to three of its bytes changed, left out or put in.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let meta = select(vec![
        "",
        "\"meta\":{},",
        "\"meta\":{\"uuid\":\"x\"},",
        "\"meta\":{\"uuid\":[1]},",
        "\"meta\":null,",
        "\"id\":1,",
    ]);
    let whole = (meta, white(), vec(row(), 0..4)).prop_map(|(meta, white, rows)| {
        format!(
            "{white}{{{meta}{white}\"data\":{{\"req_data\":[{}]}}{white}}}{white}",
            rows.join(",")
        )
    });
    let change = (any::<prop::sample::Index>(), 0u8..3, any::<u8>());
    (whole, vec(change, 0..4)).prop_map(|(whole, changes)| {
        let mut body = whole.into_bytes();
        for (at, how, byte) in changes {
            let at = at.index(body.len().max(1));
            match how {
                0 if at < body.len() => body[at] = byte,
                1 if at < body.len() => drop(body.remove(at)),
                _ => body.insert(at, byte),
            }
        }
        body
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn what_is_scanned_is_what_is_read_carefully(body in body()) {
        scanned(&body);
    }

    #[test]
    fn a_usual_row_is_scanned(numbers in vec(any::<f64>().prop_filter("JSON has it", |one| one.is_finite()), 4..5)) {
        let [a, b, c, d] = numbers.as_slice() else { panic!("four") };
        let row = format!(r#"{{"a":{a:e},"ab":{b:?},"ü":{c},"q\"q":{d}}}"#);
        prop_assert!(scanned(rows(&row).as_bytes()).is_some());
    }
}
