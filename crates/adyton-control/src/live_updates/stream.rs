//! One page's stream: server-sent events, what came together in one piece.
//!
//! It ends when the reader may not read on (signed out, disabled, without the role), when the server stops, and after
//! [`LONGEST`] in any case: whoever comes again shows their credentials again.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use adyton_core::id::{ProjectId, ServiceId};
use adyton_identity::Action;
use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use http_body::Frame;
use http_body_util::StreamBody;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::{Instant, timeout_at};

use super::standing_reader::{StandingReader, Still};
use crate::actor::Actor;
use crate::failure::OperationResult;
use crate::news::{Listening, News, NewsKind};
use crate::operations::request::sees_unmatched;
use crate::shared::Shared;

/// So that a reader that has gone is noticed, and proxies keep the connection.
pub(super) const PING: Duration = Duration::from_secs(15);
/// How long a stream lasts.
pub(super) const LONGEST: Duration = Duration::from_secs(10 * 60);
/// One piece has about so many bytes at most; what else is there follows in the next.
const PIECE: usize = 256 * 1024;
/// What a stream begins with: how long a browser waits before it comes again, in milliseconds.
pub(super) const RETRY: &str = "retry: 1000\n\n";
pub(super) const STILL_THERE: &str = "event: ping\ndata: {}\n\n";
/// For a reader that was too slow: what it has may be old.
const RELOAD: &str = "event: reload\ndata: {}\n\n";

/// What a page wants to hear.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LiveFilter {
    /// Only of these services; of all where none is named.
    pub(crate) services: Vec<ServiceId>,
    /// Of requests only those that were refused.
    pub(crate) refused_only: bool,
}

impl LiveFilter {
    fn wants(&self, news: &News) -> bool {
        let is_kind = match news.kind {
            NewsKind::Request { is_refused } => is_refused || !self.refused_only,
            NewsKind::More => !self.refused_only,
            NewsKind::Service => true,
        };
        let is_service = || news.service.is_some_and(|id| self.services.contains(&id));
        is_kind && (self.services.is_empty() || is_service())
    }
}

/// Who reads, and what they may read.
struct Reader {
    standing: StandingReader,
    wanted: LiveFilter,
    /// Whether they also see what matched no project.
    sees_unmatched: bool,
    sees_services: bool,
}

impl Reader {
    fn new(shared: Arc<Shared>, actor: &Actor, project: ProjectId, wanted: LiveFilter) -> Self {
        Self {
            sees_unmatched: sees_unmatched(actor, project),
            sees_services: actor.may(Action::ServiceList),
            standing: StandingReader::new(shared, actor, project, Action::RequestList),
            wanted,
        }
    }

    /// Whether they may read on.
    fn may_go_on(&mut self) -> bool {
        match self.standing.still() {
            Still::Gone => false,
            Still::Same => true,
            Still::Anew(actor) => {
                self.sees_unmatched = sees_unmatched(&actor, self.standing.project);
                self.sees_services = actor.may(Action::ServiceList);
                true
            }
        }
    }

    fn reads(&self, news: &News) -> bool {
        let is_theirs = match news.project {
            Some(project) => project == self.standing.project,
            None => self.sees_unmatched,
        };
        is_theirs && (news.kind != NewsKind::Service || self.sees_services) && self.wanted.wants(news)
    }
}

struct Streaming {
    news: broadcast::Receiver<Arc<News>>,
    reader: Reader,
    ends: Instant,
    /// Nothing has been sent yet.
    is_first: bool,
    _listening: Listening,
}

/// The body of a stream of what happens in the actor's project.
pub(crate) async fn stream(
    shared: Arc<Shared>,
    actor: Actor,
    project: ProjectId,
    wanted: LiveFilter,
) -> OperationResult<Body> {
    let holder = actor.caller.holder();
    let reader = Reader::new(shared.clone(), &actor, project, wanted);
    let (news, listening) = shared.news.listen(holder, project).await?;
    let streaming = Streaming {
        news,
        reader,
        ends: Instant::now() + LONGEST,
        is_first: true,
        _listening: listening,
    };
    let pieces = stream::unfold(streaming, |mut streaming| async move {
        let piece = streaming.piece().await?;
        Some((Ok::<_, Infallible>(Frame::data(Bytes::from(piece))), streaming))
    });
    Ok(Body::new(StreamBody::new(pieces)))
}

impl Streaming {
    /// The next piece; nothing at the end.
    async fn piece(&mut self) -> Option<String> {
        if std::mem::take(&mut self.is_first) {
            return Some([RETRY, STILL_THERE].concat());
        }
        let ping_at = Instant::now() + PING;
        let mut piece = String::new();
        while piece.is_empty() {
            match timeout_at(ping_at.min(self.ends), self.news.recv()).await {
                Ok(Ok(news)) => self.take(&news, &mut piece),
                Ok(Err(RecvError::Lagged(_))) => piece.push_str(RELOAD),
                Ok(Err(RecvError::Closed)) => return None,
                Err(_) if Instant::now() >= self.ends => return None,
                Err(_) => piece.push_str(STILL_THERE),
            }
            self.take_what_is_there(&mut piece);
            if !self.reader.may_go_on() {
                return None;
            }
        }
        Some(piece)
    }

    fn take_what_is_there(&mut self, piece: &mut String) {
        while piece.len() < PIECE {
            match self.news.try_recv() {
                Ok(news) => self.take(&news, piece),
                Err(TryRecvError::Lagged(_)) => piece.push_str(RELOAD),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
    }

    fn take(&self, news: &News, piece: &mut String) {
        if self.reader.reads(news) {
            piece.push_str(&news.text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn news(service: u128, kind: NewsKind) -> News {
        News::new(None, Some(ServiceId::from_bits(service)), kind, &())
    }

    #[test]
    fn a_page_hears_what_it_asked_for() {
        let (refused, passed) = (
            NewsKind::Request { is_refused: true },
            NewsKind::Request { is_refused: false },
        );
        let wants = |wanted: &LiveFilter| {
            [refused, passed, NewsKind::More, NewsKind::Service].map(|kind| wanted.wants(&news(1, kind)))
        };
        assert_eq!(wants(&LiveFilter::default()), [true; 4]);
        let refused_only = LiveFilter {
            refused_only: true,
            ..LiveFilter::default()
        };
        assert_eq!(wants(&refused_only), [true, false, false, true]);
        let of_one = |id| LiveFilter {
            services: vec![ServiceId::from_bits(id)],
            ..LiveFilter::default()
        };
        assert_eq!(wants(&of_one(1)), [true; 4]);
        assert_eq!(wants(&of_one(2)), [false; 4]);
    }

    #[test]
    fn an_event_is_one_line_whatever_the_texts_hold() {
        let told = News::new(
            None,
            None,
            NewsKind::More,
            &serde_json::json!({"text": "a\nb\r\n\ndata: x"}),
        );
        let lines: Vec<&str> = told.text.lines().collect();
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert_eq!((lines[0], lines[2]), ("event: more", ""));
        assert!(lines[1].starts_with("data: {"));
    }
}
