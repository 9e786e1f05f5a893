//! A request as it arrived: its head, its body that nobody has read yet, and where it came from.

use std::error::Error;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use adyton_core::id::ProjectId;
use adyton_core::record::Door;
use adyton_core::source::AddressRange;
use adyton_identity::prediction_tab::{TabBody, Visitor};
use bytes::Bytes;
use http::Request;
use http::header::EXPECT;
use http::request::Parts;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use crate::remote::Remote;
use crate::stamp::Stamp;
use crate::wire_state::{UnreadBody, WireState};

/// A request, before anybody has decided anything about it. It is large and goes through many hands, so it is handed on boxed.
pub(crate) struct Arrival {
    pub(crate) stamp: Stamp,
    pub(crate) head: Parts,
    pub(crate) body: Inbound,
    /// What a call at the Prediction tab brings along; a call at the API address has none of it.
    pub(crate) tab_caller: Option<Box<TabCaller>>,
    pub(crate) remote: Remote,
}

/// What a call at the Prediction tab brings along.
pub(crate) struct TabCaller {
    /// The project whose services can be called: that of the management path.
    pub(crate) project: Option<ProjectId>,
    /// Who calls.
    pub(crate) visitor: Visitor,
    /// The head as it was sent, to the management address: what a signature covers.
    pub(crate) sent: Parts,
}

impl Arrival {
    /// The head as its client sent it: at the Prediction tab to the management address, not to the service's.
    pub(crate) fn sent(&self) -> &Parts {
        self.tab_caller
            .as_ref()
            .map_or(&self.head, |tab_caller| &tab_caller.sent)
    }

    /// The way it came in.
    pub(crate) fn door(&self) -> Door {
        match self.tab_caller {
            None => Door::Address,
            Some(_) => Door::PredictionTab,
        }
    }
}

/// The body of a request.
pub(crate) enum Inbound {
    /// From a connection.
    Wire(WireBody),
    /// From the Prediction tab.
    Tab(TabBody),
}

/// A body that arrives on a connection. Dropped before its end, it is left to whoever writes the answer: what becomes of
/// the connection depends on what the client still sends.
pub(crate) struct WireBody {
    incoming: Option<Incoming>,
    wire: Rc<WireState>,
    held_back: bool,
}

/// A body broke off: the client left, or sent something that is no body.
#[derive(Debug)]
pub(crate) struct Broken(pub(crate) String);

impl Broken {
    /// By what is at the bottom of it: a wrong chunk size rather than "error reading a body".
    fn by(problem: &(dyn Error + 'static)) -> Self {
        let mut cause = problem;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        Self(cause.to_string())
    }
}

impl Arrival {
    /// A request from a connection.
    pub(crate) fn from_wire(
        stamp: Stamp,
        request: Request<Incoming>,
        wire: &Rc<WireState>,
        trusted_proxies: &[AddressRange],
        loopback: bool,
    ) -> Box<Self> {
        let (head, incoming) = request.into_parts();
        let remote = Remote::of(&wire.peer, &head.headers, trusted_proxies, loopback);
        let held_back = head.headers.contains_key(EXPECT);
        if incoming.is_end_stream() {
            wire.is_whole();
        }
        let body = Inbound::Wire(WireBody {
            incoming: Some(incoming),
            wire: Rc::clone(wire),
            held_back,
        });
        Box::new(Self {
            stamp,
            head,
            body,
            tab_caller: None,
            remote,
        })
    }
}

impl Inbound {
    /// The caller is proven: the connection keeps its place until the answer.
    pub(crate) fn is_proven(&self) {
        if let Self::Wire(body) = self {
            body.wire.connection.proven();
        }
    }
}

impl Body for Inbound {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        match self.get_mut() {
            Self::Wire(body) => {
                // The first poll makes hyper send `100 Continue`.
                body.held_back = false;
                let Some(incoming) = body.incoming.as_mut() else {
                    return Poll::Ready(None);
                };
                let frame = Pin::new(&mut *incoming).poll_frame(context);
                let is_over = match &frame {
                    Poll::Ready(None) => true,
                    Poll::Ready(Some(Ok(_))) => incoming.is_end_stream(),
                    Poll::Ready(Some(Err(_))) | Poll::Pending => false,
                };
                if is_over {
                    // Read to its end: nothing is left for whoever answers.
                    body.incoming = None;
                    body.wire.is_whole();
                }
                frame.map_err(|problem| Broken::by(&problem))
            }
            Self::Tab(body) => body
                .as_mut()
                .poll_frame(context)
                .map_err(|problem| Broken::by(&*problem)),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Wire(body) => body.incoming.as_ref().is_none_or(Body::is_end_stream),
            Self::Tab(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Wire(body) => body.incoming.as_ref().map(Body::size_hint).unwrap_or_default(),
            Self::Tab(body) => body.size_hint(),
        }
    }
}

impl Drop for WireBody {
    fn drop(&mut self) {
        if let Some(body) = self.incoming.take()
            && !body.is_end_stream()
        {
            self.wire.leave(UnreadBody {
                body,
                held_back: self.held_back,
            });
        }
    }
}
