//! The table of endpoints: rows of method, path, access, status and function, from which both the router and the OpenAPI
//! document are made. `routes.rs` fills it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::routing::{any, on};
use http::Request;

use crate::endpoint::{Answering, Endpoint};
use crate::heading::{Heading, Kind, Verb};
use crate::page::Page;
use crate::shared::Shared;

/// A row: its heading, how to answer and how to describe it.
pub(crate) struct Row {
    /// The heading.
    pub(crate) heading: Arc<Heading>,
    /// What the function owes; a test compares it with the heading's access.
    pub(crate) kind: Kind,
    run: Arc<dyn Fn(Arc<Shared>, Request<Body>) -> Answering + Send + Sync>,
    /// Writes the page.
    pub(crate) describe: fn(&mut Page),
}

/// The methods that each address takes.
pub(crate) type Methods = BTreeMap<String, BTreeSet<&'static str>>;

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
            run: Arc::new(move |shared, request| endpoint.clone().answer(shared, told.clone(), request)),
            describe: E::describe,
        });
    }
    /// The methods of each address.
    pub(crate) fn methods(&self) -> Arc<Methods> {
        let mut methods = Methods::new();
        for row in &self.rows {
            let own = methods.entry(row.heading.path.clone()).or_default();
            let name = match row.heading.verb {
                Verb::Get => "GET",
                Verb::Head => "HEAD",
                Verb::Post | Verb::Ask => "POST",
                Verb::Put => "PUT",
                Verb::Patch => "PATCH",
                Verb::Delete => "DELETE",
                Verb::Any => continue,
            };
            own.insert(name);
            if name == "GET" {
                // Whoever may read may ask for the head alone.
                own.insert("HEAD");
            }
        }
        Arc::new(methods)
    }
    /// The router of all rows.
    pub(crate) fn router(&self, shared: &Arc<Shared>) -> Router {
        self.rows.iter().fold(Router::new(), |router, row| {
            let (run, shared) = (row.run.clone(), shared.clone());
            let answer = move |request: Request<Body>| run(shared.clone(), request);
            let method = match row.heading.verb.filter() {
                Some(filter) => on(filter, answer),
                None => any(answer),
            };
            router.route(&row.heading.path, method)
        })
    }
}
