//! `adyton completion SHELL`: a script that completes verbs, options and names in a shell.

use clap::Args;

use adyton_cli::context::Context;
use adyton_cli::failure::{Failure, Outcome};
use adyton_cli::said;

use crate::completion::script;

/// Print a script that completes verbs, options and names in a shell
#[derive(Args)]
#[command(after_help = "Examples:
  adyton completion bash > ~/.local/share/bash-completion/completions/adyton
  adyton completion zsh > ~/.zfunc/_adyton
  adyton completion fish > ~/.config/fish/completions/adyton.fish")]
pub(crate) struct Completion {
    /// The shell
    #[arg(value_name = "SHELL", value_parser = ["bash", "zsh", "fish"])]
    shell: String,
}

impl Completion {
    /// Prints the script.
    pub(crate) fn run(self, context: &Context) -> Outcome {
        let script = script(&self.shell)
            .ok_or_else(|| Failure::wrong_use(said!("`{}` is not a shell", "`{}` 不是 shell", self.shell)))?;
        // A shell reads it; it is ours to the last letter.
        context.terminal.print_answer(&script, true);
        Ok(())
    }
}
