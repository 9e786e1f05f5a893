//! libFuzzer for the target `answer`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| adyton_fuzz::run("answer", bytes));
