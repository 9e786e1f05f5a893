//! What the store refuses, as a failure of an operation.

use adyton_core::language::both;
use adyton_store::StoreError;
use adyton_store::error::{Referred, Unique};

use crate::failure::{Failure, Thing};

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict { what } => taken(what, None),
            StoreError::TooManyTags { most } => Failure::invalid(
                "tags",
                both!("a service has at most {} tags", "一个服务最多有 {} 个标签", most),
            ),
            StoreError::Quota {
                what: quota,
                most,
                used,
                more,
            } => Failure::Quota {
                quota,
                most,
                used,
                more,
            },
            StoreError::Missing { what, id } => Failure::missing(referred(what), id),
            StoreError::InUse { by } => Failure::ModelInUse {
                service: by.join(", "),
            },
            StoreError::ModelState { model, status } => Failure::NotPublished {
                model: model.to_string(),
                status,
            },
            StoreError::NoSpace => Failure::NoSpace(both!(
                "nothing was changed; free disk space on the database host and retry",
                "未作任何更改；请释放数据库主机的磁盘空间后重试"
            )),
            StoreError::ReadOnly => Failure::Storage(both!(
                "the database is read-only; nothing was changed",
                "数据库为只读；未作任何更改"
            )),
            // What the driver says may name addresses: it is for the log.
            StoreError::Unavailable(_) => {
                tracing::error!(%error, "a management call failed");
                Failure::Storage(both!(
                    "the database is unreachable; nothing was changed",
                    "无法访问数据库；未作任何更改"
                ))
            }
            StoreError::Uncertain(_) => {
                tracing::error!(%error, "a management call failed");
                Failure::Storage(both!(
                    "the connection to the database broke during the commit; check whether the change was applied before retrying",
                    "提交时数据库连接中断；请先确认更改是否已生效，再重试"
                ))
            }
            StoreError::Deadline => Failure::Storage(both!(
                "the database did not answer in time; check whether the change was applied before retrying",
                "数据库未及时响应；请先确认更改是否已生效，再重试"
            )),
            StoreError::Damaged { .. } | StoreError::Database(_) | StoreError::System(_) => {
                Failure::defect(error)
            }
        }
    }
}

impl Failure {
    /// What the store refuses, where something was to get a name: one that is taken is said.
    pub(crate) fn named(error: StoreError, name: &str) -> Self {
        match error {
            StoreError::Conflict { what } => taken(what, Some(name)),
            other => other.into(),
        }
    }
}

/// What is there already. Its name is said where it is known; keys and codes are not repeated.
fn taken(what: Unique, name: Option<&str>) -> Failure {
    let of_this_name = name.unwrap_or("of this name");
    let (thing, name) = match what {
        Unique::DomainName | Unique::ProjectName => (Thing::Project, of_this_name),
        Unique::UserName => (Thing::User, of_this_name),
        Unique::AppName => (Thing::App, of_this_name),
        Unique::AppKey => (Thing::App, "with this AppKey"),
        Unique::AppCode => (Thing::AppCode, "of this text"),
        Unique::Authorisation => return Failure::AlreadyAuthorised,
        Unique::ModelVersion => (Thing::Model, name.unwrap_or("of this name and version")),
        Unique::ServiceName => (Thing::Service, of_this_name),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_taken_is_said_and_a_key_is_not_repeated() {
        for (what, message) in [
            (Unique::AppName, "App shop already exists"),
            (Unique::UserName, "User shop already exists"),
            (Unique::ProjectName, "Project shop already exists"),
            (Unique::ServiceName, "Service shop already exists"),
            (Unique::ModelVersion, "Model shop already exists"),
            (Unique::AppKey, "App with this AppKey already exists"),
            (Unique::AppCode, "AppCode of this text already exists"),
        ] {
            let failure = Failure::named(StoreError::Conflict { what }, "shop");
            assert_eq!(failure.to_string(), message);
        }
        let full = Failure::named(StoreError::NoSpace, "shop");
        assert!(matches!(full, Failure::NoSpace(_)), "{full}");
    }
}
