//! Finds in a declared request schema whether its bodies are rows of named columns. Schemas in the wild have typos
//! (`item` for `items`) and shapes of their own, and they only describe: what is not understood here is no error.

use serde_json::Value as Json;

/// A request schema that declares rows which do not fit the model.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("request.data: {0}")]
pub struct SchemaError(pub String);

/// The names of the columns, in declared order, when `request` declares `data.req_data` rows with named properties.
pub(super) fn row_properties(request: &Json) -> Option<Vec<String>> {
    let schema = request.get("data")?.get("properties")?;
    let holder = schema
        .get("data")
        .and_then(|data| data.get("properties"))
        .unwrap_or(schema);
    let rows = holder.get("req_data")?;
    let mut row = rows.get("items").or_else(|| rows.get("item"))?;
    if let Json::Array(kinds) = row {
        row = kinds.first()?;
    }
    let properties = row.get("properties")?.as_object()?;
    (!properties.is_empty()).then(|| properties.keys().cloned().collect())
}
