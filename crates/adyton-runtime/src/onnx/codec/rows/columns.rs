//! The declared columns of a row, and which input of the model each of them feeds.

use crate::onnx::codec::schema::SchemaError;
use crate::onnx::codec::write;
use crate::onnx::signature::{Axis, Input, Ports};
use crate::onnx::tensor::ElementType;
use adyton_core::graph_problem::GraphProblem;

/// The columns of a row and how they feed the model.
#[derive(Clone, PartialEq, Debug)]
pub struct Columns {
    names: Vec<String>,
    /// Each name as the key of an answer: with quotes, escapes and the colon.
    keys: Vec<String>,
    feed: Feed,
}

/// How rows become inputs.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Feed {
    /// One input of two axes takes all columns.
    Matrix,
    /// Each column has an input of its own; where each input's column stands.
    Each(Vec<usize>),
}

impl Columns {
    /// Fits declared columns to a model.
    pub(crate) fn fit(names: Vec<String>, ports: &Ports) -> Result<Self, SchemaError> {
        if let [input] = ports.inputs.as_slice()
            && let Some([_, columns]) = input.axes.as_deref()
            && !matches!(input.element, ElementType::Bool | ElementType::Text)
        {
            return match columns {
                Axis::Fixed(wanted) if *wanted != names.len() => {
                    let problem = GraphProblem::RowsOfOtherWidth {
                        count: &names.len().to_string(),
                        names: &names.join(", "),
                        input: &input.name,
                        shape: &input.to_string(),
                    };
                    Err(SchemaError(problem.kept()))
                }
                Axis::Fixed(_) | Axis::Any(_) => Ok(Self::new(names, Feed::Matrix)),
            };
        }
        let column = |input: &Input| names.iter().position(|name| **name == *input.name);
        let single = |input: &Input| match input.axes.as_deref() {
            Some([_]) => true,
            Some([_, last]) => matches!(last, Axis::Fixed(1) | Axis::Any(_)),
            Some(_) | None => false,
        };
        let each: Option<Vec<usize>> = ports
            .inputs
            .iter()
            .map(|input| if single(input) { column(input) } else { None })
            .collect();
        match each {
            Some(each) if !each.is_empty() => Ok(Self::new(names, Feed::Each(each))),
            Some(_) | None => {
                let count = &names.len().to_string();
                Err(SchemaError(GraphProblem::RowsOfNoInput { count }.kept()))
            }
        }
    }

    fn new(names: Vec<String>, feed: Feed) -> Self {
        let key = |name: &String| format!("{}:", write::key(name));
        Self {
            keys: names.iter().map(key).collect(),
            names,
            feed,
        }
    }

    /// The declared names, in order.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// The keys of an answer's row, each with its colon: `"sepal_length":`.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(String::as_str)
    }

    /// The length of all keys together.
    pub(super) fn keys_length(&self) -> usize {
        self.keys.iter().map(String::len).sum()
    }

    /// Where the inputs' elements come from.
    pub(super) fn feed(&self) -> &Feed {
        &self.feed
    }
}
