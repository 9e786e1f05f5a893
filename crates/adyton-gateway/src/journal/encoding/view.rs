//! Reading a record: a glance at what is fixed, or the whole without copying its texts.

use adyton_core::catalogue::Reason;
use adyton_core::clock::Timestamp;
use adyton_core::evidence::Evidence;
use adyton_core::id::{ApiId, InstanceId, ModelId, ProjectId, RequestId, ServiceId};
use adyton_core::journal::Filter;
use adyton_core::record::{AnsweredBy, CallerSeen, Door, Record, Step};

use super::{
    ANSWERED_BY_AT, API, API_AT, CALLER, DOOR_AT, FIXED, ID_AT, INSTANCE, INSTANCE_AT, MODEL, MODEL_AT,
    MODEL_TIME_AT, NO_TIME, PRESENT_AT, PROJECT, PROJECT_AT, REQUEST_BYTES_AT, RESPONSE_BYTES_AT, SERVICE,
    SERVICE_AT, STAGE, STATUS_AT, STEP_AT, SUMMARY, TIME, TIME_AT, TOOK_AT, VERSION, left_out,
};
use crate::journal::span::Arrivals;

/// The fixed part of a payload: what can be asked without decoding it.
#[derive(Clone, Copy)]
pub(in crate::journal) struct FixedPart<'a>(&'a [u8; FIXED]);

impl<'a> FixedPart<'a> {
    /// Looks at a payload; `None` if it is too short or of a version that is not ours.
    pub(in crate::journal) fn at(payload: &'a [u8]) -> Option<Self> {
        let fixed = payload.first_chunk::<FIXED>()?;
        (fixed[0] == VERSION).then_some(Self(fixed))
    }
    /// The request's id.
    pub(in crate::journal) fn id(&self) -> RequestId {
        RequestId::from_bits(u128::from_be_bytes(self.array(ID_AT)))
    }
    /// When the head had arrived.
    pub(in crate::journal) fn at_time(&self) -> Timestamp {
        Timestamp::from_micros(i64::from_le_bytes(self.array(TIME_AT)))
    }
    /// The way it came in; `None` for one that is not known here.
    pub(in crate::journal) fn door(&self) -> Option<Door> {
        Door::numbered(self.0[DOOR_AT])
    }
    /// Who answered; `None` for one that is not known here.
    pub(in crate::journal) fn answered_by(&self) -> Option<AnsweredBy> {
        AnsweredBy::numbered(self.0[ANSWERED_BY_AT])
    }
    /// The step that decided; `None` for one that is not known here.
    pub(in crate::journal) fn step(&self) -> Option<Step> {
        Step::numbered(self.0[STEP_AT])
    }
    /// The status.
    pub(in crate::journal) fn status(&self) -> u16 {
        u16::from_le_bytes(self.array(STATUS_AT))
    }
    /// The project of the service.
    pub(in crate::journal) fn project(&self) -> Option<ProjectId> {
        self.number(PROJECT_AT, PROJECT).map(ProjectId::from_bits)
    }
    /// The service.
    pub(in crate::journal) fn service(&self) -> Option<ServiceId> {
        self.number(SERVICE_AT, SERVICE).map(ServiceId::from_bits)
    }
    /// Its API.
    pub(in crate::journal) fn api(&self) -> Option<ApiId> {
        self.number(API_AT, API).map(ApiId::from_bits)
    }
    /// The model version.
    pub(in crate::journal) fn model(&self) -> Option<ModelId> {
        self.number(MODEL_AT, MODEL).map(ModelId::from_bits)
    }
    /// The instance.
    pub(in crate::journal) fn instance(&self) -> Option<InstanceId> {
        self.number(INSTANCE_AT, INSTANCE).map(InstanceId::from_bits)
    }
    /// Bytes of the request's body.
    pub(in crate::journal) fn request_bytes(&self) -> u64 {
        self.count(REQUEST_BYTES_AT)
    }
    /// Bytes of the answer's body.
    pub(in crate::journal) fn response_bytes(&self) -> u64 {
        self.count(RESPONSE_BYTES_AT)
    }
    /// Microseconds from head to answer.
    pub(in crate::journal) fn took_us(&self) -> u64 {
        self.count(TOOK_AT)
    }
    /// Of these, microseconds spent waiting for the model.
    pub(in crate::journal) fn model_us(&self) -> u64 {
        self.count(MODEL_TIME_AT)
    }
    /// Whether it stands for records that were left out.
    pub(in crate::journal) fn is_summary(&self) -> bool {
        self.has(SUMMARY)
    }
    /// Whether `filter` can admit the record. Texts are not looked at: what passes here is decoded and asked again.
    pub(in crate::journal) fn may_pass(&self, filter: &Filter) -> bool {
        let project = match (filter.project, self.project()) {
            (None, _) => true,
            (Some(_), None) => filter.with_unmatched,
            (Some(wanted), Some(found)) => wanted == found,
        };
        let at = self.at_time();
        project
            && filter
                .service
                .is_none_or(|service| self.service() == Some(service))
            && filter.api.is_none_or(|api| self.api() == Some(api))
            && filter
                .statuses
                .as_ref()
                .is_none_or(|statuses| statuses.contains(&self.status()))
            && filter.step.is_none_or(|step| step.number() == self.0[STEP_AT])
            && filter.from.is_none_or(|from| at >= from)
            && filter.until.is_none_or(|until| at < until)
    }
    fn has(&self, flag: u8) -> bool {
        self.0[PRESENT_AT] & flag != 0
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
        self.has(flag).then(|| u128::from_be_bytes(self.array(at)))
    }
}

/// A whole record, its texts where they lie. They are UTF-8, which is checked when they are taken as texts: a line of the
/// access log, made of what was encoded a moment ago, needs no check.
pub(in crate::journal) struct View<'a> {
    pub(in crate::journal) fixed: FixedPart<'a>,
    pub(in crate::journal) source: &'a [u8],
    pub(in crate::journal) method: &'a [u8],
    pub(in crate::journal) host: &'a [u8],
    pub(in crate::journal) path: &'a [u8],
    pub(in crate::journal) query: &'a [u8],
    pub(in crate::journal) stage: Option<&'a [u8]>,
    pub(in crate::journal) user_agent: &'a [u8],
    /// The caller's way, id and name.
    pub(in crate::journal) caller: Option<(&'a [u8], &'a [u8], &'a [u8])>,
    /// Why it was refused. A sub-code that is no longer known gives no reason.
    pub(in crate::journal) reason: Option<Reason>,
    evidence: &'a [u8],
    /// Microseconds of the steps that the head decides, and of those of the body.
    pub(in crate::journal) steps_us: Option<(u64, Option<u64>)>,
    /// A summary's: which records were left out.
    pub(in crate::journal) left_out: Option<&'a [u8]>,
}

impl<'a> View<'a> {
    /// The record in `payload`; `None` if it is damaged.
    pub(in crate::journal) fn of(payload: &'a [u8]) -> Option<Self> {
        let fixed = FixedPart::at(payload)?;
        let mut texts = Texts(&payload[FIXED..]);
        let (source, method, host) = (texts.next()?, texts.next()?, texts.next()?);
        let (path, query, stage) = (texts.next()?, texts.next()?, texts.next()?);
        let user_agent = texts.next()?;
        let caller = (texts.next()?, texts.next()?, texts.next()?);
        let (sub_code, evidence) = (texts.next()?, texts.next()?);
        let left_out = match fixed.is_summary() {
            true => Some(texts.next()?),
            false => None,
        };
        Some(Self {
            source,
            method,
            host,
            path,
            query,
            stage: fixed.has(STAGE).then_some(stage),
            user_agent,
            caller: fixed.has(CALLER).then_some(caller),
            reason: match sub_code {
                b"" => None,
                sub_code => Reason::parse(str::from_utf8(sub_code).ok()?),
            },
            evidence,
            // Records of before have none.
            steps_us: texts.next().and_then(times),
            left_out,
            fixed,
        })
    }

    /// Whether the request matched nothing, or nobody was proven to have sent it.
    pub(in crate::journal) fn is_of_stranger(&self) -> bool {
        is_of_stranger(self.fixed.0[PRESENT_AT])
    }

    /// The record with texts of its own; `None` if a text is none, or a step is named that does not exist.
    pub(in crate::journal) fn to_record(&self) -> Option<Record> {
        let fixed = self.fixed;
        Some(Record {
            id: fixed.id(),
            at: fixed.at_time(),
            door: fixed.door()?,
            source: text(self.source)?,
            method: text(self.method)?,
            host: text(self.host)?,
            path: text(self.path)?,
            query: text(self.query)?,
            stage: match self.stage {
                Some(stage) => Some(text(stage)?),
                None => None,
            },
            project: fixed.project(),
            service: fixed.service(),
            api: fixed.api(),
            model: fixed.model(),
            instance: fixed.instance(),
            caller: match self.caller {
                Some((way, id, name)) => Some(CallerSeen {
                    way: text(way)?,
                    id: text(id)?,
                    name: text(name)?,
                }),
                None => None,
            },
            status: fixed.status(),
            reason: self.reason,
            step: fixed.step()?,
            answered_by: fixed.answered_by()?,
            request_bytes: fixed.request_bytes(),
            response_bytes: fixed.response_bytes(),
            took_us: fixed.took_us(),
            model_us: fixed.model_us(),
            head_us: self.steps_us.map(|(head, _)| head),
            body_us: self.steps_us.and_then(|(_, body)| body),
            user_agent: text(self.user_agent)?,
            evidence: match self.evidence {
                b"" => Evidence::None,
                json => serde_json::from_slice(json).unwrap_or_default(),
            },
        })
    }
}

/// The byte of a payload that says whose record it is.
pub(in crate::journal) const KIND_AT: usize = PRESENT_AT;

/// Whether the request matched nothing, or nobody was proven to have sent it, by the byte at [`KIND_AT`].
pub(in crate::journal) fn is_of_stranger(present: u8) -> bool {
    present & (PROJECT | CALLER) != PROJECT | CALLER
}

/// When the request of `payload` arrived, or all that a summary stands for; `None` if it is damaged.
pub(in crate::journal) fn arrivals(payload: &[u8]) -> Option<Arrivals> {
    let glance = FixedPart::at(payload)?;
    let own = Arrivals::at(glance.id().at_ms());
    if !glance.is_summary() {
        return Some(own);
    }
    let ids = View::of(payload)?.left_out?;
    left_out::arrivals(ids).map(|all| all.and(own))
}

/// Whether `payload` is a summary that stands for the request with this id, too.
pub(in crate::journal) fn stands_for(payload: &[u8], id: RequestId) -> bool {
    FixedPart::at(payload).is_some_and(|glance| glance.is_summary() && glance.id().node() == id.node())
        && View::of(payload)
            .and_then(|view| view.left_out)
            .is_some_and(|ids| left_out::holds(ids, id))
}

/// The record in `payload`; `None` if it is damaged.
pub(in crate::journal) fn decode(payload: &[u8]) -> Option<Record> {
    View::of(payload)?.to_record()
}

fn times(bytes: &[u8]) -> Option<(u64, Option<u64>)> {
    let (head, body) = bytes.split_first_chunk::<TIME>()?;
    let body = u64::from_le_bytes(*body.first_chunk::<TIME>()?);
    Some((u64::from_le_bytes(*head), (body != NO_TIME).then_some(body)))
}

fn text(bytes: &[u8]) -> Option<String> {
    str::from_utf8(bytes).ok().map(str::to_owned)
}

/// Takes one text after the other.
struct Texts<'a>(&'a [u8]);

impl<'a> Texts<'a> {
    fn next(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.0.split_first_chunk::<2>()?;
        let (text, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
        self.0 = rest;
        Some(text)
    }
}
