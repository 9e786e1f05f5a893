//! What the verbs share that delete things, one by one.

use serde_json::json;

use crate::client::Client;
use crate::context::Context;
use crate::failure::Outcome;
use crate::said;

/// Deletes each thing that was named, and says so by the name that `delete` gives; the first that cannot be deleted ends it.
pub(super) fn each(
    context: &Context,
    named: &[String],
    delete: impl Fn(&Client, &str) -> Outcome<String>,
) -> Outcome {
    let client = context.client()?;
    for said in named {
        let name = delete(&client, said)?;
        if !context.terminal.is_json() {
            context
                .terminal
                .print(said!("Deleted {name}.", "已删除 {name}。"));
        }
    }
    if context.terminal.is_json() {
        context.terminal.document(&json!({}));
    }
    Ok(())
}
