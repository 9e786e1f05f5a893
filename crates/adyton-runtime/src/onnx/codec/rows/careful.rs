//! Reads any body of rows, and says of one that does not fit what is wrong with it and where. Whatever `scan.rs` does not
//! know comes here.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::super::InputError;
use super::written::Written;

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

/// Reads a body with rows of the columns `names`.
///
/// # Errors
/// The body does not fit: the field, and what was expected there.
pub(super) fn read<'b>(names: &[String], body: &'b [u8]) -> Result<Written<'b>, InputError> {
    let example = || {
        format!(
            "{{\"data\":{{\"req_data\":[{{\"{}\":…}}]}}}}",
            names.join("\":…,\"")
        )
    };
    let parsed: Body<'_> = serde_json::from_slice(body)
        .map_err(|syntax| InputError::new("body", format!("{syntax}; expected {}", example())))?;
    let missing = |field: &str| InputError::new(field, format!("is missing; expected {}", example()));
    let data = parsed.data.ok_or_else(|| missing("data"))?;
    let rows = data.req_data.ok_or_else(|| missing("data.req_data"))?;
    Ok(Written {
        uuid: parsed.meta.and_then(|meta| meta.uuid).map(RawValue::get),
        cells: cells(names, rows.get())?,
    })
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
