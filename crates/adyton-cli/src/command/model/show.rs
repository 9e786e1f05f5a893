//! `adyton model show`: what a model is, takes and gives.

use adyton_api::modelarts::models::{ModelShown, PortShown};
use adyton_core::live::route::encoded;
use adyton_core::model::ApiDeclaration;
use clap::Args;

use crate::client::lookup;
use crate::context::Context;
use crate::failure::Outcome;
use crate::terminal::{Printable, Terminal, Tone};

/// Show one model: its inputs and outputs
#[derive(Args)]
#[command(after_help = "Examples:
  adyton model show iris
  adyton model show iris:0.0.2 --json")]
pub struct ShowModel {
    /// NAME, NAME:VERSION or id
    model: String,
}

impl ShowModel {
    /// Prints it.
    pub fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let found = lookup::model(&client, &self.model)?;
        let model = client.model(&found.model_id)?;
        let terminal = &context.terminal;
        if terminal.is_json() {
            terminal.document(&model);
        } else {
            terminal.print(facts(terminal, model));
        }
        Ok(())
    }
}

fn facts(terminal: &Terminal, model: ModelShown) -> Printable {
    let calls: Vec<String> = model.declared().iter().map(call).collect();
    let summary = model.summary;
    let title = terminal.tone(
        Tone::Bold,
        format!("{}:{}", summary.model_name, summary.model_version),
    );
    let facts = terminal.facts(&[
        ("id", summary.model_id),
        ("status", summary.model_status.name().to_owned()),
        ("error", summary.error_msg),
        ("engine", summary.model_type),
        ("runtime", model.runtime),
        ("algorithm", model.model_algorithm),
        ("size", size(summary.model_size)),
        ("source", summary.source_location),
        ("description", summary.description),
        ("calls", calls.join("\n")),
        ("inputs", ports(&model.inputs)),
        ("outputs", ports(&model.outputs)),
        ("notes", model.import_notes.join("\n")),
    ]);
    title + "\n" + facts
}

/// A declared path: `POST /predictions/poetry  application/json`.
pub(super) fn call(api: &ApiDeclaration) -> String {
    // What the package's author wrote, of any form.
    let kind = api
        .request
        .as_ref()
        .and_then(|request| request.get("Content-type"));
    let kind = kind.and_then(|kind| kind.as_str()).unwrap_or_default();
    format!("{} {}  {kind}", api.method.to_uppercase(), encoded(&api.url))
        .trim_end()
        .to_owned()
}

/// Inputs or outputs, one a line, their names aligned: `sepal_length  float32 [N,1]`.
pub(in crate::command) fn ports(ports: &[PortShown]) -> String {
    let width = ports.iter().map(|port| port.name.chars().count()).max();
    let width = width.unwrap_or_default();
    let lines = ports.iter().map(|port| format!("{:width$}  {port}", port.name));
    lines.collect::<Vec<_>>().join("\n")
}

/// So many bytes, for people.
pub(in crate::command) fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{:.1} KiB", bytes as f64 / 1024.0),
        1_048_576..1_073_741_824 => format!("{:.1} MiB", bytes as f64 / 1_048_576.0),
        _ => format!("{:.1} GiB", bytes as f64 / 1_073_741_824.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declared_path_is_shown_as_it_is_called() {
        let api = ApiDeclaration {
            url: "/with space".to_owned(),
            method: "post".to_owned(),
            request: Some(serde_json::json!({"Content-type": "application/json", "data": {}})),
            response: None,
        };
        assert_eq!(call(&api), "POST /with%20space  application/json");
        assert_eq!(
            call(&ApiDeclaration { request: None, ..api }),
            "POST /with%20space"
        );
    }

    #[test]
    fn sizes_have_the_unit_that_makes_them_short() {
        for (bytes, shown) in [
            (12, "12 B"),
            (1536, "1.5 KiB"),
            (3 << 20, "3.0 MiB"),
            (5 << 30, "5.0 GiB"),
        ] {
            assert_eq!(size(bytes), shown);
        }
    }
}
