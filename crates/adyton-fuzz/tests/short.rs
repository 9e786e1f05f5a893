//! The short run: every target over its corpus, and over mutations of it that are the same each time. What a long run finds
//! (`make fuzz`) is added to the corpus, so that it is never lost again.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use adyton_fuzz::mutate::{Random, mutated};
use adyton_fuzz::{TARGETS, Target};

/// Mutations are this many times as many: for a longer run without libFuzzer.
const TIMES: &str = "ADYTON_FUZZ_TIMES";

fn corpus(target: &Target) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(target.name);
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{} has no corpus", target.name);
    files
}

fn check(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let times: u32 = std::env::var(TIMES).map_or(1, |text| text.parse().unwrap());
    for (number, file) in corpus(target).iter().enumerate() {
        let bytes = fs::read(file).unwrap();
        let try_out = |bytes: &[u8], what: &str| {
            if catch_unwind(|| (target.run)(bytes)).is_err() {
                #[expect(
                    clippy::disallowed_methods,
                    reason = "what a failure leaves behind has to stay, where a person finds it"
                )]
                let kept = std::env::temp_dir().join(format!("adyton-fuzz-{name}"));
                fs::write(&kept, bytes).unwrap();
                panic!("{name}: {}, {what}: see {}", file.display(), kept.display());
            }
        };
        try_out(&bytes, "as it is");
        let mut random = Random::new(number as u64 + 1);
        for round in 0..target.rounds * times {
            try_out(&mutated(&bytes, &mut random), &format!("mutation {round}"));
        }
    }
}

macro_rules! targets {
    ($($name:ident)*) => {
        $(#[test] fn $name() { check(stringify!($name)); })*

        #[test]
        fn every_target_is_run() {
            let here = [$(stringify!($name)),*];
            let all: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
            assert_eq!(all, here);
            for target in TARGETS {
                let program = Path::new(env!("CARGO_MANIFEST_DIR"))
                    .join(format!("../../fuzz/fuzz_targets/{}.rs", target.name));
                assert!(program.is_file(), "{} is missing", program.display());
            }
        }
    };
}

targets!(request_head answer authorization token config archive onnx_json onnx_graph process_answer);
