//! libFuzzer for the target `process_answer`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| adyton_fuzz::run("process_answer", bytes));
