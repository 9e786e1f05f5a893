//! What is noted about one request on its way, for its record. Any step may write; only `record` reads, once, at the end;
//! nothing decides by it.
//!
//! The head is kept as hyper gave it (shared bytes, no copies); texts are made when the record is.

use std::net::IpAddr;
use std::time::Duration;

use adyton_core::catalogue::Reason;
use adyton_core::clock::Timestamp;
use adyton_core::digest::Sha256;
use adyton_core::evidence::Evidence;
use adyton_core::id::{InstanceId, ModelId, RequestId};
use adyton_core::live::LiveService;
use adyton_core::record::{AnsweredBy, CallerSeen, Door, Record, Step};
use adyton_core::service::Service;
use http::header::{HOST, USER_AGENT};
use http::request::Parts;
use http::{HeaderValue, Method, Uri};

/// The most of a path or a query that a record keeps, in bytes.
const TEXT_MAX: usize = 2048;
/// The most of `Host`, `X-Stage` and `User-Agent`.
const VALUE_MAX: usize = 256;

/// Notes about one request.
pub(crate) struct Trail {
    id: RequestId,
    at: Timestamp,
    began: Duration,
    door: Door,
    source: IpAddr,
    method: Method,
    uri: Uri,
    host: Option<HeaderValue>,
    agent: Option<HeaderValue>,
    stage: Option<HeaderValue>,
    target: Option<Target>,
    model: Option<(ModelId, InstanceId)>,
    caller: Option<CallerSeen>,
    refused: Option<(Reason, Evidence)>,
    request_bytes: u64,
    model_time: Duration,
}

/// Of the service that was found, what a record needs.
struct Target {
    project: adyton_core::id::ProjectId,
    service: adyton_core::id::ServiceId,
    api: adyton_core::id::ApiId,
}

/// How a request ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ending {
    /// The status of the answer; 499 when the client had left.
    pub(crate) status: u16,
    /// Who answered.
    pub(crate) answered_by: AnsweredBy,
    /// Bytes of the answer's body.
    pub(crate) response_bytes: u64,
    /// The monotonic time of the end.
    pub(crate) ended: Duration,
}

impl Trail {
    pub(crate) fn begin(
        id: RequestId,
        at: Timestamp,
        began: Duration,
        door: Door,
        source: IpAddr,
        head: &Parts,
    ) -> Self {
        Self {
            id,
            at,
            began,
            door,
            source,
            method: head.method.clone(),
            uri: head.uri.clone(),
            host: head.headers.get(HOST).cloned(),
            agent: head.headers.get(USER_AGENT).cloned(),
            stage: head.headers.get("x-stage").cloned(),
            target: None,
            model: None,
            caller: None,
            refused: None,
            request_bytes: 0,
            model_time: Duration::ZERO,
        }
    }

    /// The request's id: it is in every answer.
    pub(crate) fn id(&self) -> RequestId {
        self.id
    }

    /// Route: this service was found.
    pub(crate) fn found(&mut self, live: &LiveService) {
        let Service { project, id, api, .. } = live.service;
        self.target = Some(Target {
            project,
            service: id,
            api,
        });
    }

    /// Authenticate: this is who calls, or claims to.
    pub(crate) fn called_by(&mut self, caller: CallerSeen) {
        self.caller = Some(caller);
    }

    /// Limit: so much of the body was read.
    pub(crate) fn read(&mut self, bytes: u64) {
        self.request_bytes = bytes;
    }

    /// Dispatch: this instance was chosen.
    pub(crate) fn sent_to(&mut self, model: ModelId, instance: InstanceId) {
        self.model = Some((model, instance));
    }

    /// Dispatch: so long was waited for the model.
    pub(crate) fn waited(&mut self, model_time: Duration) {
        self.model_time = self.model_time.saturating_add(model_time);
    }

    /// Respond: it was refused for this reason.
    pub(crate) fn refused(&mut self, reason: Reason, evidence: Evidence) {
        self.refused = Some((reason, evidence));
    }

    /// Respond: how long was waited for the model, for `X-Apig-Upstream-Latency`.
    pub(crate) fn model_time(&self) -> Duration {
        self.model_time
    }

    /// Makes the record. `hidden` are the query keys whose values are kept as digests.
    pub(crate) fn into_record(self, ending: Ending, hidden: &[String]) -> Record {
        let (reason, evidence) = self.refused.map_or((None, Evidence::None), |(reason, evidence)| {
            (Some(reason), evidence)
        });
        let target = self.target.as_ref();
        Record {
            id: self.id,
            at: self.at,
            door: self.door,
            source: self.source.to_string(),
            method: self.method.as_str().to_owned(),
            host: match self.host.as_ref() {
                Some(host) => text(host, VALUE_MAX),
                None => cut(
                    self.uri.authority().map_or("", |authority| authority.as_str()),
                    VALUE_MAX,
                ),
            },
            path: cut(self.uri.path(), TEXT_MAX),
            query: query(self.uri.query().unwrap_or_default(), hidden),
            stage: self.stage.as_ref().map(|stage| text(stage, VALUE_MAX)),
            project: target.map(|target| target.project),
            service: target.map(|target| target.service),
            api: target.map(|target| target.api),
            model: self.model.map(|(model, _)| model),
            instance: self.model.map(|(_, instance)| instance),
            caller: self.caller,
            status: ending.status,
            reason,
            step: reason.map_or(Step::Dispatch, Reason::step),
            answered_by: ending.answered_by,
            request_bytes: self.request_bytes,
            response_bytes: ending.response_bytes,
            took_us: micros(ending.ended.saturating_sub(self.began)),
            model_us: micros(self.model_time),
            user_agent: self
                .agent
                .as_ref()
                .map(|agent| text(agent, VALUE_MAX))
                .unwrap_or_default(),
            evidence,
        }
    }
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

/// A header's value as text; bytes that are not UTF-8 are replaced.
fn text(value: &HeaderValue, most: usize) -> String {
    match str::from_utf8(value.as_bytes()) {
        Ok(value) => cut(value, most),
        Err(_) => cut(&String::from_utf8_lossy(value.as_bytes()), most),
    }
}

/// At most `most` bytes of a text.
fn cut(text: &str, most: usize) -> String {
    text[..text.floor_char_boundary(most)].to_owned()
}

/// The query, the values of hidden keys replaced by their digest.
fn query(query: &str, hidden: &[String]) -> String {
    if hidden.is_empty() || query.is_empty() {
        return cut(query, TEXT_MAX);
    }
    let mut shown = String::with_capacity(query.len().min(TEXT_MAX));
    for (at, pair) in query.split('&').enumerate() {
        if at > 0 {
            shown.push('&');
        }
        match pair.split_once('=') {
            Some((key, value)) if hidden.iter().any(|name| name.eq_ignore_ascii_case(key)) => {
                shown.push_str(key);
                shown.push_str("=sha256:");
                shown.push_str(&Sha256::of(value.as_bytes()).to_string());
            }
            _ => shown.push_str(pair),
        }
        if shown.len() > TEXT_MAX {
            break;
        }
    }
    cut(&shown, TEXT_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_hidden_query_keys_are_not_kept() {
        let hidden = [String::from("key")];
        let shown = query("a=1&KEY=opensesame&b", &hidden);
        assert!(
            shown.starts_with("a=1&KEY=sha256:") && shown.ends_with("&b"),
            "{shown}"
        );
        assert!(!shown.contains("opensesame"));
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(cut("aé", 2), "a");
        assert_eq!(cut("aé", 3), "aé");
    }
}
