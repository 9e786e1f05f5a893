//! Whether an input of a model has no axes, or does not say how many it has. ONNX Runtime shows both in the same way; the file
//! tells them apart. Of the file only the inputs are read: weights are passed over, so its size does not matter.

use std::collections::HashSet;
use std::path::Path;

use prost::Message;
use tract_onnx::pb::ValueInfoProto;
use tract_onnx::pb::type_proto::Value as Type;

/// A model, as far as it matters here.
#[derive(Clone, PartialEq, prost::Message)]
struct Model {
    #[prost(message, optional, tag = "7")]
    graph: Option<Graph>,
}

/// A graph, as far as it matters here.
#[derive(Clone, PartialEq, prost::Message)]
struct Graph {
    #[prost(message, repeated, tag = "11")]
    input: Vec<ValueInfoProto>,
}

/// The names of the inputs whose number of axes the model in `path` leaves open.
pub(super) fn inputs(path: &Path) -> HashSet<String> {
    let model = std::fs::read(path)
        .ok()
        .and_then(|file| Model::decode(file.as_slice()).ok());
    let inputs = model
        .and_then(|model| model.graph)
        .map(|graph| graph.input)
        .unwrap_or_default();
    inputs
        .into_iter()
        .filter(leaves_rank_open)
        .map(|input| input.name)
        .collect()
}

/// Whether an input's number of axes is left open.
pub(super) fn leaves_rank_open(input: &ValueInfoProto) -> bool {
    match input.r#type.as_ref().and_then(|ty| ty.value.as_ref()) {
        Some(Type::TensorType(tensor)) => tensor.shape.is_none(),
        _ => false,
    }
}
