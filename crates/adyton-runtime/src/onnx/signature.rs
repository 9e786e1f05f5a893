//! A model's signature: what it declares of its inputs and outputs.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::tensor::ElementType;

/// What a model takes and gives, in the order of its graph.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Ports {
    /// The inputs that have no value of their own.
    pub inputs: Vec<Input>,
    /// The names of the outputs.
    pub outputs: Vec<Arc<str>>,
}

/// One axis of a declared shape.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Axis {
    /// Exactly this long.
    Fixed(usize),
    /// Any length; axes of one name have the same.
    Any(Option<Arc<str>>),
}

/// The most axes of an input: no model in use comes near, and a body nests no deeper.
pub(crate) const MOST_AXES: usize = 16;

/// The most axes of an output: as many as NumPy has, and readers of JSON nest so deep.
pub(crate) const MOST_OUTPUT_AXES: usize = 64;

/// A declared input.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Input {
    /// Its name in the graph.
    pub name: Arc<str>,
    /// The type of its elements.
    pub element: ElementType,
    /// Its axes; `None` when the model does not say how many it has.
    pub axes: Option<Vec<Axis>>,
}

impl Ports {
    /// Whether no input has more axes than may be; of ports that were not read from a file by this process.
    pub(crate) fn are_possible(&self) -> bool {
        let few = |input: &Input| input.axes.as_ref().is_none_or(|axes| axes.len() <= MOST_AXES);
        self.inputs.iter().all(few)
    }
}

impl Input {
    /// Whether a tensor of this shape fits.
    pub fn takes(&self, shape: &[usize]) -> bool {
        self.axes.as_ref().is_none_or(|axes| {
            axes.len() == shape.len()
                && axes.iter().zip(shape).all(|(axis, length)| match axis {
                    Axis::Fixed(wanted) => wanted == length,
                    Axis::Any(_) => true,
                })
        })
    }
}

/// `float32 [N,4]`, as messages name it.
impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(axes) = &self.axes else {
            return write!(f, "{} of any shape", self.element);
        };
        write!(f, "{} [", self.element)?;
        for (at, axis) in axes.iter().enumerate() {
            if at > 0 {
                f.write_str(",")?;
            }
            match axis {
                Axis::Fixed(length) => write!(f, "{length}")?,
                Axis::Any(Some(name)) => f.write_str(name)?,
                Axis::Any(None) => f.write_str(if at == 0 { "N" } else { "?" })?,
            }
        }
        f.write_str("]")
    }
}
