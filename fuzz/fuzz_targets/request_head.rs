//! libFuzzer for the target `request_head`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| adyton_fuzz::run("request_head", bytes));
