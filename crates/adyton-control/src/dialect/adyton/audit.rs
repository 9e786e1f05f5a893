//! `GET …/audit`, of a project and of the domain, and `GET …/audit/{request_id}`: who changed what, and why a management call was
//! refused.

use std::borrow::Cow;

use adyton_api::adyton::audit::{
    AuditCaller, AuditChange, AuditExplained, AuditList, AuditRefused, AuditShown, AuditThing,
};
use adyton_core::advice;
use adyton_core::audit::{AuditRecord, AuditedKind};
use adyton_core::catalogue::{Reason, SubCode};
use adyton_core::clock::Timestamp;
use adyton_core::holder::Holder;
use adyton_core::id::RequestId;
use adyton_core::language::{Language, both, message};
use adyton_core::live::Live;
use adyton_core::tenant::{App, Role};
use adyton_store::repository::{AuditFilter, AuditPart, AuditScope, KeptAudit};
use serde::Deserialize;
use utoipa::IntoParams;

use super::requests::moment;
use crate::call::Call;
use crate::dialect::iam::shapes::{base, base_from_elsewhere};
use crate::endpoint::{Json, Query};
use crate::failure::{Failure, OperationResult, Thing};
use crate::language;
use crate::operations::audit;
use crate::read_call::ReadCall;

/// The most records of one page.
const MOST: u64 = 1000;

/// Which records.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditQuery {
    /// Only of this user or app: its name or id.
    user: Option<String>,
    /// Only this operation (`apps_update`), or all of one kind (`apps`).
    operation: Option<String>,
    /// Only about this thing: its name or id.
    thing: Option<String>,
    /// From this moment on: ISO 8601, or milliseconds since 1970.
    since: Option<String>,
    /// Before this moment: the same.
    until: Option<String>,
    /// `true`: only what was refused; `false`: only what was not.
    refused: Option<bool>,
    /// The page after the one whose `next` this was.
    before: Option<String>,
    /// What was recorded after this `number`, oldest first.
    after: Option<String>,
    /// How many a page holds: 1 to 1000, 50 by default.
    limit: Option<u64>,
}

impl AuditQuery {
    /// The filter, the part and its size.
    fn read(self) -> OperationResult<(AuditFilter, AuditPart, u64)> {
        let number = |field: &str, text: &str| {
            let number = text.parse::<i64>();
            number.map_err(|_| {
                Failure::query(field, ("must be a position in this list", "必须为该列表中的位置"))
            })
        };
        let part = match (self.before.as_deref(), self.after.as_deref()) {
            (None, None) => AuditPart::Newest,
            (Some(before), None) => AuditPart::Before(number("before", before)?),
            (None, Some(after)) => AuditPart::After(number("after", after)?),
            (Some(_), Some(_)) => {
                return Err(Failure::query(
                    "after",
                    (
                        "give `before` or `after`, not both",
                        "`before` 和 `after` 只能给出一个",
                    ),
                ));
            }
        };
        let limit = self.limit.unwrap_or(50);
        if !(1..=MOST).contains(&limit) {
            return Err(Failure::query(
                "limit",
                both!("must be 1 to {}", "必须在 1 到 {} 之间", MOST),
            ));
        }
        let at = |field: &str, text: Option<&str>| -> OperationResult<Option<Timestamp>> {
            text.map(|text| moment(field, text)).transpose()
        };
        let filter = AuditFilter {
            since: at("since", self.since.as_deref())?,
            until: at("until", self.until.as_deref())?,
            caller: self.user,
            operation: self.operation,
            thing: self.thing,
            refused: self.refused,
            shelf: None,
        };
        Ok((filter, part, limit))
    }
}

/// `GET /adyton/v1/{project_id}/audit`
pub(crate) async fn list(call: Call, Query(query): Query<AuditQuery>) -> OperationResult<Json<AuditList>> {
    let scope = AuditScope::Project(call.project()?);
    page(&call, scope, query).await
}

/// `GET /adyton/v1/audit`: of the caller's domain.
pub(crate) async fn list_all(
    call: Call,
    Query(query): Query<AuditQuery>,
) -> OperationResult<Json<AuditList>> {
    let scope = AuditScope::Domain(call.actor.domain()?);
    page(&call, scope, query).await
}

async fn page(call: &Call, scope: AuditScope, query: AuditQuery) -> OperationResult<Json<AuditList>> {
    let (filter, part, most) = query.read()?;
    let (records, next) = audit::list(&call.shared, scope, &filter, part, most).await?;
    Ok(Json(AuditList {
        records: records.into_iter().map(shown).collect(),
        next: next.map(|number| number.to_string()),
    }))
}

/// `GET /adyton/v1/{project_id}/audit/{request_id}`
pub(crate) async fn show(call: Call) -> OperationResult<Json<AuditExplained>> {
    let id: RequestId = call.parameter("request_id", Thing::Request)?;
    let kept = audit::show(&call.shared, &call.actor, call.project()?, id).await?;
    let reader = AuditReader {
        language: language::of(&call.headers),
        base: &base(&call.shared, &call.headers),
        gateway: &call.shared.settings().gateway_url.clone(),
        live: &call.actor.live,
    };
    Ok(Json(explained(kept, &reader)))
}

/// `GET /adyton/v1/audit/{request_id}`: to whoever made the call, or proves the credential that it named.
pub(crate) async fn own(call: ReadCall) -> OperationResult<Json<AuditExplained>> {
    let sent = call.text("request_id");
    let found = match RequestId::parse(sent.as_bytes()) {
        Some(id) => audit::own(&call.shared, &call.caller, id).await,
        None => Err(Failure::missing(Thing::Request, sent)),
    };
    if let Err(Failure::Missing { .. }) = found {
        call.asked_in_vain();
    }
    let reader = AuditReader {
        language: language::of(&call.headers),
        base: &match call.remote.is_own {
            true => base(&call.shared, &call.headers),
            false => base_from_elsewhere(&call.shared, &call.headers),
        },
        gateway: &call.shared.settings().gateway_url.clone(),
        live: &call.shared.live(),
    };
    Ok(Json(explained(found?, &reader)))
}

/// A record with its cause and what to do. The texts that it keeps are in the reader's language where it has them.
fn explained(mut kept: KeptAudit, reader: &AuditReader<'_>) -> AuditExplained {
    let language = reader.language;
    let refusal = kept.record.refusal.as_ref();
    let shown_as = refusal.and_then(|refusal| SubCode::parse(&refusal.reason));
    let cause = shown_as.map(|shown| shown.cause_in(language).to_owned());
    let page = shown_as.map(|shown| {
        let page = reader.named(&kept.record, &shown.section_in(language).text());
        match reader.meant(&kept.record) {
            Some(meant) => format!("{page}\n\n{meant}"),
            None => page,
        }
    });
    if let Some(refusal) = &mut kept.record.refusal
        && language == Language::Chinese
        && let Some(chinese) = refusal.chinese.take()
    {
        (refusal.message, refusal.found) = (chinese.message, chinese.found);
    }
    AuditExplained {
        cause,
        page,
        record: shown(kept),
    }
}

/// Who reads an explanation, and where this server is called.
struct AuditReader<'a> {
    language: Language,
    base: &'a str,
    gateway: &'a str,
    live: &'a Live,
}

impl AuditReader<'_> {
    /// The catalogue's page with the names of this call, so that its commands can be typed as they stand.
    fn named(&self, record: &AuditRecord, page: &str) -> String {
        let thing = |kind| {
            let thing = record.thing.as_ref().filter(|thing| thing.kind == kind)?;
            let name = advice::plain_or_id(&thing.name, &thing.id);
            Some(name).filter(|name| !name.is_empty())
        };
        let names = record.refusal.as_ref().map(|refusal| &refusal.names);
        let named = |word: &str| names?.get(word).filter(|name| advice::is_plain(name)).cloned();
        // What is no project's needs the role in the whole domain.
        let page = match (named("ROLE"), record.project) {
            // Of what is done to users, projects and quotas only an administrator of the domain is asked.
            (Some(role), project) if project.is_none() || role == Role::Administrator.name() => {
                Cow::Owned(page.replace(" --project PROJECT", " --whole-domain"))
            }
            _ => Cow::Borrowed(page),
        };
        let page = match advice::url(self.base, "/docs") {
            Some(docs) => Cow::Owned(page.replace("`/docs`", &format!("`{docs}`"))),
            None => page,
        };
        advice::named(&page, |word| match word {
            "USER" => named(word).or_else(|| self.user(record)),
            "PROJECT" => named(word).or_else(|| record.project.map(|id| id.to_string())),
            "SERVICE" => named(word).or_else(|| thing(AuditedKind::Service)),
            "APP" => named(word).or_else(|| thing(AuditedKind::App)),
            "REQUEST_ID" => Some(record.request.to_string()),
            "METHOD" => Some(record.method.clone()),
            "URL" => advice::url(self.base, &record.path),
            "GATEWAY_URL" => Some(self.gateway.to_owned()),
            "AK" => record
                .credential
                .clone()
                .filter(|key| self.live.access_key(key).is_some()),
            _ => named(word),
        })
    }

    /// What a path meant that has a name where an id belongs: the command line takes names, the APIs take ids.
    fn meant(&self, record: &AuditRecord) -> Option<String> {
        let (project, thing) = (record.project?, record.thing.as_ref()?);
        let reason = SubCode::parse(&record.refusal.as_ref()?.reason)?.reason();
        let id = match (thing.kind, reason) {
            (AuditedKind::Service, Reason::NoSuchService) => {
                let mut services = self.live.services();
                let found =
                    services.find(|one| one.service.project == project && one.service.name == thing.id);
                found?.service.id.to_string()
            }
            (AuditedKind::App, Reason::NoSuchApp) => {
                let mut apps = self.live.apps();
                let is_meant = |app: &App| app.name == thing.id || app.key.as_str() == thing.id;
                apps.find(|app| app.project == project && is_meant(app))?
                    .id
                    .to_string()
            }
            (AuditedKind::Model, Reason::NoSuchModel) => {
                let mut models = self.live.models();
                let found = models.find(|model| model.project == project && model.name == thing.id);
                found?.id.to_string()
            }
            _ => return None,
        };
        Some(message!(
            self.language,
            "`{}` is a name; this address wants the id: `{}`.",
            "`{}` 是名称；该地址需要 ID：`{}`。",
            thing.id,
            id
        ))
    }

    /// Who called, or whose credential was named.
    fn user(&self, record: &AuditRecord) -> Option<String> {
        let caller = record.caller.as_ref();
        let caller = caller.map(|caller| advice::plain_or_id(&caller.name, &caller.id));
        caller.or_else(|| match record.holder? {
            Holder::User(id) => self.live.user(id).map(|user| advice::plain_or_id(&user.name, id)),
            Holder::App(_) => None,
        })
    }
}

pub(super) fn shown(kept: KeptAudit) -> AuditShown {
    let KeptAudit { number, record } = kept;
    let caller = caller(&record);
    AuditShown {
        number: number.to_string(),
        request_id: record.request.to_string(),
        time: record.at.to_iso(),
        kind: record.kind.name().to_owned(),
        operation: record.operation,
        method: record.method,
        path: record.path,
        domain_id: record.domain.map(|id| id.to_string()),
        project_id: record.project.map(|id| id.to_string()),
        caller,
        source: record.source,
        thing: record.thing.map(|thing| AuditThing {
            kind: thing.kind.name().to_owned(),
            id: thing.id,
            name: thing.name,
        }),
        status: record.status,
        refusal: record.refusal.map(|refusal| AuditRefused {
            code: refusal.code,
            reason: refusal.reason,
            message: refusal.message,
            found: refusal.found,
        }),
        changes: record
            .changes
            .into_iter()
            .map(|change| AuditChange {
                field: change.field,
                from: change.from,
                to: change.to,
                is_secret: change.is_secret,
            })
            .collect(),
        similar: record.similar,
    }
}

fn caller(record: &AuditRecord) -> Option<AuditCaller> {
    let seen = record.caller.as_ref()?;
    Some(AuditCaller {
        id: seen.id.clone(),
        name: seen.name.clone(),
        way: seen.way.clone(),
        credential: record.credential.clone(),
        is_proven: record.is_proven,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: serde_json::Value) -> OperationResult<(AuditFilter, AuditPart, u64)> {
        serde_json::from_value::<AuditQuery>(query)
            .expect("a query")
            .read()
    }

    #[test]
    fn a_query_says_which_part_it_wants_and_how_much_of_it() {
        let (filter, part, most) = read(serde_json::json!({})).unwrap();
        assert_eq!(
            (filter, part, most),
            (AuditFilter::default(), AuditPart::Newest, 50)
        );
        let (filter, part, most) = read(
            serde_json::json!({"after": "7", "limit": 1000, "since": "2026-01-15T08:15:30Z", "user": "ada"}),
        )
        .unwrap();
        assert_eq!((part, most), (AuditPart::After(7), 1000));
        assert_eq!(filter.since, Timestamp::from_iso("2026-01-15T08:15:30Z"));
        assert_eq!(filter.caller.as_deref(), Some("ada"));
        for (wrong, field) in [
            (serde_json::json!({"before": "x"}), "before"),
            (serde_json::json!({"before": "1", "after": "2"}), "after"),
            (serde_json::json!({"limit": 0}), "limit"),
            (serde_json::json!({"limit": 1001}), "limit"),
            (serde_json::json!({"until": "yesterday"}), "until"),
        ] {
            match read(wrong.clone()) {
                Err(Failure::Query { field: named, .. }) => assert_eq!(named, field),
                other => panic!("{wrong}: {other:?}"),
            }
        }
    }

    fn told(record: &AuditRecord, language: Language) -> AuditExplained {
        let reader = AuditReader {
            language,
            base: "http://127.0.0.1:8081",
            gateway: "http://127.0.0.1:8080",
            live: &Live::default(),
        };
        let record = record.clone();
        explained(KeptAudit { number: 3, record }, &reader)
    }

    /// The sample's record, of a call that was refused so.
    fn refused(shown: SubCode, failure: Option<&Failure>) -> AuditRecord {
        AuditRecord {
            refusal: Some(crate::audit::refusal(shown, failure)),
            ..adyton_core::sample::audit_record()
        }
    }

    #[test]
    fn what_a_record_keeps_and_commands_are_in_the_readers_language() {
        let failure = Failure::missing(Thing::App, "a1");
        let shown = failure.reason().at(adyton_core::catalogue::Surface::Apig);
        let record = refused(shown, Some(&failure));
        let message = |language| told(&record, language).record.refusal.unwrap().message;
        assert_eq!(message(Language::English), "App a1 does not exist");
        assert_eq!(message(Language::Chinese), "应用 a1 不存在");

        let shown =
            adyton_core::catalogue::Reason::CredentialsMissing.at(adyton_core::catalogue::Surface::ModelArts);
        let record = refused(shown, None);
        let command = format!(
            "`adyton sign {} http://127.0.0.1:8081{}`",
            record.method, record.path
        );
        for language in Language::ALL {
            let page = told(&record, language).page.unwrap();
            assert!(page.contains(&command), "{command} in {page}");
        }
    }

    #[test]
    fn a_refused_call_is_explained_in_the_language_that_is_asked_for() {
        let record = refused(
            adyton_core::catalogue::Reason::NoSuchApp.at(adyton_core::catalogue::Surface::Apig),
            None,
        );
        let english = told(&record, Language::English);
        let page = english.page.unwrap();
        assert!(page.contains("Cause: ") && page.contains("Fix: "), "{page}");
        let chinese = told(&record, Language::Chinese).page.unwrap();
        assert!(chinese.contains("处理："), "{chinese}");
        assert_eq!(english.record.number, "3");
        assert_eq!(english.record.refusal.unwrap().code, "APIG.3004");
    }

    #[test]
    fn what_is_in_the_way_and_where_calls_belong_stand_in_the_advice() {
        use adyton_core::catalogue::{Reason, Surface};
        let page = |reason: Reason, failure: Option<&Failure>| {
            let record = refused(reason.at(Surface::ModelArts), failure);
            told(&record, Language::English).page.unwrap()
        };
        let in_use = |service: &str| Failure::ModelInUse {
            service: service.to_owned(),
        };
        let one = page(Reason::ModelInUse, Some(&in_use("iris")));
        assert!(one.contains("`adyton service delete iris`"), "{one}");
        let two = page(Reason::ModelInUse, Some(&in_use("iris, poetry")));
        assert!(two.contains("`adyton service delete SERVICE`"), "{two}");
        let record = refused(Reason::ManageNoSuchAddress.at(Surface::Adyton), None);
        let elsewhere = told(&record, Language::Chinese).page.unwrap();
        assert!(elsewhere.contains("`http://127.0.0.1:8080`"), "{elsewhere}");
    }

    #[test]
    fn whoever_lacks_a_role_stands_in_the_command_that_grants_the_least_that_suffices() {
        use adyton_core::catalogue::{Reason, Surface};
        for (surface, action, role) in [
            (Surface::ModelArts, "modelarts:service:create", "operator"),
            (Surface::ModelArts, "modelarts:service:list", "auditor"),
            (Surface::Apig, "apig:apps:list", "auditor"),
            (Surface::Iam, "iam:users:list", "auditor"),
            (Surface::Iam, "iam:users:create", "administrator"),
        ] {
            let failure = Failure::Forbidden {
                action: action.to_owned(),
            };
            let is_of_all = surface == Surface::Iam;
            let mut record = refused(Reason::IamNotPermitted.at(surface), Some(&failure));
            record.project = record.project.filter(|_| !is_of_all);
            let name = record.caller.as_ref().unwrap().name.clone();
            let place = match record.project {
                Some(project) => format!("--project {project}"),
                None => "--whole-domain".to_owned(),
            };
            for language in Language::ALL {
                let page = told(&record, language).page.unwrap();
                let command = format!("adyton role grant {name} {role} {place}");
                assert!(page.contains(&command), "{command} in {page}");
            }
        }
    }

    #[test]
    fn a_token_for_what_is_not_theirs_is_told_with_the_role_in_that_project_alone() {
        use adyton_core::catalogue::{Reason, Surface};
        let failure = Failure::NoRoleInScope {
            scope: "text".to_owned(),
        };
        let record = AuditRecord {
            project: None,
            ..refused(Reason::NoRoleInScope.at(Surface::Iam), Some(&failure))
        };
        let name = record.caller.as_ref().unwrap().name.clone();
        for language in Language::ALL {
            let page = told(&record, language).page.unwrap();
            assert!(
                page.contains(&format!("`adyton role grant {name} caller --project text`")),
                "{page}"
            );
            assert!(!page.contains("--whole-domain"), "{page}");
        }
    }

    #[test]
    fn what_only_a_domains_administrator_may_do_needs_the_role_in_the_whole_domain() {
        use adyton_core::catalogue::{Reason, Surface};
        let failure = Failure::Forbidden {
            action: "iam:quotas:update".to_owned(),
        };
        let record = refused(Reason::IamNotPermitted.at(Surface::Adyton), Some(&failure));
        let page = told(&record, Language::English).page.unwrap();
        assert!(
            record.project.is_some() && page.contains(" administrator --whole-domain`"),
            "{page}"
        );
    }

    #[test]
    fn the_reference_is_named_by_its_address() {
        let shown =
            adyton_core::catalogue::Reason::InvalidField.at(adyton_core::catalogue::Surface::ModelArts);
        let record = refused(shown, None);
        for language in Language::ALL {
            let page = told(&record, language).page.unwrap();
            assert!(page.contains("`http://127.0.0.1:8081/docs`"), "{page}");
        }
    }
}
