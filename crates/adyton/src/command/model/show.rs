//! `adyton model show`: what a model is, takes and gives.

use adyton_core::live::route::encoded;
use clap::Args;
use serde_json::Value;

use crate::client::lookup::{self, entries, text};
use crate::context::Context;
use crate::failure::Outcome;
use crate::terminal::{Printable, Terminal, Tone};

/// Show one model: what it takes and what it gives
#[derive(Args)]
pub(crate) struct Show {
    /// NAME, NAME:VERSION or id
    model: String,
}

impl Show {
    /// Prints it.
    pub(crate) fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let found = lookup::model(&client, &self.model)?;
        let id = text(&found, "model_id");
        let model = client.get(&format!("/v1/{}/models/{id}", client.project()), "")?;
        let terminal = &context.terminal;
        if terminal.is_json() {
            terminal.document(&model);
        } else {
            terminal.print(facts(terminal, &model));
        }
        Ok(())
    }
}

fn facts(terminal: &Terminal, model: &Value) -> Printable {
    let field = |name: &str| text(model, name);
    let title = terminal.tone(
        Tone::Bold,
        format!("{}:{}", field("model_name"), field("model_version")),
    );
    let facts = terminal.facts(&[
        ("id", field("model_id")),
        ("status", field("model_status")),
        ("error", field("error_msg")),
        ("engine", field("model_type")),
        ("runtime", field("runtime")),
        ("algorithm", field("model_algorithm")),
        ("size", size(model)),
        ("source", field("source_location")),
        ("description", field("description")),
        ("calls", calls(model)),
        ("notes", super::import::notes(model).join("\n")),
    ]);
    title + "\n" + facts
}

/// The declared paths: `POST /predictions/poetry`, one a line.
fn calls(model: &Value) -> String {
    let lines = apis(model).into_iter().map(|api| {
        let method = text(&api, "method").to_uppercase();
        let kind = api
            .get("request")
            .map(|request| text(request, "Content-type"))
            .unwrap_or_default();
        format!(
            "{} {}  {kind}",
            if method.is_empty() { "POST" } else { &method },
            encoded(&text(&api, "url"))
        )
        .trim_end()
        .to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// `apis` of a model: a list, or a text that holds one (ModelArts API Reference, "Querying Details About a Model").
pub(crate) fn apis(model: &Value) -> Vec<Value> {
    match model.get("apis") {
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
        Some(Value::Array(_)) => entries(model, "apis").to_vec(),
        _ => Vec::new(),
    }
}

/// `model_size` for people.
pub(crate) fn size(model: &Value) -> String {
    let Ok(bytes) = text(model, "model_size").parse::<u64>() else {
        return String::new();
    };
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{:.1} KiB", bytes as f64 / 1024.0),
        1_048_576..1_073_741_824 => format!("{:.1} MiB", bytes as f64 / 1_048_576.0),
        _ => format!("{:.1} GiB", bytes as f64 / 1_073_741_824.0),
    }
}
