//! libFuzzer for the target `authorization`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| adyton_fuzz::run("authorization", bytes));
