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
//! Parts: [`steps`](StepSeen), `compared.rs`, `nearest.rs`, `signature.rs`, `fix.rs`, `tab.rs`; `share.rs` is what a caller is
//! told; `text.rs` prints.

mod compared;
mod fix;
mod layout;
mod nearest;
mod share;
mod signature;
mod steps;
mod tab;
mod text;
mod units;

use serde::{Deserialize, Serialize};

pub use nearest::{Difference, Nearest, Owner, Part};
pub use signature::SignatureExplained;
pub use steps::{StepOutcome, StepSeen};

use crate::catalogue::{Fault, Reason, Retry};
use crate::clock::Timestamp;
use crate::columns::is_han;
use crate::evidence::Evidence;
use crate::holder::Holder;
use crate::id::{DomainId, GroupId, ProjectId, RequestId, ServiceId};
use crate::language::{Language, message, phrase};
use crate::live::{Live, LiveService};
use crate::record::{ADDRESS_MAX, AnsweredBy, CallerSeen, Door, Record, STRANGER_ADDRESS_MAX, Step};

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
        /// The service that was called, if they may call it: its routes are what was expected of them.
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

/// Where the time went, in microseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TimeSpent {
    /// From the request's head to the answer.
    pub total_us: u64,
    /// Ours: all but the model's.
    pub gateway_us: u64,
    /// Waiting for the model.
    pub model_us: u64,
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

/// Explains `record` to `reader`, who must be allowed to see it (its project, or an administrator for one of none), in English.
/// `control_url` is where management calls go, where that is known.
pub fn explain(record: &Record, live: &Live, reader: Reader, control_url: Option<&str>) -> Explanation {
    explain_in(record, live, reader, control_url, Language::English)
}

/// The same in a language. What records of before, programs and libraries say in words of their own stays as it is.
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
        headline: headline(record, language),
        request: request_line(record),
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
        compared: share::compared(&asked).unwrap_or_else(|| compared::of(&asked, &nearest)),
        signature: signature::of(record, language),
        time: TimeSpent {
            total_us: record.took_us,
            gateway_us: record.took_us.saturating_sub(record.model_us),
            model_us: record.model_us.min(record.took_us),
        },
        notes: share::notes(&asked).unwrap_or_else(|| notes(record, language)),
        fix: share::fixes(&asked, &nearest).unwrap_or_else(|| fix::of(&asked, &nearest)),
        nearest,
        page: record.reason.map(|reason| reason.section_in(language).text()),
    }
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
}

/// The service that the request named and that does not exist: whether it was deleted, only the audit trail knows.
pub fn missing_service(record: &Record) -> Option<ServiceId> {
    match &record.evidence {
        Evidence::Route { service, .. } if record.reason == Some(Reason::RouteNoSuchService) => *service,
        _ => None,
    }
}

impl Explanation {
    /// Says, before anything close is proposed, that the service was deleted.
    pub fn tell_deleted(&mut self, deleted: &DeletedService, language: Language) {
        let told = message!(
            language,
            "Service {} ({}) was deleted at {}. If it was deployed again, it has another API address: `adyton service show {}` \
             shows it.",
            "服务 {}（{}）已于 {} 删除。如果重新部署过，它的 API 地址已不同：`adyton service show {}` 会显示新地址。",
            deleted.name,
            deleted.id,
            deleted.at.to_iso(),
            deleted.name
        );
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
                Some(service) => service.service.name.clone(),
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
                known.map_or_else(|| id.to_string(), |api| api.name.clone())
            }
            (Some(_), _) | (None, None) => self.service_name(),
        }
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

fn headline(record: &Record, language: Language) -> String {
    let (took, who) = (units::micros(record.took_us), answerer(record, language));
    match (record.reason, record.answered_by) {
        (Some(Reason::ClientClosed), _) => {
            let seen = match record.response_bytes {
                0 => phrase!(
                    language,
                    "before any of the response's body was sent",
                    "当时还没有发送响应体"
                )
                .to_owned(),
                sent => message!(
                    language,
                    "when {} of the response had been sent",
                    "当时已发送响应的 {}",
                    units::bytes(sent, language)
                ),
            };
            message!(
                language,
                "The client disconnected after {}, {}.",
                "客户端在 {} 后断开了连接，{}。",
                took,
                seen
            )
        }
        (Some(reason), AnsweredBy::Gateway) => message!(
            language,
            "Refused at {}: {}.",
            "在 {} 步骤被拒绝：{}。",
            record.step.name(),
            reason.cause_in(language)
        ),
        (Some(reason), AnsweredBy::Model) => {
            let cause = reason.cause_in(language);
            message!(language, "The model refused: {}.", "模型拒绝了请求：{}。", cause)
        }
        (None, AnsweredBy::Gateway) => message!(
            language,
            "Answered by the gateway itself in {}; no {} was asked.",
            "由网关自身应答，用时 {}；没有调用{}。",
            took,
            who
        ),
        (None, AnsweredBy::Model) if record.status >= 400 => message!(
            language,
            "The {} itself answered with status {}; the gateway passed its answer on, unchanged.",
            "{}自身返回了状态码 {}；网关原样转发了它的应答。",
            who,
            record.status
        ),
        (None, AnsweredBy::Model) => message!(
            language,
            "Answered by the {} in {}; every step was passed.",
            "由{}应答，用时 {}；所有步骤均已通过。",
            who,
            took
        ),
    }
}

fn request_line(record: &Record) -> String {
    let path = tab::path_sent(record);
    // What fills its place in the record was longer, almost certainly.
    let is_stranger = record.reason.is_some() && record.is_of_stranger();
    // A cut is between two characters: up to three bytes may be missing.
    let is_short = is_stranger && record.path.len() + record.query.len() > STRANGER_ADDRESS_MAX - 4;
    let cut = |kept: &str| {
        if is_short || kept.len() >= ADDRESS_MAX {
            "…"
        } else {
            ""
        }
    };
    let path = match record.query.as_str() {
        query if is_short && !query.is_empty() => path,
        _ => format!("{path}{}", cut(&record.path)),
    };
    match record.query.as_str() {
        "" => format!("{} {path}", record.method),
        query => format!("{} {path}?{query}{}", record.method, cut(query)),
    }
}

fn notes(record: &Record, language: Language) -> Vec<String> {
    let clauses = match &record.evidence {
        // The row that compares says it.
        Evidence::Request { .. } | Evidence::Instance { .. } => Vec::new(),
        evidence => evidence.clauses_in(language),
    };
    let mut notes: Vec<String> = clauses.iter().filter_map(|clause| sentence(clause)).collect();
    if let Evidence::Dropped { headers } = &record.evidence {
        let names: Vec<String> = headers.iter().map(|name| format!("`{name}`")).collect();
        notes.push(message!(
            language,
            "Not passed on to the model: {}. Programs that put headers into variables would take such a name for another \
             one; send it with `-` in place of `_` and other signs.",
            "没有转发给模型：{}。把请求头放入变量的程序会把这样的名称误认为另一个请求头；请用 `-` 代替 `_` 和其他符号发送。",
            names.join(phrase!(language, ", ", "、"))
        ));
    }
    if let Evidence::LeftOut { count, .. } = &record.evidence {
        notes.push(message!(
            language,
            "This record is the first of {} requests of strangers that were left out; of it, what was compared is not kept \
             either.",
            "该记录是 {} 个未保留的陌生请求中的第一个；它所比较的内容也没有保留。",
            units::grouped(*count)
        ));
    }
    if record.step == Step::Authenticate && record.request_bytes > 0 {
        notes.push(message!(
            language,
            "The body ({}) was read before the refusal: a signature is proven only with the body's last byte. The model \
             never saw it.",
            "拒绝之前已读取请求体（{}）：收到请求体的最后一个字节才能验证签名。模型没有收到它。",
            units::bytes(record.request_bytes, language)
        ));
    }
    notes
}

/// A clause as a sentence; nothing for an empty one. What a program printed last, on lines of its own, ends without a stop.
/// Its stop is that of the words before it: a record of before may have English ones among Chinese.
fn sentence(clause: &str) -> Option<String> {
    let clause = clause.trim();
    let mut letters = clause.chars();
    let first = letters.next()?;
    let is_ended = clause.ends_with(['.', '!', '?', '。', '！', '？']) || clause.contains('\n');
    let stop = match clause.chars().any(is_han) {
        _ if is_ended => "",
        true => "。",
        false => ".",
    };
    Some(format!("{}{}{stop}", first.to_uppercase(), letters.as_str()))
}

#[cfg(test)]
mod tests;
