//! Is the body within its limit, and did the caller sign it? The only place that says 413, and the only one that reads.
//!
//! A declared length over the limit is refused without reading. A chunked body is read up to the limit, and a byte more is
//! refused; that wins over a signature that would not have matched. What a signature or a declared digest had to leave open
//! is proven here, so that `dispatch` only ever sees a caller who is verified, with the whole body.

use adyton_core::catalogue::Reason;
use adyton_core::digest::Sha256;
use adyton_core::evidence::Evidence;
use adyton_core::live::{Live, LiveService, ServiceRoute};
use adyton_core::record::Door;
use adyton_identity::{Standing, Verified, Way};
use adyton_sign::BodyHasher;
use bytes::{Bytes, BytesMut};
use http::request::Parts;
use http_body::Body as _;
use http_body_util::BodyExt as _;
use std::rc::Rc;

use crate::arrival::{Inbound, Source};
use crate::pipeline::authenticate::{self, Proof};
use crate::pipeline::authorise::Grant;
use crate::pipeline::outcome::Outcome;
use crate::pipeline::throttle::Turn;
use crate::trail::Trail;
use crate::waits::{Impatience, within};
use crate::worker::Worker;

/// A call that may be made: allowed, proven, within its limits, with a turn reserved and the whole body.
pub(crate) struct Call<'l> {
    service: &'l LiveService,
    route: &'l ServiceRoute,
    head: Parts,
    source: Source,
    body: Bytes,
    turn: Turn,
    way: Way,
}

impl<'l> Call<'l> {
    /// The service called.
    pub(crate) fn service(&self) -> &'l LiveService {
        self.service
    }
    /// The path and method called.
    pub(crate) fn route(&self) -> &'l ServiceRoute {
        self.route
    }
    /// How the caller showed who they are.
    pub(crate) fn way(&self) -> Way {
        self.way
    }
    /// The body.
    pub(crate) fn body(&self) -> &Bytes {
        &self.body
    }
    /// Head, source, body and turn, to be sent.
    pub(crate) fn into_parts(self) -> (Parts, Source, Bytes, Turn) {
        (self.head, self.source, self.body, self.turn)
    }
}

/// How large a body may be, and which setting says so.
#[derive(Clone, Copy)]
struct Bound {
    bytes: u64,
    setting: &'static str,
}

impl Bound {
    fn of(worker: &Worker, door: Door) -> Self {
        let limits = &worker.settings().limits;
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

/// Reads the body, and proves what the head alone could not.
pub(crate) async fn bounded<'l>(
    worker: &Rc<Worker>,
    live: &Live,
    grant: Grant<'l>,
    mut turn: Turn,
    trail: &mut Trail,
) -> Result<Call<'l>, Outcome> {
    let (found, mut arrival, known) = grant.into_parts();
    let way = known.claimed().way();
    let bound = Bound::of(worker, arrival.door.door());
    let body = read(worker, &mut arrival.body, bound, trail).await?;
    match known.into_proof() {
        Proof::Session(_) => {}
        Proof::Credentials(Standing::Verified(verified)) => check_digest(&verified, &body)?,
        Proof::Credentials(Standing::Provisional(provisional)) => {
            let request = authenticate::as_signed(worker, &arrival);
            let digest = digest(&body);
            provisional.prove(&worker.shared.identity, live, &request, digest, &body)?;
            turn.reserve(worker)?;
        }
    }
    let (service, route) = (found.service(), found.route());
    Ok(Call {
        service,
        route,
        head: arrival.head,
        source: arrival.source,
        body,
        turn,
        way,
    })
}

/// Whether the body is the one that the client declared, if it declared one.
fn check_digest(verified: &Verified, body: &Bytes) -> Result<(), Outcome> {
    if verified.body_digest().is_some() {
        verified.check(digest(body))?;
    }
    Ok(())
}

fn digest(body: &Bytes) -> Sha256 {
    let mut hasher = BodyHasher::new();
    hasher.update(body);
    hasher.finish()
}

/// Reads a body whole. One that came in one piece is not copied; no memory is taken on a client's word.
async fn read(
    worker: &Rc<Worker>,
    body: &mut Inbound,
    bound: Bound,
    trail: &mut Trail,
) -> Result<Bytes, Outcome> {
    let declared = body.size_hint().exact();
    if declared.is_some_and(|declared| declared > bound.bytes) {
        return Err(bound.exceeded(declared, None));
    }
    let mut whole = Gathered::Nothing;
    loop {
        if body.is_end_stream() {
            return Ok(whole.into_bytes());
        }
        let frame = match within(&worker.waits, worker.settings().patience.body, body.frame()).await {
            Ok(Some(Ok(frame))) => frame,
            Ok(None) => return Ok(whole.into_bytes()),
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
        whole = whole.with(piece);
    }
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

/// A body so far.
enum Gathered {
    Nothing,
    One(Bytes),
    Many(BytesMut),
}

impl Gathered {
    fn len(&self) -> usize {
        match self {
            Self::Nothing => 0,
            Self::One(bytes) => bytes.len(),
            Self::Many(bytes) => bytes.len(),
        }
    }

    fn with(self, piece: Bytes) -> Self {
        match self {
            Self::Nothing => Self::One(piece),
            Self::One(first) => {
                let mut bytes = BytesMut::with_capacity((first.len() + piece.len()).next_power_of_two());
                bytes.extend_from_slice(&first);
                bytes.extend_from_slice(&piece);
                Self::Many(bytes)
            }
            Self::Many(mut bytes) => {
                bytes.extend_from_slice(&piece);
                Self::Many(bytes)
            }
        }
    }

    fn into_bytes(self) -> Bytes {
        match self {
            Self::Nothing => Bytes::new(),
            Self::One(bytes) => bytes,
            Self::Many(bytes) => bytes.freeze(),
        }
    }
}
