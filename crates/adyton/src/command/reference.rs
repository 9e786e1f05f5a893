//! `adyton reference`: the reference page of the command line, made from the declarations of the verbs
//! (`docs/reference/command-line.md`).

use clap::{Args, Command};

use adyton_cli::context::Context;
use adyton_cli::failure::Outcome;

/// Print the reference of the command line as Markdown
#[derive(Args)]
pub(crate) struct Reference {}

impl Reference {
    /// Prints it; `root` is the whole command line.
    pub(crate) fn run(self, context: &Context, root: Command) -> Outcome {
        context.terminal.print(page(root));
        Ok(())
    }
}

const HEAD: &str = "\
# Command line

<!-- Made by `adyton reference`. Change the declarations in crates/adyton/src/command instead. -->

Exit codes: 0 success, 1 failure, 2 wrong usage or configuration, 130 interrupted by Ctrl-C. With `--json` a verb prints one JSON document on standard
output, with the field names of the API that it calls, also when the server refuses; notes, progress and errors go to standard
error. `--follow` prints one document per line.

Which server, and as whom: the context that `--context` names, else the environment (`ADYTON_CONTROL_URL`, `ADYTON_GATEWAY_URL`,
`ADYTON_CA_FILE`, `ADYTON_ACCESS_KEY`, `ADYTON_SECRET_KEY`, `ADYTON_PROJECT_ID`), else the context that `ADYTON_CONTEXT` names or
the current one (`adyton login`, `adyton context`), else the server that runs on `./adyton-data`, which a note then says; it can
be named as `--context local`. `--project` calls in another project than the context's.
Apps call with `ADYTON_APP_KEY` and `ADYTON_APP_SECRET`, or `ADYTON_APP_CODE`.
";

/// The page, as Markdown.
fn page(root: Command) -> String {
    let mut root = root.term_width(100).disable_help_subcommand(true);
    root.build();
    let mut page = HEAD.to_owned();
    chapter(&mut page, &mut root, "adyton", 2);
    page
}

/// A verb's help, then that of the verbs below it.
fn chapter(page: &mut String, verb: &mut Command, name: &str, depth: usize) {
    page.push_str(&format!("\n{} `{name}`\n", "#".repeat(depth)));
    // The first paragraph is the help's first line.
    let long = verb.get_long_about().map(ToString::to_string).unwrap_or_default();
    if let Some((_, more)) = long.split_once("\n\n") {
        page.push_str(&format!("\n{more}\n"));
    }
    let help = verb.render_help().to_string();
    let help: Vec<&str> = help.trim().lines().map(str::trim_end).collect();
    page.push_str(&format!("\n```text\n{}\n```\n", help.join("\n")));
    for below in verb.get_subcommands_mut().filter(|below| !below.is_hide_set()) {
        let name = format!("{name} {}", below.get_name());
        chapter(page, below, &name, (depth + 1).min(4));
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_reference_page_is_current() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../docs/reference/command-line.md"
        );
        assert!(
            std::fs::read_to_string(path).unwrap_or_default() == super::page(crate::cli::Cli::command()),
            "docs/reference/command-line.md is not current: cargo run -p adyton -- reference > docs/reference/command-line.md"
        );
    }
}
