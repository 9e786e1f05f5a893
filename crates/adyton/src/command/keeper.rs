//! `adyton keeper`: what the server starts to guard the programs of models. `main` hands over to [`adyton_runtime::keeper`]
//! before anything else, so there is nothing to do here.

use clap::Args;

/// Start and guard the programs of models (used by the server)
#[derive(Args)]
pub(crate) struct Keeper {}
