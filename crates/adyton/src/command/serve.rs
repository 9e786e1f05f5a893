//! `adyton serve`: the server.

use std::path::PathBuf;

use clap::Args;

use super::config::Flags;
use crate::server;
use adyton_cli::context::Context;
use adyton_cli::failure::Outcome;

/// Start the server
#[derive(Args)]
#[command(after_help = "Examples:
  adyton serve
  adyton serve --config /etc/adyton/adyton.toml --data /var/lib/adyton
  adyton serve --gateway 0.0.0.0:8080")]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) flags: Flags,
    /// Write the server's addresses to this file once it is ready
    #[arg(long, value_name = "FILE")]
    pub(crate) ready_file: Option<PathBuf>,
}

impl Serve {
    /// Serves until a signal ends it.
    pub(crate) fn run(self, context: &Context) -> Outcome {
        let loaded = self.flags.load(context)?;
        let sources = self.flags.sources(context);
        server::run(loaded, sources, self.ready_file, context, None)
    }
}
