//! The table of endpoints: rows of method, path, access, status and function, from which both the router and the OpenAPI
//! document are made. `routes.rs` fills it.

use std::sync::Arc;

use adyton_identity::Action;
use axum::Router;
use axum::body::Body;
use axum::routing::{MethodFilter, any, on};
use http::{Request, StatusCode};
use utoipa::openapi::HttpMethod;

use crate::dialect::Dialect;
use crate::document::Page;
use crate::endpoint::{Answering, Endpoint, Kind};
use crate::plane::Plane;

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
    const fn filter(self) -> Option<MethodFilter> {
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
    /// Whoever shows valid credentials; the operation decides the rest (one's own password, for example).
    SignedIn,
    /// Whose roles permit this action in the project of the path, or in their own scope where the path has none.
    May(Action),
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

/// A row: its heading, how to answer and how to describe it.
pub(crate) struct Row {
    /// The heading.
    pub(crate) heading: Arc<Heading>,
    /// What the function owes; a test compares it with the heading's access.
    pub(crate) kind: Kind,
    run: Arc<dyn Fn(Arc<Plane>, Request<Body>) -> Answering + Send + Sync>,
    /// Writes the page.
    pub(crate) describe: fn(&mut Page),
}

/// All rows.
#[derive(Default)]
pub(crate) struct Table {
    /// In the order of `routes.rs`.
    pub(crate) rows: Vec<Row>,
}

impl Table {
    /// Adds a row.
    pub(crate) fn add<M, E: Endpoint<M>>(&mut self, heading: Heading, endpoint: E) {
        let heading = Arc::new(heading);
        let told = heading.clone();
        self.rows.push(Row {
            heading,
            kind: E::KIND,
            run: Arc::new(move |plane, request| endpoint.clone().answer(plane, told.clone(), request)),
            describe: E::describe,
        });
    }
    /// The router of all rows.
    pub(crate) fn router(&self, plane: &Arc<Plane>) -> Router {
        self.rows.iter().fold(Router::new(), |router, row| {
            let (run, plane) = (row.run.clone(), plane.clone());
            let answer = move |request: Request<Body>| run(plane.clone(), request);
            let method = match row.heading.verb.filter() {
                Some(filter) => on(filter, answer),
                None => any(answer),
            };
            router.route(&row.heading.path, method)
        })
    }
}
