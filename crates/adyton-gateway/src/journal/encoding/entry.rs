//! A record in the making, already in the form in which it is kept.
//!
//! The worker opens it when a head has arrived and closes it when the answer is complete. Its bytes lie in a buffer that is
//! used again ([`Recorder`](crate::journal::Recorder)), so neither end allocates.

use adyton_core::catalogue::Reason;
use adyton_core::clock::Timestamp;
use adyton_core::evidence::{EVIDENCE_MAX, Evidence};
use adyton_core::id::{ApiId, InstanceId, ModelId, ProjectId, RequestId, ServiceId};
use adyton_core::record::{ADDRESS_MAX, AnsweredBy, Door, STRANGER_ADDRESS_MAX, Step};

use super::{
    ANSWERED_BY_AT, API, API_AT, CALLER, DOOR_AT, FIXED, ID_AT, INSTANCE, INSTANCE_AT, MODEL, MODEL_AT,
    MODEL_TIME_AT, NO_TIME, PRESENT_AT, PROJECT, PROJECT_AT, REQUEST_BYTES_AT, RESPONSE_BYTES_AT, SERVICE,
    SERVICE_AT, STAGE, STATUS_AT, STEP_AT, TIME, TIME_AT, TOOK_AT, VERSION,
};
use crate::journal::bounds::{TEXT_MAX, keep_evidence};
use crate::journal::frame;

/// What is known when a head has arrived. Texts are bytes, as they were sent.
#[derive(Clone, Copy, Debug)]
pub struct Opening<'a> {
    /// The request id.
    pub id: RequestId,
    /// When the head had arrived.
    pub at: Timestamp,
    /// The way it came in.
    pub door: Door,
    /// The caller's address.
    pub source: &'a str,
    /// The method.
    pub method: &'a str,
    /// `Host`.
    pub host: &'a [u8],
    /// The path.
    pub path: &'a str,
    /// The query; whoever opens the entry has hidden what is to be hidden.
    pub query: &'a str,
    /// `X-Stage`.
    pub stage: Option<&'a [u8]>,
    /// `User-Agent`.
    pub user_agent: &'a [u8],
}

/// What is known when the answer is complete.
#[derive(Clone, Copy, Debug)]
pub struct Closing<'a> {
    /// The project of the service.
    pub project: Option<ProjectId>,
    /// The service, when one matched.
    pub service: Option<ServiceId>,
    /// Its API.
    pub api: Option<ApiId>,
    /// The model version and the instance that were chosen.
    pub chosen: Option<(ModelId, InstanceId)>,
    /// Who called: the way, the id, the name.
    pub caller: Option<(&'a str, &'a str, &'a str)>,
    /// The status of the answer.
    pub status: u16,
    /// Why it was refused.
    pub reason: Option<Reason>,
    /// The step that decided.
    pub step: Step,
    /// Who answered.
    pub answered_by: AnsweredBy,
    /// Bytes of the request's body that were read.
    pub request_bytes: u64,
    /// Bytes of the answer's body.
    pub response_bytes: u64,
    /// Microseconds from head to answer.
    pub took_us: u64,
    /// Of these, microseconds spent waiting for the model.
    pub model_us: u64,
    /// Microseconds until the steps that the head decides had passed it, and from there until those of the body had.
    pub steps_us: Option<(u64, Option<u64>)>,
    /// What was compared with what.
    pub evidence: &'a Evidence,
}

impl Closing<'_> {
    /// Whether the request matched nothing, or nobody was proven to have sent it.
    pub(in crate::journal) fn is_of_stranger(&self) -> bool {
        self.project.is_none() || self.caller.is_none()
    }
}

/// A record in the making: room for a frame's head, then the payload.
#[derive(Debug)]
pub struct Entry {
    bytes: Vec<u8>,
}

impl Entry {
    /// Opens an entry in a buffer that was used before.
    pub(in crate::journal) fn open(mut bytes: Vec<u8>, opening: &Opening<'_>) -> Self {
        bytes.clear();
        bytes.reserve(512);
        let mut head = [0u8; frame::HEAD + FIXED];
        let fixed = &mut head[frame::HEAD..];
        fixed[0] = VERSION;
        fixed[PRESENT_AT] = if opening.stage.is_some() { STAGE } else { 0 };
        fixed[DOOR_AT] = opening.door.number();
        fixed[ID_AT..ID_AT + 16].copy_from_slice(&opening.id.bits().to_be_bytes());
        fixed[TIME_AT..TIME_AT + 8].copy_from_slice(&opening.at.micros().to_le_bytes());
        bytes.extend_from_slice(&head);
        put(&mut bytes, opening.source, TEXT_MAX);
        put(&mut bytes, opening.method, TEXT_MAX);
        put_bytes(&mut bytes, opening.host, TEXT_MAX);
        put(&mut bytes, opening.path, ADDRESS_MAX);
        put(&mut bytes, opening.query, ADDRESS_MAX);
        put_bytes(&mut bytes, opening.stage.unwrap_or_default(), TEXT_MAX);
        put_bytes(&mut bytes, opening.user_agent, TEXT_MAX);
        Self { bytes }
    }

    /// Completes it: a whole frame but for its checksum, which the writer adds.
    pub(in crate::journal) fn close(self, closing: &Closing<'_>) -> Vec<u8> {
        let Self { mut bytes } = self;
        let is_refused_stranger = closing.reason.is_some() && closing.is_of_stranger();
        if is_refused_stranger {
            shorten_address(&mut bytes);
        }
        let (way, id, name) = closing.caller.unwrap_or_default();
        put(&mut bytes, way, TEXT_MAX);
        put(&mut bytes, id, TEXT_MAX);
        put(&mut bytes, name, TEXT_MAX);
        put(
            &mut bytes,
            closing.reason.map(Reason::sub_code).unwrap_or_default(),
            TEXT_MAX,
        );
        if let Evidence::Route { path, .. } = closing.evidence
            && is_refused_stranger
            && path.len() > STRANGER_ADDRESS_MAX
        {
            let mut shorter = closing.evidence.clone();
            keep_evidence(&mut shorter, STRANGER_ADDRESS_MAX);
            put_evidence(&mut bytes, &shorter);
        } else {
            put_evidence(&mut bytes, closing.evidence);
        }
        if let Some((head, body)) = closing.steps_us {
            let mut times = [0; 2 * TIME];
            times[..TIME].copy_from_slice(&head.to_le_bytes());
            times[TIME..].copy_from_slice(&body.unwrap_or(NO_TIME).to_le_bytes());
            put_whole(&mut bytes, &times);
        }
        if let Some(fixed) = bytes.get_mut(frame::HEAD..frame::HEAD + FIXED) {
            fill(fixed, closing);
        }
        frame::declare(&mut bytes);
        bytes
    }
}

/// Cuts path and query, as the opening wrote them, to what is kept of a refused stranger's.
fn shorten_address(bytes: &mut Vec<u8>) {
    // Source, method and host come before them.
    let mut at = frame::HEAD + FIXED;
    for _ in 0..3 {
        at += 2 + length_at(bytes, at);
    }
    let mut left = STRANGER_ADDRESS_MAX;
    for _ in 0..2 {
        let length = length_at(bytes, at);
        let start = at + 2;
        let kept = match bytes.get(start..start + length).map(str::from_utf8) {
            Some(Ok(text)) => text.floor_char_boundary(left),
            Some(Err(_)) | None => return,
        };
        if kept < length {
            bytes.drain(start + kept..start + length);
            // No longer than before, so it fits.
            bytes[at..start].copy_from_slice(&(kept as u16).to_le_bytes());
        }
        left -= kept;
        at = start + kept;
    }
}

/// The length of the text that begins at `at`.
fn length_at(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at..at + 2) {
        Some(&[low, high]) => usize::from(u16::from_le_bytes([low, high])),
        Some(_) | None => 0,
    }
}

fn fill(fixed: &mut [u8], closing: &Closing<'_>) {
    let mut id = |at: usize, flag: u8, bits: Option<u128>| {
        if let Some(bits) = bits {
            fixed[PRESENT_AT] |= flag;
            fixed[at..at + 16].copy_from_slice(&bits.to_be_bytes());
        }
    };
    id(PROJECT_AT, PROJECT, closing.project.map(ProjectId::bits));
    id(SERVICE_AT, SERVICE, closing.service.map(ServiceId::bits));
    id(API_AT, API, closing.api.map(ApiId::bits));
    id(MODEL_AT, MODEL, closing.chosen.map(|(model, _)| model.bits()));
    id(
        INSTANCE_AT,
        INSTANCE,
        closing.chosen.map(|(_, instance)| instance.bits()),
    );
    if closing.caller.is_some() {
        fixed[PRESENT_AT] |= CALLER;
    }
    fixed[ANSWERED_BY_AT] = closing.answered_by.number();
    fixed[STEP_AT] = closing.step.number();
    fixed[STATUS_AT..STATUS_AT + 2].copy_from_slice(&closing.status.to_le_bytes());
    for (at, count) in [
        (REQUEST_BYTES_AT, closing.request_bytes),
        (RESPONSE_BYTES_AT, closing.response_bytes),
        (TOOK_AT, closing.took_us),
        (MODEL_TIME_AT, closing.model_us),
    ] {
        fixed[at..at + 8].copy_from_slice(&count.to_le_bytes());
    }
}

/// Appends a text, cut to its bound between two characters.
fn put(to: &mut Vec<u8>, text: &str, most: usize) {
    put_whole(to, &text.as_bytes()[..text.floor_char_boundary(most)]);
}

/// Appends what was sent as bytes; what is not UTF-8 is replaced.
fn put_bytes(to: &mut Vec<u8>, bytes: &[u8], most: usize) {
    match str::from_utf8(bytes) {
        Ok(text) => put(to, text, most),
        Err(_) => put(to, &String::from_utf8_lossy(bytes), most),
    }
}

/// Texts are bounded far below 64 KiB; a longer one would be left out rather than mixed up with the next.
pub(super) fn put_whole(to: &mut Vec<u8>, text: &[u8]) {
    let (length, text) = match u16::try_from(text.len()) {
        Ok(length) => (length, text),
        Err(_) => (0, &[][..]),
    };
    to.extend_from_slice(&length.to_le_bytes());
    to.extend_from_slice(text);
}

fn put_evidence(to: &mut Vec<u8>, evidence: &Evidence) {
    if matches!(evidence, Evidence::None) {
        return put_whole(to, &[]);
    }
    let json = |evidence: &Evidence| serde_json::to_vec(evidence).unwrap_or_default();
    let mut most = EVIDENCE_MAX;
    let mut text = json(evidence);
    // JSON may need more bytes than the texts have (escapes): cut until it fits.
    while text.len() > EVIDENCE_MAX && most > 0 {
        let mut shorter = evidence.clone();
        keep_evidence(&mut shorter, most);
        text = json(&shorter);
        most /= 2;
    }
    put_whole(to, &text);
}
