//! The audit trail of management calls: which calls leave a record, and what it says.
//!
//! Changes, sign-ins and refusals leave one, reads that succeed none; the Prediction tab's door has its records in the journal.
//! The middleware, which sees every call, makes the record of what it saw and of the call's [`Draft`], which endpoints fill. What
//! must be true: no secret gets into a draft, and whoever is not proven cannot make many records (`audit/bounds.rs`).

mod bounds;
mod draft;
mod fields;

use std::net::IpAddr;
use std::time::Duration;

use adyton_core::address;
use adyton_core::audit::{AuditKind, AuditRecord, AuditRefusal, AuditTexts, bounded};
use adyton_core::catalogue::{SubCode, Surface};
use adyton_core::clock::Timestamp;
use adyton_core::header::X_ADYTON_REASON;
use adyton_core::id::RequestId;
use adyton_core::language::Language;
use adyton_core::live::Live;
use adyton_core::source::Source;
use adyton_store::audit_writer::AuditWriter;
use axum::response::Response;
use http::Method;
use parking_lot::Mutex;

use self::bounds::{Bounds, Sender};
pub(crate) use self::draft::Draft;
pub(crate) use self::fields::Audited;
use crate::envelope;
use crate::failure::Failure;
use crate::heading::{Heading, Verb};
use crate::refused;
use crate::unread::Unreadable;

/// How long a reader waits for the newest records to be written.
const SETTLE_WAIT: Duration = Duration::from_secs(2);

/// What a call was and how it ended, as the middleware saw it.
pub(crate) struct Ended<'a> {
    pub(crate) id: RequestId,
    pub(crate) at: Timestamp,
    pub(crate) method: &'a Method,
    pub(crate) path: &'a str,
    pub(crate) address: Option<IpAddr>,
    /// The row that answered; none for an address that there is not, and for what was refused before.
    pub(crate) row: Option<&'a Heading>,
    pub(crate) failure: Option<&'a Failure>,
    /// The answer as it goes out.
    pub(crate) answer: &'a Response,
    /// The live state, to find whose credential was named.
    pub(crate) live: &'a Live,
}

impl Ended<'_> {
    /// Whether it leaves a record, and of what kind.
    fn kind(&self, draft: &Draft) -> Option<AuditKind> {
        // The door's calls are in the journal.
        let is_elsewhere = self.row.is_some_and(|row| row.surface == Surface::Gateway);
        if is_elsewhere || address::is_probe(self.path) {
            return None;
        }
        if self.answer.headers().contains_key(X_ADYTON_REASON) || draft.is_partly_refused() {
            return Some(AuditKind::Refusal);
        }
        let changes = matches!(
            self.row.map(|row| row.verb),
            Some(Verb::Post | Verb::Put | Verb::Patch | Verb::Delete | Verb::Any)
        );
        match changes {
            true if draft.signs_in() => Some(AuditKind::SignIn),
            true => Some(AuditKind::Change),
            false => None,
        }
    }

    /// Why it was refused, in the code of the surface that it was refused at.
    fn refusal(&self) -> Option<AuditRefusal> {
        let name = self.answer.headers().get(X_ADYTON_REASON)?.to_str().ok()?;
        Some(refusal(SubCode::parse(name)?, self.failure))
    }

    /// The record.
    fn record(&self, draft: &Draft, kind: AuditKind) -> AuditRecord {
        let mut record = AuditRecord {
            operation: self.row.map(|row| row.name.to_owned()).unwrap_or_default(),
            method: self.method.to_string(),
            path: bounded(self.path),
            source: self
                .address
                .map(|address| address.to_string())
                .unwrap_or_default(),
            status: self.answer.status().as_u16(),
            refusal: self.refusal(),
            ..AuditRecord::blank(self.id, self.at, kind)
        };
        draft.fill(&mut record);
        if record.holder.is_none() {
            record.holder = self.failure.and_then(|failure| draft::named(failure, self.live));
        }
        record.domain = draft::domain_of(self.live, &record);
        record
    }
}

/// How a record tells of a refusal under the sub-code that its surface shows.
pub(crate) fn refusal(shown: SubCode, failure: Option<&Failure>) -> AuditRefusal {
    let entry = shown.code().entry();
    let message = match failure {
        // A defect's words are for the log.
        None | Some(Failure::Defect(_)) => entry.message.to_owned(),
        Some(failure) => failure.to_string(),
    };
    AuditRefusal {
        code: entry.wire.to_owned(),
        reason: shown.name().to_owned(),
        message: bounded(&message),
        found: failure.map(refused::summary).unwrap_or_default(),
        names: failure.map(Failure::names).unwrap_or_default(),
        chinese: failure.map(|failure| {
            Box::new(AuditTexts {
                message: bounded(&failure.told_in(Language::Chinese)),
                found: refused::summary_in(failure, Language::Chinese),
            })
        }),
    }
}

/// The way into the audit trail.
pub(crate) struct Audit {
    writer: AuditWriter,
    bounds: Mutex<Bounds>,
}

impl Audit {
    pub(crate) fn new(writer: AuditWriter) -> Self {
        Self {
            writer,
            bounds: Mutex::new(Bounds::default()),
        }
    }

    /// Records a call that has ended at `now` (of the monotonic clock), if it is one that leaves a record.
    pub(crate) fn note(&self, ended: &Ended<'_>, draft: &Draft, now: Duration) {
        let Some(kind) = ended.kind(draft) else {
            return;
        };
        let record = ended.record(draft, kind);
        let sender = match (record.is_proven, record.holder, ended.address) {
            (true, Some(holder), _) if record.is_question() => Sender::Asking(holder),
            (true, Some(holder), _) => Sender::Proven(holder),
            (_, _, Some(address)) => Sender::Stranger(Source::of(address)),
            (_, _, None) => Sender::Nobody,
        };
        self.keep(sender, record, now);
    }

    /// Records what no call came of, since it could not be read.
    pub(crate) fn note_unreadable(&self, id: RequestId, at: Timestamp, what: &Unreadable, now: Duration) {
        let address = what.peer.ip().to_canonical();
        let (reason, detail) = what.reason();
        let shown = reason.at(Surface::Adyton);
        let entry = shown.code().entry();
        let record = AuditRecord {
            method: what.method.clone(),
            path: bounded(&what.path),
            source: address.to_string(),
            status: entry.status,
            refusal: Some(AuditRefusal {
                code: entry.wire.to_owned(),
                reason: shown.name().to_owned(),
                message: envelope::with_detail(shown, &detail).into_owned(),
                found: what.found.clone(),
                ..AuditRefusal::default()
            }),
            ..AuditRecord::blank(id, at, AuditKind::Refusal)
        };
        self.keep(Sender::Stranger(Source::of(address)), record, now);
    }

    fn keep(&self, sender: Sender, record: AuditRecord, now: Duration) {
        let mut bounds = self.bounds.lock();
        for record in bounds.over(now).into_iter().chain(bounds.admit(sender, record)) {
            self.writer.record(record);
        }
    }

    /// Waits, for a while, until what was noted before this can be read.
    pub(crate) async fn settled(&self, now: Duration) {
        let over = self.bounds.lock().over(now);
        for record in over {
            self.writer.record(record);
        }
        // A database that is slow shows the newest records a moment later.
        let _ = tokio::time::timeout(SETTLE_WAIT, self.writer.settled()).await;
    }

    /// Hands over what was only counted so far: the server stops.
    pub(crate) fn finish(&self) {
        let all = self.bounds.lock().all();
        for record in all {
            self.writer.record(record);
        }
    }
}
