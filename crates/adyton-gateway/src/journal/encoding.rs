//! A record as bytes: a fixed part that is filtered without decoding, then the texts.
//!
//! Written by hand, because it is on the way of every request: encoding costs some 150 ns and takes no memory, where JSON
//! costs ten times that and three times the space; the internally tagged [`Evidence`] fits no compact serde format. Only
//! the evidence, which successful calls do not have, is JSON.
//!
//! ```text
//!   0 version u8 │ 1 present u8 │ 2 door u8 │ 3 answered by u8 │ 4 step u8 │ 5 zero u8 │ 6 status u16
//!   8 id 16 │ 24 at i64 │ 32 request bytes u64 │ 40 response bytes u64 │ 48 took u64 │ 56 model u64
//!  64 project 16 │ 80 service 16 │ 96 api 16 │ 112 model 16 │ 128 instance 16                   (144 in all)
//! 144 texts, each with its length as u16: source, method, host, path, query, stage, caller's way, id, name,
//!     user agent, sub-code, evidence                             little-endian; ids big-endian, so they sort
//! ```
//!
//! What must hold: decoding gives `None` on any damage, and never panics; a later version only appends texts.

use adyton_core::catalogue::Reason;
use adyton_core::clock::Timestamp;
use adyton_core::evidence::{EVIDENCE_MAX, Evidence};
use adyton_core::id::{ApiId, InstanceId, ModelId, ProjectId, RequestId, ServiceId};
use adyton_core::journal::Filter;
use adyton_core::record::{AnsweredBy, CallerSeen, Door, Record, Step};

use super::bounds;

/// The length of the fixed part.
pub(super) const FIXED: usize = 144;
const VERSION: u8 = 1;

const PROJECT: u8 = 1;
const SERVICE: u8 = 2;
const API: u8 = 4;
const MODEL: u8 = 8;
const INSTANCE: u8 = 16;
const CALLER: u8 = 32;
const STAGE: u8 = 64;

const STEPS: [Step; 9] = [
    Step::Route,
    Step::Admit,
    Step::Authenticate,
    Step::Authorise,
    Step::Throttle,
    Step::Limit,
    Step::Dispatch,
    Step::Respond,
    Step::Manage,
];

/// Appends `record`.
pub(super) fn encode(record: &Record, to: &mut Vec<u8>) {
    let mut fixed = [0u8; FIXED];
    let mut present = 0;
    let mut id = |at: usize, flag: u8, bits: Option<u128>, fixed: &mut [u8; FIXED]| {
        if let Some(bits) = bits {
            present |= flag;
            fixed[at..at + 16].copy_from_slice(&bits.to_be_bytes());
        }
    };
    id(64, PROJECT, record.project.map(ProjectId::bits), &mut fixed);
    id(80, SERVICE, record.service.map(ServiceId::bits), &mut fixed);
    id(96, API, record.api.map(ApiId::bits), &mut fixed);
    id(112, MODEL, record.model.map(ModelId::bits), &mut fixed);
    id(128, INSTANCE, record.instance.map(InstanceId::bits), &mut fixed);
    present |= if record.caller.is_some() { CALLER } else { 0 };
    present |= if record.stage.is_some() { STAGE } else { 0 };
    fixed[0] = VERSION;
    fixed[1] = present;
    fixed[2] = match record.door {
        Door::Address => 0,
        Door::PredictionTab => 1,
    };
    fixed[3] = match record.answered_by {
        AnsweredBy::Gateway => 0,
        AnsweredBy::Model => 1,
    };
    fixed[4] = step_number(record.step);
    fixed[6..8].copy_from_slice(&record.status.to_le_bytes());
    fixed[8..24].copy_from_slice(&record.id.bits().to_be_bytes());
    fixed[24..32].copy_from_slice(&record.at.micros().to_le_bytes());
    fixed[32..40].copy_from_slice(&record.request_bytes.to_le_bytes());
    fixed[40..48].copy_from_slice(&record.response_bytes.to_le_bytes());
    fixed[48..56].copy_from_slice(&record.took_us.to_le_bytes());
    fixed[56..64].copy_from_slice(&record.model_us.to_le_bytes());
    to.extend_from_slice(&fixed);
    let (way, caller, name) = match &record.caller {
        Some(seen) => (&*seen.way, &*seen.id, &*seen.name),
        None => ("", "", ""),
    };
    for text in [
        &record.source,
        &record.method,
        &record.host,
        &record.path,
        &record.query,
        record.stage.as_deref().unwrap_or_default(),
        way,
        caller,
        name,
        &record.user_agent,
        record.reason.map(Reason::sub_code).unwrap_or_default(),
    ] {
        put(text.as_bytes(), to);
    }
    put_evidence(&record.evidence, to);
}

const fn step_number(step: Step) -> u8 {
    match step {
        Step::Route => 0,
        Step::Admit => 1,
        Step::Authenticate => 2,
        Step::Authorise => 3,
        Step::Throttle => 4,
        Step::Limit => 5,
        Step::Dispatch => 6,
        Step::Respond => 7,
        Step::Manage => 8,
    }
}

/// Texts are bounded far below 64 KiB (`bounds.rs`); a longer one is left out rather than mixed up with the next.
fn put(text: &[u8], to: &mut Vec<u8>) {
    let (length, text) = match u16::try_from(text.len()) {
        Ok(length) => (length, text),
        Err(_) => (0, &[][..]),
    };
    to.extend_from_slice(&length.to_le_bytes());
    to.extend_from_slice(text);
}

fn put_evidence(evidence: &Evidence, to: &mut Vec<u8>) {
    if matches!(evidence, Evidence::None) {
        return put(&[], to);
    }
    let mut json = serde_json::to_vec(evidence).unwrap_or_default();
    let mut most = EVIDENCE_MAX;
    // JSON may need more bytes than the texts have (escapes): cut until it fits.
    while json.len() > EVIDENCE_MAX && most > 0 {
        most /= 2;
        let mut shorter = evidence.clone();
        bounds::keep_evidence(&mut shorter, most);
        json = serde_json::to_vec(&shorter).unwrap_or_default();
    }
    put(&json, to);
}

/// The fixed part of a payload: what can be asked without decoding it.
pub(super) struct Glance<'a>(&'a [u8; FIXED]);

impl<'a> Glance<'a> {
    /// Looks at a payload; `None` if it is too short or of a version that is not ours.
    pub(super) fn at(payload: &'a [u8]) -> Option<Self> {
        let fixed = payload.first_chunk::<FIXED>()?;
        (fixed[0] == VERSION).then_some(Self(fixed))
    }
    /// The request's id.
    pub(super) fn id(&self) -> RequestId {
        RequestId::from_bits(u128::from_be_bytes(self.array(8)))
    }
    /// Whether `filter` can admit the record. Texts are not looked at: what passes here is decoded and asked again.
    pub(super) fn may_pass(&self, filter: &Filter) -> bool {
        let has = |at, flag, wanted: Option<u128>| {
            wanted.is_none_or(|wanted| self.number(at, flag) == Some(wanted))
        };
        let project = match (filter.project, self.number(64, PROJECT)) {
            (None, _) => true,
            (Some(_), None) => filter.with_unmatched,
            (Some(wanted), Some(found)) => wanted.bits() == found,
        };
        let at = Timestamp::from_micros(i64::from_le_bytes(self.array(24)));
        project
            && has(80, SERVICE, filter.service.map(ServiceId::bits))
            && has(96, API, filter.api.map(ApiId::bits))
            && filter
                .status
                .is_none_or(|status| status == u16::from_le_bytes(self.array(6)))
            && filter.step.is_none_or(|step| step_number(step) == self.0[4])
            && filter.from.is_none_or(|from| at >= from)
            && filter.until.is_none_or(|until| at < until)
    }
    fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        let mut bytes = [0; N];
        bytes.copy_from_slice(&self.0[at..at + N]);
        bytes
    }
    fn count(&self, at: usize) -> u64 {
        u64::from_le_bytes(self.array(at))
    }
    fn number(&self, at: usize, flag: u8) -> Option<u128> {
        (self.0[1] & flag != 0).then(|| u128::from_be_bytes(self.array(at)))
    }
}

/// The record in `payload`; `None` if it is damaged. A sub-code that is no longer known gives no reason.
pub(super) fn decode(payload: &[u8]) -> Option<Record> {
    let glance = Glance::at(payload)?;
    let mut texts = Texts(&payload[FIXED..]);
    let (source, method, host) = (texts.next()?, texts.next()?, texts.next()?);
    let (path, query, stage) = (texts.next()?, texts.next()?, texts.next()?);
    let (way, id, name) = (texts.next()?, texts.next()?, texts.next()?);
    let (user_agent, sub_code) = (texts.next()?, texts.next()?);
    let evidence = texts.next()?;
    let fixed = glance.0;
    Some(Record {
        id: glance.id(),
        at: Timestamp::from_micros(i64::from_le_bytes(glance.array(24))),
        door: match fixed[2] {
            0 => Door::Address,
            _ => Door::PredictionTab,
        },
        source,
        method,
        host,
        path,
        query,
        stage: (fixed[1] & STAGE != 0).then_some(stage),
        project: glance.number(64, PROJECT).map(ProjectId::from_bits),
        service: glance.number(80, SERVICE).map(ServiceId::from_bits),
        api: glance.number(96, API).map(ApiId::from_bits),
        model: glance.number(112, MODEL).map(ModelId::from_bits),
        instance: glance.number(128, INSTANCE).map(InstanceId::from_bits),
        caller: (fixed[1] & CALLER != 0).then_some(CallerSeen { way, id, name }),
        status: u16::from_le_bytes(glance.array(6)),
        reason: Reason::parse(&sub_code),
        step: *STEPS.get(usize::from(fixed[4]))?,
        answered_by: match fixed[3] {
            0 => AnsweredBy::Gateway,
            _ => AnsweredBy::Model,
        },
        request_bytes: glance.count(32),
        response_bytes: glance.count(40),
        took_us: glance.count(48),
        model_us: glance.count(56),
        user_agent,
        evidence: match evidence.as_str() {
            "" => Evidence::None,
            json => serde_json::from_str(json).unwrap_or_default(),
        },
    })
}

/// Takes one text after the other.
struct Texts<'a>(&'a [u8]);

impl Texts<'_> {
    fn next(&mut self) -> Option<String> {
        let (length, rest) = self.0.split_first_chunk::<2>()?;
        let (text, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
        self.0 = rest;
        Some(std::str::from_utf8(text).ok()?.to_owned())
    }
}
