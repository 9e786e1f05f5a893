//! What a model file declares that it takes and gives, for whoever calls it: read from the file alone.
//!
//! Only the names and types of inputs and outputs are read; weights and nodes are passed over on the disk. So neither the size of
//! a file nor what its graph holds matters, and no trial is needed.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use adyton_core::port::{ModelPorts, Port};
use prost::Message;

use self::value_info::ValueInfo;

mod value_info;

/// The longest declaration of an input or output, and name of a weight, in bytes.
const LONGEST: u64 = 64 << 10;
/// The most inputs and outputs that are told.
const MOST: usize = 1000;

const MODEL_GRAPH: u64 = 7;
const GRAPH_INITIALIZER: u64 = 5;
const GRAPH_INPUT: u64 = 11;
const GRAPH_OUTPUT: u64 = 12;
const TENSOR_NAME: u64 = 8;

/// The ports of the model in `path`; `None` when it cannot be read, or declares more than anybody would read.
pub fn of_file(path: &Path) -> Option<ModelPorts> {
    let file = File::open(path).ok()?;
    let end = file.metadata().ok()?.len();
    let mut found = GraphInputs::default();
    let model = &mut |skim: &mut Skim, field, length| match field {
        MODEL_GRAPH => skim.fields(length, &mut |skim, field, length| found.read(skim, field, length)),
        _ => Ok(false),
    };
    Skim(BufReader::new(file)).fields(end, model).ok()?;
    let weights = found.weights;
    let is_given = |port: &Port| !weights.contains(&port.name);
    Some(ModelPorts {
        inputs: found.inputs.into_iter().filter(is_given).collect(),
        outputs: found.outputs,
    })
}

/// What is read of a graph.
#[derive(Default)]
struct GraphInputs {
    /// Names of what the graph itself holds. In old files they are inputs too.
    weights: HashSet<String>,
    inputs: Vec<Port>,
    outputs: Vec<Port>,
}

impl GraphInputs {
    fn read(&mut self, skim: &mut Skim, field: u64, length: u64) -> io::Result<bool> {
        let ports = match field {
            GRAPH_INITIALIZER => {
                let weights = &mut self.weights;
                return skim.fields(length, &mut |skim, field, length| {
                    if field == TENSOR_NAME {
                        weights.insert(String::from_utf8_lossy(&skim.bytes(length)?).into_owned());
                    }
                    Ok(field == TENSOR_NAME)
                });
            }
            GRAPH_INPUT => &mut self.inputs,
            GRAPH_OUTPUT => &mut self.outputs,
            _ => return Ok(false),
        };
        if ports.len() >= MOST {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let info = ValueInfo::decode(skim.bytes(length)?.as_slice()).map_err(io::Error::other)?;
        ports.push(info.into_port());
        Ok(true)
    }
}

/// Reads a message of Protocol Buffers field by field.
struct Skim(BufReader<File>);

/// Is told the number and the length of a field, and says whether it has read that to its end.
type Each<'e> = &'e mut dyn FnMut(&mut Skim, u64, u64) -> io::Result<bool>;

impl Skim {
    /// Tells of each field that has a length, in the `length` bytes from here, and passes over all else.
    fn fields(&mut self, length: u64, each: Each<'_>) -> io::Result<bool> {
        let end = self.0.stream_position()?.saturating_add(length);
        while self.0.stream_position()? < end {
            let tag = self.number()?;
            match tag & 7 {
                0 => drop(self.number()?),
                1 => self.pass(8)?,
                5 => self.pass(4)?,
                2 => {
                    let length = self.number()?;
                    if length > end.saturating_sub(self.0.stream_position()?) {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                    if !each(self, tag >> 3, length)? {
                        self.pass(length)?;
                    }
                }
                _ => return Err(io::ErrorKind::InvalidData.into()),
            }
        }
        Ok(true)
    }
    fn pass(&mut self, length: u64) -> io::Result<()> {
        match i64::try_from(length) {
            // What is in the buffer already stays there.
            Ok(length) => self.0.seek_relative(length),
            Err(_) => self.0.seek(SeekFrom::End(0)).map(drop),
        }
    }
    fn bytes(&mut self, length: u64) -> io::Result<Vec<u8>> {
        if length > LONGEST {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        self.0.read_exact(&mut bytes)?;
        Ok(bytes)
    }
    fn number(&mut self) -> io::Result<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let mut byte = [0];
            self.0.read_exact(&mut byte)?;
            number |= u64::from(byte[0] & 0x7f) << shift;
            if byte[0] < 0x80 {
                return Ok(number);
            }
        }
        Err(io::ErrorKind::InvalidData.into())
    }
}

#[cfg(test)]
mod tests {
    use tract_onnx::pb::tensor_shape_proto::Dimension;
    use tract_onnx::pb::tensor_shape_proto::dimension::Value as Length;
    use tract_onnx::pb::type_proto::{Tensor, Value as Type};
    use tract_onnx::pb::{
        GraphProto, ModelProto, NodeProto, TensorProto, TensorShapeProto, TypeProto, ValueInfoProto,
    };

    use super::*;

    fn declared(name: &str, element: i32, axes: Option<Vec<Option<Length>>>) -> ValueInfoProto {
        let shape = axes.map(|axes| TensorShapeProto {
            dim: axes
                .into_iter()
                .map(|value| Dimension {
                    value,
                    ..Dimension::default()
                })
                .collect(),
        });
        let tensor = Tensor {
            elem_type: element,
            shape,
        };
        ValueInfoProto {
            name: name.to_owned(),
            r#type: Some(TypeProto {
                value: Some(Type::TensorType(tensor)),
                ..TypeProto::default()
            }),
            ..ValueInfoProto::default()
        }
    }

    fn read(bytes: &[u8]) -> Option<ModelPorts> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.onnx");
        std::fs::write(&path, bytes).unwrap();
        of_file(&path)
    }

    fn bytes(graph: GraphProto) -> Vec<u8> {
        ModelProto {
            ir_version: 8,
            graph: Some(graph),
            ..ModelProto::default()
        }
        .encode_to_vec()
    }

    #[test]
    fn inputs_and_outputs_are_told_and_weights_are_not() {
        let axes = vec![
            Some(Length::DimParam("batch".to_owned())),
            Some(Length::DimValue(4)),
            Some(Length::DimValue(-1)),
            None,
        ];
        let model = bytes(GraphProto {
            input: vec![declared("x", 1, Some(axes)), declared("w", 1, Some(Vec::new()))],
            output: vec![declared("label", 7, None)],
            initializer: vec![TensorProto {
                name: "w".to_owned(),
                raw_data: vec![0; 100_000],
                ..TensorProto::default()
            }],
            node: vec![NodeProto {
                name: "a node".repeat(20_000),
                ..NodeProto::default()
            }],
            ..GraphProto::default()
        });
        let ports = read(&model).unwrap();
        let told = |ports: &[Port]| -> Vec<String> {
            let lines = ports.iter().map(|port| format!("{} {port}", port.name));
            lines.collect()
        };
        assert_eq!(told(&ports.inputs), ["x float32 [batch,4,?,?]"]);
        assert_eq!(told(&ports.outputs), ["label int64"]);
    }

    #[test]
    fn what_is_no_model_declares_nothing_and_is_not_read_beyond_its_end() {
        assert_eq!(read(b""), Some(ModelPorts::default()));
        let whole = bytes(GraphProto {
            input: vec![declared("x", 1, Some(vec![None]))],
            ..GraphProto::default()
        });
        for end in 3..whole.len() {
            assert_eq!(read(&whole[..end]), None, "{end}");
        }
        // Lengths that lead out of the file, out of their message, and out of 64 bits.
        let far = [0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
        for wrong in [&[0x3a, 0x7f, 1][..], &[0x3a, 2, 0x5a, 9, 0], &far, &[0xff; 20]] {
            assert_eq!(read(wrong), None, "{wrong:x?}");
        }
        let many = bytes(GraphProto {
            input: vec![declared("x", 1, None); MOST + 1],
            ..GraphProto::default()
        });
        assert_eq!(read(&many), None);
    }
}
