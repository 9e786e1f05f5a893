//! `adyton keeper`: what the server starts to guard the programs of models. `main` hands over to [`adyton_runtime::keeper`]
//! before anything else; here is only what a keeper and its program must not inherit from the server.

use clap::Args;

/// Start and guard the programs of models (used by the server)
#[derive(Args)]
pub(crate) struct Keeper {
    /// The limit of open files that the server was started with: it may have raised its own
    #[arg(long, value_name = "N")]
    open_files: Option<u64>,
    /// The limit of data, in bytes, that the server was started with: it has lowered its own
    #[arg(long, value_name = "BYTES")]
    data: Option<u64>,
}

impl Keeper {
    /// Gives back the limits.
    pub(crate) fn prepare(&self) {
        if let Some(original) = self.open_files {
            adyton_listener::files::lower(original);
        }
        adyton_runtime::onnx::memory::release(self.data);
    }
}
