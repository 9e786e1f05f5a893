//! libFuzzer for the target `onnx_graph`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| adyton_fuzz::run("onnx_graph", bytes));
