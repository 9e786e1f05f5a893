//! Reading a body: within its limit, within the memory that there is, and not for longer than the client keeps sending.
//!
//! A proven caller's body may take as long as it does not pause and keeps a modest pace. One whose caller is proven only with
//! its last byte has to come faster, and within a time.

use std::future::poll_fn;
use std::ops::Deref;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use adyton_core::catalogue::Reason;
use adyton_core::digest::Sha256;
use adyton_core::fact::Fact;
use adyton_listener::Claim;
use adyton_sign::BodyHasher;
use bytes::Bytes;
use http_body::{Body as _, Frame};

use super::bodies::{Bodies, Memory, Unproven};
use super::body_memory::MemoryShare;
use super::bound::Bound;
use crate::arrival::{Broken, Inbound};
use crate::gathered::Gathered;
use crate::pipeline::refused::Refused;
use crate::settings::TimeLimits;
use crate::trail::Trail;
use crate::waits::{WaitEnd, within};

/// Bytes a second that a proven caller's body must come with, after the time that one pause may take: a client that sends a
/// byte now and then holds a connection for nothing.
const PACE: u64 = 1024;
/// The same while the caller is not proven.
const UNPROVEN_PACE: u64 = 16 * 1024;

/// A whole body, its digest if that was wanted, and what it holds of the memory.
pub(crate) struct Body {
    bytes: Bytes,
    digest: Option<Sha256>,
    share: Option<MemoryShare>,
    claim: Option<Claim>,
}

impl Body {
    /// The same body in another form, with memory of its own.
    pub(super) fn replaced(self, bytes: Bytes, share: Option<MemoryShare>) -> Self {
        if let Some(share) = &share {
            share.is_whole();
        }
        Self {
            bytes,
            digest: self.digest,
            share,
            claim: None,
        }
    }

    /// The digest.
    pub(super) fn digest(&self) -> Option<Sha256> {
        self.digest
    }

    /// The signature was proven: the body counts as a proven caller's from here on, and waits no longer than `limit` for
    /// memory.
    pub(super) async fn proven(&mut self, bodies: &Bodies, limit: Duration) -> Result<(), Box<Refused>> {
        if self.share.is_none() {
            bodies
                .grow(&mut self.share, self.bytes.len() as u64, limit)
                .await?;
            if let Some(share) = &self.share {
                share.is_whole();
            }
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

/// How a body is read.
pub(super) struct Reader<'a> {
    pub(super) bodies: &'a Bodies,
    pub(super) time_limits: &'a TimeLimits,
    pub(super) bound: Bound,
    /// Whoever is proven only with the last byte.
    pub(super) unproven: Option<Unproven>,
}

impl Reader<'_> {
    /// Reads a body whole. One that came in one piece is not copied; no memory is taken on a client's word.
    pub(super) async fn read(
        &self,
        body: &mut Inbound,
        mut hasher: Option<BodyHasher>,
        trail: &mut Trail,
    ) -> Result<Body, Box<Refused>> {
        let declared = body.size_hint().exact();
        if declared.is_some_and(|declared| declared > self.bound.bytes()) {
            return Err(self.bound.exceeded(declared, None));
        }
        let mut memory = self.bodies.memory(self.unproven);
        let mut whole = Gathered::default();
        let mut pace = Pace::new(self);
        while !body.is_end_stream() {
            let Some(frame) = self.next(body, &memory, &mut pace, whole.len()).await? else {
                break;
            };
            // Trailers are no part of a prediction.
            let Ok(piece) = frame.into_data() else { continue };
            let length = (whole.len() + piece.len()) as u64;
            trail.read(length);
            if length > self.bound.bytes() {
                return Err(self.bound.exceeded(declared, Some(length)));
            }
            let is_over = body.is_end_stream();
            memory.hold(length, is_over, self.time_limits.body).await?;
            // Piece by piece, so that a large body does not hold up the other requests of this core.
            if let Some(hasher) = &mut hasher {
                hasher.update(&piece);
            }
            whole = whole.with(piece);
            // A body that is here at once reads no clock.
            if !is_over {
                pace.check(length)?;
            }
        }
        let (share, claim) = memory.into_held();
        Ok(Body {
            bytes: whole.into_bytes(),
            digest: hasher.map(BodyHasher::finish),
            share,
            claim,
        })
    }

    /// What comes next, after `length` bytes; nothing at the end.
    async fn next(
        &self,
        body: &mut Inbound,
        memory: &Memory<'_>,
        pace: &mut Pace<'_>,
        length: usize,
    ) -> Result<Option<Frame<Bytes>>, Box<Refused>> {
        let limit = pace.limit();
        let next = poll_fn(|context| {
            if memory.is_wanted(context) {
                return Poll::Ready(Next::GaveUp);
            }
            Pin::new(&mut *body).poll_frame(context).map(Next::Frame)
        });
        match within(&self.bodies.waits, limit, next).await {
            Ok(Next::Frame(frame)) => frame.transpose().map_err(|broken| {
                let fact = Fact::BodyBrokeOff {
                    bytes: length as u64,
                    error: broken.0.to_string(),
                };
                Refused::request(Reason::BodyBroken, fact)
            }),
            Ok(Next::GaveUp) => Err(memory.gave_up(length as u64)),
            Err(WaitEnd::Over) if limit < self.time_limits.body => Err(self.overdue(length as u64)),
            Err(end) => Err(self.stalled(end, length)),
        }
    }

    fn overdue(&self, length: u64) -> Box<Refused> {
        let fact = Fact::BodyOverdue {
            bytes: length,
            limit: self.time_limits.unproven_body.into(),
        };
        Refused::request(Reason::BodyTooSlow, fact)
    }

    fn stalled(&self, end: WaitEnd, length: usize) -> Box<Refused> {
        let reason = match end {
            WaitEnd::Over => Reason::BodyTooSlow,
            WaitEnd::Cut => Reason::GatewayStopping,
        };
        let fact = Fact::BodyStalled {
            bytes: length as u64,
            waited: self.time_limits.body.into(),
        };
        Refused::request(reason, fact)
    }
}

/// What comes next of a body.
enum Next {
    Frame(Option<Result<Frame<Bytes>, Broken>>),
    /// Its memory is wanted by others.
    GaveUp,
}

/// How fast a body comes, from the first moment at which it was waited for.
struct Pace<'a> {
    reader: &'a Reader<'a>,
    began: Option<Duration>,
}

impl<'a> Pace<'a> {
    fn new(reader: &'a Reader<'a>) -> Self {
        Self { reader, began: None }
    }

    /// For how long the next piece may be waited for.
    fn limit(&mut self) -> Duration {
        let time_limits = self.reader.time_limits;
        if self.reader.unproven.is_none() {
            return time_limits.body;
        }
        let now = self.reader.bodies.time.ticked();
        let began = *self.began.get_or_insert(now);
        time_limits
            .body
            .min((began + time_limits.unproven_body).saturating_sub(now))
    }

    /// As many bytes have come, and more will.
    fn check(&mut self, length: u64) -> Result<(), Box<Refused>> {
        let (time_limits, unproven) = (self.reader.time_limits, self.reader.unproven.is_some());
        let now = self.reader.bodies.time.ticked();
        let spent = now.saturating_sub(*self.began.get_or_insert(now));
        let pace = if unproven { UNPROVEN_PACE } else { PACE };
        if spent > time_limits.body + Duration::from_secs(length / pace) {
            let fact = Fact::BodySlow {
                bytes: length,
                seconds: spent.as_secs(),
                pace,
            };
            return Err(Refused::request(Reason::BodyTooSlow, fact));
        }
        if unproven && spent > time_limits.unproven_body {
            return Err(self.reader.overdue(length));
        }
        Ok(())
    }
}
