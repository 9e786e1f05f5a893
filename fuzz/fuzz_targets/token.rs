//! libFuzzer for the target `token`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| adyton_fuzz::run("token", bytes));
