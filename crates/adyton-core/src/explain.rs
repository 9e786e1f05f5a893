//! Explains one request: which step decided, what was compared with what, and the fix.
//!
//! [`explain`] is pure: it takes the record that the journal kept and the live state of now, and computes what the
//! pipeline had no time for, such as the nearest route. The same [`Explanation`] is what the control plane answers as JSON
//! and what `adyton explain` prints ([`Explanation::to_text`]).
//!
//! What must hold:
//!
//! - Nothing of other projects than the reader's appears: no names, no routes, no ids of theirs.
//! - No secret appears: records hold none, and nothing of `Secret` is read here.
//! - Every record can be explained: also one whose reason, service or project is gone by now.
//!
//! Parts: `headline.rs`, [`steps`](StepSeen), `compared.rs`, `nearest.rs`, `signature.rs`, `notes.rs`, `fix.rs`, `tab.rs`; `share.rs` is what a caller is
//! told; `text.rs` prints.

mod compared;
mod fix;
mod headline;
mod layout;
mod nearest;
mod notes;
mod share;
mod signature;
mod steps;
mod tab;
mod text;
mod time_spent;
mod units;

use serde::{Deserialize, Serialize};

pub use nearest::{Difference, Nearest, Owner, Part, meant_service};
pub use signature::SignatureExplained;
pub use steps::{StepOutcome, StepSeen};
pub use time_spent::TimeSpent;

use crate::address;
use crate::advice::plain_or_id;
use crate::catalogue::{Fault, Reason, Retry};
use crate::clock::Timestamp;
use crate::evidence::Evidence;
use crate::holder::Holder;
use crate::id::{DomainId, GroupId, ProjectId, RequestId, ServiceId};
use crate::language::{Language, message, phrase, spaced};
use crate::live::{Live, LiveService};
use crate::record::{AnsweredBy, CallerSeen, Door, Record, Step};

/// Who reads the explanation, and so whose names and routes may appear in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reader {
    /// Somebody of this project.
    Project(ProjectId),
    /// An administrator of this domain: all its projects.
    Administrator(DomainId),
    /// Whoever sent the request, or was named by it: their share and no more (`share.rs`).
    Caller {
        /// Who, by the credential that they proved.
        holder: Holder,
        /// The service that was called, or is most like the one that a wrong URL names, if they may call it: its routes are what was
        /// expected of them.
        service: Option<ServiceId>,
    },
}

impl Reader {
    /// Whether the reader may know of things of `project`.
    pub fn sees(self, live: &Live, project: ProjectId) -> bool {
        match self {
            Reader::Project(own) => own == project,
            Reader::Administrator(domain) => live
                .project(project)
                .is_some_and(|project| project.domain == domain),
            Reader::Caller { .. } => false,
        }
    }
    /// The service, if the reader may know of it.
    fn service(self, live: &Live, id: ServiceId) -> Option<&LiveService> {
        let service = live.service(id)?;
        let is_known = match self {
            Reader::Project(_) | Reader::Administrator(_) => self.sees(live, service.service.project),
            Reader::Caller { service, .. } => service == Some(id),
        };
        is_known.then_some(&**service)
    }
}

/// One comparison that decided, or would have.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Compared {
    /// What was looked at.
    pub label: String,
    /// What would have passed.
    pub expected: String,
    /// What was there.
    pub got: String,
}

impl Compared {
    fn new(label: &str, expected: String, got: String) -> Self {
        Self {
            label: label.to_owned(),
            expected,
            got,
        }
    }
}

/// The answer to "why?". Serialised, this is what the control API returns; times are ISO 8601 in UTC.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Explanation {
    /// The request.
    pub request_id: RequestId,
    /// When its head arrived.
    pub at: String,
    /// All in one sentence.
    pub headline: String,
    /// The request line: method, path and query as sent.
    pub request: String,
    /// The way it came in: the API address, or the Prediction tab.
    pub door: Door,
    /// Host as sent.
    pub host: String,
    /// The caller's address.
    pub source: String,
    /// Who called, as far as it was found out.
    pub caller: Option<CallerSeen>,
    /// HTTP status of the answer.
    pub status: u16,
    /// Who made the answer.
    pub answered_by: AnsweredBy,
    /// The wire code of a refusal.
    pub code: Option<String>,
    /// The sub-code of a refusal.
    pub reason: Option<String>,
    /// Whose fault it is.
    pub fault: Option<Fault>,
    /// Whether sending it again can help.
    pub retry: Option<Retry>,
    /// The step that decided.
    pub step: Step,
    /// All steps: passed, decided, not reached.
    pub steps: Vec<StepSeen>,
    /// What was compared with what.
    pub compared: Vec<Compared>,
    /// For a wrong URL: what is published close to it, nearest first, at most three.
    pub nearest: Vec<Nearest>,
    /// For a signed request: the autopsy of its signature.
    pub signature: Option<SignatureExplained>,
    /// Where the time went.
    pub time: TimeSpent,
    /// What else is worth knowing.
    pub notes: Vec<String>,
    /// What to do, most fitting first.
    pub fix: Vec<String>,
    /// The section of the catalogue on the reason, Markdown.
    pub page: Option<String>,
}

/// What tests ask: the explanation in English.
#[cfg(any(test, feature = "sample"))]
pub fn explain(record: &Record, live: &Live, reader: Reader, control_url: Option<&str>) -> Explanation {
    explain_in(record, live, reader, control_url, Language::English)
}

/// Explains `record` to `reader`, who must be allowed to see it (its project, or an administrator for one of none), in their language.
/// `control_url` is where management calls go, where that is known. What records of before, programs and libraries say in words of
/// their own stays as it is.
pub fn explain_in(
    record: &Record,
    live: &Live,
    reader: Reader,
    control_url: Option<&str>,
    language: Language,
) -> Explanation {
    let asked = Asked {
        record,
        live,
        reader,
        control_url,
        language,
    };
    let entry = record.reason.map(|reason| reason.code().entry());
    let nearest = nearest::of(&asked);
    Explanation {
        request_id: record.id,
        at: record.at.to_iso(),
        headline: headline::of(record, language),
        request: headline::request_line(record),
        door: record.door,
        host: record.host.clone(),
        source: record.source.clone(),
        caller: share::caller(&asked),
        status: record.status,
        answered_by: record.answered_by,
        code: entry.map(|entry| entry.wire.to_owned()),
        reason: record.reason.map(|reason| reason.sub_code().to_owned()),
        fault: entry.map(|entry| entry.fault),
        retry: record.reason.map(Reason::retry),
        step: record.step,
        steps: steps::of(record),
        compared: compared::set(
            share::compared(&asked).unwrap_or_else(|| compared::of(&asked, &nearest)),
            language,
        ),
        signature: signature::of(record, language),
        time: TimeSpent::of(record),
        notes: all_spaced(
            share::notes(&asked)
                .unwrap_or_else(|| notes::of(record, language))
                .into_iter()
                .chain(notes::chosen(&asked))
                .collect(),
            language,
        ),
        fix: all_spaced(
            share::fixes(&asked, &nearest).unwrap_or_else(|| fix::of(&asked, &nearest)),
            language,
        ),
        nearest,
        page: record.reason.map(|reason| reason.section_in(language).text()),
    }
}

fn all_spaced(texts: Vec<String>, language: Language) -> Vec<String> {
    texts.into_iter().map(|text| spaced(text, language)).collect()
}

/// A service that a request named and that was deleted: what the audit trail remembers of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeletedService {
    /// Its id.
    pub id: ServiceId,
    /// Its name.
    pub name: String,
    /// When it was deleted.
    pub at: Timestamp,
    /// The service that has its name now, if there is one.
    pub now: Option<ServiceId>,
}

/// The service that the request named and that does not exist: whether it was deleted, only the audit trail knows.
pub fn missing_service(record: &Record) -> Option<ServiceId> {
    let Evidence::Route { service, .. } = &record.evidence else {
        return None;
    };
    service.filter(|_| record.reason == Some(Reason::RouteNoSuchService))
}

impl Explanation {
    /// Says, before anything close is proposed, that the service was deleted.
    pub fn tell_deleted(&mut self, deleted: &DeletedService, language: Language) {
        let (name, id, at) = (&deleted.name, deleted.id, deleted.at.to_iso());
        let told = match deleted.now {
            Some(now) => message!(
                language,
                "Service {} ({}) was deleted at {}. A service of that name exists now: call `{}`, where the path below it is the same.",
                "服务 {}（{}）已于 {} 删除。现在有同名的服务：请调用 `{}`，其下的路径不变。",
                name,
                id,
                at,
                address::of_service(now)
            ),
            None => message!(
                language,
                "Service {} ({}) was deleted at {}, and no service has that name now: `adyton service list` shows what is there.",
                "服务 {}（{}）已于 {} 删除，现在没有同名的服务：`adyton service list` 显示现有的服务。",
                name,
                id,
                at
            ),
        };
        self.fix.insert(0, told);
    }
}

/// A record, the live state, and who asks: what every part of an explanation is made of.
struct Asked<'a> {
    record: &'a Record,
    live: &'a Live,
    reader: Reader,
    control_url: Option<&'a str>,
    language: Language,
}

impl Asked<'_> {
    /// How a command names the service: by its name, if the reader may know it.
    fn service_name(&self) -> String {
        match self.record.service {
            Some(id) => match self.reader.service(self.live, id) {
                Some(service) => plain_or_id(&service.service.name, id),
                None => id.to_string(),
            },
            None => "SERVICE".to_owned(),
        }
    }

    /// The group whose domain name the request was sent to, if the reader may know it. Services have no domain names.
    fn group(&self) -> Option<GroupId> {
        if self.record.door == Door::PredictionTab {
            return None;
        }
        let group = self.live.group_at(self.record.host.as_bytes())?;
        let known = self.live.group(group)?;
        self.reader.sees(self.live, known.project).then_some(group)
    }

    /// How the API is called: a service's as its service; others by their name, if the reader may know it.
    fn api_name(&self) -> String {
        match (self.record.service, self.record.api) {
            (None, Some(id)) => {
                let api = self.live.api(id);
                let known = api.filter(|api| self.reader.sees(self.live, api.project));
                known.map_or_else(|| id.to_string(), |api| plain_or_id(&api.name, id))
            }
            (Some(_), _) | (None, None) => self.service_name(),
        }
    }

    /// How a command names a project, if the reader may know it.
    fn project_in_commands(&self, id: ProjectId) -> Option<String> {
        let project = self.live.project(id);
        project
            .filter(|_| self.reader.sees(self.live, id))
            .map(|project| plain_or_id(&project.name, id))
    }

    /// A project by its name, if the reader may know it.
    fn project_name(&self, id: ProjectId) -> String {
        let project = self.live.project(id);
        match project.filter(|_| self.reader.sees(self.live, id)) {
            Some(project) => format!("{} ({id})", project.name),
            None => id.to_string(),
        }
    }
}

/// Who has answered where it was not the gateway.
fn answerer(record: &Record, language: Language) -> &'static str {
    match (record.service, record.api) {
        (None, Some(_)) => phrase!(language, "back end", "后端"),
        (Some(_), _) | (None, None) => phrase!(language, "model", "模型"),
    }
}

#[cfg(test)]
mod tests;
