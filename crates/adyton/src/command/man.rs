//! `adyton man DIR`: writes the man pages, for packages.

use std::path::PathBuf;

use clap::{Args, Command};
use serde_json::json;

use adyton_cli::context::Context;
use adyton_cli::failure::{Failure, Outcome};
use adyton_cli::said;

/// Write the man pages, one a verb
#[derive(Args)]
#[command(after_help = "Example:
  adyton man share/man/man1")]
pub(crate) struct Man {
    /// The folder that they are written to; it is made
    folder: PathBuf,
}

impl Man {
    /// Writes the pages of the command line `root`.
    pub(crate) fn run(self, context: &Context, root: Command) -> Outcome {
        let wrong = |error: std::io::Error| {
            Failure::failed(said!(
                "{}: cannot be written: {error}",
                "{}：无法写入：{error}",
                self.folder.display()
            ))
        };
        std::fs::create_dir_all(&self.folder).map_err(wrong)?;
        clap_mangen::generate_to(root.disable_help_subcommand(true), &self.folder).map_err(wrong)?;
        if context.terminal.is_json() {
            context.terminal.document(&json!({"folder": self.folder}));
        } else {
            let folder = self.folder.display();
            context.terminal.print(said!(
                "Wrote the man pages to {folder}. Read one with: man -l {folder}/adyton.1",
                "已将手册页写入 {folder}。阅读：man -l {folder}/adyton.1"
            ));
        }
        Ok(())
    }
}
