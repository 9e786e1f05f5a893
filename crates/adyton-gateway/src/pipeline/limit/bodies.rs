//! The memory and the time that the bodies of one worker's requests take.
//!
//! Memory is counted in bytes that have arrived, never in what is declared. A proven caller's body takes it from the worker's
//! [`BodyMemory`]. A body whose caller is proven only with its last byte takes it from the small budget of all who are not proven:
//! whoever knows the public half of a key can send one.

use std::rc::Rc;
use std::sync::Arc;
use std::task::Context;
use std::time::Duration;

use adyton_core::catalogue::Reason;
use adyton_core::fact::Fact;
use adyton_core::source::Source;
use adyton_listener::budget::Given;
use adyton_listener::{Budget, Claim, Kind};

use super::body_memory::{self, BodyMemory, MemoryShare};
use crate::pipeline::refused::Refused;
use crate::tick_clock::TickClock;
use crate::waits::{WaitEnd, Waits, within};

/// Bodies of proven callers up to this many bytes need no share; connections bound their number.
const SMALL: u64 = 64 * 1024;

/// What bodies are read with.
pub(crate) struct Bodies {
    memory: BodyMemory,
    unproven: Arc<Budget>,
    pub(super) waits: Rc<Waits>,
    pub(super) time: Rc<TickClock>,
}

/// Who is to prove a body's signature with its last byte, as far as the head says.
#[derive(Clone, Copy)]
pub(super) struct Unproven {
    /// Where the body comes from.
    pub(super) source: Source,
    /// Stands for the key that the head names.
    pub(super) key: u64,
}

impl Bodies {
    /// No body yet. `unproven` is the memory of the whole process for callers that are not proven.
    pub(crate) fn new(unproven: Arc<Budget>, waits: Rc<Waits>, time: Rc<TickClock>) -> Self {
        Self {
            memory: BodyMemory::default(),
            unproven,
            waits,
            time,
        }
    }

    /// Memory for as many bytes of a body whose caller is proven; waits for it no longer than `limit`.
    pub(super) async fn grow(
        &self,
        share: &mut Option<MemoryShare>,
        bytes: u64,
        limit: Duration,
    ) -> Result<(), Box<Refused>> {
        if bytes <= SMALL {
            return Ok(());
        }
        let share = share.get_or_insert_with(|| self.memory.share());
        let reason = match within(&self.waits, limit, share.hold(bytes)).await {
            Ok(()) => return Ok(()),
            Err(WaitEnd::Over) => Reason::ServiceQueueFull,
            Err(WaitEnd::Cut) => Reason::GatewayStopping,
        };
        let fact = Fact::BodyWithoutRoom {
            bytes,
            waited: limit.into(),
            mib: body_memory::WHOLE >> 20,
        };
        Err(Refused::request(reason, fact))
    }

    /// The memory of a body that begins to arrive; it holds nothing yet.
    pub(super) fn memory(&self, owner: Option<Unproven>) -> Memory<'_> {
        Memory {
            bodies: self,
            owner,
            claim: None,
            share: None,
        }
    }
}

/// The memory that a body holds.
pub(super) struct Memory<'a> {
    bodies: &'a Bodies,
    owner: Option<Unproven>,
    claim: Option<(Claim, Arc<Given>)>,
    share: Option<MemoryShare>,
}

impl Memory<'_> {
    /// As many bytes have arrived; `is_over` says that they are the whole body. Waits for room no longer than `limit`.
    pub(super) async fn hold(
        &mut self,
        length: u64,
        is_over: bool,
        limit: Duration,
    ) -> Result<(), Box<Refused>> {
        let Some(owner) = self.owner else {
            return self.bodies.grow(&mut self.share, length, limit).await;
        };
        // A body that is here at once is proven or refused at once.
        if is_over && self.claim.is_none() {
            return Ok(());
        }
        let now = self.bodies.time.ticked();
        let (claim, _) = self.claim.get_or_insert_with(|| {
            let given = Given::new();
            let budget = &self.bodies.unproven;
            let claim = budget.claim(Kind::Body, owner.source, Some(owner.key), given.clone(), now);
            (claim, given)
        });
        match claim.grow(length, now) {
            true => Ok(()),
            false => Err(self.gave_up(length)),
        }
    }

    /// Whether others want the memory; the task is woken when they do.
    pub(super) fn is_wanted(&self, context: &Context<'_>) -> bool {
        self.claim.as_ref().is_some_and(|(_, given)| given.is_up(context))
    }

    /// The refusal of a body that had to make room after as many bytes.
    pub(super) fn gave_up(&self, length: u64) -> Box<Refused> {
        let mib = self.bodies.unproven.limit() >> 20;
        let fact = Fact::BodyMadeRoom { bytes: length, mib };
        Refused::request(Reason::ServiceQueueFull, fact)
    }

    /// The body is whole: what it holds from here on.
    pub(super) fn into_held(self) -> (Option<MemoryShare>, Option<Claim>) {
        if let Some(share) = &self.share {
            share.is_whole();
        }
        (self.share, self.claim.map(|(claim, _)| claim))
    }
}
