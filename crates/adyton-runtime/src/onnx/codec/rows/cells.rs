//! Reads a body of rows: the JSON text of every cell, as its caller wrote it, since the answer repeats them.
//!
//! One pass over the body. What is given back was a whole value of valid JSON in UTF-8, so that an answer made of it is too.

use std::fmt;

use adyton_core::fact::Fact;
use adyton_core::json_words::JsonProblem;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::super::tensors::{is_special, word_at};
use crate::onnx::codec::error::InputError;
use crate::onnx::codec::unread::UnreadFields;

/// The JSON texts of what an answer repeats, borrowed from the body.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Cells<'b> {
    /// `meta.uuid`.
    pub(super) uuid: Option<&'b str>,
    /// The cells of all rows, row after row, in the order of the declared columns: none is missing.
    pub(super) cells: Vec<&'b str>,
    /// What else the body has, which counts for nothing.
    pub(super) unread: UnreadFields,
}

/// Reads a body with rows of the columns `names`.
///
/// # Errors
/// The body does not fit: the field, and what was expected there.
pub(super) fn read<'b>(names: &[String], body: &'b [u8]) -> Result<Cells<'b>, InputError> {
    let mut found = RowsRead {
        names,
        uuid: None,
        data: Presence::Absent,
        cells: None,
        unread: UnreadFields::default(),
        in_rows: false,
        problem: None,
    };
    let mut from = serde_json::Deserializer::from_slice(body);
    let read = Object {
        of: Of::Body,
        found: &mut found,
    }
    .deserialize(&mut from)
    .and_then(|()| from.end());
    let expected = || {
        format!(
            "{{\"data\":{{\"req_data\":[{{\"{}\":…}}]}}}}",
            names.join("\":…,\"")
        )
    };
    match (read, found.problem) {
        (Err(_), Some(problem)) => return Err(problem),
        (Err(wrong), None) if wrong.is_data() && found.in_rows => {
            let error = wrong.to_string();
            return Err(Fact::InputRowsUnread { error }.into());
        }
        (Err(wrong), None) if is_special(&word_at(body, &wrong)) => {
            return Err(Fact::InputNoWord {
                field: "data.req_data".to_owned(),
                expected: JsonProblem::Number.kept(),
                got: word_at(body, &wrong),
            }
            .into());
        }
        (Err(wrong), None) => {
            let (error, expected) = (wrong.to_string(), expected());
            return Err(Fact::InputUnread { error, expected }.into());
        }
        (Ok(()), _) => {}
    }
    let missing = |field: &str| {
        let (field, expected) = (field.to_owned(), expected());
        InputError::from(Fact::InputMissing { field, expected })
    };
    let Some(cells) = found.cells else {
        return Err(missing(match found.data {
            Presence::Absent => "data",
            Presence::Present => "data.req_data",
        }));
    };
    if let Some(at) = cells.iter().position(|cell| cell.is_empty()) {
        let field = format!("data.req_data[{}].{}", at / names.len(), names[at % names.len()]);
        let columns = names.join(", ");
        return Err(Fact::InputColumnMissing { field, columns }.into());
    }
    Ok(Cells {
        uuid: found.uuid,
        cells,
        unread: found.unread,
    })
}

/// What has been read so far.
struct RowsRead<'n, 'b> {
    names: &'n [String],
    uuid: Option<&'b str>,
    data: Presence,
    /// `None` until there were rows; a cell that is missing is empty.
    cells: Option<Vec<&'b str>>,
    unread: UnreadFields,
    /// Whether the reader is among the rows.
    in_rows: bool,
    /// Said by us; the JSON reader only needs to stop.
    problem: Option<InputError>,
}

/// Whether a field was there, and was not `null`.
#[derive(Clone, Copy)]
enum Presence {
    Absent,
    Present,
}

/// Which of the objects around the rows.
#[derive(Clone, Copy)]
enum Of {
    Body,
    Meta,
    Data,
}

impl Of {
    /// What stands before the names of its fields.
    const fn path(self) -> &'static str {
        match self {
            Self::Body => "",
            Self::Meta => "meta.",
            Self::Data => "data.",
        }
    }
}

/// An object around the rows, in which only some fields count.
struct Object<'f, 'n, 'b> {
    of: Of,
    found: &'f mut RowsRead<'n, 'b>,
}

impl<'de: 'b, 'b> DeserializeSeed<'de> for Object<'_, '_, 'b> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de: 'b, 'b> Visitor<'de> for Object<'_, '_, 'b> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.of {
            Of::Body => "an object with \"data\"",
            Of::Meta => "an object with \"uuid\"",
            Of::Data => "an object with \"req_data\"",
        })
    }
    /// `null` is as good as nothing.
    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        match self.of {
            Of::Body => Err(E::invalid_type(serde::de::Unexpected::Unit, &self)),
            Of::Meta | Of::Data => Ok(()),
        }
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { of, found } = self;
        if let Of::Data = of {
            found.data = Presence::Present;
        }
        let mut seen = [false; 2];
        while let Some(field) = map.next_key_seed(ObjectKey {
            of,
            unread: &mut found.unread,
        })? {
            if let Some((at, name)) = field.slot()
                && std::mem::replace(&mut seen[at], true)
            {
                return Err(A::Error::duplicate_field(name));
            }
            match field {
                Field::Meta => map.next_value_seed(Object {
                    of: Of::Meta,
                    found: &mut *found,
                })?,
                Field::Data => map.next_value_seed(Object {
                    of: Of::Data,
                    found: &mut *found,
                })?,
                Field::Uuid => {
                    let uuid: Option<&'de RawValue> = map.next_value()?;
                    found.uuid = uuid.map(RawValue::get);
                    if found.uuid.is_some_and(|uuid| !is_whole(uuid)) {
                        found.problem = Some(half("meta.uuid".to_owned()));
                        return Err(A::Error::custom("half a character"));
                    }
                }
                Field::ReqData => {
                    found.in_rows = true;
                    map.next_value_seed(Rows(&mut *found))?;
                    found.in_rows = false;
                }
                Field::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// A field of an object around the rows.
enum Field {
    Meta,
    Data,
    Uuid,
    ReqData,
    Other,
}

impl Field {
    /// Where an object notes that it has been there, and its name.
    fn slot(&self) -> Option<(usize, &'static str)> {
        match self {
            Self::Meta => Some((0, "meta")),
            Self::Data => Some((1, "data")),
            Self::Uuid => Some((0, "uuid")),
            Self::ReqData => Some((0, "req_data")),
            Self::Other => None,
        }
    }
}

/// A key of such an object, compared without being copied; one that is not read is named.
struct ObjectKey<'u> {
    of: Of,
    unread: &'u mut UnreadFields,
}

impl<'de> DeserializeSeed<'de> for ObjectKey<'_> {
    type Value = Field;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Field, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for ObjectKey<'_> {
    type Value = Field;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }
    fn visit_str<E>(self, key: &str) -> Result<Field, E> {
        Ok(match (self.of, key) {
            (Of::Body, "meta") => Field::Meta,
            (Of::Body, "data") => Field::Data,
            (Of::Meta, "uuid") => Field::Uuid,
            (Of::Data, "req_data") => Field::ReqData,
            (Of::Body | Of::Meta | Of::Data, _) => {
                self.unread.note(self.of.path(), key);
                Field::Other
            }
        })
    }
}

/// The list of rows; `null` is as good as none.
struct Rows<'f, 'n, 'b>(&'f mut RowsRead<'n, 'b>);

impl<'de: 'b, 'b> DeserializeSeed<'de> for Rows<'_, '_, 'b> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de: 'b, 'b> Visitor<'de> for Rows<'_, '_, 'b> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of rows")
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let RowsRead {
            names,
            cells,
            unread,
            problem,
            ..
        } = self.0;
        let cells = cells.insert(Vec::with_capacity(names.len()));
        while seq
            .next_element_seed(Row {
                names,
                cells: &mut *cells,
                unread: &mut *unread,
                problem: &mut *problem,
            })?
            .is_some()
        {}
        Ok(())
    }
}

struct Row<'f, 'n, 'b> {
    names: &'n [String],
    cells: &'f mut Vec<&'b str>,
    unread: &'f mut UnreadFields,
    problem: &'f mut Option<InputError>,
}

impl<'de: 'b, 'b> DeserializeSeed<'de> for Row<'_, '_, 'b> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de: 'b, 'b> Visitor<'de> for Row<'_, '_, 'b> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row: an object of columns")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self {
            names,
            cells,
            unread,
            problem,
        } = self;
        let start = cells.len();
        cells.resize(start + names.len(), "");
        let mut next = 0;
        while let Some(column) = map.next_key_seed(Column {
            names,
            next,
            unread: &mut *unread,
        })? {
            let Some(column) = column else {
                map.next_value::<&'de RawValue>()?;
                continue;
            };
            let cell = map.next_value::<&'de RawValue>()?.get();
            if !is_whole(cell) {
                let field = format!("data.req_data[{}].{}", start / names.len(), names[column]);
                *problem = Some(half(field));
                return Err(A::Error::custom("half a character"));
            }
            if !cells[start + column].is_empty() {
                let field = format!("data.req_data[{}].{}", start / names.len(), names[column]);
                *problem = Some(Fact::InputTwice { field }.into());
                return Err(A::Error::custom("twice"));
            }
            cells[start + column] = cell;
            next = column + 1;
        }
        Ok(())
    }
}

/// Which column a key names; tries the one after the last first, since rows are mostly written in order.
struct Column<'n, 'u> {
    names: &'n [String],
    next: usize,
    unread: &'u mut UnreadFields,
}

impl<'de> DeserializeSeed<'de> for Column<'_, '_> {
    type Value = Option<usize>;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for Column<'_, '_> {
    type Value = Option<usize>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a column")
    }
    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        if self.names.get(self.next).is_some_and(|name| name == key) {
            return Ok(Some(self.next));
        }
        let column = self.names.iter().position(|name| name == key);
        if column.is_none() {
            self.unread.note("data.req_data[].", key);
        }
        Ok(column)
    }
}

/// What is said of a text that [`is_whole`] refuses.
fn half(field: String) -> InputError {
    Fact::InputHalfCharacter { field }.into()
}

/// Whether all escapes of a JSON text stand for characters. A raw value may hold half of a surrogate pair, which no text can
/// be and no reader of the answer takes.
fn is_whole(json: &str) -> bool {
    memchr::memmem::find(json.as_bytes(), b"\\u").is_none()
        || serde_json::from_str::<serde_json::Value>(json).is_ok()
}
