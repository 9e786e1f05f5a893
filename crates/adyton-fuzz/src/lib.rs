//! What strangers' bytes are fed to by fuzzing: one function for each place where bytes from outside become something.
//!
//! A target takes any bytes and must return: a panic, an endless loop, or memory without bound is a finding. Most also compare
//! what must be the same, such as an answer in one piece and in many. The same functions are run by libFuzzer (`fuzz/`, `make
//! fuzz`), and, over the committed corpora and seeded mutations of them, by an ordinary test.

#![expect(
    clippy::expect_used,
    reason = "a target says what it found by panicking; nothing but fuzzing runs it"
)]

pub mod choices;
pub mod mutate;
mod target;

/// A target of fuzzing.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name: of its corpus' folder, and of its program in `fuzz/`.
    pub name: &'static str,
    /// Feeds it with bytes.
    pub run: fn(&[u8]),
    /// How many mutations of each file of its corpus the short run tries.
    pub rounds: u32,
}

/// All targets.
pub const TARGETS: &[Target] = &[
    target("request_head", target::request_head::run, 300),
    target("answer", target::answer::run, 300),
    target("authorization", target::authorization::run, 300),
    target("token", target::token::run, 300),
    target("config", target::config::run, 300),
    target("archive", target::archive::run, 60),
    target("onnx_json", target::onnx_json::run, 300),
    target("onnx_graph", target::onnx_graph::run, 100),
    target("process_answer", target::process_answer::run, 300),
];

const fn target(name: &'static str, run: fn(&[u8]), rounds: u32) -> Target {
    Target { name, run, rounds }
}

/// Runs the target of a name.
///
/// # Panics
/// There is none of this name, or the target found something.
pub fn run(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    (target.expect("a target of this name").run)(bytes);
}
