//! The second way in: calls from the console's Prediction tab, handed over by the control plane to a worker's queue, where
//! they go through the same pipeline on the worker's core.
//!
//! The console and a model's answer share an origin in the browser, so an answer loses what would let a model act as the
//! console (cookies, CORS, site data), and is sandboxed. What is the console's own never reaches the model.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use adyton_core::address;
use adyton_core::catalogue::Reason;
use adyton_core::clock::Clock;
use adyton_core::id::RequestId;
use adyton_core::refusal::PublicDetail;
use adyton_identity::prediction_tab::{PredictionTab, TabAnswer, TabBody, TabCall};
use adyton_listener::ConnectionSlots;
use bytes::Bytes;
use http::header::{
    CONTENT_SECURITY_POLICY, COOKIE, HeaderName, SET_COOKIE, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Request, Response, Uri};
use http_body::{Body, Frame};
use http_body_util::{BodyExt as _, Full};
use tokio::sync::{mpsc, oneshot};

use crate::arrival::{Arrival, Inbound, TabCaller};
use crate::pipeline::{self, Pipeline, answer::AnswerBody, envelope};
use crate::remote::Remote;
use crate::stamp::Stamp;

/// Pieces of an answer that may wait for a slow browser.
const PIECES: usize = 4;

/// A call on its way to a worker.
pub(crate) struct QueuedTabCall {
    call: TabCall,
    reply: oneshot::Sender<TabAnswer>,
}

/// The way in for the control plane. Calls are spread over the workers in turn.
pub struct TabQueue {
    queues: Vec<mpsc::Sender<QueuedTabCall>>,
    next: AtomicU64,
    node: u16,
    clock: Clock,
}

impl TabQueue {
    pub(crate) fn new(queues: Vec<mpsc::Sender<QueuedTabCall>>, node: u16, clock: Clock) -> Self {
        Self {
            queues,
            next: AtomicU64::new(0),
            node,
            clock,
        }
    }

    async fn hand_over(&self, call: TabCall) -> TabAnswer {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        let worker = usize::try_from(turn % self.queues.len().max(1) as u64).unwrap_or(0);
        let (reply, answer) = oneshot::channel();
        if let Some(queue) = self.queues.get(worker)
            && queue.send(QueuedTabCall { call, reply }).await.is_ok()
            && let Ok(answer) = answer.await
        {
            return answer;
        }
        self.closed(turn)
    }

    /// The workers are gone, and with them the journal's rings: this refusal alone has no record.
    fn closed(&self, turn: u64) -> TabAnswer {
        let at = u64::try_from(self.clock.now().millis()).unwrap_or(0);
        let request = RequestId::of_closed_door(at, self.node, turn);
        let response = envelope::refusal(Reason::GatewayStopping, &PublicDetail::None, request);
        TabAnswer {
            request,
            response: response.map(whole),
        }
    }
}

impl PredictionTab for TabQueue {
    fn call(&self, call: TabCall) -> Pin<Box<dyn Future<Output = TabAnswer> + Send + '_>> {
        Box::pin(self.hand_over(call))
    }
}

/// Answers one request, on the worker's core.
pub(crate) async fn receive(pipeline: Rc<Pipeline>, slots: Arc<ConnectionSlots>, request: QueuedTabCall) {
    let _slot = slots.without_connection();
    let QueuedTabCall { call, mut reply } = request;
    let arrival = arrival(pipeline.stamps.next(), call);
    let request = arrival.stamp.id;
    let response = tokio::select! {
        response = pipeline::pass(&pipeline, arrival, None) => response,
        // The browser left: dropping the pipeline cancels the work and writes the record.
        () = reply.closed() => return,
    };
    let (mut head, body) = response.into_parts();
    disarm(&mut head.headers);
    match body {
        AnswerBody::Whole(bytes) => {
            // Nobody left to answer; the record is complete.
            let _ = reply.send(TabAnswer {
                request,
                response: Response::from_parts(head, whole(bytes)),
            });
        }
        AnswerBody::Relay(_) => {
            let (pieces, stream) = mpsc::channel(PIECES);
            let response = Response::from_parts(head, Box::pin(Streamed(stream)) as TabBody);
            if reply.send(TabAnswer { request, response }).is_ok() {
                pump(body, pieces).await;
            }
        }
    }
}

/// Moves an answer to the control plane's thread, piece by piece, until either side ends.
async fn pump(mut body: AnswerBody, pieces: mpsc::Sender<BodyFrame>) {
    loop {
        let frame = tokio::select! {
            frame = body.frame() => frame,
            () = pieces.closed() => return,
        };
        let Some(frame) = frame else { return };
        let broken = frame.is_err();
        if pieces.send(frame.map_err(Into::into)).await.is_err() || broken {
            return;
        }
    }
}

/// The call as a request to the service's API address.
fn arrival(stamp: Stamp, call: TabCall) -> Box<Arrival> {
    let TabCall {
        head: sent,
        project,
        service,
        path_and_query,
        visitor,
        peer,
        body,
    } = call;
    let mut request = Request::new(());
    *request.method_mut() = sent.method.clone();
    *request.headers_mut() = sent.headers.clone();
    request.headers_mut().remove(COOKIE);
    // What is no path at all is routed as one with a broken encoding, which it is.
    *request.uri_mut() = Uri::try_from(format!("{}{path_and_query}", address::of_service(service)))
        .unwrap_or_else(|_| Uri::from_static("/%"));
    let (head, ()) = request.into_parts();
    Box::new(Arrival {
        stamp,
        head,
        body: Inbound::Tab(body),
        tab_caller: Some(Box::new(TabCaller {
            project,
            visitor,
            sent,
        })),
        remote: Remote::local(peer.ip()),
    })
}

/// Takes from an answer what would let a model act as the console.
fn disarm(headers: &mut HeaderMap) {
    const REMOVED: [HeaderName; 6] = [
        SET_COOKIE,
        HeaderName::from_static("clear-site-data"),
        STRICT_TRANSPORT_SECURITY,
        HeaderName::from_static("service-worker-allowed"),
        HeaderName::from_static("alt-svc"),
        HeaderName::from_static("refresh"),
    ];
    for name in &REMOVED {
        headers.remove(name);
    }
    let cors = |name: &&HeaderName| name.as_str().starts_with("access-control-");
    while let Some(name) = headers.keys().find(cors).cloned() {
        headers.remove(name);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
}

fn whole(bytes: Bytes) -> TabBody {
    Box::pin(Full::new(bytes).map_err(|never| match never {}))
}

type BodyFrame = Result<Frame<Bytes>, Box<dyn std::error::Error + Send + Sync>>;

/// An answer's body on the control plane's side.
struct Streamed(mpsc::Receiver<BodyFrame>);

impl Body for Streamed {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<BodyFrame>> {
        self.0.poll_recv(context)
    }
}
