//! What was found: the proof that a request fits a published API, and what stands behind it. Only `route` makes one.

use std::borrow::Cow;

use adyton_core::api::{Api, FixedAnswer, HttpBackend};
use adyton_core::live::{LiveService, ServiceRoute};
use adyton_runtime::targets::VersionTargets;

/// A request fits a published API.
pub(crate) struct Found<'l> {
    pub(super) api: &'l Api,
    pub(super) behind: Behind<'l>,
}

/// What stands behind the API, for this request.
pub(crate) enum Behind<'l> {
    /// A service, at a route of its models.
    Service(Called<'l>),
    /// An HTTP server, and the path that is asked there.
    Http(&'l HttpBackend, Box<str>),
    /// Always the same answer.
    Fixed(&'l FixedAnswer),
}

/// One path and method of one service.
pub(crate) struct Called<'l> {
    pub(super) service: &'l LiveService,
    pub(super) route: Declared<'l>,
    pub(super) target: Cow<'l, str>,
}

/// Who declares a route.
pub(super) enum Declared<'l> {
    /// A version that the service wants.
    Wanted(&'l ServiceRoute),
    /// Only a former version, which answers until what is wanted is ready.
    Former(Box<ServiceRoute>),
}

impl<'l> Found<'l> {
    /// The API.
    pub(crate) fn api(&self) -> &'l Api {
        self.api
    }
    /// What stands behind it.
    pub(crate) fn behind(&self) -> &Behind<'l> {
        &self.behind
    }
}

impl<'l> Called<'l> {
    /// The service.
    pub(crate) fn service(&self) -> &'l LiveService {
        self.service
    }
    /// The path and method that fit.
    pub(crate) fn route(&self) -> &ServiceRoute {
        match &self.route {
            Declared::Wanted(route) => route,
            Declared::Former(route) => route,
        }
    }
    /// The path that a model is asked, encoded.
    pub(crate) fn target(&self) -> &str {
        &self.target
    }
    /// Whether a version in the table of targets declares the route.
    pub(crate) fn is_declared_by(&self, version: &VersionTargets) -> bool {
        let versions = &self.service.service.versions;
        let wanted = versions.iter().position(|wanted| wanted.model == version.model);
        match (wanted, &self.route) {
            (Some(at), Declared::Wanted(route)) => route.versions.contains(&at),
            (Some(_), Declared::Former(_)) => false,
            (None, Declared::Wanted(_) | Declared::Former(_)) => version.routes.declare(self.route()),
        }
    }
}
