//! What can go wrong in an operation, without a word of HTTP.
//!
//! Operations give a [`Failure`]; each dialect's `errors.rs` turns it into that dialect's envelope, once, by what the table of
//! `failure/rows.rs` says of it. What a caller may not know about looks exactly like what does not exist: both are
//! [`Failure::Missing`].

use std::collections::BTreeMap;
use std::time::Duration;

use adyton_core::evidence::Evidence;
use adyton_core::id::RequestId;
use adyton_core::language::Bilingual;
use adyton_core::quota::Quota;
use adyton_core::refusal::Refusal;
use adyton_core::shown::quoted;
use adyton_core::tenant::Role;

mod rows;

pub(crate) use self::rows::Wording;
pub(crate) use crate::nearest::NoSuchAddress;
pub(crate) use crate::thing::Thing;

/// How much of a text is repeated to whoever sent it, in characters.
const QUOTED: usize = 64;

/// What an operation gives.
pub(crate) type OperationResult<T> = Result<T, Failure>;

/// Why an operation did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The body or the query cannot be read at all.
    #[error("{0}")]
    Malformed(Bilingual),
    /// One field is wrong.
    #[error("{field}: {problem}")]
    Invalid {
        /// The field, with its path: `config[0].weight`.
        field: String,
        /// What is wrong with it and what is allowed.
        problem: Bilingual,
    },
    /// One query parameter is wrong.
    #[error("{field}: {problem}")]
    Query {
        /// The parameter.
        field: String,
        /// What is wrong with it and what is allowed.
        problem: Bilingual,
    },
    /// Nothing that the caller may see has this id.
    #[error("{} {id} does not exist", .thing.name())]
    Missing {
        /// What was looked for.
        thing: Thing,
        /// The id as it was sent.
        id: String,
    },
    /// The name, key or code belongs to another.
    #[error("{} {name} already exists", .thing.name())]
    Taken {
        /// What exists already.
        thing: Thing,
        /// The name that is taken.
        name: String,
    },
    /// The caller is known and no role of theirs permits the action.
    #[error("no role of the caller permits {action}")]
    Forbidden {
        /// The action, for example `modelarts:service:create`.
        action: String,
    },
    /// The caller is known and has no role where the token that they ask for is to count, or there is no such place.
    #[error("no role of the user counts in {scope}, or it does not exist")]
    NoRoleInScope {
        /// How the scope was named.
        scope: String,
    },
    /// No management API has this address.
    #[error("{}", .0)]
    NoSuchAddress(NoSuchAddress),
    /// The credentials are missing or wrong. Made by `adyton-identity`.
    #[error("{}", .0.detail.message(.0.reason.code()))]
    Unauthenticated(Box<Refusal>),
    /// The address takes other methods.
    #[error("the address takes {allowed}; {sent} was sent")]
    WrongMethod {
        /// The method that was sent.
        sent: String,
        /// Those that are right, `, ` between them.
        allowed: String,
    },
    /// The project of the path is not one that the credentials are for.
    #[error("the credentials are not for the project of the path")]
    OtherProject,
    /// The credentials are for no project, and the path is one of a project.
    #[error("the token is not scoped to a project")]
    NoProject,
    /// There can be no more of these.
    #[error("{} has {used} {}, and {more} more would exceed the quota of {most} (`{}`); delete what is no longer needed, or let an administrator raise the quota", .quota.counted().0, .quota.counted().1, .quota.name())]
    Quota {
        /// What there would be too many of.
        quota: Quota,
        /// How many there may be.
        most: u64,
        /// How many there are.
        used: u64,
        /// How many were to be added.
        more: u64,
    },
    /// The model is still being imported, or its import failed.
    #[error("model {model} is {status}; only a published model can be deployed")]
    NotPublished {
        /// The model.
        model: String,
        /// Its state.
        status: &'static str,
    },
    /// `config` names a model twice.
    #[error("model {model} is named twice")]
    Repeated {
        /// The model.
        model: String,
    },
    /// A service uses the model.
    #[error("the model is used by service {service}; delete the service first, or take the model out of it")]
    ModelInUse {
        /// The service's name and id.
        service: String,
    },
    /// The model is no part of the service.
    #[error("model {model} is not part of the service")]
    ModelNotInService {
        /// The model.
        model: String,
    },
    /// The service is doing something else just now.
    #[error("the service is {status}; try again when it has finished")]
    StateForbids {
        /// Its state.
        status: &'static str,
    },
    /// `config.json` is wrong.
    #[error("{0}")]
    BadConfig(Bilingual),
    /// The package cannot be read or run.
    #[error("{0}")]
    BadPackage(Bilingual),
    /// The app is authorised for the API already.
    #[error("The app is already authorized for the API")]
    AlreadyAuthorised,
    /// Unknown user or wrong password; the two must look the same.
    #[error("wrong user name or password")]
    WrongPassword,
    /// Too many wrong passwords from this source.
    #[error("the account is locked")]
    Locked {
        /// How much longer.
        left: Duration,
    },
    /// The source has as many sign-ins under way as it may have while others wait.
    #[error("too many sign-ins in progress from this source")]
    TooManySignIns {
        /// When to try again.
        after: Duration,
    },
    /// As many sign-ins wait as may.
    #[error("too many sign-ins in progress")]
    SignInsFull {
        /// When to try again.
        after: Duration,
    },
    /// The request calls this server by a name that is none of its own.
    #[error(
        "this server does not answer to the host name `{}`; use an IP address, or let an administrator add the name to control.hosts",
        quoted(.host, QUOTED)
    )]
    Host {
        /// What was sent as `Host`.
        host: String,
    },
    /// A web page of another origin sent the request.
    #[error("{} is not this server's own; behind a proxy that changes Host, set control.public_url", quoted(.sent, QUOTED))]
    Origin {
        /// The header that tells.
        sent: String,
    },
    /// The console's session came without the header that only the console's own pages send.
    #[error("send the header `X-Adyton-Console: 1` beside the console's cookie, or a token in its place")]
    ConsoleHeader,
    /// The sign-in link counts no more, or never did: the cases must look the same.
    #[error(
        "the sign-in link was already used, has expired, or is incomplete; get another with `adyton console`"
    )]
    SignInLink,
    /// A body without credentials in the head must say that it is JSON: a web page cannot without asking.
    #[error("send the header `Content-Type: application/json`")]
    MediaType,
    /// Metrics are not for everybody.
    #[error("{how}")]
    Metrics {
        /// How to read them.
        how: &'static str,
    },
    /// The token that is asked about does not count, or is not for this caller to ask about. To the caller it is an unknown one.
    #[error("the token does not exist")]
    SubjectToken(Box<Refusal>),
    /// The body is over the limit of the address.
    #[error("the body is over {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// All slots for such work are taken, and were for a while.
    #[error("too many concurrent requests of this kind ({what}); retry in a few seconds")]
    Busy {
        /// The work, in a word.
        what: &'static str,
        /// When there will be a slot, as far as can be told.
        after: Duration,
    },
    /// Too many explanations were asked for in vain, by this source or this caller.
    #[error(
        "too many requests from this source or caller were refused here, or named ids that are not theirs"
    )]
    AskedInVain {
        /// When to ask again.
        after: Duration,
    },
    /// The record of a request was left out of the journal.
    #[error(
        "the record of request {id} was not kept: {source_shown} had more than {limit} refused requests in that second \
         ({setting}). The first of the {count} dropped requests is shown as an example: {first}"
    )]
    LeftOut {
        /// The request.
        id: RequestId,
        /// The one that stands for all.
        first: RequestId,
        /// Where it came from.
        source_shown: String,
        /// How many were left out.
        count: u64,
        /// How many are kept a second.
        limit: u32,
        /// The setting that says so.
        setting: String,
    },
    /// The disk is full; what is needed or what to do.
    #[error("{0}")]
    NoSpace(Bilingual),
    /// The database fails; in what way, and whether the change may have been made.
    #[error("{0}")]
    Storage(Bilingual),
    /// An upload whose caller only its last byte would prove, and that is too large or one too many to be written to disk for
    /// somebody unknown.
    #[error("{0}")]
    UnprovenUpload(Bilingual),
    /// The project keeps as many uploads as it may.
    #[error("{0}")]
    UploadQuota(Bilingual),
    /// A defect of ours. Logged; the caller learns the request id only.
    #[error("{0}")]
    Defect(String),
}

impl Failure {
    /// Whether the credentials are missing or wrong.
    pub(crate) const fn is_of_credentials(&self) -> bool {
        matches!(self, Failure::Unauthenticated(_))
    }
    /// What stands for capitals of the advice: the least role that permits the call, the service that is in the way.
    pub(crate) fn names(&self) -> BTreeMap<String, String> {
        let named = match self {
            Failure::Forbidden { action } => Some(("ROLE", Role::least_for(action).name().to_owned())),
            Failure::Unauthenticated(refusal) | Failure::SubjectToken(refusal) => match &*refusal.evidence {
                Evidence::Access { action, .. } => {
                    let action = action.clone().action().cloned();
                    action.map(|action| ("ROLE", Role::least_for(&action).name().to_owned()))
                }
                _ => None,
            },
            // The least that lets the refused call through.
            Failure::Quota { used, more, .. } => Some(("NUMBER", used.saturating_add(*more).to_string())),
            Failure::ModelInUse { service } => Some(("SERVICE", service.clone())),
            Failure::NoRoleInScope { scope } => Some(("PROJECT", scope.clone())),
            Failure::NotPublished { model, .. } => Some(("MODEL", model.clone())),
            Failure::Taken { thing, name } => match thing {
                Thing::Service => Some(("SERVICE", name.clone())),
                Thing::App => Some(("APP", name.clone())),
                // As the command line names a version.
                Thing::Model => Some(("MODEL", name.replacen(' ', ":", 1))),
                Thing::User => Some(("USER", name.clone())),
                _ => None,
            },
            _ => None,
        };
        named
            .into_iter()
            .map(|(word, name)| (word.to_owned(), name))
            .collect()
    }
    /// A field that is wrong.
    pub(crate) fn invalid(field: impl Into<String>, problem: impl Into<Bilingual>) -> Self {
        Failure::Invalid {
            field: field.into(),
            problem: problem.into(),
        }
    }
    /// A query parameter that is wrong.
    pub(crate) fn query(field: impl Into<String>, problem: impl Into<Bilingual>) -> Self {
        Failure::Query {
            field: field.into(),
            problem: problem.into(),
        }
    }
    /// Something that the caller cannot see.
    pub(crate) fn missing(thing: Thing, id: impl std::fmt::Display) -> Self {
        Failure::Missing {
            thing,
            id: quoted(&id.to_string(), QUOTED),
        }
    }
    /// A name that is taken.
    pub(crate) fn taken(thing: Thing, name: impl Into<String>) -> Self {
        Failure::Taken {
            thing,
            name: name.into(),
        }
    }
    /// Something that should not have happened.
    pub(crate) fn defect(what: impl std::fmt::Display) -> Self {
        Failure::Defect(what.to_string())
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Unauthenticated(Box::new(refusal))
    }
}
