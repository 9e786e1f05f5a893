//! What IAM is asked of users, roles, access keys and projects. Signing in stands in `client.rs`.

use adyton_api::iam::credentials::{
    CredentialAnswer, CredentialChanged, CredentialCreate, CredentialList, CredentialUpdate, CredentialWanted,
};
use adyton_api::iam::projects::{ProjectAnswer, ProjectCreate, ProjectList, ProjectWanted};
use adyton_api::iam::users::{
    RoleList, UserAnswer, UserChanged, UserCreate, UserList, UserShown, UserUpdate, UserWanted,
};
use adyton_core::secret::Secret;

use super::{Body, Client, encoded, json};
use crate::failure::Outcome;

/// The address of access keys.
const KEYS: &str = "/v3.0/OS-CREDENTIAL/credentials";

/// The address of one of them.
fn key_path(key: &str) -> String {
    format!("{KEYS}/{}", encoded(key))
}

/// Where a role is given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RoleScope {
    /// In the project of this id.
    Project(String),
    /// In the domain of this id, and so in all its projects.
    Domain(String),
}

impl RoleScope {
    /// The address of a user's roles there.
    fn path(&self, user: &str) -> String {
        match self {
            RoleScope::Project(id) => format!("/v3/projects/{id}/users/{user}/roles"),
            RoleScope::Domain(id) => format!("/v3/domains/{id}/users/{user}/roles"),
        }
    }
}

impl Client {
    /// The users of the domain; only the one of this name, if one is given.
    pub fn users(&self, name: Option<&str>) -> Outcome<UserList> {
        let query = name.map(|name| format!("name={}", encoded(name)));
        self.get("/v3/users", &query.unwrap_or_default())
    }
    /// The user of this id.
    pub fn user(&self, id: &str) -> Outcome<UserShown> {
        Ok(self.get::<UserAnswer>(&format!("/v3/users/{id}"), "")?.user)
    }
    /// Makes a user without roles.
    pub fn create_user(&self, name: &str, password: &Secret<String>) -> Outcome<UserShown> {
        let user = UserWanted {
            name: name.to_owned(),
            password: password.expose().clone(),
            domain_id: None,
            enabled: None,
        };
        Ok(self.post::<UserAnswer>("/v3/users", &UserCreate { user })?.user)
    }
    /// Changes a user.
    pub fn update_user(&self, id: &str, user: UserChanged) -> Outcome<UserShown> {
        let body = json(&UserUpdate { user })?;
        let answer = self.manage("PATCH", &format!("/v3/users/{id}"), "", body)?;
        Ok(answer.read::<UserAnswer>()?.user)
    }
    /// Deletes a user.
    pub fn delete_user(&self, id: &str) -> Outcome {
        self.manage("DELETE", &format!("/v3/users/{id}"), "", Body::Empty)
            .map(drop)
    }
    /// The roles that there are.
    pub fn roles(&self) -> Outcome<RoleList> {
        self.get("/v3/roles", "")
    }
    /// The roles that a user was given in this very scope.
    pub fn roles_of(&self, user: &str, scope: &RoleScope) -> Outcome<RoleList> {
        self.get(&scope.path(user), "")
    }
    /// Gives a user a role.
    pub fn grant_role(&self, user: &str, scope: &RoleScope, role: &str) -> Outcome {
        let path = format!("{}/{}", scope.path(user), encoded(role));
        self.manage("PUT", &path, "", Body::Empty).map(drop)
    }
    /// Takes a role from a user.
    pub fn revoke_role(&self, user: &str, scope: &RoleScope, role: &str) -> Outcome {
        let path = format!("{}/{}", scope.path(user), encoded(role));
        self.manage("DELETE", &path, "", Body::Empty).map(drop)
    }
    /// The access keys of the user of this id.
    pub fn keys(&self, user: &str) -> Outcome<CredentialList> {
        self.get(KEYS, &format!("user_id={user}"))
    }
    /// Makes an access key; the answer holds its secret.
    pub fn create_key(&self, user: &str, description: &str) -> Outcome<CredentialAnswer> {
        let credential = CredentialWanted {
            user_id: user.to_owned(),
            description: Some(description.to_owned()),
        };
        self.post(KEYS, &CredentialCreate { credential })
    }
    /// Enables or disables an access key: `active` or `inactive`.
    pub fn update_key(&self, key: &str, status: &str) -> Outcome<CredentialAnswer> {
        let credential = CredentialChanged {
            status: Some(status.to_owned()),
            description: None,
        };
        self.put(&key_path(key), &CredentialUpdate { credential })
    }
    /// Deletes an access key.
    pub fn delete_key(&self, key: &str) -> Outcome {
        self.manage("DELETE", &key_path(key), "", Body::Empty).map(drop)
    }
    /// The projects in which the caller has a role.
    pub fn projects(&self) -> Outcome<ProjectList> {
        self.get("/v3/auth/projects", "")
    }
    /// Makes a project in the caller's domain.
    pub fn create_project(&self, name: &str) -> Outcome<ProjectAnswer> {
        let project = ProjectWanted {
            name: name.to_owned(),
            domain_id: None,
            parent_id: None,
        };
        self.post("/v3/projects", &ProjectCreate { project })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_given_in_a_project_or_in_the_domain() {
        let project = RoleScope::Project("p".to_owned());
        assert_eq!(project.path("u"), "/v3/projects/p/users/u/roles");
        let domain = RoleScope::Domain("d".to_owned());
        assert_eq!(domain.path("u"), "/v3/domains/d/users/u/roles");
    }
}
