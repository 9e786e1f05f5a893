//! Whole records as bytes: those that were not made on the way of a request, and summaries.

use adyton_core::record::Record;

use super::entry::{Closing, Entry, Opening, put_whole};
use super::{PRESENT_AT, SUMMARY};
use crate::journal::frame;

/// Writes a whole record: for those that were not made here. Every field is named, so that none is forgotten here.
pub(in crate::journal) fn encode(bytes: Vec<u8>, record: &Record) -> Vec<u8> {
    let Record {
        id,
        at,
        door,
        source,
        method,
        host,
        path,
        query,
        stage,
        project,
        service,
        api,
        model,
        instance,
        caller,
        status,
        reason,
        step,
        answered_by,
        request_bytes,
        response_bytes,
        took_us,
        model_us,
        head_us,
        body_us,
        user_agent,
        evidence,
    } = record;
    let opening = Opening {
        id: *id,
        at: *at,
        door: *door,
        source,
        method,
        host: host.as_bytes(),
        path,
        query,
        stage: stage.as_deref().map(str::as_bytes),
        user_agent: user_agent.as_bytes(),
    };
    Entry::open(bytes, &opening).close(&Closing {
        project: *project,
        service: *service,
        api: *api,
        chosen: model.zip(*instance),
        caller: caller.as_ref().map(|seen| (&*seen.way, &*seen.id, &*seen.name)),
        status: *status,
        reason: *reason,
        step: *step,
        answered_by: *answered_by,
        request_bytes: *request_bytes,
        response_bytes: *response_bytes,
        took_us: *took_us,
        model_us: *model_us,
        steps_us: head_us.map(|head| (head, *body_us)),
        evidence,
    })
}

/// Writes the summary of records that were left out: `record` is the first of them, `ids` names all ([`super::left_out`]).
pub(in crate::journal) fn summary(record: &Record, ids: &[u8]) -> Vec<u8> {
    // The ids come where times would.
    let without_times = Record {
        head_us: None,
        ..record.clone()
    };
    let mut bytes = encode(Vec::new(), &without_times);
    if let Some(present) = bytes.get_mut(frame::HEAD + PRESENT_AT) {
        *present |= SUMMARY;
    }
    put_whole(&mut bytes, ids);
    frame::declare(&mut bytes);
    bytes
}
