//! Runs ONNX conformance cases in one of the two runtimes, for `tests/test_conformance.py`.
//!
//! `conformance builtin|LIBRARY NAME [ADYTON]` reads the folders of cases from standard input, one a line; with the server's binary each
//! model runs in a process of its own. A case holds `model.onnx`
//! and `input_0.pb`, `input_1.pb`, … (`TensorProto`). What the model answers is written beside them as `NAME_0.pb`, …; what
//! happened is a line of JSON on standard output: `{"case":…,"load":…}` when the import was refused, `{"case":…,"run":…}`
//! when the call failed, `{"case":…,"outputs":[…]}` with the number of tensors in each output.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test's driver"
)]

use std::fs;
use std::io::{BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Duration;

use adyton_runtime::isolated::Isolation;
use adyton_runtime::onnx::ending::Ending;
use adyton_runtime::onnx::library::{Choice, LibrarySetting};
use adyton_runtime::onnx::load_into::LoadInto;
use adyton_runtime::onnx::tensor::{Elements, Tensor, Value};
use adyton_runtime::onnx_models::Onnx;
use half::f16;
use prost::Message;
use serde_json::{Value as Json, json};
use tract_onnx::pb::TensorProto;

/// For loading a model into a process of its own.
const TIME: Duration = Duration::from_secs(60);

fn main() {
    let runtime = std::env::args().nth(1).expect("builtin, or the library's file");
    let name = std::env::args().nth(2).expect("how answers are named");
    let binary = std::env::args_os().nth(3);
    let onnx = match runtime.as_str() {
        "builtin" => Onnx::builtin(),
        file => Onnx::start(&LibrarySetting::parse(file), &[], 1),
    };
    let onnx = match binary {
        Some(binary) => onnx.with_isolation(Isolation {
            into: LoadInto::Sandbox,
            child: vec![binary, "keeper".into()],
            memory: 1 << 30,
            stack: 8 << 20,
        }),
        None => onnx,
    };
    assert_eq!(
        matches!(onnx.choice(), Choice::Library(_)),
        runtime != "builtin",
        "{}",
        onnx.choice()
    );
    for line in std::io::stdin().lock().lines() {
        let folder = line.unwrap();
        let mut said = catch_unwind(AssertUnwindSafe(|| case(&onnx, Path::new(&folder), &name)))
            .unwrap_or_else(|_| json!({"run": "the runtime panicked"}));
        said["case"] = folder.into();
        let mut out = std::io::stdout().lock();
        writeln!(out, "{said}").unwrap();
        out.flush().unwrap();
    }
}

fn case(onnx: &Onnx, folder: &Path, name: &str) -> Json {
    let loaded = onnx.load_until(folder, "model.onnx", TIME, &Ending::new());
    let model = match loaded {
        Ok(model) => model,
        Err(problem) => return json!({"load": problem.to_string()}),
    };
    let inputs: Option<Vec<Tensor>> = (0..model.ports().inputs.len())
        .map(|at| fs::read(folder.join(format!("input_{at}.pb"))).ok())
        .map(|file| read(&TensorProto::decode(file?.as_slice()).ok()?))
        .collect();
    let Some(inputs) = inputs else {
        return json!({"run": "an input is not there, or of a type that no call can carry"});
    };
    for (port, input) in model.ports().inputs.iter().zip(&inputs) {
        if !port.takes(&input.shape) {
            return json!({"run": format!("{}: expected {port}, got {:?}", port.name, input.shape)});
        }
    }
    let values = match model.run(&inputs) {
        Ok(values) => values,
        Err(problem) => return json!({"run": problem.to_string()}),
    };
    let mut written = 0;
    let mut write = |tensor: &Tensor| {
        fs::write(
            folder.join(format!("{name}_{written}.pb")),
            proto(tensor).encode_to_vec(),
        )
        .unwrap();
        written += 1;
    };
    let counts: Vec<Json> = values
        .iter()
        .map(|value| match value {
            Value::Tensor(tensor) => {
                write(tensor);
                json!("tensor")
            }
            Value::Sequence(tensors) => {
                tensors.iter().for_each(&mut write);
                json!(tensors.len())
            }
            Value::Maps(_) => json!("maps"),
        })
        .collect();
    json!({"outputs": counts})
}

fn numbers<const N: usize, T>(raw: &[u8], make: fn([u8; N]) -> T) -> Vec<T> {
    raw.chunks_exact(N)
        .map(|bytes| make(bytes.try_into().unwrap()))
        .collect()
}

fn read(proto: &TensorProto) -> Option<Tensor> {
    let raw = proto.raw_data.as_slice();
    let elements = match proto.data_type {
        1 => Elements::Float32(numbers(raw, f32::from_le_bytes)),
        2 => Elements::Uint8(raw.to_vec()),
        3 => Elements::Int8(numbers(raw, i8::from_le_bytes)),
        4 => Elements::Uint16(numbers(raw, u16::from_le_bytes)),
        5 => Elements::Int16(numbers(raw, i16::from_le_bytes)),
        6 => Elements::Int32(numbers(raw, i32::from_le_bytes)),
        7 => Elements::Int64(numbers(raw, i64::from_le_bytes)),
        8 => {
            let text = |text: &Vec<u8>| String::from_utf8(text.clone()).unwrap();
            Elements::Text(proto.string_data.iter().map(text).collect())
        }
        9 => Elements::Bool(raw.iter().map(|byte| *byte != 0).collect()),
        10 => Elements::Float16(numbers(raw, f16::from_le_bytes)),
        11 => Elements::Float64(numbers(raw, f64::from_le_bytes)),
        12 => Elements::Uint32(numbers(raw, u32::from_le_bytes)),
        13 => Elements::Uint64(numbers(raw, u64::from_le_bytes)),
        _ => return None,
    };
    let shape = proto
        .dims
        .iter()
        .map(|length| usize::try_from(*length).unwrap())
        .collect();
    Some(Tensor { shape, elements })
}

fn proto(tensor: &Tensor) -> TensorProto {
    fn raw<const N: usize, T: Copy>(elements: &[T], bytes: fn(T) -> [u8; N]) -> Vec<u8> {
        elements.iter().flat_map(|element| bytes(*element)).collect()
    }
    let mut made = TensorProto {
        dims: tensor
            .shape
            .iter()
            .map(|length| i64::try_from(*length).unwrap())
            .collect(),
        ..TensorProto::default()
    };
    (made.data_type, made.raw_data) = match &tensor.elements {
        Elements::Float32(e) => (1, raw(e, f32::to_le_bytes)),
        Elements::Uint8(e) => (2, e.clone()),
        Elements::Int8(e) => (3, raw(e, i8::to_le_bytes)),
        Elements::Uint16(e) => (4, raw(e, u16::to_le_bytes)),
        Elements::Int16(e) => (5, raw(e, i16::to_le_bytes)),
        Elements::Int32(e) => (6, raw(e, i32::to_le_bytes)),
        Elements::Int64(e) => (7, raw(e, i64::to_le_bytes)),
        Elements::Text(texts) => {
            made.string_data = texts.iter().map(|text| text.clone().into_bytes()).collect();
            (8, Vec::new())
        }
        Elements::Bool(e) => (9, e.iter().map(|flag| u8::from(*flag)).collect()),
        Elements::Float16(e) => (10, raw(e, f16::to_le_bytes)),
        Elements::Float64(e) => (11, raw(e, f64::to_le_bytes)),
        Elements::Uint32(e) => (12, raw(e, u32::to_le_bytes)),
        Elements::Uint64(e) => (13, raw(e, u64::to_le_bytes)),
    };
    made
}
