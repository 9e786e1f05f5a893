//! The log of a service as it grows: server-sent events. First the newest lines, then each that is printed.
//!
//! It ends when the service is deleted, when the reader may not read on, when the server stops, and after [`LONGEST`] in any case;
//! the last event says why. A log keeps its newest lines alone: whoever reads more slowly than a program prints is told how many they
//! missed.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use adyton_api::adyton::logs::{LineShown, LinesMissed, LogEnd};
use adyton_core::id::{ProjectId, ServiceId};
use adyton_core::instances::LogLine;
use adyton_identity::Action;
use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use http_body::Frame;
use http_body_util::StreamBody;
use serde::Serialize;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::TryRecvError;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};

use super::standing_reader::{StandingReader, Still};
use super::stream::{LONGEST, PING, RETRY, STILL_THERE};
use crate::actor::Actor;
use crate::failure::OperationResult;
use crate::news::{Listening, News};
use crate::operations::service::{self, LogFilter};
use crate::shared::Shared;

/// How often the log is looked at.
const LOOK: Duration = Duration::from_millis(250);
/// The most lines of one piece; what else is there follows in the next.
const LINES: usize = 256;

/// Why a stream ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    Service,
    Session,
    Time,
    Server,
}

impl End {
    const fn name(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Session => "session",
            Self::Time => "time",
            Self::Server => "server",
        }
    }
}

struct Following {
    reader: StandingReader,
    service: ServiceId,
    filter: LogFilter,
    /// How many of the lines that are there already are still to be sent.
    first: Option<usize>,
    /// How many lines of the log are behind us.
    seen: u64,
    looks: Interval,
    ends: Instant,
    ping_at: Instant,
    has_ended: bool,
    /// Closed when the server stops.
    news: broadcast::Receiver<Arc<News>>,
    _listening: Listening,
}

/// The body of a stream of a service's log: up to `first` lines that are there, then what comes.
pub(crate) async fn log_stream(
    shared: Arc<Shared>,
    actor: Actor,
    project: ProjectId,
    service: ServiceId,
    filter: LogFilter,
    first: usize,
) -> OperationResult<Body> {
    service::show(&shared, project, service).await?;
    let (news, listening) = shared.news.listen(actor.caller.holder(), project).await?;
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let now = Instant::now();
    let following = Following {
        reader: StandingReader::new(shared, &actor, project, Action::ServiceGet),
        service,
        filter,
        first: Some(first),
        seen: 0,
        looks,
        ends: now + LONGEST,
        ping_at: now + PING,
        has_ended: false,
        news,
        _listening: listening,
    };
    let pieces = stream::unfold(following, |mut following| async move {
        let piece = following.piece().await?;
        Some((Ok::<_, Infallible>(Frame::data(Bytes::from(piece))), following))
    });
    Ok(Body::new(StreamBody::new(pieces)))
}

impl Following {
    /// The next piece; nothing at the end.
    async fn piece(&mut self) -> Option<String> {
        if self.has_ended {
            return None;
        }
        if let Some(most) = self.first.take() {
            return Some(self.what_is_there(most));
        }
        loop {
            self.looks.tick().await;
            // What was printed before the end is told before it.
            let end = self.end();
            let mut piece = self.what_is_new();
            if let Some(end) = end {
                self.has_ended = true;
                let reason = end.name().to_owned();
                piece.push_str(&event("end", &LogEnd { reason }));
            } else if Instant::now() >= self.ping_at {
                self.ping_at = Instant::now() + PING;
                piece.push_str(STILL_THERE);
            }
            if !piece.is_empty() {
                return Some(piece);
            }
        }
    }

    /// The newest lines that are wanted.
    fn what_is_there(&mut self, most: usize) -> String {
        let part = self
            .reader
            .shared
            .instances
            .log_after(self.service, 0, usize::MAX);
        self.seen = part.seen;
        let mut wanted: Vec<LogLine> = part.lines;
        wanted.retain(|line| self.filter.admits(line));
        let lines = wanted.drain(wanted.len().saturating_sub(most)..);
        let lines: String = lines.map(|line| line_event(&line)).collect();
        // A page knows from the first ping that it has what there was.
        format!("{RETRY}{lines}{STILL_THERE}")
    }

    fn what_is_new(&mut self) -> String {
        let part = self
            .reader
            .shared
            .instances
            .log_after(self.service, self.seen, LINES);
        self.seen = part.seen;
        let mut piece = match part.missed {
            0 => String::new(),
            lines => event("missed", &LinesMissed { lines }),
        };
        let wanted = part.lines.into_iter().filter(|line| self.filter.admits(line));
        piece.extend(wanted.map(|line| line_event(&line)));
        piece
    }

    /// Why the stream ends now, if it does.
    fn end(&mut self) -> Option<End> {
        let is_closed = loop {
            match self.news.try_recv() {
                Ok(_) | Err(TryRecvError::Lagged(_)) => {}
                Err(TryRecvError::Empty) => break false,
                Err(TryRecvError::Closed) => break true,
            }
        };
        let is_there = self.reader.shared.live().service(self.service).is_some();
        match self.reader.still() {
            Still::Gone => Some(End::Session),
            Still::Same | Still::Anew(_) if !is_there => Some(End::Service),
            Still::Same | Still::Anew(_) if is_closed => Some(End::Server),
            Still::Same | Still::Anew(_) => (Instant::now() >= self.ends).then_some(End::Time),
        }
    }
}

fn line_event(line: &LogLine) -> String {
    event("line", &LineShown::of(line))
}

/// An event of one line: JSON has no line feeds.
fn event(name: &str, document: &impl Serialize) -> String {
    let document = serde_json::to_string(document).unwrap_or_default();
    format!("event: {name}\ndata: {document}\n\n")
}
