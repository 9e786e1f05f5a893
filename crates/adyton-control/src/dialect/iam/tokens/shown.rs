//! What a token says: whose it is, what it is for, until when, and where the services are.

use adyton_api::iam::Named;
use adyton_api::iam::tokens::{TokenAnswer, TokenProject, TokenShown, TokenUser};
use adyton_core::tenant::{Scope, User};
use adyton_identity::Contents;
use http::HeaderMap;

use super::super::shapes::{base, domain, role};
use super::catalog::catalog;
use crate::shared::Shared;

/// Shows `contents`; without the catalog where the client wants none.
pub(super) fn shown(
    shared: &Shared,
    headers: &HeaderMap,
    contents: &Contents,
    user: &User,
    nocatalog: bool,
) -> TokenAnswer {
    let live = shared.live();
    let own = domain(&live, user);
    let project = match contents.scope {
        Scope::Project(id) => live.project(id).map(|project| TokenProject {
            id: project.id.to_string(),
            name: project.name.clone(),
            domain: live.domain(project.domain).map_or_else(
                || own.clone(),
                |domain| Named {
                    id: domain.id.to_string(),
                    name: domain.name.clone(),
                },
            ),
        }),
        Scope::Domain(_) => None,
    };
    let scope_domain = match contents.scope {
        Scope::Domain(id) => live.domain(id).map(|domain| Named {
            id: domain.id.to_string(),
            name: domain.name.clone(),
        }),
        Scope::Project(_) => None,
    };
    let roles = adyton_identity::policy::roles(&live, user, contents.scope);
    let catalog = match nocatalog {
        true => Vec::new(),
        false => catalog(
            &shared.settings().region,
            &base(shared, headers),
            project.as_ref(),
        ),
    };
    TokenAnswer {
        token: TokenShown {
            methods: contents.methods.names().map(str::to_owned).collect(),
            expires_at: contents.expires_at.to_iso(),
            issued_at: contents.issued_at.to_iso(),
            user: TokenUser {
                id: user.id.to_string(),
                name: user.name.clone(),
                domain: own,
                password_expires_at: String::new(),
            },
            project,
            domain: scope_domain,
            roles: roles.into_iter().map(role).collect(),
            catalog,
        },
    }
}
