//! Reads a plan from a graph. Anything that is not known exactly gives none: then the runtime serves.

use std::collections::HashMap;
use std::sync::Arc;

use prost::Message;
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto};

use super::plan::{After, Layer, Norm, Output, Plan, Slot, Step};
use crate::onnx::tensor::{ElementType, Label, Ports};
use crate::onnx::zip_map::attribute;

/// The number that the file format has for float32 (`TensorProto.DataType`).
const FLOAT32: i64 = 1;

/// The plan of the model in `file`; `None` when it is no linear model.
pub(super) fn plan(file: &[u8], ports: &Ports) -> Option<Plan> {
    let model = ModelProto::decode(file).ok()?;
    let graph = model.graph.as_ref().filter(|_| model.functions.is_empty())?;
    let is_matrix = |axes: &Option<Vec<_>>| axes.as_ref().is_some_and(|axes| axes.len() == 2);
    let fit = ports
        .inputs
        .iter()
        .all(|input| input.element == ElementType::Float32 && is_matrix(&input.axes));
    if !fit || ports.inputs.is_empty() || !graph.initializer.is_empty() {
        return None;
    }
    let mut reading = Reading {
        names: HashMap::new(),
        steps: Vec::new(),
        inputs: ports.inputs.len(),
    };
    for (slot, input) in ports.inputs.iter().enumerate() {
        reading.names.insert(input.name.to_string(), Made::Matrix(slot));
    }
    for node in &graph.node {
        reading.node(node)?;
    }
    reading.finish(graph)
}

/// What a name in the graph stands for.
#[derive(Clone)]
enum Made {
    Matrix(Slot),
    Labels(Slot),
    Maps(Slot, Vec<Label>),
}

struct Reading {
    names: HashMap<String, Made>,
    steps: Vec<Step>,
    inputs: usize,
}

impl Reading {
    fn finish(self, graph: &GraphProto) -> Option<Plan> {
        let outputs = graph
            .output
            .iter()
            .map(|output| match self.names.get(&output.name)? {
                Made::Matrix(slot) => Some(Output::Matrix(*slot)),
                Made::Labels(slot) => Some(Output::Labels(*slot)),
                Made::Maps(slot, labels) => Some(Output::Maps(*slot, labels.clone())),
            });
        let outputs = outputs.collect::<Option<Vec<_>>>()?;
        let is_linear = self.steps.iter().any(|step| matches!(step, Step::Linear { .. }));
        is_linear.then_some(Plan {
            inputs: self.inputs,
            steps: self.steps,
            outputs,
        })
    }

    fn node(&mut self, node: &NodeProto) -> Option<()> {
        let [to, more @ ..] = node.output.as_slice() else {
            return None;
        };
        match (node.domain.as_str(), node.op_type.as_str()) {
            ("" | "ai.onnx", "Identity") => {
                let same = self.names.get(node.input.first()?)?.clone();
                self.names.insert(to.clone(), same);
            }
            ("" | "ai.onnx", "Cast") if integer(node, "to") == Some(FLOAT32) => {
                let same = self.matrix(node)?;
                self.names.insert(to.clone(), Made::Matrix(same));
            }
            ("" | "ai.onnx", "Concat") if matches!(integer(node, "axis"), Some(1 | -1)) => {
                let from = node.input.iter().map(|name| self.matrix_of(name));
                let from = from.collect::<Option<Vec<_>>>()?;
                self.step(to, Step::Join(from));
            }
            ("ai.onnx.ml", "Scaler") => {
                let (offset, scale) = (floats(node, "offset"), floats(node, "scale"));
                let from = self.matrix(node)?;
                self.step(to, Step::Scale { from, offset, scale });
            }
            ("ai.onnx.ml", "Normalizer") => {
                let norm = match text(node, "norm").as_deref() {
                    Some("L1") => Norm::L1,
                    Some("L2") => Norm::L2,
                    _ => return None,
                };
                let from = self.matrix(node)?;
                self.step(to, Step::Normalize { from, norm });
            }
            ("ai.onnx.ml", "LinearRegressor") => {
                let layer = layer(node)?;
                let from = self.matrix(node)?;
                let after = match after(node)? {
                    After::None => After::None,
                    After::Logistic | After::Softmax => return None,
                };
                self.step(
                    to,
                    Step::Linear {
                        from,
                        layer,
                        after,
                        labels: None,
                    },
                );
            }
            ("ai.onnx.ml", "LinearClassifier") => self.classifier(node, to, more)?,
            ("ai.onnx.ml", "ZipMap") => {
                let from = self.matrix(node)?;
                let made = Made::Maps(from, labels(node, "classlabels_int64s")?);
                self.names.insert(to.clone(), made);
            }
            _ => return None,
        }
        Some(())
    }

    /// With one score for two classes the rules are others: left to the runtime.
    fn classifier(&mut self, node: &NodeProto, to: &str, more: &[String]) -> Option<()> {
        let [scores] = more else { return None };
        let labels = labels(node, "classlabels_ints")?;
        let layer = layer(node).filter(|layer| layer.intercepts.len() == labels.len())?;
        let from = self.matrix(node)?;
        let after = after(node)?;
        let slot = self.step(
            scores,
            Step::Linear {
                from,
                layer,
                after,
                labels: Some(labels),
            },
        );
        self.names.insert(to.to_owned(), Made::Labels(slot));
        Some(())
    }

    fn step(&mut self, to: &str, step: Step) -> Slot {
        let slot = self.inputs + self.steps.len();
        self.steps.push(step);
        self.names.insert(to.to_owned(), Made::Matrix(slot));
        slot
    }

    fn matrix(&self, node: &NodeProto) -> Option<Slot> {
        match node.input.as_slice() {
            [only] => self.matrix_of(only),
            _ => None,
        }
    }

    fn matrix_of(&self, name: &str) -> Option<Slot> {
        match self.names.get(name)? {
            Made::Matrix(slot) => Some(*slot),
            Made::Labels(_) | Made::Maps(..) => None,
        }
    }
}

fn layer(node: &NodeProto) -> Option<Layer> {
    let (weights, intercepts) = (floats(node, "coefficients"), floats(node, "intercepts"));
    let is_whole = intercepts.len() > 1 || (node.op_type == "LinearRegressor" && intercepts.len() == 1);
    (is_whole && !weights.is_empty()).then_some(Layer { weights, intercepts })
}

fn after(node: &NodeProto) -> Option<After> {
    match text(node, "post_transform").as_deref() {
        None | Some("NONE") => Some(After::None),
        Some("LOGISTIC") => Some(After::Logistic),
        Some("SOFTMAX") => Some(After::Softmax),
        Some(_) => None,
    }
}

/// The classes of a node, of either kind; `None` when it has both or none.
fn labels(node: &NodeProto, numbers: &str) -> Option<Vec<Label>> {
    let numbers = attribute(node, numbers).map(|found| found.ints.as_slice());
    let texts = attribute(node, "classlabels_strings").map(|found| found.strings.as_slice());
    match (numbers.unwrap_or_default(), texts.unwrap_or_default()) {
        ([], []) => None,
        (numbers, []) => Some(numbers.iter().map(|number| Label::Number(*number)).collect()),
        ([], texts) => texts
            .iter()
            .map(|text| str::from_utf8(text).ok().map(|text| Label::Text(Arc::from(text))))
            .collect(),
        _ => None,
    }
}

fn floats(node: &NodeProto, name: &str) -> Vec<f32> {
    attribute(node, name).map_or_else(Vec::new, |found| found.floats.clone())
}

fn integer(node: &NodeProto, name: &str) -> Option<i64> {
    attribute(node, name).map(|found| found.i)
}

fn text(node: &NodeProto, name: &str) -> Option<String> {
    attribute(node, name).map(|found| String::from_utf8_lossy(&found.s).into_owned())
}
