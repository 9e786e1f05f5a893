//! What failures are about: the word that messages use, and the cause when it is missing or its name is taken.

use adyton_core::catalogue::Reason;

/// The things that can be missing, taken or too many. The word is the one that messages use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Thing {
    Model,
    Service,
    App,
    AppCode,
    Api,
    Environment,
    Authorisation,
    Instance,
    User,
    Credential,
    Project,
    Domain,
    Request,
    Role,
    Code,
    File,
}

impl Thing {
    /// The word for people.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Thing::Model => "Model",
            Thing::Service => "Service",
            Thing::App => "App",
            Thing::AppCode => "AppCode",
            Thing::Api => "API",
            Thing::Environment => "Environment",
            Thing::Authorisation => "Authorization",
            Thing::Instance => "Instance",
            Thing::User => "User",
            Thing::Credential => "Access key",
            Thing::Project => "Project",
            Thing::Domain => "Domain",
            Thing::Request => "Request",
            Thing::Role => "Role",
            Thing::Code => "Error code",
            Thing::File => "File",
        }
    }
    /// The cause when nothing of this kind has the id.
    pub(crate) const fn missing(self) -> Reason {
        match self {
            Thing::Model => Reason::NoSuchModel,
            Thing::Service => Reason::NoSuchService,
            Thing::App => Reason::NoSuchApp,
            Thing::AppCode => Reason::NoSuchAppCode,
            Thing::Api => Reason::NoSuchApi,
            Thing::Environment => Reason::NoSuchEnvironment,
            Thing::Authorisation => Reason::NoSuchAuthorisation,
            Thing::Instance => Reason::NoSuchInstance,
            Thing::User
            | Thing::Credential
            | Thing::Project
            | Thing::Domain
            | Thing::Request
            | Thing::Role
            | Thing::Code
            | Thing::File => Reason::NoSuchThing,
        }
    }
    /// The cause when the name belongs to another of this kind.
    pub(crate) const fn taken(self) -> Reason {
        match self {
            Thing::Model => Reason::ModelExists,
            Thing::AppCode => Reason::AppCodeExists,
            Thing::Service
            | Thing::App
            | Thing::Api
            | Thing::Environment
            | Thing::Authorisation
            | Thing::Instance
            | Thing::User
            | Thing::Credential
            | Thing::Project
            | Thing::Domain
            | Thing::Request
            | Thing::Role
            | Thing::Code
            | Thing::File => Reason::NameTaken,
        }
    }
}
