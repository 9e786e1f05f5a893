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
        Evidence::Dropped { headers } => headers.truncate(LIST_MAX),
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
        Evidence::Dropped { headers } => headers.iter_mut().for_each(visit),
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
