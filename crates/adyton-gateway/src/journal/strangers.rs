//! Refused strangers: so many records a second and source are kept, the rest is counted.
//!
//! A stranger is whoever matched nothing or proved nothing. What is left out becomes one *summary* a second for each source
//! and project: the first record that was left out, how many there are, and the ids of all, so that each can be told of.
//!
//! What must hold: memory is bounded by [`SOURCES_MAX`], [`SUMMARIES_MAX`] and [`IDS_MAX`], whoever sends what.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use adyton_core::evidence::Evidence;
use adyton_core::id::ProjectId;
use adyton_core::record::Record;

use super::encoding::left_out::{encode, low};
use super::encoding::view::View;
use super::encoding::whole;
use super::span::Arrivals;

/// How long a source is counted before it may have records again.
const WINDOW: Duration = Duration::from_secs(1);
/// Sources that are told apart in one window; all others share one count.
const SOURCES_MAX: usize = 4096;
/// Summaries that are gathered at once; then they are written early.
const SUMMARIES_MAX: usize = 512;
/// Ids of one summary; then it is written early.
const IDS_MAX: usize = 1024;
/// The setting that moves the limit.
const SETTING: &str = "journal.strangers_per_second";

/// Where requests come from, as far as it is told apart: an IPv4 address, or the network of an IPv6 address that one host
/// commonly has to itself. `None` is everything that is not told apart.
type Source = Option<IpAddr>;

/// See the top of the file.
pub(super) struct Strangers {
    per_second: u32,
    /// When the window began.
    since: Duration,
    seen: HashMap<Source, u32>,
    left_out: HashMap<(Source, Option<ProjectId>), LeftOut>,
    /// Whether a summary has as many ids as it may.
    is_full: bool,
}

/// What was left out of one source's requests to one project.
struct LeftOut {
    first: Box<Record>,
    ids: Vec<u64>,
    arrivals: Arrivals,
}

impl Strangers {
    pub(super) fn new(per_second: u32, now: Duration) -> Self {
        Self {
            per_second,
            since: now,
            seen: HashMap::new(),
            left_out: HashMap::new(),
            is_full: false,
        }
    }

    /// Whether this record is kept. One that is not is noted for its summary.
    pub(super) fn keeps(&mut self, record: &View<'_>) -> bool {
        if record.reason.is_none() || !record.is_of_stranger() {
            return true;
        }
        let mut source = network(record.source);
        if self.seen.len() >= SOURCES_MAX && !self.seen.contains_key(&source) {
            source = None;
        }
        let seen = self.seen.entry(source).or_insert(0);
        if *seen < self.per_second {
            *seen += 1;
            return true;
        }
        !self.note(source, record)
    }

    /// Begins a new window if the last is over. `true` then: its summaries should be taken.
    pub(super) fn begin_window(&mut self, now: Duration) -> bool {
        let is_over = now.saturating_sub(self.since) >= WINDOW;
        if is_over {
            self.since = now;
            self.seen.clear();
        }
        is_over
    }

    /// Whether summaries should be taken now, because there is no room for more.
    pub(super) fn is_full(&self) -> bool {
        self.is_full || self.left_out.len() >= SUMMARIES_MAX
    }

    /// Whether no summary is gathered.
    pub(super) fn is_empty(&self) -> bool {
        self.left_out.is_empty()
    }

    /// Notes one for its summary; `false` for a damaged record, which cannot be in one.
    fn note(&mut self, source: Source, record: &View<'_>) -> bool {
        let id = record.fixed.id();
        let arrivals = Arrivals::at(id.at_ms());
        let key = (source, record.fixed.project());
        if let Some(left) = self.left_out.get_mut(&key) {
            left.ids.push(low(id));
            self.is_full |= left.ids.len() >= IDS_MAX;
            left.arrivals = left.arrivals.and(arrivals);
            return true;
        }
        let Some(first) = record.to_record() else {
            return false;
        };
        let first = Box::new(Record {
            evidence: Evidence::None,
            ..first
        });
        let left = LeftOut {
            first,
            ids: vec![low(id)],
            arrivals,
        };
        self.left_out.insert(key, left);
        true
    }

    /// Takes the summaries of what was left out since the last time: whole frames without checksums, and the arrivals of
    /// the requests that each stands for.
    pub(super) fn take(&mut self) -> Vec<(Vec<u8>, Arrivals)> {
        self.is_full = false;
        let limit = self.per_second;
        let all = self.left_out.drain();
        all.map(|((source, _), left)| left.summary(source, limit))
            .collect()
    }
}

impl LeftOut {
    fn summary(self, source: Source, limit: u32) -> (Vec<u8>, Arrivals) {
        let Self {
            mut first,
            mut ids,
            arrivals,
        } = self;
        first.evidence = Evidence::LeftOut {
            source: shown(source),
            count: ids.len() as u64,
            limit,
            until: adyton_core::clock::Timestamp::from_millis(
                i64::try_from(arrivals.max_ms).unwrap_or(i64::MAX),
            ),
            setting: SETTING.to_owned(),
        };
        (whole::summary(&first, &encode(&mut ids, arrivals)), arrivals)
    }
}

/// The source in a record: its address, of IPv6 the first 64 bits.
fn network(source: &[u8]) -> Source {
    let address: IpAddr = str::from_utf8(source).ok()?.parse().ok()?;
    Some(match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(six) => IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() >> 64 << 64)),
    })
}

fn shown(source: Source) -> String {
    match source {
        None => "many addresses".to_owned(),
        Some(address @ IpAddr::V4(_)) => address.to_string(),
        Some(address @ IpAddr::V6(_)) => format!("{address}/64"),
    }
}
