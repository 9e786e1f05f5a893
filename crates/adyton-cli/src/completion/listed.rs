//! What there is of each kind: what this program knows by itself, and what a server is asked for.

use std::collections::BTreeSet;

use adyton_api::iam::credentials::CredentialShown;
use adyton_api::modelarts::tags::CombineTmsTags;
use adyton_core::api::METHODS;
use adyton_core::catalogue::{Code, SubCode};
use adyton_core::language::Language;
use adyton_core::quota::Quota;
use adyton_core::record::Step;

use super::{NameKind, Suggestion, Typed, about, named};
use crate::client::access_sources::LOCAL;
use crate::client::lookup::{self, service_id};
use crate::client::{Client, ModelFilter};
use crate::command::service::declared;
use crate::failure::Outcome;

/// How many requests, lines of a log or audit records are looked at.
const LATEST: usize = 100;

/// Names for which no server has to be asked.
pub(super) fn known(kind: NameKind, typed: &Typed) -> Option<Vec<Suggestion>> {
    let listed: Vec<Option<Suggestion>> = match kind {
        NameKind::Context => {
            let contexts = typed.sources().contexts();
            let saved = contexts.iter().flat_map(|contexts| contexts.all());
            let saved =
                saved.map(|(name, saved)| about(name, saved.control_url.as_deref().unwrap_or_default()));
            let local = about(LOCAL, "./adyton-data");
            let is_taken = contexts.as_ref().is_ok_and(|all| all.get(LOCAL).is_some());
            saved.chain((!is_taken).then_some(local)).collect()
        }
        NameKind::Code => {
            let mut wires = BTreeSet::new();
            let codes = Code::ALL.iter().map(|code| code.entry());
            let codes = codes.filter(|entry| wires.insert(entry.wire));
            let codes = codes.map(|entry| about(entry.wire, entry.message.trim()));
            let sub_codes = SubCode::all().into_iter();
            let sub_codes = sub_codes.map(|shown| about(shown.name(), shown.code().entry().wire));
            codes.chain(sub_codes).collect()
        }
        NameKind::Step => {
            let steps = Step::ALL.iter().filter(|step| step.is_of_pipeline());
            steps.map(|step| about(step.name(), "")).collect()
        }
        NameKind::Status => {
            let mut statuses: BTreeSet<u16> = Code::ALL.iter().map(|code| code.entry().status).collect();
            statuses.insert(200);
            let classes = ["2xx", "3xx", "4xx", "5xx"].map(|class| about(class, ""));
            let each = statuses.into_iter().map(|status| about(&status.to_string(), ""));
            classes.into_iter().chain(each).collect()
        }
        NameKind::Quota => Quota::ALL.iter().map(|kind| about(kind.name(), "")).collect(),
        NameKind::Method => METHODS.iter().map(|method| about(method, "")).collect(),
        NameKind::Language => Language::ALL.map(|language| about(language.tag(), "")).to_vec(),
        _ => return None,
    };
    Some(listed.into_iter().flatten().collect())
}

/// Names that the server lists for this caller.
pub(super) fn of_server(kind: NameKind, client: &Client, typed: &Typed) -> Outcome<Vec<Suggestion>> {
    let listed = match kind {
        NameKind::Project => {
            let projects = client.projects()?.projects;
            projects.iter().map(|one| named(&one.name, &one.id)).collect()
        }
        NameKind::Service => {
            let services = client.services(None)?.services;
            services
                .iter()
                .map(|one| named(&one.service_name, &one.service_id))
                .collect()
        }
        NameKind::Model => models(client, "")?,
        NameKind::ModelShare => models(client, "=")?,
        NameKind::App => {
            let apps = client.apps()?.apps;
            apps.iter().map(|one| named(&one.name, &one.id)).collect()
        }
        NameKind::User => {
            let users = client.users(None)?.users;
            users.iter().map(|one| named(&one.name, &one.id)).collect()
        }
        NameKind::Role => {
            let roles = client.roles()?.roles;
            roles.iter().map(|role| about(&role.name, "")).collect()
        }
        NameKind::AccessKey => {
            let keys = client.keys(&client.whoami()?.user.id)?.credentials;
            let said = |key: &CredentialShown| {
                about(&key.access, format!("{} {}", key.status, key.description).trim())
            };
            keys.iter().map(said).collect()
        }
        NameKind::Tag => tags(client)?,
        NameKind::Request => requests(client)?,
        NameKind::Operation | NameKind::Thing => of_trail(kind, client)?,
        NameKind::AppCode | NameKind::TagKey | NameKind::Instance | NameKind::Path => {
            of_named(kind, client, typed)?
        }
        // What `known` answers.
        NameKind::Context
        | NameKind::Code
        | NameKind::Step
        | NameKind::Status
        | NameKind::Quota
        | NameKind::Method
        | NameKind::Language => Vec::new(),
    };
    let mut listed: Vec<Suggestion> = listed.into_iter().flatten().collect();
    let mut seen = BTreeSet::new();
    listed.retain(|one| seen.insert(one.text.clone()));
    Ok(listed)
}

/// Parts of the app or the service that the line names.
fn of_named(kind: NameKind, client: &Client, typed: &Typed) -> Outcome<Vec<Option<Suggestion>>> {
    let named = match kind {
        NameKind::AppCode => &typed.app,
        _ => &typed.service,
    };
    let Some(named) = named else {
        return Ok(Vec::new());
    };
    Ok(match kind {
        NameKind::AppCode => {
            let codes = client.app_codes(&lookup::app(client, named)?.id)?.app_codes;
            // The code itself is a secret.
            codes
                .iter()
                .map(|code| about(&code.id, &code.create_time))
                .collect()
        }
        NameKind::TagKey => {
            let tags = client.service_tags(&service_id(client, named)?)?.tags;
            tags.iter().map(|tag| about(&tag.key, &tag.value)).collect()
        }
        NameKind::Instance => {
            let id = service_id(client, named)?;
            let log = client.service_log(&id, &format!("lines={LATEST}"))?;
            let ids: BTreeSet<String> = log.lines.into_iter().map(|line| line.instance_id).collect();
            ids.iter().map(|id| about(id, "")).collect()
        }
        _ => {
            let declared = declared(client, &lookup::service(client, named)?);
            let said = declared
                .iter()
                .map(|api| about(&api.url, &api.method.to_uppercase()));
            said.collect()
        }
    })
}

/// What the newest records of the audit trail name.
fn of_trail(kind: NameKind, client: &Client) -> Outcome<Vec<Option<Suggestion>>> {
    let records = client.audit(false, &format!("limit={LATEST}"))?.records;
    if kind == NameKind::Operation {
        let names: BTreeSet<String> = records.into_iter().map(|record| record.operation).collect();
        return Ok(names.iter().map(|name| about(name, "")).collect());
    }
    let things = records.iter().filter_map(|record| record.thing.as_ref());
    let said = things.map(|thing| about(&named(&thing.name, &thing.id)?.text, &thing.kind));
    Ok(said.collect())
}

/// Keys, and keys with their values.
fn tags(client: &Client) -> Outcome<Vec<Option<Suggestion>>> {
    let tags = client.tags()?.tags;
    let whole = |tag: &CombineTmsTags| {
        let values = tag.values.iter().filter(|value| !value.is_empty());
        let values = values.map(|value| about(&format!("{}={value}", tag.key), ""));
        let mut all = vec![about(&tag.key, "")];
        all.extend(values);
        all
    };
    Ok(tags.iter().flat_map(whole).collect())
}

/// `NAME` for the newest version, and `NAME:VERSION` for each, with `end` behind.
fn models(client: &Client, end: &str) -> Outcome<Vec<Option<Suggestion>>> {
    let models = client.models(ModelFilter::default())?.models;
    let newest = models
        .iter()
        .map(|model| about(&format!("{}{end}", model.model_name), ""));
    let versions = models.iter().map(|model| {
        let text = format!("{}:{}{end}", model.model_name, model.model_version);
        about(&text, model.model_status.name())
    });
    Ok(newest.chain(versions).collect())
}

/// Requests that somebody may want explained: refused ones first.
fn requests(client: &Client) -> Outcome<Vec<Option<Suggestion>>> {
    let mut latest = client.requests("limit=20")?.requests;
    latest.sort_by_key(|shown| shown.record.reason.is_none());
    let said = latest.iter().map(|shown| {
        let record = &shown.record;
        let answer = record.reason.map_or("", |reason| reason.sub_code());
        about(
            &record.id.to_string(),
            format!("{} {} {answer}", record.status, record.path).trim(),
        )
    });
    Ok(said.collect())
}
