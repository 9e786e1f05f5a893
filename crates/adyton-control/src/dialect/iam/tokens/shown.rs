//! What a token says: whose it is, what it is for, until when, and where the services are.

use adyton_core::tenant::{Scope, User};
use adyton_identity::Contents;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::shapes::{Named, base, domain, role};
use super::catalog::{CatalogEntry, catalog};
use crate::plane::Plane;

/// What a token says.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct TokenAnswer {
    /// Wrapped as Keystone does it.
    token: TokenShown,
}

/// What a token says.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct TokenShown {
    /// How its holder signed in.
    methods: Vec<String>,
    /// When it ends.
    expires_at: String,
    /// When it was issued.
    issued_at: String,
    /// Whose it is.
    user: TokenUser,
    /// The project that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<TokenProject>,
    /// The domain that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<Named>,
    /// The user's roles there, as they are now.
    roles: Vec<Named>,
    /// Where the services are.
    catalog: Vec<CatalogEntry>,
}

/// A token's user.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct TokenUser {
    /// Their id.
    id: String,
    /// Their name.
    name: String,
    /// Their domain.
    domain: Named,
    /// Empty: passwords do not end by themselves.
    password_expires_at: String,
}

/// A token's project.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct TokenProject {
    /// Its id.
    pub(super) id: String,
    /// Its name.
    name: String,
    /// Its domain.
    domain: Named,
}

/// Shows `contents`; without the catalog where the client wants none.
pub(super) fn shown(
    plane: &Plane,
    headers: &HeaderMap,
    contents: &Contents,
    user: &User,
    nocatalog: bool,
) -> TokenAnswer {
    let live = plane.feed.cell().load();
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
        false => catalog(&plane.settings.region, &base(plane, headers), project.as_ref()),
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
