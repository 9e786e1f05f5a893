//! `/v3/projects`, `/v3/auth/projects`, `/v3/auth/domains`, `/v3/regions`: where somebody can work. The official SDK asks
//! `GET /v3/projects?name=…`, signed, to find its project.

use adyton_api::iam::Links;
use adyton_api::iam::projects::{ProjectAnswer, ProjectCreate, ProjectList, ProjectShown};
use adyton_core::tenant::Project;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::shapes::{base, domain};
use crate::call::Call;
use crate::endpoint::{Body, Json, Query};
use crate::failure::{Failure, OperationResult, Thing};
use crate::operations::project;

/// Which projects.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProjectQuery {
    /// Only the one of this name.
    name: Option<String>,
    /// Only of this domain.
    domain_id: Option<String>,
    /// Only those in this domain.
    parent_id: Option<String>,
    /// `true`: every project is.
    enabled: Option<bool>,
    /// `false`: no project is a domain.
    is_domain: Option<bool>,
    /// The page, counted from 1.
    page: Option<usize>,
    /// How many a page holds.
    per_page: Option<usize>,
}

/// Domains.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct DomainList {
    /// The caller's own.
    domains: Vec<DomainShown>,
    /// Where this list is.
    links: Links,
}

/// A domain.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct DomainShown {
    /// Its id.
    id: String,
    /// Its name.
    name: String,
    /// `true`.
    enabled: bool,
    /// Empty.
    description: String,
    /// Where it is.
    links: Links,
}

/// Regions.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct RegionList {
    /// The one region.
    regions: Vec<RegionShown>,
    /// Where this list is.
    links: Links,
}

/// A region.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct RegionShown {
    /// Its id.
    id: String,
    /// `public`.
    r#type: String,
    /// Empty.
    description: String,
    /// Where it is.
    links: Links,
}

fn links(call: &Call, path: &str) -> Links {
    Links::own(format!("{}{path}", base(&call.shared, &call.headers)))
}

fn project_shown(call: &Call, project: &Project) -> ProjectShown {
    ProjectShown {
        id: project.id.to_string(),
        name: project.name.clone(),
        domain_id: project.domain.to_string(),
        parent_id: project.domain.to_string(),
        enabled: true,
        is_domain: false,
        description: String::new(),
        links: links(call, &format!("/v3/projects/{}", project.id)),
    }
}

/// `GET /v3/projects` and `GET /v3/auth/projects`: those in which the caller has a role.
pub(crate) async fn list(
    call: Call,
    Query(query): Query<ProjectQuery>,
) -> OperationResult<Json<ProjectList>> {
    let user = call.actor.user()?.clone();
    let (domain, parent) = (query.domain_id, query.parent_id);
    let fits = |project: &Project| {
        let own = project.domain.to_string();
        domain.as_ref().is_none_or(|id| *id == own)
            && parent.as_ref().is_none_or(|id| *id == own)
            && query.enabled.unwrap_or(true)
            && !query.is_domain.unwrap_or(false)
    };
    let projects = project::of_user(&call.actor.live, &user);
    // The official SDKs ask for the project that is called like the region. There is one region, so where there is one project
    // it is meant, whatever its name.
    let by_region = query.name.as_ref() == Some(&call.shared.settings().region)
        && projects.len() == 1
        && projects
            .iter()
            .all(|project| Some(&project.name) != query.name.as_ref());
    let name = query.name.as_ref().filter(|_| !by_region);
    let fits = |project: &Project| fits(project) && name.is_none_or(|name| *name == project.name);
    let most = query.per_page.unwrap_or(usize::MAX);
    let skip = query.page.unwrap_or(1).saturating_sub(1).saturating_mul(most);
    Ok(Json(ProjectList {
        projects: projects
            .iter()
            .filter(|project| fits(project))
            .skip(skip)
            .take(most)
            .map(|project| project_shown(&call, project))
            .collect(),
        links: links(&call, call.payload.uri().path()),
    }))
}

/// `POST /v3/projects`
pub(crate) async fn create(
    call: Call,
    Body(wanted): Body<ProjectCreate>,
) -> OperationResult<Json<ProjectAnswer>> {
    let domain = call.actor.user()?.domain;
    let wanted = wanted.project;
    for (field, id) in [
        ("project.domain_id", wanted.domain_id),
        ("project.parent_id", wanted.parent_id),
    ] {
        if id.is_some_and(|id| id != domain.to_string()) {
            return Err(Failure::invalid(
                field,
                ("must be your own domain", "必须为您自己的账号"),
            ));
        }
    }
    let project = project::create(&call.shared, domain, &wanted.name).await?;
    call.audit.made(&project);
    Ok(Json(ProjectAnswer {
        project: project_shown(&call, &project),
    }))
}

/// `GET /v3/projects/{in_project}`
pub(crate) async fn show(call: Call) -> OperationResult<Json<ProjectAnswer>> {
    let text = call.text("in_project").to_owned();
    let projects = project::of_user(&call.actor.live, call.actor.user()?);
    let found = projects.iter().find(|project| project.id.to_string() == text);
    let project = found.ok_or_else(|| Failure::missing(Thing::Project, &text))?;
    Ok(Json(ProjectAnswer {
        project: project_shown(&call, project),
    }))
}

/// `GET /v3/auth/domains`: the caller's own.
pub(crate) async fn domains(call: Call) -> OperationResult<Json<DomainList>> {
    let own = domain(&call.actor.live, call.actor.user()?);
    Ok(Json(DomainList {
        domains: vec![DomainShown {
            links: links(&call, &format!("/v3/domains/{}", own.id)),
            id: own.id,
            name: own.name,
            enabled: true,
            description: String::new(),
        }],
        links: links(&call, "/v3/auth/domains"),
    }))
}

/// `GET /v3/regions`
pub(crate) async fn regions(call: Call) -> OperationResult<Json<RegionList>> {
    let id = call.shared.settings().region.clone();
    Ok(Json(RegionList {
        regions: vec![RegionShown {
            links: links(&call, &format!("/v3/regions/{id}")),
            id,
            r#type: "public".to_owned(),
            description: String::new(),
        }],
        links: links(&call, "/v3/regions"),
    }))
}
