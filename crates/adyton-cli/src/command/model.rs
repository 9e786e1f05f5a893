//! `adyton model init|check|import|list|show|delete`.

mod check;
mod delete;
mod import;
mod init;
mod list;
mod show;

use clap::Subcommand;

pub use import::{Naming, import, next_version};
pub(super) use show::{ports, size};

use crate::context::Context;
use crate::failure::Outcome;

/// Create, check, import, list, show and delete models
#[derive(Subcommand)]
pub enum Model {
    /// Create a starter package
    Init(init::Init),
    /// Check a package as the import does, without a server
    Check(check::Check),
    /// Import a model package: a folder or an archive that contains `model/`
    Import(import::Import),
    /// List the models of the project
    #[command(visible_alias = "ls")]
    List(list::ListModels),
    /// Show one model: its inputs and outputs
    Show(show::ShowModel),
    /// Delete models
    #[command(visible_alias = "rm")]
    Delete(delete::DeleteModel),
}

impl Model {
    /// Carries it out.
    pub fn run(self, context: &Context) -> Outcome {
        match self {
            Model::Init(verb) => verb.run(context),
            Model::Check(verb) => verb.run(context),
            Model::Import(verb) => verb.run(context),
            Model::List(verb) => verb.run(context),
            Model::Show(verb) => verb.run(context),
            Model::Delete(verb) => verb.run(context),
        }
    }
}
