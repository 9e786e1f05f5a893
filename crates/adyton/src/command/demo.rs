//! `adyton demo`: the server, with the samples imported, deployed and called once. See [`crate::demo`].

use clap::Args;

use super::serve::Serve;
use crate::config::found::Origin;
use crate::demo;
use crate::server;
use adyton_cli::context::Context;
use adyton_cli::failure::Outcome;

/// Start the server with samples that are deployed and called once
#[derive(Args)]
#[command(after_help = "Examples:
  adyton demo
  adyton demo --data /tmp/demo --gateway 127.0.0.1:0 --control 127.0.0.1:0")]
pub(crate) struct Demo {
    #[command(flatten)]
    serve: Serve,
}

impl Demo {
    /// Serves until a signal ends it; shows what it can do first.
    pub(crate) fn run(self, context: &Context) -> Outcome {
        let mut loaded = self.serve.flags.load(context)?;
        if loaded.merged.origin("log.filter") == Origin::Default {
            // What the demo shows is not to be mixed with the server's usual chatter.
            loaded.config.log.filter = crate::config::section::LogFilter("warn".to_owned());
        }
        let sources = self.serve.flags.sources(context);
        let (own, data) = (context.clone(), loaded.config.general.data.clone());
        let show: server::Show = Box::new(move |_| demo::show(&own, &data));
        server::run(loaded, sources, self.serve.ready_file, context, Some(show))
    }
}
