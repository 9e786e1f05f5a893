//! `adyton model check PATH`: all that the import would say of a package, without a server.
//!
//! What is checked is the runtime's to know, which this command line does not hold: the program that does hands its check over.

use std::path::PathBuf;

use adyton_api::modelarts::models::PortShown;
use adyton_core::event_cause::cause_in;
use clap::Args;
use serde_json::json;

use super::show::{call, ports, size};
use crate::context::Context;
use crate::failure::Outcome;
use crate::language::spoken;
use crate::package_check::CheckedPackage;
use crate::said;

/// Check a package as the import does, without a server
#[derive(Args)]
#[command(after_help = "Examples:
  adyton model check my-model
  adyton model check my-model.tar.gz --json")]
pub struct Check {
    /// A folder that contains `model/`, or a .tar, .tar.gz or .zip of one
    path: PathBuf,
}

impl Check {
    /// Checks it and prints what was found.
    pub fn run(self, context: &Context) -> Outcome {
        let spinner = context.terminal.spinner(&said!("checking", "正在检查"));
        let checked = (context.check_package)(&context.environment, &self.path);
        spinner.ends();
        let CheckedPackage {
            spec,
            size: bytes,
            onnx_runtime,
        } = checked?;
        let declared = spec.ports.clone().unwrap_or_default();
        let inputs: Vec<PortShown> = declared.inputs.into_iter().map(PortShown::from).collect();
        let outputs: Vec<PortShown> = declared.outputs.into_iter().map(PortShown::from).collect();
        let kind = spec.engine.kind();
        let terminal = &context.terminal;
        if terminal.is_json() {
            terminal.document(&json!({
                "path": self.path, "problems": [], "model_type": kind.name(), "model_size": bytes, "apis": spec.apis,
                "inputs": inputs, "outputs": outputs, "import_notes": spec.notes,
            }));
            return Ok(());
        }
        let engine = match kind.runs_code() {
            true => kind.name().to_owned(),
            false => said!(
                "{}, tried with {onnx_runtime}",
                "{}，已用 {onnx_runtime} 试运行",
                kind.name()
            ),
        };
        let calls: Vec<String> = spec.apis.iter().map(call).collect();
        let notes: Vec<_> = spec.notes.iter().map(|note| cause_in(note, spoken())).collect();
        let path = self.path.display();
        terminal.print(said!("{path} can be imported.", "{path} 可以导入。"));
        terminal.print(terminal.facts(&[
            ("engine", engine),
            ("size", size(bytes)),
            ("calls", calls.join("\n")),
            ("inputs", ports(&inputs)),
            ("outputs", ports(&outputs)),
            ("notes", notes.join("\n")),
        ]));
        if kind.runs_code() {
            terminal.note(said!(
                "Whether the program answers is known only after deployment.",
                "程序能否响应，部署后才能确定。"
            ));
        }
        terminal.print(said!(
            "Import it with: adyton model import {path}",
            "导入：adyton model import {path}"
        ));
        Ok(())
    }
}
