//! `adyton model delete`.

use adyton_api::modelarts::models::ModelDeleted;
use clap::Args;

use crate::client::lookup;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::said;

/// Delete models
#[derive(Args)]
#[command(after_help = "Example:
  adyton model delete iris:0.0.1")]
pub struct DeleteModel {
    /// NAME:VERSION or id; a NAME means its newest version
    #[arg(required = true)]
    models: Vec<String>,
}

impl DeleteModel {
    /// Deletes them one by one, once all are known; the first that cannot be deleted ends it, and says what is gone.
    pub fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let mut deleted = Vec::new();
        let found = self
            .models
            .iter()
            .map(|said| Ok((said, lookup::model(&client, said)?)))
            .collect::<Outcome<Vec<_>>>()?;
        for (said, model) in found {
            let mut answer = client.delete_model(&model.model_id)?;
            // A model in use is not deleted, and that is said with status 200.
            if let Some(failed) = answer.delete_failed_list.first() {
                let said = said!(
                    "{said} was not deleted: {} {}",
                    "{said} 未被删除：{} {}",
                    failed.error_code,
                    failed.error_msg
                );
                return Err(Failure::failed(said)
                    .hint(said!(
                        "delete or update the services that use it first: `adyton service list`",
                        "请先删除或更新使用它的服务：`adyton service list`"
                    ))
                    .with_document(&answer));
            }
            deleted.append(&mut answer.delete_success_list);
            if !context.terminal.is_json() {
                context.terminal.print(said!(
                    "Deleted {}:{}.",
                    "已删除 {}:{}。",
                    model.model_name,
                    model.model_version
                ));
            }
        }
        if context.terminal.is_json() {
            context.terminal.document(&ModelDeleted {
                delete_success_list: deleted,
                delete_failed_list: Vec::new(),
            });
        }
        Ok(())
    }
}
