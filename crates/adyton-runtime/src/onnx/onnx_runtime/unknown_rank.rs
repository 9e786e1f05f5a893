//! Whether an input of a model has no axes, or does not say how many it has. ONNX Runtime shows both in the same way; the file
//! tells them apart.

use tract_onnx::pb::ValueInfoProto;
use tract_onnx::pb::type_proto::Value as Type;

/// Whether an input's number of axes is left open.
pub(super) fn leaves_rank_open(input: &ValueInfoProto) -> bool {
    match input.r#type.as_ref().and_then(|ty| ty.value.as_ref()) {
        Some(Type::TensorType(tensor)) => tensor.shape.is_none(),
        _ => false,
    }
}
