//! The ModelArts convention for predictive models: rows of named columns in, the same rows with `predictresult` out.
//!
//! `predictresult` is the model's label for the row: its first output with one integer, text or boolean a row; otherwise
//! the label of the highest score; otherwise the row's numbers. Scores, where the model gives them, follow as
//! `probabilities`, if they are some, else under the output's own name. The columns and `meta.uuid` are echoed as they were written.

use std::fmt;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{InputError, PredictError, SchemaError, number, write};
use crate::onnx::predictor::Predictor;
use crate::onnx::tensor::{Axis, ElementType, Elements, Input, Label, Ports, Tensor, Value};

/// The columns of a row and how they feed the model.
#[derive(Clone, PartialEq, Debug)]
pub struct Columns {
    names: Vec<String>,
    feed: Feed,
}

#[derive(Clone, PartialEq, Debug)]
enum Feed {
    /// One input of two axes takes all columns.
    Matrix,
    /// Each column has an input of its own; where each input's column stands.
    Each(Vec<usize>),
}

impl Columns {
    /// Fits declared columns to a model.
    pub(super) fn fit(names: Vec<String>, ports: &Ports) -> Result<Self, SchemaError> {
        if let [input] = ports.inputs.as_slice()
            && let Some([_, columns]) = input.axes.as_deref()
            && !matches!(input.element, ElementType::Bool | ElementType::Text)
        {
            return match columns {
                Axis::Fixed(wanted) if *wanted != names.len() => Err(SchemaError(format!(
                    "req_data rows have {} properties ({}), but the model's input \"{}\" is {input}",
                    names.len(),
                    names.join(", "),
                    input.name
                ))),
                Axis::Fixed(_) | Axis::Any(_) => Ok(Self {
                    names,
                    feed: Feed::Matrix,
                }),
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
            Some(each) if !each.is_empty() => Ok(Self {
                names,
                feed: Feed::Each(each),
            }),
            Some(_) | None => Err(SchemaError(format!(
                "req_data rows need a model with one input of numbers [N,{}], or one input for each property",
                names.len()
            ))),
        }
    }
}

#[derive(Deserialize)]
#[serde(expecting = "an object with \"data\"")]
struct Body<'a> {
    #[serde(borrow, default)]
    meta: Option<Meta<'a>>,
    #[serde(borrow, default)]
    data: Option<Data<'a>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object with \"uuid\"")]
struct Meta<'a> {
    #[serde(borrow, default)]
    uuid: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object with \"req_data\"")]
struct Data<'a> {
    #[serde(borrow, default)]
    req_data: Option<&'a RawValue>,
}

/// Answers one body of rows.
pub(super) fn predict(columns: &Columns, model: &dyn Predictor, body: &[u8]) -> Result<Bytes, PredictError> {
    let example = || {
        format!(
            "{{\"data\":{{\"req_data\":[{{\"{}\":…}}]}}}}",
            columns.names.join("\":…,\"")
        )
    };
    let parsed: Body<'_> = serde_json::from_slice(body)
        .map_err(|syntax| InputError::new("body", format!("{syntax}; expected {}", example())))?;
    let missing = |field: &str| InputError::new(field, format!("is missing; expected {}", example()));
    let data = parsed.data.ok_or_else(|| missing("data"))?;
    let rows = data.req_data.ok_or_else(|| missing("data.req_data"))?;
    let cells = cells(&columns.names, rows.get())?;
    let count = cells.len() / columns.names.len();
    let mut answer = Vec::with_capacity(64 + 2 * rows.get().len() + 64 * count);
    answer.extend_from_slice(b"{\"meta\":{");
    if let Some(uuid) = parsed.meta.and_then(|meta| meta.uuid) {
        answer.extend_from_slice(b"\"uuid\":");
        answer.extend_from_slice(uuid.get().as_bytes());
    }
    answer.extend_from_slice(b"},\"data\":{\"resp_data\":[");
    if count > 0 {
        let inputs = feed(columns, &model.ports().inputs, &cells, count)?;
        let outputs = model.run(&inputs)?;
        let result = Outcome::of(&outputs, count, columns, model.ports());
        for row in 0..count {
            answer.extend_from_slice(if row == 0 { b"{" } else { b",{" });
            for (at, name) in columns.names.iter().enumerate() {
                write::text(&mut answer, name);
                answer.push(b':');
                answer.extend_from_slice(cells[row * columns.names.len() + at].as_bytes());
                answer.push(b',');
            }
            result.write(&mut answer, row);
            answer.push(b'}');
        }
    }
    answer.extend_from_slice(b"]}}");
    Ok(answer.into())
}

/// The tensors that the rows make.
fn feed(
    columns: &Columns,
    inputs: &[Input],
    cells: &[&str],
    count: usize,
) -> Result<Vec<Tensor>, InputError> {
    let width = columns.names.len();
    let push = |elements: &mut Elements, input: &Input, row: usize, column: usize| {
        let cell = cells[row * width + column];
        let field = || format!("data.req_data[{row}].{}", columns.names[column]);
        // In JSON, the zero character is always written as an escape.
        if cell.contains("\\u0000")
            && matches!(elements, Elements::Text(_))
            && serde_json::from_str::<String>(cell).is_ok_and(|text| number::has_zero(elements, &text))
        {
            return Err(InputError::new(field(), number::ZERO));
        }
        number::cell(elements, cell).ok_or_else(|| {
            let wanted = if matches!(elements, Elements::Text(_)) {
                "a text"
            } else {
                "a number"
            };
            let problem = format!("expected {wanted} ({}), got {}", input.element, shown(cell));
            InputError::new(field(), problem)
        })
    };
    match &columns.feed {
        Feed::Matrix => {
            let input = &inputs[0];
            let mut elements = Elements::with_room(input.element, cells.len());
            for row in 0..count {
                for column in 0..width {
                    push(&mut elements, input, row, column)?;
                }
            }
            let shape = vec![count, width];
            if !input.takes(&shape) {
                return Err(InputError::new(
                    "data.req_data",
                    format!("has {count} rows, but the model takes {input}"),
                ));
            }
            Ok(vec![Tensor { shape, elements }])
        }
        Feed::Each(columns_of) => inputs
            .iter()
            .zip(columns_of)
            .map(|(input, column)| {
                let mut elements = Elements::with_room(input.element, count);
                for row in 0..count {
                    push(&mut elements, input, row, *column)?;
                }
                let shape = if input.axes.as_ref().is_some_and(|axes| axes.len() == 1) {
                    vec![count]
                } else {
                    vec![count, 1]
                };
                Ok(Tensor { shape, elements })
            })
            .collect(),
    }
}

fn shown(cell: &str) -> String {
    cell.chars().take(40).collect()
}

/// What the outputs say of each row.
struct Outcome<'o> {
    label: Option<&'o Tensor>,
    scores: Option<&'o Value>,
    /// What the scores are called in the answer.
    name: &'o str,
}

impl<'o> Outcome<'o> {
    fn of(outputs: &'o [Value], count: usize, columns: &Columns, ports: &'o Ports) -> Self {
        let one_a_row = |value: &'o Value| match value {
            Value::Tensor(tensor)
                if tensor.elements.len() == count && tensor.shape.first() == Some(&count) =>
            {
                Some(tensor)
            }
            Value::Tensor(_) | Value::Maps(_) | Value::Sequence(_) => None,
        };
        let is_class = |tensor: &&Tensor| {
            !matches!(
                tensor.elements,
                Elements::Float32(_) | Elements::Float64(_) | Elements::Float16(_)
            )
        };
        let label = outputs.iter().filter_map(one_a_row).find(is_class);
        let label = label.or_else(|| outputs.iter().find_map(one_a_row));
        let at = outputs.iter().position(|value| match value {
            Value::Maps(maps) => maps.len() == count,
            Value::Tensor(tensor) => {
                tensor.shape.first() == Some(&count) && tensor.elements.len() > count && !is_class(&tensor)
            }
            Value::Sequence(_) => false,
        });
        let scores = at.and_then(|at| outputs.get(at));
        let own = at
            .and_then(|at| ports.outputs.get(at))
            .map_or("scores", |name| &**name);
        let is_taken =
            |name: &str| name == "predictresult" || columns.names.iter().any(|column| column == name);
        let name = match scores {
            Some(Value::Tensor(scores)) if !are_probabilities(scores, count) => match is_taken(own) {
                true => "scores",
                false => own,
            },
            Some(_) | None => "probabilities",
        };
        Self { label, scores, name }
    }

    /// Writes `"predictresult":…` and, where there are scores, `,"probabilities":…` or `,"<the output's name>":…`.
    fn write(&self, answer: &mut Vec<u8>, row: usize) {
        answer.extend_from_slice(b"\"predictresult\":");
        match (self.label, self.scores) {
            (Some(label), _) => write::element(answer, &label.elements, row),
            (None, Some(Value::Maps(maps))) => match highest(&maps[row]) {
                Some(label) => write::label(answer, label),
                None => answer.extend_from_slice(b"null"),
            },
            (None, Some(Value::Tensor(scores))) => return write::row(answer, scores, row),
            (None, _) => return answer.extend_from_slice(b"null"),
        }
        let mut named = || {
            answer.push(b',');
            write::text(answer, self.name);
            answer.push(b':');
        };
        match self.scores {
            Some(Value::Maps(maps)) => {
                named();
                write::map(answer, &maps[row]);
            }
            Some(Value::Tensor(scores)) => {
                named();
                write::row(answer, scores, row);
            }
            Some(Value::Sequence(_)) | None => {}
        }
    }
}

/// Whether each row is a share of one: what a classifier gives, unlike distances or values.
fn are_probabilities(scores: &Tensor, count: usize) -> bool {
    /// What rounding may make of a share and of the sum.
    const ROUNDING: f64 = 1e-3;
    let width = scores.elements.len() / count.max(1);
    fn are_shares<T>(all: &[T], width: usize, value: impl Fn(&T) -> f64) -> bool {
        all.chunks(width).all(|row| {
            let sum: f64 = row.iter().map(&value).sum();
            let is_one = (sum - 1.0).abs() <= ROUNDING;
            is_one
                && row
                    .iter()
                    .all(|one| (-ROUNDING..=1.0 + ROUNDING).contains(&value(one)))
        })
    }
    match &scores.elements {
        Elements::Float32(all) => are_shares(all, width, |one| f64::from(*one)),
        Elements::Float64(all) => are_shares(all, width, |one| *one),
        Elements::Float16(all) => are_shares(all, width, |one| one.to_f64()),
        _ => false,
    }
}

fn highest(scores: &[(Label, f32)]) -> Option<&Label> {
    scores
        .iter()
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(label, _)| label)
}

/// The JSON texts of all cells, row after row, in the order of `names`.
fn cells<'a>(names: &[String], rows: &'a str) -> Result<Vec<&'a str>, InputError> {
    let mut cells = Vec::new();
    let mut from = serde_json::Deserializer::from_str(rows);
    let read = Rows {
        names,
        cells: &mut cells,
    }
    .deserialize(&mut from);
    if let Err(problem) = read {
        return Err(InputError::new(
            "data.req_data",
            format!("expected a list of objects: {problem}"),
        ));
    }
    match cells.iter().position(|cell| cell.is_empty()) {
        None => Ok(cells),
        Some(at) => {
            let field = format!("data.req_data[{}].{}", at / names.len(), names[at % names.len()]);
            Err(InputError::new(
                field,
                format!("is missing; each row has {}", names.join(", ")),
            ))
        }
    }
}

struct Rows<'n, 'c, 'a> {
    names: &'n [String],
    cells: &'c mut Vec<&'a str>,
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for Rows<'_, '_, 'a> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for Rows<'_, '_, 'a> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of rows")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq
            .next_element_seed(Row {
                names: self.names,
                cells: &mut *self.cells,
            })?
            .is_some()
        {}
        Ok(())
    }
}

struct Row<'n, 'c, 'a> {
    names: &'n [String],
    cells: &'c mut Vec<&'a str>,
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for Row<'_, '_, 'a> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for Row<'_, '_, 'a> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row: an object of columns")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let start = self.cells.len();
        self.cells.resize(start + self.names.len(), "");
        let mut next = 0;
        while let Some(column) = map.next_key_seed(Column {
            names: self.names,
            next,
        })? {
            let cell: &'de RawValue = map.next_value()?;
            if let Some(column) = column {
                self.cells[start + column] = cell.get();
                next = column + 1;
            }
        }
        Ok(())
    }
}

/// Which column a key names; tries the one after the last first, since rows are mostly written in order.
struct Column<'n> {
    names: &'n [String],
    next: usize,
}

impl<'de> DeserializeSeed<'de> for Column<'_> {
    type Value = Option<usize>;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for Column<'_> {
    type Value = Option<usize>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a column")
    }
    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        if self.names.get(self.next).is_some_and(|name| name == key) {
            return Ok(Some(self.next));
        }
        Ok(self.names.iter().position(|name| name == key))
    }
}
