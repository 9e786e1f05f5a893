//! What a row of the table says of itself: method, path, surface, who may call it, what it owes.

use adyton_core::catalogue::Surface;
use adyton_identity::Action;
use axum::routing::MethodFilter;
use http::StatusCode;
use utoipa::openapi::HttpMethod;

/// The surface's tag in the OpenAPI document.
pub(crate) const fn tag(surface: Surface) -> &'static str {
    match surface {
        Surface::Iam => "IAM",
        Surface::ModelArts => "ModelArts",
        Surface::Apig => "APIG",
        Surface::Adyton | Surface::Gateway => "Adyton",
    }
}

/// A method of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verb {
    Get,
    Head,
    Post,
    /// A POST that only asks: what is asked for stands in its body.
    Ask,
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
            Verb::Post | Verb::Ask => MethodFilter::POST,
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
            Verb::Post | Verb::Ask | Verb::Any => HttpMethod::Post,
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
            Verb::Post | Verb::Ask | Verb::Any => "post",
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
    /// Whoever can call an API, by whatever credentials: users and apps.
    AnyCaller,
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
    /// That somebody is known: a [`ReadCall`](crate::read_call::ReadCall).
    Read,
    /// Everything that makes a [`Call`](crate::call::Call).
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
    /// What it speaks: whose envelope and codes its refusals have. The Prediction tab speaks as the gateway does.
    pub(crate) surface: Surface,
    /// Who may call it.
    pub(crate) access: Access,
    /// The status of success.
    pub(crate) status: StatusCode,
    /// The function's path, which names the operation in the document.
    pub(crate) name: &'static str,
    /// One line for people.
    pub(crate) summary: &'static str,
}
