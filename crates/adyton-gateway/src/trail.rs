//! What is noted about one request on its way, for its record. Steps only write; `respond` and `record`, which wrap them, read
//! when all is decided.
//!
//! The head's texts are written into the record when it begins, so that nothing of the head has to be kept.

use std::time::Duration;

use adyton_core::api::Api;
use adyton_core::catalogue::Reason;
use adyton_core::digest::Sha256;
use adyton_core::evidence::Evidence;
use adyton_core::header::X_STAGE;
use adyton_core::hidden_query;
use adyton_core::id::{ApiId, InstanceId, ModelId, ProjectId, ServiceId};
use adyton_core::record::{AnsweredBy, Door, Step};
use adyton_identity::Seen;
use http::HeaderValue;
use http::header::{HOST, USER_AGENT};

use crate::arrival::Arrival;
use crate::journal::{Closing, Entry, Opening, Recorder};
use crate::stamp::Stamp;
use crate::worker_meters::WorkerMeters;

/// Notes about one request.
pub(crate) struct Trail {
    began: Duration,
    entry: Entry,
    matched: Option<MatchedApi>,
    model: Option<(ModelId, InstanceId)>,
    caller: Option<Seen>,
    refused: Option<(Reason, Evidence)>,
    dropped: Vec<String>,
    /// What the model did not read: fields of the body, and whether there was a query.
    unread: (Vec<String>, bool),
    request_bytes: u64,
    model_time: Duration,
    /// Since when the model is being waited for.
    waiting_since: Option<Duration>,
    /// When the steps of the head had passed it, and when those of the body had.
    head_until: Option<Duration>,
    body_until: Option<Duration>,
}

/// What could be read of a head that is not HTTP, or too large to be read.
pub(crate) struct Unread<'a> {
    pub(crate) source: &'a str,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) host: &'a [u8],
    pub(crate) user_agent: &'a [u8],
}

/// Of the API that was found, what a record needs.
struct MatchedApi {
    project: ProjectId,
    service: Option<ServiceId>,
    api: ApiId,
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
    /// A head has arrived.
    pub(crate) fn begin(recorder: &Recorder, arrival: &Arrival, hide_query_keys: &[String]) -> Box<Self> {
        let Arrival {
            stamp, head, remote, ..
        } = arrival;
        let bytes = |name| head.headers.get(name).map(HeaderValue::as_bytes);
        // Some clients send the absolute form, and no Host with it.
        let authority = || head.uri.authority().map_or("", |authority| authority.as_str());
        let address = remote.address_text();
        let query = hidden_query::hide(head.uri.query().unwrap_or_default(), hide_query_keys, digest);
        let opening = Opening {
            id: stamp.id,
            at: stamp.at,
            door: arrival.door(),
            source: &address,
            method: head.method.as_str(),
            host: bytes(HOST).unwrap_or_else(|| authority().as_bytes()),
            path: head.uri.path(),
            query: &query,
            stage: bytes(X_STAGE),
            user_agent: bytes(USER_AGENT).unwrap_or_default(),
        };
        Self::open(recorder, stamp.monotonic, &opening)
    }

    /// A head has arrived that no step will see.
    pub(crate) fn begin_unread(
        recorder: &Recorder,
        stamp: Stamp,
        seen: &Unread<'_>,
        hide_query_keys: &[String],
    ) -> Box<Self> {
        let opening = Opening {
            id: stamp.id,
            at: stamp.at,
            door: Door::Address,
            source: seen.source,
            method: seen.method,
            host: seen.host,
            path: seen.path,
            query: &hidden_query::hide(seen.query, hide_query_keys, digest),
            stage: None,
            user_agent: seen.user_agent,
        };
        Self::open(recorder, stamp.monotonic, &opening)
    }

    fn open(recorder: &Recorder, began: Duration, opening: &Opening<'_>) -> Box<Self> {
        Box::new(Self {
            began,
            entry: recorder.open(opening),
            matched: None,
            model: None,
            caller: None,
            refused: None,
            dropped: Vec::new(),
            unread: (Vec::new(), false),
            request_bytes: 0,
            model_time: Duration::ZERO,
            waiting_since: None,
            head_until: None,
            body_until: None,
        })
    }

    /// Route: this API was found, with this service behind it, if it is one.
    pub(crate) fn found(&mut self, api: &Api, service: Option<ServiceId>) {
        self.matched = Some(MatchedApi {
            project: api.project,
            service,
            api: api.id,
        });
    }

    /// Authenticate, or limit after a signature's proof: this is who calls.
    pub(crate) fn called_by(&mut self, caller: Seen) {
        self.caller = Some(caller);
    }

    /// Limit: so much of the body was read.
    pub(crate) fn read(&mut self, bytes: u64) {
        self.request_bytes = bytes;
    }

    /// The head has passed all steps that it decides; the body is next.
    pub(crate) fn passed_head(&mut self, at: Duration) {
        self.head_until = Some(at);
    }

    /// The body is there and proven; the back end is next.
    pub(crate) fn passed_body(&mut self, at: Duration) {
        self.body_until = Some(at);
    }

    /// Dispatch: this instance was chosen.
    pub(crate) fn sent_to(&mut self, model: ModelId, instance: InstanceId) {
        self.model = Some((model, instance));
    }

    /// Dispatch: from now on the model is waited for.
    pub(crate) fn waits(&mut self, since: Duration) {
        self.waiting_since = Some(since);
    }

    /// Stops the model timer, if it runs, and adds the time.
    pub(crate) fn waited(&mut self, until: Duration) {
        if let Some(since) = self.waiting_since.take() {
            self.model_time = self.model_time.saturating_add(until.saturating_sub(since));
        }
    }

    /// Dispatch: the model worked so long, while nobody else could.
    pub(crate) fn took(&mut self, span: Duration) {
        self.model_time = self.model_time.saturating_add(span);
    }

    /// Dispatch: headers of these names were not passed on.
    pub(crate) fn dropped(&mut self, names: Vec<String>) {
        self.dropped = names;
    }

    /// Dispatch: the model answered without reading these fields of the body, or the query.
    pub(crate) fn unread(&mut self, fields: Vec<String>, is_query_unread: bool) {
        self.unread = (fields, is_query_unread);
    }

    /// Respond: it was refused for this reason.
    pub(crate) fn refused(&mut self, reason: Reason, evidence: Evidence) {
        self.refused = Some((reason, evidence));
    }

    /// Respond: how long was waited for the model, for `X-Apig-Upstream-Latency`.
    pub(crate) fn model_time(&self) -> Duration {
        self.model_time
    }

    fn steps_us(&self) -> Option<(u64, Option<u64>)> {
        let head = self.head_until?;
        let body = self.body_until.map(|until| micros(until.saturating_sub(head)));
        Some((micros(head.saturating_sub(self.began)), body))
    }

    /// The end: one record, one count.
    pub(crate) fn end(self: Box<Self>, recorder: &Recorder, meters: &WorkerMeters, ending: Ending) {
        let steps_us = self.steps_us();
        let caller = self.caller.as_ref().map(|seen| (seen, seen.id()));
        let reason = self.refused.as_ref().map(|(reason, _)| *reason);
        let evidence = match self.refused {
            Some((_, evidence)) => evidence,
            None if self.dropped.is_empty() && self.unread.0.is_empty() && !self.unread.1 => Evidence::None,
            None => Evidence::Dropped {
                headers: self.dropped,
                fields: self.unread.0,
                is_query_unread: self.unread.1,
            },
        };
        let closing = Closing {
            project: self.matched.as_ref().map(|api| api.project),
            service: self.matched.as_ref().and_then(|api| api.service),
            api: self.matched.as_ref().map(|api| api.api),
            chosen: self.model,
            caller: caller.as_ref().map(|(seen, id)| (seen.way(), &**id, seen.name())),
            status: ending.status,
            reason,
            step: reason.map_or(Step::Dispatch, Reason::step),
            answered_by: ending.answered_by,
            request_bytes: self.request_bytes,
            response_bytes: ending.response_bytes,
            took_us: micros(ending.ended.saturating_sub(self.began)),
            model_us: micros(self.model_time),
            steps_us,
            evidence: &evidence,
        };
        meters.count_end(&closing);
        recorder.close(self.entry, &closing);
    }
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

/// What stands for a hidden value: enough to tell two apart.
fn digest(value: &[u8]) -> String {
    format!("sha256:{}", Sha256::of(value))
}
