//! The steps of a linear model, and how they are computed. In float32, as the operators of `ai.onnx.ml` are defined
//! (ONNX-ML Operators: LinearClassifier, LinearRegressor, Scaler, Normalizer, ZipMap).

use std::borrow::Cow;

use smallvec::smallvec;

use crate::onnx::tensor::{Elements, Label, Tensor, Value};

/// Where a matrix lies while a plan runs.
pub(super) type Slot = usize;

/// What is computed, in order. Slots `0..inputs` are the model's inputs.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) inputs: usize,
    pub(super) steps: Vec<Step>,
    pub(super) outputs: Vec<Output>,
}

/// One operator. Each gives one matrix, in the next slot; a classifier also gives labels.
#[derive(Debug)]
pub(super) enum Step {
    /// Puts the columns of several matrices side by side.
    Join(Vec<Slot>),
    /// `(x - offset) * scale`, by column, or all columns alike.
    Scale {
        from: Slot,
        offset: Vec<f32>,
        scale: Vec<f32>,
    },
    /// Divides each row by its norm.
    Normalize { from: Slot, norm: Norm },
    /// `x · weights + intercepts`, then the transformation.
    Linear {
        from: Slot,
        layer: Layer,
        after: After,
        labels: Option<Vec<Label>>,
    },
}

/// Weights of a product: one row for each score.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) weights: Vec<f32>,
    pub(super) intercepts: Vec<f32>,
}

/// How long a row is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Norm {
    /// The sum of absolute values.
    L1,
    /// The root of the sum of squares.
    L2,
}

/// What becomes of scores (`post_transform`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum After {
    /// Nothing.
    None,
    /// Each score by itself.
    Logistic,
    /// All scores of a row together.
    Softmax,
}

/// What a graph gives.
#[derive(Debug)]
pub(super) enum Output {
    /// A matrix.
    Matrix(Slot),
    /// The labels of the classifier that filled the slot.
    Labels(Slot),
    /// The rows of a matrix as maps.
    Maps(Slot, Vec<Label>),
}

struct Matrix<'t> {
    columns: usize,
    /// The inputs' are borrowed.
    elements: Cow<'t, [f32]>,
    /// For each row, which class has the highest score.
    winners: Vec<usize>,
}

impl Matrix<'_> {
    fn rows(&self) -> std::slice::ChunksExact<'_, f32> {
        self.elements.chunks_exact(self.columns)
    }
}

impl Plan {
    /// Computes; `None` for what is the reference's: other types or shapes, and numbers that are not finite.
    pub(super) fn run(&self, inputs: &[Tensor]) -> Option<Vec<Value>> {
        let rows = *inputs.first()?.shape.first()?;
        let mut slots = Vec::with_capacity(self.inputs + self.steps.len());
        for input in inputs {
            slots.push(matrix(input, rows)?);
        }
        if slots.len() != self.inputs {
            return None;
        }
        for step in &self.steps {
            let made = step.run(&slots, rows)?;
            slots.push(made);
        }
        self.outputs
            .iter()
            .map(|output| self.give(output, &slots, rows))
            .collect()
    }

    fn give(&self, output: &Output, slots: &[Matrix<'_>], rows: usize) -> Option<Value> {
        match output {
            Output::Matrix(slot) => {
                let matrix = slots.get(*slot)?;
                Some(Value::Tensor(Tensor {
                    shape: smallvec![rows, matrix.columns],
                    elements: Elements::Float32(matrix.elements.to_vec()),
                }))
            }
            Output::Labels(slot) => {
                let Step::Linear {
                    labels: Some(labels), ..
                } = self.steps.get(slot.checked_sub(self.inputs)?)?
                else {
                    return None;
                };
                let elements = name(&slots.get(*slot)?.winners, labels)?;
                Some(Value::Tensor(Tensor {
                    shape: smallvec![rows],
                    elements,
                }))
            }
            Output::Maps(slot, labels) => {
                let matrix = slots.get(*slot)?;
                let map = |row: &[f32]| labels.iter().cloned().zip(row.iter().copied()).collect();
                (matrix.columns == labels.len()).then(|| Value::Maps(matrix.rows().map(map).collect()))
            }
        }
    }
}

fn matrix(input: &Tensor, rows: usize) -> Option<Matrix<'_>> {
    let (Elements::Float32(elements), [length, columns]) = (&input.elements, input.shape.as_slice()) else {
        return None;
    };
    let fits = *length == rows && *columns > 0 && elements.iter().all(|element| element.is_finite());
    fits.then(|| Matrix {
        columns: *columns,
        elements: Cow::Borrowed(elements),
        winners: Vec::new(),
    })
}

fn name(winners: &[usize], labels: &[Label]) -> Option<Elements> {
    let won = winners.iter().map(|winner| labels.get(*winner));
    match labels.first()? {
        Label::Text(_) => won
            .map(|label| match label {
                Some(Label::Text(text)) => Some(text.as_ref().to_owned()),
                Some(Label::Number(_)) | None => None,
            })
            .collect::<Option<_>>()
            .map(Elements::Text),
        Label::Number(_) => won
            .map(|label| match label {
                Some(Label::Number(number)) => Some(*number),
                Some(Label::Text(_)) | None => None,
            })
            .collect::<Option<_>>()
            .map(Elements::Int64),
    }
}

impl Step {
    fn run(&self, slots: &[Matrix<'_>], rows: usize) -> Option<Matrix<'static>> {
        match self {
            Step::Join(from) => join(from, slots, rows),
            Step::Scale { from, offset, scale } => {
                let from = slots.get(*from)?;
                let of = |values: &[f32], column: usize| match values {
                    [only] => Some(*only),
                    values => values.get(column).copied(),
                };
                let scaled = from.elements.iter().enumerate().map(|(at, element)| {
                    let column = at % from.columns;
                    Some((element - of(offset, column)?) * of(scale, column)?)
                });
                Some(Matrix {
                    columns: from.columns,
                    elements: Cow::Owned(scaled.collect::<Option<_>>()?),
                    winners: Vec::new(),
                })
            }
            Step::Normalize { from, norm } => {
                let from = slots.get(*from)?;
                let mut elements = from.elements.to_vec();
                elements
                    .chunks_exact_mut(from.columns)
                    .for_each(|row| norm.divide(row));
                Some(Matrix {
                    columns: from.columns,
                    elements: Cow::Owned(elements),
                    winners: Vec::new(),
                })
            }
            Step::Linear {
                from, layer, after, ..
            } => layer.run(slots.get(*from)?, rows, *after),
        }
    }
}

fn join(from: &[Slot], slots: &[Matrix<'_>], rows: usize) -> Option<Matrix<'static>> {
    let mut columns = 0;
    for slot in from {
        columns += slots.get(*slot)?.columns;
    }
    let mut elements = Vec::with_capacity(rows * columns);
    for row in 0..rows {
        for slot in from {
            let part = slots.get(*slot)?;
            elements.extend_from_slice(part.elements.get(row * part.columns..(row + 1) * part.columns)?);
        }
    }
    Some(Matrix {
        columns,
        elements: Cow::Owned(elements),
        winners: Vec::new(),
    })
}

impl Norm {
    fn divide(self, row: &mut [f32]) {
        let length = match self {
            Norm::L1 => row.iter().map(|element| element.abs()).sum(),
            Norm::L2 => row.iter().map(|element| element * element).sum::<f32>().sqrt(),
        };
        if length != 0.0 {
            row.iter_mut().for_each(|element| *element /= length);
        }
    }
}

impl Layer {
    fn run(&self, from: &Matrix<'_>, rows: usize, after: After) -> Option<Matrix<'static>> {
        let scores = self.intercepts.len();
        let weights = self.weights.get(..scores * from.columns)?;
        let mut elements = Vec::with_capacity(rows * scores);
        let mut winners = Vec::with_capacity(rows);
        for row in from.rows() {
            let start = elements.len();
            for (weights, intercept) in weights.chunks_exact(from.columns).zip(&self.intercepts) {
                let product: f32 = weights.iter().zip(row).map(|(weight, x)| weight * x).sum();
                elements.push(product + intercept);
            }
            let scores = elements.get_mut(start..)?;
            if !scores.iter().all(|score| score.is_finite()) {
                return None;
            }
            winners.push(highest(scores));
            after.transform(scores);
        }
        Some(Matrix {
            columns: scores,
            elements: Cow::Owned(elements),
            winners,
        })
    }
}

/// The first of the highest scores.
fn highest(scores: &[f32]) -> usize {
    let mut best = 0;
    for (at, score) in scores.iter().enumerate() {
        if *score > scores[best] {
            best = at;
        }
    }
    best
}

impl After {
    fn transform(self, scores: &mut [f32]) {
        match self {
            After::None => {}
            After::Logistic => scores.iter_mut().for_each(|score| *score = logistic(*score)),
            After::Softmax => {
                let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                scores.iter_mut().for_each(|score| *score = (*score - most).exp());
                let all: f32 = scores.iter().sum();
                scores.iter_mut().for_each(|score| *score /= all);
            }
        }
    }
}

/// Computed on the side where it does not lose digits.
fn logistic(score: f32) -> f32 {
    let positive = 1.0 / (1.0 + (-score.abs()).exp());
    if score < 0.0 { 1.0 - positive } else { positive }
}
