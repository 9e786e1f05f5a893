//! What a row of the table says of itself: method, path, dialect, who may call it, what it owes.

use adyton_core::address::{self, Family};
use adyton_identity::Action;
use axum::routing::MethodFilter;
use http::StatusCode;
use utoipa::openapi::HttpMethod;

/// Whose manners an address has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Dialect {
    /// Identity and Access Management: Keystone's envelope.
    Iam,
    /// ModelArts management.
    ModelArts,
    /// API Gateway management.
    Apig,
    /// Adyton's own API.
    Adyton,
    /// The Prediction tab's door: the gateway's envelope.
    Door,
}

impl Dialect {
    /// The tag in the OpenAPI document.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Dialect::Iam => "IAM",
            Dialect::ModelArts => "ModelArts",
            Dialect::Apig => "APIG",
            Dialect::Adyton | Dialect::Door => "Adyton",
        }
    }
    /// The dialect of an address that no row of the table has.
    pub(crate) fn of_path(path: &str) -> Self {
        match address::family(path) {
            Family::Iam => Dialect::Iam,
            Family::ModelArts => Dialect::ModelArts,
            Family::Apig => Dialect::Apig,
            Family::Adyton => Dialect::Adyton,
        }
    }
}

/// A method of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verb {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
    /// Every method.
    Any,
}

impl Verb {
    /// As the router takes it; nothing is every method.
    pub(crate) const fn filter(self) -> Option<MethodFilter> {
        Some(match self {
            Verb::Get => MethodFilter::GET,
            Verb::Head => MethodFilter::HEAD,
            Verb::Post => MethodFilter::POST,
            Verb::Put => MethodFilter::PUT,
            Verb::Patch => MethodFilter::PATCH,
            Verb::Delete => MethodFilter::DELETE,
            Verb::Any => return None,
        })
    }
    /// As the OpenAPI document names it; `Any` is shown as the one that is used most.
    pub(crate) const fn documented(self) -> HttpMethod {
        match self {
            Verb::Get => HttpMethod::Get,
            Verb::Head => HttpMethod::Head,
            Verb::Post | Verb::Any => HttpMethod::Post,
            Verb::Put => HttpMethod::Put,
            Verb::Patch => HttpMethod::Patch,
            Verb::Delete => HttpMethod::Delete,
        }
    }
    /// The same as a word, part of the operation's id.
    pub(crate) const fn documented_name(self) -> &'static str {
        match self {
            Verb::Get => "get",
            Verb::Head => "head",
            Verb::Post | Verb::Any => "post",
            Verb::Put => "put",
            Verb::Patch => "patch",
            Verb::Delete => "delete",
        }
    }
}

/// Who may call a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Access {
    /// Anybody.
    Anyone,
    /// Callers with valid credentials; the operation decides the rest (one's own password, for example).
    SignedIn,
    /// Whose roles permit this action in the project of the path, or in their own scope where the path has none.
    May(Action),
}

/// What an endpoint owes before it may run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// Nothing.
    Open,
    /// Everything that makes a [`Call`].
    Called,
    /// Nothing here: the gateway's pipeline asks for it.
    Forwarded,
}

/// What a row says of itself.
#[derive(Clone, Debug)]
pub(crate) struct Heading {
    /// The method.
    pub(crate) verb: Verb,
    /// The path, with `{parameters}`.
    pub(crate) path: String,
    /// Whose manners it has.
    pub(crate) dialect: Dialect,
    /// Who may call it.
    pub(crate) access: Access,
    /// The status of success.
    pub(crate) status: StatusCode,
    /// The function's path, which names the operation in the document.
    pub(crate) name: &'static str,
    /// One line for people.
    pub(crate) summary: &'static str,
}
