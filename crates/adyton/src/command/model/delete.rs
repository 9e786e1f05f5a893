//! `adyton model delete`.

use clap::Args;
use serde_json::{Value, json};

use crate::client::lookup::{self, entries, text};
use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// Delete models
#[derive(Args)]
pub(crate) struct Delete {
    /// NAME:VERSION or id; a NAME alone is its newest version
    #[arg(required = true)]
    models: Vec<String>,
}

impl Delete {
    /// Deletes them one by one, once all are known; the first that cannot be deleted ends it, and says what is gone.
    pub(crate) fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let mut deleted = Vec::new();
        let found = self
            .models
            .iter()
            .map(|said| Ok((said, lookup::model(&client, said)?)))
            .collect::<Outcome<Vec<_>>>()?;
        for (said, model) in found {
            let id = text(&model, "model_id");
            let answer = client.delete(&format!("/v1/{}/models/{id}", client.project()))?;
            // A model in use is not deleted, and that is said with status 200.
            if let Some(failed) = entries(&answer, "delete_failed_list").first() {
                let reason = [text(failed, "error_code"), text(failed, "error_msg")].join(" ");
                return Err(
                    Failure::failed(format!("{said} was not deleted: {}", reason.trim()))
                        .hint("delete or update the services that use it first: `adyton service list`")
                        .with_document(answer.clone()),
                );
            }
            deleted.push(id);
            if !context.terminal.is_json() {
                context.terminal.print(format!(
                    "Deleted {}:{}.",
                    text(&model, "model_name"),
                    text(&model, "model_version")
                ));
            }
        }
        if context.terminal.is_json() {
            let list: Vec<Value> = deleted.into_iter().map(|id| json!({"model_id": id})).collect();
            context
                .terminal
                .document(&json!({"delete_success_list": list, "delete_failed_list": []}));
        }
        Ok(())
    }
}
