//! libFuzzer for the target `archive`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| adyton_fuzz::run("archive", bytes));
