//! What an ONNX model declares that it takes and gives: names, types and shapes, for people and programs.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The inputs and outputs of a model, in the order of its graph.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ModelPorts {
    /// The inputs that have no value of their own.
    pub inputs: Vec<Port>,
    /// The outputs.
    pub outputs: Vec<Port>,
}

/// An input or output.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Port {
    /// Its name in the graph.
    pub name: String,
    /// `float32`, `string`, `sequence(map(int64, float32))`, …; empty when the graph does not say.
    #[serde(rename = "type")]
    pub kind: String,
    /// The length of each axis; `None` when the graph does not say how many there are, or it is no tensor.
    pub shape: Option<Vec<AxisLength>>,
}

/// How long an axis is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AxisLength {
    /// Exactly so long.
    Fixed(u64),
    /// Any length; axes of one name have the same.
    Named(String),
    /// Any length.
    Any,
}

/// `float32 [N,4]`, as messages about inputs name it.
impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind)?;
        let Some(shape) = &self.shape else { return Ok(()) };
        f.write_str(" [")?;
        for (at, length) in shape.iter().enumerate() {
            if at > 0 {
                f.write_str(",")?;
            }
            match length {
                AxisLength::Fixed(length) => write!(f, "{length}")?,
                AxisLength::Named(name) => f.write_str(name)?,
                AxisLength::Any => f.write_str(if at == 0 { "N" } else { "?" })?,
            }
        }
        f.write_str("]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(shape: Option<Vec<AxisLength>>) -> Port {
        Port {
            name: "x".to_owned(),
            kind: "float32".to_owned(),
            shape,
        }
    }

    #[test]
    fn a_port_is_shown_as_messages_about_inputs_show_it() {
        let (batch, four) = (AxisLength::Named("batch".to_owned()), AxisLength::Fixed(4));
        for (shape, shown) in [
            (Some(vec![batch, four]), "float32 [batch,4]"),
            (Some(vec![AxisLength::Any, AxisLength::Any]), "float32 [N,?]"),
            (Some(Vec::new()), "float32 []"),
            (None, "float32"),
        ] {
            assert_eq!(port(shape).to_string(), shown);
        }
    }

    #[test]
    fn an_axis_is_a_number_a_name_or_null() {
        let shape = vec![
            AxisLength::Fixed(4),
            AxisLength::Named("n".to_owned()),
            AxisLength::Any,
        ];
        let port = port(Some(shape));
        let text = serde_json::to_string(&port).unwrap();
        assert_eq!(text, r#"{"name":"x","type":"float32","shape":[4,"n",null]}"#);
        assert_eq!(serde_json::from_str::<Port>(&text).unwrap(), port);
    }
}
