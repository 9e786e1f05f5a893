//! The declaration of an input or output in a model file (ONNX, `ValueInfoProto`): tensors, and the sequences, maps and optional
//! values that the protocol of the compiled-in runtime does not have.

use adyton_core::port::{AxisLength, Port};

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct ValueInfo {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, optional, tag = "2")]
    kind: Option<ValueType>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct ValueType {
    #[prost(oneof = "KindValue", tags = "1, 4, 5, 9")]
    value: Option<KindValue>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
enum KindValue {
    #[prost(message, tag = "1")]
    Tensor(TensorInfo),
    #[prost(message, tag = "4")]
    Sequence(Box<ItemType>),
    #[prost(message, tag = "5")]
    Map(Box<MapInfo>),
    #[prost(message, tag = "9")]
    Optional(Box<ItemType>),
}

#[derive(Clone, PartialEq, prost::Message)]
struct TensorInfo {
    #[prost(int32, tag = "1")]
    element: i32,
    #[prost(message, optional, tag = "2")]
    shape: Option<AxesInfo>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct AxesInfo {
    #[prost(message, repeated, tag = "1")]
    axes: Vec<AxisInfo>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct AxisInfo {
    #[prost(oneof = "AxisValue", tags = "1, 2")]
    value: Option<AxisValue>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
enum AxisValue {
    #[prost(int64, tag = "1")]
    Length(i64),
    #[prost(string, tag = "2")]
    Name(String),
}

#[derive(Clone, PartialEq, prost::Message)]
struct ItemType {
    #[prost(message, optional, boxed, tag = "1")]
    kind: Option<Box<ValueType>>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct MapInfo {
    #[prost(int32, tag = "1")]
    key: i32,
    #[prost(message, optional, boxed, tag = "2")]
    value: Option<Box<ValueType>>,
}

impl ValueInfo {
    /// As it is shown.
    pub(super) fn into_port(self) -> Port {
        let shape = match self.kind.as_ref().and_then(|kind| kind.value.as_ref()) {
            Some(KindValue::Tensor(tensor)) => tensor.shape.as_ref(),
            Some(KindValue::Sequence(_) | KindValue::Map(_) | KindValue::Optional(_)) | None => None,
        };
        Port {
            shape: shape.map(|shape| shape.axes.iter().map(AxisInfo::length).collect()),
            kind: self.kind.as_ref().map(ValueType::name).unwrap_or_default(),
            name: self.name,
        }
    }
}

impl AxisInfo {
    fn length(&self) -> AxisLength {
        match &self.value {
            Some(AxisValue::Length(length)) => {
                u64::try_from(*length).map_or(AxisLength::Any, AxisLength::Fixed)
            }
            Some(AxisValue::Name(name)) if !name.is_empty() => AxisLength::Named(name.clone()),
            Some(AxisValue::Name(_)) | None => AxisLength::Any,
        }
    }
}

impl ValueType {
    fn name(&self) -> String {
        let inner = |kind: &Option<Box<ValueType>>| kind.as_deref().map(ValueType::name).unwrap_or_default();
        match &self.value {
            Some(KindValue::Tensor(tensor)) => element_name(tensor.element).to_owned(),
            Some(KindValue::Sequence(content)) => format!("sequence({})", inner(&content.kind)),
            Some(KindValue::Optional(content)) => format!("optional({})", inner(&content.kind)),
            Some(KindValue::Map(map)) => format!("map({}, {})", element_name(map.key), inner(&map.value)),
            None => String::new(),
        }
    }
}

/// As messages about inputs name them (ONNX, `TensorProto.DataType`).
fn element_name(element: i32) -> &'static str {
    match element {
        1 => "float32",
        2 => "uint8",
        3 => "int8",
        4 => "uint16",
        5 => "int16",
        6 => "int32",
        7 => "int64",
        8 => "string",
        9 => "bool",
        10 => "float16",
        11 => "float64",
        12 => "uint32",
        13 => "uint64",
        14 => "complex64",
        15 => "complex128",
        16 => "bfloat16",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::*;

    #[test]
    fn what_a_classifier_gives_is_a_sequence_of_maps() {
        let boxed = |value| Some(Box::new(ValueType { value: Some(value) }));
        let tensor = TensorInfo {
            element: 1,
            shape: None,
        };
        let map = MapInfo {
            key: 7,
            value: boxed(KindValue::Tensor(tensor)),
        };
        let sequence = ItemType {
            kind: boxed(KindValue::Map(Box::new(map))),
        };
        let info = ValueInfo {
            name: "probabilities".to_owned(),
            kind: Some(ValueType {
                value: Some(KindValue::Sequence(Box::new(sequence))),
            }),
        };
        let read = ValueInfo::decode(info.encode_to_vec().as_slice()).unwrap();
        let port = read.into_port();
        assert_eq!(port.kind, "sequence(map(int64, float32))");
        assert_eq!(port.shape, None);
    }
}
