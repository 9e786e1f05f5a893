//! Reading a body: within its limit, within the memory that there is, and not for longer than the client keeps sending.
//!
//! Memory is counted in bytes that have arrived, never in what is declared. A proven caller's body takes it from the worker's
//! [`Room`], and may take as long as it does not pause and keeps a modest pace. A body whose caller is proven only with its
//! last byte takes it from the small budget of all who are not proven, has to come faster, and within a time: whoever knows
//! the public half of a key can send one.

use std::future::poll_fn;
use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use adyton_core::catalogue::Reason;
use adyton_core::digest::Sha256;
use adyton_core::evidence::Evidence;
use adyton_core::record::Door;
use adyton_core::source::Source;
use adyton_listener::budget::Given;
use adyton_listener::{Claim, Kind};
use adyton_sign::BodyHasher;
use bytes::Bytes;
use http_body::{Body as _, Frame};

use super::room::{self, Place};
use crate::arrival::{Broken, Inbound};
use crate::gathered::Gathered;
use crate::pipeline::outcome::Outcome;
use crate::trail::Trail;
use crate::waits::{Impatience, within};
use crate::worker::Worker;

/// Bytes a second that a proven caller's body must come with, after the time that one pause may take: a client that sends a
/// byte now and then holds a connection for nothing.
const PACE: u64 = 1024;
/// The same while the caller is not proven.
const UNPROVEN_PACE: u64 = 16 * 1024;
/// Bodies of proven callers up to this many bytes need no place; connections bound their number.
const SMALL: u64 = 64 * 1024;

/// Who is to prove a body's signature with its last byte, as far as the head says.
#[derive(Clone, Copy)]
pub(super) struct Unproven {
    /// Where the body comes from.
    pub(super) source: Source,
    /// Stands for the key that the head names.
    pub(super) key: u64,
}

/// A whole body, its digest if that was wanted, and its place in memory.
pub(crate) struct Body {
    bytes: Bytes,
    digest: Option<Sha256>,
    place: Option<Place>,
    claim: Option<Claim>,
}

impl Body {
    /// The same body in another form, with memory of its own.
    pub(super) fn replaced(self, bytes: Bytes, place: Option<Place>) -> Self {
        if let Some(place) = &place {
            place.is_whole();
        }
        Self {
            bytes,
            digest: self.digest,
            place,
            claim: None,
        }
    }
    /// The digest.
    pub(super) fn digest(&self) -> Option<Sha256> {
        self.digest
    }

    /// The signature was proven: the body counts as a proven caller's from here on, and waits for its place among them.
    pub(super) async fn proven(&mut self, worker: &Rc<Worker>) -> Result<(), Outcome> {
        let length = self.bytes.len() as u64;
        if self.place.is_none() && length > SMALL {
            let mut place = worker.room.place();
            hold(worker, &mut place, length).await?;
            place.is_whole();
            self.place = Some(place);
        }
        self.claim = None;
        Ok(())
    }
}

impl Deref for Body {
    type Target = Bytes;
    fn deref(&self) -> &Bytes {
        &self.bytes
    }
}

/// How large a body may be, and which setting says so.
#[derive(Clone, Copy)]
pub(super) struct Bound {
    bytes: u64,
    setting: &'static str,
}

impl Bound {
    pub(super) fn of(worker: &Worker, door: Door) -> Self {
        let limits = worker.settings().limits;
        match door {
            Door::Address => Self {
                bytes: limits.address_body,
                setting: "limits.address_body",
            },
            Door::PredictionTab => Self {
                bytes: limits.prediction_tab_body,
                setting: "limits.prediction_tab_body",
            },
        }
    }

    /// How large it may be.
    pub(super) fn bytes(self) -> u64 {
        self.bytes
    }

    /// So much came out of a compressed body, at least.
    pub(super) fn exceeded_decoded(self, measured: u64) -> Outcome {
        Outcome::refused(
            Reason::BodyTooLarge,
            Evidence::Size {
                what: "body, decoded".to_owned(),
                limit: self.bytes,
                declared: None,
                measured: Some(measured.max(self.bytes + 1)),
                setting: self.setting.to_owned(),
            },
        )
    }

    fn exceeded(self, declared: Option<u64>, measured: Option<u64>) -> Outcome {
        let setting = self.setting.to_owned();
        let evidence = Evidence::Size {
            what: "body".to_owned(),
            limit: self.bytes,
            declared,
            measured,
            setting,
        };
        Outcome::refused(Reason::BodyTooLarge, evidence)
    }
}

/// Reads a body whole. One that came in one piece is not copied; no memory is taken on a client's word.
pub(super) async fn read(
    worker: &Rc<Worker>,
    body: &mut Inbound,
    bound: Bound,
    mut hasher: Option<BodyHasher>,
    unproven: Option<Unproven>,
    trail: &mut Trail,
) -> Result<Body, Outcome> {
    let declared = body.size_hint().exact();
    if declared.is_some_and(|declared| declared > bound.bytes) {
        return Err(bound.exceeded(declared, None));
    }
    let mut memory = Memory {
        unproven,
        claim: None,
        place: None,
    };
    let mut whole = Gathered::default();
    let mut began = None;
    while !body.is_end_stream() {
        let patience = worker.settings().patience;
        let limit = match unproven {
            Some(_) => {
                let began = *began.get_or_insert_with(|| worker.now.get());
                let left = (began + patience.unproven_body).saturating_sub(worker.now.get());
                patience.body.min(left)
            }
            None => patience.body,
        };
        let next = poll_fn(|context| {
            if memory
                .claim
                .as_ref()
                .is_some_and(|(_, given)| given.is_up(context))
            {
                return Poll::Ready(Next::GaveUp);
            }
            Pin::new(&mut *body).poll_frame(context).map(Next::Frame)
        });
        let frame = match within(&worker.waits, limit, next).await {
            Ok(Next::Frame(Some(Ok(frame)))) => frame,
            Ok(Next::Frame(None)) => break,
            Ok(Next::Frame(Some(Err(broken)))) => {
                let problem = format!("the body broke off after {} bytes: {}", whole.len(), broken.0);
                return Err(Outcome::refused(
                    Reason::BodyBroken,
                    Evidence::Request { problem },
                ));
            }
            Ok(Next::GaveUp) => return Err(gave_up(worker, whole.len())),
            Err(Impatience::Over) if limit < patience.body => return Err(overdue(worker, whole.len())),
            Err(impatience) => return Err(stalled(impatience, worker, whole.len())),
        };
        // Trailers are no part of a prediction.
        let Ok(piece) = frame.into_data() else { continue };
        let length = (whole.len() + piece.len()) as u64;
        trail.read(length);
        if length > bound.bytes {
            return Err(bound.exceeded(declared, Some(length)));
        }
        let is_over = body.is_end_stream();
        memory.hold(worker, length, is_over).await?;
        // Piece by piece, so that a large body does not hold up the other requests of this core.
        if let Some(hasher) = &mut hasher {
            hasher.update(&piece);
        }
        whole = whole.with(piece);
        // A body that is here at once reads no clock.
        if !is_over {
            let now = worker.now.get();
            let spent = now.saturating_sub(*began.get_or_insert(now));
            let pace = if unproven.is_some() { UNPROVEN_PACE } else { PACE };
            if spent > patience.body + Duration::from_secs(length / pace) {
                return Err(dripping(spent, whole.len(), pace));
            }
            if unproven.is_some() && spent > patience.unproven_body {
                return Err(overdue(worker, whole.len()));
            }
        }
    }
    if let Some(place) = &memory.place {
        place.is_whole();
    }
    Ok(Body {
        bytes: whole.into_bytes(),
        digest: hasher.map(BodyHasher::finish),
        place: memory.place,
        claim: memory.claim.map(|(claim, _)| claim),
    })
}

/// What comes next of a body.
enum Next {
    Frame(Option<Result<Frame<Bytes>, Broken>>),
    /// Its memory is wanted by others.
    GaveUp,
}

/// The memory that a body holds.
struct Memory {
    unproven: Option<Unproven>,
    claim: Option<(Claim, Arc<Given>)>,
    place: Option<Place>,
}

impl Memory {
    /// So many bytes have arrived.
    async fn hold(&mut self, worker: &Rc<Worker>, length: u64, is_over: bool) -> Result<(), Outcome> {
        let Some(unproven) = self.unproven else {
            if length > SMALL {
                let place = self.place.get_or_insert_with(|| worker.room.place());
                hold(worker, place, length).await?;
            }
            return Ok(());
        };
        // A body that is here at once is proven or refused at once.
        if is_over && self.claim.is_none() {
            return Ok(());
        }
        let now = worker.now.get();
        let (claim, _) = self.claim.get_or_insert_with(|| {
            let given = Given::new();
            let budget = &worker.shared.unproven;
            let claim = budget.claim(
                Kind::Body,
                unproven.source,
                Some(unproven.key),
                given.clone(),
                now,
            );
            (claim, given)
        });
        match claim.grow(length, now) {
            true => Ok(()),
            false => Err(gave_up(worker, usize::try_from(length).unwrap_or(usize::MAX))),
        }
    }
}

/// Memory for so much that has come out of a compressed body, whose caller is proven.
pub(super) async fn grow(worker: &Rc<Worker>, place: &mut Option<Place>, bytes: u64) -> Result<(), Outcome> {
    if bytes > SMALL {
        hold(worker, place.get_or_insert_with(|| worker.room.place()), bytes).await?;
    }
    Ok(())
}

/// Waits for memory no longer than for a piece of the body: a client should hear soon that there is too much to do.
async fn hold(worker: &Rc<Worker>, place: &mut Place, bytes: u64) -> Result<(), Outcome> {
    let limit = worker.settings().patience.body;
    let reason = match within(&worker.waits, limit, place.hold(bytes)).await {
        Ok(()) => return Ok(()),
        Err(Impatience::Over) => Reason::ServiceQueueFull,
        Err(Impatience::Cut) => Reason::GatewayStopping,
    };
    let problem = format!(
        "for {limit:?} there was no memory for {bytes} bytes of a body: others filled all {} of it",
        room::WHOLE
    );
    Err(Outcome::refused(reason, Evidence::Request { problem }))
}

fn gave_up(worker: &Worker, length: usize) -> Outcome {
    let mib = worker.shared.unproven.limit() >> 20;
    let problem = format!(
        "after {length} bytes the body had to make room: requests whose callers were not proven yet filled all {mib} MiB of \
         gateway.unproven_memory, and this one had been under way for longest"
    );
    Outcome::refused(Reason::ServiceQueueFull, Evidence::Request { problem })
}

fn overdue(worker: &Worker, length: usize) -> Outcome {
    let limit = worker.settings().patience.unproven_body.as_secs_f64();
    let problem = format!(
        "only {length} bytes of the body had come after {limit} s, the most for a body whose caller is proven with its last \
         byte (gateway.unproven_body_time)"
    );
    Outcome::refused(Reason::BodyTooSlow, Evidence::Request { problem })
}

fn stalled(impatience: Impatience, worker: &Worker, length: usize) -> Outcome {
    let waited = worker.settings().patience.body.as_secs_f64();
    let problem =
        format!("after {length} bytes of the body nothing came for {waited} s (gateway.body_timeout)");
    let reason = match impatience {
        Impatience::Over => Reason::BodyTooSlow,
        Impatience::Cut => Reason::GatewayStopping,
    };
    Outcome::refused(reason, Evidence::Request { problem })
}

fn dripping(spent: Duration, length: usize, pace: u64) -> Outcome {
    let problem = format!(
        "after {:.0} s only {length} bytes of the body had come: fewer than {pace} a second",
        spent.as_secs_f64()
    );
    Outcome::refused(Reason::BodyTooSlow, Evidence::Request { problem })
}
