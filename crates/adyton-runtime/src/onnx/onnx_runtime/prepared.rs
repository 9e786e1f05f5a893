//! A run whose tensors were made before: for models of tables, where making them costs as much as the run.
//!
//! What is made once for a session: the input's tensor, and those of all outputs, which the runtime writes to. They belong to one
//! session, which one thread uses at a time, and each run writes all of them. They fit one shape of the input, a single row: any
//! other is run in the usual way, and so is a model whose outputs turn out to have other shapes from run to run.

use ort::memory::Allocator;
use ort::session::{HasSelectedOutputs, OutputSelector, RunOptions, Session, SessionOutputs};
use ort::value::{DynTensor, Tensor as RuntimeTensor, ValueType};

use super::values::element_type;
use crate::onnx::tensor::{ElementType, Elements, Shape, Tensor};

/// The most elements that an input may have for which tensors are kept.
const MOST: usize = 4_096;

/// A session, with the tensors of its runs.
#[derive(Debug)]
pub(super) struct PreparedSession {
    pub(super) session: Session,
    pub(super) prepared: Prepared,
}

/// What is made for the next runs.
#[derive(Debug)]
pub(super) enum Prepared {
    /// Nothing: the next run of a single row shows what the outputs are.
    Unknown,
    /// The tensors of a run of this kind.
    Ready(Box<Tensors>),
    /// Nothing, ever.
    Never,
}

/// The tensors of a run.
pub(super) struct Tensors {
    shape: Shape,
    input: RuntimeTensor<f32>,
    /// With the tensors of the outputs.
    options: RunOptions<HasSelectedOutputs>,
}

impl std::fmt::Debug for Tensors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tensors({:?})", self.shape)
    }
}

impl PreparedSession {
    /// For a session whose runs `may` be prepared.
    pub(super) fn new(session: Session, may: bool) -> Self {
        let prepared = match may {
            true => Prepared::Unknown,
            false => Prepared::Never,
        };
        Self { session, prepared }
    }

    /// Runs the model with the tensors that were made for it. `None` where there are none for these inputs, or where the run
    /// failed: then nothing is known, and the model is to be run in the usual way.
    pub(super) fn run_prepared(&mut self, inputs: &[Tensor]) -> Option<SessionOutputs<'_>> {
        let Prepared::Ready(tensors) = &mut self.prepared else {
            return None;
        };
        let [
            Tensor {
                shape,
                elements: Elements::Float32(elements),
            },
        ] = inputs
        else {
            return None;
        };
        if *shape != tensors.shape {
            return None;
        }
        let (_, place) = tensors.input.try_extract_tensor_mut().ok()?;
        if place.len() != elements.len() {
            return None;
        }
        place.copy_from_slice(elements);
        let given = ort::inputs![&tensors.input];
        self.session.run_with_options(given, &tensors.options).ok()
    }
}

impl Prepared {
    /// The model has answered these inputs, in the usual way, with these outputs. Where it could not do so with the tensors that
    /// were made for that, its outputs have not always the same shapes.
    pub(super) fn learn(&mut self, inputs: &[Tensor], outputs: &SessionOutputs<'_>) {
        let [input] = inputs else { return };
        match self {
            Self::Unknown if is_row(input) => {
                *self = Tensors::new(&input.shape, outputs)
                    .map_or(Self::Never, |tensors| Self::Ready(Box::new(tensors)));
            }
            Self::Ready(tensors) if tensors.shape == input.shape => *self = Self::Never,
            Self::Unknown | Self::Ready(_) | Self::Never => {}
        }
    }
}

fn is_row(input: &Tensor) -> bool {
    let elements = match &input.elements {
        Elements::Float32(elements) => elements.len(),
        _ => return false,
    };
    input.shape.first() == Some(&1) && (1..=MOST).contains(&elements)
}

impl Tensors {
    /// `None` where an output is no tensor of numbers.
    fn new(shape: &Shape, outputs: &SessionOutputs<'_>) -> Option<Self> {
        let allocator = Allocator::default();
        let mut selector = OutputSelector::default();
        for (name, value) in outputs {
            let ValueType::Tensor { ty, shape, .. } = value.dtype() else {
                return None;
            };
            if element_type(*ty).is_none_or(|ty| ty == ElementType::Text) {
                return None;
            }
            let made = DynTensor::new(&allocator, *ty, shape.clone()).ok()?;
            selector = selector.preallocate(name, made);
        }
        Some(Self {
            shape: shape.clone(),
            input: RuntimeTensor::new(&allocator, shape.to_vec()).ok()?,
            options: RunOptions::new().ok()?.with_outputs(selector),
        })
    }
}
