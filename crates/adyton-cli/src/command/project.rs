//! `adyton project create|list`.

use clap::{Args, Subcommand};

use crate::context::Context;
use crate::failure::Outcome;
use crate::said;

/// Create and list projects, which separate teams
#[derive(Subcommand)]
pub enum Project {
    /// Create a project in your domain
    Create(CreateProject),
    /// List the projects in which you have a role
    #[command(visible_alias = "ls")]
    List(ListProjects),
}

impl Project {
    /// Carries it out.
    pub fn run(self, context: &Context) -> Outcome {
        match self {
            Project::Create(verb) => verb.run(context),
            Project::List(verb) => verb.run(context),
        }
    }
}

/// Create a project in your domain
#[derive(Args)]
#[command(after_help = "Example:
  adyton project create vision")]
pub struct CreateProject {
    /// Its name
    name: String,
}

impl CreateProject {
    fn run(self, context: &Context) -> Outcome {
        let made = context.client_of_domain()?.create_project(&self.name)?;
        if context.terminal.is_json() {
            context.terminal.document(&made);
            return Ok(());
        }
        let (name, id) = (&made.project.name, &made.project.id);
        context.terminal.print(said!(
            "Created {name} ({id}).\nGive a user access with: adyton role grant USER ROLE --project {name}",
            "已创建 {name}（{id}）。\n授予用户角色：adyton role grant USER ROLE --project {name}"
        ));
        Ok(())
    }
}

/// List the projects in which you have a role
#[derive(Args)]
#[command(after_help = "Example:
  adyton project list")]
pub struct ListProjects {}

impl ListProjects {
    fn run(self, context: &Context) -> Outcome {
        let listed = context.client_of_domain()?.projects()?;
        if context.terminal.is_json() {
            context.terminal.document(&listed);
            return Ok(());
        }
        let rows = listed
            .projects
            .into_iter()
            .map(|project| vec![project.name, project.id]);
        let table = context.terminal.table(&["name", "id"], rows.collect());
        context.terminal.print(table);
        Ok(())
    }
}
