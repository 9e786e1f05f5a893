//! `adyton role grant|revoke|list`: what users may do, and where.

use adyton_api::iam::Named;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::client::{Client, RoleScope, lookup};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::said;

/// Grant roles to users, and revoke them
#[derive(Subcommand)]
pub enum Role {
    /// Grant a user a role in a project, or in the whole domain
    Grant(Grant),
    /// Revoke a role of a user, and the user's tokens
    Revoke(RevokeRole),
    /// List all roles, or those of a user
    #[command(visible_alias = "ls")]
    List(ListRoles),
}

impl Role {
    /// Carries it out.
    pub fn run(self, context: &Context) -> Outcome {
        let context = &context.in_usual_project();
        match self {
            Role::Grant(verb) => verb.assignment.run(context, Way::Grant),
            Role::Revoke(verb) => verb.assignment.run(context, Way::Revoke),
            Role::List(verb) => verb.run(context),
        }
    }
}

/// Grant a user a role in a project, or in the whole domain
#[derive(Args)]
#[command(after_help = "Examples:
  adyton role grant ada operator --project vision
  adyton role grant ada auditor --whole-domain")]
pub struct Grant {
    #[command(flatten)]
    assignment: Assignment,
}

/// Revoke a role of a user, and the user's tokens
#[derive(Args)]
#[command(after_help = "Example:
  adyton role revoke ada operator --project vision")]
pub struct RevokeRole {
    #[command(flatten)]
    assignment: Assignment,
}

/// Whose role, which, and where.
#[derive(Args)]
struct Assignment {
    /// Name or id of the user
    user: String,
    /// administrator, operator, caller or auditor
    #[arg(value_parser = ["administrator", "operator", "caller", "auditor"], hide_possible_values = true)]
    role: String,
    /// In this project: name or id [default: the one that you work in]
    #[arg(long, value_name = "NAME|ID")]
    project: Option<String>,
    /// In the domain and so in all its projects
    #[arg(long, conflicts_with = "project")]
    whole_domain: bool,
}

/// Whether it is given or taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Grant,
    Revoke,
}

impl Assignment {
    fn run(self, context: &Context, way: Way) -> Outcome {
        let client = context.client()?;
        let user = lookup::user(&client, &self.user)?;
        let (scope, place) = self.scope(&client)?;
        match way {
            Way::Grant => client.grant_role(&user.id, &scope, &self.role)?,
            Way::Revoke => {
                client
                    .revoke_role(&user.id, &scope, &self.role)
                    .map_err(|failure| match failure.status() {
                        Some(404) => self.not_given(&user.name, &place),
                        _ => failure,
                    })?
            }
        }
        if context.terminal.is_json() {
            context.terminal.document(&assigned(&self.role, &scope));
            return Ok(());
        }
        let (name, role) = (&user.name, &self.role);
        context.terminal.print(match way {
            Way::Grant => said!(
                "{name} is {role} in {place}.",
                "{name} 在{place}中的角色现在包括 {role}。"
            ),
            Way::Revoke => said!(
                "{name} is no longer {role} in {place}.",
                "{name} 在{place}中不再具有 {role} 角色。"
            ),
        });
        Ok(())
    }

    /// The user does not have the role there.
    fn not_given(&self, user: &str, place: &str) -> Failure {
        let role = &self.role;
        Failure::failed(said!(
            "{user} is not {role} in {place}",
            "{user} 在{place}中没有角色 {role}"
        ))
        .hint(said!(
            "`adyton role list {user}` lists where they have which roles; one of the whole domain is revoked with --whole-domain",
            "`adyton role list {user}` 列出其在各处的角色；整个账号的角色用 --whole-domain 收回"
        ))
    }

    /// Where, and how people say it.
    fn scope(&self, client: &Client) -> Outcome<(RoleScope, String)> {
        if self.whole_domain {
            let domain = client.whoami()?.domain;
            return Ok((
                RoleScope::Domain(domain.id),
                said!("the domain {}", "账号 {} ", domain.name),
            ));
        }
        let said = self.project.as_deref().unwrap_or(client.project());
        let project = lookup::project(client, said)?;
        Ok((
            RoleScope::Project(project.id),
            said!("the project {}", "项目 {} ", project.name),
        ))
    }
}

/// A role of a user and where it was given, with the names that tokens have for it.
fn assigned(role: &str, scope: &RoleScope) -> Value {
    let scope = match scope {
        RoleScope::Project(id) => json!({"project": {"id": id}}),
        RoleScope::Domain(id) => json!({"domain": {"id": id}}),
    };
    json!({"role": {"id": role, "name": role}, "scope": scope})
}

/// List all roles, or those of a user
#[derive(Args)]
#[command(after_help = "Examples:
  adyton role list
  adyton role list ada")]
pub struct ListRoles {
    /// Name or id of a user: only that user's roles, in your projects and in the domain
    user: Option<String>,
}

/// What a role permits. A newer server may have roles of which nothing is known here.
fn permits(role: &str) -> String {
    match role {
        "administrator" => said!("change everything", "更改一切"),
        "operator" => said!(
            "import models, deploy services, manage apps, read all requests",
            "导入模型、部署服务、管理应用、查看所有请求"
        ),
        "auditor" => said!(
            "read all that an operator can read, change nothing",
            "查看操作员能查看的一切，不能更改"
        ),
        "caller" => said!("call services", "调用服务"),
        _ => String::new(),
    }
}

impl ListRoles {
    fn run(self, context: &Context) -> Outcome {
        let (client, terminal) = (context.client()?, &context.terminal);
        let Some(said) = &self.user else {
            let listed = client.roles()?;
            if terminal.is_json() {
                terminal.document(&listed);
            } else {
                let rows = listed.roles.into_iter().map(|role| {
                    let may = permits(&role.name);
                    vec![role.name, may]
                });
                terminal.print(terminal.table(&["role", "may"], rows.collect()));
            }
            return Ok(());
        };
        let user = lookup::user(&client, said)?;
        let known = client.whoami()?;
        let domain = (RoleScope::Domain(known.domain.id), "domain", known.domain.name);
        let project = |project: Named| (RoleScope::Project(project.id), "project", project.name);
        let (mut rows, mut documents) = (Vec::new(), Vec::new());
        for (scope, kind, name) in std::iter::once(domain).chain(known.projects.into_iter().map(project)) {
            for role in client.roles_of(&user.id, &scope)?.roles {
                documents.push(assigned(&role.name, &scope));
                rows.push(vec![role.name, format!("{kind} {name}")]);
            }
        }
        if terminal.is_json() {
            terminal.document(&json!({ "role_assignments": documents }));
        } else if rows.is_empty() {
            terminal.print(said!(
                "{} has no role in your projects.",
                "{} 在您的项目中没有角色。",
                user.name
            ));
        } else {
            terminal.print(terminal.table(&["role", "in"], rows));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assignment_says_where_it_counts() {
        let shown = assigned("operator", &RoleScope::Project("p".to_owned()));
        assert_eq!(shown["scope"]["project"]["id"], "p");
        let shown = assigned("auditor", &RoleScope::Domain("d".to_owned()));
        assert_eq!(
            (&shown["role"]["name"], &shown["scope"]["domain"]["id"]),
            (&json!("auditor"), &json!("d"))
        );
    }
}
