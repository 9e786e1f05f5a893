//! `adyton model import|list|show|delete`.

mod delete;
mod import;
mod list;
mod show;

use clap::Subcommand;

pub use import::{Naming, import, next_version};
pub(super) use show::ports;

use crate::context::Context;
use crate::failure::Outcome;

/// Import, list, show and delete models
#[derive(Subcommand)]
pub enum Model {
    /// Import a model package: a folder that holds `model/`, or a .tar, .tar.gz or .zip of one
    Import(import::Import),
    /// List the models of the project
    List(list::ListModels),
    /// Show one model: its inputs and outputs
    Show(show::ShowModel),
    /// Delete models
    Delete(delete::DeleteModel),
}

impl Model {
    /// Carries it out.
    pub fn run(self, context: &Context) -> Outcome {
        match self {
            Model::Import(verb) => verb.run(context),
            Model::List(verb) => verb.run(context),
            Model::Show(verb) => verb.run(context),
            Model::Delete(verb) => verb.run(context),
        }
    }
}
