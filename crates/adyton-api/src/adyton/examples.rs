//! `…/services/{service_id}/example`: a body that fits what a service declares.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An example of a request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct ExampleShown {
    /// The declared path, below the API address; `/` is the address itself.
    pub path: String,
    /// The method to call it with.
    pub method: String,
    /// What to send as `Content-Type`.
    pub content_type: String,
    /// The body; of a form the fields that are no files. `null` where nothing is declared, or nothing can be made up.
    #[schema(value_type = Object, nullable)]
    pub body: Option<serde_json::Value>,
    /// Fields of a form that are files.
    pub files: Vec<String>,
    /// What the body was made from: `apis` (the declared schema), `inputs` (of the ONNX graph) or `none`.
    pub from: String,
}
