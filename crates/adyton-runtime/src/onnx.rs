//! ONNX models in process.
//!
//! `library.rs` finds ONNX Runtime, `loader.rs` loads models with it; [`Onnx`](crate::onnx_models::Onnx)
//! lets a model load after a trial only. A loaded model is a [`Predictor`](predictor::Predictor) (`onnx_runtime.rs` or `builtin.rs`)
//! with a `signature.rs`; `codec.rs` stands between it and JSON; `in_process.rs` puts both together and decides on which thread
//! a call runs (`in_process/inline_policy.rs`, `threads.rs`).

pub mod builtin;
mod classifier;
pub mod codec;
pub mod cost;
pub mod declared_ports;
pub mod ending;
pub(crate) mod example;
pub mod in_process;
pub mod library;
pub mod load_error;
pub mod load_into;
pub(crate) mod loader;
pub mod memory;
mod no_library;
pub mod onnx_runtime;
pub(crate) mod panics;
pub mod predictor;
pub(crate) mod session_pool;
pub mod signature;
pub mod tensor;
pub mod threads;
mod trial_shapes;
pub mod work_meter;
