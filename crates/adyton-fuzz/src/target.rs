//! One file a target.

pub(crate) mod answer;
pub(crate) mod archive;
pub(crate) mod authorization;
pub(crate) mod config;
pub(crate) mod onnx_graph;
pub(crate) mod onnx_json;
pub(crate) mod process_answer;
pub(crate) mod request_head;
pub(crate) mod token;
