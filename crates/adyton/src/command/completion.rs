//! `adyton completion SHELL`: a script that completes verbs and options in a shell.

use clap::{Args, Command};
use clap_complete::{Shell, generate};

use adyton_cli::context::Context;
use adyton_cli::failure::{Failure, Outcome};
use adyton_cli::said;

/// Print a script that completes verbs and options in a shell
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
    /// Prints the script for the command line `root`.
    pub(crate) fn run(self, context: &Context, mut root: Command) -> Outcome {
        let shell: Shell = self.shell.parse().map_err(|problem| {
            Failure::wrong_use(said!(
                "`{}` is not a shell: {problem}",
                "`{}` 不是 shell：{problem}",
                self.shell
            ))
        })?;
        let mut script = Vec::new();
        generate(shell, &mut root, "adyton", &mut script);
        // A shell reads it; it is ours to the last letter.
        context.terminal.print_answer(&script, true);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_script_knows_every_verb() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let mut script = Vec::new();
            generate(shell, &mut crate::cli::shown(), "adyton", &mut script);
            let script = String::from_utf8(script).unwrap();
            for word in ["traffic", "reset-secret", "completion", "--context", "whoami"] {
                let word = match shell {
                    // There an option is written as `-l context`.
                    Shell::Fish => word.trim_start_matches('-'),
                    _ => word,
                };
                assert!(script.contains(word), "{shell}: {word}");
            }
            assert!(!script.contains("keeper"), "{shell}: what only programs call");
        }
    }
}
