//! Bounds on the texts of a record, so that no request can make a ring, a segment or the memory grow without end.
//!
//! The encoding keeps to them. Cutting is at a character, and costs nothing when there is nothing to cut. A variant added to [`Evidence`] does not compile until its texts are listed here.

use adyton_core::evidence::{Evidence, SignatureEvidence};
use adyton_core::fact::Fact;

/// Every other text of the record, in bytes.
pub(super) const TEXT_MAX: usize = 256;
/// Entries of a list in the evidence.
const LIST_MAX: usize = 64;

/// Cuts the lists of `evidence`, and its longest texts until all together are at most `most` bytes.
pub(super) fn keep_evidence(evidence: &mut Evidence, most: usize) {
    shorten_lists(evidence);
    let mut total = 0;
    each_text(evidence, &mut |text| total += text.len());
    let mut longest = most;
    while total > most && longest > 0 {
        longest /= 2;
        total = 0;
        each_text(evidence, &mut |text| {
            cut(text, longest);
            total += text.len();
        });
    }
}

fn cut(text: &mut String, most: usize) {
    if text.len() > most {
        text.truncate(text.floor_char_boundary(most));
        text.shrink_to_fit();
    }
}

fn shorten_lists(evidence: &mut Evidence) {
    match evidence {
        Evidence::Token { facts, .. } => facts.truncate(LIST_MAX),
        Evidence::Signature(signature) => signature.facts.truncate(LIST_MAX),
        Evidence::Credentials {
            sent,
            accepted,
            facts,
            note: _,
            holder: _,
        } => {
            facts.truncate(LIST_MAX);
            sent.truncate(LIST_MAX);
            accepted.truncate(LIST_MAX);
        }
        Evidence::Access { roles, .. } => roles.truncate(LIST_MAX),
        Evidence::Dropped { headers, fields, .. } => {
            headers.truncate(LIST_MAX);
            fields.truncate(LIST_MAX);
        }
        Evidence::None
        | Evidence::Route { .. }
        | Evidence::Size { .. }
        | Evidence::Throttle { .. }
        | Evidence::Service { .. }
        | Evidence::Restarting { .. }
        | Evidence::Instance { .. }
        | Evidence::LeftOut { .. }
        | Evidence::Request { .. } => {}
    }
}

/// Shows `visit` every text, those of its facts first.
fn each_text(evidence: &mut Evidence, visit: &mut dyn FnMut(&mut String)) {
    if let Some(facts) = evidence.facts_mut() {
        facts.iter_mut().flat_map(Fact::texts).for_each(&mut *visit);
    }
    each_own_text(evidence, visit);
}

/// Shows `visit` every text but those of facts. All fields are named, so that a new one is not forgotten.
fn each_own_text(evidence: &mut Evidence, visit: &mut dyn FnMut(&mut String)) {
    match evidence {
        Evidence::None => {}
        Evidence::Route {
            service: _,
            path,
            method,
            stage,
            is_stage_repeated: _,
            holder: _,
        } => [path, method, stage].into_iter().for_each(visit),
        Evidence::Size {
            what,
            limit: _,
            declared: _,
            measured: _,
            setting,
        } => what.sent_text().into_iter().chain([setting]).for_each(visit),
        Evidence::Token {
            key_id,
            length: _,
            issued_at: _,
            expires_at: _,
            server_time: _,
            facts: _,
            note,
            holder: _,
        } => {
            key_id.iter_mut().chain([note]).for_each(visit);
        }
        Evidence::Signature(signature) => each_signature_text(signature, visit),
        Evidence::Credentials {
            sent,
            accepted,
            facts: _,
            note,
            holder: _,
        } => {
            sent.iter_mut().chain(accepted).chain([note]).for_each(visit);
        }
        Evidence::Access {
            way,
            caller,
            caller_project: _,
            target_project: _,
            action,
            roles,
            holder: _,
        } => {
            let texts = roles.iter_mut().chain([way, caller]);
            texts.chain(action.action()).for_each(visit);
        }
        Evidence::Throttle { .. }
        | Evidence::Service { .. }
        | Evidence::Restarting { .. }
        | Evidence::Instance { .. }
        | Evidence::Dropped { .. }
        | Evidence::LeftOut { .. } => each_text_of_serving(evidence, visit),
        Evidence::Request { facts: _, problem } => {
            visit(problem);
        }
    }
}

/// The part of [`each_own_text`] about what was to answer.
fn each_text_of_serving(evidence: &mut Evidence, visit: &mut dyn FnMut(&mut String)) {
    match evidence {
        Evidence::Throttle {
            scope,
            limit: _,
            interval_seconds: _,
            retry_after_ms: _,
            setting,
        } => scope
            .unknown()
            .into_iter()
            .chain(setting.unknown())
            .for_each(visit),
        Evidence::Service {
            service: _,
            status,
            facts: _,
            note,
        } => {
            [status, note].into_iter().for_each(visit);
        }
        Evidence::Restarting {
            service: _,
            instance: _,
            since: _,
            restarts: _,
            last_end,
            next_start: _,
            server_time: _,
        } => visit(last_end),
        Evidence::Instance {
            instance: _,
            address,
            after_ms: _,
            attempts: _,
            facts: _,
            error,
        } => {
            [address, error].into_iter().for_each(visit);
        }
        Evidence::Dropped { headers, fields, .. } => headers.iter_mut().chain(fields).for_each(visit),
        Evidence::LeftOut {
            source,
            count: _,
            limit: _,
            until: _,
            setting,
        } => [source, setting].into_iter().for_each(visit),
        Evidence::None
        | Evidence::Route { .. }
        | Evidence::Size { .. }
        | Evidence::Token { .. }
        | Evidence::Signature(_)
        | Evidence::Credentials { .. }
        | Evidence::Access { .. }
        | Evidence::Request { .. } => {}
    }
}

fn each_signature_text(signature: &mut SignatureEvidence, visit: &mut dyn FnMut(&mut String)) {
    let SignatureEvidence {
        key,
        algorithm,
        signed_headers,
        date,
        server_time: _,
        declared_digest,
        body_digest: _,
        canonical_request,
        string_to_sign,
        mistake,
        advice,
        facts: _,
        note,
    } = signature;
    let sure = [key, algorithm, signed_headers, note];
    let perhaps = [
        date,
        declared_digest,
        canonical_request,
        string_to_sign,
        mistake,
        advice,
    ];
    sure.into_iter()
        .chain(perhaps.into_iter().flatten())
        .for_each(visit);
}

#[cfg(test)]
mod tests {
    use adyton_core::clock::Timestamp;
    use adyton_core::measured::Measured;
    use adyton_core::requested::Requested;
    use adyton_core::sample;
    use adyton_core::throttled::{ThrottleScope, ThrottleSetting};

    use super::*;

    /// Every kind of evidence with all its texts as long as whoever sent them likes.
    fn all(long: &dyn Fn() -> String) -> Vec<Evidence> {
        let (at, many) = (Timestamp::default(), || vec![long(); 200]);
        let fact = || {
            let mut fact = Fact::ContentCodingUnknown { sent: String::new() };
            fact.texts().into_iter().for_each(|text| *text = long());
            vec![fact; 200]
        };
        vec![
            Evidence::None,
            Evidence::Route {
                service: None,
                path: long(),
                method: long(),
                stage: long(),
                is_stage_repeated: true,
                holder: None,
            },
            Evidence::Size {
                what: Measured::Header(long()),
                limit: 1,
                declared: None,
                measured: None,
                setting: long(),
            },
            Evidence::Token {
                key_id: Some(long()),
                length: 1,
                issued_at: None,
                expires_at: None,
                server_time: at,
                facts: fact(),
                note: long(),
                holder: None,
            },
            Evidence::Signature(Box::new(SignatureEvidence {
                key: long(),
                algorithm: long(),
                signed_headers: long(),
                date: Some(long()),
                declared_digest: Some(long()),
                canonical_request: Some(long()),
                string_to_sign: Some(long()),
                mistake: Some(long()),
                advice: Some(long()),
                facts: fact(),
                note: long(),
                ..SignatureEvidence::default()
            })),
            Evidence::Credentials {
                sent: many(),
                accepted: many(),
                facts: fact(),
                note: long(),
                holder: None,
            },
            Evidence::Access {
                way: long(),
                caller: long(),
                caller_project: None,
                target_project: None,
                action: Requested::Action(long()),
                roles: many(),
                holder: None,
            },
            Evidence::Throttle {
                scope: ThrottleScope::Other(long()),
                limit: 1,
                interval_seconds: 1,
                retry_after_ms: 1,
                setting: ThrottleSetting::Other(long()),
            },
            Evidence::Service {
                service: sample::SERVICE,
                status: long(),
                facts: fact(),
                note: long(),
            },
            Evidence::Restarting {
                service: sample::SERVICE,
                instance: sample::INSTANCE,
                since: at,
                restarts: 1,
                last_end: long(),
                next_start: at,
                server_time: at,
            },
            Evidence::Instance {
                instance: None,
                address: long(),
                after_ms: 1,
                attempts: 1,
                facts: fact(),
                error: long(),
            },
            Evidence::Dropped {
                headers: many(),
                fields: many(),
                is_query_unread: true,
            },
            Evidence::LeftOut {
                source: long(),
                count: 1,
                limit: 1,
                until: at,
                setting: long(),
            },
            Evidence::Request {
                facts: fact(),
                problem: long(),
            },
        ]
    }

    fn length(evidence: &mut Evidence) -> usize {
        let mut total = 0;
        each_text(evidence, &mut |text| total += text.len());
        total
    }

    #[test]
    fn no_evidence_is_longer_than_its_bound_whatever_was_sent() {
        for mut evidence in all(&|| "ü".repeat(50_000)) {
            let kind = format!("{:.60?}", evidence);
            keep_evidence(&mut evidence, 4096);
            assert!(length(&mut evidence) <= 4096, "{kind}");
            // What goes into the journal is no longer than the texts and what names the fields.
            let bytes = serde_json::to_vec(&evidence).expect("JSON").len();
            assert!(bytes < 4096 + 16 * 1024, "{kind}: {bytes} bytes");
        }
    }

    #[test]
    fn what_is_short_is_kept_as_it_is() {
        for mut evidence in all(&|| "ü".to_owned()).into_iter().filter(|evidence| {
            // Their lists are longer than what is kept of a list.
            !matches!(
                evidence,
                Evidence::Credentials { .. } | Evidence::Access { .. } | Evidence::Dropped { .. }
            ) && evidence.facts().is_empty()
        }) {
            let before = evidence.clone();
            keep_evidence(&mut evidence, 4096);
            assert_eq!(evidence, before);
        }
    }
}
