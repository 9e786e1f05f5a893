//! What the store refuses, as a failure of an operation.

use adyton_store::StoreError;
use adyton_store::error::{Quota, Referred, Unique};

use crate::failure::{Failure, Thing};

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict { what } => taken(what),
            StoreError::Quota { what, most } => Failure::Quota {
                thing: match what {
                    Quota::AccessKeys => Thing::Credential,
                    Quota::AppCodes => Thing::AppCode,
                    Quota::Services => Thing::Service,
                },
                most: usize::try_from(most).unwrap_or(usize::MAX),
            },
            StoreError::Missing { what, id } => Failure::missing(referred(what), id),
            StoreError::InUse { by } => Failure::ModelInUse {
                service: by.join(", "),
            },
            StoreError::ModelState { model, status } => Failure::NotPublished {
                model: model.to_string(),
                status,
            },
            StoreError::NoSpace => Failure::NoSpace(
                "nothing was changed; make room on the disk of the database, and make the call again"
                    .to_owned(),
            ),
            StoreError::ReadOnly => {
                Failure::Storage("the database can only be read; nothing was changed".to_owned())
            }
            // What the driver says may name addresses: it is for the log.
            StoreError::Unavailable(_) => {
                tracing::error!(%error, "a management call failed");
                Failure::Storage("the database cannot be reached; nothing was changed".to_owned())
            }
            StoreError::Uncertain(_) => {
                tracing::error!(%error, "a management call failed");
                Failure::Storage(
                    "the connection to the database broke while the change was committed: look whether it was made before you make it again"
                        .to_owned(),
                )
            }
            StoreError::Deadline => Failure::Storage(
                "the database took too long: look whether the change was made before you make it again"
                    .to_owned(),
            ),
            StoreError::Damaged { .. } | StoreError::Database(_) | StoreError::System(_) => {
                Failure::defect(error)
            }
        }
    }
}

fn taken(what: Unique) -> Failure {
    let (thing, name) = match what {
        Unique::DomainName | Unique::ProjectName => (Thing::Project, "of this name"),
        Unique::UserName => (Thing::User, "of this name"),
        Unique::AppName => (Thing::App, "of this name"),
        Unique::AppKey => (Thing::App, "with this AppKey"),
        Unique::AppCode => (Thing::AppCode, "of this text"),
        Unique::Authorisation => {
            return Failure::AlreadyAuthorised;
        }
        Unique::ModelVersion => (Thing::Model, "of this name and version"),
        Unique::ServiceName => (Thing::Service, "of this name"),
    };
    Failure::taken(thing, name)
}

const fn referred(what: Referred) -> Thing {
    match what {
        Referred::Domain | Referred::Project => Thing::Project,
        Referred::User => Thing::User,
        Referred::App => Thing::App,
        Referred::Api => Thing::Api,
        Referred::Model => Thing::Model,
        Referred::Service => Thing::Service,
    }
}
