//! Reading a body: within its limit, within the worker's memory, and not for longer than the client keeps sending.

use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use adyton_core::catalogue::Reason;
use adyton_core::digest::Sha256;
use adyton_core::evidence::Evidence;
use adyton_core::record::Door;
use adyton_sign::BodyHasher;
use bytes::Bytes;
use http_body::Body as _;
use http_body_util::BodyExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::arrival::Inbound;
use crate::gathered::Gathered;
use crate::pipeline::outcome::Outcome;
use crate::trail::Trail;
use crate::waits::{Impatience, within};
use crate::worker::Worker;

/// Memory that the bodies of one worker may take together, in KiB: some forty of the largest. More wait for their turn.
const ROOM: usize = 512 * 1024;
/// Bytes a second that a body must come with, after the time that one pause may take: a client that sends a byte now and then
/// holds a connection for nothing.
const PACE: u64 = 1024;
/// Bodies up to this many bytes need no place; connections bound their number.
const SMALL: u64 = 64 * 1024;

/// The memory for bodies of one worker.
pub(crate) struct Room(Arc<Semaphore>);

impl Room {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(ROOM)))
    }

    /// Waits for a place for a body of this size. The whole is taken at once, so that half-read bodies cannot wait for each
    /// other.
    async fn place(&self, bytes: u64) -> Option<OwnedSemaphorePermit> {
        let kib = usize::try_from(bytes.div_ceil(1024)).unwrap_or(ROOM).min(ROOM);
        // It is never closed, and the room fits 32 bits: there is always a place in the end.
        Arc::clone(&self.0)
            .acquire_many_owned(u32::try_from(kib).unwrap_or(u32::MAX))
            .await
            .ok()
    }
}

/// A whole body, its digest if that was wanted, and its place in memory.
pub(crate) struct Body {
    bytes: Bytes,
    digest: Option<Sha256>,
    _place: Option<OwnedSemaphorePermit>,
}

impl Body {
    /// The digest.
    pub(super) fn digest(&self) -> Option<Sha256> {
        self.digest
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
    trail: &mut Trail,
) -> Result<Body, Outcome> {
    let declared = body.size_hint().exact();
    if declared.is_some_and(|declared| declared > bound.bytes) {
        return Err(bound.exceeded(declared, None));
    }
    let mut place = match declared {
        Some(declared) if declared > SMALL => take_place(worker, declared).await?,
        Some(_) | None => None,
    };
    let mut whole = Gathered::default();
    let mut began = None;
    while !body.is_end_stream() {
        let frame = match within(&worker.waits, worker.settings().patience.body, body.frame()).await {
            Ok(Some(Ok(frame))) => frame,
            Ok(None) => break,
            Ok(Some(Err(broken))) => {
                let problem = format!("the body broke off after {} bytes: {}", whole.len(), broken.0);
                return Err(Outcome::refused(
                    Reason::BodyBroken,
                    Evidence::Request { problem },
                ));
            }
            Err(impatience) => return Err(stalled(impatience, worker, whole.len())),
        };
        // Trailers are no part of a prediction.
        let Ok(piece) = frame.into_data() else { continue };
        let length = (whole.len() + piece.len()) as u64;
        trail.read(length);
        if length > bound.bytes {
            return Err(bound.exceeded(declared, Some(length)));
        }
        if place.is_none() && length > SMALL {
            place = take_place(worker, bound.bytes).await?;
        }
        // Piece by piece, so that a large body does not hold up the other requests of this core.
        if let Some(hasher) = &mut hasher {
            hasher.update(&piece);
        }
        whole = whole.with(piece);
        // A body that is here at once reads no clock.
        if !body.is_end_stream() {
            let now = worker.now.get();
            let spent = now.saturating_sub(*began.get_or_insert(now));
            if spent > worker.settings().patience.body + Duration::from_secs(length / PACE) {
                return Err(dripping(spent, whole.len()));
            }
        }
    }
    Ok(Body {
        bytes: whole.into_bytes(),
        digest: hasher.map(BodyHasher::finish),
        _place: place,
    })
}

/// Waits for memory no longer than for a piece of the body: a client should hear soon that there is too much to do.
async fn take_place(worker: &Rc<Worker>, bytes: u64) -> Result<Option<OwnedSemaphorePermit>, Outcome> {
    let limit = worker.settings().patience.body;
    let reason = match within(&worker.waits, limit, worker.room.place(bytes)).await {
        Ok(place) => return Ok(place),
        Err(Impatience::Over) => Reason::ServiceQueueFull,
        Err(Impatience::Cut) => Reason::GatewayStopping,
    };
    let problem = format!(
        "for {limit:?} there was no memory for a body of {bytes} bytes: others filled all {ROOM} KiB of it"
    );
    Err(Outcome::refused(reason, Evidence::Request { problem }))
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

fn dripping(spent: Duration, length: usize) -> Outcome {
    let problem = format!(
        "after {:.0} s only {length} bytes of the body had come: fewer than {PACE} a second",
        spent.as_secs_f64()
    );
    Outcome::refused(Reason::BodyTooSlow, Evidence::Request { problem })
}
