//! The types of the elements of a graph's values, as far as a look at each node tells, and what is known of its constants.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::type_proto::Value as Type;
use tract_onnx::pb::{AttributeProto, GraphProto, NodeProto, TensorProto, ValueInfoProto};

/// A tensor that the graph holds; its raw bytes are not copied.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Weight {
    #[prost(int32, tag = "2")]
    data_type: i32,
    #[prost(int32, repeated, tag = "5")]
    int32_data: Vec<i32>,
    #[prost(int64, repeated, tag = "7")]
    int64_data: Vec<i64>,
    #[prost(string, tag = "8")]
    pub(super) name: String,
    #[prost(bytes = "bytes", tag = "9")]
    raw_data: Bytes,
    /// Where it lies when it is in a file of its own.
    #[prost(bytes = "bytes", repeated, tag = "13")]
    external_data: Vec<Bytes>,
}

impl Weight {
    /// Whether it holds integers, and this one is surely not among them.
    pub(super) fn lacks(&self, number: i64) -> bool {
        let raw = match DataType::try_from(self.data_type) {
            Ok(DataType::Int32) => {
                let number = i32::try_from(number).map(i32::to_le_bytes);
                number.is_err()
                    || number.is_ok_and(|number| self.raw_data.chunks(4).all(|element| element != number))
            }
            Ok(DataType::Int64) => self
                .raw_data
                .chunks(8)
                .all(|element| element != number.to_le_bytes()),
            _ => return false,
        };
        raw && self.external_data.is_empty()
            && self
                .int32_data
                .iter()
                .all(|element| i64::from(*element) != number)
            && !self.int64_data.contains(&number)
    }

    fn of_tensor(tensor: &TensorProto) -> Self {
        Self {
            data_type: tensor.data_type,
            int32_data: tensor.int32_data.clone(),
            int64_data: tensor.int64_data.clone(),
            name: tensor.name.clone(),
            raw_data: tensor.raw_data.clone().into(),
            external_data: tensor.external_data.iter().map(|_| Bytes::new()).collect(),
        }
    }

    fn of_integers(integers: &[i64]) -> Self {
        Self {
            data_type: DataType::Int64.into(),
            int64_data: integers.to_vec(),
            ..Self::default()
        }
    }
}

/// What a `Constant` node holds.
pub(super) fn constant(node: &NodeProto) -> Option<Weight> {
    let held = node.attribute.first()?;
    match held.name.as_str() {
        "value" => held.t.as_ref().map(Weight::of_tensor),
        "value_int" => Some(Weight::of_integers(&[held.i])),
        "value_ints" => Some(Weight::of_integers(&held.ints)),
        "value_float" | "value_floats" => Some(Weight {
            data_type: DataType::Float.into(),
            ..Weight::default()
        }),
        _ => None,
    }
}

/// What is known of a graph's values, by name.
#[derive(Clone, Default)]
pub(super) struct ElementTypes {
    types: HashMap<String, i32>,
    /// What the graph holds, and surely without -1.
    no_minus_one: HashSet<String>,
    /// What the graph holds, and surely without the least integer of its type.
    no_least: HashSet<String>,
}

impl ElementTypes {
    /// Of a graph with these weights, these inputs and outputs and values, and these nodes.
    pub(super) fn of(weights: &[Weight], declared: [&Vec<ValueInfoProto>; 3], nodes: &[NodeProto]) -> Self {
        let mut types = Self::default();
        for weight in weights {
            types.hold(&weight.name, weight);
        }
        for value in declared.into_iter().flatten() {
            types.declare(value);
        }
        // A caller may send something else under the name of a weight that is an input too.
        for input in declared[0] {
            types.forget(&input.name);
        }
        nodes.iter().for_each(|node| types.follow(node));
        types
    }

    /// Of a graph inside of an operator, which sees what stands around it.
    pub(super) fn inside(&self, graph: &GraphProto) -> Self {
        let mut types = self.clone();
        for input in &graph.input {
            types.types.remove(&input.name);
            types.forget(&input.name);
        }
        for tensor in &graph.initializer {
            types.hold(&tensor.name, &Weight::of_tensor(tensor));
        }
        for value in graph.input.iter().chain(&graph.output).chain(&graph.value_info) {
            types.declare(value);
        }
        graph.node.iter().for_each(|node| types.follow(node));
        types
    }

    /// Whether this may be a division of integers whose quotient has no room in its type.
    pub(super) fn may_overflow(&self, dividend: &str, divisor: &str) -> bool {
        let may_be_integer = |name| match self.types.get(name).map(|number| DataType::try_from(*number)) {
            Some(Ok(DataType::Int32 | DataType::Int64 | DataType::Undefined)) | None => true,
            Some(_) => false,
        };
        may_be_integer(dividend)
            && may_be_integer(divisor)
            && !self.no_minus_one.contains(divisor)
            && !self.no_least.contains(dividend)
    }

    fn hold(&mut self, name: &str, weight: &Weight) {
        self.forget(name);
        if weight.lacks(-1) {
            self.no_minus_one.insert(name.to_owned());
        }
        if weight.lacks(i64::MIN) && weight.lacks(i64::from(i32::MIN)) {
            self.no_least.insert(name.to_owned());
        }
        self.types.insert(name.to_owned(), weight.data_type);
    }

    fn forget(&mut self, name: &str) {
        self.no_minus_one.remove(name);
        self.no_least.remove(name);
    }

    fn declare(&mut self, value: &ValueInfoProto) {
        let ty = value.r#type.as_ref().and_then(|ty| ty.value.as_ref());
        if let Some(Type::TensorType(tensor)) = ty {
            self.types.insert(value.name.clone(), tensor.elem_type);
        }
    }

    /// Learns what a node gives.
    fn follow(&mut self, node: &NodeProto) {
        if !matches!(node.domain.as_str(), "" | "ai.onnx") {
            return;
        }
        if node.op_type == "Constant"
            && let (Some(weight), Some(output)) = (constant(node), node.output.first())
        {
            return self.hold(output, &weight);
        }
        for (at, output) in node.output.iter().enumerate() {
            if let Some(made) = self.made(node, at).filter(|_| !self.types.contains_key(output)) {
                self.types.insert(output.clone(), made);
            }
        }
    }

    /// The type of an output of a node.
    fn made(&self, node: &NodeProto, at: usize) -> Option<i32> {
        let input = |at: usize| self.types.get(node.input.get(at)?.as_str()).copied();
        let attribute = |name: &str| node.attribute.iter().find(|attribute| attribute.name == name);
        let number = |attribute: &AttributeProto| i32::try_from(attribute.i).ok();
        match node.op_type.as_str() {
            "Shape" | "Size" | "NonZero" | "ArgMax" | "ArgMin" => Some(DataType::Int64.into()),
            "TopK" | "Unique" | "MaxPool" if at > 0 => Some(DataType::Int64.into()),
            "Cast" => attribute("to").and_then(number),
            "ConstantOfShape" => {
                let value = attribute("value").and_then(|value| value.t.as_ref());
                Some(value.map_or(DataType::Float.into(), |tensor| tensor.data_type))
            }
            "Where" | "CastLike" | "DequantizeLinear" => input(1),
            "OneHot" => input(2),
            op if TRUTHS.contains(&op) => Some(DataType::Bool.into()),
            op if KEEPERS.contains(&op) => input(0),
            _ => None,
        }
    }
}

#[rustfmt::skip]
/// Operators that give truth values.
const TRUTHS: &[&str] = &[
    "And", "Equal", "Greater", "GreaterOrEqual", "IsInf", "IsNaN", "Less", "LessOrEqual", "Not", "Or", "Xor",
];

#[rustfmt::skip]
/// Operators whose output has the type of their first input.
const KEEPERS: &[&str] = &[
    "Abs", "Add", "AveragePool", "BatchNormalization", "BitShift", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "Ceil", "Clip", "Compress",
    "Concat", "Conv", "ConvTranspose", "Cos", "CumSum", "DepthToSpace", "Div", "Einsum", "Elu", "Erf", "Exp", "Expand", "Flatten",
    "Floor", "GRU", "Gather", "GatherElements", "GatherND", "Gelu", "Gemm", "GlobalAveragePool", "GlobalMaxPool",
    "GroupNormalization", "HardSigmoid", "HardSwish", "Identity", "InstanceNormalization", "LSTM", "LayerNormalization", "LeakyRelu",
    "Log", "LogSoftmax", "MatMul", "Max", "MaxPool", "Mean", "Min", "Mod", "Mul", "Neg", "PRelu", "Pad", "Pow", "RNN", "Range",
    "Reciprocal", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd",
    "ReduceSum", "ReduceSumSquare", "Relu", "Reshape", "Resize", "ReverseSequence", "Round", "ScatterElements", "ScatterND", "Selu",
    "Sigmoid", "Sign", "Sin", "Slice", "Softmax", "Softplus", "SpaceToDepth", "Split", "Sqrt", "Squeeze", "Sub", "Sum", "Tanh", "Tile",
    "TopK", "Transpose", "Trilu", "Unique", "Unsqueeze", "Upsample",
];
