//! What can go wrong in a call ([`StoreError`]); why the store cannot be opened: [`crate::open_error`].
//!
//! "Not found" is no error: calls give `Ok(None)`. No message holds a secret or the password of a database URL.

use adyton_core::language::{Language, message, phrase};
use adyton_core::not_ready::NotReady;
use adyton_core::quota::Quota;
use sea_orm::DbErr;

use crate::cause::{Cause, Refusal, said, why_of};

/// A call that the store did not carry out. Nothing was changed, except where [`StoreError::Deadline`] and
/// [`StoreError::Uncertain`] say so.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is already one like it.
    #[error("{} exists already", what.name())]
    Conflict {
        /// What would have been there twice.
        what: Unique,
    },
    /// There are as many as there may be.
    #[error("{} has {used} {}, {more} more exceed its quota of {most}", what.counted().0, what.counted().1)]
    Quota {
        /// What there would be too many of.
        what: Quota,
        /// How many there may be.
        most: u64,
        /// How many there are.
        used: u64,
        /// How many were to be added.
        more: u64,
    },
    /// A service would have more tags than it may.
    #[error("a service has at most {most} tags")]
    TooManyTags {
        /// How many it may have.
        most: u64,
    },
    /// Something that the call refers to is not there (in this project).
    #[error("{} `{id}` does not exist", what.name())]
    Missing {
        /// What is missing.
        what: Referred,
        /// Its id, as given.
        id: String,
    },
    /// It cannot be deleted while something else uses it.
    #[error("still used by {}", by.join(", "))]
    InUse {
        /// The names of those that use it; the first ten.
        by: Vec<String>,
    },
    /// A model is not (or not any more) in the state that the call needs.
    #[error("model `{model}` is {status}")]
    ModelState {
        /// The model's id.
        model: adyton_core::id::ModelId,
        /// `publishing`, `published` or `failed`.
        status: &'static str,
    },
    /// The call took too long. A write may have been carried out all the same.
    #[error("{}", self.message_in(Language::English))]
    Deadline,
    /// The connection broke while a write was committed: it may have been carried out or not.
    #[error("{}", self.message_in(Language::English))]
    Uncertain(DbErr),
    /// The disk of the database is full.
    #[error("{}", self.message_in(Language::English))]
    NoSpace,
    /// The database, or the disk that it is on, can only be read.
    #[error("{}", self.message_in(Language::English))]
    ReadOnly,
    /// The database cannot be reached, or its disk fails. Nothing was changed.
    #[error("{}", self.message_in(Language::English))]
    Unavailable(DbErr),
    /// A row cannot be read: a sealed value does not open, or a value is not of its type.
    #[error("{}", self.message_in(Language::English))]
    Damaged {
        /// The table.
        table: &'static str,
        /// The row's id.
        row: String,
        /// What cannot be read.
        column: &'static str,
    },
    /// The database failed.
    #[error("{}", self.message_in(Language::English))]
    Database(DbErr),
    /// The operating system gave no randomness, or no memory to hash a password.
    #[error("{}", .0.message_in(Language::English))]
    System(SystemProblem),
}

/// What went wrong beside the database; what others said stays as it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SystemProblem {
    /// No randomness.
    Randomness(String),
    /// A password could not be hashed.
    Hashing(String),
    /// Hashing a password ended early.
    HashingCutOff,
    /// A secret could not be sealed.
    Sealing,
    /// A value could not be written as JSON.
    Json(String),
    /// A statement of a transaction had failed that was to be committed.
    FailedBefore,
}

impl SystemProblem {
    /// What went wrong.
    pub fn message_in(&self, language: Language) -> String {
        match self {
            Self::Randomness(said) => message!(
                language,
                "the system gave no randomness: {said}",
                "系统没有提供随机数：{said}"
            ),
            Self::Hashing(said) => message!(
                language,
                "a password could not be hashed: {said}",
                "无法计算密码的哈希：{said}"
            ),
            Self::HashingCutOff => phrase!(
                language,
                "hashing a password was cut off",
                "计算密码的哈希时被中断"
            )
            .to_owned(),
            Self::Sealing => phrase!(language, "a secret could not be sealed", "无法加密保存密钥").to_owned(),
            Self::Json(said) => message!(
                language,
                "cannot be stored as JSON: {said}",
                "无法保存为 JSON：{said}"
            ),
            Self::FailedBefore => phrase!(
                language,
                "a transaction was to be committed after one of its statements had failed",
                "事务中有语句失败，不能提交"
            )
            .to_owned(),
        }
    }
}

impl StoreError {
    /// Whether the database or its disk does not do what it should, which passes; not something about the call.
    pub const fn is_of_storage(&self) -> bool {
        matches!(
            self,
            StoreError::Database(_)
                | StoreError::Deadline
                | StoreError::Uncertain(_)
                | StoreError::Unavailable(_)
                | StoreError::NoSpace
                | StoreError::ReadOnly
        )
    }

    /// Why the database refused, as far as it says so in a code.
    pub fn refusal(&self) -> Refusal {
        match self {
            StoreError::Database(error) | StoreError::Unavailable(error) => why_of(error),
            _ => Refusal::Other,
        }
    }

    /// What is wrong with the database or its disk, for whoever works on the machine; what the driver says stays as it is. What the
    /// store refuses of a call is told where it is asked for.
    pub fn message_in(&self, language: Language) -> String {
        match self {
            StoreError::Deadline => NotReady::Late.said_in(language),
            StoreError::Uncertain(problem) => {
                let said = &problem.to_string();
                NotReady::Uncertain { said }.said_in(language)
            }
            StoreError::NoSpace => NotReady::NoSpace.said_in(language),
            StoreError::ReadOnly => NotReady::ReadOnly.said_in(language),
            StoreError::Unavailable(problem) => {
                let said = &said(problem);
                NotReady::Unreachable { said }.said_in(language)
            }
            StoreError::Damaged { table, row, column } => message!(
                language,
                "the store's {} row `{}` is damaged ({}): restore the database from a backup",
                "数据库表 {} 中的行 `{}` 已损坏（{}）：请从备份恢复数据库",
                table,
                row,
                column
            ),
            StoreError::Database(problem) => {
                let said = &said(problem);
                NotReady::Failed { said }.said_in(language)
            }
            StoreError::System(problem) => problem.message_in(language),
            StoreError::Conflict { .. }
            | StoreError::Quota { .. }
            | StoreError::TooManyTags { .. }
            | StoreError::Missing { .. }
            | StoreError::InUse { .. }
            | StoreError::ModelState { .. } => self.to_string(),
        }
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match Cause::of(&error) {
            Cause::Deadline => StoreError::Deadline,
            Cause::NoSpace => StoreError::NoSpace,
            Cause::ReadOnly => StoreError::ReadOnly,
            Cause::Unavailable => StoreError::Unavailable(error),
            Cause::Other => StoreError::Database(error),
        }
    }
}

/// What there can be only one of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unique {
    /// A domain's name.
    DomainName,
    /// A project's name in its domain.
    ProjectName,
    /// A user's name in its domain.
    UserName,
    /// An app's name in its project.
    AppName,
    /// An AppKey.
    AppKey,
    /// An AppCode.
    AppCode,
    /// An app's authorisation for an API.
    Authorisation,
    /// A model's name and version in its project.
    ModelVersion,
    /// A service's name in its project.
    ServiceName,
}

impl Unique {
    /// In words, for a message.
    pub const fn name(self) -> &'static str {
        match self {
            Unique::DomainName => "a domain with this name",
            Unique::ProjectName => "a project with this name",
            Unique::UserName => "a user with this name",
            Unique::AppName => "an app with this name",
            Unique::AppKey => "an app with this AppKey",
            Unique::AppCode => "this AppCode",
            Unique::Authorisation => "this authorisation",
            Unique::ModelVersion => "a model with this name and version",
            Unique::ServiceName => "a service with this name",
        }
    }
}

/// What a call can refer to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Referred {
    /// A domain.
    Domain,
    /// A project.
    Project,
    /// A user.
    User,
    /// An app.
    App,
    /// An API.
    Api,
    /// A model.
    Model,
    /// A service.
    Service,
}

impl Referred {
    /// In words, for a message.
    pub const fn name(self) -> &'static str {
        match self {
            Referred::Domain => "domain",
            Referred::Project => "project",
            Referred::User => "user",
            Referred::App => "app",
            Referred::Api => "API",
            Referred::Model => "model",
            Referred::Service => "service",
        }
    }
}
